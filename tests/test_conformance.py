"""Every executor on every case of the conformance suite, and the suite is what its command makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from comparing import ByDiagram
from conforming import FOLDER, LEVELS, answer, answer_over_all_readings, read, suite
from foedus import reference, rete

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = {level: json.loads((FOLDER / f"level-{level}.json").read_text(encoding="utf-8")) for level in LEVELS}
CASES = [(level, case) for level, file in FILES.items() for case in file["cases"]]
OF_ONE_READING = [pytest.param(level, case, id=case["id"]) for level, case in CASES if level < 6]
OF_ALL_READINGS = [pytest.param(case, id=case["id"]) for level, case in CASES if level == 6]


@pytest.mark.parametrize(("level", "case"), OF_ONE_READING)
def test_the_reference_conforms(level: int, case: Mapping[str, Any]) -> None:
    assert answer(level, read(case), reference.judge) == case["expect"]


@pytest.mark.skipif(not rete.is_available(), reason="durable-rules does not load on this Python")
@pytest.mark.parametrize(("level", "case"), OF_ONE_READING)
def test_durable_rules_conforms(level: int, case: Mapping[str, Any]) -> None:
    assert answer(level, read(case), rete.judge) == case["expect"]


@pytest.mark.parametrize(("level", "case"), OF_ONE_READING)
def test_the_diagram_conforms(level: int, case: Mapping[str, Any]) -> None:
    """On the casus and each step; it may settle what Kleene's logic leaves unknown."""
    drawn = read(case)
    for situation in drawn.situations[:1] if level < 5 else drawn.situations:
        judgement = reference.judge(situation, drawn.reading)
        values = [judgement.casus.value, *(each.value for pair in judgement.steps.values() for each in pair)]
        truths = ByDiagram(situation).truths(drawn.reading, {})
        assert all(value in {None, truth} for value, truth in zip(values, truths, strict=True))


@pytest.mark.parametrize("case", OF_ALL_READINGS)
def test_the_space_of_readings_conforms(case: Mapping[str, Any]) -> None:
    assert json.loads(json.dumps(answer_over_all_readings(read(case).question))) == case["expect"]


@pytest.mark.parametrize("level", LEVELS)
def test_the_suite_is_what_its_command_makes(level: int) -> None:
    assert suite(level, FILES[level]["seed"]) == (FOLDER / f"level-{level}.json").read_text(encoding="utf-8")


def test_the_suite_is_small_and_has_every_outcome() -> None:
    assert sum(file.stat().st_size for file in FOLDER.glob("*.json")) < 400_000
    values = {case["expect"]["value"] for level, case in CASES if level < 5}
    findings = [each for level, case in CASES if level == 5 for each in case["expect"]["findings"]]
    assert values == {True, False, None}
    assert {each["casus"] for each in findings} == {"arises", "does-not-arise", "undetermined"}
    assert {each["duty"] for each in findings} == {"due", "left-to-the-party", "dormant", "not-due", "undetermined"}
