"""How fast a command starts: `foedus run` on shipped scenarios against the bare imports of what it stands on.

Interleaved in one run: the same Python, the same machine, the same minute. Prints medians in milliseconds and ratios.

    python bench/startup.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FLOOR = "import typer, rich, pydantic, yaml" + (", durable.engine" if sys.version_info < (3, 13) else "")


def elapsed(command: list[str], environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    foedus = str(Path(sys.executable).with_name("foedus"))
    with tempfile.TemporaryDirectory() as cache:
        # compiled modules are kept, as an installed package has them
        usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        warm = {**usual, "FOEDUS_CACHE": cache}
        cold = {**usual, "FOEDUS_CACHE": "off"}
        commands = {
            "floor: import typer, rich, pydantic, yaml, durable": ([sys.executable, "-c", FLOOR], warm),
            "foedus run 2024-kursk": ([foedus, "run", "2024-kursk"], warm),
            "foedus run 2024-kursk --json": ([foedus, "run", "2024-kursk", "--json"], warm),
            "foedus run 2024-kursk --profile moscow": ([foedus, "run", "2024-kursk", "--profile", "moscow"], warm),
            "foedus list scenarios": ([foedus, "list", "scenarios"], warm),
            "foedus run 2024-kursk, nothing in the cache": ([foedus, "run", "2024-kursk"], cold),
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command, environment in commands.values():
            elapsed(command, environment)
        for _ in range(rounds):
            for name, (command, environment) in commands.items():
                times[name].append(elapsed(command, environment))
    medians = {name: statistics.median(values) for name, values in times.items()}
    floor = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"{median:7.0f} ms  {median / floor:5.2f} x  {name}")


if __name__ == "__main__":
    main()
