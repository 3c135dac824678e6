"""The laws of foedus that hold for whatever rules and scenarios there may be; each test's name is the law."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from foedus import reference
from foedus.derivation import conclude, decisive
from foedus.formula import All, AnyOf, Not, Some, Term, parse_formula
from foedus.ground import SET_ASIDE, Facts, Reading, Rules, Situation, find_situations
from foedus.model import Event, Scenario, Stated, TermEntry
from foedus.run import overalls, run
from generated import DAY, VALUES, accounts, days, formulas, readings, rules, scenarios
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import PROFILES, SHIPPED, as_profile, found, shipped, verdicts

if TYPE_CHECKING:
    from datetime import date

    from foedus.derivation import Finding
    from foedus.formula import Formula
    from foedus.model import Period
    from foedus.vocabulary import Value

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@SOME
@given(st.data())
def test_more_knowledge_never_contradicts_a_settled_finding(data: st.DataObject) -> None:
    """Casus and duty that are settled stay what they are, whatever the unknown facts turn out to be."""
    known = data.draw(rules())
    scenario = data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    for situation in find_situations(known, Facts(scenario, account), "t/art-1"):
        before = conclude(situation, reference.judge(situation, Reading(choices, known)))
        learned: dict[tuple[str, str], Value] = {}
        for event in situation.facts.events:
            for name, values in VALUES.items():
                if (event, name) not in situation.known and data.draw(st.booleans()):
                    learned[event, name] = data.draw(st.sampled_from(values))
        wiser = replace(situation, overrides=learned)
        after = conclude(wiser, reference.judge(wiser, Reading(choices, known)))
        assert before.casus in {"undetermined", after.casus}
        assert before.duty in {"undetermined", after.duty}


@SOME
@given(st.data())
def test_some_event_is_sought_among_all_that_the_roles_do_not_rule_out(data: st.DataObject) -> None:
    """Whatever conditions the clause and its definitions have of it, and in the order of the file."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    for situation in find_situations(known, Facts(scenario, data.draw(accounts)), "t/art-1"):
        for formula, _ in known.formulas():
            for part in formula.walk():
                if isinstance(part, Some):
                    left = [each for each in situation.facts.events if not situation.is_ruled_out(part.of, each)]
                    assert situation.candidates(part.of) == left


@SOME
@given(st.data())
def test_the_order_of_events_in_the_file_changes_nothing(data: st.DataObject) -> None:
    """Events can be told in any order; their dates order them, and `follows` on one day."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    shuffled = replace(scenario, events=tuple(data.draw(st.permutations(scenario.events))))
    assert verdicts(found(known, scenario, choices, account)) == verdicts(found(known, shuffled, choices, account))


@SOME
@given(st.data())
def test_an_event_that_did_not_happen_changes_nothing(data: st.DataObject) -> None:
    """What is denied can stay in the file."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    never = Event("never", DAY, Stated("strike"), Stated("CCC"), Stated("AAA"), facts={"happened": Stated(value=False)})
    more = replace(scenario, events=(*scenario.events, never))
    assert verdicts(found(known, scenario, choices, account)) == verdicts(found(known, more, choices, account))


@SOME
@given(st.data())
def test_nothing_is_due_outside_the_time_in_force(data: st.DataObject) -> None:
    """A case arises only if the treaty was in force for both on some day of the event, counted day by day."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    for finding in found(known, scenario, data.draw(readings(known)), data.draw(accounts)):
        see_that_it_is_in_time(known, scenario, finding)


@FEW
@given(st.sampled_from(SHIPPED), st.sampled_from(PROFILES))
def test_nothing_is_due_outside_the_time_in_force_of_a_shipped_treaty(name: str, profile: str | None) -> None:
    """The same of the shipped cases under every profile."""
    known, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(known, profile)
    for clause in scenario.clauses:
        for finding in found(known, scenario, choices, account, clause):
            see_that_it_is_in_time(known, scenario, finding)


def see_that_it_is_in_time(known: Rules, scenario: Scenario, finding: Finding) -> None:
    treaty, _ = known.clause(finding.case.clause)
    event = next(each for each in scenario.events if each.id == finding.case.event)
    starts = {period.from_ for party in treaty.parties for period in treaty.periods(party)}
    days_of_event = {event.date, *(start for start in starts if event.date <= start <= event.last)}
    both = [treaty.periods(finding.case.obligor), treaty.periods(finding.case.beneficiary)]

    def is_bound(day: date, periods: tuple[Period, ...]) -> bool:
        return any(each.from_ <= day and (each.until is None or day < each.until) for each in periods)

    if not any(all(is_bound(day, periods) for periods in both) for day in days_of_event):
        assert finding.casus == "does-not-arise"
        assert finding.duty == "not-due"


@SOME
@given(st.data())
def test_what_many_voices_find_together_is_what_each_finds_alone(data: st.DataObject) -> None:
    known, scenario = data.draw(rules()), data.draw(scenarios())
    voices = [(data.draw(readings(known)), data.draw(accounts)) for _ in range(4)]
    alone = [run(known, scenario, choices=choices, account=account).overall("t/art-1") for choices, account in voices]
    assert overalls(known, scenario, "t/art-1", voices) == alone


@SOME
@given(st.data())
def test_nobody_owes_to_itself_or_against_itself(data: st.DataObject) -> None:
    """Who acted is no obligor against itself, and who was attacked none to itself."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    for finding in found(known, scenario, {}, None):
        assert finding.case.obligor not in {finding.case.beneficiary, finding.case.adversary}


@SOME
@given(st.data())
def test_what_is_seen_earlier_knows_no_later_event(data: st.DataObject) -> None:
    """`--on DATE` judges with what was known on that day."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    day = data.draw(days)
    early = replace(scenario, events=tuple(event for event in scenario.events if event.date <= day))
    assume(early.events)
    choices = data.draw(readings(known))
    seen = run(known, scenario, choices=choices, on=day).findings["t/art-1"]
    cut = run(known, early, choices=choices, on=day).findings["t/art-1"]
    assert verdicts(list(seen)) == verdicts(list(cut))


@SOME
@given(st.data())
def test_a_broader_definition_never_untriggers_where_the_term_stands_only_positively(data: st.DataObject) -> None:
    """Reading such a term more broadly can only bring more cases under the clause."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    entry = known.terms["t2"]
    name, narrow = next(iter(entry.definitions.items()))
    wider = replace(narrow, holds_when=AnyOf((narrow.holds_when, data.draw(formulas(size=3)))))
    assume(not any(_stands_negatively(formula, "t2") for formula in _all_formulas(known, "t1")))
    broad = _with_term(known, replace(entry, definitions={name: wider}, default=name))
    strict = _with_term(known, replace(entry, definitions={name: narrow}, default=name))
    clause: dict[str, Value] = {"t1": known.terms["t1"].default}
    before = {f.case: f.casus for f in found(strict, scenario, clause, None)}
    for finding in found(broad, scenario, clause, None):
        if before[finding.case] == "arises":
            assert finding.casus == "arises"


def _with_term(known: Rules, term: TermEntry) -> Rules:
    return replace(known, terms={**known.terms, term.term: term})


def _all_formulas(known: Rules, term: str) -> list[Formula]:
    situation_parts = [version for clause in known.treaties["t"].clauses.values() for version in clause.versions]
    out = [definition.holds_when for definition in known.terms[term].definitions.values()]
    for version in situation_parts:
        out += [version.trigger, *version.scope.values(), *(Not(each) for each in version.exceptions.values())]
    for overlay in known.treaties["t"].attachments.values():
        out += [overlay.requires or All(()), Not(overlay.excludes or AnyOf(()))]
    return out


def _stands_negatively(formula: Formula, term: str, *, under: bool = False) -> bool:
    """Whether the term stands under a negation; a term that it stands in may itself be negated, so that counts."""
    if isinstance(formula, Term):
        return (formula.term == term and under) or (formula.term == "t1" and under)
    inner = under != isinstance(formula, Not)
    return any(_stands_negatively(part, term, under=inner) for part in formula.parts)


@SOME
@given(st.data())
def test_an_overlay_set_aside_says_nothing(data: st.DataObject) -> None:
    """Law from outside the text can be taken out and the text judged alone."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    treaty = known.treaties["t"]
    bare = replace(known, treaties={"t": replace(treaty, attachments={})})
    choices: dict[str, Value] = {f"t/{name}": SET_ASIDE for name in treaty.attachments}
    assert verdicts(found(known, scenario, choices, None)) == verdicts(found(bare, scenario, {}, None))


@SOME
@given(st.data())
def test_the_parts_that_decide_decide(data: st.DataObject) -> None:
    """A conjunction of what is named as deciding has the value of the whole, and so has a disjunction."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    for finding in found(known, scenario, data.draw(readings(known)), data.draw(accounts)):
        for derivation in finding.judgement.casus.walk():
            values = [part.value for part in decisive(derivation)]
            if isinstance(derivation.formula, All) and derivation.value is False:
                assert values
                assert set(values) == {False}
            if isinstance(derivation.formula, AnyOf) and derivation.value is True:
                assert values == [True]


@SOME
@given(st.data())
def test_an_undetermined_finding_names_a_fact_or_an_actor_that_is_unknown(data: st.DataObject) -> None:
    """And a fact named as settling it whatever it is, does settle it."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    result = run(known, scenario, choices=choices, account=account, seek_missing=True)
    for finding in result.findings["t/art-1"]:
        if finding.casus != "undetermined":
            continue
        unknown_actor = any(
            result_actor is None
            for event in Facts(scenario, account).events
            for result_actor in (
                Facts(scenario, account).actors(event, "by"),
                Facts(scenario, account).actors(event, "against"),
            )
        )
        assert finding.missing or unknown_actor
        for missing in finding.missing:
            for value, outcome in missing.outcomes:
                situation = Situation(
                    known, Facts(scenario, account), finding.case, {(missing.event, missing.attribute): value}
                )
                assert conclude(situation, reference.judge(situation, Reading(choices, known))).casus == outcome


@SOME
@given(st.data())
def test_an_account_that_nobody_disputes_is_everybodys(data: st.DataObject) -> None:
    """Where no fact is disputed, whose account is taken changes nothing."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    settled = tuple(
        replace(
            event,
            act=Stated(event.act.value or "strike"),
            facts={name: Stated(fact.value) for name, fact in event.facts.items()},
        )
        for event in scenario.events
    )
    plain = replace(scenario, events=settled)
    assert verdicts(found(known, plain, {}, "AAA")) == verdicts(found(known, plain, {}, None))


@SOME
@given(st.data())
def test_a_later_treaty_covers_no_earlier_event(data: st.DataObject) -> None:
    """No treaty reaches back to what had ended before it came into force."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    treaty = known.treaties["t"]
    late = replace(
        treaty,
        in_force=replace(treaty.in_force, from_=DAY + timedelta(days=3650)),
        parties={p: type(q)() for p, q in treaty.parties.items()},
    )
    findings = found(replace(known, treaties={"t": late}), replace(scenario, events=_ended(scenario)), {}, None)
    assert all(finding.casus == "does-not-arise" for finding in findings)


def _ended(scenario: Scenario) -> tuple[Event, ...]:
    return tuple(replace(event, until=None) for event in scenario.events)


@SOME
@given(formulas(knobs=True, terms=("t1",)))
def test_a_formula_written_out_and_read_again_is_the_same(formula: Formula) -> None:
    """A condition shown as plain data can be put back into a file."""
    from foedus.formula import write_formula

    assert parse_formula(write_formula(formula)) == formula
