"""Cascades of small worlds and of history; among them what games that chain lists of allies get wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from alliances import ACTORS, pact
from foedus.cascade import Plan, relevant_clauses, run_cascade
from foedus.conflicts import find_conflicts
from foedus.drawn import EntangledCascadeError, find_drawn_in
from foedus.formula import Test
from foedus.loading.library import Library
from foedus.model import Event, Record, Scenario, Stated
from foedus.run import under

if TYPE_CHECKING:
    from foedus.cascade import Cascade
    from foedus.ground import Rules
    from foedus.model import Treaty
    from foedus.vocabulary import Value

LIBRARY = Library()
EVERYTHING = LIBRARY.everything()
FORCE = Test("act", "is", ("armed-force",))
GRAVE: dict[str, Stated] = {"gravity": Stated("grave")}


def world(*treaties: Treaty) -> Rules:
    return replace(EVERYTHING, treaties={each.treaty: each for each in treaties}, actors=ACTORS)


def ally(name: str, *parties: str, one_sided: bool = False) -> Treaty:
    return pact(name, parties, one_sided=one_sided, trigger=FORCE)


def invasion(by: str, against: str, day: int = 1) -> Event:
    name = f"{by}-{against}".lower()
    return Event(name, date(2001, 1, day), Stated("invasion"), Stated(by), Stated(against), facts=GRAVE)


def request(by: str, to: str) -> Event:
    return Event("request", date(2001, 1, 1), Stated("request-for-assistance"), Stated(by), Stated(to))


def cascade(known: Rules, *events: Event, **choices: Value) -> Cascade:
    clauses = tuple(f"{name}/art-1" for name in known.treaties)
    scenario = Scenario("s", "S", "S", clauses, events)
    own: dict[str, Value] = {name.replace("_", "-"): value for name, value in choices.items()}
    return run_cascade(known, scenario, Plan(clauses, own, performs="all"))


def fights(found: Cascade) -> set[str]:
    return {step.performance.id for step in found.steps}


# What games get wrong


def test_allies_do_not_declare_war_on_themselves() -> None:
    found = cascade(world(ally("pact", "AAA", "BBB", "CCC")), invasion("EEE", "AAA"))
    assert fights(found) == {"help-BBB-AAA-EEE", "help-CCC-AAA-EEE"}


def test_a_defensive_pact_with_ones_own_target_is_no_war_on_oneself() -> None:
    """BBB, asking CCC for help, does not by its pact with AAA owe AAA help against that help."""
    known = world(ally("pact", "AAA", "BBB"), ally("other", "BBB", "CCC"))
    found = cascade(known, invasion("AAA", "BBB"), request("BBB", "CCC"))
    assert fights(found) == {"help-CCC-BBB-AAA"}


def test_a_pact_is_not_chained_to_a_fourth_state_that_nobody_attacked_an_ally_of() -> None:
    """DDD is bound to CCC, which helps BBB and is attacked by nobody."""
    found = cascade(world(ally("first", "BBB", "CCC"), ally("second", "CCC", "DDD")), invasion("AAA", "BBB"))
    assert fights(found) == {"help-CCC-BBB-AAA"}


def test_the_attackers_ally_is_not_called_as_if_the_attacker_were_attacked_when_the_victim_asked_for_help() -> None:
    known = world(ally("defence", "BBB", "CCC"), ally("attackers", "AAA", "DDD"))
    asked = request("BBB", "CCC")
    found = cascade(known, invasion("AAA", "BBB"), asked)
    assert fights(found) == {"help-CCC-BBB-AAA"}
    assert "help-as-attack=unless-lawful" in found.stays_out["DDD"].reasons
    chained = cascade(known, invasion("AAA", "BBB"), asked, help_as_attack="force-is-force")
    assert "help-DDD-AAA-CCC" in fights(chained)
    assert "help-as-attack=force-is-force" in chained.drawn_in["DDD"][0].judged.reasons
    assert [step.round for step in chained.drawn_in["DDD"]] == [2]


def test_help_that_is_never_an_attack_ends_every_chain_at_the_first_ally() -> None:
    known = world(ally("defence", "BBB", "CCC"), ally("attackers", "AAA", "DDD"))
    assert fights(cascade(known, invasion("AAA", "BBB"), help_as_attack="never")) == {"help-CCC-BBB-AAA"}


def test_a_members_guarantee_does_not_drag_its_whole_alliance_in() -> None:
    known = world(ally("alliance", "AAA", "BBB", "CCC"), ally("guarantee", "AAA", "DDD", one_sided=True))
    assert fights(cascade(known, invasion("EEE", "DDD"))) == {"help-AAA-DDD-EEE"}
    attacked = cascade(known, invasion("EEE", "AAA"))
    assert fights(attacked) == {"help-BBB-AAA-EEE", "help-CCC-AAA-EEE"}


def test_an_ally_is_called_though_its_friend_was_not_the_first_to_be_attacked() -> None:
    found = cascade(world(ally("pact", "AAA", "BBB")), invasion("EEE", "CCC", 1), invasion("EEE", "BBB", 2))
    assert fights(found) == {"help-AAA-BBB-EEE"}


# Conflicts


def test_an_ally_of_both_sides_is_listed_as_torn() -> None:
    known = world(ally("one", "AAA", "CCC"), ally("other", "BBB", "CCC"))
    found = cascade(known, invasion("AAA", "BBB", 1), invasion("BBB", "AAA", 2))
    assert {"help-CCC-BBB-AAA", "help-CCC-AAA-BBB"} <= fights(found)
    assert {each.kind for each in find_conflicts(found)} == {"both-sides"}


def test_help_against_one_to_whom_non_aggression_is_owed_is_listed() -> None:
    promise = pact("promise", ("AAA", "CCC"), kind="nonaggression", trigger=FORCE)
    found = cascade(world(ally("pact", "BBB", "CCC"), promise), invasion("AAA", "BBB"))
    (conflict,) = find_conflicts(found)
    assert (conflict.kind, conflict.obligor) == ("non-aggression", "CCC")
    assert "VCLT" in conflict.precedence[0]


def test_help_against_one_to_whom_neutrality_is_owed_is_listed() -> None:
    promise = pact("promise", ("AAA", "CCC"), kind="neutrality", trigger=FORCE)
    found = cascade(world(ally("pact", "BBB", "CCC"), promise), invasion("AAA", "BBB", 2), invasion("BBB", "AAA", 1))
    assert {each.kind for each in find_conflicts(found)} == {"neutrality"}


def test_help_that_the_charter_bars_is_listed_with_article_103() -> None:
    scenario = LIBRARY.scenario("2024-kursk")
    found = run_cascade(
        EVERYTHING, scenario, Plan(("rus-prk-2024/art-4",), *under(EVERYTHING.profiles["moscow"], {}, None))
    )
    barred = [each for each in find_conflicts(found) if each.kind == "charter"]
    assert {each.overlay for each in barred} == {"dprk-resolutions"}
    assert "103" in barred[0].precedence[0]


# History


def of_1914(profile: str) -> Cascade:
    scenario = LIBRARY.scenario("1914-italy")
    choices, account = under(EVERYTHING.profiles[profile], {}, None)
    return run_cascade(EVERYTHING, scenario, Plan(relevant_clauses(EVERYTHING, scenario), choices, account))


def test_in_1914_italy_and_romania_stay_out_as_rome_and_bucharest_read() -> None:
    assert "provocation=direct-only" in of_1914("rome-1914").stays_out["ITA"].reasons
    assert "provocation=direct-only" in of_1914("bucharest-1914").stays_out["ROU"].reasons


def test_in_1914_italy_and_romania_are_bound_as_berlin_reads() -> None:
    found = of_1914("berlin-1914")
    assert {"ITA", "ROU"} <= set(found.drawn_in)
    assert "armed-attack=imminent" in found.drawn_in["ITA"][0].judged.reasons


def test_in_1939_britain_and_france_help_poland_and_italys_pact_is_called() -> None:
    scenario = LIBRARY.scenario("1939-poland-germany")
    found = run_cascade(EVERYTHING, scenario, Plan(relevant_clauses(EVERYTHING, scenario)))
    assert {"GBR", "FRA", "ITA"} <= set(found.drawn_in)


# Who performs


def test_only_those_perform_of_whom_the_record_says_so() -> None:
    known = world(ally("pact", "AAA", "BBB", "CCC"))
    scenario = Scenario(
        "s", "S", "S", ("pact/art-1",), (invasion("EEE", "AAA"),), record=Record("r", performed_by=("BBB",))
    )
    assert scenario.record is not None
    found = run_cascade(known, scenario, Plan(scenario.clauses, performs=frozenset(scenario.record.performed_by)))
    assert set(found.drawn_in) == {"BBB"}
    assert [each.finding.case.obligor for each in found.idle] == ["CCC"]


def test_a_space_too_entangled_ends_in_an_error_that_tells_how_far_it_came() -> None:
    scenario = LIBRARY.scenario("1914-italy")
    with pytest.raises(EntangledCascadeError) as raised:
        find_drawn_in(EVERYTHING, scenario, Plan(scenario.clauses), limit=20)
    assert raised.value.round == 1
