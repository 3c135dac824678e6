"""The decision record: what was asked, of which files, and what was found, as plain data for JSON.

The shape is documented in `docs/json.md` and stable within a major version.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from foedus import __version__
from foedus.derivation import choices_of
from foedus.explain import Explainer
from foedus.formula import Formula, write_formula

if TYPE_CHECKING:
    from collections.abc import Mapping

    from foedus.derivation import Finding
    from foedus.explain import Claim
    from foedus.run import Run


def plain(value: object) -> Any:  # noqa: ANN401 - plain data
    """Any model object as plain data: `from_` is written `from`, what is empty is left out."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Formula):
        return write_formula(value)
    if is_dataclass(value):
        pairs = ((f.name.rstrip("_"), getattr(value, f.name)) for f in fields(value))
        return {name: plain(each) for name, each in pairs if each not in (None, (), {})}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    return value


def claim_record(claim: Claim) -> dict[str, Any]:
    """A claim as plain data."""
    out: dict[str, Any] = {"text": claim.text, "holds": claim.holds, "decides": claim.decides}
    if claim.name:
        out["name"] = claim.name
    if claim.cites:
        out["source"] = claim.cites
    if claim.of:
        out["because"] = [claim_record(each) for each in claim.of]
    return out


def finding_record(finding: Finding, run: Run, explainer: Explainer) -> dict[str, Any]:
    """A finding as plain data, with its grounds and what is missing."""
    case = finding.case
    reading = explainer.reading(case)
    return {
        "clause": case.clause,
        "obligor": case.obligor,
        "beneficiary": case.beneficiary,
        "adversary": case.adversary,
        "event": case.event,
        "casus": finding.casus,
        "duty": finding.duty,
        "in_force": plain(finding.in_force),
        "owed": {"kind": run.rules.clause(case.clause)[1].kind, **plain(finding.owed)},
        "waiting_for": list(finding.waiting_for),
        "reading": choices_of(finding.judgement, reading),
        "grounds": [claim_record(claim) for claim in explainer.why(finding)],
        "missing": [
            {
                "event": each.event,
                "attribute": each.attribute,
                "question": explainer.question(each.event, each.attribute),
                "outcomes": [{"value": value, "finding": outcome} for value, outcome in each.outcomes],
            }
            for each in finding.missing
        ],
    }


def run_record(
    run: Run, inputs: Mapping[str, str], profile: str | None, others: Mapping[str, Mapping[str, tuple[str, str]]]
) -> dict[str, Any]:
    """A run as plain data."""
    explainer = Explainer(run)
    return {
        "scenario": run.scenario.scenario,
        "title": run.scenario.title,
        "foedus": __version__,
        "executor": run.executor,
        "beyond_rete": run.beyond,
        "profile": profile,
        "reading": dict(run.reading.choices),
        "account": run.account,
        "on": run.on.isoformat() if run.on else None,
        "overall": {
            clause: {"casus": run.overall(clause).casus, "duty": run.overall(clause).duty} for clause in run.findings
        },
        "findings": [
            finding_record(finding, run, explainer) for findings in run.findings.values() for finding in findings
        ],
        "other_profiles": {
            clause: {name: {"casus": casus, "duty": duty} for name, (casus, duty) in each.items()}
            for clause, each in others.items()
        },
        "record": plain(run.scenario.record),
        "inputs": dict(sorted(inputs.items())),
    }
