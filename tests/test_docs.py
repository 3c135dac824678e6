"""Documents that cannot rot: what they show is run, what they list is complete.

Record anew what commands print with `FOEDUS_RECORD=1 pytest tests/test_docs.py` and look at `git diff`.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import foedus
import jsonschema
import pytest
import typer.main
from foedus import rete
from foedus.cli import app
from foedus.loading.document import parse
from foedus.loading.json_schema import file_schema
from foedus.loading.library import Library, shipped
from foedus.model import Casus, DutyState, Kind
from typer.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
RECORD = os.environ.get("FOEDUS_RECORD") == "1"
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "decisions").glob("*.md"))]
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
RUNNER = CliRunner()
SHOWN = re.compile(r"```console\n\$ (foedus [^\n]*)\n(.*?)```", re.DOTALL)


def output(line: str) -> str:
    result = RUNNER.invoke(app, shlex.split(line)[1:], prog_name="foedus", env={"COLUMNS": "100", "TERM": "dumb"})
    assert result.exit_code == 0, result.output
    return "\n".join(text.rstrip() for text in result.output.splitlines()) + "\n"


@pytest.mark.skipif(not rete.is_available(), reason="pages show what durable-rules answers")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_the_command_prints(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fresh = SHOWN.sub(lambda found: f"```console\n$ {found[1]}\n{output(found[1])}```", text)
    if RECORD:
        page.write_text(fresh, encoding="utf-8")
    assert fresh == text


BACKTEST = re.compile(r"(<!-- backtest -->\n).*?(<!-- /backtest -->)", re.DOTALL)


def test_the_readme_has_the_backtest_as_it_is_now() -> None:
    record = json.loads(RUNNER.invoke(app, ["backtest", "--json"]).output)
    lines = ["| profile | as the actor held | of |", "| --- | --- | --- |"]
    lines += [f"| {name} | {found['agree']} | {found['of']} |" for name, found in record["profiles"].items()]
    text = README.read_text(encoding="utf-8")
    fresh = BACKTEST.sub(lambda found: found[1] + "\n".join(lines) + "\n" + found[2], text)
    if RECORD:
        README.write_text(fresh, encoding="utf-8")
    assert fresh == text


def test_the_command_line_reference_is_what_help_prints() -> None:
    lines = ["# The command line", "", "Made from `--help`; `tests/test_docs.py` keeps it true.", ""]
    for name in ["", *COMMANDS]:
        call = f"foedus {name}".strip()
        lines += [f"## {call}", "", "```text", output(f"{call} --help").rstrip("\n"), "```", ""]
    fresh = "\n".join(lines)
    page = ROOT / "docs" / "cli.md"
    if RECORD:
        page.write_text(fresh, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == fresh


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_shows_every_command(command: str) -> None:
    assert f"foedus {command}" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*get_args(Casus), *get_args(DutyState), *get_args(Kind)])
def test_every_verdict_and_kind_of_duty_is_explained(word: str) -> None:
    assert f"`{word}`" in (ROOT / "docs" / "meaning.md").read_text(encoding="utf-8")


def test_every_law_in_the_readme_is_a_test_and_every_test_of_laws_is_in_the_readme() -> None:
    written = set(re.findall(r"`(test_\w+)`", README.read_text(encoding="utf-8")))
    laws = {
        name
        for file in [*(ROOT / "tests" / "laws").glob("test_*.py"), ROOT / "tests" / "test_executors_agree.py"]
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert written == laws


LAWS = [*sorted((ROOT / "tests" / "laws").glob("test_*.py")), ROOT / "tests" / "test_executors_agree.py"]


def _laws(file: Path) -> Iterator[str]:
    """A row for each law of a file: the sentence, what it means, on how many examples it is tested."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    examples = {
        target.id: str(ast.literal_eval(keyword.value))
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        for keyword in node.value.keywords
        if isinstance(target, ast.Name) and keyword.arg == "max_examples"
    }
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            names = [each.id for each in node.decorator_list if isinstance(each, ast.Name)]
            tried = next((examples[name] for name in names if name in examples), "all")
            means = (ast.get_docstring(node) or "").partition("\n")[0]
            sentence = node.name.removeprefix("test_").replace("_", " ")
            yield f"| {sentence[0].upper()}{sentence[1:]} | {means} | {tried} |"


def test_the_page_of_laws_is_what_the_tests_say() -> None:
    page = ROOT / "docs" / "laws.md"
    head, mark, _ = page.read_text(encoding="utf-8").partition("<!-- made by tests/test_docs.py -->\n")
    lines: list[str] = []
    for file in LAWS:
        title = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        lines += ["", f"## {title}", "", f"[{file.name}](../{file.relative_to(ROOT).as_posix()})", ""]
        lines += ["| law | what it means | examples |", "| --- | --- | --- |", *_laws(file)]
    fresh = head + mark + "\n".join(lines) + "\n"
    if RECORD:
        page.write_text(fresh, encoding="utf-8")
    assert fresh == page.read_text(encoding="utf-8")


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## {foedus.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["rules", "scenarios"])
def test_every_shipped_file_carries_its_schema_and_fits_it(kind: str) -> None:
    validator = jsonschema.Draft202012Validator(
        file_schema(Library(), kind.removesuffix("s") if kind == "scenarios" else kind)
    )
    for file in sorted(shipped(kind).rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        up = "../" * (len(file.relative_to(shipped(kind)).parts) - 1)
        assert text.startswith(f"# yaml-language-server: $schema={up}schema.json\n"), file.name
        problems = [problem.message for problem in validator.iter_errors(parse(text, file.name).data)]
        assert problems == [], file.name


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    schema = file_schema(Library(), "scenario")
    document = parse((ROOT / "tests" / "bad" / "unknown-names.yaml").read_text(encoding="utf-8"), "bad")
    paths = {
        tuple(problem.absolute_path) for problem in jsonschema.Draft202012Validator(schema).iter_errors(document.data)
    }
    assert ("events", 0, "gravity") in paths
    assert ("events", 0, "act") in paths
    json.dumps(schema)


FORBIDDEN = re.compile(r"/(root|work|home)/|--index-url|pypi\.org|files\.pythonhosted")


def test_no_file_names_a_machine_or_a_registry() -> None:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)  # noqa: S607
    for name in names.stdout.split():
        if name != "tests/test_docs.py":
            text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
            assert not FORBIDDEN.search(text), name
