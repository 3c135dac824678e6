"""The conformance suite drawn anew: `tests/conformance/*.json`, the smallest cases with each construct and outcome.

    python bench/conformance.py [--seed 1]

`tests/test_conformance.py` sees that the files are what this makes with the seed in them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from conforming import FOLDER, LEVELS, suite


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    for level in LEVELS:
        text = suite(level, seed)
        (FOLDER / f"level-{level}.json").write_text(text, encoding="utf-8")
        print(f"level {level}: {len(json.loads(text)['cases'])} cases, {len(text):,} bytes")


if __name__ == "__main__":
    main()
