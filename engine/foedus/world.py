"""Everything that could happen to one case of a clause: one act, and for each `some` an event that could be it.

The facts of all these events are open, who did them and when as well, and whether they happened at all. That is enough
for every scenario: take one in which a formula has some value, and keep of its events only the act in question and one
for each `some` that holds. A `some` that held still does, and one that did not gains no event. What is left out: an act
of more than two actors, or against more than two; events of several actors among those which a `some` looks for; and
acts that are themselves help given under a treaty.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from foedus.formula import (
    About,
    All,
    AnyOf,
    Dated,
    Formula,
    Knob,
    Layer,
    Not,
    Setting,
    Some,
    Term,
    Test,
    Who,
    conjuncts,
)
from foedus.ground import IN_PERFORMANCE, ROLES, Case, Facts, Situation, version_for
from foedus.model import Event, Scenario, Stated
from foedus.residual import Evaluation, Space, chosen, domain, holds, join, negated

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from foedus.ground import Reading, Rules
    from foedus.model import Clause, Overlay, Party, Step
    from foedus.residual import Kind, Residual
    from foedus.vocabulary import Value

ATTACK = "attack"
ANYONE = "ZZZ"
"""A fictitious State, where any will do."""
KINDS = ("state", "entity", "organisation", "organ", "group")
WHEN = {"before": -1, "same-day": 0, "after": 1}
_DATED = {"before": {"before"}, "not-before": {"same-day", "after"}, "after": {"after"},
          "not-after": {"same-day", "before"}}  # fmt: skip

_IN_FORCE = ("in_force_when_begun", "in_force_while_it_lasted")

Context = tuple[str, str]
"""The term and definition in which a formula stands; empty for a clause."""


@dataclass(frozen=True)
class Possible:
    """An event that could be the one which a `some` looks for; `values` are those that its own condition leaves."""

    id: str
    values: Mapping[str, tuple[Value | None, ...]]


class OpenSituation(Situation):
    """The situation of a clause with every fact open; an overlay that binds some parties asks who the obligor is."""

    @cached_property
    def overlays(self) -> dict[str, Overlay]:
        own = self.rules.attached(self.case.clause)
        first = self.facts.events[self.case.event].date
        return {key: each for key, each in own.items() if each.from_ is None or each.from_ <= first}

    @cached_property
    def casus(self) -> Formula:
        layers = super().casus
        assert isinstance(layers, All)  # noqa: S101 - as `Situation` makes it
        return All(tuple(self._where_bound(each) for each in layers.of))

    @cached_property
    def steps(self) -> dict[str, tuple[Step, Formula, Formula]]:
        out = dict(super().steps)
        for name, (step, met, refused) in out.items():
            key = name.partition(":")[0]
            binds = self.overlays[key].binds if key in self.overlays else ()
            if binds:
                of = Who("obligor", binds)
                out[name] = (step, AnyOf((Not(of), met)), All((of, refused)))
        return out

    def _where_bound(self, layer: Formula) -> Formula:
        if not isinstance(layer, Layer) or layer.name not in self.overlays or not self.overlays[layer.name].binds:
            return layer
        return replace(layer, of=AnyOf((Not(Who("obligor", self.overlays[layer.name].binds)), layer.of)))


@dataclass(frozen=True)
class Segment:
    """A time in which a clause reads the same: a day of it, and the parties that it then binds."""

    day: date
    version: int
    parties: tuple[str, ...]


def segments(rules: Rules, clause_id: str) -> list[Segment]:
    """For each wording of the clause and set of overlays over it, each set of parties that is part of no larger one."""
    treaty, clause = rules.clause(clause_id)
    overlays = rules.attached(clause_id)
    periods = {party: treaty.periods(party) for party in treaty.parties}
    days = {p.from_ for own in periods.values() for p in own} | {p.until for own in periods.values() for p in own}
    days |= {v.from_ for v in clause.versions} | {v.until for v in clause.versions}
    days |= {each.from_ for each in overlays.values()}
    best: dict[tuple[int, frozenset[str]], list[Segment]] = {}
    for day in sorted(each for each in days if each is not None):
        parties = tuple(party for party, own in periods.items() if any(period.covers(day) for period in own))
        if len(parties) < 2 or not any(True for _ in _pairs(clause, parties)):  # noqa: PLR2004 - a pair
            continue
        version = version_for(clause, day, day)
        key = (version, frozenset(k for k, each in overlays.items() if each.from_ is None or each.from_ <= day))
        known = best.get(key, [])
        if not any(set(parties) <= set(each.parties) for each in known):
            larger = [each for each in known if not set(each.parties) <= set(parties)]
            best[key] = [*larger, Segment(day, version, parties)]
    return [each for own in best.values() for each in own]


def strangers(rules: Rules, known: Container[str]) -> list[str]:
    """Of each kind of actor one who is not known, the fictitious State first."""
    free = [code for code in sorted(rules.actors, key=lambda code: code != ANYONE) if code not in known]
    found = (next((code for code in free if rules.actors[code].kind == kind), None) for kind in KINDS)
    return [code for code in found if code is not None]


def _pairs(clause: Clause, parties: Iterable[str]) -> Iterator[tuple[str, str]]:
    parties = tuple(parties)
    for obligor in parties:
        for beneficiary in parties:
            if (
                obligor != beneficiary
                and (not clause.obligors or obligor in clause.obligors)
                and (not clause.beneficiaries or beneficiary in clause.beneficiaries)
            ):
                yield obligor, beneficiary


@dataclass
class World:
    """A clause in one of its segments, with everything open: its formulas become residual formulas.

    `also` are further formulas that will be asked, or with `alone` the only ones, of whatever actors; `copies` is how
    many events could be the one that a `some` looks for (two, where two readings are asked of the same facts). With
    `exchange` some actors stand for others: two have changed places, or others are there.
    """

    rules: Rules
    clause: str
    segment: Segment
    also: tuple[tuple[Formula, Context], ...] = ()
    alone: bool = False
    copies: int = 1
    exchange: Mapping[str, str] = field(default_factory=dict)
    domains: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    relations: dict[tuple[str, str], Residual] = field(default_factory=dict)
    space: Space = field(init=False)

    def __post_init__(self) -> None:
        self.space = Space(self.rules)

    @cached_property
    def situation(self) -> OpenSituation:
        """The act as a case of the clause, nothing known of it but that it happened while the clause was in force."""
        obligor, beneficiary = next(_pairs(self.rules.clause(self.clause)[1], self.segment.parties))
        event = Event(ATTACK, self.segment.day, Stated(), Stated(ANYONE), Stated(beneficiary))
        facts = Facts(Scenario("world", "", "", (self.clause,), (event,)))
        case = Case(self.clause, self.segment.version, obligor, beneficiary, ANYONE, ATTACK)
        return OpenSituation(self.rules, facts, case)

    @property
    def is_nonaggression(self) -> bool:
        """Whether the party that acts is the obligor."""
        return not self.alone and self.rules.clause(self.clause)[1].kind == "nonaggression"

    @cached_property
    def formulas(self) -> list[tuple[Formula, Context]]:
        """Casus, steps, and what else is asked."""
        if self.alone:
            return list(self.also)
        return [*((each, ("", "")) for each in self.situation.conditions), *self.also]

    @cached_property
    def reached(self) -> list[tuple[Formula, Context]]:
        """Every formula that these can come to, under whatever reading, with the definition that it stands in."""
        out = []
        seen: set[str] = set()
        waiting = list(self.formulas)
        while waiting:
            formula, context = waiting.pop()
            for part in formula.walk():
                out.append((part, context))
                if isinstance(part, Term) and part.term not in seen:
                    seen.add(part.term)
                    definitions = self.rules.terms[part.term].definitions
                    waiting += [(each.holds_when, (part.term, name)) for name, each in definitions.items()]
        return out

    # Who there is

    @cached_property
    def named(self) -> list[str]:
        """The actors whom a condition names."""
        names = {name: None for part, _ in self.reached if isinstance(part, Who) for name in part.of}
        return [name for name in names if name in self.rules.actors]

    @cached_property
    def roles(self) -> dict[str, tuple[str, ...]]:
        """Role to who could have it: all whom conditions name, and of the others one of each sort."""
        others = self._some_of(self.segment.parties, 3)
        anybody = tuple(dict.fromkeys([*self._strangers, *self.named, *others]))
        if self.alone:
            return dict.fromkeys(ROLES, anybody)
        obligors, beneficiaries = (self._some_of(self.able[role], 2) for role in ("obligor", "beneficiary"))
        anybody = tuple(dict.fromkeys([*anybody, *obligors, *beneficiaries]))
        return {"obligor": obligors, "beneficiary": beneficiaries, "adversary": anybody}

    @cached_property
    def able(self) -> dict[str, tuple[str, ...]]:
        """Role to the parties that can have it."""
        pairs = list(_pairs(self.rules.clause(self.clause)[1], self.segment.parties))
        return {role: tuple(dict.fromkeys(p[i] for p in pairs)) for i, role in enumerate(("obligor", "beneficiary"))}

    def _some_of(self, actors: Iterable[str], unnamed: int) -> tuple[str, ...]:
        """Those whom conditions name, and so many of the others, who are all alike."""
        actors = list(actors)
        alike = [each for each in actors if each not in self.named][:unnamed]
        return tuple(each for each in actors if each in self.named or each in alike)

    @cached_property
    def _strangers(self) -> list[str]:
        """Of each kind of actor one whom nothing speaks of."""
        return strangers(self.rules, {*self.named, *self.parties})

    @property
    def parties(self) -> Mapping[str, Party]:
        """Whoever was ever a party to the treaty."""
        return self.rules.clause(self.clause)[0].parties

    @cached_property
    def doers(self) -> list[str]:
        """Who could have done what a `some` looks for, or to whom: roles, and actors whatever role they have."""
        return [*ROLES, *dict.fromkeys([*self.named, *self._strangers, *self.roles["adversary"]])]

    @cached_property
    def others(self) -> tuple[str | None, ...]:
        """Who could have acted with the adversary, or been attacked with the beneficiary."""
        return (None, *self.roles["adversary"])

    def is_one(self, who: Value | None, name: str) -> Residual:
        """Whether a role or actor is the role, actor or sort of actor that a condition names."""
        if who is None:
            return False
        found = self.relations.get((str(who), name))
        if found is None:
            found = self.relations[str(who), name] = self._is_one(str(who), name)
        return found

    def _is_one(self, who: str, name: str) -> Residual:
        own, other = self._role(who), self._role(name)
        if own and other and own == other:
            return True
        if own and other:
            return self.pick_role(own, lambda one: self.pick_role(other, lambda two: one == two))
        if own:
            return self.pick_role(own, lambda actor: self._is(actor, name))
        if other:
            return self.pick_role(other, lambda actor: actor == self.exchange.get(who, who))
        return self._is(self.exchange.get(who, who), name)

    def _role(self, name: str) -> str:
        """The role of that name; of non-aggression the adversary is the obligor."""
        if name == "adversary" and self.is_nonaggression:
            return "obligor"
        return name if name in ROLES else ""

    def pick_role(self, role: str, then: Callable[[str], Residual]) -> Residual:
        """What holds of whoever has the role, case by case."""
        domain = self.roles[role]
        branches = tuple(then(self.exchange.get(actor, actor)) for actor in domain)
        if branches.count(branches[0]) == len(branches):
            return branches[0]
        return ("pick", self.space.declare("actor", role, domain), branches)

    def _is(self, actor: str, name: str) -> Residual:
        if name in {"party", "non-party"}:
            if self.alone:  # of some treaty or other
                key = self.space.declare("actor", f"{actor} is a party", (False, True))
                return ("pick", key, (name == "non-party", name == "party"))
            return (actor in self.parties) == (name == "party")
        if name in KINDS:
            return self.rules.actors[actor].kind == name
        return actor == name

    @cached_property
    def apart(self) -> Residual:
        """That the roles are those of a case: nobody owes to itself or against itself, alone or with others.

        Who acts alone against its own State is adversary and beneficiary.
        """
        apart = [negated(self.is_one("obligor", "beneficiary"))]
        if not self.is_nonaggression:
            apart.append(negated(self.is_one("obligor", "adversary")))
            within = self.is_one("beneficiary", "adversary")
            clear = tuple(
                join("all", (negated(self.is_one(who, "obligor")), negated(within)), absorbing=False)
                if who is not None
                else True
                for who in self.others
            )
            key = self.space.declare("actor", f"{ATTACK}.also-by", self.others, (ATTACK, "also-by"))
            apart.append(("pick", key, clear))
        if self.alone:
            # what began while the treaty was in force also lasted into that time
            began, lasted = (self.space.declare("fact", f"{ATTACK}.{a}", (True, False), (ATTACK, a)) for a in _IN_FORCE)
            apart.append(("pick", began, (("pick", lasted, (True, False)), True)))
            apart += [
                self.pick_role(role, lambda actor: self._is(actor, "party")) for role in ("obligor", "beneficiary")
            ]
        return join("all", apart, absorbing=False)

    @cached_property
    def is_conduct(self) -> Residual:
        """That the act is one that can make a case."""
        acts = self.rules.vocabulary.acts
        key = self.space.declare("fact", f"{ATTACK}.act", tuple(acts), (ATTACK, "act"))
        return ("pick", key, tuple(act.kind == "conduct" for act in acts.values()))

    def between(self, obligor: str, beneficiary: str, *, exchanged: bool = False) -> World:
        """This world where two actors have those roles; or the same facts with the two exchanged in all of them."""
        twin = World(self.rules, self.clause, self.segment, self.also, self.alone, self.copies)
        twin.exchange = {obligor: beneficiary, beneficiary: obligor} if exchanged else {}
        twin.space, twin.domains = self.space, self.domains
        roles = {**self.roles, "obligor": (obligor,), "beneficiary": (beneficiary,)}
        # the same events and actors as here: they are cached, so that they need not be found again
        twin.__dict__ |= {"situation": self.situation, "pool": self.pool, "named": self.named, "roles": roles}
        return twin

    # What there could be

    @cached_property
    def pool(self) -> dict[str, Possible]:
        """The events that could be those which a `some` looks for, by id."""
        found: dict[tuple[Formula, Context], None] = {}
        for part, context in self.reached:
            if isinstance(part, Some):
                reads = any(isinstance(each, Term) or _is_of_knob(each) for each in part.walk())
                found[part.of, context if reads else ("", "")] = None
        events = [(body, copy) for body, _ in found for copy in range(self.copies)]
        possible = (self.possible(f"other-{i + 1}", body) for i, (body, _) in enumerate(events))
        return {each.id: each for each in possible if each is not None}

    def possible(self, name: str, body: Formula) -> Possible | None:
        """An event that could be one of which a formula holds, as far as its own conditions tell; if there can be."""
        doers = [each for each in self.doers if each != "adversary" or not self.is_nonaggression]
        values: dict[str, tuple[Value | None, ...]] = {
            "act": tuple(self.rules.vocabulary.acts),
            "by": tuple(doers),
            "against": tuple(doers),
            "when": tuple(WHEN),
            "about": (False, True),
            "happened": (False, True),
        }
        for part in conjuncts(body):
            match part:
                case Who("by" | "against" as whose, of):
                    values[whose] = tuple(
                        v
                        for v in values[whose]
                        if join("any", (self.is_one(v, n) for n in of), absorbing=True) is not False
                    )
                case Dated(relation):
                    values["when"] = tuple(v for v in values["when"] if v in _DATED[relation])
                case About():
                    values["about"] = (True,)
                case Test(name_, "is", of) if not any(isinstance(value, Knob) for value in of):
                    attribute = self.rules.vocabulary.attribute(name_)
                    if attribute is not None and attribute.type != "number":
                        every = values.get(name_) or domain(self.rules, name_, attribute)
                        asked = self.rules.vocabulary.expand(of) if name_ == "act" else of  # type: ignore[arg-type]
                        values[name_] = tuple(v for v in every if v in asked)
        return Possible(name, values) if all(values.values()) else None

    # A scenario of it

    def scenario(self, model: Mapping[str, int], name: str = "shown") -> tuple[Scenario, Case, dict[str, Value]]:
        """The scenario, the case in it and the choices of a reading that an assignment of the variables describes."""

        def value(key: str) -> Value | None:
            return self.space.variables[key].values[model[key]] if key in model else None

        actors: dict[str, str] = {}
        for role in ROLES:
            domain = self.roles[role]
            free = [actor for actor in domain if actor not in actors.values()] or domain
            key = f"actor:{role}"
            actors[role] = domain[model[key]] if len(domain) > 1 and key in model else free[0]
        if self.is_nonaggression:
            actors["adversary"] = actors["obligor"]

        def facts(event: str) -> dict[str, Stated]:
            """A value for every attribute, any where none is asked for: nothing is left unknown."""
            given = self.pool[event].values if event in self.pool else {}
            out = {}
            for asked, attribute in self.rules.vocabulary.attributes.items():
                if not attribute.computed and asked != IN_PERFORMANCE:
                    told = value(f"fact:{event}.{asked}")
                    out[asked] = Stated((given.get(asked) or self.domain(asked))[0] if told is None else told)
            return out

        def with_another(role: str, whose: str) -> Stated:
            other = value(f"actor:{ATTACK}.also-{whose}")
            named = self.exchange.get(str(other), str(other))
            return Stated(actors[role] if other is None or named == actors[role] else (actors[role], named))

        attack = Event(
            ATTACK,
            self.segment.day,
            Stated(value(f"fact:{ATTACK}.act") or "invasion"),
            with_another("adversary", "by"),
            with_another("beneficiary", "against"),
            facts=facts(ATTACK),
        )
        events = [attack]
        for each, possible in self.pool.items():
            if value(f"actor:{each}.happened") is not True:
                continue

            def feature(name: str, each: str = each, possible: Possible = possible) -> Value | None:
                kind = "fact" if name == "act" else "actor"
                found = value(f"{kind}:{each}.{name}")
                return possible.values[name][0] if found is None else found

            by, against = (str(feature(whose)) for whose in ("by", "against"))
            by, against = (actors.get(each, self.exchange.get(each, each)) for each in (by, against))
            events.append(
                Event(
                    each,
                    self.segment.day + timedelta(days=WHEN[str(feature("when"))]),
                    Stated(feature("act")),
                    Stated(by),
                    Stated(against),
                    about=ATTACK if feature("about") else None,
                    facts=facts(each),
                )
            )
        who = (actors["obligor"], actors["beneficiary"], actors["adversary"])
        case = Case(self.clause, self.segment.version, *who, ATTACK)
        return Scenario(name, "", "", (self.clause,), tuple(events)), case, self.reading(model)

    def reading(self, model: Mapping[str, int]) -> dict[str, Value]:
        """The choices in an assignment, as `--define` and `--set` name them."""
        out: dict[str, Value] = {}
        knobs = []
        for key, index in model.items():
            variable = self.space.variables[key]
            value = variable.values[index]
            if not variable.is_choice or value is None:
                continue
            if variable.kind == "knob" and variable.of[0]:
                knobs.append((*variable.of, variable.name.rpartition(".")[2], value))
            else:
                out[variable.name] = value
        for term, definition, knob, value in knobs:
            if out.get(term, definition) == definition:
                out[f"{term}.{knob}"] = value
        return out

    def settled(self, reading: Reading) -> dict[str, Value]:
        """Each choice that came up as a reading has it or, where it does not speak, as the clause has it by default."""
        reading = reading.within(self.situation)
        taken = {key: chosen(variable, reading) for key, variable in self.space.variables.items()}
        return {key: value for key, value in taken.items() if value is not None}

    def domain(self, name: str) -> tuple[Value, ...]:
        """The values that a fact may have."""
        found = self.domains.get(name)
        if found is None:
            attribute = self.rules.vocabulary.attribute(name)
            found = self.domains[name] = domain(self.rules, name, attribute) if attribute else ()
        return found

    def evaluation(self, fixed: Mapping[str, Value] | None = None) -> OpenEvaluation:
        """An evaluation with everything open, but for choices that are fixed."""
        space = replace(self.space, fixed=fixed or {})
        space.variables = self.space.variables  # one store: the same name is the same variable
        return OpenEvaluation(space, self.situation, world=self)


def _is_of_knob(formula: Formula) -> bool:
    return isinstance(formula, Setting) or (isinstance(formula, Test) and Knob in map(type, formula.values))


@dataclass
class OpenEvaluation(Evaluation):
    """Partial evaluation where nothing is known: what is left of a formula is all of it."""

    world: World = field(kw_only=True)
    opened: dict[tuple[object, ...], Residual] = field(default_factory=dict)
    asking: dict[Formula, bool] = field(default_factory=dict)

    def residual(self, formula: Formula, event: str, term: str = "", definition: str = "") -> Residual:
        """What is left of a formula of an event."""
        if not isinstance(formula, Some | Who | Dated | About | Test):
            return super().residual(formula, event, term, definition)
        # the same condition in another place is the same question, but for the knobs of the definition that it is in
        within = (term, definition) if self._asks_of_knobs(formula) else None
        key = (formula, "" if isinstance(formula, Some) else event, within)
        found = self.opened.get(key)
        if found is None:
            found = self.opened[key] = self._open(formula, event, term, definition)
        return found

    def _asks_of_knobs(self, formula: Formula) -> bool:
        found = self.asking.get(formula)
        if found is None:
            found = self.asking[formula] = any(map(_is_of_knob, formula.walk()))
        return found

    def _open(self, formula: Formula, event: str, term: str, definition: str) -> Residual:
        match formula:
            case Some(of):
                parts = [self.residual(of, ATTACK, term, definition)]
                for each in self.world.pool:
                    held = self.residual(of, each, term, definition)
                    if held is not False:
                        parts.append(join("all", [self._feature(each, "happened", bool), held], absorbing=False))
                return join("any", parts, absorbing=True)
            case Who("by" | "against" as whose, names):
                if event == ATTACK:
                    role = "adversary" if whose == "by" else "beneficiary"
                    also = self._pick("actor", f"{ATTACK}.also-{whose}", self.world.others,
                                      tuple(self._any_of(who, names) for who in self.world.others))  # fmt: skip
                    return join("any", [self._any_of(role, names), also], absorbing=True)
                return self._feature(event, whose, lambda who: self._any_of(who, names))
            case Who(role, names):
                return self._any_of(role, names)
            case Dated(relation):
                if event == ATTACK:
                    return "same-day" in _DATED[relation]
                return self._feature(event, "when", lambda when: when in _DATED[relation])
            case About():
                return event != ATTACK and self._feature(event, "about", bool)
            case Test(attribute) if event != ATTACK or attribute != "happened":
                return self._open_test(formula, event, term, definition)
        return super().residual(formula, event, term, definition)

    def _any_of(self, who: Value | None, names: Iterable[str]) -> Residual:
        return join("any", (self.world.is_one(who, name) for name in names), absorbing=True)

    def _feature(self, event: str, name: str, then: Callable[[Value | None], Residual]) -> Residual:
        values = self.world.pool[event].values[name]
        return self._pick("actor", f"{event}.{name}", values, tuple(then(v) for v in values), (event, name))

    def _open_test(self, test: Test, event: str, term: str, definition: str) -> Residual:
        attribute = self.vocabulary.attribute(test.attribute)
        if attribute is None or (attribute.computed and not self.world.alone):
            return Evaluation.residual(self, test, event, term, definition)
        own = self.world.pool[event].values.get(test.attribute) if event != ATTACK else None
        values = own or self.world.domain(test.attribute)
        kind: Kind = "actor" if test.attribute == "happened" else "fact"

        def of_fact(asked: tuple[Value, ...]) -> Residual:
            listed = self._expanded(test, asked)
            branches = tuple([value is not None and holds(attribute, test, value, listed) for value in values])
            return self._pick(kind, f"{event}.{test.attribute}", values, branches, (event, test.attribute))

        return self._asked(test.values, (), of_fact, term, definition)
