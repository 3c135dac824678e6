"""Generated vocabularies, terms, treaties, readings and scenarios: whatever a rule file could say, in small."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

from foedus.formula import (
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
from foedus.ground import APPLIED, SET_ASIDE, TEMPORAL_SCOPE, Rules
from foedus.model import (
    Actor,
    Clause,
    Definition,
    Duty,
    Event,
    KnobSetting,
    Overlay,
    Party,
    Period,
    Scenario,
    Source,
    Stated,
    Step,
    TermEntry,
    Text,
    Treaty,
    Version,
)
from foedus.vocabulary import Act, Attribute, Group, Value, Vocabulary
from hypothesis import strategies as st

ACTORS = {
    "AAA": Actor("A", "state"),
    "BBB": Actor("B", "state"),
    "CCC": Actor("C", "state"),
    "BND": Actor("a band", "group"),
    "UNSC": Actor("the Council", "organ"),
}
VOCABULARY = Vocabulary(
    "generated",
    acts={
        "strike": Act("strike", "conduct"),
        "raid": Act("raid", "conduct"),
        "embargo": Act("embargo", "conduct"),
        "request": Act("request", "step"),
        "decision": Act("decision", "step"),
    },
    attributes={
        "gravity": Attribute("scale", "How grave?", values={"low": "", "middle": "", "high": ""}),
        "place": Attribute("choice", "Where?", values={"home": "", "sea": "", "abroad": ""}),
        "first": Attribute("boolean", "Was it first?"),
        "deaths": Attribute("number", "How many died?"),
        "in_force_when_begun": Attribute("boolean", "In force at the beginning?", computed=True),
        "in_force_while_it_lasted": Attribute("boolean", "In force on some day?", computed=True),
    },
    groups={"force": Group("force", ("strike", "raid"))},
)
SOURCE = Source("generated")
DAY = date(2000, 1, 1)
TEMPORAL = TermEntry(
    TEMPORAL_SCOPE,
    "in force",
    "In force?",
    "continuing",
    {
        "continuing": Definition("continuing", SOURCE, Test("in_force_while_it_lasted", "is", (True,))),
        "begun": Definition("begun", SOURCE, Test("in_force_when_begun", "is", (True,))),
    },
)
TEXTS = {"first": Text("first", "A", True), "second": Text("second", "B", True)}

days = st.integers(0, 9).map(lambda n: DAY + timedelta(days=n))
VALUES: dict[str, list[Value]] = {
    "gravity": ["low", "middle", "high"],
    "place": ["home", "sea", "abroad"],
    "first": [True, False],
    "deaths": [0, 1, 10],
}
KNOBS = {
    "floor": KnobSetting(("low", "middle", "high"), "middle", "gravity"),
    "limit": KnobSetting((1, 10), 10, "deaths"),
    "wide": KnobSetting((True, False), False),
    "shared": KnobSetting(("low", "middle", "high"), "high", "gravity", same_as="t1.shared"),
}


def rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly nothing."""
    return st.one_of(st.none(), st.none(), st.none(), st.none(), strategy)


@st.composite
def tests(draw: st.DrawFn, *, knobs: bool) -> Formula:
    name = draw(st.sampled_from([*VALUES, "act"]))
    if name == "act":
        acts = st.sampled_from(["strike", "raid", "embargo", "request", "decision", "force"])
        return Test("act", "is", tuple(draw(st.lists(acts, min_size=1, max_size=2, unique=True))))
    if name in {"gravity", "deaths"}:
        relation: Any = draw(st.sampled_from(["is", "at_least", "at_most"]))
        knob = Knob(draw(st.sampled_from(["floor", "shared"])) if name == "gravity" else "limit")
        if knobs and draw(st.booleans()):
            return Test(name, relation, (knob,))
        many = 2 if relation == "is" else 1
        some = st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=many, unique=True)
        return Test(name, relation, tuple(draw(some)))
    return Test(name, "is", tuple(draw(st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=2, unique=True))))


WHO = ["obligor", "beneficiary", "adversary", "party", "non-party", "state", "AAA", "BBB", "UNSC"]


@st.composite
def leaves(draw: st.DrawFn, *, knobs: bool, terms: tuple[str, ...]) -> Formula:
    kinds = ["test"] * 4 + ["who", "dated", "about"] + ["term"] * (3 if terms else 0) + ["setting"] * knobs
    match draw(st.sampled_from(kinds)):
        case "who":
            whose: Any = draw(st.sampled_from(["by", "against", "obligor", "beneficiary", "adversary"]))
            return Who(whose, tuple(draw(st.lists(st.sampled_from(WHO), min_size=1, max_size=2, unique=True))))
        case "dated":
            return Dated(draw(st.sampled_from(["before", "not-before", "after", "not-after"])))
        case "about":
            return About()
        case "term":
            return Term(draw(st.sampled_from(terms)))
        case "setting":
            return Setting("wide", draw(st.booleans()))
    return draw(tests(knobs=knobs))


@cache
def formulas(*, knobs: bool = False, terms: tuple[str, ...] = (), size: int = 6) -> st.SearchStrategy[Formula]:
    def grow(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
        several = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(
            several.map(All),
            several.map(AnyOf),
            inner.map(Not),
            inner.map(Some),
            st.tuples(st.integers(0, 3), several).map(lambda pair: AtLeast(*pair)),
        )

    return st.recursive(leaves(knobs=knobs, terms=terms), grow, max_leaves=size)


def with_all_knobs_read(formula: Formula) -> dict[str, KnobSetting]:
    """The knobs that a formula reads, for its definition."""
    used: set[str] = set()
    for part in formula.walk():
        if isinstance(part, Test):
            used |= {value.name for value in part.values if isinstance(value, Knob)}
        if isinstance(part, Setting):
            used.add(part.knob)
    return {name: KNOBS[name] for name in sorted(used)}


@st.composite
def term_entries(draw: st.DrawFn, name: str, terms: tuple[str, ...] = ()) -> TermEntry:
    written = draw(st.lists(formulas(knobs=True, terms=terms, size=4), min_size=1, max_size=3))
    definitions = {
        f"d{i}": Definition(f"d{i}", SOURCE, formula, knobs=with_all_knobs_read(formula))
        for i, formula in enumerate(written)
    }
    return TermEntry(name, name, "?", draw(st.sampled_from(sorted(definitions))), definitions)


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Step]:
    names = draw(st.lists(st.sampled_from(["request", "decision"]), max_size=2, unique=True))
    refusals = st.none() | formulas(size=2)
    return {name: Step(name, draw(formulas(size=3)), draw(refusals)) for name in names}


@st.composite
def treaties(draw: st.DrawFn, terms: tuple[str, ...] = ("t1", "t2")) -> Treaty:
    parties: dict[str, Party] = {}
    for code in draw(st.sampled_from([("AAA", "BBB"), ("AAA", "BBB", "CCC")])):
        begins = draw(rarely(days))
        until = draw(rarely(days))
        parties[code] = Party(begins, until if until is None or begins is None or until > begins else None)
    trigger = draw(formulas(terms=terms))
    if draw(st.booleans()):
        trigger = Choose("wording", (("first", trigger), ("second", draw(formulas(terms=terms, size=3)))))
    version = Version(
        trigger=trigger,
        duty=Duty(
            performed_when=draw(st.none() | formulas(terms=terms, size=2)),
            discretion=draw(st.sampled_from(["none", "form", "self-judging"])),
        ),
        scope=draw(st.dictionaries(st.sampled_from(["place", "persons"]), formulas(terms=terms, size=2), max_size=1)),
        exceptions=draw(st.dictionaries(st.sampled_from(["x", "y"]), formulas(terms=terms, size=2), max_size=2)),
        procedure=draw(steps()),
    )
    attachments = {}
    if draw(st.booleans()):
        attachments["note"] = Overlay(
            "note",
            "understanding",
            SOURCE,
            requires=draw(st.none() | formulas(terms=terms, size=2)),
            excludes=draw(st.none() | formulas(size=2)),
            procedure=draw(steps()),
            applied=draw(st.booleans()),
        )
    clause = Clause("clause", "article 1", "defense", (version,))
    return Treaty("t", "T", "T", Period(DAY), parties, {"art-1": clause}, SOURCE, None, TEXTS, attachments)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    inner = draw(term_entries("t2"))
    outer = draw(term_entries("t1", ("t2",)))
    terms = {TEMPORAL_SCOPE: TEMPORAL, "t1": outer, "t2": inner}
    return Rules(VOCABULARY, ACTORS, terms, {"t": draw(treaties())}, {}, {})


def stated(values: list[Any]) -> st.SearchStrategy[Stated]:
    one = st.sampled_from([*values, None])
    return st.one_of(
        st.sampled_from(values).map(Stated),
        st.just(Stated()),
        st.fixed_dictionaries({"AAA": one, "BBB": one}).map(lambda accounts: Stated(None, accounts)),
    )


@st.composite
def events(draw: st.DrawFn, name: str, before: tuple[str, ...]) -> Event:
    begins = draw(days)
    ends: st.SearchStrategy[Any] = st.one_of(st.none(), st.just("ongoing"), days.filter(lambda day: day >= begins))
    facts = {
        attribute: draw(stated(values))
        for attribute, values in VALUES.items()
        if draw(st.sampled_from([True, True, False]))
    }
    if draw(st.integers(0, 4)) == 0:
        facts["happened"] = draw(stated([True, False]))
    codes = st.sampled_from(["CCC", "CCC", "AAA", "BBB", "BND"])
    victims = st.sampled_from(["AAA", "AAA", "BBB", "CCC"])
    acts = st.sampled_from(["strike", "raid", "embargo", *(["request", "decision"] if before else [])])
    return Event(
        name,
        begins,
        act=draw(st.one_of(acts.map(Stated), acts.map(Stated), stated(["strike", "raid"]))),
        by=draw(st.one_of(codes.map(Stated), st.just(Stated()), st.just(Stated(("BBB", "CCC"))))),
        against=draw(st.one_of(victims.map(Stated), victims.map(Stated), st.just(Stated(("AAA", "BBB"))))),
        until=draw(ends),
        about=draw(st.none() | st.sampled_from(before)) if before else None,
        facts=facts,
    )


@st.composite
def scenarios(draw: st.DrawFn, most: int = 3) -> Scenario:
    found: list[Event] = []
    for index in range(draw(st.integers(1, most))):
        found.append(draw(events(f"e{index}", tuple(event.id for event in found))))
    return Scenario("s", "S", "S", ("t/art-1",), tuple(found))


@st.composite
def readings(draw: st.DrawFn, of: Rules) -> dict[str, Value]:
    """A value for some of the choices that there are."""
    out: dict[str, Value] = {}
    for name, term in of.terms.items():
        if draw(st.booleans()):
            out[name] = draw(st.sampled_from(sorted(term.definitions)))
            for knob, setting in term.definitions[str(out[name])].knobs.items():
                if draw(st.booleans()):
                    out[setting.same_as or f"{name}.{knob}"] = draw(st.sampled_from(setting.values))
    for treaty in of.treaties.values():
        if draw(st.booleans()):
            out[treaty.treaty] = draw(st.sampled_from(sorted(treaty.wordings)))
        for name in treaty.attachments:
            if draw(st.booleans()):
                out[f"{treaty.treaty}/{name}"] = draw(st.sampled_from([APPLIED, SET_ASIDE]))
    return out


accounts = st.sampled_from([None, "AAA", "BBB", "CCC"])
