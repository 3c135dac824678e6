"""The table of agreement by profile, and every disagreement with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foedus.report.finding import CASUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from foedus.backtest import Trial
    from foedus.report.page import Page


def by_profile(trials: Sequence[Trial]) -> dict[str, list[Trial]]:
    """Profile to its trials."""
    out: dict[str, list[Trial]] = {}
    for trial in trials:
        out.setdefault(trial.profile, []).append(trial)
    return dict(sorted(out.items()))


def show_backtest(page: Page, trials: Sequence[Trial]) -> None:
    """Agreement by profile, then the disagreements one by one; nothing is averaged over profiles."""
    page.line("what each profile finds of the cases on which its actor took a position", "bold")
    groups = by_profile(trials)
    column = max((len(name) for name in groups), default=0) + 2
    for name, own in groups.items():
        agreed = sum(trial.agrees for trial in own)
        page.field(name, f"{agreed} of {len(own)} as the actor held", column=column)
    page.line()
    page.line("where they differ", "bold")
    for trial in trials:
        if trial.agrees:
            continue
        held = "claimed that it arises" if trial.claimed else "denied that it arises"
        found = CASUS_WORDS[trial.found]
        page.line(f"{trial.scenario}, {trial.clause}: {trial.actor} {held}; {trial.profile} finds: {found}", indent=2)
        if trial.reasons:
            page.line(f"by {', '.join(trial.reasons)}", "dim", indent=6, hang=2)
        if trial.differs:
            page.line(trial.differs, "dim", indent=6)
    page.line()
    page.line("A profile is our reading of what an actor has said of other words;", "dim")
    page.line("a difference can be its error, ours, or politics.", "dim")


def backtest_record(trials: Sequence[Trial]) -> dict[str, Any]:
    """The back-test as plain data."""
    return {
        "profiles": {
            name: {"agree": sum(t.agrees for t in own), "of": len(own)} for name, own in by_profile(trials).items()
        },
        "trials": [
            {
                "scenario": t.scenario,
                "clause": t.clause,
                "actor": t.actor,
                "profile": t.profile,
                "held": "arises" if t.claimed else "does-not-arise",
                "found": t.found,
                "agrees": t.agrees,
                "reasons": list(t.reasons),
                "differs": t.differs,
            }
            for t in trials
        ],
    }
