"""The drafting lab: a clause with a word dropped or a condition added, and what that changes in every scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from foedus.errors import InputError, InputErrors, nearest
from foedus.formula import TRUE, All, AnyOf, AtLeast, Choose, Formula, Not, Some, Term
from foedus.readings import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from fractions import Fraction

    from foedus.ground import Rules
    from foedus.model import Clause, Scenario
    from foedus.readings import Asked
    from foedus.vocabulary import Value


@dataclass(frozen=True)
class Effect:
    """What a change of the text does to one scenario: finding and share of listed readings, before and after."""

    scenario: str
    before: str
    after: str
    share_before: Fraction
    share_after: Fraction

    @property
    def changes(self) -> bool:
        """Whether finding or share changes."""
        return self.before != self.after or self.share_before != self.share_after


def redraft(rules: Rules, clause_id: str, *, drop: Iterable[str] = (), add: Iterable[Formula] = ()) -> Rules:
    """The rules with the clause redrafted: some terms dropped, some conditions added to its trigger.

    Raises:
        InputErrors: if a term to drop does not stand in the clause.
    """
    treaty, clause = rules.clause(clause_id)
    standing = {part.term for formula in _formulas(clause) for part in formula.walk() if isinstance(part, Term)}
    wrong = [term for term in drop if term not in standing]
    if wrong:
        raise InputErrors(
            [InputError(f"the term `{t}` does not stand in `{clause_id}`", None, nearest(t, standing)) for t in wrong]
        )
    dropped = set(drop)

    def rewritten(formula: Formula) -> Formula:
        return _without(formula, dropped) or TRUE

    versions = []
    for version in clause.versions:
        trigger = rewritten(version.trigger)
        added = tuple(add)
        exceptions = {name: _without(each, dropped) for name, each in version.exceptions.items()}
        versions.append(
            replace(
                version,
                trigger=All((trigger, *added)) if added else trigger,
                scope={name: rewritten(each) for name, each in version.scope.items()},
                exceptions={name: each for name, each in exceptions.items() if each is not None},
                procedure={n: replace(s, met_when=rewritten(s.met_when)) for n, s in version.procedure.items()},
            )
        )
    name = clause_id.partition("/")[2]
    clauses = {**treaty.clauses, name: replace(clause, versions=tuple(versions))}
    return replace(rules, treaties={**rules.treaties, treaty.treaty: replace(treaty, clauses=clauses)})


def _formulas(clause: Clause) -> Iterator[Formula]:
    for version in clause.versions:
        yield version.trigger
        yield from version.scope.values()
        yield from version.exceptions.values()
        yield from (step.met_when for step in version.procedure.values())


def _without(formula: Formula, dropped: set[str]) -> Formula | None:
    """The formula with some words struck out; `None` if nothing is left."""
    match formula:
        case Term(name):
            return None if name in dropped else formula
        case All(of) | AnyOf(of) | AtLeast(_, of):
            kept = tuple(part for part in (_without(each, dropped) for each in of) if part is not None)
            return replace(formula, of=kept) if kept or not of else None
        case Not(of) | Some(of):
            inner = _without(of, dropped)
            return replace(formula, of=inner) if inner is not None else None
        case Choose(choice, options):
            return Choose(choice, tuple((name, _without(each, dropped) or TRUE) for name, each in options))
    return formula


def effects(
    before: Rules,
    after: Rules,
    clause_id: str,
    scenarios: Iterable[Scenario],
    *,
    asked: Asked = "casus",
    current: Mapping[str, Value] | None = None,
    fixed: Mapping[str, Value] | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Effect]:
    """What the redrafted clause changes, scenario by scenario."""
    out = []
    for scenario in scenarios:
        one = Question(before, scenario, clause_id, asked, current=current or {})
        other = Question(
            after, scenario, clause_id, asked, current={**(current or {}), **(fixed or {})}, fixed=fixed or {}
        )
        advance()
        if not any(one.situations.values()):
            continue
        yes = "arises" if asked == "casus" else "due"
        out.append(
            Effect(scenario.scenario, one.finding_now(), other.finding_now(), one.shares[yes], other.shares[yes])
        )
    return out
