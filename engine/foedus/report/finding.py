"""The page of a run: for each clause, who owes whom, whether and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foedus.explain import Explainer, days_of, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from foedus.derivation import Finding
    from foedus.ground import Rules
    from foedus.report.page import Page, Style
    from foedus.run import Run
    from foedus.vocabulary import Value

CASUS_WORDS = {
    "arises": "arises",
    "does-not-arise": "does not arise",
    "undetermined": "undetermined",
    "no-case": "no case",
}
STYLES: dict[str, Style] = {
    "arises": "green", "due": "green", "left-to-the-party": "green", "dormant": "yellow",
    "undetermined": "yellow", "does-not-arise": "red", "not-due": "red", "no-case": "dim",
}  # fmt: skip
FEW = 4
JUDGES = {"rete": "durable-rules", "reference": "the reference evaluator"}


def show_run(
    page: Page, run: Run, profile: str | None, others: Mapping[str, Mapping[str, tuple[str, str]]], *, everything: bool
) -> None:
    """Everything that a run found, clause by clause."""
    explainer = Explainer(run)
    page.line(f"{run.scenario.scenario} · {run.scenario.title}", "bold")
    how = how_read(run.rules, profile, run.reading.choices, run.account)
    seen = f", as seen on {run.on.isoformat()}" if run.on else ""
    why = f", as durable-rules is not trusted with {run.beyond}" if run.beyond else ""
    page.line(f"{how}{seen}; judged by {JUDGES[run.executor]}{why}", "dim")
    for clause, findings in run.findings.items():
        page.line()
        treaty, entry = run.rules.clause(clause)
        page.line(f"{clause} · {treaty.short}, {entry.article}: {entry.title}", "bold")
        if not findings:
            page.line("No event of the scenario is an act against a party that another party could answer.", indent=2)
        for group in _groups(list(findings)):
            _show_group(page, explainer, group, everything=everything)
        if clause in others:
            _show_others(page, run, clause, others[clause])
    if run.scenario.record:
        page.line()
        page.field("on record", run.scenario.record.summary, indent=0)
        if run.scenario.record.differs:
            page.field("differs", run.scenario.record.differs, indent=0)


def said(value: object) -> str:
    """A value as it is read out."""
    if isinstance(value, tuple):
        return listed(map(str, value), "and")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)


def read_as(rules: Rules, profile: str | None, choices: Mapping[str, Value]) -> str:
    """A reading in words: a profile or the default, with what was chosen besides."""
    own = rules.profiles[profile].reading if profile else {}
    by = f"profile {profile} ({rules.profiles[profile].title})" if profile else "default reading"
    besides = [f"{name} as {said(value)}" for name, value in choices.items() if own.get(name) != value]
    return f"{by}, with {listed(besides, 'and')}" if besides else by


def how_read(rules: Rules, profile: str | None, choices: Mapping[str, Value], account: str | None) -> str:
    """A reading and an account in words."""
    told = f"the facts as {rules.actors[account].name} states them" if account else "nobody's account of disputed facts"
    return f"{read_as(rules, profile, choices)}; {told}"


def _groups(findings: list[Finding]) -> list[list[Finding]]:
    """Findings that say the same of several obligors, together."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        case = finding.case
        key = (case.event, case.beneficiary, case.adversary, finding.casus, finding.duty, finding.in_force.status)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def _show_group(page: Page, explainer: Explainer, group: list[Finding], *, everything: bool) -> None:
    finding = group[0]
    obligors = [explainer.actor(each.case.obligor) for each in group]
    if len(obligors) > FEW:
        obligors = [*obligors[: FEW - 1], f"{len(obligors) - FEW + 1} others"]
    event = explainer.events[finding.case.event]
    page.line()
    page.line(f"{explainer.event_title(event.id)}, {days_of(event)}", "cyan", indent=2)
    page.field("who owes", f"{listed(obligors, 'and')}, to {explainer.actor(finding.case.beneficiary)}")
    if finding.case.adversary != finding.case.obligor:
        page.field("against", explainer.actor(finding.case.adversary))
    page.field("casus foederis", CASUS_WORDS[finding.casus], STYLES[finding.casus])
    page.field("duty", explainer.duty(finding), STYLES[finding.duty])
    page.field({"arises": "why", "does-not-arise": "why not"}.get(finding.casus, "what is open"), "")
    page.claims(explainer.why(finding), everything=everything, indent=4)
    if finding.missing:
        settles = any(outcome != "undetermined" for each in finding.missing for _, outcome in each.outcomes)
        page.field("would settle it" if settles else "still needed", "")
        for missing in finding.missing:
            attribute = explainer.rules.vocabulary.attribute(missing.attribute)
            outcomes: dict[str, list[str]] = {}
            for value, outcome in missing.outcomes:
                outcomes.setdefault(outcome, []).append(explainer.value(attribute, value))
            told = "; ".join(
                f"{listed(values)}: {CASUS_WORDS.get(found, found.replace('-', ' '))}"
                for found, values in outcomes.items()
            )
            if set(outcomes) <= {"undetermined"}:
                told = "" if settles else "(no one fact settles it)"
            page.line(f"{explainer.question(missing.event, missing.attribute)} {told}", indent=4, hang=2)


def _show_others(page: Page, run: Run, clause: str, others: Mapping[str, tuple[str, str]]) -> None:
    """In one line, whether the shipped profiles find otherwise."""
    if not others:
        asks = f"foedus matrix {run.scenario.scenario} --clause {clause}"
        page.line()
        page.field("other profiles", f"not asked, as there are many cases; `{asks}` asks them", indent=2)
        return
    here = run.overall(clause)
    by_finding: dict[str, list[str]] = {}
    for name, (casus, duty) in others.items():
        words = CASUS_WORDS[casus] + (f", {duty.replace('-', ' ')}" if casus == "arises" and duty != "due" else "")
        by_finding.setdefault(words, []).append(name)
    mine = CASUS_WORDS[here.casus] + (
        f", {here.duty.replace('-', ' ')}" if here.casus == "arises" and here.duty != "due" else ""
    )
    page.line()
    if set(by_finding) <= {mine}:
        page.field("other profiles", f"all {len(others)} find the same", indent=2)
        return
    page.field(
        "other profiles", "; ".join(f"{words}: {', '.join(names)}" for words, names in by_finding.items()), indent=2
    )
