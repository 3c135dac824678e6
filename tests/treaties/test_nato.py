"""The North Atlantic Treaty, article by article."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from foedus.derivation import Overall
from foedus.loading.library import Library
from foedus.model import Event, Scenario, Stated
from foedus.run import run

if TYPE_CHECKING:
    from foedus.vocabulary import Value

NATO = Library().rules_for(["nato-1949/art-4", "nato-1949/art-5"], profiles=[])


def bombardment(against: str = "POL", day: date = date(2027, 5, 1), **facts: Value) -> Scenario:
    usual: dict[str, Value] = {
        "gravity": "grave",
        "perpetrator": "state-forces",
        "attribution": "state-organ",
        "place": "home-territory",
        "region": "europe",
        "target": "territory",
        "intent": "deliberate",
    }
    stated = {name: Stated(value) for name, value in {**usual, **facts}.items()}
    event = Event("attack", day, Stated("bombardment"), Stated("ZZZ"), Stated(against), facts=stated)
    return Scenario("attack", "", "", ("nato-1949/art-5",), (event,))


def found(scenario: Scenario, clause: str = "nato-1949/art-5", **define: Value) -> Overall:
    return run(NATO, scenario, clauses=[clause], choices=define).overall(clause)


class TestArticle5:
    """An armed attack on one Ally in Europe or North America is one on all; each acts as it deems necessary."""

    def test_an_attack_on_the_soil_of_an_ally_leaves_to_each_what_it_owes(self) -> None:
        assert found(bombardment()) == Overall("arises", "left-to-the-party")

    def test_it_makes_a_case_for_every_other_ally(self) -> None:
        findings = run(NATO, bombardment()).findings["nato-1949/art-5"]
        assert len(findings) == len(NATO.treaties["nato-1949"].parties) - 1

    def test_a_small_attack_is_one_only_where_any_force_is(self) -> None:
        assert found(bombardment(gravity="minor")).casus == "does-not-arise"
        assert found(bombardment(gravity="minor"), **{"armed-attack": "any-force"}).casus == "arises"

    def test_finland_is_covered_from_its_accession(self) -> None:
        before = found(bombardment("FIN", date(2023, 1, 1)))
        after = found(bombardment("FIN", date(2024, 1, 1)))
        assert (before.casus, after.casus) == ("does-not-arise", "arises")


class TestArticle6:
    """Territory in Europe or North America, Türkiye, islands north of the Tropic of Cancer, and forces in that area."""

    def test_an_attack_outside_the_area_is_none_on_all(self) -> None:
        assert found(bombardment("USA", region="pacific", place="island-territory")).casus == "does-not-arise"
        assert found(bombardment("GBR", region="south-atlantic", place="overseas-territory")).casus == "does-not-arise"


class TestArticle4:
    """The Allies consult whenever one of them thinks itself threatened, wherever that is."""

    def test_an_attack_anywhere_can_be_consulted_on_by_the_plain_meaning_of_threat(self) -> None:
        far = bombardment("USA", region="pacific", place="island-territory")
        assert found(far, "nato-1949/art-4", threat="any-threat").casus == "arises"
