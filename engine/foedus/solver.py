"""Residual formulas for a SAT solver: is there an assignment of facts and choices under which one holds.

Each variable has one Boolean for each of its values, of which exactly one is true; each part of a formula has a
Boolean that is true exactly where the part holds (Tseitin 1968). Only this module knows of PySAT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from foedus.residual import Residual, Variable
    from foedus.vocabulary import Value

Literal = int
"""A Boolean of the solver, negative where negated."""


def is_available() -> bool:
    """Whether PySAT is installed."""
    from importlib.util import find_spec

    return find_spec("pysat") is not None


@dataclass
class Satisfiability:
    """Formulas over many-valued variables, of which the solver tells whether they can hold together.

    Raises:
        InputErrors: if PySAT is not installed.
    """

    variables: Mapping[str, Variable]
    last: int = 1
    values: dict[str, tuple[Literal, ...]] = field(default_factory=dict)
    known: dict[int, tuple[Residual, Literal]] = field(default_factory=dict)
    tests: dict[Residual, Literal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            from pysat.solvers import Solver
        except ImportError as error:
            hint = "pip install '.[prove]' in the folder of foedus"
            raise InputErrors([InputError("proofs and comparisons need the solver PySAT", None, hint)]) from error
        self.solver = Solver(name="cadical195")
        self.solver.add_clause([self.last])  # the literal 1 is true

    def fresh(self) -> Literal:
        """A Boolean that nothing is said of yet."""
        self.last += 1
        return self.last

    def of(self, key: str) -> tuple[Literal, ...]:
        """The literals of a variable, one for each of its values."""
        found = self.values.get(key)
        if found is None:
            found = self.values[key] = self._one_of(len(self.variables[key].values))
        return found

    def taking(self, values: Mapping[str, Value]) -> list[Literal]:
        """The literals of variables that have some values."""
        return [self.of(key)[self.variables[key].values.index(value)] for key, value in values.items()]

    def _one_of(self, count: int) -> tuple[Literal, ...]:
        if count == 1:
            return (1,)
        if count == 2:  # noqa: PLR2004 - one Boolean tells of two values
            only = self.fresh()
            return (only, -only)
        own = tuple(self.fresh() for _ in range(count))
        self.solver.add_clause(own)
        # at most one of them, by a chain: `passed` is true from the value taken on (Sinz 2005)
        passed = own[0]
        for each in own[1:]:
            self.solver.add_clause([-passed, -each])
            then = self.fresh()
            self.solver.add_clause([-passed, then])
            self.solver.add_clause([-each, then])
            passed = then
        return own

    def literal(self, residual: Residual) -> Literal:
        """The literal that is true exactly where a formula holds."""
        if isinstance(residual, bool):
            return 1 if residual else -1
        # by identity: the hash of a nested tuple is computed anew each time, and evaluation shares its results
        found = self.known.get(id(residual))
        if found is None:
            found = self.known[id(residual)] = (residual, self._define(residual))
        return found[1]

    def _define(self, residual: tuple[Any, ...]) -> Literal:
        name, *rest = residual
        if name == "not":
            return -self.literal(rest[0])
        if name == "pick":
            return self._pick(*rest)
        parts = [self.literal(part) for part in rest[0]]
        return self.every(parts) if name == "all" else self.some(parts)

    def every(self, parts: Iterable[Literal]) -> Literal:
        """The literal that is true exactly where all of some literals are."""
        kept = tuple(dict.fromkeys(part for part in parts if part != 1))
        if not kept:
            return 1
        if len(kept) == 1:
            return kept[0]
        whole = self.fresh()
        for part in kept:
            self.solver.add_clause([-whole, part])
        self.solver.add_clause([whole, *(-part for part in kept)])
        return whole

    def some(self, parts: Iterable[Literal]) -> Literal:
        """The literal that is true exactly where one of some literals is."""
        return -self.every([-part for part in parts])

    def _pick(self, key: str, branches: Sequence[Residual]) -> Literal:
        if not all(isinstance(branch, bool) for branch in branches):
            return self._make_pick(key, branches)
        test = (key, branches)
        found = self.tests.get(test)
        if found is None:
            found = self.tests[test] = self._make_pick(key, branches)
        return found

    def _make_pick(self, key: str, branches: Sequence[Residual]) -> Literal:
        own = self.of(key)
        true = [value for value, branch in zip(own, branches, strict=True) if branch is True]
        false = [value for value, branch in zip(own, branches, strict=True) if branch is False]
        if len(true) + len(false) == len(own):  # one of the values that are fewer is taken, or none of them
            return self.some(true) if len(true) <= len(false) else -self.some(false)
        parts = [(value, self.literal(b)) for value, b in zip(own, branches, strict=True) if not isinstance(b, bool)]
        whole = self.fresh()
        self.solver.add_clause([-whole, *true, *(value for value, _ in parts)])
        for value in true:
            self.solver.add_clause([-value, whole])
        for value, part in parts:
            self.solver.add_clause([-value, -part, whole])
            self.solver.add_clause([-value, part, -whole])
        return whole

    def can_hold(self, literals: Iterable[Literal]) -> bool:
        """Whether some assignment makes all of them true; then `model` tells it."""
        return bool(self.solver.solve(assumptions=[each for each in literals if each != 1]))

    def true(self) -> frozenset[Literal]:
        """The literals that are true in the assignment found last."""
        return frozenset(self.solver.get_model())

    def model(self) -> dict[str, int]:
        """Variable to the index of its value, in the assignment found last."""
        true = self.true()
        return {
            key: next(i for i, each in enumerate(own) if each in true or each == 1) for key, own in self.values.items()
        }

    def core(self, named: Mapping[Literal, str], always: Iterable[Literal]) -> list[str]:
        """The names of some literals that cannot hold together, none of which could be left out."""
        kept = list(named)
        always = list(always)
        for each in list(kept):
            rest = [other for other in kept if other != each]
            if not self.can_hold([*always, *rest]):
                kept = rest
        return [named[each] for each in kept]

    def close(self) -> None:
        """Give the solver's memory back."""
        self.solver.delete()
