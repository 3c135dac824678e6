"""The command over time: timeline, of a scenario or of events as they are told."""

from __future__ import annotations

import json
import sys
from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foedus.cli import names
from foedus.cli.commands import (
    Account,
    Clauses,
    Define,
    Json,
    Long,
    On,
    Plot,
    ProfileName,
    RulesFolder,
    Set,
    app,
    day_of,
    library_with,
    rules_for,
    voice_of,
)
from foedus.errors import InputError, InputErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from foedus.ground import Rules
    from foedus.loading.library import Library
    from foedus.model import Event, Scenario
    from foedus.timeline import Step, Timeline


@app.command()
def timeline(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]", help="A scenario file, or the name of a shipped one.", autocompletion=names.scenarios
        ),
    ] = None,
    clause: Clauses = None,
    all_treaties: Annotated[
        bool,
        typer.Option(
            "--all-treaties", help="Ask every treaty in force between actors of the scenario; every one if live."
        ),
    ] = False,
    profile: ProfileName = None,
    define: Define = None,
    set_: Set = None,
    account: Account = None,
    on: On = None,
    live: Annotated[
        bool, typer.Option("--live", help="Read events from standard input, one JSON object a line, and answer each.")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Keep the state in this file, and the one before it in FILE.bak."),
    ] = None,
    resume: Annotated[Path | None, typer.Option("--resume", metavar="FILE", help="Go on from the state kept.")] = None,
    forget: Annotated[
        int | None,
        typer.Option("--forget", metavar="DAYS", min=1, help="Forget events and cases of more than so many days ago."),
    ] = None,
    rules: RulesFolder = None,
    plot: Plot = None,
    long: Long = False,
    as_json: Json = False,
) -> None:
    """Tell step by step what each event changes: which duties arise, wait, fall due, are performed or end."""
    from foedus.timeline import Timeline, unfold

    library = library_with(rules)
    _see_that_it_can_be_asked(scenario, clause, all_treaties=all_treaties, live=live, save=save, resume=resume)
    found = library.scenario(scenario) if scenario else None
    clauses, known = _asked(library, found, clause, profile, all_treaties=all_treaties, live=live)
    choices, account = voice_of(library, known, clauses, profile, define, set_, account)
    time = Timeline(known, clauses, choices, account, forget)
    asked = _question(library, time)
    if resume is not None:
        _restore(time, resume, asked)
    keep = _keeper(time, save, asked)
    show = _shower(time, found, profile, library, long=long, as_json=as_json)
    steps: list[Step] = []

    def answer(several: Iterator[Step]) -> None:
        for step in several:
            show(step)
            if plot is not None:
                steps.append(step)

    if found is not None and resume is None:
        answer(unfold(time, found.events, day_of(on)))
        keep()
    wrong = _listen(time, library, answer, keep, as_json=as_json) if live else 0
    if plot is not None:
        _draw(time, found, steps, plot)
    if wrong:
        raise typer.Exit(2)


def _see_that_it_can_be_asked(
    scenario: str | None, clause: list[str] | None, *, all_treaties: bool, live: bool, save: Path | None,
    resume: Path | None,
) -> None:  # fmt: skip
    problems = []
    if scenario is None and not live:
        problems.append(InputError("no scenario is named", None, "name one, or tell events with --live"))
    if scenario is None and not clause and not all_treaties:
        problems.append(InputError("no clause is asked", None, "give --clause CLAUSE or --all-treaties"))
    if resume is not None and not live:
        problems.append(InputError("`--resume` goes on with events that are told", None, "give --live too"))
    if save is not None and save.exists() and (resume is None or resume.resolve() != save.resolve()):
        hint = f"go on from it with --resume {save}, or give another name; nothing was written"
        problems.append(InputError(f"`{save}` exists already", None, hint))
    if problems:
        raise InputErrors(problems)


def _asked(
    library: Library, found: Scenario | None, clause: list[str] | None, profile: str | None, *, all_treaties: bool,
    live: bool,
) -> tuple[tuple[str, ...], Rules]:  # fmt: skip
    """The clauses that are asked, and the rules that they need."""
    from foedus.timeline import clauses_between

    clauses = tuple(clause or (found.clauses if found else ()))
    scenarios = [found] if found else []
    if all_treaties:
        treaties = library.all_of("treaty")
        every = tuple(f"{name}/{each}" for name, treaty in treaties.items() for each in treaty.clauses)
        if found is not None and not live:
            between = set(clauses_between(treaties, found.events))
            every = tuple(each for each in every if each in between)
        clauses = tuple(dict.fromkeys((*(clause or ()), *every)))
    return clauses, rules_for(library, clauses, scenarios, wanted=[profile] if profile else [])


def _question(library: Library, time: Timeline) -> dict[str, Any]:
    """What a saved state answers: it can be gone on from for the same question only."""
    from foedus.loading.saved import rules_hash

    return {
        "clauses": list(time.clauses),
        "reading": dict(time.choices),
        "account": time.account,
        "forget": time.forget,
        "rules": rules_hash(library.inputs),
    }


def _restore(time: Timeline, path: Path, asked: dict[str, Any]) -> None:
    from foedus.loading import saved

    time.restore(saved.resume(path, asked))


def _keeper(time: Timeline, path: Path | None, asked: dict[str, Any]) -> Callable[[], None]:
    from foedus.loading import saved

    def keep() -> None:
        if path is not None:
            saved.save(path, asked, time.state())

    return keep


def _shower(
    time: Timeline, found: Scenario | None, profile: str | None, library: Library, *, long: bool, as_json: bool
) -> Callable[[Step], None]:
    """A function that shows a step at once; the head is shown now."""
    from foedus.report import timeline as report
    from foedus.report.page import Page

    if as_json:
        _line(report.head_record(found.scenario if found else None, time, profile, library.inputs))
        return lambda step: _line(report.step_record(time, step, everything=long))
    page = Page()
    title = f"{found.scenario} · {found.title}" if found else "events as they are told"
    report.show_head(page, title, time, profile)
    page.write()

    def show(step: Step) -> None:
        page = Page()
        report.show_step(page, time, step, everything=long)
        page.write()

    return show


def _listen(
    time: Timeline, library: Library, answer: Callable[[Iterator[Step]], None], keep: Callable[[], None], *,
    as_json: bool,
) -> int:  # fmt: skip
    """Read events, answer each at once; a line that is wrong is reported, and nothing is lost by it.

    How many lines were wrong.
    """
    from foedus.loading.resolve import Known
    from foedus.loading.stream import EXAMPLE, read_event
    from foedus.report.problems import problems_record

    known = Known(time.rules, {kind: set(each) for kind, each in library.index.items()})
    wrong = 0
    if sys.stdin.isatty():
        typer.echo(f"one event a line: {EXAMPLE}; Ctrl-D ends", err=True)
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            event = read_event(line.strip("\ufeff\n"), number, known, time.ids)
            answer(_told(time, event, number))
            keep()
        except InputErrors as errors:
            wrong += 1
            if as_json:
                _line(json.loads(problems_record(errors)))
            else:
                typer.echo(str(errors), err=True)
    return wrong


def _told(time: Timeline, event: Event, number: int) -> Iterator[Step]:
    from foedus.errors import Place

    problems = time.objections([event])
    if problems:
        raise InputErrors([InputError(each.message, Place("stdin", number, 1), each.hint) for each in problems])
    yield from time.pass_to(event.date)
    yield time.tell([event])


def _draw(time: Timeline, found: Scenario | None, steps: list[Step], path: Path) -> None:
    from foedus.report.plot import plot_timeline
    from foedus.report.timeline import moments_of, rows_of

    if not any(step.events for step in steps):
        raise InputErrors([InputError("there is no event to draw")])
    title = found.title if found else "events as they were told"
    plot_timeline(title, moments_of(time, steps), rows_of(time, steps), path)


def _line(data: dict[str, Any]) -> None:
    """One record on one line, at once."""
    text = json.dumps(data, ensure_ascii=not (sys.stdout.encoding or "").lower().startswith("utf"))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
