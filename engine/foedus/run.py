"""A scenario under a reading and an account: every finding, and which executor answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from foedus import reference, rete
from foedus.derivation import CASUS_ORDER, DUTY_ORDER, Overall, conclude, overall, reasons_of
from foedus.ground import Facts, Reading, find_situations, merge
from foedus.residual import Space
from foedus.unknowns import find_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from foedus.derivation import Finding
    from foedus.ground import Case, Rules, Situation
    from foedus.model import Expectation, Profile, Scenario
    from foedus.vocabulary import Value

Executor = Literal["rete", "reference"]
MOST_RULE_SETS = 40
"""Cases of one clause that durable-rules judges in a run; it keeps some megabytes of each of its rule sets."""


@dataclass(frozen=True)
class Run:
    """The findings of one scenario under one reading and one account, by clause."""

    scenario: Scenario
    rules: Rules
    reading: Reading
    account: str | None
    on: date | None
    executor: Executor
    findings: Mapping[str, tuple[Finding, ...]]
    beyond: str | None = None
    """Why the reference judged what durable-rules was asked to judge."""

    def overall(self, clause: str) -> Overall:
        """The clause's finding over all its cases."""
        return overall(list(self.findings[clause]))


def default_executor() -> Executor:
    """durable-rules where it loads, else the reference."""
    return "rete" if rete.is_available() else "reference"


@dataclass
class Cases:
    """The cases of a scenario on one account, those together that are alike; to be judged under any readings."""

    rules: Rules
    facts: Facts
    known: dict[str, list[tuple[Case, Situation]]] = field(default_factory=dict)

    def of(self, clause: str) -> list[tuple[Case, Situation]]:
        """Every case of a clause with the situation that is judged for it and for all that are alike."""
        if clause not in self.known:
            first: dict[tuple[object, ...], Situation] = {}
            self.known[clause] = [
                (situation.case, first.setdefault(situation.alike, situation))
                for situation in find_situations(self.rules, self.facts, clause)
            ]
        return self.known[clause]


def run(  # noqa: PLR0913 - every one of them can be left out
    rules: Rules,
    scenario: Scenario,
    *,
    clauses: Iterable[str] | None = None,
    choices: Mapping[str, Value] | None = None,
    account: str | None = None,
    on: date | None = None,
    executor: Executor = "reference",
    seek_missing: bool = False,
    cases: Cases | None = None,
) -> Run:
    """Judge every case that the clauses make of the scenario; `seek_missing` asks which facts would settle it.

    `cases`, if they were found before, take the place of account and day. A case too large for durable-rules, and cases
    beyond many, are judged by the reference, and the run says so.
    """
    reading = Reading(choices or {}, rules)
    cases = cases or Cases(rules, Facts(scenario, account, on))
    asked = executor
    beyond: str | None = None
    findings: dict[str, tuple[Finding, ...]] = {}
    for clause in clauses or scenario.clauses:
        found = []
        judged: dict[Case, Finding] = {}
        for case, situation in cases.of(clause):
            if situation.case not in judged:
                if executor == "rete" and len(judged) >= MOST_RULE_SETS:
                    executor, beyond = "reference", f"more than {MOST_RULE_SETS} cases of a clause"
                judged[situation.case], why = judge(situation, reading, executor, seek_missing=seek_missing)
                beyond = beyond or why
            found.append(replace(judged[situation.case], case=case))
        findings[clause] = tuple(found)
    facts = cases.facts
    return Run(scenario, rules, reading, facts.account, facts.on, "reference" if beyond else asked, findings, beyond)


Voice = tuple["Mapping[str, Value]", "str | None"]
"""The choices of a reading, and whose account of the facts is taken."""


def overalls(
    rules: Rules, scenario: Scenario, clause: str, voices: Iterable[Voice], on: date | None = None
) -> list[Overall]:
    """What each of many voices finds of a clause as a whole; those that agree in all that it asks are judged once."""
    told: dict[object, tuple[Cases, set[str]]] = {}
    known: dict[object, Overall] = {}
    out = []
    for choices, account in voices:
        facts = Facts(scenario, account, on)
        if facts.disputed not in told:
            cases = Cases(rules, facts)
            told[facts.disputed] = (cases, _asked_for(cases, clause))
        own, heads = told[facts.disputed]
        here = tuple((each, value) for each, value in choices.items() if re.split(r"[./]", each)[0] in heads)
        key = (facts.disputed, here)
        if key not in known:
            known[key] = _overall(own, clause, Reading(choices, rules))
        out.append(known[key])
    return out


def _asked_for(cases: Cases, clause: str) -> set[str]:
    """The terms, overlays and treaties whose choices can matter to a clause."""
    space = Space(cases.rules)
    treaty, entry = cases.rules.clause(clause)
    for situation in {id(each.casus): each for _, each in cases.of(clause)}.values():
        for condition in situation.conditions:
            space.reach(condition)
    reached = {re.split(r"[./=]", key)[0] for key in space.variables}
    return {treaty.treaty, *entry.overlays, *entry.defaults, *reached, *space.reached}


def _overall(cases: Cases, clause: str, reading: Reading) -> Overall:
    situations = {situation.case: situation for _, situation in cases.of(clause)}
    found: list[Overall] = []
    for situation in situations.values():
        if reference.fails(situation, reading):
            found.append(Overall("does-not-arise", "not-due"))
            continue
        finding = judge(situation, reading)[0]
        found.append(Overall(finding.casus, finding.duty))
        if finding.casus == CASUS_ORDER[0] and finding.duty == DUTY_ORDER[0]:
            break  # nothing can be stronger
    return overall(found)


def judge(
    situation: Situation, reading: Reading, executor: Executor = "reference", *, seek_missing: bool = False
) -> tuple[Finding, str | None]:
    """The finding of one case, and why the reference made it where durable-rules was asked to."""
    beyond = None
    if executor == "rete":
        try:
            judgement = rete.judge(situation, reading)
        except rete.TooLargeError as error:
            judgement, beyond = reference.judge(situation, reading), str(error)
    else:
        judgement = reference.judge(situation, reading)
    finding = conclude(situation, judgement)
    if seek_missing:
        finding = replace(finding, missing=find_missing(situation, reading, finding))
    return finding, beyond


def under(
    profile: Profile | None, choices: Mapping[str, Value], account: str | None
) -> tuple[dict[str, Value], str | None]:
    """The choices and the account of a profile, with what was asked for on top."""
    if profile is None:
        return dict(choices), account
    return merge(profile.reading, choices), account or profile.account


def meets(rules: Rules, scenario: Scenario, expectation: Expectation) -> tuple[bool, str]:
    """Whether foedus finds what is expected, and what it finds."""
    return compare(expectation, asked_for(rules, scenario, expectation))


def asked_for(rules: Rules, scenario: Scenario, expectation: Expectation) -> list[Finding]:
    """The findings that an expectation is about, under its reading and account."""
    profile = rules.profiles[expectation.profile] if expectation.profile else None
    choices, account = under(profile, expectation.define, expectation.account)
    clause = expectation.clause
    cases = Cases(rules, Facts(scenario, account, expectation.on))
    cases.known[clause] = [each for each in cases.of(clause) if is_meant(each[0], expectation)]
    return list(run(rules, scenario, clauses=[clause], choices=choices, cases=cases).findings[clause])


def compare(expectation: Expectation, found: list[Finding]) -> tuple[bool, str]:
    """Whether the findings are what is expected, and what they are."""
    whole = overall(found)
    reasons = {reason for finding in found if finding.casus == whole.casus for reason in reasons_of(finding.judgement)}
    missing = [reason for reason in expectation.because if reason not in reasons]
    casus = "does-not-arise" if whole.casus == "no-case" else whole.casus
    duty = "not-due" if whole.duty == "no-case" else whole.duty
    is_met = casus == expectation.casus and expectation.duty in {None, duty} and not missing
    shown = f"casus {whole.casus}, duty {whole.duty}"
    return is_met, shown + (f"; not among the reasons: {', '.join(missing)}" if missing else "")


def is_meant(case: Case, expectation: Expectation) -> bool:
    """Whether an expectation is about this case."""
    return (
        expectation.event in {None, case.event}
        and expectation.obligor in {None, case.obligor}
        and expectation.beneficiary in {None, case.beneficiary}
        and expectation.adversary in {None, case.adversary}
    )
