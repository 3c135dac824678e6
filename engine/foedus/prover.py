"""Everything that can be proved of a library, on all processors."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foedus.formula import Test
from foedus.incompatible import find_incompatible
from foedus.proof import Property, prove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from foedus.ground import Rules
    from foedus.incompatible import Incompatible

PIECES = 8
"""Pieces of work for each processor: the rules are sent along with each."""


_Piece = tuple[list[str], list[str], list[str]]


@dataclass(frozen=True)
class Proofs:
    """What holds of the rules whatever the facts and the reading, and duties that cannot both be performed."""

    properties: tuple[Property, ...]
    incompatible: tuple[Incompatible, ...]


def prove_all(rules: Rules, *, advance: Callable[[], None] = lambda: None, workers: int | None = None) -> Proofs:
    """All properties about the rules, and all pairs of duties that cannot both be performed."""
    workers = workers or os.cpu_count() or 1
    clauses = [f"{treaty.treaty}/{name}" for treaty in rules.treaties.values() for name in treaty.clauses]
    terms = sorted(rules.terms, key=lambda name: -len(rules.terms[name].definitions))
    pieces: list[_Piece] = [([], [name], []) for name in terms[:2]]
    rest: list[_Piece] = [([], [], []) for _ in range(workers * PIECES)]
    for index, (kind, name) in enumerate(
        [*((0, c) for c in clauses), *((1, t) for t in terms[2:]), *((2, c) for c in clauses)]
    ):
        rest[index % len(rest)][kind].append(name)
    properties = list(_unread(rules))
    incompatible: list[Incompatible] = []
    with ProcessPoolExecutor(workers) as pool:
        for done in as_completed([pool.submit(_prove_some, rules, *piece) for piece in (*pieces, *rest)]):
            properties += done.result()[0]
            incompatible += done.result()[1]
            advance()
    # whatever finished first, the answer is the same
    order = {clause: index for index, clause in enumerate(sorted(clauses))}
    properties.sort(key=lambda each: (each.key, [str(part) for part in each.path], each.kind))
    incompatible.sort(key=lambda each: [order[clause] for clause in each.clauses])
    return Proofs(tuple(properties), tuple(incompatible))


def pieces_of(workers: int | None = None) -> int:
    """How often `prove_all` advances."""
    return 2 + (workers or os.cpu_count() or 1) * PIECES


def _prove_some(
    rules: Rules, clauses: Sequence[str], terms: Sequence[str], firsts: Sequence[str]
) -> tuple[list[Property], list[Incompatible]]:
    return list(prove(rules, clauses, terms)), list(find_incompatible(rules, firsts))


def _unread(rules: Rules) -> Iterator[Property]:
    """Attributes that no condition reads."""
    read = {part.attribute for formula, _ in rules.formulas() for part in formula.walk() if isinstance(part, Test)}
    for name in rules.vocabulary.attributes:
        if name not in read:
            message = f"no condition reads the attribute `{name}`"
            yield Property("unread", ("vocabulary", "vocabulary"), ("attributes", name), message)
