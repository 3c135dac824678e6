"""Scenario and clause to cases: roles bound, one account of the facts put in, what is to be judged as one formula."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from foedus.formula import (
    FALSE,
    TRUE,
    WORDING,
    About,
    All,
    AnyOf,
    AtLeast,
    Choose,
    Dated,
    Formula,
    Knob,
    Layer,
    Not,
    Some,
    Term,
    Test,
    Truth,
    Who,
    Whose,
)
from foedus.model import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from foedus.model import (
        Actor,
        Clause,
        Definition,
        Event,
        KnobSetting,
        Overlay,
        Profile,
        Scenario,
        Step,
        TermEntry,
        Treaty,
        Version,
    )
    from foedus.vocabulary import Value, Vocabulary

TEMPORAL_SCOPE = "temporal-scope"
"""The term that decides whether a clause was in force for an event; every clause asks it."""

HELP_AS_ATTACK = "help-as-attack"
"""The term that decides whether help given under a treaty can itself be an attack; asked of such help alone."""

IN_PERFORMANCE = "in_performance"
"""The attribute of an event that is help given in performance of a treaty."""

Condition = tuple[Formula, "Mapping[str, KnobSetting]"]
"""A formula, and the knobs of the definition that it stands in."""

Steps = dict[str, tuple["Step", Formula, Formula]]
"""The steps between casus and duty, each with the conditions under which it is met and refused."""

APPLIED, SET_ASIDE = "applied", "set-aside"

ROLES = ("obligor", "beneficiary", "adversary")
"""The roles that actors have in a case."""

THIS = "this"
"""The word for the event in question, among the words that a formula mentions."""


Word = str | tuple[str, str]


class Mentions(NamedTuple):
    """What a formula mentions itself, the definitions of its terms left aside.

    `choices` are its terms and other choices in the order of reading, `words` the attributes, roles, kinds and actors
    that it asks for, and each role as the one by or against which something was done.
    """

    formula: Formula
    choices: list[Term | Choose]
    words: set[Word]


def _mention(parts: Iterable[Any], choices: list[Term | Choose], words: set[Word]) -> None:
    # the walk over all definitions is a good part of a first question, so types are compared, not matched
    for part in parts:
        kind = type(part)
        if kind is Test:
            words.add(part.attribute)
        elif kind is Who:
            words.update(part.of, (part.whose,), [(part.whose, role) for role in part.of])
        elif kind is Dated or kind is About:
            words.add(THIS)
        else:
            if kind is Term or kind is Choose:
                choices.append(part)
            elif kind is Some:
                words.add("happened")
            _mention(part.parts, choices, words)


def _relations(formula: Formula) -> Iterator[Who | Dated | About]:
    match formula:
        case All(of):
            for part in of:
                yield from _relations(part)
        case Who() | Dated() | About():
            yield formula


@dataclass(frozen=True)
class Rules:
    """The rules that a run needs, resolved: every name that they mention is in them."""

    vocabulary: Vocabulary
    actors: Mapping[str, Actor]
    terms: Mapping[str, TermEntry]
    treaties: Mapping[str, Treaty]
    overlays: Mapping[str, Overlay]
    profiles: Mapping[str, Profile]

    def __getstate__(self) -> dict[str, object]:
        """What the rules are; what was looked up in them goes by identities that a copy does not have."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def named(self) -> dict[str, frozenset[str]]:
        """Treaty to the actors whom a condition names that one of its clauses may come to."""
        everywhere = self._actors_in(formula for formula, _ in self._shared())
        return {
            name: everywhere | self._actors_in(formula for formula, _ in _of_treaty(treaty))
            for name, treaty in self.treaties.items()
        }

    def mentions(self, formula: Formula) -> Mentions:
        """What a formula mentions, looked up once."""
        found = self._mentioned.get(id(formula))
        if found is None:
            # it holds the formula, so that no other comes to have its id
            found = self._mentioned[id(formula)] = Mentions(formula, [], set())
            _mention((formula,), found.choices, found.words)
        return found

    def words(self, formula: Formula) -> frozenset[Word]:
        """The attributes, roles, kinds and actors that a formula or some definition of its terms asks for."""
        found = self._worded.get(id(formula))
        if found is None:
            mentions = self.mentions(formula)
            words: set[Word] = set(mentions.words)
            for each in mentions.choices:
                if isinstance(each, Term):
                    words |= self._words_of_term(each.term)
            found = self._worded[id(formula)] = frozenset(words)
        return found

    def _words_of_term(self, term: str) -> frozenset[Word]:
        found = self._worded.get(term)
        if found is None:
            definitions = self.terms[term].definitions.values()
            found = self._worded[term] = frozenset().union(*(self.words(each.holds_when) for each in definitions))
        return found

    def relations(self, formula: Formula) -> tuple[Who | Dated | About, ...]:
        """What a formula asks of every event that it can hold of, as far as the roles tell."""
        found = self._related.get(id(formula))
        if found is None:
            found = self._related[id(formula)] = tuple(_relations(self.mentions(formula).formula))
        return found

    @cached_property
    def _mentioned(self) -> dict[int, Mentions]:
        return {}

    @cached_property
    def _worded(self) -> dict[str | int, frozenset[Word]]:
        return {}

    @cached_property
    def _related(self) -> dict[int, tuple[Who | Dated | About, ...]]:
        return {}

    @cached_property
    def asked(self) -> dict[tuple[object, ...], tuple[Formula, Steps]]:
        """Clause, version and overlays to casus and steps, as far as they came up."""
        return {}

    @cached_property
    def common_periods(self) -> dict[tuple[str, str, str], list[Period]]:
        """Treaty and two parties to the times in which it is in force for both, as far as they came up."""
        return {}

    @cached_property
    def limits(self) -> dict[str, set[int]]:
        """Number to the limits that some condition asks for."""
        found: dict[str, set[int]] = {
            name: set() for name, attribute in self.vocabulary.attributes.items() if attribute.type == "number"
        }
        for formula, knobs in self.formulas():
            for part in formula.walk():
                if isinstance(part, Test) and part.attribute in found:
                    for value in part.values:
                        asked = knobs[value.name].values if isinstance(value, Knob) else (value,)
                        found[part.attribute].update(map(int, asked))
        return found

    def _actors_in(self, formulas: Iterable[Formula]) -> frozenset[str]:
        names = {name for each in formulas for part in each.walk() if isinstance(part, Who) for name in part.of}
        return frozenset(names & self.actors.keys())

    def unread(self) -> list[str]:
        """The attributes that no condition reads."""
        read = {part.attribute for formula, _ in self.formulas() for part in formula.walk() if isinstance(part, Test)}
        return [name for name in self.vocabulary.attributes if name not in read]

    def formulas(self) -> Iterator[Condition]:
        """The conditions of all definitions, clauses and overlays, with the knobs that they may read."""
        yield from self._shared()
        for treaty in self.treaties.values():
            yield from _of_treaty(treaty)

    def _shared(self) -> Iterator[Condition]:
        for entry in self.terms.values():
            for definition in entry.definitions.values():
                yield definition.holds_when, definition.knobs
        for overlay in self.overlays.values():
            yield from _of_overlay(overlay)

    def attached(self, clause_id: str) -> Mapping[str, Overlay]:
        """What is ever read into a clause or attached to it, by the id under which a reading sets it aside."""
        found = self._attached.get(clause_id)
        if found is None:
            treaty, clause = self.clause(clause_id)
            name = clause_id.partition("/")[2]
            found = self._attached[clause_id] = {key: self.overlays[key] for key in clause.overlays}
            for key, each in treaty.attachments.items():
                if not each.clauses or name in each.clauses:
                    found[f"{treaty.treaty}/{key}"] = each
        return found

    @cached_property
    def shared_knobs(self) -> dict[str, KnobSetting]:
        """What the knobs can be set to that several definitions have as one, by the name of the one."""
        definitions = (each for entry in self.terms.values() for each in entry.definitions.values())
        return {own.same_as: own for each in definitions for own in each.knobs.values() if own.same_as}

    @cached_property
    def _attached(self) -> dict[str, dict[str, Overlay]]:
        return {}

    def clause(self, clause_id: str) -> tuple[Treaty, Clause]:
        """The treaty and the clause that an id such as `nato-1949/art-5` names."""
        treaty_id, _, name = clause_id.partition("/")
        treaty = self.treaties[treaty_id]
        return treaty, treaty.clauses[name]


def _of_treaty(treaty: Treaty) -> Iterator[Condition]:
    for overlay in treaty.attachments.values():
        yield from _of_overlay(overlay)
    for clause in treaty.clauses.values():
        for version in clause.versions:
            for formula in (version.trigger, *version.scope.values(), *version.exceptions.values()):
                yield formula, {}
            yield from _of_steps(version.procedure)
            if version.duty.performed_when is not None:
                yield version.duty.performed_when, {}


def _of_overlay(overlay: Overlay) -> Iterator[Condition]:
    for condition in (overlay.requires, overlay.excludes):
        if condition is not None:
            yield condition, {}
    yield from _of_steps(overlay.procedure)


def _of_steps(procedure: Mapping[str, Step]) -> Iterator[Condition]:
    for step in procedure.values():
        for formula in (step.met_when, step.refused_when):
            if formula is not None:
                yield formula, {}


@dataclass(frozen=True)
class Reading:
    """One value for every choice: a definition for a term, a text for a treaty, a setting for a knob or overlay.

    What the mapping leaves out has its default; knobs are written `term.knob`.
    """

    choices: Mapping[str, Value]
    rules: Rules

    def within(self, situation: Situation) -> Reading:
        """This reading where it speaks, and the defaults of the clause, as it read then, where it does not."""
        defaults = merge(situation.clause.defaults, situation.version.defaults)
        return Reading(merge(defaults, self.choices), self.rules)

    def definition(self, term: str) -> tuple[str, Definition]:
        """The definition that this reading gives to a term, with its id."""
        entry = self.rules.terms[term]
        chosen = str(self.choices.get(term, entry.default))
        return chosen, entry.definitions[chosen]

    def knob(self, term: str, name: str) -> Value:
        """The setting of a knob of the definition chosen for the term."""
        knob = self.definition(term)[1].knobs[name]
        asked = self.choices.get(knob.same_as or f"{term}.{name}", knob.default)
        return asked if asked in knob.values else knob.default

    def option(self, choose: Choose) -> str:
        """The option that this reading takes of a choice other than a definition; the first is the default."""
        return str(self.choices.get(choose.choice, choose.options[0][0]))


def merge(below: Mapping[str, Value], above: Mapping[str, Value]) -> dict[str, Value]:
    """The choices below with those above on top; a term defined anew above leaves no knob of the old definition.

    >>> merge({"war": "material", "war.floor": "grave"}, {"war": "declared"})
    {'war': 'declared'}
    """
    kept = {
        choice: value for choice, value in below.items() if "." not in choice or choice.partition(".")[0] not in above
    }
    return {**kept, **above}


@dataclass(frozen=True)
class Case:
    """A clause and who would owe what to whom, against whom, for which event."""

    clause: str
    version: int
    obligor: str
    beneficiary: str
    adversary: str | None
    event: str


@dataclass(frozen=True)
class InForce:
    """Whether the clause was in force between obligor and beneficiary for an event, and since and until when."""

    status: Literal["in-force", "not-yet", "no-longer", "came-into-force-during", "ended-during", "never"]
    from_: date | None
    until: date | None


@dataclass(frozen=True)
class Facts:
    """The events of a scenario on one account, seen on one day.

    An event that did not happen, or not yet, is left out. What is unknown is absent from `known`. `rounds` numbers the
    events that are help given under a treaty: on one day, those of a round come after those of the rounds before, and
    after all that the scenario itself lists.
    """

    scenario: Scenario
    account: str | None = None
    on: date | None = None
    rounds: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def events(self) -> dict[str, Event]:
        """The events that happened or may have happened, by id."""
        return {
            event.id: event
            for event in self.scenario.events
            if (self.on is None or event.date <= self.on)
            and ("happened" not in event.facts or event.facts["happened"].according_to(self.account) is not False)
        }

    @cached_property
    def named(self) -> frozenset[str]:
        """The actors whom some event names, on whatever account."""
        names: set[str] = set()
        for event in self.events.values():
            for stated in (event.by, event.against):
                for value in (stated.value, *stated.disputed.values()):
                    names.update(value if isinstance(value, tuple) else (str(value),))
        return frozenset(names)

    @cached_property
    def known(self) -> dict[tuple[str, str], Value]:
        """(event, attribute) to value, for all that is known."""
        out: dict[tuple[str, str], Value] = {}
        for event in self.events.values():
            out[event.id, "happened"] = True
            for name, stated in (("act", event.act), *event.facts.items()):
                value = stated.according_to(self.account) if stated.disputed else stated.value
                if value is None:
                    out.pop((event.id, name), None)
                elif not isinstance(value, tuple):
                    out[event.id, name] = value
        return out

    def actors(self, event: str, whose: Literal["by", "against"]) -> tuple[str, ...] | None:
        """Who did it, or to whom; `None` where that is unknown, empty where there is nobody."""
        return self._actors[whose][event]

    @cached_property
    def _actors(self) -> dict[str, dict[str, tuple[str, ...] | None]]:
        out: dict[str, dict[str, tuple[str, ...] | None]] = {"by": {}, "against": {}}
        for name, event in self.events.items():
            for whose, stated in (("by", event.by), ("against", event.against)):
                value = stated.according_to(self.account)
                out[whose][name] = value if value is None or isinstance(value, tuple) else (str(value),)
        return out

    @cached_property
    def disputed(self) -> tuple[tuple[str, object], ...]:
        """Each attribute that is disputed, with this account's version of it; it tells accounts apart."""
        return tuple(
            (name, stated.according_to(self.account))
            for event in self.scenario.events
            for name, stated in (("act", event.act), ("by", event.by), ("against", event.against), *event.facts.items())
            if stated.disputed
        )

    def told(self, words: frozenset[Word]) -> tuple[object, ...]:
        """This account's version of what is disputed among the words."""
        found = self._told.get(words)
        if found is None:
            found = self._told[words] = tuple(version for name, version in self.disputed if name in words)
        return found

    @cached_property
    def _told(self) -> dict[frozenset[Word], tuple[object, ...]]:
        return {}

    def known_with(self, event: str, begun: bool, lasted: bool) -> Mapping[tuple[str, str], Value]:  # noqa: FBT001
        """What is known, and of an event whether a clause was in force when it began and while it lasted."""
        found = self._known_with.get((event, begun, lasted))
        if found is None:
            computed: dict[tuple[str, str], Value] = {
                (event, "in_force_when_begun"): begun,
                (event, "in_force_while_it_lasted"): lasted,
            }
            found = self._known_with[event, begun, lasted] = {**self.known, **computed}
        return found

    @cached_property
    def _known_with(self) -> dict[tuple[str, bool, bool], Mapping[tuple[str, str], Value]]:
        return {}

    @cached_property
    def by_actor(self) -> dict[tuple[str, str | None], tuple[str, ...]]:
        """(by or against, actor) to the events with that actor; with `None` to those of which that is unknown."""
        out: dict[tuple[str, str | None], list[str]] = {}
        for whose, own in self._actors.items():
            for event, actors in own.items():
                for actor in (None,) if actors is None else dict.fromkeys(actors):
                    out.setdefault((whose, actor), []).append(event)
        return {key: tuple(events) for key, events in out.items()}

    @cached_property
    def about(self) -> dict[str, list[str]]:
        """Event to the events that are said to be about it."""
        out: dict[str, list[str]] = {}
        for name, event in self.events.items():
            if event.about is not None:
                out.setdefault(event.about, []).append(name)
        return out

    @cached_property
    def places(self) -> dict[str, int]:
        """Event to its place in the order of the file."""
        return {name: place for place, name in enumerate(self.events)}

    def came_before(self, one: str, other: str) -> bool:
        """Whether an event began before another: on an earlier day, or on the same day as the file orders them."""
        first, second = self.events[one], self.events[other]
        if first.date != second.date or one == other:
            return first.date < second.date
        if self.rounds:
            earlier, later = self.rounds.get(one, 0), self.rounds.get(other, 0)
            if earlier or later:
                return earlier < later
        follows = second.follows
        while follows is not None and follows != one:
            follows = self.events[follows].follows if follows in self.events else None
        return follows == one

    def last_day(self, event: str) -> date:
        """The day on which the event ended or, if it goes on, the day from which it is seen."""
        last = self.events[event].last
        return last if self.on is None or last <= self.on else self.on


@dataclass(frozen=True)
class Situation:
    """The facts as one case meets them: roles bound, time in force worked out."""

    rules: Rules
    facts: Facts
    case: Case
    overrides: Mapping[tuple[str, str], Value] = field(default_factory=dict)

    @cached_property
    def treaty(self) -> Treaty:
        """The treaty of the case."""
        return self.rules.clause(self.case.clause)[0]

    @cached_property
    def clause(self) -> Clause:
        """The clause of the case."""
        return self.rules.clause(self.case.clause)[1]

    @cached_property
    def version(self) -> Version:
        """The clause as it read at the time of the event."""
        return self.clause.versions[self.case.version]

    @cached_property
    def known(self) -> Mapping[tuple[str, str], Value]:
        """(event, attribute) to value: the facts, what is worked out from dates, and facts put in to try them."""
        found = self.facts.known_with(self.case.event, *self._covered)
        return {**found, **self.overrides} if self.overrides else found

    @cached_property
    def _covered(self) -> tuple[bool, bool]:
        """Whether the treaty was in force between the two when the event began, and on some day while it lasted."""
        first, last = self.facts.events[self.case.event].date, self.facts.last_day(self.case.event)
        begun = lasted = False
        for period in self.common_periods:
            begun = begun or period.covers(first)
            lasted = lasted or period.meets(first, last)
        return begun, lasted

    def candidates(self, condition: Formula) -> list[str]:
        """The events of which `some` asks: all but those that binding the roles has ruled out already."""
        kept = self._looked_at.get(id(condition))
        if kept is None:
            relations = self.rules.relations(condition)
            kept = self._looked_at[id(condition)] = [
                event
                for event in self._near(relations)
                if not any(self.relates(relation, event) is False for relation in relations)
            ]
        return kept

    def _near(self, relations: Iterable[Who | Dated | About]) -> Iterable[str]:
        """Few events, in order, with all that stand in those relations or may: of one relation that few can meet."""
        fewest: Iterable[str] | None = None
        for relation in relations:
            if isinstance(relation, About):
                return self.facts.about.get(self.case.event, ())
            if fewest is None and isinstance(relation, Who) and relation.whose in {"by", "against"}:
                fewest = self._with(relation.whose, relation.of)
        return self.facts.events if fewest is None else fewest

    def _with(self, whose: Whose, of: tuple[str, ...]) -> Iterable[str] | None:
        """The events by or against some actors or roles, and those of which that is unknown; `None` for a kind."""
        actors = {getattr(self.case, name) if name in ROLES else name for name in of}
        if None in actors or not actors <= self.rules.actors.keys():
            return None
        found = [event for actor in (None, *actors) for event in self.facts.by_actor.get((whose, actor), ())]
        return sorted(set(found), key=self.facts.places.__getitem__)

    @cached_property
    def _looked_at(self) -> dict[int, list[str]]:
        return {}

    def bearing(self, words: frozenset[Word]) -> tuple[object, ...]:
        """What of case and account a formula of these words can depend on; where that is equal, it says the same.

        Two actors whom it does not name are alike to it, if they are of one kind and stand on the sides of all events
        of which it asks whether they do.
        """
        out: list[object] = [self._covered]
        if THIS in words:
            out.append(self.case.event)
        by_actor = self.facts.by_actor
        for role, actor, figure in self._figures:
            if role in words:
                out += figure
                if actor in words:
                    out.append(actor)
                    continue
                for whose in ("by", "against"):
                    if (whose, role) in words:
                        out.append(by_actor.get((whose, actor)))
        out.append(self.facts.told(words))
        return tuple(out)

    @cached_property
    def _figures(self) -> list[tuple[str, str | None, tuple[object, ...]]]:
        """Role, actor, and what tells apart those whom nobody names: of what kind they are, and two roles in one."""
        case = self.case
        same = case.adversary == case.obligor, case.adversary == case.beneficiary
        return [
            ("obligor", case.obligor, self._figure(case.obligor)),
            ("beneficiary", case.beneficiary, self._figure(case.beneficiary)),
            ("adversary", case.adversary, (*self._figure(case.adversary), *same)),
        ]

    def _figure(self, actor: str | None) -> tuple[object, ...]:
        return (actor,) if actor is None else (self.rules.actors[actor].kind, actor in self.treaty.parties)

    def is_ruled_out(self, condition: Formula, event: str) -> bool:
        """Whether binding the roles rules out that `some` event such that … is this one."""
        return any(self.relates(relation, event) is False for relation in self.rules.relations(condition))

    def relates(self, formula: Who | Dated | About, event: str) -> Truth:
        """Whether the event stands in that relation to the case."""
        match formula:
            case Who(whose, of):
                return self._who(whose, of, event)
            case Dated("before" | "not-before" as relation):
                return self.facts.came_before(event, self.case.event) is (relation == "before")
            case Dated(relation):
                return self.facts.came_before(self.case.event, event) is (relation == "after")
            case About():
                return self.facts.events[event].about == self.case.event

    def _who(self, whose: Whose, of: tuple[str, ...], event: str) -> Truth:
        actors: tuple[str, ...] | None
        match whose:
            case "by" | "against":
                actors = self.facts.actors(event, whose)
            case _:
                bound = getattr(self.case, whose)
                actors = None if bound is None else (bound,)
        if actors is None:
            return None
        found: Truth = False
        for actor in actors:
            for name in of:
                truth = self._is_one(actor, name)
                if truth:
                    return True
                if truth is None:
                    found = None
        return found

    def _is_one(self, actor: str, name: str) -> Truth:
        match name:
            case "obligor" | "beneficiary":
                return bool(actor == getattr(self.case, name))
            case "adversary":
                return None if self.case.adversary is None else actor == self.case.adversary
            case "party" | "non-party":
                return (actor in self.treaty.parties) == (name == "party")
            case "state" | "entity" | "organisation" | "organ" | "group":
                return self.rules.actors[actor].kind == name
        return actor == name

    @cached_property
    def common_periods(self) -> list[Period]:
        """The times in which the treaty is in force for obligor and beneficiary both."""
        treaty, case = self.treaty, self.case
        key = (treaty.treaty, case.obligor, case.beneficiary)
        found = self.rules.common_periods.get(key)
        if found is None:
            found = self.rules.common_periods[key] = []
            for one in treaty.periods(case.obligor):
                for other in treaty.periods(case.beneficiary):
                    begins = max(one.from_, other.from_)
                    ends = min((each.until for each in (one, other) if each.until), default=None)
                    if ends is None or begins < ends:
                        found.append(Period(begins, ends))
        return found

    @cached_property
    def in_force(self) -> InForce:
        """The clause's time in force between the two parties, as the event meets it."""
        first, last = self.facts.events[self.case.event].date, self.facts.last_day(self.case.event)
        if not self.common_periods:
            return InForce("never", None, None)
        met = [period for period in self.common_periods if period.meets(first, last)]
        past = [period for period in self.common_periods if period.until is not None and period.until <= first]
        period = (met or past[-1:] or self.common_periods)[0]
        return InForce(_status(period, first, last), period.from_, period.until)

    @cached_property
    def alike(self) -> tuple[object, ...]:
        """What the judgement can depend on: cases that are alike here have the same derivations, and the same dates."""
        words = frozenset().union(*map(self.rules.words, self.conditions))
        periods = tuple(self.common_periods)
        return (id(self.casus), self.case.event, self.bearing(words), periods, tuple(self.overrides.items()))

    @cached_property
    def overlays(self) -> dict[str, Overlay]:
        """What is read into the clause or attached to it, by the id under which a reading sets it aside."""
        first = self.facts.events[self.case.event].date
        return {
            key: each
            for key, each in self.rules.attached(self.case.clause).items()
            if (not each.binds or self.case.obligor in each.binds) and (each.from_ is None or each.from_ <= first)
        }

    @cached_property
    def casus(self) -> Formula:
        """The whole condition under which the casus foederis arises, each part a named layer."""
        return self._asked[0]

    @cached_property
    def steps(self) -> Steps:
        """The steps between casus and duty, each with the conditions under which it is met and refused."""
        return self._asked[1]

    @property
    def conditions(self) -> list[Formula]:
        """All that is judged: the casus, and when each step is met and refused."""
        return [self.casus, *(each for _, *both in self.steps.values() for each in both)]

    @property
    def _asked(self) -> tuple[Formula, Steps]:
        """Casus and steps; the same formulas for all cases of the same version and overlays."""
        key = (self.case.clause, self.case.version, self._is_help, *self.overlays)
        found = self.rules.asked.get(key)
        if found is None:
            found = self.rules.asked[key] = (self._make_casus(), self._make_steps())
        return found

    @property
    def _is_help(self) -> bool:
        """Whether the event is stated to be help under a treaty, so that it is asked whether that is an attack."""
        fact = (self.case.event, IN_PERFORMANCE)
        stated = self.overrides.get(fact, self.facts.known.get(fact))
        return stated is True and HELP_AS_ATTACK in self.rules.terms

    def _make_casus(self) -> Formula:
        version = self.version
        layers: list[Formula] = [
            Layer("event", "happened", Test("happened", "is", (True,))),
            Layer("in-force", "in-force", Term(TEMPORAL_SCOPE)),
            Layer("trigger", "trigger", self._own(version.trigger)),
        ]
        layers += [Layer("scope", name, self._own(each)) for name, each in version.scope.items()]
        layers += [Layer("exception", name, Not(self._own(each))) for name, each in version.exceptions.items()]
        for key, overlay in self.overlays.items():
            kept = [overlay.requires] if overlay.requires else []
            kept += [Not(overlay.excludes)] if overlay.excludes else []
            if kept:
                layers.append(Layer("exception", key, _switch(key, overlay, All(tuple(kept)), TRUE)))
        if self._is_help:
            layers.append(Layer("exception", HELP_AS_ATTACK, Term(HELP_AS_ATTACK)))
        return All(tuple(layers))

    def _make_steps(self) -> Steps:
        out: Steps = {}
        for name, step in self.version.procedure.items():
            met, refused = self._own(step.met_when), self._own(step.refused_when or FALSE)
            out[name] = (step, Layer("step", name, met), Layer("refusal", name, refused))
        for key, overlay in self.overlays.items():
            for name, step in overlay.procedure.items():
                met = _switch(key, overlay, step.met_when, TRUE)
                refused = _switch(key, overlay, step.refused_when or FALSE, FALSE)
                label = f"{key}:{name}"
                out[label] = (step, Layer("step", label, met), Layer("refusal", label, refused))
        return out

    def _own(self, formula: Formula) -> Formula:
        """The formula with its choice of wording named after the treaty, whose texts they are."""
        if not self.treaty.wordings:
            return formula
        match formula:
            case Choose(choice, options) if choice == WORDING:
                own = {name: self._own(each) for name, each in options}
                ordered = tuple((name, own[name]) for name in self.treaty.wordings)
                return Choose(self.treaty.treaty, ordered, at=formula.at)
            case All(of):
                return All(tuple(self._own(part) for part in of), at=formula.at)
            case AnyOf(of):
                return AnyOf(tuple(self._own(part) for part in of), at=formula.at)
            case AtLeast(count, of):
                return AtLeast(count, tuple(self._own(part) for part in of), at=formula.at)
            case Not(of):
                return Not(self._own(of), at=formula.at)
            case Some(of):
                return Some(self._own(of), at=formula.at)
        return formula


def find_situations(rules: Rules, facts: Facts, clause_id: str) -> Iterator[Situation]:
    """Every case that the clause makes of the scenario: each act against a party, for each other party."""
    for event in facts.events:
        yield from find_situations_of(rules, facts, clause_id, event)


def find_situations_of(rules: Rules, facts: Facts, clause_id: str, name: str) -> Iterator[Situation]:
    """Every case that the clause makes of one event.

    A party does not owe to itself, nor against itself: where one of those who did it is a party, it is no obligor. Of
    non-aggression the obligor is the party that acted: where the casus arises it has done what it promised not to do.
    """
    treaty, clause = rules.clause(clause_id)
    event = facts.events[name]
    kinds = {rules.vocabulary.acts[act].kind for act in _acts(event)}
    if "conduct" not in kinds:
        return
    adversaries = facts.actors(name, "by") or (None,)
    for beneficiary in facts.actors(name, "against") or ():
        if not _may_be(beneficiary, clause.beneficiaries, treaty):
            continue
        version = version_for(clause, event.date, facts.last_day(name))
        for adversary in adversaries:
            if adversary == beneficiary and len(adversaries) > 1:
                continue  # who acts with others against his own State is no victim of his own; alone, it is unrest
            for obligor in _obligors(treaty, clause, beneficiary, adversary, adversaries):
                case = Case(clause_id, version, obligor, beneficiary, adversary, name)
                yield Situation(rules, facts, case)


def _status(
    period: Period, first: date, last: date
) -> Literal["in-force", "not-yet", "no-longer", "came-into-force-during", "ended-during"]:
    """How a period meets an event from its first to its last day."""
    if last < period.from_:
        return "not-yet"
    if period.until is not None and period.until <= first:
        return "no-longer"
    if first < period.from_:
        return "came-into-force-during"
    return "ended-during" if period.until is not None and period.until <= last != date.max else "in-force"


def _switch(key: str, overlay: Overlay, applied: Formula, set_aside: Formula) -> Choose:
    """What an overlay says and what stands without it; its default first."""
    options = ((APPLIED, applied), (SET_ASIDE, set_aside))
    return Choose(key, options if overlay.applied else options[::-1])


def _obligors(
    treaty: Treaty, clause: Clause, beneficiary: str, adversary: str | None, adversaries: tuple[str | None, ...]
) -> Iterator[str]:
    """Who owes: the other parties; of non-aggression, the party that acted, which is bound not to."""
    for party in treaty.parties:
        owes = party == adversary if clause.kind == "nonaggression" else party not in adversaries
        if owes and party != beneficiary and _may_be(party, clause.obligors, treaty):
            yield party


def _acts(event: Event) -> set[str]:
    stated = [event.act.value, *event.act.disputed.values()]
    return {str(act) for act in stated if act is not None}


def _may_be(actor: str, named: tuple[str, ...], treaty: Treaty) -> bool:
    return actor in treaty.parties and (not named or actor in named)


def version_for(clause: Clause, first: date, last: date) -> int:
    """The version in force when the event began, else the first that came while it lasted, else the nearest."""
    versions = clause.versions
    for index, version in enumerate(versions):
        starts, ends = version.from_ or date.min, version.until or date.max
        if starts <= first < ends or first <= starts <= last:
            return index
    return 0 if first < (versions[0].from_ or date.min) else len(versions) - 1
