"""What the library has, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors
from foedus.explain import cite, day, listed
from foedus.ground import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from foedus.loading.library import Library
    from foedus.model import Treaty
    from foedus.report.page import Page


CHOSEN_BY = {
    "--tag": ("scenarios",),
    "--party": ("treaties", "clauses", "scenarios"),
    "--in-force": ("treaties", "clauses"),
}
"""Option to the kinds of entries among which it chooses."""


def rows(
    library: Library,
    kind: str,
    *,
    tags: Sequence[str] = (),
    party: str | None = None,
    in_force: date | None = None,
) -> list[dict[str, Any]]:
    """One row for each entry of that kind, its id first; only those with all tags, of the party, in force on the day.

    Raises:
        InputErrors: if a file of that kind is wrong, or entries of that kind cannot be chosen so.
    """
    given = {"--tag": tags, "--party": party, "--in-force": in_force}
    unfit = [option for option, value in given.items() if value and kind not in CHOSEN_BY[option]]
    if unfit:
        raise InputErrors(
            [
                InputError(f"`{o}` does not choose among {kind}", None, f"only among {listed(CHOSEN_BY[o], 'and')}")
                for o in unfit
            ]
        )
    found = [row for row in _rows(library, kind) if set(tags) <= set(row.get("tags", []))]
    if kind in {"treaties", "clauses"} and (party or in_force):
        treaties = library.all_of("treaty")
        found = [row for row in found if _is_wanted(treaties[row["id"].partition("/")[0]], party, in_force)]
    elif kind == "scenarios" and party:
        scenarios = library.scenarios()
        found = [row for row in found if party in Facts(scenarios[row["id"]]).named]
    library.stop_if_wrong()
    return found


def _is_wanted(treaty: Treaty, party: str | None, day_: date | None) -> bool:
    """Whether the party is one of the treaty, and the treaty is in force on the day, for it or for some two."""
    if party is not None and party not in treaty.parties:
        return False
    if day_ is None:
        return True
    bound = [code for code in treaty.parties if any(period.covers(day_) for period in treaty.periods(code))]
    return party in bound if party else len(bound) > 1


def _rows(library: Library, kind: str) -> Iterator[dict[str, Any]]:
    match kind:
        case "treaties":
            for name, treaty in library.all_of("treaty").items():
                force = treaty.in_force
                until = force.until.isoformat() if force.until else None
                yield {"id": name, "title": treaty.title, "from": force.from_.isoformat(), "until": until,
                       "parties": list(treaty.parties), "clauses": list(treaty.clauses)}  # fmt: skip
        case "clauses":
            for name, treaty in library.all_of("treaty").items():
                for clause_name, clause in treaty.clauses.items():
                    yield {
                        "id": f"{name}/{clause_name}",
                        "title": clause.title,
                        "article": clause.article,
                        "kind": clause.kind,
                    }
        case "terms":
            for name, term in library.all_of("term").items():
                yield {
                    "id": name,
                    "title": term.question,
                    "definitions": len(term.definitions),
                    "default": term.default,
                }
        case "definitions":
            for name, term in library.all_of("term").items():
                for definition_name, definition in term.definitions.items():
                    yield {"id": f"{name}={definition_name}", "title": definition.title, "since": definition.since,
                           "argued_by": list(definition.argued_by), "source": cite(definition.source),
                           "knobs": {knob: setting.default for knob, setting in definition.knobs.items()}}  # fmt: skip
        case "profiles":
            for name, profile in library.all_of("profile").items():
                yield {"id": name, "title": profile.title, "account": profile.account,
                       "source": cite(profile.source) or profile.stylised,
                       "stylised": profile.stylised is not None}  # fmt: skip
        case "overlays":
            for name, overlay in library.all_of("overlay").items():
                yield {"id": name, "title": overlay.title, "kind": overlay.kind, "applied": overlay.applied}
        case "scenarios":
            for name, scenario in library.scenarios().items():
                first = min((event.date for event in scenario.events), default=None)
                yield {"id": name, "title": scenario.title, "date": first.isoformat() if first else None,
                       "clauses": list(scenario.clauses), "tags": list(scenario.tags)}  # fmt: skip
        case "acts":
            for name, act in library.vocabulary.acts.items():
                yield {"id": name, "title": act.title, "kind": act.kind}
        case "attributes":
            for name, attribute in library.vocabulary.attributes.items():
                yield {"id": name, "title": attribute.question, "type": attribute.type, "unit": attribute.unit,
                       "values": list(attribute.values)}  # fmt: skip
        case "actors":
            for name, actor in library.actors.items():
                yield {"id": name, "title": actor.name, "kind": actor.kind, "iso": actor.iso, "cow": actor.cow,
                       "from": actor.from_.isoformat() if actor.from_ else None,
                       "until": actor.until.isoformat() if actor.until else None}  # fmt: skip


def show_rows(page: Page, found: list[dict[str, Any]]) -> None:
    """Ids and titles, and under each title what else there is to say."""
    if not found:
        page.line("there is none such", "dim")
    column = min(max((len(row["id"]) for row in found), default=0) + 2, page.width // 2)
    for row in found:
        rest = [text for key, value in row.items() if key not in {"id", "title"} and (text := _text(key, value))]
        if len(row["id"]) + 2 > column:
            page.line(row["id"], "bold")
            page.line(row["title"], indent=column)
        else:
            page.field(row["id"], row["title"], indent=0, column=column)
        if rest:
            page.line("; ".join(rest), "dim", indent=column)


_LONG = 90


def _text(key: str, value: Any) -> str:  # noqa: ANN401 - whatever a row has
    if value is None or value in ([], {}, ""):
        return ""
    if key in {"from", "until", "date"}:
        from datetime import date

        shown = day(date.fromisoformat(value))
        return shown if key == "date" else f"{key} {shown}"
    if isinstance(value, bool):
        return key.replace("_", " ") if value else f"not {key}"
    if isinstance(value, list):
        shown = ", ".join(str(each) for each in value)
        return f"{len(value)} {key}" if len(shown) > _LONG and key == "parties" else f"{key.replace('_', ' ')}: {shown}"
    if isinstance(value, dict):
        return f"{key}: {', '.join(f'{k}={v}' for k, v in value.items())}"
    return (
        f"{key}: {value}"
        if not isinstance(value, str) or key in {"default", "account", "unit", "since"}
        else str(value)
    )
