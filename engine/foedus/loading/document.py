"""One YAML file as plain data, with the place of every key and value.

Scalars follow the YAML 1.2 core schema, so that `NO` is text; dates stay text until the schema reads them. Anchors,
aliases and tags are refused: rule files are data for people, and nothing in them is ever executed or expanded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from foedus.errors import InputError, InputErrors, Place

if TYPE_CHECKING:
    from pathlib import Path

    from foedus.formula import Path as DataPath

MAX_BYTES = 1_000_000
MAX_DEPTH = 40

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """A parsed file: its data, and where each key and value of it stands."""

    label: str
    text: str
    data: object = None
    values: dict[DataPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[DataPath, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: DataPath, *, key: bool = False) -> Place:
        """Where the value (or the key) at a path stands, or the nearest thing around it that has a place."""
        places = self.keys if key else self.values
        while path and path not in places:
            path, places = path[:-1], self.values
        line, column = places.get(path, (0, 0))
        return self.at(line, column)

    def at(self, line: int, column: int) -> Place:
        """The place of a line and column counted from 0."""
        lines = self.text.splitlines()
        return Place(self.label, line + 1, column + 1, lines[line] if line < len(lines) else "")


def read_text(path: Path, label: str) -> tuple[bytes, str]:
    """The bytes and the text of a file.

    Raises:
        InputErrors: if it cannot be read, is too large, or is not UTF-8 text.
    """
    place = Place(label)
    try:
        if not path.is_file():
            hint = "give the path of one file" if path.is_dir() else None
            raise InputErrors([InputError(_no_file(path), place, hint)])
        size = path.stat().st_size
        if size > MAX_BYTES:
            message = f"the file has {size:,} bytes; at most {MAX_BYTES:,} are read"
            raise InputErrors([InputError(message, place, "split it into several files")])
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise InputErrors([InputError(f"cannot be read: {reason.lower()}", place)]) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputErrors([_not_utf8(raw, error.start, label)]) from error
    return raw, text


def _no_file(path: Path) -> str:
    """What a path leads to, where it is no file."""
    if path.is_symlink() and not path.exists():
        return "a link that leads nowhere"
    return "not a regular file" if path.exists() else "no such file"


def _not_utf8(raw: bytes, start: int, label: str) -> InputError:
    """What is wrong with bytes that are no UTF-8 text, in the line where it is."""
    hint = "save the file as UTF-8 text"
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return InputError("the file is UTF-16 text, not UTF-8", Place(label), hint)
    if b"\x00" in raw[:1024]:
        return InputError("not a text file", Place(label), hint)
    before = raw[:start].decode("utf-8-sig").split("\n")
    place = Place(label, len(before), len(before[-1]) + 1)
    return InputError(f"not UTF-8 text: a character that begins with byte {raw[start]:#04x}", place, hint)


def parse(text: str, label: str) -> Document:
    """The document that a text writes.

    Raises:
        InputErrors: with the first problem of syntax, or with all repeated keys, aliases and tags.
    """
    document = Document(label, text)
    unseen = _find_unseen(document)
    if unseen is not None:
        raise InputErrors([unseen])
    composer = _Composer(document)
    try:
        composer.compose(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise InputErrors([_syntax_error(document, error)]) from error
    if not composer.problems and document.data is None:
        composer.problems.append(InputError("the file is empty", Place(label), "`foedus new` writes a skeleton"))
    if composer.problems:
        raise InputErrors(composer.problems)
    return document


_LINED_UP = "the keys of one mapping, and the items of one list, begin in the same column"
_SYNTAX: dict[str, tuple[str, str, bool]] = {
    "mapping values are not allowed": (
        "a second colon in one line", 'put a text with a colon in quotes: "Kursk: the incursion"', False,
    ),
    "cannot start any token": (
        "a value cannot begin with this character", 'put the text in quotes: "@home"', False,
    ),
    "could not find expected ':'": ("a key without a colon", "write `key: value`, with a space after the colon", True),
    "did not find expected '-'": ("this line does not line up with the list that it is in", _LINED_UP, False),
    "did not find expected key": ("this line does not line up with the mapping that it is in", _LINED_UP, False),
    "did not find expected ',' or ']'": ("a `[` without its `]`", "close the list, and put commas between items", True),
    "did not find expected ',' or '}'": (
        "a `{` without its `}`", "close the mapping, and put commas between its keys", True,
    ),
    "did not find expected node content": ("a value is expected here", "write one, or take a comma away", False),
    "unexpected end of stream": ("a quotation mark that is not closed", "close it in the same line", True),
    "unknown escape character": (
        "a backslash in double quotes means another character", "write a text with backslashes in single quotes", False,
    ),
    "did not find expected hexdecimal number": (
        "a backslash in double quotes means another character", "write a text with backslashes in single quotes", False,
    ),
    "did not find expected <document start>": (
        "text after the end of the data", "one file holds one mapping of keys to values", False,
    ),
    "directive": ("a line that begins with `%`", "write the text in quotes, or leave the line out", False),
}  # fmt: skip
"""What the parser says, what it means, what to do, and whether the place is where the thing began."""


def _syntax_error(document: Document, error: yaml.YAMLError) -> InputError:
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable as YAML")
    mark = getattr(error, "problem_mark", None)
    hint: str | None = "check the indentation, the colons and the quotes around this line"
    if mark and document.at(mark.line, mark.column).text[mark.column : mark.column + 1] == "\t":
        problem, hint = "a tab stands where YAML wants spaces", "indent with spaces"
    for said, (meaning, remedy, at_start) in _SYNTAX.items():
        if said in problem:
            problem, hint = meaning, remedy
            mark = (getattr(error, "context_mark", None) if at_start else None) or mark
            break
    place = document.at(mark.line, mark.column) if mark else Place(document.label)
    return InputError(f"not valid YAML: {problem}", place, hint)


_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]|^ *\u00a0", re.MULTILINE)
"""What a terminal or an editor obeys and does not show, and what only looks like an indentation."""


def _find_unseen(document: Document) -> InputError | None:
    found = _UNSEEN.search(document.text)
    if found is None:
        return None
    before = document.text[: found.end() - 1].split("\n")
    message = f"a character that cannot be seen (U+{ord(found[0][-1]):04X})"
    place = document.at(len(before) - 1, len(before[-1]))
    return InputError(message, place, "take it out, and save the file as UTF-8 text")


def _position(event: yaml.Event) -> tuple[int, int]:
    """Line and column, from 0."""
    mark = event.start_mark
    return (mark.line, mark.column) if mark else (0, 0)


class _Composer:
    """Builds plain data from parser events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[InputError] = []

    def compose(self, events: object) -> None:
        self.events = iter(events)  # type: ignore[call-overload]
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.wrong(event, "a second document begins here", "one file holds one document")
                    return
                self.document.data = self.value(next(self.events), ())

    def error(self, event: yaml.Event, message: str, hint: str | None = None) -> InputError:
        return InputError(message, self.document.at(*_position(event)), hint)

    def wrong(self, event: yaml.Event, message: str, hint: str | None = None) -> None:
        self.problems.append(self.error(event, message, hint))

    def value(self, event: yaml.Event, path: DataPath) -> object:
        self.document.values[path] = _position(event)
        if isinstance(event, yaml.AliasEvent):
            self.wrong(event, f"an alias `*{event.anchor}`", "aliases are not read: write the value out")
            return None
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            return None
        if event.anchor:
            self.wrong(event, f"an anchor `&{event.anchor}`", "anchors are not read: write the value out")
        if event.tag not in {None, "!"}:
            self.wrong(event, f"a tag `{event.tag}`", "tags are not read: write the plain value")
        if len(path) > MAX_DEPTH:
            raise InputErrors([*self.problems, self.error(event, f"nested more than {MAX_DEPTH} levels deep")])
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        return self.scalar(event)

    def sequence(self, path: DataPath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: DataPath) -> dict[str, object]:
        items: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                message = "a key is expected here, not a list or mapping"
                hint = 'put a text that begins with a bracket or a brace in quotes: "{x}"'
                raise InputErrors([*self.problems, self.error(event, message, hint)])
            key = (*path, event.value)
            if event.value in items:
                first = self.document.keys[key][0] + 1
                self.wrong(event, f"the key `{event.value}` stands twice", f"it stands first in line {first}")
            self.document.keys[key] = _position(event)
            items[event.value] = self.value(next(self.events), key)
        return items

    def scalar(self, event: yaml.ScalarEvent) -> object:
        text: str = event.value
        if _UNSEEN.search(text):
            # written as an escape, such as "\\e[2J"
            self.wrong(event, "a text with a character that cannot be seen", "write what is to be read")
        if event.style:
            return text
        if text in {"true", "false"}:
            return text == "true"
        if text in {"", "~", "null"}:
            return None
        return int(text) if _INTEGER.fullmatch(text) else text
