"""Whether executors agree on a million generated cases, each a situation under a reading, with unknown facts put in.

Every case is judged by the reference and read off the decision diagram of its situation, which are compared on values.
Each reading of each situation is also judged once by durable-rules and compared on whole derivations. The generator is
seeded and independent of Hypothesis (`tests/seeded.py`). A difference is printed as a Python program, at once and, as
small as it gets, at the end; the exit code is 1.

    python bench/agreement.py [--cases 1000000] [--seed 1] [--processes 2]

Cases are judged in processes that end, because durable-rules keeps what it was given.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from comparing import HAS_RETE, Compared, as_program, compare_on_drawn, difference_in, smallest
from foedus.report.progress import progress

CHUNK = 1000
"""Cases in one process: durable-rules keeps about a megabyte of each rule set, and one reading in four has one."""
SEEDS = 10**9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    chunks = -(-asked.cases // CHUNK)
    total = Compared()
    begun = time.monotonic()
    context = get_context("forkserver")
    context.set_forkserver_preload(["comparing"])
    waiting: set[Future[Compared]] = set()
    with (
        ProcessPoolExecutor(asked.processes, mp_context=context, max_tasks_per_child=1) as pool,
        progress(chunks, f"{asked.cases:,} cases") as advance,
    ):
        chunk = 0
        while chunk < chunks or waiting:
            while chunk < chunks and len(waiting) < 2 * asked.processes:
                waiting.add(pool.submit(compare_on_drawn, asked.seed * SEEDS + chunk, CHUNK))
                chunk += 1
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for each in done:
                found = each.result()
                for drawn, difference in found.differences:
                    # at once, and as it was drawn: it may not come again
                    print(f"a difference:\n{as_program(drawn, difference)}", flush=True)
                total += found
                advance()
            if not sys.stderr.isatty():
                print(f"{total.by_diagram:,} cases, {len(total.differences)} differences", flush=True)
    seconds = time.monotonic() - begun
    by_rete = f"{total.by_rete:,} of them by durable-rules"
    print(f"seed {asked.seed}: {total.by_diagram:,} cases compared by the diagram, {by_rete}")
    print(f"{len(total.differences)} differences; {seconds:,.0f} s, {total.by_diagram / seconds:,.0f} cases/s")
    if not HAS_RETE:
        print("durable-rules does not load on this Python and was not compared")
    for drawn, _ in total.differences[:3]:
        least = smallest(drawn)
        print(f"as small as it gets:\n{as_program(least, difference_in(least) or 'not found again')}")
    return 1 if total.differences else 0


if __name__ == "__main__":
    sys.exit(main())
