"""Pictures for print, page and slide, through matplotlib (the extra `foedus[plot]`); told apart by the colour-blind."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors
from foedus.report.readings import CAUTION, said, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from foedus.readings import Influence, Question
    from foedus.sweep import Step

COLOURS = {
    "arises": "#0072B2", "due": "#0072B2", "left-to-the-party": "#56B4E9", "dormant": "#E69F00",
    "undetermined": "#F0E442", "does-not-arise": "#D9D9D9", "not-due": "#D9D9D9",
}  # fmt: skip
"""Okabe and Ito 2008; light and dark enough to be told apart in grey."""
FORMS = {".svg", ".png", ".html"}


def _figure(height: float) -> tuple[Any, Any]:
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        hint = "pip install 'foedus[plot]'"
        raise InputErrors([InputError("pictures need matplotlib, which is not installed", None, hint)]) from None
    mpl.rcParams["svg.hashsalt"] = "foedus"
    figure = Figure(figsize=(8, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def plot_readings(question: Question, influences: Sequence[Influence], path: Path) -> None:
    """The share of each outcome as one bar, and below it the settling share of each choice."""
    shown = [each for each in influences if each.pivotal][:12][::-1]
    figure, axes = _figure(1.8 + 0.36 * max(len(shown), 1))
    left = 0.0
    top = len(shown) + 0.6
    for outcome, share in question.shares.items():
        if share:
            axes.barh(
                top,
                float(share),
                left=left,
                color=COLOURS[outcome],
                edgecolor="black",
                label=f"{words(outcome)}: {float(share):.1%}",
            )
            left += float(share)
    for row, each in enumerate(shown):
        value = float(each.settling if each.settling is not None else each.pivotal)
        axes.barh(row, value, color="#009E73", edgecolor="black")
        axes.text(value + 0.01, row, f"{value:.1%}", va="center", fontsize=8)
    axes.set_yticks([*range(len(shown)), top], [*(each.variable.name for each in shown), question.asked])
    axes.set_xlim(0, 1)
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    measure = "settling share" if all(each.settling is not None for each in shown) else "pivotal share"
    figure.suptitle(
        f"{question.scenario.scenario}, {question.clause}: share of readings, and {measure} of each choice", fontsize=9
    )
    figure.supxlabel(CAUTION, fontsize=7)
    _save(figure, path, f"{question.scenario.scenario}, {question.clause}")


def plot_sweep(question: Question, varied: str, steps: Sequence[Step], path: Path) -> None:
    """The share of readings over the scale, as a step curve."""
    figure, axes = _figure(3.6)
    positive = ("arises",) if question.asked == "casus" else ("due", "left-to-the-party")
    values = [float(sum(step.shares.get(each, 0) for each in positive)) for step in steps]
    axes.step(range(len(steps)), values, where="mid", color="#0072B2", linewidth=2)
    axes.plot(range(len(steps)), values, "o", color="#0072B2")
    axes.set_xticks(range(len(steps)), [said(step.value) for step in steps])
    axes.set_ylim(0, 1)
    axes.set_ylabel("share of listed readings")
    figure.suptitle(f"{question.scenario.scenario}, {question.clause}: over {varied}", fontsize=9)
    figure.supxlabel(CAUTION, fontsize=7)
    _save(figure, path, f"{question.scenario.scenario}, {question.clause}, over {varied}")


def _save(figure: Any, path: Path, title: str) -> None:  # noqa: ANN401 - matplotlib's figure
    form = path.suffix.lower()
    if form not in FORMS:
        message = f"`{path.name}` is no picture that can be made"
        raise InputErrors([InputError(message, None, "a name that ends in .svg, .png or .html")])
    if form == ".html":
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
        svg = text.getvalue()[text.getvalue().index("<svg") :]
        page = f"<!doctype html>\n<html lang=en><meta charset=utf-8><title>{escape(title)}</title>\n{svg}\n</html>\n"
        path.write_text(page, encoding="utf-8")
        return
    figure.savefig(path, dpi=160, metadata={"Date": None} if form == ".svg" else None)
