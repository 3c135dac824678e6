"""The conformance suite: cases drawn, written as JSON, read again and judged (`tests/conformance/README.md`)."""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from foedus import reference
from foedus.derivation import Derivation, Judgement, conclude, decisive
from foedus.formula import (
    All,
    AnyOf,
    AtLeast,
    Dated,
    Formula,
    Knob,
    Not,
    Some,
    Term,
    Test,
    Who,
    parse_formula,
    write_formula,
)
from foedus.ground import TEMPORAL_SCOPE, Facts, Reading, Rules, Situation, find_situations
from foedus.loading.document import parse
from foedus.loading.schema import build
from foedus.loading.writing import write_scenario
from foedus.model import Clause, Duty, Event, Party, Period, Scenario, Stated, TermEntry, Treaty, Version
from foedus.readings import Question
from generated import ACTORS, DAY, SOURCE, TEMPORAL, TEXTS, VOCABULARY, with_all_knobs_read
from seeded import (
    CLAUSE,
    draw_choices,
    draw_event,
    draw_formula,
    draw_rules,
    draw_scenario,
    draw_term,
    draw_test,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from foedus.readings import Asked
    from foedus.vocabulary import Value

FOLDER = Path(__file__).parent / "conformance"
LEVELS = {
    1: "Kleene connectives and thresholds",
    2: "tests on attributes and scales, groups of acts",
    3: "terms, definitions, knobs",
    4: "roles, some event, dates, about, accounts",
    5: "clauses: layers, time in force, exceptions, overlays, steps, duty",
    6: "spaces of readings: counts, shares, influence, flips",
}
JUDGED = {1, 2, 3, 4}
"""The levels whose cases are a formula of one event."""


@dataclass(frozen=True)
class Drawn:
    """What a case asks: rules, a scenario on an account, a reading; for a formula, the situation's number."""

    rules: Rules
    scenario: Scenario
    choices: Mapping[str, Value]
    account: str | None = None
    on: date | None = None
    asked: Asked = "casus"

    @property
    def situations(self) -> list[Situation]:
        return list(find_situations(self.rules, Facts(self.scenario, self.account, self.on), CLAUSE))

    @property
    def reading(self) -> Reading:
        return Reading(self.choices, self.rules)

    @property
    def question(self) -> Question:
        return Question(
            self.rules, self.scenario, CLAUSE, self.asked, current=self.choices, account=self.account, on=self.on
        )


def with_trigger(formula: Formula, terms: Mapping[str, TermEntry] | None = None) -> Rules:
    """Rules of one treaty between A and B that is always in force, with that trigger and nothing else."""
    clause = Clause("clause", "article 1", "defense", (Version(formula, Duty()),))
    treaty = Treaty(
        "t", "T", "T", Period(DAY), {"AAA": Party(), "BBB": Party()}, {"art-1": clause}, SOURCE, None, TEXTS
    )
    return Rules(VOCABULARY, ACTORS, {TEMPORAL_SCOPE: TEMPORAL, **(terms or {})}, {"t": treaty}, {}, {})


def of_trigger(judgement: Judgement) -> Derivation:
    """The derivation of the formula that stands as trigger."""
    return judgement.casus.of[2].of[0]


def grounds(derivation: Derivation) -> list[dict[str, Any]]:
    """The conditions that decide, each of its event, with its truth."""
    if not derivation.of:
        found = {"event": derivation.event, "condition": write_formula(derivation.formula), "value": derivation.value}
        return [found]
    out: list[dict[str, Any]] = []
    for part in decisive(derivation):
        out += [each for each in grounds(part) if each not in out]
    return out


# Answers


def answer(level: int, drawn: Drawn, judge: Callable[[Situation, Reading], Judgement]) -> dict[str, Any]:
    """What a case expects, as an executor finds it."""
    if level in JUDGED:
        derivation = of_trigger(judge(drawn.situations[0], drawn.reading))
        return {"value": derivation.value, "grounds": grounds(derivation)}
    found = [conclude(each, judge(each, drawn.reading)) for each in drawn.situations]
    return {
        "findings": [
            {
                "event": finding.case.event,
                "obligor": finding.case.obligor,
                "beneficiary": finding.case.beneficiary,
                "adversary": finding.case.adversary,
                "in_force": finding.in_force.status,
                "casus": finding.casus,
                "duty": finding.duty,
                "waiting_for": list(finding.waiting_for),
            }
            for finding in found
        ]
    }


def answer_over_all_readings(question: Question) -> dict[str, Any]:
    """What a case of level 6 expects."""
    flip = question.flip()
    return {
        "shares": {name: str(share) for name, share in question.shares.items() if share},
        "counts": {name: count for name, count in question.counts.items() if count},
        "now": question.finding_now(),
        "influence": {
            each.variable.name: {"pivotal": str(each.pivotal), "settling": str(each.settling)}
            for each in sorted(question.influence(), key=lambda each: each.variable.name)
        },
        "flip": {
            "fewest": flip.fewest,
            "ways": sorted(({v.name: value for v, value in way} for way in flip.ways), key=json.dumps),
        },
    }


# Writing and reading


def plain(value: object) -> Any:  # noqa: ANN401 - plain data
    """Model objects as a file writes them, without titles, sources and what has its default."""
    if isinstance(value, Formula):
        return write_formula(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if is_dataclass(value):
        out = {}
        for each in fields(value):
            own = getattr(value, each.name)
            usual = each.default_factory() if each.default_factory is not MISSING else each.default
            if own != usual and each.name not in {"title", "source", "short", "article", "question"}:
                out[each.name.rstrip("_")] = plain(own)
        return out
    return value


def written(level: int, drawn: Drawn) -> dict[str, Any]:
    """A case as JSON has it, without what it expects."""
    told: Any = parse(write_scenario(drawn.scenario, "", ""), "case").data
    out: dict[str, Any] = {"events": told["events"]}
    treaty = drawn.rules.treaties["t"]
    if level in JUDGED:
        case = drawn.situations[0].case
        roles = {"event": case.event, "obligor": case.obligor, "beneficiary": case.beneficiary}
        out = {"formula": write_formula(treaty.clauses["art-1"].versions[0].trigger), **out}
        out["case"] = {**roles, "adversary": case.adversary}
    else:
        out = {"treaty": plain(treaty), **out}
    terms = {name: plain(term) for name, term in drawn.rules.terms.items() if name != TEMPORAL_SCOPE}
    out |= {"terms": terms} if terms else {}
    out |= {"overlays": plain(drawn.rules.overlays)} if drawn.rules.overlays else {}
    out |= {"reading": dict(drawn.choices)} if drawn.choices else {}
    out |= {"account": drawn.account} if drawn.account else {}
    out |= {"on": drawn.on.isoformat()} if drawn.on else {}
    return out | ({"asked": drawn.asked} if level == 6 else {})


def read(case: Mapping[str, Any]) -> Drawn:
    """The case that JSON states."""
    terms = {name: _built("term", _completed("term", each)) for name, each in case.get("terms", {}).items()}
    overlays = {
        name: _built("overlay", {"overlay": name, **_completed("overlay", each)})
        for name, each in case.get("overlays", {}).items()
    }
    if "formula" in case:
        rules = with_trigger(parse_formula(case["formula"]), terms)
    else:
        treaty = _built("treaty", _completed("treaty", case["treaty"]))
        known = {TEMPORAL_SCOPE: TEMPORAL, **terms}
        rules = Rules(VOCABULARY, ACTORS, known, {"t": treaty}, overlays, {})
    told = {"scenario": "s", "title": "", "summary": "", "clauses": [CLAUSE], "events": case["events"]}
    on = date.fromisoformat(case["on"]) if "on" in case else None
    scenario = _built("scenario", told)
    return Drawn(rules, scenario, case.get("reading", {}), case.get("account"), on, case.get("asked", "casus"))


def _built(kind: str, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the kind's class
    value, problems = build(kind, parse(json.dumps(data), "case"))
    assert problems == [], problems
    return value


_SOURCE = {"title": "drawn"}
_TITLED = {"title": "drawn"}


def _completed(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A file's object with the titles and sources that a file must have."""
    if kind == "term":
        definitions = {name: {**_TITLED, "source": _SOURCE, **each} for name, each in data["definitions"].items()}
        return {**_TITLED, "question": "?", **data, "definitions": definitions}
    if kind == "overlay":
        return {**_TITLED, "source": _SOURCE, **data, **_titled_steps(data)}
    clauses = {}
    for name, clause in data["clauses"].items():
        versions = [{**each, **_titled_steps(each)} for each in clause["versions"]]
        clauses[name] = {**_TITLED, "article": "1", **clause, "versions": versions}
    attachments = {name: _completed("overlay", each) for name, each in data.get("attachments", {}).items()}
    texts = {name: {**_TITLED, **each} for name, each in data["wordings"].items()}
    rest = {"clauses": clauses, "attachments": attachments, "wordings": texts}
    return {**_TITLED, "short": "T", "source": _SOURCE, **data, **rest}


def _titled_steps(data: Mapping[str, Any]) -> dict[str, Any]:
    steps = {name: {**_TITLED, **step} for name, step in data.get("procedure", {}).items()}
    return {"procedure": steps} if steps else {}


# Drawing

EVENT = Event("e0", DAY, Stated("strike"), Stated(("CCC",)), Stated(("AAA",)))


def draw(level: int, dice: Random) -> Drawn:
    """A candidate case of a level; small ones are likely."""
    return _DRAW[level](dice)


def _one_event(dice: Random, formula: Formula, terms: Mapping[str, TermEntry] | None = None) -> Drawn:
    values: dict[str, list[Any]] = {
        "gravity": ["low", "middle", "high"],
        "place": ["home", "sea", "abroad"],
        "first": [True, False],
        "deaths": [0, 1, 9, 10, 11],
    }
    used = {part.attribute for each in _formulas(formula, terms) for part in each.walk() if isinstance(part, Test)}
    facts = {name: Stated(dice.choice(values[name])) for name in sorted(used - {"act"}) if dice.random() < 0.75}
    act = Stated(dice.choice(["strike", "raid", "embargo"])) if "act" in used else Stated("strike")
    event = Event("e0", DAY, act, EVENT.by, EVENT.against, facts=facts)
    scenario = Scenario("s", "", "", (CLAUSE,), (event,))
    rules = with_trigger(formula, terms)
    chosen = draw_choices(dice, rules) if terms else {}
    return Drawn(
        rules, scenario, {name: value for name, value in chosen.items() if name.partition(".")[0] in {"t1", "t2"}}
    )


def _formulas(formula: Formula, terms: Mapping[str, TermEntry] | None) -> Iterator[Formula]:
    yield formula
    for term in (terms or {}).values():
        yield from (each.holds_when for each in term.definitions.values())


def _connectives(dice: Random) -> Drawn:
    leaves: list[Formula] = [
        Test("first", "is", (True,)),
        Test("place", "is", ("home",)),
        Test("gravity", "is", ("high",)),
        All(()),
        AnyOf(()),
    ]

    def grow(depth: int) -> Formula:
        kind = dice.randrange(6) if depth else 5
        parts = tuple(grow(depth - 1) for _ in range(dice.randint(1, 3))) if kind < 4 else ()
        if kind < 2:
            return All(parts) if kind else AnyOf(parts)
        if kind < 4:
            return AtLeast(dice.randint(0, 3), parts)
        return Not(grow(depth - 1)) if kind == 4 else dice.choice(leaves)

    return _one_event(dice, grow(2))


def _tests(dice: Random) -> Drawn:
    return _one_event(dice, draw_test(dice, knobs=False))


def _terms(dice: Random) -> Drawn:
    terms = {"t1": draw_term(dice, "t1", ("t2",)), "t2": draw_term(dice, "t2")}
    formula: Formula = Term(dice.choice(["t1", "t2"]))
    used = {"t2"} if formula == Term("t2") else {"t1", "t2"}
    quiet = {name: term for name, term in terms.items() if name in used}
    plain_terms = {name: _of_one_event(term) for name, term in quiet.items()}
    return _one_event(dice, formula, plain_terms)


def _of_one_event(term: TermEntry) -> TermEntry:
    """The term with conditions of one event alone; other events are for the next level."""

    def bare(formula: Formula) -> Formula:
        match formula:
            case Some(of):
                return bare(of)
            case All(of) | AnyOf(of):
                return type(formula)(tuple(bare(part) for part in of))
            case AtLeast(count, of):
                return AtLeast(count, tuple(bare(part) for part in of))
            case Not(of):
                return Not(bare(of))
        return formula

    definitions = {}
    for name, each in term.definitions.items():
        formula = bare(each.holds_when)
        definitions[name] = type(each)(each.title, each.source, formula, knobs=with_all_knobs_read(formula))
    return TermEntry(term.term, term.title, "?", term.default, definitions)


def _relations(dice: Random) -> Drawn:
    inner = draw_formula(dice, size=2)
    formula = Some(All((draw_formula(dice, size=1), inner))) if dice.random() < 0.7 else inner
    account = dice.choice([None, None, "AAA", "BBB"])
    return Drawn(with_trigger(formula), _few_events(dice), {}, account, None)


def _few_events(dice: Random) -> Scenario:
    found: tuple[Event, ...] = ()
    for index in range(dice.randint(1, 3)):
        found = (*found, draw_event(dice, f"e{index}", found))
    return Scenario("s", "", "", (CLAUSE,), found)


def _clauses(dice: Random) -> Drawn:
    rules = draw_rules(dice)
    scenario = draw_scenario(dice, 2)
    account = dice.choice([None, None, "AAA", "BBB"])
    on = dice.choice([None, None, None, date(2000, 1, 4)])
    known = _only_used_terms(rules)
    return Drawn(known, scenario, draw_choices(dice, known) if dice.random() < 0.5 else {}, account, on)


def _only_used_terms(rules: Rules) -> Rules:
    used = {part.term for formula, _ in _of_clauses(rules) for part in formula.walk() if isinstance(part, Term)}
    used |= {"t2"} if "t1" in used else set()
    kept = {name: term for name, term in rules.terms.items() if name in used or name == TEMPORAL_SCOPE}
    return Rules(rules.vocabulary, rules.actors, kept, rules.treaties, rules.overlays, {})


def _of_clauses(rules: Rules) -> Iterable[tuple[Formula, Any]]:
    own = Rules(rules.vocabulary, rules.actors, {}, rules.treaties, rules.overlays, {})
    return own.formulas()


def _spaces(dice: Random) -> Drawn:
    drawn = _clauses(dice)
    choices = draw_choices(dice, drawn.rules)
    asked: Asked = "casus" if dice.random() < 0.6 else "duty"
    scenario = Scenario("s", "", "", (CLAUSE,), drawn.scenario.events[:1])
    return Drawn(drawn.rules, scenario, choices, None, None, asked)


_DRAW = {1: _connectives, 2: _tests, 3: _terms, 4: _relations, 5: _clauses, 6: _spaces}


# What a case covers


def covers(level: int, drawn: Drawn) -> set[tuple[object, ...]]:
    """The constructs of a case with their outcomes; a case is kept if no smaller ones cover all of it."""
    if level == 6:
        return _of_space(drawn.question)
    out: set[tuple[object, ...]] = set()
    for situation in drawn.situations[:1] if level in JUDGED else drawn.situations:
        judgement = reference.judge(situation, drawn.reading)
        reading = drawn.reading.within(situation)
        if level in JUDGED:
            for each in of_trigger(judgement).walk():
                out |= set(_of_condition(level, each, situation, reading))
            continue
        finding = conclude(situation, judgement)
        version = situation.version
        out.add(("duty", finding.casus, finding.duty, version.duty.discretion))
        out.add(("in force", finding.in_force.status, finding.casus))
        out.add(("kind", situation.clause.kind, finding.casus))
        out.add(("versions", len(situation.clause.versions), situation.case.version))
        out.add(("adversary", situation.case.adversary is None, finding.casus))
        out.add(("on", drawn.on is not None, finding.casus))
        for part in judgement.casus.of:
            stage, name = part.formula.stage, part.formula.name  # type: ignore[attr-defined]
            chosen = part.of[0].chosen
            out.add((stage, chosen, part.value))
            if part.value is not True:
                only = [each.value for each in judgement.casus.of].count(True) == len(judgement.casus.of) - 1
                out.add(("alone", stage, only, finding.casus))
        for name, (met, refused) in judgement.steps.items():
            if finding.casus == "arises":
                out.add(("step", ":" in name, met.value, refused.value, finding.duty))
    return out


def _of_condition(
    level: int, derivation: Derivation, situation: Situation, reading: Reading
) -> Iterator[tuple[object, ...]]:
    formula, value = derivation.formula, derivation.value
    kind = type(formula).__name__
    parts = sorted({str(part.value) for part in derivation.of})
    if level == 1:
        yield (kind, getattr(formula, "count", 0), tuple(parts), value)
        yield (kind, len(derivation.of), value)
    elif isinstance(formula, Test) and level == 2:
        attribute = situation.rules.vocabulary.attribute(formula.attribute)
        assert attribute is not None
        place = None
        if derivation.read is not None and attribute.type in {"scale", "number"}:
            ranks = [attribute.rank(each) for each in formula.values if not isinstance(each, Knob)]
            place = tuple(
                sorted(
                    (rank > attribute.rank(derivation.read)) - (rank < attribute.rank(derivation.read))
                    for rank in ranks
                )
            )
        yield (formula.attribute, formula.relation, len(formula.values), place, value, formula.values[0] == "force")
    elif level == 3:
        if isinstance(formula, Term):
            entry = situation.rules.terms[formula.term]
            given = formula.term in reading.choices
            yield (kind, formula.term, given, derivation.chosen == entry.default, len(entry.definitions), value)
            for name, knob in reading.definition(formula.term)[1].knobs.items():
                setting = reading.knob(formula.term, name)
                yield ("knob", name, setting == knob.default, value)
        else:
            yield (kind, value)
    elif level == 4:
        yield (kind, *_relation(formula), value)
        if isinstance(formula, Who):
            yield from ((kind, name, value) for name in formula.of)
        if isinstance(formula, Some):
            yield (kind, min(len(derivation.of), 2), tuple(parts), value)
            yield ("account", situation.facts.account, value)


def _relation(formula: Formula) -> tuple[object, ...]:
    match formula:
        case Who(whose, of):
            return (whose, len(of))
        case Dated(relation):
            return (relation,)
    return ()


def _of_space(question: Question) -> set[tuple[object, ...]]:
    kinds = tuple(sorted({each.variable.kind for each in question.influence() if each.pivotal}))
    flip = question.flip()
    reached = tuple(sorted(question.reached))
    return {
        ("reached", question.asked, reached),
        ("deciding", question.asked, kinds),
        ("flip", question.asked, question.finding_now(), flip.fewest),
        ("choices", min(len([each for each in question.influence() if each.pivotal]), 4)),
        ("facts", bool(question.facts_that_decide), reached),
    }


CANDIDATES = {1: 350, 2: 400, 3: 300, 4: 700, 5: 900, 6: 500}
SMALL_ENOUGH = {1: 600, 2: 600, 3: 1000, 4: 900, 5: 1800, 6: 1700}
MOST_READINGS = 400


def choose(level: int, seed: int) -> list[Drawn]:
    """The smallest candidates that together cover all that any covers."""
    dice = Random(seed)  # noqa: S311 - cases, not secrets
    sized: list[tuple[int, int, Drawn, set[tuple[object, ...]]]] = []
    for number in range(CANDIDATES[level]):
        drawn = draw(level, dice)
        if not drawn.situations:
            continue
        size = len(json.dumps(written(level, drawn)))
        if size > SMALL_ENOUGH[level] or (level == 6 and drawn.question.total > MOST_READINGS):
            continue
        sized.append((size, number, drawn, covers(level, drawn)))
    seen: set[tuple[object, ...]] = set()
    out = []
    for _, _, drawn, own in sorted(sized, key=lambda each: each[:2]):
        if own - seen:
            seen |= own
            out.append(drawn)
    return out


def suite(level: int, seed: int) -> str:
    """The file of a level."""
    cases = []
    for number, drawn in enumerate(choose(level, seed), 1):
        expected = answer_over_all_readings(drawn.question) if level == 6 else answer(level, drawn, reference.judge)
        cases.append({"id": f"{level}-{number:03}", **written(level, drawn), "expect": expected})
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    head = {"level": level, "title": LEVELS[level], "seed": seed}
    return json.dumps(head)[:-1] + f', "cases": [\n{lines}\n]}}\n'
