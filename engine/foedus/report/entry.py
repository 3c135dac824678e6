"""One entry of the library in full: a clause with its conditions, a term with its definitions side by side."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors, nearest
from foedus.explain import Outliner, cite, day, days_of, listed, what_is_owed
from foedus.monotone import find_losses
from foedus.report.record import plain

if TYPE_CHECKING:
    from foedus.explain import Claim
    from foedus.ground import Rules
    from foedus.loading.library import Library
    from foedus.model import Clause, Definition, Overlay, Period, Profile, Scenario, Source, TermEntry, Treaty, Version
    from foedus.monotone import Losses
    from foedus.report.page import Page

CONFIDENCE = {
    "primary": "read in the primary text",
    "secondary": "read in a secondary copy",
    "well-known": "well-known, not re-read for this file",
    "to-check": "substance sure, to be re-read before it is quoted",
    "lead": "a lead only",
}


def find_entry(library: Library, name: str) -> tuple[str, Any]:
    """The kind and the object that an id names.

    Raises:
        InputErrors: if nothing has that id, or its file is wrong.
    """
    head, slash, rest = name.partition("/")
    term, equals, definition = name.partition("=")
    if slash and head in library.index["treaty"]:
        treaty = library.find("treaty", head)
        library.stop_if_wrong()
        if rest in treaty.clauses:
            return "clause", treaty
        hint = nearest(name, [f"{head}/{each}" for each in treaty.clauses])
        raise InputErrors([InputError(f"the treaty `{head}` has no clause `{rest}`", None, hint)])
    if equals and term in library.index["term"]:
        entry = library.find("term", term)
        library.stop_if_wrong()
        if definition in entry.definitions:
            return "definition", entry
        hint = nearest(definition, entry.definitions)
        raise InputErrors([InputError(f"the term `{term}` has no definition `{definition}`", None, hint)])
    for kind in ("treaty", "term", "profile", "overlay", "scenario"):
        if name in library.index[kind]:
            found = library.find(kind, name)
            library.stop_if_wrong()
            return kind, found
    if name in library.vocabulary.acts:
        return "act", library.vocabulary.acts[name]
    if name in library.vocabulary.attributes:
        return "attribute", library.vocabulary.attributes[name]
    if name in library.actors:
        return "actor", library.actors[name]
    every = [each for kind in library.index.values() for each in kind]
    every += [*library.vocabulary.acts, *library.vocabulary.attributes, *library.actors]
    raise InputErrors(
        [InputError(f"nothing is called `{name}`", None, nearest(name, every) or "`foedus list` shows the ids")]
    )


def entry_record(library: Library, name: str) -> dict[str, Any]:
    """An entry as plain data, formulas as outlines."""
    kind, found = find_entry(library, name)
    if kind == "clause":
        losses = find_losses(_rules_of(library, [name]), name)
        found = found.clauses[name.partition("/")[2]]
        return {"kind": kind, "id": name, **plain(found), "losses": asdict(losses)}
    if kind == "definition":
        found = found.definitions[name.partition("=")[2]]
    return {"kind": kind, "id": name, **plain(found)}


def show_entry(page: Page, library: Library, name: str) -> None:
    """An entry as a page."""
    kind, found = find_entry(library, name)
    match kind:
        case "treaty":
            _treaty(page, library, found, list(found.clauses))
        case "clause":
            _treaty(page, library, found, [name.partition("/")[2]])
        case "term":
            _term(page, library, found, list(found.definitions))
        case "definition":
            _term(page, library, found, [name.partition("=")[2]])
        case "profile":
            _profile(page, found)
        case "overlay":
            _rules_of_overlay(page, Outliner(_every_term(library)), name, found)
        case "scenario":
            _scenario(page, found)
        case _:
            _plain_entry(page, kind, name, found)


def _every_term(library: Library) -> Rules:
    """Rules with all terms, so that an outline can call each by its title."""
    return library.rules_for([], library.index["term"], profiles=[])


def _rules_of(library: Library, clauses: list[str]) -> Rules:
    """The rules that those clauses can come to, all names seen to exist."""
    rules = library.rules_for(clauses, library.index["term"], profiles=[])
    library.check(rules)
    return rules


def _source(page: Page, source: Source | None, *, indent: int = 2) -> None:
    if source is None:
        return
    page.field("source", f"{cite(source)} ({CONFIDENCE[source.confidence]})", indent=indent)
    if source.url:
        page.field("", source.url, indent=indent)
    if source.note:
        page.field("", source.note, indent=indent)


def _period(period: Period) -> str:
    until = f" until {day(period.until)}" if period.until else ""
    unsure = f" (not certain: {period.unsure})" if period.unsure else ""
    return f"from {day(period.from_)}{until}{unsure}"


def _treaty(page: Page, library: Library, treaty: Treaty, clauses: list[str]) -> None:
    rules = _rules_of(library, [f"{treaty.treaty}/{name}" for name in clauses])
    outliner = Outliner(rules, treaty)
    page.line(f"{treaty.treaty} · {treaty.title}", "bold")
    if treaty.signed:
        page.field("signed", day(treaty.signed))
    page.field("in force", _period(treaty.in_force))
    if treaty.in_force.note:
        page.field("", treaty.in_force.note)
    own = []
    for code, party in treaty.parties.items():
        actor = library.actors.get(code)
        apart = party.from_ or party.until or party.unsure
        dates = " and again ".join(_period(period) for period in treaty.periods(code)) if apart else ""
        own.append(f"{actor.name if actor else code} {dates}".rstrip())
    page.field("parties", "; ".join(own))
    _source(page, treaty.source)
    for each in treaty.precedence:
        page.field("precedence", f"{each.article}: {each.says} ({CONFIDENCE[each.confidence]})")
    if treaty.note:
        page.field("note", treaty.note)
    for name, text in treaty.wordings.items():
        kind = "authentic" if text.authentic else "not authentic"
        page.field("text", f"`{name}`: {text.title} ({text.language}, {kind})")
    for name in clauses:
        page.line()
        _clause(page, outliner, f"{treaty.treaty}/{name}", treaty.clauses[name])
        _losses(page, find_losses(rules, f"{treaty.treaty}/{name}"))
    for name, overlay in treaty.attachments.items():
        if not overlay.clauses or set(overlay.clauses) & set(clauses):
            page.line()
            _rules_of_overlay(page, outliner, f"{treaty.treaty}/{name}", overlay)


def _clause(page: Page, outliner: Outliner, name: str, clause: Clause) -> None:
    page.line(f"{name} · {clause.article}: {clause.title} ({clause.kind})", "bold")
    _source(page, clause.source)
    for who in ("obligors", "beneficiaries"):
        if getattr(clause, who):
            page.field(who, ", ".join(getattr(clause, who)))
    for version in clause.versions:
        _version(page, outliner, version, alone=len(clause.versions) == 1)
    if clause.overlays:
        page.field("read with", ", ".join(clause.overlays))
    if clause.defaults:
        page.field("defaults", ", ".join(f"{k}={v}" for k, v in clause.defaults.items()))
    if clause.note:
        page.field("note", clause.note)


def _version(page: Page, outliner: Outliner, version: Version, *, alone: bool) -> None:
    if not alone:
        since = f"from {day(version.from_)}" if version.from_ else "at first"
        until = f" until {day(version.until)}" if version.until else ""
        unsure = f" (not certain: {version.unsure})" if version.unsure else ""
        page.line()
        page.line(f"{version.title or 'version'}, {since}{until}{unsure}", "cyan", indent=2)
    _source(page, version.source)
    texts = {"": version.wording} if version.wording else dict(version.wordings)
    for text_name, wording in texts.items():
        if wording is not None:
            for part in ("trigger", "scope", "exception", "duty"):
                if words := getattr(wording, part):
                    page.field(part, f"“{words}”" + (f" ({text_name} text)" if text_name else ""))
    _conditions(page, "arises when", outliner.outline(version.trigger))
    for label, formula in version.scope.items():
        _conditions(page, f"scope: {label}", outliner.outline(formula))
    for label, formula in version.exceptions.items():
        _conditions(page, f"except: {label}", outliner.outline(formula))
    for step in version.procedure.values():
        _conditions(page, f"step: {step.title}", outliner.outline(step.met_when))
        if step.refused_when is not None:
            _conditions(page, "refused when", outliner.outline(step.refused_when))
    owed = version.duty
    discretion = {
        "none": None,
        "form": "its form is for the party to choose",
        "self-judging": "the party itself decides what it owes",
    }
    page.field("owed", "; ".join(filter(None, [what_is_owed(owed), discretion[owed.discretion]])))
    further = [each for each in owed.means if each not in (owed.title or "")]
    if further:
        page.field("means", listed(owed.means, "and"))
    if owed.performed_when is not None:
        _conditions(page, "performed when", outliner.outline(owed.performed_when))


def _losses(page: Page, losses: Losses) -> None:
    """What can take the casus or the duty away by growing, and where it stands in the clause."""
    higher = "any other never does" if "gravity" in losses.by_more else "any other, such as the gravity, never does"
    for label, subject, found, rest in (
        ("if broader", "a broader definition", losses.by_broader, "of any other term it never does"),
        ("if graver", "a fact higher on its scale", losses.by_more, higher),
    ):
        names = "; ".join(f"`{name}` (in {', '.join(places)})" for name, places in found.items())
        never = f"{subject} never takes the casus or the duty away"
        page.field(label, f"{subject} can take it away: {names}; {rest}" if found else never)


def _conditions(page: Page, label: str, claims: tuple[Claim, ...]) -> None:
    page.line(label, "dim", indent=2)
    page.outline(claims, indent=4)


def _rules_of_overlay(page: Page, outliner: Outliner, name: str, overlay: Overlay) -> None:
    page.line(
        f"{name} · {overlay.title} ({overlay.kind}; {'applied' if overlay.applied else 'set aside'} by default)", "bold"
    )
    _source(page, overlay.source)
    if overlay.from_:
        page.field("asked", f"of what began on {day(overlay.from_)} or later")
    if overlay.binds:
        page.field("binds", ", ".join(overlay.binds))
    if overlay.requires is not None:
        _conditions(page, "requires", outliner.outline(overlay.requires))
    if overlay.excludes is not None:
        _conditions(page, "stands in the way when", outliner.outline(overlay.excludes))
    for step in overlay.procedure.values():
        _conditions(page, f"step: {step.title}", outliner.outline(step.met_when))
        if step.refused_when is not None:
            _conditions(page, "refused when", outliner.outline(step.refused_when))
    if overlay.note:
        page.field("note", overlay.note)


def _term(page: Page, library: Library, term: TermEntry, definitions: list[str]) -> None:
    """Definitions side by side where there is room, one after another where there is not."""
    outliner = Outliner(_every_term(library))
    page.line(f"{term.term} · {term.title}", "bold")
    page.line(term.question)
    if term.note:
        page.line(term.note, "dim")
    if len(definitions) == len(term.definitions):
        page.line()
        column = max(len(name) for name in definitions) + 3
        for name in definitions:
            mark = "*" if name == term.default else ""
            page.field(f"{name}{mark}", term.definitions[name].title, indent=0, column=column)
        page.line("* the default", "dim")
    for name in definitions:
        page.line()
        _definition(page, outliner, f"{term.term}={name}", term.definitions[name])
    for label, pairs in (("broader than", term.broader_than), ("excludes", term.excludes)):
        for first, second in pairs:
            if {first, second} & set(definitions):
                page.field(label, f"{first} {label} {second}", indent=0)


def _definition(page: Page, outliner: Outliner, name: str, definition: Definition) -> None:
    page.line(f"{name} · {definition.title}", "bold")
    _source(page, definition.source)
    if definition.argued_by:
        page.field("argued by", ", ".join(definition.argued_by))
    if definition.since:
        page.field("since", definition.since)
    _conditions(page, "holds when", outliner.outline(definition.holds_when))
    for knob, setting in definition.knobs.items():
        values = ", ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in setting.values)
        default = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
        asked = f" {setting.question}" if setting.question else ""
        page.field("knob", f"`{knob}`: {values}; by default {default}.{asked}")
    if definition.note:
        page.field("note", definition.note)


def _profile(page: Page, profile: Profile) -> None:
    page.line(f"{profile.profile} · {profile.title}", "bold")
    _source(page, profile.source)
    if profile.stylised:
        page.field("stylised", profile.stylised)
    if profile.account:
        page.field("account", f"takes disputed facts as {profile.account} states them")
    for choice, value in profile.reading.items():
        shown = str(value).lower() if isinstance(value, bool) else value
        page.field("reads", f"{choice} as {shown}")
    if profile.note:
        page.field("note", profile.note)


def _scenario(page: Page, scenario: Scenario) -> None:
    page.line(f"{scenario.scenario} · {scenario.title}", "bold")
    page.line(scenario.summary)
    page.field("clauses", ", ".join(scenario.clauses))
    for event in scenario.events:
        act = event.act.value or "unknown"
        page.line()
        page.line(f"{event.id} · {event.title or act} ({days_of(event)})", "cyan", indent=2)
        for key, stated in {"act": event.act, "by": event.by, "against": event.against, **event.facts}.items():
            if stated.disputed:
                page.field(
                    key,
                    "disputed: " + ", ".join(f"{who}: {_said(v)}" for who, v in stated.disputed.items()),
                    indent=4,
                    column=26,
                )
            elif stated.value is not None or key in event.facts:
                page.field(key, _said(stated.value), indent=4, column=26)
        if event.about:
            page.field("about", event.about, indent=4, column=26)
        if event.note:
            page.field("note", event.note, indent=4, column=26)
    if scenario.record:
        page.line()
        page.field("on record", scenario.record.summary)
        for whose in ("claimed_by", "denied_by", "performed_by"):
            if codes := getattr(scenario.record, whose):
                page.field(whose.replace("_", " "), ", ".join(codes))
        for source in scenario.record.sources:
            _source(page, source)
    if scenario.note:
        page.field("note", scenario.note)


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "unknown" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _plain_entry(page: Page, kind: str, name: str, found: object) -> None:
    page.line(f"{name} ({kind})", "bold")
    for key, value in plain(found).items():
        if isinstance(value, dict):
            page.field(key, "")
            for each, meaning in value.items():
                page.field(each, str(meaning), indent=4, column=26)
        else:
            page.field(key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
