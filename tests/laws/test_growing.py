"""Laws of growing: broader definitions, graver attacks, and when they take nothing away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from foedus.formula import AnyOf, Not, Term
from foedus.loading.library import Library
from foedus.monotone import find_losses
from generated import accounts, formulas, readings, rules, scenarios
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import CLAUSE, PROFILES, SHIPPED, as_profile, found, judged, shipped, situations

if TYPE_CHECKING:
    from foedus.derivation import Finding
    from foedus.formula import Formula
    from foedus.ground import Rules

SOME = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

CASUS = ["does-not-arise", "undetermined", "arises"]


def is_lost(before: Finding, after: Finding) -> bool:
    """Whether a casus is less sure to arise, or a duty that was due is no more."""
    was_due = before.duty in {"due", "left-to-the-party"}
    return CASUS.index(after.casus) < CASUS.index(before.casus) or (was_due and after.duty != before.duty)


@SOME
@given(st.data())
def test_what_a_broader_definition_untriggers_is_listed(data: st.DataObject) -> None:
    """`foedus show CLAUSE` says which terms can take assistance away when read more broadly; no other can."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    term = data.draw(st.sampled_from(["t1", "t2"]))
    entry = known.terms[term]
    wider = {
        name: replace(each, holds_when=AnyOf((each.holds_when, data.draw(formulas(size=3)))))
        for name, each in entry.definitions.items()
    }
    broad = replace(known, terms={**known.terms, term: replace(entry, definitions=wider)})
    before = {finding.case: finding for finding in found(known, scenario, choices, account)}
    lost = any(is_lost(before[f.case], f) for f in found(broad, scenario, choices, account))
    assert not lost or term in find_losses(known, CLAUSE).by_broader


@SOME
@given(st.data())
def test_a_term_is_listed_exactly_if_it_stands_under_a_negation(data: st.DataObject) -> None:
    """An exception, an overlay that stands in the way and a refusal are negations; two of them are none."""
    known = data.draw(rules())
    made = situations(known, data.draw(scenarios()), None)
    assume(made)
    situation = made[0]
    negated: set[str] = set()
    for _, met, refused in situation.steps.values():
        negated |= _negated(known, met) | _negated(known, Not(refused))
    negated |= _negated(known, situation.casus)
    assert set(find_losses(known, CLAUSE).by_broader) == negated


def _negated(known: Rules, formula: Formula, *, under: bool = False) -> set[str]:
    """By writing out every definition in place of its term."""
    if isinstance(formula, Term):
        own = {formula.term} if under else set()
        written_out = [each.holds_when for each in known.terms[formula.term].definitions.values()]
        return own.union(*(_negated(known, each, under=under) for each in written_out))
    inner = under != isinstance(formula, Not)
    return set().union(*(_negated(known, part, under=inner) for part in formula.parts))


@SOME
@given(st.data())
def test_a_graver_attack_never_loses_a_duty_where_the_clause_is_monotone_in_gravity(data: st.DataObject) -> None:
    """Monotone: every condition that the clause can come to asks for at least so much gravity, or less if negated."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    lost = False
    for situation in situations(known, scenario, account):
        event = situation.case.event
        for lower, higher in (("low", "middle"), ("middle", "high"), ("low", "high")):
            mild = judged(replace(situation, overrides={(event, "gravity"): lower}), choices)
            grave = judged(replace(situation, overrides={(event, "gravity"): higher}), choices)
            lost = lost or is_lost(mild, grave)
    assert not lost or "gravity" in find_losses(known, CLAUSE).by_more


@SOME
@given(st.data())
def test_more_of_a_number_never_loses_a_duty_where_the_clause_is_monotone_in_it(data: st.DataObject) -> None:
    """The same of a number: how many died, how long it lasted."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    lost = False
    for situation in situations(known, scenario, account):
        event = (situation.case.event, "deaths")
        before = judged(replace(situation, overrides={event: 0}), choices)
        for deaths in (1, 2, 9, 10, 11):
            after = judged(replace(situation, overrides={event: deaths}), choices)
            lost = lost or is_lost(before, after)
            before = after
    assert not lost or "deaths" in find_losses(known, CLAUSE).by_more


@FEW
@given(st.sampled_from(SHIPPED), st.sampled_from(PROFILES))
def test_a_graver_attack_never_loses_a_duty_under_a_shipped_clause(name: str, profile: str | None) -> None:
    """Of every shipped clause: it is monotone in gravity, and no graver attack takes its casus or duty away."""
    known, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(known, profile)
    attribute = known.vocabulary.attributes["gravity"]
    for clause in scenario.clauses:
        assert "gravity" not in find_losses(known, clause).by_more
        for situation in situations(known, scenario, account, clause):
            event = (situation.case.event, "gravity")
            before = None
            for value in attribute.values:
                after = judged(replace(situation, overrides={event: value}), choices)
                assert before is None or not is_lost(before, after)
                before = after


@FEW
@given(st.sampled_from(SHIPPED), st.data())
def test_a_shipped_definition_that_claims_to_be_broader_untriggers_only_where_it_is_listed(
    name: str, data: st.DataObject
) -> None:
    """The claims `broader_than` of the library, on its own cases; the knobs of both definitions at their defaults."""
    known, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(known, data.draw(st.sampled_from(PROFILES)))
    clause = data.draw(st.sampled_from(scenario.clauses))
    own = Library().rules_for([clause])
    listed = find_losses(own, clause).by_broader
    claims = [(term, *pair) for term, each in own.terms.items() if term not in listed for pair in each.broader_than]
    assume(claims)
    term, broad, narrow = data.draw(st.sampled_from(claims))
    before = {f.case: f for f in found(own, scenario, {**choices, term: narrow}, account, clause)}
    for after in found(own, scenario, {**choices, term: broad}, account, clause):
        assert not is_lost(before[after.case], after)
