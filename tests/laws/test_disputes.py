"""The laws of the dispute map: the points named make two positions agree, and no fewer do."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

from foedus.dispute import Dispute, Point, Position, map_dispute
from foedus.model import Event, Scenario, Stated
from foedus.run import overalls
from generated import readings, rules, scenarios
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import CLAUSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from foedus.derivation import Overall
    from foedus.ground import Rules
    from foedus.vocabulary import Value

SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MOST_POINTS = 6


def found(known: Rules, scenario: Scenario, position: Position) -> Overall:
    return overalls(known, scenario, CLAUSE, [(position.choices, position.account)])[0]


def told_by(scenario: Scenario, account: str | None, points: Iterable[Point], teller: str) -> Scenario:
    """The scenario with one more account: an actor's, but for some facts that are told as in the points."""
    taken = {point.name: point.theirs for point in points if point.kind == "fact"}

    def of(event: Event) -> Event:
        def told(name: str, stated: Stated) -> Stated:
            if not stated.disputed:
                return stated
            value = taken.get(f"{event.id}.{name}", stated.according_to(account))
            return Stated(None, {**stated.disputed, teller: value})

        own: dict[str, Any] = {name: told(name, getattr(event, name)) for name in ("act", "by", "against")}
        return replace(event, **own, facts={name: told(name, stated) for name, stated in event.facts.items()})

    return replace(scenario, events=tuple(map(of, scenario.events)))


def adopting(known: Rules, scenario: Scenario, position: Position, other: Position, points: Iterable[Point]) -> Overall:
    """What a position finds with some points of the other's; with a definition come the knobs that it has."""
    points = tuple(points)
    choices: dict[str, Value] = dict(position.choices)
    for point in points:
        if point.kind == "choice":
            names = [point.name]
            if point.name in known.terms:
                knobs = known.terms[point.name].definitions[str(point.theirs)].knobs
                names += [setting.same_as or f"{point.name}.{knob}" for knob, setting in knobs.items()]
            choices = {name: value for name, value in choices.items() if name not in names}
            choices |= {name: value for name, value in other.choices.items() if name in names}
    return found(known, told_by(scenario, position.account, points, "ZZZ"), Position("", choices, "ZZZ"))


@st.composite
def disputes(draw: st.DrawFn) -> tuple[Rules, Scenario, Dispute]:
    known, scenario = draw(rules()), draw(scenarios(2))
    one, other = (Position(name, draw(readings(known)), name) for name in ("AAA", "BBB"))
    dispute = map_dispute(known, scenario, CLAUSE, one, other)
    assume(dispute.findings[0] != dispute.findings[1])
    assume(len(dispute.points) <= MOST_POINTS)
    return known, scenario, dispute


@SOME
@given(disputes())
def test_adopting_a_set_of_points_makes_two_positions_agree_and_no_smaller_set_does(
    drawn: tuple[Rules, Scenario, Dispute],
) -> None:
    """Every smallest set is named, for either of the two; what one adopts is judged anew by the run."""
    known, scenario, dispute = drawn
    assert dispute.findings == tuple(found(known, scenario, each) for each in (dispute.first, dispute.second))
    turned = tuple(replace(point, ours=point.theirs, theirs=point.ours) for point in dispute.points)
    sides = (
        (dispute.first, dispute.second, dispute.points, dispute.findings[1], dispute.by_first),
        (dispute.second, dispute.first, turned, dispute.findings[0], dispute.by_second),
    )
    for position, other, points, wanted, named in sides:
        subsets = chain.from_iterable(combinations(points, size) for size in range(1, len(points) + 1))
        enough = [each for each in subsets if adopting(known, scenario, position, other, each) == wanted]
        smallest = min(map(len, enough), default=0)
        assert set(named) == {each for each in enough if len(each) == smallest}


@SOME
@given(disputes())
def test_who_adopts_all_points_agrees(drawn: tuple[Rules, Scenario, Dispute]) -> None:
    """Whatever keeps two positions apart is among the points."""
    known, scenario, dispute = drawn
    assert adopting(known, scenario, dispute.first, dispute.second, dispute.points) == dispute.findings[1]
    assert dispute.by_first
    assert dispute.by_second
