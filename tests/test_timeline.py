"""What becomes of a duty over time, on shipped treaties; and the timeline as a user meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from foedus.cli import app
from foedus.loading.library import Library
from foedus.loading.stream import event_of
from foedus.report.timeline import rows_of
from foedus.run import under
from foedus.timeline import Timeline, unfold
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

    from foedus.ground import Rules
    from foedus.timeline import Change

RUNNER = CliRunner()
CLAUSE = "rus-prk-2024/art-4"
RAID = {
    "id": "raid", "date": "2025-01-06", "act": "invasion", "by": "UKR", "against": "RUS", "gravity": "serious",
    "place": "home-territory", "attribution": "state-organ", "perpetrator": "state-forces", "first_use": True,
}  # fmt: skip
FOUND = {
    "id": "found",
    "date": "2025-01-08",
    "act": "determination",
    "by": "PRK",
    "about": "raid",
    "as": "casus-foederis",
}
TROOPS = {"id": "troops", "date": "2025-01-18", "act": "deployment-to-ally", "by": "PRK", "against": "UKR"}


def korean() -> Rules:
    return Library().rules_for([CLAUSE])


def changes(*told: dict[str, Any], rules: Rules | None = None, until: date | None = None) -> list[Change]:
    """What happens to the duty of North Korea to Russia, as Moscow reads it."""
    known = rules or korean()
    choices, account = under(known.profiles["moscow"], {}, None)
    steps = unfold(Timeline(known, (CLAUSE,), choices, account), map(event_of, told), until)
    return [change for step in steps for change in step.changes if change.finding.case.obligor == "PRK"]


def stages(*told: dict[str, Any], rules: Rules | None = None, until: date | None = None) -> list[str]:
    return [change.after.stage for change in changes(*told, rules=rules, until=until)]


def with_version(**fields: Any) -> Rules:  # noqa: ANN401 - fields of a version
    known = korean()
    treaty = known.treaties["rus-prk-2024"]
    clause = treaty.clauses["art-4"]
    version = replace(clause.versions[0], **fields)
    clauses = {**treaty.clauses, "art-4": replace(clause, versions=(version,))}
    return replace(known, treaties={"rus-prk-2024": replace(treaty, clauses=clauses)})


def test_a_duty_falls_due_on_the_determination_that_the_reading_asks_for_and_the_cause_names_it() -> None:
    first, second = changes(RAID, FOUND)
    assert first.before is None
    assert first.after.casus == "does-not-arise"
    assert second.before == first.after
    assert (second.after.stage, second.after.since) == ("due", date(2025, 1, 8))
    [cause] = second.causes
    assert (cause.stage, cause.holds, cause.term, cause.event) == (
        "trigger", True, "state-of-war=obligor-determines", "found",
    )  # fmt: skip


def test_force_by_the_ally_against_the_adversary_performs_the_duty() -> None:
    last = changes(RAID, FOUND, TROOPS)[-1]
    assert (last.after.stage, last.after.by, last.causes[0].event) == ("performed", "troops", "troops")


@pytest.mark.parametrize(
    "other",
    [
        {"date": "2025-01-07"},  # before the duty came
        {"by": "BLR"},  # by another
        {"against": "USA"},  # against another
        {"happened": "unknown"},
        {"act": "assistance", "about": "raid", "against": "unknown", "outcome": "refused"},
    ],
)
def test_what_is_no_performance_leaves_the_duty_due(other: dict[str, Any]) -> None:
    assert stages(RAID, FOUND, {**TROOPS, **other})[-1] == "due"


def test_help_that_the_file_puts_before_the_determination_of_its_day_performs_nothing() -> None:
    same_day = {**TROOPS, "date": "2025-01-08"}
    assert stages(RAID, FOUND, same_day)[-1] == "performed"
    assert stages(RAID, {**FOUND, "follows": "troops"}, same_day)[-1] == "due"


MOBILISED = {"id": "mobilised", "date": "1914-07-31", "act": "mobilisation", "by": "AUH", "against": "RUE"}
ANSWER = {"id": "answer", "date": "1914-08-01", "act": "mobilisation", "by": "FRA", "against": "DEU"}


def to_mobilise(*told: dict[str, Any]) -> list[tuple[str, str | None]]:
    """What happens to the duty of France to mobilise with Russia, and by which event."""
    clause = "fra-rue-1894/art-2"
    steps = unfold(Timeline(Library().rules_for([clause]), (clause,)), map(event_of, told))
    return [(change.after.stage, change.after.by) for step in steps for change in step.changes]


def test_a_duty_to_mobilise_is_performed_by_mobilising_and_not_by_war() -> None:
    war = {**ANSWER, "act": "declaration-of-war", "against": "AUH"}
    assert to_mobilise(MOBILISED, ANSWER) == [("due", None), ("performed", "answer")]
    assert to_mobilise(MOBILISED, war) == [("due", None)]
    assert to_mobilise(MOBILISED, {**ANSWER, "by": "GBR"}) == [("due", None)]


def test_who_has_mobilised_already_need_not_mobilise_again() -> None:
    assert to_mobilise({**ANSWER, "date": "1914-07-30"}, MOBILISED) == [("performed", "answer")]


def test_a_duty_of_sanctions_is_performed_by_these_and_not_by_war() -> None:
    war = {"id": "war", "date": "1935-10-03", "act": "invasion", "by": "ITA", "against": "ETH", "gravity": "grave"}
    finding = {
        "id": "finding", "date": "1935-10-07", "act": "council-determination", "by": "LNC", "against": "ITA",
        "about": "war", "as": "state-of-war",
    }  # fmt: skip
    trade = {"id": "trade", "date": "1935-11-18", "act": "sanctions", "by": ["GBR"], "against": "ITA"}
    clause = "covenant-1919/art-16-1"
    known = Library().rules_for([clause])

    def british(*told: dict[str, Any]) -> tuple[str, str | None]:
        steps = unfold(Timeline(known, (clause,)), map(event_of, told))
        found = [c.after for s in steps for c in s.changes if "GBR" in c.obligors and c.finding.case.event == "war"]
        return found[-1].stage, found[-1].by

    assert british(war, finding)[0] == "due"
    assert british(war, finding, trade) == ("performed", "trade")
    assert british(war, finding, {**trade, "against": "JPN"})[0] == "due"
    assert british(war, finding, {**trade, "act": "declaration-of-war"})[0] == "due"
    assert british(war, finding, {**trade, "act": "assistance", "about": "war"}) == ("performed", "trade")


@pytest.mark.parametrize(
    "happened", [{"disputed": {"RUS": False, "UKR": True}}, {"disputed": {"UKR": True}}, False, "unknown"]
)
def test_what_is_not_known_to_have_happened_neither_performs_nor_releases(happened: object) -> None:
    release = {"id": "release", "date": "2025-01-10", "act": "release-from-assistance", "by": "RUS", "about": "raid"}
    assert stages(RAID, FOUND, {**TROOPS, "happened": happened}) == ["not-due", "due"]
    assert stages(RAID, FOUND, {**release, "happened": happened}) == ["not-due", "due"]
    assert to_mobilise(MOBILISED, {**ANSWER, "happened": happened}) == [("due", None)]


def test_a_bombing_that_only_one_side_tells_of_performs_a_duty_on_its_account_alone() -> None:
    bombing = {
        "id": "nuremberg", "date": "1914-08-02", "act": "bombardment", "by": "FRA", "against": "DEU",
        "happened": {"disputed": {"DEU": True, "FRA": False, "others": False}},
    }  # fmt: skip
    war = {"id": "war", "date": "1914-08-01", "act": "declaration-of-war", "by": "DEU", "against": "RUE"}
    clause = "fra-rue-1894/art-1"
    known = Library().rules_for([clause])
    told = [event_of(war), event_of(bombing)]
    for account, last in ((None, "due"), ("FRA", "due"), ("RUE", "due"), ("DEU", "performed")):
        steps = unfold(Timeline(known, (clause,), {}, account), told)
        assert [c.after.stage for s in steps for c in s.changes if c.finding.case.event == "war"][-1] == last


def test_a_release_ends_the_waiting() -> None:
    release = {"id": "release", "date": "2025-01-10", "act": "release-from-assistance", "by": "RUS", "about": "raid"}
    assert stages(RAID, FOUND, release, TROOPS) == ["not-due", "due", "released"]


def test_the_end_of_the_treaty_ends_a_duty_that_nobody_performed() -> None:
    known = korean()
    treaty = known.treaties["rus-prk-2024"]
    ending = replace(treaty, in_force=replace(treaty.in_force, until=date(2025, 2, 1)),
                     parties={code: replace(party, until=None) for code, party in treaty.parties.items()})  # fmt: skip
    ended = replace(known, treaties={"rus-prk-2024": ending})
    assert stages(RAID, FOUND, rules=ended, until=date(2025, 3, 1)) == ["not-due", "due", "ended"]
    last = changes(RAID, FOUND, rules=ended, until=date(2025, 3, 1))[-1]
    assert (last.after.since, last.causes[0].name) == (date(2025, 2, 1), "no-longer-in-force")


def test_a_duty_counted_in_days_has_a_date_and_is_late_once_it_has_passed() -> None:
    known = with_version(duty=replace(korean().clause(CLAUSE)[1].versions[0].duty, within_days=15))
    due, late = changes(RAID, FOUND, rules=known, until=date(2025, 3, 1))[1:]
    assert (due.after.due_by, due.after.late) == (date(2025, 1, 23), False)
    assert (late.after.stage, late.after.late, late.causes[0].name) == ("due", True, "deadline")
    performed = changes(RAID, FOUND, TROOPS, rules=known, until=date(2025, 3, 1))
    assert [change.after.late for change in performed] == [False, False, False]


def test_a_refused_step_refuses_the_duty() -> None:
    measures = {"id": "measures", "date": "2025-01-09", "act": "domestic-approval", "by": "PRK", "about": RAID["id"],
                "outcome": "refused"}  # fmt: skip
    known = korean()
    choices, account = under(known.profiles["moscow"], {"domestic-law": "applied"}, None)
    timeline = Timeline(known, (CLAUSE,), choices, account)
    told = [event_of(each) for each in (RAID, FOUND, measures)]
    found = [change.after for step in unfold(timeline, told) for change in step.changes]
    assert [each.stage for each in found] == ["not-due", "dormant", "refused"]
    assert found[1].waiting_for == ("domestic-law:approval",)


def test_obligors_of_whom_the_same_is_told_are_told_together() -> None:
    told = RUNNER.invoke(app, ["timeline", "1935-ethiopia", "--clause", "covenant-1919/art-16-1"]).output
    first = told.partition("27 March 1935")[0]
    assert first.count("it happened") == 1
    assert "Argentina, Australia, Belgium and 55 others" in first
    assert "it ended on 13 June 1928" in first  # Brazil had left, and is told apart


def test_an_event_without_a_title_is_told_by_who_did_what_to_whom() -> None:
    told = [json.dumps(RAID), json.dumps(FOUND)]
    result = RUNNER.invoke(
        app, ["timeline", "--live", "--clause", CLAUSE, "--profile", "moscow"], input="\n".join(told)
    )
    assert "invasion, Ukraine against Russia" in result.output
    assert "for: invasion, Ukraine against Russia (6 January 2025)" in result.output
    assert "determination by a party, North Korea" in result.output


def test_who_tells_events_at_a_terminal_is_shown_how(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(""))
    app(["timeline", "--live", "--clause", CLAUSE], standalone_mode=False)
    assert 'one event a line: {"id": "raid"' in capsys.readouterr().err


# The command


def lines(*arguments: str, told: str = "") -> list[dict[str, Any]]:
    result = RUNNER.invoke(app, ["timeline", *arguments, "--json"], input=told)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return [json.loads(line) for line in result.output.splitlines()]


def test_a_timeline_has_a_record_for_each_step_and_treaties_begin_on_their_day() -> None:
    head, *steps = lines("2024-kursk", "--profile", "moscow")
    assert set(head) == {
        "timeline", "foedus", "executor", "clauses", "profile", "reading", "account", "forget", "inputs",
    }  # fmt: skip
    assert [step["date"] for step in steps] == sorted(step["date"] for step in steps)
    begins = [(step["date"], mark["what"]) for step in steps for mark in step["marks"]]
    assert begins == [("2024-12-04", "rus-prk-2024")]
    last = steps[-1]["changes"][0]
    assert (last["before"]["stage"], last["after"]["stage"]) == ("not-due", "due")
    assert set(last) == {"clause", "obligors", "beneficiary", "adversary", "event", "before", "after", "owed", "causes"}


def test_every_treaty_between_the_actors_can_be_asked() -> None:
    head = lines("1914-july-crisis" if "1914-july-crisis" in Library().index["scenario"] else "2024-kursk",
                 "--all-treaties")[0]  # fmt: skip
    assert len({clause.partition("/")[0] for clause in head["clauses"]}) > 1


@pytest.mark.parametrize("form", ["svg", "html", "png"])
def test_a_timeline_can_be_drawn(form: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    target = tmp_path / f"time.{form}"
    lines("2024-kursk", "--profile", "moscow", "--plot", str(target))
    if form == "svg":
        assert ET.fromstring(target.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314 - our own text
    assert target.stat().st_size > 1000


def live(*arguments: str, told: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "from foedus.cli import main; main()"
    call = [sys.executable, "-c", code, "timeline", "--live", "--clause", CLAUSE, "--profile", "moscow", *arguments]
    return subprocess.run(call, cwd=cwd, input=told, capture_output=True, encoding="utf-8", check=False,
                          env={**os.environ, "PYTHONUTF8": "1"})  # fmt: skip


def test_a_byte_order_mark_before_the_first_event_is_no_mistake(tmp_path: Path) -> None:
    result = live(told="\ufeff" + json.dumps(RAID) + "\n", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == live(told=json.dumps(RAID) + "\n", cwd=tmp_path).stdout


def test_a_bad_line_is_located_and_loses_nothing(tmp_path: Path) -> None:
    bad = '{"id": "x", "date": "2025-01-07", "act": "invason", "by": "UKR"}'
    told = "\n".join([json.dumps(RAID), bad, "{", json.dumps({**RAID, "date": "2025-01-07"}), json.dumps(FOUND)])
    result = live(told=told, cwd=tmp_path)
    assert result.returncode == 2
    assert "stdin:2:42: unknown act `invason`" in result.stderr
    assert "stdin:3:" in result.stderr
    assert "stdin:4:1: the event id `raid` stands twice" in result.stderr
    assert "not due → due" in result.stdout


def test_what_was_saved_is_gone_on_from(tmp_path: Path) -> None:
    first = live("--save", "state", told=json.dumps(RAID), cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    second = live("--resume", "state", "--save", "state", told=json.dumps(FOUND), cwd=tmp_path)
    assert "not due → due" in second.stdout
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state", "state.bak"]


def test_a_state_that_does_not_fit_is_refused_and_left_alone(tmp_path: Path) -> None:
    assert live("--save", "state", told=f"{json.dumps(RAID)}\n{json.dumps(FOUND)}", cwd=tmp_path).returncode == 0
    raw = (tmp_path / "state").read_text(encoding="utf-8")
    answers = {
        "cut": (raw[:-40], "the state is damaged: it is not whole"),
        "turned": (raw.replace('"raid"', '"riad"'), "the state is damaged: its checksum does not fit"),
        "foreign": ("{}", "this is no state that `foedus timeline --save` wrote"),
    }
    for name, (text, message) in answers.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / f"{name}.bak").write_text(raw, encoding="utf-8")
        result = live("--resume", name, "--save", name, told=json.dumps(TROOPS), cwd=tmp_path)
        assert result.returncode == 2
        assert f"{name}: {message}" in result.stderr
        assert f"`{name}.bak` is the last good one" in result.stderr
        assert (tmp_path / name).read_text(encoding="utf-8") == text
    other = live("--resume", "state", "--set", "armed-attack.group_floor=minor", told="", cwd=tmp_path)
    assert other.returncode == 2
    again = live("--save", "state", told="", cwd=tmp_path)
    assert again.returncode == 2
    assert "`state` exists already" in again.stderr


def test_forgetting_is_said(tmp_path: Path) -> None:
    told = "\n".join(json.dumps(each) for each in (RAID, {**FOUND, "date": "2025-06-01"}))
    result = live("--forget", "30", told=told, cwd=tmp_path)
    assert "events and cases of more than 30 days ago are forgotten" in result.stdout
    assert "not due → due" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no scenario is named"),
        (["--live"], "no clause is asked"),
        (["2024-kursk", "--resume", "state"], "`--resume` goes on with events that are told"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: list[str], message: str) -> None:
    from foedus.errors import InputErrors

    result = RUNNER.invoke(app, ["timeline", *arguments])
    assert isinstance(result.exception, InputErrors)
    assert message in str(result.exception)


# Actors


def test_each_actor_judges_by_its_own_profile_and_account_and_on_what_they_differ_is_told() -> None:
    result = RUNNER.invoke(app, ["matrix", "2024-kursk", "--by-actor", "--json"])
    found = json.loads(result.output)
    accounts = {column["name"]: column["account"] for column in found["columns"]}
    assert accounts["moscow (RUS)"] == "RUS"
    assert "moscow-1950s (SUN)" not in accounts
    [row] = found["rows"]
    by_name = {column["name"]: cell["casus"] for column, cell in zip(found["columns"], row["findings"], strict=True)}
    assert (by_name["moscow (RUS)"], by_name["kyiv (UKR)"]) == ("arises", "does-not-arise")
    differ = {each["name"]: each for each in row["differ"]}
    sides = {name: side["value"] for side in differ["lawful-self-defence"]["sides"] for name in side["columns"]}
    assert (sides["moscow (RUS)"], sides["kyiv (UKR)"]) == ("obligor-decides", "prior-armed-attack")
    assert {each["kind"] for each in differ.values()} == {"choice"}


def test_of_disputed_facts_those_are_told_on_which_a_finding_of_an_actor_rests() -> None:
    result = RUNNER.invoke(app, ["matrix", "1914-july", "--by-actor", "--clause", "dual-1879/art-1", "--json"])
    [row] = json.loads(result.output)["rows"]
    facts = {each["name"]: each["sides"] for each in row["differ"] if each["kind"] == "fact"}
    assert facts.keys() == {"russian-mobilisation.imminence"}
    sides = {side["value"]: side["columns"] for side in facts["russian-mobilisation.imminence"]}
    assert sides["imminent"] == ["berlin-1914 (DEU)", "AUH"]


def test_a_table_that_is_written_to_a_pipe_has_no_blanks_at_the_end_of_a_line() -> None:
    told = RUNNER.invoke(app, ["matrix", "1914-july", "--by-actor"]).output
    assert [line for line in told.splitlines() if line != line.rstrip()] == []


def test_a_table_too_wide_for_the_terminal_goes_on_in_another_and_breaks_no_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    app(["matrix", "1914-july", "--by-actor"], standalone_mode=False)
    table = terminal.getvalue().partition("they differ on")[0]
    assert max(map(len, table.splitlines())) <= 80
    assert table.count("┏") > 1
    assert table.count("│ gbr-prt-1661/secret-article-1661 │") == table.count("┏")
    assert "bucharest-1914" in table


def test_a_disputant_without_a_profile_has_a_column_of_its_own() -> None:
    from foedus.report.matrix import columns_of_actors

    library = Library()
    scenario = library.scenario("2024-kursk")
    known = library.rules_for([CLAUSE])
    without = replace(known, profiles={name: each for name, each in known.profiles.items() if name != "kyiv"})
    assert "UKR" in [column.name for column in columns_of_actors(without, [scenario])]


def test_a_picture_of_a_timeline_has_no_row_that_never_came_to_anything() -> None:
    library = Library()
    scenario = library.scenario("1914-july")
    timeline = Timeline(library.everything(), scenario.clauses)
    rows = rows_of(timeline, list(unfold(timeline, scenario.events)))
    assert rows
    assert all(any(stage != "not-due" for _, stage in stages) for _, stages in rows)


def test_a_picture_has_one_row_for_an_obligation_that_shows_the_case_that_asks_most() -> None:
    library = Library()
    scenario = library.scenario("1914-july")
    timeline = Timeline(library.everything(), ("fra-rue-1894/art-1", "london-1839/guarantee"))
    steps = list(unfold(timeline, scenario.events))
    rows = dict(rows_of(timeline, steps))
    british = [stage for _, stage in rows["london-1839/guarantee\nUnited Kingdom to Belgium"]]
    assert british == ["not-due", "performed", "due"]  # at war with Germany, and not with Austria-Hungary over Belgium
    days = [steps[index].date for index, _ in rows["fra-rue-1894/art-1\nRussian Empire to France"]]
    assert days == sorted(days)


@pytest.mark.parametrize("command", ["timeline", "cascade"])
def test_the_picture_of_july_1914_fits_a_sheet_of_a3(command: str, tmp_path: Path) -> None:
    target = tmp_path / "picture.svg"
    RUNNER.invoke(app, [command, "1914-july", "--plot", str(target)])
    drawn = ET.fromstring(target.read_text(encoding="utf-8"))  # noqa: S314 - our own text
    width, height = (float(drawn.attrib[name].removesuffix("pt")) / 72 for name in ("width", "height"))
    assert width < 12
    assert height < 16.5
