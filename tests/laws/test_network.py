"""The laws of the network of a day: it is what the engine would make cases of, neither more nor less."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from foedus.formula import TRUE, All, AnyOf, Choose, Formula, Not, Who
from foedus.ground import TEMPORAL_SCOPE, Facts, Rules, find_situations
from foedus.loading.library import Library
from foedus.model import Actor, Event, Scenario, Stated, Treaty
from foedus.network import Network, find_network
from foedus.run import run
from generated import ACTORS, TEMPORAL, VOCABULARY, accounts, days, scenarios, treaties
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
STRANGER = "ZZZ"


@cache
def shipped() -> Rules:
    known = Library().everything()
    return replace(known, actors={**known.actors, STRANGER: Actor("a State outside all treaties", "state")})


def some_days() -> list[date]:
    """Days from the Dual Alliance to our time, drawn once and for all, and two on which roles are ruled out."""
    rng = random.Random(1914)  # noqa: S311 - a sample, not a secret
    drawn = [date(1879, 1, 1) + timedelta(days=rng.randrange(53_000)) for _ in range(4)]
    return [date(1914, 7, 28), date(1930, 1, 1), *drawn]


def cases_of_attack(known: Rules, clause_id: str, by: str, against: str, on: date) -> set[tuple[str, str, str]]:
    """The cases that an attack makes of a clause which is then in force between the two."""
    act = next(name for name, act in known.vocabulary.acts.items() if act.kind == "conduct")
    event = Event("attack", on, act=Stated(act), by=Stated(by), against=Stated(against))
    found = find_situations(known, Facts(Scenario("attack", "", "", events=(event,))), clause_id)
    return {(clause_id, each.case.obligor, each.case.beneficiary) for each in found
            if each.in_force.status == "in-force"}  # fmt: skip


def keys(network: Network) -> set[tuple[str, str, str]]:
    return {edge.key for edge in network.edges}


@pytest.mark.parametrize("on", some_days(), ids=str)
def test_the_network_is_what_an_attack_by_a_stranger_would_make_cases_of(on: date) -> None:
    """Of non-aggression the obligor itself is the attacker. What the network leaves out is ruled out by the roles."""
    known = shipped()
    cases: set[tuple[str, str, str]] = set()
    for name, treaty in known.treaties.items():
        if not any(period.covers(on) for code in treaty.parties for period in treaty.periods(code)):
            continue
        for clause_name, clause in treaty.clauses.items():
            for victim in treaty.parties:
                attackers = treaty.parties if clause.kind == "nonaggression" else [STRANGER]
                for attacker in attackers:
                    cases |= cases_of_attack(known, f"{name}/{clause_name}", attacker, victim, on)
    edges = keys(find_network(known, on))
    assert edges <= cases
    left_out = {clause for clause, _, _ in cases - edges}
    # the frontier of Germany alone, and help for Italy from both but for Germany from Italy alone
    assert left_out <= {"locarno-1925/art-2", "locarno-1925/art-4-2", "locarno-1925/art-4-3", "triple-1882/art-2"}


@st.composite
def conditions_of_roles(draw: st.DrawFn) -> Formula:
    """Who may owe to whom, in all the ways in which a scope can say it."""
    names = st.lists(st.sampled_from(["AAA", "BBB", "CCC", "party"]), min_size=1, max_size=2, unique=True).map(tuple)
    whose: st.SearchStrategy[Any] = st.sampled_from(["obligor", "obligor", "beneficiary", "beneficiary", "adversary"])
    several = st.lists(st.builds(Who, whose, names), min_size=1, max_size=3).map(tuple)
    part = several.map(All) | several.map(AnyOf)
    parts = draw(st.lists(part | part.map(Not), min_size=1, max_size=2).map(tuple))
    texts = (("first", parts[0]), ("second", parts[-1]))
    return draw(st.sampled_from([All(parts), AnyOf(parts), Choose("wording", texts)]))


@SOME
@given(treaties(terms=()), conditions_of_roles(), scenarios(), accounts, st.sampled_from(["first", "second"]))
def test_what_the_network_leaves_out_never_arises(
    treaty: Treaty, scope: Formula, scenario: Scenario, account: str | None, wording: str
) -> None:
    """Whatever the facts, the reading and the adversary."""
    clause = treaty.clauses["art-1"]
    version = replace(clause.versions[0], trigger=TRUE, exceptions={}, scope={"roles": scope})
    treaty = replace(treaty, clauses={"art-1": replace(clause, versions=(version,))}, attachments={})
    known = replace(with_treaties(t=treaty), terms={TEMPORAL_SCOPE: TEMPORAL})
    result = run(known, scenario, choices={"t": wording}, account=account)
    starts = {event.id: event.date for event in scenario.events}
    for finding in result.findings["t/art-1"]:
        case, on = finding.case, starts[finding.case.event]
        periods = [treaty.periods(code) for code in (case.obligor, case.beneficiary)]
        is_in_force = all(any(period.covers(on) for period in own) for own in periods)
        if is_in_force and finding.casus != "does-not-arise":
            assert (case.clause, case.obligor, case.beneficiary) in keys(find_network(known, on))


def with_treaties(**named: Treaty) -> Rules:
    return Rules(VOCABULARY, ACTORS, {}, named, {}, {})


@SOME
@given(treaties(), treaties(), days)
def test_the_order_of_treaties_and_parties_changes_no_network(first: Treaty, second: Treaty, on: date) -> None:
    two = {"t": first, "u": replace(second, treaty="u")}
    turned = {
        name: replace(treaty, parties=dict(reversed(treaty.parties.items()))) for name, treaty in reversed(two.items())
    }
    assert find_network(with_treaties(**two), on).edges == find_network(with_treaties(**turned), on).edges


@SOME
@given(treaties(), days, days)
def test_one_day_with_what_is_added_and_without_what_is_lost_is_the_other(
    treaty: Treaty, first: date, second: date
) -> None:
    before, after = (find_network(with_treaties(t=treaty), on) for on in (first, second))
    added, lost = keys(after.without(before)), keys(before.without(after))
    assert (keys(before) | added) - lost == keys(after)
    assert not added & lost
