"""Laws of grounds: what is named as deciding suffices, and without it the finding is another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from foedus.derivation import Judgement, decisive
from foedus.explain import Explainer
from foedus.formula import (
    All,
    AnyOf,
    AtLeast,
    Dated,
    Not,
    Some,
    Test,
    Who,
    conjunction,
    disjunction,
    negation,
    threshold,
)
from foedus.ground import IN_PERFORMANCE
from foedus.model import Event, Stated
from foedus.run import run
from generated import VALUES, accounts, readings, rules, scenarios
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging import PROFILES, SHIPPED, as_profile, found, judged, shipped, situations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from foedus.derivation import Derivation, Finding
    from foedus.explain import Claim
    from foedus.formula import Truth
    from foedus.ground import Situation
    from foedus.vocabulary import Value

SOME = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def named(derivation: Derivation) -> set[tuple[str, str]]:
    """The facts that the named grounds of a derivation read: (event, attribute)."""
    if isinstance(derivation.formula, Test):
        return {(derivation.event, derivation.formula.attribute)}
    return set().union(*(named(part) for part in decisive(derivation)))


def read_by_grounds(judgement: Judgement) -> set[tuple[str, str]]:
    roots = [judgement.casus, *(each for pair in judgement.steps.values() for each in pair)]
    return set().union(*(named(root) for root in roots if root.value is not None))


def other_facts(situation: Situation, kept: set[tuple[str, str]], data: st.DataObject) -> dict[tuple[str, str], Value]:
    """Any values for facts other than those."""
    vocabulary = situation.rules.vocabulary
    out: dict[tuple[str, str], Value] = {}
    for event in situation.facts.events:
        for name in [*vocabulary.attributes, "act", "happened"]:
            attribute = vocabulary.attribute(name)
            if attribute is None or attribute.computed or (event, name) in kept:
                continue
            if name == IN_PERFORMANCE:  # of such an act another question is asked
                continue
            values: list[Value] = [True, False]
            if attribute.type != "boolean":
                values = list(attribute.values) or list(VALUES["deaths"])
            if data.draw(st.booleans()):
                out[event, name] = data.draw(st.sampled_from(values))
    return out


@SOME
@given(st.data())
def test_the_named_grounds_suffice_whatever_all_other_facts_are(data: st.DataObject) -> None:
    """Of a settled finding, only the facts under "why" need to be right."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    for situation in situations(known, scenario, account):
        see_that_grounds_suffice(situation, choices, data)


@FEW
@given(st.sampled_from(SHIPPED), st.sampled_from(PROFILES), st.data())
def test_the_named_grounds_suffice_in_a_shipped_scenario(name: str, profile: str | None, data: st.DataObject) -> None:
    """The same of the shipped cases under every profile."""
    known, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(known, profile)
    for situation in situations(known, scenario, account, data.draw(st.sampled_from(scenario.clauses)))[:2]:
        see_that_grounds_suffice(situation, choices, data)


def see_that_grounds_suffice(situation: Situation, choices: Mapping[str, Value], data: st.DataObject) -> None:
    before = judged(situation, choices)
    otherwise = other_facts(situation, read_by_grounds(before.judgement), data)
    after = judged(replace(situation, overrides=otherwise), choices)
    assert before.casus in {"undetermined", after.casus}
    assert before.duty in {"undetermined", after.duty}


def carrying(derivation: Derivation) -> tuple[Derivation, ...]:
    """The named parts and, of a disjunction that holds, every other alternative that holds as well."""
    if derivation.value is True and isinstance(derivation.formula, AnyOf | Some):
        return tuple(part for part in derivation.of if part.value is True)
    return decisive(derivation)


def without(derivation: Derivation, opposite: Truth) -> Truth:
    """The truth once every leaf that carries it says the opposite, or is unknown (`None`)."""
    if not derivation.of:
        is_constant = isinstance(derivation.formula, All | AnyOf | AtLeast)
        return derivation.value if is_constant else None if opposite is None else negation(derivation.value)
    carries = carrying(derivation)
    values = [without(part, opposite) if part in carries else part.value for part in derivation.of]
    match derivation.formula:
        case AnyOf() | Some():
            return disjunction(values)
        case AtLeast(count, _):
            return threshold(count, values)
        case Not():
            return negation(values[0])
    return conjunction(values)


def rests_on_facts(derivation: Derivation) -> bool:
    """Whether each way to the value comes to some leaf: it is not so by the form of the condition alone."""
    if not derivation.of:
        return not isinstance(derivation.formula, All | AnyOf | AtLeast | Some)
    if isinstance(derivation.formula, AtLeast):
        least = derivation.formula.count
        return 0 < least <= len(derivation.of) and all(rests_on_facts(part) for part in carrying(derivation))
    return all(rests_on_facts(part) for part in carrying(derivation))


@SOME
@given(st.data())
def test_a_finding_whose_grounds_are_otherwise_is_another(data: st.DataObject) -> None:
    """Every named condition turned round, in each alternative that holds, and a settled finding is another or open."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    for finding in found(known, scenario, data.draw(readings(known)), data.draw(accounts)):
        for derivation in finding.judgement.casus.walk():
            if derivation.value is not None and rests_on_facts(derivation):
                assert without(derivation, negation(derivation.value)) is not derivation.value
                assert without(derivation, None) is None


@FEW
@given(st.sampled_from(SHIPPED), st.sampled_from(PROFILES))
def test_the_explanation_says_what_was_found(name: str, profile: str | None) -> None:
    """Under "why" all that decides holds, under "why not" something that decides fails, and no line says otherwise."""
    known, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(known, profile)
    result = run(known, scenario, choices=choices, account=account)
    explainer = Explainer(result)
    for findings in result.findings.values():
        for finding in findings:
            see_that_it_says_so(finding, explainer.why(finding))


def see_that_it_says_so(finding: Finding, claims: tuple[Claim, ...]) -> None:
    deciding = {claim.holds for claim in claims if claim.decides}
    match finding.casus, finding.duty:
        case "does-not-arise", _:
            assert deciding == {False}
        case "undetermined", _:
            assert deciding == {None}
        case _, "due" | "left-to-the-party":
            assert deciding == {True}
        case _, "dormant":
            assert False in deciding
        case _, "undetermined":
            assert None in deciding


AGGRESSION = Some(
    All((Test("act", "is", ("force",)), Who("by", ("beneficiary",)), Who("against", ("adversary",)), Dated("before")))
)
"""The party had used force against the adversary before."""


@SOME
@given(st.data())
def test_nobody_owes_for_its_own_aggression_where_the_clause_excludes_that(data: st.DataObject) -> None:
    """A proviso against the party that began stands in the way of every case in which it did, however else it reads."""
    known, scenario = data.draw(rules()), data.draw(scenarios(2))
    treaty = known.treaties["t"]
    clause = treaty.clauses["art-1"]
    versions = tuple(replace(v, exceptions={**v.exceptions, "began": AGGRESSION}) for v in clause.versions)
    clauses = {"art-1": replace(clause, versions=versions)}
    strict = replace(known, treaties={"t": replace(treaty, clauses=clauses)})
    first = min(event.date for event in scenario.events) - timedelta(days=1)
    began = Event("began", first, Stated("strike"), Stated("AAA"), Stated(("CCC",)))
    told = replace(scenario, events=(began, *scenario.events))
    for finding in found(strict, told, data.draw(readings(known)), data.draw(accounts)):
        if (finding.case.beneficiary, finding.case.adversary) == ("AAA", "CCC") and finding.case.event != "began":
            assert (finding.casus, finding.duty) == ("does-not-arise", "not-due")


@FEW
@given(st.data())
def test_nobody_owes_against_self_defence_under_a_shipped_clause_with_article_51(data: st.DataObject) -> None:
    """A party that invaded first is owed nothing under a clause into which article 51 of the Charter is read."""
    known = shipped()[0]
    ids = [
        f"{name}/{clause}"
        for name, treaty in known.treaties.items()
        for clause, each in treaty.clauses.items()
        if "charter-51" in each.overlays and each.kind in {"defense", "offense"} and len(treaty.parties) > 1
    ]
    clause = data.draw(st.sampled_from(ids))
    treaty, _ = known.clause(clause)
    aggressor = data.draw(st.sampled_from(sorted(treaty.parties)))
    victim = data.draw(
        st.sampled_from(sorted(c for c, a in known.actors.items() if a.kind == "state" and c not in treaty.parties))
    )
    day = max(treaty.in_force.from_, known.overlays["charter-51"].from_ or treaty.in_force.from_) + timedelta(days=30)
    facts = {"gravity": Stated("grave"), "attribution": Stated("state-organ"), "happened": Stated(value=True)}
    events = (
        Event("first", day, Stated("invasion"), Stated((aggressor,)), Stated((victim,)), facts=facts),
        Event(
            "answer", day + timedelta(days=9), Stated("invasion"), Stated((victim,)), Stated((aggressor,)), facts=facts
        ),
    )
    scenario = replace(next(iter(shipped()[1].values())), events=events)
    choices: dict[str, Value] = {"charter-51": "applied", "lawful-self-defence": "prior-armed-attack"}
    for finding in found(known, scenario, choices, None, clause):
        if finding.case.event == "answer" and finding.case.beneficiary == aggressor:
            assert (finding.casus, finding.duty) == ("does-not-arise", "not-due")
