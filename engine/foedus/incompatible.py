"""Duties of one obligor under two treaties that it cannot both perform, each pair with a situation that produces it.

Two kinds: help owed to both sides of a fight, and help owed against a State to which non-aggression or neutrality is
owed. Each clause is read under its defaults; the situation puts together an act for each clause, and the reference has
judged both in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Literal, NamedTuple

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


class _Roles(NamedTuple):
    obligor: str
    beneficiary: str
    adversary: str


class _Clause:
    """What brings a clause into operation between actors of each sort, found once a sort."""

    def __init__(self, rules: Rules, clause: str) -> None:
        self.rules = rules
        self.clause = clause
        self.treaty, self.entry = rules.clause(clause)
        self.obligors, self.beneficiaries = (
            [each for each in self.treaty.parties if not listed or each in listed]
            for listed in (self.entry.obligors, self.entry.beneficiaries)
        )
        self.known: dict[tuple[Segment, _Roles, int], tuple[Event, ...]] = {}
        self.literals: dict[tuple[Segment, _Roles], list[int]] = {}
        self.asked: dict[Segment, ClauseProof] = {}
        self.possible: dict[tuple[tuple[str, bool], ...], bool] = {}

    @cached_property
    def segments(self) -> list[Segment]:
        """The times in which the clause reads the same."""
        return segments(self.rules, self.clause)

    @cached_property
    def named(self) -> set[str]:
        """The actors whom a condition names at some time."""
        return {name for segment in self.segments for name in self._proof(segment).asked.world.named}

    def sort_of(self, actor: str) -> tuple[str, bool]:
        """What the clause can tell of an actor: two of the same sort are alike to it."""
        name = actor if actor in self.named else self.rules.actors[actor].kind
        return name, actor in self.treaty.parties

    def can_arise(self, roles: _Roles) -> bool:
        """Whether it can arise between these three at any time."""
        sorts = tuple(self.sort_of(actor) for actor in roles)
        if sorts not in self.possible:
            found = ((segment, self._sorts(segment, roles)) for segment in self.segments)
            self.possible[sorts] = any(like and self._holds(segment, like) for segment, like in found)
        return self.possible[sorts]

    def brought_about(self, roles: _Roles, day: date) -> Iterator[list[Event]]:
        """Events about that day that bring the clause into operation between these three: a smallest set for each act.

        The acts come as the vocabulary lists them, so that what is shown does not turn on what the solver comes to.
        """
        version = version_for(self.entry, day, day)
        for segment in reversed(self.segments):
            sorts = self._sorts(segment, roles) if segment.version == version and segment.day <= day else None
            if sorts is None:
                continue  # then these three are like nobody whom this segment has
            names = dict(zip(sorts, roles, strict=True))
            for act in range(len(self.rules.vocabulary.acts)):
                key = (segment, sorts, act)
                if key not in self.known:
                    self.known[key] = self._find(segment, sorts, act)
                if self.known[key]:
                    yield [_moved(event, names, day - segment.day) for event in self.known[key]]

    def _sorts(self, segment: Segment, roles: _Roles) -> _Roles | None:
        """Those of the world of the clause who are like these three; each unnamed actor is like any other."""
        world = self._proof(segment).asked.world
        taken: list[str] = []
        for role, actor in zip(ROLES, roles, strict=True):
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

    def _by_default(self, segment: Segment, sorts: _Roles) -> list[int]:
        """That the clause arises under its defaults between actors of these sorts."""
        found = self.literals.get((segment, sorts))
        if found is None:
            proof = self._proof(segment)
            world, sat = proof.asked.world, proof.asked.sat
            roles = [
                sat.literal(world.is_one(role, getattr(sorts, role)))
                for role in ("obligor", "beneficiary", *(() if world.is_nonaggression else ("adversary",)))
            ]
            found = self.literals[segment, sorts] = [*roles, *proof.by_default(), proof.casus]
        return found

    def _holds(self, segment: Segment, sorts: _Roles) -> bool:
        return self._proof(segment).asked.holds(*self._by_default(segment, sorts))

    def _find(self, segment: Segment, sorts: _Roles, act: int) -> tuple[Event, ...]:
        proof = self._proof(segment)
        shown = proof.shown(*self._by_default(segment, sorts), proof.asked.sat.of(f"fact:{ATTACK}.act")[act])
        return shown[0].scenario.events if shown and not shown[0].findings[0][0] else ()


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
    obligors = [each for each in first.obligors if each in second.obligors]
    obligors = [each for each in obligors if _common_day((first.treaty, each), (second.treaty, each))]
    if not obligors:
        return
    sorts = {actor: (first.sort_of(actor), second.sort_of(actor))
             for actor in (*first.treaty.parties, *second.treaty.parties)}  # fmt: skip
    possible: dict[tuple[object, ...], bool] = {}
    failed: set[tuple[object, ...]] = set()
    for obligor, helped, other in product(obligors, first.beneficiaries, second.beneficiaries):
        if len({obligor, helped, other}) < len(ROLES):
            continue
        alike = (sorts[obligor], sorts[helped], sorts[other])
        if alike not in possible:
            own = _roles_in(second, obligor, helped, other)
            possible[alike] = first.can_arise(_Roles(obligor, helped, other)) and second.can_arise(own)
        if not possible[alike]:
            continue
        day = _common_day(*((first.treaty, each) for each in (obligor, helped)),
                          *((second.treaty, each) for each in (obligor, other)))  # fmt: skip
        if day is None or (alike, day) in failed:
            continue
        found = _together(rules, first, second, _Roles(obligor, helped, other), day)
        if found is not None:
            yield found
        failed.add((alike, day))


def _roles_in(second: _Clause, obligor: str, helped: str, other: str) -> _Roles:
    """Who has which role in the second clause: it protects the other, against whom is helped or the obligor itself."""
    return _Roles(obligor, other, obligor if second.entry.kind == "nonaggression" else helped)


def _common_day(*bonds: tuple[Treaty, str]) -> date | None:
    """The first day on which each of these treaties is in force for each of these parties."""
    periods = [treaty.periods(party) for treaty, party in bonds]
    starts = sorted({period.from_ for own in periods for period in own})
    return next((day for day in starts if all(any(p.covers(day) for p in own) for own in periods)), None)


def _together(rules: Rules, first: _Clause, second: _Clause, roles: _Roles, day: date) -> Incompatible | None:
    its = _roles_in(second, roles.obligor, roles.beneficiary, roles.adversary)
    kinds: dict[str, Literal["help-to-both-sides", "help-against-non-aggression", "help-against-neutrality"]] = {
        "nonaggression": "help-against-non-aggression",
        "neutrality": "help-against-neutrality",
    }
    kind = kinds.get(second.entry.kind, "help-to-both-sides")
    clauses = (first.clause, second.clause)
    cases = (
        Case(first.clause, version_for(first.entry, day, day), *roles, f"a-{ATTACK}"),
        Case(second.clause, version_for(second.entry, day, day), *its, f"b-{ATTACK}"),
    )
    if next(second.brought_about(its, day), None) is None:
        return None
    for one in first.brought_about(roles, day):
        for other in second.brought_about(its, day):
            events = (*_with_ids("a", one), *_with_ids("b", other))
            scenario = Scenario("both", "", "", tuple(dict.fromkeys(clauses)), events)
            if all(finding_of(rules, scenario, case, {}) == "arises" for case in cases):
                return Incompatible(kind, roles.obligor, clauses, scenario, cases)
    return None


def _with_ids(letter: str, events: list[Event]) -> Iterator[Event]:
    for event in events:
        about = f"{letter}-{event.about}" if event.about else None
        yield replace(event, id=f"{letter}-{event.id}", about=about)
