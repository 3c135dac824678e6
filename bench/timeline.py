"""Ten thousand events told one by one over sixty shipped treaties: memory, and what an event costs as they grow many.

python bench/timeline.py [--events 10000] [--output docs/timeline-cost.svg]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from foedus.ground import Rules
from foedus.loading.library import Library
from foedus.model import Event, Stated
from foedus.timeline import Timeline

TREATIES, SEED, FIRST = 60, 1, date(1955, 1, 1)
WINDOW = 500
STATED = 0.95  # of the events; the rest is conduct, each of which makes some forty cases
ACTS = ["invasion", "bombardment", "blockade", "attack-on-forces", "cyber-operation", "sanctions", "threat-of-force"]
STEPS = ["request-for-assistance", "consultation", "determination", "characterisation", "assistance", "organ-decision"]


def sixty() -> tuple[Rules, tuple[str, ...]]:
    """The treaties that were last in force longest after the first day, and all their clauses."""
    library = Library()
    treaties = library.all_of("treaty")
    latest = sorted(treaties, key=lambda name: (treaties[name].in_force.until or date.max, name), reverse=True)
    clauses = tuple(f"{name}/{clause}" for name in sorted(latest[:TREATIES]) for clause in treaties[name].clauses)
    return library.rules_for(clauses), clauses


def events(rules: Rules, count: int) -> list[Event]:
    """A stream of conduct between parties, and of what is said and decided about what happened of late."""
    rng = random.Random(SEED)
    actors = sorted({code for treaty in rules.treaties.values() for code in treaty.parties})
    gravity = list(rules.vocabulary.attributes["gravity"].values)
    out: list[Event] = []
    conduct: list[Event] = []
    day = FIRST
    for number in range(count):
        day += timedelta(days=rng.choice([0, 1, 2, 4]))
        by, against = rng.sample(actors, 2)
        if conduct and rng.random() < STATED:
            of = rng.choice(conduct[-20:])
            by = rng.choice([str(of.against.value), by, "UNSC"])
            facts = {"as": Stated("armed-attack"), "outcome": Stated("granted")}
            out.append(
                Event(
                    f"e{number}", day, Stated(rng.choice(STEPS)), Stated(by), Stated(against), about=of.id, facts=facts
                )
            )
            continue
        facts = {"gravity": Stated(rng.choice(gravity)), "place": Stated("home-territory"),
                 "attribution": Stated("state-organ"), "perpetrator": Stated("state-forces")}  # fmt: skip
        until = day + timedelta(days=rng.choice([0, 10, 200]))
        out.append(Event(f"e{number}", day, Stated(rng.choice(ACTS)), Stated(by), Stated(against), until, facts=facts))
        conduct.append(out[-1])
    return out


def resident() -> float:
    """Megabytes of memory in use."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def measured(count: int, forget: int | None) -> dict[str, object]:
    """Milliseconds of processor time an event, and megabytes, after each window of events."""
    rules, clauses = sixty()
    told = events(rules, count)
    timeline = Timeline(rules, clauses, forget=forget)
    costs: list[float] = []
    out: dict[str, object] = {"clauses": len(clauses), "cost": [], "memory": [], "open": [], "changes": 0}
    changes = 0
    for number, event in enumerate(told, 1):
        begun = time.process_time()
        changes += sum(len(step.changes) for step in timeline.pass_to(event.date))
        changes += len(timeline.tell([event]).changes)
        costs.append((time.process_time() - begun) * 1000)
        if number % WINDOW == 0:
            out["cost"].append(statistics.fmean(costs[-WINDOW:]))  # type: ignore[attr-defined]
            out["memory"].append(resident())  # type: ignore[attr-defined]
            out["open"].append(timeline.open_cases)  # type: ignore[attr-defined]
            print(number, json.dumps(out), file=sys.stderr, flush=True)
    return {**out, "changes": changes}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--output", type=Path, default=Path("docs/timeline-cost.svg"))
    parser.add_argument("--one", help="Measure one way only, and print JSON: days to forget after, or `never`.")
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(asked.events, None if asked.one == "never" else int(asked.one))))
        return
    ways = {"nothing forgotten": "never", "forgotten after 365 days": "365"}
    results = {}
    for name, days in ways.items():
        # each in a process of its own, whose memory is its own
        call = [sys.executable, __file__, "--one", days, "--events", str(asked.events)]
        results[name] = json.loads(subprocess.run(call, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout)
        for number in (1000, asked.events):
            at = number // WINDOW - 1
            found = results[name]
            print(
                f"{name}, {number:6,} events: {found['memory'][at]:6.0f} MB, {found['cost'][at]:6.2f} ms an event, "
                f"{found['open'][at]:,} cases open"
            )
    draw(results, asked.output)


def draw(results: dict[str, dict[str, list[float]]], output: Path) -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "foedus"
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for (name, found), colour, line in zip(results.items(), ("#D55E00", "#0072B2"), ("s--", "o-"), strict=True):
        at = [WINDOW * (index + 1) for index in range(len(found["cost"]))]
        left.plot(at, found["cost"], line, color=colour, label=name, markersize=3)
        right.plot(at, found["memory"], line, color=colour, label=name, markersize=3)
    for axes, what in ((left, "processor milliseconds an event"), (right, "megabytes in use")):
        axes.set_xlabel("events told")
        axes.set_ylabel(what)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=8)
    figure.suptitle(f"events told one by one over {TREATIES} treaties, default reading", fontsize=9)
    figure.savefig(output, metadata={"Date": None})


if __name__ == "__main__":
    main()
