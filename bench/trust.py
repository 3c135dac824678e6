"""Writes `docs/trust.md`: what is proved, what is tested and how often, and what is only believed.

python bench/trust.py [--long] [--results DIR]

Each check is run, and what it prints is kept in DIR; what is there already is not run again, so that a long run can be
made beforehand. `--long` also runs the laws, the mutants and a million cases of agreement: many hours. Of what was not
run the page says so. Every number on the page is counted or measured.
"""

# ruff: noqa: E501 - lines of the page are written as they stand in it
from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import re
import subprocess
import sys
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from engine_mutants import MODULES
from foedus import __version__
from foedus.loading.library import Library
from foedus.model import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "trust.md"
SEED = 1
FOEDUS = ["-m", "foedus"]
CHECKS = {
    "proofs": [*FOEDUS, "check", "--prove", "--json"],
    "coverage": [*FOEDUS, "test", "--coverage", "--json"],
    "agreement": ["bench/agreement.py", "--seed", str(SEED), "--cases", "40000"],
}
LONG = {
    "agreement": ["bench/agreement.py", "--seed", str(SEED), "--cases", "1000000"],
    "laws": [
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "tests/laws",
        "tests/test_executors_agree.py",
    ],
    "mutation-rules": ["bench/mutation.py", "rules"],
    "mutation-engine": ["bench/mutation.py", "engine", "--seed", str(SEED)],
}
BELIEVED = [
    "That the facts of a scenario are coded as the record has them.",
    "That the levels of a scale (gravity, effects, attribution) are those at which lawyers would draw the lines.",
    "That a definition, taken apart into conditions, says what its author says; where the decomposition is ours, its note says so.",
    "That the listed definitions are those which are argued. What nobody listed is in no share, and no share is a probability.",
    "That a State which uses a profile's words in one case would use them in another.",
    "That the small world of a proof is enough: one act, of at most two actors against at most two, and for each event that a condition looks for one that could be it, done by one actor to one. Acts of more actors, and events of several, are left out.",
    "That of actors whom no condition names one stands for all of its sort.",
    "That the reference evaluator, which is the meaning, means what the documents say: it is short so that it can be read.",
]


def results(folder: Path, *, long: bool) -> dict[str, str]:
    """What each check printed, where it was run."""
    for name, command in (CHECKS | (LONG if long else {})).items():
        kept = folder / name
        if not kept.exists():
            print(f"running {' '.join(command)}", file=sys.stderr)
            answer = subprocess.run([sys.executable, *command], check=False, capture_output=True, text=True, cwd=ROOT)
            kept.write_text(answer.stdout, encoding="utf-8")
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def laws() -> list[tuple[str, int]]:
    """The tests of laws and of agreement that draw examples, and how many each draws."""
    out = []
    for path in [*sorted((ROOT / "tests" / "laws").glob("*.py")), ROOT / "tests" / "test_executors_agree.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        sizes: dict[str, int] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                for given in node.value.keywords:
                    if given.arg == "max_examples":
                        sizes[ast.unparse(node.targets[0])] = ast.literal_eval(given.value)
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                marks = [ast.unparse(mark) for mark in node.decorator_list]
                if any(mark.startswith("given(") for mark in marks):
                    inline = next(
                        (re.search(r"max_examples=(\d+)", mark) for mark in marks if "max_examples" in mark), None
                    )
                    drawn = int(inline[1]) if inline else next(sizes[mark] for mark in marks if mark in sizes)
                    out.append((node.name, drawn))
    return out


def sources(value: object) -> Iterator[Source]:
    """Every source in some rules or scenarios."""
    if isinstance(value, Source):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from sources(getattr(value, each.name, None))
    elif isinstance(value, dict):
        for each in value.values():
            yield from sources(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from sources(each)


def proved(told: dict[str, Any]) -> Iterator[str]:
    """What the solver has shown."""
    found, counts = told["properties"], told["checked"]
    faults = sum(each["is_fault"] for each in found)
    explained = sum(each["explained"] is not None for each in found)
    yield f"`foedus check --prove` has asked of {counts['clauses']} clauses and {counts['definitions']} definitions, for all facts of a small"
    yield "world and all readings at once:"
    yield ""
    yield f"- {faults} faults: a clause that never arises or always does, a condition or an alternative without effect, two definitions that are"
    yield "  the same, a declared relation that does not hold, values of a knob without effect, a mutual clause that binds its parties"
    yield "  differently, help and neutrality owed at once, an attribute that nothing reads, a reason for what is not so"
    yield f"- {explained} such properties that the treaties themselves mean ([listed](properties.md))"
    yield f"- {len(found) - faults - explained} relations between help and consultation in one treaty"
    yield f"- {len(told['incompatible'])} pairs of duties that cannot both be performed, each with a situation that the reference has judged"
    yield ""
    yield "What a scenario shows the reference has judged (`--witness DIR` writes it). That there is none is the solver's word (PySAT, CaDiCaL),"
    yield "which laws below hold against scenarios drawn at random."


def tested(made: dict[str, str]) -> Iterator[str]:
    """What is run, how often, and with what result."""
    drawn = laws()
    yield "| what | how often | result |"
    yield "| --- | --- | --- |"
    ran = made.get("laws", "").strip().splitlines()
    many = f"{len(drawn)} tests, {sum(n for _, n in drawn):,} examples drawn in each run of the tests"
    yield f"| laws on generated rules and scenarios ([which](laws.md)) | {many} | {ran[-1] if ran else 'not run for this page'} |"
    yield f"| executors agree on drawn cases (seed {SEED}) | {agreement(made.get('agreement', ''))} |"
    suite = (ROOT / "tests" / "conformance").glob("level-*.json")
    cases = sum(len(json.loads(path.read_text(encoding="utf-8"))["cases"]) for path in suite)
    yield f"| conformance suite | {cases:,} cases | checked in each run of the tests |"
    bad = {path.stem for path in (ROOT / "tests" / "bad").iterdir() if path.suffix in {"", ".yaml"}}
    yield f"| bad input with its golden message | {len(bad)} files | checked in each run of the tests |"
    told = json.loads(made["coverage"])
    names = {each["scenario"] for each in told["results"]}
    yield f"| expectations of shipped scenarios | {len(told['results']):,} in {len(names)} scenarios | {told['not_met']} not met |"
    for kind, share in told["coverage"]["shares"].items():
        both = f"; {share['both_ways']:,} both as true and as false" if share["both_ways"] else ""
        yield f"| {kind} that some expectation comes to | {share['of']:,} | {share['met']:,}{both} |"
    for kind, what, how in (
        ("rules", "mutants of shipped", ""),
        ("engine", "mutants of the evaluator", ", a sample of each"),
    ):
        run = f"`python bench/mutation.py {kind}`{how}"
        printed = "\n".join(text for name, text in made.items() if name.startswith(f"mutation-{kind}"))
        scores = re.findall(r"^(\w+): (\d+ of \d+) killed \(([\d.]+%)\)(.*)$", printed, re.MULTILINE)
        for group, of, share, rest in scores:
            if group != "all" or kind == "engine":
                yield f"| {what} {group} ({run}) | {of} killed | {share}{rest} |".replace("evaluator all", "evaluators")
        if not scores:
            yield f"| {what}s ({run}) | | not run for this page |"


def unnoticed(made: dict[str, str]) -> Iterator[str]:
    """The mutants of clauses and evaluators that survive and that nothing explains."""
    for name, printed in made.items():
        left = printed.partition("not killed:\n")[2].partition("\nexplained, and yet killed:")[0].splitlines()
        groups = (
            {"clauses"}
            if name.startswith("mutation-rules")
            else set(MODULES)
            if name.startswith("mutation-engine")
            else set()
        )
        yield from (f"- {each}" for each in left if each.partition(":")[0] in groups and " killed (" not in each)


def agreement(printed: str) -> str:
    """How many cases were compared, and with what result: of a whole run, or of as much as there was time for."""
    whole = re.search(r"^seed \d+: (.*)$", printed, re.MULTILINE)
    differences = re.findall(r"(\d+) differences", printed)
    partial = re.findall(r"^([\d,]+) cases, \d+ differences$", printed, re.MULTILINE)
    if whole:
        return f"{whole[1]} | {differences[-1]} differences"
    if partial:
        return f"{partial[-1]} cases compared, of a run that was broken off | {differences[-1]} differences"
    return " | not run for this page"


def believed(library: Library) -> Iterator[str]:
    """What no machine can check."""
    yield from (f"- {each}" for each in BELIEVED)
    rules = library.everything()
    every = sources([list(rules.treaties.values()), list(rules.terms.values()), list(rules.overlays.values()),
                     list(rules.profiles.values()), list(library.scenarios().values())])  # fmt: skip
    counts = Counter(each.confidence for each in every)
    listed = ", ".join(
        f"{counts[kind]:,} `{kind}`" for kind in ("primary", "secondary", "well-known", "to-check", "lead")
    )
    yield f"- That the sources say what is quoted of them. How far each was checked, over {counts.total():,} sources: {listed}."


def page(made: dict[str, str]) -> str:
    """The page."""
    machine = f"{os.cpu_count()} cores"
    today = datetime.now(tz=UTC).date()
    lines = [
        "# How far foedus can be trusted",
        "",
        f"Made by `python bench/trust.py` on {today}, with foedus {__version__}, Python {platform.python_version()}, {machine}, seed {SEED}.",
        "No number here was written by hand.",
        "",
        "## What is proved",
        "",
        *proved(json.loads(made["proofs"])),
        "",
        "## What is tested, and how often",
        "",
        *tested(made),
        "",
        "## What no test notices",
        "",
        "Changes of a clause or of an evaluator that no expectation and no test told from the original in these runs, apart from those that",
        "`bench/mutation-survivors.json` explains (most as equivalent):",
        "",
        *(list(unnoticed(made)) or ["not run for this page"]),
        "",
        "## What is only believed",
        "",
        *believed(Library()),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--results", type=Path, metavar="DIR")
    asked = parser.parse_args()
    with TemporaryDirectory() as own:
        folder = asked.results or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(results(folder, long=asked.long)), encoding="utf-8")


if __name__ == "__main__":
    main()
