"""The laws of the timeline: what it finds step by step is what a run finds; each test's name is the law."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from foedus.run import run
from foedus.timeline import Timeline, in_order, unfold
from generated import VALUES, accounts, readings, rules, scenarios
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable

    from foedus.ground import Rules
    from foedus.model import Event, Scenario
    from foedus.standing import Standing
    from foedus.timeline import Step
    from foedus.vocabulary import Value

SOME = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
Found = dict[tuple[object, ...], tuple[str, str]]


def taken_in(found: dict[tuple[object, ...], Standing], steps: Iterable[Step]) -> None:
    """Keep for each case where it stands, from what steps tell of changes alone."""
    for step in steps:
        for change in step.changes:
            case = change.finding.case
            for obligor in change.obligors:
                found[case.clause, obligor, case.beneficiary, case.adversary, case.event] = change.after


def verdicts(found: dict[tuple[object, ...], Standing]) -> Found:
    return {case: (each.casus, each.duty) for case, each in found.items()}


def ran(known: Rules, scenario: Scenario, choices: dict[str, Value], account: str | None, day: object) -> Found:
    result = run(known, scenario, choices=choices, account=account, on=day)  # type: ignore[arg-type]
    return {
        (f.case.clause, f.case.obligor, f.case.beneficiary, f.case.adversary, f.case.event): (f.casus, f.duty)
        for findings in result.findings.values()
        for f in findings
    }


@st.composite
def unfolding(draw: st.DrawFn) -> Scenario:
    """A scenario of some more events, on few days, some of them ordered within their day."""
    scenario = draw(scenarios(6))
    events: list[Event] = []
    for event in scenario.events:
        earlier = [each.id for each in events if each.date == event.date]
        follows = draw(st.none() | st.sampled_from(earlier)) if earlier else None
        events.append(replace(event, follows=follows))
    return replace(scenario, events=tuple(events))


@SOME
@given(st.data())
def test_a_timeline_finds_at_each_day_what_a_run_finds_as_seen_on_it(data: st.DataObject) -> None:
    known, scenario = data.draw(rules()), data.draw(unfolding())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    timeline = Timeline(known, scenario.clauses, choices, account)
    found: dict[tuple[object, ...], Standing] = {}
    days = sorted({event.date for event in scenario.events})
    for day in days:
        taken_in(found, timeline.pass_to(day))
        for _, told in sorted(in_order([event for event in scenario.events if event.date == day]).items()):
            taken_in(found, [timeline.tell(told)])
        assert verdicts(found) == ran(known, scenario, choices, account, day)
