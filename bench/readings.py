"""All readings of one scenario: foedus against clingo, polars, DuckDB, oxidd and plain Python, interleaved in one run.

Workload (seeded): 40 boolean facts and 3 on a scale that definitions compare with one shared knob of 4 levels; 6 terms
of 5 definitions, each an AND of 1 to 3 ORs of 2 to 6 literals; clause t0 & t1 & (t2 | t3) & (t4 | ~t5): 62,500
readings. "Large": 12 terms of 8 definitions, 2.75e11 readings. Every answer is compared with that of foedus.

    pip install clingo polars duckdb oxidd
    python bench/readings.py [--rounds 9]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

from foedus.formula import All, AnyOf, Formula, Knob, Not, Term, Test
from foedus.ground import TEMPORAL_SCOPE, Rules
from foedus.loading.library import Library
from foedus.model import (
    Actor,
    Clause,
    Definition,
    Duty,
    Event,
    KnobSetting,
    Party,
    Period,
    Scenario,
    Source,
    Stated,
    TermEntry,
    Treaty,
    Version,
)
from foedus.readings import Question
from foedus.vocabulary import Act, Attribute, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = ("low", "middle", "high", "utmost")
SOURCE = Source("generated")


class Workload:
    """A clause, its terms, and the facts of one scenario, as plain literals and as foedus has them."""

    def __init__(self, seed: int, terms: int, definitions: int, clause: Formula, unknown: int = 0) -> None:
        rng = random.Random(seed)
        self.facts: dict[str, Any] = {f"b{i}": rng.random() < 0.7 for i in range(40)}
        self.facts |= {f"o{i}": rng.choice(LEVELS) for i in range(3)}
        for name in rng.sample([f"b{i}" for i in range(40)], unknown):
            self.facts[name] = None
        names = [*(f"b{i}" for i in range(40)), *(f"o{i}" for i in range(3))]
        self.terms = [
            [
                [
                    [(rng.choice(names), rng.random() < 0.7) for _ in range(rng.randint(2, 6))]
                    for _ in range(rng.randint(1, 3))
                ]
                for _ in range(definitions)
            ]
            for _ in range(terms)
        ]
        self.clause = clause
        self.rules = self._rules()
        facts = {name: Stated(value) for name, value in self.facts.items() if value is not None}
        event = Event("e", date(2000, 1, 1), Stated("act"), Stated("CCC"), Stated("AAA"), facts=facts)
        self.scenario = Scenario("bench", "bench", "", ("t/c",), (event,))

    def _rules(self) -> Rules:
        vocabulary = Vocabulary(
            "bench",
            {"act": Act("act", "conduct")},
            {
                **{f"b{i}": Attribute("boolean", "?") for i in range(40)},
                **{f"o{i}": Attribute("scale", "?", values=dict.fromkeys(LEVELS, "")) for i in range(3)},
                "in_force_while_it_lasted": Attribute("boolean", "?", computed=True),
            },
        )
        knob = KnobSetting(LEVELS, "low", same_as="t0.level")
        terms = {}
        for i, own in enumerate(self.terms):
            definitions = {}
            for j, definition in enumerate(own):
                formula = All(tuple(AnyOf(tuple(_literal(*each) for each in ors)) for ors in definition))
                reads = any(isinstance(part, Test) and Knob("level") in part.values for part in formula.walk())
                definitions[f"d{j}"] = Definition("d", SOURCE, formula, knobs={"level": knob} if reads else {})
            terms[f"t{i}"] = TermEntry(f"t{i}", "t", "?", "d0", definitions)
        terms[TEMPORAL_SCOPE] = TermEntry(
            TEMPORAL_SCOPE,
            "t",
            "?",
            "d",
            {"d": Definition("d", SOURCE, Test("in_force_while_it_lasted", "is", (True,)))},
        )
        clause = Clause("c", "1", "defense", (Version(self.clause, Duty()),))
        treaty = Treaty(
            "t", "T", "T", Period(date(1999, 1, 1)), {"AAA": Party(), "BBB": Party()}, {"c": clause}, SOURCE
        )
        actors = {code: Actor(code, "state") for code in ("AAA", "BBB", "CCC")}
        return Rules(vocabulary, actors, terms, {"t": treaty}, {}, {})

    def question(self) -> Question:
        return Question(replace(self.rules), self.scenario, "t/c")

    def holds(self, definition: list[list[tuple[str, bool]]], level: int) -> bool:
        return all(any(self.literal(*each, level) for each in ors) for ors in definition)

    def literal(self, name: str, positive: bool, level: int) -> bool:  # noqa: FBT001
        value = self.facts[name]
        truth = bool(value) if name[0] == "b" else LEVELS.index(value) >= level
        return truth is positive

    def table(self) -> list[list[list[bool]]]:
        """[level, term, definition]: every definition evaluated once for each setting of the knob."""
        return [[[self.holds(d, level) for d in own] for own in self.terms] for level in range(len(LEVELS))]


def _literal(name: str, positive: bool) -> Formula:  # noqa: FBT001
    test = Test(name, "is", (True,)) if name[0] == "b" else Test(name, "at_least", (Knob("level"),))
    return test if positive else Not(test)


def small_clause() -> Formula:
    t = [Term(f"t{i}") for i in range(6)]
    return All((t[0], t[1], AnyOf((t[2], t[3])), AnyOf((t[4], Not(t[5])))))


def large_clause() -> Formula:
    t = [Term(f"t{i}") for i in range(12)]
    ors = [AnyOf((t[i], t[i + 1])) for i in range(0, 8, 2)]
    return All((*ors, AnyOf((t[8], Not(t[9]))), AnyOf((t[10], t[11], Not(t[0])))))


def count(workload: Workload) -> int:
    return workload.question().counts["arises"]


def everything(workload: Workload) -> Question:
    """Count, share, witnesses each way and the pivotal share of every choice."""
    question = workload.question()
    _ = question.counts, question.shares, question.influence(settling=False)
    question.witness("arises")
    question.witness("does-not-arise")
    return question


def compiled(workload: Workload) -> Callable[[], int]:
    """The clause's diagram made once over the truths of its terms; a run evaluates facts and counts."""
    from foedus.diagram import YES, Diagrams, Weighing
    from foedus.readings import Maker
    from foedus.residual import Residual

    def residual(formula: Formula) -> Residual:
        match formula:
            case Term(name):
                return ("pick", name, (False, True))
            case Not(of):
                return ("not", residual(of))
            case All(of):
                return ("all", tuple(residual(part) for part in of))
            case AnyOf(of):
                return ("any", tuple(residual(part) for part in of))
        raise AssertionError(formula)

    names = [f"t{i}" for i in range(len(workload.terms))]
    diagrams = Diagrams([2] * len(names))
    root = Maker(diagrams, {name: level for level, name in enumerate(names)}).diagram(residual(workload.clause))
    table = workload.table()

    def again() -> int:
        total = 0
        for own in table:
            weights = [(len(each) - sum(each), sum(each)) for each in own]
            weighing = Weighing(weights)
            total += weighing.part(diagrams.fold(root, weighing), YES)
        return total

    return again


def plain(workload: Workload) -> int:
    """Every reading, one after another, definitions evaluated once."""
    table = workload.table()
    total = 0
    for level in range(len(LEVELS)):
        for t0, t1, t2, t3, t4, t5 in product(*table[level]):
            total += t0 and t1 and (t2 or t3) and (t4 or not t5)
    return total


def naive(workload: Workload) -> int:
    """Every reading, one after another, each evaluating its definitions anew."""
    total = 0
    for level in range(len(LEVELS)):
        for d0, d1, d2, d3, d4, d5 in product(*workload.terms):
            h = workload.holds
            total += (
                h(d0, level) and h(d1, level) and (h(d2, level) or h(d3, level)) and (h(d4, level) or not h(d5, level))
            )
    return total


def clingo(workload: Workload) -> int:
    """Facts to definitions to counts for each term and level by aggregates; the clause by cases of term truths."""
    import clingo as asp

    lines = []
    for name, value in workload.facts.items():
        rank = int(value) if name[0] == "b" else LEVELS.index(value)
        lines.append(f"f({name},{rank}).")
    lines.append("level(0..3).")
    for i, own in enumerate(workload.terms):
        for j, definition in enumerate(own):
            body = []
            for k, ors in enumerate(definition):
                body.append(f"c({i},{j},{k},L)")
                for name, positive in ors:
                    if name[0] == "b":
                        lines.append(f"c({i},{j},{k},L) :- level(L), f({name},{int(positive)}).")
                    else:
                        relation = ">=" if positive else "<"
                        lines.append(f"c({i},{j},{k},L) :- level(L), f({name},V), V {relation} L.")
            lines.append(f"h({i},{j},L) :- level(L), {', '.join(body)}.")
        lines.append(f"n({i},1,L,N) :- level(L), N = #count{{J : h({i},J,L)}}.")
        lines.append(f"n({i},0,L,{len(own)}-N) :- n({i},1,L,N).")
    lines.append("b(0..1).")
    lines.append("ok(T2,T3,T4,T5) :- b(T2), b(T3), b(T4), b(T5), 1 <= T2+T3, 1 <= T4+1-T5.")
    lines.append(
        "total(S) :- S = #sum{A*B*C*D*E*F,L,T2,T3,T4,T5 : ok(T2,T3,T4,T5), n(0,1,L,A), n(1,1,L,B),"
        " n(2,T2,L,C), n(3,T3,L,D), n(4,T4,L,E), n(5,T5,L,F)}."
    )
    control = asp.Control(["--warn=none"])
    control.add("base", [], "\n".join(lines))
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        for model in handle:
            for atom in model.symbols(atoms=True):
                if atom.name == "total":
                    return int(atom.arguments[0].number)
    raise AssertionError


def polars(workload: Workload) -> int:
    """A table of definitions for each term and level, joined on the level, filtered by the clause."""
    import polars as pl

    table = workload.table()
    joined: Any = None
    for i in range(len(workload.terms)):
        rows = [(level, truth) for level in range(len(LEVELS)) for truth in table[level][i]]
        frame = pl.LazyFrame({"l": [r[0] for r in rows], f"t{i}": [r[1] for r in rows]})
        joined = frame if joined is None else joined.join(frame, on="l")
    c = pl.col
    kept = joined.filter(c("t0") & c("t1") & (c("t2") | c("t3")) & (c("t4") | ~c("t5")))
    return int(kept.select(pl.len()).collect().item())


def duckdb(workload: Workload) -> int:
    """The same in SQL."""
    import duckdb as db

    table = workload.table()
    connection = db.connect()
    for i in range(len(workload.terms)):
        rows = ", ".join(f"({level}, {truth})" for level in range(len(LEVELS)) for truth in table[level][i])
        connection.execute(f"create table t{i} as select * from (values {rows}) as v(l, t{i})")
    joins = " ".join(f"join t{i} using (l)" for i in range(1, len(workload.terms)))
    where = "t0 and t1 and (t2 or t3) and (t4 or not t5)"
    found = connection.execute(f"select count(*) from t0 {joins} where {where}").fetchone()
    connection.close()
    assert found is not None
    return int(found[0])


def oxidd(workload: Workload) -> int:
    """A BDD over term truths for each level, given the same factoring by hand; counted with weights in Python."""
    from oxidd.bdd import BDDManager

    table = workload.table()
    manager = BDDManager(1 << 12, 1 << 12, 1)
    manager.add_vars(6)
    t = [manager.var(i) for i in range(6)]
    root = t[0] & t[1] & (t[2] | t[3]) & (t[4] | ~t[5])
    total = 0
    for level in range(len(LEVELS)):
        weights = [(sum(own), len(own) - sum(own)) for own in table[level]]
        memo: dict[Any, int] = {}

        def weigh(node: Any, at: int) -> int:
            if at == 6:
                return int(node.satisfiable())
            key = (node, at)
            if key not in memo:
                high, low = weights[at]
                is_here = node.node_var() == at if hasattr(node, "node_var") else False
                if is_here:
                    then, otherwise = node.cofactors()
                    memo[key] = high * weigh(then, at + 1) + low * weigh(otherwise, at + 1)
                else:
                    memo[key] = (high + low) * weigh(node, at + 1)
            return memo[key]

        total += weigh(root, 0)
    return total


def elapsed(function: Callable[[], object]) -> float:
    begun = time.perf_counter()
    function()
    return (time.perf_counter() - begun) * 1000


def interleaved(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in runs}
    for function in runs.values():
        function()
    for _ in range(rounds):
        for name, function in runs.items():
            times[name].append(elapsed(function))
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    small = Workload(3, 6, 5, small_clause())
    reuse = compiled(small)
    expected = plain(small)
    peers: dict[str, Callable[[Workload], int]] = {
        "clingo, factored by hand": clingo,
        "polars joins": polars,
        "DuckDB joins": duckdb,
        "oxidd, same factoring by hand, count only": oxidd,
        "plain Python, definitions once": plain,
        "plain Python, naive": naive,
    }
    runs: dict[str, Callable[[], object]] = {}
    print(f"62,500 readings: {expected} of {small.question().total} arise")
    assert count(small) == reuse() == expected, (count(small), reuse(), expected)
    for name, peer in peers.items():
        try:
            found = peer(small)
        except ImportError:
            print(f"{name}: not installed")
            continue
        except (AttributeError, TypeError) as error:
            print(f"{name}: {error}")
            continue
        assert found == expected, (name, found)
        runs[name] = lambda peer=peer: peer(small)  # type: ignore[misc]
    runs["foedus: count"] = lambda: count(small)
    runs["foedus: count, share, witnesses, pivotal shares"] = lambda: everything(small)
    runs["foedus: count, clause compiled"] = reuse
    with_unknown = Workload(3, 6, 5, small_clause(), unknown=4)
    runs["foedus: the same with 4 unknown facts"] = lambda: everything(with_unknown)
    medians = interleaved(runs, rounds)
    base = medians["foedus: count, share, witnesses, pivotal shares"]
    for name, median in medians.items():
        print(f"{median:9.3f} ms  {median / base:8.2f} x  {name}")

    large = Workload(5, 12, 8, large_clause())
    print(f"\n{large.question().total:,} readings")
    runs = {
        "foedus: count, share, witnesses, pivotal shares": lambda: everything(large),
        "foedus: settling shares": lambda: large.question().influence(most=10_000_000),
    }
    for name, median in interleaved(runs, max(3, rounds // 3)).items():
        print(f"{median:9.3f} ms  {name}")

    print("\nshipped scenarios, one clause each, after start-up")
    library = Library()
    slowest: list[tuple[float, str]] = []
    for name, scenario in library.scenarios().items():
        rules = library.rules_for(scenario.clauses)
        for clause in scenario.clauses:
            own = [elapsed(lambda r=rules, s=scenario, c=clause: Question(r, s, c).shares) for _ in range(3)]  # type: ignore[misc]
            slowest.append((min(own), f"{name} {clause}"))
    slowest.sort(reverse=True)
    print(f"median {statistics.median(t for t, _ in slowest):.2f} ms over {len(slowest)}; the slowest:")
    for median, name in slowest[:5]:
        print(f"{median:9.3f} ms  {name}")


if __name__ == "__main__":
    main()
