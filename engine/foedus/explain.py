"""Derivations and findings in words: why, why not, and what is not known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from foedus.derivation import decisive
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
)
from foedus.ground import APPLIED, HELP_AS_ATTACK, Situation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from foedus.derivation import Derivation, Finding
    from foedus.ground import Case, InForce, Reading, Rules
    from foedus.model import Duty, Event, Source, Treaty
    from foedus.run import Run
    from foedus.vocabulary import Attribute, Value

NOT_SAID = "not said"
"""What a duty has as its extent or timing where the text is silent."""
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """One line of an explanation: what is claimed, whether it holds, on what authority, and on what it rests.

    `decides` is false for what could be otherwise without a change; `joins` is true for what only joins others.
    """

    text: str
    holds: Truth
    cites: str | None = None
    of: tuple[Claim, ...] = ()
    decides: bool = True
    name: str | None = None
    joins: bool = False


def day(value: date) -> str:
    """A day as a lawyer writes it.

    >>> from datetime import date
    >>> day(date(2024, 12, 4))
    '4 December 2024'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def days_of(event: Event) -> str:
    """When an event took place: a day, or from a day to a day, or from a day on."""
    if event.until == "ongoing":
        return f"from {day(event.date)} on"
    if event.until is None or event.until == event.date:
        return day(event.date)
    return f"{day(event.date)} – {day(event.until)}"


def cite(source: Source | None) -> str | None:
    """A source as it is cited: author or body, title, date, place in it."""
    if source is None:
        return None
    by = source.author or source.body
    parts = [f"{by}, {source.title}" if by else source.title, _dated(source.date), source.at]
    return ", ".join(part for part in parts if part)


def _dated(text: str | None) -> str | None:
    """The date of a source; a whole day as a lawyer writes it, a year as it is."""
    try:
        return day(date.fromisoformat(text)) if text and len(text) > len("1961-07") else text
    except ValueError:
        return text


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words as a list in a sentence.

    >>> listed(["invasion", "blockade", "bombardment"])
    'invasion, blockade or bombardment'
    """
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


class Explainer:
    """Puts the derivations of one run into words."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rules = run.rules
        self.events = {event.id: event for event in run.scenario.events}

    # Names

    def actor(self, code: str | None) -> str:
        """The name of an actor; one that is not known is called so."""
        if code is None:
            return "an unknown actor"
        known = self.rules.actors.get(code)
        return known.name if known else code

    def event(self, name: str) -> str:
        """What an event is called, and when it was."""
        event = self.events[name]
        return f"{self.event_title(name)} ({days_of(event)})"

    def event_title(self, name: str) -> str:
        """What an event is called; one without a title by who did what to whom."""
        event = self.events[name]
        if event.title:
            return event.title
        known = self.rules.vocabulary.acts.get(str(event.act.according_to(self.run.account)))
        by, against = (each.according_to(self.run.account) for each in (event.by, event.against))
        who, whom = (
            listed(map(self.actor, each if isinstance(each, tuple) else (str(each),)), "and") if each else ""
            for each in (by, against)
        )
        ends = " ".join(filter(None, [who, whom and f"against {whom}"]))
        return ", ".join(filter(None, [known.title if known else "an event", ends]))

    def parties(self, case: Case) -> str:
        """Who would owe whom, against whom."""
        return f"{self.actor(case.obligor)} to {self.actor(case.beneficiary)}, against {self.actor(case.adversary)}"

    def reading(self, case: Case) -> Reading:
        """The reading of the run, with the clause's own defaults."""
        return self.run.reading.within(self.situation(case))

    def value(self, attribute: Attribute | None, value: Value | None) -> str:
        """A value as it is read out."""
        if value is None:
            return "not known"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if attribute is not None and attribute.type == "number":
            return f"{value:,} {attribute.unit}" if attribute.unit else f"{value:,}"
        if attribute is not None and attribute.type == "choice":
            return attribute.values.get(str(value), str(value))
        return str(value).replace("-", " ")

    # Findings

    def why(self, finding: Finding) -> tuple[Claim, ...]:
        """The layers of the casus, and the steps from there to the duty."""
        voice = _Voice(self, finding.case)
        casus = finding.judgement.casus
        deciding = decisive(casus)
        claims = [voice.claim(part, decides=part in deciding) for part in casus.of if not _goes_without_saying(part)]
        if finding.casus == "arises":
            for met, refused in finding.judgement.steps.values():
                if _goes_without_saying(met):
                    continue
                claims.append(voice.claim(met))
                if refused.value is not False:
                    claims.append(voice.claim(refused))
        return tuple(claims)

    def turned(self, finding: Finding, layer: Derivation, term: str | None, event: str | None) -> Claim:
        """A layer or step that has turned, on which term it turned and by which event."""
        voice = _Voice(self, finding.case)
        text, cites, name = voice.say(layer, "")
        inner: tuple[Claim, ...] = ()
        if event is not None:
            inner = (Claim(self.event(event), layer.value, None, name=event),)
        if term is not None:
            entry, _, chosen = term.partition("=")
            known = self.rules.terms[entry]
            source = cite(known.definitions[chosen].source)
            inner = (Claim(f"{known.title}: {known.definitions[chosen].title}", layer.value, source, inner, name=term),)
        return Claim(text, layer.value, cites, inner, name=name)

    def in_force(self, in_force: InForce) -> str:
        """Since and until when the clause was in force, as the event meets it."""
        since = day(in_force.from_) if in_force.from_ else ""
        until = day(in_force.until) if in_force.until else ""
        match in_force.status:
            case "not-yet":
                return f"not yet in force; it came into force on {since}"
            case "no-longer":
                return f"no longer in force; it ended on {until}"
            case "came-into-force-during":
                return f"came into force on {since}, while the event went on"
            case "ended-during":
                return f"ended on {until}, while the event went on"
            case "never":
                return "never in force between the two"
        return f"in force since {since}" + (f" (until {until})" if until else "")

    def duty(self, finding: Finding) -> str:
        """The state of the duty, and what is owed."""
        owed = finding.owed
        content = what_is_owed(owed)
        match finding.duty:
            case "due":
                form = "; its form is for the party to choose" if owed.discretion == "form" else ""
                return f"due: {content}{form}"
            case "left-to-the-party":
                return f"left to the party, which decides itself what it owes ({content})"
            case "dormant":
                names = [self.step_title(finding.case, name) for name in finding.waiting_for]
                return f"dormant, waiting for: {listed(names, 'and')}"
            case "not-due":
                return "not due"
        return "undetermined"

    def step_title(self, case: Case, name: str) -> str:
        """What a step between casus and duty is called."""
        return self.situation(case).steps[name][0].title

    def situation(self, case: Case) -> Situation:
        """The situation of a case, made again for its clause, version and steps."""
        from foedus.ground import Facts

        return Situation(self.rules, Facts(self.run.scenario, self.run.account, self.run.on), case)

    def question(self, event: str, attribute: str) -> str:
        """The question whose answer is missing, with the event that it is about."""
        known = self.rules.vocabulary.attribute(attribute)
        of_actors = {"by": "Who did it?", "against": "Against whom was it?"}
        asked = known.question if known else of_actors.get(attribute, attribute)
        return f"{asked} ({self.event_title(event)})" if len(self.events) > 1 else asked


def what_is_owed(duty: Duty) -> str:
    """The help that is owed, how much and when; nothing is said twice.

    >>> from foedus.model import Duty
    >>> what_is_owed(Duty(title="war in common", extent="war in common, and no separate peace", timing="at once"))
    'war in common, and no separate peace, at once'
    >>> what_is_owed(Duty(title="consultation", extent="not said", timing="not said"))
    'consultation; the text does not say how much or when'
    """
    title = duty.title or (f"{listed(duty.means, 'and')} assistance" if duty.means else "assistance")
    extent = duty.extent if duty.extent != NOT_SAID else None
    first, *rest = re.split("(?=[,;])", extent or "", maxsplit=1)
    parts = [title, extent]
    if title in first:
        parts = [extent]
    elif first and first in title:
        parts = ["".join([title, *rest])]
    days = f"within {duty.within_days} days of the case" if duty.within_days is not None else None
    parts += [duty.timing if duty.timing != NOT_SAID else None, days]
    unsaid = [what for what, told in (("how much", duty.extent), ("when", duty.timing)) if told == NOT_SAID]
    told = ", ".join(part for part in parts if part)
    return f"{told}; the text does not say {listed(unsaid)}" if unsaid else told


def _goes_without_saying(derivation: Derivation) -> bool:
    """A layer that is met because nothing asks anything: an event that happened, an overlay set aside."""
    match derivation.formula:
        case Layer("event", _, _):
            return derivation.value is True
        case Layer("exception" | "step", _, Choose()):
            return derivation.of[0].chosen != APPLIED
    return False


class _Voice:
    """Speaks of one case."""

    def __init__(self, explainer: Explainer, case: Case) -> None:
        self.words = explainer
        self.case = case
        self.rules = explainer.rules
        self.reading = explainer.reading(case)
        self.treaty, self.clause = self.rules.clause(case.clause)
        self.situation = explainer.situation(case)

    def claim(self, derivation: Derivation, *, decides: bool = True, term: str = "") -> Claim:
        """A derivation as a claim, with all that it rests on."""
        text, cites, name = self.say(derivation, term)
        inner = derivation.formula.term if isinstance(derivation.formula, Term) else term
        joins = isinstance(derivation.formula, All | AnyOf)
        return Claim(text, derivation.value, cites, self.grounds(derivation, inner), decides, name, joins)

    def grounds(self, derivation: Derivation, term: str) -> tuple[Claim, ...]:
        """What a derivation rests on; what only joins or turns conditions round is left out where it reads the same."""
        if isinstance(derivation.formula, Some):
            return self.instances(derivation, term)
        deciding = decisive(derivation)
        out: list[Claim] = []
        for part in derivation.of:
            if self.is_silent(part):
                continue
            if self.is_transparent(part, derivation):
                inner = [replace(each, decides=each.decides and part in deciding) for each in self.grounds(part, term)]
                out += inner
            else:
                out.append(self.claim(part, decides=part in deciding, term=term))
        return tuple(out)

    def is_silent(self, part: Derivation) -> bool:
        """What the line above has said already: that an event happened, and what is worked out from dates."""
        if not isinstance(part.formula, Test):
            return False
        attribute = self.rules.vocabulary.attribute(part.formula.attribute)
        return (part.formula.attribute == "happened" and part.value is True) or bool(attribute and attribute.computed)

    def is_transparent(self, part: Derivation, whole: Derivation) -> bool:
        """Whether a part can be replaced by what it consists of."""
        match part.formula, whole.formula:
            case All(), All() | Layer() | Term() | Choose() | Some():
                return True
            case AnyOf(of), _:
                return len(of) == 1
            case Choose(choice, _), _:
                return choice != self.treaty.treaty
            case Not(), Layer() | Choose():
                return True
            case Not(), All():
                return whole.formula in self.overlay_conditions
        return False

    @cached_property
    def overlay_conditions(self) -> set[Formula]:
        """The conditions that overlays add; they speak of what would stand in the way."""
        options = (layer.of for layer in self.situation.casus.parts if isinstance(layer, Layer))
        return {formula for each in options if isinstance(each, Choose) for _, formula in each.options}

    def say(self, derivation: Derivation, term: str) -> tuple[str, str | None, str | None]:
        """Text, citation and name of a claim."""
        formula, holds = derivation.formula, derivation.value
        match formula:
            case Layer():
                return self.layer(formula, derivation)
            case Term(name):
                chosen, definition = self.reading.definition(name)
                entry = self.rules.terms[name]
                return f"{entry.title}: {definition.title}", cite(definition.source), f"{name}={chosen}"
            case Choose(choice, _):
                return self.option(choice, str(derivation.chosen)), None, choice
            case Test():
                return self.test(derivation, formula, term), None, formula.attribute
            case Setting(knob, value):
                return f"{knob.replace('_', ' ')}: set to {_plain(derivation.read)}, asked {_plain(value)}", None, knob
            case Who() | Dated() | About():
                return self.relation(formula, derivation.event), None, None
            case Some():
                return self.existence(formula, holds, term), None, None
            case All(of):
                return ("all of these" if of else "always"), None, None
            case AnyOf(of):
                return ("at least one of these" if of else "never"), None, None
            case AtLeast(count, _):
                return f"at least {count} of these", None, None
            case Not():
                return "it is not so that", None, None
        return "", None, None

    def existence(self, some: Some, holds: Truth, term: str) -> str:
        """Whether there is such an event; where there is one, the lines below say what it is."""
        if holds:
            return "there is such an event"
        knobs = self.reading.definition(term)[1].knobs if term else {}
        settings = {name: self.reading.knob(term, name) for name in knobs}
        sought = Outliner(self.rules, self.treaty, settings).phrase(some.of)
        return f"{'no event is listed' if holds is False else 'it is open if there is an event'} such that: {sought}"

    def instances(self, derivation: Derivation, term: str) -> tuple[Claim, ...]:
        """For `some`, a claim for each event, called by its name."""
        deciding = decisive(derivation) if derivation.value is not False else ()
        return tuple(
            Claim(
                self.words.event(part.event), part.value, None, self.grounds(part, term), part in deciding, part.event
            )
            for part in derivation.of
        )

    def layer(self, layer: Layer, derivation: Derivation) -> tuple[str, str | None, str | None]:
        """A named part of the clause, with the words of the treaty where there are any."""
        version, holds = self.situation.version, derivation.value
        article = f"{self.treaty.short}, {self.clause.article}"
        match layer.stage:
            case "event":
                return "it happened", None, layer.name
            case "in-force":
                return f"time: {self.words.in_force(self.situation.in_force)}", None, layer.name
            case "trigger":
                wording = version.wordings.get(str(self.reading.choices.get(self.treaty.treaty, ""))) or version.wording
                wording = wording or next(iter(version.wordings.values()), None)
                quoted = f": “{wording.trigger}”" if wording and wording.trigger else ""
                return f"trigger{quoted}", article, layer.name
            case "scope":
                return f"scope ({layer.name.replace('-', ' ')})", article, layer.name
            case "step" | "refusal":
                step = self.situation.steps[layer.name][0]
                source = cite(step.source) or (article if layer.name in version.procedure else None)
                if layer.stage == "refusal":
                    return f"{step.title}: refused", source, layer.name
                return f"step: {step.title}", source, layer.name
        overlay = self.situation.overlays.get(layer.name)
        if overlay is not None:
            stands = {True: "does not stand in the way", False: "stands in the way", None: "may stand in the way"}
            return f"{overlay.title} {stands[holds]}", cite(overlay.source), layer.name
        if layer.name == HELP_AS_ATTACK:
            counts = {True: "counts", False: "does not count", None: "may count"}
            return f"help given under a treaty {counts[holds]} as an attack", None, layer.name
        applies = {True: "does not apply", False: "applies", None: "may apply"}
        return f"exception ({layer.name.replace('-', ' ')}) {applies[holds]}", article, layer.name

    def option(self, choice: str, chosen: str) -> str:
        text = self.treaty.wordings.get(chosen) if choice == self.treaty.treaty else None
        return text.title if text else f"{choice}: {chosen.replace('-', ' ')}"

    def test(self, derivation: Derivation, test: Test, term: str) -> str:
        """A fact as it was read, and what was asked of it."""
        attribute = self.rules.vocabulary.attribute(test.attribute)
        title = (attribute.title if attribute else None) or test.attribute.replace("_", " ")
        values = [self.reading.knob(term, v.name) if isinstance(v, Knob) else v for v in test.values]
        read = self.words.value(attribute, derivation.read)
        if attribute is not None and attribute.type == "boolean":
            wanted = "" if derivation.value else f" (asked: {listed(self.words.value(attribute, v) for v in values)})"
            return f"{title}: {read}{wanted}"
        asked = listed(self.words.value(attribute, v) for v in values)
        if test.attribute == "act":
            names = self.rules.vocabulary.groups
            asked = listed(names[str(v)].title if v in names else self.words.value(attribute, v) for v in values)
            return f"act: {read}" + ("" if derivation.value else f" (asked: {asked})")
        relation = {"is": "", "at_least": "at least ", "at_most": "at most "}[test.relation]
        if derivation.value and test.relation == "is":
            return f"{title}: {read}"
        return f"{title}: {read} (asked: {relation}{asked})"

    def relation(self, formula: Who | Dated | About, event: str) -> str:
        match formula:
            case Dated(relation):
                words = {"before": "before", "not-before": "not before", "after": "after", "not-after": "not after"}
                return f"it came {words[relation]} the event in question"
            case About():
                return "it is about the event in question"
            case Who(whose, of):
                names = listed(self.role(name) for name in of)
                if whose in {"by", "against"}:
                    actors = self.situation.facts.actors(event, "by" if whose == "by" else "against")
                    shown = listed((self.words.actor(code) for code in actors), "and") if actors else "not known"
                    return f"{'done by' if whose == 'by' else 'against'} {shown} (asked: {names})"
                bound = self.words.actor(getattr(self.case, whose))
                return f"the {whose} is {bound} (asked: {names})"

    def role(self, name: str) -> str:
        match name:
            case "obligor" | "beneficiary" | "adversary":
                return f"the {name}, {self.words.actor(getattr(self.case, name))}"
            case "party":
                return "a party"
            case "non-party":
                return "no party"
            case "state" | "entity" | "organisation" | "organ" | "group":
                return {"state": "a State", "entity": "an entity that is not recognised as a State"}.get(
                    name, f"an {name}"
                )
        return self.words.actor(name)


class Outliner:
    """Puts formulas into words, apart from any scenario: what a definition or a clause asks."""

    def __init__(self, rules: Rules, treaty: Treaty | None = None, settings: Mapping[str, Value] | None = None) -> None:
        self.rules = rules
        self.treaty = treaty
        self.settings = settings or {}

    def outline(self, formula: Formula) -> tuple[Claim, ...]:
        """The conditions that a formula asks for, as a tree; conditions listed together are all asked."""
        if isinstance(formula, All) and formula.of:
            return tuple(claim for part in formula.of for claim in self.outline(part))
        inner = (
            () if isinstance(formula, (Test, Term)) else tuple(c for part in formula.parts for c in self.outline(part))
        )
        match formula:
            case Choose(_, options):
                inner = tuple(Claim(self._text(name), None, None, self.outline(each)) for name, each in options)
                return (Claim("by the text relied on", None, None, inner),)
            case AnyOf(of) if len(of) > 1:
                inner = tuple(
                    Claim("all of these", None, None, self.outline(part))
                    if isinstance(part, All)
                    else self.outline(part)[0]
                    for part in of
                )
        return (Claim(self.say(formula), None, None, inner),)

    def phrase(self, formula: Formula) -> str:
        """A formula in one line.

        >>> from foedus.ground import Rules
        >>> nothing = Outliner(Rules(None, {}, {}, {}, {}, {}))
        >>> nothing.phrase(All((About(), Not(Dated("before")))))
        'it is about the event in question; not: it came before the event in question'
        """
        match formula:
            case All(of) if of:
                return "; ".join(self.phrase(part) for part in of)
            case AnyOf(of) if of:
                return " or ".join(f"({self.phrase(part)})" if part.parts else self.phrase(part) for part in of)
            case Not(of):
                return f"not: {self.phrase(of)}"
            case Some(of):
                return f"there is an event such that ({self.phrase(of)})"
            case AtLeast(count, of):
                return f"at least {count} of: {', '.join(self.phrase(part) for part in of)}"
        return self.say(formula)

    def _text(self, name: str) -> str:
        text = self.treaty.wordings.get(name) if self.treaty else None
        return text.title if text else name

    def say(self, formula: Formula) -> str:
        """One condition in words."""
        match formula:
            case All():
                return "always"
            case AnyOf(of):
                return "at least one of these" if of else "never"
            case AtLeast(count, _):
                return f"at least {count} of these"
            case Not():
                return "not so that"
            case Some():
                return "there is an event such that"
            case Term(name):
                entry = self.rules.terms.get(name)
                return f"{entry.title if entry else name} (term `{name}`)"
            case Setting(knob, value):
                return f"knob `{knob}` is set to {_plain(value)}"
            case Dated(relation):
                return f"it came {relation.replace('-', ' ')} the event in question"
            case About():
                return "it is about the event in question"
            case Who(whose, of):
                who = {"by": "done by", "against": "directed against"}.get(whose, f"the {whose} is")
                return f"{who} {listed(self._role(name) for name in of)}"
            case Test():
                return self._test(formula)
        return ""

    def _role(self, name: str) -> str:
        if name in self.rules.actors:
            return self.rules.actors[name].name
        return {"party": "a party", "non-party": "no party", "state": "a State"}.get(name, f"the {name}")

    def _test(self, test: Test) -> str:
        attribute = self.rules.vocabulary.attribute(test.attribute)
        title = (attribute.title if attribute else None) or test.attribute
        groups = self.rules.vocabulary.groups
        words = []
        for value in test.values:
            if isinstance(value, Knob) and value.name in self.settings:
                words.append(str(self.settings[value.name]).replace("-", " "))
            elif isinstance(value, Knob):
                words.append(f"the setting of `{value.name}`")
            elif isinstance(value, bool):
                words.append(_plain(value))
            elif str(value) in groups and test.attribute == "act":
                words.append(groups[str(value)].title)
            elif attribute is not None and attribute.type == "choice":
                words.append(attribute.values.get(str(value), str(value)))
            else:
                words.append(str(value).replace("-", " "))
        relation = {"is": "", "at_least": "at least ", "at_most": "at most "}[test.relation]
        return f"{title}: {relation}{listed(words)}"


def _plain(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)
