"""What durable-rules cannot be trusted with is seen before it is compiled; the reference answers, and the run says so.

Beyond these limits the library hangs, ends the process or answers wrongly, so a limit that is not checked takes the
answer with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from bisect import bisect
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from foedus import reference, rete
from foedus.formula import All, AnyOf, AtLeast, Formula, Layer, Not, Some, Test, Who
from foedus.ground import TEMPORAL_SCOPE, Facts, Reading, Rules, Situation, find_situations
from foedus.model import Clause, Duty, Event, Party, Period, Scenario, Stated, Treaty, Version
from foedus.report.finding import show_run
from foedus.report.page import Page
from foedus.report.record import run_record
from foedus.run import run
from foedus.vocabulary import Attribute
from generated import ACTORS, DAY, SOURCE, TEMPORAL, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from foedus.vocabulary import Value

pytestmark = pytest.mark.skipif(not rete.is_available(), reason="durable-rules does not load on this Python")

MANY_VALUES = Attribute("choice", "Which?", values={f"v{i}": "" for i in range(1000)})


def asked(
    formula: Formula, facts: dict[str, Value], others: tuple[Event, ...] = (), event: str = "e"
) -> tuple[Rules, Scenario]:
    """A clause with that trigger, and a scenario with one event that it may be about, and others."""
    clause = Clause("c", "1", "defense", (Version(formula, Duty()),))
    parties = {"AAA": Party(), "BBB": Party()}
    treaty = Treaty("t", "T", "T", Period(DAY), parties, {"art-1": clause}, SOURCE)
    vocabulary = replace(VOCABULARY, attributes={**VOCABULARY.attributes, "which": MANY_VALUES})
    rules = Rules(vocabulary, ACTORS, {TEMPORAL_SCOPE: TEMPORAL}, {"t": treaty}, {}, {})
    stated = {name: Stated(value) for name, value in facts.items()}
    this = Event(event, DAY, Stated("strike"), Stated("CCC"), Stated("AAA"), facts=stated)
    return rules, Scenario("s", "S", "S", ("t/art-1",), (this, *others))


def case_of(rules: Rules, scenario: Scenario) -> tuple[Situation, Reading]:
    return next(find_situations(rules, Facts(scenario), "t/art-1")), Reading({}, rules)


def listed_values(count: int) -> tuple[Rules, Scenario]:
    return asked(Test("which", "is", tuple(f"v{i}" for i in range(count))), {"which": "v999"})


def questions_of_one_fact(count: int) -> tuple[Rules, Scenario]:
    return asked(All(tuple(Test("deaths", "at_least", (i,)) for i in range(count))), {"deaths": 1000})


def events_looked_for(count: int) -> tuple[Rules, Scenario]:
    others = tuple(
        Event(f"x{i}", DAY, Stated("strike"), Stated("AAA"), Stated("CCC"), facts={"deaths": Stated(i)})
        for i in range(count)
    )
    sought = Some(All((Test("deaths", "at_least", (count,)), Who("by", ("AAA",)))))
    return asked(sought, {"deaths": 0}, others)


def conditions_counted(count: int) -> tuple[Rules, Scenario]:
    parts = tuple(Not(Test("deaths", "is", (i,))) for i in range(count))
    return asked(AtLeast(count - 1, parts), {"deaths": 1})


def number(count: int) -> tuple[Rules, Scenario]:
    return asked(Test("deaths", "at_least", (10**18 - 100 + count,)), {"deaths": 10**18 - 100 + count})


class CompiledError(Exception):
    """Stands for the library, which must not be reached."""


def is_compiled(make: Callable[[int], tuple[Rules, Scenario]], count: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the trigger of a case of that size is given to the library at all."""

    def never() -> object:
        raise CompiledError

    situation, reading = case_of(*make(count))
    trigger = next(each for each in situation.casus.parts if isinstance(each, Layer) and each.stage == "trigger")
    with monkeypatch.context() as patched:
        patched.setattr(rete, "_ruleset_class", never)
        with pytest.raises((CompiledError, rete.TooLargeError)) as what:
            rete._derive(situation, reading.within(situation), [trigger])  # noqa: SLF001 - one layer by itself
    return what.type is CompiledError


@pytest.mark.parametrize(
    ("make", "most", "what"),
    [
        (listed_values, 400, "values"),
        (questions_of_one_fact, 70, "rules on one fact"),
        (events_looked_for, 140, "conditions"),
        (conditions_counted, 20, "conditions to count"),
        (number, 110, "a number beyond"),
    ],
)
def test_at_a_limit_durable_rules_answers_and_beyond_it_nothing_is_compiled(
    make: Callable[[int], tuple[Rules, Scenario]], most: int, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = range(2, most)
    limit = sizes[bisect(sizes, False, key=lambda count: not is_compiled(make, count, monkeypatch)) - 1]
    assert is_compiled(make, limit, monkeypatch)
    assert not is_compiled(make, limit + 1, monkeypatch)
    assert limit + 1 < most
    situation, reading = case_of(*make(limit))
    assert rete.judge(situation, reading) == reference.judge(situation, reading)
    with pytest.raises(rete.TooLargeError, match=what):
        rete.judge(*case_of(*make(limit + 1)))


def test_a_conjunction_of_any_length_is_split_within_the_limit_of_conditions_in_a_rule() -> None:
    names: list[tuple[str, Value]] = [("first", True), ("place", "home"), ("gravity", "high")]
    for length in range(rete.MAX_BODY - 1, rete.MAX_BODY + 5):
        wide = tuple(AnyOf((_is(names[i % 3]), Test("deaths", "is", (i,)))) for i in range(length))
        situation, reading = case_of(*asked(All(wide), {**dict(names), "deaths": 7}))
        assert rete.judge(situation, reading) == reference.judge(situation, reading)


def _is(named: tuple[str, Value]) -> Test:
    return Test(named[0], "is", (named[1],))


@pytest.mark.parametrize(
    "event", ["$m", "$and", "m0", "node", "e.deaths", "Überfall-事件", "💥", "x" * 10_000, 'a"b\\c']
)
def test_any_name_of_an_event_is_only_a_name(event: str) -> None:
    formula = All((Test("deaths", "at_least", (3,)), Not(Test("place", "is", ("sea",)))))
    situation, reading = case_of(*asked(formula, {"deaths": 3, "place": "home"}, event=event))
    assert rete.judge(situation, reading) == reference.judge(situation, reading)
    assert rete.judge(situation, reading).casus.value


@pytest.mark.parametrize("size", [2**31 - 1, 2**31, 2**32, 2**53, 2**53 + 1, 10**18])
def test_large_numbers_are_compared_exactly(size: int) -> None:
    for at_least in (size - 1, size):
        for deaths in (size - 1, size, -size):
            case = case_of(*asked(Test("deaths", "at_least", (at_least,)), {"deaths": deaths}))
            assert rete.judge(*case) == reference.judge(*case)


def test_a_run_beyond_a_limit_is_judged_by_the_reference_and_says_so() -> None:
    rules, scenario = listed_values(600)
    found = run(rules, scenario, executor="rete")
    assert found.executor == "reference"
    assert found.beyond == "600 values, of at most 300"
    assert found.findings == run(rules, scenario).findings
    page = Page()
    show_run(page, found, None, {}, everything=False)
    text = " ".join(" ".join(page.lines).split())
    assert "judged by the reference evaluator, as durable-rules is not trusted with 600 values, of at most 300" in text
    record = run_record(found, {}, None, {})
    assert (record["executor"], record["beyond_rete"]) == ("reference", "600 values, of at most 300")


def test_a_run_within_the_limits_says_nothing_of_them() -> None:
    found = run(*listed_values(3), executor="rete")
    assert (found.executor, found.beyond) == ("rete", None)
    assert run(*listed_values(600)).beyond is None


def test_a_large_scenario_is_answered_and_the_process_lives(tmp_path: Path) -> None:
    """In a process of its own: hundreds of events, long names, large numbers, all kinds of letters."""
    events = [
        {
            "id": f"évènement-{i}-事件-{'x' * 200}",
            "date": f"2025-{1 + i % 12:02}-{1 + i % 28:02}",
            "act": "request-for-assistance" if i else "invasion",
            "by": "PRK" if i else "KOR",
            **({"about": f"évènement-0-事件-{'x' * 200}"} if i else {"against": "PRK"}),
            "gravity": ["minor", "serious", "grave"][i % 3],
            "deaths": 10**17 + i,
        }
        for i in range(300)
    ]
    data = {
        "scenario": "big",
        "title": "t",
        "summary": "s" * 10_000,
        "clauses": ["rus-prk-2024/art-4"],
        "events": events,
    }
    (tmp_path / "big.yaml").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-m", "foedus", "run", "big.yaml", "--profile", "moscow", "--json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert result.returncode == 0, result.stderr[-500:]
    found = json.loads(result.stdout)
    assert found["executor"] == ("reference" if found["beyond_rete"] else "rete")
    assert found["overall"]["rus-prk-2024/art-4"]["casus"] in {"arises", "does-not-arise", "undetermined"}
