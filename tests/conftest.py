"""What every test runs in: a page of one width, whatever terminal or test runner it is started from."""

from __future__ import annotations

import os

os.environ["COLUMNS"] = "100"
