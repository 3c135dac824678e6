"""Pictures for print, page and slide, through matplotlib (the extra `foedus[plot]`); told apart by the colour-blind.

Colours are those of Okabe and Ito 2008; where a colour alone would tell two things apart, a line style, a hatch or a
word does too, for print in grey.
"""

from __future__ import annotations

import io
import textwrap
from html import escape
from itertools import chain
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors
from foedus.explain import listed
from foedus.report.matrix import BLACK, FILLS, INKS
from foedus.report.matrix import CAUTION as CAUTION_OF_COLUMNS
from foedus.report.matrix import words as cell_words
from foedus.report.readings import CAUTION, WEIGHTED, said, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from foedus.readings import Influence, Question
    from foedus.report.matrix import Matrix
    from foedus.sweep import Step

BLUE, GREEN, VERMILION, PURPLE, ORANGE, SKY, YELLOW, GREY = (
    "#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#D9D9D9",
)  # fmt: skip
COLOURS = {
    "arises": BLUE, "due": BLUE, "left-to-the-party": SKY, "dormant": ORANGE,
    "undetermined": YELLOW, "does-not-arise": GREY, "not-due": GREY,
}  # fmt: skip
HATCHES = {"undetermined": "///", "dormant": "...", "left-to-the-party": "\\\\\\"}
FORMS = (".svg", ".png", ".pdf", ".html")
"""What a picture's name can end in."""


def check_name(path: Path) -> None:
    """See that the name is one of a picture that can be made.

    Raises:
        InputErrors: if it ends in anything else.
    """
    if path.suffix.lower() not in FORMS:
        message = f"`{path.name}` is no picture that can be made"
        raise InputErrors([InputError(message, None, f"a name that ends in {listed(FORMS)}")])


def _figure(width: float, height: float, title: str, caution: str) -> Any:  # noqa: ANN401 - matplotlib's figure
    """An empty figure, in inches, with its title and below it what it must not be taken for."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        hint = "pip install 'foedus[plot]'"
        raise InputErrors([InputError("pictures need matplotlib, which is not installed", None, hint)]) from None
    mpl.rcParams["svg.hashsalt"] = "foedus"
    mpl.rcParams["hatch.linewidth"] = 0.5
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, fontsize=10, fontweight="bold")
    figure.supxlabel("\n".join(textwrap.wrap(caution.replace("`", ""), int(width * 14))), fontsize=7)
    return figure


def _without_frame(axes: Any, *kept: str) -> None:  # noqa: ANN401 - matplotlib's axes
    for side in {"top", "right", "bottom", "left"} - set(kept):
        axes.spines[side].set_visible(False)


def _in_percent(axis: Any) -> None:  # noqa: ANN401 - matplotlib's axis
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1, decimals=0))


# Readings


def plot_readings(question: Question, influences: Sequence[Influence], path: Path, *, weighted: bool) -> None:
    """The share of each outcome as one bar, and below it the settling share of each choice."""
    shown = [each for each in influences if each.pivotal][:12][::-1]
    title = f"{question.scenario.scenario}, {question.clause}"
    top, below = 1.0, 0.75 + 0.3 * len(shown)
    figure = _figure(8, 0.8 + top + (below if shown else 0), title, WEIGHTED if weighted else CAUTION)
    parts = figure.subplots(2 if shown else 1, 1, squeeze=False, height_ratios=[top, below] if shown else [1])[:, 0]
    _bar_of_outcomes(parts[0], question)
    if shown:
        axes = parts[1]
        settling = all(each.settling is not None for each in shown)
        values = [float(each.settling if settling and each.settling is not None else each.pivotal) for each in shown]
        axes.barh(range(len(shown)), values, color=GREEN, edgecolor="black", linewidth=0.8)
        for row, value in enumerate(values):
            axes.annotate(f"{value:.1%}", (value, row), (4, 0), textcoords="offset points", va="center", fontsize=8)
        axes.set_yticks(range(len(shown)), ["\n".join(_broken(each.variable.name, 34)) for each in shown], fontsize=7)
        axes.set_xlim(0, min(1, max(values) * 1.15))
        axes.set_xlabel("settling share" if settling else "pivotal share", fontsize=8)
        axes.tick_params(axis="x", labelsize=8)
        axes.set_title("which choice carries it", fontsize=9, loc="left")
        _without_frame(axes, "bottom", "left")
        _in_percent(axes.xaxis)
    _save(figure, path, title)


def _bar_of_outcomes(axes: Any, question: Question) -> None:  # noqa: ANN401 - matplotlib's axes
    left = 0.0
    for outcome, share in question.shares.items():
        if share:
            axes.barh(
                0, float(share), left=left, color=COLOURS[outcome], hatch=HATCHES.get(outcome), edgecolor="black",
                linewidth=0.8, label=f"{words(outcome)}: {float(share):.1%}",
            )  # fmt: skip
            left += float(share)
    axes.set_yticks([])
    axes.set_xlim(0, 1)
    axes.tick_params(axis="x", labelsize=8)
    asked = "the casus foederis" if question.asked == "casus" else "the duty"
    axes.set_title(f"share of listed readings: {asked}", fontsize=9, loc="left")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.35), ncols=5, fontsize=8, frameon=False)
    _without_frame(axes, "bottom")
    _in_percent(axes.xaxis)


def _broken(name: str, room: int) -> list[str]:
    """The name of a choice in at most two lines, broken where its parts join."""
    head, equals, tail = name.partition("=")
    return [name] if len(name) <= room or not equals else [f"{head}{equals}", tail]


def plot_sweep(question: Question, varied: str, steps: Sequence[Step], path: Path) -> None:
    """The share of each outcome at each step of the scale."""
    title = f"{question.scenario.scenario}, {question.clause}: over {varied}"
    figure = _figure(max(6.0, 1.1 * len(steps) + 1), 4, title, CAUTION)
    axes = figure.add_subplot()
    positive = ("arises",) if question.asked == "casus" else ("due", "left-to-the-party")
    below = [0.0] * len(steps)
    for outcome in question.outcomes:
        values = [float(step.shares.get(outcome, 0)) for step in steps]
        if any(values):
            axes.bar(
                range(len(steps)), values, bottom=below, color=COLOURS[outcome], hatch=HATCHES.get(outcome),
                edgecolor="black", linewidth=0.8, width=0.7, label=words(outcome),
            )  # fmt: skip
            below = [low + value for low, value in zip(below, values, strict=True)]
    for index, step in enumerate(steps):
        share = float(sum(step.shares.get(each, 0) for each in positive))
        axes.annotate(f"{share:.1%}", (index, 1), (0, 3), textcoords="offset points", ha="center", fontsize=8)
    axes.set_xticks(range(len(steps)), ["\n".join(textwrap.wrap(said(step.value), 14)) for step in steps], fontsize=8)
    axes.set_xlim(-0.6, len(steps) - 0.4)
    axes.set_ylim(0, 1)
    axes.set_ylabel("share of listed readings", fontsize=8)
    axes.tick_params(axis="y", labelsize=8)
    figure.legend(loc="outside right center", fontsize=8, frameon=False, reverse=True)
    axes.set_title(f"above each bar: {listed(map(words, positive))}", fontsize=8, loc="left", pad=16)
    _without_frame(axes, "bottom", "left")
    _in_percent(axes.yaxis)
    _save(figure, path, title)


# Scenarios against readings

MANY_COLUMNS = 8


def plot_matrix(matrix: Matrix, path: Path) -> None:
    """A cell for each finding, its words in it: a row a clause or, where there are many readings, a row a reading."""
    heads = [f"{row.scenario}\n{row.clause}" for row in matrix.rows]
    names = ["\n".join(_broken(column.name, 22)) for column in matrix.columns]
    cells = [list(row.cells) for row in matrix.rows]
    caution = CAUTION_OF_COLUMNS
    if len(names) > max(len(heads), MANY_COLUMNS):
        heads, names, cells = names, heads, [list(column) for column in zip(*cells, strict=True)]
        caution = caution.replace("column", "row")
    texts = [["\n".join(cell_words(*cell).split(", ")) for cell in row] for row in cells]
    names = ["\n".join(piece for line in name.split("\n") for piece in _fitting(line, 22)) for name in names]
    wide, high = 1.35, 0.36 if any("\n" in text for text in [*heads, *chain(*texts)]) else 0.25
    letters = max(len(line) for head in heads for line in head.split("\n"))
    lines = max(name.count("\n") + 1 for name in names)
    width = max(0.07 * letters + 0.3 + wide * len(names), 5.0)
    figure = _figure(width, 0.7 + 0.13 * lines + high * len(heads), "who finds what", caution)
    axes = figure.add_subplot()
    for row, own in enumerate(cells):
        for column, (casus, _) in enumerate(own):
            axes.add_patch(_cell(column, row, FILLS[casus]))
            look = {"ha": "center", "va": "center", "fontsize": 7, "color": INKS.get(casus, BLACK)}
            axes.text(column + 0.5, row + 0.5, texts[row][column], **look)
    axes.set_xlim(0, len(names))
    axes.set_ylim(len(heads), 0)
    axes.set_xticks([index + 0.5 for index in range(len(names))], names, fontsize=7)
    axes.set_yticks([index + 0.5 for index in range(len(heads))], heads, fontsize=7)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    _without_frame(axes)
    _save(figure, path, "who finds what")


def _cell(column: int, row: int, colour: str) -> Any:  # noqa: ANN401 - matplotlib's patch
    from matplotlib.patches import Rectangle

    return Rectangle((column, row), 1, 1, facecolor=colour, edgecolor="#777777", linewidth=0.6, clip_on=False)


def _fitting(line: str, room: int) -> list[str]:
    """A name in pieces that fit the width of a cell, broken after a hyphen or slash."""
    pieces, out = line.replace("/", "/\0").replace("-", "-\0").split("\0"), [""]
    for piece in pieces:
        if out[-1] and len(out[-1]) + len(piece) > room:
            out.append("")
        out[-1] += piece
    return out


# Files


def _save(figure: Any, path: Path, title: str) -> None:  # noqa: ANN401 - matplotlib's figure
    check_name(path)
    form = path.suffix.lower()
    if form == ".html":
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
        svg = text.getvalue()[text.getvalue().index("<svg") :]
        page = f"<!doctype html>\n<html lang=en><meta charset=utf-8><title>{escape(title)}</title>\n{svg}\n</html>\n"
        path.write_text(page, encoding="utf-8")
        return
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    figure.savefig(path, dpi=160, metadata=undated.get(form))
