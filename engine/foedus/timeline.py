"""A scenario as it unfolds: what each step changes, for which cases, and why.

The state after a step is what `run` finds on the facts as they are seen then. It is not worked out anew: an event is
put to the cases that it can change and to no other, and of the past is kept what a later case can ask for. What is
kept, and what bounds it, stands in `docs/decisions/006-timeline.md`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field, replace
from datetime import date as Day  # noqa: N812 - as in the model
from datetime import timedelta
from functools import cached_property
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Literal

from foedus import reference
from foedus.derivation import Finding, Judgement, conclude
from foedus.errors import InputError, InputErrors
from foedus.formula import Test
from foedus.ground import Facts, Reading, find_situations_of
from foedus.loading.stream import event_of
from foedus.loading.writing import write_event
from foedus.model import Scenario
from foedus.outlook import Outlook, Sought, sought_in
from foedus.standing import OPEN, Cause, Standing, advance, causes, fulfilling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from foedus.ground import Rules, Situation
    from foedus.model import Event, Stated, Treaty
    from foedus.vocabulary import Value

ONE_DAY = timedelta(days=1)
Roles = tuple[str, str, str | None]
"""Obligor, beneficiary, adversary."""
Key = tuple[str, str]
"""Clause and event: what makes a matter."""


@dataclass(frozen=True)
class Change:
    """What a step changed for some obligors alike; `before` is `None` for a case that the step itself made."""

    obligors: tuple[str, ...]
    finding: Finding
    before: Standing | None
    after: Standing
    causes: tuple[Cause, ...]
    facts: Facts = field(compare=False, repr=False)


@dataclass(frozen=True)
class Mark:
    """A day on which a treaty begins or ceases to be in force for some parties, or a clause reads anew."""

    kind: Literal["begins", "ends", "amended"]
    what: str
    parties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """Events of one day that nothing orders among themselves, or what a day brings by itself; and what it changed."""

    date: Day
    events: tuple[Event, ...]
    marks: tuple[Mark, ...]
    changes: tuple[Change, ...]


@dataclass
class _Matter:
    """The cases of one clause and one event, and the other events on which they can hang."""

    clause: str
    event: Event
    day: Day
    obligors: frozenset[str]
    beneficiaries: frozenset[str]
    adversaries: frozenset[str | None]
    sought: tuple[Sought, ...]
    fulfilling: tuple[Sought, ...]
    known: dict[str, Event]
    before: dict[Roles, Standing] = field(default_factory=dict)
    now: dict[Roles, Standing] = field(default_factory=dict)
    heard: set[tuple[object, bool]] = field(default_factory=set)
    judged: list[tuple[Situation, Finding]] = field(default_factory=list)
    ears: list[tuple[str | None, str | None, frozenset[Value] | None]] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """What names it."""
        return self.clause, self.event.id

    def who(self, names: tuple[str, ...] | None, kinds: frozenset[str]) -> frozenset[str] | None:
        """The actors meant by roles and codes; `None` where it may be anybody."""
        if names is None or kinds & set(names):
            return None
        bound = {"obligor": self.obligors, "beneficiary": self.beneficiaries, "adversary": self.adversaries}
        found = frozenset(code for name in names for code in bound.get(name, frozenset({name})))
        return None if None in found else found  # type: ignore[return-value]


_KINDS = frozenset({"party", "non-party", "state", "entity", "organisation", "organ", "group"})
_MANY = 4
"""Actors under whom a matter listens one by one; it listens to everybody where they are more."""


@dataclass
class Timeline:
    """What is known on a day, and which cases a later event, or day, can still change.

    With `forget`, events and cases of more than so many days ago are dropped; else nothing is that could matter.
    """

    rules: Rules
    clauses: tuple[str, ...]
    choices: Mapping[str, Value] = field(default_factory=dict)
    account: str | None = None
    forget: int | None = None
    day: Day | None = None

    def __post_init__(self) -> None:
        self.reading = Reading(self.choices, self.rules)
        self._matters: dict[Key, _Matter] = {}
        self._of_event: dict[str, list[Key]] = {}
        self._ears: dict[str | None, dict[str | None, dict[frozenset[Value] | None, dict[Key, None]]]] = {}
        self._fresh: dict[Key, _Matter] = {}
        self._today: dict[str, Event] = {}
        self._ids: dict[str, None] = {}
        self._past: dict[str | None, dict[str | None, dict[object, Event]]] = {}
        self._awaiting: dict[str, dict[str, Event]] = {}
        self._told: deque[Event] = deque()
        self._due: list[tuple[Day, Key]] = []
        self._marks: list[tuple[Day, Mark]] | None = None
        self._reach: dict[tuple[object, ...], tuple[Sought, ...]] = {}
        self._fulfil: dict[tuple[str, int], tuple[Sought, ...]] = {}

    # Time

    def pass_to(self, day: Day) -> Iterator[Step]:
        """Let time pass to a day; a step for each day that changes something, or on which a treaty's time changes."""
        if self.day is None:
            self.day = day - ONE_DAY
        while day > self.day:
            self._close_day()
            self.day = min([day, *(each[0][0] for each in (self._due, self._coming_marks()) if each)])
            while self.forget is not None and self._told and (self.day - self._told[0].date).days > self.forget:
                self._drop(self._told.popleft())
            step = self._clock()
            if step.marks or step.changes:
                yield step

    def _coming_marks(self) -> list[tuple[Day, Mark]]:
        if self._marks is None:
            self._marks = [each for each in marks_of(self.rules, self.clauses) if self.day and each[0] > self.day]
        return self._marks

    def _clock(self) -> Step:
        """What the day brings by itself."""
        day = self._today_is()
        marks = []
        coming = self._coming_marks()
        while coming and coming[0][0] <= day:
            marks.append(coming.pop(0)[1])
        due: dict[Key, None] = {}
        while self._due and self._due[0][0] <= day:
            due[heappop(self._due)[1]] = None
        changes = [
            change
            for key in sorted(due)
            if (matter := self._matters.get(key)) is not None
            for change in self._turn(matter, [], day - ONE_DAY)
        ]
        return Step(day, (), tuple(marks), tuple(changes))

    def _today_is(self) -> Day:
        if self.day is None:
            message = "no day has begun"
            raise AssertionError(message)
        return self.day

    def _close_day(self) -> None:
        """The day is over: what it brought is past, and of its cases those stay that can still change."""
        for event in self._today.values():
            if not self._is_denied(event):
                self._remember(event)
                if event.about is not None and event.about not in self._ids:
                    self._awaiting.setdefault(event.about, {})[event.id] = event
            if self.forget is not None:
                self._told.append(event)
        self._today.clear()
        for matter in self._fresh.values():
            self._settle(matter)
        self._fresh.clear()

    def _remember(self, event: Event) -> None:
        """Keep an event for later cases, in the place of one like it."""
        for by in self._codes(event.by) or (None,):
            for against in self._codes(event.against) or (None,):
                self._past.setdefault(by, {}).setdefault(against, {})[self._likeness(event)] = event

    def _drop(self, event: Event) -> None:
        """Forget an event and its cases."""
        for key in list(self._of_event.get(event.id, ())):
            self._unlisten(self._matters[key])
            self._remove(self._matters[key])
        for by in self._codes(event.by) or (None,):
            for against in self._codes(event.against) or (None,):
                alike = self._past.get(by, {}).get(against, {})
                if alike.get(self._likeness(event)) is event:
                    del alike[self._likeness(event)]
        if event.about is not None:
            self._awaiting.get(event.about, {}).pop(event.id, None)
        self._ids.pop(event.id, None)

    # Events

    def tell(self, events: Iterable[Event]) -> Step:
        """Take in events of the day that has been reached, and tell what they change.

        Raises:
            InputErrors: if one is of another day, or told already; then none is taken in.
        """
        told = sorted(events, key=lambda event: event.id)
        day = self._today_is()
        problems = self.objections(told)
        if problems or any(event.date != day for event in told):
            raise InputErrors(problems or [InputError("an event of another day", None, "let time pass to its day")])
        for event in told:
            self._today[event.id] = event
            self._ids[event.id] = None
        counted = [event for event in told if not self._is_denied(event)]
        touched: dict[Key, list[Event]] = {}
        for event in counted:
            for key in self._hearers(event):
                matter = self._matters[key]
                if self._hears(matter, event) and not self._is_nothing_new(matter, event):
                    touched.setdefault(key, []).append(event)
        changes = [change for key in sorted(touched) for change in self._turn(self._matters[key], touched[key], day)]
        for event in counted:
            for matter in self._new_matters(event):
                changes += self._turn(matter, [event], None)
        return Step(day, tuple(told), (), tuple(changes))

    def objections(self, events: Iterable[Event]) -> list[InputError]:
        """Why events cannot be taken in any more, one line an event."""
        out = []
        for event in events:
            if event.id in self._ids:
                hint = "give each event an id of its own"
                out.append(InputError(f"the event id `{event.id}` stands twice", None, hint))
            elif self.day is not None and event.date < self.day:
                message = f"the event is of {event.date}, and the timeline has come to {self.day} already"
                out.append(InputError(message, None, "tell events in the order of their dates"))
        return out

    @property
    def ids(self) -> Collection[str]:
        """The events that have been told, and are not forgotten."""
        return self._ids.keys()

    def _is_denied(self, event: Event) -> bool:
        return "happened" in event.facts and event.facts["happened"].according_to(self.account) is False

    def _codes(self, stated: Stated) -> tuple[str, ...] | None:
        """The actors that are stated, as far as they are known."""
        value = stated.according_to(self.account)
        return None if value is None else value if isinstance(value, tuple) else (str(value),)

    def _likeness(self, event: Event) -> object:
        """What of an event a condition `some` can see; events alike here are one to every later case."""
        facts = {"act": event.act, **event.facts}
        return (
            self._codes(event.by),
            self._codes(event.against),
            tuple((name, facts[name].according_to(self.account)) for name in self._seen if name in facts),
        )

    @cached_property
    def _seen(self) -> tuple[str, ...]:
        """The facts that a condition may test, of whatever event."""
        tested = {part.attribute for formula, _ in self.rules.formulas() for part in formula.walk()
                  if isinstance(part, Test)}  # fmt: skip
        return tuple(sorted(tested | {"act", "happened"}))

    def _level(self, event: Event) -> int:
        """How many events of its day the file puts before it, one after another."""
        level, seen = 0, {event.id}
        while event.follows in self._today and event.follows not in seen:
            event = self._today[event.follows]
            seen.add(event.id)
            level += 1
        return level

    @property
    def open_cases(self) -> int:
        """How many cases a later event, or day, can still change, as far as that is known."""
        return sum(len(matter.now) for matter in self._matters.values())

    # Which cases an event can touch

    def _hearers(self, event: Event) -> list[Key]:
        """The matters that the event may touch, those of today among them."""
        out: dict[Key, None] = dict.fromkeys(self._of_event.get(event.about or "", ()))
        out.update(dict.fromkeys(self._fresh))
        act = event.act.according_to(self.account)
        by, against = self._codes(event.by), self._codes(event.against)
        for one in self._ears if by is None else (None, *by):
            under = self._ears.get(one, {})
            for other in under if against is None else (None, *against):
                for acts, keys in under.get(other, {}).items():
                    if acts is None or act is None or act in acts:
                        out.update(keys)
        return list(out)

    def _hears(self, matter: _Matter, event: Event) -> bool:
        """Whether the event can matter to the cases: to a condition of theirs, or to what becomes of the duty."""
        return any(self._fits(matter, each, event) for each in matter.sought) or self._may_fulfil(matter, event)

    def _may_fulfil(self, matter: _Matter, event: Event) -> bool:
        """Whether the event may perform the duty, or release from it; one that is about another event does not."""
        is_near = event.about in {None, matter.event.id}
        return is_near and any(self._fits(matter, each, event) for each in matter.fulfilling)

    def _fits(self, matter: _Matter, sought: Sought, event: Event) -> bool:
        act = event.act.according_to(self.account)
        if sought.about and event.about != matter.event.id:
            return False
        if sought.acts is not None and act is not None and act not in sought.acts:
            return False
        if sought.dated & {"before", "not-after"} and event.date > matter.event.date:
            return False
        if sought.dated & {"after", "not-before"} and event.date < matter.event.date:
            return False
        for stated, names in ((event.by, sought.by), (event.against, sought.against)):
            codes, wanted = self._codes(stated), matter.who(names, _KINDS)
            if codes is not None and wanted is not None and wanted.isdisjoint(codes):
                return False
        return True

    def _is_nothing_new(self, matter: _Matter, event: Event) -> bool:
        """Whether the cases know an event like it, of an earlier day but later than theirs, and it fulfils nothing."""
        if event.date <= matter.event.date:
            return False
        if any(each.stage in OPEN for each in matter.now.values()) and self._may_fulfil(matter, event):
            return False
        return (self._likeness(event), event.about == matter.event.id) in matter.heard

    def _new_matters(self, event: Event) -> Iterator[_Matter]:
        """The matters that an event makes, with what is known already and can matter to them."""
        clauses = {each: None for code in self._codes(event.against) or () for each in self._clauses_of.get(code, ())}
        awaited = self._awaiting.pop(event.id, {})
        for clause in clauses:
            matter = self._matter(clause, event)
            if matter is not None:
                for other in (*awaited.values(), *self._remembered(matter)):
                    self._learn(matter, other)
                yield matter

    def _matter(self, clause: str, event: Event) -> _Matter | None:
        """The cases that a clause makes of an event, if any."""
        facts = Facts(Scenario("", "", "", events=(event,)), self.account, self.day)
        situations = list(find_situations_of(self.rules, facts, clause, event.id))
        if not situations:
            return None
        cases = [situation.case for situation in situations]
        sought: dict[Sought, None] = {}
        performing: dict[Sought, None] = {}
        for situation in situations:
            for version in (situation.case.version, *self._later_versions(situation)):
                as_read = replace(situation, case=replace(situation.case, version=version))
                sought.update(dict.fromkeys(self._sought_by(as_read)))
                performing.update(dict.fromkeys(self._fulfilled_by(as_read)))
        matter = _Matter(
            clause,
            event,
            event.date,
            frozenset(case.obligor for case in cases),
            frozenset(case.beneficiary for case in cases),
            frozenset(case.adversary for case in cases),
            tuple(sought),
            tuple(performing),
            {event.id: event},
        )
        self._matters[matter.key] = matter
        self._of_event.setdefault(event.id, []).append(matter.key)
        return matter

    @cached_property
    def _clauses_of(self) -> dict[str, list[str]]:
        """Actor to the clauses of the treaties that it is a party to."""
        out: dict[str, list[str]] = {}
        for clause in self.clauses:
            for code in self.rules.clause(clause)[0].parties:
                out.setdefault(code, []).append(clause)
        return out

    def _remembered(self, matter: _Matter) -> Iterator[Event]:
        """The events, told so far, that can matter to a new case."""
        for event in self._today.values():
            if event.id != matter.event.id and not self._is_denied(event) and self._hears(matter, event):
                yield event
        for sought in matter.sought:
            if sought.about or sought.dated & {"after", "not-before"}:
                continue
            by, against = matter.who(sought.by, _KINDS), matter.who(sought.against, _KINDS)
            for one in self._past if by is None else (None, *by):
                under = self._past.get(one, {})
                for other in under if against is None else (None, *against):
                    for event in under.get(other, {}).values():
                        if self._fits(matter, sought, event):
                            yield event

    def _learn(self, matter: _Matter, event: Event) -> None:
        """Let the cases know an event, and those of its day that the file puts before it."""
        matter.known[event.id] = event
        while event.follows in self._today and event.follows not in matter.known:
            event = self._today[event.follows]
            matter.known[event.id] = event

    def _sought_by(self, situation: Situation) -> tuple[Sought, ...]:
        """What the conditions `some` that a case can come to look for."""
        key = (situation.case.clause, situation.case.version, tuple(situation.overlays))
        if key not in self._reach:
            own = situation.version.duty.performed_when
            performed = [own] if own is not None else []
            self._reach[key] = sought_in([*situation.conditions, *performed], self.reading.within(situation))
        return self._reach[key]

    def _fulfilled_by(self, situation: Situation) -> tuple[Sought, ...]:
        """What performs the duty of a case, or releases from it."""
        key = (situation.case.clause, situation.case.version)
        if key not in self._fulfil:
            self._fulfil[key] = fulfilling(situation, self.reading)
        return self._fulfil[key]

    # Judging

    def _judge(self, matter: _Matter, events: Iterable[Event], day: Day) -> list[tuple[Situation, Finding]]:
        """The finding of each case, on those events as they are seen on that day."""
        ordered = tuple(sorted(events, key=lambda event: (event.date, event.id)))
        facts = Facts(Scenario(matter.clause, "", "", events=ordered), self.account, day)
        judged: dict[tuple[object, ...], Finding] = {}
        out = []
        for situation in find_situations_of(self.rules, facts, matter.clause, matter.event.id):
            if situation.alike not in judged:
                judged[situation.alike] = conclude(situation, reference.judge(situation, self.reading))
            out.append((situation, judged[situation.alike]))
        return out

    def _turn(self, matter: _Matter, new: list[Event], as_of: Day | None) -> list[Change]:
        """Take in new events, or a new day, and tell what that changes; `as_of` is the day of what was found before."""
        day = self._today_is()
        if matter.day < day:
            matter.before, matter.day = dict(matter.now), day
        if matter.key not in self._fresh:
            # what came earlier today could not touch the cases then, and now may perform a duty that comes today
            new = [*new, *(each for each in self._today.values() if not self._is_denied(each))]
            new = [each for each in new if each.id in matter.known or self._hears(matter, each)]
        for event in new:
            self._learn(matter, event)
        self._fresh[matter.key] = matter
        earlier = matter.now
        matter.now = self._standings(matter)
        changed = {roles: after for roles, after in matter.now.items() if earlier.get(roles) != after}
        if not changed:
            return []
        old: dict[Roles, Judgement] = {}
        if as_of is not None:
            fresh = {event.id for event in new}
            left = [event for event in matter.known.values() if event.id not in fresh]
            old = {_roles(each): finding.judgement for each, finding in self._judge(matter, left, as_of)}
        groups: dict[object, list[tuple[Situation, Finding]]] = {}
        for situation, finding in matter.judged:
            roles = _roles(situation)
            if roles in changed:
                key = (id(finding), roles[1:], earlier.get(roles), changed[roles])
                groups.setdefault(key, []).append((situation, finding))
        changes = []
        for alike in groups.values():
            situation, finding = alike[0][0], replace(alike[0][1], case=alike[0][0].case)
            roles = _roles(situation)
            before, after = earlier.get(roles), changed[roles]
            why = tuple(causes(old.get(roles), finding, before, after))
            obligors = tuple(each.case.obligor for each, _ in alike)
            changes.append(Change(obligors, finding, before, after, why, situation.facts))
        return changes

    def _standings(self, matter: _Matter) -> dict[Roles, Standing]:
        """Where each obligation stands: from the end of the day before, through the events of this day in order.

        It depends on which events of the day are known, and not on which was told first.
        """
        day = self._today_is()
        levels: dict[int, list[Event]] = {} if matter.event.id in self._today else {-1: []}
        for event in matter.known.values():
            if event.id in self._today:
                levels.setdefault(self._level(event), []).append(event)
        first = self._level(matter.event) if matter.event.id in self._today else -1
        standings = dict(matter.before)
        for level in sorted(each for each in levels if each >= first):
            seen = [e for e in matter.known.values() if e.id not in self._today or self._level(e) <= level]
            matter.judged = self._judge(matter, seen, day)
            standings = {
                roles: advance(
                    standings.get(roles), situation, finding, self.reading, [e.id for e in levels[level]], day
                )
                for situation, finding in matter.judged
                for roles in (_roles(situation),)
            }
        return standings

    # Which cases can still change

    def _settle(self, matter: _Matter) -> None:
        """Let a matter listen for what can still change it, and let go of it where nothing can."""
        self._unlisten(matter)
        matter.heard = {
            (self._likeness(event), event.about == matter.event.id)
            for event in matter.known.values()
            if event.date > matter.event.date
        }
        sought: dict[Sought, None] = {}
        days: set[Day] = set()
        for situation, finding in {id(finding): (situation, finding) for situation, finding in matter.judged}.values():
            boundaries = self._boundaries(situation)
            days |= boundaries
            if any(situation.clause.versions[each].from_ in boundaries for each in self._later_versions(situation)):
                sought.update(dict.fromkeys(matter.sought))
            sought.update(dict.fromkeys(self._open(situation, finding.judgement, time_is_open=bool(boundaries))))
        for situation, _ in matter.judged:
            standing = matter.now[_roles(situation)]
            if standing.stage in OPEN:
                sought.update(dict.fromkeys(matter.fulfilling))
                until = situation.in_force.until
                if until is not None and until > self._today_is():
                    days.add(until)
                if standing.due_by is not None and standing.due_by >= self._today_is():
                    days.add(standing.due_by + ONE_DAY)
        matter.judged = []
        if not sought and not days:
            self._remove(matter)
            return
        for condition in sought:
            if not condition.about:
                self._listen(matter, condition)
        for day in days:
            heappush(self._due, (day, matter.key))

    def _boundaries(self, situation: Situation) -> set[Day]:
        """The days to come that bring an event that goes on into the time in force, or under another version."""
        event = situation.facts.events[situation.case.event]
        first, last = event.date, event.last
        days = [period.from_ for period in situation.common_periods]
        days += [version.from_ for version in situation.clause.versions if version.from_ is not None]
        return {each for each in days if first < each <= last and each > self._today_is()}

    def _later_versions(self, situation: Situation) -> list[int]:
        """The versions of the clause that come while the event goes on."""
        event = situation.facts.events[situation.case.event]
        return [
            index
            for index, version in enumerate(situation.clause.versions)
            if version.from_ is not None and event.date < version.from_ <= event.last
        ]

    def _open(self, situation: Situation, judgement: Judgement, *, time_is_open: bool) -> Iterator[Sought]:
        """What a later event must be to change a judgement."""
        reading = self.reading.within(situation)
        outlook = Outlook(
            lambda formula: sought_in([formula], reading), self._is_computed if time_is_open else lambda _: False
        )
        if outlook.bounds(judgement.casus)[1] == 0:
            return
        yield from outlook.open(judgement.casus)
        for met, refused in judgement.steps.values():
            yield from outlook.open(met)
            yield from outlook.open(refused)

    def _is_computed(self, name: str) -> bool:
        attribute = self.rules.vocabulary.attribute(name)
        return attribute is not None and attribute.computed

    def _listen(self, matter: _Matter, sought: Sought) -> None:
        by, against = matter.who(sought.by, _KINDS), matter.who(sought.against, _KINDS)
        for one in (None,) if by is None or len(by) > _MANY else by:
            for other in (None,) if against is None or len(against) > _MANY else against:
                self._ears.setdefault(one, {}).setdefault(other, {}).setdefault(sought.acts, {})[matter.key] = None
                matter.ears.append((one, other, sought.acts))

    def _unlisten(self, matter: _Matter) -> None:
        for one, other, acts in matter.ears:
            self._ears[one][other][acts].pop(matter.key, None)
        matter.ears = []

    def _remove(self, matter: _Matter) -> None:
        del self._matters[matter.key]
        keys = self._of_event[matter.event.id]
        keys.remove(matter.key)
        if not keys:
            del self._of_event[matter.event.id]

    # Going on from where one stopped

    def state(self) -> dict[str, Any]:
        """All that is known, as plain data from which `restore` goes on."""
        events: dict[str, Event] = {**self._today, **{event.id: event for event in self._told}}
        past = [each for under in self._past.values() for alike in under.values() for each in alike.values()]
        awaiting = [each for under in self._awaiting.values() for each in under.values()]
        known = [each for matter in self._matters.values() for each in matter.known.values()]
        events |= {event.id: event for event in (*past, *awaiting, *known)}
        return {
            "day": self.day.isoformat() if self.day else None,
            "events": [write_event(event) for event in events.values()],
            "ids": list(self._ids),
            "today": list(self._today),
            "past": list(dict.fromkeys(event.id for event in past)),
            "awaiting": [event.id for event in awaiting],
            "told": [event.id for event in self._told],
            "matters": [
                {
                    "clause": matter.clause,
                    "event": matter.event.id,
                    "day": matter.day.isoformat(),
                    "known": list(matter.known),
                    "before": _written(matter.before),
                    "now": _written(matter.now),
                    "fresh": matter.key in self._fresh,
                }
                for matter in self._matters.values()
            ],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state; what follows from it, such as what each case listens for, is worked out again."""
        events = {event.id: event for event in map(event_of, state["events"])}
        self.day = Day.fromisoformat(state["day"]) if state["day"] else None
        self._ids = dict.fromkeys(state["ids"])
        self._today = {name: events[name] for name in state["today"]}
        self._told = deque(events[name] for name in state["told"])
        for name in state["past"]:
            self._remember(events[name])
        for name in state["awaiting"]:
            self._awaiting.setdefault(str(events[name].about), {})[name] = events[name]
        for each in state["matters"]:
            matter = self._matter(each["clause"], events[each["event"]])
            if matter is None:
                continue
            matter.known = {name: events[name] for name in each["known"]}
            matter.day = Day.fromisoformat(each["day"])
            matter.before, matter.now = _read(each["before"]), _read(each["now"])
            if each["fresh"]:
                self._fresh[matter.key] = matter
                self._standings(matter)
            else:
                matter.judged = self._judge(matter, matter.known.values(), matter.day)
                self._settle(matter)


def _written(standings: Mapping[Roles, Standing]) -> list[Any]:
    """Standings as plain data, those of obligors alike together."""
    groups: dict[tuple[str, str | None, Standing], list[str]] = {}
    for (obligor, beneficiary, adversary), standing in standings.items():
        groups.setdefault((beneficiary, adversary, standing), []).append(obligor)
    return [
        [obligors, beneficiary, adversary,
         {**asdict(each), "since": each.since.isoformat(), "due_by": each.due_by.isoformat() if each.due_by else None}]
        for (beneficiary, adversary, each), obligors in groups.items()
    ]  # fmt: skip


def _read(written: list[Any]) -> dict[Roles, Standing]:
    out: dict[Roles, Standing] = {}
    for obligors, beneficiary, adversary, each in written:
        days = {name: Day.fromisoformat(each[name]) if each[name] else None for name in ("since", "due_by")}
        standing = Standing(**{**each, **days, "waiting_for": tuple(each["waiting_for"])})
        out |= {(obligor, beneficiary, adversary): standing for obligor in obligors}
    return out


def _roles(situation: Situation) -> Roles:
    return situation.case.obligor, situation.case.beneficiary, situation.case.adversary


def marks_of(rules: Rules, clauses: Iterable[str]) -> list[tuple[Day, Mark]]:
    """The days on which a treaty of the clauses begins or ceases to bind a party, or a clause reads anew."""
    asked = list(dict.fromkeys(clauses))
    out: list[tuple[Day, Mark]] = []
    for name in dict.fromkeys(clause.partition("/")[0] for clause in asked):
        treaty = rules.treaties[name]
        parties: dict[tuple[Day, Literal["begins", "ends"]], list[str]] = {}
        for party in treaty.parties:
            for period in treaty.periods(party):
                parties.setdefault((period.from_, "begins"), []).append(party)
                if period.until is not None:
                    parties.setdefault((period.until, "ends"), []).append(party)
        out += [(day, Mark(kind, name, tuple(codes))) for (day, kind), codes in parties.items()]
    for clause in asked:
        out += [(each.from_, Mark("amended", clause)) for each in rules.clause(clause)[1].versions if each.from_]
    return sorted(out, key=lambda pair: (pair[0], pair[1].kind, pair[1].what))


def unfold(timeline: Timeline, events: Iterable[Event], until: Day | None = None) -> Iterator[Step]:
    """Every step of a scenario in order, up to its last event, or up to a day and on that day's state."""
    days: dict[Day, list[Event]] = {}
    for event in events:
        if until is None or event.date <= until:
            days.setdefault(event.date, []).append(event)
    for day in sorted(days):
        yield from timeline.pass_to(day)
        for _, told in sorted(in_order(days[day]).items()):
            yield timeline.tell(told)
    if until is not None and days:
        yield from timeline.pass_to(until)


def in_order(events: list[Event]) -> dict[int, list[Event]]:
    """The events of one day by how many of them `follows` puts before each, one after another."""
    known = {event.id: event for event in events}
    out: dict[int, list[Event]] = {}
    for event in events:
        level, at = 0, event
        while at.follows in known and level < len(known):
            level, at = level + 1, known[at.follows]
        out.setdefault(level, []).append(event)
    return out


def clauses_between(treaties: Mapping[str, Treaty], events: Iterable[Event]) -> tuple[str, ...]:
    """The clauses of every treaty that was in force, in the time of the events, between two actors of theirs."""
    told = list(events)
    first, last = min(event.date for event in told), max(event.date for event in told)
    named = Facts(Scenario("", "", "", events=tuple(told))).named
    out = []
    for name, treaty in treaties.items():
        bound = [
            code for code in treaty.parties if code in named and any(p.meets(first, last) for p in treaty.periods(code))
        ]
        if len(bound) > 1:
            out += [f"{name}/{clause}" for clause in treaty.clauses]
    return tuple(out)
