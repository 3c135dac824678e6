"""What happens if those who owe, perform: round by round, one ally's help being the event of the next treaty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from foedus.derivation import CASUS_ORDER, DUTY_ORDER, conclude, reasons_of
from foedus.formula import All, Choose, Formula, Knob, Some, Term, Test
from foedus.ground import (
    HELP_AS_ATTACK,
    IN_PERFORMANCE,
    Facts,
    Reading,
    Situation,
    find_situations_of,
)
from foedus.model import Event, Stated
from foedus.readings import disputants
from foedus.reference import judge
from foedus.standing import acts_performing
from foedus.unknowns import find_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from foedus.derivation import Finding, Judgement, Missing
    from foedus.ground import Case, Rules
    from foedus.model import Duty, Profile, Scenario
    from foedus.vocabulary import Value

FIGHTING = frozenset({"defense", "offense"})
"""The kinds of duty whose performance is an event; consultation and staying out make none."""

MET = frozenset({"in-force", "came-into-force-during", "ended-during"})
"""How an event may meet the time in force of a clause; a case that does not meet it is none of a party."""

TRIED = 3
"""Unknown facts whose values are tried for an open duty; help may leave hundreds unknown."""

_ARMED = ("military", "armed", "forces")

Performs = Literal["bound", "all", "none"] | frozenset[str]
"""Who performs: those bound outright, those too to whom it is left, nobody, or these actors."""


@dataclass(frozen=True)
class Plan:
    """What a cascade is run with: the clauses asked, how they are read, who performs, and what their help is like.

    With `by_own_profile` each obligor's duty is judged as its own profile reads and with the facts as it states them.
    """

    clauses: tuple[str, ...]
    choices: Mapping[str, Value] = field(default_factory=dict)
    account: str | None = None
    by_own_profile: bool = False
    performs: Performs = "bound"
    act: str = "attack-on-forces"
    facts: Mapping[str, Value] = field(default_factory=dict)
    assume_steps: bool = False
    on: date | None = None


@dataclass(frozen=True)
class Voice:
    """Whose reading and account a finding was made under; no profile is the reading asked for."""

    profile: str | None
    reading: Reading
    account: str | None


@dataclass(frozen=True)
class Judged:
    """A finding and the voice in which it was made."""

    finding: Finding
    voice: Voice

    @property
    def reasons(self) -> list[str]:
        """The layers and terms that decide it, outermost first."""
        return reasons_of(self.finding.judgement)


@dataclass(frozen=True)
class Step:
    """A duty that an actor performs in a round, and the event that its performance is; `chooses` if it was free to."""

    round: int
    judged: Judged
    performance: Event
    chooses: bool

    @property
    def is_armed(self) -> bool:
        """Whether the help is armed, and so can bring further treaties into play."""
        return bool(self.performance.against.value)


@dataclass(frozen=True)
class Cascade:
    """All that follows from a scenario if those who owe, perform.

    `judged` are the findings of the state reached, clause by clause; `scenario` is the given one with all help added,
    `rounds` tells in which round each was given, and what is equal under `alike` is judged alike.
    """

    rules: Rules
    given: Scenario
    scenario: Scenario
    plan: Plan
    rounds: Mapping[str, int]
    steps: tuple[Step, ...]
    judged: Mapping[str, tuple[Judged, ...]]
    alike: Callable[[Situation], tuple[object, ...]] = field(repr=False, compare=False)
    _facts: dict[str | None, Facts] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def drawn_in(self) -> dict[str, tuple[Step, ...]]:
        """Actor to the armed help that it gives in the round in which it first does, in the order of rounds."""
        out: dict[str, tuple[Step, ...]] = {}
        for step in self.steps:
            actor = step.judged.finding.case.obligor
            if step.is_armed and all(each.round == step.round for each in out.get(actor, ())):
                out[actor] = (*out.get(actor, ()), step)
        return out

    @cached_property
    def fighting(self) -> frozenset[str]:
        """Those who fight, or are fought against, by the events that the scenario itself lists."""
        facts = Facts(self.given, self.plan.account, self.plan.on)
        armed = {"declaration-of-war", *self.rules.vocabulary.expand(("armed-force",))}
        out: set[str] = set()
        for event in facts.events.values():
            if facts.known.get((event.id, "happened")) is True and event.act.according_to(self.plan.account) in armed:
                out.update(facts.actors(event.id, "by") or ())
                out.update(facts.actors(event.id, "against") or ())
        return frozenset(out)

    def duties(self) -> Iterator[Judged]:
        """The findings of the state reached about help to an ally, armed or not."""
        for clause, findings in self.judged.items():
            if self.rules.clause(clause)[1].kind in FIGHTING:
                yield from findings

    @cached_property
    def idle(self) -> tuple[Judged, ...]:
        """Duties of help that are owed, or would be if a step were taken, or may be given, and are not performed."""
        done = {step.judged.finding.case for step in self.steps}
        given = {_triple(case) for case in done}
        states = {"due", "left-to-the-party", "dormant"}
        return tuple(
            each for each in self.duties() if each.finding.duty in states and _triple(each.finding.case) not in given
        )

    @cached_property
    def open(self) -> tuple[tuple[Judged, tuple[Missing, ...]], ...]:
        """Duties of help that unknown facts leave open, of actors not drawn in, with what would settle them.

        Of each actor and clause the first: where help answers help, there are hundreds alike.
        """
        seen: dict[tuple[str, str], Judged] = {}
        for each in self.duties():
            case = each.finding.case
            is_new = case.obligor not in self.drawn_in and case.obligor not in self.fighting
            if each.finding.duty == "undetermined" and is_new:
                seen.setdefault((case.obligor, case.clause), each)
        alike: dict[tuple[object, ...], tuple[Missing, ...]] = {}
        out = []
        for each in seen.values():
            situation = self.situation(each)
            key = (each.voice.profile, each.voice.account, *self.alike(situation))
            if key not in alike:
                finding = conclude(situation, judge(situation, each.voice.reading))
                alike[key] = find_missing(situation, each.voice.reading, finding, TRIED)
            out.append((each, alike[key]))
        return tuple(out)

    def situation(self, judged: Judged) -> Situation:
        """The case of a finding, on the facts of the state reached."""
        account = judged.voice.account
        if account not in self._facts:
            self._facts[account] = Facts(self.scenario, account, self.plan.on, self.rounds)
        return Situation(self.rules, self._facts[account], judged.finding.case)

    @cached_property
    def strongest(self) -> dict[str, Judged]:
        """Each party of a treaty asked, with its strongest finding: of equals, the nearest to arising."""
        best: dict[str, tuple[tuple[int, int, int], Judged]] = {}
        for judged in self.duties():
            case = judged.finding.case
            failing = sum(part.value is not True for part in judged.finding.judgement.casus.of)
            rank = (DUTY_ORDER.index(judged.finding.duty), CASUS_ORDER.index(judged.finding.casus), failing)
            if case.obligor not in best or rank < best[case.obligor][0]:
                best[case.obligor] = (rank, judged)
        return {actor: judged for actor, (_, judged) in sorted(best.items())}

    @cached_property
    def stays_out(self) -> dict[str, Judged]:
        """Each party that is not drawn in, does not fight and is not said to perform, with its strongest finding."""
        elsewhere = {*self.drawn_in, *self.fighting, *self.without_duty}
        return {actor: judged for actor, judged in self.strongest.items() if actor not in elsewhere}

    @cached_property
    def without_duty(self) -> dict[str, tuple[str, ...]]:
        """Each actor that is said to perform and has no duty to, with the listed events that are its help or force."""
        if not isinstance(self.plan.performs, frozenset):
            return {}
        facts = Facts(self.given, self.plan.account, self.plan.on)
        acts = frozenset().union(*acts_performing("defense", self.rules.vocabulary))
        helped = {step.judged.finding.case.obligor for step in self.steps}
        return {
            actor: tuple(
                event
                for event in facts.events
                if facts.known.get((event, "act")) in acts
                and facts.known.get((event, "happened")) is True
                and actor in (facts.actors(event, "by") or ())
            )
            for actor in sorted(self.plan.performs - helped)
        }


def run_cascade(rules: Rules, scenario: Scenario, plan: Plan, advance: Callable[[], None] = lambda: None) -> Cascade:
    """The cascade that a scenario sets off: judged on the facts so far, all help of a round added at once, and so on.

    It ends, since an obligor begins to fight an adversary once. The order of treaties, of
    files and of events of one day cannot matter: a round sees all clauses and all facts of the rounds before.
    `advance` is called after each judgement.
    """
    state = _State(rules, scenario, plan, advance)
    steps: list[Step] = []
    fresh = frozenset(state.facts(None).events)
    number = 0
    while fresh:
        state.judge(fresh)
        number += 1
        made = list(state.performances(number))
        steps += made
        events = {step.performance.id: step.performance for step in made}
        fresh = frozenset(events)
        state.add(events, number)
    return Cascade(rules, scenario, state.scenario, plan, state.rounds, tuple(steps), state.findings(), state.alike)


def relevant_clauses(rules: Rules, scenario: Scenario) -> tuple[str, ...]:
    """The scenario's own clauses and each of a treaty in force between parties at the time of its events."""
    days = [event.date for event in scenario.events]
    ends = [event.last for event in scenario.events if event.last != date.max]
    first, last = min(days), max([*days, *ends])
    out = dict.fromkeys(scenario.clauses)
    for name, treaty in rules.treaties.items():
        parties = [p for p in treaty.parties if any(period.meets(first, last) for period in treaty.periods(p))]
        if len(parties) > 1:
            out.update(dict.fromkeys(f"{name}/{clause}" for clause in treaty.clauses))
    return tuple(out)


def is_armed(duty: Duty) -> bool:
    """Whether the duty is, among other things, to help with arms."""
    return any(word in means for means in duty.means for word in _ARMED)


def own_profile(rules: Rules, actor: str, day: date) -> Profile | None:
    """The profile that speaks for an actor on that day; of several the one that began last."""
    own = [each for each in rules.profiles.values() if each.account == actor and each.speaks_of(day)]
    return max(own, key=lambda each: (each.from_ or date.min, each.profile), default=None)


def _triple(case: Case) -> tuple[str, str, str | None]:
    return (case.obligor, case.beneficiary, case.adversary)


@dataclass
class _State:
    """The facts and findings of a cascade as far as it has come; help is known by its id."""

    rules: Rules
    scenario: Scenario
    plan: Plan
    advance: Callable[[], None]
    rounds: dict[str, int] = field(default_factory=dict)
    judged: dict[Case, Judged] = field(default_factory=dict)
    _facts: dict[str | None, Facts] = field(default_factory=dict)
    _sought: dict[tuple[object, ...], tuple[tuple[Formula, frozenset[Value] | None], ...]] = field(default_factory=dict)
    _voices: dict[tuple[str, date], Voice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tellers = frozenset(disputants(self.scenario))
        self.asked = {clause: self.rules.clause(clause) for clause in self.plan.clauses}
        self.readings: dict[str | None, Reading] = {None: Reading(self.plan.choices, self.rules)}
        self.own_actors = Facts(self.scenario).named
        self.told: dict[str, tuple[object, ...]] = {}
        self.parts: dict[str, int] = {}
        self._parts: dict[str, set[object]] = {}
        self.fights: set[tuple[str, str]] = set()

    def facts(self, account: str | None) -> Facts:
        """The facts so far on an account; those who dispute nothing share one."""
        if account not in self._facts:
            self._facts[account] = Facts(self.scenario, account, self.plan.on, self.rounds)
        return self._facts[account]

    def add(self, events: Mapping[str, Event], number: int) -> None:
        """The help of a round becomes a fact."""
        self.scenario = replace(self.scenario, events=(*self.scenario.events, *events.values()))
        self.rounds = {**self.rounds, **dict.fromkeys(events, number)}
        self._facts = {}
        for event in events.values():
            told = (number, event.date, str(event.act), event.about, str(sorted(event.facts.items(), key=str)))
            self.told[event.id] = told
            ends = (str(event.by.value), str(event.against.value))
            for actor, other in (ends, ends[::-1]):
                self._parts.setdefault(actor, set()).add((told, other, actor == ends[0]))
            if event.against.value:
                self.fights.add(ends)
        classes: dict[frozenset[object], int] = {}
        self.parts = {
            actor: classes.setdefault(frozenset(part), len(classes) + 1) for actor, part in self._parts.items()
        }

    # Judging

    def voice(self, obligor: str, day: date) -> Voice:
        """How an obligor's duty is judged."""
        if not self.plan.by_own_profile:
            obligor, day = "", date.min
        if (obligor, day) not in self._voices:
            account = self.plan.account
            profile = None
            if self.plan.by_own_profile:
                profile = own_profile(self.rules, obligor, day)
                account = obligor if obligor in self.tellers else None
            name = profile.profile if profile else None
            if profile and name not in self.readings:
                self.readings[name] = Reading(profile.reading, self.rules)
            self._voices[obligor, day] = Voice(name, self.readings[name], account)
        return self._voices[obligor, day]

    def judge(self, fresh: frozenset[str]) -> None:
        """Judge the cases of events that are new, and again those on which a new event can bear."""
        alike: dict[tuple[object, ...], Judgement] = {}
        for situation, voice in self._again(fresh):
            self._judge(situation, voice, alike)
        for clause in self.asked:
            for event in fresh:
                for situation, voice in self._cases(clause, event):
                    if situation.in_force.status in MET and not self._fights(situation.case):
                        self._judge(situation, voice, alike)

    def _fights(self, case: Case) -> bool:
        """Whether the obligor fights the adversary already, for this ally or another."""
        return case.adversary is not None and (case.obligor, case.adversary) in self.fights

    def _judge(self, situation: Situation, voice: Voice, alike: dict[tuple[object, ...], Judgement]) -> None:
        key = (voice.profile, voice.account, *self.alike(situation))
        if key not in alike:
            alike[key] = judge(situation, voice.reading)
            self.advance()
        self.judged[situation.case] = Judged(conclude(situation, alike[key]), voice)

    def alike(self, situation: Situation) -> tuple[object, ...]:
        """What the judgement can depend on: exchanging actors with the same part in the help so far changes nothing.

        That holds of actors whom neither the scenario itself nor a condition names.
        """
        case = situation.case
        named = self.rules.named[situation.treaty.treaty]
        ends = [self._part(actor, named) for actor in (case.obligor, case.beneficiary, case.adversary)]
        event = self.told.get(case.event, case.event)
        is_party = case.adversary in situation.treaty.parties
        return (
            case.clause, case.version, event, *ends, is_party,
            tuple(situation.common_periods), tuple(situation.overlays),
        )  # fmt: skip

    def _part(self, actor: str | None, named: frozenset[str]) -> object:
        if actor is None or actor in self.own_actors or actor in named:
            return actor
        return (self.rules.actors[actor].kind, self.parts.get(actor, 0))

    def _cases(self, clause: str, event: str) -> Iterator[tuple[Situation, Voice]]:
        treaty, _ = self.asked[clause]
        if not self.plan.by_own_profile:
            voice = self.voice("", date.min)
            facts = self.facts(voice.account)
            if event in facts.events:
                yield from ((each, voice) for each in find_situations_of(self.rules, facts, clause, event))
            return
        day = next(each.date for each in self.scenario.events if each.id == event)
        voices = {party: self.voice(party, day) for party in treaty.parties}
        for account in dict.fromkeys(voice.account for voice in voices.values()):
            facts = self.facts(account)
            for each in find_situations_of(self.rules, facts, clause, event) if event in facts.events else ():
                if voices[each.case.obligor].account == account:
                    yield each, voices[each.case.obligor]

    def _again(self, fresh: frozenset[str]) -> Iterator[tuple[Situation, Voice]]:
        """The cases judged before in which some condition looks for an event such as a new one may be."""
        bears: dict[tuple[object, ...], bool] = {}
        made = [(event.act.value, event.id) for event in self.scenario.events if event.id in fresh]
        for case, before in list(self.judged.items()):
            situation = Situation(self.rules, self.facts(before.voice.account), case)
            key = (before.voice.profile, before.voice.account, *self.alike(situation))
            if key not in bears:
                bears[key] = any(
                    (acts is None or act in acts) and not situation.is_ruled_out(condition, event)
                    for condition, acts in self._conditions(situation, before.voice)
                    for act, event in made
                )
            if bears[key]:
                yield situation, before.voice

    def _conditions(self, situation: Situation, voice: Voice) -> tuple[tuple[Formula, frozenset[Value] | None], ...]:
        """What events the case looks for under the reading, and of which acts they can be."""
        case = situation.case
        performs = HELP_AS_ATTACK if case.event in self.rounds else ""
        key = (voice.profile, case.clause, case.version, tuple(situation.overlays), performs)
        if key not in self._sought:
            reading = voice.reading.within(situation)
            sought = _sought(situation.conditions, reading)
            self._sought[key] = tuple((condition, acts_of(self.rules, condition)) for condition in sought)
        return self._sought[key]

    def findings(self) -> dict[str, tuple[Judged, ...]]:
        """The findings so far by clause, in the order of events and parties."""
        order = {event.id: index for index, event in enumerate(self.scenario.events)}
        out: dict[str, list[Judged]] = {clause: [] for clause in self.plan.clauses}
        for case, judged in self.judged.items():
            out[case.clause].append(judged)
        return {clause: tuple(sorted(each, key=lambda j: order[j.finding.case.event])) for clause, each in out.items()}

    # Performing

    def performances(self, number: int) -> Iterator[Step]:
        """The duties that are performed in a round and were not before, in an order that no file decides."""
        there = {event.id for event in self.scenario.events}
        first: dict[tuple[object, ...], Event] = {}
        seen: set[tuple[object, ...]] = set()
        for judged in sorted(self.judged.values(), key=self._rank):
            performs, chooses = self._performs(judged.finding)
            if not performs or self._fights(judged.finding.case):
                continue
            case = judged.finding.case
            event = performance(self.rules, self.plan, self.facts(judged.voice.account), case, judged.finding.owed)
            if event is None or event.id in there:
                continue
            # one fight, however many allies and articles it is owed to
            ends = (case.obligor, case.adversary) if event.against.value else (event.id,)
            duty = (case.clause, *_triple(case), bool(event.against.value))
            if duty not in seen:
                seen.add(duty)
                yield Step(number, judged, first.setdefault(ends, event), chooses)

    def _rank(self, judged: Judged) -> tuple[object, ...]:
        case = judged.finding.case
        return rank(self.facts(judged.voice.account), case, case.event)

    def _performs(self, finding: Finding) -> tuple[bool, bool]:
        """Whether the obligor performs, and whether that is its choice."""
        performs, duty = self.plan.performs, finding.duty
        if self.asked[finding.case.clause][1].kind not in FIGHTING or performs == "none":
            return False, False
        if self.plan.assume_steps and finding.casus == "arises" and duty in {"dormant", "undetermined"}:
            duty = "left-to-the-party" if finding.owed.discretion == "self-judging" else "due"
        chooses = duty == "left-to-the-party"
        if duty != "due" and not chooses:
            return False, False
        if isinstance(performs, frozenset):
            return finding.case.obligor in performs, chooses
        return performs == "all" or not chooses, chooses


def rank(facts: Facts, case: Case, name: str) -> tuple[object, ...]:
    """The order in which duties of a round are looked at: by the event, of that name, and then by clause and actors."""
    event = facts.events[case.event]
    return (event.date, facts.rounds.get(event.id, 0), name, case.clause, *map(str, _triple(case)))


def performance(rules: Rules, plan: Plan, facts: Facts, case: Case, owed: Duty) -> Event | None:
    """The event that the performance of a duty is; `None` where it is unknown against whom."""
    if case.adversary is None:
        return None
    of = facts.events[case.event]
    ends = f"{case.obligor}-{case.beneficiary}-{case.adversary}"
    if not is_armed(owed):
        act = Stated("assistance")
        return Event(f"assistance-{ends}", of.date, act, Stated(case.obligor), about=of.id, title="assistance")
    # help in kind: as grave as what it answers, in the same part of the world
    in_kind: dict[str, Stated] = {name: of.facts[name] for name in ("gravity", "region") if name in of.facts}
    stated: dict[str, Value] = {
        "perpetrator": "state-forces",
        "attribution": "state-organ",
        "intent": "deliberate",
        **plan.facts,
        IN_PERFORMANCE: True,
    }
    known: dict[str, Stated] = {
        name: Stated(value) for name, value in stated.items() if rules.vocabulary.attribute(name)
    }
    helper, helped, against = (rules.actors[each].name for each in (case.obligor, case.beneficiary, case.adversary))
    return Event(
        f"help-{ends}",
        of.date,
        Stated(plan.act),
        Stated(case.obligor),
        Stated(case.adversary),
        title=f"{helper} helps {helped} against {against}",
        follows=of.id,
        facts={**in_kind, **known},
    )


def acts_of(rules: Rules, condition: Formula) -> frozenset[Value] | None:
    """The acts of which an event such as a condition looks for can be; `None` where it can be of any."""
    for part in condition.of if isinstance(condition, All) else (condition,):
        if isinstance(part, Test) and part.attribute == "act" and part.relation == "is":
            listed = tuple(value for value in part.values if not isinstance(value, Knob))
            return frozenset(rules.vocabulary.expand(listed)) if len(listed) == len(part.values) else None
    return None


def _sought(formulas: Iterable[Formula], reading: Reading) -> Iterator[Formula]:
    """The conditions of which some event is sought, in the formulas and in the definitions that the reading takes."""
    waiting = list(formulas)
    while waiting:
        formula = waiting.pop()
        match formula:
            case Some(of):
                yield of
                waiting.append(of)
            case Term(name):
                waiting.append(reading.definition(name)[1].holds_when)
            case Choose(_, options):
                waiting.append(dict(options)[reading.option(formula)])
            case _:
                waiting += formula.parts
