"""The back-test: what each profile finds of the historical cases, against the positions that the parties took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from foedus.derivation import overall, reasons_of
from foedus.run import run, under

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from foedus.ground import Rules
    from foedus.model import Profile, Scenario


@dataclass(frozen=True)
class Trial:
    """One case under the profile of an actor who took a position on it."""

    scenario: str
    clause: str
    actor: str
    profile: str
    claimed: bool
    found: str
    reasons: tuple[str, ...]
    differs: str | None

    @property
    def agrees(self) -> bool:
        """Whether foedus finds under the actor's profile what the actor held."""
        return self.found == ("arises" if self.claimed else "does-not-arise")


def backtest(
    rules: Rules, scenarios: Iterable[Scenario], profiles: Iterable[Profile], advance: Callable[[], None] = lambda: None
) -> list[Trial]:
    """Every case on whose casus foederis an actor with a profile took a position, by the clause first asked.

    A profile speaks for the actor whose account it takes. The position is `claimed_by` or `denied_by` in the record.
    A scenario tagged `timeline` tells several cases at once, which are tried one by one in scenarios of their own.
    """
    out = []
    known = list(profiles)
    for scenario in scenarios:
        advance()
        if scenario.record is None or "timeline" in scenario.tags:
            continue
        for profile in known:
            actor = profile.account
            claimed, denied = actor in scenario.record.claimed_by, actor in scenario.record.denied_by
            first = min(event.date for event in scenario.events)
            if actor is None or claimed == denied or not profile.speaks_of(first):
                continue
            choices, account = under(profile, {}, None)
            clause = scenario.clauses[0]
            findings = list(run(rules, scenario, clauses=[clause], choices=choices, account=account).findings[clause])
            whole = overall(findings)
            same = [finding for finding in findings if finding.casus == whole.casus]
            reasons = tuple(reason for reason in reasons_of(same[0].judgement) if "=" in reason) if same else ()
            found = "does-not-arise" if whole.casus == "no-case" else whole.casus
            out.append(
                Trial(
                    scenario.scenario, clause, actor, profile.profile, claimed, found, reasons, scenario.record.differs
                )
            )
    return out
