"""Duties of one obligor under two treaties that it cannot both perform, each pair with a situation that produces it.

Two kinds: help owed to both sides of a fight, and help owed against a State to which non-aggression or neutrality is
owed. Each clause is read under its defaults; the situation puts together an act for each clause, and the reference has
judged both in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from foedus.ground import ROLES, Case, version_for
from foedus.model import Scenario, Stated
from foedus.proof import HELP, Asked, ClauseProof, finding_of
from foedus.world import ATTACK, Segment, World, segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from foedus.ground import Rules
    from foedus.model import Event, Treaty


@dataclass(frozen=True)
class Incompatible:
    """An obligor, the two clauses, and a scenario in which it is bound by both; `cases` in the order of the clauses."""

    kind: Literal["help-to-both-sides", "help-against-non-aggression", "help-against-neutrality"]
    obligor: str
    clauses: tuple[str, str]
    scenario: Scenario
    cases: tuple[Case, Case]


@dataclass(frozen=True)
class _Roles:
    obligor: str
    beneficiary: str
    adversary: str


class _Clause:
    """What brings a clause into operation between actors of each sort, found once a sort."""

    def __init__(self, rules: Rules, clause: str) -> None:
        self.rules = rules
        self.clause = clause
        self.treaty, self.entry = rules.clause(clause)
        self.known: dict[tuple[Segment, _Roles], tuple[Scenario, Case] | None] = {}
        self.asked: dict[Segment, ClauseProof] = {}

    @cached_property
    def segments(self) -> list[Segment]:
        """The times in which the clause reads the same."""
        return segments(self.rules, self.clause)

    def brought_about(self, roles: _Roles, day: date) -> list[Event]:
        """The events about that day that bring the clause into operation between these three; empty if none do."""
        version = version_for(self.entry, day, day)
        for segment in reversed(self.segments):
            sorts = self._sorts(segment, roles) if segment.version == version and segment.day <= day else None
            if sorts is None:
                continue  # then these three are like nobody whom this segment has
            key = (segment, sorts)
            if key not in self.known:
                self.known[key] = self._find(segment, sorts)
            found = self.known[key]
            if found is not None:
                names = {getattr(sorts, role): getattr(roles, role) for role in ROLES}
                return [_moved(event, names, day - segment.day) for event in found[0].events]
        return []

    def _sorts(self, segment: Segment, roles: _Roles) -> _Roles | None:
        """Those of the world of the clause who are like these three; each unnamed actor is like any other."""
        world = self._proof(segment).asked.world
        taken: list[str] = []
        for role in ROLES:
            actor = getattr(roles, role)
            domain = world.roles[role]
            if role == "adversary" and world.is_nonaggression:
                taken.append(taken[0])
                continue
            is_party = actor in self.treaty.parties
            like = [
                each
                for each in domain
                if each not in taken
                and (
                    each == actor
                    if actor in world.named
                    else each not in world.named
                    and (each in self.treaty.parties) == is_party
                    and self.rules.actors[each].kind == self.rules.actors[actor].kind
                )
            ]
            if not like:
                return None
            taken.append(like[0])
        return _Roles(*taken)

    def _proof(self, segment: Segment) -> ClauseProof:
        if segment not in self.asked:
            self.asked[segment] = ClauseProof(
                self.rules, self.clause, Asked(World(self.rules, self.clause, segment)), {}
            )
        return self.asked[segment]

    def _find(self, segment: Segment, sorts: _Roles) -> tuple[Scenario, Case] | None:
        proof = self._proof(segment)
        world, sat = proof.asked.world, proof.asked.sat
        roles = [
            sat.literal(world.is_one(role, getattr(sorts, role)))
            for role in ("obligor", "beneficiary", *(() if world.is_nonaggression else ("adversary",)))
        ]
        shown = proof.shown(*roles, *proof.by_default(), proof.casus)
        return (shown[0].scenario, shown[0].case) if shown and not shown[0].findings[0][0] else None


def _moved(event: Event, names: dict[str, str], by: object) -> Event:
    def stated(fact: Stated) -> Stated:
        value = fact.value
        if isinstance(value, tuple):
            return Stated(tuple(names.get(each, each) for each in value))
        return Stated(names.get(str(value), value))

    return replace(event, date=event.date + by, by=stated(event.by), against=stated(event.against))  # type: ignore[operator]


def find_incompatible(rules: Rules, firsts: Iterable[str]) -> Iterator[Incompatible]:
    """Every pair of clauses, the first of which is one of some, whose duties an obligor cannot both perform."""
    clauses = {
        f"{treaty.treaty}/{name}": _Clause(rules, f"{treaty.treaty}/{name}")
        for treaty in rules.treaties.values()
        for name, clause in treaty.clauses.items()
        if clause.kind != "consultation"
    }
    for first in [clauses[name] for name in firsts if name in clauses]:
        if first.entry.kind not in HELP:
            continue
        for second in clauses.values():
            if second.entry.kind in HELP and second.clause < first.clause:
                continue
            found = next(_pairs(rules, first, second), None)
            if found is not None:
                yield found


def _pairs(rules: Rules, first: _Clause, second: _Clause) -> Iterator[Incompatible]:
    for obligor in first.treaty.parties:
        if obligor not in second.treaty.parties or not (_owes(first, obligor) and _owes(second, obligor)):
            continue
        for helped in first.treaty.parties:
            for other in second.treaty.parties:
                if len({obligor, helped, other}) < 3:  # noqa: PLR2004 - three States
                    continue
                day = _common_day(obligor, (first.treaty, helped), (second.treaty, other))
                if day is not None:
                    found = _together(rules, first, second, _Roles(obligor, helped, other), day)
                    if found is not None:
                        yield found


def _owes(clause: _Clause, party: str) -> bool:
    return not clause.entry.obligors or party in clause.entry.obligors


def _common_day(obligor: str, *bonds: tuple[Treaty, str]) -> date | None:
    """The first day on which the obligor is bound to each of two partners."""
    periods = [treaty.periods(party) for treaty, partner in bonds for party in (obligor, partner)]
    starts = sorted({period.from_ for own in periods for period in own})
    return next((day for day in starts if all(any(p.covers(day) for p in own) for own in periods)), None)


def _together(rules: Rules, first: _Clause, second: _Clause, roles: _Roles, day: date) -> Incompatible | None:
    obligor, helped, other = roles.obligor, roles.beneficiary, roles.adversary
    kind = second.entry.kind
    adversary = obligor if kind == "nonaggression" else helped
    events = [
        (clause, clause.brought_about(own, day))
        for clause, own in ((first, roles), (second, _Roles(obligor, other, adversary)))
    ]
    if not all(own for _, own in events):
        return None
    named = []
    for letter, (_, own) in zip("ab", events, strict=True):
        ids = {event.id: f"{letter}-{event.id}" for event in own}
        named += [replace(e, id=ids[e.id], about=ids[e.about] if e.about else None) for e in own]
    scenario = Scenario("both", "", "", (first.clause, second.clause), tuple(named))
    cases = (
        Case(first.clause, version_for(first.entry, day, day), obligor, helped, other, f"a-{ATTACK}"),
        Case(second.clause, version_for(second.entry, day, day), obligor, other, adversary, f"b-{ATTACK}"),
    )
    if any(finding_of(rules, scenario, case, {}) != "arises" for case in cases):
        return None
    kinds: dict[str, Literal["help-against-non-aggression", "help-against-neutrality"]] = {
        "nonaggression": "help-against-non-aggression",
        "neutrality": "help-against-neutrality",
    }
    return Incompatible(kinds.get(kind, "help-to-both-sides"), obligor, (first.clause, second.clause), scenario, cases)
