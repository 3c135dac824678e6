"""Conflicts of obligations in the state that a cascade has reached: listed with their articles, never resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from foedus.cascade import Judged
from foedus.derivation import conclude
from foedus.formula import Choose
from foedus.ground import APPLIED, SET_ASIDE, Reading, merge
from foedus.reference import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from foedus.cascade import Cascade
    from foedus.derivation import Finding, Judgement
    from foedus.ground import Rules
    from foedus.model import Treaty

VIENNA = date(1980, 1, 27)
"""The Vienna Convention on the Law of Treaties came into force; earlier treaties are not under it (article 4)."""

CHARTER = (
    "the treaty's words are an obligation under that treaty; obligations under the Charter prevail over it (article "
    "103): to refrain from force (article 2(4)) but in self-defence (article 51) or as the Security Council "
    "authorises, and to carry out the Council's decisions (article 25)"
)

Sort = Literal["both-sides", "non-aggression", "neutrality", "charter"]
OWED = frozenset({"due", "left-to-the-party"})


@dataclass(frozen=True)
class Conflict:
    """An obligor bound to what it may not do, or to help and to fight the same actor.

    `first` is a duty of help. `second` is the finding that it conflicts with; against the Charter it is the same case
    with the overlay read the other way. `precedence` is what the treaties say of which of them goes before.
    """

    kind: Sort
    obligor: str
    first: Judged
    second: Finding
    overlay: str | None = None
    precedence: tuple[str, ...] = ()


def find_conflicts(cascade: Cascade) -> tuple[Conflict, ...]:
    """Every conflict of the state reached, each pair of articles once for the same actors."""
    owed = {each.finding.case: each for each in cascade.duties() if each.finding.duty in OWED}
    owed.update({step.judged.finding.case: step.judged for step in cascade.steps})
    found: dict[tuple[object, ...], Conflict] = {}
    for conflict in (
        *_both_sides(cascade, list(owed.values())),
        *_against_promise(cascade, list(owed.values())),
        *_against_the_charter(cascade),
    ):
        first, second = conflict.first.finding.case, conflict.second.case
        key = (
            conflict.kind, conflict.overlay, conflict.obligor, first.clause, first.beneficiary, first.adversary,
            second.clause, second.beneficiary,
        )  # fmt: skip
        found.setdefault(key, conflict)
    return tuple(found.values())


def _both_sides(cascade: Cascade, owed: list[Judged]) -> Iterator[Conflict]:
    """Help owed against an actor to whom help is owed too."""
    helped: dict[tuple[str, str | None, str], Finding] = {}
    for other in owed:
        case = other.finding.case
        helped.setdefault((case.obligor, case.beneficiary, case.clause), other.finding)
    for one in _each_once(owed):
        case = one.finding.case
        for (obligor, beneficiary, clause), finding in helped.items():
            if case.obligor == obligor and case.adversary == beneficiary:
                yield Conflict(
                    "both-sides", obligor, one, finding, None, precedence(cascade.rules, case.clause, clause)
                )


def _each_once(owed: list[Judged]) -> list[Judged]:
    """Of the duties under one article, between the same actors, the first: one event more makes no other conflict."""
    out: dict[tuple[str, str, str, str | None], Judged] = {}
    for each in owed:
        case = each.finding.case
        out.setdefault((case.clause, case.obligor, case.beneficiary, case.adversary), each)
    return list(out.values())


def _against_promise(cascade: Cascade, owed: list[Judged]) -> Iterator[Conflict]:
    """Help owed against an actor to whom non-aggression or neutrality is owed."""
    promises = [
        (cascade.rules.clause(clause)[1].kind, each.finding)
        for clause, findings in cascade.judged.items()
        if cascade.rules.clause(clause)[1].kind in {"nonaggression", "neutrality"}
        for each in findings
        if each.finding.casus == "arises"
    ]
    for one in _each_once(owed):
        case = one.finding.case
        for kind, promise in promises:
            theirs = promise.case
            if theirs.obligor != case.obligor or theirs.beneficiary != case.adversary:
                continue
            if kind == "neutrality" and promise.duty in OWED:
                said = precedence(cascade.rules, case.clause, theirs.clause)
                yield Conflict("neutrality", case.obligor, one, promise, None, said)
            elif kind == "nonaggression" and theirs.event in cascade.rounds:
                said = precedence(cascade.rules, case.clause, theirs.clause)
                yield Conflict("non-aggression", case.obligor, one, promise, None, said)


def _against_the_charter(cascade: Cascade) -> Iterator[Conflict]:
    """Help that is owed with an overlay of the Charter set aside, and not with it applied."""
    alike: dict[tuple[object, ...], Judgement] = {}
    told: set[tuple[object, ...]] = set()
    for one in cascade.duties():
        case, is_owed = one.finding.case, one.finding.duty in OWED
        situation = cascade.situation(one)
        for name, overlay in situation.overlays.items():
            is_applied = _is_applied(one.finding, name)
            key = (name, case.obligor, case.clause, case.beneficiary, case.adversary)
            # what is owed though it is applied, or not owed though it is set aside, does not hang on it
            if overlay.kind != "charter" or is_applied is is_owed or is_applied is None or key in told:
                continue
            if is_applied and name not in one.reasons:
                continue
            same = (name, one.voice.profile, one.voice.account, *cascade.alike(situation))
            if same not in alike:
                other = merge(one.voice.reading.choices, {name: SET_ASIDE if is_applied else APPLIED})
                alike[same] = judge(situation, Reading(other, cascade.rules))
            otherwise = conclude(situation, alike[same])
            if (otherwise.duty in OWED) is not is_owed:
                told.add(key)
                owes, barred = (one.finding, otherwise) if is_owed else (otherwise, one.finding)
                yield Conflict("charter", case.obligor, Judged(owes, one.voice), barred, name, (CHARTER,))


def _is_applied(finding: Finding, overlay: str) -> bool | None:
    """Whether the reading of a finding applies an overlay; `None` where the casus does not come to it."""
    for layer in finding.judgement.casus.of:
        for each in (layer, *layer.of):
            if isinstance(each.formula, Choose) and each.formula.choice == overlay:
                return each.chosen == APPLIED
    return None


def precedence(rules: Rules, first: str, second: str) -> tuple[str, ...]:
    """What two treaties, and the law of treaties, say of which of them goes before; often nothing."""
    one, other = (rules.clause(clause)[0] for clause in (first, second))
    if one.treaty == other.treaty:
        return ("both stand in one treaty",)
    out = [text for treaty in (one, other) for text in _own_words(treaty)]
    for newer, older in ((one, other), (other, one)):
        if older.treaty in newer.replaces:
            out.append(f"{newer.short} replaces {older.short}")
    earlier, later = sorted((one, other), key=lambda treaty: (_concluded(treaty), treaty.treaty))
    is_under_it = _concluded(earlier) > VIENNA
    if set(one.parties) == set(other.parties):
        out.append(f"the same parties: the later treaty goes before, {later.short} {_law('30(3)', is_under_it)}")
    elif len(set(one.parties) & set(other.parties)) > 1:
        out.append(
            f"between parties to both the later treaty goes before, {later.short}; towards the others each binds as it "
            f"stands {_law('30(4)', is_under_it)}"
        )
    else:
        out.append(
            f"{earlier.short} and {later.short} bind towards different States: both stand, and to keep one is to break "
            f"the other {_law('30(4)(b) and (5)', is_under_it)}"
        )
    return tuple(out)


def _concluded(treaty: Treaty) -> date:
    return treaty.signed or treaty.in_force.from_


def _law(article: str, is_under_it: bool) -> str:  # noqa: FBT001 - read beside the article
    """By what law the rule holds: the Convention binds its parties, and only for treaties concluded after it."""
    convention = f"article {article} of the Vienna Convention on the Law of Treaties"
    if is_under_it:
        return f"({convention}, for those who are parties to it; for others a general rule)"
    return (
        f"(a general rule, stated in {convention}, which does not itself apply to treaties from before 1980, article 4)"
    )


def _own_words(treaty: Treaty) -> Iterator[str]:
    """What the treaty itself says of other treaties."""
    for each in treaty.precedence:
        yield f"{treaty.short}, {each.article}: {each.says}"
