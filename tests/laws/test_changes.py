"""Laws of what changes nothing: order, repetition, what is unrelated, names, writing out and reading again."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from foedus.formula import All, AnyOf, AtLeast, Some, parse_formula, write_formula
from foedus.ground import Facts
from foedus.loading.document import parse
from foedus.loading.library import Library
from foedus.loading.schema import build
from foedus.loading.writing import write_scenario
from foedus.model import Event, Party, Profile, Scenario, Stated
from foedus.readings import Question
from foedus.run import under
from generated import accounts, events, readings, rules, scenarios, treaties
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import CLAUSE, PROFILES, SHIPPED, as_profile, found, judged, renamed, shipped, situations, verdicts

if TYPE_CHECKING:
    from random import Random

    from foedus.ground import Rules

SOME = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
T = TypeVar("T")


def shuffled(value: T, dice: Random) -> T:
    """Anything with its keys, and the parts of its conjunctions, disjunctions and counts, in another order.

    The texts of a treaty keep their order: the first is the one relied on by default.
    """
    return _shuffled(value, dice)  # type: ignore[no-any-return]


def _shuffled(value: Any, dice: Random) -> Any:  # noqa: ANN401 - anything
    if isinstance(value, dict):
        items = [(key, _shuffled(each, dice)) for key, each in value.items()]
        dice.shuffle(items)
        return dict(items)
    if isinstance(value, tuple):
        return tuple(_shuffled(each, dice) for each in value)
    if isinstance(value, All | AnyOf | AtLeast):
        parts = [_shuffled(part, dice) for part in value.of]
        dice.shuffle(parts)
        return replace(value, of=tuple(parts))
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"wordings", "values"}
        changed = {f.name: _shuffled(getattr(value, f.name), dice) for f in fields(value) if f.name not in kept}
        return replace(value, **changed)
    return value


@SOME
@given(st.data())
def test_the_order_of_keys_and_of_conditions_changes_nothing(data: st.DataObject) -> None:
    """Rule files can be arranged as you like; only the texts of a treaty and the values of a scale have an order."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    dice = data.draw(st.randoms(use_true_random=False))
    other = found(shuffled(known, dice), shuffled(scenario, dice), shuffled(choices, dice), account)
    assert verdicts(found(known, scenario, choices, account)) == verdicts(other)


@FEW
@given(st.sampled_from(SHIPPED), st.sampled_from(PROFILES), st.randoms(use_true_random=False))
def test_the_order_of_keys_and_of_conditions_changes_nothing_in_a_shipped_scenario(
    name: str, profile: str | None, dice: Random
) -> None:
    """The shipped library says the same however its files are arranged."""
    known, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(known, profile)
    own = Library().rules_for(scenario.clauses)
    mixed = shuffled(own, dice)
    for clause in scenario.clauses:
        now = verdicts(found(own, scenario, choices, account, clause))
        assert now == verdicts(found(mixed, shuffled(scenario, dice), shuffled(choices, dice), account, clause))


@SOME
@given(st.data())
def test_an_event_told_twice_changes_no_other_finding(data: st.DataObject) -> None:
    """A fact that two sources report can stand in the file twice; the findings about the rest stay what they are."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    told = data.draw(st.sampled_from(scenario.events))
    again = list(scenario.events)
    again.insert(data.draw(st.integers(0, len(again))), replace(told, id="again"))
    after = found(known, replace(scenario, events=tuple(again)), choices, account)
    rest = [finding for finding in after if finding.case.event != "again"]
    assert verdicts(found(known, scenario, choices, account)) == verdicts(rest)


@SOME
@given(st.data())
def test_an_event_of_which_no_condition_speaks_changes_nothing(data: st.DataObject) -> None:
    """Background may be told in full: an event that no `some` finds makes at most cases of its own."""
    known, scenario = data.draw(rules()), data.draw(scenarios(2))
    choices, account = data.draw(readings(known)), data.draw(accounts)
    stranger = data.draw(events("stranger", ()))
    more = replace(scenario, events=(*scenario.events, stranger))
    before = {s.case: judged(s, choices) for s in situations(known, scenario, account)}
    for situation in situations(known, more, account):
        if situation.case.event == "stranger":
            continue
        after = judged(situation, choices)
        roots = [after.judgement.casus, *(each for pair in after.judgement.steps.values() for each in pair)]
        spoken_of = [
            part
            for root in roots
            for each in root.walk()
            if isinstance(each.formula, Some)
            for part in each.of
            if part.event == "stranger" and part.value is not False
        ]
        if not spoken_of:
            assert (after.casus, after.duty) == (before[situation.case].casus, before[situation.case].duty)


STRANGERS = ("URY", "PRY")


@FEW
@given(st.sampled_from(SHIPPED), st.sampled_from(PROFILES))
def test_an_unrelated_event_changes_nothing_in_a_shipped_scenario(name: str, profile: str | None) -> None:
    """What Uruguay does to Paraguay on the same day says nothing of any other alliance's case."""
    known, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(known, profile)
    assume(not Facts(scenario, account).named & set(STRANGERS))
    first = scenario.events[0]
    facts = {"gravity": Stated("grave"), "attribution": Stated("state-organ")}
    stranger = Event("stranger", first.date, Stated("sanctions"), Stated(("URY",)), Stated(("PRY",)), facts=facts)
    more = replace(scenario, events=(stranger, *scenario.events))
    for clause in scenario.clauses:
        after = [f for f in found(known, more, choices, account, clause) if f.case.event != "stranger"]
        assert verdicts(found(known, scenario, choices, account, clause)) == verdicts(after)


@FEW
@given(st.data())
def test_an_unrelated_treaty_changes_nothing(data: st.DataObject) -> None:
    """A library can grow: neither a finding nor a share of readings hangs on a treaty that was not asked."""
    known, scenario = data.draw(rules()), data.draw(scenarios(2))
    choices, account = data.draw(readings(known)), data.draw(accounts)
    unrelated = renamed(data.draw(treaties()), {"t": "u"})
    more = replace(known, treaties={"u": unrelated, **known.treaties})
    assert verdicts(found(known, scenario, choices, account)) == verdicts(found(more, scenario, choices, account))
    one = Question(known, scenario, CLAUSE, account=account or "AAA")
    other = Question(more, scenario, CLAUSE, account=account or "AAA")
    if any(one.situations.values()):
        assert (one.shares, one.counts) == (other.shares, other.counts)


@FEW
@given(st.sampled_from(SHIPPED), st.sampled_from(PROFILES))
def test_an_unrelated_treaty_changes_nothing_in_a_shipped_scenario(name: str, profile: str | None) -> None:
    """Judged with the rules that its clause needs, or with the whole library, a case is the same."""
    everything, scenario = shipped()[0], shipped()[1][name]
    choices, account = as_profile(everything, profile)
    for clause in scenario.clauses:
        own = Library().rules_for([clause])
        now = verdicts(found(own, scenario, choices, account, clause))
        assert now == verdicts(found(everything, scenario, choices, account, clause))


def exchanged(value: T, one: str, other: str) -> T:
    return renamed(value, {one: other, other: one})


def impartial(known: Rules) -> Rules:
    """The rules with roles where they name one of two States, and the same dates for all parties."""
    roles = {"AAA": "obligor", "BBB": "beneficiary"}
    treaty = known.treaties["t"]
    fair = replace(
        treaty,
        parties={code: Party() for code in treaty.parties},
        clauses=renamed(treaty.clauses, roles),
        attachments=renamed(treaty.attachments, roles),
    )
    return replace(known, terms=renamed(known.terms, roles), treaties={"t": fair})


@SOME
@given(st.data())
def test_exchanging_two_states_everywhere_exchanges_the_findings(data: st.DataObject) -> None:
    """A State is treated by what the rules say of it, never by its name or its place in a file."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    there = found(
        exchanged(known, "AAA", "BBB"),
        exchanged(scenario, "AAA", "BBB"),
        choices,
        exchanged(account, "AAA", "BBB"),
    )
    here = verdicts(found(known, scenario, choices, account))
    assert {exchanged(each, "AAA", "BBB") for each in here} == verdicts(there)


@FEW
@given(st.data())
def test_a_mutual_clause_is_symmetric_under_exchange_of_its_parties(data: st.DataObject) -> None:
    """Where a treaty names nobody, what A owes B when C attacks B, B owes A when C attacks A."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices = data.draw(readings(known))
    mutual = impartial(known)
    there = found(mutual, exchanged(scenario, "AAA", "BBB"), choices, "BBB")
    here = found(mutual, scenario, choices, "AAA")
    assert {exchanged(each, "AAA", "BBB") for each in verdicts(here)} == verdicts(there)


@FEW
@given(st.sampled_from(SHIPPED))
def test_exchanging_the_parties_of_a_shipped_case_exchanges_the_findings(name: str) -> None:
    """Rules that are the same with both States exchanged need not be exchanged: those clauses are mutual."""
    scenario = shipped()[1][name]
    for clause in scenario.clauses:
        known = Library().rules_for([clause], profiles=[])
        here = found(known, scenario, {}, None, clause)
        if not here:
            continue
        one, other = here[0].case.obligor, here[0].case.beneficiary
        rules_there = exchanged(known, one, other)
        is_mutual = replace(rules_there, actors=known.actors) == known
        there = found(known if is_mutual else rules_there, exchanged(scenario, one, other), {}, None, clause)
        assert {exchanged(each, one, other) for each in verdicts(here)} == verdicts(there)


@SOME
@given(st.data())
def test_a_scenario_written_out_and_read_again_is_the_same(data: st.DataObject) -> None:
    """`foedus compare` writes its witnesses as files; they mean what was found."""
    scenario = data.draw(scenarios())
    assert read_again(scenario) == scenario


@FEW
@given(st.sampled_from(SHIPPED))
def test_a_shipped_scenario_written_out_and_read_again_has_the_same_events(name: str) -> None:
    """Notes and what is unsure included, and what is expected of it; the record and the sources are not written."""
    scenario = shipped()[1][name]
    again = read_again(scenario)
    assert again.events == scenario.events
    assert again.expect == scenario.expect


def read_again(scenario: Scenario) -> Scenario:
    document = parse(write_scenario(scenario, scenario.title, scenario.summary), "written")
    value, problems = build("scenario", document)
    assert problems == []
    assert isinstance(value, Scenario)
    return value


def test_every_shipped_condition_written_out_and_read_again_is_the_same() -> None:
    """Conditions that foedus shows as plain data can be put back into a file."""
    conditions = [formula for formula, _ in shipped()[0].formulas()]
    assert [each for each in conditions if parse_formula(write_formula(each)) != each] == []
    assert len(conditions) > len(shipped()[0].treaties)


@SOME
@given(st.data())
def test_the_order_of_choices_in_a_profile_changes_nothing(data: st.DataObject) -> None:
    """A profile is a set of choices; what is asked for on top of it wins wherever it stands."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    drawn, asked = data.draw(readings(known)), data.draw(readings(known))
    one = Profile("p", "P", drawn, account="AAA")
    other = replace(one, reading=dict(data.draw(st.permutations(list(drawn.items())))))
    choices, account = under(one, asked, None)
    assert (choices, account) == under(other, dict(reversed(asked.items())), None)
    assert {**choices, **asked} == choices
    mixed = under(other, asked, None)[0]
    assert verdicts(found(known, scenario, choices, account)) == verdicts(found(known, scenario, mixed, account))
