"""The commands over several treaties at once: cascade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from foedus.cli import names
from foedus.cli.commands import (
    Account,
    Clauses,
    Define,
    Json,
    On,
    Output,
    Plot,
    ProfileName,
    RulesFolder,
    ScenarioName,
    Set,
    account_of,
    app,
    day_of,
    library_with,
    print_json,
    rules_for,
    voice_of,
    write_out,
)
from foedus.errors import InputError, InputErrors, nearest

if TYPE_CHECKING:
    from foedus.cascade import Performs
    from foedus.ground import Rules
    from foedus.loading.library import Library
    from foedus.model import Scenario
    from foedus.vocabulary import Value


@app.command()
def cascade(
    scenario: ScenarioName,
    clause: Clauses = None,
    profile: ProfileName = None,
    each_by_own_profile: Annotated[
        bool, typer.Option("--each-by-own-profile", help="Judge each obligor's duty as its own profile reads it.")
    ] = False,
    performs: Annotated[
        str | None,
        typer.Option(
            "--performs",
            metavar="WHO",
            autocompletion=names.actors,
            help="all, none, recorded, or actors A,B,…; by default those who are bound, not those who may choose.",
        ),
    ] = None,
    assume_steps: Annotated[
        bool, typer.Option("--assume-steps", help="Take requests and other steps that are missing as taken.")
    ] = False,
    as_: Annotated[
        Literal["attack-on-forces", "declaration-of-war"], typer.Option("--as", help="What act armed help is.")
    ] = "attack-on-forces",
    fact: Annotated[
        list[str] | None,
        typer.Option("--fact", metavar="ATTRIBUTE=VALUE", help="State this of all armed help; may be repeated."),
    ] = None,
    define: Define = None,
    set_: Set = None,
    account: Account = None,
    on: On = None,
    all_readings: Annotated[
        bool, typer.Option("--all-readings", help="Tell under which share of the listed readings each is drawn in.")
    ] = False,
    rules: RulesFolder = None,
    format_: Annotated[
        Literal["text", "graphml", "json", "dot"], typer.Option("--format", help="As a text, or as a graph.")
    ] = "text",
    output: Output = None,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Tell what follows if those who owe help perform: one ally's help can bring the next treaty into play."""
    from foedus.cascade import Plan, relevant_clauses, run_cascade
    from foedus.report import cascade as report

    if each_by_own_profile and (profile or define or set_ or account or all_readings):
        message = "`--each-by-own-profile` leaves nothing to --profile, --define, --set, --account or --all-readings"
        raise InputErrors([InputError(message, None, "give one or the other")])
    if all_readings and (plot is not None or output is not None or format_ != "text"):
        message = "`--all-readings` is a table, and neither drawn nor a graph"
        raise InputErrors([InputError(message, None, "leave out --plot, --format and --output; --json is there")])
    library = library_with(rules)
    found = library.scenario(scenario)
    known = _all_treaties(library, found, clause, profile)
    clauses = tuple(clause) if clause else relevant_clauses(known, found)
    choices, account = voice_of(library, known, () if all_readings else clauses, profile, define, set_, account)
    plan = Plan(
        clauses,
        choices,
        account,
        each_by_own_profile,
        _performers(known, found, performs),
        as_,
        _facts(known, fact),
        assume_steps,
        day_of(on),
    )
    if all_readings:
        _over_all_readings(library, known, found, plan, as_json=as_json)
        return
    from io import StringIO

    from foedus.report.page import Page
    from foedus.report.progress import progress

    page = Page(stream=StringIO()) if output else Page()
    with progress(None, "round by round") as advance:
        result = run_cascade(known, found, plan, advance)
        if plot is not None:
            report.plot_cascade(result, plot)
        record = report.cascade_record(result, profile, library.inputs) if as_json else None
        if not as_json and format_ == "text":
            report.show_cascade(page, result, profile)
    if record is not None:
        print_json(record, output)
        return
    if format_ != "text":
        write_out(report.render_graph(result, format_), output)
        return
    page.write()
    if isinstance(page.stream, StringIO):
        write_out(page.stream.getvalue(), output)


def _over_all_readings(library: Library, known: Rules, found: Scenario, plan: Any, *, as_json: bool) -> None:  # noqa: ANN401
    from dataclasses import replace

    from foedus.cascade import run_cascade
    from foedus.drawn import EntangledCascadeError, find_drawn_in
    from foedus.report import cascade as report
    from foedus.report.progress import progress

    try:
        with progress(None, "over all readings") as advance:
            drawn = find_drawn_in(known, found, plan, advance=advance)
    except EntangledCascadeError as error:
        message = (
            f"the readings of the cascade are too entangled: in round {error.round}, with {error.events} events "
            f"and {error.choices} choices, the diagram has grown to {error.nodes:,} nodes"
        )
        hint = "ask fewer clauses with --clause, or fix choices with --define, --profile or --account"
        raise InputErrors([InputError(message, None, hint)]) from None
    nobody = run_cascade(known, found, replace(plan, performs="none"))
    if as_json:
        print_json(report.drawn_in_record(nobody, drawn, library.inputs))
        return
    from foedus.report.page import Page

    page = Page()
    report.show_drawn_in(page, nobody, drawn)
    page.write()


def _all_treaties(library: Library, found: Scenario, clause: list[str] | None, profile: str | None) -> Rules:
    """The rules of all treaties, or of those of the clauses asked for."""
    wanted = [profile] if profile else []
    if clause:
        return rules_for(library, clause, [found], wanted=wanted)
    treaties = library.all_of("treaty")
    clauses = [f"{name}/{each}" for name, treaty in treaties.items() for each in treaty.clauses]
    return rules_for(library, clauses, [found], wanted=wanted)


def _performers(known: Rules, found: Scenario, asked: str | None) -> Performs:
    if asked is None:
        return "bound"
    if asked == "all":
        return "all"
    if asked == "none":
        return "none"
    if asked == "recorded":
        if found.record is None or not found.record.performed_by:
            message = f"the record of `{found.scenario}` does not say who performed"
            raise InputErrors([InputError(message, None, "a scenario says so under `record: performed_by:`")])
        return frozenset(found.record.performed_by)
    actors = [each.strip() for each in asked.split(",") if each.strip()]
    for each in actors:
        account_of(known, each)
    return frozenset(actors)


def _facts(known: Rules, facts: list[str] | None) -> dict[str, Value]:
    """What is stated of all armed help.

    Raises:
        InputErrors: if an attribute does not exist, or cannot have that value.
    """
    out: dict[str, Value] = {}
    for item in facts or []:
        name, equals, text = item.partition("=")
        attribute = known.vocabulary.attributes.get(name)
        if not equals:
            raise InputErrors([InputError(f"`--fact {item}` is not of the shape ATTRIBUTE=VALUE")])
        if attribute is None or attribute.computed:
            raise InputErrors(
                [InputError(f"unknown attribute `{name}`", None, nearest(name, known.vocabulary.attributes))]
            )
        value: Value = text
        if attribute.type == "boolean" and text in {"true", "false"}:
            value = text == "true"
        elif attribute.type == "number" and text.isdigit():
            value = int(text)
        if not attribute.admits(value):
            listed = ", ".join(attribute.values) or {"boolean": "true, false"}.get(attribute.type, "a whole number")
            raise InputErrors([InputError(f"`{text}` is no value of `{name}`", None, f"one of: {listed}")])
        out[name] = value
    return out
