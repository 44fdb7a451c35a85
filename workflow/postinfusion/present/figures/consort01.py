"""CONSORT01: the flow of participants, drawn from the results."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from postinfusion.errors import DataError
from postinfusion.present import theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.sheet import sheet
from postinfusion.present.flow import Step, arm_steps, first_steps
from postinfusion.present.results import Results

_PAD = 0.09
_GAP = 0.3
_BESIDE = 0.35
_MARGIN = 0.14
_NARROWEST, _WIDEST = 1.75, 2.9
_LEAST_WIDTH = 6.4


@dataclass(frozen=True)
class Box:
    """A box of the flow: its lines as they are drawn, and where it stands, in inches from the upper left corner."""

    step: Step
    lines: tuple[str, ...]
    left: float
    top: float
    width: float

    @property
    def height(self) -> float:
        """The height that the lines need."""
        return type_setting.height(len(self.lines), theme.SMALL) + 2 * _PAD

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """The horizontal middle."""
        return self.left + self.width / 2


def draw(results: Results) -> Drawing:
    """Draw the flow: what all participants share above, then a column per arm.

    Raises
    ------
    DataError
        The results hold no flow.
    """
    steps = [*first_steps(results), *(step for arm in results.arms for step in arm_steps(results, arm))]
    if not steps:
        raise DataError(results.failure or "there is no flow of participants")
    label = label_of(results, "CONSORT01")
    return Drawing(label, _figure(results, label), _values(steps), _in_words(steps))


def _values(steps: list[Step]) -> pd.DataFrame:
    """Give what is drawn: a row per count."""
    return pd.DataFrame(
        [
            {"arm": step.arm, "step": step.heading, "line": line.text, "n": line.n, "shown": line.shown}
            for step in steps
            for line in step.lines
        ]
    )


def _in_words(steps: list[Step]) -> str:
    """Give the flow in words."""
    return " ".join(f"{step.arm + ': ' if step.arm else ''}{'; '.join(map(str, step.lines))}." for step in steps)


def _figure(results: Results, label: Label) -> Figure:
    """Place the boxes, then draw them on a sheet that is as large as they need."""
    width = max(_LEAST_WIDTH, len(results.arms) * (_NARROWEST + _BESIDE))
    above = _place_first(first_steps(results), width)
    columns = _place_arms(results, width, top=max((box.bottom for box in above), default=-_GAP) + 2 * _GAP)
    boxes = [*above, *(box for column in columns for box in column)]
    body = max(box.bottom for box in boxes) + _MARGIN
    page = sheet(results.plan, label, width=width, body=body)
    axes = page.figure.add_axes((0, page.bottom / page.figure.get_figheight(), 1, body / page.figure.get_figheight()))
    axes.set(xlim=(0, width), ylim=(body, 0))
    axes.set_axis_off()
    for box in boxes:
        _draw_box(axes, box, results)
    _draw_arrows(axes, [box for box in above if not box.step.is_aside], columns)
    for aside in (box for box in above if box.step.is_aside):
        _arrow(axes, (width / 2, _centre(aside)), (aside.left, _centre(aside)))
    return page.figure


def _place_first(steps: list[Step], width: float) -> list[Box]:
    """Place the boxes of all participants in the middle; what left the flow stands to the right of the arrow."""
    boxes: list[Box] = []
    top = 0.05
    for step in steps:
        room = min(_WIDEST, width / 2 - _MARGIN - _BESIDE)
        left = width / 2 + _BESIDE if step.is_aside else (width - room) / 2
        box = _box(step, left, top, room)
        boxes.append(box)
        top = box.bottom + (_GAP * 0.7 if step.is_aside else _GAP)
    return boxes


def _place_arms(results: Results, width: float, *, top: float) -> list[list[Box]]:
    """Place a column of boxes per arm; boxes of the same step begin at the same height."""
    each = width / len(results.arms)
    room = min(_WIDEST, each - _BESIDE)
    steps = [arm_steps(results, arm) for arm in results.arms]
    headings = list(dict.fromkeys(step.heading for column in steps for step in column))
    columns: list[list[Box]] = [[] for _ in results.arms]
    for heading in headings:
        row = [
            (place, _box(step, each * (place + 0.5) - room / 2, top, room))
            for place, column in enumerate(steps)
            for step in column
            if step.heading == heading
        ]
        for place, box in row:
            columns[place].append(box)
        top = max(box.bottom for _, box in row) + _GAP
    return columns


def _box(step: Step, left: float, top: float, width: float) -> Box:
    """Break the lines of a step so that they fit into a box of this width; continued lines are indented."""
    broken: list[str] = []
    for line in step.lines:
        indent = "   " * line.indent
        size_of_indent = type_setting.width(indent, theme.SMALL) if indent else 0.0
        bold = not line.indent
        pieces = type_setting.lines(str(line), width - 2 * _PAD - size_of_indent, theme.SMALL, bold=bold)
        broken += [indent + piece for piece in pieces]
    return Box(step, tuple(broken), left, top, width)


def _draw_box(axes: Axes, box: Box, results: Results) -> None:
    """Draw a box with its lines; the first ones are bold, boxes of an arm have an edge in its colour."""
    color = theme.arm_styles(results.arms)[box.step.arm].color if box.step.arm else theme.MUTED
    axes.add_patch(
        FancyBboxPatch(
            (box.left, box.top), box.width, box.height, boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="white", edgecolor=color, linewidth=1.1, zorder=2,
        )
    )  # fmt: skip
    for number, line in enumerate(box.lines):
        top = box.top + _PAD + type_setting.height(number, theme.SMALL) + 0.02
        weight = "normal" if line.startswith(" ") else "bold"
        axes.text(box.left + _PAD, top, line, ha="left", va="top", size=theme.SMALL, zorder=3, weight=weight)


def _draw_arrows(axes: Axes, above: list[Box], columns: list[list[Box]]) -> None:
    """Join the boxes from above to below; the last common box branches into the arms."""
    for upper, lower in [*pairwise(above), *_neighbours(columns)]:
        _arrow(axes, (upper.middle, upper.bottom), (lower.middle, lower.top))
    tops = [column[0] for column in columns if column]
    if not above or not tops:
        return
    fork = tops[0].top - _GAP
    axes.plot([above[-1].middle] * 2, [above[-1].bottom, fork], color=theme.MUTED, linewidth=1.0, zorder=1)
    axes.plot([tops[0].middle, tops[-1].middle], [fork, fork], color=theme.MUTED, linewidth=1.0, zorder=1)
    for box in tops:
        _arrow(axes, (box.middle, fork), (box.middle, box.top))


def _neighbours(columns: list[list[Box]]) -> list[tuple[Box, Box]]:
    """Give the boxes of each arm with those below them."""
    return [pair for column in columns for pair in pairwise(column)]


def _centre(box: Box) -> float:
    """Give the vertical centre of a box."""
    return box.top + box.height / 2


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw one arrow."""
    style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.45", "color": theme.MUTED, "linewidth": 1.0,
             "shrinkA": 0, "shrinkB": 0}  # fmt: skip
    axes.annotate("", xy=end, xytext=start, arrowprops=style, zorder=1)
