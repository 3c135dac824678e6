"""Pictures for print, page and slide, through matplotlib (the extra `plot`); told apart by the colour-blind.

Colours are those of Okabe and Ito 2008; where a colour alone would tell two things apart, a line style, a hatch or a
word does too, for print in grey.
"""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors
from foedus.explain import listed
from foedus.report.finding import said
from foedus.report.layout import edge, place
from foedus.report.matrix import BLACK, FILLS, INKS
from foedus.report.matrix import CAUTION as CAUTION_OF_COLUMNS
from foedus.report.matrix import words as cell_words
from foedus.report.network import CAUTION as CAUTION_OF_NETWORK
from foedus.report.network import KINDS, drawing, heading
from foedus.report.readings import CAUTION, WEIGHTED, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from foedus.network import Network
    from foedus.readings import Influence, Question
    from foedus.report.layout import Point
    from foedus.report.matrix import Matrix
    from foedus.report.network import Drawing, Line
    from foedus.report.timeline import Moment, Row
    from foedus.sweep import Step

BLUE, GREEN, VERMILION, PURPLE, ORANGE, SKY, YELLOW, GREY = (
    "#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#D9D9D9",
)  # fmt: skip
COLOURS = {
    "arises": BLUE, "due": BLUE, "left-to-the-party": SKY, "dormant": ORANGE,
    "undetermined": YELLOW, "does-not-arise": GREY, "not-due": GREY,
}  # fmt: skip
HATCHES = {"undetermined": "///", "dormant": "...", "left-to-the-party": "\\\\\\"}
KIND_COLOURS = {
    "defense": BLUE, "offense": VERMILION, "neutrality": GREEN, "nonaggression": PURPLE, "consultation": ORANGE,
}  # fmt: skip
KIND_DASHES: dict[str, Any] = {
    "defense": "-", "offense": (0, (9, 2)), "neutrality": (0, (5, 2)), "nonaggression": (0, (1, 1.2)),
    "consultation": (0, (5, 1.5, 1, 1.5)),
}  # fmt: skip
FORMS = (".svg", ".png", ".pdf", ".html")
"""What a picture's name can end in."""


def check_picture(path: Path) -> None:
    """See that a picture of that name can be made here.

    Raises:
        InputErrors: if the name ends in anything else, or matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMS:
        message = f"`{path.name}` is no picture that can be made"
        raise InputErrors([InputError(message, None, f"a name that ends in {listed(FORMS)}")])
    if find_spec("matplotlib") is None:
        hint = "pip install '.[plot]' in the folder of foedus"
        raise InputErrors([InputError("pictures need matplotlib, which is not installed", None, hint)])


def _figure(width: float, height: float, title: str, caution: str) -> Any:  # noqa: ANN401 - matplotlib's figure
    """An empty figure, in inches, with its title and below it what it must not be taken for."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

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


# The network of a day

LENGTH, LETTER, LINE, MARGIN, KEY_LINE = 0.9, 0.068, 0.133, 0.25, 0.16


def plot_network(network: Network, path: Path) -> None:
    """States tied by what they owe each other; a treaty of many is a node of its own; a key names the others."""
    drawn = drawing(network)
    labels = {**drawn.labels, **drawn.hubs}
    sizes = {name: _box(label) for name, label in labels.items()}
    points = place(sizes, _lengths(drawn, sizes))
    left, right, bottom, top = (edge(points, sizes, axis, sign) for axis in (0, 1) for sign in (-1, 1))
    width = max(right - left + 2 * MARGIN, 8.0)
    key = [f"{number}  {network.rules.treaties[name].short}" for name, number in drawn.numbers.items()]
    columns = int(width / 2.5)
    rows = -(-len(key) // columns)
    below = 0.75 + KEY_LINE * rows
    height = top - bottom + 2 * MARGIN
    title = f"{heading(network)}: who is bound to whom"
    figure = _figure(width, height + below + 0.4, title, CAUTION_OF_NETWORK)
    figure.set_layout_engine("none")  # a unit of the axes is an inch, so that boxes fit their text
    axes = figure.add_axes((0, below / (height + below + 0.4), 1, height / (height + below + 0.4)))
    axes.set_xlim((left + right - width) / 2, (left + right + width) / 2)
    axes.set_ylim(bottom - MARGIN, top + MARGIN)
    axes.set_axis_off()
    _draw_lines(axes, drawn, points, sizes)
    for name, label in labels.items():
        is_hub = name in drawn.hubs
        look = {
            "boxstyle": "round,pad=0.3",
            "facecolor": "#EEEEEE" if is_hub else "white",
            "edgecolor": "black",
            "linewidth": 1.2 if is_hub else 0.7,
        }
        axes.text(*points[name], label, ha="center", va="center", fontsize=8, bbox=look, zorder=3)
    _draw_key(figure.add_axes((0, 0, 1, below / (height + below + 0.4))), drawn, key, columns, (width, below))
    _save(figure, path, title)


def _box(label: str) -> Point:
    lines = label.split("\n")
    return LETTER * max(map(len, lines)) + 0.1, LINE * len(lines) + 0.07


def _lengths(drawn: Drawing, sizes: Mapping[str, Point]) -> dict[tuple[str, str], float]:
    """Line to its wanted length: longer between wide boxes, and for a hub of many, whose States need room around it."""
    of_hub = {hub: sum(hub in {line.one, line.other} for line in drawn.lines) for hub in drawn.hubs}
    return {
        (line.one, line.other): LENGTH
        + sum(sizes[line.one] + sizes[line.other]) / 3
        + 0.02 * max(of_hub.get(line.one, 0), of_hub.get(line.other, 0))
        for line in drawn.lines
    }


def _draw_lines(axes: Any, drawn: Drawing, points: Mapping[str, Point], sizes: Mapping[str, Point]) -> None:  # noqa: ANN401
    from matplotlib.patches import FancyArrowPatch

    beside: dict[frozenset[str], list[Line]] = {}
    for line in drawn.lines:
        beside.setdefault(frozenset((line.one, line.other)), []).append(line)
    taken = [(*points[name], *sizes[name]) for name in points]
    for lines in beside.values():
        for index, line in enumerate(lines):
            # lines between the same two bend apart, whichever way each runs
            bend = 0.24 * (index - (len(lines) - 1) / 2) * (1 if line.one < line.other else -1)
            start, end = points[line.one], points[line.other]
            if not line.both:
                end = _before(start, end, sizes[line.other])
            axes.add_patch(
                FancyArrowPatch(
                    start, end, arrowstyle="-" if line.both else "-|>,head_length=5,head_width=2.5",
                    shrinkA=0, shrinkB=0, connectionstyle=f"arc3,rad={bend}", color=KIND_COLOURS[line.kind],
                    linestyle=KIND_DASHES[line.kind], linewidth=1.4, zorder=1,
                )
            )  # fmt: skip
            numbers = ", ".join(str(drawn.numbers[name]) for name in line.treaties if name in drawn.numbers)
            if numbers:
                size = (0.08 * len(numbers) + 0.02, 0.12)
                at = _free(start, end, bend, size, taken)
                taken.append((*at, *size))
                look = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
                axes.text(*at, numbers, fontsize=7, ha="center", va="center", fontweight="bold", bbox=look, zorder=2)


def _free(
    start: Point, end: Point, bend: float, size: Point, taken: Sequence[tuple[float, float, float, float]]
) -> Point:
    """The place on the curve nearest to its middle where a label meets no box and no other label, else its middle."""
    (x, y), (u, v) = start, end
    control = ((x + u) / 2 + bend * (v - y), (y + v) / 2 - bend * (u - x))
    on_curve = [
        (
            (1 - t) ** 2 * x + 2 * t * (1 - t) * control[0] + t**2 * u,
            (1 - t) ** 2 * y + 2 * t * (1 - t) * control[1] + t**2 * v,
        )
        for t in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
    ]
    for place_ in on_curve:
        if all(
            abs(place_[0] - a) > (size[0] + w) / 2 or abs(place_[1] - b) > (size[1] + h) / 2 for a, b, w, h in taken
        ):
            return place_
    return on_curve[0]


def _before(start: Point, end: Point, size: Point) -> Point:
    """Where the straight line from the start meets the box at its end, so that the arrowhead is seen."""
    across, along = end[0] - start[0], end[1] - start[1]
    room = (size[0] / 2 + 0.02, size[1] / 2 + 0.02)
    part = min((half / abs(way) for half, way in zip(room, (across, along), strict=True) if way), default=0.0)
    return end[0] - across * part, end[1] - along * part


def _draw_key(axes: Any, drawn: Drawing, key: Sequence[str], columns: int, size: Point) -> None:  # noqa: ANN401
    """What lines mean, and which treaty each number is."""
    from matplotlib.lines import Line2D

    axes.set_axis_off()
    used = [kind for kind in KINDS if any(line.kind == kind for line in drawn.lines)]
    samples = [Line2D([], [], color=KIND_COLOURS[kind], linestyle=KIND_DASHES[kind], linewidth=1.4) for kind in used]
    labels: list[str] = [*used]
    for is_both, label, marker in ((True, "each to the other", ""), (False, "this way only", ">")):
        if any(line.both == is_both for line in drawn.lines):
            samples.append(Line2D([], [], color="black", marker=marker, markersize=5, linewidth=1.2))
            labels.append(label)
    look = {"fontsize": 7.5, "frameon": False, "handlelength": 2.8, "columnspacing": 1.4}
    axes.legend(samples, labels, loc="upper center", ncols=len(labels), **look)
    rows = -(-len(key) // columns)
    for index in range(columns):
        text = "\n".join(key[index * rows : (index + 1) * rows])
        axes.text(
            (MARGIN + index * (size[0] - MARGIN) / columns) / size[0], 1 - 0.35 / size[1], text,
            transform=axes.transAxes, fontsize=7, va="top", linespacing=1.5,
        )  # fmt: skip


# Sheets: what happens from top to bottom, and beside it a column for each that it concerns

TEXT, ROOM, STEP = 62, 0.057, 0.115
"""Letters of a line of what happens, inches for each, and inches from line to line."""


@dataclass(frozen=True)
class _Sheet:
    """A sheet in inches: its axes, where each row begins and where the last ends, and the middle of each column."""

    figure: Any
    axes: Any
    tops: tuple[float, ...]
    columns: tuple[float, ...]

    def middle(self, row: int) -> float:
        """The height of the middle of a row."""
        return (self.tops[row] + self.tops[row + 1]) / 2


def _sheet(
    title: str, caution: str, heads: Sequence[str], rows: Sequence[tuple[str, str]], pitch: float, legend: Sequence[Any]
) -> _Sheet:
    """A sheet with its rows (when, and what happens) written, and its columns named."""
    told = [textwrap.wrap(text, TEXT) or [""] for _, text in rows]
    when = ROOM * max((len(word) for word, _ in rows), default=0) + 0.25
    beside = when + ROOM * max((len(line) for lines in told for line in lines), default=0) + 0.2
    top = 0.5 + 0.054 * max((len(line) for head in heads for line in head.split("\n")), default=0)
    width = max(beside + pitch * len(heads) + MARGIN, 7.0)
    tops = [top]
    for lines in told:
        tops.append(tops[-1] + STEP * len(lines) + 0.055)
    height = tops[-1] + 0.95
    figure = _figure(width, height, title, caution)
    figure.set_layout_engine("none")
    figure.suptitle(title, y=1 - 0.12 / height, va="top", fontsize=10, fontweight="bold")
    figure.supxlabel(figure.get_supxlabel(), y=0.08 / height, va="bottom", fontsize=7)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    columns = [beside + pitch * (index + 0.5) for index in range(len(heads))]
    last = ""
    for top_of_row, (word, _), lines in zip(tops, rows, told, strict=False):
        if word != last:
            axes.plot(
                [MARGIN / 2, width - MARGIN / 2], [top_of_row, top_of_row], color="#CCCCCC", linewidth=0.5, zorder=0
            )
            axes.text(MARGIN / 2, top_of_row + STEP, word, fontsize=7, fontweight="bold")
        last = word
        for number, line in enumerate(lines, 1):
            axes.text(when, top_of_row + STEP * number, line, fontsize=7)
    for at, head in zip(columns, heads, strict=True):
        axes.text(at, top - 0.06, head, fontsize=6.5, rotation=90, ha="center", va="bottom", multialignment="left")
    figure.legend(
        handles=legend, loc="lower center", bbox_to_anchor=(0.5, 0.3 / height), fontsize=7, frameon=False,
        ncols=min(len(legend), int(width / 1.3)),
    )  # fmt: skip
    return _Sheet(figure, axes, tuple(tops), tuple(columns))


# The rounds of a cascade

ARROWS: dict[str, tuple[str, str, str]] = {
    "event": ("#7F7F7F", "solid", "listed event"),
    "help": (BLUE, "solid", "armed help"),
    "assistance": (ORANGE, "dashed", "help without arms"),
}
"""Colour, line and name of what the scenario lists, armed help, and help without arms."""
Act = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]
"""When, what it is called, its kind of arrow, who acts and against whom."""
CAUTION_OF_CASCADE = "What would follow if those who owe performed; it is no forecast."


def plot_rounds(title: str, nodes: Sequence[tuple[str, str]], acts: Sequence[Act], path: Path) -> None:
    """A row for each act, round by round; a line for each actor, thick once it is in it; arrows from those who act."""
    from matplotlib.lines import Line2D

    looks: list[Any] = list(ARROWS.values())
    legend = [Line2D([], [], color=colour, linestyle=line, label=name) for colour, line, name in looks]
    rows = [(when, label) for when, label, *_ in acts]
    sheet = _sheet(title, CAUTION_OF_CASCADE, [name for _, name in nodes], rows, 0.36, legend)
    place_of = {node: at for (node, _), at in zip(nodes, sheet.columns, strict=True)}
    since: dict[str, float] = {}
    for row, (_, _, kind, sources, targets) in enumerate(acts):
        colour, line, _ = ARROWS[kind]
        level = sheet.middle(row)
        look = {"arrowstyle": "-|>,head_width=0.25,head_length=0.5", "color": colour, "linestyle": line,
                "linewidth": 1.3, "shrinkA": 0, "shrinkB": 2}  # fmt: skip
        for source in sources:
            for target in targets:
                ends: Any = {"xy": (place_of[target], level), "xytext": (place_of[source], level)}
                sheet.axes.annotate("", **ends, arrowprops=look, zorder=3)
            sheet.axes.plot(place_of[source], level, "o", color=colour, markersize=3.5, zorder=4)
        for actor in (*sources, *targets):
            since.setdefault(actor, level)
    first, last = sheet.tops[0], sheet.tops[-1]
    for node, at in place_of.items():
        begins = since.get(node, last)
        sheet.axes.plot([at, at], [first, begins], color="#AAAAAA", linewidth=0.8, linestyle="dotted", zorder=1)
        sheet.axes.plot([at, at], [begins, last], color="black", linewidth=1.2, zorder=1)
    _save(sheet.figure, path, title)


# A timeline

STAGES = {
    "due": ("#0072B2", ""), "left-to-the-party": ("#56B4E9", "\\\\\\\\"), "dormant": ("#E69F00", "...."),
    "undetermined": ("#F0E442", "////"), "not-due": ("#FFFFFF", ""), "refused": ("#D55E00", "xxxx"),
    "performed": ("#009E73", "||||"), "released": ("#CC79A7", "oo"), "ended": ("#999999", "++++"),
}  # fmt: skip
"""Colour and hatching of each stage of an obligation (Okabe and Ito 2008)."""


CAUTION_OF_TIME = (
    "What the texts oblige to under one reading, and what was done; it is no forecast. "
    "Of several cases of one obligation the one is shown that asks most."
)


def plot_timeline(title: str, moments: Sequence[Moment], rows: Sequence[Row], path: Path) -> None:
    """What happens from top to bottom, and beside it a bar for each obligation, coloured by where it stands."""
    from matplotlib.patches import Patch, Rectangle

    first_row: list[int] = []
    told: list[tuple[str, str]] = []
    for day, texts in moments:
        first_row.append(len(told))
        told += [(day.isoformat(), text) for text in texts]
    shown = [stage for stage in STAGES if any(stage == each for _, stages in rows for _, each in stages)]
    legend = [
        Patch(facecolor=STAGES[stage][0], hatch=STAGES[stage][1], edgecolor="black", linewidth=0.6, label=words(stage))
        for stage in shown
    ]
    sheet = _sheet(title, CAUTION_OF_TIME, [name for name, _ in rows], told, 0.27, legend)
    for at, (_, stages) in zip(sheet.columns, rows, strict=True):
        begins = [sheet.tops[first_row[index]] for index, _ in stages]
        for (_, stage), begin, end in zip(stages, begins, [*begins[1:], sheet.tops[-1]], strict=True):
            colour, hatch = STAGES[stage]
            look: Any = {"facecolor": colour, "hatch": hatch, "edgecolor": "black", "linewidth": 0.6}
            sheet.axes.add_patch(Rectangle((at - 0.09, begin), 0.18, end - begin, **look))
    _save(sheet.figure, path, title)


# Files


STYLE = "<style>body{margin:1em}svg{max-width:100%;height:auto}</style>"


def _save(figure: Any, path: Path, title: str) -> None:  # noqa: ANN401 - matplotlib's figure
    form = path.suffix.lower()
    if form == ".html":
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
        svg = text.getvalue()[text.getvalue().index("<svg") :]
        head = f"<!doctype html>\n<html lang=en><meta charset=utf-8><title>{escape(title)}</title>{STYLE}\n"
        path.write_text(f"{head}{svg}\n</html>\n", encoding="utf-8")
        return
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    figure.savefig(path, dpi=160, metadata=undated.get(form))
