"""Every `expect:` of every shipped scenario is a test; `foedus test` is the same runner."""

from __future__ import annotations

import pytest
from foedus.loading.library import Library
from foedus.run import meets

LIBRARY = Library()
RULES = LIBRARY.everything()
SCENARIOS = LIBRARY.scenarios()
LIBRARY.check(RULES, SCENARIOS.values())
EXPECTATIONS = [(name, index) for name, scenario in SCENARIOS.items() for index in range(len(scenario.expect))]


@pytest.mark.parametrize(("name", "index"), EXPECTATIONS, ids=[f"{name}-{index + 1}" for name, index in EXPECTATIONS])
def test_foedus_finds_what_the_scenario_expects(name: str, index: int) -> None:
    scenario = SCENARIOS[name]
    is_met, found = meets(RULES, scenario, scenario.expect[index])
    assert is_met, found


def test_every_scenario_expects_something() -> None:
    assert [name for name, scenario in SCENARIOS.items() if not scenario.expect] == []


def test_every_definition_has_a_source_and_every_profile_a_source_or_a_confession() -> None:
    assert all(profile.source or profile.stylised for profile in RULES.profiles.values())
    for term in RULES.terms.values():
        assert all(definition.source.title for definition in term.definitions.values())


@pytest.mark.parametrize("extreme", ["narrowest", "widest"])
def test_the_extreme_profiles_choose_for_every_open_term(extreme: str) -> None:
    reading = RULES.profiles[extreme].reading
    assert [name for name, term in RULES.terms.items() if len(term.definitions) > 1 and name not in reading] == []
