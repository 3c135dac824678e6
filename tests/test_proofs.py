"""What `foedus check --prove` finds in rules into which one fault has been planted, and what the files may explain.

Each fault is a small treaty or term on top of the shipped rules; the line that is at fault ends in `# planted`.
"""

from __future__ import annotations

import gc
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from foedus.cli import app, main
from typer.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNNER = CliRunner()

TREATY = """\
treaty: planted-2000
title: A treaty made up for a test
short: Planted 2000
signed: 2000-01-01
in_force: {from: 2000-01-01}
parties: {FRA: {}, GBR: {}}
source: {title: made up for a test}
clauses:
"""
TERM = """\
term: planted
title: planted
question: Is it so?
default: first
definitions:
"""
USES_THE_TERM = "    trigger: {term: planted}"
HELP = "    trigger: {act: invasion}"


def clause(name: str, kind: str, *lines: str) -> str:
    head = f"  {name}:\n    title: {kind}\n    article: article\n    kind: {kind}\n"
    return head + "".join(f"{line}\n" for line in lines) + "    duty: {discretion: none}\n"


def definition(name: str, *lines: str) -> str:
    head = f"  {name}:\n    title: {name}\n    source: {{title: made up for a test}}\n"
    return head + "".join(f"{line}\n" for line in lines)


VACUOUS = TREATY + clause(
    "art-1",
    "defense",
    "    trigger: {all: [{act: blockade}, {gravity: grave}, {not: {act: [blockade, invasion]}}]}  # planted",
)
ALWAYS = TREATY + clause(
    "art-1",
    "defense",
    "    trigger: {any: [{act: armed-force}, {not: {act: [invasion, occupation]}}]}  # planted",
)
REDUNDANT = TREATY + clause(
    "art-1",
    "defense",
    "    trigger:",
    "      all:",
    "        - {act: [invasion, blockade]}",
    "        - {gravity: {at_least: serious}}",
    "        - {gravity: [limited, serious, grave]}  # planted",
)
SHADOWED = TREATY + clause(
    "art-1",
    "defense",
    "    trigger:",
    "      any:",
    "        - {act: [invasion, blockade]}",
    "        - {act: blockade, gravity: grave}  # planted",
)
CONTRADICTORY = (
    TREATY
    + clause("art-1", "defense", "    trigger: {act: [invasion, bombardment]}  # planted")
    + clause("art-2", "neutrality", "    trigger: {act: [invasion, blockade]}")
)
ASYMMETRIC = TREATY + clause(
    "art-1",
    "defense",
    "    trigger: {any: [{act: invasion}, {act: blockade, against: FRA}]}  # planted",
)
HOST = TREATY + clause("art-1", "defense", USES_THE_TERM)
EQUIVALENT = (
    TERM
    + definition("first", "    holds_when: {all: [{act: invasion}, {gravity: {at_least: serious}}]}")
    + definition("second", "    holds_when: {all: [{gravity: [serious, grave]}, {act: invasion}]}").replace(
        "title: second", "title: second  # planted"
    )
)
NOT_BROADER = (
    TERM
    + definition("first", "    holds_when: {act: [invasion, blockade], gravity: grave}")
    + definition("second", "    holds_when: {act: invasion}")
    + "broader_than:\n  - [first, second]  # planted\n"
)
NOT_EXCLUSIVE = (
    TERM
    + definition("first", "    holds_when: {act: [invasion, blockade]}")
    + definition("second", "    holds_when: {act: [blockade, bombardment]}")
    + "excludes:\n  - [first, second]  # planted\n"
)
IDLE = TERM + definition(
    "first",
    "    holds_when: {all: [{gravity: {at_least: serious}}, {gravity: {at_least: $floor}}]}",
    "    knobs:",
    "      floor:",
    "        {attribute: gravity, values: [limited, serious, grave], default: grave, question: How?}  # planted",
)
UNREAD = """\
vocabulary: planted
acts: {}
attributes:
  weather: {type: choice, question: What was the weather?, values: {fair: fair, foul: foul}}  # planted
"""
FAULTS: dict[str, dict[str, str]] = {
    "vacuous": {"treaties/planted-2000.yaml": VACUOUS},
    "always": {"treaties/planted-2000.yaml": ALWAYS},
    "redundant": {"treaties/planted-2000.yaml": REDUNDANT},
    "shadowed": {"treaties/planted-2000.yaml": SHADOWED},
    "contradictory": {"treaties/planted-2000.yaml": CONTRADICTORY},
    "asymmetric": {"treaties/planted-2000.yaml": ASYMMETRIC},
    "equivalent": {"terms/planted.yaml": EQUIVALENT, "treaties/planted-2000.yaml": HOST},
    "not-broader": {"terms/planted.yaml": NOT_BROADER, "treaties/planted-2000.yaml": HOST},
    "not-exclusive": {"terms/planted.yaml": NOT_EXCLUSIVE, "treaties/planted-2000.yaml": HOST},
    "idle": {"terms/planted.yaml": IDLE, "treaties/planted-2000.yaml": HOST},
    "unread": {"vocabulary.yaml": UNREAD},
}


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def proved(folder: Path, file: str, *options: str, code: int) -> str:
    """What is printed of one file on top of the shipped rules."""
    arguments = ["check", "--prove", str(folder / file), "--rules", str(folder), *options]
    result = RUNNER.invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def record(folder: Path, file: str, *options: str, code: int) -> list[dict[str, Any]]:
    """The faults found."""
    found = json.loads(proved(folder, file, "--json", *options, code=code))["properties"]
    return [each for each in found if each["is_fault"]]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_found_where_it_was_planted_and_shown(kind: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "rules", FAULTS[kind])
    planted = next(name for name, text in FAULTS[kind].items() if "# planted" in text)
    lines = FAULTS[kind][planted].splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.endswith("# planted"))

    (fault,) = record(folder, planted, "--witness", str(tmp_path / "shown"), code=1)
    assert (fault["kind"], fault["path"], fault["line"]) == (kind, str(folder / planted), line)
    shown = sorted((tmp_path / "shown").glob(f"{kind}-*.yaml"), key=lambda path: path.stem)
    assert [path.read_text(encoding="utf-8") for path in shown] == fault["scenarios"]
    assert shown
    tested = RUNNER.invoke(app, ["test", *map(str, shown), "--rules", str(folder)])
    assert tested.exit_code == 0, tested.output


def test_the_page_says_kind_place_and_where_it_is_shown(tmp_path: Path) -> None:
    folder = written(tmp_path / "rules", FAULTS["equivalent"])
    page = proved(folder, "terms/planted.yaml", "--witness", str(tmp_path / "shown"), code=1)
    assert "equivalent: two definitions are the same" in page
    assert f"{folder}/terms/planted.yaml:11:5: `planted`: the definitions `first` and `second` are equivalent" in page
    assert f"shown by {tmp_path / 'shown' / 'equivalent-1.yaml'}" in page
    assert "proved for all facts and all readings: 2 definitions\n1 fault; " in page


def test_a_vacuous_clause_comes_with_the_conditions_that_exclude_each_other(tmp_path: Path) -> None:
    folder = written(tmp_path, FAULTS["vacuous"])
    (fault,) = record(folder, "treaties/planted-2000.yaml", code=1)
    # gravity is no part of it
    assert fault["core"] == ["the condition on `act` in the trigger"] * 2


@pytest.mark.parametrize("kind", ["vacuous", "equivalent"])
def test_what_the_file_explains_is_no_fault(kind: str, tmp_path: Path) -> None:
    reason = "properties: {KIND: the treaty itself says so}".replace("KIND", kind)
    planted = "treaties/planted-2000.yaml" if kind == "vacuous" else "terms/planted.yaml"
    text = FAULTS[kind][planted]
    explained = text.replace("    duty:", f"    {reason}\n    duty:") if kind == "vacuous" else text + reason + "\n"
    folder = written(tmp_path, {**FAULTS[kind], planted: explained})
    found = json.loads(proved(folder, planted, "--json", code=0))["properties"]
    assert [(each["kind"], each["explained"], each["is_fault"]) for each in found] == [
        (kind, "the treaty itself says so", False)
    ]


def test_a_reason_for_another_kind_explains_nothing(tmp_path: Path) -> None:
    text = FAULTS["equivalent"]["terms/planted.yaml"] + "properties: {idle: it is meant}\n"
    folder = written(tmp_path, {**FAULTS["equivalent"], "terms/planted.yaml": text})
    assert [each["kind"] for each in record(folder, "terms/planted.yaml", code=1)] == ["equivalent", "unfounded"]


@pytest.mark.parametrize("kind", ["vacuous", "equivalent"])
def test_a_reason_for_what_is_not_so_is_a_fault_where_it_stands(kind: str, tmp_path: Path) -> None:
    """An act that is a blockade and grave can be; and of two definitions that differ neither is the other."""
    reason = f"properties: {{{kind}: the treaty itself says so}}  # planted"
    if kind == "vacuous":
        file, files = "treaties/planted-2000.yaml", {}
        text = VACUOUS.replace(", {not: {act: [blockade, invasion]}}", "").replace("  # planted", "")
        text = text.replace("    duty:", f"    {reason}\n    duty:")
    else:
        file, files = "terms/planted.yaml", {"treaties/planted-2000.yaml": HOST}
        text = EQUIVALENT.replace("  # planted", "").replace("[serious, grave]", "grave") + f"{reason}\n"
    folder = written(tmp_path, {**files, file: text})
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.endswith("# planted"))

    (fault,) = record(folder, file, code=1)
    assert (fault["kind"], fault["path"], fault["line"]) == ("unfounded", str(folder / file), line)
    assert f"explains `{kind}`" in fault["message"]
    assert fault["scenarios"] == []
    assert "unfounded: the file explains what is not so" in proved(folder, file, code=1)


@pytest.fixture
def _collecting() -> Iterator[None]:
    yield
    gc.enable()  # `main` leaves it off


@pytest.mark.usefixtures("_collecting")
def test_without_the_solver_proofs_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path, FAULTS["equivalent"])
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)  # as if it were not installed
    path = str(folder / "terms" / "planted.yaml")
    monkeypatch.setattr(sys, "argv", ["foedus", "check", "--prove", path, "--rules", str(folder)])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert end.value.code == 2
    assert "proofs and comparisons need the solver PySAT" in said.err
    assert "pip install '.[prove]'" in said.err
