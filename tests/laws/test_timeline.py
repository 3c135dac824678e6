"""The laws of the timeline: what it finds step by step is what a run finds; each test's name is the law."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from foedus.errors import InputErrors
from foedus.loading import saved
from foedus.run import run
from foedus.timeline import Timeline, in_order, unfold
from generated import accounts, days, readings, rules, scenarios, treaties
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable

    from foedus.ground import Rules
    from foedus.model import Event, Scenario
    from foedus.standing import Standing
    from foedus.timeline import Step
    from foedus.vocabulary import Value

SOME = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
Case = tuple[object, ...]


def taken_in(found: dict[Case, Standing], steps: Iterable[Step]) -> None:
    """Keep for each case where it stands, from what steps tell of changes alone."""
    for step in steps:
        for change in step.changes:
            case = change.finding.case
            for obligor in change.obligors:
                found[case.clause, obligor, case.beneficiary, case.adversary, case.event] = change.after


def ran(known: Rules, scenario: Scenario, choices: dict[str, Value], account: str | None, day: object) -> object:
    result = run(known, scenario, choices=choices, account=account, on=day)  # type: ignore[arg-type]
    return {
        (f.case.clause, f.case.obligor, f.case.beneficiary, f.case.adversary, f.case.event): (f.casus, f.duty)
        for findings in result.findings.values()
        for f in findings
    }


@st.composite
def known_rules(draw: st.DrawFn) -> Rules:
    """Rules whose clause was amended, in some."""
    known = draw(rules())
    if draw(st.booleans()):
        return known
    treaty, day = known.treaties["t"], draw(days)
    clause, later = treaty.clauses["art-1"], draw(treaties()).clauses["art-1"].versions[0]
    versions = (replace(clause.versions[0], until=day), replace(later, from_=day))
    amended = replace(treaty, clauses={"art-1": replace(clause, versions=versions)})
    return replace(known, treaties={"t": amended})


@st.composite
def unfolding(draw: st.DrawFn) -> Scenario:
    """A scenario of several events on few days, some of them ordered within their day."""
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
    known, scenario = data.draw(known_rules()), data.draw(unfolding())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    timeline = Timeline(known, scenario.clauses, choices, account)
    found: dict[Case, Standing] = {}
    seen = {event.date for event in scenario.events} | set(data.draw(st.lists(days, max_size=3)))
    for day in sorted(seen):
        taken_in(found, timeline.pass_to(day))
        for _, told in sorted(in_order([event for event in scenario.events if event.date == day]).items()):
            taken_in(found, [timeline.tell(told)])
        verdicts = {case: (each.casus, each.duty) for case, each in found.items()}
        assert verdicts == ran(known, scenario, choices, account, day)


@SOME
@given(st.data())
def test_a_timeline_interrupted_anywhere_goes_on_as_if_it_had_not_been(data: st.DataObject) -> None:
    known, scenario = data.draw(known_rules()), data.draw(unfolding())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    forget = data.draw(st.none() | st.integers(1, 5))
    told = sorted(scenario.events, key=lambda event: event.date)
    at = data.draw(st.integers(0, len(told)))
    whole = Timeline(known, scenario.clauses, choices, account, forget)
    for event in told[:at]:
        list(whole.pass_to(event.date))
        whole.tell([event])
    resumed = Timeline(known, scenario.clauses, choices, account, forget)
    resumed.restore(json.loads(json.dumps(whole.state())))
    assert resumed.state() == whole.state()
    for event in told[at:]:
        assert list(resumed.pass_to(event.date)) == list(whole.pass_to(event.date))
        assert resumed.tell([event]) == whole.tell([event])


@SOME
@given(st.data())
def test_the_order_in_which_events_of_a_day_are_told_changes_nothing(data: st.DataObject) -> None:
    """One by one in whatever order, or in the steps of a file: every obligation stands in the end where it stands."""
    known, scenario = data.draw(known_rules()), data.draw(unfolding())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    by_steps: dict[Case, Standing] = {}
    taken_in(by_steps, unfold(Timeline(known, scenario.clauses, choices, account), scenario.events))
    shuffled = replace(scenario, events=tuple(data.draw(st.permutations(scenario.events))))
    from_file: dict[Case, Standing] = {}
    taken_in(from_file, unfold(Timeline(known, scenario.clauses, choices, account), shuffled.events))
    assert from_file == by_steps
    live = Timeline(known, scenario.clauses, choices, account)
    one_by_one: dict[Case, Standing] = {}
    waiting = sorted(shuffled.events, key=lambda event: event.date)
    while waiting:
        event = next(each for each in waiting if each.follows not in {other.id for other in waiting})
        event = event if event.date == waiting[0].date else waiting[0]
        waiting.remove(event)
        taken_in(one_by_one, live.pass_to(event.date))
        taken_in(one_by_one, [live.tell([event])])
    assert one_by_one == by_steps


@SOME
@given(st.data())
def test_a_treaty_that_is_asked_too_changes_nothing_for_another(data: st.DataObject) -> None:
    known, scenario = data.draw(known_rules()), data.draw(unfolding())
    other = replace(data.draw(treaties()), treaty="u")
    more = replace(known, treaties={**known.treaties, "u": other})
    choices, account = data.draw(readings(known)), data.draw(accounts)
    alone: dict[Case, Standing] = {}
    taken_in(alone, unfold(Timeline(known, ("t/art-1",), choices, account), scenario.events))
    beside: dict[Case, Standing] = {}
    taken_in(beside, unfold(Timeline(more, ("u/art-1", "t/art-1"), choices, account), scenario.events))
    assert {case: each for case, each in beside.items() if case[0] == "t/art-1"} == alone


@SOME
@given(st.data())
def test_to_forget_what_is_longer_ago_than_the_first_event_changes_nothing(data: st.DataObject) -> None:
    known, scenario = data.draw(known_rules()), data.draw(unfolding())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    kept: list[Step] = list(unfold(Timeline(known, scenario.clauses, choices, account), scenario.events))
    assert list(unfold(Timeline(known, scenario.clauses, choices, account, 10), scenario.events)) == kept


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_state_is_refused_and_the_last_good_one_is_kept(data: st.DataObject) -> None:
    """Cut off anywhere, or any byte changed: never taken for a state, never written over, the one before beside it."""
    known, scenario = data.draw(rules()), data.draw(unfolding())
    asked = {"clauses": list(scenario.clauses), "rules": "these"}
    timeline = Timeline(known, scenario.clauses)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        states = []
        for event in sorted(scenario.events, key=lambda each: each.date):
            list(timeline.pass_to(event.date))
            timeline.tell([event])
            states.append(timeline.state())
            saved.save(path, asked, states[-1])
        assert saved.resume(path, asked) == json.loads(json.dumps(states[-1]))
        raw = path.read_bytes()
        at = data.draw(st.integers(0, len(raw) - 1))
        damaged = raw[:at]
        if data.draw(st.booleans()):
            other = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[at]))
            damaged = raw[:at] + bytes([other]) + raw[at + 1 :]
        path.write_bytes(damaged)
        with pytest.raises(InputErrors):
            saved.resume(path, asked)
        assert path.read_bytes() == damaged
        assert sorted(each.name for each in Path(folder).iterdir()) == ["state", "state.bak"][: len(states)]
        if len(states) > 1:
            assert saved.resume(saved.backup_of(path), asked) == json.loads(json.dumps(states[-2]))
