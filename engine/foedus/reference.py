"""The meaning: strong Kleene evaluation of a formula of an event, naive and obvious.

Every other executor must agree with this one, on values and on derivations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from foedus.derivation import Derivation, Judgement
from foedus.formula import (
    About,
    All,
    AnyOf,
    AtLeast,
    Choose,
    Dated,
    Formula,
    Knob,
    Layer,
    Not,
    Setting,
    Some,
    Term,
    Test,
    Truth,
    Who,
    conjunction,
    disjunction,
    negation,
    threshold,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from foedus.ground import Reading, Situation
    from foedus.vocabulary import Value


def judge(situation: Situation, reading: Reading) -> Judgement:
    """The derivations of a case under a reading."""
    asked = _Question(situation, reading.within(situation))
    event = situation.case.event
    steps = {
        name: (asked.derive(met, event), asked.derive(refused, event))
        for name, (_, met, refused) in situation.steps.items()
    }
    return Judgement(asked.derive(situation.casus, event), steps)


def derive(situation: Situation, reading: Reading, formula: Formula) -> Derivation:
    """The derivation of a formula, asked of the event of a case."""
    return _Question(situation, reading.within(situation)).derive(formula, situation.case.event)


def fails(situation: Situation, reading: Reading) -> bool:
    """Whether some layer of the casus fails, so that it does not arise; those of few facts are asked first."""
    asked = _Question(situation, reading.within(situation))
    layers = sorted(situation.casus.parts, key=lambda each: _FIRST.index(getattr(each, "stage", "trigger")))
    return any(asked.derive(layer, situation.case.event).value is False for layer in layers)


_FIRST = ("event", "in-force", "scope", "trigger", "exception", "step", "refusal")


class _Question:
    """A situation under a reading, of which formulas can be asked."""

    def __init__(self, situation: Situation, reading: Reading) -> None:
        self.situation = situation
        self.reading = reading

    def derive(self, formula: Formula, event: str, term: str = "") -> Derivation:
        """The truth of a formula of an event, and why; `term` is the term whose definition it stands in."""
        match formula:
            case All(of):
                parts = tuple(self.derive(part, event, term) for part in of)
                return Derivation(formula, event, conjunction(part.value for part in parts), parts)
            case AnyOf(of):
                parts = tuple(self.derive(part, event, term) for part in of)
                return Derivation(formula, event, disjunction(part.value for part in parts), parts)
            case AtLeast(count, of):
                parts = tuple(self.derive(part, event, term) for part in of)
                return Derivation(formula, event, threshold(count, [part.value for part in parts]), parts)
            case Not(of):
                part = self.derive(of, event, term)
                return Derivation(formula, event, negation(part.value), (part,))
            case Layer(_, _, of):
                part = self.derive(of, event, term)
                return Derivation(formula, event, part.value, (part,))
            case Some(of):
                happened = Test("happened", "is", (True,))
                parts = tuple(self.derive(All((happened, of)), other, term) for other in self.situation.candidates(of))
                return Derivation(formula, event, disjunction(part.value for part in parts), parts)
            case Term(name):
                chosen, definition = self.reading.definition(name)
                part = self.derive(definition.holds_when, event, name)
                return Derivation(formula, event, part.value, (part,), chosen=chosen)
            case Choose(_, options):
                option = self.reading.option(formula)
                part = self.derive(dict(options)[option], event, term)
                return Derivation(formula, event, part.value, (part,), chosen=option)
            case Setting(knob, value):
                setting = self.reading.knob(term, knob)
                return Derivation(formula, event, setting == value, read=setting)
            case Test():
                return self.test(formula, event, term)
            case Who() | Dated() | About():
                return Derivation(formula, event, self.situation.relates(formula, event))
        raise AssertionError(formula)

    def test(self, formula: Test, event: str, term: str) -> Derivation:
        """Whether the fact is one of the values; unknown where the fact is."""
        vocabulary = self.situation.rules.vocabulary
        attribute = vocabulary.attribute(formula.attribute)
        read = self.situation.known.get((event, formula.attribute))
        if attribute is None or read is None:
            return Derivation(formula, event, None)
        values = [self.reading.knob(term, v.name) if isinstance(v, Knob) else v for v in formula.values]
        listed = vocabulary.expand(tuple(values)) if formula.attribute == "act" else tuple(values)
        return Derivation(formula, event, _holds(formula, attribute.rank, read, listed), read=read)


def _holds(formula: Test, rank: Callable[[Value], int], read: Value, values: tuple[Value, ...]) -> Truth:
    if formula.relation == "at_least":
        return rank(read) >= rank(values[0])
    if formula.relation == "at_most":
        return rank(read) <= rank(values[0])
    return read in values
