"""Over all readings: the share of them under which each State is drawn in by a cascade; exact.

Help that is given under some readings only is an event whose `happened` is a diagram over the choices: that of the
duties of the rounds before. The rounds go on until no reading brings new help.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from foedus.cascade import FIGHTING, MET, Plan, acts_of, performance, rank
from foedus.diagram import NO, TERMINALS, YES, Diagrams, TooEntangledError
from foedus.formula import Some, Term
from foedus.ground import Facts, find_situations_of
from foedus.readings import OPEN, Maker, Question, disputants
from foedus.residual import Evaluation, Space, by_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from foedus.formula import Formula
    from foedus.ground import Rules, Situation
    from foedus.model import Definition, Event, Scenario
    from foedus.residual import Residual
    from foedus.vocabulary import Value

_CHOICES, _FACTS = 4_000, 40_000
"""Levels kept for choices, and below them for unknown facts, which come up as the rounds go on."""


class EntangledCascadeError(Exception):
    """The diagrams of a cascade grew beyond the limit, in that round and with so many events and choices."""

    def __init__(self, nodes: int, number: int, events: int, choices: int) -> None:
        super().__init__(f"more than {nodes:,} nodes in round {number}")
        self.nodes, self.round, self.events, self.choices = nodes, number, events, choices


@dataclass
class DrawnIn(Question):
    """The question whether one State is drawn in, over all readings; `arises` where it is."""

    made: tuple[Space, Diagrams, int] | None = None

    @cached_property
    def situations(self) -> dict[str | None, list[Situation]]:
        """No cases of its own: the diagram is made."""
        return {}

    @cached_property
    def space(self) -> Space:
        """The choices on which the cascade can come to hang."""
        assert self.made is not None  # noqa: S101 - given when it is made
        return self.made[0]

    @property
    def _diagrams(self) -> Diagrams:
        assert self.made is not None  # noqa: S101 - given when it is made
        return self.made[1]

    @cached_property
    def _outcomes(self) -> int:
        assert self.made is not None  # noqa: S101 - given when it is made
        return self.made[2]

    @cached_property
    def _root(self) -> int:
        return self._diagrams.settle(self._outcomes, len(self.choices), OPEN)

    def holds(self, values: Sequence[int]) -> bool:
        """Whether it is drawn in under the reading that is given by the index of its value for each choice."""
        diagrams, node = self._diagrams, self._outcomes
        while node >= TERMINALS:
            node = diagrams.branches[node][values[diagrams.levels[node]]]
        return node == YES


def find_drawn_in(
    rules: Rules,
    scenario: Scenario,
    plan: Plan,
    *,
    admits: Callable[[str, str, Definition], bool] | None = None,
    limit: int = 200_000,
    advance: Callable[[], None] = lambda: None,
) -> dict[str, DrawnIn]:
    """Actor to the question whether it is drawn in, for all that are under some listed reading.

    The choices of the plan are fixed; all others range over their listed values, alike for every obligor. A duty that
    unknown facts leave open under a reading is not performed under it. `advance` is called after each case looked at.

    Raises:
        EntangledCascadeError: if a diagram grows too large.
    """
    rounds = _Rounds(rules, scenario, plan, Space(rules, by_definition(rules, plan.choices), admits), limit, advance)
    told = (plan.account,) if plan.account else disputants(scenario) or (None,)
    try:
        if len(told) > 1:
            rounds.levels[rounds.space.declare("account", "account", told)]
        by_account = [rounds.follow(account) for account in told]
        actors = sorted({actor for found in by_account for actor in found})
        out = {}
        for actor in actors:
            roots = tuple([found.get(actor, NO) for found in by_account])
            root = rounds.diagrams.pick(rounds.levels["account"], roots) if len(told) > 1 else roots[0]
            if root != NO:
                out[actor] = rounds.question(actor, root)
    except TooEntangledError as error:
        choices = sum(variable.is_choice for variable in rounds.space.variables.values())
        raise EntangledCascadeError(error.nodes, rounds.number, len(rounds.happens), choices) from None
    return out


class _Levels(dict[str, int]):
    """The level of each variable of a space, given on first sight: choices above all facts."""

    def __init__(self, space: Space, sizes: list[int]) -> None:
        super().__init__()
        self.space, self.sizes = space, sizes
        self.choices = self.facts = 0

    def __missing__(self, key: str) -> int:
        variable = self.space.variables[key]
        if variable.is_choice:
            level, self.choices = self.choices, self.choices + 1
        else:
            level, self.facts = _CHOICES + self.facts, self.facts + 1
        self.sizes[level] = len(variable.values)
        self[key] = level
        return level


@dataclass
class _Rounds:
    """The rounds of a cascade under all readings at once."""

    rules: Rules
    scenario: Scenario
    plan: Plan
    space: Space
    limit: int
    advance: Callable[[], None]
    number: int = 0
    happens: dict[str, Residual] = field(default_factory=dict)
    before: dict[tuple[object, ...], int] = field(default_factory=dict)
    fresh: list[tuple[object, str]] = field(default_factory=list)
    sought: dict[tuple[object, ...], list[tuple[Formula, frozenset[Value] | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.diagrams = Diagrams([1] * (_CHOICES + _FACTS), self.limit)
        self.levels = _Levels(self.space, self.diagrams.sizes)
        self.maker = Maker(self.diagrams, self.levels)

    def follow(self, account: str | None) -> dict[str, int]:
        """Actor to the diagram of the readings under which it gives armed help, on one account."""
        diagrams = self.diagrams
        given: dict[str, str] = {}  # the copy of an event for a round, to the id that the event itself would have
        rounds: dict[str, int] = {}
        events: dict[str, Event] = {}
        done: dict[tuple[str, ...], int] = {}
        self.happens, self.number, self.before, self.fresh = {}, 0, {}, []
        while True:
            self.number += 1
            whole = replace(self.scenario, events=(*self.scenario.events, *events.values()))
            facts = Facts(whole, account, self.plan.on, rounds)
            fresh: dict[str, tuple[Event, str, int]] = {}
            now: dict[tuple[str, ...], int] = {}
            for situation, due in self._due(facts, given):
                event = performance(self.rules, self.plan, facts, situation.case, situation.version.duty)
                if event is None or event.id in {each.id for each in self.scenario.events}:
                    continue
                armed = bool(event.against.value)
                case = situation.case
                ends: tuple[str, ...] = (case.obligor, str(case.adversary)) if armed else (event.id,)
                # one fight: not if it was begun in a round before, or by a duty of this round that ranks above
                before = diagrams.either(done.get(ends, NO), now.get(ends, NO))
                begins = diagrams.both(due, diagrams.negate(before))
                if begins == NO:
                    continue
                now[ends] = diagrams.either(now.get(ends, NO), due)
                true = replace(event, follows=given.get(case.event, case.event) if armed else None)
                key = f"{event.id} in round {self.number}: {_told(true)}"
                _, _, known = fresh.get(key, (event, event.id, NO))
                fresh[key] = (replace(event, id=key), event.id, diagrams.either(known, begins))
            if not fresh:
                break
            self.fresh = [(event.act.value, key) for key, (event, _, _) in fresh.items()]
            for key, (event, name, node) in fresh.items():
                events[key], given[key], rounds[key] = event, name, self.number
                self.happens[key] = True if node == YES else ("diagram", node)
            for ends, node in now.items():
                done[ends] = diagrams.either(done.get(ends, NO), node)
        out: dict[str, int] = {}
        for ends, node in done.items():
            if len(ends) > 1:
                out[ends[0]] = diagrams.either(out.get(ends[0], NO), node)
        return out

    def _due(self, facts: Facts, given: Mapping[str, str]) -> Iterator[tuple[Situation, int]]:
        """The duties that are performed under some reading, with the diagram of these, as a cascade ranks them."""
        found = [
            situation
            for clause in self.plan.clauses
            if self.rules.clause(clause)[1].kind in FIGHTING
            for event in facts.events
            for situation in find_situations_of(self.rules, facts, clause, event)
            if situation.in_force.status in MET
        ]
        found.sort(key=lambda each: rank(facts, each.case, given.get(each.case.event, each.case.event)))
        same: dict[tuple[object, ...], int] = {}
        for situation in found:
            if situation.alike not in same:
                is_known = situation.alike in self.before and not self._bears(situation)
                same[situation.alike] = self.before[situation.alike] if is_known else self._performed(situation)
                self.advance()
            if same[situation.alike] != NO and self._would(situation):
                yield situation, same[situation.alike]
        self.before = same

    def _bears(self, situation: Situation) -> bool:
        """Whether help of the round before can be what some condition of the case looks for, under any reading."""
        key = (
            situation.case.clause,
            situation.case.version,
            tuple(situation.overlays),
            situation.case.event in self.happens,
        )
        if key not in self.sought:
            conditions = _sought(situation.conditions, self.rules)
            self.sought[key] = [(condition, acts_of(self.rules, condition)) for condition in conditions]
        return any(
            (acts is None or act in acts) and not situation.is_ruled_out(condition, event)
            for condition, acts in self.sought[key]
            for act, event in self.fresh
        )

    def _would(self, situation: Situation) -> bool:
        performs = self.plan.performs
        if isinstance(performs, frozenset):
            return situation.case.obligor in performs
        return performs == "all" or (performs == "bound" and situation.version.duty.discretion != "self-judging")

    def _performed(self, situation: Situation) -> int:
        """The readings under which the duty is due, or left to the party, whatever unknown facts turn out to be."""
        diagrams = self.diagrams
        evaluation = Evaluation(self.space, situation, happens=self.happens)
        event = situation.case.event
        root = self.maker.diagram(evaluation.residual(situation.casus, event))
        if root == NO:
            return NO
        refusals = NO
        for _, met, refused in situation.steps.values():
            if not self.plan.assume_steps:
                root = diagrams.both(root, self.maker.diagram(evaluation.residual(met, event)))
            refusals = diagrams.either(refusals, self.maker.diagram(evaluation.residual(refused, event)))
        if not self.plan.assume_steps:
            return self._settled(diagrams.both(root, diagrams.negate(refusals)))
        return diagrams.both(self._settled(root), diagrams.negate(self._settled(refusals)))

    def _settled(self, root: int) -> int:
        return self.diagrams.map_terminals(self.diagrams.settle(root, _CHOICES, OPEN), {OPEN: NO})

    def question(self, actor: str, root: int) -> DrawnIn:
        """The question whether the actor is drawn in, its diagram in a store over the choices alone."""
        by_level = {self.levels[key]: key for key, each in self.space.variables.items() if each.is_choice}
        variables = {by_level[level]: self.space.variables[by_level[level]] for level in sorted(by_level)}
        space = Space(self.rules, self.space.fixed, self.space.admits, variables)
        place = {level: index for index, level in enumerate(sorted(by_level))}
        compact = Diagrams([len(each.values) for each in variables.values()], self.limit)
        made = {terminal: terminal for terminal in range(TERMINALS)}
        for node in self.diagrams.walk(root):
            branches = tuple([made[branch] for branch in self.diagrams.branches[node]])
            made[node] = compact.node(place[self.diagrams.levels[node]], branches)
        return DrawnIn(
            self.rules,
            self.scenario,
            actor,
            fixed=self.plan.choices,
            current=self.plan.choices,
            account=self.plan.account,
            on=self.plan.on,
            order_of_choices=list(variables),
            made=(space, compact, made[root]),
        )


def _sought(formulas: list[Formula], rules: Rules) -> Iterator[Formula]:
    """The conditions of which some event is sought, in the formulas and in every definition that they can come to."""
    waiting = list(formulas)
    terms: set[str] = set()
    while waiting:
        formula = waiting.pop()
        if isinstance(formula, Some):
            yield formula.of
        if isinstance(formula, Term) and formula.term not in terms:
            terms.add(formula.term)
            waiting += [each.holds_when for each in rules.terms[formula.term].definitions.values()]
        waiting += formula.parts


def _told(event: Event) -> str:
    return f"{event.date} {event.act} {event.about} {sorted(event.facts.items(), key=str)}"
