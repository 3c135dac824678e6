"""How long a cascade over all treaties in force takes once the library is read.

Prints for each scenario the clauses asked, the cases judged, the help given, and the median processor time.

    python bench/cascade.py [--rounds 7] [--performs bound|all] [SCENARIO…]
"""

from __future__ import annotations

import argparse
import statistics
import time

from foedus.cascade import Plan, relevant_clauses, run_cascade
from foedus.loading.library import Library

USUAL = (
    "1914-italy",
    "1914-france-russia",
    "1939-poland-germany",
    "2024-kursk",
    "hypo-narva-ladder",
    "hypo-baltic-ladder",
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--performs", choices=["bound", "all"], default="bound")
    parser.add_argument("scenario", nargs="*", default=USUAL)
    asked = parser.parse_args()
    library = Library()
    rules = library.everything()
    print(f"{'scenario':<22} {'clauses':>8} {'cases':>7} {'helps':>6} {'ms':>8}")
    for name in asked.scenario:
        scenario = library.scenario(name)
        times = []
        for _ in range(asked.rounds):
            begun = time.process_time()
            plan = Plan(relevant_clauses(rules, scenario), performs=asked.performs)
            found = run_cascade(rules, scenario, plan)
            times.append((time.process_time() - begun) * 1000)
        cases = sum(map(len, found.judged.values()))
        median = statistics.median(times)
        print(f"{name:<22} {len(plan.clauses):>8} {cases:>7} {len(found.rounds):>6} {median:>8.0f}")


if __name__ == "__main__":
    main()
