"""What the tests would notice: small changes (mutants) of the shipped rules and of the evaluators, each killed or not.

    python bench/mutation.py rules [--only clauses dates definitions overlays profiles] [--match TEXT]
    python bench/mutation.py engine [--sample 40] [--seed 1] [--module formula …]

A mutant of the rules is killed if some shipped expectation is no longer met; of the others it is told how many change a
page of the casebook, which tests keep as it is. A mutant of an evaluator is killed if a
fast part of the tests fails or does not end. Survivors that `bench/mutation-survivors.json` explains stand apart.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import engine_mutants
import rule_mutants

if TYPE_CHECKING:
    from collections.abc import Iterable

EXPLAINED = Path(__file__).with_name("mutation-survivors.json")

Verdict = tuple[str, str, str | None]
"""The group of a mutant, its name, and what killed it."""


def judged_rules(part: int, parts: int, only: list[str], match: str) -> list[Verdict]:
    """The verdicts of the mutants of every so-manieth file."""
    out: list[Verdict] = []
    all_wanted = [m for m in rule_mutants.mutants(only) if m.group in only and match in m.name]
    files = sorted({mutant.file for mutant in all_wanted})[part::parts]
    wanted = sorted((m for m in all_wanted if m.file in files), key=lambda mutant: len(mutant.asks))
    begun = time.monotonic()
    for index, mutant in enumerate(wanted):
        killer = rule_mutants.kills(mutant) or rule_mutants.seen(mutant)
        out.append((mutant.group, mutant.name, killer))
        if killer is None:
            print(f"SURVIVES {mutant.group}: {mutant.name}", file=sys.stderr, flush=True)
        if index % 100 == 99:
            shown = f"{index + 1} of {len(wanted)} in process {part + 1}, {time.monotonic() - begun:.0f} s"
            print(shown, file=sys.stderr, flush=True)
    return out


def explained() -> dict[str, str]:
    """Survivor to the reason why no test can or need tell it from the original."""
    if not EXPLAINED.exists():
        return {}
    groups: list[dict[str, object]] = json.loads(EXPLAINED.read_text(encoding="utf-8"))
    return {name: str(group["reason"]) for group in groups for name in group["mutants"]}  # type: ignore[attr-defined]


def report(verdicts: Iterable[Verdict], seconds: float) -> None:
    """Scores by group, then the survivors that nothing explains, and explanations that are out of date."""
    verdicts = list(verdicts)
    reasons = explained()
    total, killed, told, excused = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    left = []
    for group, name, killer in verdicts:
        is_told = killer is not None and killer.startswith(rule_mutants.PAGE)
        total[group] += 1
        killed[group] += killer is not None and not is_told
        told[group] += is_told
        is_explained = name in reasons or name.partition(": ")[0] in reasons
        excused[group] += killer is None and is_explained
        if killer is None and not is_explained:
            left.append(f"{group}: {name}")
    print("\n".join(["not killed:", *left]))
    noticed = {name for _, name, killer in verdicts if killer and not killer.startswith(rule_mutants.PAGE)}
    killed_though = sorted(noticed & reasons.keys())
    if killed_though:
        print("\n".join(["explained, and yet killed:", *killed_though]))
    for group in [*total, "all"]:
        whole, dead, seen, fine = (
            sum(count.values()) if group == "all" else count[group] for count in (total, killed, told, excused)
        )
        by_tests = f", {seen} more change a page of the casebook" if seen else ""
        print(f"{group}: {dead} of {whole} killed ({dead / whole:.1%}){by_tests}; {fine} survivors explained")
    print(f"{seconds:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["rules", "engine"])
    groups = ["clauses", "dates", "definitions", "overlays", "profiles"]
    parser.add_argument("--only", nargs="*", choices=groups, default=groups)
    parser.add_argument("--match", default="", help="only mutants of the rules whose name has this in it")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each module; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", nargs="*", choices=engine_mutants.MODULES, default=engine_mutants.MODULES)
    parser.add_argument("--stages", type=int, default=9, help="how many parts of the tests, the quickest first")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    begun = time.monotonic()
    verdicts: list[Verdict] = []
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        parts = range(asked.processes)
        if asked.what == "rules":
            waiting = [pool.submit(judged_rules, part, asked.processes, asked.only, asked.match) for part in parts]
        else:
            chosen = engine_mutants.sample(asked.module, asked.sample, asked.seed)
            waiting = [
                pool.submit(engine_mutants.judged, chosen[part :: asked.processes], part, asked.stages)
                for part in parts
            ]
        for each in waiting:
            verdicts += each.result()
    report(sorted(verdicts, key=lambda verdict: verdict[:2]), time.monotonic() - begun)


if __name__ == "__main__":
    main()
