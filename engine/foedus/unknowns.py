"""Which unknown facts would settle an undetermined finding, the most decisive first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from foedus import reference
from foedus.derivation import Missing, conclude
from foedus.formula import Test, Who
from foedus.residual import domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from foedus.derivation import Derivation, Finding, Judgement
    from foedus.ground import Reading, Situation

OPEN = "undetermined"


def find_missing(
    situation: Situation, reading: Reading, finding: Finding, most: int | None = None
) -> tuple[Missing, ...]:
    """The facts on which an undetermined finding hangs, each tried with all its values; unknown actors too.

    A fact comes first if every value of it settles the finding, then the more of its values do. For a number, the
    values tried are those around each limit that a condition asks for. Of more than `most` facts the others are named
    untried, at the end; those of the event in question are tried first.
    """
    if OPEN not in {finding.casus, finding.duty}:
        return ()
    about_duty = finding.casus != OPEN
    out: list[Missing] = []
    unknown = sorted(_unknown_facts(finding.judgement), key=lambda fact: fact[0] != situation.case.event)
    for event, name in unknown[:most]:
        attribute = situation.rules.vocabulary.attribute(name)
        if attribute is None:
            continue
        outcomes = []
        for value in domain(situation.rules, name, attribute):
            tried = replace(situation, overrides={**situation.overrides, (event, name): value})
            then = conclude(tried, reference.judge(tried, reading))
            outcomes.append((value, then.duty if about_duty else then.casus))
        out.append(Missing(event, name, tuple(outcomes)))
    if most is not None:
        out += [Missing(event, name, ()) for event, name in unknown[most:]]
    out += [Missing(event, whose, ()) for event, whose in _unknown_actors(situation, finding.judgement)]
    return tuple(sorted(out, key=_decisiveness))


def _unknown_facts(judgement: Judgement) -> dict[tuple[str, str], None]:
    """(event, attribute) of the facts whose tests are unknown and matter where they stand, each once."""
    return {
        (derivation.event, derivation.formula.attribute): None
        for root in judgement.roots
        for derivation in _open_parts(root)
        if isinstance(derivation.formula, Test)
    }


def _unknown_actors(situation: Situation, judgement: Judgement) -> dict[tuple[str, str], None]:
    """(event, `by` or `against`) of the actors who are unknown where something hangs on them, each once."""
    out: dict[tuple[str, str], None] = {}
    for root in judgement.roots:
        for derivation in _open_parts(root):
            match derivation.formula:
                case Who("by" | "against" as whose, _) if situation.facts.actors(derivation.event, whose) is None:
                    out[derivation.event, whose] = None
                case Who():
                    out[situation.case.event, "by"] = None
    return out


def _open_parts(root: Derivation) -> Iterator[Derivation]:
    """Unknown parts of what is unknown; a part of something settled cannot matter any more.

    A part that stands in many places is told once: where help answers help, there may be more ways than can be walked.
    """
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        derivation = waiting.pop()
        if derivation.value is None and id(derivation) not in seen:
            seen.add(id(derivation))
            yield derivation
            waiting += reversed(derivation.of)


def _decisiveness(missing: Missing) -> tuple[int, float, str, str]:
    settled = [outcome != OPEN for _, outcome in missing.outcomes]
    share = sum(settled) / len(settled) if settled else 0.0
    return (0 if settled and all(settled) else 1, -share, missing.event, missing.attribute)
