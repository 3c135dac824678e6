"""All readings of one scenario: foedus against clingo, polars, DuckDB, oxidd and plain Python, interleaved in one run.

Workload (seeded): 40 boolean facts and 3 on a scale that definitions compare with one shared knob of 4 levels; 6 terms
of 5 definitions, each an AND of 1 to 3 ORs of 2 to 6 literals; clause t0 & t1 & (t2 | t3) & (t4 | ~t5): 62,500
readings. "Large": 12 terms of 8 definitions, 2.75e11 readings.

Each peer is asked twice: for the bare count of readings under which it arises; and for the same answers as foedus
gives: the count of each outcome, the nearest reading of each outcome, the pivotal share of every choice (as each
definition weighs the same, a count is a share). Each does it in its own way (`peers.py`); nobody reuses anything
between runs, foedus's rules forget what was looked up in them; definitions are evaluated within the timing; and every
answer is compared with that of foedus before anything is timed. Once with all facts known, and once with some unknown.

    pip install clingo polars duckdb oxidd
    python bench/readings.py [--rounds 9]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import peers
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
        self.unknown = [name for name, value in self.facts.items() if value is None]
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

    def completions(self) -> list[dict[str, Any]]:
        """The facts with each value that the unknown ones may have."""
        values = product([False, True], repeat=len(self.unknown))
        return [{**self.facts, **dict(zip(self.unknown, each, strict=True))} for each in values]

    def holds(self, definition: list[list[tuple[str, bool]]], level: int, facts: dict[str, Any]) -> bool:
        return all(any(literal(facts, name, level) is positive for name, positive in ors) for ors in definition)

    def table(self) -> list[list[list[list[bool]]]]:
        """[level, completion, term, definition]: every definition evaluated once, all worlds at the same time."""
        completions = self.completions()
        worlds = [(level, facts) for level in range(len(LEVELS)) for facts in completions]
        bits: dict[tuple[str, bool], int] = {}
        everywhere = (1 << len(worlds)) - 1
        for name, value in self.facts.items():
            if name[0] == "b" and value is not None:
                bits[name, True] = everywhere * value
            else:
                bits[name, True] = sum(literal(facts, name, lv) << at for at, (lv, facts) in enumerate(worlds))
            bits[name, False] = everywhere ^ bits[name, True]
        held: list[list[int]] = []
        for own in self.terms:
            held.append([])
            for definition in own:
                holds = everywhere
                for ors in definition:
                    some = 0
                    for each in ors:
                        some |= bits[each]
                    holds &= some
                held[-1].append(holds)
        flat = [[[each >> at & 1 == 1 for each in own] for own in held] for at in range(len(worlds))]
        return [flat[at : at + len(completions)] for at in range(0, len(worlds), len(completions))]


def literal(facts: dict[str, Any], name: str, level: int) -> bool:
    value = facts[name]
    return bool(value) if name[0] == "b" else LEVELS.index(value) >= level


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
    """Counts, shares, a nearest witness of each outcome, and the pivotal share of every choice."""
    question = workload.question()
    _ = question.counts, question.shares, question.influence(settling=False)
    for outcome in question.outcomes:
        question.witness(outcome)
    return question


def as_peers_say(question: Question) -> peers.Answers:
    """foedus's answers in the shape of the peers'; not within the timing."""
    counts, pivotal = question.counts, {}
    for each in question.influence(settling=False):
        if each.variable.name != TEMPORAL_SCOPE:
            pivotal["level" if each.variable.kind == "knob" else each.variable.name] = each.pivotal
    nearest = {}
    for name in question.outcomes:
        witness = question.witness(name)
        if witness is not None:
            definitions = [int(str(witness[f"t{i}"])[1:]) for i in range(6)]
            nearest[name] = (LEVELS.index(str(witness["t0.level"])), *definitions)
    return peers.Answers({name: number for name, number in counts.items() if number}, nearest, pivotal)


def compiled(workload: Workload) -> Callable[[], int]:
    """The clause's diagram made once over the truths of its terms; a run evaluates the definitions and counts."""
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

    def again() -> int:
        total = 0
        for (own,) in workload.table():
            weighing = Weighing([(each.count(False), each.count(True)) for each in own])
            total += weighing.part(diagrams.fold(root, weighing), YES)
        return total

    return again


def elapsed(function: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds that passed, and that processors worked, on all threads together."""
    begun, worked = time.perf_counter(), time.process_time()
    function()
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


def interleaved(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, function in runs.items():
            function()  # so that each is measured with its own data at hand, not with those of the one before
            times[name].append(elapsed(function))
    return {name: _medians(own) for name, own in times.items()}


def _medians(times: list[tuple[float, float]]) -> tuple[float, float]:
    passed, worked = zip(*times, strict=True)
    return statistics.median(passed), statistics.median(worked)


def against_peers(workload: Workload, rounds: int) -> None:
    """Both rows of each peer, and the ratio to foedus's."""
    expected = as_peers_say(workload.question())
    print(f"{sum(expected.counts.values()):,} readings, {len(workload.unknown)} facts unknown: {expected.counts}")
    runs: dict[str, Callable[[], object]] = {}
    foedus = {"count": lambda: count(workload), "answers": lambda: everything(workload)}
    for what, function in foedus.items():
        runs[f"foedus: {what}"] = function
    if not workload.unknown:
        runs["foedus, clause compiled once: count"] = compiled(workload)
    for name, (counts, answers) in peers.PEERS.items():
        try:
            for what, peer in {"count": counts, "answers": answers}.items():
                if peer is None or (workload.unknown and peer in peers.ONLY_KNOWN_FACTS):
                    continue
                peers.see_that_they_agree(workload, name, peer(workload), expected)
                runs[f"{name}: {what}"] = lambda peer=peer: peer(workload)  # type: ignore[misc]
        except ImportError:
            print(f"{name}: not installed")
    medians = interleaved(runs, rounds)
    print(f"  {'ms':>9} {'x foedus':>9} {'CPU ms':>9} {'x foedus':>9}")
    for name, (passed, worked) in medians.items():
        base, base_worked = medians[f"foedus: {name.rpartition(': ')[2]}"]
        print(f"  {passed:9.3f} {passed / base:9.2f} {worked:9.3f} {worked / base_worked:9.2f}  {name}")


def shipped(rounds: int) -> None:
    """Each shipped scenario and clause: a fresh question, the library being loaded."""
    library = Library()
    runs: dict[str, Callable[[], object]] = {}
    for name, scenario in library.scenarios().items():
        rules = library.rules_for(scenario.clauses)
        for clause in scenario.clauses:
            runs[f"{name} {clause}"] = lambda r=rules, s=scenario, c=clause: Question(r, s, c).shares  # type: ignore[misc]
    medians = interleaved(runs, rounds)
    for column, what in enumerate(("ms", "CPU ms")):
        found = sorted((each[column], name) for name, each in medians.items())
        middle, most = found[len(found) // 2][0], found[len(found) * 9 // 10][0]
        slowest = ", ".join(f"{name} {median:.2f}" for median, name in found[:-4:-1])
        print(f"  {what}: median {middle:.2f}, 90 % within {most:.2f}; slowest: {slowest}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    print(f"load of the machine at the beginning: {os.getloadavg()[0]:.1f}")
    against_peers(Workload(3, 6, 5, small_clause()), rounds)
    print()
    against_peers(Workload(3, 6, 5, small_clause(), unknown=4), max(3, rounds // 3))
    large = Workload(5, 12, 8, large_clause())
    print(f"\n{large.question().total:,} readings")
    runs: dict[str, Callable[[], object]] = {
        "foedus: answers": lambda: everything(large),
        "foedus: answers with settling shares": lambda: large.question().influence(most=10_000_000),
    }
    for name, (passed, worked) in interleaved(runs, max(3, rounds // 3)).items():
        print(f"  {passed:9.3f} {'':>9} {worked:9.3f} {'':>9}  {name}")
    print("\nshares of shipped scenarios x clauses, after start-up")
    shipped(max(3, rounds // 3))


if __name__ == "__main__":
    main()
