"""Formulas: what definitions, triggers, exceptions and steps are written in.

A formula is read from plain data (mappings, lists and scalars) and holds no reference to a vocabulary:
whether its names exist is checked where the whole library is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

    from foedus.vocabulary import Value

Truth = bool | None
"""True, false, or unknown (`None`), as in Kleene's strong three-valued logic (1938)."""

Path = tuple[str | int, ...]
Whose = Literal["by", "against", "obligor", "beneficiary", "adversary"]


def conjunction(values: Iterable[Truth]) -> Truth:
    """False if any is false, else unknown if any is unknown, else true."""
    values = tuple(values)
    return False if False in values else None if None in values else True


def disjunction(values: Iterable[Truth]) -> Truth:
    """True if any is true, else unknown if any is unknown, else false."""
    values = tuple(values)
    return True if True in values else None if None in values else False


def negation(value: Truth) -> Truth:
    """The opposite; unknown stays unknown."""
    return None if value is None else not value


def threshold(count: int, values: Iterable[Truth]) -> Truth:
    """Whether at least `count` are true, as far as the known ones tell."""
    values = tuple(values)
    if sum(v is True for v in values) >= count:
        return True
    return False if sum(v is not False for v in values) < count else None


class FormulaError(ValueError):
    """All that is wrong with the shape of a formula: (path inside it, message, hint)."""

    def __init__(self, problems: list[tuple[Path, str, str | None]]) -> None:
        super().__init__("; ".join(message for _, message, _ in problems))
        self.problems = problems


@dataclass(frozen=True)
class Formula:
    """Any formula; `at` is its path in the file's formula, for messages only."""

    at: Path = field(default=(), compare=False, repr=False, kw_only=True)

    @property
    def parts(self) -> tuple[Formula, ...]:
        """The formulas directly inside this one."""
        return ()

    def walk(self) -> Iterator[Formula]:
        """This formula and all inside it, outermost first."""
        waiting: list[Formula] = [self]
        while waiting:
            formula = waiting.pop()
            yield formula
            waiting.extend(reversed(formula.parts))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Plain data in, a formula out."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(parse_formula)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of formulas depends on the vocabulary and is put in by `foedus schema`."""
        return {"$comment": "formula"}


@dataclass(frozen=True)
class All(Formula):
    """Every part holds."""

    of: tuple[Formula, ...]

    @property
    def parts(self) -> tuple[Formula, ...]:
        return self.of


@dataclass(frozen=True)
class AnyOf(Formula):
    """At least one part holds."""

    of: tuple[Formula, ...]

    @property
    def parts(self) -> tuple[Formula, ...]:
        return self.of


@dataclass(frozen=True)
class AtLeast(Formula):
    """At least `count` parts hold."""

    count: int
    of: tuple[Formula, ...]

    @property
    def parts(self) -> tuple[Formula, ...]:
        return self.of


@dataclass(frozen=True)
class Not(Formula):
    """The part does not hold."""

    of: Formula

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)


@dataclass(frozen=True)
class Knob:
    """A place in a test that a knob of the definition fills."""

    name: str


@dataclass(frozen=True)
class Test(Formula):
    """A fact about the event at hand is one of some values, or at least or at most one."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    attribute: str
    relation: Literal["is", "at_least", "at_most"]
    values: tuple[Value | Knob, ...]


@dataclass(frozen=True)
class Who(Formula):
    """An actor of the event (`by`, `against`) or a role is one of some roles, kinds or actors."""

    whose: Whose
    of: tuple[str, ...]


@dataclass(frozen=True)
class Dated(Formula):
    """The event at hand began before, or not before, the event that the case is about."""

    relation: Literal["before", "not-before", "after", "not-after"]


@dataclass(frozen=True)
class About(Formula):
    """The event at hand (a statement, a request, a decision) concerns the event that the case is about."""


@dataclass(frozen=True)
class Setting(Formula):
    """A knob of the definition is set to that value."""

    knob: str
    value: Value


@dataclass(frozen=True)
class Some(Formula):
    """There is an event in the scenario of which the part holds."""

    of: Formula

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)


@dataclass(frozen=True)
class Term(Formula):
    """A word of the treaty, under whichever definition the reading gives it."""

    term: str


@dataclass(frozen=True)
class Choose(Formula):
    """One of several formulas, by a choice of the reading other than a definition.

    Written `wording:` in a clause (rival authentic texts); made by the engine for overlays and attachments.
    """

    choice: str
    options: tuple[tuple[str, Formula], ...]

    @property
    def parts(self) -> tuple[Formula, ...]:
        return tuple(formula for _, formula in self.options)


@dataclass(frozen=True)
class Layer(Formula):
    """A named part of a clause: its trigger, a scope, an exception, an attachment."""

    stage: Literal["event", "in-force", "trigger", "scope", "exception", "step", "refusal"]
    name: str
    of: Formula

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.of,)


def conjuncts(formula: Formula) -> Iterator[Formula]:
    """The conditions of which the formula says that all hold."""
    if isinstance(formula, All):
        for part in formula.of:
            yield from conjuncts(part)
    else:
        yield formula


TRUE = All(())
FALSE = AnyOf(())
WORDING = "wording"
"""The choice of a `Choose` as a file writes it, before the treaty's id takes its place."""

_DATED: tuple[Literal["before", "not-before", "after", "not-after"], ...] = (
    "before",
    "not-before",
    "after",
    "not-after",
)
RESERVED = frozenset(
    {"all", "any", "not", "at_least", "of", "some", "term", "dated", "about", "setting", WORDING, *get_args(Whose)}
)


def parse_formula(data: object) -> Formula:
    """The formula that plain data writes.

    A mapping with several keys means that all of them hold.

    >>> parse_formula({"act": "invasion", "gravity": {"at_least": "$floor"}}).of[1].values
    (Knob(name='floor'),)

    Raises:
        FormulaError: with every problem of the shape.
    """
    parser = _Parser()
    formula = parser.formula(data, ())
    if parser.problems:
        raise FormulaError(parser.problems)
    return formula


class _Parser:
    """Reads plain data and collects what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[tuple[Path, str, str | None]] = []

    def wrong(self, at: Path, message: str, hint: str | None = None) -> Formula:
        self.problems.append((at, message, hint))
        return FALSE

    def formula(self, data: object, at: Path) -> Formula:
        if data is True:
            return TRUE
        if data is False:
            return FALSE
        if not isinstance(data, Mapping):
            shown = "nothing" if data is None else "a list" if isinstance(data, (list, tuple)) else f"`{data}`"
            return self.wrong(at, f"a condition is expected here, not {shown}", "write `{act: invasion}`, say")
        if not data:
            return self.wrong(at, "an empty condition", "write `true` for a condition that always holds")
        if "at_least" in data or "of" in data:
            return self.at_least(data, at)
        conditions = tuple(self.condition(str(key), value, (*at, str(key))) for key, value in data.items())
        return conditions[0] if len(conditions) == 1 else All(conditions, at=at)

    def several(self, data: object, at: Path) -> tuple[Formula, ...]:
        if not isinstance(data, (list, tuple)) or not data:
            self.wrong(at, "a list of conditions is expected here")
            return ()
        return tuple(self.formula(item, (*at, i)) for i, item in enumerate(data))

    def at_least(self, data: Mapping[object, object], at: Path) -> Formula:
        count = data.get("at_least")
        if set(data) != {"at_least", "of"} or not isinstance(count, int) or isinstance(count, bool):
            return self.wrong(at, "`at_least` counts conditions here", "write `{at_least: 2, of: [..]}`")
        return AtLeast(count, self.several(data["of"], (*at, "of")), at=at)

    def condition(self, key: str, value: object, at: Path) -> Formula:
        match key:
            case "all":
                return All(self.several(value, at), at=at)
            case "any":
                return AnyOf(self.several(value, at), at=at)
            case "not":
                return Not(self.formula(value, at), at=at)
            case "some":
                return Some(self.formula(value, at), at=at)
            case "term":
                return Term(value, at=at) if isinstance(value, str) else self.wrong(at, "a term's id is expected")
            case "about":
                return About(at=at) if value == "this" else self.wrong(at, "`about` can only be `this`")
            case "dated":
                for relation in _DATED:
                    if value == relation:
                        return Dated(relation, at=at)
                return self.wrong(at, f"`dated` cannot be `{value}`", f"one of {', '.join(_DATED)}")
            case "setting":
                return self.setting(value, at)
            case "wording":
                return self.wordings(value, at)
            case "and" | "or" | "none" | "either":
                written = {"and": "all: [..]", "or": "any: [..]", "either": "any: [..]", "none": "not: {..}"}[key]
                return self.wrong(at, f"unknown condition `{key}`", f"write `{written}`")
            case "by" | "against" | "obligor" | "beneficiary" | "adversary":
                names = value if isinstance(value, (list, tuple)) else [value]
                if names and all(isinstance(name, str) for name in names):
                    return Who(key, tuple(map(str, names)), at=at)
                return self.wrong(at, f"`{key}` names roles or actors", "write `by: beneficiary` or `by: [RUS]`")
        return self.test(key, value, at)

    def setting(self, value: object, at: Path) -> Formula:
        if not isinstance(value, Mapping) or not value:
            return self.wrong(at, "`setting` names knobs and values", "write `setting: {economic_counts: true}`")
        settings = tuple(Setting(str(k), v, at=(*at, str(k))) for k, v in value.items())
        return settings[0] if len(settings) == 1 else All(settings, at=at)

    def wordings(self, value: object, at: Path) -> Formula:
        if not isinstance(value, Mapping) or not value:
            return self.wrong(at, "`wording` gives a condition for each authentic text")
        return Choose(WORDING, tuple((str(k), self.formula(v, (*at, str(k)))) for k, v in value.items()), at=at)

    def test(self, attribute: str, value: object, at: Path) -> Formula:
        relation: Literal["is", "at_least", "at_most"] = "is"
        if isinstance(value, Mapping):
            if len(value) != 1 or next(iter(value)) not in {"at_least", "at_most"}:
                return self.wrong(at, f"`{attribute}` is tested with a value, a list, `at_least` or `at_most`")
            relation, value = next(iter(value.items()))
            if isinstance(value, (list, tuple)):
                return self.wrong(at, f"`{relation}` takes one value")
        values = value if isinstance(value, (list, tuple)) else [value]
        if not values or not all(isinstance(v, (str, int)) for v in values):
            return self.wrong(at, f"a value of `{attribute}` is expected here")
        return Test(attribute, relation, tuple(_operand(v) for v in values), at=at)


def _operand(value: Any) -> Value | Knob:  # noqa: ANN401 - checked by the caller
    if isinstance(value, str) and value.startswith("$"):
        return Knob(value[1:])
    return value  # type: ignore[no-any-return]


def write_formula(formula: Formula) -> Any:  # noqa: ANN401 - plain data
    """The plain data that writes a formula; `parse_formula` reads it back.

    >>> write_formula(Not(Test("gravity", "at_least", (Knob("floor"),))))
    {'not': {'gravity': {'at_least': '$floor'}}}
    """
    match formula:
        case All(of):
            return {"all": [write_formula(part) for part in of]} if of else True
        case AnyOf(of):
            return {"any": [write_formula(part) for part in of]} if of else False
        case AtLeast(count, of):
            return {"at_least": count, "of": [write_formula(part) for part in of]}
        case Not(of):
            return {"not": write_formula(of)}
        case Some(of):
            return {"some": write_formula(of)}
        case Term(term):
            return {"term": term}
        case Who(whose, names):
            return {whose: names[0] if len(names) == 1 else list(names)}
        case Dated(relation):
            return {"dated": relation}
        case About():
            return {"about": "this"}
        case Setting(knob, value):
            return {"setting": {knob: value}}
        case Choose(_, options):
            return {WORDING: {name: write_formula(option) for name, option in options}}
        case Layer(_, _, of):
            return write_formula(of)
        case Test(attribute, relation, values):
            written = [f"${value.name}" if isinstance(value, Knob) else value for value in values]
            if relation != "is":
                return {attribute: {relation: written[0]}}
            return {attribute: written[0] if len(written) == 1 else written}
    raise AssertionError(formula)
