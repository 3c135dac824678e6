"""The dispute map: the smallest sets of points whose adoption by one actor makes two agree."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from foedus.derivation import choices_of, facts_of, overall
from foedus.ground import Facts, Reading
from foedus.model import Stated
from foedus.run import Cases, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from foedus.derivation import Finding, Overall
    from foedus.ground import Rules, Situation, Word
    from foedus.model import Event, Scenario
    from foedus.vocabulary import Value

MAKES_A_CASE = {"act", "by", "against", "happened"}
"""What a case is made of, whatever its conditions ask."""

MOST_SETS = 20_000
"""Sets of points that are tried; beyond them no set is given."""


@dataclass(frozen=True)
class Position:
    """An actor's reading and account."""

    name: str
    choices: Mapping[str, Value]
    account: str | None


@dataclass(frozen=True)
class Point:
    """Something on which two positions differ: a choice of the reading, or a fact (event and attribute)."""

    kind: Literal["choice", "fact"]
    name: str
    ours: Value | tuple[str, ...] | None
    theirs: Value | tuple[str, ...] | None


@dataclass(frozen=True)
class Dispute:
    """Two positions, what each finds, where they differ, and the smallest sets of points that would reconcile them.

    `by_first`: what the first would have to adopt of the second's to find what the second finds; `by_second` likewise.
    """

    first: Position
    second: Position
    findings: tuple[Overall, Overall]
    points: tuple[Point, ...]
    by_first: tuple[tuple[Point, ...], ...]
    by_second: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Split:
    """A choice or fact on which several positions part: each value with the names of those who take it."""

    kind: Literal["choice", "fact"]
    name: str
    sides: tuple[tuple[Value | tuple[str, ...] | None, tuple[str, ...]], ...]


def find_splits(rules: Rules, scenario: Scenario, clause: str, positions: Sequence[Position]) -> tuple[Split, ...]:
    """The choices that several positions come to and make otherwise, and the facts that they tell otherwise.

    Only facts on which the finding of some position rests: another that they tell otherwise makes no difference here.
    """
    case = _Case(rules, scenario, clause)
    made = {position.name: case.choices(position) for position in positions}
    grounds = set().union(*(case.grounds(position) for position in positions))
    out = [_split("choice", name, {who: own[name] for who, own in made.items() if name in own})
           for name in sorted({name for own in made.values() for name in own})]  # fmt: skip
    parted = {split.name for split in out if len(split.sides) > 1}
    for event in scenario.events:
        for attribute, stated in _facts(event).items():
            if (event.id, attribute) not in grounds:
                continue
            told = {position.name: stated.according_to(position.account) for position in positions}
            out.append(_split("fact", f"{event.id}.{attribute}", told))
    # a knob belongs to a definition: those who differ on that have no common knob to differ on
    return tuple(
        each for each in out if len(each.sides) > 1 and each.name.partition(".")[0] not in parted - {each.name}
    )


def _split(kind: Literal["choice", "fact"], name: str, values: Mapping[str, Value | tuple[str, ...] | None]) -> Split:
    sides: dict[Value | tuple[str, ...] | None, list[str]] = {}
    for who, value in values.items():
        sides.setdefault(value, []).append(who)
    return Split(kind, name, tuple((value, tuple(names)) for value, names in sides.items()))


def map_dispute(rules: Rules, scenario: Scenario, clause: str, first: Position, second: Position) -> Dispute:
    """Where two positions part ways on a clause, and by how little."""
    case = _Case(rules, scenario, clause)
    points = case.points(first, second)
    here, there = case.find(first), case.find(second)
    mirrored = tuple(replace(point, ours=point.theirs, theirs=point.ours) for point in points)
    agree = here == there
    by_first = () if agree else case.smallest(first, points, there, second)
    by_second = () if agree else case.smallest(second, mirrored, here, first)
    return Dispute(first, second, (here, there), points, by_first, by_second)


@dataclass(frozen=True)
class _Case:
    """A clause asked of a scenario, from whichever position."""

    rules: Rules
    scenario: Scenario
    clause: str
    judged: dict[tuple[object, ...], list[tuple[Situation, Finding]]] = field(default_factory=dict)
    adopters: dict[tuple[object, ...], _Case] = field(default_factory=dict)

    def find(self, position: Position) -> Overall:
        """What a position finds."""
        return overall([finding for _, finding in self._found(position)])

    def grounds(self, position: Position) -> set[tuple[str, str]]:
        """The facts (event, attribute) on which the finding of a position rests, those that make its cases included."""
        findings = [finding for _, finding in self._found(position)]
        casus = overall(findings).casus
        out: set[tuple[str, str]] = set()
        for finding in findings:
            if finding.casus == casus:
                out |= {(finding.case.event, "by"), (finding.case.event, "against")}
                out |= facts_of(finding.judgement)
        return out

    def choices(self, position: Position, at: Position | None = None) -> dict[str, Value]:
        """What a position chooses wherever its own judgement comes to a choice, or that of the position `at`."""
        reading = Reading(position.choices, self.rules)
        out: dict[str, Value] = {}
        for situation, finding in self._found(at or position):
            out |= choices_of(finding.judgement, reading.within(situation))
        return out

    def points(self, first: Position, second: Position) -> tuple[Point, ...]:
        """Choices that either comes to and the other makes otherwise, and facts of the clause told otherwise."""
        out: dict[str, Point] = {}
        for at in (first, second):
            ours, theirs = self.choices(first, at), self.choices(second, at)
            for name in sorted(ours.keys() & theirs.keys()):
                term = name.partition(".")[0]
                is_own_knob = name != term and name not in self.rules.shared_knobs
                if is_own_knob and ours.get(term) != theirs.get(term):
                    continue  # knobs of two definitions, and taken over with them
                if ours[name] != theirs[name]:
                    out[name] = Point("choice", name, ours[name], theirs[name])
        asked = self._asked(first) | self._asked(second)
        for event in self.scenario.events:
            for attribute, stated in _facts(event).items():
                one, other = stated.according_to(first.account), stated.according_to(second.account)
                if one != other and attribute in asked:
                    name = f"{event.id}.{attribute}"
                    out[name] = Point("fact", name, one, other)
        return tuple(out.values())

    def smallest(
        self, position: Position, points: tuple[Point, ...], wanted: Overall, other: Position
    ) -> tuple[tuple[Point, ...], ...]:
        """The smallest sets of points whose adoption gives the wanted finding; none where there are too many to try."""
        tried = 0
        for size in range(1, len(points) + 1):
            found = []
            for some in combinations(points, size):
                tried += 1
                if tried > MOST_SETS:
                    return ()
                if self._adopting(position, some, other) == wanted:
                    found.append(some)
            if found:
                return tuple(found)
        return ()

    def _adopting(self, position: Position, points: tuple[Point, ...], other: Position) -> Overall:
        """What a position finds once it has adopted some points of the other's; with a definition come its knobs."""
        choices = dict(position.choices)
        for point in points:
            if point.kind == "choice":
                for name in self._together(point):
                    choices.pop(name, None)
                    if name in other.choices:
                        choices[name] = other.choices[name]
        taken = {point.name: point.theirs for point in points if point.kind == "fact"}
        key = (position.account, *taken.items())
        if key not in self.adopters:
            told = _retold(self.scenario, position.account, taken)
            self.adopters[key] = _Case(self.rules, told, self.clause)
        return self.adopters[key].find(Position(position.name, choices, None))

    def _together(self, point: Point) -> tuple[str, ...]:
        """A choice and, with a definition, the knobs that it has."""
        term = self.rules.terms.get(point.name)
        knobs = term.definitions[str(point.theirs)].knobs if term else {}
        return (point.name, *(setting.same_as or f"{point.name}.{knob}" for knob, setting in knobs.items()))

    def _asked(self, position: Position) -> frozenset[Word]:
        """The attributes and roles on which the cases of a position can depend."""
        conditions = {id(each): each for situation, _ in self._found(position) for each in situation.conditions}
        return frozenset().union(MAKES_A_CASE, *map(self.rules.words, conditions.values()))

    def _found(self, position: Position) -> list[tuple[Situation, Finding]]:
        """Each case with what a position finds of it, judged once; cases that are alike are one."""
        key = (position.account, *position.choices.items())
        found = self.judged.get(key)
        if found is None:
            reading = Reading(position.choices, self.rules)
            cases = Cases(self.rules, Facts(self.scenario, position.account)).of(self.clause)
            situations = {situation.case: situation for _, situation in cases}.values()
            found = [(each, judge(each, reading)[0]) for each in situations]
            self.judged[key] = found
        return found


def _facts(event: Event) -> dict[str, Stated]:
    return {"act": event.act, "by": event.by, "against": event.against, **event.facts}


def _retold(scenario: Scenario, account: str | None, taken: Mapping[str, Value | tuple[str, ...] | None]) -> Scenario:
    """The scenario in which nobody's account is that of an actor with some facts as another tells them.

    What each actor says stays: it is what makes an act disputed, and there is a case where any account has one.
    """

    def of(event: Event) -> Event:
        told = {
            name: Stated(None, {**stated.disputed, "": taken.get(f"{event.id}.{name}", stated.according_to(account))})
            if stated.disputed
            else stated
            for name, stated in _facts(event).items()
        }
        own: dict[str, Any] = {name: told.pop(name) for name in ("act", "by", "against")}
        return replace(event, **own, facts=told)

    return replace(scenario, events=tuple(map(of, scenario.events)))
