"""Paired cases side by side: what foedus finds of each clause that they share, and what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foedus.report.finding import CASUS_WORDS, STYLES
from foedus.run import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from foedus.ground import Rules
    from foedus.model import Scenario
    from foedus.report.page import Page


def rows(rules: Rules, groups: Mapping[str, Sequence[Scenario]]) -> list[dict[str, Any]]:
    """For each pair, its cases with the findings of the default reading and the outcome on record."""
    out = []
    for name, scenarios in groups.items():
        shared = [clause for clause in scenarios[0].clauses if all(clause in each.clauses for each in scenarios[1:])]
        cases = []
        for scenario in scenarios:
            clauses = shared or list(scenario.clauses[:1])
            found = run(rules, scenario, clauses=clauses)
            cases.append(
                {
                    "scenario": scenario.scenario,
                    "title": scenario.title,
                    "findings": {c: {"casus": found.overall(c).casus, "duty": found.overall(c).duty} for c in clauses},
                    "outcome": scenario.record.outcome if scenario.record else None,
                }
            )
        out.append({"pair": name, "same_text": bool(shared), "cases": cases})
    return out


def show_pairs(page: Page, found: Sequence[Mapping[str, Any]]) -> None:
    """Each pair under its name."""
    for pair in found:
        page.line(f"{pair['pair']}{' · same text' if pair['same_text'] else ''}", "bold")
        for case in pair["cases"]:
            page.line(f"{case['scenario']} · {case['title']}", indent=2)
            for clause, finding in case["findings"].items():
                words = f"{CASUS_WORDS[finding['casus']]}; duty {finding['duty'].replace('-', ' ')}"
                page.field(clause, words, STYLES[finding["casus"]], indent=4, column=30)
            if case["outcome"]:
                page.field("on record", case["outcome"], indent=4, column=30)
        page.line()
