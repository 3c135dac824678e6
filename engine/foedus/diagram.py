"""Reduced ordered decision diagrams over many-valued variables, with any small integers as terminals.

A diagram is a node of a `Diagrams`: an integer. Nodes are shared, so two diagrams are the same function exactly where
they are the same integer (Bryant 1986; for many values Srinivasan, Kam, Malik, Brayton 1990).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from operator import mul
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    """What a traversal adds up: how a terminal counts, and how the branches of a variable join.

    A variable that is not asked changes no value: weights are parts of the weight of all assignments.
    """

    def leaf(self, terminal: int) -> Value:
        """The value of a terminal."""

    def join(self, level: int, values: list[Value]) -> Value:
        """The value of a node from those of its branches, one for each value of the variable."""


@dataclass
class Diagrams:
    """A store of diagrams over variables of the given sizes; a variable is a level, outermost first.

    Raises:
        TooEntangledError: from any operation, once more than `limit` nodes, or sets of nodes, were made.
    """

    sizes: list[int]
    limit: int = 200_000
    levels: list[int] = field(default_factory=list)
    branches: list[tuple[int, ...]] = field(default_factory=list)
    unique: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    memo: dict[tuple[object, ...], int] = field(default_factory=dict)
    walks: dict[int, list[int]] = field(default_factory=dict)
    sets: int = 0

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
        return self._joined(NO, YES, one, other)

    def either(self, one: int, other: int) -> int:
        """Disjunction of two diagrams whose terminals are `NO` and `YES`."""
        return self._joined(YES, NO, one, other)

    def _joined(self, absorbing: int, neutral: int, one: int, other: int) -> int:
        if one in {absorbing, other} or other == neutral:
            return one
        if other == absorbing or one == neutral:
            return other
        if one > other:
            one, other = other, one
        key = (absorbing, one, other)
        found = self.memo.get(key)
        if found is None:
            above, below = self.levels[one], self.levels[other]
            ones, others = self.branches[one], self.branches[other]
            if above < below:
                others = (other,) * len(ones)
            elif below < above:
                ones = (one,) * len(others)
            pairs = zip(ones, others, strict=True)
            joined = tuple([self._joined(absorbing, neutral, a, b) for a, b in pairs])
            found = self.memo[key] = self.node(min(above, below), joined)
        return found

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
        if level == len(self.sizes):
            return node
        if self.levels[node] >= level:
            reached = self.reached(node)
            return reached.pop() if len(reached) == 1 else open_
        key = ("settle", level, open_, node)
        found = self.memo.get(key)
        if found is None:
            branches = tuple([self.settle(branch, level, open_) for branch in self.branches[node]])
            found = self.memo[key] = self.node(self.levels[node], branches)
        return found

    def settle_any(self, nodes: frozenset[int], level: int, open_: int) -> int:
        """As `settle` of the disjunction of several diagrams, of terminals `NO` and `YES`; it is never made."""
        nodes -= {NO}
        if YES in nodes or not nodes:
            return YES if nodes else NO
        key = ("settle", level, open_, nodes)
        found = self.memo.get(key)
        if found is None:
            top = min([self.levels[node] for node in nodes])
            if top >= level:
                found = open_ if self._can_all_fail(nodes) else YES
            else:
                found = self.node(top, tuple([self.settle_any(each, level, open_) for each in self._sides(nodes, top)]))
            self._keep(key, found)
        return found

    def _can_all_fail(self, nodes: frozenset[int]) -> bool:
        """Whether some values of the variables make all of the diagrams `NO`."""
        nodes -= {NO}
        if YES in nodes or not nodes:
            return not nodes
        key = ("fail", nodes)
        found = self.memo.get(key)
        if found is None:
            top = min([self.levels[node] for node in nodes])
            found = any(self._can_all_fail(each) for each in self._sides(nodes, top))
            self._keep(key, found)
        return bool(found)

    def _keep(self, key: tuple[object, ...], found: int) -> None:
        """Keep what was found of a set of diagrams; sets can grow without limit where nodes do not."""
        self.memo[key] = found
        self.sets += 1
        if self.sets > self.limit:
            raise TooEntangledError(self.sets)

    def _sides(self, nodes: frozenset[int], level: int) -> Iterator[frozenset[int]]:
        """The diagrams under each value of a variable."""
        for value in range(self.sizes[level]):
            yield frozenset([self._at(node, level, value) for node in nodes])

    def same(self, nodes: Sequence[int]) -> int:
        """The diagram that is what all of several are where they agree, and `MIXED` where they do not."""
        found, *others = dict.fromkeys(nodes)
        for other in others:
            found = self.combine("same", _same, found, other)
        return found

    def walk(self, root: int) -> list[int]:
        """All nodes of a diagram, terminals left out, each after those that it branches to."""
        found = self.walks.get(root)
        if found is None:
            seen: set[int] = set()
            waiting = [root]
            while waiting:
                node = waiting.pop()
                if node >= TERMINALS and node not in seen:
                    seen.add(node)
                    waiting.extend(self.branches[node])
            found = self.walks[root] = sorted(seen)  # a node is made after its branches, so its number is larger
        return found

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
        return self.values(root, semiring)[root]

    def values(self, root: int, semiring: Semiring[Value], found: dict[int, Value] | None = None) -> dict[int, Value]:
        """The value of every node of a diagram, and of every terminal; those already `found` are not sought again."""
        levels, branches, join = self.levels, self.branches, semiring.join
        values = {terminal: semiring.leaf(terminal) for terminal in range(TERMINALS)} if found is None else found
        for node in self.walk(root):
            if node not in values:
                values[node] = join(levels[node], [values[branch] for branch in branches[node]])
        return values

    def flow(self, root: int, weighing: Weighing) -> dict[int, int]:
        """The weight of the assignments that come through each node: the reverse of counting (its derivative)."""
        levels = self.levels
        flow = dict.fromkeys([*range(TERMINALS), *self.walk(root)], 0)
        flow[root] = weighing.whole
        for node in reversed(self.walk(root)):
            level = levels[node]
            share = flow[node] // weighing.sums[level]
            for weight, branch in zip(weighing.weights[level], self.branches[node], strict=True):
                flow[branch] += weight * share
        return flow


def _same(one: int, other: int) -> int:
    return one if one == other else MIXED


@dataclass
class Weighing:
    """Weighing and, where all weights are 1, counting: the weight of the assignments that reach each terminal.

    `weights[level][value]`; the weight of an assignment is the product, and `whole` that of all. The value of a node
    is the weight, among all assignments, of those that it leads to a terminal: whole numbers, so that it is exact. One
    number holds those of all terminals side by side, each in `width` bits, so that one traversal finds them all.
    """

    weights: Sequence[Sequence[int]]

    def __post_init__(self) -> None:
        self.sums = [sum(own) for own in self.weights]
        self.whole = prod(self.sums)
        self.width = self.whole.bit_length()
        self.is_even = [own.count(1) == len(own) for own in self.weights]

    def leaf(self, terminal: int) -> int:
        return self.whole << (terminal * self.width)

    def join(self, level: int, values: list[int]) -> int:
        total = sum(values) if self.is_even[level] else sum(map(mul, self.weights[level], values))
        return total // self.sums[level]  # without a remainder, for each value is a multiple

    def part(self, value: int, terminal: int) -> int:
        """The weight of the assignments that reach a terminal, of a value that holds those of all."""
        return value >> (terminal * self.width) & ((1 << self.width) - 1)


@dataclass
class Nearest:
    """Min-plus: the fewest changes from a current assignment with which a terminal is reached."""

    current: Sequence[int]
    target: int
    FAR = 10**9

    def leaf(self, terminal: int) -> int:
        return 0 if terminal == self.target else self.FAR

    def join(self, level: int, values: list[int]) -> int:
        return min(values[self.current[level]], min(values) + 1)


def find_nearest(
    diagrams: Diagrams, root: int, current: Sequence[int], target: int, limit: int
) -> tuple[int | None, list[dict[int, int]]]:
    """The fewest changes with which a terminal is reached, and the smallest sets of changes, at most `limit`.

    A set of changes maps levels to values; the number is `None` where the terminal is never reached.
    """
    distance = diagrams.values(root, Nearest(current, target))
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
