"""Reduced ordered decision diagrams over many-valued variables, with any small integers as terminals.

A diagram is a node of a `Diagrams`: an integer. Nodes are shared, so two diagrams are the same function exactly where
they are the same integer (Bryant 1986; for many values Srinivasan, Kam, Malik, Brayton 1990).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TERMINALS = 8
"""Terminals are the integers below this; a node's number is at least this."""
NO, YES = 0, 1
MIXED = 7

Value = TypeVar("Value")


class TooEntangledError(Exception):
    """A diagram grew beyond the limit; `nodes` were made."""

    def __init__(self, nodes: int) -> None:
        super().__init__(f"more than {nodes:,} nodes")
        self.nodes = nodes


class Semiring(Protocol[Value]):
    """What a traversal adds up: how a terminal counts, how the branches of a variable join, what a skipped one does."""

    def leaf(self, terminal: int) -> Value:
        """The value of a terminal."""

    def join(self, level: int, values: list[Value]) -> Value:
        """The value of a node from those of its branches, one for each value of the variable."""

    def skip(self, value: Value, level: int, until: int) -> Value:
        """The value where the variables from `level` on, before `until`, are not asked."""


@dataclass
class Diagrams:
    """A store of diagrams over variables of the given sizes; a variable is a level, outermost first.

    Raises:
        TooEntangledError: from any operation, once more than `limit` nodes were made.
    """

    sizes: list[int]
    limit: int = 200_000
    levels: list[int] = field(default_factory=list)
    branches: list[tuple[int, ...]] = field(default_factory=list)
    unique: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    memo: dict[tuple[object, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bottom = len(self.sizes)
        self.levels = [bottom] * TERMINALS
        self.branches = [()] * TERMINALS

    def node(self, level: int, branches: tuple[int, ...]) -> int:
        """The diagram that branches by a variable above all those of its branches."""
        first = branches[0]
        if branches.count(first) == len(branches):
            return first
        key = (level, branches)
        found = self.unique.get(key)
        if found is None:
            found = len(self.levels)
            if found > self.limit:
                raise TooEntangledError(self.limit)
            self.unique[key] = found
            self.levels.append(level)
            self.branches.append(branches)
        return found

    def pick(self, level: int, branches: tuple[int, ...]) -> int:
        """The diagram that is one of several by the value of a variable, wherever that stands among theirs."""
        first = branches[0]
        if branches.count(first) == len(branches):
            return first
        levels = self.levels
        top = min([levels[branch] for branch in branches])
        if top > level:
            return self.node(level, branches)
        key = ("pick", level, branches)
        found = self.memo.get(key)
        if found is None:
            if top == level:
                own = tuple(self._at(branch, level, value) for value, branch in enumerate(branches))
                found = self.pick(level, own)
            else:
                found = self.node(
                    top,
                    tuple(
                        self.pick(level, tuple(self._at(branch, top, value) for branch in branches))
                        for value in range(self.sizes[top])
                    ),
                )
            self.memo[key] = found
        return found

    def _at(self, node: int, level: int, value: int) -> int:
        return self.branches[node][value] if self.levels[node] == level else node

    def combine(self, name: str, table: Callable[[int, int], int], one: int, other: int) -> int:
        """The diagram whose terminals are those of two, joined by a symmetric table; `name` names the table."""
        if one < TERMINALS and other < TERMINALS:
            return table(one, other)
        if one > other:
            one, other = other, one
        key = (name, one, other)
        found = self.memo.get(key)
        if found is None:
            above, below = self.levels[one], self.levels[other]
            top = min(above, below)
            ones = self.branches[one] if above == top else (one,) * self.sizes[top]
            others = self.branches[other] if below == top else (other,) * self.sizes[top]
            found = self.node(top, tuple([self.combine(name, table, a, b) for a, b in zip(ones, others, strict=True)]))
            self.memo[key] = found
        return found

    def both(self, one: int, other: int) -> int:
        """Conjunction of two diagrams whose terminals are `NO` and `YES`."""
        if one in {NO, other} or other == YES:
            return one
        if other == NO or one == YES:
            return other
        if one > other:
            one, other = other, one
        key = ("and", one, other)
        found = self.memo.get(key)
        if found is None:
            above, below = self.levels[one], self.levels[other]
            if above == below:
                pairs = zip(self.branches[one], self.branches[other], strict=True)
                found = self.node(above, tuple([self.both(a, b) for a, b in pairs]))
            elif above < below:
                found = self.node(above, tuple([self.both(a, other) for a in self.branches[one]]))
            else:
                found = self.node(below, tuple([self.both(one, b) for b in self.branches[other]]))
            self.memo[key] = found
        return found

    def either(self, one: int, other: int) -> int:
        """Disjunction of two diagrams whose terminals are `NO` and `YES`."""
        return self.negate(self.both(self.negate(one), self.negate(other)))

    def negate(self, node: int) -> int:
        """The opposite of a diagram whose terminals are `NO` and `YES`."""
        if node < TERMINALS:
            return 1 - node
        key = ("not", node)
        found = self.memo.get(key)
        if found is None:
            found = self.node(self.levels[node], tuple([self.negate(branch) for branch in self.branches[node]]))
            self.memo[key] = found
            self.memo["not", found] = node
        return found

    def map_terminals(self, node: int, mapping: dict[int, int]) -> int:
        """The diagram with other terminals."""
        if node < TERMINALS:
            return mapping.get(node, node)
        key = ("map", tuple(mapping.items()), node)
        found = self.memo.get(key)
        if found is None:
            branches = tuple([self.map_terminals(branch, mapping) for branch in self.branches[node]])
            found = self.memo[key] = self.node(self.levels[node], branches)
        return found

    def settle(self, node: int, level: int, open_: int) -> int:
        """The diagram over the variables above a level: a terminal where all below agree, else `open_`."""
        if self.levels[node] >= level:
            reached = self.reached(node)
            return reached.pop() if len(reached) == 1 else open_
        key = ("settle", level, open_, node)
        found = self.memo.get(key)
        if found is None:
            branches = tuple([self.settle(branch, level, open_) for branch in self.branches[node]])
            found = self.memo[key] = self.node(self.levels[node], branches)
        return found

    def vary(self, node: int, level: int) -> int:
        """The diagram without a variable: `MIXED` where its value makes a difference to the terminal."""
        if self.levels[node] > level:
            return node
        key = ("vary", level, node)
        found = self.memo.get(key)
        if found is None:
            if self.levels[node] == level:
                found, *others = self.branches[node]
                for other in others:
                    found = self.combine("same", _same, found, other)
            else:
                branches = tuple([self.vary(branch, level) for branch in self.branches[node]])
                found = self.node(self.levels[node], branches)
            self.memo[key] = found
        return found

    def fix(self, node: int, level: int, value: int) -> int:
        """The diagram with a variable fixed at a value."""
        if self.levels[node] > level:
            return node
        if self.levels[node] == level:
            return self.branches[node][value]
        key = ("fix", level, value, node)
        found = self.memo.get(key)
        if found is None:
            branches = tuple([self.fix(branch, level, value) for branch in self.branches[node]])
            found = self.memo[key] = self.node(self.levels[node], branches)
        return found

    def walk(self, root: int) -> list[int]:
        """All nodes of a diagram, terminals left out, each after those that it branches to."""
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node >= TERMINALS and node not in seen:
                seen.add(node)
                waiting.extend(self.branches[node])
        return sorted(seen)  # a node is made after its branches, so its number is larger

    def reached(self, root: int) -> set[int]:
        """The terminals of a diagram."""
        if root < TERMINALS:
            return {root}
        return {branch for node in self.walk(root) for branch in self.branches[node] if branch < TERMINALS}

    def support(self, root: int) -> set[int]:
        """The variables on which a diagram depends."""
        return {self.levels[node] for node in self.walk(root)}

    def fold(self, root: int, semiring: Semiring[Value]) -> Value:
        """The value of a diagram in a semiring, each node visited once."""
        levels = self.levels
        values: dict[int, Value] = {terminal: semiring.leaf(terminal) for terminal in range(TERMINALS)}
        for node in self.walk(root):
            level = levels[node]
            below = [semiring.skip(values[branch], level + 1, levels[branch]) for branch in self.branches[node]]
            values[node] = semiring.join(level, below)
        return semiring.skip(values[root], 0, levels[root])


def _same(one: int, other: int) -> int:
    return one if one == other else MIXED


@dataclass
class Weighing:
    """Counting and weighing: the weight of the assignments that reach a terminal, in whole numbers.

    `weights[level][value]`; the weight of an assignment is the product. `whole` is the weight of all.
    """

    weights: Sequence[Sequence[int]]
    target: int

    def __post_init__(self) -> None:
        products = [1]
        for own in reversed(self.weights):
            products.append(products[-1] * sum(own))
        self.products = products[::-1]

    @property
    def whole(self) -> int:
        """The weight of all assignments."""
        return self.products[0]

    def leaf(self, terminal: int) -> int:
        return int(terminal == self.target)

    def join(self, level: int, values: list[int]) -> int:
        total = 0
        for weight, value in zip(self.weights[level], values, strict=True):
            total += weight * value
        return total

    def skip(self, value: int, level: int, until: int) -> int:
        if level == until or not value:
            return value
        return value * self.products[level] // self.products[until]


@dataclass
class Nearest(Generic[Value]):
    """Min-plus: the fewest changes from a current assignment with which a terminal is reached."""

    current: Sequence[int]
    target: int
    FAR = 10**9

    def leaf(self, terminal: int) -> int:
        return 0 if terminal == self.target else self.FAR

    def join(self, level: int, values: list[int]) -> int:
        now = self.current[level]
        return min([value + (index != now) for index, value in enumerate(values)])

    def skip(self, value: int, level: int, until: int) -> int:  # noqa: ARG002 - unasked variables stay as they are
        return value


def find_nearest(
    diagrams: Diagrams, root: int, current: Sequence[int], target: int, limit: int
) -> tuple[int | None, list[dict[int, int]]]:
    """The fewest changes with which a terminal is reached, and the smallest sets of changes, at most `limit`.

    A set of changes maps levels to values; the number is `None` where the terminal is never reached.
    """
    nearest: Nearest[int] = Nearest(current, target)
    distance: dict[int, int] = {terminal: nearest.leaf(terminal) for terminal in range(TERMINALS)}
    for node in diagrams.walk(root):
        distance[node] = nearest.join(diagrams.levels[node], [distance[branch] for branch in diagrams.branches[node]])
    best = distance[root]
    if best >= Nearest.FAR:
        return None, []
    found: list[dict[int, int]] = []

    def follow(node: int, left: int, changes: dict[int, int]) -> None:
        if len(found) >= limit or distance[node] > left:
            return
        if node < TERMINALS:
            found.append(changes)
            return
        level = diagrams.levels[node]
        now = current[level]
        for value in sorted(range(len(diagrams.branches[node])), key=lambda each: each != now):
            change = value != now
            branch = diagrams.branches[node][value]
            follow(branch, left - change, {**changes, level: value} if change else changes)

    follow(root, best, {})
    return best, found
