"""Pages of the casebook, one for each entry of the library: what `foedus show` shows, and what the profiles find."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from foedus.explain import days_of
from foedus.report import entry, matrix
from foedus.report.page import Page

if TYPE_CHECKING:
    from foedus.ground import Rules
    from foedus.loading.library import Library
    from foedus.model import Scenario

WIDTH = 100
FOLDERS = {"treaties": "treaty", "terms": "term", "overlays": "overlay", "profiles": "profile", "cases": "scenario"}


def page(library: Library, rules: Rules, kind: str, name: str) -> str:
    """A page in Markdown; for a case, with the findings by profile of the clauses that it asks."""
    lines = [f"# {name}", "", "```text", *_shown(library, name), "```", ""]
    if kind == "scenario":
        scenario = library.extended(library.find("scenario", name))
        lines += ["## Findings by profile", "", *_findings(rules, scenario), ""]
        lines += [f"`foedus run {name}` explains them; `foedus readings {name}` tells what hangs on which word.", ""]
    return "\n".join(lines)


def index(library: Library) -> str:
    """The list of all pages."""
    lines = ["# Casebook", "", "Made from the files of the library; `tests/test_casebook.py` keeps it true.", ""]
    for folder, kind in FOLDERS.items():
        lines += [f"## {folder.capitalize()}", ""]
        for name, each in sorted(library.all_of(kind).items()):
            about = each.question if kind == "term" else each.title
            first = f", {days_of(library.extended(each).events[0])}" if kind == "scenario" else ""
            lines.append(f"- [{name}]({folder}/{name}.md): {about}{first}")
        lines.append("")
    return "\n".join(lines)


def _shown(library: Library, name: str) -> list[str]:
    out = Page(io.StringIO())
    out.width = WIDTH
    out.colour = False
    out.unicode = True
    entry.show_entry(out, library, name)
    return [line.rstrip() for line in out.lines]


def _findings(rules: Rules, scenario: Scenario) -> list[str]:
    columns = matrix.columns_for(rules, list(rules.profiles), [], {})
    table = matrix.build(rules, [(scenario, scenario.clauses)], columns, None)
    lines = ["| clause | finding | under |", "| --- | --- | --- |"]
    for row in table.rows:
        groups: dict[str, list[str]] = {}
        for column, cell in zip(columns, row.cells, strict=True):
            groups.setdefault(matrix.words(*cell), []).append(column.name)
        for found, names in sorted(groups.items(), key=lambda item: -len(item[1])):
            lines.append(f"| {row.clause} | {found} | {', '.join(names)} |")
    return lines
