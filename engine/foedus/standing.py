"""Where an obligation stands as events go on: what is found of it, what became of the duty, and what turned it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day  # noqa: N812 - as in the model
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from foedus.derivation import decisive, walk_deciding
from foedus.formula import Layer, Term
from foedus.outlook import Sought, sought_in
from foedus.reference import derive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from foedus.derivation import Derivation, Finding, Judgement
    from foedus.formula import Truth
    from foedus.ground import Reading, Situation
    from foedus.model import Casus, DutyState
    from foedus.vocabulary import Value, Vocabulary

Stage = Literal[
    "not-due", "undetermined", "dormant", "due", "left-to-the-party", "refused", "performed", "released", "ended"
]
OWED: frozenset[Stage] = frozenset({"due", "left-to-the-party"})
OPEN: frozenset[Stage] = OWED | {"dormant"}
OVER: frozenset[Stage] = frozenset({"performed", "released", "ended"})
RELEASE = "release-from-assistance"
_MILITARY = ("armed-force", "declaration-of-war", "deployment-to-ally")
PERFORMING: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "defense": (("assistance",), _MILITARY),
    "offense": (("assistance",), _MILITARY),
    "consultation": (("consultation",), ()),
}
"""Kind of duty to the acts by which it is performed: those for the ally, and those against the adversary.

A duty can say otherwise, under `performed_when`. Neutrality and non-aggression are kept by doing nothing, which no
event shows.
"""


@dataclass(frozen=True)
class Standing:
    """Where an obligation stands: what `run` finds, and what has become of the duty since.

    `by` is the event that performed it or released from it; `late` is true once `due_by` has passed without either.
    """

    casus: Casus
    duty: DutyState
    stage: Stage
    since: Day
    waiting_for: tuple[str, ...] = ()
    by: str | None = None
    due_by: Day | None = None
    late: bool = False


@dataclass(frozen=True)
class Cause:
    """What turned it: the layer or step, whether that holds now, the term on which it turned, and the event."""

    stage: str
    name: str
    holds: Truth = True
    term: str | None = None
    event: str | None = None
    layer: Derivation | None = field(default=None, compare=False, repr=False)


# What becomes of a duty


def advance(
    before: Standing | None, situation: Situation, finding: Finding, reading: Reading, events: Iterable[str], day: Day
) -> Standing:
    """Where an obligation stands after what was found on a day, from where it stood and with the events that came."""
    stage: Stage = finding.duty
    by = None
    if finding.casus == "arises" and finding.duty == "not-due":
        stage = "released" if _is_released_by_rule(finding, situation) else "refused"
    elif stage in OPEN:
        stage, by = _fulfilment(before, situation, reading, stage, events, day)
    since = before.since if before is not None and before.stage == stage else day
    within, due_by = finding.owed.within_days, None
    if finding.casus == "arises" and within is not None:
        # counted from the day on which the casus foederis arises
        was_so = before is not None and before.casus == "arises"
        due_by = before.due_by if before is not None and was_so else day + timedelta(days=within)
    late = stage in OWED and due_by is not None and day > due_by
    return Standing(finding.casus, finding.duty, stage, since, finding.waiting_for, by, due_by, late)


def _fulfilment(
    before: Standing | None, situation: Situation, reading: Reading, stage: Stage, events: Iterable[str], day: Day
) -> tuple[Stage, str | None]:
    """What has become of an open duty: performed, released, ended with the treaty, or none of these.

    The end of a treaty releases from further performance (Vienna Convention on the Law of Treaties, article 70(1)(a)).
    """
    if before is not None and before.stage in OVER:
        return before.stage, before.by
    until = situation.in_force.until
    if until is not None and until <= day:
        return "ended", None
    for event in sorted(events):
        about = situation.facts.events[event].about
        is_near = event != situation.case.event and about in {None, situation.case.event}
        if is_near and situation.facts.known.get((event, "happened")) is True:
            if _releases(event, situation):
                return "released", event
            if stage in OWED and situation.version.duty.performed_when is None and _performs(event, situation):
                return "performed", event
    if stage in OWED and situation.version.duty.performed_when is not None:
        found = derive(situation, reading, situation.version.duty.performed_when)
        if found.value is True:
            return "performed", _event_of(found)
    return stage, None


def _event_of(found: Derivation) -> str:
    """The event on which a condition that holds rests: the first other than the one that it is asked of, if any."""
    return next((each.event for each in walk_deciding(found) if each.event != found.event), found.event)


def _releases(event: str, situation: Situation) -> bool:
    case, facts = situation.case, situation.facts
    addressed = facts.actors(event, "against")
    return (
        facts.known.get((event, "act")) == RELEASE
        and case.beneficiary in (facts.actors(event, "by") or ())
        and (addressed is None or case.obligor in addressed)
    )


def _performs(event: str, situation: Situation) -> bool:
    """Whether the event is assistance by the obligor, or force of its against the adversary; or the consultation."""
    case, facts = situation.case, situation.facts
    ours, theirs = acts_performing(situation.clause.kind, situation.rules.vocabulary)
    act, about = facts.known.get((event, "act")), facts.events[event].about
    by, against = set(facts.actors(event, "by") or ()), set(facts.actors(event, "against") or ())
    if facts.known.get((event, "outcome")) == "refused":
        return False
    if act in ours and not theirs:
        return bool(by & {case.obligor, case.beneficiary})
    if case.obligor not in by:
        return False
    if act in ours:
        return about == case.event or bool(against & {case.beneficiary, case.adversary})
    return act in theirs and case.adversary in against


def _is_released_by_rule(finding: Finding, situation: Situation) -> bool:
    """Whether the step that was refused was so because the ally was released."""
    return any(
        each.value is True and situation.facts.known.get((each.event, "act")) == RELEASE
        for _, refused in finding.judgement.steps.values()
        if refused.value is True
        for each in refused.walk()
    )


def acts_performing(kind: str, vocabulary: Vocabulary) -> tuple[frozenset[Value], frozenset[Value]]:
    """The acts by which a duty of that kind is performed: those for the ally, and those against the adversary."""
    ours, theirs = PERFORMING.get(kind, ((), ()))
    return frozenset(ours), frozenset(vocabulary.expand(theirs))


def fulfilling(situation: Situation, reading: Reading) -> tuple[Sought, ...]:
    """What an event is at least that performs the duty of a case, or releases from it."""
    ours, theirs = acts_performing(situation.clause.kind, situation.rules.vocabulary)
    release = Sought(acts=frozenset({RELEASE}), by=("beneficiary",))
    own = situation.version.duty.performed_when
    if own is not None:
        return (release, *sought_in([own], reading.within(situation)))
    if not ours:
        return (release,)
    if not theirs:
        return (release, Sought(acts=ours, by=("obligor", "beneficiary")))
    return (
        release,
        Sought(acts=ours, by=("obligor",), about=True),
        Sought(acts=ours, by=("obligor",), against=("beneficiary", "adversary")),
        Sought(acts=theirs, by=("obligor",), against=("adversary",)),
    )


# What turned it


def causes(old: Judgement | None, new: Finding, before: Standing | None, after: Standing) -> Iterator[Cause]:
    """Why an obligation stands otherwise than it did; of a new case, what keeps it from arising."""
    found = (after.casus, after.duty, after.waiting_for)
    if before is None or (before.casus, before.duty, before.waiting_for) != found:
        yield from _turned(old, new.judgement, new.case.event)
    if before is None or after.stage != before.stage:
        if after.stage in {"performed", "released"} and after.by is not None:
            yield Cause("performance" if after.stage == "performed" else "release", after.stage, event=after.by)
        if after.stage == "ended":
            yield Cause("time", "no-longer-in-force")
    if after.late and not (before is not None and before.late):
        yield Cause("time", "deadline")


def _turned(before: Judgement | None, after: Judgement, event: str) -> Iterator[Cause]:
    """The layers and steps whose truth is another than before; of a first judgement, those that decide against it."""
    if before is None:
        deciding = () if after.casus.value is True else decisive(after.casus)
        yield from (_cause(None, layer, event) for layer in deciding)
        return
    was = {_named(each): each for each in (*before.casus.of, *before.roots[1:])}
    for layer in (*after.casus.of, *(after.roots[1:] if after.casus.value is True else ())):
        earlier = was.get(_named(layer))
        if earlier is None or earlier.value is not layer.value:
            yield _cause(earlier, layer, event)


def _named(derivation: Derivation) -> tuple[str, str]:
    layer = derivation.formula
    return (layer.stage, layer.name) if isinstance(layer, Layer) else ("", "")


def _cause(before: Derivation | None, layer: Derivation, home: str) -> Cause:
    """What turned a layer: followed inward as long as a part that decides it has turned too."""
    term: str | None = None
    event: str | None = None
    old, new = before, layer
    while True:
        if isinstance(new.formula, Term):
            term = f"{new.formula.term}={new.chosen}"
        if new.event != home:
            event = new.event
        olds = {(part.event, part.formula): part for part in old.of} if old is not None else {}
        for part in decisive(new):
            earlier = olds.get((part.event, part.formula))
            if earlier is None or earlier.value is not part.value:
                old, new = earlier, part
                break
        else:
            return Cause(*_named(layer), layer.value, term, event, layer)
