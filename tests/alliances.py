"""Generated worlds of alliances: States, several treaties between them, and events of which every fact is stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from foedus.cascade import Plan
from foedus.formula import Formula, Not, Term, Test, Who
from foedus.ground import HELP_AS_ATTACK, TEMPORAL_SCOPE, Rules
from foedus.model import (
    Actor,
    Clause,
    Definition,
    Duty,
    Event,
    Kind,
    Party,
    Period,
    Scenario,
    Stated,
    TermEntry,
    Treaty,
    Version,
)
from foedus.vocabulary import Act, Attribute
from generated import DAY, SOURCE, TEMPORAL, TEXTS, VALUES, VOCABULARY, days, formulas, steps, term_entries
from hypothesis import strategies as st

STATES = ("AAA", "BBB", "CCC", "DDD", "EEE")
ACTORS = {code: Actor(code, "state") for code in STATES} | {"UNSC": Actor("the Council", "organ")}
WORDS = replace(
    VOCABULARY,
    acts={**VOCABULARY.acts, "assistance": Act("assistance", "step")},
    attributes={**VOCABULARY.attributes, "in_performance": Attribute("boolean", "Help under a treaty?")},
)
HELP = TermEntry(
    HELP_AS_ATTACK,
    "help as an attack",
    "?",
    "always",
    {
        "always": Definition("always", SOURCE, Test("act", "is", ("force",))),
        "never": Definition("never", SOURCE, Not(Test("in_performance", "is", (True,)))),
        "if-grave": Definition("if grave", SOURCE, Test("gravity", "at_least", ("high",))),
    },
)
FACTS: dict[str, Any] = {"place": "home", "first": False, "deaths": 10}
PLAN = Plan((), act="strike", facts=FACTS)

attack: Formula = Test("act", "is", ("force",))


@st.composite
def treaties(draw: st.DrawFn, name: str) -> Treaty:
    parties = draw(st.lists(st.sampled_from(STATES), min_size=2, max_size=3, unique=True))
    one_sided = draw(st.integers(0, 3)) == 0
    simple = st.sampled_from([attack, attack, Term("t1"), Who("adversary", ("state",))])
    version = Version(
        trigger=draw(st.one_of(simple, formulas(terms=("t1", "t2"), size=3))),
        duty=Duty(
            means=draw(st.sampled_from([("military",), ("military",), ("other",)])),
            discretion=draw(st.sampled_from(["none", "none", "self-judging"])),
        ),
        exceptions=draw(st.dictionaries(st.just("x"), formulas(terms=("t2",), size=2), max_size=1)),
        procedure=draw(steps()) if draw(st.integers(0, 4)) == 0 else {},
    )
    clause = Clause(
        "clause",
        "article 1",
        draw(st.sampled_from(["defense", "defense", "defense", "offense", "nonaggression", "neutrality"])),
        (version,),
        obligors=(parties[0],) if one_sided else (),
        beneficiaries=(parties[1],) if one_sided else (),
    )
    return Treaty(name, name, name, Period(DAY), {p: Party() for p in parties}, {"art-1": clause}, SOURCE, None, TEXTS)


@st.composite
def worlds(draw: st.DrawFn, most: int = 4) -> Rules:
    inner = draw(term_entries("t2"))
    outer = draw(term_entries("t1", ("t2",)))
    terms = {TEMPORAL_SCOPE: TEMPORAL, "t1": outer, "t2": inner, HELP_AS_ATTACK: HELP}
    names = [f"p{index}" for index in range(draw(st.integers(1, most)))]
    return Rules(WORDS, ACTORS, terms, {name: draw(treaties(name)) for name in names}, {}, {})


@st.composite
def crises(draw: st.DrawFn, known: Rules, most: int = 3) -> Scenario:
    found = []
    allied = sorted({code for treaty in known.treaties.values() for code in treaty.parties})
    for index in range(draw(st.integers(1, most))):
        against = draw(st.sampled_from(allied))
        by = draw(st.sampled_from([code for code in STATES if code != against]))
        facts = {name: Stated(draw(st.sampled_from(values))) for name, values in VALUES.items()}
        act = draw(st.sampled_from(["strike", "strike", "raid", "embargo"]))
        found.append(Event(f"e{index}", draw(days), Stated(act), Stated(by), Stated(against), facts=facts))
    return Scenario("s", "S", "S", clauses_of(known), tuple(found))


def clauses_of(known: Rules) -> tuple[str, ...]:
    return tuple(f"{name}/{clause}" for name, treaty in known.treaties.items() for clause in treaty.clauses)


def plan_for(known: Rules, **otherwise: Any) -> Plan:  # noqa: ANN401 - whatever a plan has
    return replace(PLAN, clauses=clauses_of(known), **otherwise)


def pact(
    name: str, parties: tuple[str, ...], *, kind: Kind = "defense", one_sided: bool = False, trigger: Formula = attack
) -> Treaty:
    """A treaty of one clause between those parties; if one-sided, the first guarantees the others."""
    clause = Clause(
        "clause",
        "article 1",
        kind,
        (Version(trigger, Duty(means=("military",))),),
        obligors=parties[:1] if one_sided else (),
        beneficiaries=parties[1:] if one_sided else (),
    )
    return Treaty(name, name, name, Period(DAY), {p: Party() for p in parties}, {"art-1": clause}, SOURCE, None, TEXTS)
