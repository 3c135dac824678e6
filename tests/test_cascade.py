"""Cascades of small worlds and of history; among them what games that chain lists of allies get wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from alliances import ACTORS, pact
from foedus.cascade import Plan, relevant_clauses, run_cascade
from foedus.cli import app
from foedus.conflicts import find_conflicts, precedence
from foedus.drawn import EntangledCascadeError, find_drawn_in
from foedus.errors import InputErrors
from foedus.formula import Test
from foedus.loading.library import Library
from foedus.model import Event, Record, Scenario, Stated
from foedus.run import under
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

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
    assert "article 30(4)(b)" in conflict.precedence[0]


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
    for named in ("article 103", "article 2(4)", "article 25", "obligation under that treaty"):
        assert named in barred[0].precedence[0]


def test_the_convention_on_the_law_of_treaties_is_said_to_apply_to_no_treaty_of_before_it() -> None:
    def said(*signed: date) -> str:
        one, other = (
            replace(ally(name, "AAA", "BBB"), signed=day) for name, day in zip(("a", "b"), signed, strict=True)
        )
        return precedence(world(one, other), "a/art-1", "b/art-1")[-1]

    older = "does not itself apply to treaties from before 1980, article 4"
    assert older in said(date(1879, 10, 7), date(1882, 5, 20))
    assert older in said(date(1961, 7, 11), date(2024, 6, 19))
    assert older in said(date(1980, 1, 27), date(2024, 6, 19))
    assert older not in said(date(1980, 1, 28), date(2024, 6, 19))
    assert "article 30(3) of the Vienna Convention" in said(date(1980, 1, 28), date(2024, 6, 19))


def test_conflicts_that_differ_only_in_who_owes_are_told_once() -> None:
    found = CliRunner().invoke(app, ["cascade", "hypo-korea-war"])
    told = found.stdout.partition("conflicts of obligations")[2]
    assert told.count("NATO 1949, articles 5 and 6") == 1
    assert "26 others owe help by the words of the treaty, and none once the Charter" in " ".join(told.split())


def test_over_all_readings_a_cascade_is_not_drawn_and_says_so(tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    found = CliRunner().invoke(app, ["cascade", "1914-italy", "--all-readings", "--plot", str(picture)])
    assert isinstance(found.exception, InputErrors)
    assert "neither drawn nor a graph" in str(found.exception)
    assert not picture.exists()


def test_the_treaties_asked_keep_their_order_so_that_a_cascade_is_told_alike_each_time() -> None:
    clauses = [f"{name}/{each}" for name, treaty in EVERYTHING.treaties.items() for each in treaty.clauses]
    assert list(LIBRARY.rules_for(clauses[::-1]).treaties) == list(EVERYTHING.treaties)[::-1]


def test_a_cascade_that_takes_long_tells_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("foedus.report.progress.PATIENCE", 0.0)
    for arguments, what in (((), "round by round"), (("--all-readings",), "over all readings")):
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        app(["cascade", "1914-italy", "--clause", "dual-1879/art-1", *arguments], standalone_mode=False)
        assert what in terminal.getvalue()


def test_a_duty_to_mobilise_is_told_as_such() -> None:
    told = CliRunner().invoke(app, ["cascade", "1914-july", "--clause", "fra-rue-1894/art-2"]).stdout
    assert "France performs its duty (mobilisation) against Austria-Hungary, for Russian Empire" in told


def test_who_performed_on_record_without_a_duty_is_told_with_what_it_did() -> None:
    told = CliRunner().invoke(app, ["cascade", "2024-kursk", "--performs", "recorded"]).stdout
    part = told.partition("performed, without a duty under this reading")[2].partition("stays out")[0]
    assert "North Korea: owes nothing: the casus foederis does not arise" in part
    assert "North Korean troops are reported in Russia" in part
    assert "North Korea: owes nothing" not in told.partition("stays out")[2]
    record = json.loads(CliRunner().invoke(app, ["cascade", "2024-kursk", "--performs", "PRK,IRN", "--json"]).stdout)
    assert record["without_duty"]["PRK"]["did"] == ["deployment"]
    assert record["without_duty"]["IRN"] == {"did": [], "finding": None}
    assert "PRK" not in record["stays_out"]


def test_of_several_who_stay_out_it_is_told_in_the_plural() -> None:
    told = (
        CliRunner()
        .invoke(app, ["cascade", "2024-kursk", "--clause", "csto-1992/art-4", "--clause", "rus-blr-2024/encroachments"])
        .stdout
    )
    assert "Kazakhstan, Kyrgyzstan and Tajikistan: owe nothing: the casus foederis does not arise" in told
    assert "Belarus: owes nothing: the casus foederis does not arise" in told


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


# The command


RUNNER = CliRunner()


def foedus(*arguments: str) -> str:
    result = RUNNER.invoke(app, ["cascade", *arguments], env={"COLUMNS": "100"})
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def problem(*arguments: str) -> str:
    result = RUNNER.invoke(app, ["cascade", *arguments])
    assert isinstance(result.exception, InputErrors)
    return str(result.exception)


ITALY = ("1914-italy", "--clause", "triple-1882/art-3", "--clause", "dual-1879/art-1")


def test_the_page_tells_who_is_drawn_in_by_which_article_and_who_stays_out_on_which_word() -> None:
    page = foedus("1914-italy", "--each-by-own-profile")
    drawn, _, out = page.partition("\nstays out")
    assert "Germany fights Russian Empire, for Austria-Hungary" in drawn
    assert "armed-attack=imminent (profile berlin-1914)" in drawn
    assert "provocation=direct-only (profile rome-1914)" in out


def test_the_record_names_for_each_step_treaty_event_actors_and_reasons() -> None:
    record = json.loads(foedus(*ITALY, "--profile", "berlin-1914", "--json"))
    step = next(each for each in record["steps"] if each["obligor"] == "ITA")
    assert (step["clause"], step["round"], step["armed"]) == ("triple-1882/art-3", 1, True)
    assert "armed-attack=imminent" in step["reasons"]
    assert step["help"] in {each["id"] for each in record["help"]}
    assert record["drawn_in"]["ITA"]["fighting_already"] is False


def test_if_nobody_performs_the_record_has_no_step() -> None:
    record = json.loads(foedus(*ITALY, "--profile", "berlin-1914", "--performs", "none", "--json"))
    assert record["steps"] == record["help"] == []
    assert {each["obligor"] for each in record["not_performed"]} >= {"ITA", "DEU"}


def test_those_to_whom_it_is_left_perform_if_named_and_the_page_says_that_they_choose() -> None:
    asked = ("hypo-narva-ladder", "--clause", "nato-1949/art-5")
    assert "Nobody gives help that a treaty asks for." in foedus(*asked)
    page = foedus(*asked, "--performs", "POL,FRA")
    assert "France and Poland fight Russia, for Estonia, as they choose" in page
    assert "drawn in       France (round 1); Poland (round 1)" in page


def test_as_the_record_has_it_north_korea_performs() -> None:
    asked = ("2024-kursk", "--clause", "rus-prk-2024/art-4", "--profile", "moscow", "--performs", "recorded")
    assert "North Korea fights Ukraine, for Russia" in foedus(*asked)


def test_steps_taken_as_met_turn_those_who_would_owe_into_performers() -> None:
    asked = ("1914-italy", "--clause", "gbr-prt-1661/treaty-of-1373", "--clause", "dual-1879/art-2-2")
    assert "Portugal: would owe, waiting for request" in foedus(*asked)
    assert "Portugal (round 2)" in foedus(*asked, "--assume-steps")


def test_facts_that_are_stated_of_help_are_facts_of_every_help() -> None:
    options = ("--profile", "berlin-1914", "--fact", "gravity=grave", "--as", "declaration-of-war", "--json")
    record = json.loads(foedus(*ITALY, *options))
    assert record["help"]
    for each in record["help"]:
        assert each["facts"]["gravity"] == {"value": "grave"}
        assert each["act"] == {"value": "declaration-of-war"}


def test_the_graph_is_the_same_in_every_format() -> None:
    links = json.loads(foedus(*ITALY, "--format", "json"))["edges"]
    tree = ET.fromstring(foedus(*ITALY, "--format", "graphml"))  # noqa: S314 - our own
    space = "{http://graphml.graphdrawing.org/xmlns}"
    edges = [(edge.get("source"), edge.get("target")) for edge in tree.iter(f"{space}edge")]
    assert edges == [(link["source"], link["target"]) for link in links]
    assert foedus(*ITALY, "--format", "dot").count(" -> ") == len(links)


@pytest.mark.parametrize("form", ["svg", "png", "html"])
def test_a_cascade_can_be_drawn(form: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    target = tmp_path / f"cascade.{form}"
    foedus(*ITALY, "--profile", "berlin-1914", "--plot", str(target))
    assert target.stat().st_size > 1000


def test_over_all_readings_each_has_a_share_and_the_words_that_keep_it_out() -> None:
    page = " ".join(foedus(*ITALY, "--all-readings").split())
    assert "kept out by: triple-1882/article-7-in-the-balkans=applied" in page
    assert "share of listed readings" in page
    record = json.loads(foedus(*ITALY, "--all-readings", "--json"))
    alone = json.loads(RUNNER.invoke(app, ["readings", *ITALY[:3], "--ask", "duty", "--json"]).output)
    assert 0 < Fraction(record["drawn_in"]["ITA"]["share"]["exact"]) < 1
    assert Fraction(record["drawn_in"]["ITA"]["share"]["exact"]) <= Fraction(alone["shares"]["due"]["exact"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fact", "gravity=huge"), "`huge` is no value of `gravity`"),
        (("--fact", "gravty=grave"), "unknown attribute `gravty`"),
        (("--fact", "gravity"), "is not of the shape ATTRIBUTE=VALUE"),
        (("--performs", "XYZ"), "unknown actor `XYZ`"),
        (("--performs", "recorded"), "does not say who performed"),
        (("--each-by-own-profile", "--profile", "moscow"), "leaves nothing to --profile"),
    ],
)
def test_what_is_wrong_with_the_options_is_said(arguments: tuple[str, ...], said: str) -> None:
    assert said in problem("hypo-narva-ladder", *arguments)
