"""The command `network`: who is bound to whom on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from foedus.cli import names
from foedus.cli.commands import (
    Json,
    Output,
    Plot,
    RulesFolder,
    account_of_actors,
    app,
    day_of,
    library_with,
    print_json,
    rules_for,
    write_out,
)
from foedus.errors import InputError, InputErrors, nearest

if TYPE_CHECKING:
    from foedus.loading.library import Library
    from foedus.network import Network


@app.command()
def network(
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day (YYYY-MM-DD).")],
    kind: Annotated[
        Literal["defense", "offense", "neutrality", "nonaggression", "consultation"] | None,
        typer.Option("--kind", help="Only duties of this kind."),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option("--party", help="Only what this State owes and is owed.", autocompletion=names.actors),
    ] = None,
    treaty: Annotated[
        list[str] | None,
        typer.Option("--treaty", help="Only this treaty; may be repeated.", autocompletion=names.treaties),
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="DATE", help="Tell what was added and lost since this other day.")
    ] = None,
    rules: RulesFolder = None,
    format_: Annotated[
        Literal["text", "graphml", "json", "dot"], typer.Option("--format", help="How to show it: dot is for Graphviz.")
    ] = "text",
    output: Output = None,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Tell which States are bound to which on a day, by which clause and to what kind of duty."""
    from foedus.network import find_network
    from foedus.report import network as report

    if against is not None and (plot is not None or format_ != "text"):
        message = "two days are compared as text or JSON only"
        raise InputErrors([InputError(message, None, "leave out --against, or --plot and --format")])
    library = library_with(rules)
    days = [day for day in (day_of(on), day_of(against)) if day is not None]
    party = account_of_actors(library.actors, party)
    known = rules_for(library, _clauses(library, treaty or []), [], wanted=[])
    found, *others = [find_network(known, day, kind=kind, party=party) for day in days]
    other = others[0] if others else None
    if plot is not None:
        from foedus.report.plot import plot_network

        plot_network(found, plot)
    if as_json or format_ == "json":
        record = {**report.network_record(found, library.inputs), **_compared(found, other)}
        print_json(record, output)
    elif format_ == "text":
        from io import StringIO

        from foedus.report.page import Page

        page = Page(stream=StringIO()) if output else Page()
        report.show_network(page, found, other)
        page.write()
        if isinstance(page.stream, StringIO):
            write_out(page.stream.getvalue(), output)
    else:
        write_out(report.graphml(found) if format_ == "graphml" else report.dot(found), output)


def _clauses(library: Library, treaties: list[str]) -> list[str]:
    unknown = [name for name in treaties if name not in library.index["treaty"]]
    if unknown:
        raise InputErrors(
            [InputError(f"unknown treaty `{name}`", None, nearest(name, library.index["treaty"])) for name in unknown]
        )
    wanted = {name: library.find("treaty", name) for name in treaties} if treaties else library.all_of("treaty")
    library.stop_if_wrong()
    return [f"{name}/{clause}" for name, each in wanted.items() for clause in each.clauses]


def _compared(found: Network, other: Network | None) -> dict[str, object]:
    from foedus.report.network import edge_record

    if other is None:
        return {}
    return {
        "against": other.on.isoformat(),
        "added": [edge_record(edge) for edge in found.without(other).edges],
        "lost": [edge_record(edge) for edge in other.without(found).edges],
    }
