"""The smallest changes that turn a finding: of the reading, of the facts, and of both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from foedus.diagram import NO, TooEntangledError
from foedus.readings import Flip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from foedus.readings import Change, Question
    from foedus.residual import Variable
    from foedus.vocabulary import Value

MOST_CHANGES = 3
"""Changes that are looked for together, where none of one kind would do."""

MOST_SETS = 100_000
"""Sets of changes that are looked at."""


@dataclass(frozen=True)
class Flips:
    """What turns the finding: the fewest changes of definition, of fact, of both; and facts that turn every reading.

    `both` is `None` where changes of one kind alone are already the fewest, `whatever_the_reading` where the facts are
    too entangled to be asked about under every reading.
    """

    now: str
    of_reading: Flip
    of_facts: Flip
    both: Flip | None
    whatever_the_reading: tuple[tuple[Variable, Value | None, str], ...] | None


def find_flips(question: Question, *, limit: int = 100, advance: Callable[[], None] = lambda: None) -> Flips:
    """The smallest changes that turn the finding of the current reading; `advance` is called for each set looked at.

    Raises:
        TooEntangledError: if the diagram of the readings grows too large.
    """
    question = _on_one_account(question)
    now = question.finding_now()
    of_reading = question.flip(limit)
    of_facts = _of_facts(_Search(_with_facts_free(question, _reading_now(question)), now, advance), limit)
    fewest = min((each.fewest for each in (of_reading, of_facts) if each.fewest is not None), default=None)
    joint = replace(question, frees=True, order_of_choices=None)
    both = None if fewest in {1, 2} else _together(_Search(joint, now, advance), fewest, limit)
    return Flips(now, of_reading, of_facts, both, _robust(question, advance))


def _on_one_account(question: Question) -> Question:
    """Facts are changed on one account of them: the one asked for, or the first that is told."""
    return question if question.account else replace(question, account=question.told[0])


def _reading_now(question: Question) -> dict[str, Value]:
    return reading_of(question, dict(enumerate(question.now)))


def reading_of(question: Question, values: Mapping[int, int]) -> dict[str, Value]:
    """The choices of a reading, from the index of its value at each level."""
    out: dict[str, Value] = {}
    for level, variable in enumerate(question.variables):
        value = variable.values[values[level]]
        if value is None or not variable.is_choice:
            continue
        if variable.kind == "knob" and variable.of[0]:
            term, definition = variable.of
            if out.get(term, _only(question, term)) == definition:
                out[f"{term}.{variable.name.rpartition('.')[2]}"] = value
        elif variable.kind != "account":
            out[variable.name] = value
    return out


def _only(question: Question, term: str) -> str | None:
    names = question.space.definitions(term)
    return str(question.fixed.get(term, names[0])) if len(names) == 1 or term in question.fixed else None


def _with_facts_free(question: Question, reading: Mapping[str, Value]) -> Question:
    fixed = _complete(question, reading)
    return replace(question, fixed=fixed, current=fixed, frees=True, order_of_choices=None)


def _complete(question: Question, reading: Mapping[str, Value]) -> dict[str, Value]:
    """The reading with a value for every knob of the definitions that it takes."""
    out = {**question.fixed, **reading}
    for term, entry in question.rules.terms.items():
        chosen = entry.definitions.get(str(out.get(term, entry.default)))
        for knob, setting in chosen.knobs.items() if chosen else ():
            out.setdefault(f"{term}.{knob}", setting.default)
    return out


def _of_facts(search: _Search, limit: int) -> Flip:
    """The fewest changes of facts; small sets are looked at first, as the cases together can be far larger."""
    free, now = search.question, search.now
    try:
        if free.asked == "casus" and now != "arises":  # it arises if one case does
            return free.flip(limit, now)
        found = search.fewest(range(1, 3), limit)
        if found.fewest is not None:
            return found
    except TooEntangledError:
        return Flip(None, (), 0)
    try:
        return free.flip(limit, now)
    except TooEntangledError:
        return search.fewest(range(3, MOST_CHANGES + 1), limit)


def _together(search: _Search, fewer_than: int | None, limit: int) -> Flip | None:
    """The fewest changes of both kinds together; nothing where those of one kind are as few."""
    joint, now = search.question, search.now
    found = Flip(None, ())
    try:
        if joint.asked == "casus" and now != "arises":
            found = joint.nearest(joint.by_case, "arises", limit)
        if joint.asked == "duty" or now != "does-not-arise":
            most = min(each for each in (found.fewest, fewer_than, MOST_CHANGES + 1) if each is not None)
            other = search.fewest(range(2, most), limit)
            found = found if other.fewest is None and found.fewest is not None else other
    except TooEntangledError:
        found = Flip(None, (), 0)
    if fewer_than is None:
        return found
    if found.fewest is None:
        return found if found.sought is not None and found.sought < fewer_than - 1 else None
    return found if found.fewest < fewer_than else None


class _TooManyError(Exception):
    """There are too many sets of changes to look at."""


@dataclass
class _Search:
    """Sets of changes that turn the finding of a question in which facts are open, and choices may be.

    A set that does must change something on which a case that stands in its way hangs as it is: what lies on the way
    through its diagram. So the cases need never be put together.
    """

    question: Question
    now: str
    advance: Callable[[], None]
    steps: int = 0
    seen: set[frozenset[tuple[int, int]]] = field(default_factory=set)

    def fewest(self, totals: range, limit: int) -> Flip:
        """The smallest sets of changes, so many at least and at most."""
        for total in totals:
            try:
                ways = self._ways(total, limit)
            except _TooManyError:
                return Flip(None, (), total - 1)
            if ways:
                return Flip(total, ways)
        return Flip(None, (), totals.stop - 1)

    def _ways(self, total: int, limit: int) -> tuple[tuple[Change, ...], ...]:
        """The sets of so many changes, none of fewer being enough.

        Raises:
            _TooManyError: if there are too many to look at.
        """
        self.seen.clear()
        values, variables = list(self.question.now), self.question.variables
        found = islice(self._follow(values, {}, total), limit)
        return tuple(tuple((variables[at], variables[at].values[new]) for at, new in sorted(each)) for each in found)

    def _follow(self, values: list[int], changes: dict[int, int], left: int) -> Iterator[frozenset[tuple[int, int]]]:
        key = frozenset(changes.items())
        if key in self.seen:
            return
        self.seen.add(key)
        self.steps += 1
        self.advance()
        if self.steps > MOST_SETS:
            raise _TooManyError
        turned, blamed = self._blamed(values)
        if turned:
            yield key
        if turned or not left:
            return
        for level in blamed:
            if level in changes:
                continue
            before = values[level]
            for new in range(len(self.question.variables[level].values)):
                if new != before:
                    values[level] = new
                    yield from self._follow(values, {**changes, level: new}, left - 1)
            values[level] = before

    def _blamed(self, values: list[int]) -> tuple[bool, list[int]]:
        """Whether the finding is turned, and else on what that hangs."""
        ends = [self.question.path(root, values) for root in self.question.by_case]
        found = self.question.strongest([code for code, _ in ends])
        if found not in {self.now, "undetermined"}:
            return True, []
        if self.question.asked == "casus":  # what makes a case arise is not looked for here
            return False, next(levels for code, levels in ends if code != NO)
        return False, list(dict.fromkeys(level for _, levels in ends for level in levels))


def _robust(question: Question, advance: Callable[[], None]) -> tuple[tuple[Variable, Value | None, str], ...] | None:
    """The facts that settle it under every reading; `None` where the facts of some reading are too entangled."""
    told = []
    for reading in _readings_apart(question):
        free = _with_facts_free(question, reading)
        try:
            free.by_case  # noqa: B018 - only what can be made is asked
        except TooEntangledError:
            return None
        told.append(free)
    return tuple(_find_robust(question, told, advance))


def _find_robust(
    question: Question, told: Sequence[Question], advance: Callable[[], None]
) -> Iterator[tuple[Variable, Value | None, str]]:
    """Single facts that, were they otherwise, would give every listed reading the same finding, if it has not now."""
    now = question.finding_now() if question.is_settled else ""
    facts = {each.of: each for free in told for each in free.variables if each.kind == "fact"}
    known = next((each.known for own in question.situations.values() for each in own), {})
    for fact, variable in facts.items():
        for value in variable.values:
            if value is None or value == known.get(fact):
                continue
            # under a few readings it is soon seen; under all of them only if these agree
            found = {_finding_with(free, fact, value) for free in told} - {"undetermined"}
            if len(found) > 1 or now in found:
                continue
            advance()
            other = replace(question, overrides={fact: value})
            if other.is_settled and other.finding_now() not in {now, "undetermined"}:
                yield variable, value, other.finding_now()


def _readings_apart(question: Question) -> Iterator[dict[str, Value]]:
    """The current reading, and the nearest with each other finding that some reading has."""
    for outcome in question.outcomes:
        witness = question.witness(outcome)
        if witness is not None:
            chosen = {level: each.values.index(witness[each.name]) for level, each in enumerate(question.choices)}
            yield reading_of(question, {**dict(enumerate(question.now)), **chosen})


def _finding_with(free: Question, fact: tuple[str, str], value: Value) -> str:
    """What a reading finds, all facts being free, with one of them otherwise."""
    values = list(free.now)
    for level, variable in enumerate(free.variables):
        if variable.of == fact and variable.kind == "fact":
            values[level] = variable.values.index(value)
    return free.strongest([free.path(root, values)[0] for root in free.by_case])
