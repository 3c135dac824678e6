"""Which States are bound to which on a day, and by which clause: the network that the treaties then in force make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from foedus.formula import All, AnyOf, Choose, Formula, Who
from foedus.ground import Facts, Situation, find_situations
from foedus.model import Event, Kind, Scenario, Stated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from foedus.ground import Rules
    from foedus.model import Actor, Clause, Treaty


@dataclass(frozen=True, order=True)
class Edge:
    """What one clause lays on one State towards another; `against` names the only adversaries, where it names any."""

    clause: str
    obligor: str
    beneficiary: str
    article: str
    title: str
    kind: Kind
    discretion: Literal["none", "form", "self-judging"]
    mutual: bool
    against: tuple[str, ...] = ()

    @property
    def treaty(self) -> str:
        """The id of the treaty."""
        return self.clause.partition("/")[0]

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same edge on another day."""
        return self.clause, self.obligor, self.beneficiary


@dataclass(frozen=True)
class Network:
    """The edges of one day, in the order of their clauses, and the rules that they come from.

    Only those of a kind of duty or of one State, where it was so asked.
    """

    rules: Rules
    on: date
    edges: tuple[Edge, ...]
    kind: Kind | None = None
    party: str | None = None

    @property
    def actors(self) -> tuple[str, ...]:
        """Every obligor and beneficiary, by code."""
        return tuple(sorted({code for edge in self.edges for code in (edge.obligor, edge.beneficiary)}))

    @property
    def treaties(self) -> dict[str, tuple[Edge, ...]]:
        """Treaty to its edges."""
        out: dict[str, list[Edge]] = {}
        for edge in self.edges:
            out.setdefault(edge.treaty, []).append(edge)
        return {name: tuple(own) for name, own in out.items()}

    def without(self, other: Network) -> Network:
        """The edges that the other day does not have."""
        there = {edge.key for edge in other.edges}
        return replace(self, edges=tuple(edge for edge in self.edges if edge.key not in there))


def find_network(rules: Rules, on: date, *, kind: Kind | None = None, party: str | None = None) -> Network:
    """The edges between States for both of which a clause is in force on the day; only those of that kind and State.

    They are the cases that an attack of that day on each party would make, found as `foedus run` finds them, less those
    that the clause rules out for these two, whoever attacks.
    """
    edges = [
        edge
        for name, treaty in sorted(rules.treaties.items())
        for clause_name, clause in treaty.clauses.items()
        if kind in {None, clause.kind}
        for edge in _edges_of(rules, f"{name}/{clause_name}", treaty, clause, on)
        if party is None or party in {edge.obligor, edge.beneficiary}
    ]
    return Network(rules, on, tuple(edges), kind, party)


def _edges_of(rules: Rules, clause_id: str, treaty: Treaty, clause: Clause, on: date) -> list[Edge]:
    bound = sorted(code for code in treaty.parties if any(period.covers(on) for period in treaty.periods(code)))
    parties = Stated(tuple(bound))
    conduct = next(name for name, act in rules.vocabulary.acts.items() if act.kind == "conduct")
    # of non-aggression the obligor is whoever acted; else it is left open who did
    by = parties if clause.kind == "nonaggression" else Stated()
    attack = Event("attack", on, act=Stated(conduct), by=by, against=parties)
    facts = Facts(Scenario("attack", "", "", events=(attack,)))
    found = {
        (each.case.obligor, each.case.beneficiary): each
        for each in find_situations(rules, facts, clause_id)
        if each.in_force.status == "in-force" and not _rules_out(each, _whole(each))
    }
    return [
        Edge(
            clause_id,
            obligor,
            beneficiary,
            clause.article,
            clause.title,
            clause.kind,
            each.version.duty.discretion,
            (beneficiary, obligor) in found,
            _against(each, on),
        )
        for (obligor, beneficiary), each in sorted(found.items(), key=lambda item: item[0])
    ]


def _whole(situation: Situation) -> Formula:
    return All((situation.version.trigger, *situation.version.scope.values()))


def _rules_out(situation: Situation, formula: Formula) -> bool:
    """Whether the condition fails for this obligor and beneficiary, whatever the facts and whatever the reading."""
    match formula:
        case All(of):
            return any(_rules_out(situation, part) for part in of)
        case AnyOf(of):
            return all(_rules_out(situation, part) for part in of)
        case Choose(_, options):
            return all(_rules_out(situation, part) for _, part in options)
        case Who("obligor" | "beneficiary"):
            return situation.relates(formula, situation.case.event) is False
    return False


def _against(situation: Situation, on: date) -> tuple[str, ...]:
    """The actors of that day to whom trigger and scope confine the adversary; none where it may be another too."""
    actors = situation.rules.actors
    named = [
        set(part.of)
        for part in _conjuncts(_whole(situation))
        if isinstance(part, Who) and part.whose == "adversary" and all(name in actors for name in part.of)
    ]
    return tuple(sorted(name for name in set.intersection(*named) if _exists(actors[name], on))) if named else ()


def _exists(actor: Actor, on: date) -> bool:
    return (actor.from_ is None or actor.from_ <= on) and (actor.until is None or on < actor.until)


def _conjuncts(formula: Formula) -> Iterator[Formula]:
    if not isinstance(formula, All):
        yield formula
        return
    for part in formula.of:
        yield from _conjuncts(part)
