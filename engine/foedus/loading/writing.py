"""Scenarios and events written out as files that run."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date as Day  # noqa: N812 - as in the model
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foedus.model import Event, Expectation, Scenario, Stated


def write_scenario(scenario: Scenario, title: str, summary: str) -> str:
    """The text of a scenario file; values are written as JSON, which YAML reads."""
    lines = [
        f"scenario: {scenario.scenario}",
        f"title: {json.dumps(title, ensure_ascii=False)}",
        f"summary: {json.dumps(summary, ensure_ascii=False)}",
        f"clauses: [{', '.join(scenario.clauses)}]",
        "events:",
    ]
    lines += [f"  - {json.dumps(write_event(event), ensure_ascii=False)}" for event in scenario.events]
    if scenario.expect:
        lines.append("expect:")
        lines += [f"  - {json.dumps(_expectation(each), ensure_ascii=False)}" for each in scenario.expect]
    return "\n".join(lines) + "\n"


def _expectation(expectation: Expectation) -> dict[str, Any]:
    told = {each.name: getattr(expectation, each.name) for each in fields(expectation)}
    return {
        name: value.isoformat() if isinstance(value, Day) else list(value) if isinstance(value, tuple) else value
        for name, value in told.items()
        if value is not None and value not in ({}, ())
    }


def write_event(event: Event) -> dict[str, Any]:
    """The plain data that states an event, with the keys of a scenario file."""
    out: dict[str, Any] = {"id": event.id, "date": event.date.isoformat(), "act": _fact(event.act)}
    if event.until is not None:
        out["until"] = event.until if isinstance(event.until, str) else event.until.isoformat()
    for name in ("by", "against"):
        out[name] = _fact(getattr(event, name))
    for name in ("about", "follows", "title", "unsure", "note"):
        if getattr(event, name) is not None:
            out[name] = getattr(event, name)
    return out | {name: _fact(stated) for name, stated in event.facts.items()}


def _fact(stated: Stated) -> Any:  # noqa: ANN401 - plain data
    if stated.disputed:
        return {"disputed": {actor: _value(value) for actor, value in stated.disputed.items()}}
    return _value(stated.value)


def _value(value: object) -> object:
    return "unknown" if value is None else list(value) if isinstance(value, tuple) else value
