"""What events a condition looks for, and how far its truth can still go, whatever events are yet to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from foedus.formula import (
    About,
    All,
    AnyOf,
    AtLeast,
    Choose,
    Dated,
    Formula,
    Layer,
    Not,
    Some,
    Term,
    Test,
    Truth,
    Who,
    threshold,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from foedus.derivation import Derivation
    from foedus.ground import Reading
    from foedus.vocabulary import Value, Vocabulary


@dataclass(frozen=True)
class Sought:
    """What an event is at least, if a condition `some` holds of it; `None` where the condition leaves it open."""

    about: bool = False
    acts: frozenset[Value] | None = None
    by: tuple[str, ...] | None = None
    against: tuple[str, ...] | None = None
    dated: frozenset[str] = frozenset()

    @property
    def may_come(self) -> bool:
        """Whether an event of a later day than the case's can be such."""
        return not self.dated & {"before", "not-after"}


def sought_in(formulas: list[Formula], reading: Reading) -> tuple[Sought, ...]:
    """What the conditions `some` in formulas, and in the definitions that they come to, look for."""
    found: dict[Sought, None] = {}
    waiting = list(reversed(formulas))
    while waiting:
        part = waiting.pop()
        match part:
            case Term(name):
                waiting.append(reading.definition(name)[1].holds_when)
            case Choose(_, options):
                waiting.append(dict(options)[reading.option(part)])
            case _:
                waiting += reversed(part.parts)
                if isinstance(part, Some):
                    found[asked(part.of, reading.rules.vocabulary)] = None
    return tuple(found)


def asked(condition: Formula, vocabulary: Vocabulary) -> Sought:
    """What a condition asks of an event at least, as far as its top conditions tell."""
    acts: frozenset[Value] | None = None
    by: tuple[str, ...] | None = None
    against: tuple[str, ...] | None = None
    about, dated = False, set()
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        match part:
            case All(of):
                waiting += of
            case Test("act", "is", values) if all(isinstance(value, str) for value in values):
                acts = frozenset(vocabulary.expand(tuple(map(str, values))))
            case Who("by", of):
                by = of
            case Who("against", of):
                against = of
            case Dated(relation):
                dated.add(relation)
            case About():
                about = True
    return Sought(about, acts, by, against, frozenset(dated))


class Outlook:
    """How far the truth of a derivation can still go, whatever events are yet to come: from 0 (false) to 2 (true)."""

    def __init__(self, sought: Callable[[Formula], tuple[Sought, ...]], is_open: Callable[[str], bool]) -> None:
        self.sought = sought
        self.is_open = is_open
        self.memo: dict[int, tuple[int, int]] = {}

    def bounds(self, derivation: Derivation) -> tuple[int, int]:
        """The lowest and the highest truth that it can come to."""
        key = id(derivation)
        if key not in self.memo:
            self.memo[key] = self._bounds(derivation)
        return self.memo[key]

    def _bounds(self, derivation: Derivation) -> tuple[int, int]:
        parts = [self.bounds(part) for part in derivation.of]
        lows, highs = [low for low, _ in parts], [high for _, high in parts]
        match derivation.formula:
            case All():
                return min(lows, default=2), min(highs, default=2)
            case AnyOf():
                return max(lows, default=0), max(highs, default=0)
            case AtLeast(count, _):
                return _RANK[threshold(count, map(_TRUTHS.get, lows))], _RANK[threshold(count, map(_TRUTHS.get, highs))]
            case Not():
                return 2 - highs[0], 2 - lows[0]
            case Layer() | Term() | Choose():
                return parts[0]
            case Some():
                may_come = self.sought(derivation.formula)[0].may_come
                return max(lows, default=0), 2 if may_come else max(highs, default=0)
            case Test(attribute, _, _) if self.is_open(attribute):
                return 0, 2
        return _RANK[derivation.value], _RANK[derivation.value]

    def open(self, derivation: Derivation) -> Iterator[Sought]:
        """What the conditions `some` inside it, on which it can still turn, look for.

        An event yet to come can bring up conditions inside `some` that no event so far has come to.
        """
        low, high = self.bounds(derivation)
        if low == high:
            return
        if isinstance(derivation.formula, Some):
            yield from (each for each in self.sought(derivation.formula) if each.may_come)
        for part in derivation.of:
            yield from self.open(part)


_RANK: dict[Truth, int] = {False: 0, None: 1, True: 2}
_TRUTHS: dict[int, Truth] = {0: False, 1: None, 2: True}
