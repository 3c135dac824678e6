"""Pages and records of questions over all readings: shares, influence, flips, disputes, sweeps, comparisons."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from foedus.dispute import MOST_SETS
from foedus.explain import listed
from foedus.report.finding import CASUS_WORDS, how_read, said
from foedus.report.page import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from foedus.dispute import Dispute, Point, Position
    from foedus.drafting import Effect
    from foedus.flips import Flips
    from foedus.readings import Change, Flip, Influence, Question
    from foedus.report.page import Page
    from foedus.residual import Residual, Space, Variable
    from foedus.sweep import Step

CAUTION = "A share of listed readings, each definition of a term counting alike; it is no probability."
WEIGHTED = "A weighted share of listed readings, with the weights of your file; it is no probability."
MANY = 12
SHORTEST = 8


def words(outcome: str) -> str:
    """An outcome as it is read out."""
    return CASUS_WORDS.get(outcome, outcome.replace("-", " "))


def fraction(value: Fraction) -> str:
    """What a fraction comes to, rounded, and the fraction."""
    return f"{float(value):.1%} ({value})"


def bar(value: Fraction, width: int, page: Page) -> str:
    """A bar as long as a fraction of the width, which is less where the page is narrow."""
    width = max(SHORTEST, min(width, page.width - (PLAIN - width)))
    full = round(value * width)
    return ("█" * full + "·" * (width - full)) if page.unicode else ("#" * full + "." * (width - full))


# The space of readings


def show_readings(
    page: Page, question: Question, influences: Sequence[Influence], profile: str | None, *, weighted: bool
) -> None:
    """Settled or contested; the share; which word carries it; the nearest reading each way."""
    title = question.rules.clause(question.clause)[1].title
    page.line(f"{question.scenario.scenario} · {question.clause}: {title}", "bold")
    verdict = "settled: every listed reading finds the same" if question.is_settled else "contested"
    page.line(f"{question.asked}: {verdict}; {question.total:,} readings over {len(question.choices)} choices", "dim")
    page.line()
    for outcome, share in question.shares.items():
        if share:
            page.field(
                words(outcome), f"{bar(share, 30, page)} {fraction(share)}, {question.counts[outcome]:,} readings"
            )
    page.line(WEIGHTED if weighted else CAUTION, "dim", indent=2)
    page.line()
    page.field("as now read", words(question.finding_now()))
    page.field("", _how(question, profile))
    if not question.is_settled:
        _show_influences(page, influences)
        for outcome in question.outcomes:
            _show_witness(page, question, outcome)
    _show_facts(page, question)


def _how(question: Question, profile: str | None) -> str:
    """The reading from which changes are counted."""
    return how_read(question.rules, profile, question.current, question.account or question.told[0])


def _show_influences(page: Page, influences: Sequence[Influence]) -> None:
    page.line()
    page.line("which choice carries it", "bold", indent=2)
    page.line(
        "settling share: how often it settles the finding, choices being settled in random order;", "dim", indent=2
    )
    page.line("pivotal share: how often it changes the finding, all others being given", "dim", indent=2)
    shown = [each for each in influences if each.pivotal]
    for each in shown[:MANY]:
        settling = (
            f"{bar(each.settling, 20, page)} {float(each.settling):6.1%}"
            if each.settling is not None
            else "too many sets"
        )
        page.line(f"{settling}  pivotal {float(each.pivotal):6.1%}  {each.variable.name}", indent=4, hang=2)
        if each.variable.kind != "knob" and each is shown[0]:
            for value, share in sorted(each.sides, key=lambda side: -side[1]):
                page.line(f"{float(share):6.1%}  {said(value)}", "dim", indent=31)
    if len(shown) > MANY:
        page.line(f"… and {len(shown) - MANY} with less", "dim", indent=4)
    idle = len(influences) - len(shown)
    if idle:
        page.line(f"{idle} choices make no difference here", "dim", indent=4)


def _show_witness(page: Page, question: Question, outcome: str) -> None:
    witness = question.witness(outcome)
    if witness is None or outcome in {question.finding_now(), "undetermined"}:
        return
    now = {v.name: v.values[question.now[level]] for level, v in enumerate(question.choices)}
    changes = [f"{name} as {said(value)}" for name, value in witness.items() if now[name] != value]
    page.field(f"{words(outcome)} if", listed(changes, "and"), column=24)


def _show_facts(page: Page, question: Question) -> None:
    if question.facts_that_decide:
        page.field("still needed", ", ".join(variable.name for variable in question.facts_that_decide))
    if question.facts_that_do_not_matter:
        page.field("does not matter", ", ".join(variable.name for variable in question.facts_that_do_not_matter))


def variable_record(variable: Variable) -> dict[str, Any]:
    """A choice or fact as plain data."""
    return {"kind": variable.kind, "name": variable.name, "values": list(variable.values)}


def share_record(value: Fraction) -> dict[str, Any]:
    """A fraction as plain data: exact as text, rounded as a number."""
    return {"exact": str(value), "about": round(float(value), 6)}


def readings_record(question: Question, influences: Sequence[Influence], *, weighted: bool) -> dict[str, Any]:
    """The answers over all readings as plain data."""
    return {
        "scenario": question.scenario.scenario,
        "clause": question.clause,
        "asked": question.asked,
        "settled": question.is_settled,
        "measure": "weighted share of listed readings" if weighted else "share of listed readings",
        "shares": {outcome: share_record(share) for outcome, share in question.shares.items()},
        "counts": question.counts,
        "now": question.finding_now(),
        "witnesses": {outcome: question.witness(outcome) for outcome in question.outcomes},
        "influence": [
            {
                **variable_record(each.variable),
                "pivotal": share_record(each.pivotal),
                "settling": share_record(each.settling) if each.settling is not None else None,
                "sides": [{"value": value, "share": share_record(share)} for value, share in each.sides],
            }
            for each in influences
        ],
        "facts_needed": [variable.name for variable in question.facts_that_decide],
        "facts_that_do_not_matter": [variable.name for variable in question.facts_that_do_not_matter],
    }


# The residual formula


def residual_lines(residual: Residual, space: Space, depth: int = 0) -> list[str]:
    """The legal question that remains, indented."""
    pad = "  " * depth
    if isinstance(residual, bool):
        return [f"{pad}{said(residual)}"]
    name, *rest = residual
    if name == "not":
        return [f"{pad}not:", *residual_lines(rest[0], space, depth + 1)]
    if name in {"all", "any"}:
        head = "all of these:" if name == "all" else "at least one of these:"
        return [f"{pad}{head}", *(line for part in rest[0] for line in residual_lines(part, space, depth + 1))]
    key, branches = rest
    variable = space.variables[key]
    groups: dict[Residual, list[str]] = {}
    for value, branch in zip(variable.values, branches, strict=True):
        groups.setdefault(branch, []).append(said(value))
    out = [f"{pad}{variable.name}:"]
    for branch, values in groups.items():
        if isinstance(branch, bool):
            out.append(f"{pad}  {', '.join(values)}: {'yes' if branch else 'no'}")
        else:
            out += [f"{pad}  {', '.join(values)}:", *residual_lines(branch, space, depth + 2)]
    return out


def residual_record(residual: Residual, space: Space) -> Any:  # noqa: ANN401 - plain data
    """The residual formula as plain data."""
    if isinstance(residual, bool):
        return residual
    name, *rest = residual
    if name == "pick":
        key, branches = rest
        variable = space.variables[key]
        cases = zip(variable.values, branches, strict=True)
        return {
            "by": variable.name,
            "kind": variable.kind,
            "cases": [{"value": value, "then": residual_record(branch, space)} for value, branch in cases],
        }
    if name == "not":
        return {"not": residual_record(rest[0], space)}
    return {str(name): [residual_record(part, space) for part in rest[0]]}


# Flips


def _few(values: list[str]) -> str:
    return listed(values if len(values) <= MANY else [*values[: MANY - 1], f"{len(values) - MANY + 1} others"])


def _ways(page: Page, label: str, flip: Flip) -> None:
    page.line()
    if flip.fewest is None:
        if flip.sought == 0:
            page.line(f"{label}: too entangled to be looked for", "bold", indent=2)
        elif flip.sought is None:
            page.line(f"{label}: none would do", "bold", indent=2)
        else:
            page.line(f"{label}: none of up to {flip.sought} would do", "bold", indent=2)
            page.line("sets of more changes are too many to look at", indent=4)
        return
    page.line(f"{label}: {flip.fewest} would do", "bold", indent=2)
    grouped: dict[tuple[str, ...], list[Sequence[Change]]] = {}
    for way in flip.ways:
        grouped.setdefault(tuple(variable.name for variable, _ in way), []).append(way)
    for names, same in list(grouped.items())[:MANY]:
        if len(names) == 1:
            values = [said(way[0][1]) for way in same]
            page.line(f"{names[0]}: {_few(values)}", indent=4, hang=2)
        else:
            for several in same[:3]:
                page.line(
                    listed([f"{variable.name}: {said(value)}" for variable, value in several], "and"), indent=4, hang=2
                )
            if len(same) > 3:  # noqa: PLR2004 - as many as are shown
                page.line("… and more of these", "dim", indent=4)
    if len(grouped) > MANY:
        page.line("… and others", "dim", indent=4)


def show_flips(page: Page, question: Question, flips: Flips, profile: str | None) -> None:
    """What the fewest changes are that turn the finding."""
    page.line(f"{question.scenario.scenario} · {question.clause}", "bold")
    page.field("as now read", f"{words(flips.now)} ({question.asked})")
    page.field("", _how(question, profile))
    _ways(page, "changes of the reading", flips.of_reading)
    _ways(page, "changes of the facts", flips.of_facts)
    if flips.both is not None:
        _ways(page, "changes of both kinds together", flips.both)
    page.line()
    if flips.whatever_the_reading:
        page.line("whatever the reading, one fact would settle it", "bold", indent=2)
        settling: dict[tuple[str, str], list[str]] = {}
        for variable, value, outcome in flips.whatever_the_reading:
            settling.setdefault((variable.name, outcome), []).append(said(value))
        for (name, outcome), values in settling.items():
            as_now = ", as now read" if outcome == flips.now else ""
            page.line(f"{name}: {_few(values)} ({words(outcome)}{as_now})", indent=4, hang=2)
    elif flips.whatever_the_reading is None:
        page.line("whether one fact would settle it under every reading: too entangled to be seen", indent=2)
    else:
        page.line("no single fact settles it under every reading", indent=2)


def flips_record(question: Question, flips: Flips) -> dict[str, Any]:
    """Flips as plain data."""

    def plain(flip: Flip) -> dict[str, Any]:
        ways = [[{"kind": v.kind, "name": v.name, "to": value} for v, value in way] for way in flip.ways]
        return {"fewest": flip.fewest, "ways": ways, "sought_up_to": flip.sought}

    return {
        "scenario": question.scenario.scenario,
        "clause": question.clause,
        "asked": question.asked,
        "now": flips.now,
        "of_reading": plain(flips.of_reading),
        "of_facts": plain(flips.of_facts),
        "of_both": plain(flips.both) if flips.both else None,
        "whatever_the_reading": None
        if flips.whatever_the_reading is None
        else [{"name": v.name, "to": value, "then": outcome} for v, value, outcome in flips.whatever_the_reading],
    }


# Disputes


def show_dispute(page: Page, scenario: str, clause: str, dispute: Dispute) -> None:
    """Where two positions part ways, and by how little."""
    page.line(f"{scenario} · {clause}", "bold")
    for position, finding in zip((dispute.first, dispute.second), dispute.findings, strict=True):
        page.field(_name(position), f"{words(finding.casus)}; duty {words(finding.duty)}", column=28)
    page.line()
    page.line(f"they differ on {len(dispute.points)} points:", indent=2)
    for point in dispute.points:
        page.line(f"{point.name}: {said(point.ours)} against {said(point.theirs)}", indent=4, hang=2)
    if dispute.findings[0] == dispute.findings[1]:
        page.line("and yet they find the same", indent=2)
        return
    page.line()
    for who, other, sets in (
        (dispute.first, dispute.second, dispute.by_first),
        (dispute.second, dispute.first, dispute.by_second),
    ):
        page.line(f"{_name(who)} would find what {_name(other)} finds, if it took over:", indent=2)
        for some in sets[:MANY]:
            page.line(listed([point.name for point in some], "and"), indent=4, hang=2)
        if not sets:
            page.line(f"more than {MOST_SETS:,} sets of points were tried, and none does", indent=4)


def _name(position: Position) -> str:
    return position.name + (f" ({position.account})" if position.account and position.account != position.name else "")


def dispute_record(scenario: str, clause: str, dispute: Dispute) -> dict[str, Any]:
    """A dispute as plain data."""

    def names(sets: Iterable[Sequence[Point]]) -> list[list[str]]:
        return [[point.name for point in some] for some in sets]

    positions = zip((dispute.first, dispute.second), dispute.findings, strict=True)
    return {
        "scenario": scenario,
        "clause": clause,
        "positions": [
            {"name": p.name, "account": p.account, "casus": found.casus, "duty": found.duty} for p, found in positions
        ],
        "points": [{"kind": p.kind, "name": p.name, "first": p.ours, "second": p.theirs} for p in dispute.points],
        "first_would_adopt": names(dispute.by_first),
        "second_would_adopt": names(dispute.by_second),
    }


# Sweeps, comparisons and drafts


def show_sweep(page: Page, question: Question, varied: str, steps: Sequence[Step], profile: str | None) -> None:
    """The share of readings at each step."""
    page.line(f"{question.scenario.scenario} · {question.clause}, over {varied}", "bold")
    yes = question.outcomes[0]
    page.line(f"now: {_how(question, profile)}", "dim")
    column = max(len(said(step.value)) for step in steps) + 2
    for step in steps:
        share = sum((step.shares.get(each, Fraction(0)) for each in _affirmative(question)), Fraction(0))
        page.field(
            said(step.value), f"{bar(share, 40, page)} {float(share):6.1%}  now: {words(step.now)}", column=column
        )
    lacking = [step for step in steps if step.definitions != steps[0].definitions]
    for step in steps if lacking else ():
        page.field(said(step.value), f"is a setting of {listed(step.definitions, 'and')}", column=column)
    if lacking:
        page.line("At each step the definitions without that setting keep all of theirs.", "dim")
    page.line(
        f"The bar is the share in which it {'arises' if yes == 'arises' else 'is due or left to the party'}. {CAUTION}",
        "dim",
    )


def _affirmative(question: Question) -> tuple[str, ...]:
    return ("arises",) if question.asked == "casus" else ("due", "left-to-the-party")


def sweep_record(question: Question, varied: str, steps: Sequence[Step]) -> dict[str, Any]:
    """A sweep as plain data."""
    return {
        "scenario": question.scenario.scenario,
        "clause": question.clause,
        "asked": question.asked,
        "varied": varied,
        "measure": "share of listed readings",
        "steps": [
            {"value": s.value, "now": s.now, "shares": {o: share_record(f) for o, f in s.shares.items()}} for s in steps
        ],
    }


def show_comparison(
    page: Page,
    clauses: tuple[str, str],
    relations: Mapping[str, str],
    own_defaults: Sequence[str],
    files: Sequence[str],
) -> None:
    """How two clauses relate under each reading, and for all."""
    first, second = clauses
    page.line(f"{first} compared with {second}", "bold")
    page.line("for the same facts, on a day on which each is in force, between two of its parties", "dim")
    column = max(len(name) for name in relations) + 2
    for name, relation in relations.items():
        meaning = {
            "broader": f"broader: {first} arises wherever {second} does, and in more cases",
            "narrower": f"narrower: {first} arises only where {second} does, and in fewer cases",
            "equivalent": "equivalent: they arise in the same cases",
            "incomparable": "incomparable: each arises where the other does not",
        }.get(relation, relation)
        page.field(name, meaning, column=column)
    if own_defaults:
        own = f"{', '.join(own_defaults)}: where a reading does not speak, each clause keeps its own"
        page.field("own defaults", own, column=column)
    for file in files:
        page.field("witness", file, column=column)


def show_effects(page: Page, clause: str, change: str, effects: Sequence[Effect]) -> None:
    """What a redrafted clause changes, scenario by scenario."""
    page.line(f"{clause}: {change}", "bold")
    changed = [each for each in effects if each.changes]
    page.line(f"{len(changed)} of {len(effects)} scenarios to which the clause speaks change", "dim")
    column = max((len(each.scenario) for each in changed), default=0) + 2
    for each in changed:
        finding = words(each.before) if each.before == each.after else f"{words(each.before)} → {words(each.after)}"
        share = f"{float(each.share_before):.1%} → {float(each.share_after):.1%}"
        page.field(each.scenario, f"{finding}; share {share}", column=column)
    page.line(CAUTION, "dim")


def effects_record(clause: str, change: str, effects: Sequence[Effect]) -> dict[str, Any]:
    """The effects of a redraft as plain data."""
    return {
        "clause": clause,
        "change": change,
        "effects": [
            {
                "scenario": each.scenario,
                "before": each.before,
                "after": each.after,
                "share_before": share_record(each.share_before),
                "share_after": share_record(each.share_after),
            }
            for each in effects
        ],
    }
