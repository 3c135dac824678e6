"""The words in which scenarios state facts and definitions test them: acts and attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

Value = bool | int | str
"""What a fact can say: a truth, a whole number, or a value that the vocabulary lists."""


_Class = TypeVar("_Class", bound=type)


def file_entry(cls: _Class) -> _Class:
    """A class whose objects are read from files: a fixed set of keys, nothing guessed; `from_` is written `from`."""
    cls.__pydantic_config__ = {"extra": "forbid", "alias_generator": lambda name: name.rstrip("_")}  # type: ignore[attr-defined]
    return cls


@file_entry
@dataclass(frozen=True)
class Act:
    """A kind of event: conduct that a clause may speak of, or a step that a party or organ takes."""

    title: str
    kind: Literal["conduct", "step"]
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class Group:
    """Several acts that definitions name together."""

    title: str
    acts: tuple[str, ...]


@file_entry
@dataclass(frozen=True)
class Attribute:
    """A fact about an event, with its type, its question and, for a scale, its order."""

    type: Literal["boolean", "choice", "scale", "number"]
    question: str
    title: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    unit: str | None = None
    computed: bool = False
    note: str | None = None

    def rank(self, value: Value) -> int:
        """The place of a value in the order of a scale; a number is its own rank."""
        if self.type == "number":
            return int(value)
        return self._ranks[str(value)]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {value: place for place, value in enumerate(self.values)}

    def admits(self, value: object) -> bool:
        """Whether a fact of this attribute can have that value."""
        if self.type == "boolean":
            return isinstance(value, bool)
        if self.type == "number":
            return isinstance(value, int) and not isinstance(value, bool)
        return isinstance(value, str) and value in self.values


@file_entry
@dataclass(frozen=True)
class Vocabulary:
    """All acts and attributes; data, so that a new one needs no program."""

    vocabulary: str
    acts: dict[str, Act]
    attributes: dict[str, Attribute]
    groups: dict[str, Group] = field(default_factory=dict)

    @cached_property
    def _every(self) -> dict[str, Attribute]:
        titles = {name: act.title for name, act in self.acts.items()}
        return {
            **self.attributes,
            "act": Attribute("choice", "What kind of event was it?", "act", titles),
            "happened": Attribute("boolean", "Did it happen?", "it happened"),
        }

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name; `act` and `happened` are attributes of every event."""
        return self._every.get(name)

    def expand(self, acts: tuple[Value, ...]) -> tuple[Value, ...]:
        """The acts meant by a list of acts and groups, each once."""
        found = self._expanded.get(acts)
        if found is None:
            out: dict[Value, None] = {}
            for name in acts:
                group = self.groups.get(str(name))
                out.update(dict.fromkeys(group.acts if group else (name,)))
            found = self._expanded[acts] = tuple(out)
        return found

    @cached_property
    def _expanded(self) -> dict[tuple[Value, ...], tuple[Value, ...]]:
        return {}
