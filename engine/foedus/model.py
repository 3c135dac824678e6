"""Treaties, terms, profiles and scenarios as the files state them; frozen, and without behaviour of their own.

They are plain dataclasses, so that a command that finds the validated library in its cache need not import the
validator (`foedus.loading.schema` holds it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day  # noqa: N812 - a field of an event is called `date`
from typing import TYPE_CHECKING, Any, Literal

from foedus.formula import Formula  # noqa: TC001 - pydantic reads the annotations
from foedus.vocabulary import Value, file_entry

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Confidence = Literal["primary", "secondary", "well-known", "to-check", "lead"]
"""How far a statement has been checked.

`primary`: read in the primary text or an official statement. `secondary`: read in a reputable secondary copy.
`well-known`: a well-known text or fact, not re-read for this file. `to-check`: the substance is sure, the wording,
paragraph or day is to be re-read before it is quoted. `lead`: a lead only.
"""

Kind = Literal["defense", "offense", "neutrality", "nonaggression", "consultation"]
"""The five obligations of the ATOP project (Leeds, Ritter, Mitchell, Long 2002)."""

PropertyKind = Literal[
    "vacuous", "always", "redundant", "shadowed", "contradictory", "asymmetric",
    "equivalent", "not-broader", "not-exclusive", "idle", "unread",
    "rung-left-out", "rungs-at-once", "gap",
]  # fmt: skip
"""What `foedus check --prove` can find; a clause or term says under `properties` where the treaty itself means it."""

Casus = Literal["arises", "does-not-arise", "undetermined"]
DutyState = Literal["due", "left-to-the-party", "dormant", "not-due", "undetermined"]


@file_entry
@dataclass(frozen=True)
class Source:
    """Where a statement comes from, and how far it was checked."""

    title: str
    author: str | None = None
    body: str | None = None
    date: str | None = None
    at: str | None = None
    url: str | None = None
    confidence: Confidence = "well-known"
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class Actor:
    """A State, organisation, organ or group; codes are ISO 3166 alpha-3 and Correlates of War."""

    name: str
    kind: Literal["state", "entity", "organisation", "organ", "group"]
    iso: str | None = None
    cow: int | None = None
    from_: Day | None = None
    until: Day | None = None
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class KnobSetting:
    """A setting inside a definition: its listed values and its default.

    `same_as` names another knob, `term.knob`, that it is one choice with.
    """

    values: tuple[Value, ...]
    default: Value
    attribute: str | None = None
    question: str | None = None
    same_as: str | None = None


@file_entry
@dataclass(frozen=True)
class Definition:
    """One argued meaning of a term."""

    title: str
    source: Source
    holds_when: Formula
    argued_by: tuple[str, ...] = ()
    since: str | None = None
    knobs: dict[str, KnobSetting] = field(default_factory=dict)
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class TermEntry:
    """A word of a treaty with its rival definitions; an open term has more than one.

    A file that adds to a shipped term needs no title, question and default of its own.
    """

    term: str
    title: str = ""
    question: str = ""
    default: str = ""
    definitions: dict[str, Definition] = field(default_factory=dict)
    broader_than: tuple[tuple[str, str], ...] = ()
    excludes: tuple[tuple[str, str], ...] = ()
    properties: dict[PropertyKind, str] = field(default_factory=dict)
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class Period:
    """From a day on, until a day or still; `unsure` says what about the days is not certain."""

    from_: Day
    until: Day | None = None
    unsure: str | None = None
    note: str | None = None

    def covers(self, day: Day) -> bool:
        """Whether the day lies in the period; the last day is the day on which it ended, and is outside."""
        return self.from_ <= day and (self.until is None or day < self.until)

    def meets(self, first: Day, last: Day) -> bool:
        """Whether any day from first to last lies in the period."""
        return self.from_ <= last and (self.until is None or first < self.until)


@file_entry
@dataclass(frozen=True)
class Party:
    """A State's time as a party, the treaty's own where nothing is said; `again` if it left and came back."""

    from_: Day | None = None
    until: Day | None = None
    again: tuple[Period, ...] = ()
    unsure: str | None = None
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class Wording:
    """The operative words of a clause."""

    trigger: str | None = None
    duty: str | None = None
    scope: str | None = None
    exception: str | None = None


@file_entry
@dataclass(frozen=True)
class Text:
    """One text of a treaty: authentic, or a translation that is argued from."""

    title: str
    language: str
    authentic: bool
    source: Source | None = None


@file_entry
@dataclass(frozen=True)
class Step:
    """What must happen between casus foederis and duty."""

    title: str
    met_when: Formula
    refused_when: Formula | None = None
    source: Source | None = None


@file_entry
@dataclass(frozen=True)
class Duty:
    """What is owed: means, extent, timing, and who decides on it.

    `within_days` counts from the day on which the casus foederis arises, where the text itself names days.
    `performed_when` is the condition under which the duty is performed, where that is not by help or force.
    """

    means: tuple[str, ...] = ()
    extent: str | None = None
    timing: str | None = None
    within_days: int | None = None
    performed_when: Formula | None = None
    discretion: Literal["none", "form", "self-judging"] = "none"
    title: str | None = None


@file_entry
@dataclass(frozen=True)
class Version:
    """A clause as it read for a time."""

    trigger: Formula
    duty: Duty
    from_: Day | None = None
    until: Day | None = None
    title: str | None = None
    source: Source | None = None
    unsure: str | None = None
    wording: Wording | None = None
    wordings: dict[str, Wording] = field(default_factory=dict)
    scope: dict[str, Formula] = field(default_factory=dict)
    exceptions: dict[str, Formula] = field(default_factory=dict)
    procedure: dict[str, Step] = field(default_factory=dict)
    defaults: dict[str, Value] = field(default_factory=dict)


@file_entry
@dataclass(frozen=True)
class Clause:
    """One obligation of an article."""

    title: str
    article: str
    kind: Kind
    versions: tuple[Version, ...]
    source: Source | None = None
    beneficiaries: tuple[str, ...] = ()
    obligors: tuple[str, ...] = ()
    defaults: dict[str, Value] = field(default_factory=dict)
    overlays: tuple[str, ...] = ()
    properties: dict[PropertyKind, str] = field(default_factory=dict)
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class Overlay:
    """What is read into a clause from outside its text, or attached to it; a reading can set it aside.

    Other law (the Charter, a custom), a reservation, an understanding, a secret protocol, a settled practice.
    """

    title: str
    kind: Literal["charter", "custom", "reservation", "understanding", "secret-protocol", "practice"]
    source: Source
    requires: Formula | None = None
    excludes: Formula | None = None
    procedure: dict[str, Step] = field(default_factory=dict)
    binds: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    from_: Day | None = None
    applied: bool = True
    overlay: str | None = None
    question: str | None = None
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class Precedence:
    """What a treaty itself says about other obligations: which go before it, and which its parties may not take on."""

    article: str
    says: str
    confidence: Confidence = "well-known"


@file_entry
@dataclass(frozen=True)
class Treaty:
    """A treaty with its parties, texts, attachments and clauses."""

    treaty: str
    title: str
    short: str
    in_force: Period
    parties: dict[str, Party]
    clauses: dict[str, Clause]
    source: Source
    signed: Day | None = None
    wordings: dict[str, Text] = field(default_factory=dict)
    attachments: dict[str, Overlay] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    precedence: tuple[Precedence, ...] = ()
    note: str | None = None

    def periods(self, party: str) -> tuple[Period, ...]:
        """The times in which the treaty is in force for that party, in order."""
        own = self.parties[party]
        return (Period(own.from_ or self.in_force.from_, own.until or self.in_force.until, own.unsure), *own.again)


@file_entry
@dataclass(frozen=True)
class Profile:
    """A named, cited, partial reading; a State's profile speaks with that State's account of the facts.

    `from_` and `until` say of which time it speaks.
    """

    profile: str
    title: str
    reading: dict[str, Value]
    source: Source | None = None
    stylised: str | None = None
    account: str | None = None
    from_: Day | None = None
    until: Day | None = None
    note: str | None = None

    def speaks_of(self, day: Day) -> bool:
        """Whether its actor can be taken to have read so on that day."""
        return (self.from_ or Day.min) <= day < (self.until or Day.max)


class StatedError(ValueError):
    """A fact that is not stated in one of the ways that a scenario can state it."""

    hint = "write a value, `unknown`, or `{disputed: {RUS: true, UKR: false}}`"


@dataclass(frozen=True)
class Stated:
    """A fact as a scenario states it: known, unknown, or disputed between actors."""

    value: Value | tuple[str, ...] | None = None
    disputed: dict[str, Value | tuple[str, ...] | None] = field(default_factory=dict)

    def according_to(self, account: str | None) -> Value | tuple[str, ...] | None:
        """The value on that actor's account; `None` where it is unknown."""
        if not self.disputed:
            return self.value
        return self.disputed.get(account or "", self.disputed.get("others"))

    @classmethod
    def parse(cls, data: object) -> Stated:
        """The fact that plain data states.

        Raises:
            StatedError: if it is stated in no known way.
        """
        if isinstance(data, dict):
            accounts = data.get("disputed")
            if set(data) != {"disputed"} or not isinstance(accounts, dict) or not accounts:
                message = "a disputed fact gives a value for each account"
                raise StatedError(message)
            return cls(disputed={str(actor): _stated_value(value) for actor, value in accounts.items()})
        return cls(_stated_value(data))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Plain data in, a fact out."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of facts depends on the vocabulary and is put in by `foedus schema`."""
        return {"$comment": "fact"}


def _stated_value(data: object) -> Value | tuple[str, ...] | None:
    if data == "unknown":
        return None
    if isinstance(data, (bool, int, str)):
        return data
    if isinstance(data, list) and data and all(isinstance(item, str) for item in data):
        return tuple(data)
    message = "nothing is stated here" if data is None else "this states no fact"
    raise StatedError(message)


@file_entry
@dataclass(frozen=True)
class Event:
    """Something that happened, on a date, done by someone to someone; `follows` orders events of one day."""

    id: str
    date: Day
    act: Stated
    by: Stated
    against: Stated = field(default_factory=Stated)
    until: Day | Literal["ongoing"] | None = None
    title: str | None = None
    about: str | None = None
    follows: str | None = None
    facts: dict[str, Stated] = field(default_factory=dict)
    unsure: str | None = None
    note: str | None = None

    @property
    def last(self) -> Day:
        """The day on which it ended; an ongoing event has not ended."""
        if self.until == "ongoing":
            return Day.max
        return self.until if isinstance(self.until, Day) else self.date


@file_entry
@dataclass(frozen=True)
class Record:
    """What in fact happened, for comparison only; no finding reads it.

    `performed_by` names those who fought or gave the help that the clauses speak of, whether or not it was owed.
    """

    summary: str
    outcome: str | None = None
    claimed_by: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()
    performed_by: tuple[str, ...] = ()
    differs: str | None = None
    sources: tuple[Source, ...] = ()


@file_entry
@dataclass(frozen=True)
class Expectation:
    """What foedus must find."""

    clause: str
    casus: Casus
    duty: DutyState | None = None
    profile: str | None = None
    define: dict[str, Value] = field(default_factory=dict)
    account: str | None = None
    on: Day | None = None
    event: str | None = None
    obligor: str | None = None
    beneficiary: str | None = None
    adversary: str | None = None
    because: tuple[str, ...] = ()
    note: str | None = None


@file_entry
@dataclass(frozen=True)
class Scenario:
    """Dated events, what was in fact done, and what foedus must find.

    One that `extends` another has its events, with the facts under `change` (event, attribute) stated otherwise.
    """

    scenario: str
    title: str
    summary: str
    clauses: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    extends: str | None = None
    change: dict[str, dict[str, Stated]] = field(default_factory=dict)
    expect: tuple[Expectation, ...] = ()
    record: Record | None = None
    sources: tuple[Source, ...] = ()
    tags: tuple[str, ...] = ()
    note: str | None = None
