"""The command line. Heavy modules are imported by the command that uses them, so that a command starts fast."""

from __future__ import annotations

import errno
import gc
import os
import sys

from foedus.cli import alliances, network, questions, time  # noqa: F401 - they register their commands
from foedus.cli.commands import app

__all__ = ["app", "main"]

_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF}
INTERRUPTED = 130


def main() -> None:
    """Run the command line; what is wrong with the input is printed, and ends in exit code 2."""
    from foedus.errors import InputErrors

    gc.disable()  # a command is short, and what it makes it keeps
    # a stream that the caller has closed is `None`; what goes there goes nowhere
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the whole run
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - the same
    try:
        app(prog_name="foedus")
    except InputErrors as errors:
        if "--json" in sys.argv:
            from foedus.report.problems import problems_record

            print(problems_record(errors))  # noqa: T201
        else:
            print(errors, file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.filename is None and error.errno not in _UNWRITABLE:
            raise
        # what is read is looked at before; this is a file that was to be written, or the output
        if error.filename is None:
            _give_up_on_output()
        what = error.filename or "the output"
        print(f"{what}: cannot be written: {(error.strerror or '').lower()}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


def _give_up_on_output() -> None:
    """What is still to be written goes nowhere, so that the end of the program does not fail over it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
