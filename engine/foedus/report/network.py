"""The network of a day: as a page, as node-link data, as GraphML, and simplified for a drawing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any, get_args

from foedus import __version__
from foedus.explain import day, listed
from foedus.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from foedus.network import Edge, Network
    from foedus.report.page import Page

CAUTION = "Who is bound to whom by the text; whether the case has come is what `foedus run` tells."
UNSURE = " *"
DISCRETION = {
    "none": "",
    "form": "its form is for the obligor to choose",
    "self-judging": "left to the obligor, which decides itself what it owes",
}
KINDS: tuple[Kind, ...] = get_args(Kind)


# The page


def show_network(page: Page, network: Network, other: Network | None) -> None:
    """Treaty by treaty who is bound to whom; or, beside another day, what came and what is gone."""
    if other is None:
        page.line(f"{heading(network)}: {_counted(network)}", "bold")
        _show_treaties(page, network)
        if network.edges:
            page.line()
            page.line(CAUTION, "dim")
            page.line("*: days that are not certain; `foedus show` says which and why.", "dim")
        return
    page.line(f"{heading(network)}, compared with {day(other.on)}", "bold")
    for word, part in (("added", network.without(other)), ("lost", other.without(network))):
        page.line()
        page.line(f"{word}: {_counted(part)}", "bold")
        _show_treaties(page, part)


def heading(network: Network) -> str:
    """The day, and what was asked for."""
    only = [network.kind or "", f"{network.rules.actors[network.party].name} only" if network.party else ""]
    return ", ".join([day(network.on), *filter(None, only)])


def _counted(network: Network) -> str:
    if not network.edges:
        return "nothing"
    treaties, duties = len(network.treaties), len(network.edges)
    return (
        f"{treaties} {'treaty' if treaties == 1 else 'treaties'}, {len(network.actors)} parties, "
        f"{duties} {'duty' if duties == 1 else 'duties'} of one towards another"
    )


def _show_treaties(page: Page, network: Network) -> None:
    for name, edges in network.treaties.items():
        treaty = network.rules.treaties[name]
        page.line()
        everybody = _actors(edges)
        is_unsure = treaty.in_force.unsure or any(treaty.parties[code].unsure for code in everybody)
        page.line(f"{name} · {treaty.short}{UNSURE if is_unsure else ''}", "bold")
        page.line(_names(network, everybody), indent=2, hang=2)
        clauses: dict[str, list[Edge]] = {}
        for edge in edges:
            clauses.setdefault(edge.clause, []).append(edge)
        for own in clauses.values():
            _show_clause(page, network, own, everybody)


def _show_clause(page: Page, network: Network, edges: Sequence[Edge], everybody: frozenset[str]) -> None:
    first = edges[0]
    page.field(first.kind, f"{first.article}: {first.title}", column=15)
    said = [_arrow(network, obligors, beneficiaries, everybody) for obligors, beneficiaries in _groups(edges)]
    if first.against:
        said.append(f"against {_names(network, first.against, 'or')}")
    said += filter(None, [DISCRETION[first.discretion]])
    page.line("; ".join(said), indent=17, hang=2)


def _groups(edges: Sequence[Edge]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Obligors with the same beneficiaries; each counts as its own where the others owe to it too and it says less."""
    everyone = {edge.beneficiary for edge in edges}
    ways = []
    for own in (everyone, set()):
        owed: dict[str, set[str]] = {}
        for edge in edges:
            owed.setdefault(edge.obligor, {edge.obligor} & own).add(edge.beneficiary)
        groups: dict[frozenset[str], set[str]] = {}
        for obligor, beneficiaries in owed.items():
            groups.setdefault(frozenset(beneficiaries), set()).add(obligor)
        ways.append([(frozenset(obligors), beneficiaries) for beneficiaries, obligors in groups.items()])
    return min(ways, key=len)


def _arrow(network: Network, obligors: frozenset[str], beneficiaries: frozenset[str], everybody: frozenset[str]) -> str:
    if obligors == beneficiaries:
        each = "each to the other" if len(obligors) < 3 else "each to each other"  # noqa: PLR2004 - two have one other
        return each if obligors == everybody else f"{_names(network, obligors)}, {each}"
    if len(obligors) == 1:
        beneficiaries -= obligors
    return f"{_names(network, obligors)} → {_names(network, beneficiaries)}"


def _names(network: Network, codes: Iterable[str], last: str = "and") -> str:
    return listed(sorted(network.rules.actors[code].name for code in codes), last)


def _actors(edges: Iterable[Edge]) -> frozenset[str]:
    return frozenset(code for edge in edges for code in (edge.obligor, edge.beneficiary))


# Data


def network_record(network: Network, inputs: Mapping[str, str]) -> dict[str, Any]:
    """The network in the node-link form of networkx, whose `key` tells parallel edges apart."""
    actors = network.rules.actors
    return {
        "directed": True,
        "multigraph": True,
        "graph": {
            "on": network.on.isoformat(),
            "kind": network.kind,
            "party": network.party,
            "foedus": __version__,
        },
        "nodes": [
            {"id": code, "label": actors[code].name, "kind": actors[code].kind, "cow": actors[code].cow}
            for code in network.actors
        ],
        "edges": [edge_record(edge) for edge in network.edges],
        "inputs": dict(sorted(inputs.items())),
    }


def edge_record(edge: Edge) -> dict[str, Any]:
    """An edge as plain data."""
    return {
        "source": edge.obligor,
        "target": edge.beneficiary,
        "key": edge.clause,
        "treaty": edge.treaty,
        "article": edge.article,
        "title": edge.title,
        "kind": edge.kind,
        "discretion": edge.discretion,
        "mutual": edge.mutual,
        "against": list(edge.against),
    }


def graphml(network: Network) -> str:
    """The network as GraphML, the form that Gephi, networkx, igraph and yEd read; lists are joined with commas."""
    from xml.etree import ElementTree as ET

    record = network_record(network, {})
    root = ET.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    graph = ET.Element("graph", id=record["graph"]["on"], edgedefault="directed")
    used: dict[tuple[str, str], str] = {}

    def fill(parent: ET.Element, scope: str, data: Mapping[str, Any]) -> None:
        for name, value in data.items():
            if value is None or value == []:
                continue
            form = {bool: "boolean", int: "int"}.get(type(value), "string")
            key = used.setdefault((scope, name), f"{scope}-{name}")
            if root.find(f"key[@id='{key}']") is None:
                ET.SubElement(root, "key", {"id": key, "for": scope, "attr.name": name, "attr.type": form})
            text = ",".join(value) if isinstance(value, list) else str(value).lower() if form == "boolean" else value
            ET.SubElement(parent, "data", key=key).text = str(text)

    fill(graph, "graph", record["graph"])
    for node in record["nodes"]:
        fill(ET.SubElement(graph, "node", id=node["id"]), "node", {k: v for k, v in node.items() if k != "id"})
    for each in record["edges"]:
        ends = {"source": each["source"], "target": each["target"]}
        name = f"{each['key']}:{each['source']}:{each['target']}"
        rest = {"clause": each["key"], **{k: v for k, v in each.items() if k not in {"source", "target", "key"}}}
        fill(ET.SubElement(graph, "edge", id=name, **ends), "edge", rest)
    root.append(graph)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


# For a drawing


@dataclass(frozen=True, order=True)
class Line:
    """A line of the drawing, towards who is owed; `both` where each owes the other; and the treaties it stands for."""

    one: str
    other: str
    kind: Kind
    both: bool
    treaties: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """The network with a treaty of many drawn as a node of its own, a hub, to which its States are tied.

    A box of several States goes by the code of the first.
    """

    labels: dict[str, str]
    hubs: dict[str, str]
    lines: tuple[Line, ...]

    @property
    def numbers(self) -> dict[str, int]:
        """Treaty to its number in the key, for those that are no hub."""
        named = sorted({name for line in self.lines for name in line.treaties if name not in self.hubs})
        return {name: index + 1 for index, name in enumerate(named)}


MANY, WIDE = 6, 44


def drawing(network: Network) -> Drawing:
    """A line a pair and kind; a hub for a treaty that would need more lines than it has States, or than six.

    The line of a State to a hub shows the first of its kinds there, in the order of ATOP; the hub's label names all.
    States that have the same ties to hubs and no other tie share a box.
    """
    hubs: dict[str, str] = {}
    spokes: dict[str, list[Line]] = {code: [] for code in network.actors}
    between: dict[tuple[str, str, Kind], dict[str, set[str]]] = {}
    for name, edges in network.treaties.items():
        pairs = {frozenset((edge.obligor, edge.beneficiary)) for edge in edges}
        if len(pairs) > min(len(_actors(edges)), MANY):
            kinds = [kind for kind in KINDS if any(edge.kind == kind for edge in edges)]
            hubs[name] = f"{network.rules.treaties[name].short}\n{', '.join(kinds)}"
            for code in _actors(edges):
                spokes[code].append(_spoke(name, code, edges))
            continue
        for edge in edges:
            one, other = sorted((edge.obligor, edge.beneficiary))
            between.setdefault((one, other, edge.kind), {}).setdefault(edge.obligor, set()).add(name)
    lines: list[Line] = []
    for (one, other, kind), owed in between.items():
        first, last = (one, other) if one in owed else (other, one)
        lines.append(Line(first, last, kind, len(owed) > 1, tuple(sorted(set().union(*owed.values())))))
    alone = {code for line in lines for code in (line.one, line.other)}
    boxes: dict[object, list[str]] = {}
    for code in network.actors:
        ties = tuple(sorted(replace(line, one="", other="") for line in spokes[code]))
        ways = tuple(line.one == code for line in sorted(spokes[code], key=lambda line: line.treaties))
        boxes.setdefault(code if code in alone else (ties, ways), []).append(code)
    labels: dict[str, str] = {}
    for own in boxes.values():
        # a name of several words is not broken
        names = sorted(network.rules.actors[code].name.replace(" ", "\u00a0") for code in own)
        labels[own[0]] = "\n".join(wrap(", ".join(names), WIDE))
        lines += spokes[own[0]]
    return Drawing(labels, hubs, tuple(sorted(lines)))


def _spoke(treaty: str, code: str, edges: Sequence[Edge]) -> Line:
    own = [edge for edge in edges if code in {edge.obligor, edge.beneficiary}]
    kind = min((edge.kind for edge in own), key=KINDS.index)
    owes = any(edge.obligor == code for edge in own if edge.kind == kind)
    is_owed = any(edge.beneficiary == code for edge in own if edge.kind == kind)
    one, other = (code, treaty) if owes else (treaty, code)
    return Line(one, other, kind, owes and is_owed, (treaty,))


DOT_STYLES = {"defense": "solid", "offense": "bold", "neutrality": "dashed", "nonaggression": "dotted"}


def dot(network: Network) -> str:
    """The drawing in the language of Graphviz, which lays it out."""
    from foedus.report.plot import KIND_COLOURS

    drawn = drawing(network)
    out = [
        f"digraph {_quoted('foedus ' + network.on.isoformat())} {{",
        "  node [shape=box, style=rounded, fontname=sans]",
        "  edge [fontname=sans, fontsize=9]",
    ]
    out += [f"  {_quoted(code)} [label={_quoted(label)}]" for code, label in drawn.labels.items()]
    out += [f"  {_quoted(name)} [label={_quoted(label)}, shape=ellipse]" for name, label in drawn.hubs.items()]
    for line in drawn.lines:
        marks = {"color": KIND_COLOURS[line.kind], "style": DOT_STYLES.get(line.kind, "dashed")}
        marks |= {"dir": "none"} if line.both else {}
        marks |= {} if set(line.treaties) & drawn.hubs.keys() else {"label": "\n".join([line.kind, *line.treaties])}
        said = ", ".join(f"{name}={_quoted(value)}" for name, value in marks.items())
        out.append(f"  {_quoted(line.one)} -> {_quoted(line.other)} [{said}]")
    return "\n".join([*out, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
