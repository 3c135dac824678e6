"""Laws of cascades, on generated worlds of alliances."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from alliances import STATES, clauses_of, crises, pact, plan_for, worlds
from foedus.cascade import run_cascade
from foedus.conflicts import find_conflicts
from foedus.drawn import find_drawn_in
from foedus.flips import reading_of
from foedus.run import run
from generated import readings
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from foedus.cascade import Cascade
    from foedus.vocabulary import Value

SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
performers = st.sampled_from(["bound", "all", frozenset({"AAA", "BBB", "CCC"})])


def said(cascade: Cascade) -> set[tuple[object, ...]]:
    """The steps of a cascade, without the order in which they are listed."""
    return {
        (step.round, step.judged.finding.case, str(step.performance), step.chooses, tuple(step.judged.reasons))
        for step in cascade.steps
    }


@SOME
@given(st.data())
def test_a_cascade_ends_with_one_fight_at_most_of_an_obligor_and_an_adversary(data: st.DataObject) -> None:
    known = data.draw(worlds())
    cascade = run_cascade(known, data.draw(crises(known)), plan_for(known, performs="all"))
    fights = [(step.by.value, step.against.value) for step in cascade.scenario.events if step.id.startswith("help-")]
    assert len(fights) == len(set(fights)) <= len(STATES) * (len(STATES) - 1)


@SOME
@given(st.data())
def test_the_order_of_treaties_and_events_changes_no_cascade(data: st.DataObject) -> None:
    """Who performs what, in which round; of several events that would do as grounds the first in the file is named."""
    known = data.draw(worlds())
    scenario = data.draw(crises(known))
    plan = plan_for(known, performs=data.draw(performers), choices=data.draw(readings(known)))
    treaties = dict(data.draw(st.permutations(list(known.treaties.items()))))
    other = replace(known, treaties=treaties)
    shuffled = replace(scenario, events=tuple(data.draw(st.permutations(scenario.events))))
    clauses = tuple(data.draw(st.permutations(plan.clauses)))
    one, two = run_cascade(known, scenario, plan), run_cascade(other, shuffled, replace(plan, clauses=clauses))
    assert {each[:-1] for each in said(one)} == {each[:-1] for each in said(two)}
    in_order = run_cascade(other, scenario, replace(plan, clauses=clauses))
    assert said(one) == said(in_order)


@SOME
@given(st.data())
def test_nobody_is_obliged_against_itself_or_for_and_against_one_without_a_listed_conflict(
    data: st.DataObject,
) -> None:
    known = data.draw(worlds())
    cascade = run_cascade(known, data.draw(crises(known)), plan_for(known, performs="all"))
    helped: dict[str, set[str]] = {}
    fought: dict[str, set[str]] = {}
    for step in cascade.steps:
        case = step.judged.finding.case
        assert case.obligor not in {case.beneficiary, case.adversary}
        helped.setdefault(case.obligor, set()).add(case.beneficiary)
        fought.setdefault(case.obligor, set()).add(str(case.adversary))
    torn = {actor for actor in helped if helped[actor] & fought[actor]}
    listed = {conflict.obligor for conflict in find_conflicts(cascade) if conflict.kind == "both-sides"}
    assert torn <= listed


@SOME
@given(st.data())
def test_if_nobody_performs_the_cascade_is_the_run(data: st.DataObject) -> None:
    known = data.draw(worlds())
    scenario = data.draw(crises(known))
    choices = data.draw(readings(known))
    cascade = run_cascade(known, scenario, plan_for(known, performs="none", choices=choices))
    plain = run(known, scenario, choices=choices)
    assert cascade.scenario == scenario
    for clause, findings in plain.findings.items():
        in_force = {f.case: f for f in findings if f.in_force.status not in {"not-yet", "no-longer", "never"}}
        assert {each.finding.case: each.finding for each in cascade.judged[clause]} == in_force


@SOME
@given(st.data())
def test_an_unrelated_treaty_changes_no_cascade(data: st.DataObject) -> None:
    known = data.draw(worlds())
    scenario = data.draw(crises(known))
    involved = {code for treaty in known.treaties.values() for code in treaty.parties}
    involved |= {str(actor.value) for event in scenario.events for actor in (event.by, event.against)}
    rest = [code for code in STATES if code not in involved]
    assume(rest)
    more = replace(known, treaties={**known.treaties, "unrelated": pact("unrelated", (rest[0], "UNSC"))})
    plan = plan_for(known, performs="all")
    assert said(run_cascade(known, scenario, plan)) == said(
        run_cascade(more, scenario, replace(plan, clauses=clauses_of(more)))
    )


@SOME
@given(st.data())
def test_a_guarantee_to_one_member_is_no_call_on_the_whole_alliance(data: st.DataObject) -> None:
    """The guarantor helps the member; the other members owe the guarantor nothing."""
    known = data.draw(worlds())
    scenario = data.draw(crises(known))
    alliance, guarantee = pact("alliance", ("AAA", "BBB", "CCC")), pact("guarantee", ("DDD", "AAA"), one_sided=True)
    world = replace(known, treaties={"alliance": alliance, "guarantee": guarantee})
    cascade = run_cascade(world, scenario, plan_for(world, performs="all"))
    for step in cascade.steps:
        case = step.judged.finding.case
        assert case.beneficiary in (alliance.parties if case.clause.startswith("alliance") else {"AAA"})
        assert case.beneficiary != "DDD"


@SOME
@given(st.data())
def test_the_share_drawn_in_is_that_of_enumeration_over_cascades(data: st.DataObject) -> None:
    """Reading by reading, and so share by share."""
    known = data.draw(worlds())
    scenario = data.draw(crises(known, most=2))
    plan = plan_for(known, performs=data.draw(performers))
    found = find_drawn_in(known, scenario, plan)
    seen: dict[tuple[tuple[str, Value], ...], set[str]] = {}
    for actor in STATES:
        question = found.get(actor)
        if question is None:
            continue
        sizes = [range(len(variable.values)) for variable in question.variables]
        number = 1
        for size in sizes:
            number *= len(size)
        assume(number <= 200)
        for values in product(*sizes):
            choices = reading_of(question, dict(enumerate(values)))
            key = tuple(sorted(choices.items()))
            if key not in seen:
                seen[key] = set(run_cascade(known, scenario, replace(plan, choices=choices)).drawn_in)
            assert question.holds(values) == (actor in seen[key])
    drawn = {actor for each in seen.values() for actor in each}
    assert drawn <= set(found)
    if not found:
        assert not run_cascade(known, scenario, replace(plan, choices=data.draw(readings(known)))).drawn_in
