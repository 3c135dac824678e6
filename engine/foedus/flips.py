"""The smallest changes that turn a finding: of the reading, of the facts, and of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from foedus.readings import Flip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from foedus.readings import Question
    from foedus.residual import Variable
    from foedus.vocabulary import Value

MOST_READINGS = 400
"""Readings one or two changes away that are tried when changes of both kinds are sought."""


@dataclass(frozen=True)
class Flips:
    """What turns the finding: the fewest changes of definition, of fact, of both; and facts that turn every reading.

    `both` is `None` where changes of one kind alone are already the fewest.
    """

    now: str
    of_reading: Flip
    of_facts: Flip
    both: Flip | None
    whatever_the_reading: tuple[tuple[Variable, Value | None, str], ...]


def find_flips(question: Question, *, limit: int = 20) -> Flips:
    """The smallest changes that turn the finding of the current reading.

    Raises:
        TooEntangledError: if a diagram grows too large.
    """
    question = _on_one_account(question)
    of_reading = question.flip(limit)
    of_facts = _with_facts_free(question, _reading_now(question)).flip(limit)
    numbers = [flip.fewest for flip in (of_reading, of_facts) if flip.fewest is not None]
    both = _find_both(question, min(numbers, default=4), limit)
    return Flips(question.finding_now(), of_reading, of_facts, both, tuple(_find_robust(question)))


def _on_one_account(question: Question) -> Question:
    """Facts are changed on one account of them: the one asked for, or the first that is told."""
    return question if question.account else replace(question, account=question.told[0])


def _reading_now(question: Question) -> dict[str, Value]:
    return reading_of(question, dict(enumerate(question.now)))


def reading_of(question: Question, values: Mapping[int, int]) -> dict[str, Value]:
    """The choices of a reading, from the index of its value at each level."""
    out: dict[str, Value] = {}
    for level, variable in enumerate(question.variables):
        value = variable.values[values[level]]
        if value is None or not variable.is_choice:
            continue
        if variable.kind == "knob" and variable.of[0]:
            term, definition = variable.of
            if out.get(term, _only(question, term)) == definition:
                out[f"{term}.{variable.name.rpartition('.')[2]}"] = value
        elif variable.kind != "account":
            out[variable.name] = value
    return out


def _only(question: Question, term: str) -> str | None:
    names = question.space.definitions(term)
    return str(question.fixed.get(term, names[0])) if len(names) == 1 or term in question.fixed else None


def _with_facts_free(question: Question, reading: Mapping[str, Value]) -> Question:
    fixed = _complete(question, reading)
    return replace(question, fixed=fixed, current=fixed, frees=True, order_of_choices=None)


def _complete(question: Question, reading: Mapping[str, Value]) -> dict[str, Value]:
    """The reading with a value for every knob of the definitions that it takes."""
    out = {**question.fixed, **reading}
    for term, entry in question.rules.terms.items():
        chosen = entry.definitions.get(str(out.get(term, entry.default)))
        for knob, setting in chosen.knobs.items() if chosen else ():
            out.setdefault(f"{term}.{knob}", setting.default)
    return out


def _find_both(question: Question, fewest: int, limit: int) -> Flip | None:
    """Smaller sets of changes of both kinds than of either alone; looked for where that can be."""
    for total in range(2, fewest):
        ways = []
        for count in range(1, total):
            for changes, values in _neighbours(question, count):
                free = _with_facts_free(question, reading_of(question, values))
                flip = _towards_another(free, question.finding_now(), limit)
                if flip.fewest == total - count:
                    ways += [(*changes, *way) for way in flip.ways]
        if ways:
            return Flip(total, tuple(ways[:limit]))
    return None


def _towards_another(free: Question, now: str, limit: int) -> Flip:
    """The flip of a neighbouring reading to a finding other than that of the first."""
    return free.flip(limit) if free.finding_now() in {now, "undetermined"} else Flip(0, ((),))


def _neighbours(
    question: Question, count: int
) -> Iterator[tuple[tuple[tuple[Variable, Value | None], ...], dict[int, int]]]:
    """Readings so many changes away from the current one, along choices on which something hangs."""
    from itertools import combinations, islice, product

    now = dict(enumerate(question.now))
    levels = [level for level, each in enumerate(question.choices) if each.kind in {"term", "wording", "overlay"}]
    changed = (
        (some, values)
        for some in combinations(levels, count)
        for values in product(*(range(len(question.choices[level].values)) for level in some))
        if all(value != now[level] for level, value in zip(some, values, strict=True))
    )
    for some, values in islice(changed, MOST_READINGS):
        moved = dict(zip(some, values, strict=True))
        changes = tuple(
            (question.choices[level], question.choices[level].values[value]) for level, value in moved.items()
        )
        yield changes, {**now, **moved}


def _find_robust(question: Question) -> Iterator[tuple[Variable, Value | None, str]]:
    """Single facts that, were they otherwise, would give every listed reading the other finding."""
    now = question.finding_now() if question.is_settled else ""
    free = _with_facts_free(question, _reading_now(question))
    free.finding_now()
    for variable in free.variables:
        if variable.kind != "fact":
            continue
        known = next((s.known.get(variable.of) for own in question.situations.values() for s in own), None)
        for value in variable.values:
            if value is None or value == known:
                continue
            other = replace(question, overrides={variable.of: value})
            if other.is_settled and other.finding_now() not in {now, "undetermined"}:
                yield variable, value, other.finding_now()
