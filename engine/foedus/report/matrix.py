"""Scenarios against profiles or definitions, as a table: for a terminal, a paper, a page, a picture."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from foedus.report.finding import CASUS_WORDS
from foedus.run import run, under

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from foedus.ground import Rules
    from foedus.model import Scenario
    from foedus.vocabulary import Value

CAUTION = "Each column is one listed reading; how many of them agree is no probability."


@dataclass(frozen=True)
class Column:
    """One reading: its name, and the choices and account that it makes."""

    name: str
    choices: Mapping[str, Value]
    account: str | None


@dataclass(frozen=True)
class Row:
    """One clause of one scenario, and what each column finds: casus and duty."""

    scenario: str
    clause: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Matrix:
    """All rows under all columns."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def columns_for(
    rules: Rules, profiles: Sequence[str], terms: Sequence[str], choices: Mapping[str, Value]
) -> tuple[Column, ...]:
    """A column for each definition of the terms, or else the default reading and one for each profile."""
    if terms:
        return tuple(
            Column(f"{term}={name}", {**choices, term: name}, None)
            for term in terms
            for name in rules.terms[term].definitions
        )
    named = (Column(name, *under(rules.profiles[name], choices, None)) for name in profiles)
    return (Column("default", choices, None), *named)


def build(
    rules: Rules, asked: Sequence[tuple[Scenario, Sequence[str]]], columns: tuple[Column, ...], on: date | None
) -> Matrix:
    """Judge every clause of every scenario under every column."""
    rows = []
    for scenario, clauses in asked:
        results = [
            run(rules, scenario, clauses=clauses, choices=column.choices, account=column.account, on=on)
            for column in columns
        ]
        for clause in clauses:
            found = [result.overall(clause) for result in results]
            rows.append(Row(scenario.scenario, clause, tuple((each.casus, each.duty) for each in found)))
    return Matrix(columns, tuple(rows))


def matrix_record(matrix: Matrix, inputs: Mapping[str, str]) -> dict[str, Any]:
    """A matrix as plain data."""
    return {
        "columns": [{"name": c.name, "reading": dict(c.choices), "account": c.account} for c in matrix.columns],
        "rows": [
            {
                "scenario": row.scenario,
                "clause": row.clause,
                "findings": [{"casus": casus, "duty": duty} for casus, duty in row.cells],
            }
            for row in matrix.rows
        ],
        "inputs": dict(sorted(inputs.items())),
    }


def words(casus: str, duty: str) -> str:
    """A cell in words: the casus, and the duty where it is not simply due."""
    return CASUS_WORDS[casus] + (f", {duty.replace('-', ' ')}" if casus == "arises" and duty != "due" else "")


def render(matrix: Matrix, form: str) -> str:
    """The matrix as a terminal table, CSV, Markdown or HTML."""
    return {"table": _table, "csv": _csv, "md": _markdown, "html": _html}[form](matrix)


def _header(matrix: Matrix) -> list[str]:
    return ["scenario", "clause", *(column.name for column in matrix.columns)]


def _csv(matrix: Matrix) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_header(matrix))
    for row in matrix.rows:
        writer.writerow([row.scenario, row.clause, *(words(*cell) for cell in row.cells)])
    return out.getvalue()


def _markdown(matrix: Matrix) -> str:
    lines = ["| " + " | ".join(_header(matrix)) + " |", "|" + " --- |" * len(_header(matrix))]
    lines += [
        "| " + " | ".join([row.scenario, row.clause, *(words(*cell) for cell in row.cells)]) + " |"
        for row in matrix.rows
    ]
    return "\n".join(lines) + "\n"


_MARKS = {
    "arises": ("yes", "green"),
    "does-not-arise": ("no", "red"),
    "undetermined": ("?", "yellow"),
    "no-case": ("–", "dim"),
}
_DUTY_MARKS = {"left-to-the-party": "left", "dormant": "dormant", "undetermined": "?", "not-due": "not due"}


def _short(casus: str, duty: str) -> str:
    mark = _MARKS[casus][0]
    return f"{mark}, {_DUTY_MARKS[duty]}" if casus == "arises" and duty in _DUTY_MARKS else mark


def _table(matrix: Matrix) -> str:
    """A row a clause where the terminal is wide enough for the columns, else a row a reading."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from foedus.report.page import Page

    page = Page()
    console = Console(width=page.width if page.stream.isatty() else max(page.width, 160), no_color=not page.colour)
    room = console.width - max((len(row.clause) for row in matrix.rows), default=0) - 6
    turned = len(matrix.columns) * 13 > room
    table = Table(title=None, header_style="bold" if page.colour else "")
    heads = [Text(f"{row.scenario}\n{row.clause}") for row in matrix.rows]
    names = [Text(column.name) for column in matrix.columns]
    cells = [[Text(_short(*cell), style=_MARKS[cell[0]][1]) for cell in row.cells] for row in matrix.rows]
    if turned:
        heads, names, cells = names, heads, [list(column) for column in zip(*cells, strict=True)]
    table.add_column("")
    for name in names:
        table.add_column(name, overflow="fold")
    for head, row in zip(heads, cells, strict=True):
        table.add_row(head, *row)
    with console.capture() as capture:
        console.print(table)
        console.print(
            "yes: the casus foederis arises; left: the party itself decides what it owes.", style="dim", soft_wrap=True
        )
    return capture.get()


FILLS = {"arises": "#0072B2", "does-not-arise": "#FFFFFF", "undetermined": "#F0E442", "no-case": "#EEEEEE"}
"""Told apart by the colour-blind and in grey: blue, white, yellow (Okabe and Ito 2008)."""
BLACK = "#000000"
INKS = {"arises": "#FFFFFF"}


def _html(matrix: Matrix) -> str:
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in _header(matrix))
    body = "\n".join(
        f"<tr><th scope=row>{escape(row.scenario)}</th><td>{escape(row.clause)}</td>"
        + "".join(
            f'<td style="background:{FILLS[casus]};color:{INKS.get(casus, BLACK)}">{escape(words(casus, duty))}</td>'
            for casus, duty in row.cells
        )
        + "</tr>"
        for row in matrix.rows
    )
    style = (
        "body{font:16px/1.4 sans-serif;margin:2em}table{border-collapse:collapse}"
        "th,td{border:1px solid #999;padding:.4em .6em;text-align:left}"
    )
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8><title>foedus matrix</title>"
        f"<style>{style}</style>\n<table>\n<tr>{head}</tr>\n{body}\n</table>\n<p>{CAUTION}</p>\n</html>\n"
    )
