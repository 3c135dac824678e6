"""What holds of the rules for all facts and all readings, with scenarios that show it and the parts that it lies in.

The words are those of Cedar's analysis: vacuous, redundant, shadowed, equivalent. A solver looks for facts and a
reading under which a property fails (`foedus.world` says which facts there can be); where there are none, it is proved.
What a scenario shows is found again by the reference before it is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeVar

from foedus import reference
from foedus.derivation import conclude
from foedus.formula import All, AnyOf, Formula, Layer, Some, Term, Test, Who, conjuncts
from foedus.ground import ROLES, TEMPORAL_SCOPE, Facts, Reading, Situation, version_for
from foedus.model import Stated
from foedus.residual import knob_variable
from foedus.solver import Satisfiability
from foedus.world import ATTACK, Segment, World, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from foedus.formula import Path
    from foedus.ground import Case, Rules
    from foedus.model import Casus, Event, PropertyKind, Scenario, TermEntry
    from foedus.vocabulary import Value
    from foedus.world import Context, OpenEvaluation

_Item = TypeVar("_Item")
OF_RUNGS = frozenset({"rung-left-out", "rungs-at-once", "gap"})
"""How the clauses of one treaty stand to each other: no fault, but worth knowing."""


MOST_HOSTS = 8
"""Clauses in which a scenario that shows something of a term is looked for."""


@dataclass(frozen=True)
class Shown:
    """A scenario that shows a property: its case, and what each reading finds of it."""

    scenario: Scenario
    case: Case
    findings: tuple[tuple[Mapping[str, Value], Casus], ...]


@dataclass(frozen=True)
class Property:
    """Something that holds of the rules whatever the facts and the reading, and that their author may not have meant.

    `key` and `path` say where in the files; `core` names the parts from which it follows.
    """

    kind: PropertyKind | Literal["unfounded"]
    key: tuple[str, str]
    path: Path
    message: str
    core: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Part:
    """A condition of a clause that has to hold, and where it stands."""

    name: str
    path: Path
    literal: int


def finding_of(rules: Rules, scenario: Scenario, case: Case, choices: Mapping[str, Value]) -> Casus:
    """The casus of a case, by the reference."""
    situation = Situation(rules, Facts(scenario), case)
    return conclude(situation, reference.judge(situation, Reading(choices, rules))).casus


def shrink(
    scenario: Scenario, choices: dict[str, Value], shows: Callable[[Scenario, dict[str, Value]], bool]
) -> tuple[Scenario, dict[str, Value]]:
    """A scenario of which no event, fact or choice could be left out and still show it."""
    attack = scenario.events[0]
    for whose in ("by", "against"):
        named = getattr(attack, whose).value
        if isinstance(named, tuple):
            one = Stated(named[0])
            plain = replace(attack, by=one) if whose == "by" else replace(attack, against=one)
            alone = replace(scenario, events=(plain, *scenario.events[1:]))
            scenario = alone if shows(alone, choices) else scenario
            attack = scenario.events[0]

    def with_events(kept: list[Event]) -> Scenario:
        return replace(scenario, events=(attack, *kept))

    scenario = with_events(_fewest(list(scenario.events[1:]), lambda kept: shows(with_events(kept), choices)))
    choices = dict(_fewest(list(choices.items()), lambda kept: shows(scenario, dict(kept))))
    facts = [(index, name) for index, event in enumerate(scenario.events) for name in event.facts]

    def with_facts(kept: list[tuple[int, str]]) -> Scenario:
        wanted = set(kept)
        events = (
            replace(event, facts={name: fact for name, fact in event.facts.items() if (index, name) in wanted})
            for index, event in enumerate(scenario.events)
        )
        return replace(scenario, events=tuple(events))

    return with_facts(_fewest(facts, lambda kept: shows(with_facts(kept), choices))), choices


def _fewest(items: list[_Item], suffices: Callable[[list[_Item]], bool]) -> list[_Item]:
    """Some of the items that suffice, of which none could be left out; many are tried at once first."""
    size = len(items)
    while size:
        start = 0
        while start < len(items):
            fewer = items[:start] + items[start + size :]
            if suffices(fewer):
                items = fewer
            else:
                start += size
        size //= 2
    return items


@dataclass
class Asked:
    """A world and the solver that knows its formulas; to be closed."""

    world: World
    seen: list[frozenset[int]] = field(default_factory=list)

    @cached_property
    def sat(self) -> Satisfiability:
        """The solver."""
        return Satisfiability(self.world.space.variables)

    @cached_property
    def always(self) -> list[int]:
        """That the act is conduct and that nobody has two roles."""
        return [self.sat.literal(self.world.apart), self.sat.literal(self.world.is_conduct)]

    @cached_property
    def _evaluation(self) -> OpenEvaluation:
        return self.world.evaluation()

    def literal(self, formula: Formula, context: Context = ("", "")) -> int:
        """The literal of a formula, asked of the act."""
        return self.sat.literal(self._evaluation.residual(formula, ATTACK, *context))

    def under(self, choices: Mapping[str, Value], formula: Formula, context: Context = ("", "")) -> int:
        """The literal of a formula where some choices are fixed; all else is as elsewhere."""
        return self.sat.literal(self.world.evaluation(choices).residual(formula, ATTACK, *context))

    def holds(self, *literals: int) -> bool:
        """Whether these can hold together, of some act and under some reading."""
        return self.sat.can_hold([*self.always, *literals])

    def core(self, named: Mapping[int, str], *literals: int) -> tuple[str, ...]:
        """The names of some literals that cannot hold together with the others given."""
        return tuple(self.sat.core(named, [*self.always, *literals]))

    def differ(self, one: int, other: int, *literals: int) -> bool:
        """Whether one of two can hold without the other."""
        for seen in self.seen:  # most pairs are told apart by what was found for others
            if (one in seen) != (other in seen) and all(each == 1 or each in seen for each in literals):
                return True
        if self.holds(one, -other, *literals) or self.holds(-one, other, *literals):
            self.seen.append(self.sat.true())
            return True
        return False


@dataclass
class ClauseProof:
    """What holds of one clause in one of its segments; `siblings` are the casus of other clauses of its treaty."""

    rules: Rules
    clause: str
    asked: Asked
    siblings: Mapping[str, Formula]

    @property
    def key(self) -> tuple[str, str]:
        """The treaty's file."""
        return ("treaty", self.clause.partition("/")[0])

    @cached_property
    def at(self) -> Path:
        """Where the clause stands, as it reads in this segment."""
        return ("clauses", self.clause.partition("/")[2], "versions", self.asked.world.segment.version)

    @cached_property
    def layers(self) -> list[tuple[str, Path, Formula]]:
        """The trigger, scopes, exceptions and overlays: name, place, and what has to hold."""
        clause = self.rules.clause(self.clause)[1]
        out: list[tuple[str, Path, Formula]] = []
        for layer in self.asked.world.situation.casus.parts:
            match layer:
                case Layer("trigger", _, of):
                    out.append(("the trigger", (*self.at, "trigger"), of))
                case Layer("scope", name, of):
                    out.append((f"scope `{name}`", (*self.at, "scope", name), of))
                case Layer("exception", name, of):
                    own = name.partition("/")[2]
                    if name in clause.versions[self.asked.world.segment.version].exceptions:
                        out.append((f"exception `{name}`", (*self.at, "exceptions", name), of))
                    elif own:
                        out.append((f"attachment `{own}`", ("attachments", own), of))
                    else:
                        out.append((f"overlay `{name}`", (*self.at[:2], "overlays"), of))
        return out

    @cached_property
    def parts(self) -> list[Part]:
        """What has to hold for the casus to arise, part by part."""
        out = []
        for name, path, formula in self.layers:
            if name == "the trigger":
                out += [
                    Part(f"{_named(each)} in the trigger", (*path, *each.at), self.asked.literal(each))
                    for each in conjuncts(formula)
                ]
            else:
                out.append(Part(name, path, self.asked.literal(formula)))
        return out

    @cached_property
    def casus(self) -> int:
        """That the casus arises."""
        return self.asked.literal(self.asked.world.situation.casus)

    def found(
        self, kind: PropertyKind, path: Path, message: str, shown: tuple[Shown, ...], core: Iterable[str] = ()
    ) -> Property:
        """A property of this clause."""
        return Property(kind, self.key, path, f"`{self.clause}`: {message}", tuple(core), shown)

    def properties(self) -> Iterator[Property]:
        """All that there are; of a vacuous clause only that."""
        if not self.asked.holds(self.casus):
            yield self._vacuous()
            return
        trigger = self.asked.sat.every(part.literal for part in self.parts if "trigger" in part.path)
        if not self.asked.holds(-trigger):
            yield self.found("always", (*self.at, "trigger"), "every act meets the trigger", self.shown(self.casus))
            return
        yield from self._redundant()
        yield from self._shadowed()
        yield from self._asymmetric()
        yield from self._contradictory()

    def _vacuous(self) -> Property:
        core = self.asked.core({part.literal: part.name for part in self.parts})
        missed = [part.literal for part in self.parts if part.name != next(iter(core), "")]
        message = f"it never arises: no act and no reading meets {_listed(core)}"
        return self.found("vacuous", (*self.at, "trigger"), message, self.shown(*missed, finds="does-not-arise"), core)

    def _redundant(self) -> Iterator[Property]:
        for part in self.parts:
            others = {other.literal: other.name for other in self.parts if other is not part}
            if not self.asked.holds(-part.literal, *others):
                core = self.asked.core(others, -part.literal)
                why = f"it follows from {_listed(core)}" if core else "it always holds"
                yield self.found(
                    "redundant", part.path, f"{part.name} makes no difference: {why}", self.shown(self.casus), core
                )

    def _shadowed(self) -> Iterator[Property]:
        for name, path, formula in self.layers:
            if path[0] == "attachments" or path[-1] == "overlays":
                continue  # they are not written for this clause alone
            for option, others in _options(formula):
                literals = [-self.asked.literal(other) for other in others]
                if not self.asked.holds(self.asked.literal(option), *literals):
                    message = f"{_named(option)} in {name} makes no difference: where it holds, an alternative does"
                    yield self.found("shadowed", (*path, *option.at), message, self.shown(self.casus))

    def _asymmetric(self) -> Iterator[Property]:
        """Of a clause that binds all parties alike: two parties of which one is owed what the other is not."""
        clause = self.rules.clause(self.clause)[1]
        world, sat = self.asked.world, self.asked.sat
        if clause.obligors or clause.beneficiaries or clause.kind == "nonaggression":
            return
        parties = world.roles["obligor"]
        # in the clause's own words: what a term's definitions say of single States is not the treaty's doing
        naming = [(names, layer) for names, layer in self._naming() if names & set(parties)]
        for one in dict.fromkeys(name for names, _ in naming for name in parties if name in names):
            other = next(each for each in parties if each != one)
            for first, second in ((one, other), (other, one)):
                here, there = (world.between(first, second, exchanged=exchanged) for exchanged in (False, True))
                mirrored = there.evaluation()
                casus = sat.literal(here.evaluation().residual(here.situation.casus, ATTACK))
                known = [sat.literal(here.apart), sat.literal(there.apart), sat.literal(world.is_conduct), casus]
                fails = (-sat.literal(mirrored.residual(layer, ATTACK)) for names, layer in naming if one in names)
                if any(sat.can_hold([*known, each]) for each in fails):
                    yield self._asymmetry(here, first, second)
                    return

    def _naming(self) -> Iterator[tuple[set[str], Formula]]:
        for _, _, layer in self.layers:
            for part in conjuncts(layer):
                yield {name for each in part.walk() if isinstance(each, Who) for name in each.of}, part

    def _asymmetry(self, here: World, one: str, other: str) -> Property:
        scenario, case, choices = here.scenario(self.asked.sat.model())

        def shows(each: Scenario, reading: dict[str, Value]) -> bool:
            mirrored = _exchange(each, case, one, other)
            found = (finding_of(self.rules, each, case, reading), finding_of(self.rules, *mirrored, reading))
            return found == ("arises", "does-not-arise")

        shown: tuple[Shown, ...] = ()
        if shows(scenario, choices):
            scenario, choices = shrink(scenario, choices, shows)
            mirror, its_case = _exchange(scenario, case, one, other)
            shown = (
                Shown(scenario, case, ((choices, "arises"),)),
                Shown(mirror, its_case, ((choices, "does-not-arise"),)),
            )
        message = f"{one} owes {other} help where {other} would not owe it to {one}, all else being exchanged"
        return self.found("asymmetric", (*self.at, "trigger"), message, shown)

    def _contradictory(self) -> Iterator[Property]:
        """Of a promise of help: another clause of the treaty that binds the same obligor to stay neutral."""
        treaty = self.rules.clause(self.clause)[0]
        for other, casus in self.siblings.items():
            both = (self.casus, self.asked.literal(casus))
            if treaty.clauses[other.partition("/")[2]].kind == "neutrality" and self.asked.holds(*both):
                message = f"the obligor can owe help by it and neutrality by `{other}` at once"
                yield self.found("contradictory", (*self.at, "trigger"), message, self.shown(*both))

    def rungs(self) -> Iterator[Property]:
        """How a promise of help stands to those to consult in the same treaty, each clause under its defaults."""
        treaty = self.rules.clause(self.clause)[0]
        for other, casus in self.siblings.items():
            if treaty.clauses[other.partition("/")[2]].kind != "consultation":
                continue
            consults, usual = self.asked.literal(casus), self.by_default()
            path = (*self.at, "trigger")
            if self.asked.holds(*usual, self.casus, -consults):
                message = f"help can be owed where `{other}` does not ask for consultation"
                yield self.found("rung-left-out", path, message, self.shown(*usual, self.casus, -consults))
            if self.asked.holds(*usual, self.casus, consults):
                message = f"help can be owed together with the consultation of `{other}`"
                yield self.found("rungs-at-once", path, message, self.shown(*usual, self.casus, consults))
            within = [part.literal for part in self.parts if "scope" in part.path]
            force = self.asked.literal(Test("act", "is", tuple(self.rules.vocabulary.expand(("armed-force",)))))
            gap = [*usual, *within, force, -self.casus, -consults]
            if self.asked.holds(*gap):
                message = f"an act of armed force within its scope can fall below both it and `{other}`"
                yield self.found("gap", path, message, self.shown(*gap, finds="does-not-arise"))

    def by_default(self) -> list[int]:
        """That every choice is what it is where no reading says otherwise."""
        _ = self.casus  # which choices there are is known once it is
        return self.asked.sat.taking(self.asked.world.settled(Reading({}, self.rules)))

    def shown(self, *literals: int, finds: Casus = "arises") -> tuple[Shown, ...]:
        """A smallest scenario with such a finding in which some literals hold; none if there is none."""
        if not self.asked.holds(*literals):
            return ()
        scenario, case, choices = self.asked.world.scenario(self.asked.sat.model())

        def shows(each: Scenario, reading: dict[str, Value]) -> bool:
            return finding_of(self.rules, each, case, reading) == finds

        if not shows(scenario, choices):
            return ()
        scenario, choices = shrink(scenario, choices, shows)
        return (Shown(scenario, case, ((choices, finds),)),)


def _exchange(scenario: Scenario, case: Case, one: str, other: str) -> tuple[Scenario, Case]:
    """The scenario and its case with two actors exchanged everywhere."""
    swap = {one: other, other: one}

    def stated(fact: Stated) -> Stated:
        value = fact.value
        named = tuple(swap.get(v, v) for v in value) if isinstance(value, tuple) else swap.get(str(value), value)
        return Stated(named)

    events = tuple(replace(e, by=stated(e.by), against=stated(e.against)) for e in scenario.events)
    roles = {role: swap.get(getattr(case, role), getattr(case, role)) for role in ROLES}
    return replace(scenario, events=events), replace(case, **roles)


def _options(formula: Formula) -> Iterator[tuple[Formula, tuple[Formula, ...]]]:
    """Every alternative that is asked of the act itself, and those beside it."""
    if isinstance(formula, AnyOf):
        for index, option in enumerate(formula.of):
            yield option, (*formula.of[:index], *formula.of[index + 1 :])
    if not isinstance(formula, Some):
        for part in formula.parts:
            yield from _options(part)


def _named(formula: Formula) -> str:
    """A condition in few words: its terms, or what it tests."""
    words = {f"`{part.term}`" if isinstance(part, Term) else f"`{part.attribute}`": None
             for part in formula.walk() if isinstance(part, Term | Test)}  # fmt: skip
    return "the condition on " + ", ".join(words) if words else "a condition"


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names) or "its conditions"


# Terms


@dataclass
class TermProof:
    """What holds of the definitions of one term, asked of any act between any actors.

    `hosts` are clauses that use the term, in one of which a scenario can show it.
    """

    rules: Rules
    term: TermEntry
    hosts: tuple[str, ...]

    @cached_property
    def asked(self) -> Asked:
        """The definitions alone."""
        return Asked(self._world(*self.term.definitions))

    def _world(self, *names: str, copies: int = 1) -> World:
        host, segment = self._segment(self.hosts[0])
        also = tuple((self.term.definitions[name].holds_when, (self.term.term, name)) for name in names)
        return World(self.rules, host, segment, also, alone=True, copies=copies)

    def _segment(self, clause: str) -> tuple[str, Segment]:
        return clause, max(segments(self.rules, clause), key=lambda each: len(each.parties))

    @cached_property
    def holds(self) -> dict[str, int]:
        """Definition to the literal that it holds of the act."""
        return {
            name: self.asked.literal(each.holds_when, (self.term.term, name))
            for name, each in self.term.definitions.items()
        }

    def _alike(self, one: str, other: str) -> int:
        """That the knobs which two definitions have under the same name are set alike."""
        known = self.asked.world.space.variables
        tied = []
        for name, setting in self.term.definitions[other].knobs.items():
            own = self.term.definitions[one].knobs.get(name)
            if own is None:
                continue
            here, there = (knob_variable(self.term.term, d, name, s)[0] for d, s in ((one, own), (other, setting)))
            if here != there and here in known and there in known:
                same = tuple(("pick", there, tuple(v == w for w in setting.values)) for v in own.values)
                tied.append(self.asked.sat.literal(("pick", here, same)))
        return self.asked.sat.every(tied)

    def found(self, kind: PropertyKind, path: Path, message: str, shown: tuple[Shown, ...] = ()) -> Property:
        """A property of this term."""
        return Property(kind, ("term", self.term.term), path, f"`{self.term.term}`: {message}", (), shown)

    def properties(self) -> Iterator[Property]:
        """All that there are."""
        yield from self._equivalent()
        yield from self._relations()
        yield from self._without_effect()
        yield from self._idle()

    def _equivalent(self) -> Iterator[Property]:
        for one, other in combinations(self.term.definitions, 2):
            if not self.asked.differ(self.holds[one], self.holds[other], self._alike(one, other)):
                message = f"the definitions `{one}` and `{other}` are equivalent"
                yield self.found("equivalent", ("definitions", other), message, self._shown({one: "arises"}))

    def _relations(self) -> Iterator[Property]:
        for index, (broad, narrow) in enumerate(self.term.broader_than):
            if self.asked.holds(self.holds[narrow], -self.holds[broad], self._alike(broad, narrow)):
                message = f"`{broad}` is not broader than `{narrow}`"
                shown = self._shown({narrow: "arises", broad: "does-not-arise"})
                yield self.found("not-broader", ("broader_than", index), message, shown)
        for index, (one, other) in enumerate(self.term.excludes):
            if self.asked.holds(self.holds[one], self.holds[other], self._alike(one, other)):
                message = f"`{one}` does not exclude `{other}`"
                yield self.found("not-exclusive", ("excludes", index), message, self._shown({one: "arises"}))

    def _without_effect(self) -> Iterator[Property]:
        """Conditions inside a definition that follow from those beside them, or that those beside them cover."""
        for name, definition in self.term.definitions.items():
            context = (self.term.term, name)
            at: Path = ("definitions", name, "holds_when")
            for formula in _asked_of_the_act(definition.holds_when):
                if not isinstance(formula, All | AnyOf) or len(formula.of) == 1:
                    continue
                sign = 1 if isinstance(formula, All) else -1
                literals = [sign * self.asked.literal(part, context) for part in formula.of]
                for index, part in enumerate(formula.of):
                    others = [each for i, each in enumerate(literals) if i != index]
                    if not self.asked.holds(*others, -literals[index]):
                        kind: PropertyKind = "redundant" if sign == 1 else "shadowed"
                        message = f"{_named(part)} in `{name}` makes no difference"
                        yield self.found(kind, (*at, *part.at), message, self._shown({name: "arises"}))

    def _idle(self) -> Iterator[Property]:
        for name, definition in self.term.definitions.items():
            asked = Asked(self._world(name, copies=2))
            for knob, setting in definition.knobs.items():
                key, _ = knob_variable(self.term.term, name, knob, setting)
                context = (self.term.term, name)
                literals = [asked.under({key: value}, definition.holds_when, context) for value in setting.values]
                for index in range(1, len(literals)):
                    if not asked.differ(literals[index - 1], literals[index]):
                        values = f"`{setting.values[index - 1]}` and `{setting.values[index]}`"
                        message = f"{values} make no difference for the knob `{knob}` of `{name}`"
                        yield self.found(
                            "idle", ("definitions", name, "knobs", knob), message, self._shown({name: "arises"})
                        )
            asked.sat.close()

    def _shown(self, finds: Mapping[str, Casus]) -> tuple[Shown, ...]:
        """A scenario in which the host clause has those findings under those definitions, knobs set alike."""
        for host in self.hosts[:MOST_HOSTS]:
            shown = self._shown_in(host, finds)
            if shown:
                return (shown,)
        return ()

    def _shown_in(self, host: str, finds: Mapping[str, Casus]) -> Shown | None:
        asked = Asked(World(self.rules, *self._segment(host)))
        casus = asked.world.situation.casus
        literals = []
        for name, finding in finds.items():
            literal = asked.under({self.term.term: name}, casus)
            literals.append(literal if finding == "arises" else -literal)
        if not asked.holds(*literals):
            return None
        scenario, case, choices = asked.world.scenario(asked.sat.model())

        def reading(name: str, chosen: Mapping[str, Value]) -> dict[str, Value]:
            return {**chosen, self.term.term: name}

        def shows(each: Scenario, chosen: dict[str, Value]) -> bool:
            return all(finding_of(self.rules, each, case, reading(n, chosen)) == f for n, f in finds.items())

        if not shows(scenario, choices):
            return None
        scenario, choices = shrink(scenario, choices, shows)
        return Shown(scenario, case, tuple((reading(n, choices), f) for n, f in finds.items()))


def _asked_of_the_act(formula: Formula) -> Iterator[Formula]:
    yield formula
    if not isinstance(formula, Some):
        for part in formula.parts:
            yield from _asked_of_the_act(part)


# The whole library


def prove(rules: Rules, clauses: Iterable[str], terms: Iterable[str]) -> Iterator[Property]:
    """Everything that holds of some clauses and terms."""
    for clause in clauses:
        treaty, _, own = clause.partition("/")
        entry, at = rules.clause(clause)[1], ("clauses", own)
        yield from _with_unfounded(prove_clause(rules, clause), clause, ("treaty", treaty), at, entry.properties)
    for name in terms:
        hosts = tuple(_hosts(rules, name))
        if hosts:
            term = rules.terms[name]
            proved = TermProof(rules, term, hosts).properties()
            yield from _with_unfounded(proved, name, ("term", name), (), term.properties)


def _with_unfounded(
    proved: Iterable[Property], name: str, key: tuple[str, str], at: Path, explained: Mapping[PropertyKind, str]
) -> Iterator[Property]:
    """What is proved, and each kind that the file explains and that is not among it."""
    found = set()
    for each in proved:
        found.add(each.kind)
        yield each
    for kind in explained:
        if kind not in found:
            message = f"`{name}`: the file explains `{kind}`, of which nothing is found"
            yield Property("unfounded", key, (*at, "properties", kind), message)


def prove_clause(rules: Rules, clause: str) -> Iterator[Property]:
    """What holds of a clause in all its segments; of its wordings and overlays each, what holds there."""
    own = rules.clause(clause)[1]
    found: dict[tuple[str, str, Path], list[Property]] = {}
    every = segments(rules, clause)
    for segment in every:
        siblings = _siblings(rules, clause, segment) if own.kind in HELP else {}
        also = tuple((casus, ("", "")) for casus in siblings.values())
        asked = Asked(World(rules, clause, segment, also))
        proof = ClauseProof(rules, clause, asked, siblings)
        for each in (*proof.properties(), *proof.rungs()):
            # the same may follow from other conditions at another time
            what = each.message.rpartition(": ")[0] if each.kind in _AT_ALL_TIMES else each.message
            found.setdefault((each.kind, what, each.path), []).append(each)
        asked.sat.close()
    for same in found.values():
        # what never arises, or makes no difference, for a time may do so at another
        versions = sum(1 for segment in every if same[0].path[2:4] in {("versions", segment.version), ()})
        if same[0].kind in _AT_ALL_TIMES and len(same) < max(versions, 1):
            continue
        yield same[0]


_AT_ALL_TIMES = frozenset({"vacuous", "always", "redundant", "shadowed"})
HELP = frozenset({"defense", "offense"})


def _siblings(rules: Rules, clause: str, segment: Segment) -> dict[str, Formula]:
    """The casus of the clauses of the same treaty that stand beside a promise of help, as they read then."""
    treaty, _ = rules.clause(clause)
    out = {}
    for name, other in treaty.clauses.items():
        if other.kind in {"neutrality", "consultation"}:
            beside = f"{treaty.treaty}/{name}"
            there = replace(segment, version=version_for(other, segment.day, segment.day))
            out[beside] = World(rules, beside, there).situation.casus
    return out


def _hosts(rules: Rules, term: str) -> Iterator[str]:
    """The clauses that use a term, first those that name it themselves, those of the most parties first."""
    reach: dict[str, set[str]] = {}
    for treaty in rules.treaties.values():
        for name, clause in treaty.clauses.items():
            every = [f for v in clause.versions for f in (v.trigger, *v.scope.values(), *v.exceptions.values())]
            every += [s.met_when for v in clause.versions for s in v.procedure.values()]
            reach[f"{treaty.treaty}/{name}"] = {p.term for f in every for p in f.walk() if isinstance(p, Term)}
    uses = {
        name: {p.term for d in entry.definitions.values() for p in d.holds_when.walk() if isinstance(p, Term)}
        for name, entry in rules.terms.items()
    }
    wanted, seen = {term}, {term}
    ordered = sorted(reach, key=lambda clause: -len(rules.clause(clause)[0].parties))
    while wanted:
        yield from (clause for clause in ordered if reach[clause] & wanted and segments(rules, clause))
        wanted = {name for name, used in uses.items() if used & wanted} - seen
        seen |= wanted
    if term == TEMPORAL_SCOPE:
        yield from ordered
