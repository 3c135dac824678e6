"""The gray zone: one graded fact or knob varied over its scale, and the share of readings at each step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from foedus.errors import InputError, InputErrors, nearest
from foedus.residual import domain

if TYPE_CHECKING:
    from fractions import Fraction

    from foedus.readings import Question
    from foedus.vocabulary import Value


@dataclass(frozen=True)
class Step:
    """One value of what is varied, outcome to share of listed readings, and the definitions with that setting.

    The other definitions of the term keep every setting; of a fact, there are no definitions.
    """

    value: Value
    shares: dict[str, Fraction]
    now: str
    definitions: tuple[str, ...] = ()


def sweep(question: Question, vary: str, event: str | None = None) -> tuple[str, list[Step]]:
    """What was varied (event and attribute, or term and knob), and a step for each value.

    Raises:
        InputErrors: if there is no such attribute or knob, or it is not on a scale.
    """
    term, dot, knob = vary.partition(".")
    if dot and term in question.rules.terms:
        return vary, _over_knob(question, term, knob)
    attribute = question.rules.vocabulary.attribute(vary)
    if attribute is None or attribute.computed:
        names = [name for name, each in question.rules.vocabulary.attributes.items() if not each.computed]
        hint = nearest(vary, names) or "an attribute such as `gravity`, or a knob such as `armed-attack.gravity_floor`"
        raise InputErrors([InputError(f"nothing called `{vary}` can be varied", None, hint)])
    cases = [situation.case.event for own in question.situations.values() for situation in own]
    if not cases:
        raise InputErrors([InputError("the clause makes no case of this scenario, so nothing hangs on a fact of it")])
    about = event or cases[0]
    steps = [
        _step(replace(question, overrides={**question.overrides, (about, vary): value}), value)
        for value in domain(question.rules, vary, attribute)
    ]
    return f"{about}.{vary}", steps


def _over_knob(question: Question, term: str, knob: str) -> list[Step]:
    by_name = question.rules.terms[term].definitions
    definitions = by_name.values()
    values = list(dict.fromkeys(v for each in definitions if knob in each.knobs for v in each.knobs[knob].values))
    if not values:
        known = sorted({f"{term}.{name}" for each in definitions for name in each.knobs})
        raise InputErrors(
            [InputError(f"the term `{term}` has no knob `{knob}`", None, nearest(f"{term}.{knob}", known))]
        )
    attribute = next((each.knobs[knob].attribute for each in definitions if knob in each.knobs), None)
    known_attribute = question.rules.vocabulary.attribute(attribute) if attribute else None
    if known_attribute is not None and known_attribute.type in {"scale", "number"}:
        values.sort(key=known_attribute.rank)
    choice = f"{term}.{knob}"
    return [
        _step(
            replace(question, fixed={**question.fixed, choice: value}, current={**question.current, choice: value}),
            value,
            tuple(name for name, each in by_name.items() if knob in each.knobs and value in each.knobs[knob].values),
        )
        for value in values
    ]


def _step(question: Question, value: Value, definitions: tuple[str, ...] = ()) -> Step:
    return Step(value, question.shares, question.finding_now(), definitions)
