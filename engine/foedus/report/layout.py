"""Where the nodes of a drawing stand: near to those that they are tied to, apart from all others, the same every time.

Distances in the picture follow distances along the lines (stress majorization: Gansner, Koren and North 2004); boxes
that overlap are pushed apart, and parts that hang together by no line stand side by side.
"""

from __future__ import annotations

import random
from math import atan2, cos, hypot, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

Point = tuple[float, float]
STARTS, STEPS, PUSHES, GAP = 6, 60, 300, 0.14


def place(sizes: Mapping[str, Point], ties: Mapping[tuple[str, str], float], ratio: float = 1.4) -> dict[str, Point]:
    """Node to the middle of its box, so that no two boxes overlap; `ties` are lengths of lines, all in inches."""
    near: dict[str, dict[str, float]] = {name: {} for name in sorted(sizes)}
    for (one, other), length in sorted(ties.items()):
        near[one][other] = near[other][one] = length
    parts: list[dict[str, Point]] = []
    waiting = set(near)
    for name in near:
        if name in waiting:
            far = _distances(name, near)
            waiting -= set(far)
            parts.append(_apart(_lying(_spread(sorted(far), near)), sizes, ties))
    return _side_by_side(sorted(parts, key=lambda part: (-len(part), min(part))), sizes, ratio)


def _distances(start: str, near: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Node to the length of the shortest way to it."""
    done: dict[str, float] = {}
    open_ = {start: 0.0}
    while open_:
        name = min(open_, key=lambda each: (open_[each], each))
        done[name] = open_.pop(name)
        for other, length in near[name].items():
            if other not in done:
                open_[other] = min(open_.get(other, done[name] + length), done[name] + length)
    return done


def _spread(names: Sequence[str], near: Mapping[str, Mapping[str, float]]) -> dict[str, Point]:
    """The best of several starts, each drawn from its own fixed seed."""
    wanted = [[way[other] for other in names] for way in (_distances(name, near) for name in names)]
    size = max(map(max, wanted))
    best: tuple[float, list[Point]] | None = None
    for seed in range(STARTS):
        rng = random.Random(seed)  # noqa: S311 - a picture, not a secret
        points = [(rng.uniform(0, size), rng.uniform(0, size)) for _ in names]
        for _ in range(STEPS):
            points = _step(points, wanted)
        stress = sum(
            (hypot(x - u, y - v) / wanted[i][j] - 1) ** 2
            for i, (x, y) in enumerate(points)
            for j, (u, v) in enumerate(points[:i])
        )
        if best is None or stress < best[0]:
            best = (stress, points)
    return dict(zip(names, best[1] if best else [], strict=True))


def _step(points: list[Point], wanted: list[list[float]]) -> list[Point]:
    """Each node moved to where the others, each at its wanted distance, would have it on average."""
    out = list(points)
    for i, distances in enumerate(wanted):
        x, y = out[i]
        across = along = total = 0.0
        for j, (u, v) in enumerate(out):
            if j == i:
                continue
            weight = 1 / distances[j] ** 2
            pull = distances[j] / max(hypot(x - u, y - v), 1e-6)
            across += weight * (u + (x - u) * pull)
            along += weight * (v + (y - v) * pull)
            total += weight
        if total:
            out[i] = (across / total, along / total)
    return out


def _lying(points: dict[str, Point]) -> dict[str, Point]:
    """The points turned so that they reach farther sideways than up."""
    count = len(points)
    x, y = (sum(point[axis] for point in points.values()) / count for axis in (0, 1))
    across = sum((u - x) ** 2 for u, _ in points.values())
    along = sum((v - y) ** 2 for _, v in points.values())
    both = sum((u - x) * (v - y) for u, v in points.values())
    turn = atan2(2 * both, across - along) / 2
    return {
        name: ((u - x) * cos(turn) + (v - y) * sin(turn), (v - y) * cos(turn) - (u - x) * sin(turn))
        for name, (u, v) in points.items()
    }


def _apart(points: dict[str, Point], sizes: Mapping[str, Point], ties: Collection[tuple[str, str]]) -> dict[str, Point]:
    """The points with their boxes pushed apart and off the lines of others, for as long as that helps."""
    names = sorted(points)
    out = dict(points)
    lines = sorted({(one, other) for one, other in ties if one in points})
    for step in range(PUSHES):
        if step < PUSHES // 2:
            for one, other in lines:
                for name in names:
                    if name not in {one, other}:
                        _push_off(out, name, (one, other), sizes[name])
        if not _part(out, names, sizes) and step >= PUSHES // 2:
            break
    return out


def _push_off(points: dict[str, Point], name: str, line: tuple[str, str], size: Point) -> None:
    """Move a box some way off a line that runs through it."""
    (x, y), (u, v), (a, b) = points[line[0]], points[line[1]], points[name]
    across, along = u - x, v - y
    length = hypot(across, along)
    if length == 0 or not 0 < (a - x) * across + (b - y) * along < length**2:
        return
    off = ((a - x) * along - (b - y) * across) / length
    room = (abs(along) * size[0] + abs(across) * size[1]) / (2 * length) + GAP / 2
    if abs(off) < room:
        shift = (room - abs(off)) * (0.2 if off >= 0 else -0.2) / length
        points[name] = (a + along * shift, b - across * shift)


def _part(points: dict[str, Point], names: Sequence[str], sizes: Mapping[str, Point]) -> bool:
    """Push each two boxes that overlap apart, along the shorter way; whether there were any."""
    found = False
    for index, one in enumerate(names):
        for other in names[:index]:
            (x, y), (u, v) = points[one], points[other]
            wide = (sizes[one][0] + sizes[other][0]) / 2 + GAP - abs(x - u)
            high = (sizes[one][1] + sizes[other][1]) / 2 + GAP - abs(y - v)
            if wide <= 0 or high <= 0:
                continue
            found = True
            if wide < high:
                shift = (wide / 2 + 1e-3) * (1 if x >= u else -1)
                points[one], points[other] = (x + shift, y), (u - shift, v)
            else:
                shift = (high / 2 + 1e-3) * (1 if y >= v else -1)
                points[one], points[other] = (x, y + shift), (u, v - shift)
    return found


def _side_by_side(parts: Sequence[dict[str, Point]], sizes: Mapping[str, Point], ratio: float) -> dict[str, Point]:
    """Parts in rows, the largest first, in about the ratio of width to height."""
    margin = 0.3
    boxes = []
    for part in parts:
        left, right = (edge(part, sizes, 0, sign) for sign in (-1, 1))
        bottom, top = (edge(part, sizes, 1, sign) for sign in (-1, 1))
        boxes.append((part, left, top, right - left + margin, top - bottom + margin))
    room = max([(sum(box[3] * box[4] for box in boxes) * ratio) ** 0.5, *(box[3] for box in boxes)], default=0)
    out: dict[str, Point] = {}
    across = down = deepest = 0.0
    for part, left, top, width, height in boxes:
        if across and across + width > room:
            across, down, deepest = 0.0, down + deepest, 0.0
        out |= {name: (x - left + across, y - top - down) for name, (x, y) in part.items()}
        across, deepest = across + width, max(deepest, height)
    return out


def edge(points: Mapping[str, Point], sizes: Mapping[str, Point], axis: int, sign: int) -> float:
    """The outermost place that a box reaches on an axis, to the one side (1) or the other (-1)."""
    return sign * max((sign * point[axis] + sizes[name][axis] / 2 for name, point in points.items()), default=0.0)
