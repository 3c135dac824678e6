"""The network of a day: what history knows of it, and that every form of it tells the same."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from foedus.cli import app
from foedus.loading.library import Library
from foedus.network import Network, find_network
from foedus.report.layout import GAP, place
from foedus.report.network import drawing, graphml
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

    from foedus.ground import Rules

RUNNER = CliRunner()
NS = "{http://graphml.graphdrawing.org/xmlns}"


@cache
def known() -> Rules:
    return Library().everything()


def on(day: str, **asked: Any) -> Network:  # noqa: ANN401 - what `find_network` takes
    return find_network(known(), date.fromisoformat(day), **asked)


def bound(network: Network, clause: str) -> set[tuple[str, str]]:
    return {(edge.obligor, edge.beneficiary) for edge in network.edges if edge.clause == clause}


def foedus(*arguments: str) -> str:
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def test_for_italy_both_others_are_bound_and_for_germany_italy_alone() -> None:
    assert bound(on("1914-07-28"), "triple-1882/art-2") == {("AUH", "ITA"), ("DEU", "ITA"), ("ITA", "DEU")}


def test_locarno_binds_germany_and_each_neighbour_and_not_the_neighbours_to_each_other() -> None:
    pairs = {frozenset(pair) for pair in bound(on("1930-01-01"), "locarno-1925/art-2")}
    assert pairs == {frozenset({"DEU", "FRA"}), frozenset({"DEU", "BEL"})}


def test_a_guarantee_runs_one_way() -> None:
    edges = [edge for edge in on("1914-07-28").edges if edge.treaty == "london-1839"]
    assert {edge.beneficiary for edge in edges} == {"BEL"}
    assert {edge.obligor for edge in edges} == {"AUH", "DEU", "FRA", "GBR", "RUE"}
    assert not any(edge.mutual for edge in edges)


def test_an_adversary_is_named_where_the_clause_names_one_and_the_day_knows_it() -> None:
    against = {edge.clause: edge.against for edge in on("1914-07-28").edges}
    assert against["dual-1879/art-1"] == ("RUE",)
    assert against["dual-1879/art-2-1"] == ()


def test_nobody_is_bound_before_it_joins_or_after_it_left() -> None:
    assert not bound(on("2023-04-03"), "nato-1949/art-5") & {("FIN", "USA"), ("USA", "FIN")}
    assert bound(on("2023-04-04"), "nato-1949/art-5") >= {("FIN", "USA"), ("USA", "FIN")}
    assert on("1600-01-01").edges == ()


def test_a_network_can_be_of_one_kind_and_of_one_state() -> None:
    whole = on("1914-07-28")
    assert on("1914-07-28", kind="neutrality").edges == tuple(e for e in whole.edges if e.kind == "neutrality")
    assert on("1914-07-28", party="ITA").edges == tuple(e for e in whole.edges if "ITA" in {e.obligor, e.beneficiary})


@pytest.mark.parametrize("day", ["1914-07-28", "1600-01-01"])
def test_graphml_holds_the_edges_of_the_network(day: str) -> None:
    network = on(day)
    root = ET.fromstring(graphml(network).encode())  # noqa: S314 - our own text
    names = {key.get("id"): key.get("attr.name") for key in root.iter(f"{NS}key")}
    assert [node.get("id") for node in root.iter(f"{NS}node")] == list(network.actors)
    found = []
    for each in root.iter(f"{NS}edge"):
        data = {names[part.get("key")]: part.text for part in each.iter(f"{NS}data")}
        found.append((data["clause"], each.get("source"), each.get("target"), data["title"], data["kind"],
                      data["mutual"] == "true", data.get("against", "")))  # fmt: skip
    assert found == [
        (e.clause, e.obligor, e.beneficiary, e.title, e.kind, e.mutual, ",".join(e.against)) for e in network.edges
    ]
    ids = [each.get("id") for each in root.iter(f"{NS}edge")]
    assert len(ids) == len(set(ids))


def test_node_link_data_has_the_documented_keys_and_hangs_together() -> None:
    found = json.loads(foedus("network", "--on", "1914-07-28", "--json"))
    assert set(found) == {"directed", "multigraph", "graph", "nodes", "edges", "inputs"}
    ids = {node["id"] for node in found["nodes"]}
    assert ids == {each[end] for each in found["edges"] for end in ("source", "target")}
    keys = [(each["source"], each["target"], each["key"]) for each in found["edges"]]
    assert len(keys) == len(set(keys)) == len(on("1914-07-28").edges)
    page = (Library().rule_roots[0].parent / "docs" / "json.md").read_text(encoding="utf-8")
    for name in {*found["graph"], *found["nodes"][0], *found["edges"][0]}:
        assert f"`{name}`" in page


def test_two_days_are_compared() -> None:
    found = json.loads(foedus("network", "--on", "1939-09-01", "--against", "1939-08-20", "--json"))
    assert {edge["treaty"] for edge in found["added"]} >= {"gbr-pol-1939", "deu-sun-1939"}
    page = foedus("network", "--on", "1939-09-01", "--against", "1939-08-20")
    assert "added" in page
    assert "lost: nothing" in page


def test_a_drawing_shows_every_state_once_and_every_treaty() -> None:
    for day in ("1914-07-28", "1939-09-01", "2025-01-01"):
        network = on(day)
        drawn = drawing(network)
        text = "\n".join(drawn.labels.values()).replace("\n", " ").replace("\u00a0", " ").replace(",", "\n")
        assert sum(len(label.split(", ")) for label in drawn.labels.values()) <= len(network.actors)
        for code in network.actors:
            assert network.rules.actors[code].name in text
        assert drawn.hubs.keys() | drawn.numbers.keys() == network.treaties.keys()
        assert {
            end for line in drawn.lines for end in (line.one, line.other)
        } == drawn.labels.keys() | drawn.hubs.keys()


def test_a_treaty_of_many_is_a_hub_and_one_of_three_is_not() -> None:
    hubs = drawing(on("2025-01-01")).hubs
    assert "nato-1949" in hubs
    assert "anzus-1951" not in hubs


def test_no_two_boxes_of_a_drawing_overlap() -> None:
    drawn = drawing(on("2025-01-01"))
    sizes = {name: (0.07 * len(label) ** 0.5 * 4, 0.3) for name, label in {**drawn.labels, **drawn.hubs}.items()}
    ties = {(line.one, line.other): 1.5 for line in drawn.lines}
    points = place(sizes, ties)
    assert points == place(dict(reversed(sizes.items())), dict(reversed(ties.items())))
    names = sorted(points)
    for index, one in enumerate(names):
        for other in names[:index]:
            (x, y), (u, v) = points[one], points[other]
            wide, high = ((sizes[one][axis] + sizes[other][axis]) / 2 for axis in (0, 1))
            assert abs(x - u) > wide + GAP - 0.01 or abs(y - v) > high + GAP - 0.01, (one, other)


def test_dot_has_a_node_for_each_box_and_an_edge_for_each_line() -> None:
    text = foedus("network", "--on", "1914-07-28", "--format", "dot")
    drawn = drawing(on("1914-07-28"))
    assert len(re.findall(r'^  "[^"]+" -> "[^"]+" \[.*\]$', text, re.MULTILINE)) == len(drawn.lines)
    assert len(re.findall(r'^  "[^"]+" \[.*\]$', text, re.MULTILINE)) == len(drawn.labels) + len(drawn.hubs)
    assert text.count("{") == text.count("}") == 1


@pytest.mark.parametrize("form", ["svg", "png", "pdf", "html"])
def test_the_network_is_drawn_and_the_same_every_time(form: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"first.{form}", tmp_path / f"second.{form}"
    for target in (first, second):
        foedus("network", "--on", "1914-07-28", "--plot", str(target))
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size > 5000


def test_a_day_without_treaties_is_said_and_drawn(tmp_path: Path) -> None:
    assert "nothing" in foedus("network", "--on", "1600-01-01", "--plot", str(tmp_path / "none.svg"))
    assert (tmp_path / "none.svg").exists()


def test_a_network_is_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "network.txt"
    assert foedus("network", "--on", "1914-07-28", "--output", str(target)) == ""
    assert "Triple Alliance" in target.read_text(encoding="utf-8")


def test_the_graph_as_json_is_the_record_and_can_be_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "network.json"
    foedus("network", "--on", "1914-07-28", "--format", "json", "--output", str(target))
    assert json.loads(target.read_text(encoding="utf-8")) == json.loads(
        foedus("network", "--on", "1914-07-28", "--json")
    )
