"""What `readings.py` measures foedus against: each peer does it as one would write it there.

A reading is (level, definition of t0, …, definition of t5); a world is a level and a completion of the unknown facts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readings import Workload

NAMES = ("does-not-arise", "undetermined", "arises")
"""Outcomes by the number of ways in which unknown facts can let it arise and not: none, both, all."""
CHOICES = ("level", *(f"t{i}" for i in range(6)))
SIZES = (4, 5, 5, 5, 5, 5, 5)
CLAUSE = "t0 and t1 and (t2 or t3) and (t4 or not t5)"


@dataclass(frozen=True)
class Answers:
    """Outcome to number of readings; outcome to its reading nearest to (0, …, 0); choice to pivotal share."""

    counts: dict[str, int]
    nearest: dict[str, tuple[int, ...]]
    pivotal: dict[str, Fraction]


def see_that_they_agree(workload: Workload, name: str, found: int | Answers, expected: Answers) -> None:
    """Raises: AssertionError: if an answer is another than foedus's, or a witness is none or not nearest."""
    if isinstance(found, int):
        assert found == expected.counts.get("arises", 0), (name, found)
        return
    assert found.counts == expected.counts, (name, found.counts)
    assert {n: share for n, share in found.pivotal.items() if share} == {
        n: share for n, share in expected.pivotal.items() if share
    }, (name, found.pivotal, expected.pivotal)
    assert found.nearest.keys() == expected.nearest.keys(), (name, found.nearest)
    table = workload.table()
    for outcome, reading in found.nearest.items():
        assert NAMES[_outcome(table[reading[0]], reading[1:])] == outcome, (name, outcome, reading)
        assert sum(map(bool, reading)) == sum(map(bool, expected.nearest[outcome])), (name, reading)


def _outcome(completions: list[list[list[bool]]], chosen: Sequence[int]) -> int:
    truths = {_clause(*(own[at] for own, at in zip(terms, chosen, strict=True))) for terms in completions}
    return (max(truths) + min(truths)) if len(truths) > 1 else 2 * max(truths)


def _clause(t0: bool, t1: bool, t2: bool, t3: bool, t4: bool, t5: bool) -> bool:  # noqa: FBT001
    return t0 and t1 and (t2 or t3) and (t4 or not t5)


def _share(changing: int, choice: int) -> Fraction:
    """Of the readings of all other choices."""
    return Fraction(changing * SIZES[choice], 62_500)


# Plain Python


def plain_count(workload: Workload) -> int:
    """Every reading, one after another, definitions evaluated once."""
    total = 0
    for (terms,) in workload.table():
        for t0, t1, t2, t3, t4, t5 in product(*terms):
            total += t0 and t1 and (t2 or t3) and (t4 or not t5)
    return total


def plain_answers(workload: Workload) -> Answers:
    """The outcome of every reading in a dictionary; each choice varied with the others given."""
    outcomes: dict[tuple[int, ...], int] = {}
    for level, completions in enumerate(workload.table()):
        for chosen in product(range(5), repeat=6):
            outcomes[level, *chosen] = _outcome(completions, chosen)
    counts = Counter(outcomes.values())
    nearest: dict[int, tuple[int, tuple[int, ...]]] = {}
    for reading, outcome in outcomes.items():
        distance = 7 - reading.count(0)
        if outcome not in nearest or distance < nearest[outcome][0]:
            nearest[outcome] = distance, reading
    pivotal = {}
    for at, name in enumerate(CHOICES):
        sides: dict[tuple[int, ...], set[int]] = {}
        for reading, outcome in outcomes.items():
            sides.setdefault(reading[:at] + reading[at + 1 :], set()).add(outcome)
        pivotal[name] = _share(sum(len(each) > 1 for each in sides.values()), at)
    return Answers(
        {NAMES[o]: number for o, number in counts.items()}, {NAMES[o]: r for o, (_, r) in nearest.items()}, pivotal
    )


def naive_count(workload: Workload) -> int:
    """Every reading, one after another, each evaluating its definitions anew."""
    total, facts, holds = 0, workload.facts, workload.holds
    for level in range(4):
        for d in product(*workload.terms):
            total += (
                holds(d[0], level, facts)
                and holds(d[1], level, facts)
                and (holds(d[2], level, facts) or holds(d[3], level, facts))
                and (holds(d[4], level, facts) or not holds(d[5], level, facts))
            )
    return total


# clingo: facts to definitions to numbers of definitions for each level and truth; the clause by cases of term truths


def _clingo(program: str, *shown: str) -> dict[str, list[tuple[int, ...]]]:
    import clingo as asp

    control = asp.Control(["--warn=none"])
    control.add("base", [], program + "".join(f"\n#show {each}." for each in shown))
    control.ground([("base", [])])
    out: dict[str, list[tuple[int, ...]]] = {each.partition("/")[0]: [] for each in shown}
    with control.solve(yield_=True) as handle:
        for model in handle:
            for atom in model.symbols(shown=True):
                out[atom.name].append(tuple(int(each.number) for each in atom.arguments))
    return out


def _clingo_definitions(workload: Workload) -> list[str]:
    """h(term, definition, level, completion)."""
    from readings import LEVELS

    completions = workload.completions()
    lines = [
        "level(0..3).",
        f"completion(0..{len(completions) - 1}).",
        "world(L,U) :- level(L), completion(U).",
        "b(0..1).",
    ]
    for name, value in workload.facts.items():
        if value is None:
            lines += [f"f({name},{int(facts[name])},{u})." for u, facts in enumerate(completions)]
        else:
            rank = int(value) if name[0] == "b" else LEVELS.index(value)
            lines.append(f"f({name},{rank},U) :- completion(U).")
    for i, own in enumerate(workload.terms):
        for j, definition in enumerate(own):
            body = []
            for k, ors in enumerate(definition):
                body.append(f"c({i},{j},{k},L,U)")
                for name, positive in ors:
                    if name[0] == "b":
                        lines.append(f"c({i},{j},{k},L,U) :- world(L,U), f({name},{int(positive)},U).")
                    else:
                        relation = ">=" if positive else "<"
                        lines.append(f"c({i},{j},{k},L,U) :- world(L,U), f({name},V,U), V {relation} L.")
            lines.append(f"h({i},{j},L,U) :- world(L,U), {', '.join(body)}.")
    return lines


def _clingo_numbers(workload: Workload) -> list[str]:
    """n(term, truth, level, number of definitions), where all facts are known."""
    lines = _clingo_definitions(workload)
    for i in range(6):
        lines.append(f"n({i},1,L,N) :- level(L), N = #count{{J : h({i},J,L,0)}}.")
        lines.append(f"n({i},0,L,5-N) :- n({i},1,L,N).")
    return lines


def clingo_count(workload: Workload) -> int:
    if workload.unknown:
        return _clingo_count_open(workload)
    lines = _clingo_numbers(workload)
    lines.append("ok(T2,T3,T4,T5) :- b(T2), b(T3), b(T4), b(T5), 1 <= T2+T3, 1 <= T4+1-T5.")
    lines.append(
        "total(S) :- S = #sum{A*B*C*D*E*F,L,T2,T3,T4,T5 : ok(T2,T3,T4,T5), n(0,1,L,A), n(1,1,L,B),"
        " n(2,T2,L,C), n(3,T3,L,D), n(4,T4,L,E), n(5,T5,L,F)}."
    )
    return _clingo("\n".join(lines), "total/1")["total"][0][0]


def _clingo_count_open(workload: Workload) -> int:
    """Definitions by the bits of the completions under which they hold; it arises where all bits are left."""
    lines = _clingo_definitions(workload)
    for i in range(6):
        lines.append(f"bits({i},J,L,P) :- J = 0..4, level(L), P = #sum{{2**U,U : h({i},J,L,U)}}.")
        lines.append(f"many({i},L,P,N) :- bits({i},_,L,P), N = #count{{J : bits({i},J,L,P)}}.")
    many = ", ".join(f"many({i},L,P{i},N{i})" for i in range(6))
    every = (1 << (1 << len(workload.unknown))) - 1
    lines.append(
        f"total(S) :- S = #sum{{N0*N1*N2*N3*N4*N5,L,P0,P1,P2,P3,P4,P5 : {many},"
        f" P0 & P1 & (P2 ? P3) & (P4 ? ({every}-P5)) == {every}}}."
    )
    return _clingo("\n".join(lines), "total/1")["total"][0][0]


def clingo_answers(workload: Workload) -> Answers:
    """The same factoring throughout; for the knob, definitions by the bits of the levels at which they hold."""
    lines = _clingo_numbers(workload)
    truths = ",".join(f"T{i}" for i in range(6))
    lines += [
        f"r({truths},1) :- {', '.join(f'b(T{i})' for i in range(6))}, T0+T1 == 2, 1 <= T2+T3, 1 <= T4+1-T5.",
        f"r({truths},0) :- {', '.join(f'b(T{i})' for i in range(6))}, not r({truths},1).",
        # the cost of having a term true or false: none if its first definition is so, one if some definition is
        "cost(I,1,L,0) :- h(I,0,L,0).",
        "cost(I,0,L,0) :- n(I,0,L,_), not h(I,0,L,0).",
        "cost(I,T,L,1) :- n(I,T,L,N), N > 0, not cost(I,T,L,0).",
        "cost(0,0). cost(L,1) :- level(L), L > 0.",
    ]
    numbers = [f"n({i},T{i},L,N{i})" for i in range(6)]
    product_ = "*".join(f"N{i}" for i in range(6))
    lines.append(f"total(R,S) :- b(R), S = #sum{{{product_},L,{truths} : r({truths},R), {', '.join(numbers)}}}.")
    for i in range(6):
        others = [numbers[k] for k in range(6) if k != i]
        both = [f"n({i},0,L,A)", "A > 0", f"n({i},1,L,B)", "B > 0"]
        without = ",".join(f"T{k}" for k in range(6) if k != i)
        sides = [f"r({','.join(str(t) if k == i else f'T{k}' for k in range(6))},R{t})" for t in (0, 1)]
        weight = "*".join(f"N{k}" for k in range(6) if k != i)
        lines.append(
            f"pivotal({i + 1},S) :- S = #sum{{{weight},L,{without} : "
            f"{', '.join([*sides, 'R0 != R1', *both, *others])}}}."
        )
        lines.append(f"bits({i},J,P) :- J = 0..4, P = #sum{{2**L,L : h({i},J,L,0)}}.")
        lines.append(f"many({i},P,N) :- bits({i},_,P), N = #count{{J : bits({i},J,P)}}.")
    many = ", ".join(f"many({i},P{i},N{i})" for i in range(6))
    patterns = ",".join(f"P{i}" for i in range(6))
    lines.append(
        f"pivotal(0,S) :- S = #sum{{{product_},{patterns} : {many},"
        " R = P0 & P1 & (P2 ? P3) & (P4 ? (15-P5)), R > 0, R < 15}."
    )
    costs = ", ".join(f"cost({i},T{i},L,C{i})" for i in range(6))
    lines += [
        f"near(R,C+C0+C1+C2+C3+C4+C5,L,{truths}) :- r({truths},R), cost(L,C), {costs}.",
        f"best(R,M) :- b(R), M = #min{{C : near(R,C,L,{truths})}}, M < 9.",
        f"cheapest(R,L,{truths}) :- best(R,M), near(R,M,L,{truths}).",
    ]
    found = _clingo("\n".join(lines), "total/2", "pivotal/2", "cheapest/8", "h/4")
    holds = set(found["h"])
    nearest = {}
    for outcome, level, *terms in found["cheapest"]:
        chosen = [next(j for j in range(5) if ((i, j, level, 0) in holds) == bool(t)) for i, t in enumerate(terms)]
        nearest[NAMES[2 * outcome]] = (level, *chosen)
    return Answers(
        {NAMES[2 * outcome]: number for outcome, number in found["total"] if number},
        nearest,
        {CHOICES[at]: _share(number, at) for at, number in found["pivotal"]},
    )


# polars: a table of definitions for each term and world, joined on the world


def _polars_joined(workload: Workload, *, definitions: bool) -> Any:
    import polars as pl

    joined: Any = None
    worlds = [terms for completions in workload.table() for terms in completions]
    for i in range(6):
        columns: dict[str, Any] = {
            "w": [w for w in range(len(worlds)) for _ in range(5)],
            f"t{i}": [truth for terms in worlds for truth in terms[i]],
        }
        if definitions:
            columns[f"d{i}"] = [*range(5)] * len(worlds)
        frame = pl.LazyFrame(columns)
        joined = frame if joined is None else joined.join(frame, on="w")
    return joined.with_columns(level=pl.col("w") // (len(worlds) // 4)) if definitions else joined


def _polars_clause() -> Any:
    import polars as pl

    t = [pl.col(f"t{i}") for i in range(6)]
    return t[0] & t[1] & (t[2] | t[3]) & (t[4] | ~t[5])


POLARS_READING = ["level", *(f"d{i}" for i in range(6))]


def polars_count(workload: Workload) -> int:
    import polars as pl

    joined = _polars_joined(workload, definitions=bool(workload.unknown))
    kept = joined.filter(_polars_clause())
    if workload.unknown:
        numbers = kept.group_by(POLARS_READING).len()
        kept = numbers.filter(pl.col("len") == 1 << len(workload.unknown))
    return int(kept.select(pl.len()).collect().item())


def polars_answers(workload: Workload) -> Answers:
    import polars as pl

    joined = _polars_joined(workload, definitions=True).select(*POLARS_READING, _polars_clause().alias("r"))
    if workload.unknown:
        sides = joined.group_by(POLARS_READING).agg(pl.col("r").min().alias("all"), pl.col("r").max().alias("some"))
        outcome = (pl.col("all").cast(pl.Int8) + pl.col("some")).alias("o")
        readings = sides.select(*POLARS_READING, outcome).collect()
    else:
        readings = joined.select(*POLARS_READING, (pl.col("r").cast(pl.Int8) * 2).alias("o")).collect()
    distance = pl.sum_horizontal(*(pl.col(each) != 0 for each in POLARS_READING))
    asked = [
        readings.lazy().group_by("o").len(),
        readings.lazy().group_by("o").agg(pl.struct(POLARS_READING).get(distance.arg_min())),
        *(
            readings.lazy()
            .group_by([other for other in POLARS_READING if other != each])
            .agg((pl.col("o").min() != pl.col("o").max()).alias("changes"))
            .select(pl.col("changes").sum())
            for each in POLARS_READING
        ),
    ]
    numbers, nearest, *changing = pl.collect_all(asked)
    return Answers(
        {NAMES[o]: number for o, number in numbers.iter_rows()},
        {NAMES[o]: tuple(reading.values()) for o, reading in nearest.iter_rows()},
        {CHOICES[at]: _share(int(each.item()), at) for at, each in enumerate(changing)},
    )


# DuckDB: the same in SQL

DUCKDB_READING = ", ".join(POLARS_READING)


def _duckdb_tables(workload: Workload) -> Any:
    import duckdb as db

    connection = db.connect()
    worlds = [(level, terms) for level, completions in enumerate(workload.table()) for terms in completions]
    for i in range(6):
        rows = ", ".join(
            f"({w}, {level}, {j}, {truth})"
            for w, (level, terms) in enumerate(worlds)
            for j, truth in enumerate(terms[i])
        )
        columns = "w, level" if i == 0 else "w, _"
        connection.execute(f"create table t{i} as select * from (values {rows}) as v({columns}, d{i}, t{i})")
    return connection


DUCKDB_JOINS = "t0 " + " ".join(f"join t{i} using (w)" for i in range(1, 6))


def duckdb_count(workload: Workload) -> int:
    connection = _duckdb_tables(workload)
    kept = f"from {DUCKDB_JOINS} where {CLAUSE}"
    if workload.unknown:
        number = 1 << len(workload.unknown)
        kept = f"from (select 1 {kept} group by {DUCKDB_READING} having count(*) = {number})"
    (found,) = connection.execute(f"select count(*) {kept}").fetchone()
    connection.close()
    return int(found)


def duckdb_answers(workload: Workload) -> Answers:
    connection = _duckdb_tables(workload)
    if workload.unknown:
        outcome = f"min(({CLAUSE})::int) + max(({CLAUSE})::int) as o from {DUCKDB_JOINS} group by all"
    else:
        outcome = f"2 * ({CLAUSE})::int as o from {DUCKDB_JOINS}"
    connection.execute(f"create table readings as select {DUCKDB_READING}, {outcome}")
    counts = connection.execute("select o, count(*) from readings group by o").fetchall()
    distance = " + ".join(f"({each} <> 0)::int" for each in POLARS_READING)
    nearest = connection.execute(
        f"select o, arg_min([{DUCKDB_READING}], {distance}) from readings group by o"
    ).fetchall()
    pivotal = {}
    for at, each in enumerate(POLARS_READING):
        others = ", ".join(other for other in POLARS_READING if other != each)
        changing = f"select 1 from readings group by {others} having min(o) <> max(o)"
        (number,) = connection.execute(f"select count(*) from ({changing})").fetchone()
        pivotal[CHOICES[at]] = _share(int(number), at)
    connection.close()
    return Answers({NAMES[o]: n for o, n in counts}, {NAMES[o]: tuple(r) for o, r in nearest}, pivotal)


# oxidd: a BDD over term truths for each level, given the factoring by hand; weights in Python


def oxidd_count(workload: Workload) -> int:
    from oxidd.bdd import BDDManager

    table = workload.table()
    manager = BDDManager(1 << 12, 1 << 12, 1)
    manager.add_vars(6)
    t = [manager.var(i) for i in range(6)]
    root = t[0] & t[1] & (t[2] | t[3]) & (t[4] | ~t[5])
    total = 0
    for (terms,) in table:
        weights = [(sum(own), len(own) - sum(own)) for own in terms]
        memo: dict[Any, int] = {}

        def weigh(node: Any, at: int) -> int:
            if at == 6:
                return int(node.satisfiable())
            key = (node, at)
            if key not in memo:
                high, low = weights[at]
                if node.node_var() == at:
                    then, otherwise = node.cofactors()
                    memo[key] = high * weigh(then, at + 1) + low * weigh(otherwise, at + 1)
                else:
                    memo[key] = (high + low) * weigh(node, at + 1)
            return memo[key]

        total += weigh(root, 0)
    return total


PEERS: dict[str, tuple[Any, Any]] = {
    "clingo, factored by hand": (clingo_count, clingo_answers),
    "polars, joins and group-bys": (polars_count, polars_answers),
    "DuckDB, joins and group-bys": (duckdb_count, duckdb_answers),
    "oxidd, factored by hand": (oxidd_count, None),
    "plain Python, definitions once": (plain_count, plain_answers),
    "plain Python, naive": (naive_count, None),
}
ONLY_KNOWN_FACTS = {clingo_answers, oxidd_count, plain_count, naive_count}
"""Written for scenarios in which all facts are known."""
