"""The dispute map: the smallest sets of points whose adoption by one actor makes two agree."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from foedus.derivation import choices_of, conclude, facts_of, overall
from foedus.ground import Facts, Reading, find_situations
from foedus.model import Stated
from foedus.reference import judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from foedus.derivation import Finding, Overall
    from foedus.ground import Rules, Situation
    from foedus.model import Event, Scenario
    from foedus.vocabulary import Value

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

    def find(self, position: Position, adopted: tuple[Point, ...] = (), other: Position | None = None) -> Overall:
        """What a position finds once it has adopted some points of the other's."""
        choices = dict(position.choices)
        if other is not None:
            theirs = self.choices(other)
            for point in adopted:
                if point.kind == "choice":
                    choices.update(_with_knobs(theirs, point.name))
        reading = Reading(choices, self.rules)
        facts = Facts(self._told(adopted), position.account)
        situations = find_situations(self.rules, facts, self.clause)
        return overall([conclude(each, judge(each, reading)) for each in situations])

    def choices(self, position: Position) -> dict[str, Value]:
        """Every choice that the judgement of a position comes to."""
        reading = Reading(position.choices, self.rules)
        out: dict[str, Value] = {}
        for situation, finding in self._found(position):
            out.update(choices_of(finding.judgement, reading.within(situation)))
        return out

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

    def _found(self, position: Position) -> list[tuple[Situation, Finding]]:
        """Each case with what a position finds of it, judged once."""
        key = (position.account, *position.choices.items())
        found = self.judged.get(key)
        if found is None:
            reading = Reading(position.choices, self.rules)
            situations = find_situations(self.rules, Facts(self.scenario, position.account), self.clause)
            found = [(each, conclude(each, judge(each, reading))) for each in situations]
            self.judged[key] = found
        return found

    def points(self, first: Position, second: Position) -> tuple[Point, ...]:
        """Choices that both come to and make otherwise, and facts that they tell otherwise."""
        ours, theirs = self.choices(first), self.choices(second)
        out = []
        for name in sorted(ours.keys() & theirs.keys()):
            term, dot, _ = name.partition(".")
            if ours[name] != theirs[name] and not (dot and ours[term] != theirs[term]):
                out.append(Point("choice", name, ours[name], theirs[name]))
        for event in self.scenario.events:
            for attribute, stated in _facts(event).items():
                one, other = stated.according_to(first.account), stated.according_to(second.account)
                if one != other:
                    out.append(Point("fact", f"{event.id}.{attribute}", one, other))
        return tuple(out)

    def smallest(
        self, position: Position, points: tuple[Point, ...], wanted: Overall, other: Position
    ) -> tuple[tuple[Point, ...], ...]:
        """The smallest sets of points whose adoption gives the wanted finding."""
        tried = 0
        for size in range(1, len(points) + 1):
            found = []
            for some in combinations(points, size):
                tried += 1
                if tried > MOST_SETS:
                    return ()
                if self.find(position, some, other) == wanted:
                    found.append(some)
            if found:
                return tuple(found)
        return ()

    def _told(self, adopted: tuple[Point, ...]) -> Scenario:
        """The scenario with the adopted facts as the other tells them."""
        taken = {point.name: point.theirs for point in adopted if point.kind == "fact"}
        if not taken:
            return self.scenario
        events = [_retold(event, taken) for event in self.scenario.events]
        return replace(self.scenario, events=tuple(events))


def _facts(event: Event) -> dict[str, Stated]:
    return {"act": event.act, "by": event.by, "against": event.against, **event.facts}


def _retold(event: Event, taken: Mapping[str, Value | tuple[str, ...] | None]) -> Event:
    own = {name: Stated(taken[f"{event.id}.{name}"]) for name in _facts(event) if f"{event.id}.{name}" in taken}
    fixed: dict[str, Any] = {name: own.pop(name) for name in ("act", "by", "against") if name in own}
    return replace(event, **fixed, facts={**event.facts, **own})


def _with_knobs(choices: Mapping[str, Value], name: str) -> dict[str, Value]:
    """A choice and, with a definition, the settings of its knobs."""
    return {key: value for key, value in choices.items() if key == name or key.startswith(f"{name}.")}
