"""Comparison of clauses: for the same facts, does one arise where the other does; with scenarios that show it.

Both are asked of one world (`foedus.world`) with everything open, each between two of its parties and on a day on which
it is in force. Whom a condition of either names is himself for both, and so is a party to both treaties; another party
to the one stands for another to the other. The adversary may be anybody whom either can tell apart: a fellow party, an
actor whom it names, a stranger of each kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from foedus.errors import InputError, InputErrors
from foedus.formula import Formula, Some
from foedus.ground import ROLES, Reading
from foedus.model import Expectation
from foedus.proof import finding_of, shrink
from foedus.residual import Space, by_definition, join, negated
from foedus.solver import Satisfiability
from foedus.world import ATTACK, Possible, World, segments, strangers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from foedus.ground import Case, Rules
    from foedus.model import Casus, Scenario
    from foedus.residual import Residual
    from foedus.vocabulary import Value

Relation = Literal["equivalent", "broader", "narrower", "incomparable"]
_RELATIONS: dict[tuple[bool, bool], Relation] = {
    (False, False): "equivalent",
    (True, False): "broader",
    (False, True): "narrower",
    (True, True): "incomparable",
}
UNNAMED = 3
"""So many parties of whom no condition speaks can a clause tell apart: obligor, beneficiary, and a third."""


@dataclass(frozen=True)
class Comparison:
    """How the first clause relates to the second: it arises in more cases (broader), in fewer, or neither.

    `only_first` shows facts under which only the first arises, as a scenario for the one and for the other, each with
    what is expected of it; `only_second` the reverse. They are empty where there are none, or none was asked for.
    """

    relation: Relation
    only_first: tuple[Scenario, ...] = ()
    only_second: tuple[Scenario, ...] = ()


@dataclass
class Twins:
    """Two clauses asked of the same facts; to be closed.

    Raises:
        InputErrors: if PySAT is not installed, or no two parties of a clause were ever bound together.
    """

    rules: Rules
    clauses: tuple[str, str]
    worlds: tuple[World, World] = field(init=False)
    literals: dict[tuple[int, tuple[tuple[str, Value], ...]], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.worlds = self._twins()
        first = self.worlds[0]
        self.sat = Satisfiability(first.space.variables)
        for role in ROLES:  # so that a model tells who has it, for both clauses alike
            self.sat.of(first.space.declare("actor", role, first.roles[role]))
        self._casus = [self._literal(index, {}) for index in (0, 1)]
        conditions = [*(each.apart for each in self.worlds), first.is_conduct, *self._consistent()]
        self._always = [self.sat.literal(each) for each in conditions]

    # Who is who

    def _twins(self) -> tuple[World, World]:
        one, other = (self._alone(clause) for clause in self.clauses)
        named = tuple(dict.fromkeys((*one.named, *other.named)))
        free = [self._unnamed(world, named) for world in (one, other)]
        common = [each for each in dict.fromkeys((*free[0], *free[1])) if each in one.parties and each in other.parties]
        own = [[each for each in parties if each not in common] for parties in free]
        paired = dict(zip(*own, strict=False))
        single = [each for each in (*own[0], *own[1]) if each not in paired and each not in paired.values()]
        nobody = strangers(self.rules, {*named, *one.parties, *other.parties})
        anybody = tuple(dict.fromkeys((*nobody, *named, *common, *paired, *single)))
        obligors, beneficiaries = (self._pairs(one, other, role, {*named, *free[0], *free[1]}, paired)
                                   for role in ROLES[:2])  # fmt: skip
        space = Space(self.rules)
        for index, world in enumerate((one, other)):
            world.space, world.domains = space, one.domains
            world.exchange = paired if index else {}
            roles = {
                "obligor": tuple(pair[index] for pair in obligors),
                "beneficiary": tuple(pair[index] for pair in beneficiaries),
                "adversary": tuple(world.exchange.get(each, each) for each in anybody),
            }
            doers = [*ROLES, *anybody]
            world.__dict__ |= {"named": list(named), "roles": roles, "doers": doers, "others": (None, *anybody)}
        pool = dict(self._pool(one, other))
        for world in (one, other):
            world.__dict__["pool"] = pool
        return one, other

    def _alone(self, clause: str) -> World:
        found = segments(self.rules, clause)
        if not found:
            message = f"no two parties of `{clause}` were ever bound together"
            raise InputErrors([InputError(message)])
        return World(self.rules, clause, max(found, key=lambda each: each.day))

    def _unnamed(self, world: World, named: Sequence[str]) -> list[str]:
        """Some parties of whom no condition speaks: who can owe first, so that they stand for each other."""
        found: dict[str, None] = {}
        for able in (*world.able.values(), world.segment.parties):
            found |= dict.fromkeys([each for each in able if each not in named][:UNNAMED])
        return list(found)

    def _pairs(
        self, one: World, other: World, role: str, known: set[str], paired: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        """Who has a role in the first while who has it in the second."""
        firsts, seconds = (world.able[role] for world in (one, other))
        out = []
        for first in firsts:
            for second in seconds:
                if not {first, second} <= known:
                    continue
                is_free = first not in seconds and second not in firsts
                is_pair = first in paired and second in paired.values()
                if first == second or paired.get(first) == second or (is_free and not is_pair):
                    out.append((first, second))
        return out

    def _pool(self, one: World, other: World) -> Iterator[tuple[str, Possible]]:
        """The events that could be those which a `some` of either looks for."""
        sought: dict[Formula, list[World]] = {}
        for world in (one, other):
            for body in dict.fromkeys(part.of for part, _ in world.reached if isinstance(part, Some)):
                sought.setdefault(body, []).append(world)
        number = 0
        for body, seekers in sought.items():
            values: list[Mapping[str, tuple[Value | None, ...]]] = []
            for world in seekers:
                number += 1
                possible = world.possible(f"other-{number}", body)
                if possible is not None and possible.values not in values:
                    values.append(possible.values)
                    yield possible.id, possible

    def _consistent(self) -> Iterator[Residual]:
        """That who is named beside the roles has a role for both clauses, or for neither."""
        one, other = self.worlds

        def both(who: str, role: str) -> Residual:
            here, there = one.is_one(who, role), other.is_one(who, role)
            yes = join("all", (here, there), absorbing=False)
            no = join("all", (negated(here), negated(there)), absorbing=False)
            return join("any", (yes, no), absorbing=True)

        same = {
            who: join("all", (both(who, role) for role in ROLES[:2]), absorbing=False)
            for who in one.doers
            if who not in ROLES
        }
        for whose in ("by", "against"):
            key = one.space.declare("actor", f"{ATTACK}.also-{whose}", one.others, (ATTACK, f"also-{whose}"))
            yield ("pick", key, tuple(True if who is None else same[who] for who in one.others))
        if not any(world.is_nonaggression for world in self.worlds):
            yield both("adversary", "beneficiary")
        for name, possible in one.pool.items():
            for whose in ("by", "against"):
                values = possible.values[whose]
                key = one.space.declare("actor", f"{name}.{whose}", values, (name, whose))
                branches = tuple(same.get(str(who), True) for who in values)
                if branches.count(True) < len(branches):
                    yield ("pick", key, branches)

    # What holds of them

    def _literal(self, index: int, fixed: Mapping[str, Value]) -> int:
        """That a clause arises, some choices being fixed for it alone."""
        key = (index, tuple(sorted(fixed.items())))
        if key not in self.literals:
            world = self.worlds[index]
            residual = world.evaluation(fixed).residual(world.situation.casus, ATTACK)
            self.literals[key] = self.sat.literal(residual)
        return self.literals[key]

    def for_all(self, fixed: Mapping[str, Value]) -> Comparison:
        """Under every reading with some choices, each term having one definition for both clauses."""
        known = self.worlds[0].space.variables
        chosen = {key: value for key, value in by_definition(self.rules, fixed).items() if key in known}
        return self._compared(self._casus, self.sat.taking(chosen), None, shows=True)

    @property
    def own_defaults(self) -> list[str]:
        """The choices of which the two clauses have different defaults, as `--define` and `--set` name them."""
        one, other = (world.settled(Reading({}, self.rules)) for world in self.worlds)
        names = [re.sub("=.*[.]", ".", key) for key in one if one[key] != other[key]]
        return list(dict.fromkeys(names))

    def under(self, choices: Mapping[str, Value], *, shows: bool = False) -> Comparison:
        """Under one reading, each clause having its own defaults where the reading does not speak."""
        reading = Reading(choices, self.rules)
        one, other = (world.settled(reading) for world in self.worlds)
        apart = {key: value for key, value in other.items() if one[key] != value}
        casus = [self._casus[0], self._literal(1, apart)]
        return self._compared(casus, self.sat.taking(one), choices, shows=shows)

    def _compared(
        self, casus: list[int], taken: list[int], choices: Mapping[str, Value] | None, *, shows: bool
    ) -> Comparison:
        found: list[bool] = []
        shown: list[tuple[Scenario, ...]] = []
        for only in (0, 1):
            conditions = [*self._always, *taken, casus[only], -casus[1 - only]]
            found.append(self.sat.can_hold(conditions))
            shown.append(self._shown(only, self._plainest(conditions), choices) if found[-1] and shows else ())
        return Comparison(_RELATIONS[found[0], found[1]], *shown)

    def _plainest(self, conditions: list[int]) -> dict[str, int]:
        """An assignment with the first act of the vocabulary that will do, by a State of which nothing speaks if so."""
        stranger = self.sat.of("actor:adversary")[0]
        for usual in ([stranger], []):
            for act in self.sat.of(f"fact:{ATTACK}.act"):
                if self.sat.can_hold([*conditions, *usual, act]):
                    return self.sat.model()
        raise AssertionError(conditions)  # they can hold, and with some act

    def _shown(self, only: int, model: Mapping[str, int], given: Mapping[str, Value] | None) -> tuple[Scenario, ...]:
        """The same facts between the actors of each clause, of which only one arises; empty if not found again."""
        (one, case, choices), (other, its_case, _) = (each.scenario(model) for each in self.worlds)
        in_other = {event.id: event for event in other.events}
        wanted: list[Casus] = ["does-not-arise", "does-not-arise"]
        wanted[only] = "arises"

        def twin_of(scenario: Scenario) -> Scenario:
            events = []
            for event in scenario.events:
                twin = in_other[event.id]
                alone = replace(twin, facts={name: twin.facts[name] for name in event.facts})
                for whose in ("by", "against"):
                    mine, its = getattr(event, whose), getattr(twin, whose)
                    if not isinstance(mine.value, tuple) and isinstance(its.value, tuple):
                        alone = replace(alone, **{whose: replace(its, value=its.value[0])})
                events.append(alone)
            return replace(other, events=tuple(events))

        def finds(scenario: Scenario, reading: Mapping[str, Value]) -> bool:
            twin = twin_of(scenario)
            found = (finding_of(self.rules, scenario, case, reading), finding_of(self.rules, twin, its_case, reading))
            return list(found) == wanted

        reading = dict(choices if given is None else given)
        if not finds(one, reading):
            return ()
        scenario, reading = shrink(one, reading, finds)
        pairs = ((scenario, case, wanted[0]), (twin_of(scenario), its_case, wanted[1]))
        shown = [_expecting(*each, reading) for each in pairs]
        return tuple(shown[::-1] if only else shown)

    def close(self) -> None:
        """Give the solver's memory back."""
        self.sat.close()


def _expecting(scenario: Scenario, case: Case, casus: Casus, reading: dict[str, Value]) -> Scenario:
    expected = Expectation(
        case.clause, casus, define=reading, event=case.event, obligor=case.obligor, beneficiary=case.beneficiary
    )
    names = {event.id: f"other-{number}" for number, event in enumerate(scenario.events[1:], 1)}
    events = (scenario.events[0], *(replace(each, id=names[each.id]) for each in scenario.events[1:]))
    return replace(scenario, events=events, expect=(expected,))
