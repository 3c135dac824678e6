"""What can take assistance away by growing: a term read more broadly, a fact higher on its scale.

A clause is monotone in a term that stands under no negation or exception, in no definition that it can come to, and
in a fact on a scale of which every condition only asks for at least so much. Then a broader definition, or a graver
attack, never takes away a casus foederis that arises or a duty that is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from foedus.formula import All, Dated, Formula, Knob, Not, Some, Term, Test
from foedus.ground import TEMPORAL_SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from foedus.ground import Rules
    from foedus.model import Overlay, Step
    from foedus.vocabulary import Attribute, Value


@dataclass
class Losses:
    """By what a clause can lose its casus or duty: term or attribute, to where it stands the wrong way round.

    A place is a layer of the clause, an overlay, an attachment, or `term=definition`. What is not here is monotone.
    """

    by_broader: dict[str, list[str]] = field(default_factory=dict)
    by_more: dict[str, list[str]] = field(default_factory=dict)


def find_losses(rules: Rules, clause_id: str) -> Losses:
    """What can take the casus or a duty of a clause away by growing, over all its versions and reachable definitions.

    The facts are those of the event in question. That a condition has the wrong sign is necessary for a loss and not
    sufficient: another condition may stand in for it.
    """
    walk = _Walk(rules)
    for place, formula, is_negated in _layers(rules, clause_id):
        walk.visit(formula, place, is_negated=is_negated)
    return walk.losses


def _layers(rules: Rules, clause_id: str) -> Iterator[tuple[str, Formula, bool]]:
    """Every condition of a clause: where it stands, and whether it is negated there."""
    yield "in-force", Term(TEMPORAL_SCOPE), False
    for version in rules.clause(clause_id)[1].versions:
        yield "trigger", version.trigger, False
        yield from ((name, each, False) for name, each in version.scope.items())
        yield from ((name, each, True) for name, each in version.exceptions.items())
        yield from _steps("", version.procedure)
    for key, overlay in rules.attached(clause_id).items():
        yield from _overlay(key, overlay)


def _overlay(key: str, overlay: Overlay) -> Iterator[tuple[str, Formula, bool]]:
    if overlay.requires is not None:
        yield key, overlay.requires, False
    if overlay.excludes is not None:
        yield key, overlay.excludes, True
    yield from _steps(f"{key}:", overlay.procedure)


def _steps(prefix: str, procedure: Mapping[str, Step]) -> Iterator[tuple[str, Formula, bool]]:
    for name, step in procedure.items():
        yield f"{prefix}{name}", step.met_when, False
        if step.refused_when is not None:
            yield f"{prefix}{name}", step.refused_when, True


@dataclass
class _Walk:
    """Goes through conditions and the definitions that they come to, each once for each sign."""

    rules: Rules
    losses: Losses = field(default_factory=Losses)
    seen: set[tuple[str, bool, bool]] = field(default_factory=set)

    def visit(
        self,
        formula: Formula,
        place: str,
        *,
        is_negated: bool,
        is_here: bool = True,
        definition: tuple[str, str] | None = None,
    ) -> None:
        """Note what stands the wrong way round; `is_here`: the formula may be asked of the event in question."""
        match formula:
            case Not():
                is_negated = not is_negated
            case Some(of):
                is_here = not _is_another_event(of)
            case Term(name):
                if is_negated:
                    _note(self.losses.by_broader, name, place)
                self._enter(name, is_negated=is_negated, is_here=is_here)
            case Test():
                attribute = self.rules.vocabulary.attribute(formula.attribute)
                if is_here and attribute is not None and attribute.type in {"scale", "number"}:
                    grows = "down" if is_negated else "up"
                    if not all(grows in _directions(attribute, formula, v) for v in self._asked(formula, definition)):
                        _note(self.losses.by_more, formula.attribute, place)
        for part in formula.parts:
            self.visit(part, place, is_negated=is_negated, is_here=is_here, definition=definition)

    def _enter(self, term: str, *, is_negated: bool, is_here: bool) -> None:
        key = (term, is_negated, is_here)
        if key not in self.seen:
            self.seen.add(key)
            for name, each in self.rules.terms[term].definitions.items():
                place = f"{term}={name}"
                definition = (term, name)
                self.visit(each.holds_when, place, is_negated=is_negated, is_here=is_here, definition=definition)

    def _asked(self, test: Test, definition: tuple[str, str] | None) -> list[tuple[Value, ...]]:
        """The values that a test may ask for, under every setting of its knobs."""
        out: list[tuple[Value, ...]] = [()]
        for value in test.values:
            settings: Iterable[Value] = (value,) if not isinstance(value, Knob) else ()
            if isinstance(value, Knob) and definition is not None:
                settings = self.rules.terms[definition[0]].definitions[definition[1]].knobs[value.name].values
            out = [(*before, setting) for before in out for setting in settings]
        return out


def _is_another_event(condition: Formula) -> bool:
    """Whether a condition under `some` never holds of the event in question itself, which is not before itself."""
    match condition:
        case All(of):
            return any(_is_another_event(part) for part in of)
        case Dated("before" | "after"):
            return True
    return False


def _directions(attribute: Attribute, test: Test, asked: tuple[Value, ...]) -> set[str]:
    """Whether the test, once met, stays met as the fact goes up, as it goes down."""
    if test.relation != "is":
        return {"up"} if test.relation == "at_least" else {"down"}
    if attribute.type == "number":
        return {"down"} if set(asked) == {0} else set()
    ranks = {attribute.rank(value) for value in asked}
    last = len(attribute.values) - 1
    out = set()
    if ranks == set(range(min(ranks), last + 1)):
        out.add("up")
    if ranks == set(range(max(ranks) + 1)):
        out.add("down")
    return out


def _note(found: dict[str, list[str]], name: str, place: str) -> None:
    places = found.setdefault(name, [])
    if place not in places:
        places.append(place)
