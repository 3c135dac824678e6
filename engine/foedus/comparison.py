"""Comparison of clauses: for the same facts, does one arise where the other does; with a scenario that shows it.

A template makes the question finite: one act against a party of each clause on a day on which that clause is in force,
with every fact about it open; and for each `some` in either clause, an event that could be the one it looks for, which
may or may not have happened. The two clauses are asked of the same facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from foedus.diagram import NO, YES, Diagrams, find_nearest
from foedus.errors import InputError, InputErrors
from foedus.formula import About, Dated, Formula, Some, Term, Test, Who, conjuncts
from foedus.ground import Case, Facts, Situation, version_for
from foedus.model import Event, Scenario, Stated
from foedus.readings import Maker
from foedus.residual import Evaluation, Space, by_definition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from foedus.ground import Rules
    from foedus.residual import Residual
    from foedus.vocabulary import Value

Relation = Literal["equivalent", "broader", "narrower", "incomparable"]
ATTACK = "attack"
ANYONE = "ZZZ"
"""A fictitious State, where any adversary will do."""


@dataclass(frozen=True)
class Witness:
    """A situation in which one clause arises and the other does not: facts, and choices where they were open."""

    facts: tuple[tuple[str, str, Value], ...]
    choices: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Comparison:
    """How the first clause relates to the second: it arises in more cases (broader), in fewer, or neither.

    `only_first` shows facts under which only the first arises, `only_second` the reverse.
    """

    relation: Relation
    only_first: Witness | None
    only_second: Witness | None


def compare(
    rules: Rules, first: str, second: str, fixed: Mapping[str, Value], *, limit: int = 200_000
) -> tuple[Comparison, Template]:
    """The relation of two clauses for all facts of the template, and all readings that `fixed` leaves open.

    Raises:
        InputErrors: if a clause has no parties in force together, for whom an act could be a case.
        TooEntangledError: if the facts and readings together have no small enough diagram.
    """
    template = Template(rules, first, second, dict(fixed))
    space = Space(rules, template.all_fixed)
    residuals = [template.residual(space, clause) for clause in (first, second)]
    keys = sorted(space.variables, key=lambda key: not space.variables[key].is_choice)
    diagrams = Diagrams([len(space.variables[key].values) for key in keys], limit)
    maker = Maker(diagrams, {key: level for level, key in enumerate(keys)})
    one, other = (maker.diagram(each) for each in residuals)
    is_act = YES
    if f"fact:{ATTACK}.act" in keys:
        # whatever the act is, it is one that can make a case
        acts = rules.vocabulary.acts
        levels = {key: level for level, key in enumerate(keys)}
        variable = space.variables[f"fact:{ATTACK}.act"]
        is_act = diagrams.node(
            levels[f"fact:{ATTACK}.act"], tuple(int(acts[str(v)].kind == "conduct") for v in variable.values)
        )
    only_first = diagrams.both(is_act, diagrams.both(one, diagrams.negate(other)))
    only_second = diagrams.both(is_act, diagrams.both(other, diagrams.negate(one)))
    relation: Relation = "equivalent"
    if only_first != NO:
        relation = "broader" if only_second == NO else "incomparable"
    elif only_second != NO:
        relation = "narrower"

    def witness(root: int) -> Witness | None:
        if root == NO:
            return None
        usual = [_usual(space.variables[key]) for key in keys]
        _, ways = find_nearest(diagrams, root, usual, YES, 1)
        values = {**dict(enumerate(usual)), **ways[0]}
        facts, choices = [], []
        support = diagrams.support(root)
        for level, key in enumerate(keys):
            variable = space.variables[key]
            value = variable.values[values[level]]
            if variable.kind == "fact" and value is not None and level in support:
                facts.append((*variable.of, value))
            elif variable.is_choice and value is not None:
                choices.append((variable.name, value))
        return Witness(tuple(facts), tuple(choices))

    return Comparison(relation, witness(only_first), witness(only_second)), template


def _usual(variable: Any) -> int:  # noqa: ANN401 - a variable
    """The value that is taken where it does not matter; what is looked for did not happen."""
    if variable.kind == "fact" and variable.of[1] == "happened" and variable.of[0] != ATTACK:
        return int(variable.values.index(False))
    return 0


class Template:
    """The situation of which two clauses are asked, in twins: each clause has parties and a day of its own."""

    def __init__(self, rules: Rules, first: str, second: str, fixed: dict[str, Value]) -> None:
        self.rules = rules
        self.clauses = (first, second)
        self.all_fixed = by_definition(rules, fixed)
        self.parties = {clause: self._parties(clause) for clause in self.clauses}
        self.companions = self._companions()

    def _parties(self, clause_id: str) -> tuple[str, str, str, date]:
        """Obligor, beneficiary, adversary and a day on which the clause is in force between the first two."""
        treaty, clause = self.rules.clause(clause_id)
        named = self._adversaries(clause_id)
        for obligor in clause.obligors or treaty.parties:
            for beneficiary in clause.beneficiaries or treaty.parties:
                if obligor == beneficiary:
                    continue
                for one in treaty.periods(obligor):
                    for other in treaty.periods(beneficiary):
                        begins = max(one.from_, other.from_)
                        ends = min((each.until for each in (one, other) if each.until), default=None)
                        day = begins + timedelta(days=30)
                        if ends is None or day < ends:
                            last = clause.versions[-1].from_
                            day = max(day, last) if last and (ends is None or last < ends) else day
                            adversary = next((a for a in named if a not in {obligor, beneficiary}), ANYONE)
                            return obligor, beneficiary, adversary, day
        message = f"no two parties of `{clause_id}` were ever bound together"
        raise InputErrors([InputError(message)])

    def _adversaries(self, clause_id: str) -> list[str]:
        """The adversaries that the clause names."""
        names: list[str] = []
        for formula in self._reachable(clause_id):
            for part in formula.walk():
                if isinstance(part, Who) and part.whose in {"adversary", "by"}:
                    names += [name for name in part.of if name in self.rules.actors]
        return [name for name in dict.fromkeys(names) if self.rules.actors[name].kind == "state"]

    def _reachable(self, clause_id: str) -> Iterator[Formula]:
        """Every formula that the clause can come to under the readings that are open."""
        treaty, clause = self.rules.clause(clause_id)
        name = clause_id.partition("/")[2]
        attached = [a for a in treaty.attachments.values() if not a.clauses or name in a.clauses]
        overlays = [self.rules.overlays[each] for each in clause.overlays] + attached
        waiting: list[Formula] = [f for o in overlays for f in (o.requires, o.excludes) if f is not None]
        version = clause.versions[-1]
        waiting += [version.trigger, *version.scope.values(), *version.exceptions.values()]
        seen: set[str] = set()
        while waiting:
            formula = waiting.pop()
            yield formula
            for part in formula.walk():
                if isinstance(part, Term) and part.term not in seen:
                    seen.add(part.term)
                    fixed = self.all_fixed.get(part.term)
                    definitions = self.rules.terms[part.term].definitions
                    names = [str(fixed)] if fixed is not None else list(definitions)
                    waiting += [definitions[each].holds_when for each in names]

    def _companions(self) -> list[Some]:
        """What `some` looks for in either clause, each once."""
        found: dict[Formula, None] = {}
        for clause in self.clauses:
            for formula in self._reachable(clause):
                found.update(dict.fromkeys(part for part in formula.walk() if isinstance(part, Some)))
        return [each for each in found if isinstance(each, Some)]

    def scenario(self, clause: str, witness: Witness | None = None, suffix: str = "") -> list[Event]:
        """The events of one clause's twin; open, or as a witness has them."""
        obligor, beneficiary, adversary, day = self.parties[clause]
        facts = {(event, name): value for event, name, value in witness.facts} if witness else {}
        roles = {"obligor": obligor, "beneficiary": beneficiary, "adversary": adversary}
        own = {name: Stated(value) for (event, name), value in facts.items() if event == ATTACK and name != "act"}
        act = facts.get((ATTACK, "act"))
        events = [
            Event(
                ATTACK + suffix,
                day,
                Stated(act or "invasion" if witness else None),
                Stated(adversary),
                Stated(beneficiary),
                facts=own,
            )
        ]
        for index, some in enumerate(self.companions):
            events.append(
                self._companion(f"other-{index + 1}", some.of, roles, day, facts, suffix, is_open=witness is None)
            )
        if witness:
            kept = [
                e
                for e in events
                if e.id.startswith(ATTACK) or facts.get((e.id.removesuffix(suffix), "happened")) is True
            ]
            return [replace(e, facts={n: s for n, s in e.facts.items() if n != "happened"}) for e in kept]
        return events

    def _companion(
        self, name: str, condition: Formula, roles: dict[str, str], day: date, facts: dict[tuple[str, str], Value],
        suffix: str, *, is_open: bool,
    ) -> Event:  # fmt: skip
        """An event that could be the one which a condition looks for."""
        parts = list(conjuncts(condition))
        acts = [
            v for p in parts if isinstance(p, Test) and p.attribute == "act" for v in p.values if isinstance(v, str)
        ]
        expanded = self.rules.vocabulary.expand(tuple(acts)) if acts else ("characterisation",)
        when = next((p.relation for p in parts if isinstance(p, Dated)), "after")
        shift = -1 if when in {"before", "not-after"} else 1
        own: dict[str, Stated] = {"happened": Stated()} if is_open else {}
        for part in parts:
            if isinstance(part, Test) and part.attribute not in {"act", "happened"}:
                value = facts.get((name, part.attribute))
                if value is not None or is_open:
                    own[part.attribute] = Stated(value)
        if (name, "happened") in facts:
            own["happened"] = Stated(facts[name, "happened"])
        return Event(
            name + suffix,
            day + timedelta(days=shift),
            Stated(str(expanded[0])),
            Stated(self._actor(parts, "by", roles)),
            Stated(self._actor(parts, "against", roles)),
            about=ATTACK + suffix if any(isinstance(p, About) for p in parts) else None,
            facts=own,
        )

    def _actor(self, parts: list[Formula], whose: str, roles: dict[str, str]) -> str:
        for part in parts:
            if isinstance(part, Who) and part.whose == whose:
                for name in part.of:
                    if name in roles:
                        return roles[name]
                    if name in self.rules.actors:
                        return name
                return roles["beneficiary"]
        return roles["adversary"] if whose == "against" else roles["beneficiary"]

    def situation(self, clause: str) -> Situation:
        """The case that the act makes for the clause, every fact open."""
        obligor, beneficiary, adversary, day = self.parties[clause]
        scenario = Scenario("template", "template", "", (clause,), tuple(self.scenario(clause)))
        version = version_for(self.rules.clause(clause)[1], day, day)
        return Situation(self.rules, Facts(scenario), Case(clause, version, obligor, beneficiary, adversary, ATTACK))

    def residual(self, space: Space, clause: str) -> Residual:
        """The clause asked of the template, open facts as variables."""
        situation = self.situation(clause)
        return Evaluation(space, situation).residual(situation.casus, ATTACK)

    def written(self, witness: Witness, name: str) -> Scenario:
        """A scenario that shows a witness: twins of the same facts, one for each clause."""
        events = [
            event
            for clause, suffix in zip(self.clauses, ("", "-twin"), strict=True)
            for event in self.scenario(clause, witness, suffix)
        ]
        return Scenario(name, "", "", self.clauses, tuple(events))
