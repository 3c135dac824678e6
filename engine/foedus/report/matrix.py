"""Scenarios against profiles or definitions, as a table: for a terminal, a paper, a page, a picture."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from foedus.dispute import Position, find_splits
from foedus.readings import disputants
from foedus.report.finding import CASUS_WORDS, FEW, said
from foedus.run import overalls, under

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from rich.table import Table
    from rich.text import Text

    from foedus.dispute import Split
    from foedus.ground import Rules
    from foedus.model import Profile, Scenario
    from foedus.vocabulary import Value

LEGEND = (
    "yes: the casus foederis arises; ?: undetermined; –: no act against a party, so no case; "
    "left: the party itself decides what it owes."
)
CAUTION = "Each column is one listed reading; how many of them agree is no probability."


@dataclass(frozen=True)
class Column:
    """One reading: its name, the choices and account that it makes, and whether it is an actor's own."""

    name: str
    choices: Mapping[str, Value]
    account: str | None
    profile: str | None = None
    is_an_actors: bool = False


@dataclass(frozen=True)
class Row:
    """One clause of one scenario, what each column finds (casus and duty), and on what actors who differ part."""

    scenario: str
    clause: str
    cells: tuple[tuple[str, str], ...]
    splits: tuple[Split, ...] = ()


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


def columns_of_actors(rules: Rules, scenarios: Sequence[Scenario]) -> tuple[Column, ...]:
    """A column for each State with a profile that speaks of the time, and for each other actor who disputes a fact."""
    own = [each for each in rules.profiles.values() if each.account and any(_speaks(each, s) for s in scenarios)]
    columns = [
        Column(f"{each.profile} ({each.account})", *under(each, {}, None), each.profile, is_an_actors=True)
        for each in own
    ]
    heard = {each.account for each in own}
    others = {code: None for scenario in scenarios for code in disputants(scenario) if code not in heard}
    return (*columns, *(Column(code, {}, code, is_an_actors=True) for code in others if code in rules.actors))


def _speaks(profile: Profile, scenario: Scenario) -> bool:
    return any(profile.speaks_of(event.date) for event in scenario.events)


def build(
    rules: Rules,
    asked: Sequence[tuple[Scenario, Sequence[str]]],
    columns: tuple[Column, ...],
    on: date | None,
    advance: Callable[[], None] = lambda: None,
) -> Matrix:
    """Judge every clause of every scenario under every column; a column of an actor only where it has a say."""
    rows = []
    for scenario, clauses in asked:
        says = [column for column in columns if _has_a_say(rules, column, scenario)]
        for clause in clauses:
            answers = iter(overalls(rules, scenario, clause, [(each.choices, each.account) for each in says], on))
            found = [next(answers) if column in says else None for column in columns]
            cells = tuple((each.casus, each.duty) if each else ("no-case", "no-case") for each in found)
            positions = [
                Position(column.name, column.choices, column.account)
                for column, each in zip(columns, found, strict=True)
                if each is not None and each.casus != "no-case" and column.is_an_actors
            ]
            parted = len({each for each in cells if each[0] != "no-case"}) > 1
            splits = find_splits(rules, scenario, clause, positions) if positions and parted else ()
            rows.append(Row(scenario.scenario, clause, cells, splits))
            advance()
    return Matrix(columns, tuple(rows))


def _has_a_say(rules: Rules, column: Column, scenario: Scenario) -> bool:
    if not column.is_an_actors:
        return True
    if column.profile is None:
        return column.account in disputants(scenario)
    return _speaks(rules.profiles[column.profile], scenario)


def matrix_record(matrix: Matrix, inputs: Mapping[str, str]) -> dict[str, Any]:
    """A matrix as plain data."""
    return {
        "columns": [{"name": c.name, "reading": dict(c.choices), "account": c.account} for c in matrix.columns],
        "rows": [
            {
                "scenario": row.scenario,
                "clause": row.clause,
                "findings": [{"casus": casus, "duty": duty} for casus, duty in row.cells],
                "differ": [
                    {
                        "kind": split.kind,
                        "name": split.name,
                        "sides": [{"value": value, "columns": list(names)} for value, names in split.sides],
                    }
                    for split in row.splits
                ],
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
    for row in matrix.rows:
        if row.splits:
            lines += ["", f"{row.scenario}, {row.clause}: they differ on", ""]
            lines += [f"- {text}" for text in _splits(row)]
    return "\n".join(lines) + "\n"


def _splits(row: Row) -> list[str]:
    """On what actors part, a line a word or fact: those who stand alone by name, and most of them as the others."""
    out = []
    for split in row.splits:
        sides = sorted(split.sides, key=lambda side: len(side[1]))
        told = []
        for value, columns in sides:
            is_most = len(columns) > FEW and columns is sides[-1][1]
            who = f"the other {len(columns)}" if is_most else ", ".join(_code(name) for name in columns)
            told.append(f"{said(value)} ({who})")
        out.append(f"{split.name}: {'; '.join(told)}")
    return out


def _code(name: str) -> str:
    """A column's name without the code of its actor."""
    return name.partition(" (")[0]


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


WIDEST = 20
"""Letters of a name in the head of a column; a longer one goes on below."""


def _table(matrix: Matrix) -> str:
    """A row a clause where the terminal is wide enough, else a row a reading; several tables if need be.

    The scenario is said of each row only where there are several.
    """
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from foedus.report.page import Page

    page = Page()
    console = Console(width=page.width if page.stream.isatty() else max(page.width, 160), no_color=not page.colour)
    scenarios = {row.scenario for row in matrix.rows}
    heads = [f"{row.scenario}\n{row.clause}" if len(scenarios) > 1 else row.clause for row in matrix.rows]
    names = [column.name.replace(" (", "\n(").replace("=", "=\n") for column in matrix.columns]
    cells = [[Text(_short(*cell), style=_MARKS[cell[0]][1]) for cell in row.cells] for row in matrix.rows]
    turned = [list(column) for column in zip(*cells, strict=True)]
    bands, others = _bands(heads, names, cells, console.width), _bands(names, heads, turned, console.width)
    if len(bands) > 1 and len(others) <= len(bands):
        heads, names, cells, bands = names, heads, turned, others
    with console.capture() as capture:
        if len(scenarios) == 1:
            console.print(Text(*scenarios))
        for some in bands:
            console.print(_part_of_table(heads, names[some], [own[some] for own in cells], bold=page.colour))
        for each in matrix.rows:
            if each.splits:
                console.print(Text(f"{each.scenario} · {each.clause}: they differ on"))
                for text in _splits(each):
                    console.print(Padding(Text(text), (0, 0, 0, 2)))
        console.print(
            LEGEND,
            style="dim",
            soft_wrap=True,
        )
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _bands(heads: Sequence[str], names: Sequence[str], cells: Sequence[Sequence[Text]], width: int) -> list[slice]:
    """The columns that find room side by side, beside the heads of the rows: one table after another."""
    beside = width - max((len(line) for head in heads for line in head.split("\n")), default=0) - 4
    out, first, taken = [], 0, 0
    for index, name in enumerate(names):
        lines = [min(len(line), WIDEST) for line in name.split("\n")]
        wide = max([*lines, *(len(own[index]) for own in cells)]) + 3
        if taken and taken + wide > beside:
            out.append(slice(first, index))
            first, taken = index, 0
        taken += wide
    return [*out, slice(first, len(names))]


def _part_of_table(heads: Sequence[str], names: Sequence[str], cells: Sequence[Sequence[Text]], *, bold: bool) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=None, header_style="bold" if bold else "")
    table.add_column("", no_wrap=True)
    for name in names:
        table.add_column(Text(name), overflow="fold", max_width=WIDEST)
    for head, row in zip(heads, cells, strict=True):
        table.add_row(Text(head), *row)
    return table


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
    below = "".join(
        f"<h2>{escape(row.scenario)}, {escape(row.clause)}: they differ on</h2>\n<ul>\n"
        + "\n".join(f"<li>{escape(text)}</li>" for text in _splits(row))
        + "\n</ul>\n"
        for row in matrix.rows
        if row.splits
    )
    style = (
        "body{font:16px/1.4 sans-serif;margin:2em}table{border-collapse:collapse}"
        "th,td{border:1px solid #999;padding:.4em .6em;text-align:left}"
    )
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8><title>foedus matrix</title>"
        f"<style>{style}</style>\n<table>\n<tr>{head}</tr>\n{body}\n</table>\n{below}<p>{CAUTION}</p>\n</html>\n"
    )
