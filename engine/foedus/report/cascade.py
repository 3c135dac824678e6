"""A cascade for people and programs: round by round, who is drawn in and by which article, who stays out and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from foedus.conflicts import find_conflicts
from foedus.explain import listed
from foedus.report.finding import read_as, said
from foedus.report.readings import CAUTION
from foedus.report.record import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from foedus.cascade import Cascade, Judged, Step
    from foedus.conflicts import Conflict
    from foedus.drawn import DrawnIn
    from foedus.report.page import Page

KINDS = {
    "both-sides": "owes help to one that it owes help against",
    "non-aggression": "owes help against one that it promised not to attack",
    "neutrality": "owes help against one towards which it must stay neutral",
    "charter": "owes help by the words of the treaty, and none once the Charter is read into it",
}
FEW = 6


def actor(cascade: Cascade, code: str | None) -> str:
    """The name of an actor."""
    return cascade.rules.actors[code].name if code else "an unknown actor"


def article(cascade: Cascade, clause: str) -> str:
    """Treaty and article, as they are cited."""
    treaty, entry = cascade.rules.clause(clause)
    return f"{treaty.short}, {entry.article}"


def deciding(judged: Judged) -> str:
    """The words on which a finding hangs: the definitions that decide, and else the layers."""
    reasons = [reason for reason in judged.reasons if not reason.startswith("temporal-scope")]
    chosen = [reason for reason in reasons if "=" in reason]
    layers = [reason for reason in reasons if reason not in {"happened", "in-force", "trigger"}]
    return ", ".join(chosen or layers or ["its own words"])


def title(cascade: Cascade, event: str) -> str:
    """What happened, in words."""
    found = next(each for each in cascade.scenario.events if each.id == event)
    return found.title or event


# Text


def show_cascade(page: Page, cascade: Cascade, profile: str | None) -> None:
    """The whole cascade as an indented text."""
    given = cascade.given
    page.line(f"{given.scenario} · {given.title}", "bold")
    page.line(f"{_how(cascade, profile)}; {_asked(cascade)}", "dim")
    page.line()
    numbers = sorted({step.round for step in cascade.steps})
    if not numbers:
        page.line("Nobody gives help that a treaty asks for.")
    for number in numbers:
        page.line(f"round {number}", "bold")
        for group in _groups([step for step in cascade.steps if step.round == number]):
            _show_steps(page, cascade, group)
    if cascade.drawn_in:
        page.line()
        page.field("drawn in", "; ".join(_drawn(cascade)), "green", indent=0)
    _show_without_duty(page, cascade)
    _show_others(page, cascade)
    _show_conflicts(page, cascade, find_conflicts(cascade))
    if given.record:
        page.line()
        page.field("on record", given.record.summary, indent=0)
        if given.record.performed_by:
            names = [actor(cascade, code) for code in given.record.performed_by]
            page.field("performed by", listed(names, "and"), indent=0)


def _asked(cascade: Cascade) -> str:
    number = len(cascade.judged)
    return f"{number} clause{'' if number == 1 else 's'} asked"


def _how(cascade: Cascade, profile: str | None) -> str:
    plan = cascade.plan
    read = "each as its own profile reads" if plan.by_own_profile else read_as(cascade.rules, profile, plan.choices)
    performs = {"bound": "who is bound performs", "all": "all perform", "none": "nobody performs"}
    who = performs.get(str(plan.performs)) or f"perform: {', '.join(sorted(plan.performs))}"
    return f"{read}; {who}{'; steps taken as met' if plan.assume_steps else ''}"


def _groups(steps: Iterable[Step]) -> list[list[Step]]:
    """Steps of several obligors for the same reason, together."""
    out: dict[tuple[object, ...], list[Step]] = {}
    for step in steps:
        case = step.judged.finding.case
        key = (case.clause, case.event, case.beneficiary, case.adversary, deciding(step.judged), step.chooses,
               step.judged.voice.profile)  # fmt: skip
        out.setdefault(key, []).append(step)
    return sorted(
        out.values(), key=lambda group: (group[0].judged.finding.case.obligor, group[0].judged.finding.case.clause)
    )


def _several(names: list[str]) -> str:
    return listed([*names[: FEW - 1], f"{len(names) - FEW + 1} others"] if len(names) > FEW else names, "and")


def _show_steps(page: Page, cascade: Cascade, group: list[Step]) -> None:
    step = group[0]
    case = step.judged.finding.case
    who = _several([actor(cascade, each.judged.finding.case.obligor) for each in group])
    chooses = "" if not step.chooses else ", as they choose" if len(group) > 1 else ", as it chooses"
    does = "fight" if step.is_armed else "assist against"
    does = does if len(group) > 1 else does.replace("fight", "fights").replace("assist ", "assists ")
    against = f"{does} {actor(cascade, case.adversary)}"
    owed = step.judged.finding.owed
    if owed.performed_when is not None and owed.title:
        verb = "perform their duty" if len(group) > 1 else "performs its duty"
        against = f"{verb} ({owed.title}) against {actor(cascade, case.adversary)}"
    page.line(f"{who} {against}, for {actor(cascade, case.beneficiary)}{chooses}", "green", indent=2, hang=2)
    _show_why(page, cascade, step.judged)


def _by(judged: Judged) -> str:
    return f" (profile {judged.voice.profile})" if judged.voice.profile else ""


def _drawn(cascade: Cascade) -> list[str]:
    out = []
    for code, steps in cascade.drawn_in.items():
        already = ", in the fight already" if code in cascade.fighting else ""
        out.append(f"{actor(cascade, code)} (round {steps[0].round}{already})")
    return out


def _show_without_duty(page: Page, cascade: Cascade) -> None:
    """Those who are said to perform, and for whom no duty was found."""
    recorded = cascade.given.record.performed_by if cascade.given.record else ()
    for heading, actors in (
        ("performed, without a duty under this reading", [each for each in cascade.without_duty if each in recorded]),
        ("would perform, and has no duty to", [each for each in cascade.without_duty if each not in recorded]),
    ):
        if actors:
            page.line()
            page.line(heading, "bold")
        for code in actors:
            judged = cascade.strongest.get(code)
            state = _state(judged, 1) if judged else "no treaty asked calls for its help here"
            page.line(f"{actor(cascade, code)}: {state}", "yellow", indent=2, hang=2)
            for event in cascade.without_duty[code][:FEW]:
                page.field("did", title(cascade, event), indent=4, column=12)
            if judged:
                _show_why(page, cascade, judged)


def _show_why(page: Page, cascade: Cascade, judged: Judged) -> None:
    case = judged.finding.case
    page.field("by", f"{article(cascade, case.clause)} ({case.clause})", indent=4, column=12)
    page.field("because of", title(cascade, case.event), indent=4, column=12)
    page.field("it hangs on", deciding(judged) + _by(judged), indent=4, column=12)


def _show_others(page: Page, cascade: Cascade) -> None:
    if cascade.stays_out:
        page.line()
        page.line("stays out", "bold")
    groups: dict[tuple[object, ...], list[Judged]] = {}
    for judged in cascade.stays_out.values():
        finding = judged.finding
        key = (
            finding.case.clause,
            finding.duty,
            finding.casus,
            finding.waiting_for,
            deciding(judged),
            judged.voice.profile,
        )
        groups.setdefault(key, []).append(judged)
    for group in groups.values():
        finding = group[0].finding
        who = _several([actor(cascade, each.finding.case.obligor) for each in group])
        page.line(f"{who}: {_state(group[0], len(group))}",
                  "yellow" if finding.casus != "does-not-arise" else "plain", indent=2, hang=2)  # fmt: skip
        _show_why(page, cascade, group[0])
    missing = {(each.event, each.attribute) for judged, facts in cascade.open for each in facts[:1]}
    if missing:
        page.line()
        page.field("would settle", ", ".join(f"{event}.{name}" for event, name in sorted(missing)), indent=0)


def _state(judged: Judged, number: int) -> str:
    """In words, how far a duty that is not performed has come, for so many obligors."""
    finding, one = judged.finding, number == 1
    match finding.duty:
        case "dormant":
            return f"would owe, waiting for {listed([each.replace('-', ' ') for each in finding.waiting_for], 'and')}"
        case "left-to-the-party":
            return "may help, as it chooses" if one else "may help, as they choose"
        case "due":
            return f"{'owes help, and is' if one else 'owe help, and are'} not taken to perform"
        case "undetermined":
            return "undetermined"
    if finding.casus == "arises":
        return "a step is refused"
    return f"{'owes' if one else 'owe'} nothing: the casus foederis does not arise"


def _show_conflicts(page: Page, cascade: Cascade, conflicts: Iterable[Conflict]) -> None:
    conflicts = list(conflicts)
    if not conflicts:
        return
    page.line()
    page.line("conflicts of obligations, not resolved here", "bold")
    for group in _alike(conflicts):
        each = group[0]
        first, second = each.first.finding.case, each.second.case
        kind = KINDS[each.kind]
        obligors = list(dict.fromkeys(actor(cascade, one.obligor) for one in group))
        adversaries = list(dict.fromkeys(actor(cascade, one.first.finding.case.adversary) for one in group))
        kind = kind.replace("owes", "owe").replace(" it ", " they ") if len(obligors) > 1 else kind
        page.line(f"{_several(obligors)} {kind}", "yellow", indent=2, hang=2)
        page.line(f"help to {actor(cascade, first.beneficiary)} against {_several(adversaries)}: "
                  f"{article(cascade, first.clause)}", indent=4, hang=2)  # fmt: skip
        if each.overlay:
            overlay = cascade.situation(each.first).overlays[each.overlay]
            page.line(f"against it: {overlay.title} ({each.overlay})", indent=4, hang=2)
        else:
            towards = "each of them" if len(adversaries) > 1 else actor(cascade, second.beneficiary)
            page.line(f"towards {towards}: {article(cascade, second.clause)}", indent=4, hang=2)
        for text in each.precedence:
            page.line(text, "dim", indent=4, hang=2)


def _alike(conflicts: Iterable[Conflict]) -> list[list[Conflict]]:
    """Conflicts of the same articles for the same ally, together: of several obligors, or against several."""
    groups: dict[tuple[object, ...], dict[str, list[Conflict]]] = {}
    for each in conflicts:
        case = each.first.finding.case
        key: tuple[object, ...] = (
            each.kind,
            case.clause,
            case.beneficiary,
            each.second.case.clause,
            each.overlay,
            each.precedence,
        )
        groups.setdefault(key, {}).setdefault(each.obligor, []).append(each)
    out: dict[tuple[object, ...], list[Conflict]] = {}
    for key, by_obligor in groups.items():
        for own in by_obligor.values():
            against = tuple(sorted(str(each.first.finding.case.adversary) for each in own))
            out.setdefault((*key, against), []).extend(own)
    return list(out.values())


# Over all readings


def show_drawn_in(page: Page, cascade: Cascade, found: Mapping[str, DrawnIn]) -> None:
    """The share of listed readings under which each State is drawn in, and the words that carry it."""
    page.line(f"{cascade.given.scenario} · {cascade.given.title}", "bold")
    page.line(f"over all listed readings; {_asked(cascade)}", "dim")
    page.line()
    for code, question in sorted(found.items(), key=lambda pair: (-pair[1].shares["arises"], pair[0])):
        share = question.shares["arises"]
        page.line(f"{actor(cascade, code):<24} {float(share):>6.1%}  ({share})", indent=2)
        carried = [each for each in question.influence(settling=False) if each.pivotal][:4]
        told = ", ".join(f"{each.variable.name} {float(each.pivotal):.0%}" for each in carried)
        page.line(f"pivotal: {told}" if told else "under every listed reading", "dim", indent=4, hang=2)
        words_ = _keeping_out(question)
        if words_:
            page.line(f"kept out by: {words_}", "dim", indent=4, hang=2)
    page.line(f"Drawn in under no listed reading: all others. {CAUTION}", indent=2, hang=2)


def _keeping_out(question: DrawnIn) -> str:
    """The single choices with which no reading draws it in."""
    return ", ".join(
        f"{each.variable.name}={said(value)}"
        for each in question.influence(settling=False)
        for value, share in each.sides
        if not share
    )


# Records


def cascade_record(cascade: Cascade, profile: str | None, inputs: Mapping[str, str]) -> dict[str, Any]:
    """A cascade as plain data."""
    plan = cascade.plan
    return {
        "scenario": cascade.given.scenario,
        "title": cascade.given.title,
        "profile": profile,
        "each_by_own_profile": plan.by_own_profile,
        "performs": plan.performs if isinstance(plan.performs, str) else sorted(plan.performs),
        "assume_steps": plan.assume_steps,
        "clauses": list(plan.clauses),
        "steps": [
            {**judged_record(step.judged), "round": step.round, "help": step.performance.id,
             "armed": step.is_armed, "as_it_chooses": step.chooses}
            for step in cascade.steps
        ],
        "help": [plain(each) for each in cascade.scenario.events if each.id in cascade.rounds],
        "drawn_in": {
            code: {"round": steps[0].round, "by": list(dict.fromkeys(s.judged.finding.case.clause for s in steps)),
                   "fighting_already": code in cascade.fighting}
            for code, steps in cascade.drawn_in.items()
        },
        "without_duty": {
            code: {"did": list(events), "finding": judged_record(cascade.strongest[code])
                   if code in cascade.strongest else None}
            for code, events in cascade.without_duty.items()
        },
        "stays_out": {code: judged_record(judged) for code, judged in cascade.stays_out.items()},
        "not_performed": [judged_record(each) for each in cascade.idle],
        "undetermined": [
            {**judged_record(judged), "missing": [f"{each.event}.{each.attribute}" for each in missing]}
            for judged, missing in cascade.open
        ],
        "conflicts": [conflict_record(each) for each in find_conflicts(cascade)],
        "inputs": dict(sorted(inputs.items())),
    }  # fmt: skip


def judged_record(judged: Judged) -> dict[str, Any]:
    """A finding and in whose reading it was made, as plain data."""
    finding = judged.finding
    case = finding.case
    return {
        "clause": case.clause, "event": case.event, "obligor": case.obligor, "beneficiary": case.beneficiary,
        "adversary": case.adversary, "casus": finding.casus, "duty": finding.duty,
        "waiting_for": list(finding.waiting_for), "profile": judged.voice.profile, "account": judged.voice.account,
        "reasons": judged.reasons,
    }  # fmt: skip


def conflict_record(conflict: Conflict) -> dict[str, Any]:
    """A conflict of obligations as plain data."""
    second = conflict.second.case
    return {
        "kind": conflict.kind,
        "obligor": conflict.obligor,
        "help": judged_record(conflict.first),
        "against": {"clause": second.clause, "beneficiary": second.beneficiary, "adversary": second.adversary,
                    "event": second.event, "overlay": conflict.overlay},
        "precedence": list(conflict.precedence),
    }  # fmt: skip


def drawn_in_record(cascade: Cascade, found: Mapping[str, DrawnIn], inputs: Mapping[str, str]) -> dict[str, Any]:
    """The shares as plain data."""
    states = {}
    for code, question in found.items():
        share = question.shares["arises"]
        states[code] = {
            "share": {"exact": str(share), "about": round(float(share), 6)},
            "influence": [
                {"name": each.variable.name, "kind": each.variable.kind, "pivotal": str(each.pivotal),
                 "sides": [{"value": value, "share": str(part)} for value, part in each.sides]}
                for each in question.influence(settling=False)
                if each.pivotal
            ],
        }  # fmt: skip
    return {
        "scenario": cascade.given.scenario,
        "measure": "share of listed readings",
        "clauses": list(cascade.plan.clauses),
        "drawn_in": states,
        "inputs": dict(sorted(inputs.items())),
    }


# Graphs


def graph(cascade: Cascade) -> dict[str, Any]:
    """The cascade as a graph in node-link form: actors, and who fights or assists against whom, when and why."""
    nodes: dict[str, dict[str, Any]] = {}
    links: list[dict[str, Any]] = []

    def add(code: str | None, number: int) -> None:
        if code is not None:
            nodes.setdefault(code, {"id": code, "label": actor(cascade, code), "round": number})

    for event in cascade.given.events:
        by, against = (each.according_to(cascade.plan.account) for each in (event.by, event.against))
        ends = [value if isinstance(value, tuple) else (str(value),) for value in (by, against) if value is not None]
        acts = event.act.according_to(cascade.plan.account)
        is_conduct = acts is not None and cascade.rules.vocabulary.acts[str(acts)].kind == "conduct"
        for source in ends[0] if len(ends) > 1 and is_conduct else ():
            for target in ends[1]:
                add(source, 0)
                add(target, 0)
                links.append({"source": source, "target": target, "round": 0, "kind": "event", "event": event.id,
                              "label": event.title or event.id})  # fmt: skip
    for step in cascade.steps:
        case = step.judged.finding.case
        add(case.obligor, step.round)
        links.append(
            {
                "source": case.obligor, "target": case.adversary, "round": step.round,
                "kind": "help" if step.is_armed else "assistance", "event": step.performance.id,
                "label": article(cascade, case.clause), "clause": case.clause, "for": case.beneficiary,
                "because_of": case.event, "as_it_chooses": step.chooses,
            }
        )  # fmt: skip
    return {"directed": True, "multigraph": True, "graph": {"scenario": cascade.given.scenario},
            "nodes": list(nodes.values()), "edges": links}  # fmt: skip


def render_graph(cascade: Cascade, form: str) -> str:
    """The graph as `json`, `graphml` or `dot`."""
    made = graph(cascade)
    if form == "json":
        return json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    return _graphml(made) if form == "graphml" else _dot(made)


def _graphml(made: Mapping[str, Any]) -> str:
    ends = {"id", "source", "target"}
    types = {"round": "int", "as_it_chooses": "boolean"}
    keys = {
        (what, name): f"{what}_{name}"
        for what, things in (("node", made["nodes"]), ("edge", made["edges"]))
        for thing in things
        for name in thing
        if name not in ends
    }
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    for (what, name), key in keys.items():
        lines.append(f'  <key id="{key}" for="{what}" attr.name="{name}" attr.type="{types.get(name, "string")}"/>')
    lines.append('  <graph edgedefault="directed">')
    for node in made["nodes"]:
        lines += [f"    <node id={quoteattr(node['id'])}>", *_data("node", node, keys), "    </node>"]
    for index, link in enumerate(made["edges"]):
        source, target = quoteattr(link["source"]), quoteattr(link["target"])
        lines += [
            f'    <edge id="e{index}" source={source} target={target}>',
            *_data("edge", link, keys),
            "    </edge>",
        ]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def _data(what: str, thing: Mapping[str, Any], keys: Mapping[tuple[str, str], str]) -> list[str]:
    def text(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else escape(str(value))

    return [
        f'      <data key="{keys[what, name]}">{text(value)}</data>'
        for name, value in thing.items()
        if (what, name) in keys
    ]


def _dot(made: Mapping[str, Any]) -> str:
    styles = {"event": "solid", "help": "bold", "assistance": "dashed"}
    lines = ["digraph cascade {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f"  {_quoted(node['id'])} [label={_quoted(node['label'])}];" for node in made["nodes"]]
    for link in made["edges"]:
        label = link["label"] if link["kind"] == "event" else f"{link['round']}: {link['label']}"
        lines.append(
            f"  {_quoted(link['source'])} -> {_quoted(link['target'])} "
            f"[label={_quoted(label)}, style={styles[link['kind']]}];"
        )
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def plot_cascade(cascade: Cascade, path: Path) -> None:
    """The cascade as a picture, rounds from left to right."""
    from foedus.report.plot import plot_rounds

    made = graph(cascade)
    names = {node["id"]: node["label"] for node in made["nodes"]}
    days = {event.id: event.date.isoformat() for event in cascade.given.events}
    acts: dict[tuple[str, str, str, str], tuple[dict[str, None], dict[str, None]]] = {}
    for link in sorted(made["edges"], key=lambda link: link["round"]):
        if link["kind"] == "event":
            key = (days[link["event"]], link["label"], "event", link["event"])
        else:
            label = f"for {names.get(link['for'], link['for'])}: {link['label']}"
            key = (f"round {link['round']}", label, link["kind"], link["target"])
        sources, targets = acts.setdefault(key, ({}, {}))
        sources[link["source"]] = targets[link["target"]] = None
    plot_rounds(
        f"{cascade.given.scenario}: who is drawn in, round by round",
        list(names.items()),
        [(when, label, kind, tuple(sources), tuple(targets))
         for (when, label, kind, _), (sources, targets) in acts.items()],
        path,
    )  # fmt: skip
