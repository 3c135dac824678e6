"""Writes `docs/properties.md`: what is proved of the shipped treaties, and duties that cannot both be performed.

python bench/properties.py [--proofs FILE] [--check]

FILE holds what `foedus check --prove --json` prints; without it the command is run. With `--check` nothing is written,
and the exit code is 1 if the page is another.
"""

# ruff: noqa: E501 - lines of the page are written as they stand in it
from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foedus.loading.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from foedus.ground import Rules

PAGE = Path(__file__).parent.parent / "docs" / "properties.md"
RUNGS = {
    "rung-left-out": "help without consultation",
    "rungs-at-once": "both at once",
    "gap": "force below both",
}
Proofs = dict[str, Any]


def proofs_from(path: Path | None) -> Proofs:
    """What is proved, read or proved now; a fault is no error here."""
    if path is not None:
        found: Proofs = json.loads(path.read_text(encoding="utf-8"))
        return found
    command = [sys.executable, "-m", "foedus", "check", "--prove", "--json"]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    if answer.returncode not in {0, 1}:
        sys.exit(answer.stdout + answer.stderr)
    told: Proofs = json.loads(answer.stdout)
    return told


class Words:
    """The names that people use for clauses and actors."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.clauses = {f"{t.treaty}/{c}": f"{t.short}, {e.article}" for t in rules.treaties.values()
                        for c, e in t.clauses.items()}  # fmt: skip

    def of(self, text: str) -> str:
        """A text with clauses and actors named in full."""
        text = re.sub(r"`?([a-z0-9-]+/[a-z0-9-]+)`?", lambda m: self.clauses.get(m[1], m[0]), text)
        return re.sub(r"\b[A-Z][A-Z0-9]{2,5}\b", lambda m: self.actor(m[0]), text)

    def actor(self, code: str) -> str:
        """The name of an actor."""
        return self.rules.actors[code].name if code in self.rules.actors else code


def page(proofs: Proofs, words: Words) -> str:
    """The page."""
    found = proofs["properties"]
    counts = proofs["checked"]
    lines = [
        "# What holds of the treaties whatever happens",
        "",
        f"`foedus check --prove` asks of {counts['clauses']} clauses and {counts['definitions']} definitions what holds for all facts and all readings,",
        "and of every two clauses under which one party is bound whether it can be bound to what it cannot perform together.",
        "A case is one act and, for each event that a condition looks for, one that could be it. This page is made by `python bench/properties.py`.",
        "",
        "## What the treaties themselves mean",
        "",
        "Each would be a fault of a rule file, if the file did not say where the treaty has it from.",
        "",
        *_explained(found, words),
        "",
        "## Duties that cannot both be performed",
        "",
        "Each clause is read under its defaults. Of two clauses and one obligor one situation is shown; the reference has judged that both cases",
        "arise in it. Whether both treaties were alive politically on that day is another matter.",
        "",
        *_incompatible(proofs["incompatible"], words),
        "## Help and consultation in one treaty",
        "",
        "Of each promise of help and each promise to consult in the same treaty, under defaults: can help be owed where consultation is not asked",
        "for; both at once; and can an act of armed force within its scope fall below both.",
        "",
        *_rungs(found, words),
        "",
    ]
    return "\n".join(lines)


def _table(*head: str) -> list[str]:
    return [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _explained(found: list[dict[str, Any]], words: Words) -> Iterator[str]:
    yield from _table("clause", "what is proved", "where it comes from")
    for each in found:
        if each["explained"] is not None:
            clause, _, message = each["message"].partition(": ")
            yield _row(words.of(clause), words.of(message), each["explained"])


def _events(text: str) -> dict[str, dict[str, Any]]:
    """The events of a scenario that `foedus` wrote, each on a line of its own."""
    listed = text.partition("\nevents:\n")[2].partition("\nexpect:\n")[0]
    return {event["id"]: event for event in (json.loads(line[4:]) for line in listed.splitlines())}


def _incompatible(pairs: list[dict[str, Any]], words: Words) -> Iterator[str]:
    for obligor in sorted({pair["obligor"] for pair in pairs}, key=words.actor):
        own = [pair for pair in pairs if pair["obligor"] == obligor]
        yield from [f"### {words.actor(obligor)} ({len(own)})", ""]
        yield from _table("first clause", "second clause", "situation", "then")
        for pair in own:
            events = _events(pair["scenario"])
            told = "; ".join(_told(events[name], words) for name in ("a-attack", "b-attack"))
            yield _row(*(words.clauses[clause] for clause in pair["clauses"]), told, words.of(pair["sentence"]))
        yield ""


def _told(event: dict[str, Any], words: Words) -> str:
    act = words.rules.vocabulary.acts[event["act"]].title
    by, against = (
        " and ".join(map(words.actor, [who] if isinstance(who, str) else who))
        for who in (event["by"], event["against"])
    )
    return f"{act} by {by} against {against}, {event['date']}"


def _rungs(found: list[dict[str, Any]], words: Words) -> Iterator[str]:
    pairs: dict[tuple[str, str], Counter[str]] = {}
    for each in found:
        if each["kind"] in RUNGS:
            named = re.findall(r"`([^`]+/[^`]+)`", each["message"])
            pairs.setdefault((named[0], named[-1]), Counter())[each["kind"]] += 1
    yield from _table("help", "consultation", *RUNGS.values())
    for (helps, consults), kinds in pairs.items():
        answers = ("yes" if kinds[kind] else "no" for kind in RUNGS)
        yield _row(words.clauses[helps], words.clauses[consults], *answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proofs", type=Path)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    fresh = page(proofs_from(asked.proofs), Words(Library().everything()))
    if not asked.check:
        PAGE.write_text(fresh, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == fresh:
        return 0
    print("docs/properties.md is out of date: python bench/properties.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
