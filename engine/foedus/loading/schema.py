"""Plain data to model: pydantic checks shapes and types, and its errors come out in the words of the domain."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from foedus.errors import InputError, nearest
from foedus.formula import FormulaError
from foedus.model import Actor, Event, Overlay, Profile, Scenario, StatedError, TermEntry, Treaty
from foedus.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field

    from pydantic_core import ErrorDetails

    from foedus.formula import Path
    from foedus.loading.document import Document

KINDS: dict[str, Any] = {
    "vocabulary": Vocabulary,
    "actors": dict[str, Actor],
    "term": TermEntry,
    "treaty": Treaty,
    "overlay": Overlay,
    "profile": Profile,
    "scenario": Scenario,
    "event": Event,
}
"""What a file, or a line of a stream, can hold, by the key that tells; an event has no such key."""


@cache
def adapter(kind: str) -> TypeAdapter[Any]:
    """The validator of one kind of file."""
    return TypeAdapter(KINDS[kind])


def build(kind: str, document: Document) -> tuple[Any, list[InputError]]:
    """The model object that a document holds, and what is wrong with it; the object is `None` if anything is."""
    data = document.data
    if not isinstance(data, dict):
        article = "an" if kind == "event" else "a"
        return None, [InputError(f"{article} {kind} is expected, a mapping of keys to values", document.place(()))]
    if kind != "event" and kind not in data:
        return None, [_without_its_kind(kind, data, document)]
    shaped = _shape(kind, data)
    try:
        return _validate(kind, shaped), []
    except ValidationError as error:
        problems = _once([problem for detail in error.errors() for problem in _translate(kind, detail, document)])
        surplus = [detail["loc"] for detail in error.errors() if detail["type"] in _SURPLUS]
        if len(surplus) < error.error_count():
            return None, problems
    # with nothing but unknown keys, what is known can be checked further
    for loc in surplus:
        shaped = _without(shaped, loc)
    return _validate(kind, shaped), problems


def _without_its_kind(kind: str, data: Mapping[str, Any], document: Document) -> InputError:
    from difflib import get_close_matches

    hint = f"write `{kind}:` and its id in the first line"
    others = [other for other in KINDS if other in data]
    near = get_close_matches(kind, data, n=1, cutoff=0.7)
    if others:
        return InputError(f"a {kind} is expected, and this is a file of `{others[0]}`", document.place(()), hint)
    if near:
        hint = f"write `{kind}:` in place of `{near[0]}:`"
    return InputError(f"missing key `{kind}`", document.place(()), hint)


def _validate(kind: str, shaped: object) -> Any:  # noqa: ANN401 - the kind's class
    return adapter(kind).validate_json(json.dumps(shaped), strict=True)


_SURPLUS = {"unexpected_keyword_argument", "extra_forbidden"}


def _without(data: Any, loc: Path) -> Any:  # noqa: ANN401 - plain data
    """Plain data less the value at a location."""
    head, *rest = loc
    if isinstance(data, list):
        return [_without(each, tuple(rest)) if index == head else each for index, each in enumerate(data)]
    if not rest:
        return {key: each for key, each in data.items() if key != head}
    return {key: _without(each, tuple(rest)) if key == head else each for key, each in data.items()}


_EVENT_KEYS = frozenset(Event.__dataclass_fields__) - {"facts"}
BODY_KEYS = frozenset(
    {"trigger", "duty", "wording", "wordings", "scope", "exceptions", "procedure"},
)


def _shape(kind: str, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - plain data
    """Plain data as the model has it: facts of an event apart, and a clause as a list of versions."""
    if kind == "actors":
        return data["actors"]
    if kind == "scenario" and isinstance(data.get("events"), list):
        return {**data, "events": [_shape_event(event) for event in data["events"]]}
    if kind == "event":
        return _shape_event(data)
    if kind == "treaty" and isinstance(data.get("clauses"), dict):
        return {**data, "clauses": {name: _shape_clause(each) for name, each in data["clauses"].items()}}
    return data


def _shape_event(event: Any) -> Any:  # noqa: ANN401
    if not isinstance(event, dict):
        return event
    facts = {key: value for key, value in event.items() if key not in _EVENT_KEYS}
    return {**{key: value for key, value in event.items() if key in _EVENT_KEYS}, "facts": facts}


def _shape_clause(clause: Any) -> Any:  # noqa: ANN401
    if not isinstance(clause, dict) or "versions" in clause:
        return clause  # keys of a version beside `versions` are keys too many
    body = {key: value for key, value in clause.items() if key in BODY_KEYS}
    return {**{key: value for key, value in clause.items() if key not in BODY_KEYS}, "versions": [body]}


def in_file(kind: str, path: Path, document: Document) -> Path:
    """The path in the file of a path in the shaped data.

    Left out are the parts that shaping put in, and the branches of a union, which the validator names.
    """
    out: Path = ("actors",) if kind == "actors" else ()
    for index, part in enumerate(path):
        is_last = index == len(path) - 1
        put_in = part in {"facts", "versions"} or (part == 0 and path[index - 1] == "versions")
        if (*out, part) in document.values or not (put_in or (_is_branch(part) and not is_last)):
            out = (*out, part)
    return out


_WORDS = {
    "string_type": "text is expected here",
    "int_type": "a whole number is expected here",
    "bool_type": "`true` or `false` is expected here",
    "tuple_type": "a list is expected here",
    "list_type": "a list is expected here",
    "dict_type": "a mapping of keys to values is expected here",
    "dataclass_type": "a mapping of keys to values is expected here",
    "too_short": "the list has too few items",
    "too_long": "the list has too many items",
}


def _translate(file: str, detail: ErrorDetails, document: Document) -> list[InputError]:
    """One error of the validator in the words of the file."""
    loc, kind, given = detail["loc"], detail["type"], detail["input"]
    path = in_file(file, loc, document)
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, FormulaError):
        return [
            InputError(message, document.place((*path, *inner), key=bool(inner) and isinstance(inner[-1], str)), hint)
            for inner, message, hint in cause.problems
        ]
    if isinstance(cause, StatedError):
        if path[-1] == "facts":
            beside = "the facts of an event stand beside its `id` and `date`"
            return [InputError("unknown key `facts`", document.place(path, key=True), beside)]
        return [InputError(str(cause), document.place(path), cause.hint)]
    if kind in {"missing", "missing_argument"} and isinstance(loc[-1], int):
        return [InputError("two are expected here, the first and the second", document.place(path[:-1]))]
    if kind in {"missing", "missing_argument"}:
        needed = [each.name.rstrip("_") for each in _fields_at(file, loc[:-1]) if _is_needed(each)]
        shown = ", ".join("`trigger` and `duty`" if name == "versions" else f"`{name}`" for name in needed)
        hint = f"needed here: {shown}" if path[-1] in needed else None
        return [InputError(f"missing key `{path[-1]}`", document.place(path[:-1]), hint)]
    if kind in _SURPLUS:
        if loc[0] == "clauses" and len(loc) == len(("clauses", "art-1", "trigger")) and loc[-1] in BODY_KEYS:
            either = "a clause has either these keys itself or a list of `versions` that have them"
            return [InputError(f"`{path[-1]}` cannot stand here", document.place(path, key=True), either)]
        hint = nearest(path[-1], _keys_at(file, loc[:-1]) - {path[-1]})
        return [InputError(f"unknown key `{path[-1]}`", document.place(path, key=True), hint)]
    if kind == "literal_error" and detail.get("ctx", {}).get("expected") == "'ongoing'":
        return [InputError(_no_date(given), document.place(path), f"{_DAY}, or `ongoing`")]
    if kind.startswith("date") and loc[-2:] == ("until", "date"):
        return []  # the other branch, `ongoing`, says it
    if loc and loc[-1] in {"bool", "int", "str"}:
        return [InputError("one value is expected here", document.place(path), "text, a whole number, true or false")]
    if kind == "literal_error":
        expected = str(detail.get("ctx", {}).get("expected", "")).replace("'", "`").replace(" or ", ", ")
        return [InputError(f"`{given}` cannot stand here", document.place(path), f"one of {expected}")]
    if kind.startswith("date"):
        return [InputError(_no_date(given), document.place(path), _DAY)]
    words = _WORDS.get(kind) or detail["msg"].lower().rstrip(".")
    quoted = f'put it in quotes: "{str(given).lower()}"' if kind == "string_type" and isinstance(given, int) else None
    return [InputError(words, document.place(path), quoted)]


_DAY = "write a day that exists as YYYY-MM-DD"


def _no_date(given: object) -> str:
    return f"`{given}` is not a date" if isinstance(given, (str, int)) else "a date is expected here"


def _once(problems: list[InputError]) -> list[InputError]:
    """The problems, each once: the branches of a union tell of one value each by itself."""
    return list({str(problem): problem for problem in problems}.values())


_BRANCHES = {"bool", "int", "str", "date", "tuple"}


def _is_branch(part: str | int) -> bool:
    """Whether a part of a location names a branch of a union, which the file does not have."""
    return isinstance(part, str) and (part in _BRANCHES or "[" in part)


def _keys_at(file: str, loc: Path) -> set[str]:
    """The keys that the mapping at a location can have."""
    own = {each.name.rstrip("_") for each in _fields_at(file, loc)}
    return own | BODY_KEYS if "versions" in own else own


def _is_needed(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _fields_at(file: str, loc: Path) -> tuple[Field[Any], ...]:
    """The fields that the model has for the mapping at a location."""
    names = [str(part) for part in loc if isinstance(part, str)]
    holder = {
        "clauses": "Clause", "events": "Event", "definitions": "Definition", "expect": "Expectation",
        "record": "Record", "source": "Source", "sources": "Source", "duty": "Duty", "parties": "Party",
        "in_force": "Period", "precedence": "Precedence",
        "attachments": "Overlay", "procedure": "Step", "knobs": "KnobSetting", "wording": "Wording",
        "wordings": "Wording", "versions": "Version", "attributes": "Attribute", "acts": "Act", "actors": "Actor",
    }  # fmt: skip
    from foedus import model, vocabulary

    if loc[:1] == ("wordings",):
        return fields(model.Text)
    for name in reversed(names):
        if name in holder:
            return fields(getattr(model, holder[name], None) or getattr(vocabulary, holder[name]))
    return fields(KINDS[file]) if is_dataclass(KINDS[file]) else ()
