"""What executors must agree on; importable by the worker processes that compare them.

durable-rules keeps megabytes of every rule set, even of a deleted one, so many comparisons need processes that end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from foedus import reference, rete
from foedus.derivation import choices_of, conclude
from foedus.diagram import NO, TERMINALS, YES, Diagrams
from foedus.ground import Facts, Reading, Situation, find_situations
from foedus.loading.library import Library
from foedus.readings import Maker, disputants
from foedus.residual import Evaluation, Space
from foedus.run import under
from generated import KNOBS, TEMPORAL, VALUES
from seeded import Drawn, draw_situations, smaller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from foedus.formula import Truth
    from foedus.residual import Variable
    from foedus.vocabulary import Value

HAS_RETE = rete.is_available()


def see_that_they_agree(situation: Situation, reading: Reading) -> None:
    expected = reference.judge(situation, reading)
    found = rete.judge(situation, reading)
    assert found.casus == expected.casus
    assert found.steps == expected.steps
    assert conclude(situation, found) == conclude(situation, expected)


class ByDiagram:
    """The conditions of a situation by one diagram of each over all readings and unknown facts."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        steps = [condition for _, met, refused in situation.steps.values() for condition in (met, refused)]
        self.conditions = [situation.casus, *steps]
        space = Space(situation.rules)
        evaluation = Evaluation(space, situation)
        left = [evaluation.residual(condition, situation.case.event) for condition in self.conditions]
        self.variables = list(space.variables.values())
        self.diagrams = Diagrams([len(variable.values) for variable in self.variables])
        maker = Maker(self.diagrams, {key: level for level, key in enumerate(space.variables)})
        self.roots = [maker.diagram(each) for each in left]

    def truths(self, reading: Reading, facts: Mapping[tuple[str, str], Value]) -> list[Truth]:
        """Under a reading and with those facts; unknown where other facts or unknown actors decide."""
        reading = reading.within(self.situation)
        return [self._truth(root, reading, facts) for root in self.roots]

    def _truth(self, root: int, reading: Reading, facts: Mapping[tuple[str, str], Value]) -> Truth:
        waiting, reached = [root], set()
        while waiting:
            node = waiting.pop()
            if node < TERMINALS:
                reached.add(node)
                continue
            variable, branches = self.variables[self.diagrams.levels[node]], self.diagrams.branches[node]
            if variable.is_choice:
                waiting.append(branches[variable.values.index(_chosen(variable, reading))])
            elif variable.of in facts:
                waiting.append(branches[variable.values.index(facts[variable.of])])
            else:
                waiting += branches
        return {frozenset({NO}): False, frozenset({YES}): True}.get(frozenset(reached))

    def completion(self, dice: Random) -> dict[tuple[str, str], Value]:
        """A value for every fact that nobody states."""
        domains = {v.of: [x for x in v.values if x is not None] for v in self.variables if v.kind == "fact"}
        usual: dict[str, list[Value]] = {**VALUES, "act": ["strike", "raid"], "happened": [True, False]}
        return {
            (event, name): dice.choice(domains.get((event, name)) or usual[name])
            for event in self.situation.facts.events
            for name in usual
            if (event, name) not in self.situation.known
        }


def _chosen(variable: Variable, reading: Reading) -> Value | None:
    term, definition = variable.of
    match variable.kind:
        case "term":
            return reading.definition(variable.name)[0]
        case "knob" if not term:
            return reading.choices.get(variable.name, KNOBS["shared"].default)
        case "knob" if reading.definition(term)[0] == definition:
            return reading.knob(term, variable.name.rpartition(".")[2])
        case "knob":
            return variable.values[0]
    return reading.choices.get(variable.name, variable.values[0])


def find_difference(
    situation: Situation,
    reading: Reading,
    by_diagram: ByDiagram,
    facts: Mapping[tuple[str, str], Value],
    *,
    by_rete: bool = HAS_RETE,
) -> str | None:
    """What executors do not agree on, unknown facts being put in; `None` where they agree.

    durable-rules is compared on whole derivations, the diagram on values. The diagram may settle what Kleene's logic
    leaves unknown, and never contradicts what that settles.
    """
    wiser = replace(situation, overrides=facts) if facts else situation
    expected = reference.judge(wiser, reading)
    if by_rete:
        found = rete.judge(wiser, reading)
        if found != expected:
            return f"durable-rules: {conclude(wiser, found)}\nreference: {conclude(wiser, expected)}"
    values = [expected.casus.value, *(each.value for pair in expected.steps.values() for each in pair)]
    truths = by_diagram.truths(reading, facts)
    for condition, value, truth in zip(by_diagram.conditions, values, truths, strict=True):
        if value is not None and truth is not value:
            return f"diagram: {truth}\nreference: {value}\nof {condition}"
    return None


@dataclass
class Compared:
    """How many cases were compared by the diagram, how many of them by durable-rules, and where which difference is."""

    by_diagram: int = 0
    by_rete: int = 0
    differences: list[tuple[Drawn, str]] = field(default_factory=list)

    def __add__(self, other: Compared) -> Compared:
        return Compared(
            self.by_diagram + other.by_diagram,
            self.by_rete + other.by_rete,
            [*self.differences, *other.differences],
        )


COMPLETIONS = 3


def compare_on_drawn(seed: int, cases: int) -> Compared:
    """At least so many cases: a situation, a reading, and the facts as stated or with unknown ones put in.

    Each reading of a situation is compared by durable-rules once, with the one or the other facts.
    """
    dice = Random(seed)  # noqa: S311 - cases, not secrets
    done = Compared()
    while done.by_diagram < cases:
        for drawn in draw_situations(dice):
            situation = drawn.situation()
            by_diagram = ByDiagram(situation)
            for choices in drawn.readings:
                reading = Reading(choices, drawn.rules)
                versions: list[dict[tuple[str, str], Value]] = [{}]
                for _ in range(COMPLETIONS):
                    facts = by_diagram.completion(dice)
                    versions += [facts] * (facts not in versions)
                chosen = dice.randrange(len(versions))
                for index, facts in enumerate(versions):
                    by_rete = HAS_RETE and index == chosen
                    done.by_diagram += 1
                    done.by_rete += by_rete
                    if found := find_difference(situation, reading, by_diagram, facts, by_rete=by_rete):
                        done.differences.append((replace(drawn, readings=(choices,), facts=facts), found))
    return done


def difference_in(drawn: Drawn) -> str | None:
    """What executors do not agree on under the first reading."""
    situation = drawn.situation()
    return find_difference(situation, Reading(drawn.readings[0], drawn.rules), ByDiagram(situation), drawn.facts)


def smallest(drawn: Drawn) -> Drawn:
    """A case on which executors still differ, and from which nothing can be left out."""
    for less in smaller(drawn):
        try:
            differs = difference_in(less) is not None
        except LookupError:
            continue  # what was left out was asked for
        if differs:
            return smallest(less)
    return drawn


def as_program(drawn: Drawn, difference: str) -> str:
    """A Python program that shows the difference, which is told first."""
    rules = drawn.rules
    parts = {
        "scenario": drawn.scenario,
        "terms": {name: term for name, term in rules.terms.items() if term != TEMPORAL},
        "treaties": rules.treaties,
        "overlays": rules.overlays,
    }
    lines = [f"{name} = {value!r}" for name, value in parts.items()]
    rest = (drawn.account, drawn.on, drawn.number, drawn.readings, drawn.facts)
    return "\n".join([
        *(f"# {line}" for line in difference.splitlines()),
        "import datetime",
        "from comparing import difference_in",
        "from foedus.formula import *",
        "from foedus.ground import Rules",
        "from foedus.model import *",
        "from generated import ACTORS, TEMPORAL, VOCABULARY",
        "from seeded import Drawn",
        *lines,
        "terms[TEMPORAL.term] = TEMPORAL",
        "rules = Rules(VOCABULARY, ACTORS, terms, treaties, overlays, {})",
        f"print(difference_in(Drawn(rules, scenario, *{rest!r})))",
    ])  # fmt: skip


def compare_on_shipped(name: str) -> int:
    """How many distinct judgements of a shipped scenario were compared, under the default and every profile."""
    library = Library()
    scenario = library.scenario(name)
    clauses = dict.fromkeys([*scenario.clauses, *(each.clause for each in scenario.expect)])
    known = library.rules_for(clauses)
    seen: set[tuple[object, ...]] = set()
    for profile in (None, *known.profiles.values()):
        choices, account = under(profile, {}, None)
        account = account if disputants(scenario) else None
        for clause in clauses:
            for situation in find_situations(known, Facts(scenario, account), clause):
                reading = Reading(choices, known)
                judgement = reference.judge(situation, reading)
                made = tuple(choices_of(judgement, reading.within(situation)).items())
                key = (clause, situation.case.event, account, made)
                if key not in seen:
                    # the same choices in the same event are compared once, for one obligor
                    seen.add(key)
                    see_that_they_agree(situation, reading)
                    break
    return len(seen)
