"""A progress bar for work that takes more than a second, on a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

PATIENCE = 1.0
"""Seconds after which a bar appears."""


@contextmanager
def progress(total: int | None, what: str) -> Iterator[Callable[[], None]]:
    """A function to call after each piece of work; a bar appears on standard error if it takes long.

    Without a total it tells that the work goes on, and not how far it has come.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    bar = _Bar(total, what)
    try:
        yield bar.advance
    finally:
        bar.stop()


class _Bar:
    """Appears once the work has taken long."""

    def __init__(self, total: int | None, what: str) -> None:
        self.total = total
        self.what = what
        self.begun = time.monotonic()
        self.done = 0
        self.shown: Progress | None = None

    def advance(self) -> None:
        """One more piece is done."""
        self.done += 1
        if self.shown is None and time.monotonic() - self.begun > PATIENCE:
            from rich.console import Console
            from rich.progress import Progress

            self.shown = Progress(console=Console(stderr=True), transient=True)
            self.shown.add_task(self.what, total=self.total)
            self.shown.start()
        if self.shown is not None:
            self.shown.update(self.shown.task_ids[0], completed=self.done)

    def stop(self) -> None:
        """Take the bar away."""
        if self.shown is not None:
            self.shown.stop()
