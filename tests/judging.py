"""Findings for tests of laws, on generated rules and on the shipped library."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from foedus import reference
from foedus.derivation import conclude
from foedus.ground import Facts, Reading, Rules, Situation, find_situations
from foedus.loading.library import Library
from foedus.run import run, under

if TYPE_CHECKING:
    from collections.abc import Mapping

    from foedus.derivation import Finding
    from foedus.model import Scenario
    from foedus.vocabulary import Value

CLAUSE = "t/art-1"
T = TypeVar("T")


@cache
def shipped() -> tuple[Rules, dict[str, Scenario]]:
    """All shipped rules and scenarios."""
    library = Library()
    return library.everything(), library.scenarios()


SHIPPED = sorted(Library().index["scenario"])
PROFILES = [None, *sorted(Library().index["profile"])]


def found(
    known: Rules,
    scenario: Scenario,
    choices: Mapping[str, Value],
    account: str | None,
    clause: str = CLAUSE,
) -> list[Finding]:
    return list(run(known, scenario, clauses=[clause], choices=choices, account=account).findings[clause])


def verdicts(findings: list[Finding]) -> set[tuple[object, ...]]:
    return {(f.case.obligor, f.case.beneficiary, f.case.adversary, f.case.event, f.casus, f.duty) for f in findings}


def judged(situation: Situation, choices: Mapping[str, Value]) -> Finding:
    return conclude(situation, reference.judge(situation, Reading(choices, situation.rules)))


def situations(known: Rules, scenario: Scenario, account: str | None, clause: str = CLAUSE) -> list[Situation]:
    return list(find_situations(known, Facts(scenario, account), clause))


def as_profile(known: Rules, profile: str | None) -> tuple[dict[str, Value], str | None]:
    """The choices and the account of a shipped profile."""
    return under(known.profiles[profile] if profile else None, {}, None)


def renamed(value: T, names: Mapping[str, str]) -> T:
    """Anything with some words written otherwise, wherever they stand."""
    return _renamed(value, names)  # type: ignore[no-any-return]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - anything
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {_renamed(key, names): _renamed(each, names) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_renamed(each, names) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _renamed(getattr(value, f.name), names) for f in fields(value)})
    return value
