"""Names beside points: where one has no room without touching a point or another name, it is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from postinfusion.present import theme
from postinfusion.present.figures import type_setting

_GAP = 0.04  # inches between a point and its name
_FAR = (0.0, 0.12, 0.24)  # inches that a name may stand further away, joined to its point by a line
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))


def name_points(axes: Axes, names: Sequence[str], points: np.ndarray, radii: np.ndarray) -> None:
    """Write names beside points, the first before the others; no name touches a point or another name.

    A name crosses a line only where it has no other room so near, and on white ground. The figure must be laid out.

    Parameters
    ----------
    axes
        Where the points and lines are.
    names
        Names of the first points.
    points, radii
        All points, (m, 2), as data, and their radii in inches.
    """
    inches = axes.figure.dpi_scale_trans.inverted()
    area = axes.bbox.transformed(inches)
    centres = inches.transform(axes.transData.transform(points))
    taken = [
        _box(x - radius, y - radius, 2 * radius, 2 * radius) for (x, y), radius in zip(centres, radii, strict=True)
    ]
    lines = [line.get_window_extent().transformed(inches).padded(0.01) for line in axes.get_lines()]
    for name, centre, point, radius in zip(names, centres, points, radii, strict=False):
        free = [found for found in _candidates(name, centre, float(radius)) if _is_free(found[0], taken, area)]
        if free:
            room, is_far = min(free, key=lambda found: (found[1], _crosses(found[0], lines)))
            taken.append(room)
            corner = axes.transData.inverted().transform(inches.inverted().transform([(room.x0, room.y0)])[0])
            _write(axes, name, point, corner, float(radius) if is_far else None)


def _candidates(name: str, centre: np.ndarray, radius: float) -> Iterator[tuple[Bbox, bool]]:
    """Give where a name may stand, nearest first, and whether that is so far that a line must join it to its point."""
    lines = name.split("\n")
    width = max(type_setting.width(line, theme.SMALL - 1) for line in lines)
    height = type_setting.height(len(lines), theme.SMALL - 1)
    for far, (right, up) in product(_FAR, _SIDES):
        away = radius + _GAP + far
        left = centre[0] + (away if right > 0 else -away - width if right < 0 else -width / 2)
        low = centre[1] + (away if up > 0 else -away - height if up < 0 else -height / 2)
        yield _box(left, low, width, height), far > 0


def _is_free(box: Bbox, taken: Sequence[Bbox], area: Bbox) -> bool:
    """Say whether a name lies inside the axes and touches nothing."""
    is_inside = box.x0 >= area.x0 and box.x1 <= area.x1 and box.y0 >= area.y0 and box.y1 <= area.y1
    return is_inside and not any(box.overlaps(other) for other in taken)


def _crosses(box: Bbox, lines: Sequence[Bbox]) -> bool:
    """Say whether a name crosses a line."""
    return any(box.overlaps(line) for line in lines)


def _write(axes: Axes, name: str, point: np.ndarray, corner: np.ndarray, radius: float | None) -> None:
    """Write a name from its lower left corner on; with a radius a line joins it to the edge of its point."""
    points = 0.0 if radius is None else radius * type_setting.POINTS_PER_INCH
    line = {"arrowstyle": "-", "color": theme.MUTED, "linewidth": 0.6, "shrinkA": 0.0, "shrinkB": points}
    axes.annotate(
        name, xy=(point[0], point[1]), xytext=(corner[0], corner[1]), ha="left", va="bottom", size=theme.SMALL - 1,
        linespacing=type_setting.LINE_HEIGHT - 0.1, zorder=5, arrowprops=None if radius is None else line,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.0, "alpha": 0.9},
    ).set_in_layout(False)  # fmt: skip


def _box(left: float, low: float, width: float, height: float) -> Bbox:
    """Give a box."""
    return Bbox.from_bounds(left, low, width, height)
