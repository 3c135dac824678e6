"""The laws of proof: the small world of a clause has every finding that some scenario has, and no other."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from foedus.formula import All, AnyOf, Not, Term
from foedus.ground import ROLES
from foedus.proof import Asked, TermProof, finding_of, prove_clause
from foedus.solver import is_available
from foedus.world import ATTACK, World, segments
from generated import accounts, formulas, readings, rules, scenarios, with_all_knobs_read
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judging import CLAUSE, judged, situations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from foedus.derivation import Finding
    from foedus.ground import Rules, Situation
    from foedus.model import Scenario
    from foedus.vocabulary import Value

pytestmark = pytest.mark.skipif(not is_available(), reason="proofs need PySAT")
SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def worlds(known: Rules) -> list[World]:
    return [World(known, CLAUSE, segment) for segment in segments(known, CLAUSE)]


def in_small(scenario: Scenario, situation: Situation) -> bool:
    """Whether a case is one of those that a world has: in force, and no other event is done by or to several actors."""
    others = (each for each in scenario.events if each.id != situation.case.event)
    several = any(isinstance(fact.value, tuple) for each in others for fact in (each.by, each.against))
    return situation.in_force.status == "in-force" and not several


@SOME
@given(st.data())
def test_what_a_world_can_hold_the_reference_finds_in_its_scenario(data: st.DataObject) -> None:
    """Whatever facts and choices the solver assigns, drawn as far as they go together, and whichever finding."""
    known = data.draw(rules())
    for world in worlds(known):
        asked = Asked(world)
        with closing(asked.sat):
            casus = asked.literal(world.situation.casus)
            finds = data.draw(st.sampled_from(["arises", "does-not-arise"]))
            held = [casus if finds == "arises" else -casus]
            if not asked.holds(*held):
                continue
            for key in data.draw(st.permutations(sorted(world.space.variables)))[:12]:
                wanted = data.draw(st.sampled_from(asked.sat.of(key)))
                held += [wanted] if asked.holds(*held, wanted) else []
            assert asked.holds(*held)
            scenario, case, choices = world.scenario(asked.sat.model())
            assert finding_of(known, scenario, case, choices) == finds


@SOME
@given(st.data())
def test_a_world_can_hold_every_settled_finding_of_a_scenario(data: st.DataObject) -> None:
    """Under the same reading, with the same known facts of the act and between the same actors."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    cases = [each for each in situations(known, scenario, account) if in_small(scenario, each)]
    found = [(each, judged(each, choices).casus) for each in cases]
    settled = [(each, casus) for each, casus in found if casus != "undetermined"]
    assume(settled)
    situation, casus = data.draw(st.sampled_from(settled))
    assert any(_can_hold(world, situation, choices, arises=casus == "arises") for world in worlds(known))


def _can_hold(world: World, situation: Situation, choices: Mapping[str, Value], *, arises: bool) -> bool:
    asked = Asked(world)
    with closing(asked.sat):
        casus = asked.under(choices, world.situation.casus)
        held = [casus if arises else -casus]
        actors = {role: getattr(situation.case, role) for role in ROLES}
        # of actors that nothing names a world has as many as can differ: whoever is left out has one like it there
        everyone = all(actor in world.roles[role] for role, actor in actors.items())
        for role, actor in actors.items():
            if len(world.roles[role]) > 1 and actor in world.roles[role] and (everyone or actor in world.named):
                held.append(asked.sat.literal(world.is_one(role, actor)))
        variables = world.space.variables
        for (event, name), value in situation.known.items():
            key = f"fact:{ATTACK}.{name}"
            if event == situation.case.event and key in variables and value in variables[key].values:
                held.append(asked.sat.of(key)[variables[key].values.index(value)])
        return asked.holds(*held)


def findings(known: Rules, scenario: Scenario, choices: Mapping[str, Value], account: str | None) -> Iterator[Finding]:
    """The findings of the cases that a world has."""
    for each in situations(known, scenario, account):
        if in_small(scenario, each):
            yield judged(each, choices)


@SOME
@given(st.data())
def test_what_is_proved_of_a_clause_no_scenario_contradicts(data: st.DataObject) -> None:
    """A vacuous clause never arises; without a redundant scope, exception or attachment everything is found alike."""
    known, scenario = data.draw(rules()), data.draw(scenarios())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    proved = list(prove_clause(known, CLAUSE))
    kinds = {each.kind for each in proved}
    found = list(findings(known, scenario, choices, account))
    assert "vacuous" not in kinds or all(finding.casus != "arises" for finding in found)
    for each in proved:
        if each.kind == "redundant" and "trigger" not in each.path:
            without = findings(_without(known, str(each.path[-1])), scenario, choices, account)
            for one, other in zip(found, without, strict=True):
                assert "undetermined" in {one.casus, other.casus} or one.casus == other.casus


def _without(known: Rules, name: str) -> Rules:
    """The rules without a scope, exception or attachment of that name; each has its own."""
    treaty = known.treaties["t"]
    clause = treaty.clauses["art-1"]
    version = clause.versions[0]
    fewer = replace(
        version,
        scope={key: each for key, each in version.scope.items() if key != name},
        exceptions={key: each for key, each in version.exceptions.items() if key != name},
    )
    attachments = {key: each for key, each in treaty.attachments.items() if key != name}
    clauses = {"art-1": replace(clause, versions=(fewer,))}
    return replace(known, treaties={"t": replace(treaty, clauses=clauses, attachments=attachments)})


def _turning_on(known: Rules, term: str) -> Rules:
    """The rules with a clause whose casus arises where the term holds."""
    treaty = known.treaties["t"]
    clause = treaty.clauses["art-1"]
    version = replace(clause.versions[0], trigger=Term(term), scope={}, exceptions={})
    clauses = {"art-1": replace(clause, versions=(version,))}
    return replace(known, treaties={"t": replace(treaty, clauses=clauses, attachments={})})


@SOME
@given(st.data())
def test_equivalent_definitions_are_found_alike(data: st.DataObject) -> None:
    """Of definitions of which one is the other in other words they are; wherever it is said, every scenario agrees."""
    known = data.draw(rules())
    choices, account = data.draw(readings(known)), data.draw(accounts)
    assume(segments(known, CLAUSE))
    term = known.terms["t2"]
    first = term.definitions["d0"]
    other = data.draw(formulas(knobs=True, size=2))
    said = data.draw(
        st.sampled_from(
            [
                AnyOf((All((first.holds_when, other)), All((first.holds_when, Not(other))))),
                Not(All((Not(first.holds_when), AnyOf((other, Not(first.holds_when)))))),
                other,
            ]
        )
    )
    again = replace(first, title="d9", holds_when=said, knobs=with_all_knobs_read(said) | first.knobs)
    term = replace(term, definitions={"d0": first, "d9": again})
    known = replace(_turning_on(known, "t2"), terms={**known.terms, "t2": term})
    proved = [each for each in TermProof(known, term, (CLAUSE,)).properties() if each.kind == "equivalent"]
    assert proved or said is other
    if proved:
        # what the two have in common is set alike, and the rest as it may be
        common = {key: each for key, each in choices.items() if not key.startswith("t2")}
        for scenario in data.draw(st.lists(scenarios(), min_size=6, max_size=6)):
            one, two = (findings(known, scenario, {**common, "t2": name}, account) for name in ("d0", "d9"))
            for here, there in zip(one, two, strict=True):
                assert "undetermined" in {here.casus, there.casus} or here.casus == there.casus
