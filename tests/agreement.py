"""What executors must agree on; importable by the worker processes that compare them on the shipped library.

durable-rules keeps megabytes of every rule set, even of a deleted one, so many comparisons need processes that end.
"""

from __future__ import annotations

from foedus import reference, rete
from foedus.derivation import choices_of, conclude
from foedus.ground import Facts, Reading, Situation, find_situations
from foedus.loading.library import Library
from foedus.readings import disputants
from foedus.run import under


def see_that_they_agree(situation: Situation, reading: Reading) -> None:
    expected = reference.judge(situation, reading)
    found = rete.judge(situation, reading)
    assert found.casus == expected.casus
    assert found.steps == expected.steps
    assert conclude(situation, found) == conclude(situation, expected)


def compare_on_shipped(name: str) -> int:
    """How many distinct judgements of a shipped scenario were compared, under the default and every profile."""
    library = Library()
    scenario = library.scenario(name)
    clauses = dict.fromkeys([*scenario.clauses, *(each.clause for each in scenario.expect)])
    known = library.rules_for(clauses)
    seen: set[tuple[object, ...]] = set()
    for profile in (None, *known.profiles.values()):
        choices, account = under(profile, {}, None)
        account = account if disputants(scenario) else None
        for clause in clauses:
            for situation in find_situations(known, Facts(scenario, account), clause):
                reading = Reading(choices, known)
                judgement = reference.judge(situation, reading)
                made = tuple(choices_of(judgement, reading.within(situation)).items())
                key = (clause, situation.case.event, account, made)
                if key not in seen:
                    # the same choices in the same event are compared once, for one obligor
                    seen.add(key)
                    see_that_they_agree(situation, reading)
                    break
    return len(seen)
