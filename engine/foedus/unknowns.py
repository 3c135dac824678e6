"""Which unknown facts would settle an undetermined finding, the most decisive first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from foedus import reference
from foedus.derivation import Missing, conclude
from foedus.formula import Knob, Test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from foedus.derivation import Derivation, Finding, Judgement
    from foedus.ground import Reading, Situation
    from foedus.vocabulary import Attribute, Value

OPEN = "undetermined"


def find_missing(situation: Situation, reading: Reading, finding: Finding) -> tuple[Missing, ...]:
    """The facts on which an undetermined finding hangs, each tried with every value that it may have.

    A fact comes first if every value of it settles the finding, then the more of its values do. For a number, the
    values tried are those around each limit that a condition asks for.
    """
    if OPEN not in {finding.casus, finding.duty}:
        return ()
    about_duty = finding.casus != OPEN
    out: list[Missing] = []
    for (event, name), tests in _unknown_tests(finding.judgement).items():
        attribute = situation.rules.vocabulary.attribute(name)
        if attribute is None:
            continue
        outcomes = []
        for value in _candidates(attribute, tests, reading.within(situation)):
            tried = replace(situation, overrides={**situation.overrides, (event, name): value})
            then = conclude(tried, reference.judge(tried, reading))
            outcomes.append((value, then.duty if about_duty else then.casus))
        out.append(Missing(event, name, tuple(outcomes)))
    return tuple(sorted(out, key=_decisiveness))


def _unknown_tests(judgement: Judgement) -> dict[tuple[str, str], list[Derivation]]:
    """(event, attribute) to the tests on it whose truth is unknown and matters where they stand."""
    roots = [judgement.casus, *(each for pair in judgement.steps.values() for each in pair)]
    out: dict[tuple[str, str], list[Derivation]] = {}
    for root in roots:
        for derivation in _open_parts(root):
            if isinstance(derivation.formula, Test):
                out.setdefault((derivation.event, derivation.formula.attribute), []).append(derivation)
    return out


def _open_parts(derivation: Derivation) -> Iterator[Derivation]:
    """Unknown parts of what is unknown; a part of something settled cannot matter any more."""
    if derivation.value is None:
        yield derivation
        for part in derivation.of:
            yield from _open_parts(part)


def _candidates(attribute: Attribute, tests: list[Derivation], reading: Reading) -> list[Value]:
    match attribute.type:
        case "boolean":
            return [True, False]
        case "number":
            limits = {v for each in tests if isinstance(each.formula, Test) for v in _limits(each.formula, reading)}
            return sorted({max(limit + step, 0) for limit in limits for step in (-1, 0, 1)})
    return list(attribute.values)


def _limits(test: Test, reading: Reading) -> Iterator[int]:
    for value in test.values:
        if isinstance(value, Knob):
            settings = (
                definition.knobs.get(value.name)
                for t in reading.rules.terms
                for definition in [reading.definition(t)[1]]
            )
            for setting in settings:
                yield from (int(each) for each in (setting.values if setting else ()))
        elif isinstance(value, int):
            yield value


def _decisiveness(missing: Missing) -> tuple[int, float, str, str]:
    settled = [outcome != OPEN for _, outcome in missing.outcomes]
    share = sum(settled) / len(settled) if settled else 0.0
    return (0 if settled and all(settled) else 1, -share, missing.event, missing.attribute)
