"""Laws of the space of readings: every exact answer against its definition, by enumeration over the reference."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace
from fractions import Fraction
from itertools import combinations, product
from math import comb, prod
from typing import TYPE_CHECKING, Any

import pytest
from foedus import reference
from foedus.derivation import conclude, overall
from foedus.diagram import Diagrams, TooEntangledError
from foedus.flips import find_flips
from foedus.ground import Facts, Reading, find_situations
from foedus.model import Event, Scenario, Stated
from foedus.readings import OPEN, Asked, Question
from foedus.residual import Evaluation, Memo, Space
from generated import VALUES, accounts, readings, rules, scenarios
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from foedus.residual import Residual, Variable
    from foedus.vocabulary import Value

SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(SOME, max_examples=100)
FEW = settings(SOME, max_examples=15)
CLAUSE = "t/art-1"
MOST_READINGS = 600
MOST_COMPLETIONS = 300

Settings = dict[str, Any]


def known_actors(scenario: Scenario) -> Scenario:
    """Actors are known; what is unknown are facts."""

    def certain(event: Event) -> Event:
        by = event.by if event.by.value else Stated("CCC")
        against = event.against if event.against.value else Stated("AAA")
        return replace(event, by=by, against=against, act=Stated(event.act.value or "strike"))

    return replace(scenario, events=tuple(certain(event) for event in scenario.events))


def every_setting(question: Question) -> Iterator[Settings]:
    """All assignments to all choices, knobs of definitions not taken among them."""
    names = [variable.name for variable in question.choices]
    for values in product(*(variable.values for variable in question.choices)):
        yield dict(zip(names, values, strict=True))


def as_reading(question: Question, setting: Settings) -> tuple[dict[str, Value], str | None]:
    """What `run` is asked for: the knobs of the definitions taken, and the account."""
    choices: dict[str, Value] = {}
    for variable in question.choices:
        value = setting[variable.name]
        if variable.kind == "knob" and variable.of[0]:
            term, definition = variable.of
            single = list(question.rules.terms[term].definitions)
            if setting.get(term, single[0] if len(single) == 1 else None) == definition:
                choices[f"{term}.{variable.name.rpartition('.')[2]}"] = value
        elif variable.kind != "account":
            choices[variable.name] = value
    return choices, setting.get("account", question.told[0])


def outcome(question: Question, setting: Settings) -> str:
    """What the reference finds: the same whatever unknown facts turn out to be, or undetermined."""
    found = set(by_completion(question, setting).values())
    return found.pop() if len(found) == 1 else "undetermined"


Completion = frozenset[tuple[tuple[str, str], "Value"]]


def by_completion(question: Question, setting: Settings) -> dict[Completion, str]:
    """Each way in which unknown facts can turn out to what the reference finds then."""
    choices, account = as_reading(question, setting)
    reading = Reading(choices, question.rules)
    situations = list(find_situations(question.rules, Facts(question.scenario, account), CLAUSE))
    unknown = sorted({
        (event, name)
        for situation in situations
        for event in situation.facts.events
        for name in [*VALUES, "happened"]
        if (event, name) not in situation.known
    })  # fmt: skip
    domains: list[list[Value]] = [[True, False] if name == "happened" else _values(name) for _, name in unknown]
    assume(prod(map(len, domains)) <= MOST_COMPLETIONS)
    found: dict[Completion, str] = {}
    for values in product(*domains):
        overrides = dict(zip(unknown, values, strict=True))
        completed = [replace(situation, overrides=overrides) for situation in situations]
        whole = overall([conclude(each, reference.judge(each, reading)) for each in completed])
        none = {"casus": "does-not-arise", "duty": "not-due"}[question.asked]
        answer = whole.casus if question.asked == "casus" else whole.duty
        found[frozenset(overrides.items())] = none if answer == "no-case" else answer
    return found


def _values(name: str) -> list[Value]:
    return [0, 1, 2, 9, 10, 11] if name == "deaths" else VALUES[name]


def weight(question: Question) -> Fraction:
    """Each definition weighs as much as its siblings, each setting as much as its siblings."""
    return Fraction(1, prod(len(variable.values) for variable in question.choices))


@st.composite
def questions(draw: st.DrawFn, most: int = 2) -> Question:
    known = draw(rules())
    scenario = known_actors(draw(scenarios(most)))
    asked: Asked = draw(st.sampled_from(["casus", "duty"]))
    account = draw(accounts)
    question = Question(known, scenario, CLAUSE, asked, current=draw(readings(known)), account=account)
    assume(question.situations[question.told[0]])
    assume(prod(len(variable.values) for variable in question.choices) <= MOST_READINGS)
    return question


def table(question: Question) -> list[tuple[Settings, str]]:
    return [(setting, outcome(question, setting)) for setting in every_setting(question)]


@MANY
@given(questions())
def test_parts_that_share_no_unknown_fact_are_settled_apart_as_they_are_together(question: Question) -> None:
    """To the node: the diagrams are in one store."""
    together = question._diagrams.settle(question._outcomes, len(question.choices), OPEN)  # noqa: SLF001
    assert question._root == together  # noqa: SLF001


@SOME
@given(questions())
def test_shares_and_counts_are_those_of_enumeration_over_the_reference(question: Question) -> None:
    """And so the diagram says "whatever unknown facts turn out to be" exactly when every completion does."""
    shares: dict[str, Fraction] = {}
    distinct: dict[str, set[tuple[Any, ...]]] = {}
    for setting, found in table(question):
        shares[found] = shares.get(found, Fraction(0)) + weight(question)
        choices, account = as_reading(question, setting)
        distinct.setdefault(found, set()).add((*sorted(choices.items()), account))
    assert {name: share for name, share in question.shares.items() if share} == shares
    assert {name: count for name, count in question.counts.items() if count} == {n: len(s) for n, s in distinct.items()}
    assert question.is_settled == (len(shares) == 1)


@SOME
@given(questions())
def test_the_facts_said_to_decide_are_those_that_can_change_a_finding(question: Question) -> None:
    """Under some reading and with all other facts the same; of the others it is said that they do not matter."""
    deciding = set()
    for setting in every_setting(question):
        by_rest: dict[tuple[tuple[str, str], Completion], set[str]] = {}
        for completion, found in by_completion(question, setting).items():
            for fact in completion:
                by_rest.setdefault((fact[0], completion - {fact}), set()).add(found)
        deciding |= {fact for (fact, _), found in by_rest.items() if len(found) > 1}
    assert {variable.of for variable in question.facts_that_decide} == deciding
    facts = [variable for variable in question.variables if not variable.is_choice]
    assert question.facts_that_do_not_matter == [each for each in facts if each.of not in deciding]


@SOME
@given(questions())
def test_influence_is_what_its_definition_says(question: Question) -> None:
    """Pivotal and settling shares are counted out, choice by choice, and are the same."""
    found = {tuple(sorted(setting.items(), key=str)): result for setting, result in table(question)}
    variables = question.choices
    for influence in question.influence():
        assert influence.pivotal == _pivotal(variables, found, influence.variable)
        assert influence.settling == _settling(variables, found, influence.variable)


def _key(setting: Settings) -> tuple[Any, ...]:
    return tuple(sorted(setting.items(), key=str))


def _pivotal(variables: list[Variable], found: dict[tuple[Any, ...], str], one: Variable) -> Fraction:
    others = [variable for variable in variables if variable is not one]
    changing = 0
    for values in product(*(variable.values for variable in others)):
        rest = {variable.name: value for variable, value in zip(others, values, strict=True)}
        changing += len({found[_key({**rest, one.name: value})] for value in one.values}) > 1
    return Fraction(changing, prod(len(variable.values) for variable in others))


def _settled(variables: list[Variable], found: dict[tuple[Any, ...], str], some: frozenset[str]) -> Fraction:
    """The share of settings of some choices after which the others make no difference."""
    fixed = [variable for variable in variables if variable.name in some]
    left = [variable for variable in variables if variable.name not in some]
    count = 0
    for values in product(*(variable.values for variable in fixed)):
        base = {variable.name: value for variable, value in zip(fixed, values, strict=True)}
        results = {
            found[_key({**base, **{v.name: value for v, value in zip(left, rest, strict=True)}})]
            for rest in product(*(variable.values for variable in left))
        }
        count += len(results) == 1
    return Fraction(count, prod(len(variable.values) for variable in fixed))


def _settling(variables: list[Variable], found: dict[tuple[Any, ...], str], one: Variable) -> Fraction:
    names = [variable.name for variable in variables]
    assume(len(names) <= 6)
    others = [name for name in names if name != one.name]
    total = Fraction(0)
    for size in range(len(others) + 1):
        for some in combinations(others, size):
            before = _settled(variables, found, frozenset(some))
            after = _settled(variables, found, frozenset({*some, one.name}))
            total += (after - before) / (len(names) * comb(len(names) - 1, size))
    return total


@SOME
@given(questions())
def test_settling_shares_of_a_contested_finding_sum_to_one(question: Question) -> None:
    """The settling shares divide up what is contested."""
    total = sum((influence.settling or Fraction(0) for influence in question.influence()), Fraction(0))
    assert total == (0 if question.is_settled else 1)


@SOME
@given(questions())
def test_every_witness_and_flip_does_what_it_says_and_none_is_smaller(question: Question) -> None:
    """A change of the reading that foedus names turns the finding, and no smaller one does."""
    rows = table(question)
    now = {variable.name: variable.values[question.now[level]] for level, variable in enumerate(question.choices)}
    for name in question.outcomes:
        witness = question.witness(name)
        distances = [_distance(setting, now) for setting, found in rows if found == name]
        assert (witness is None) == (not distances)
        if witness is not None:
            assert outcome(question, witness) == name
            assert _distance(witness, now) == min(distances)
    flip = question.flip()
    current = question.finding_now()
    assert current == outcome(question, now)
    targets = {found for _, found in rows} - {current, "undetermined"}
    if question.asked == "casus" and current != "undetermined":
        targets &= {"arises", "does-not-arise"}
    distances = [_distance(setting, now) for setting, found in rows if found in targets]
    assert flip.fewest == min(distances, default=None)
    for way in flip.ways:
        changed = {**now, **{variable.name: value for variable, value in way}}
        assert _distance(changed, now) == flip.fewest
        assert outcome(question, changed) in targets


def _distance(one: Settings, other: Settings) -> int:
    return sum(one[name] != other[name] for name in one)


def all_known(question: Question) -> Question:
    """On one account all facts that a test asks for are known."""
    known = {name: Stated(values[0]) for name, values in VALUES.items()}
    events = tuple(
        replace(
            each,
            facts=known
            | {n: Stated(f.according_to(None) or VALUES[n][0]) for n, f in each.facts.items() if n in VALUES},
        )
        for each in question.scenario.events
    )
    return replace(question, scenario=replace(question.scenario, events=events), account="AAA", asked="casus")


def casus_with(question: Question, choices: Mapping[str, Value], facts: Mapping[tuple[str, str], Value]) -> str:
    """What the reference finds with some facts otherwise."""
    found = find_situations(question.rules, Facts(question.scenario, "AAA"), CLAUSE)
    changed = [replace(situation, overrides=dict(facts)) for situation in found]
    reading = Reading(choices, question.rules)
    return overall([conclude(each, reference.judge(each, reading)) for each in changed]).casus


def single_facts(question: Question) -> list[dict[tuple[str, str], Value]]:
    return [{(e.id, name): value} for e in question.scenario.events for name in VALUES for value in _values(name)]


@SOME
@given(questions(most=1))
def test_a_flip_of_facts_does_what_it_says_and_none_is_smaller(question: Question) -> None:
    """On one account and one reading, all facts known: no single fact does what two are said to be needed for."""
    certain = all_known(question)
    flips = find_flips(certain)
    assert flips.now == casus_with(certain, certain.current, {})
    for way in flips.of_facts.ways:
        changes = {variable.of: value for variable, value in way if value is not None}
        if "act" not in {name for _, name in changes}:
            assert casus_with(certain, certain.current, changes) != flips.now
    if any(casus_with(certain, certain.current, single) != flips.now for single in single_facts(certain)):
        assert flips.of_facts.fewest == 1


@FEW
@given(questions())
def test_changes_of_both_kinds_do_what_they_say_and_none_are_fewer(question: Question) -> None:
    """A choice and a fact changed together: where that turns the finding, no more changes are said to be needed."""
    certain = all_known(question)
    flips = find_flips(certain)
    now = {variable.name: variable.values[certain.now[level]] for level, variable in enumerate(certain.choices)}
    for way in flips.both.ways if flips.both else ():
        facts = {variable.of: value for variable, value in way if not variable.is_choice and value is not None}
        setting = now | {variable.name: value for variable, value in way if variable.is_choice}
        if "act" not in {name for _, name in facts}:
            assert casus_with(certain, as_reading(certain, setting)[0], facts) != flips.now
    numbers = [each.fewest for each in (flips.of_reading, flips.of_facts, flips.both) if each and each.fewest]
    if min(numbers, default=3) <= 2:
        return
    for variable in certain.choices:
        for value in variable.values:
            choices = as_reading(certain, now | {variable.name: value})[0]
            assert all(casus_with(certain, choices, single) == flips.now for single in single_facts(certain))


@SOME
@given(questions(most=1))
def test_a_fact_said_to_settle_it_under_every_reading_does_and_no_other_does(question: Question) -> None:
    """All facts known, each changed to each of its values, and every reading judged anew."""
    certain = all_known(question)
    flips = find_flips(certain)
    assert flips.whatever_the_reading is not None
    said = {(variable.of, value): outcome for variable, value, outcome in flips.whatever_the_reading}
    readings = [as_reading(certain, setting)[0] for setting in every_setting(certain)]
    now = {casus_with(certain, each, {}) for each in readings}
    for single in single_facts(certain):
        ((fact, value),) = single.items()
        found = {casus_with(certain, each, single) for each in readings}
        if len(found) == 1 and found != now and "undetermined" not in found:
            if fact[1] != "deaths":  # a number is changed to one value of those that are alike
                assert said[fact, value] in found
        elif (fact, value) in said:
            assert found == {said[fact, value]}
            assert found != now


@SOME
@given(st.data())
def test_the_order_of_variables_changes_nothing(data: st.DataObject) -> None:
    """No share hangs on the order in which choices stand in a diagram."""
    question = data.draw(questions())
    names = [key for key in question.order if question.space.variables[key].is_choice]
    shuffled = replace(question, order_of_choices=data.draw(st.permutations(names)))
    assert shuffled.shares == question.shares
    assert shuffled.counts == question.counts
    assert {i.variable.name: (i.pivotal, i.settling) for i in shuffled.influence()} == {
        i.variable.name: (i.pivotal, i.settling) for i in question.influence()
    }


@SOME
@given(questions())
def test_the_diagram_never_contradicts_the_reference(question: Question) -> None:
    """What Kleene's logic settles, the diagram settles alike; the diagram may settle more."""
    for setting, found in table(question):
        choices, account = as_reading(question, setting)
        situations = find_situations(question.rules, Facts(question.scenario, account), CLAUSE)
        whole = overall([conclude(s, reference.judge(s, Reading(choices, question.rules))) for s in situations])
        kleene = whole.casus if question.asked == "casus" else whole.duty
        assert kleene in {"undetermined", "no-case", found}


@SOME
@given(questions())
def test_a_copy_of_rules_that_were_asked_answers_the_same(question: Question) -> None:
    expected = question.shares
    copied = pickle.loads(pickle.dumps(question.rules))  # noqa: S301 - our own
    assert vars(copied).keys() == {field.name for field in fields(copied)}
    assert replace(question, rules=copied).shares == expected


@MANY
@given(st.data())
def test_cases_that_a_clause_cannot_tell_apart_leave_the_same_question(data: st.DataObject) -> None:
    """So that one is evaluated for all of them; and what they share in part changes nothing."""
    known = data.draw(rules())
    scenario = data.draw(scenarios())
    space, memo = Space(known), Memo()
    left: dict[tuple[object, ...], Residual] = {}
    for account in (None, "AAA", "BBB"):
        for situation in find_situations(known, Facts(scenario, account), CLAUSE):
            casus, event = situation.casus, situation.case.event
            alone = Evaluation(space, situation).residual(casus, event)
            assert Evaluation(space, situation, memo=memo).residual(casus, event) == alone
            key = (id(casus), event, situation.bearing(known.words(casus)))
            assert left.setdefault(key, alone) == alone


def test_a_space_too_entangled_ends_in_a_clear_error() -> None:
    """The equality of two halves in the worst order has a diagram that doubles with each pair."""
    diagrams = Diagrams([2] * 40, limit=5000)

    def equal(one: int, other: int) -> int:
        neither = diagrams.both(diagrams.negate(one), diagrams.negate(other))
        return diagrams.either(diagrams.both(one, other), neither)

    def all_pairs() -> int:
        root = 1
        for index in range(20):
            root = diagrams.both(root, equal(diagrams.node(index, (0, 1)), diagrams.node(20 + index, (0, 1))))
        return root

    with pytest.raises(TooEntangledError) as caught:
        all_pairs()
    assert caught.value.nodes == 5000
