"""The laws of comparing clauses: no scenario contradicts a comparison, and what it says can be shown."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from foedus.comparison import Twins
from foedus.formula import About, All, AnyOf, Choose, Dated, Formula, Some, Test, Who
from foedus.ground import TEMPORAL_SCOPE, Rules
from foedus.model import Clause, Duty, Party, Period, Treaty, Version
from foedus.run import meets
from foedus.solver import is_available
from generated import ACTORS, DAY, SOURCE, TEMPORAL, VOCABULARY, accounts, formulas, readings, rules, scenarios
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import CLAUSE, judged, situations

if TYPE_CHECKING:
    from foedus.comparison import Comparison
    from foedus.ground import Situation
    from foedus.model import Casus, Scenario

pytestmark = pytest.mark.skipif(not is_available(), reason="comparisons need PySAT")
SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
OTHER = "t/art-2"


def of_all_times(known: Rules) -> Rules:
    """The rules, every party being one at all times: clauses are compared on a day on which they last read alike."""
    treaty = known.treaties["t"]
    return replace(known, treaties={"t": replace(treaty, parties=dict.fromkeys(treaty.parties, Party()))})


@st.composite
def pairs(draw: st.DrawFn) -> Rules:
    """Rules with a second clause that has something of the first, so that one may follow from the other."""
    known = of_all_times(draw(rules()))
    treaty = known.treaties["t"]
    version = treaty.clauses["art-1"].versions[0]
    more = draw(formulas(terms=("t1", "t2"), size=3))
    own = _first(version.trigger)
    trigger = draw(st.sampled_from([version.trigger, All((own, more)), AnyOf((own, more)), more]))
    other = replace(
        version,
        trigger=trigger,
        scope=draw(st.sampled_from([version.scope, {}])),
        exceptions=draw(st.sampled_from([version.exceptions, {}])),
    )
    clauses = {**treaty.clauses, "art-2": Clause("clause", "article 2", "defense", (other,))}
    return replace(known, treaties={"t": replace(treaty, clauses=clauses)})


def _first(trigger: Formula) -> Formula:
    return trigger.options[0][1] if isinstance(trigger, Choose) else trigger


def settled(
    known: Rules, scenario: Scenario, choices: dict[str, Any], account: str | None, clause: str
) -> dict[tuple[object, ...], Casus]:
    """Event and actors to the casus, of the cases that a comparison speaks of: in force, of few actors, all told."""
    others = {each.id for each in scenario.events for f in (each.by, each.against) if isinstance(f.value, tuple)}

    def is_meant(situation: Situation) -> bool:
        return situation.in_force.status == "in-force" and not others - {situation.case.event}

    found = [judged(s, choices) for s in situations(known, scenario, account, clause) if is_meant(s)]
    return {
        (f.case.event, f.case.obligor, f.case.beneficiary, f.case.adversary): f.casus
        for f in found
        if f.casus != "undetermined"
    }


def contradicts(comparison: Comparison, one: Casus, other: Casus) -> bool:
    if (one, other) == ("arises", "does-not-arise"):
        return comparison.relation in {"narrower", "equivalent"}
    return (one, other) == ("does-not-arise", "arises") and comparison.relation in {"broader", "equivalent"}


@SOME
@given(st.data())
def test_no_scenario_contradicts_a_comparison(data: st.DataObject) -> None:
    """Whoever attacks whom: where the narrower clause arises, so does the broader; under one reading and for all."""
    known, scenario = data.draw(pairs()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    one, other = (settled(known, scenario, choices, account, clause) for clause in (CLAUSE, OTHER))
    both = [(one[case], other[case]) for case in one if case in other]
    assume(both)
    twins = Twins(known, (CLAUSE, OTHER))
    with closing(twins):
        for comparison in (twins.under(choices), twins.for_all({}), twins.for_all(choices)):
            assert not any(contradicts(comparison, *found) for found in both)


@SOME
@given(st.data())
def test_a_difference_between_clauses_is_shown_by_scenarios_that_are_met(data: st.DataObject) -> None:
    """Two for each side: the clause arises in its own, and the other does not in the twin with the same facts."""
    known = data.draw(pairs())
    choices = data.draw(readings(known))
    twins = Twins(known, (CLAUSE, OTHER))
    with closing(twins):
        for comparison in (twins.under(choices, shows=True), twins.for_all({})):
            sides = (comparison.only_first, comparison.only_second)
            wanted = {"equivalent": (0, 0), "broader": (2, 0), "narrower": (0, 2), "incomparable": (2, 2)}
            assert tuple(map(len, sides)) == wanted[comparison.relation]
            for side, (only, rival) in zip(sides, ((CLAUSE, OTHER), (OTHER, CLAUSE)), strict=True):
                expected = [each.expect[0] for each in side]
                assert [(e.clause, e.casus) for e in expected] == [(only, "arises"), (rival, "does-not-arise")][
                    : len(side)
                ]
                assert all(meets(known, each, each.expect[0])[0] for each in side)


@SOME
@given(st.data())
def test_comparing_the_other_way_round_says_the_reverse(data: st.DataObject) -> None:
    """And a clause compared with itself is equivalent."""
    known = data.draw(pairs())
    choices = data.draw(readings(known))
    reverse = {"broader": "narrower", "narrower": "broader"}
    found = []
    for clauses in ((CLAUSE, OTHER), (OTHER, CLAUSE), (CLAUSE, CLAUSE)):
        twins = Twins(known, clauses)
        with closing(twins):
            found.append((twins.under(choices).relation, twins.for_all({}).relation))
    assert found[1] == tuple(reverse.get(each, each) for each in found[0])
    assert set(found[2]) == {"equivalent"}


@SOME
@given(st.data())
def test_the_same_clause_between_other_parties_is_equivalent(data: st.DataObject) -> None:
    """As long as no condition speaks of one of them: parties stand for each other."""
    known = of_all_times(data.draw(rules()))
    treaty = known.treaties["t"]
    assume(not known.named["t"] & {"AAA", "BBB", "CCC"})
    codes = dict(zip(treaty.parties, ("XXA", "XXB", "XXC"), strict=False))
    actors = {**known.actors, **{codes[each]: known.actors[each] for each in codes}}
    parties = {codes[each]: party for each, party in treaty.parties.items()}
    elsewhere = replace(known, actors=actors, treaties={"t": treaty, "u": replace(treaty, treaty="u", parties=parties)})
    twins = Twins(elsewhere, (CLAUSE, "u/art-1"))
    with closing(twins):
        assert twins.under({}).relation == "equivalent"


def test_who_does_what_and_when_tells_clauses_apart() -> None:
    """Who the adversary may be, a fellow party or no State; who asks, and on which day."""
    strikes, duty = Test("act", "is", ("strike",)), Duty()
    request, about = Test("act", "is", ("request",)), About()

    def asked(*conditions: Formula) -> Formula:
        return All((strikes, Some(All((request, about, *conditions)))))

    versions = {
        "any": Version(strikes, duty),
        "outside": Version(strikes, duty, scope={"o": Who("adversary", ("non-party",))}),
        "states": Version(strikes, duty, scope={"s": Who("adversary", ("state",))}),
        "not-ccc": Version(strikes, duty, exceptions={"c": Who("adversary", ("CCC",))}),
        "asked": Version(asked(), duty),
        "asked-by-party": Version(asked(Who("by", ("party",))), duty),
        "asked-by-victim": Version(asked(Who("by", ("beneficiary",))), duty),
        "asked-before": Version(asked(Who("by", ("beneficiary",)), Dated("before")), duty),
    }
    clauses = {name: Clause("c", "1", "defense", (version,)) for name, version in versions.items()}
    parties = dict.fromkeys(("AAA", "BBB", "DDD"), Party())
    treaty = Treaty("t", "T", "T", Period(DAY), parties, clauses, SOURCE)
    actors = {**ACTORS, "DDD": ACTORS["AAA"]}
    known = Rules(VOCABULARY, actors, {TEMPORAL_SCOPE: TEMPORAL}, {"t": treaty}, {}, {})
    asking = [name for name in versions if name.startswith("asked")]
    narrower = [*(("any", name) for name in versions if name != "any"), *pairwise(asking)]
    for broad, narrow in narrower:
        twins = Twins(known, (f"t/{broad}", f"t/{narrow}"))
        with closing(twins):
            assert twins.under({}).relation == "broader", (broad, narrow)
