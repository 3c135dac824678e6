"""The space of `generated`, and somewhat more of it, drawn from a seeded `Random`: for millions of cases.

Hypothesis finds small examples, this finds many. Nothing here is shrunk; `smaller` makes a case smaller.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from foedus.formula import (
    FALSE,
    TRUE,
    About,
    All,
    AnyOf,
    AtLeast,
    Choose,
    Dated,
    Formula,
    Knob,
    Not,
    Setting,
    Some,
    Term,
    Test,
    Who,
)
from foedus.ground import APPLIED, SET_ASIDE, TEMPORAL_SCOPE, Facts, Rules, Situation, find_situations
from foedus.model import (
    Clause,
    Definition,
    Duty,
    Event,
    Overlay,
    Party,
    Period,
    Scenario,
    Stated,
    Step,
    TermEntry,
    Treaty,
    Version,
)
from generated import ACTORS, DAY, SOURCE, TEMPORAL, TEXTS, VALUES, VOCABULARY, WHO, with_all_knobs_read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from foedus.model import Kind
    from foedus.vocabulary import Value

CLAUSE = "t/art-1"
ACTS = ["strike", "raid", "embargo", "request", "decision", "force"]
T = TypeVar("T")


def some_of(dice: Random, values: Sequence[T], most: int = 2) -> tuple[T, ...]:
    return tuple(dice.sample(values, dice.randint(1, min(most, len(values)))))


def day(dice: Random) -> date:
    return DAY + timedelta(days=dice.randrange(10))


def draw_test(dice: Random, *, knobs: bool) -> Formula:
    name = dice.choice([*VALUES, "act"])
    if name == "act":
        return Test("act", "is", some_of(dice, ACTS))
    if name not in {"gravity", "deaths"}:
        return Test(name, "is", some_of(dice, VALUES[name]))
    relation: Any = dice.choice(["is", "at_least", "at_most"])
    if knobs and dice.random() < 0.5:
        return Test(name, relation, (Knob(dice.choice(["floor", "shared"]) if name == "gravity" else "limit"),))
    return Test(name, relation, some_of(dice, VALUES[name], 2 if relation == "is" else 1))


def draw_leaf(dice: Random, *, knobs: bool, terms: tuple[str, ...]) -> Formula:
    kinds = ["test"] * 4 + ["who", "dated", "about"] + ["term"] * (3 if terms else 0) + ["setting"] * knobs
    match dice.choice(kinds):
        case "who":
            whose: Any = dice.choice(["by", "against", "obligor", "beneficiary", "adversary"])
            return Who(whose, some_of(dice, WHO))
        case "dated":
            return Dated(dice.choice(["before", "not-before", "after", "not-after"]))
        case "about":
            return About()
        case "term":
            return Term(dice.choice(terms))
        case "setting":
            return Setting("wide", dice.random() < 0.5)
    return draw_test(dice, knobs=knobs)


def draw_formula(dice: Random, *, knobs: bool = False, terms: tuple[str, ...] = (), size: int = 6) -> Formula:
    if size <= 1 or dice.random() < 0.15:
        return draw_leaf(dice, knobs=knobs, terms=terms)
    kind = dice.choice(["all", "all", "any", "any", "not", "some", "at-least"])
    if kind in {"not", "some"}:
        inner = draw_formula(dice, knobs=knobs, terms=terms, size=size - 1)
        return Not(inner) if kind == "not" else Some(inner)
    count = dice.randint(1, 3)
    parts = tuple(draw_formula(dice, knobs=knobs, terms=terms, size=size // count) for _ in range(count))
    if kind == "at-least":
        return AtLeast(dice.randint(0, 3), parts)
    return All(parts) if kind == "all" else AnyOf(parts)


def draw_term(dice: Random, name: str, terms: tuple[str, ...] = ()) -> TermEntry:
    written = [draw_formula(dice, knobs=True, terms=terms, size=4) for _ in range(dice.randint(1, 3))]
    definitions = {
        f"d{i}": Definition(f"d{i}", SOURCE, formula, knobs=with_all_knobs_read(formula))
        for i, formula in enumerate(written)
    }
    return TermEntry(name, name, "?", dice.choice(sorted(definitions)), definitions)


def draw_steps(dice: Random, terms: tuple[str, ...]) -> dict[str, Step]:
    names = dice.sample(["request", "decision"], dice.randrange(3))
    return {
        name: Step(
            name, draw_formula(dice, terms=terms, size=3), draw_formula(dice, size=2) if dice.random() < 0.4 else None
        )
        for name in names
    }


def draw_overlay(dice: Random, name: str, terms: tuple[str, ...]) -> Overlay:
    return Overlay(
        name,
        "custom",
        SOURCE,
        requires=draw_formula(dice, terms=terms, size=2) if dice.random() < 0.6 else None,
        excludes=draw_formula(dice, terms=terms, size=2) if dice.random() < 0.6 else None,
        procedure=draw_steps(dice, terms) if dice.random() < 0.3 else {},
        binds=some_of(dice, ["AAA", "BBB"], 1) if dice.random() < 0.2 else (),
        from_=day(dice) if dice.random() < 0.2 else None,
        applied=dice.random() < 0.6,
    )


def draw_version(dice: Random, terms: tuple[str, ...]) -> Version:
    def formula(size: int) -> Formula:
        return draw_formula(dice, terms=terms, size=size)

    trigger = formula(6)
    if dice.random() < 0.4:
        trigger = Choose("wording", (("first", trigger), ("second", formula(3))))
        trigger = All((formula(2), trigger)) if dice.random() < 0.3 else trigger
    return Version(
        trigger,
        Duty(discretion=dice.choice(["none", "form", "self-judging"])),
        scope={"place": formula(2)} if dice.random() < 0.4 else {},
        exceptions={name: formula(2) for name in ("x", "y") if dice.random() < 0.35},
        procedure=draw_steps(dice, terms),
    )


def draw_party(dice: Random) -> Party:
    begins = day(dice) if dice.random() < 0.2 else None
    until = day(dice) if dice.random() < 0.2 else None
    until = until if until is None or until > (begins or DAY) else None
    again = (Period(until + timedelta(days=2)),) if until is not None and dice.random() < 0.5 else ()
    return Party(begins, until, again)


def draw_treaty(dice: Random, terms: tuple[str, ...], overlays: tuple[str, ...]) -> Treaty:
    codes = dice.choice([("AAA", "BBB"), ("AAA", "BBB", "CCC")])
    kind: Kind = dice.choice(["defense", "defense", "defense", "consultation", "nonaggression"])
    versions: tuple[Version, ...] = (draw_version(dice, terms),)
    if dice.random() < 0.2:
        amended = day(dice)
        versions = (replace(versions[0], until=amended), replace(draw_version(dice, terms), from_=amended))
    clause = Clause(
        "clause",
        "article 1",
        kind,
        versions,
        beneficiaries=("AAA",) if dice.random() < 0.1 else (),
        obligors=("BBB",) if dice.random() < 0.1 else (),
        overlays=overlays,
    )
    attachments = {"note": draw_overlay(dice, "note", terms)} if dice.random() < 0.5 else {}
    parties = {code: draw_party(dice) for code in codes}
    return Treaty("t", "T", "T", Period(DAY), parties, {"art-1": clause}, SOURCE, None, TEXTS, attachments)


def draw_rules(dice: Random) -> Rules:
    terms = {TEMPORAL_SCOPE: TEMPORAL, "t1": draw_term(dice, "t1", ("t2",)), "t2": draw_term(dice, "t2")}
    names = ("t1", "t2")
    overlays = {"law": draw_overlay(dice, "law", names)} if dice.random() < 0.4 else {}
    treaty = draw_treaty(dice, names, tuple(overlays))
    return Rules(VOCABULARY, ACTORS, terms, {"t": treaty}, overlays, {})


def draw_stated(dice: Random, values: Sequence[Value]) -> Stated:
    match dice.randrange(4):
        case 0:
            return Stated()
        case 1:
            return Stated(disputed={"AAA": dice.choice([*values, None]), "BBB": dice.choice([*values, None])})
    return Stated(dice.choice(values))


def draw_event(dice: Random, name: str, before: tuple[Event, ...]) -> Event:
    begins = day(dice)
    ends: Any = dice.choice([None, "ongoing", begins + timedelta(days=dice.randrange(4))])
    facts = {attribute: draw_stated(dice, values) for attribute, values in VALUES.items() if dice.random() < 0.7}
    if dice.random() < 0.2:
        facts["happened"] = draw_stated(dice, [True, False])
    codes = ["CCC", "CCC", "AAA", "BBB", "BND", *(["UNSC"] if before else [])]
    acts = ["strike", "raid", "embargo", *(["request", "decision"] if before else [])]
    by = [Stated(dice.choice(codes))] * 4 + [Stated(), Stated(("BBB", "CCC"))]
    against = [Stated(dice.choice(["AAA", "AAA", "BBB", "CCC"]))] * 4 + [Stated(("AAA", "BBB"))]
    same_day = [event.id for event in before if event.date == begins]
    return Event(
        name,
        begins,
        Stated(dice.choice(acts)) if dice.random() < 0.8 else draw_stated(dice, ["strike", "raid"]),
        dice.choice(by),
        dice.choice(against),
        until=ends,
        about=dice.choice(before).id if before and dice.random() < 0.6 else None,
        follows=dice.choice(same_day) if same_day and dice.random() < 0.5 else None,
        facts=facts,
    )


def draw_scenario(dice: Random, most: int = 3) -> Scenario:
    found: tuple[Event, ...] = ()
    for index in range(dice.randint(1, most)):
        found = (*found, draw_event(dice, f"e{index}", found))
    return Scenario("s", "S", "S", (CLAUSE,), found)


def draw_choices(dice: Random, of: Rules) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for name, term in of.terms.items():
        if dice.random() < 0.6:
            out[name] = dice.choice(sorted(term.definitions))
            for knob, setting in term.definitions[str(out[name])].knobs.items():
                if dice.random() < 0.6:
                    out[setting.same_as or f"{name}.{knob}"] = dice.choice(setting.values)
    for treaty in of.treaties.values():
        if dice.random() < 0.6:
            out[treaty.treaty] = dice.choice(sorted(treaty.wordings))
        for overlay in [*of.overlays, *(f"{treaty.treaty}/{name}" for name in treaty.attachments)]:
            if dice.random() < 0.6:
                out[overlay] = dice.choice([APPLIED, SET_ASIDE])
    return out


@dataclass(frozen=True)
class Drawn:
    """A situation, its account and the day from which it is seen; readings to judge it by, and facts put in."""

    rules: Rules
    scenario: Scenario
    account: str | None
    on: date | None
    number: int
    readings: tuple[dict[str, Value], ...]
    facts: dict[tuple[str, str], Value] = field(default_factory=dict)

    def situation(self) -> Situation:
        return list(find_situations(self.rules, Facts(self.scenario, self.account, self.on), CLAUSE))[self.number]


def draw_situations(dice: Random, readings: int = 4) -> Iterator[Drawn]:
    """Every situation that two scenarios make of one set of rules, each with several readings."""
    rules = draw_rules(dice)
    for _ in range(2):
        scenario = draw_scenario(dice)
        account = dice.choice([None, "AAA", "BBB", "CCC"])
        on = day(dice) if dice.random() < 0.2 else None
        for number in range(len(list(find_situations(rules, Facts(scenario, account, on), CLAUSE)))):
            drawn = [draw_choices(dice, rules) for _ in range(readings)]
            different = tuple(each for index, each in enumerate(drawn) if each not in drawn[:index])
            yield Drawn(rules, scenario, account, on, number, different)


def smaller(case: Drawn) -> Iterator[Drawn]:
    """Cases with one thing less: a choice, an event, a fact, a part of a formula, a layer of the clause."""
    for fact in case.facts:
        yield replace(case, facts={name: value for name, value in case.facts.items() if name != fact})
    for choice in case.readings[0]:
        yield replace(case, readings=({name: value for name, value in case.readings[0].items() if name != choice},))
    for event in case.scenario.events:
        others = tuple(each for each in case.scenario.events if each is not event)
        if others and all(event.id not in {each.about, each.follows} for each in others):
            yield replace(case, scenario=replace(case.scenario, events=others))
        for name in event.facts:
            barer = replace(event, facts={key: value for key, value in event.facts.items() if key != name})
            events = tuple(barer if each is event else each for each in case.scenario.events)
            yield replace(case, scenario=replace(case.scenario, events=events))
    for number in range(case.number):
        yield replace(case, number=number)
    for name, term in case.rules.terms.items():
        for chosen, definition in term.definitions.items() if name != TEMPORAL_SCOPE else ():
            for less in smaller_formulas(definition.holds_when):
                own = {**term.definitions, chosen: replace(definition, holds_when=less)}
                terms = {**case.rules.terms, name: replace(term, definitions=own)}
                yield replace(case, rules=replace(case.rules, terms=terms))
    treaty = case.rules.treaties["t"]
    clause = treaty.clauses["art-1"]
    if treaty.attachments:
        yield _with(case, replace(treaty, attachments={}))
    if clause.overlays:
        yield _with(case, replace(treaty, clauses={"art-1": replace(clause, overlays=())}))
    for index, version in enumerate(clause.versions):
        for shorter in _smaller_versions(version):
            versions = (*clause.versions[:index], shorter, *clause.versions[index + 1 :])
            yield _with(case, replace(treaty, clauses={"art-1": replace(clause, versions=versions)}))


def _with(case: Drawn, treaty: Treaty) -> Drawn:
    return replace(case, rules=replace(case.rules, treaties={"t": treaty}))


def _smaller_versions(version: Version) -> Iterator[Version]:
    yield from (replace(version, trigger=less) for less in smaller_formulas(version.trigger))
    if version.scope:
        yield replace(version, scope={})
    for name in version.exceptions:
        yield replace(version, exceptions={key: each for key, each in version.exceptions.items() if key != name})
    for name, step in version.procedure.items():
        yield replace(version, procedure={key: each for key, each in version.procedure.items() if key != name})
        for less in smaller_formulas(step.met_when):
            yield replace(version, procedure={**version.procedure, name: replace(step, met_when=less)})


def smaller_formulas(formula: Formula) -> Iterator[Formula]:
    if formula not in {TRUE, FALSE}:
        yield TRUE
        yield FALSE
    yield from formula.parts
    match formula:
        case All(of) | AnyOf(of) | AtLeast(_, of):
            for index, part in enumerate(of):
                yield replace(formula, of=of[:index] + of[index + 1 :])
                for less in smaller_formulas(part):
                    yield replace(formula, of=(*of[:index], less, *of[index + 1 :]))
        case Not(of) | Some(of):
            for less in smaller_formulas(of):
                yield replace(formula, of=less)
        case Choose(choice, options):
            for index, (name, option) in enumerate(options):
                for less in smaller_formulas(option):
                    yield Choose(choice, (*options[:index], (name, less), *options[index + 1 :]))
