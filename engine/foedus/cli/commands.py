"""The commands: each reads its options, asks the engine, and shows the answer."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from foedus import __version__
from foedus.cli import names
from foedus.errors import InputError, InputErrors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from foedus.ground import Rules
    from foedus.loading.library import Library
    from foedus.model import Definition, Scenario
    from foedus.vocabulary import Value

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.", autocompletion=names.scenarios
    ),
]
Clauses = Annotated[
    list[str] | None,
    typer.Option(
        "--clause", help="Ask only this clause, such as nato-1949/art-5; may be repeated.", autocompletion=names.clauses
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option("--profile", help="Read as this profile does, such as moscow.", autocompletion=names.profiles),
]
Define = Annotated[
    list[str] | None,
    typer.Option(
        "--define", metavar="TERM=DEFINITION",
        help="Give a term this definition, a treaty this wording, an overlay `applied` or `set-aside`; repeatable.",
        autocompletion=names.definitions,
    ),
]  # fmt: skip
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TERM.KNOB=VALUE", help="Set a knob of a term's definition; may be repeated."),
]
Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        help="Take disputed facts as this actor states them; `none` leaves them open.",
        autocompletion=names.actors,
    ),
]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Judge as seen on this day (YYYY-MM-DD).")]
RulesFolder = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR", help="A folder of rules on top of the shipped ones.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Long = Annotated[bool, typer.Option("--long", help="Explain everything, not only what decides.")]
ExecutorName = Annotated[
    Literal["rete", "reference"] | None,
    typer.Option("--executor", help="Which executor judges; by default rete where durable-rules loads."),
]


def _picture(path: Path | None) -> Path | None:
    if path is not None:
        from foedus.report.plot import check_picture

        check_picture(path)
    return path


Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw it too: .svg, .png, .pdf or .html, by the file's name (needs the extra `plot`).",
        callback=_picture,
    ),
]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"foedus {__version__}")
        raise typer.Exit


@app.callback()
def _foedus(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """What an alliance obliges to, under every reading of its words.

    A treaty's open words have rival definitions here; a scenario states facts; foedus tells for which readings
    assistance is due, why, and which word decides it.
    """


@app.command()
def run(
    scenario: ScenarioName,
    clause: Clauses = None,
    profile: ProfileName = None,
    define: Define = None,
    set_: Set = None,
    account: Account = None,
    on: On = None,
    rules: RulesFolder = None,
    executor: ExecutorName = None,
    long: Long = False,
    as_json: Json = False,
) -> None:
    """Tell whether assistance is due in a scenario, why, and what hangs on the reading."""
    from foedus.run import default_executor
    from foedus.run import run as run_scenario

    library = library_with(rules)
    found = library.scenario(scenario)
    clauses = tuple(clause or found.clauses)
    known = rules_for(library, clauses, [found], wanted=[profile] if profile is not None else [])
    choices, account = voice_of(library, known, clauses, profile, define, set_, account)
    day = day_of(on)
    result = run_scenario(
        known,
        found,
        clauses=clauses,
        choices=choices,
        account=account,
        on=day,
        executor=executor or default_executor(),
        seek_missing=True,
    )
    others = _other_profiles(known, found, clauses, day) if profile is None and not choices else {}
    if as_json:
        from foedus.report.record import run_record

        print_json(run_record(result, library.inputs, profile, others))
        return
    from foedus.report.finding import show_run
    from foedus.report.page import Page

    page = Page()
    show_run(page, result, profile, others, everything=long)
    page.write()


def _other_profiles(
    known: Rules, scenario: Scenario, clauses: Sequence[str], on: date | None
) -> dict[str, dict[str, tuple[str, str]]]:
    """Clause to profile to casus and duty; to nothing, where there are so many cases that it would take long."""
    from foedus.ground import Facts
    from foedus.run import Cases, overalls, under

    voices = [under(profile, {}, None) for profile in known.profiles.values()]
    cases = Cases(known, Facts(scenario, None, on))
    out: dict[str, dict[str, tuple[str, str]]] = {}
    for clause in clauses:
        distinct = len({situation.case for _, situation in cases.of(clause)})
        if not distinct:
            continue
        out[clause] = {}
        if distinct * len(voices) <= MOST_JUDGED:
            found = overalls(known, scenario, clause, voices, on)
            out[clause] = {name: (each.casus, each.duty) for name, each in zip(known.profiles, found, strict=True)}
    return out


MOST_JUDGED = 1000
"""Judgements of one clause that a run makes only to tell what other profiles find: about a second."""


@app.command()
def matrix(
    scenario: Annotated[
        list[str], typer.Argument(metavar="SCENARIO…", help="Scenario files or names.", autocompletion=names.scenarios)
    ],
    clause: Clauses = None,
    profiles: Annotated[
        str | None,
        typer.Option(
            "--profiles", metavar="A,B,…", help="These profiles; by default all.", autocompletion=names.profiles
        ),
    ] = None,
    define: Annotated[
        list[str] | None,
        typer.Option(
            "--define", metavar="TERM=*", help="One column for each definition of the term, instead of profiles."
        ),
    ] = None,
    by_actor: Annotated[
        bool,
        typer.Option(
            "--by-actor",
            help="One column for each State, by its own profile and account, and on what they differ.",
        ),
    ] = False,
    on: On = None,
    rules: RulesFolder = None,
    format_: Annotated[
        Literal["table", "csv", "md", "html"], typer.Option("--format", help="How to show it.")
    ] = "table",
    output: Output = None,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Set scenarios against profiles or definitions, in a table that a class can look at."""
    from foedus.report import matrix as report

    library = library_with(rules)
    found = [library.scenario(name) for name in scenario]
    clauses = [clause or each.clauses for each in found]
    known = rules_for(library, [c for each in clauses for c in each], found, terms=_starred(define))
    if by_actor and (profiles or define):
        hint = "leave out --profiles and --define: each actor has its own reading"
        raise InputErrors([InputError("`--by-actor` chooses the columns itself", None, hint)])
    if by_actor:
        columns = report.columns_of_actors(known, found)
    else:
        columns = report.columns_for(
            known,
            _listed_profiles(library, known, profiles),
            _starred(define),
            choices_from(library, known, _fixed(define), None),
        )
    with progress_over(sum(map(len, clauses)), "clauses") as advance:
        table = report.build(known, list(zip(found, clauses, strict=True)), columns, day_of(on), advance)
    if plot is not None:
        from foedus.report.plot import plot_matrix

        plot_matrix(table, plot)
    if as_json:
        print_json(report.matrix_record(table, library.inputs), output)
        return
    write_out(report.render(table, format_), output)


def _starred(define: list[str] | None) -> list[str]:
    return [item.partition("=")[0] for item in define or [] if item.endswith("=*")]


def _fixed(define: list[str] | None) -> list[str]:
    return [item for item in define or [] if not item.endswith("=*")]


def _listed_profiles(library: Library, known: Rules, profiles: str | None) -> list[str]:
    from foedus.errors import nearest

    asked = [name.strip() for name in profiles.split(",")] if profiles is not None else list(known.profiles)
    wrong = [name for name in asked if name not in library.index["profile"]]
    if wrong:
        raise InputErrors(
            [InputError(f"unknown profile `{name}`", None, nearest(name, library.index["profile"])) for name in wrong]
        )
    return asked


KINDS = Literal[
    "treaties", "clauses", "terms", "definitions", "profiles", "overlays", "scenarios", "acts", "attributes", "actors"
]


@app.command("list")
def list_(
    kind: Annotated[
        KINDS,
        typer.Argument(
            metavar="KIND",
            help="treaties, clauses, terms, definitions, profiles, overlays, scenarios, acts, attributes or actors.",
        ),
    ],
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only scenarios with this tag; repeatable.")] = None,
    party: Annotated[
        str | None,
        typer.Option("--party", help="Only treaties, clauses or scenarios of this actor.", autocompletion=names.actors),
    ] = None,
    in_force: Annotated[
        str | None, typer.Option("--in-force", metavar="DATE", help="Only treaties and clauses in force on this day.")
    ] = None,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """List what the library has, by tag, party and date where that is asked."""
    from foedus.errors import nearest
    from foedus.report import catalogue

    library = library_with(rules)
    party = account_of_actors(library.actors, party)
    rows = catalogue.rows(library, kind, tags=tag or [], party=party, in_force=day_of(in_force))
    tags = {each for scenario in library.scenarios().values() for each in scenario.tags} if tag else set()
    unknown = [each for each in tag or [] if each not in tags]
    if unknown:
        raise InputErrors([InputError(f"no scenario has the tag `{t}`", None, nearest(t, tags)) for t in unknown])
    if as_json:
        print_json(rows)
        return
    from foedus.report.page import Page

    page = Page()
    catalogue.show_rows(page, rows)
    page.write()


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A treaty, clause, term, profile, overlay, scenario, act, attribute or actor.",
            autocompletion=names.everything,
        ),
    ],
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """Show one entry: a clause with its conditions, a term with its definitions side by side."""
    from foedus.report import entry

    library = library_with(rules)
    if as_json:
        print_json(entry.entry_record(library, name))
        return
    from foedus.report.page import Page

    page = Page()
    entry.show_entry(page, library, name)
    page.write()


@app.command()
def test(
    path: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]…",
            help="Scenario files, names or folders; by default all shipped.",
            autocompletion=names.scenarios,
        ),
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Also tell which clauses, definitions and conditions they come to.")
    ] = False,
    rules: RulesFolder = None,
    as_json: Json = False,
) -> None:
    """See that foedus finds what the scenarios expect; exit code 1 if it does not."""
    from foedus.coverage import Coverage
    from foedus.report.coverage import coverage_lines, coverage_record
    from foedus.run import asked_for, compare

    library = library_with(rules)
    scenarios = [library.scenario(str(each)) for each in _scenario_paths(library, path)]
    wanted = [e.clause for s in scenarios for e in s.expect] + [c for s in scenarios for c in s.clauses]
    known = rules_for(library, wanted, scenarios)
    covered = Coverage(library.everything()) if coverage else None
    results: list[dict[str, Any]] = []
    total = sum(len(each.expect) for each in scenarios)
    with progress_over(total, "expectations") as advance:
        for each in scenarios:
            for index, expectation in enumerate(each.expect):
                findings = asked_for(known, each, expectation)
                is_met, found = compare(expectation, findings)
                if covered is not None:
                    covered.add(expectation, findings)
                where = {"scenario": each.scenario, "number": index + 1, "clause": expectation.clause}
                results.append(
                    {
                        **where,
                        "profile": expectation.profile,
                        "expected": expectation.casus,
                        "found": found,
                        "met": is_met,
                    }
                )
                advance()
    failed = [result for result in results if not result["met"]]
    if not total:
        raise InputErrors(
            [InputError("no expectation to test", None, "a scenario says under `expect:` what foedus must find")]
        )
    if as_json:
        record = {"met": total - len(failed), "not_met": len(failed), "results": results, "inputs": library.inputs}
        print_json(record | ({"coverage": coverage_record(covered)} if covered is not None else {}))
    else:
        for result in failed:
            reading = f" under {result['profile']}" if result["profile"] else ""
            typer.echo(
                f"{result['scenario']}: expectation {result['number']}: {result['clause']}{reading}: "
                f"expected {result['expected']}, found {result['found']}"
            )
        typer.echo(f"{len(scenarios)} scenarios: {total - len(failed)} expectations met, {len(failed)} not met")
        for line in coverage_lines(covered) if covered is not None else ():
            typer.echo(line)
    if failed:
        raise typer.Exit(1)


@app.command()
def check(
    path: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]…", help="Rule or scenario files or folders; by default the whole library."),
    ] = None,
    rules: RulesFolder = None,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove", help="Also prove that no clause is vacuous, no condition idle …, for all facts and readings."
        ),
    ] = False,
    witness: Annotated[
        Path | None, typer.Option("--witness", metavar="DIR", help="Write scenarios that show what is proved here.")
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="List also what is no fault.")] = False,
    as_json: Json = False,
) -> None:
    """See that files are well-formed and that every name in them exists; all problems at once."""
    from foedus.loading.checking import check_paths

    library = library_with(rules)
    counts = check_paths(library, [Path(each) for each in path or []])
    if prove:
        from foedus.cli.proofs import prove as prove_rules

        prove_rules(library, [Path(each) for each in path or []], witness, long=long, as_json=as_json)
        return
    if as_json:
        print_json({"problems": [], "checked": counts, "inputs": library.inputs})
        return
    typer.echo(f"no problem found in {', '.join(f'{n} {kind}' for kind, n in counts.items() if n)}")


@app.command()
def schema(
    what: Annotated[Literal["rules", "scenario"], typer.Argument(metavar="rules|scenario", help="Which files.")],
    rules: RulesFolder = None,
) -> None:
    """Print the JSON Schema with which editors complete and check files."""
    from foedus.loading.json_schema import file_schema

    print_json(file_schema(library_with(rules), what))


@app.command()
def new(
    what: Annotated[
        Literal["scenario", "treaty", "definition"],
        typer.Argument(metavar="scenario|treaty|definition", help="What to begin."),
    ],
    name: Annotated[str, typer.Argument(metavar="[ID]", help="The id; the file is named after it.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file; by default ID.yaml here.")
    ] = None,
) -> None:
    """Write a commented skeleton to start from."""
    from foedus.loading.skeletons import skeleton

    name, text = skeleton(what, name)
    target = output or Path(f"{name}.yaml")
    if target.exists():
        raise InputErrors(
            [InputError(f"`{target}` exists already", None, "give another id or --output; nothing was written")]
        )
    target.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {target}")


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")]) -> None:
    """Copy the whole library into a folder of yours, to edit and use with --rules."""
    import shutil

    from foedus.loading.json_schema import file_schema
    from foedus.loading.library import shipped

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputErrors(
            [InputError(f"`{folder}` exists and is not empty", None, "give a new folder; nothing was written")]
        )
    for kind in ("rules", "scenarios"):
        shutil.copytree(shipped(kind), folder / kind, dirs_exist_ok=True)
    library = library_with(None)
    for kind, what in (("rules", "rules"), ("scenarios", "scenario")):
        text = json.dumps(file_schema(library, what), ensure_ascii=False)
        (folder / kind / "schema.json").write_text(text, encoding="utf-8")
    typer.echo(f"copied the library to {folder}; edit it, then: foedus run SCENARIO --rules {folder}")


# What several commands need


def library_with(rules: Path | None) -> Library:
    from foedus.loading.library import Library

    return Library(rules)


def rules_for(
    library: Library,
    clauses: Iterable[str],
    scenarios: Sequence[Scenario],
    *,
    terms: Sequence[str] = (),
    wanted: Sequence[str] | None = None,
) -> Rules:
    """The rules that the clauses need, all names seen to exist; `wanted` profiles are seen to exist too."""
    from foedus.errors import nearest
    from foedus.loading.resolve import Known, find_clause_troubles

    clauses = list(clauses)
    unknown = [
        InputError(f"unknown profile `{p}`", None, nearest(p, library.index["profile"]) or "`foedus list profiles`")
        for p in wanted or []
        if p not in library.index["profile"]
    ]
    unknown += [
        InputError(f"unknown term `{t}`", None, nearest(t, library.index["term"]))
        for t in terms
        if t not in library.index["term"]
    ]
    if unknown:
        raise InputErrors(unknown)
    known = library.rules_for(clauses, terms)
    own = {clause for scenario in scenarios for clause in (*scenario.clauses, *(e.clause for e in scenario.expect))}
    ids = Known(known, {kind: set(each) for kind, each in library.index.items()})
    # what a scenario itself asks is located in its file
    wrong = [
        InputError(message, None, hint)
        for clause in dict.fromkeys(clauses)
        if clause not in own
        for message, hint in find_clause_troubles(ids, clause)
    ]
    if wrong:
        raise InputErrors([*library.problems, *wrong])
    library.check(known, scenarios)
    return known


def choices_from(library: Library, known: Rules, define: list[str] | None, set_: list[str] | None) -> dict[str, Value]:
    """The choices that `--define` and `--set` make.

    Raises:
        InputErrors: if one of them names nothing, or gives a value that there is not.
    """
    from foedus.loading.resolve import Known, find_choice_troubles

    choices: dict[str, Value] = {}
    problems: list[InputError] = []
    for option, items in (("--define", define or []), ("--set", set_ or [])):
        for item in items:
            choice, equals, text = item.partition("=")
            is_knob = "." in choice
            if not equals or is_knob != (option == "--set"):
                shape = "TERM.KNOB=VALUE" if option == "--set" else "TERM=DEFINITION"
                hint = "`--set` sets a knob, `--define` gives a term a definition"
                problems.append(InputError(f"`{option} {item}` is not of the shape {shape}", None, hint))
            elif choice in choices:
                problems.append(InputError(f"`{option} {choice}` is given twice", None, "one reading has one value"))
            else:
                choices[choice] = _value(text) if is_knob else text
    ids = Known(known, {kind: set(each) for kind, each in library.index.items()})
    for choice, value in choices.items():
        problems += [
            InputError(message, None, hint) for message, hint, _ in find_choice_troubles(ids, choice, value, choices)
        ]
    if problems:
        raise InputErrors(problems)
    return choices


def voice_of(
    library: Library, known: Rules, clauses: Iterable[str], profile: str | None,
    define: list[str] | None, set_: list[str] | None, account: str | None,
) -> tuple[dict[str, Value], str | None]:  # fmt: skip
    """The choices and the account of one reading, in which each knob that is set belongs to a definition in force.

    Raises:
        InputErrors: if a choice names nothing or has no effect, or the actor is unknown.
    """
    from foedus.run import under

    asked = choices_from(library, known, define, set_)
    choices, told = under(known.profiles.get(profile or ""), asked, account_of(known, account))
    problems = [each for name in asked if (each := _idle_knob(known, clauses, name, choices)) is not None]
    if problems:
        raise InputErrors(problems)
    return choices, None if told == "none" else told


def _idle_knob(known: Rules, clauses: Iterable[str], name: str, choices: Mapping[str, Value]) -> InputError | None:
    """What is wrong with setting a knob that no definition in force of its term has, for any of the clauses."""
    from foedus.ground import Reading, merge

    term, _, knob = name.partition(".")
    if not knob or term not in known.terms:
        return None
    versions = [(clause, each) for clause in (known.clause(c)[1] for c in clauses) for each in clause.versions]
    defaults = [merge(clause.defaults, version.defaults) for clause, version in versions]
    if not defaults:  # every reading is asked
        return None
    in_force = dict(Reading(merge(each, choices), known).definition(term) for each in defaults)
    others = {key: each for key, each in known.terms[term].definitions.items() if key not in in_force}

    def has(definition: Definition) -> bool:
        own = definition.knobs.get(knob)
        return own is not None and choices[name] in own.values

    if any(map(has, in_force.values())) or name in known.shared_knobs:
        return None
    having = [f"`{key}`" for key, each in others.items() if has(each)]
    message = f"`--set {name}={choices[name]}` changes nothing: `{term}` is read as {' or '.join(in_force)}"
    shown = ", ".join(having[:3]) + (f" and {len(having) - 3} others" if len(having) > 3 else "")  # noqa: PLR2004
    return InputError(message, None, f"give `{term}` a definition with that setting: {shown}")


def _value(text: str) -> Value:
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.lstrip("-").isdigit() else text


def account_of_actors(actors: Mapping[str, Any], code: str | None) -> str | None:
    from foedus.loading.resolve import nearest_actor

    if code is None or code in actors:
        return code
    raise InputErrors([InputError(f"unknown actor `{code}`", None, nearest_actor(code, actors))])


def account_of(known: Rules, account: str | None) -> str | None:
    from foedus.loading.resolve import nearest_actor

    if account is None or account == "none" or account in known.actors:
        return account
    raise InputErrors(
        [
            InputError(
                f"unknown actor `{account}`",
                None,
                nearest_actor(account, known.actors),
            )
        ]
    )


def day_of(on: str | None) -> date | None:
    if on is None:
        return None
    try:
        # as in files; Python reads other forms as well
        return datetime.strptime(on, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, wherever
    except ValueError:
        raise InputErrors(
            [InputError(f"`{on}` is not a date", None, "write a day that exists as YYYY-MM-DD")]
        ) from None


def _scenario_paths(library: Library, given: list[str] | None) -> Iterator[Path | str]:
    if not given:
        yield from sorted(library.index["scenario"])
        return
    for each in given:
        path = Path(each)
        if path.is_dir():
            yield from sorted(path.rglob("*.yaml"))
        else:
            yield each


def progress_over(total: int | None, what: str) -> Any:  # noqa: ANN401 - a context manager that gives a function
    from foedus.report.progress import progress

    return progress(total, what)


def write_out(text: str, output: Path | None) -> None:
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=not text.endswith("\n"))


def print_json(data: Mapping[str, Any] | Sequence[Any], output: Path | None = None) -> None:
    is_shown_whole = output is not None or (sys.stdout.encoding or "").lower().startswith("utf")
    write_out(json.dumps(data, ensure_ascii=not is_shown_whole, indent=2) + "\n", output)
