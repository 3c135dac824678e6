"""What an executor returns, a derivation, and what follows from it, a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from foedus.formula import AnyOf, Choose, Formula, Layer, Not, Some, Term, Test, Truth, Who

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from foedus.ground import Case, InForce, Reading, Situation
    from foedus.model import Casus, Duty, DutyState
    from foedus.vocabulary import Value


@dataclass(frozen=True)
class Derivation:
    """A formula, asked of an event: its truth, why, what was read and under which choice.

    `of` are the derivations of its parts, in the order of the formula; for `some`, one an event.
    """

    formula: Formula
    event: str
    value: Truth
    of: tuple[Derivation, ...] = ()
    read: Value | None = None
    chosen: str | None = None

    def walk(self) -> Iterator[Derivation]:
        """This derivation and all inside it, outermost first."""
        yield self
        for part in self.of:
            yield from part.walk()


@dataclass(frozen=True)
class Judgement:
    """The derivations of one case: its casus, and for each step whether it is met and whether it is refused."""

    casus: Derivation
    steps: Mapping[str, tuple[Derivation, Derivation]]

    @property
    def roots(self) -> list[Derivation]:
        """The casus, and of each step whether it is met and whether refused."""
        return [self.casus, *(each for pair in self.steps.values() for each in pair)]


@dataclass(frozen=True)
class Missing:
    """A fact that nobody stated and on which an undetermined finding hangs.

    `outcomes` tells, for each value that the fact may have, what the finding would be.
    """

    event: str
    attribute: str
    outcomes: tuple[tuple[Value, str], ...]


@dataclass(frozen=True)
class Finding:
    """The result for one case under one reading and one account, with its grounds."""

    case: Case
    casus: Casus
    duty: DutyState
    in_force: InForce
    owed: Duty
    judgement: Judgement
    waiting_for: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


_CASUS: dict[Truth, Casus] = {True: "arises", False: "does-not-arise", None: "undetermined"}


def conclude(situation: Situation, judgement: Judgement) -> Finding:
    """The finding that follows from the derivations of a case."""
    casus = _CASUS[judgement.casus.value]
    waiting = tuple(name for name, (met, _) in judgement.steps.items() if met.value is False)
    return Finding(
        case=situation.case,
        casus=casus,
        duty=_duty(situation, judgement),
        in_force=situation.in_force,
        owed=situation.version.duty,
        judgement=judgement,
        waiting_for=waiting if casus == "arises" else (),
    )


def _duty(situation: Situation, judgement: Judgement) -> DutyState:
    """Due once the casus arises and every step is met; refused for good if a step is.

    A step that is known to be missing keeps the duty dormant whatever the unknown ones are.
    """
    if judgement.casus.value is not True:
        return "not-due" if judgement.casus.value is False else "undetermined"
    met = [each.value for each, _ in judgement.steps.values()]
    refused = [each.value for _, each in judgement.steps.values()]
    if True in refused:
        return "not-due"
    if None in refused:
        return "undetermined"
    if False in met:
        return "dormant"
    if None in met:
        return "undetermined"
    return "left-to-the-party" if situation.version.duty.discretion == "self-judging" else "due"


CASUS_ORDER: tuple[Casus, ...] = ("arises", "undetermined", "does-not-arise")
DUTY_ORDER: tuple[DutyState, ...] = ("due", "left-to-the-party", "undetermined", "dormant", "not-due")


@dataclass(frozen=True)
class Overall:
    """The finding for a clause over all its cases: it arises if it arises in one."""

    casus: Casus | Literal["no-case"]
    duty: DutyState | Literal["no-case"]


def overall(findings: Sequence[Finding | Overall]) -> Overall:
    """The strongest casus and the strongest duty among the findings of one clause."""
    if not findings:
        return Overall("no-case", "no-case")
    casus = min((f.casus for f in findings), key=CASUS_ORDER.index)
    return Overall(casus, min((f.duty for f in findings), key=DUTY_ORDER.index))


def decisive(derivation: Derivation) -> tuple[Derivation, ...]:
    """The parts that make a derivation what it is: all that hold for a conjunction, those that fail for its failure.

    Of several alternatives that hold, the first. Unknown is carried by the unknown parts.
    """
    same = tuple(part for part in derivation.of if _carries(derivation, part))
    if derivation.value is True and isinstance(derivation.formula, AnyOf | Some):
        return same[:1]  # one alternative is enough
    return same or derivation.of


def _carries(derivation: Derivation, part: Derivation) -> bool:
    if isinstance(derivation.formula, Not):
        return True
    return part.value is derivation.value


def walk_deciding(*roots: Derivation) -> Iterator[Derivation]:
    """Derivations and the parts that decide them, those that decide these, and so on: outermost first."""
    waiting = list(reversed(roots))
    while waiting:
        derivation = waiting.pop()
        yield derivation
        waiting += reversed(decisive(derivation))


def reasons_of(judgement: Judgement) -> list[str]:
    """The names of the layers and terms that decide a judgement, outermost first, each once."""
    names: dict[str, None] = {}
    roots = [judgement.casus]
    if judgement.casus.value is True:
        roots += [met for met, _ in judgement.steps.values()]
        roots += [refused for _, refused in judgement.steps.values() if refused.value is True]
    for derivation in walk_deciding(*roots):
        match derivation.formula:
            case Layer(_, name, _):
                names.setdefault(name)
            case Term(name):
                names.setdefault(name)
                names.setdefault(f"{name}={derivation.chosen}")
            case Choose(name, _):
                names.setdefault(name)
    return list(names)


def facts_of(judgement: Judgement) -> set[tuple[str, str]]:
    """The facts (event, attribute) that decide a judgement."""
    out: set[tuple[str, str]] = set()
    for derivation in walk_deciding(*judgement.roots):
        match derivation.formula:
            case Test(attribute, _, _):
                out.add((derivation.event, attribute))
            case Who("by" | "against" as whose, _):
                out.add((derivation.event, whose))
    return out


def choices_of(judgement: Judgement, reading: Reading) -> dict[str, Value]:
    """Every choice that a judgement came to, with the value that a reading gives it, which may be another's.

    A knob that is one with others has their name.
    """
    out: dict[str, Value] = {}
    for root in judgement.roots:
        for derivation in root.walk():
            match derivation.formula:
                case Term(name):
                    chosen, definition = reading.definition(name)
                    out[name] = chosen
                    for knob, setting in definition.knobs.items():
                        out[setting.same_as or f"{name}.{knob}"] = reading.knob(name, knob)
                case Choose(name, _):
                    out[name] = reading.option(derivation.formula)
    return dict(sorted(out.items()))
