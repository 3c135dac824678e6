"""The command line. Heavy modules are imported by the command that uses them, so that a command starts fast."""

from __future__ import annotations

import gc
import sys

from foedus.cli import network, questions, time  # noqa: F401 - they register their commands
from foedus.cli.commands import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; what is wrong with the input is printed, and ends in exit code 2."""
    from foedus.errors import InputErrors

    gc.disable()  # a command is short, and what it makes it keeps
    try:
        app(prog_name="foedus")
    except InputErrors as errors:
        if "--json" in sys.argv:
            from foedus.report.problems import problems_record

            print(problems_record(errors))  # noqa: T201
        else:
            print(errors, file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        # what is read is looked at before; this is a file that was to be written
        print(f"{error.filename}: cannot be written: {(error.strerror or '').lower()}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
