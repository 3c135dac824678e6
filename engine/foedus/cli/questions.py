"""The commands over all readings: readings, residual, flip, dispute, sweep, compare, redraft."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - typer reads annotations
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from foedus.cli import names
from foedus.cli.commands import (
    Account,
    Define,
    Json,
    On,
    Plot,
    ProfileName,
    RulesFolder,
    ScenarioName,
    Set,
    account_of,
    app,
    choices_from,
    day_of,
    library_with,
    print_json,
    progress_over,
    rules_for,
)
from foedus.errors import InputError, InputErrors, nearest

if TYPE_CHECKING:
    from foedus.comparison import Comparison
    from foedus.dispute import Position
    from foedus.ground import Rules
    from foedus.loading.library import Library
    from foedus.model import Definition, Scenario
    from foedus.readings import Question

Clause = Annotated[
    str | None,
    typer.Option("--clause", help="Ask this clause; by default the scenario's first.", autocompletion=names.clauses),
]
Asked = Annotated[
    Literal["casus", "duty"], typer.Option("--ask", help="Whether the casus foederis arises, or what the duty is.")
]
EventId = Annotated[str | None, typer.Option("--event", help="Only cases of this event.")]
ArguedBy = Annotated[
    str | None,
    typer.Option("--argued-by", metavar="A,B,…", help="Only definitions argued by one of these, such as ICJ."),
]
Admissible = Annotated[
    str | None, typer.Option("--admissible", metavar="YEAR", help="Only definitions that could be argued by then.")
]
Weights = Annotated[
    Path | None, typer.Option("--weights", metavar="FILE", help="Whole-number weights: TERM: {DEFINITION: 2, …}.")
]


@contextmanager
def _or_too_entangled(besides: str = "") -> Iterator[None]:
    from foedus.diagram import TooEntangledError

    try:
        yield
    except TooEntangledError as error:
        message = f"the readings are too entangled: the diagram has grown to {error.nodes:,} nodes"
        hint = f"fix some choices with --define{besides}"
        raise InputErrors([InputError(message, None, hint)]) from None


def _question(
    library: Library, scenario: str, clause: str | None, asked: Literal["casus", "duty"], profile: str | None,
    define: list[str] | None, set_: list[str] | None, account: str | None, on: str | None, event: str | None,
    argued_by: str | None = None, admissible: str | None = None, weights: Path | None = None,
) -> Question:  # fmt: skip
    from foedus.readings import Question
    from foedus.run import under

    found = library.scenario(scenario)
    clause = clause or found.clauses[0]
    known = rules_for(library, [clause], [found], wanted=[profile] if profile is not None else [])
    fixed = choices_from(library, known, define, set_)
    current, told = under(known.profiles.get(profile or ""), fixed, account_of(known, account))
    if event is not None and event not in {each.id for each in found.events}:
        raise InputErrors([InputError(f"unknown event `{event}`", None, nearest(event, [e.id for e in found.events]))])
    return Question(
        known,
        found,
        clause,
        asked,
        fixed=fixed,
        current=current,
        account=None if told == "none" else told,
        on=day_of(on),
        event=event,
        admits=_admits(known, argued_by, admissible),
        weights=_weights(library, known, weights),
    )


def _admits(known: Rules, argued_by: str | None, admissible: str | None) -> Any:  # noqa: ANN401 - a predicate or nothing
    from foedus.loading.resolve import is_since

    if argued_by is None and admissible is None:
        return None
    who = {each.strip() for each in argued_by.split(",")} if argued_by is not None else None
    arguing = {each for term in known.terms.values() for own in term.definitions.values() for each in own.argued_by}
    unknown = sorted((who or set()) - arguing)
    if unknown:
        raise InputErrors(
            [InputError(f"no definition here is argued by `{each}`", None, nearest(each, arguing)) for each in unknown]
        )
    if admissible is not None and not is_since(admissible):
        raise InputErrors([InputError(f"`{admissible}` is not a year or a date", None, "write 1961, or 1961-07-06")])

    def admits(term: str, name: str, definition: Definition) -> bool:  # noqa: ARG001
        by_them = who is None or bool(who & set(definition.argued_by))
        in_time = admissible is None or definition.since is None or definition.since[: len(admissible)] <= admissible
        return by_them and in_time

    return admits


def _weights(library: Library, known: Rules, path: Path | None) -> dict[str, dict[str, int]]:
    if path is None:
        return {}
    from foedus.loading.document import parse, read_text

    document = parse(read_text(path, str(path))[1], str(path))
    problems: list[InputError] = []
    out: dict[str, dict[str, int]] = {}
    data = document.data if isinstance(document.data, dict) else {}
    if not data:
        problems.append(
            InputError("weights are expected", document.place(()), "write `armed-attack: {nicaragua: 2, any-force: 1}`")
        )
    for term, own in data.items():
        if term not in library.index["term"]:
            problems.append(
                InputError(
                    f"unknown term `{term}`", document.place((term,), key=True), nearest(term, library.index["term"])
                )
            )
            continue
        definitions = known.terms[term].definitions if term in known.terms else None
        for name, weight in own.items() if isinstance(own, dict) else ():
            if definitions is not None and name not in definitions:
                problems.append(
                    InputError(
                        f"unknown definition `{name}`",
                        document.place((term, name), key=True),
                        nearest(name, definitions),
                    )
                )
            elif not isinstance(weight, int) or isinstance(weight, bool) or weight < 0:
                problems.append(
                    InputError(f"`{weight}` is no weight", document.place((term, name)), "a whole number, 0 or more")
                )
        if not isinstance(own, dict) or not any(isinstance(w, int) and w > 0 for w in own.values()):
            problems.append(InputError(f"no definition of `{term}` has a weight", document.place((term,))))
        else:
            out[term] = dict(own)
    if problems:
        raise InputErrors(problems)
    return out


@app.command()
def readings(
    scenario: ScenarioName,
    clause: Clause = None,
    ask: Asked = "casus",
    profile: ProfileName = None,
    define: Define = None,
    set_: Set = None,
    account: Account = None,
    on: On = None,
    event: EventId = None,
    argued_by: ArguedBy = None,
    admissible: Admissible = None,
    weights: Weights = None,
    rules: RulesFolder = None,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Tell under which share of the listed readings it arises or is due, and which word carries it."""
    from foedus.report import readings as report

    library = library_with(rules)
    question = _question(
        library, scenario, clause, ask, profile, define, set_, account, on, event, argued_by, admissible, weights
    )
    with _or_too_entangled(", ask of one event with --event, or restrict with --argued-by or --admissible"):
        influences = question.influence()
        if plot is not None:
            from foedus.report.plot import plot_readings

            plot_readings(question, influences, plot, weighted=weights is not None)
        if as_json:
            record = report.readings_record(question, influences, weighted=weights is not None)
            print_json({**record, "inputs": library.inputs})
            return
        from foedus.report.page import Page

        page = Page()
        report.show_readings(page, question, influences, profile, weighted=weights is not None)
        page.write()


@app.command()
def residual(
    scenario: ScenarioName,
    clause: Clause = None,
    define: Define = None,
    set_: Set = None,
    account: Account = None,
    on: On = None,
    event: EventId = None,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Print the legal question that remains once the known facts are put in."""
    from foedus.report import readings as report

    library = library_with(rules)
    question = _question(library, scenario, clause, "casus", None, define, set_, account, on, event)
    left = question.residual
    if as_json:
        print_json({"scenario": question.scenario.scenario, "clause": question.clause,
                    "residual": report.residual_record(left, question.space), "inputs": library.inputs})  # fmt: skip
        return
    from foedus.report.page import Page

    page = Page()
    asked = f"{question.scenario.scenario} · {question.clause}: the casus foederis"
    if isinstance(left, bool):
        page.line(f"{asked} {'arises' if left else 'does not arise'}, whatever is chosen", "bold")
        page.write()
        return
    page.line(f"{asked} arises if", "bold")
    for line in report.residual_lines(left, question.space, 0):
        depth = len(line) - len(line.lstrip())
        page.line(line.strip(), indent=depth + 2, hang=2)
    page.write()


@app.command()
def flip(
    scenario: ScenarioName,
    clause: Clause = None,
    ask: Asked = "casus",
    profile: ProfileName = None,
    define: Define = None,
    set_: Set = None,
    account: Account = None,
    on: On = None,
    event: EventId = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many smallest sets of changes.")] = 100,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Find the smallest changes of the reading, of the facts, or of both, that turn the finding."""
    from foedus.flips import find_flips
    from foedus.report import readings as report

    library = library_with(rules)
    question = _question(library, scenario, clause, ask, profile, define, set_, account, on, event)
    with _or_too_entangled(", or ask of one event with --event"), progress_over(None, "sets of changes") as advance:
        flips = find_flips(question, limit=limit, advance=advance)
    if as_json:
        print_json({**report.flips_record(question, flips), "inputs": library.inputs})
        return
    from foedus.report.page import Page

    page = Page()
    report.show_flips(page, question, flips, profile)
    page.write()


@app.command()
def dispute(
    scenario: ScenarioName,
    between: Annotated[str, typer.Option("--between", metavar="A,B", help="Two actors or profiles, such as RUS,UKR.")],
    clause: Clause = None,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Find the smallest sets of points whose adoption by one of two actors makes them agree."""
    from foedus.dispute import map_dispute
    from foedus.report import readings as report

    library = library_with(rules)
    found = library.scenario(scenario)
    clause = clause or found.clauses[0]
    known = rules_for(library, [clause], [found])
    first, second = _positions(known, found, between)
    mapped = map_dispute(known, found, clause, first, second)
    if as_json:
        print_json({**report.dispute_record(found.scenario, clause, mapped), "inputs": library.inputs})
        return
    from foedus.report.page import Page

    page = Page()
    report.show_dispute(page, found.scenario, clause, mapped)
    page.write()


def _positions(known: Rules, scenario: Scenario, between: str) -> list[Position]:
    """An actor reads as its profile does that speaks of the scenario's time: the latest, if there are several."""
    from foedus.cascade import own_profile
    from foedus.dispute import Position
    from foedus.loading.resolve import nearest_actor
    from foedus.run import under

    parts = [each.strip() for each in between.split(",")]
    if len(set(parts)) != 2 or len(parts) != 2 or not all(parts):  # noqa: PLR2004 - two sides of a dispute
        raise InputErrors([InputError(f"`{between}` does not name two sides", None, "write --between RUS,UKR")])
    out = []
    days = sorted({each.date for each in scenario.events}, reverse=True)
    for name in parts:
        own = (own_profile(known, name, day) for day in days)
        profile = known.profiles.get(name) or next((each for each in own if each is not None), None)
        if profile is None and name not in known.actors:
            raise InputErrors(
                [
                    InputError(
                        f"unknown actor or profile `{name}`", None, nearest_actor(name, known.actors, known.profiles)
                    )
                ]
            )
        choices, account = under(profile, {}, name if name in known.actors else None)
        out.append(Position(profile.profile if profile else name, choices, account))
    return out


@app.command()
def sweep(
    scenario: ScenarioName,
    vary: Annotated[
        str, typer.Option("--vary", metavar="ATTRIBUTE|TERM.KNOB", help="The fact or knob to vary, such as gravity.")
    ],
    clause: Clause = None,
    ask: Asked = "casus",
    profile: ProfileName = None,
    define: Define = None,
    set_: Set = None,
    account: Account = None,
    event: EventId = None,
    rules: RulesFolder = None,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Vary one fact or knob over its scale, and show the share of readings at each step."""
    from foedus.report import readings as report
    from foedus.sweep import sweep as sweep_over

    library = library_with(rules)
    question = _question(library, scenario, clause, ask, profile, define, set_, account, None, event)
    with _or_too_entangled(", or ask of one event with --event"):
        varied, steps = sweep_over(question, vary, event)
    if plot is not None:
        from foedus.report.plot import plot_sweep

        plot_sweep(question, varied, steps, plot)
    if as_json:
        print_json({**report.sweep_record(question, varied, steps), "inputs": library.inputs})
        return
    from foedus.report.page import Page

    page = Page()
    report.show_sweep(page, question, varied, steps, profile)
    page.write()


@app.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="CLAUSE", help="A clause.", autocompletion=names.clauses)],
    second: Annotated[str, typer.Argument(metavar="CLAUSE", help="Another clause.", autocompletion=names.clauses)],
    profile: Annotated[
        list[str] | None,
        typer.Option(
            "--profile", help="Under this reading; may be repeated. By default all.", autocompletion=names.profiles
        ),
    ] = None,
    define: Define = None,
    set_: Set = None,
    witness: Annotated[
        Path | None, typer.Option("--witness", metavar="DIR", help="Write scenarios that show the difference here.")
    ] = None,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Tell whether one clause is broader than another, under each reading and for all, with scenarios that show it."""
    from foedus.comparison import Twins
    from foedus.ground import merge
    from foedus.report import readings as report

    library = library_with(rules)
    known = rules_for(library, [first, second], [], wanted=profile or [])
    fixed = choices_from(library, known, define, set_)
    relations: dict[str, str] = {}
    texts: dict[str, str] = {}
    twins = Twins(known, (first, second))
    asked = {name: merge(known.profiles[name].reading, fixed) for name in profile or known.profiles}
    for name, reading in {"default reading": fixed, **asked}.items():
        found = twins.under(reading, shows=bool(profile) or name == "default reading")
        relations[name] = found.relation
        texts |= _witnesses(found, name, (first, second))
    whole = twins.for_all(fixed)
    relations["all readings"] = whole.relation
    texts |= _witnesses(whole, "all readings", (first, second))
    own_defaults = [name for name in twins.own_defaults if name not in fixed]
    twins.close()
    files = []
    if witness is not None:
        witness.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            target = witness / f"{name}.yaml"
            target.write_text(text, encoding="utf-8")
            files.append(str(target))
    if as_json:
        print_json(
            {
                "first": first,
                "second": second,
                "relations": relations,
                "own_defaults": own_defaults,
                "witnesses": texts,
                "inputs": library.inputs,
            }
        )
        return
    from foedus.report.page import Page

    page = Page()
    report.show_comparison(
        page,
        (first, second),
        relations,
        own_defaults,
        files or (["--witness DIR writes scenarios that show it"] if texts else []),
    )
    page.write()


def _witnesses(found: Comparison, reading: str, clauses: tuple[str, str]) -> dict[str, str]:
    """Name to file, of the scenarios that show a comparison."""
    from dataclasses import replace

    from foedus.loading.writing import write_scenario

    out: dict[str, str] = {}
    under = "one of the listed readings" if reading == "all readings" else f"the {reading}"
    suffix = "" if reading == "default reading" else f"-{reading.replace(' ', '-')}"
    first, second = clauses
    sides = (("only-first", found.only_first, first, second), ("only-second", found.only_second, second, first))
    for side, shown, own, rival in sides:
        for twin, scenario in zip(("", "-twin"), shown, strict=False):
            named = replace(scenario, scenario=f"{side}{twin}{suffix}")
            summary = f"Under {under} these facts bring {own} into operation, and not {rival}."
            title = f"Not {rival}" if twin else f"Only {own}"
            out[named.scenario] = write_scenario(named, title, f"{summary} `foedus test` asks it under that reading.")
    return out


@app.command()
def redraft(
    clause: Annotated[
        str, typer.Argument(metavar="CLAUSE", help="The clause to redraft.", autocompletion=names.clauses)
    ],
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="TERM", help="Strike this word out; may be repeated.")
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="CONDITION", help="Add a condition, such as '{place: home-territory}'."),
    ] = None,
    define: Define = None,
    set_: Set = None,
    ask: Asked = "casus",
    profile: ProfileName = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            help="Only these scenarios; by default all that ask the clause.",
            autocompletion=names.scenarios,
        ),
    ] = None,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Strike out a word of a clause or add one, and see which findings and shares change."""
    from foedus.drafting import effects
    from foedus.drafting import redraft as redrafted
    from foedus.report import readings as report

    library = library_with(rules)
    if not (drop or add or define or set_):
        raise InputErrors(
            [InputError("nothing is redrafted", None, "give --drop TERM, --add CONDITION or --define TERM=DEFINITION")]
        )
    scenarios = _scenarios_on(library, clause, scenario)
    known = rules_for(library, [clause], scenarios, wanted=[profile] if profile else [], terms=_terms_in(add))
    fixed = choices_from(library, known, define, set_)
    formulas = [_condition(known, library, text) for text in add or []]
    after = redrafted(known, clause, drop=drop or [], add=formulas)
    current = dict(known.profiles[profile].reading) if profile else {}
    with _or_too_entangled(), progress_over(len(scenarios), "scenarios") as advance:
        found = effects(known, after, clause, scenarios, asked=ask, current=current, fixed=fixed, advance=advance)
    change = "; ".join(
        [
            *(f"without {each}" for each in drop or []),
            *(f"with {each}" for each in add or []),
            *(define or []),
            *(set_ or []),
        ]
    )
    if as_json:
        print_json({**report.effects_record(clause, change, found), "inputs": library.inputs})
        return
    from foedus.report.page import Page

    page = Page()
    report.show_effects(page, clause, change, found)
    page.write()


def _scenarios_on(library: Library, clause: str, named: list[str] | None) -> list[Scenario]:
    if named:
        return [library.scenario(name) for name in named]
    every = library.scenarios().values()
    return [each for each in every if clause in {*each.clauses, *(e.clause for e in each.expect)}]


def _parsed(text: str) -> Any:  # noqa: ANN401 - plain data
    from foedus.loading.document import parse

    return parse(text, "--add").data


def _terms_in(add: list[str] | None) -> list[str]:
    from foedus.formula import FormulaError, Term, parse_formula

    out: list[str] = []
    for text in add or []:
        try:
            out += [part.term for part in parse_formula(_parsed(text)).walk() if isinstance(part, Term)]
        except FormulaError as error:
            raise InputErrors(
                [InputError(f"`--add {text}`: {message}", None, hint) for _, message, hint in error.problems]
            ) from None
    return out


def _condition(known: Rules, library: Library, text: str) -> Any:  # noqa: ANN401 - a formula
    from foedus.formula import parse_formula
    from foedus.loading.resolve import Known, find_formula_troubles

    formula = parse_formula(_parsed(text))
    ids = Known(known, {kind: set(each) for kind, each in library.index.items()})
    problems = [InputError(f"`--add {text}`: {t.message}", None, t.hint) for t in find_formula_troubles(ids, formula)]
    if problems:
        raise InputErrors(problems)
    return formula


@app.command()
def backtest(
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Compare what profiles find of historical cases with the positions that their actors took."""
    from foedus.backtest import backtest as run_backtest
    from foedus.report import backtest as report

    library = library_with(rules)
    scenarios = [each for each in library.scenarios().values() if each.record is not None]
    known = rules_for(library, [clause for each in scenarios for clause in each.clauses], scenarios)
    with progress_over(len(scenarios), "cases") as advance:
        trials = run_backtest(known, scenarios, known.profiles.values(), advance)
    if as_json:
        print_json({**report.backtest_record(trials), "inputs": library.inputs})
        return
    from foedus.report.page import Page

    page = Page()
    report.show_backtest(page, trials)
    page.write()


@app.command()
def pairs(
    tag: Annotated[str | None, typer.Argument(metavar="[TAG]", help="Only this pair, such as pair-drones.")] = None,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Show paired cases: one text, different facts or readings, and what comes of it."""
    from foedus.report import pairs as report

    library = library_with(rules)
    scenarios = library.scenarios()
    groups: dict[str, list[Scenario]] = {}
    for scenario in scenarios.values():
        for each in scenario.tags:
            if each.startswith("pair-") and tag in {None, each}:
                groups.setdefault(each, []).append(scenario)
    groups = {name: own for name, own in sorted(groups.items()) if len(own) > 1}
    if not groups:
        every = {each for scenario in scenarios.values() for each in scenario.tags if each.startswith("pair-")}
        raise InputErrors([InputError(f"no pair is called `{tag}`", None, nearest(tag, every))])
    every_clause = [clause for own in groups.values() for each in own for clause in each.clauses]
    known = rules_for(library, every_clause, [each for own in groups.values() for each in own])
    found = report.rows(known, groups)
    if as_json:
        print_json({"pairs": found, "inputs": library.inputs})
        return
    from foedus.report.page import Page

    page = Page()
    report.show_pairs(page, found)
    page.write()
