"""The space of readings of one question: share, counts, witnesses, influence, smallest flips; all exact.

Known facts are put in first (`foedus.residual`); what is left becomes one decision diagram over the choices of a
reading, with unknown facts at the bottom, and every answer is a traversal of it in another semiring.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import comb
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from foedus.derivation import DUTY_ORDER
from foedus.diagram import MIXED, NO, TERMINALS, YES, Diagrams, TooEntangledError, Weighing, find_nearest
from foedus.ground import Facts, Reading, find_situations
from foedus.residual import Evaluation, Residual, Space, Variable, by_definition, chosen, join

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from foedus.ground import Rules, Situation, Word
    from foedus.model import Definition, Scenario
    from foedus.residual import Memo
    from foedus.vocabulary import Value

Asked = Literal["casus", "duty"]

OPEN = 6
"""The terminal of readings under which unknown facts decide."""
_CASUS_CODES: dict[str, int] = {"does-not-arise": NO, "arises": YES, "undetermined": OPEN}
_DUTY_CODES: dict[str, int] = {"not-due": 0, "dormant": 1, "left-to-the-party": 2, "due": 3, "undetermined": OPEN}

Change = tuple[Variable, "Value | None"]


@dataclass(frozen=True)
class Influence:
    """How much hangs on one choice.

    `pivotal`: the share of readings of all other choices under which this one changes the finding (Banzhaf 1965).
    `settling`: choices are settled one after another in random order by random values; how often this one settles the
    finding (Shapley 1953, Shubik 1954). `None` where it was not asked for or too large. `sides` gives for each value
    the share of readings with it under which the answer is yes.
    """

    variable: Variable
    pivotal: Fraction
    settling: Fraction | None
    sides: tuple[tuple[Value | None, Fraction], ...]


@dataclass(frozen=True)
class Flip:
    """The fewest changes that turn the finding, and the smallest sets of them.

    Where none would do, that was seen of all sets, or if they are too many, of those of at most `sought` changes.
    """

    fewest: int | None
    ways: tuple[tuple[Change, ...], ...]
    sought: int | None = None


@dataclass
class Question:
    """One question about a scenario and a clause, over all admissible readings.

    `choices` fixes a part of the reading and so restricts the space; `current` is the reading from which nearest
    witnesses and flips are counted. Disputed facts make the account a choice, unless `account` fixes it.

    Raises:
        TooEntangledError: from any answer, if the space is too entangled for a diagram.
    """

    rules: Rules
    scenario: Scenario
    clause: str
    asked: Asked = "casus"
    fixed: Mapping[str, Value] = field(default_factory=dict)
    current: Mapping[str, Value] = field(default_factory=dict)
    account: str | None = None
    accounts: tuple[str, ...] | None = None
    on: date | None = None
    event: str | None = None
    obligor: str | None = None
    admits: Callable[[str, str, Definition], bool] | None = None
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    overrides: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    frees: bool = False
    limit: int = 200_000
    order_of_choices: Sequence[str] | None = None

    # The space and the diagram

    @cached_property
    def situations(self) -> dict[str | None, list[Situation]]:
        """Account to the cases that it makes of the scenario."""
        out: dict[str | None, list[Situation]] = {}
        distinct: dict[object, list[Situation]] = {}
        for account in self.told:
            facts = Facts(self.scenario, account, self.on)
            if facts.disputed not in distinct:
                distinct[facts.disputed] = self._situations(facts)
            out[account] = distinct[facts.disputed]
        return out

    def _situations(self, facts: Facts) -> list[Situation]:
        found = find_situations(self.rules, facts, self.clause)
        kept = [s for s in found if self.event in {None, s.case.event} and self.obligor in {None, s.case.obligor}]
        if self.overrides:
            kept = [replace(situation, overrides=dict(self.overrides)) for situation in kept]
        if len(kept) == 1:
            return kept
        distinct: dict[tuple[object, ...], Situation] = {}
        words: dict[int, frozenset[Word]] = {}
        for situation in kept:
            casus = situation.casus
            if id(casus) not in words:
                asked = situation.conditions if self.asked == "duty" else [casus]
                words[id(casus)] = frozenset().union(*map(self.rules.words, asked))
            key = (id(casus), situation.case.event, situation.bearing(words[id(casus)]))
            distinct.setdefault(key, situation)
        return list(distinct.values())

    @cached_property
    def told(self) -> tuple[str | None, ...]:
        """The accounts that the question ranges over: the one asked for, or those of all who dispute a fact."""
        if self.account is not None:
            return (self.account,)
        return self.accounts or disputants(self.scenario) or (None,)

    @cached_property
    def space(self) -> Space:
        """All choices that the clause can come to."""
        space = Space(self.rules, by_definition(self.rules, self.fixed), self.admits)
        if len(self.told) > 1:
            space.declare("account", "account", self.told)
        for situations in self.situations.values():
            for situation in situations[:1]:
                for each in situation.conditions if self.asked == "duty" else [situation.casus]:
                    space.reach(each)
        return space

    def _memo(self) -> Memo | None:
        """What the cases share, where there are several."""
        return {} if sum(map(len, self.situations.values())) > 1 else None

    @cached_property
    def residual(self) -> Residual:
        """What is left of the question whether the casus arises, over all cases and accounts; for people to read."""
        space, by_account = self.space, []
        memo = self._memo()
        for situations in self.situations.values():
            parts = [Evaluation(space, each, memo=memo).residual(each.casus, each.case.event) for each in situations]
            by_account.append(join("any", parts, absorbing=True))
        if len(set(by_account)) == 1:
            return by_account[0]
        return ("pick", "account", tuple(by_account))

    @cached_property
    def _made(self) -> tuple[Maker, list[list[_Left]]]:
        """What is left of each case, by account, and what makes diagrams of it over choices and unknown facts."""
        space = self.space
        memo = self._memo()
        left: list[list[_Left]] = []
        for situations in self.situations.values():
            own = []
            for situation in situations:
                evaluation = Evaluation(space, situation, self.frees, memo)
                event = situation.case.event
                casus = evaluation.residual(situation.casus, event)
                steps = []
                if self.asked == "duty" and casus is not False:
                    for _, met, refused in situation.steps.values():
                        steps.append((evaluation.residual(met, event), evaluation.residual(refused, event)))
                own.append(_Left(casus, steps, situation.version.duty.discretion == "self-judging"))
            left.append(own)
        diagrams = Diagrams([len(space.variables[key].values) for key in self.order], self.limit)
        return Maker(diagrams, {key: level for level, key in enumerate(self.order)}), left

    @property
    def _diagrams(self) -> Diagrams:
        return self._made[0].diagrams

    @cached_property
    def _outcomes(self) -> int:
        """The diagram of the answer over choices and unknown facts."""
        maker, left = self._made
        return self._by_account([self._strongest(maker, own) for own in left])

    def _by_account(self, roots: list[int]) -> int:
        return self._diagrams.pick(self.order.index("account"), tuple(roots)) if len(roots) > 1 else roots[0]

    def _strongest(self, maker: Maker, cases: list[_Left]) -> int:
        if self.asked == "casus":
            return maker.diagram(_any_of(cases))
        diagrams = maker.diagrams
        best = NO
        for casus, steps, is_self_judging in cases:
            met, refused = YES, NO
            for is_met, is_refused in steps:
                met = diagrams.both(met, maker.diagram(is_met))
                refused = diagrams.either(refused, maker.diagram(is_refused))
            done = _DUTY_CODES["left-to-the-party" if is_self_judging else "due"]
            state = diagrams.map_terminals(met, {NO: _DUTY_CODES["dormant"], YES: done})
            alive = diagrams.both(maker.diagram(casus), diagrams.negate(refused))
            case = diagrams.combine("gate", _gate, diagrams.map_terminals(alive, {NO: 0, YES: 5}), state)
            best = diagrams.combine("max", max, best, case)
        return best

    @cached_property
    def order(self) -> list[str]:
        """The variables from the outermost: the account, then choices as the clause comes to them, then facts."""
        keys = list(self.space.variables)
        facts = [key for key in keys if not self.space.variables[key].is_choice]
        facts.sort(key=lambda key: not self._is_open(self.space.variables[key]))
        choices = [key for key in keys if self.space.variables[key].is_choice]
        # a knob that several terms share couples them, and so stands outside of them
        choices.sort(key=lambda key: not self._is_shared(self.space.variables[key]))
        return [*(self.order_of_choices or choices), *facts]

    def _is_shared(self, variable: Variable) -> bool:
        return variable.kind == "account" or (variable.kind == "knob" and not variable.of[0])

    @cached_property
    def variables(self) -> list[Variable]:
        """The variables by level."""
        self._diagrams  # noqa: B018 - evaluating makes the unknown facts known
        return [self.space.variables[key] for key in self.order]

    @cached_property
    def _root(self) -> int:
        """The diagram over choices alone; readings under which unknown facts decide end in `OPEN`."""
        depth = len(self.choices)
        if self.asked == "duty":
            return self._diagrams.settle(self._outcomes, depth, OPEN)
        maker, left = self._made
        settler = _Settler(maker, depth)
        return self._by_account([settler.settled(_any_of(own)) for own in left])

    @cached_property
    def choices(self) -> list[Variable]:
        """What the question leaves open, by level: the choices of a reading and, if they are freed, the known facts."""
        return [variable for variable in self.variables if self._is_open(variable)]

    def _is_open(self, variable: Variable) -> bool:
        return variable.is_choice or (self.frees and self._known(variable) is not None)

    def _known(self, variable: Variable) -> Value | None:
        if variable.kind != "fact":
            return None
        return next((s.known.get(variable.of) for own in self.situations.values() for s in own), None)

    # Weights

    @cached_property
    def _weights(self) -> list[list[int]]:
        """Whole-number weights of each value of each variable; a definition weighs the same as its siblings.

        A file of weights makes the result a weighted share of listed readings.
        """
        out = []
        for variable in self.variables:
            own = self.weights.get(variable.name, {})
            out.append([int(own.get(str(value), 1 if not own else 0)) for value in variable.values])
        return out

    @cached_property
    def _counts(self) -> list[list[int]]:
        """Weights that count readings: a definition as often as its own knobs can be set, all else once."""
        own: dict[tuple[str, str], int] = {}
        for variable in self.variables:
            if variable.kind == "knob" and variable.of[0]:
                own[variable.of] = own.get(variable.of, 1) * len(variable.values)
        return [
            [own.get((v.name, str(value)), 1) if v.kind == "term" else 1 for value in v.values] for v in self.variables
        ]

    def _code(self, outcome: str) -> int:
        return self._codes[outcome]

    @property
    def _codes(self) -> dict[str, int]:
        return _CASUS_CODES if self.asked == "casus" else _DUTY_CODES

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What the answer can be, the strongest first."""
        return ("arises", "undetermined", "does-not-arise") if self.asked == "casus" else DUTY_ORDER

    # Answers

    @cached_property
    def shares(self) -> dict[str, Fraction]:
        """Outcome to the weighted share of listed readings with it; they sum to 1."""
        return {outcome: self._share(self._values[self._root], self._code(outcome)) for outcome in self.outcomes}

    @cached_property
    def _weighing(self) -> Weighing:
        return Weighing(self._weights)

    @cached_property
    def _values(self) -> dict[int, int]:
        """The weight of each node of the diagram."""
        diagrams = self._diagrams
        return diagrams.values(self._root, self._weighing)

    def _share(self, value: int, terminal: int) -> Fraction:
        return Fraction(self._weighing.part(value, terminal), self._weighing.whole)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Outcome to the number of listed readings with it."""
        diagrams = self._diagrams
        # the knobs of open terms were counted with their definitions already, and facts are no part of a reading
        open_terms = {variable.name for variable in self.variables if variable.kind == "term"}
        surplus = 1
        for variable in self.variables:
            if not variable.is_choice or (variable.kind == "knob" and variable.of[0] in open_terms):
                surplus *= len(variable.values)
        counting, value = self._weighing, self._values[self._root]
        if self._counts != self._weights:
            counting = Weighing(self._counts)
            value = diagrams.fold(self._root, counting)
        return {outcome: counting.part(value, self._code(outcome)) // surplus for outcome in self.outcomes}

    @property
    def is_settled(self) -> bool:
        """Whether every listed reading gives the same finding."""
        return self._root < TERMINALS

    @cached_property
    def total(self) -> int:
        """The number of listed readings."""
        return sum(self.counts.values())

    @cached_property
    def now(self) -> list[int]:
        """The current reading: the index of its value for each choice."""
        situation = next((each for own in self.situations.values() for each in own), None)
        reading = Reading(self.current, self.rules)
        reading = reading.within(situation) if situation else reading
        out = []
        for variable in self.variables:
            match variable.kind:
                case "account":
                    value: Value | None = self.told[0]
                case "fact":
                    value = self._known(variable)
                case _:
                    value = chosen(variable, reading)
            out.append(variable.values.index(value) if value in variable.values else 0)
        return out

    def finding_now(self) -> str:
        """The outcome under the current reading."""
        return self.strongest([self.path(self._root, self.now)[0]])

    def strongest(self, codes: Sequence[int]) -> str:
        """The outcome of cases with these terminals: the strongest, if none that is open could be stronger."""
        settled = max((code for code in codes if code != OPEN), default=NO)
        is_open = OPEN in codes and settled != self._codes[self.outcomes[0]]
        return next(outcome for outcome, code in self._codes.items() if code == (OPEN if is_open else settled))

    def witness(self, outcome: str) -> dict[str, Value | None] | None:
        """The reading nearest to the current one under which the outcome is that, each choice with its value."""
        diagrams = self._diagrams
        fewest, ways = find_nearest(diagrams, self._root, self.now, self._code(outcome), 1)
        if fewest is None:
            return None
        values = {**dict(enumerate(self.now)), **ways[0]}
        return {v.name: v.values[values[level]] for level, v in enumerate(self.choices)}

    def flip(self, limit: int = 20, now: str | None = None) -> Flip:
        """The fewest changes of what is left open with which the finding is another settled one; `now` if known."""
        now = now or self.finding_now()
        yes = self.outcomes[0] if self.asked == "casus" else now
        targets = [o for o in self.outcomes if o not in {now, "undetermined"}]
        if self.asked == "casus" and now != "undetermined":
            targets = ["does-not-arise" if now == yes else "arises"]
        return min(
            (self.nearest(self._roots(target), target, limit) for target in targets),
            key=lambda each: (each.fewest is None, each.fewest),
            default=Flip(None, ()),
        )

    def nearest(self, roots: Sequence[int], outcome: str, limit: int) -> Flip:
        """The fewest changes with which one of several diagrams comes to an outcome."""
        best = Flip(None, ())
        for root in roots:
            fewest, ways = find_nearest(self._diagrams, root, self.now, self._code(outcome), limit)
            if fewest is None or (best.fewest is not None and fewest > best.fewest):
                continue
            before = best.ways if fewest == best.fewest else ()
            own = [way for each in ways if (way := self._changes(each)) not in before]
            best = Flip(fewest, (*before, *own)[:limit])
        return best

    def _roots(self, outcome: str) -> Sequence[int]:
        """Diagrams of which one has the outcome where the answer has: it arises if it arises in one case.

        With facts free the cases together can be far larger than each by itself. What is unknown to several of them
        can make it arise in one or the other: then they are asked together.
        """
        maker, left = self._made
        if outcome != "arises" or not self.frees or len(left) > 1:
            return [self._root]
        settler = _Settler(maker, len(self.choices))
        unknown = [settler.unknown(each.casus) for each in left[0]]
        share = sum(map(len, unknown)) > len(frozenset().union(*unknown))
        return [self._root] if share else self.by_case

    @cached_property
    def by_case(self) -> tuple[int, ...]:
        """The diagrams of what each case finds by itself, over what is left open; on the first account."""
        maker, left = self._made
        depth = len(self.choices)
        if self.asked == "duty":
            own = (self._strongest(maker, [case]) for case in left[0])
            return tuple(dict.fromkeys(maker.diagrams.settle(each, depth, OPEN) for each in own))
        settler = _Settler(maker, depth)
        return tuple(dict.fromkeys(settler.settled(case.casus) for case in left[0]))

    def path(self, root: int, values: Sequence[int]) -> tuple[int, list[int]]:
        """The terminal of a diagram where each choice has a value, and the levels on the way to it."""
        diagrams = self._diagrams
        levels = []
        while root >= TERMINALS:
            level = diagrams.levels[root]
            levels.append(level)
            root = diagrams.branches[root][values[level]]
        return root, levels

    def _changes(self, way: Mapping[int, int]) -> tuple[Change, ...]:
        return tuple(
            (self.variables[level], self.variables[level].values[value]) for level, value in sorted(way.items())
        )

    def influence(self, *, settling: bool = True, most: int = 400_000) -> list[Influence]:
        """The influence of every choice, the largest first; settling shares where they are not too many to add up."""
        diagrams = self._diagrams
        support = diagrams.support(self._root)
        shares = self._settling(sorted(support), most) if settling else {}
        yes = self._code(self.outcomes[0] if self.asked == "casus" else "due")
        if self.asked == "duty" and "left-to-the-party" in self.reached:
            yes = self._code("left-to-the-party") if "due" not in self.reached else yes
        pivotal, sides = self._derived(yes)
        out = []
        for level, variable in enumerate(self.choices):
            if level not in support:
                out.append(Influence(variable, Fraction(0), Fraction(0) if settling else None, ()))
                continue
            own = tuple(zip(variable.values, sides[level], strict=True))
            out.append(Influence(variable, pivotal[level], shares.get(level) if shares is not None else None, own))
        return sorted(out, key=lambda each: (-(each.settling or 0), -each.pivotal))

    def _derived(self, yes: int) -> tuple[dict[int, Fraction], dict[int, list[Fraction]]]:
        """By level, the pivotal share, and the share of a terminal on each side: what flows through its nodes."""
        diagrams = self._diagrams
        root, weighing, values = self._root, self._weighing, dict(self._values)
        leading = {node: weighing.part(value, yes) for node, value in values.items()}
        flow = diagrams.flow(root, weighing)
        changing: dict[int, int] = {}
        sides: dict[int, list[int]] = {}
        # an assignment that goes past a variable has the same outcome on each side of it
        everywhere = leading[root] * weighing.whole
        for node in diagrams.walk(root):
            level, branches = diagrams.levels[node], diagrams.branches[node]
            same = diagrams.same(branches)
            diagrams.values(same, weighing, values)
            changing[level] = changing.get(level, 0) + flow[node] * weighing.part(values[same], MIXED)
            own = sides.setdefault(level, [everywhere] * len(branches))
            for side, branch in enumerate(branches):
                own[side] += flow[node] * (leading[branch] - leading[node])
        whole = weighing.whole**2
        exact = {each: Fraction(each, whole) for own in (changing.values(), *sides.values()) for each in set(own)}
        return (
            {level: exact[each] for level, each in changing.items()},
            {level: [exact[each] for each in own] for level, own in sides.items()},
        )

    @cached_property
    def reached(self) -> set[str]:
        """The outcomes that some reading has."""
        diagrams = self._diagrams
        terminals = diagrams.reached(self._root)
        return {outcome for outcome, code in self._codes.items() if code in terminals}

    def _settling(self, support: Sequence[int], most: int) -> dict[int, Fraction] | None:
        """Settling shares by level; `None` if there are too many sets to look at."""
        if not support:
            return {}
        diagrams = self._diagrams
        settled = _Settled(diagrams, self._root, list(support), self._weights, most)
        try:
            return settled.shares([self._code(outcome) for outcome in self.reached])
        except TooEntangledError:
            return None

    @cached_property
    def facts_that_decide(self) -> list[Variable]:
        """Unknown facts on which the answer hangs under some reading."""
        support = self._diagrams.support(self._outcomes)
        return [
            variable for level, variable in enumerate(self.variables) if not variable.is_choice and level in support
        ]

    @cached_property
    def facts_that_do_not_matter(self) -> list[Variable]:
        """Unknown facts that some definition reads and that change nothing here."""
        deciding = set(self.facts_that_decide)
        return [variable for variable in self.variables if not variable.is_choice and variable not in deciding]


def disputants(scenario: Scenario) -> tuple[str, ...]:
    """The actors who give their own version of some fact, in the order of the file."""
    names: dict[str, None] = {}
    for event in scenario.events:
        for stated in (event.act, event.by, event.against, *event.facts.values()):
            if stated.disputed:
                names.update(dict.fromkeys(actor for actor in stated.disputed if actor != "others"))
    return tuple(names)


def _gate(one: int, other: int) -> int:
    """A state of the duty where the gate (5) is open, else not due; which of the two is the gate does not matter."""
    return min(one, other) if 5 in {one, other} else 0  # noqa: PLR2004 - the gate is no state


class _Left(NamedTuple):
    """What is left of a case: of its casus, and of whether each step is met and refused."""

    casus: Residual
    steps: list[tuple[Residual, Residual]]
    is_self_judging: bool


def _any_of(cases: list[_Left]) -> Residual:
    return join("any", [each.casus for each in cases], absorbing=True)


def _either_open(one: int, other: int) -> int:
    """Yes where one says so, and open where one hangs on facts on which the other does not."""
    return YES if YES in {one, other} else max(one, other)


def _both_open(one: int, other: int) -> int:
    return NO if NO in {one, other} else max(one, other)


@dataclass
class Maker:
    """Makes diagrams of residual formulas, each once."""

    diagrams: Diagrams
    levels: Mapping[str, int]
    memo: dict[Residual, int] = field(default_factory=dict)

    def diagram(self, residual: Residual) -> int:
        """The diagram of a residual formula, with terminals `NO` and `YES`."""
        if residual is True or residual is False:
            return int(residual)  # `NO` and `YES`
        found = self.memo.get(residual)
        if found is None:
            found = self.memo[residual] = self._make(residual)
        return found

    def _make(self, residual: tuple[Any, ...]) -> int:
        name, *rest = residual
        diagrams = self.diagrams
        if name == "diagram":
            node: int = rest[0]
            return node
        if name == "not":
            return diagrams.negate(self.diagram(rest[0]))
        if name == "pick":
            key, branches = rest
            return diagrams.pick(self.levels[key], tuple(map(self.diagram, branches)))
        parts = [self.diagram(each) for each in rest[0]]
        # the outermost variables last, so that what is joined first stays small
        parts.sort(key=lambda node: -diagrams.levels[node])
        joined = parts[0]
        for part in parts[1:]:
            joined = diagrams.both(joined, part) if name == "all" else diagrams.either(joined, part)
        return joined


@dataclass
class _Settler:
    """Diagrams over the variables above a depth, the choices; `OPEN` where the facts below it decide.

    Parts that share no fact are settled apart, and under each value of a choice: so that few facts come together.
    """

    maker: Maker
    depth: int
    memo: dict[Residual, int] = field(default_factory=dict)
    facts: dict[Residual, frozenset[int]] = field(default_factory=dict)

    def settled(self, residual: Residual) -> int:
        """The diagram of a residual formula over the choices alone."""
        if residual is True or residual is False or not self.unknown(residual):
            return self.maker.diagram(residual)
        found = self.memo.get(residual)
        if found is None:
            found = self.memo[residual] = self._settle(residual)
        return found

    def _settle(self, residual: tuple[Any, ...]) -> int:
        name, *rest = residual
        diagrams = self.maker.diagrams
        if name == "not":
            return diagrams.map_terminals(self.settled(rest[0]), {NO: YES, YES: NO})
        if name in {"all", "any"}:
            return self._joined(name, rest[0])
        level = self.maker.levels[rest[0]] if name == "pick" else self.depth
        if level < self.depth:
            return diagrams.pick(level, tuple(map(self.settled, rest[1])))
        return diagrams.settle(self.maker.diagram(residual), self.depth, OPEN)

    def _joined(self, name: str, parts: Sequence[Residual]) -> int:
        table, absorbing, joined = (_both_open, NO, YES) if name == "all" else (_either_open, YES, NO)
        for group in self._apart(parts):
            part = self.settled(group[0]) if len(group) == 1 else self._together(name, group)
            joined = self.maker.diagrams.combine(name, table, joined, part)
            if joined == absorbing:
                break
        return joined

    def _together(self, name: str, parts: Sequence[Residual]) -> int:
        """Parts that share facts, which can settle together what each leaves open."""
        diagrams = self.maker.diagrams
        nodes = [self.maker.diagram(part) for part in parts]
        if name == "any":
            return diagrams.settle_any(frozenset(nodes), self.depth, OPEN)
        failing = diagrams.settle_any(frozenset(map(diagrams.negate, nodes)), self.depth, OPEN)
        return diagrams.map_terminals(failing, {NO: YES, YES: NO})

    def _apart(self, parts: Sequence[Residual]) -> list[list[Residual]]:
        """The parts in groups that share no fact, those with the fewest facts first."""
        groups: list[tuple[frozenset[int], list[Residual]]] = []
        for part in parts:
            facts, together, apart = self.unknown(part), [part], []
            for own, group in groups:
                if facts.isdisjoint(own):
                    apart.append((own, group))
                else:
                    facts, together = facts | own, group + together
            groups = [*apart, (facts, together)]
        return [group for _, group in sorted(groups, key=lambda each: len(each[0]))]

    def unknown(self, residual: Residual) -> frozenset[int]:
        """The levels of the unknown facts of which a residual formula asks."""
        if isinstance(residual, bool):
            return frozenset()
        found = self.facts.get(residual)
        if found is None:
            name, *rest = residual
            if name == "diagram":
                found = frozenset(self.maker.diagrams.support(rest[0]))
            elif name == "not":
                found = self.unknown(rest[0])
            else:
                found = frozenset().union(*map(self.unknown, rest[-1]))
                if name == "pick":
                    found |= {self.maker.levels[rest[0]]}
            found = self.facts[residual] = frozenset(level for level in found if level >= self.depth)
        return found


@dataclass
class _Settled:
    """How often random settlings of some choices settle the finding, by the number of choices settled.

    For a set S of choices let c(S) be the share of their settings after which the rest makes no difference. A
    polynomial's coefficient of degree k is the sum of c(S) over all S of k choices. One recursion over the diagram
    gives it: a choice in S is averaged over, a choice outside it must agree on all its branches.
    """

    diagrams: Diagrams
    root: int
    support: list[int]
    weights: Sequence[Sequence[int]]
    most: int
    steps: int = 0

    def shares(self, targets: list[int]) -> dict[int, Fraction]:
        """The settling share of each level of the support (Shapley's formula over c)."""
        count = len(self.support)
        whole = 1
        for level in self.support:
            whole *= sum(self.weights[level])
        out = dict.fromkeys(self.support, Fraction(0))
        for target in targets:
            indicator = self.diagrams.map_terminals(
                self.root, {terminal: int(terminal == target) for terminal in range(TERMINALS)}
            )
            for level in self.support:
                within, without = self._sums(indicator, level)
                for size, gain in enumerate(_plus(within, without, -1)):
                    # sets of that size without the level, as against the same sets with it
                    out[level] += Fraction(gain, whole * count * comb(count - 1, size))
        return out

    def _sums(self, indicator: int, apart: int) -> tuple[list[int], list[int]]:
        """The sums of c over sets of the other choices, by size, with `apart` settled and with it not."""
        return self._sum(indicator, 0, apart, {}, inside=True), self._sum(indicator, 0, apart, {}, inside=False)

    def _sum(
        self, node: int, index: int, apart: int, memo: dict[tuple[int, int], list[int]], *, inside: bool
    ) -> list[int]:
        self.steps += 1
        if self.steps > self.most:
            raise TooEntangledError(self.most)
        if node == NO:
            return []
        if index == len(self.support):
            return [1]
        key = (node, index)
        found = memo.get(key)
        if found is not None:
            return found
        level = self.support[index]
        own = self.weights[level]
        if self.diagrams.levels[node] == level:
            branches = self.diagrams.branches[node]
            agreed = branches[0]
            for branch in branches[1:]:
                agreed = self.diagrams.both(agreed, branch)
        else:
            branches, agreed = (), node
        settled: list[int] = []
        if level != apart or inside:
            if branches:
                for weight, branch in zip(own, branches, strict=True):
                    settled = _plus(settled, self._sum(branch, index + 1, apart, memo, inside=inside), weight)
            else:
                settled = _plus([], self._sum(node, index + 1, apart, memo, inside=inside), sum(own))
        if level == apart and inside:
            found = settled
        elif level == apart:
            found = _plus([], self._sum(agreed, index + 1, apart, memo, inside=inside), sum(own))
        else:
            left = _plus([], self._sum(agreed, index + 1, apart, memo, inside=inside), sum(own))
            found = _plus(left, [0, *settled], 1) if settled else left
        memo[key] = found
        return found


def _plus(one: list[int], other: list[int], times: int) -> list[int]:
    """The sum of two polynomials, the second multiplied."""
    out = [0] * max(len(one), len(other))
    for index, value in enumerate(one):
        out[index] = value
    for index, value in enumerate(other):
        out[index] += value * times
    return out
