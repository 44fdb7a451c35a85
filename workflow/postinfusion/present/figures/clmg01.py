"""CLMG01: the estimates of the claims on one scale, with their verdicts and the harms by arm."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import DataError
from postinfusion.plan.claim_catalogue import GROUP_NAMES
from postinfusion.present import formats, theme
from postinfusion.present.claims import ANALYSIS_ID, claims_of, without_ketamine
from postinfusion.present.display import Drawing, Label
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.sheet import fill, sheet
from postinfusion.present.harms import harms_in_words
from postinfusion.present.results import Results
from postinfusion.vocabulary import OUTPUTS, Verdict

_WIDE, _NARROW = 7.6, 3.9
_NAMES, _VERDICTS = 2.5, 1.75
_LINE = 0.19
_GAP, _MARK = 0.42, 0.44
_GROUND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
_SCALE = "Benefit in standard deviations at baseline"
_SUBTITLE = (
    "Difference between arms with 95 % confidence interval, divided by the standard deviation of the endpoint at "
    "baseline; right of zero is a benefit, a full mark a conclusive verdict"
)
_FILLED = (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NO_IMPORTANT_EFFECT)


def draw(results: Results) -> Drawing:
    """Draw a line per estimate; right of zero is a benefit.

    Raises
    ------
    DataError
        No estimate of a claim is on the common scale.
    """
    values = _values(results)
    if values.empty:
        claims = claims_of(results.plan, results.ard)
        raise DataError(without_ketamine(results.plan, claims) or "no claim rests on a mean difference")
    notes = (_off_the_scale(results, values), *harms_in_words(results.plan, results.ard))
    label = Label("CLMG01", ANALYSIS_ID, OUTPUTS["CLMG01"].title, _SUBTITLE, footnotes=tuple(filter(None, notes)))
    return Drawing(label, _wide(results, values, label), values, _in_words(values), _narrow(results, values, label))


def _values(results: Results) -> pd.DataFrame:
    """Give what is plotted: a row for each estimate on the common scale, in the order of the groups."""
    records = [
        {"group": GROUP_NAMES[claim.group], "claim": claim.id, "name": f"{claim.id} {one.name}",
         "verdict": one.verdict or claim.verdict.value, "says": claim.of_point(one),
         "benefit": one.benefit, "benefit_low": one.benefit_low, "benefit_high": one.benefit_high,
         "estimate": one.with_interval}
        for claim in claims_of(results.plan, results.ard)
        for one in claim.evidence
        if claim.is_testable and one.benefit is not None and one.benefit_low is not None
    ]  # fmt: skip
    return pd.DataFrame(records)


def _off_the_scale(results: Results, values: pd.DataFrame) -> str:
    """Name the claims that were judged by something that has no place on the scale."""
    shown = set(values["claim"])
    others = [claim.id for claim in claims_of(results.plan, results.ard) if claim.is_testable and claim.id not in shown]
    return (
        f"Judged by ratios, shares or counts, which have no place on this scale: {', '.join(others)}." if others else ""
    )


def _wide(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw names on the left, estimates in the middle, verdicts on the right."""
    names = [type_setting.lines(name, _NAMES, theme.SMALL) for name in values["name"]]
    says = [type_setting.lines(text, _VERDICTS, theme.SMALL) for text in values["says"]]
    heights = [_LINE * max(len(name), len(said)) + 0.1 for name, said in zip(names, says, strict=True)]
    middles, headings, total = _places(values, heights)
    page = sheet(results.plan, label, width=_WIDE, body=total + 0.62)
    axes = page.figure.subplots()
    _draw_estimates(axes, values, middles, total)
    axes.set_yticks(middles, ["\n".join(lines) for lines in names])
    right = axes.secondary_yaxis("right")
    right.set_yticks(middles, ["\n".join(lines) for lines in says])
    right.spines["right"].set_visible(False)
    for side in (axes, right):
        side.tick_params(axis="y", length=0)
    _draw_headings(axes, headings, left=False)
    fill(page)
    return page.figure


def _narrow(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw each estimate below its name and verdict."""
    room = _NARROW - 0.4
    texts = [
        [*type_setting.lines(name, room, theme.SMALL, bold=True), *type_setting.lines(says, room, theme.SMALL)]
        for name, says in zip(values["name"], values["says"], strict=True)
    ]
    of_text = np.array([type_setting.height(len(lines), theme.SMALL) for lines in texts])
    heights = list(of_text + _MARK)
    middles, headings, total = _places(values, heights)
    page = sheet(results.plan, label, width=_NARROW, body=total + 0.62)
    axes = page.figure.subplots()
    tops = middles - np.array(heights) / 2
    _draw_estimates(axes, values, tops + of_text + _MARK / 3, total)
    axes.set_yticks([])
    for top, lines in zip(tops, texts, strict=True):
        axes.text(
            0.0, top, "\n".join(lines), transform=axes.get_yaxis_transform(), ha="left", va="top", size=theme.SMALL,
            color=theme.INK, linespacing=type_setting.LINE_HEIGHT, bbox=_GROUND, zorder=2,
        )  # fmt: skip
    _draw_headings(axes, headings, left=True)
    fill(page)
    return page.figure


def _places(values: pd.DataFrame, heights: Sequence[float]) -> tuple[np.ndarray, list[tuple[str, float]], float]:
    """Give the middle of each row, the groups with their places, and the whole height, in inches from the top."""
    starts = (values["group"] != values["group"].shift()).to_numpy()
    edges = np.concatenate([[0.0], np.cumsum(np.array(heights) + _GAP * starts)])
    middles = np.array(
        [(low + gap + high) / 2 for (low, high), gap in zip(pairwise(edges), _GAP * starts, strict=True)]
    )
    headings = [(str(values["group"].iloc[i]), float(edges[i]) + _GAP * 0.6) for i in np.flatnonzero(starts)]
    return middles, headings, float(edges[-1])


def _draw_estimates(axes: Axes, values: pd.DataFrame, heights: np.ndarray, total: float) -> None:
    """Draw intervals and marks; a mark is full where the verdict is conclusive."""
    axes.axvline(0, color=theme.MUTED, linewidth=0.9, zorder=1)
    axes.hlines(heights, values["benefit_low"], values["benefit_high"], color=theme.ARM_STYLES[0].color, linewidth=1.4)
    for benefit, height, verdict in zip(values["benefit"], heights, values["verdict"], strict=True):
        face = theme.ARM_STYLES[0].color if verdict in _FILLED else "white"
        axes.plot([benefit], [height], marker="o", markersize=5.6, markerfacecolor=face,
                  markeredgecolor=theme.ARM_STYLES[0].color, linestyle="none", zorder=3)  # fmt: skip
    axes.set_ylim(total, 0)
    axes.spines["left"].set_visible(False)
    low, high = min(0.0, values["benefit_low"].min()), max(0.0, values["benefit_high"].max())
    room = 0.06 * (high - low)
    axes.set_xlim(low - room, high + room)
    axes.set_xlabel(_SCALE, size=theme.SMALL)
    axes.grid(axis="x", color=theme.GRID, linewidth=0.8)


def _draw_headings(axes: Axes, headings: list[tuple[str, float]], *, left: bool) -> None:
    """Write the name of each group above its rows: at the left edge of the axes, or beside them over the names."""
    place, side = (0.0, "left") if left else (-0.012, "right")
    for name, height in headings:
        axes.text(
            place, height, name, transform=axes.get_yaxis_transform(), ha=side, va="center", size=theme.SMALL,
            weight="bold", color=theme.MUTED, bbox=_GROUND, zorder=4,
        )  # fmt: skip


def _in_words(values: pd.DataFrame) -> str:
    """Give every estimate with its verdict in words."""
    said = [f"{row['name']}: {row['estimate']}, {row['says']}." for row in values.to_dict("records")]
    return " ".join([f"{_SCALE}; more is better.", *map(formats.plain, said)])
