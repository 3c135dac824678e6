"""What the expectations of scenarios come to: clauses, definitions, conditions of clauses, settings of knobs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from foedus.formula import All, AnyOf, Layer, Some, Term, write_formula
from foedus.ground import Reading, merge
from foedus.run import under

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from foedus.derivation import Derivation, Finding
    from foedus.formula import Formula, Truth
    from foedus.ground import Rules
    from foedus.model import Expectation, Overlay, Step
    from foedus.vocabulary import Value

Kind = Literal["clauses", "definitions", "conditions", "knob settings"]
KINDS: tuple[Kind, ...] = ("clauses", "definitions", "conditions", "knob settings")


@dataclass(frozen=True)
class Item:
    """Something that a rule file says: a clause, a definition, one test in a part of a clause, a setting of a knob."""

    kind: Kind
    name: str
    file: str


@dataclass(frozen=True)
class Share:
    """How many of a kind were met, how many of them once as true and once as false, and how many there are."""

    kind: Kind
    met: int
    both_ways: int
    total: int


@dataclass
class Coverage:
    """What the rules say, and the truths with which each of it was met; a setting that was read is met as true."""

    rules: Rules
    truths: dict[Item, set[Truth]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truths.update((item, set()) for item in _items(self.rules))

    @property
    def shares(self) -> list[Share]:
        """The shares of each kind."""
        out = []
        for kind in KINDS:
            own = [truths for item, truths in self.truths.items() if item.kind == kind]
            both_ways = sum({True, False} <= truths for truths in own)
            out.append(Share(kind, sum(map(bool, own)), both_ways, len(own)))
        return out

    @property
    def never_met(self) -> list[Item]:
        """What no expectation comes to, file by file."""
        return sorted((item for item, truths in self.truths.items() if not truths), key=lambda item: item.file)

    def add(self, expectation: Expectation, found: Iterable[Finding]) -> None:
        """Take in the findings that an expectation is about."""
        profile = self.rules.profiles[expectation.profile] if expectation.profile else None
        choices, _ = under(profile, expectation.define, None)
        for finding in found:
            clause = self.rules.clause(finding.case.clause)[1]
            defaults = merge(clause.defaults, clause.versions[finding.case.version].defaults)
            reading = Reading(merge(defaults, choices), self.rules)
            judgement = finding.judgement
            self._meet(_clause(finding.case.clause), judgement.casus.value)
            for root in judgement.roots:
                for derivation in root.walk():
                    match derivation.formula:
                        case Layer():
                            self._layer(finding, derivation.formula, derivation)
                        case Term(term):
                            self._term(derivation, term, reading)

    def _layer(self, finding: Finding, layer: Layer, derivation: Derivation) -> None:
        place = _place(self.rules, finding.case.clause, finding.case.version, layer.name)
        for asked in _asked(derivation):
            self._meet(_condition(*place, layer.stage, layer.name, asked.formula), asked.value)

    def _term(self, derivation: Derivation, term: str, reading: Reading) -> None:
        chosen = str(derivation.chosen)
        self._meet(_definition(term, chosen), derivation.value)
        for knob in self.rules.terms[term].definitions[chosen].knobs:
            self._meet(_setting(term, chosen, knob, reading.knob(term, knob)), truth=True)

    def _meet(self, item: Item, truth: Truth) -> None:
        if item in self.truths:
            self.truths[item].add(truth)


def _asked(derivation: Derivation) -> Iterator[Derivation]:
    """The conditions of a part of a clause: single tests, `some`, and terms, without what is inside them."""
    for part in derivation.of:
        if isinstance(part.formula, (Some, Term)) or not part.formula.parts:
            yield part
        else:
            yield from _asked(part)


def _conditions(formula: Formula) -> Iterator[Formula]:
    """The same conditions, of a formula as the file writes it; `true` and `false` are none."""
    if isinstance(formula, (Some, Term)) or not formula.parts:
        if not isinstance(formula, (All, AnyOf)):
            yield formula
        return
    for part in formula.parts:
        yield from _conditions(part)


def _items(rules: Rules) -> Iterator[Item]:
    for treaty in rules.treaties.values():
        for name, clause in treaty.clauses.items():
            own = f"{treaty.treaty}/{name}"
            yield _clause(own)
            for index, version in enumerate(clause.versions):
                place = _place(rules, own, index, "")
                for part, formula in (("trigger", version.trigger), *version.scope.items()):
                    yield from _of_part(place, "trigger" if part == "trigger" else "scope", part, formula)
                for part, formula in version.exceptions.items():
                    yield from _of_part(place, "exception", part, formula)
                yield from _of_steps(place, version.procedure, "")
        for name, attachment in treaty.attachments.items():
            yield from _of_overlay(f"{treaty.treaty}/{name}", f"rules/treaties/{treaty.treaty}.yaml", attachment)
    for name, overlay in rules.overlays.items():
        yield from _of_overlay(name, f"rules/overlays/{name}.yaml", overlay)
    for term, entry in rules.terms.items():
        for name, definition in entry.definitions.items():
            yield _definition(term, name)
            for knob, setting in definition.knobs.items():
                for value in setting.values:
                    yield _setting(term, name, knob, value)


def _of_overlay(key: str, file: str, overlay: Overlay) -> Iterator[Item]:
    for formula in (overlay.requires, overlay.excludes):
        if formula is not None:
            yield from _of_part((key, file), "exception", key, formula)
    yield from _of_steps((key, file), overlay.procedure, f"{key}:")


def _of_steps(place: tuple[str, str], steps: Mapping[str, Step], before: str) -> Iterator[Item]:
    for name, step in steps.items():
        yield from _of_part(place, "step", before + name, step.met_when)
        if step.refused_when is not None:
            yield from _of_part(place, "refusal", before + name, step.refused_when)


def _of_part(place: tuple[str, str], stage: str, part: str, formula: Formula) -> Iterator[Item]:
    for condition in _conditions(formula):
        yield _condition(*place, stage, part, condition)


def _place(rules: Rules, clause: str, version: int, part: str) -> tuple[str, str]:
    """Where a part of a clause is written: the clause, with its version where it has several, or an overlay."""
    key = part.partition(":")[0]
    treaty, found = rules.clause(clause)
    if key in rules.overlays:
        return key, f"rules/overlays/{key}.yaml"
    file = f"rules/treaties/{treaty.treaty}.yaml"
    if key.partition("/")[0] == treaty.treaty and "/" in key:
        return key, file
    return (f"{clause} version {version + 1}" if len(found.versions) > 1 else clause), file


def _clause(clause: str) -> Item:
    return Item("clauses", clause, f"rules/treaties/{clause.partition('/')[0]}.yaml")


def _definition(term: str, name: str) -> Item:
    return Item("definitions", f"{term}={name}", f"rules/terms/{term}.yaml")


def _setting(term: str, name: str, knob: str, value: Value) -> Item:
    shown = str(value).lower() if isinstance(value, bool) else value
    return Item("knob settings", f"{term}={name}.{knob}={shown}", f"rules/terms/{term}.yaml")


def _condition(where: str, file: str, stage: str, part: str, formula: Formula) -> Item:
    shown = stage if part in {where, stage} else f"{stage} {part.partition(':')[2] or part}"
    return Item("conditions", f"{where}: {shown}: {json.dumps(write_formula(formula))}", file)
