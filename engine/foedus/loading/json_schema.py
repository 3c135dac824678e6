"""JSON Schema of rule and scenario files, for editors: shapes from the model, names from the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foedus.formula import RESERVED
from foedus.loading import schema

if TYPE_CHECKING:
    from foedus.loading.library import Library
    from foedus.vocabulary import Attribute

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def file_schema(library: Library, what: str) -> dict[str, Any]:
    """The schema of scenario files, or of all kinds of rule files."""
    kinds = ["scenario"] if what == "scenario" else ["treaty", "term", "overlay", "profile", "vocabulary", "actors"]
    definitions: dict[str, Any] = {"formula": _formula(library), "fact": _fact({})}
    options = []
    for kind in kinds:
        one = schema.adapter(kind).json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= one.pop("$defs", {})
        if kind == "actors":
            one = {
                "type": "object",
                "properties": {"actors": one},
                "required": ["actors"],
                "additionalProperties": False,
            }
        options.append(one)
    if "Event" in definitions:
        definitions["Event"] = _event(definitions["Event"], library)
    if "Clause" in definitions:
        definitions["Clause"] = _clause(definitions["Clause"], definitions["Version"])
    definitions, options = _named(definitions), _named(options)
    top = options[0] if len(options) == 1 else _by_first_key(kinds, options)
    return {"$schema": DRAFT, "title": f"foedus {what}", **top, "$defs": definitions}


def _named(value: Any) -> Any:  # noqa: ANN401 - plain data
    """The hooks of formulas and facts leave a comment where their schema is meant."""
    if isinstance(value, dict):
        if value.get("$comment") in ("formula", "fact"):
            return {"$ref": f"#/$defs/{value['$comment']}"}
        return {key: _named(each) for key, each in value.items()}
    return [_named(each) for each in value] if isinstance(value, list) else value


def _by_first_key(kinds: list[str], options: list[dict[str, Any]]) -> dict[str, Any]:
    """The kind of a file is told by the key that names it, so that an editor complains about the right one."""
    return {
        "type": "object",
        "anyOf": [{"required": [kind]} for kind in kinds],
        "allOf": [{"if": {"required": [kind]}, "then": one} for kind, one in zip(kinds, options, strict=True)],
    }


def _event(event: dict[str, Any], library: Library) -> dict[str, Any]:
    """Facts stand beside the fixed keys of an event."""
    properties = {key: value for key, value in event["properties"].items() if key != "facts"}
    acts = {"enum": list(library.vocabulary.acts)}
    properties["act"] = {"anyOf": [acts, {"const": "unknown"}, _disputed(acts)]}
    properties["happened"] = _fact({"type": "boolean"})
    for name, attribute in library.vocabulary.attributes.items():
        if not attribute.computed:
            properties[name] = {**_fact(_values(attribute)), "description": attribute.question}
    return {**event, "properties": properties, "additionalProperties": False}


def _clause(clause: dict[str, Any], version: dict[str, Any]) -> dict[str, Any]:
    """A clause with one version is written without `versions`."""
    body = {key: value for key, value in version["properties"].items() if key in schema.BODY_KEYS}
    required = [key for key in clause.get("required", []) if key != "versions"]
    return {**clause, "properties": {**clause["properties"], **body}, "required": required}


def _values(attribute: Attribute) -> dict[str, Any]:
    if attribute.type == "boolean":
        return {"type": "boolean"}
    if attribute.type == "number":
        return {"type": "integer"}
    return {"enum": list(attribute.values)}


def _fact(value: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [value, {"const": "unknown"}, _disputed(value)]} if value else {}


def _disputed(value: dict[str, Any]) -> dict[str, Any]:
    each = {"anyOf": [value, {"const": "unknown"}]}
    accounts = {"type": "object", "additionalProperties": each, "minProperties": 1}
    return {
        "type": "object",
        "properties": {"disputed": accounts},
        "required": ["disputed"],
        "additionalProperties": False,
    }


def _formula(library: Library) -> dict[str, Any]:
    formula = {"$ref": "#/$defs/formula"}
    several = {"type": "array", "items": formula, "minItems": 1}
    names = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    each = {"type": "object", "additionalProperties": formula, "minProperties": 1}
    properties: dict[str, Any] = {
        "all": several,
        "any": several,
        "not": formula,
        "some": formula,
        "term": {"enum": sorted(library.index["term"])},
        "about": {"const": "this"},
        "dated": {"enum": ["before", "not-before", "after", "not-after"]},
        "setting": {"type": "object", "minProperties": 1},
        "wording": each,
        "of": several,
        **dict.fromkeys(("by", "against", "obligor", "beneficiary", "adversary"), names),
    }
    assert properties.keys() | {"at_least"} == RESERVED  # noqa: S101 - a key added to formulas is added here
    properties["at_least"] = {"type": "integer", "minimum": 0}
    acts = [*library.vocabulary.acts, *library.vocabulary.groups]
    properties["act"] = _tested({"enum": acts}, ordered=False)
    properties["happened"] = {"type": "boolean"}
    for name, attribute in library.vocabulary.attributes.items():
        test = _tested(_values(attribute), ordered=attribute.type in {"scale", "number"})
        properties[name] = {**test, "description": attribute.question}
    return {
        "anyOf": [
            {"type": "boolean"},
            {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1},
        ]
    }


def _tested(value: dict[str, Any], *, ordered: bool) -> dict[str, Any]:
    one = {"anyOf": [value, {"type": "string", "pattern": "^\\$"}]}
    options: list[dict[str, Any]] = [one, {"type": "array", "items": one, "minItems": 1}]
    if ordered:
        limits = {"at_least": one, "at_most": one}
        options.append(
            {
                "type": "object",
                "properties": limits,
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            }
        )
    return {"anyOf": options}
