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
    from foedus.report.timeline import Row
    from foedus.sweep import Step
    from foedus.timeline import Step as TimelineStep

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


STAGES = {
    "due": ("#0072B2", ""), "left-to-the-party": ("#56B4E9", ""), "dormant": ("#E69F00", ""),
    "undetermined": ("#F0E442", ""), "not-due": ("#FFFFFF", ""), "refused": ("#D55E00", "///"),
    "performed": ("#009E73", ""), "released": ("#CC79A7", "..."), "ended": ("#999999", "xxx"),
}  # fmt: skip
"""Colour and hatching of each stage of an obligation (Okabe and Ito 2008)."""


def plot_timeline(title: str, steps: Sequence[TimelineStep], rows: Sequence[Row], path: Path) -> None:
    """Events on top, and below them a bar for each obligation, coloured by where it stands."""
    from datetime import timedelta

    events = [(step.date, event.title or event.id) for step in steps for event in step.events]
    first, last = min(day for day, _ in events), max(step.date for step in steps)
    last += max((last - first) / 8, timedelta(days=1))
    figure, axes = _figure(1.6 + 0.26 * len(events) + 0.62 * max(len(rows), 1))
    top = len(rows) + 0.5 * len(events)
    for index, (day, name) in enumerate(events):
        height = top - 0.5 * index
        axes.plot([day, day], [-0.5, height], color="#777777", linewidth=0.6, zorder=0)
        axes.plot([day], [height], "o", color="black", markersize=4)
        is_late = (day - first) > (last - first) * 0.6
        label, place = f" {day.isoformat()}  {name} ", "right" if is_late else "left"
        axes.text(day, height, label, ha=place, va="center", fontsize=7)
    shown: dict[str, None] = {}
    for row, (_, stages) in enumerate(reversed(rows)):
        ends = [*(day for day, _ in stages[1:]), last]
        for (day, stage), end in zip(stages, ends, strict=True):
            colour, hatch = STAGES[stage]
            legend = None if stage in shown else words(stage)
            shown[stage] = None
            axes.barh(row, end - day, left=day, height=0.55, color=colour, hatch=hatch, edgecolor="black",
                      linewidth=0.6, label=legend)  # fmt: skip
    axes.set_yticks(range(len(rows)), [name for name, _ in reversed(rows)], fontsize=7)
    axes.set_xlim(first - (last - first) / 40, last)
    axes.set_ylim(-0.6, top + 0.8)
    axes.tick_params(axis="x", labelsize=7)
    if rows:
        figure.legend(loc="outside lower center", ncols=5, fontsize=7, frameon=False)
    figure.suptitle(title, fontsize=9)
    _save(figure, path, title)


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
