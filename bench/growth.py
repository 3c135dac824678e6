"""How time and nodes grow with terms, definitions and shared knobs: writes the plot `docs/growth.svg`.

python bench/growth.py [--output docs/growth.svg]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path

from foedus.formula import All, AnyOf, Formula, Not, Term
from readings import Workload, everything

SEEDS = range(5)


def clause(terms: int) -> Formula:
    """Pairs of terms, every third with one negated, all asked."""
    rng = random.Random(terms)
    names = [Term(f"t{i}") for i in range(terms)]
    pairs: list[Formula] = []
    for i in range(0, terms - 1, 2):
        second: Formula = Not(names[i + 1]) if i % 3 == 2 else names[i + 1]
        pairs.append(AnyOf((names[i], second)))
    if terms % 2:
        pairs.append(AnyOf((names[-1], rng.choice(names[:-1]))))
    return All(tuple(pairs))


def measured(terms: int, definitions: int) -> tuple[float, float]:
    """Milliseconds and nodes, medians over the seeds."""
    times, nodes = [], []
    for seed in SEEDS:
        workload = Workload(seed, terms, definitions, clause(terms))
        begun = time.perf_counter()
        question = everything(workload)
        times.append((time.perf_counter() - begun) * 1000)
        nodes.append(len(question._diagrams.walk(question._outcomes)))  # noqa: SLF001 - what is measured
    return statistics.median(times), statistics.median(nodes)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=Path("docs/growth.svg"))
    output = parser.parse_args().output
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "foedus"
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    by_terms = {terms: measured(terms, 6) for terms in (2, 4, 6, 8, 10, 12, 16, 20)}
    by_definitions = {definitions: measured(8, definitions) for definitions in (2, 4, 6, 8, 12, 16, 24)}
    for axes, results, what in (
        (left, by_terms, "terms, 6 definitions each"),
        (right, by_definitions, "definitions of each of 8 terms"),
    ):
        axes.plot(list(results), [t for t, _ in results.values()], "o-", color="#0072B2", label="milliseconds")
        axes.plot(list(results), [n for _, n in results.values()], "s--", color="#D55E00", label="nodes")
        axes.set_xlabel(what)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=8)
        for value, (milliseconds, nodes) in results.items():
            print(f"{value:4} {what}: {milliseconds:7.2f} ms, {nodes:6.0f} nodes")
    figure.suptitle(
        "count, share, witnesses and pivotal shares of every choice; one knob of 4 levels shared by all terms",
        fontsize=9,
    )
    figure.savefig(output, metadata={"Date": None})


if __name__ == "__main__":
    main()
