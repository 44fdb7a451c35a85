"""CLMG01: the estimates of the claims, a panel for each scale, with their verdicts and the harms by arm."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import DataError
from postinfusion.present import formats, theme
from postinfusion.present.claim_scales import DEVIATIONS, MARGIN, RATIO, SCALES, drawn, not_drawn
from postinfusion.present.claims import ANALYSIS_ID, claims_of, without_ketamine
from postinfusion.present.display import Drawing, Label
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.sheet import Sheet, fill, sheet
from postinfusion.present.harms import harms_in_words
from postinfusion.present.results import Results
from postinfusion.vocabulary import OUTPUTS, Verdict

_WIDE, _NARROW = 7.6, 3.9
_NAMES, _VERDICTS = 2.5, 1.75
_LINE = 0.19
_GAP, _MARK = 0.42, 0.44
_GROUND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
_FOOT = 0.62
_TICK = 0.07
"""Half the height of the tick at the difference that matters, in inches."""
_FULL = "a full mark is a conclusive verdict"
_MATTERS = "an upright tick is the smallest difference that matters"
_CONTROLLED = {
    DEVIATIONS: "Difference between arms with 95 % confidence interval, divided by the standard deviation of the "
    "endpoint at baseline: right of zero is a benefit",
    RATIO: "Ratios between arms, turned over where less is better: right of one is a benefit",
    MARGIN: "Claims of no difference in shares of their margin: equivalent where the whole interval lies between the "
    "broken lines",
}
_UNCONTROLLED = {
    DEVIATIONS: "Uncontrolled change from baseline with 95 % confidence interval, divided by the standard deviation of "
    "the endpoint at baseline: right of zero is better",
    RATIO: "Uncontrolled ratios, turned over where less is better: right of one is better",
    MARGIN: "Uncontrolled claims of no change in shares of their margin: none that matters where the whole interval "
    "lies between the broken lines",
}
_AXES = {
    DEVIATIONS: "Benefit in standard deviations at baseline",
    RATIO: "Ratio, turned so that right of 1 is a benefit",
    MARGIN: "Difference as a share of the margin (broken lines: margin)",
}
_UNCONTROLLED_AXES = {
    DEVIATIONS: "Uncontrolled change from baseline in standard deviations, right of zero is better",
    RATIO: "Uncontrolled ratio, turned so that right of 1 is better",
    MARGIN: "Uncontrolled change as a share of the margin (broken lines: margin)",
}
_STEPS = ((0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0), (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
          (1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4))  # fmt: skip
_SPANS = (4.0, 100.0)
"""Range of a scale of ratios, as a quotient, up to which its finer and its middle steps are named."""
_FILLED = (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NO_IMPORTANT_EFFECT)


def draw(results: Results) -> Drawing:
    """Draw a line per estimate, a panel for each scale; right of zero, or of one, is a benefit.

    Raises
    ------
    DataError
        No estimate of a claim has a place on a scale.
    """
    values = drawn(results)
    if values.empty:
        claims = claims_of(results.plan, results.ard)
        raise DataError(without_ketamine(results.plan, claims) or "no claim rests on an estimate with an interval")
    notes = (not_drawn(results, values), *harms_in_words(results.plan, results.ard))
    label = Label(
        "CLMG01", ANALYSIS_ID, OUTPUTS["CLMG01"].title, _subtitle(values), footnotes=tuple(filter(None, notes))
    )
    return Drawing(label, _wide(results, values, label), values, _in_words(values), _narrow(results, values, label))


def _axis_of(values: pd.DataFrame, scale: str) -> str:
    """Give what the axis of a scale is called; without a comparison nothing is called a benefit."""
    return (_AXES if values["is_controlled"].any() else _UNCONTROLLED_AXES)[scale]


def _subtitle(values: pd.DataFrame) -> str:
    """Say how the scales that are drawn are read."""
    texts = _CONTROLLED if values["is_controlled"].any() else _UNCONTROLLED
    said = ". ".join(texts[scale] for scale, _ in _panels(values))
    return "; ".join([said, *([_MATTERS] if values["matters"].notna().any() else []), _FULL])


def _panels(values: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Give each scale that is drawn with its estimates."""
    return [(scale, values[values["scale"] == scale]) for scale in SCALES if (values["scale"] == scale).any()]


def _wide(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw names on the left, estimates in the middle, verdicts on the right."""
    panels = _panels(values)
    names = [[type_setting.lines(name, _NAMES, theme.SMALL) for name in panel["name"]] for _, panel in panels]
    says = [[type_setting.lines(text, _VERDICTS, theme.SMALL) for text in panel["says"]] for _, panel in panels]
    places = [
        _places(panel, [_LINE * max(map(len, pair)) + 0.1 for pair in zip(*told, strict=True)])
        for (_, panel), *told in zip(panels, names, says, strict=True)
    ]
    figure, page, frames = _sheet(results, label, _WIDE, [total for _, _, total in places])
    for axes, (scale, panel), place, name, said in zip(frames, panels, places, names, says, strict=True):
        middles, headings, total = place
        _draw_estimates(
            axes, panel, middles, total, _axis_title(_axis_of(values, scale), _WIDE - _NAMES - _VERDICTS - 0.3)
        )
        axes.set_yticks(middles, ["\n".join(lines) for lines in name])
        right = axes.secondary_yaxis("right")
        right.set_yticks(middles, ["\n".join(lines) for lines in said])
        right.spines["right"].set_visible(False)
        for side in (axes, right):
            side.tick_params(axis="y", length=0)
        _draw_headings(axes, headings, left=False)
    fill(page)
    return figure


def _narrow(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw each estimate below its name and verdict."""
    room = _NARROW - 0.4
    panels = _panels(values)
    told = [
        [
            [*type_setting.lines(name, room, theme.SMALL, bold=True), *type_setting.lines(says, room, theme.SMALL)]
            for name, says in zip(panel["name"], panel["says"], strict=True)
        ]
        for _, panel in panels
    ]
    of_text = [np.array([type_setting.height(len(lines), theme.SMALL) for lines in of_panel]) for of_panel in told]
    places = [_places(panel, list(of + _MARK)) for (_, panel), of in zip(panels, of_text, strict=True)]
    figure, page, frames = _sheet(results, label, _NARROW, [total for _, _, total in places])
    for axes, (scale, panel), place, of, lines in zip(frames, panels, places, of_text, told, strict=True):
        middles, headings, total = place
        tops = middles - (of + _MARK) / 2
        _draw_estimates(axes, panel, tops + of + _MARK / 3, total, _axis_title(_axis_of(values, scale), room))
        axes.set_yticks([])
        _write(axes, tops, lines)
        _draw_headings(axes, headings, left=True)
    fill(page)
    return figure


def _sheet(results: Results, label: Label, width: float, totals: Sequence[float]) -> tuple[Figure, Sheet, list[Axes]]:
    """Give a sheet with one panel below another, each as high as its rows."""
    page = sheet(results.plan, label, width=width, body=sum(totals) + (_FOOT + 0.1) * len(totals))
    frames = page.figure.subplots(len(totals), 1, height_ratios=list(totals), squeeze=False)
    return page.figure, page, list(frames[:, 0])


def _axis_title(title: str, room: float) -> str:
    """Break the title of an axis."""
    return type_setting.wrapped(title, room, theme.SMALL)


def _write(axes: Axes, tops: np.ndarray, texts: Sequence[list[str]]) -> None:
    """Write names and verdicts above their estimates."""
    for top, lines in zip(tops, texts, strict=True):
        axes.text(
            0.0, top, "\n".join(lines), transform=axes.get_yaxis_transform(), ha="left", va="top", size=theme.SMALL,
            color=theme.INK, linespacing=type_setting.LINE_HEIGHT, bbox=_GROUND, zorder=2,
        )  # fmt: skip


def _places(values: pd.DataFrame, heights: Sequence[float]) -> tuple[np.ndarray, list[tuple[str, float]], float]:
    """Give the middle of each row, the groups with their places, and the whole height, in inches from the top."""
    starts = (values["group"] != values["group"].shift()).to_numpy()
    edges = np.concatenate([[0.0], np.cumsum(np.array(heights) + _GAP * starts)])
    middles = np.array(
        [(low + gap + high) / 2 for (low, high), gap in zip(pairwise(edges), _GAP * starts, strict=True)]
    )
    headings = [(str(values["group"].iloc[i]), float(edges[i]) + _GAP * 0.6) for i in np.flatnonzero(starts)]
    return middles, headings, float(edges[-1])


def _draw_estimates(axes: Axes, values: pd.DataFrame, heights: np.ndarray, total: float, title: str) -> None:
    """Draw intervals and marks; a mark is full where the verdict is conclusive."""
    scale, color = str(values["scale"].iloc[0]), theme.ARM_STYLES[0].color
    axes.axvline(1.0 if scale == RATIO else 0.0, color=theme.MUTED, linewidth=0.9, zorder=1)
    axes.hlines(heights, values["low"], values["high"], color=color, linewidth=1.4)
    for value, height, verdict in zip(values["value"], heights, values["verdict"], strict=True):
        face = color if verdict in _FILLED else "white"
        axes.plot([value], [height], marker="o", markersize=5.6, markerfacecolor=face,
                  markeredgecolor=color, linestyle="none", zorder=3)  # fmt: skip
    axes.vlines(values["matters"], heights - _TICK, heights + _TICK, color=theme.INK, linewidth=1.3, zorder=4)
    for margin in (-1.0, 1.0) if scale == MARGIN else ():
        axes.axvline(margin, color=theme.MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    axes.set_ylim(total, 0)
    axes.spines["left"].set_visible(False)
    _set_scale(axes, values, scale)
    axes.set_xlabel(title, size=theme.SMALL)
    axes.grid(axis="x", color=theme.GRID, linewidth=0.8)


def _set_scale(axes: Axes, values: pd.DataFrame, scale: str) -> None:
    """Set limits that hold every interval and what it is compared with; ratios have a logarithmic scale."""
    always = {DEVIATIONS: [0.0], RATIO: [1.0], MARGIN: [-1.0, 1.0]}[scale]
    ends = np.concatenate([values["low"], values["high"], values["matters"].dropna(), always]).astype(float)
    low, high = float(ends.min()), float(ends.max())
    if scale != RATIO:
        room = 0.06 * (high - low)
        axes.set_xlim(low - room, high + room)
        return
    axes.set_xscale("log")
    room = (high / low) ** 0.06
    axes.set_xlim(low / room, high * room)
    steps = _STEPS[sum(high / low > span for span in _SPANS)]
    shown = [step for step in steps if low / room <= step <= high * room]
    axes.set_xticks(shown, [f"{step:g}" for step in shown])
    axes.set_xticks([], minor=True)


def _draw_headings(axes: Axes, headings: list[tuple[str, float]], *, left: bool) -> None:
    """Write the name of each group above its rows: at the left edge of the axes, or beside them over the names."""
    place, side = (0.0, "left") if left else (-0.012, "right")
    for name, height in headings:
        axes.text(
            place, height, name, transform=axes.get_yaxis_transform(), ha=side, va="center", size=theme.SMALL,
            weight="bold", color=theme.MUTED, bbox=_GROUND, zorder=4,
        )  # fmt: skip


def _in_words(values: pd.DataFrame) -> str:
    """Give every estimate with its verdict in words, scale by scale."""
    told: list[str] = []
    for scale, panel in _panels(values):
        said = [f"{row['name']}: {row['estimate']}, {row['says']}." for row in panel.to_dict("records")]
        told += [f"{_axis_of(values, scale)}.", *map(formats.plain, said)]
    return " ".join(told)
