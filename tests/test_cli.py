"""The command line as a user meets it."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import subprocess
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from foedus import rete
from foedus.cli import app, main
from foedus.loading.library import Library
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

RUNNER = CliRunner()


def foedus(*arguments: str) -> str:
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def record(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(foedus(*arguments, "--json"))


def test_run_tells_casus_duty_and_why_not_in_words() -> None:
    page = foedus("run", "2024-kursk", "--clause", "rus-prk-2024/art-4", "--profile", "kyiv")
    assert "does not arise" in page
    assert "Charter, article 51 stands in the way" in page
    assert "Russia invades Ukraine" in page


def test_run_names_in_one_line_the_profiles_that_find_otherwise() -> None:
    page = " ".join(foedus("run", "2024-kursk", "--clause", "rus-prk-2024/art-4").split())
    assert "other profiles" in page
    names = next(part for part in page.partition("other profiles")[2].split(";") if part.strip().startswith("arises:"))
    assert {"moscow", "pyongyang"} <= set(names.replace(":", " ").replace(",", " ").split())


def test_run_says_that_a_clause_is_not_yet_in_force_and_when_it_will_be() -> None:
    page = foedus("run", "2024-kursk", "--clause", "rus-prk-2024/art-4", "--profile", "moscow", "--on", "2024-10-31")
    assert "not yet in force; it came into force on 4 December 2024" in page


def test_long_explains_what_does_not_decide_too() -> None:
    short = foedus("run", "2024-kursk", "--profile", "moscow")
    long = foedus("run", "2024-kursk", "--profile", "moscow", "--long")
    assert len(long.splitlines()) > len(short.splitlines())


def test_the_record_of_a_run_has_the_documented_keys() -> None:
    found = record("run", "2024-kursk")
    assert {
        "scenario", "executor", "reading", "account", "findings", "record", "inputs", "profile", "overall", "on",
        "other_profiles", "foedus", "title", "beyond_rete",
    } == set(found)  # fmt: skip
    assert {
        "clause", "obligor", "beneficiary", "adversary", "event", "casus", "duty", "in_force", "grounds", "missing",
        "owed", "waiting_for", "reading",
    } == set(found["findings"][0])  # fmt: skip
    assert found["executor"] == ("rete" if rete.is_available() else "reference")
    assert all(len(sha256) == 64 for sha256 in found["inputs"].values())
    assert "scenarios/historical/2024-kursk.yaml" in found["inputs"]
    assert "rules/treaties/rus-prk-2024.yaml" in found["inputs"]


def test_no_more_is_loaded_than_the_scenario_needs() -> None:
    inputs = record("run", "2024-kursk", "--clause", "rus-prk-2024/art-4")["inputs"]
    assert not [name for name in inputs if name.startswith("rules/treaties/") and "rus-prk-2024" not in name]
    assert [name for name in inputs if name.startswith("scenarios/")] == ["scenarios/historical/2024-kursk.yaml"]


def test_the_account_changes_the_facts_and_none_leaves_them_open() -> None:
    assert record("run", "2024-kursk", "--profile", "moscow")["account"] == "RUS"
    assert record("run", "2024-kursk", "--profile", "moscow", "--account", "UKR")["account"] == "UKR"
    assert record("run", "2024-kursk", "--profile", "moscow", "--account", "none")["account"] is None


def test_define_and_set_change_the_reading() -> None:
    arguments = ["run", "2024-kursk", "--clause", "rus-prk-2024/art-4", "--define", "lawful-self-defence=never"]
    assert record(*arguments)["overall"]["rus-prk-2024/art-4"]["casus"] == "arises"
    grave = record(*arguments, "--set", "armed-attack.gravity_floor=grave")
    assert grave["overall"]["rus-prk-2024/art-4"]["casus"] == "does-not-arise"
    assert grave["findings"][0]["reading"]["armed-attack.gravity_floor"] == "grave"


def test_an_overlay_can_be_switched() -> None:
    found = record("run", "2024-kursk", "--clause", "rus-prk-2024/art-4", "--define", "charter-51=set-aside")
    assert found["overall"]["rus-prk-2024/art-4"]["casus"] == "arises"
    asked = record("run", "2024-kursk", "--profile", "moscow", "--define", "custom-request=applied")
    assert asked["overall"]["rus-prk-2024/art-4"]["duty"] == "dormant"


@pytest.mark.parametrize("executor", ["reference", *(["rete"] if rete.is_available() else [])])
def test_each_executor_can_be_asked_for(executor: str) -> None:
    assert record("run", "2024-kursk", "--executor", executor)["executor"] == executor


def test_a_matrix_has_a_row_for_each_clause_and_a_column_for_each_profile() -> None:
    text = foedus("matrix", "2024-kursk", "--profiles", "moscow,kyiv", "--format", "csv")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["scenario", "clause", "default", "moscow", "kyiv"]
    assert ["2024-kursk", "rus-prk-2024/art-4", "does not arise", "arises", "does not arise"] in rows


def test_a_matrix_can_have_a_column_for_each_definition() -> None:
    found = record("matrix", "2024-kursk", "--define", "state-of-war=*")
    names = [column["name"] for column in found["columns"]]
    assert "state-of-war=declared" in names
    assert len(names) == len(set(names)) >= 6


@pytest.mark.parametrize("form", ["table", "csv", "md", "html"])
def test_a_matrix_comes_in_every_form(form: str, tmp_path: Path) -> None:
    text = foedus("matrix", "2024-kursk", "--format", form)
    assert "2024-kursk" in text
    target = tmp_path / f"matrix.{form}"
    foedus("matrix", "2024-kursk", "--format", form, "--output", str(target))
    assert target.read_text(encoding="utf-8").rstrip("\n") == text.rstrip("\n")


KINDS = [
    "treaties",
    "clauses",
    "terms",
    "definitions",
    "profiles",
    "overlays",
    "scenarios",
    "acts",
    "attributes",
    "actors",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_listed(kind: str) -> None:
    rows = record("list", kind)
    assert rows
    assert all(row["id"] and row["title"] for row in rows)
    assert rows[0]["id"] in foedus("list", kind)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "definitions"])
def test_everything_that_is_listed_can_be_shown(kind: str) -> None:
    for row in record("list", kind)[:40]:
        assert row["id"].split("/")[0] in foedus("show", row["id"])
        assert record("show", row["id"])["id"] == row["id"]


def test_a_term_shows_its_definitions_with_their_sources() -> None:
    page = foedus("show", "armed-attack")
    assert "armed-attack=nicaragua" in page
    assert "Nicaragua v. United States" in " ".join(page.split())
    assert "holds when" in page
    assert "armed-attack=any-force" not in foedus("show", "armed-attack=nicaragua")


def test_uncertainty_is_shown() -> None:
    assert "not certain" in foedus("show", "csto-1992")


def test_the_library_checks_out_and_meets_its_expectations() -> None:
    assert "no problem found" in foedus("check")
    assert "0 not met" in foedus("test", "2024-kursk")


def test_an_expectation_that_is_not_met_ends_in_exit_code_1(tmp_path: Path) -> None:
    text = scenario_text("expect-wrong").replace(
        "expect: []", "expect:\n  - {clause: rus-prk-2024/art-4, casus: does-not-arise}"
    )
    text = (
        text.replace("rus-prk-2024/art-4", "ussr-prk-1961/art-1")
        .replace("2026-05", "1970-05")
        .replace("[RUS]", "[SUN]")
    )
    file = tmp_path / "expect-wrong.yaml"
    file.write_text(text.replace("against: RUS", "against: SUN"), encoding="utf-8")
    result = RUNNER.invoke(app, ["test", str(file)])
    assert result.exit_code == 1, result.output
    assert "expected does-not-arise, found casus" in result.output


def test_coverage_tells_what_the_expectations_come_to() -> None:
    found = record("test", "hypo-two-adversaries", "--coverage")["coverage"]
    never = {item["id"]: item["file"] for item in found["never_met"]}
    assert found["shares"]["clauses"]["met"] == 3
    assert never["nato-1949/art-5"] == "rules/treaties/nato-1949.yaml"
    assert never["state-of-war=declared"] == "rules/terms/state-of-war.yaml"
    met = {
        "usa-kor-1953/art-3",
        "state-of-war=material",
        "state-of-war=resulting",
        "lawful-self-defence=adversary-says",
    }
    assert met.isdisjoint(never)
    assert 'rus-prk-2024/art-4: scope persons: {"adversary": "state"}' not in never
    assert "domestic-law: step approval: " in " ".join(never)
    text = foedus("test", "hypo-two-adversaries", "--coverage")
    assert f"3 of {found['shares']['clauses']['of']} clauses met" in text


def test_a_test_without_expectations_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "nothing.yaml").write_text(scenario_text("nothing"), encoding="utf-8")
    assert command("test", "nothing.yaml", cwd=tmp_path).returncode == 2


def scenario_text(name: str) -> str:
    from foedus.loading.skeletons import skeleton

    return skeleton("scenario", name)[1]


def command(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "foedus", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_skeleton_of_a_scenario_runs_as_it_is(tmp_path: Path) -> None:
    assert command("new", "scenario", "my-attack", cwd=tmp_path).returncode == 0
    result = command("run", "my-attack.yaml", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "casus foederis" in result.stdout
    again = command("new", "scenario", "my-attack", cwd=tmp_path)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_skeletons_of_rules_are_used_with_rules(tmp_path: Path) -> None:
    for kind, folder in (("treaty", "treaties"), ("definition", "terms")):
        (tmp_path / "mine" / folder).mkdir(parents=True)
        target = f"mine/{folder}/my-{kind}.yaml"
        assert command("new", kind, f"my-{kind}", "--output", target, cwd=tmp_path).returncode == 0
    result = command("check", "--rules", "mine", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    shown = command("show", "my-treaty/art-1", "--rules", "mine", cwd=tmp_path)
    assert "A–B 2026" in shown.stdout or "Treaty of mutual assistance" in shown.stdout


def test_a_copy_of_the_library_can_be_edited_and_used(tmp_path: Path) -> None:
    assert command("init", "mine", cwd=tmp_path).returncode == 0
    term = tmp_path / "mine" / "rules" / "terms" / "lawful-self-defence.yaml"
    term.write_text(
        term.read_text(encoding="utf-8").replace("default: prior-armed-attack", "default: never"), encoding="utf-8"
    )
    arguments = ("run", "2024-kursk", "--clause", "rus-prk-2024/art-4", "--json")
    before = json.loads(command(*arguments, cwd=tmp_path).stdout)
    after = json.loads(command(*arguments, "--rules", "mine", cwd=tmp_path).stdout)
    assert before["overall"]["rus-prk-2024/art-4"]["casus"] == "does-not-arise"
    assert after["overall"]["rus-prk-2024/art-4"]["casus"] == "arises"
    assert command("init", "mine", cwd=tmp_path).returncode == 2


def test_a_new_act_and_attribute_need_no_program(tmp_path: Path) -> None:
    (tmp_path / "mine" / "terms").mkdir(parents=True)
    (tmp_path / "mine" / "vocabulary.yaml").write_text(
        "vocabulary: mine\nacts:\n  laser: {title: use of a laser, kind: conduct}\n"
        "attributes:\n  heat: {type: scale, question: How hot?, values: {warm: warm, hot: hot}}\n",
        encoding="utf-8",
    )
    (tmp_path / "mine" / "terms" / "armed-attack.yaml").write_text(
        "term: armed-attack\ntitle: armed attack\nquestion: Is it?\ndefault: by-heat\ndefinitions:\n"
        "  by-heat: {title: hot enough, source: {title: mine}, holds_when: {act: laser, heat: {at_least: hot}}}\n",
        encoding="utf-8",
    )
    (tmp_path / "laser.yaml").write_text(
        "scenario: laser\ntitle: t\nsummary: s\nclauses: [usa-kor-1953/art-3]\nevents:\n"
        "  - {id: e, date: 2027-01-01, act: laser, by: PRK, against: KOR, heat: hot, place: home-territory}\n",
        encoding="utf-8",
    )
    arguments = ("run", "laser.yaml", "--rules", "mine", "--define", "armed-attack=by-heat", "--json")
    result = command(*arguments, cwd=tmp_path)
    assert "heat: hot" in result.stdout, result.stderr


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_lines_fit_the_width(columns: str, tmp_path: Path) -> None:
    result = command("run", "2024-kursk", "--long", cwd=tmp_path, COLUMNS=columns)
    assert result.returncode == 0
    assert max(map(len, result.stdout.splitlines())) <= max(int(columns), 60)


def test_a_scenario_can_extend_another_and_change_one_fact(tmp_path: Path) -> None:
    (tmp_path / "milder.yaml").write_text(
        "scenario: milder\ntitle: t\nsummary: s\nextends: 2024-kursk\nchange: {incursion: {gravity: minor}}\n",
        encoding="utf-8",
    )
    arguments = ("--clause", "rus-prk-2024/art-4", "--define", "charter-51=set-aside", "--json")
    graver = json.loads(command("run", "2024-kursk", *arguments, cwd=tmp_path).stdout)
    milder = json.loads(command("run", "milder.yaml", *arguments, cwd=tmp_path).stdout)
    assert graver["overall"]["rus-prk-2024/art-4"]["casus"] == "arises"
    assert milder["overall"]["rus-prk-2024/art-4"]["casus"] == "does-not-arise"
    text = (tmp_path / "milder.yaml").read_text(encoding="utf-8")
    for wrong, message in (
        (text.replace("incursion:", "incurson:"), "milder.yaml:5:10: unknown event `incurson`"),
        (text.replace("2024-kursk", "2024-kurks"), "milder.yaml:4:10: unknown scenario `2024-kurks`"),
        (text.replace("2024-kursk", "milder"), "milder.yaml:4:10: scenarios extend each other in a circle"),
        (text.replace("minor", "miner"), "`gravity` has no value `miner`"),
    ):
        (tmp_path / "milder.yaml").write_text(wrong, encoding="utf-8")
        result = command("run", "milder.yaml", cwd=tmp_path)
        assert result.returncode == 2
        assert message in result.stderr


def test_the_library_is_searched_by_party_date_and_tag() -> None:
    ids = {row["id"] for row in record("list", "treaties", "--party", "RUE", "--in-force", "1914-07-28")}
    assert "fra-rue-1894" in ids
    assert "rus-prk-2024" not in ids
    assert all("ladder" in row["tags"] for row in record("list", "scenarios", "--tag", "ladder"))
    assert record("list", "scenarios", "--party", "PRK")


def test_pairs_and_the_backtest_come_as_json() -> None:
    pairs = record("pairs")["pairs"]
    assert all(len(pair["cases"]) > 1 for pair in pairs)
    trials = record("backtest")["trials"]
    assert trials
    assert all(trial["agrees"] == (trial["held"] == trial["found"]) for trial in trials)
    assert command_fails("pairs", "pair-nothing")


def command_fails(*arguments: str) -> bool:
    return RUNNER.invoke(app, arguments).exit_code != 0


def test_a_definition_can_be_added_to_a_shipped_term(tmp_path: Path) -> None:
    (tmp_path / "mine" / "terms").mkdir(parents=True)
    (tmp_path / "mine" / "terms" / "state-of-war.yaml").write_text(
        "term: state-of-war\ndefinitions:\n  mine: {title: always, source: {title: mine}, holds_when: true}\n",
        encoding="utf-8",
    )
    result = command("show", "state-of-war", "--rules", "mine", cwd=tmp_path)
    assert "state-of-war=mine" in result.stdout, result.stderr
    assert "state-of-war=declared" in result.stdout
    assert "\nmaterial*" in result.stdout
    assert "Is the party thereby in a state of war?" in result.stdout


def test_a_pipe_gets_no_colour_and_an_old_terminal_no_unicode(tmp_path: Path) -> None:
    result = command("run", "2024-kursk", cwd=tmp_path)
    assert "\x1b" not in result.stdout
    old = command("run", "2024-kursk", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert old.returncode == 0, old.stderr
    assert old.stdout.isascii()


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    line = f"{sys.executable} -m foedus run 2024-kursk --long | head -1"
    result = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)  # noqa: S607
    assert "Traceback" not in result.stderr


def test_names_are_completed_by_the_shell(tmp_path: Path) -> None:
    result = command(cwd=tmp_path, _FOEDUS_COMPLETE="complete_bash", COMP_WORDS="foedus run 2024-k", COMP_CWORD="2")
    assert "2024-kursk" in result.stdout


def test_the_version_is_told() -> None:
    assert foedus("--version").startswith("foedus ")


# Over all readings


def test_readings_tells_share_counts_and_the_word_that_carries_most() -> None:
    page = foedus("readings", "2024-kursk")
    assert "contested" in page
    assert "state-of-war" in page
    assert "no probability" in page
    found = record("readings", "2024-kursk")
    exact = [Fraction(share["exact"]) for share in found["shares"].values()]
    assert sum(exact) == 1
    assert sum(Fraction(each["settling"]["exact"]) for each in found["influence"]) == 1
    assert found["influence"][0]["name"] == "state-of-war"


def test_readings_can_be_restricted_and_weighted(tmp_path: Path) -> None:
    every = record("readings", "2024-kursk")
    early = record("readings", "2024-kursk", "--admissible", "1961")
    assert sum(early["counts"].values()) < sum(every["counts"].values())
    court = record("readings", "2024-kursk", "--argued-by", "ICJ")
    assert sum(court["counts"].values()) < sum(every["counts"].values())
    weights = tmp_path / "weights.yaml"
    weights.write_text("state-of-war: {declared: 3, material: 1}\n", encoding="utf-8")
    weighted = record("readings", "2024-kursk", "--weights", str(weights))
    assert weighted["measure"].startswith("weighted")
    sides = next(each for each in weighted["influence"] if each["name"] == "state-of-war")["sides"]
    assert {side["value"] for side in sides} >= {"declared", "material"}


def test_wrong_weights_are_located(tmp_path: Path) -> None:
    (tmp_path / "weights.yaml").write_text("state-of-war: {declred: 3, material: half}\nwar: {}\n", encoding="utf-8")
    result = command("readings", "2024-kursk", "--weights", "weights.yaml", cwd=tmp_path)
    assert result.returncode == 2
    assert "weights.yaml:1:16: unknown definition `declred`" in result.stderr
    assert "did you mean `declared`?" in result.stderr
    assert "`half` is no weight" in result.stderr
    assert "unknown term `war`" in result.stderr


def test_residual_prints_the_question_that_remains() -> None:
    page = foedus("residual", "2024-kursk")
    assert "temporal-scope:" in page
    assert "begun-in-force: no" in page
    settled = foedus("residual", "2024-kursk", "--define", "temporal-scope=begun-in-force")
    assert "does not arise, whatever is chosen" in settled
    assert "by" in json.dumps(record("residual", "2024-kursk")["residual"])


def test_a_flip_does_what_it_says() -> None:
    found = record("flip", "2024-kursk", "--profile", "kyiv")
    assert found["now"] == "does-not-arise"
    assert found["of_reading"]["fewest"] == 1
    for (change,) in found["of_reading"]["ways"]:
        if change["kind"] in {"term", "overlay"}:
            arguments = ["--profile", "kyiv", "--define", f"{change['name']}={change['to']}"]
            again = record("run", "2024-kursk", "--clause", "rus-prk-2024/art-4", *arguments)
            assert again["overall"]["rus-prk-2024/art-4"]["casus"] == "arises"


def test_a_dispute_is_mapped_to_the_smallest_set_of_points() -> None:
    found = record("dispute", "2024-kursk", "--between", "RUS,UKR")
    assert found["first_would_adopt"] == [["lawful-self-defence"]]
    assert found["second_would_adopt"] == [["lawful-self-defence"]]
    assert "lawful-self-defence" in foedus("dispute", "2024-kursk", "--between", "moscow,kyiv")


def test_a_graver_attack_never_loses_a_reading_in_kursk() -> None:
    steps = record("sweep", "2024-kursk", "--vary", "gravity")["steps"]
    shares = [Fraction(step["shares"]["arises"]["exact"]) for step in steps]
    assert shares == sorted(shares)
    assert [step["value"] for step in steps] == ["none", "minor", "limited", "serious", "grave"]
    assert "declared" not in foedus("sweep", "2024-kursk", "--vary", "armed-attack.gravity_floor")


def test_a_comparison_writes_scenarios_that_show_it(tmp_path: Path) -> None:
    found = record("compare", "ussr-prk-1961/art-1", "rus-prk-2024/art-4", "--witness", str(tmp_path))
    assert found["relations"]["default reading"] == "broader"
    assert "only-first" in found["witnesses"]
    assert "only-second" not in found["witnesses"]
    for name, clause, casus in (
        ("only-first", "ussr-prk-1961/art-1", "arises"),
        ("only-first-twin", "rus-prk-2024/art-4", "does-not-arise"),
    ):
        assert record("run", str(tmp_path / f"{name}.yaml"))["overall"][clause]["casus"] == casus


def test_witnesses_both_ways_show_two_clauses_incomparable(tmp_path: Path) -> None:
    first, second = "rus-prk-2024/art-4", "nato-1949/art-5"
    found = record("compare", first, second, "--witness", str(tmp_path))
    assert found["relations"]["default reading"] == "incomparable"
    for name, only, other in (("only-first", first, second), ("only-second", second, first)):
        assert record("run", str(tmp_path / f"{name}.yaml"))["overall"][only]["casus"] == "arises"
        assert record("run", str(tmp_path / f"{name}-twin.yaml"))["overall"][other]["casus"] == "does-not-arise"


def test_a_clause_is_as_broad_as_itself() -> None:
    found = record("compare", "usa-kor-1953/art-3", "usa-kor-1953/art-3", "--profile", "icj")
    assert set(found["relations"].values()) == {"equivalent"}


PAIRS = [
    ("ussr-prk-1961/art-1", "chn-prk-1961/art-2"),
    ("rus-prk-2024/announced-summary", "rus-prk-2024/art-4"),
    ("ussr-chn-1950/art-1", "ussr-prk-1961/art-1"),
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_what_holds_for_all_readings_holds_under_each_profile(first: str, second: str, tmp_path: Path) -> None:
    """But where the two have defaults of their own, which are two readings at once."""
    found = record("compare", first, second, "--witness", str(tmp_path))
    relations = found["relations"]
    whole = relations.pop("all readings")
    profiles = Library().everything().profiles
    spoken = {name: {*profiles[name].reading} if name in profiles else set() for name in relations}
    relations = {name: each for name, each in relations.items() if {*found["own_defaults"]} <= spoken[name]}
    allowed = {
        "equivalent": {"equivalent"},
        "broader": {"broader", "equivalent"},
        "narrower": {"narrower", "equivalent"},
        "incomparable": {"broader", "narrower", "equivalent", "incomparable"},
    }
    assert set(relations.values()) <= allowed[whole]
    shown = list(tmp_path.glob("*-all-readings.yaml"))
    assert len(shown) == {"equivalent": 0, "incomparable": 4}.get(whole, 2)
    assert "0 not met" in foedus("test", *map(str, shown)) if shown else True


def test_striking_out_a_word_of_a_conjunction_never_lowers_the_share() -> None:
    effects = record("redraft", "rus-prk-2024/art-4", "--drop", "state-of-war")["effects"]
    assert effects
    assert all(Fraction(e["share_after"]["exact"]) >= Fraction(e["share_before"]["exact"]) for e in effects)
    added = record("redraft", "rus-prk-2024/art-4", "--add", "{gravity: {at_least: grave}}", "--scenario", "2024-kursk")
    assert added["effects"][0]["share_after"]["about"] == 0


@pytest.mark.parametrize("arguments", [["--drop", "agression"], ["--add", "{gravty: grave}"], ["--add", "[a"], []])
def test_a_wrong_redraft_is_answered(arguments: list[str], tmp_path: Path) -> None:
    result = command("redraft", "rus-prk-2024/art-4", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert result.stderr


DRAWN = {
    "readings": ["2024-kursk"],
    "sweep": ["2024-kursk", "--vary", "gravity"],
    "matrix": ["2024-kursk", "--profiles", "moscow,kyiv"],
    "timeline": ["1914-italy"],
    "cascade": ["1914-italy"],
    "network": ["--on", "1914-07-28"],
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("form", ["svg", "png", "pdf", "html"])
def test_pictures_are_made(name: str, form: str, tmp_path: Path) -> None:
    target = tmp_path / f"picture.{form}"
    foedus(name, *DRAWN[name], "--plot", str(target))
    assert target.stat().st_size > 5000
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!doctype html>"}[form]
    assert target.read_bytes().startswith(start)
    if form == "svg":
        assert ET.fromstring(target.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314 - our own text


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_that_cannot_be_made_is_named_with_those_that_can(name: str, tmp_path: Path) -> None:
    result = command(name, *DRAWN[name], "--plot", "x.gif", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == (
        "`x.gif` is no picture that can be made\n  hint: a name that ends in .svg, .png, .pdf or .html\n"
    )
    assert result.stdout == ""


@pytest.mark.parametrize("name", DRAWN)
def test_without_matplotlib_it_is_said_what_pictures_need(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in [each for each in sys.modules if each.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(sys, "argv", ["foedus", name, *DRAWN[name], "--plot", str(tmp_path / "x.svg")])
    with pytest.raises(SystemExit) as end:
        main()
    gc.enable()  # `main` leaves it off
    assert end.value.code == 2
    said = capsys.readouterr()
    assert (
        said.err
        == "pictures need matplotlib, which is not installed\n  hint: pip install '.[plot]' in the folder of foedus\n"
    )
    assert said.out == ""


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for option in ("--plot", "--output"):
        result = command("matrix", "2024-kursk", "--profiles", "icj", option, "no/where.svg", cwd=tmp_path)
        assert result.returncode == 2
        assert result.stderr == "no/where.svg: cannot be written: no such file or directory\n"


def test_a_weighted_picture_says_so(tmp_path: Path) -> None:
    weights = tmp_path / "weights.yaml"
    weights.write_text("state-of-war: {declared: 2, material: 1}\n", encoding="utf-8")
    said = []
    for name, arguments in (("plain.html", []), ("weighted.html", ["--weights", str(weights)])):
        with mpl.rc_context({"svg.fonttype": "none"}):  # text that can be looked for
            foedus("readings", "2024-kursk", *arguments, "--plot", str(tmp_path / name))
        said.append("weighted share" in (tmp_path / name).read_text(encoding="utf-8"))
    assert said == [False, True]


def test_a_treaty_shows_what_it_says_of_other_obligations() -> None:
    assert "precedence" in foedus("show", "covenant-1919")
    assert "abrogates all obligations among Members" in " ".join(foedus("show", "covenant-1919").split())
    assert "precedence" not in foedus("show", "dual-1879")


def test_a_duty_shows_the_days_that_its_text_names() -> None:
    assert "automatically, within 15 days of the case" in " ".join(foedus("show", "fra-pol-1939").split())


def test_a_scenario_shows_who_performed() -> None:
    assert "performed by PRK" in " ".join(foedus("show", "2024-kursk").split())


@pytest.mark.parametrize(
    "asked", [("cascade", "1914-italy"), ("matrix", "2024-kursk"), ("network", "--on", "1914-07-28")]
)
def test_what_is_printed_for_a_program_can_be_written_to_a_file(asked: tuple[str, ...], tmp_path: Path) -> None:
    target = tmp_path / "record.json"
    assert foedus(*asked, "--json", "--output", str(target)) == ""
    assert json.loads(target.read_text(encoding="utf-8")) == json.loads(foedus(*asked, "--json"))
