"""Every executor against the reference: on generated rules and scenarios, on a small scope in full, and on all shipped.

Compared are whole derivations, which hold casus, duty and grounds, not verdicts alone.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest
from comparing import as_program, compare_on_drawn, compare_on_shipped, see_that_they_agree
from foedus import rete
from foedus.formula import All, AnyOf, AtLeast, Not, Test
from foedus.ground import TEMPORAL_SCOPE, Facts, Reading, Rules, find_situations
from foedus.loading.library import Library
from foedus.model import Clause, Duty, Event, Party, Period, Scenario, Stated, Step, Treaty, Version
from generated import ACTORS, DAY, SOURCE, TEMPORAL, TEXTS, VOCABULARY, accounts, days, readings, rules, scenarios
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

    from foedus.formula import Formula
    from foedus.ground import Situation
    from foedus.vocabulary import Value

needs_rete = pytest.mark.skipif(not rete.is_available(), reason="durable-rules does not load on this Python")

MANY = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))


@needs_rete
@MANY
@given(st.data())
def test_executors_agree_on_generated_rules_and_scenarios(data: st.DataObject) -> None:
    """durable-rules and the reference find the same, for the same reasons."""
    generated = data.draw(rules())
    scenario = data.draw(scenarios())
    facts = Facts(scenario, data.draw(accounts), data.draw(st.none() | days))
    reading = Reading(data.draw(readings(generated)), generated)
    for situation in find_situations(generated, facts, "t/art-1"):
        see_that_they_agree(situation, reading)


CHUNKS, IN_A_CHUNK = 40, 1000


def test_executors_agree_on_forty_thousand_drawn_cases() -> None:
    """Whole derivations for one case in four, values for all; `bench/agreement.py` goes on to a million."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["comparing"])
    with ProcessPoolExecutor(2, mp_context=context, max_tasks_per_child=1) as pool:
        found = list(pool.map(compare_on_drawn, range(CHUNKS), [IN_A_CHUNK] * CHUNKS))
    differences = [each for one in found for each in one.differences]
    assert not differences, as_program(*differences[0])
    assert sum(each.by_diagram for each in found) >= CHUNKS * IN_A_CHUNK
    assert sum(each.by_rete for each in found) >= (CHUNKS * IN_A_CHUNK // 5 if rete.is_available() else 0)


@needs_rete
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_executors_agree_on_every_small_formula(count: int) -> None:
    """Each connective over each combination of true, false and unknown."""
    names: list[tuple[str, Value]] = [("first", True), ("place", "home"), ("gravity", "high")]
    tests = tuple(Test(name, "is", (value,)) for name, value in names)
    formulas: list[Formula] = [
        All(tests),
        AnyOf(tests),
        Not(tests[0]),
        AtLeast(count, tests),
        Not(AtLeast(count, tests)),
    ]
    others: dict[str, Value] = {"first": False, "place": "sea", "gravity": "low"}
    for formula, truths in product(formulas, product([True, False, None], repeat=3)):
        facts = {}
        for (name, value), truth in zip(names, truths, strict=True):
            if truth is not None:
                facts[name] = Stated(value if truth else others[name])
        see_that_they_agree(*small(formula, facts))


def small(formula: Formula, facts: dict[str, Stated]) -> tuple[Situation, Reading]:
    version = Version(formula, Duty(), procedure={"step": Step("step", formula)})
    clause = Clause("c", "1", "defense", (version,))
    parties = {"AAA": Party(), "BBB": Party()}
    treaty = Treaty("t", "T", "T", Period(DAY), parties, {"art-1": clause}, SOURCE, None, TEXTS)
    known = Rules(VOCABULARY, ACTORS, {TEMPORAL_SCOPE: TEMPORAL}, {"t": treaty}, {}, {})
    event = Event("e", DAY, Stated("strike"), Stated("CCC"), Stated("AAA"), facts=facts)
    scenario = Scenario("s", "S", "S", ("t/art-1",), (event,))
    return next(find_situations(known, Facts(scenario), "t/art-1")), Reading({}, known)


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """A process that is renewed before the memory that durable-rules keeps grows large."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=4) as pool:
        yield pool


@needs_rete
@pytest.mark.parametrize("name", sorted(Library().index["scenario"]))
def test_executors_agree_on_shipped_scenarios_under_every_profile(name: str, worker: ProcessPoolExecutor) -> None:
    """So they do on every case that comes with foedus."""
    assert worker.submit(compare_on_shipped, name).result() > 0
