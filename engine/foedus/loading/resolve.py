"""Whether every name in the rules exists and every value fits; each trouble with its path, for the place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - an event has a `date`
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from foedus.errors import nearest
from foedus.formula import (
    RESERVED,
    WORDING,
    AtLeast,
    Choose,
    Formula,
    Knob,
    Setting,
    Term,
    Test,
    Who,
)
from foedus.ground import APPLIED, HELP_AS_ATTACK, SET_ASIDE, TEMPORAL_SCOPE, merge
from foedus.model import Clause, Event, Overlay, Profile, Scenario, Stated, TermEntry, Treaty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from foedus.formula import Path
    from foedus.ground import Rules
    from foedus.model import Actor, Expectation, KnobSetting, Step
    from foedus.vocabulary import Attribute, Value, Vocabulary

EVENT_KEYS = frozenset(Event.__dataclass_fields__) - {"facts"}
_ID = re.compile(r"[\w-]+")
_SINCE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
RESERVED_CODES = frozenset({"none", "others", "unknown"})
"""What stands where an actor may stand, in files and on the command line, and means something else."""

ROLE_WORDS = frozenset(
    {"obligor", "beneficiary", "adversary", "party", "non-party", "state", "entity", "organisation", "organ", "group"}
)


@dataclass(frozen=True)
class Trouble:
    """Something wrong in a loaded object: which object, where in it, what, and a hint."""

    key: tuple[str, str]
    path: Path
    message: str
    hint: str | None = None
    at_key: bool = False


@dataclass(frozen=True)
class Known:
    """What names may refer to: the loaded rules, and the ids of all files there are."""

    rules: Rules
    ids: Mapping[str, set[str]]

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary."""
        return self.rules.vocabulary


def formulas_of(value: object) -> Iterator[tuple[Path, Formula]]:
    """Every formula of a term, treaty or overlay, with its path in the object."""
    match value:
        case TermEntry():
            for name, definition in value.definitions.items():
                yield ("definitions", name, "holds_when"), definition.holds_when
        case Overlay():
            for key in ("requires", "excludes"):
                formula = getattr(value, key)
                if formula is not None:
                    yield (key,), formula
            yield from _steps(value.procedure)
        case Treaty():
            for name, clause in value.clauses.items():
                for path, formula in formulas_of(clause):
                    yield ("clauses", name, *path), formula
            for name, overlay in value.attachments.items():
                for path, formula in formulas_of(overlay):
                    yield ("attachments", name, *path), formula
        case Clause():
            for index, version in enumerate(value.versions):
                at = ("versions", index)
                yield (*at, "trigger"), version.trigger
                for key in ("scope", "exceptions"):
                    for name, formula in getattr(version, key).items():
                        yield (*at, key, name), formula
                for path, formula in _steps(version.procedure):
                    yield (*at, *path), formula
                if version.duty.performed_when is not None:
                    yield (*at, "duty", "performed_when"), version.duty.performed_when


def _steps(procedure: Mapping[str, Step]) -> Iterator[tuple[Path, Formula]]:
    for name, step in procedure.items():
        for key in ("met_when", "refused_when"):
            formula = getattr(step, key)
            if formula is not None:
                yield ("procedure", name, key), formula


def terms_in(value: object) -> list[str]:
    """The terms that an object mentions, each once."""
    names = (part.term for _, formula in formulas_of(value) for part in formula.walk() if isinstance(part, Term))
    return list(dict.fromkeys(names))


def find_word_troubles(
    known: Known,
    vocabularies: Mapping[tuple[str, str], Vocabulary],
    actors: Mapping[tuple[str, str], Mapping[str, Actor]],
) -> Iterator[Trouble]:
    """What is wrong with the acts, attributes and actors of each file; what uses them may be wrong because of it."""
    below: Vocabulary | None = None
    for key, vocabulary in vocabularies.items():
        yield from _Checker(known, key).vocabulary(vocabulary, below)
        below = vocabulary
    for key, listed in actors.items():
        yield from _Checker(known, key).actors(listed)


def find_troubles(known: Known) -> Iterator[Trouble]:
    """All that is wrong with names and values in the loaded rules."""
    for name, term in known.rules.terms.items():
        yield from _Checker(known, ("term", name)).term(term)
    for name, overlay in known.rules.overlays.items():
        yield from _Checker(known, ("overlay", name)).overlay(overlay, ())
    for name, treaty in known.rules.treaties.items():
        yield from _Checker(known, ("treaty", name)).treaty(treaty)
    for name, profile in known.rules.profiles.items():
        yield from _Checker(known, ("profile", name)).profile(profile)
    yield from _find_cycles(known)


def find_formula_troubles(known: Known, formula: Formula) -> Iterator[Trouble]:
    """All that is wrong with names and values in one formula."""
    yield from _Checker(known, ("formula", "")).formula((), formula, {})


def find_scenario_troubles(known: Known, scenarios: Iterable[Scenario]) -> Iterator[Trouble]:
    """All that is wrong with names and values in scenarios."""
    for scenario in scenarios:
        yield from _Checker(known, ("scenario", scenario.scenario)).scenario(scenario)


def find_event_troubles(known: Known, event: Event, ids: set[str]) -> Iterator[Trouble]:
    """All that is wrong with names and values in one event, told after others; it may be about one yet to come."""
    yield from _Checker(known, ("event", event.id)).event((), event, ids | ({event.about} if event.about else set()))


def _find_cycles(known: Known) -> Iterator[Trouble]:
    """Terms whose definitions lead back to themselves."""
    uses = {name: terms_in(term) for name, term in known.rules.terms.items()}
    reported: set[frozenset[str]] = set()
    for start in sorted(uses):
        trail = _way_back(start, uses)
        if trail and frozenset(trail) not in reported:
            reported.add(frozenset(trail))
            shown = " → ".join(f"`{name}`" for name in (*trail, start))
            term = known.rules.terms[start]
            path = next(p for p, f in formulas_of(term) if any(isinstance(x, Term) for x in f.walk()))
            hint = "a definition may use other terms, but not in a circle"
            yield Trouble(("term", start), path, f"the terms {shown} define each other in a circle", hint)


def _way_back(start: str, uses: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from a term back to itself; empty where there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for name in uses.get(way[-1], ()):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


class _Checker:
    """The checks of one loaded object."""

    def __init__(self, known: Known, key: tuple[str, str]) -> None:
        self.known = known
        self.key = key

    def trouble(self, path: Path, message: str, hint: str | None = None, *, at_key: bool = False) -> Trouble:
        return Trouble(self.key, path, message, hint, at_key)

    def unknown(self, path: Path, noun: str, name: object, known: Iterable[str], *, at_key: bool = False) -> Trouble:
        return self.trouble(path, f"unknown {noun} `{name}`", nearest(name, known), at_key=at_key)

    # Rules

    def vocabulary(self, vocabulary: Vocabulary, below: Vocabulary | None) -> Iterator[Trouble]:
        """What one file says of acts and attributes, on top of another."""
        for name, group in vocabulary.groups.items():
            for act in group.acts:
                if act not in self.known.vocabulary.acts:
                    hint = nearest(act, self.known.vocabulary.acts)
                    yield self.trouble(("groups", name, "acts"), f"unknown act `{act}` in group `{name}`", hint)
            if name in self.known.vocabulary.acts:
                yield self.trouble(("groups", name), f"`{name}` is an act already", "give another name", at_key=True)
        for name, attribute in vocabulary.attributes.items():
            where: Path = ("attributes", name)
            if name in RESERVED | EVENT_KEYS | {"happened", "facts"}:
                message = f"`{name}` is a word of the files and cannot be an attribute"
                yield self.trouble(where, message, "give another name", at_key=True)
            is_listed = attribute.type in {"scale", "choice"}
            if is_listed and not attribute.values:
                message = f"a {attribute.type} has `values`"
                yield self.trouble(where, message, "write `values: {low: not much, high: much}`", at_key=True)
            if attribute.values and not is_listed:
                yield self.trouble((*where, "values"), f"a {attribute.type} has no values to list", at_key=True)
            other = below.attributes.get(name) if below else None
            if other is not None and (other.type, *other.values) != (attribute.type, *attribute.values):
                message = f"`{name}` is there already, as a {other.type} of other values"
                hint = "an attribute keeps its type and values; give yours another name"
                yield self.trouble(where, message, hint, at_key=True)

    def actors(self, actors: Mapping[str, Actor]) -> Iterator[Trouble]:
        """What one file says of actors."""
        for code, actor in actors.items():
            if code in ROLE_WORDS | RESERVED_CODES or not _ID.fullmatch(code):
                message = f"`{code}` cannot be the code of an actor"
                yield self.trouble((code,), message, "letters and digits, and no word of the rules", at_key=True)
            yield from self.period((code,), actor.from_, actor.until)

    def period(self, at: Path, first: Day | None, until: Day | None, noun: str = "the time") -> Iterator[Trouble]:
        """A time does not end before it begins."""
        if first is not None and until is not None and until <= first:
            yield self.trouble((*at, "until"), f"{noun} ends before it begins")

    def ids(self, at: Path, names: Iterable[str], noun: str) -> Iterator[Trouble]:
        """Names that can be written on the command line and in a reading."""
        for name in names:
            if not _ID.fullmatch(name):
                hint = "letters, digits and hyphens"
                yield self.trouble((*at, name), f"`{name}` cannot be the id of a {noun}", hint, at_key=True)

    def term(self, term: TermEntry) -> Iterator[Trouble]:
        if not term.definitions:
            yield self.trouble(("definitions",), f"the term `{term.term}` has no definition")
            return
        yield from self.ids(("definitions",), term.definitions, "definition")
        for key in ("title", "question", "default"):
            if not getattr(term, key):
                yield self.trouble((), f"missing key `{key}`", "a term has `title`, `question` and `default`")
        if term.default and term.default not in term.definitions:
            yield self.unknown(("default",), "definition", term.default, term.definitions)
        for key in ("broader_than", "excludes"):
            for index, pair in enumerate(getattr(term, key)):
                if pair[0] == pair[1] or (key == "broader_than" and pair[::-1] in term.broader_than[:index]):
                    claim = "broader than" if key == "broader_than" else "apart from"
                    yield self.trouble((key, index), f"`{pair[0]}` cannot be {claim} `{pair[1]}`")
                for side, name in enumerate(pair):
                    if name not in term.definitions:
                        yield self.unknown((key, index, side), "definition", name, term.definitions)
        for name, definition in term.definitions.items():
            at: Path = ("definitions", name)
            if definition.since is not None and not is_since(definition.since):
                message = f"`{definition.since}` is not a year or a date"
                yield self.trouble((*at, "since"), message, 'write "1961", or 1961-07-06')
            yield from self.ids((*at, "knobs"), definition.knobs, "knob")
            for knob, setting in definition.knobs.items():
                where = (*at, "knobs", knob)
                if len(set(setting.values)) < max(len(setting.values), 1):
                    message = f"the knob `{knob}` {'lists a value twice' if setting.values else 'has no values'}"
                    yield self.trouble((*where, "values"), message, "list each value that it can be set to, once")
                elif setting.default not in setting.values:
                    listed = ", ".join(f"`{v}`" for v in setting.values)
                    message = f"the default `{_shown(setting.default)}` is not among the values of `{knob}`"
                    yield self.trouble((*where, "default"), message, f"one of {listed}")
                if setting.attribute is not None:
                    yield from self.values((*where, "values"), setting.attribute, setting.values)
                if setting.same_as is not None and not self.is_shared(setting):
                    message = f"`{setting.same_as}` is no knob with these values and this default"
                    yield self.trouble((*where, "same_as"), message, "name a knob as `term.knob`, with the same values")
            used = {knob for part in definition.holds_when.walk() for knob in _knobs_in(part)}
            for knob in definition.knobs.keys() - used:
                message = f"nothing in the definition `{name}` reads the knob `{knob}`"
                yield self.trouble((*at, "knobs", knob), message, f"write `${knob}` in its condition", at_key=True)
            yield from self.formula((*at, "holds_when"), definition.holds_when, definition.knobs)

    def is_shared(self, setting: KnobSetting) -> bool:
        """Whether the knob that it is said to be one with is there, and alike."""
        term, _, knob = str(setting.same_as).partition(".")
        if term not in self.known.rules.terms:
            return term in self.known.ids["term"]
        others = [d.knobs[knob] for d in self.known.rules.terms[term].definitions.values() if knob in d.knobs]
        return any(
            (o.values, o.default, o.same_as) == (setting.values, setting.default, setting.same_as) for o in others
        )

    def overlay(self, overlay: Overlay, at: Path) -> Iterator[Trouble]:
        if overlay.requires is None and overlay.excludes is None and not overlay.procedure:
            message = "nothing here says what is required or excluded"
            yield self.trouble(at, message, "write `requires:`, `excludes:` or a `procedure:`")
        for path, formula in formulas_of(overlay):
            yield from self.formula((*at, *path), formula, {})
        for index, actor in enumerate(overlay.binds):
            yield from self.actor((*at, "binds", index), actor)

    def treaty(self, treaty: Treaty) -> Iterator[Trouble]:
        if len(treaty.parties) < 2:  # noqa: PLR2004 - what makes it a treaty
            yield self.trouble(("parties",), "a treaty has at least two parties")
        if not treaty.clauses:
            yield self.trouble(("clauses",), "a treaty has at least one clause")
        yield from self.period(("in_force",), treaty.in_force.from_, treaty.in_force.until, "the treaty")
        yield from self.parties(treaty)
        for index, replaced in enumerate(treaty.replaces):
            if replaced not in self.known.ids["treaty"]:
                yield self.unknown(("replaces", index), "treaty", replaced, self.known.ids["treaty"])
        for noun, key in (("clause", "clauses"), ("attachment", "attachments"), ("wording", "wordings")):
            yield from self.ids((key,), getattr(treaty, key), noun)
        for name, overlay in treaty.attachments.items():
            yield from self.overlay(overlay, ("attachments", name))
            for index, actor in enumerate(overlay.binds):
                if actor in self.known.rules.actors and actor not in treaty.parties:
                    message = f"`{actor}` is no party, so nothing attached to the treaty binds it"
                    hint = nearest(actor, treaty.parties)
                    yield self.trouble(("attachments", name, "binds", index), message, hint)
            for index, named in enumerate(overlay.clauses):
                if named not in treaty.clauses:
                    yield self.unknown(("attachments", name, "clauses", index), "clause", named, treaty.clauses)
        for name, clause in treaty.clauses.items():
            at: Path = ("clauses", name)
            if not clause.versions:
                yield self.trouble((*at, "versions"), f"the clause `{name}` has no version")
            for index, version in enumerate(clause.versions):
                yield from self.period((*at, "versions", index), version.from_, version.until, "the version")
            for index, (one, other) in enumerate(pairwise(clause.versions), 1):
                if one.until is None or other.from_ is None or other.from_ < one.until:
                    message = "the version begins before the one above it ends"
                    hint = "each version has `from`, and `until` where another follows, in order"
                    yield self.trouble((*at, "versions", index), message, hint)
            for index, overlay_id in enumerate(clause.overlays):
                if overlay_id not in self.known.ids["overlay"]:
                    yield self.unknown((*at, "overlays", index), "overlay", overlay_id, self.known.ids["overlay"])
            for whose in ("obligors", "beneficiaries"):
                for index, code in enumerate(getattr(clause, whose)):
                    if code not in treaty.parties:
                        yield self.unknown((*at, whose, index), "party", code, treaty.parties)
            for path, formula in formulas_of(clause):
                yield from self.formula((*at, *path), formula, {}, treaty)
            yield from self.defaults(at, name, treaty)
            for index, version in enumerate(clause.versions):
                for text in version.wordings.keys() - treaty.wordings.keys():
                    where = (*at, "versions", index, "wordings", text)
                    yield self.unknown(where, "wording", text, treaty.wordings, at_key=True)
                if (version.duty.within_days or 0) < 0:
                    where = (*at, "versions", index, "duty", "within_days")
                    yield self.trouble(
                        where, "help cannot be owed before its case has come", "days count from the case"
                    )

    def defaults(self, at: Path, name: str, treaty: Treaty) -> Iterator[Trouble]:
        """What a clause and its versions settle by default is something of which the clause asks."""
        clause = treaty.clauses[name]
        asked = self.asked(name, treaty)
        settled = {at: (clause.defaults, clause.defaults)}
        for index, version in enumerate(clause.versions):
            settled[*at, "versions", index] = (version.defaults, merge(clause.defaults, version.defaults))
        for where, (own, merged) in settled.items():
            for choice, value in own.items():
                found = list(find_choice_troubles(self.known, choice, value, merged))
                if not found and choice.partition(".")[0] not in asked:
                    message = f"the clause `{name}` asks nothing of `{choice}`, so this default changes nothing"
                    found = [(message, f"`foedus show {treaty.treaty}/{name}` says what it asks", True)]
                for message, hint, at_key in found:
                    yield self.trouble((*where, "defaults", choice), message, hint, at_key=at_key)

    def asked(self, name: str, treaty: Treaty) -> set[str]:
        """The choices that a clause can come to, knobs left out."""
        clause, rules = treaty.clauses[name], self.known.rules
        attached = {key: each for key, each in treaty.attachments.items() if not each.clauses or name in each.clauses}
        overlays = [rules.overlays[key] for key in clause.overlays if key in rules.overlays]
        waiting = [TEMPORAL_SCOPE, HELP_AS_ATTACK]
        waiting += [term for each in (clause, *attached.values(), *overlays) for term in terms_in(each)]
        terms: set[str] = set()
        while waiting:
            term = waiting.pop()
            if term not in terms:
                terms.add(term)
                waiting += terms_in(rules.terms[term]) if term in rules.terms else ()
        return terms | {treaty.treaty, *clause.overlays, *(f"{treaty.treaty}/{key}" for key in attached)}

    def parties(self, treaty: Treaty) -> Iterator[Trouble]:
        """Who the parties are, and when each was one."""
        for code, party in treaty.parties.items():
            at: Path = ("parties", code)
            yield from self.actor(at, code, at_key=True)
            times = treaty.periods(code)
            own = times[0]
            if party.from_ is not None or party.until is not None:
                yield from self.period(at, own.from_, own.until, f"the time of `{code}` as a party")
            for index, (one, other) in enumerate(pairwise(times)):
                yield from self.period((*at, "again", index), other.from_, other.until, "the time")
                if one.until is None or other.from_ < one.until:
                    message = f"`{code}` comes back before it has left"
                    hint = "`until` says when it left, `again` when it came back"
                    yield self.trouble((*at, "again", index), message, hint)

    def profile(self, profile: Profile) -> Iterator[Trouble]:
        yield from self.period((), profile.from_, profile.until, "the time of the profile")
        yield from self.reading(("reading",), profile.reading)
        if profile.account is not None:
            yield from self.actor(("account",), profile.account)
        if profile.source is None and profile.stylised is None:
            message = f"the profile `{profile.profile}` has neither `source` nor `stylised`"
            yield self.trouble((), message, "cite who reads it so, or say that the reading is a stylisation")

    def formula(
        self, at: Path, formula: Formula, knobs: Mapping[str, Any], treaty: Treaty | None = None
    ) -> Iterator[Trouble]:
        for part in formula.walk():
            path = (*at, *part.at)
            match part:
                case Test():
                    yield from self.test(path, part, knobs)
                case AtLeast(count, of) if not 0 < count <= len(of):
                    message = f"at least {count} of {len(of)} conditions {'always' if count < 1 else 'never'} holds"
                    yield self.trouble(path, message, "count from 1 to the number of conditions")
                case Term(name) if name not in self.known.ids["term"]:
                    yield self.unknown(path, "term", name, self.known.ids["term"])
                case Who(_, of):
                    for name in of:
                        if name not in ROLE_WORDS:
                            yield from self.actor(path, name, also=ROLE_WORDS)
                case Setting(knob, value):
                    if knob not in knobs:
                        yield self.unknown(path, "knob", knob, knobs, at_key=True)
                    elif value not in knobs[knob].values:
                        yield self.trouble(path, f"the knob `{knob}` has no value `{_shown(value)}`")
                case Choose(choice, options) if choice == WORDING:
                    texts = treaty.wordings if treaty else {}
                    for name in dict(options).keys() - texts.keys():
                        yield self.unknown((*path, name), "wording", name, texts, at_key=True)
                    for name in texts.keys() - dict(options).keys():
                        yield self.trouble(path, f"no condition for the wording `{name}`")

    def test(self, path: Path, test: Test, knobs: Mapping[str, Any]) -> Iterator[Trouble]:
        attribute = self.known.vocabulary.attribute(test.attribute)
        if attribute is None:
            names = [*self.known.vocabulary.attributes, "act", "all", "any", "not", "some", "term", "by", "against"]
            yield self.unknown(path, "attribute", test.attribute, names, at_key=True)
            return
        for value in test.values:
            if isinstance(value, Knob):
                if value.name not in knobs:
                    yield self.unknown(path, "knob", value.name, knobs)
                elif knobs[value.name].attribute not in {test.attribute, None}:
                    message = f"the knob `{value.name}` has values of `{knobs[value.name].attribute}`"
                    yield self.trouble(path, f"{message}, not of `{test.attribute}`")
                else:
                    yield from self.values(path, test.attribute, knobs[value.name].values)
        if test.relation != "is" and attribute.type not in {"scale", "number"}:
            message = f"`{test.attribute}` has no order, so `{test.relation}` cannot be asked"
            yield self.trouble(path, message, "name the values in a list")
        plain = tuple(value for value in test.values if not isinstance(value, Knob))
        yield from self.values(path, test.attribute, plain)

    def values(self, path: Path, name: str, values: Iterable[Value]) -> Iterator[Trouble]:
        attribute = self.known.vocabulary.attribute(name)
        if attribute is None:
            yield self.unknown(path, "attribute", name, self.known.vocabulary.attributes)
            return
        for value in values:
            if not self.fits(name, attribute, value):
                yield self.trouble(path, *_misfit(name, attribute, value, self.known.vocabulary))

    def fits(self, name: str, attribute: Attribute, value: object) -> bool:
        return attribute.admits(value) or (name == "act" and value in self.known.vocabulary.groups)

    def actor(self, path: Path, code: str, *, at_key: bool = False, also: Iterable[str] = ()) -> Iterator[Trouble]:
        actors = self.known.rules.actors
        if code in actors:
            return
        hint = nearest_actor(code, actors, also)
        yield self.trouble(path, f"unknown actor `{code}`", hint, at_key=at_key)

    def reading(self, at: Path, reading: Mapping[str, Value]) -> Iterator[Trouble]:
        """Every choice names something, and every value is one of its values.

        A choice about a term or treaty that exists but was not needed is not looked into.
        """
        for choice, value in reading.items():
            for message, hint, at_key in find_choice_troubles(self.known, choice, value, reading):
                yield self.trouble((*at, choice), message, hint, at_key=at_key)

    # Scenarios

    def scenario(self, scenario: Scenario) -> Iterator[Trouble]:
        if not scenario.events:
            yield self.trouble(("events",), "a scenario has at least one event")
        if not scenario.clauses:
            yield self.trouble(
                ("clauses",), "a scenario names at least one clause", "`clauses: [nato-1949/art-5]`, say"
            )
        for index, clause in enumerate(scenario.clauses):
            if clause in scenario.clauses[:index]:
                yield self.trouble(("clauses", index), f"the clause `{clause}` stands twice")
            else:
                yield from self.clause(("clauses", index), clause)
        if scenario.change and scenario.extends is None:
            message = "`change` without `extends`"
            hint = "`extends:` names the scenario whose facts are changed; own events are changed where they stand"
            yield self.trouble(("change",), message, hint, at_key=True)
        seen: set[str] = set()
        ids = {event.id for event in scenario.events}
        yield from self.order(scenario)
        for index, event in enumerate(scenario.events):
            at: Path = ("events", index)
            if event.id in seen:
                yield self.trouble((*at, "id"), f"the event id `{event.id}` stands twice")
            if not _ID.fullmatch(event.id):
                yield self.trouble(
                    (*at, "id"), f"`{event.id}` cannot be the id of an event", "letters, digits, hyphens"
                )
            seen.add(event.id)
            yield from self.event(at, event, ids)
        for index, expectation in enumerate(scenario.expect):
            yield from self.expectation(("expect", index), expectation, ids)
        for whose in ("claimed_by", "denied_by", "performed_by"):
            for index, code in enumerate(getattr(scenario.record, whose, ())):
                yield from self.actor(("record", whose, index), code)

    def order(self, scenario: Scenario) -> Iterator[Trouble]:
        """Events of one day can be ordered by `follows`, but not in a circle, and not against their dates."""
        events: dict[str | None, Event] = {event.id: event for event in scenario.events}
        for index, event in enumerate(scenario.events):
            seen = {event.id}
            before = events.get(event.follows)
            if before is not None and before.date > event.date:
                yield self.trouble(
                    ("events", index, "follows"), f"the event follows `{before.id}`, which is of a later day"
                )
            while before is not None and before.id not in seen:
                seen.add(before.id)
                before = events.get(before.follows)
            if before is not None and before.id == event.id:
                yield self.trouble(("events", index, "follows"), f"the event `{event.id}` follows itself")

    def clause(self, path: Path, clause: str) -> Iterator[Trouble]:
        for message, hint in find_clause_troubles(self.known, clause):
            yield self.trouble(path, message, hint)

    def event(self, at: Path, event: Event, ids: set[str]) -> Iterator[Trouble]:
        if event.until not in {None, "ongoing"} and event.last < event.date:
            yield self.trouble((*at, "until"), "the event ends before it begins")
        if event.about == event.id:
            yield self.trouble((*at, "about"), f"the event `{event.id}` is about itself")
        for key in ("about", "follows"):
            if getattr(event, key) not in {None, *ids}:
                yield self.unknown((*at, key), "event", getattr(event, key), ids)
        for whose in ("by", "against"):
            for path, value in _stated((*at, whose), getattr(event, whose)):
                for code in value if isinstance(value, tuple) else [value]:
                    yield from self.actor(path, str(code))
        for name, stated in {"act": event.act, **event.facts}.items():
            attribute = self.known.vocabulary.attribute(name)
            where = (*at, name)
            if name in EVENT_KEYS - {"act"}:
                hint = "facts are changed, and `act`, `by` and `against`"
                yield self.trouble(where, f"the `{name}` of an event cannot be changed", hint, at_key=True)
                continue
            if attribute is None:
                names = [
                    *self.known.vocabulary.attributes,
                    "date",
                    "until",
                    "act",
                    "by",
                    "against",
                    "about",
                    "happened",
                    "title",
                ]
                yield self.unknown(where, "key", name, names, at_key=True)
                continue
            if attribute.computed:
                message = f"`{name}` is worked out from the dates and cannot be stated"
                yield self.trouble(where, message, at_key=True)
            for path, value in _stated(where, stated):
                if isinstance(value, tuple) or not attribute.admits(value):
                    yield self.trouble(path, *_misfit(name, attribute, value, self.known.vocabulary))
            for actor in stated.disputed:
                if actor != "others":
                    yield from self.actor((*where, "disputed", actor), actor, at_key=True, also=["others"])

    def expectation(self, at: Path, expectation: Expectation, ids: set[str]) -> Iterator[Trouble]:
        yield from self.clause((*at, "clause"), expectation.clause)
        if expectation.profile is not None and expectation.profile not in self.known.ids["profile"]:
            yield self.unknown((*at, "profile"), "profile", expectation.profile, self.known.ids["profile"])
        if expectation.event is not None and expectation.event not in ids:
            yield self.unknown((*at, "event"), "event", expectation.event, ids)
        for key in ("account", "obligor", "beneficiary", "adversary"):
            code = getattr(expectation, key)
            if code is not None:
                yield from self.actor((*at, key), code)
        yield from self.reading((*at, "define"), expectation.define)


def find_clause_troubles(known: Known, clause: str) -> Iterator[tuple[str, str | None]]:
    """What is wrong with the id of a clause: message and hint."""
    treaty_id, slash, name = clause.partition("/")
    treaty = known.rules.treaties.get(treaty_id)
    if treaty_id not in known.ids["treaty"]:
        hint = nearest(treaty_id, known.ids["treaty"])
        if not slash:
            hint = hint or "a clause is written with its treaty, such as `nato-1949/art-5`"
            yield f"unknown clause `{clause}`", hint
        else:
            yield f"unknown treaty `{treaty_id}`", hint or "`foedus list treaties` shows the ids"
    elif treaty is not None and name not in treaty.clauses:
        ids = [f"{treaty_id}/{each}" for each in treaty.clauses]
        its = f"its clauses: {', '.join(ids)}"
        if not name:
            yield f"`{clause}` names a treaty, and no clause of it", its
        else:
            yield f"the treaty `{treaty_id}` has no clause `{name}`", its


def is_since(text: str) -> bool:
    """Whether a text is a year, a month or a day that there can be."""
    if not _SINCE.fullmatch(text):
        return False
    try:
        Day.fromisoformat(text + "-01" * (2 - text.count("-")))
    except ValueError:
        return False
    return True


def find_choice_troubles(
    known: Known, choice: str, value: Value, reading: Mapping[str, Value]
) -> Iterator[tuple[str, str | None, bool]]:
    """What is wrong with one choice of a reading: message, hint, and whether the choice itself is meant."""
    rules = known.rules
    head, dot, knob = choice.partition(".")
    if dot:
        term = rules.terms.get(head)
        if head not in known.ids["term"]:
            yield f"unknown term `{head}`", nearest(head, known.ids["term"]), True
        elif term is not None:
            chosen = reading.get(head)
            definitions = [term.definitions[str(chosen)]] if chosen in term.definitions else term.definitions.values()
            knobs = {name: setting for definition in definitions for name, setting in definition.knobs.items()}
            if knob not in knobs:
                of = f"the definition `{chosen}` of `{head}`" if chosen in term.definitions else f"the term `{head}`"
                yield (
                    f"{of} has no knob `{knob}`",
                    nearest(knob, knobs) or f"`foedus show {head}` lists the knobs",
                    True,
                )
            else:
                listed = {v for d in definitions if knob in d.knobs for v in d.knobs[knob].values}
                if value not in listed:
                    shown = ", ".join(f"`{_shown(v)}`" for v in sorted(listed, key=str))
                    yield f"`{_shown(value)}` is not a value of the knob `{choice}`", f"one of {shown}", False
        return
    options: Iterable[str] | None = None
    if head in known.ids["term"]:
        options = rules.terms[head].definitions if head in rules.terms else None
        noun = "definition"
    elif head in known.ids["overlay"]:
        options, noun = (APPLIED, SET_ASIDE), "value"
    elif head in known.ids["treaty"]:
        options = rules.treaties[head].wordings if head in rules.treaties else None
        noun = "wording"
    elif head.partition("/")[0] in known.ids["treaty"]:
        treaty_id, _, name = head.partition("/")
        treaty = rules.treaties.get(treaty_id)
        options, noun = (APPLIED, SET_ASIDE), "value"
        if treaty is not None and name not in treaty.attachments:
            yield f"the treaty `{treaty_id}` has no attachment `{name}`", nearest(name, treaty.attachments), True
            return
    else:
        names = known.ids["term"] | known.ids["overlay"] | known.ids["treaty"]
        yield (
            f"unknown choice `{head}`",
            nearest(head, names) or "a term, an overlay, or a treaty with several texts",
            True,
        )
        return
    if options is not None and value not in options:
        hint = nearest(value, options) or f"`foedus show {head}` lists them"
        if not list(options):
            yield f"the {'treaty' if noun == 'wording' else 'term'} `{head}` leaves no choice of {noun}", None, True
        else:
            yield f"unknown {noun} `{_shown(value)}` of `{head}`", hint, False


def nearest_actor(code: str, actors: Mapping[str, Actor], also: Iterable[str] = ()) -> str:
    """A hint with the actor that may be meant, by its name or its code."""
    from difflib import get_close_matches

    by_name = {actor.name.lower(): known for known, actor in actors.items()}
    starts = [known for known in actors if known.startswith(code.upper()) and len(code) > 1]
    near = get_close_matches(code.lower(), by_name, n=1, cutoff=0.7)
    found = [by_name[name] for name in near] + starts
    if found:
        return f"did you mean `{found[0]}` ({actors[found[0]].name})?"
    return nearest(code, [*actors, *also]) or "`foedus list actors` shows the codes"


def _knobs_in(formula: Formula) -> list[str]:
    """The knobs that one condition reads."""
    match formula:
        case Test(_, _, values):
            return [value.name for value in values if isinstance(value, Knob)]
        case Setting(knob, _):
            return [knob]
    return []


def _stated(path: Path, stated: Stated) -> Iterator[tuple[Path, Value | tuple[str, ...]]]:
    """Every value that a fact may have, with its path."""
    if stated.value is not None:
        yield path, stated.value
    for actor, value in stated.disputed.items():
        if value is not None:
            yield (*path, "disputed", actor), value


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _misfit(name: str, attribute: Attribute, value: object, vocabulary: Vocabulary) -> tuple[str, str | None]:
    if isinstance(value, tuple):
        return f"`{name}` is one value, not a list", "write one value, or `unknown`"
    if attribute.type == "boolean":
        hint = "write it without quotes" if value in {"true", "false"} else None
        return f"`{name}` is `true` or `false`, not `{_shown(value)}`", hint
    if attribute.type == "number":
        unit = f" of {attribute.unit}" if attribute.unit else ""
        hint = "write the digits alone, without quotes, such as 1000" if isinstance(value, str) else None
        return f"`{name}` is a whole number{unit}, not `{_shown(value)}`", hint
    if name == "act" and value in vocabulary.groups:
        return f"`{_shown(value)}` is a group of acts", "an event is one act; `foedus list acts` shows them"
    if name == "act":
        hint = nearest(value, [*attribute.values, *vocabulary.groups]) or "`foedus list acts` shows them"
        return f"unknown act `{_shown(value)}`", hint
    hint = nearest(value, attribute.values) or f"`foedus show {name}` lists its values"
    return f"`{name}` has no value `{_shown(value)}`", hint
