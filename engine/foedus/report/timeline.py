"""The page, the records and the rows of a timeline: only what each step changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foedus import __version__
from foedus.derivation import reasons_of
from foedus.explain import Claim, Explainer, day, days_of, listed
from foedus.report.finding import CASUS_WORDS, FEW, JUDGES, STYLES, how_read
from foedus.report.page import Page
from foedus.report.record import claim_record, plain
from foedus.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from foedus.ground import Facts
    from foedus.report.page import Style
    from foedus.standing import Cause, Standing
    from foedus.timeline import Change, Mark, Step, Timeline

STAGE_WORDS = {"left-to-the-party": "left to the party", "not-due": "not due"}
STAGE_STYLES: dict[str, Style] = {**STYLES, "refused": "red", "performed": "green", "released": "dim", "ended": "dim"}


def show_head(page: Page, title: str, timeline: Timeline, profile: str | None) -> None:
    """Of what the timeline is, and how it reads."""
    page.line(title, "bold")
    how = how_read(timeline.rules, profile, timeline.choices, timeline.account)
    page.line(f"{how}; judged by {JUDGES['reference']}", "dim")
    if timeline.forget is not None:
        page.line(f"events and cases of more than {timeline.forget} days ago are forgotten", "dim")


def show_step(page: Page, timeline: Timeline, step: Step, *, everything: bool) -> None:
    """One step: its day, its events, and what changed."""
    page.line()
    page.line(day(step.date), "bold")
    for mark in step.marks:
        page.line(mark_words(timeline, mark), indent=2, hang=2)
    for event in step.events:
        explainer = _explainer(timeline, None, step)
        ends = "" if event.until is None else f" ({days_of(event)})"
        page.line(explainer.event_title(event.id) + ends, "cyan", indent=2, hang=2)
    quiet = [change for change in step.changes if _is_quiet(change) and len(timeline.clauses) > FEW and not everything]
    # what is told in the same words of several obligors is told once
    alike: dict[tuple[object, ...], tuple[Change, list[str], list[str]]] = {}
    for change in step.changes:
        if change in quiet:
            continue
        case = change.finding.case
        told = Page(stream=page.stream)
        _show_change(told, timeline, step, change, everything=everything)
        key = (case.clause, case.beneficiary, case.adversary, case.event, tuple(told.lines))
        alike.setdefault(key, (change, told.lines, []))[2].extend(change.obligors)
    for change, lines, obligors in alike.values():
        who = _who(_explainer(timeline, change.facts, step), change, obligors)
        page.line(f"{change.finding.case.clause}: {who}", indent=4, hang=2)
        page.lines += lines
    if quiet:
        count = sum(len(change.obligors) for change in quiet)
        page.line(
            f"{count} new case{'s' if count > 1 else ''} in which it does not arise (--long shows them)",
            "dim",
            indent=4,
        )


def _is_quiet(change: Change) -> bool:
    return change.before is None and change.after.casus == "does-not-arise"


def _explainer(timeline: Timeline, facts: Facts | None, step: Step) -> Explainer:
    from foedus.model import Scenario

    scenario = facts.scenario if facts is not None else Scenario("", "", "", events=step.events)
    on = facts.on if facts is not None else step.date
    return Explainer(Run(scenario, timeline.rules, timeline.reading, timeline.account, on, "reference", {}))


def _show_change(page: Page, timeline: Timeline, step: Step, change: Change, *, everything: bool) -> None:
    """What changed, without whom it concerns."""
    explainer = _explainer(timeline, change.facts, step)
    case, before, after = change.finding.case, change.before, change.after
    if case.event not in {event.id for event in step.events}:
        page.line(f"for: {explainer.event(case.event)}", indent=6, hang=2)
    if before is None or before.casus != after.casus:
        was = f"{CASUS_WORDS[before.casus]} → " if before is not None else ""
        page.field("casus foederis", was + CASUS_WORDS[after.casus], STYLES[after.casus], indent=6)
    was = f"{words(before.stage)} → " if before is not None and before.stage != after.stage else ""
    page.field("duty", was + _standing(explainer, change), STAGE_STYLES[after.stage], indent=6)
    if before is None and after.casus == "arises":
        words_ = [reason for reason in reasons_of(change.finding.judgement) if "=" in reason]
        chosen = [reason for reason in words_ if not reason.startswith("temporal-scope")]
        if chosen:
            page.field("it hangs on", ", ".join(chosen), indent=6)
    claims = [_cause_claim(explainer, change, cause) for cause in change.causes]
    page.claims(claims, everything=True, indent=6)
    if everything:
        page.line("grounds", "dim", indent=6)
        page.claims(explainer.why(change.finding), everything=True, indent=8)


def _who(explainer: Explainer, change: Change, codes: Sequence[str]) -> str:
    case = change.finding.case
    obligors = [explainer.actor(each) for each in codes]
    if len(obligors) > FEW:
        obligors = [*obligors[: FEW - 1], f"{len(obligors) - FEW + 1} others"]
    against = "" if case.adversary in codes else f", against {explainer.actor(case.adversary)}"
    return f"{listed(obligors, 'and')}, to {explainer.actor(case.beneficiary)}{against}"


def words(stage: str) -> str:
    """A stage as it is read out."""
    return STAGE_WORDS.get(stage, stage)


def _standing(explainer: Explainer, change: Change) -> str:
    """Where the obligation stands, what is owed and until when."""
    after = change.after
    if after.stage in {"due", "left-to-the-party", "dormant"}:
        text = explainer.duty(change.finding)
        if after.stage != "dormant" and after.due_by is not None:
            days = change.finding.owed.within_days
            text += f"; due by {day(after.due_by)} ({days} days)"
        return text + (", and that day has passed" if after.late else "")
    return words(after.stage)


def _cause_claim(explainer: Explainer, change: Change, cause: Cause) -> Claim:
    if cause.layer is not None:
        return explainer.turned(change.finding, cause.layer, cause.term, cause.event)
    match cause.stage:
        case "performance":
            return Claim(f"performed: {explainer.event(str(cause.event))}", holds=True)
        case "release":
            return Claim(f"released: {explainer.event(str(cause.event))}", holds=True)
    if cause.name == "deadline":
        return (
            Claim(f"deadline passed: {day(change.after.due_by)}", holds=True)
            if change.after.due_by
            else Claim("", None)
        )
    until = change.finding.in_force.until
    return Claim(f"time: the treaty ceased to be in force on {day(until)}" if until else "time", holds=True)


def mark_words(timeline: Timeline, mark: Mark) -> str:
    """What a day brings by itself."""
    if mark.kind == "amended":
        return f"{mark.what} reads anew"
    treaty = timeline.rules.treaties[mark.what]
    verb = "comes into force" if mark.kind == "begins" else "ceases to be in force"
    whom = ""
    if len(mark.parties) < len(treaty.parties):
        names = [timeline.rules.actors[code].name for code in mark.parties]
        shown = names if len(names) <= FEW else [*names[: FEW - 1], f"{len(names) - FEW + 1} others"]
        whom = f" for {listed(shown, 'and')}"
    return f"{treaty.short} {verb}{whom}"


# Records


def head_record(
    scenario: str | None, timeline: Timeline, profile: str | None, inputs: Mapping[str, str]
) -> dict[str, Any]:
    """Of what the timeline is, as plain data; the first line of the output."""
    return {
        "timeline": scenario,
        "foedus": __version__,
        "executor": "reference",
        "clauses": list(timeline.clauses),
        "profile": profile,
        "reading": dict(timeline.choices),
        "account": timeline.account,
        "forget": timeline.forget,
        "inputs": dict(sorted(inputs.items())),
    }


def step_record(timeline: Timeline, step: Step, *, everything: bool = False) -> dict[str, Any]:
    """A step as plain data."""
    explainer = _explainer(timeline, None, step)
    return {
        "date": step.date.isoformat(),
        "events": [{"id": event.id, "title": explainer.event_title(event.id)} for event in step.events],
        "marks": [plain(mark) for mark in step.marks],
        "changes": [_change_record(timeline, step, change, everything=everything) for change in step.changes],
    }


def _change_record(timeline: Timeline, step: Step, change: Change, *, everything: bool) -> dict[str, Any]:
    case = change.finding.case
    grounds = {}
    if everything:
        explainer = _explainer(timeline, change.facts, step)
        grounds = {"grounds": [claim_record(claim) for claim in explainer.why(change.finding)]}
    return {
        "clause": case.clause,
        "obligors": list(change.obligors),
        "beneficiary": case.beneficiary,
        "adversary": case.adversary,
        "event": case.event,
        "before": standing_record(change.before),
        "after": standing_record(change.after),
        "owed": {"kind": timeline.rules.clause(case.clause)[1].kind, **plain(change.finding.owed)},
        "causes": [
            {"stage": each.stage, "name": each.name, "holds": each.holds, "term": each.term, "event": each.event}
            for each in change.causes
        ],
        **grounds,
    }


def standing_record(standing: Standing | None) -> dict[str, Any] | None:
    """Where an obligation stands, as plain data."""
    if standing is None:
        return None
    return {
        "casus": standing.casus,
        "duty": standing.duty,
        "stage": standing.stage,
        "since": standing.since.isoformat(),
        "waiting_for": list(standing.waiting_for),
        "by": standing.by,
        "due_by": standing.due_by.isoformat() if standing.due_by else None,
        "late": standing.late,
    }


# A picture

Moment = tuple["date", tuple[str, ...]]
"""The day of a step, and what happened: its events, or what the day itself brings."""

Row = tuple[str, tuple[tuple[int, str], ...]]
"""What an obligation is called, and from which step on it stands where."""

FOREMOST = (
    "due", "left-to-the-party", "dormant", "performed", "undetermined", "refused", "released", "ended", "not-due",
)  # fmt: skip
"""Of several cases of one obligation that one is shown that asks most of the obligor."""


def moments_of(timeline: Timeline, steps: Iterable[Step]) -> list[Moment]:
    """What happened at each step."""
    out: list[Moment] = []
    for step in steps:
        told = [mark_words(timeline, mark) for mark in step.marks]
        told += [event.title or event.id for event in step.events]
        out.append((step.date, tuple(told) or ("time passes",)))
    return out


def rows_of(timeline: Timeline, steps: Iterable[Step]) -> list[Row]:
    """A row for each obligation that came to something, or for all if none did; those that fared alike are one row.

    An obligation is what a clause lays on one State towards another, whatever the case.
    """
    stands: dict[tuple[str, str, str], dict[tuple[str, str | None], str]] = {}
    history: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for index, step in enumerate(steps):
        touched: dict[tuple[str, str, str], None] = {}
        for change in step.changes:
            case = change.finding.case
            for obligor in change.obligors:
                key = (case.clause, case.beneficiary, obligor)
                stands.setdefault(key, {})[case.event, case.adversary] = change.after.stage
                touched[key] = None
        for key in touched:
            stage = min(stands[key].values(), key=FOREMOST.index)
            told = history.setdefault(key, [])
            if not told or told[-1][1] != stage:
                told.append((index, stage))
    some = {key: told for key, told in history.items() if any(stage != "not-due" for _, stage in told)}
    alike: dict[tuple[str, str, tuple[tuple[int, str], ...]], list[str]] = {}
    for (clause, beneficiary, obligor), told in (some or history).items():
        alike.setdefault((clause, beneficiary, tuple(told)), []).append(obligor)
    out = []
    for (clause, beneficiary, stages), obligors in alike.items():
        names = [timeline.rules.actors[code].name for code in obligors]
        shown = names if len(names) < FEW else [names[0], f"{len(names) - 1} others"]
        out.append((f"{clause}\n{listed(shown, 'and')} to {timeline.rules.actors[beneficiary].name}", stages))
    return out
