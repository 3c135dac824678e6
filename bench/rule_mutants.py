"""Mutants of the shipped rules, as loaded: a condition dropped or negated, a default, a date, a duty otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from foedus import reference
from foedus.derivation import conclude, reasons_of
from foedus.errors import InputErrors
from foedus.formula import TRUE, All, AnyOf, AtLeast, Choose, Formula, Not, Some, Term, Truth
from foedus.ground import Facts, Reading, Situation, find_situations, version_for
from foedus.loading.library import Library
from foedus.report import casebook
from foedus.run import compare, is_meant, meets, under

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from foedus.ground import Rules
    from foedus.model import Clause, Expectation, Overlay, Scenario, Step, Treaty, Version
    from foedus.vocabulary import Value

YEAR = timedelta(days=365)
PAGE = "the page of "
Rule = TypeVar("Rule")


@dataclass(frozen=True)
class Mutant:
    """The rules with one thing changed; `asks` says which expectations can notice."""

    group: str
    name: str
    file: str
    rules: Rules
    asks: tuple[int, ...]
    definition: tuple[str, str] | None = None
    makes_cases: bool = False


@dataclass(frozen=True)
class Asked:
    """An expectation of a scenario."""

    scenario: Scenario
    expectation: Expectation
    number: int

    @property
    def name(self) -> str:
        return f"{self.scenario.scenario}-{self.number}"


@dataclass
class Uses:
    """What the findings of the expectations came to: expectation to the places where a choice was met, and reasons."""

    met: dict[str, dict[int, list[Place]]] = field(default_factory=dict)
    reasons: dict[int, frozenset[str]] = field(default_factory=dict)


Place = tuple[Situation, "Mapping[str, Value]", str, Truth]
"""Where a term was asked: the case, the choices made there, the event, and whether the term held."""


@cache
def library() -> tuple[Rules, tuple[Asked, ...]]:
    """The shipped rules and expectations."""
    found = Library()
    rules = found.everything()
    scenarios = found.scenarios().values()
    asked = [Asked(each, expectation, n + 1) for each in scenarios for n, expectation in enumerate(each.expect)]
    return rules, tuple(asked)


@cache
def uses() -> Uses:
    """What each expectation's findings came to."""
    rules, asked = library()
    out = Uses()
    for index, each in enumerate(asked):
        expectation = each.expectation
        profile = rules.profiles[expectation.profile] if expectation.profile else None
        choices, account = under(profile, expectation.define, expectation.account)
        situations = find_situations(rules, Facts(each.scenario, account, expectation.on), expectation.clause)
        reasons: set[str] = set()
        for situation in {situation.alike: situation for situation in situations}.values():
            reading = Reading(choices, rules).within(situation)
            judgement = reference.judge(situation, Reading(choices, rules))
            reasons |= set(reasons_of(judgement))
            roots = [judgement.casus, *(one for pair in judgement.steps.values() for one in pair)]
            for derivation in [found for root in roots for found in root.walk()]:
                match derivation.formula:
                    case Term(name):
                        place = (situation, reading.choices, derivation.event, derivation.value)
                        for choice in (name, f"{name}={derivation.chosen}"):
                            out.met.setdefault(choice, {}).setdefault(index, []).append(place)
                    case Choose(name, _):
                        out.met.setdefault(name, {}).setdefault(index, [])
        out.reasons[index] = frozenset(reasons)
    return out


@cache
def situations(index: int) -> tuple[Situation, ...]:
    """The cases that an expectation is about."""
    rules, asked = library()
    each = asked[index]
    profile = rules.profiles[each.expectation.profile] if each.expectation.profile else None
    _, account = under(profile, each.expectation.define, each.expectation.account)
    facts = Facts(each.scenario, account, each.expectation.on)
    found = find_situations(rules, facts, each.expectation.clause)
    return tuple(situation for situation in found if is_meant(situation.case, each.expectation))


@cache
def distinct(index: int) -> tuple[Situation, ...]:
    """Of the cases that an expectation is about, one of each kind."""
    return tuple({situation.alike: situation for situation in situations(index)}.values())


def kills(mutant: Mutant) -> str | None:
    """The expectation that is no longer met, the likeliest asked first; `None` if all are."""
    _, asked = library()
    for index in mutant.asks:
        try:
            is_met = _is_met(mutant, index)
        except (KeyError, IndexError):  # the mutant left a name without its entry
            is_met = False
        if not is_met:
            return asked[index].name
    return None


class Changed(Library):
    """The shipped library with one entry otherwise."""

    def __init__(self, kind: str, name: str, entry: object) -> None:
        super().__init__()
        self.changed = {(kind, name): entry}

    def find(self, kind: str, name: str) -> Any:
        """The entry that is otherwise, and of all others what is shipped."""
        return self.changed.get((kind, name)) or super().find(kind, name)


@cache
def _page(kind: str, name: str) -> str:
    return casebook.page(Library(), library()[0], kind, name)


def seen(mutant: Mutant) -> str | None:
    """The page of the casebook that tells the mutant; tests keep the pages as they are recorded."""
    rules = library()[0]
    for kind, entries in (("treaty", "treaties"), ("term", "terms"), ("overlay", "overlays"), ("profile", "profiles")):
        before = getattr(rules, entries)
        for name, entry in getattr(mutant.rules, entries).items():
            if entry is not before[name]:
                try:
                    page = casebook.page(Changed(kind, name, entry), mutant.rules, kind, name)
                except InputErrors:
                    return "refused on loading"
                return f"{PAGE}{name}" if page != _page(kind, name) else None
    return None


def _is_met(mutant: Mutant, index: int) -> bool:
    each = library()[1][index]
    if mutant.makes_cases:
        return meets(mutant.rules, each.scenario, each.expectation)[0]
    if mutant.definition is not None and not _differs(mutant, index):
        return True
    if mutant.group == "dates" and not _meets_otherwise(mutant, index):
        return True
    expectation = each.expectation
    profile = mutant.rules.profiles[expectation.profile] if expectation.profile else None
    choices, _ = under(profile, expectation.define, expectation.account)
    reading = Reading(choices, mutant.rules)
    cases = situations(index) if mutant.group == "dates" else distinct(index)
    changed_cases = [Situation(mutant.rules, case.facts, case.case) for case in cases]
    return compare(expectation, [conclude(case, reference.judge(case, reading)) for case in changed_cases])[0]


def _meets_otherwise(mutant: Mutant, index: int) -> bool:
    """Whether the changed dates put any case otherwise in time: in force or not, another version, an overlay or not."""
    for case in situations(index):
        event = case.case.event
        changed_case = Situation(mutant.rules, case.facts, case.case)
        version = version_for(changed_case.clause, case.facts.events[event].date, case.facts.last_day(event))
        in_time = [(event, name) for name in ("in_force_when_begun", "in_force_while_it_lasted")]
        if (
            version != case.case.version
            or [changed_case.known[each] for each in in_time] != [case.known[each] for each in in_time]
            or list(changed_case.overlays) != list(case.overlays)
        ):
            return True
    return False


def _differs(mutant: Mutant, index: int) -> bool:
    """Whether the changed definition has another truth anywhere where the expectation's findings came to it."""
    term, name = mutant.definition or ("", "")
    formula = mutant.rules.terms[term].definitions[name].holds_when
    for situation, choices, event, truth in uses().met[f"{term}={name}"][index]:
        changed_situation = replace(situation, rules=mutant.rules)
        question = reference._Question(changed_situation, Reading(choices, mutant.rules))  # noqa: SLF001
        if question.derive(formula, event, term).value is not truth:
            return True
    return False


def mutants(groups: Iterable[str]) -> Iterator[Mutant]:
    """Every mutant of clauses and their dates, definitions, overlays and profiles, in the order of the files."""
    rules, _ = library()
    if not {"clauses", "dates"}.isdisjoint(groups):
        for treaty in rules.treaties.values():
            yield from _of_treaty(rules, treaty)
    for group, of in (("definitions", _of_terms), ("overlays", _of_overlays), ("profiles", _of_profiles)):
        if group in groups:
            yield from of(rules)


def but(one: Rule, **changes: Any) -> Rule:
    """A part of the rules with other fields."""
    return replace(one, **changes)  # type: ignore[type-var]


# Formulas


def changed(formula: Formula) -> Iterator[tuple[str, Formula]]:
    """Every formula in which one part is dropped or negated, or `all` and `any` stand for one another."""
    match formula:
        case All(of) | AnyOf(of):
            name = "all" if isinstance(formula, All) else "any"
            if len(of) > 1:
                for index in range(len(of)):
                    left = of[:index] + of[index + 1 :]
                    yield f"{name}/{index} dropped", replace(formula, of=left)
                other = AnyOf if isinstance(formula, All) else All
                yield f"{name} turned", other(of)
            for index, part in enumerate(of):
                for what, new in changed(part):
                    yield f"{name}/{index}/{what}", replace(formula, of=(*of[:index], new, *of[index + 1 :]))
        case AtLeast(count, of):
            for less in (count - 1, count + 1):
                yield f"at_least {less}", replace(formula, count=less)
            for index, part in enumerate(of):
                for what, new in changed(part):
                    yield f"of/{index}/{what}", replace(formula, of=(*of[:index], new, *of[index + 1 :]))
        case Not(of) | Some(of):
            name = "not" if isinstance(formula, Not) else "some"
            if isinstance(formula, Not):
                yield "not dropped", of
            else:
                yield "negated", Not(formula)
            for what, new in changed(of):
                yield f"{name}/{what}", replace(formula, of=new)
        case Choose(_, options):
            for index, (name, part) in enumerate(options):
                for what, new in changed(part):
                    swapped = (*options[:index], (name, new), *options[index + 1 :])
                    yield f"{name}/{what}", replace(formula, options=swapped)
        case _:
            yield "negated", Not(formula)


def _in_each(formulas: Mapping[str, Formula], what: str) -> Iterator[tuple[str, dict[str, Formula]]]:
    """One formula of several dropped, or changed inside."""
    for name, formula in formulas.items():
        yield f"{what} {name} dropped", {key: value for key, value in formulas.items() if key != name}
        for how, new in changed(formula):
            yield f"{what} {name}: {how}", {**formulas, name: new}


def _in_steps(steps: Mapping[str, Step]) -> Iterator[tuple[str, dict[str, Step]]]:
    for name, step in steps.items():
        yield f"step {name} dropped", {key: value for key, value in steps.items() if key != name}
        if step.met_when != TRUE:
            for how, new in changed(step.met_when):
                yield f"step {name}: {how}", {**steps, name: replace(step, met_when=new)}
        if step.refused_when is not None:
            yield f"refusal of {name} dropped", {**steps, name: replace(step, refused_when=None)}
            for how, new in changed(step.refused_when):
                yield f"refusal of {name}: {how}", {**steps, name: replace(step, refused_when=new)}


def _dates(one: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name in names:
        day: date | None = getattr(one, name)
        if day is not None:
            word = name.rstrip("_")
            yield f"{word} a year earlier", replace(one, **{name: day - YEAR})
            yield f"{word} a year later", replace(one, **{name: day + YEAR})


# Treaties


@dataclass
class _Maker:
    """Makes the mutants of one treaty; they are noticed by expectations of its clauses alone."""

    base: Rules
    treaty: Treaty
    asked: tuple[Asked, ...]
    seen: set[str] = field(default_factory=set)

    def make(self, group: str, name: str, clause: str | None, treaty: Treaty) -> Mutant:
        rules = replace(self.base, treaties={treaty.treaty: treaty})
        of = f"{treaty.treaty}/{clause}" if clause else f"{treaty.treaty}/"
        asks = [
            index
            for index, each in enumerate(self.asked)
            if each.expectation.clause == of or (clause is None and each.expectation.clause.startswith(of))
        ]
        asks.sort(key=lambda index: len(self.asked[index].scenario.events))
        where = of if clause else treaty.treaty
        file = f"rules/treaties/{treaty.treaty}.yaml"
        makes_cases = name.startswith(("kind", "obligors", "beneficiaries"))
        return Mutant(group, f"{where}: {name}", file, rules, tuple(asks), makes_cases=makes_cases)


def _of_treaty(rules: Rules, treaty: Treaty) -> Iterator[Mutant]:
    maker = _Maker(rules, treaty, library()[1])
    for what, new in _dates(treaty.in_force, ("from_", "until")):
        yield maker.make("dates", f"in force {what}", None, replace(treaty, in_force=new))
    for code, party in treaty.parties.items():
        for what, new in _dates(party, ("from_", "until")):
            parties = {**treaty.parties, code: new}
            yield maker.make("dates", f"party {code} {what}", None, replace(treaty, parties=parties))
    for name, attachment in treaty.attachments.items():
        for what, new in _of_attachment(attachment):
            attachments = {**treaty.attachments, name: new}
            if new is None:
                del attachments[name]
            yield maker.make("clauses", f"attachment {name} {what}", None, replace(treaty, attachments=attachments))
    for name, clause in treaty.clauses.items():
        for group, what, changed_clause in _of_clause(rules, clause):
            clauses = {**treaty.clauses, name: changed_clause}
            yield maker.make(group, what, name, replace(treaty, clauses=clauses))


def _of_attachment(overlay: Overlay) -> Iterator[tuple[str, Any]]:
    yield "dropped", None
    yield from _of_overlay(overlay)
    for names in ("binds", "clauses"):
        if getattr(overlay, names):
            yield f"{names}: unrestricted", but(overlay, **{names: ()})


def _of_overlay(overlay: Overlay) -> Iterator[tuple[str, Overlay]]:
    yield "applied turned", replace(overlay, applied=not overlay.applied)
    for name in ("requires", "excludes"):
        formula = getattr(overlay, name)
        if formula is not None:
            for how, new in changed(formula):
                yield f"{name}: {how}", but(overlay, **{name: new})
    for how, steps in _in_steps(overlay.procedure):
        yield how, replace(overlay, procedure=steps)
    yield from _dates(overlay, ("from_",))


def _of_clause(rules: Rules, clause: Clause) -> Iterator[tuple[str, str, Clause]]:
    kind = "defense" if clause.kind == "nonaggression" else "nonaggression"
    yield "clauses", f"kind: {kind}", but(clause, kind=kind)
    for names in ("obligors", "beneficiaries"):
        listed = getattr(clause, names)
        if listed:
            yield "clauses", f"{names}: unrestricted", but(clause, **{names: ()})
        for each in listed if len(listed) > 1 else ():
            yield "clauses", f"{names}: without {each}", but(clause, **{names: tuple(set(listed) - {each})})
    for overlay in clause.overlays:
        left = tuple(each for each in clause.overlays if each != overlay)
        yield "clauses", f"overlay {overlay} dropped", replace(clause, overlays=left)
    for what, defaults in _swapped(rules, clause.defaults):
        yield "clauses", what, replace(clause, defaults=defaults)
    for index, version in enumerate(clause.versions):
        place = f"version {index + 1}: " if len(clause.versions) > 1 else ""
        for group, what, new in _of_version(rules, version):
            versions = (*clause.versions[:index], new, *clause.versions[index + 1 :])
            yield group, place + what, replace(clause, versions=versions)


def _of_version(rules: Rules, version: Version) -> Iterator[tuple[str, str, Version]]:
    for how, new in changed(version.trigger):
        yield "clauses", f"trigger: {how}", replace(version, trigger=new)
    for what, formulas in _in_each(version.scope, "scope"):
        yield "clauses", what, replace(version, scope=formulas)
    for what, formulas in _in_each(version.exceptions, "exception"):
        yield "clauses", what, replace(version, exceptions=formulas)
    for what, steps in _in_steps(version.procedure):
        yield "clauses", what, replace(version, procedure=steps)
    for what, defaults in _swapped(rules, version.defaults):
        yield "clauses", what, replace(version, defaults=defaults)
    for what, new in _dates(version, ("from_", "until")):
        yield "dates", what, new
    discretion = "none" if version.duty.discretion == "self-judging" else "self-judging"
    yield "clauses", f"discretion: {discretion}", replace(version, duty=but(version.duty, discretion=discretion))


def _swapped(rules: Rules, choices: Mapping[str, Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    """A choice left to the general default or, where it is that, swapped to the next."""
    for choice, value in choices.items():
        yield f"default {choice} dropped", {key: each for key, each in choices.items() if key != choice}
        if choice in rules.terms and value == rules.terms[choice].default:
            other = next(name for name in rules.terms[choice].definitions if name != value)
            yield f"default {choice}={other}", {**choices, choice: other}


# Terms, overlays, profiles


def _noticed(choice: str) -> tuple[int, ...]:
    """The expectations whose findings came to a choice, first those for which it was a reason."""
    found = uses().met.get(choice, {})
    return tuple(sorted(found, key=lambda index: choice not in uses().reasons[index]))


def _of_terms(rules: Rules) -> Iterator[Mutant]:
    for term, entry in rules.terms.items():
        file = f"rules/terms/{term}.yaml"
        for other in entry.definitions:
            if other != entry.default:
                new = replace(rules, terms={**rules.terms, term: replace(entry, default=other)})
                yield Mutant("definitions", f"{term}: default {other}", file, new, _noticed(term))
        for name, definition in entry.definitions.items():
            asks = _noticed(f"{term}={name}")
            ways = [(how, replace(definition, holds_when=new)) for how, new in changed(definition.holds_when)]
            for knob, setting in definition.knobs.items():
                ways += [
                    (f"{knob}: default {value}", replace(definition, knobs={**definition.knobs, knob: new_setting}))
                    for value in setting.values
                    if value != setting.default
                    for new_setting in [replace(setting, default=value)]
                ]
            for how, new_definition in ways:
                definitions = {**entry.definitions, name: new_definition}
                new = replace(rules, terms={**rules.terms, term: replace(entry, definitions=definitions)})
                yield Mutant("definitions", f"{term}={name}: {how}", file, new, asks, (term, name))


def _of_overlays(rules: Rules) -> Iterator[Mutant]:
    _, asked = library()
    for name, overlay in rules.overlays.items():
        clauses = {
            f"{treaty.treaty}/{clause}"
            for treaty in rules.treaties.values()
            for clause, each in treaty.clauses.items()
            if name in each.overlays
        }
        asks = [index for index, each in enumerate(asked) if each.expectation.clause in clauses]
        asks.sort(key=lambda index: name not in uses().reasons[index])
        for how, new in _of_overlay(overlay):
            changed_rules = replace(rules, overlays={**rules.overlays, name: new})
            yield Mutant("overlays", f"{name}: {how}", f"rules/overlays/{name}.yaml", changed_rules, tuple(asks))


def _of_profiles(rules: Rules) -> Iterator[Mutant]:
    _, asked = library()
    for name, profile in rules.profiles.items():
        asks = tuple(index for index, each in enumerate(asked) if each.expectation.profile == name)
        ways: list[tuple[str, Any]] = [
            (
                f"reading {choice} dropped",
                replace(profile, reading={k: v for k, v in profile.reading.items() if k != choice}),
            )
            for choice in profile.reading
        ]
        if profile.account:
            ways.append(("account dropped", replace(profile, account=None)))
        for how, new in ways:
            changed_rules = replace(rules, profiles={**rules.profiles, name: new})
            yield Mutant("profiles", f"{name}: {how}", f"rules/profiles/{name}.yaml", changed_rules, asks)
