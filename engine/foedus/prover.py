"""Everything that can be proved of a library, on all processors."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from foedus.incompatible import find_incompatible
from foedus.model import Stated
from foedus.proof import Asked, ClauseProof, Property, Shown, prove
from foedus.world import World, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from foedus.ground import Rules
    from foedus.incompatible import Incompatible

PIECES = 12
"""Pieces of work that clauses and terms are dealt to: the rules are sent along with each."""

_Piece = tuple[list[str], list[str], list[str]]


@dataclass(frozen=True)
class Proofs:
    """What holds of the rules whatever the facts and the reading, and duties that cannot both be performed."""

    properties: tuple[Property, ...]
    incompatible: tuple[Incompatible, ...]


def prove_all(
    rules: Rules, treaties: Iterable[str], terms: Iterable[str], *, advance: Callable[[], None] = lambda: None
) -> Proofs:
    """What holds of the clauses of some treaties and of some terms, and the duties that cannot both be performed."""
    clauses = [f"{name}/{clause}" for name in sorted(treaties) for clause in rules.treaties[name].clauses]
    largest_first = sorted(terms, key=lambda name: -len(rules.terms[name].definitions))
    # pairs of clauses in one piece, as each clause is looked at once for all; it takes longest, and so comes first
    pieces: list[_Piece] = [
        ([], [], clauses),
        *((clauses[i::PIECES], largest_first[i::PIECES], []) for i in range(PIECES)),
    ]
    properties = list(_unread(rules))
    incompatible: list[Incompatible] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(_prove_some, rules, *piece) for piece in pieces if any(piece)]
        for done in as_completed(jobs):
            properties += done.result()[0]
            incompatible += done.result()[1]
            advance()
    # whatever finished first, the answer is the same
    properties.sort(key=lambda each: (each.key, [str(part) for part in each.path], each.kind))
    incompatible.sort(key=lambda each: each.clauses)
    return Proofs(tuple(properties), tuple(incompatible))


def _prove_some(
    rules: Rules, clauses: Sequence[str], terms: Sequence[str], firsts: Sequence[str]
) -> tuple[list[Property], list[Incompatible]]:
    return list(prove(rules, clauses, terms)), list(find_incompatible(rules, firsts))


def _unread(rules: Rules) -> Iterator[Property]:
    """Attributes that no condition reads."""
    for name in rules.unread():
        message = f"no condition reads the attribute `{name}`"
        yield Property("unread", ("vocabulary", "vocabulary"), ("attributes", name), message, (), _stating(rules, name))


def _stating(rules: Rules, attribute: str) -> tuple[Shown, ...]:
    """A case that arises whatever the attribute is, with the attribute stated."""
    for treaty in rules.treaties.values():
        for name in treaty.clauses:
            clause = f"{treaty.treaty}/{name}"
            for segment in segments(rules, clause):
                asked = Asked(World(rules, clause, segment))
                proof = ClauseProof(rules, clause, asked, {})
                for shown in proof.shown(proof.casus):
                    attack, *others = shown.scenario.events
                    told = replace(attack, facts={**attack.facts, attribute: Stated(asked.world.domain(attribute)[0])})
                    return (replace(shown, scenario=replace(shown.scenario, events=(told, *others))),)
    return ()
