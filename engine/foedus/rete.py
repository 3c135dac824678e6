"""Forward chaining on durable-rules: facts are asserted one at a time, and what fires is the derivation.

Negation is compiled away: for each condition one rule derives that it holds and others that it fails, from facts that
are all positive; what neither rule derives is unknown. The limits that are checked before anything is compiled were
measured on durable-rules 2.0.28 (`docs/decisions/002-what-durable-rules-is-given.md`).
"""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from itertools import combinations
from typing import TYPE_CHECKING, Any

from foedus.derivation import Derivation, Judgement
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
    Truth,
    Who,
    negation,
)
from foedus.ground import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from foedus.ground import Situation
    from foedus.vocabulary import Attribute, Value

MAX_BODY = 15
"""Conditions in one rule; 16 work, 17 are refused."""
MAX_NAMES = 300
"""Distinct values tested at one node of the network; past about 510, in some networks past 370, it never returns."""
MAX_MATCHES = 60
"""Rules that one message may match; 64 work."""
MAX_NUMBER = 10**18
"""What a number may come to, below or above zero; from 2**63 - 1 on the library compares wrongly."""
SHARED = 20
"""Settled conditions that share one fact, so that few rules match it."""


class TooLargeError(Exception):
    """The rule set is larger than durable-rules is known to answer correctly."""


def is_available() -> bool:
    """Whether durable-rules loads here; it does not on Python 3.13 and later."""
    if find_spec("durable") is None:
        return False
    try:
        _ruleset_class()
    except ImportError:
        return False
    return True


def judge(situation: Situation, reading: Reading) -> Judgement:
    """The derivations of a case under a reading.

    Raises:
        TooLargeError: if the rules are beyond what the library can be trusted with.
    """
    reading = reading.within(situation)
    try:
        casus, *steps = _derive(situation, reading, situation.conditions)
    except TooLargeError:
        # each layer by itself, then the layers together
        layers = [_derive(situation, reading, [layer])[0] for layer in situation.casus.parts]
        casus = _join(situation, layers)
        steps = [_derive(situation, reading, [condition])[0] for condition in situation.conditions[1:]]
    return Judgement(casus, dict(zip(situation.steps, zip(steps[::2], steps[1::2], strict=True), strict=True)))


def _derive(situation: Situation, reading: Reading, conditions: list[Formula]) -> list[Derivation]:
    """The derivations of several conditions, in one network."""
    network = _Network(situation, reading)
    nodes = [network.node(condition, situation.case.event, "") for condition in conditions]
    truth = network.run()
    return [node.derivation(truth) for node in nodes]


def _join(situation: Situation, layers: list[Derivation]) -> Derivation:
    """The conjunction of layers that were derived one by one, derived from their truths."""
    network = _Network(situation, Reading({}, situation.rules))
    given = [_Node(f"layer{i}", layer.formula, layer.event) for i, layer in enumerate(layers)]
    for node, layer in zip(given, layers, strict=True):
        network.given(node.name, layer.value)
    network.every("casus", [(node.name, True) for node in given])
    network.either("casus", [(node.name, False) for node in given], truth=False)
    return Derivation(situation.casus, situation.case.event, network.run().get("casus"), tuple(layers))


@dataclass
class _Node:
    """A formula asked of an event, as it stands in the network."""

    name: str
    formula: Formula
    event: str
    of: tuple[_Node, ...] = ()
    read: Value | None = None
    chosen: str | None = None
    as_is: bool = True

    def when(self, truth: bool) -> Condition:
        """What has to be derived for the node to have that truth; a negation shares its part's name."""
        return self.name, truth is self.as_is

    def derivation(self, truth: dict[str, Truth]) -> Derivation:
        """What fired, as a derivation."""
        parts = tuple(part.derivation(truth) for part in self.of)
        value = truth.get(self.name)
        value = value if self.as_is else negation(value)
        return Derivation(self.formula, self.event, value, parts, self.read, self.chosen)


Condition = tuple[str, bool]
"""A name in the network, and the truth that is derived for it."""

Message = dict[str, Any]


@dataclass
class _Network:
    """The rules of one case under one reading, and the facts to assert."""

    situation: Situation
    reading: Reading
    nodes: dict[tuple[Formula, str, str], _Node] = field(default_factory=dict)
    rules: dict[str, Message] = field(default_factory=dict)
    conclusions: dict[str, tuple[str, bool]] = field(default_factory=dict)
    facts: dict[str, Message] = field(default_factory=dict)
    names: int = 0
    bound: int = 0
    matches: dict[str, int] = field(default_factory=dict)
    tested: set[Value] = field(default_factory=set)

    # Compiling

    def node(self, formula: Formula, event: str, term: str) -> _Node:
        """The node of a formula asked of an event, with the rules that derive it."""
        key = (formula, event, term)
        if key not in self.nodes:
            self.nodes[key] = self._compile(formula, event, term)
        return self.nodes[key]

    def _compile(self, formula: Formula, event: str, term: str) -> _Node:
        match formula:
            case All(of):
                return self._conjunction(formula, event, [self.node(part, event, term) for part in of])
            case AnyOf(of):
                return self._disjunction(formula, event, [self.node(part, event, term) for part in of])
            case AtLeast(count, of):
                parts = [self.node(part, event, term) for part in of]
                name = self._name()
                self._at_least(name, count, [part.when(True) for part in parts], truth=True)
                self._at_least(name, len(parts) - count + 1, [part.when(False) for part in parts], truth=False)
                return _Node(name, formula, event, tuple(parts))
            case Not(of):
                return _same(formula, event, self.node(of, event, term), as_is=False)
            case Layer(_, _, of):
                return _same(formula, event, self.node(of, event, term))
            case Some(of):
                one = All((Test("happened", "is", (True,)), of))
                found = [self.node(one, other, term) for other in self.situation.candidates(of)]
                return self._disjunction(formula, event, found)
            case Term(of_term):
                chosen, definition = self.reading.definition(of_term)
                part = self.node(definition.holds_when, event, of_term)
                return replace(_same(formula, event, part), chosen=chosen)
            case Choose(_, options):
                option = self.reading.option(formula)
                return replace(_same(formula, event, self.node(dict(options)[option], event, term)), chosen=option)
            case Setting(knob, value):
                setting = self.reading.knob(term, knob)
                return replace(self._bound(formula, event, setting == value), read=setting)
            case Test():
                return self._test(formula, event, term)
            case Who() | Dated() | About():
                return self._bound(formula, event, self.situation.relates(formula, event))
        raise AssertionError(formula)

    def _name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    def _conjunction(self, formula: Formula, event: str, parts: list[_Node]) -> _Node:
        if len(parts) == 1:
            return _same(formula, event, parts[0])
        name = self._name()
        self.every(name, [part.when(True) for part in parts], truth=True)
        self.either(name, [part.when(False) for part in parts], truth=False)
        return _Node(name, formula, event, tuple(parts))

    def _disjunction(self, formula: Formula, event: str, parts: list[_Node]) -> _Node:
        if len(parts) == 1:
            return _same(formula, event, parts[0])
        name = self._name()
        self.either(name, [part.when(True) for part in parts], truth=True)
        self.every(name, [part.when(False) for part in parts], truth=False)
        return _Node(name, formula, event, tuple(parts))

    def _bound(self, formula: Formula, event: str, truth: Truth) -> _Node:
        """A condition that binding the roles has settled already; several share one fact."""
        if truth is None:
            return _Node(self._name(), formula, event)
        name = f"bound{self.bound // SHARED}"
        self.bound += 1
        self.given(name, True)
        return _Node(name, formula, event, as_is=truth)

    def _test(self, test: Test, event: str, term: str) -> _Node:
        """Rules that match the fact itself: one that it is as asked, one that it is known and otherwise."""
        vocabulary = self.situation.rules.vocabulary
        attribute = vocabulary.attribute(test.attribute)
        read = self.situation.known.get((event, test.attribute))
        name = self._name()
        if attribute is None or read is None:
            return _Node(name, test, event)
        values = tuple(self.reading.knob(term, v.name) if isinstance(v, Knob) else v for v in test.values)
        if test.attribute == "act":
            values = vocabulary.expand(values)
        self.tested.update(values)
        if attribute.type == "number" and any(abs(int(number)) > MAX_NUMBER for number in (read, *values)):
            message = f"a number beyond {MAX_NUMBER:,}"
            raise TooLargeError(message)
        subject = f"{event}.{test.attribute}"
        self.facts[subject] = {"subject": subject, **_content(attribute, read)}
        holds, fails = _conditions(attribute, test, values)
        for truth, condition in ((True, holds), (False, fails)):
            self._add({"m": {"$and": [{"subject": subject}, condition]}}, name, truth)
        self.matches[subject] = self.matches.get(subject, 0) + 2
        return _Node(name, test, event, read=read)

    def given(self, name: str, truth: Truth) -> None:
        """What is so without any rule."""
        if truth is not None:
            self.facts[name] = _conclusion(name, truth)

    def either(self, name: str, conditions: list[Condition], *, truth: bool) -> None:
        """One rule a condition; without any, it cannot be."""
        for condition in dict.fromkeys(conditions):
            self._rule([condition], name, truth)

    def every(self, name: str, conditions: list[Condition], *, truth: bool = True) -> None:
        """One rule with all conditions, in pieces where they are many; without any, it is so."""
        conditions = list(dict.fromkeys(conditions))
        if not conditions:
            self.given(name, truth)
            return
        while len(conditions) > MAX_BODY:
            helper = self._name()
            self._rule(conditions[:MAX_BODY], helper, True)
            conditions = [*conditions[MAX_BODY:], (helper, True)]
        self._rule(conditions, name, truth)

    def _at_least(self, name: str, count: int, conditions: list[Condition], *, truth: bool) -> None:
        """One rule for each way in which so many conditions are met; a repeated one counts as often as it stands."""
        if count <= 0:
            self.given(name, truth)
            return
        if len(conditions) > MAX_BODY:
            message = f"{len(conditions)} conditions to count, of at most {MAX_BODY}"
            raise TooLargeError(message)
        ways = {tuple(dict.fromkeys(way)) for way in combinations(conditions, count)}
        for way in sorted(ways):
            self._rule(list(way), name, truth)

    def _rule(self, conditions: list[Condition], name: str, truth: bool) -> None:
        for node, holds in conditions:
            self.matches[f"{node}:{holds}"] = self.matches.get(f"{node}:{holds}", 0) + 1
        body = {
            f"m{i}": {"$and": [{"node": node}, {"holds": int(holds)}]} for i, (node, holds) in enumerate(conditions)
        }
        self._add(body, name, truth)

    def _add(self, body: Message, name: str, truth: bool) -> None:
        rule = f"r{len(self.rules)}"
        self.rules[rule] = {"all": [{key: condition} for key, condition in body.items()]}
        self.conclusions[rule] = (name, truth)

    # Running

    def run(self) -> dict[str, Truth]:
        """What the rules derive from the facts: node to truth; what is absent is unknown.

        Raises:
            TooLargeError: if a limit of the library would be passed.
        """
        self._check_limits()
        truth: dict[str, Truth] = {}
        failures: list[BaseException] = []
        ruleset_class, not_handled = _ruleset_class()

        def conclude(rule: str) -> Callable[[Any], None]:
            name, value = self.conclusions[rule]

            def fire(context: Any) -> None:  # noqa: ANN401 - the library's closure
                if name not in truth:
                    truth[name] = value
                    with contextlib.suppress(not_handled):
                        context.assert_fact(_conclusion(name, value))

            return fire

        def done(error: BaseException | None, state: Message | None) -> None:
            if error is not None:
                failures.append(error)
            elif state and "exception" in state:
                failures.append(RuntimeError(state["exception"]))

        rules = {rule: {**body, "run": conclude(rule)} for rule, body in self.rules.items()}
        with warnings.catch_warnings():
            # durable-rules asks for the time in a way that Python 3.12 deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            engine = ruleset_class("foedus", _Host(), rules)
            try:
                for subject, fact in self.facts.items():
                    if "node" in fact:
                        truth[subject] = bool(fact["holds"])
                    with contextlib.suppress(not_handled):
                        engine.do_actions(engine.assert_fact(dict(fact)), done)
            finally:
                _delete(engine)
            if failures:
                raise failures[0]
        return truth

    def _check_limits(self) -> None:
        names = {node.name for node in self.nodes.values()} | {name for name, _ in self.conclusions.values()}
        worst = max(self.matches.values(), default=0)
        for count, most, what in (
            (len(names), MAX_NAMES, "conditions"),
            (len(self.facts), MAX_NAMES, "facts"),
            (len(self.tested), MAX_NAMES, "values"),
            (worst, MAX_MATCHES, "rules on one fact"),
        ):
            if count > most:
                message = f"{count} {what}, of at most {most}"
                raise TooLargeError(message)


def _same(formula: Formula, event: str, part: _Node, *, as_is: bool = True) -> _Node:
    """A node that is true exactly where its part is, or exactly where it is not."""
    return _Node(part.name, formula, event, (part,), as_is=part.as_is is as_is)


class _Host:
    """Stands where the library's own host would start two timer threads; the rules of a case need none of it."""


def _conclusion(name: str, truth: bool) -> Message:
    return {"id": f"{name}:{int(truth)}", "node": name, "holds": int(truth)}


def _content(attribute: Attribute, value: Value) -> Message:
    """A fact as a message: ranks for what is ordered, text for the rest."""
    if attribute.type in {"scale", "number"}:
        return {"rank": attribute.rank(value)}
    return {"value": _text(value)}


def _conditions(attribute: Attribute, test: Test, values: tuple[Value, ...]) -> tuple[Message, Message]:
    """The conditions on a message under which the test holds, and under which it fails."""
    if test.relation == "at_least":
        floor = attribute.rank(values[0])
        return {"$gte": {"rank": floor}}, {"$lt": {"rank": floor}}
    if test.relation == "at_most":
        ceiling = attribute.rank(values[0])
        return {"$lte": {"rank": ceiling}}, {"$gt": {"rank": ceiling}}
    if attribute.type in {"scale", "number"}:
        listed: Iterable[Message] = [{"rank": attribute.rank(value)} for value in values]
    else:
        listed = [{"value": _text(value)} for value in values]
    each = list(listed)
    holds = each[0] if len(each) == 1 else {"$or": each}
    return holds, {"$and": [{"$neq": one} for one in each]}


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _delete(engine: Any) -> None:  # noqa: ANN401 - the library's rule set
    """Give back what the library holds for a rule set; making many more grows slow otherwise."""
    import durable_rules_engine

    durable_rules_engine.delete_ruleset(engine._handle)  # noqa: SLF001 - the library has no method for it


def _ruleset_class() -> tuple[Any, type[Exception]]:
    """The library's rule set and its complaint about a fact that no rule asks for."""
    from durable.engine import MessageNotHandledException, Ruleset

    return Ruleset, MessageNotHandledException
