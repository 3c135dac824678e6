"""What can be wrong with the input: place, what and hint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Place:
    """A position in a file, as an editor counts: lines and columns from 1."""

    path: str
    line: int = 0
    column: int = 0
    text: str = ""

    def __str__(self) -> str:
        """Path, line and column, as editors and terminals link them."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class InputError(Exception):
    """One thing that is wrong with what the user gave, and what to do about it."""

    def __init__(self, message: str, place: Place | None = None, hint: str | None = None) -> None:
        self.message = _presentable(message)
        super().__init__(self.message)
        self.place = place
        self.hint = _presentable(hint) if hint else None

    def __str__(self) -> str:
        """Place and problem, the line with a caret, and the hint."""
        head = f"{self.place}: {self.message}" if self.place else self.message
        lines = [head]
        if self.place and self.place.line and self.place.text.strip():
            shown, column = _window(self.place.text, self.place.column)
            number = f"{self.place.line:>5}"
            lines += [f"{number} | {shown}", f"{' ' * len(number)} | {' ' * (column - 1)}^"]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class InputErrors(ExceptionGroup[InputError]):
    """Everything that is wrong with the input, all at once."""

    def __new__(cls, problems: Sequence[InputError]) -> Self:
        """The problems, in the order of file and line."""
        ordered = sorted(problems, key=_reading_order)
        return super().__new__(cls, f"{len(ordered)} problem(s) in the input", ordered)

    @property
    def problems(self) -> tuple[InputError, ...]:
        """The problems one by one."""
        return tuple(problem for problem in self.exceptions if isinstance(problem, InputError))

    def derive(self, excs: Sequence[InputError]) -> InputErrors:  # type: ignore[override]
        """A subgroup is of the same kind."""
        return InputErrors(excs)

    def __str__(self) -> str:
        """Every problem, in the order of file and line."""
        return "\n".join(str(problem) for problem in self.problems)


def nearest(name: object, known: Iterable[str], noun: str = "") -> str | None:
    """A hint with the nearest known name; `None` where nothing is near.

    >>> nearest("armed-atack", ["armed-attack", "aggression"])
    'did you mean `armed-attack`?'
    """
    from difflib import get_close_matches

    names = sorted(set(known))
    by_lower = {each.lower(): each for each in names}
    asked = str(name)[:_LONGEST].lower()
    close = [asked] if asked in by_lower else get_close_matches(asked, by_lower, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{by_lower[close[0]]}`?"
    if names and len(names) <= _FEW:
        return f"known{' ' + noun if noun else ''}: {', '.join(f'`{n}`' for n in names)}"
    return None


_FEW = 16
_WIDTH = 100
_LONGEST = 80


def _presentable(text: str) -> str:
    """A text that quotes what the user wrote, fit for a line of a terminal: nothing unseen, nothing endless."""
    shortened = re.sub(rf"`([^`]{{{_LONGEST}}})[^`]+`", r"`\1…`", text.replace("``", '`""`'))
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in shortened)


def _window(text: str, column: int) -> tuple[str, int]:
    """At most `_WIDTH` characters of a line, and where its column falls in them."""
    text = "".join(c if c.isprintable() else " " for c in text).rstrip()
    if len(text) <= _WIDTH:
        return text, column
    start = max(0, column - _WIDTH // 2)
    return text[start : start + _WIDTH], column - start


def _reading_order(problem: InputError) -> tuple[str, int, int]:
    place = problem.place or Place("")
    return (place.path, place.line, place.column)
