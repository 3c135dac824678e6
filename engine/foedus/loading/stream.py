"""Events told one a line, as JSON: read, checked, and what is wrong with a line located in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors, Place
from foedus.loading import schema
from foedus.loading.document import Document, parse
from foedus.loading.resolve import find_event_troubles

if TYPE_CHECKING:
    from collections.abc import Collection

    from foedus.formula import Path
    from foedus.loading.resolve import Known, Trouble
    from foedus.model import Event

EXAMPLE = '{"id": "raid", "date": "2024-08-06", "act": "invasion", "by": "UKR", "against": "RUS"}'
MOST = 100_000
"""Characters in a line that is read."""


def read_event(text: str, number: int, known: Known, ids: Collection[str], label: str = "stdin") -> Event:
    """The event that a line states.

    Raises:
        InputErrors: with everything that is wrong with it, each with the line's number and the column.
    """
    try:
        document = _document(text, label)
    except InputErrors as errors:
        raise InputErrors([_in_line(problem, number) for problem in errors.problems]) from None
    event, problems = schema.build("event", document)
    if event is not None and not problems:
        problems = [
            InputError(trouble.message, document.place(_at(trouble, document), key=trouble.at_key), trouble.hint)
            for trouble in find_event_troubles(known, event, set(ids))
        ]
    if problems:
        raise InputErrors([_in_line(problem, number) for problem in problems])
    return event  # type: ignore[no-any-return]


def event_of(data: dict[str, Any]) -> Event:
    """The event that plain data states, as `write_event` wrote it.

    Raises:
        InputErrors: if it states none.
    """
    event, problems = schema.build("event", Document("the state", "", data))
    if problems:
        raise InputErrors(problems)
    return event  # type: ignore[no-any-return]


def _document(text: str, label: str) -> Document:
    """A line of JSON, with the place of every key and value in it."""
    if len(text) > MOST:
        message = f"the line has {len(text):,} characters; at most {MOST:,} are read"
        raise InputErrors([InputError(message, Place(label, 1, 1))])
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        column = error.colno if isinstance(error, json.JSONDecodeError) else 1
        what = error.msg.lower() if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        hint = f"one event a line: {EXAMPLE}"
        raise InputErrors([InputError(f"not valid JSON: {what}", Place(label, 1, column, text), hint)]) from None
    # JSON is YAML but for a few escapes, and that reader knows where each key stands
    try:
        document = parse(text, label)
    except InputErrors as errors:
        if any("twice" in problem.message for problem in errors.problems):
            raise
        document = Document(label, text, values={(): (0, 0)})
    document.data = data
    return document


def _at(trouble: Trouble, document: Document) -> Path:
    return schema.in_file("event", trouble.path, document)


def _in_line(problem: InputError, number: int) -> InputError:
    place = replace(problem.place, line=number) if problem.place is not None else None
    return InputError(problem.message, place, problem.hint)
