"""What is proved of the rules, as text and as plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from foedus.loading.writing import write_scenario
from foedus.model import Expectation
from foedus.proof import OF_RUNGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from foedus.errors import InputError
    from foedus.incompatible import Incompatible
    from foedus.proof import Property, Shown
    from foedus.prover import Proofs
    from foedus.report.page import Page

MEANING = {
    "vacuous": "never arises",
    "always": "arises whatever is done",
    "redundant": "a condition follows from the others",
    "shadowed": "an alternative is covered by the others",
    "contradictory": "help and neutrality owed at once",
    "asymmetric": "a mutual clause binds its parties differently",
    "equivalent": "two definitions are the same",
    "not-broader": "a declared relation does not hold",
    "not-exclusive": "a declared exclusion does not hold",
    "idle": "values of a knob make no difference",
    "unread": "nothing reads an attribute",
    "unfounded": "the file explains what is not so",
    "rung-left-out": "help without consultation",
    "rungs-at-once": "help and consultation together",
    "gap": "force below both rungs",
    "help-to-both-sides": "help to both sides",
    "help-against-non-aggression": "help against a non-aggression duty",
    "help-against-neutrality": "help against a neutrality duty",
}


def files_of(proofs: Proofs) -> dict[str, str]:
    """Name to text of a scenario file for each property that a scenario shows, with what foedus must find in it."""
    out = {}
    for index, each in enumerate(proofs.properties):
        for shown, name in zip(each.shown, names_of(index, each), strict=True):
            out[name] = _shown_text(name, each, shown)
    for index, pair in enumerate(proofs.incompatible):
        name = f"both-{index + 1}"
        expect = tuple(
            Expectation(c.clause, "arises", event=c.event, obligor=c.obligor, beneficiary=c.beneficiary)
            for c in pair.cases
        )
        scenario = replace(pair.scenario, scenario=name, expect=expect)
        out[name] = write_scenario(scenario, MEANING[pair.kind], _sentence(pair))
    return out


def names_of(index: int, each: Property) -> list[str]:
    """The names of the scenarios that show a property."""
    own = f"{each.kind}-{index + 1}"
    return [own if number == 0 else f"{own}-mirrored" for number in range(len(each.shown))]


def _shown_text(name: str, each: Property, shown: Shown) -> str:
    case = shown.case
    expect = tuple(
        Expectation(
            case.clause,
            finding,
            define=dict(choices),
            event=case.event,
            obligor=case.obligor,
            beneficiary=case.beneficiary,
            adversary=case.adversary,
        )
        for choices, finding in shown.findings
    )
    scenario = replace(shown.scenario, scenario=name, expect=expect)
    return write_scenario(scenario, f"{each.kind}: {MEANING[each.kind]}", each.message)


def _sentence(pair: Incompatible) -> str:
    helps, other = pair.cases
    against = {
        "help-to-both-sides": f"and help to {other.beneficiary} against {other.adversary} by {pair.clauses[1]}",
        "help-against-non-aggression": f"and no force against {other.beneficiary} by {pair.clauses[1]}",
        "help-against-neutrality": f"and neutrality to {other.beneficiary} by {pair.clauses[1]}",
    }[pair.kind]
    return f"{pair.obligor} owes help to {helps.beneficiary} against {helps.adversary} by {pair.clauses[0]}, {against}."


def show(
    page: Page,
    properties: Sequence[tuple[Property, InputError, str | None]],
    proofs: Proofs,
    counts: Mapping[str, int],
    files: Mapping[str, str],
    *,
    everything: bool,
) -> None:
    """The faults with their places; what the authors mean, rungs and incompatible duties in short, or all in full."""
    order = {id(each): index for index, each in enumerate(proofs.properties)}
    faults = [each for each in properties if each[0].kind not in OF_RUNGS and each[2] is None]
    meant = [each for each in properties if each[2] is not None]
    rungs = [each for each in properties if each[0].kind in OF_RUNGS and each[2] is None]
    for found, error, _ in faults:
        page.lines += [f"{found.kind}: {MEANING[found.kind]}", *str(error).splitlines()]
        for name in names_of(order[id(found)], found):
            page.line(f"shown by {files.get(name, f'{name} (--witness DIR writes it)')}", indent=2)
        page.line()
    for found, _, reason in meant:
        if everything:
            page.field(found.kind, f"{found.message}. Meant: {reason}", column=16)
    for found, _, _ in rungs:
        if everything:
            page.field(found.kind, found.message, column=16)
    for pair in proofs.incompatible:
        if everything:
            page.line(_sentence(pair), indent=2, hang=2)
    page.line(f"proved for all facts and all readings: {', '.join(f'{n} {kind}' for kind, n in counts.items() if n)}")
    page.line(
        f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}; "
        f"{len(meant)} properties that the files explain; {len(rungs)} relations between help "
        f"and consultation; {len(proofs.incompatible)} pairs of duties that cannot both be performed"
        + ("" if everything else " (--long lists them)")
    )


def record(
    properties: Sequence[tuple[Property, InputError, str | None]], proofs: Proofs, counts: Mapping[str, int]
) -> dict[str, Any]:
    """All properties and incompatible duties as plain data, with the text of each scenario."""
    texts = files_of(proofs)
    order = {id(each): index for index, each in enumerate(proofs.properties)}
    return {
        "checked": dict(counts),
        "properties": [
            {
                "kind": found.kind,
                "meaning": MEANING[found.kind],
                "path": error.place.path if error.place else None,
                "line": error.place.line if error.place else None,
                "message": found.message,
                "core": list(found.core),
                "explained": reason,
                "is_fault": found.kind not in OF_RUNGS and reason is None,
                "scenarios": [texts[name] for name in names_of(order[id(found)], found)],
            }
            for found, error, reason in properties
        ],
        "incompatible": [
            {
                "kind": pair.kind,
                "obligor": pair.obligor,
                "clauses": list(pair.clauses),
                "sentence": _sentence(pair),
                "scenario": texts[f"both-{index + 1}"],
            }
            for index, pair in enumerate(proofs.incompatible)
        ],
    }
