"""Pages of text: indented trees, wrapped to the width of the terminal, coloured only there."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from foedus.explain import Claim
    from foedus.formula import Truth

Style = Literal["plain", "bold", "dim", "green", "red", "yellow", "cyan"]
_CODES = {"bold": "1", "dim": "2", "green": "32", "red": "31", "yellow": "33", "cyan": "36"}
_MARKS: dict[Truth, tuple[str, str, Style]] = {
    True: ("✓", "+", "green"),
    False: ("✗", "-", "red"),
    None: ("?", "?", "yellow"),
}
NARROW, WIDE, PLAIN = 40, 110, 100


def _wrapped(text: str, room: int, hang: int = 0) -> list[str]:
    """The lines of a text; names and addresses stay whole, hyphens and all, even where there is no room."""
    return textwrap.wrap(text, room, subsequent_indent=" " * hang, break_on_hyphens=False, break_long_words=False) or [
        ""
    ]


@dataclass
class Page:
    """Lines of text for one stream."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        is_terminal = self.stream.isatty()
        self.colour = is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        columns = shutil.get_terminal_size((PLAIN, 24)).columns
        self.width = max(NARROW, min(columns, WIDE)) if is_terminal or "COLUMNS" in os.environ else PLAIN
        self.unicode = "utf" in (self.stream.encoding or "utf-8").lower()

    def styled(self, text: str, style: Style) -> str:
        """The text in a style, where the stream is a terminal."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour and style in _CODES else text

    def line(self, text: str = "", style: Style = "plain", *, indent: int = 0, hang: int = 0) -> None:
        """One line, wrapped; further lines hang under the first."""
        indent = min(indent, self.width // 2)
        room = max(self.width - indent, NARROW // 2)
        for index, piece in enumerate(_wrapped(text, room, hang)):
            self.lines.append(" " * indent + self.styled(piece, style) if index == 0 or piece else piece)

    def field(self, name: str, text: str, style: Style = "plain", *, indent: int = 2, column: int = 15) -> None:
        """A named value in two columns, or below its name where the page is too narrow for two."""
        if self.width - indent - column < NARROW // 2:
            self.line(name, "dim", indent=indent)
            self.line(text, style, indent=indent + 2)
            return
        room = max(self.width - indent - column, NARROW // 2)
        pieces = _wrapped(text, room)
        for index, piece in enumerate(pieces):
            head = f"{name:<{column}}" if index == 0 else " " * column
            self.lines.append(" " * indent + self.styled(head, "dim") + self.styled(piece, style))

    def claims(self, claims: Iterable[Claim], *, everything: bool, indent: int = 2) -> None:
        """A tree of claims: those that decide, or all."""
        for claim in claims:
            if not (claim.decides or everything):
                continue
            indent = min(indent, self.width // 2)
            if claim.joins and not everything and sum(each.decides for each in claim.of) == 1:
                self.claims(claim.of, everything=False, indent=indent)
                continue
            sign, ascii_sign, style = _MARKS[claim.holds]
            mark = sign if self.unicode else ascii_sign
            room = max(self.width - indent - 2, NARROW // 2)
            text = claim.text + (f"  [{claim.cites}]" if claim.cites else "")
            for index, piece in enumerate(_wrapped(text, room)):
                head = self.styled(mark, style) + " " if index == 0 else "  "
                self.lines.append(" " * indent + head + (piece if claim.decides else self.styled(piece, "dim")))
            self.claims(claim.of, everything=everything, indent=indent + 2)

    def outline(self, claims: Iterable[Claim], indent: int = 2) -> None:
        """A tree of conditions, which neither hold nor fail."""
        for claim in claims:
            self.line(("• " if self.unicode else "* ") + claim.text, indent=indent, hang=2)
            self.outline(claim.of, indent + 2)

    def write(self) -> None:
        """Write all lines to the stream."""
        text = "\n".join(self.lines) + "\n"
        if not self.unicode:
            for fancy, plain in (("–", "-"), ("…", "..."), ("“", '"'), ("”", '"'), ("→", "->"), ("·", "-"), ("’", "'")):
                text = text.replace(fancy, plain)
            text = text.encode(self.stream.encoding or "ascii", "replace").decode(self.stream.encoding or "ascii")
        self.stream.write(text)
        self.stream.flush()
