"""Partial evaluation: known facts put in, what is left is a small formula over choices and unknown facts.

It is the legal question that remains. The nodes are plain tuples, so that equal ones are equal; constants are truths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from foedus.formula import (
    About,
    All,
    AnyOf,
    AtLeast,
    Choose,
    Dated,
    Formula,
    Knob,
    Layer,
    Not,
    Setting,
    Some,
    Term,
    Test,
    Who,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from foedus.ground import Reading, Rules, Situation, Word
    from foedus.model import Definition, KnobSetting
    from foedus.vocabulary import Attribute, Value

Residual = bool | tuple[Any, ...]
"""`True`, `False`, `("all", parts)`, `("any", parts)`, `("not", part)`, `("pick", variable, branches)`; and
`("diagram", node)` for what is already a node of a store of diagrams."""

Memo = dict[tuple[object, ...], Residual]
"""What is left of formulas, by all that it can depend on; shared by situations of one scenario and one space."""

Kind = Literal["account", "wording", "overlay", "term", "knob", "fact", "actor"]


@dataclass(frozen=True)
class Variable:
    """Something that is open: a choice of the reading, an account, or a fact that nobody states.

    `name` is what `--define` and `--set` call it; for a fact, event and attribute.
    """

    kind: Kind
    name: str
    values: tuple[Value | None, ...]
    of: tuple[str, str] = ("", "")

    @property
    def is_choice(self) -> bool:
        """Whether a reading settles it; else the facts do."""
        return self.kind not in {"fact", "actor"}


@dataclass
class Space:
    """The variables that come up, each once, in the order in which they do; a reading can be fixed in part.

    `fixed` maps a choice to its value; `admits` says which definitions are admissible (by default all).
    """

    rules: Rules
    fixed: Mapping[str, Value] = field(default_factory=dict)
    admits: Callable[[str, str, Definition], bool] | None = None
    variables: dict[str, Variable] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    def declare(self, kind: Kind, name: str, values: tuple[Value | None, ...], of: tuple[str, str] = ("", "")) -> str:
        """The key of a variable, made known on first sight."""
        key = f"{kind}:{name}" if kind in {"fact", "actor"} else name
        if key not in self.variables:
            self.variables[key] = Variable(kind, name, values, of)
        return key

    def definitions(self, term: str) -> list[str]:
        """The admissible definitions of a term; all, if none is."""
        entry = self.rules.terms[term]
        names = list(entry.definitions)
        if self.admits is None:
            return names
        kept = [name for name in names if self.admits(term, name, entry.definitions[name])]
        return kept or [entry.default]

    def reach(self, formula: Formula, definition: tuple[str, str] | None = None) -> None:
        """Declare every choice that a formula can come to, in the order of reading it."""
        for part in self.rules.mentions(formula).choices:
            if isinstance(part, Term):
                self._reach_term(part.term)
            elif part.choice not in self.fixed:
                options = tuple([option for option, _ in part.options])
                self.declare(_kind(part.choice, self.rules), part.choice, options)
        if definition is not None:
            term, name = definition
            for knob, setting in self.rules.terms[term].definitions[name].knobs.items():
                own, of = knob_variable(term, name, knob, setting)
                if own not in self.fixed and own not in self.variables:
                    self.declare("knob", own, setting.values, of)

    def _reach_term(self, name: str) -> None:
        if name in self.reached:
            return
        self.reached.add(name)
        names = self.definitions(name)
        if name in self.fixed:
            names = [str(self.fixed[name])]
        if len(names) > 1:
            self.declare("term", name, tuple(names))
        for each in names:
            self.reach(self.rules.terms[name].definitions[each].holds_when, (name, each))


def _kind(choice: str, rules: Rules) -> Kind:
    return "wording" if choice in rules.treaties else "overlay"


@dataclass
class Evaluation:
    """The partial evaluation of one situation; `frees` facts that are known, to see what other facts would do.

    Situations of one scenario can share a `memo`: what is left of a term, of a layer or of `some` is found once for all
    cases and accounts that are alike in what it asks for.
    `happens` tells of events that happen under some readings only under which they do.
    """

    space: Space
    situation: Situation
    frees: bool = False
    memo: Memo | None = None
    happens: Mapping[str, Residual] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = self.situation.known
        self.rules = self.situation.rules
        self.vocabulary = self.rules.vocabulary
        self.bearings: dict[frozenset[Word], tuple[object, ...]] = {}
        self.found: Memo = {} if self.memo is None else self.memo

    def residual(self, formula: Formula, event: str, term: str = "", definition: str = "") -> Residual:
        """What is left of a formula of an event; `term` and `definition` are those that it stands in."""
        return _RULES[type(formula)](self, formula, event, term, definition)

    def _once(
        self, make: Callable[[Any, str, str, str], Residual], formula: Formula, event: str, term: str, definition: str
    ) -> Residual:
        """What is left of a formula, made once for all cases that it cannot tell apart."""
        bearing: tuple[object, ...] | None = ()
        if self.memo is not None:
            words = self.rules.words(formula)
            bearing = self.bearings.get(words)
            if bearing is None:
                bearing = self.bearings[words] = self.situation.bearing(words)
        key = (id(formula), event, term, definition, bearing)
        found = self.found.get(key)
        if found is None:
            found = self.found[key] = make(formula, event, term, definition)
        return found

    def _all(self, formula: All, event: str, term: str, definition: str) -> Residual:
        kept = []
        for part in formula.of:
            left = self.residual(part, event, term, definition)
            if left is False:
                return False
            if left is not True:
                kept.append(left)
        return join("all", kept, False) if kept else True

    def _any(self, formula: AnyOf, event: str, term: str, definition: str) -> Residual:
        kept = []
        for part in formula.of:
            left = self.residual(part, event, term, definition)
            if left is True:
                return True
            if left is not False:
                kept.append(left)
        return join("any", kept, True) if kept else False

    def _not(self, formula: Not, event: str, term: str, definition: str) -> Residual:
        return negated(self.residual(formula.of, event, term, definition))

    def _at_least(self, formula: AtLeast, event: str, term: str, definition: str) -> Residual:
        parts = [self.residual(part, event, term, definition) for part in formula.of]
        return _threshold(formula.count, parts)

    def _layer(self, formula: Layer, event: str, term: str, definition: str) -> Residual:
        return self._once(self.residual, formula.of, event, term, definition)

    def _some(self, formula: Some, event: str, term: str, definition: str) -> Residual:  # noqa: ARG002
        # it asks of all events, whichever is at hand
        return self._once(self._some_event, formula, "", term, definition)

    def _some_event(self, formula: Some, event: str, term: str, definition: str) -> Residual:  # noqa: ARG002
        found = (
            join("all", [self._happened(other), self.residual(formula.of, other, term, definition)], False)
            for other in self.situation.candidates(formula.of)
        )
        return join("any", found, True)

    def _happened(self, event: str) -> Residual:
        return self._test(_HAPPENED, event, "", "")

    def _term(self, formula: Term, event: str, term: str, definition: str) -> Residual:  # noqa: ARG002
        return self._once(self._defined, formula, event, "", "")

    def _defined(self, formula: Term, event: str, term: str, definition: str) -> Residual:  # noqa: ARG002
        name = formula.term
        definitions = self.rules.terms[name].definitions
        fixed = self.space.fixed.get(name)
        names = [str(fixed)] if fixed is not None else self.space.definitions(name)
        branches = tuple([self._once(self.residual, definitions[each].holds_when, event, name, each) for each in names])
        return self._pick("term", name, tuple(names), branches)

    def _choose(self, formula: Choose, event: str, term: str, definition: str) -> Residual:
        options = dict(formula.options)
        fixed = self.space.fixed.get(formula.choice)
        if fixed is not None:
            return self.residual(options[str(fixed)], event, term, definition)
        branches = tuple([self.residual(each, event, term, definition) for each in options.values()])
        return self._pick(_kind(formula.choice, self.rules), formula.choice, tuple(options), branches)

    def _setting(self, formula: Setting, event: str, term: str, definition: str) -> Residual:  # noqa: ARG002
        return self._by_knob(term, definition, formula.knob, lambda value: value == formula.value)

    def _by_knob(self, term: str, definition: str, knob: str, asked: Callable[[Value], Residual]) -> Residual:
        setting = self.rules.terms[term].definitions[definition].knobs[knob]
        name, of = knob_variable(term, definition, knob, setting)
        fixed = self.space.fixed.get(name)
        if fixed is not None:
            return asked(fixed)
        branches = tuple([asked(value) for value in setting.values])
        return self._pick("knob", name, setting.values, branches, of)

    def _pick(
        self,
        kind: Kind,
        name: str,
        values: tuple[Value | None, ...],
        branches: tuple[Residual, ...],
        of: tuple[str, str] = ("", ""),
    ) -> Residual:
        first = branches[0]
        if branches.count(first) == len(branches):
            return first
        return ("pick", self.space.declare(kind, name, values, of), branches)

    def _test(self, test: Test, event: str, term: str, definition: str) -> Residual:
        if test.attribute == "happened" and event in self.happens:
            happened = self.happens[event]
            return happened if True in test.values else negated(happened)
        name = test.attribute
        asked: tuple[Any, ...] = test.values
        read = self.known.get((event, name))
        if read is not None and not self.frees and test.relation == "is":
            if read in asked:
                return True
            if len(asked) == 1 and name != "act" and type(asked[0]) is not Knob:
                return False
        attribute = self.vocabulary.attribute(name)
        if attribute is None:
            return False
        if read is None or (self.frees and not attribute.computed):
            return self._unsettled(test, attribute, read, event, (term, definition))
        if Knob not in map(type, asked):
            return holds(attribute, test, read, self._expanded(test, asked))

        def of_fact(values: tuple[Value, ...]) -> Residual:
            return holds(attribute, test, read, self._expanded(test, values))

        return self._asked(asked, (), of_fact, term, definition)

    def _unsettled(
        self, test: Test, attribute: Attribute, read: Value | None, event: str, within: tuple[str, str]
    ) -> Residual:
        """What is left of a test of a fact that is unknown or freed."""
        name = test.attribute
        values = domain(self.rules, name, attribute)
        values = values if read is None or read in values else tuple(sorted((*values, read), key=attribute.rank))

        def of_fact(asked: tuple[Value, ...]) -> Residual:
            expanded = self._expanded(test, asked)
            branches = tuple([holds(attribute, test, value, expanded) for value in values])
            return self._pick("fact", f"{event}.{name}", values, branches, (event, name))

        return self._asked(test.values, (), of_fact, *within)

    def _expanded(self, test: Test, asked: tuple[Value, ...]) -> tuple[Value, ...]:
        """The values asked for; an act can be asked for by its group."""
        return self.vocabulary.expand(asked) if test.attribute == "act" else asked

    def _asked(
        self,
        values: tuple[Value | Knob, ...],
        asked: tuple[Value, ...],
        then: Callable[[tuple[Value, ...]], Residual],
        term: str,
        definition: str,
    ) -> Residual:
        """What is left once the values that are asked for are known, those of knobs case by case."""
        for index, value in enumerate(values):
            if isinstance(value, Knob):
                rest, before = values[index + 1 :], asked

                def of_setting(
                    setting: Value, rest: tuple[Value | Knob, ...] = rest, before: tuple[Value, ...] = before
                ) -> Residual:
                    return self._asked(rest, (*before, setting), then, term, definition)

                return self._by_knob(term, definition, value.name, of_setting)
            asked = (*asked, value)
        return then(asked)

    def _relation(self, formula: Who | Dated | About, event: str, term: str, definition: str) -> Residual:  # noqa: ARG002
        truth = self.situation.relates(formula, event)
        if truth is not None:
            return truth
        # who did it is unknown, and so whether they stand in the relation asked for
        names = ", ".join(formula.of) if isinstance(formula, Who) else ""
        whose = formula.whose if isinstance(formula, Who) else "about"
        return self._pick("actor", f"{event}.{whose} is {names}", (False, True), (False, True), (event, whose))


def knob_variable(term: str, definition: str, knob: str, setting: KnobSetting) -> tuple[str, tuple[str, str]]:
    """The name of a knob's variable, and the definition whose own it is; a shared one is nobody's own."""
    return (setting.same_as, ("", "")) if setting.same_as else (f"{term}={definition}.{knob}", (term, definition))


def chosen(variable: Variable, reading: Reading) -> Value | None:
    """What a reading has of a choice or, where it does not speak, what is so by default; `None` if it is no choice.

    A knob of a definition that the reading does not take stands as it does by default.
    """
    name = variable.name
    match variable.kind:
        case "term":
            return reading.choices.get(name, reading.rules.terms[name].default)
        case "wording" | "overlay":
            return reading.choices.get(name, variable.values[0])
        case "knob":
            term, definition = variable.of
            if term:
                knob = name.rpartition(".")[2]
                setting = reading.rules.terms[term].definitions[definition].knobs[knob]
                asked = reading.choices.get(f"{term}.{knob}") if reading.definition(term)[0] == definition else None
            else:
                setting, asked = reading.rules.shared_knobs[name], reading.choices.get(name)
            return asked if asked in setting.values else setting.default
    return None


def by_definition(rules: Rules, choices: Mapping[str, Value]) -> dict[str, Value]:
    """Choices as a space names them: a knob under every definition that has it."""
    out: dict[str, Value] = {}
    for choice, value in choices.items():
        term, dot, knob = choice.partition(".")
        if not dot:
            out[choice] = value
            continue
        for name, definition in rules.terms[term].definitions.items():
            if knob in definition.knobs and value in definition.knobs[knob].values:
                out[knob_variable(term, name, knob, definition.knobs[knob])[0]] = value
    return out


_HAPPENED = Test("happened", "is", (True,))


def domain(rules: Rules, name: str, attribute: Attribute) -> tuple[Value, ...]:
    """The values that a fact may have; for a number, those around every limit that some definition asks for."""
    if attribute.type == "boolean":
        return (True, False)
    if attribute.type != "number":
        return tuple(attribute.values)
    around = {max(limit + step, 0) for limit in rules.limits[name] for step in (-1, 0, 1)}
    return tuple(sorted(around | {0}))


def holds(attribute: Attribute, test: Test, read: Value, asked: tuple[Value, ...]) -> bool:
    """Whether a value that was read is among those asked for, or on the side of the limit asked for."""
    if test.relation == "is":
        return read in asked
    at_least = attribute.rank(read) - attribute.rank(asked[0])
    return at_least >= 0 if test.relation == "at_least" else at_least <= 0


def join(name: str, parts: Iterable[Residual], absorbing: bool) -> Residual:
    """A conjunction (absorbed by false) or a disjunction (absorbed by true), constants and repetitions left out."""
    kept: list[Residual] = []
    for part in parts:
        if part is absorbing:
            return absorbing
        if isinstance(part, tuple):
            if part[0] == name:
                kept += part[1]
            else:
                kept.append(part)
    if len(kept) > 1:
        kept = list(dict.fromkeys(kept))
    if not kept:
        return not absorbing
    return kept[0] if len(kept) == 1 else (name, tuple(kept))


def negated(part: Residual) -> Residual:
    """The opposite of a residual formula."""
    if isinstance(part, bool):
        return not part
    opposite: Residual = part[1] if part[0] == "not" else ("not", part)
    return opposite


def _threshold(count: int, parts: list[Residual]) -> Residual:
    """At least so many of the parts, by cases of the first."""
    if count <= 0:
        return True
    if count > len(parts):
        return False
    first, *rest = parts
    with_it, without = _threshold(count - 1, rest), _threshold(count, rest)
    return join("any", [join("all", [first, with_it], False), without], True)


_RULES: dict[type[Formula], Callable[..., Residual]] = {
    All: Evaluation._all,
    AnyOf: Evaluation._any,
    Not: Evaluation._not,
    AtLeast: Evaluation._at_least,
    Layer: Evaluation._layer,
    Some: Evaluation._some,
    Term: Evaluation._term,
    Choose: Evaluation._choose,
    Setting: Evaluation._setting,
    Test: Evaluation._test,
    Who: Evaluation._relation,
    Dated: Evaluation._relation,
    About: Evaluation._relation,
}  # fmt: skip
