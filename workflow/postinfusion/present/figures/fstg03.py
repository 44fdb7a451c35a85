"""FSTG03: a forest plot of the difference between arms by subgroup, in a wide form and in one for narrow screens."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import ModelError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.sheet import fill, sheet
from postinfusion.present.results import Results
from postinfusion.present.subgroups import (
    FALSE_ALARMS,
    NOT_RANDOMISED,
    Factor,
    Group,
    at,
    comparisons_of,
    direction,
    everyone,
    factors_of,
)

_WIDE, _NARROW = 7.4, 3.9
_NAMES, _SAYS = 2.5, 1.9
_LINE, _GAP, _MARK, _FOOT = 0.2, 0.16, 0.3, 0.85
_GROUND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
_COLUMNS = [
    "arm", "comparator", "kind", "factor", "when", "name", "counts", "says", "estimate", "conf_low", "conf_high",
]  # fmt: skip


def draw(results: Results) -> Drawing:
    """Draw all participants, then each factor with its groups and its interaction test.

    Raises
    ------
    ModelError
        There is no difference to draw.
    """
    values = _values(results)
    if values["estimate"].isna().all():
        raise ModelError(results.failure or "the results hold no difference between arms")
    problems = [
        f"{factor.name}: {text}."
        for factor in factors_of(results, comparisons_of(results)[0])
        for text in dict.fromkeys(factor.problems)
    ]
    notes = (NOT_RANDOMISED, FALSE_ALARMS, *problems)
    label = label_of(results, "FSTG03", _subtitle(results), notes, signs=())
    wide, narrow = _wide(results, values, label), _narrow(results, values, label)
    return Drawing(label, wide, values, _in_words(results, values), narrow)


def _values(results: Results) -> pd.DataFrame:
    """Give what is plotted, a row for each line: all participants, factors, and groups."""
    records: list[dict[str, object]] = []
    for pair in comparisons_of(results):
        key = {"arm": pair[0], "comparator": pair[1]}
        if len(comparisons_of(results)) > 1:
            records.append({**key, "kind": "factor", "factor": "", "name": f"{pair[0]} − {pair[1]}", "says": ""})
        records.append({**key, "kind": "all", "factor": "", **_line(everyone(results, pair))})
        for factor in factors_of(results, pair):
            records.append({**key, "kind": "factor", "factor": factor.name, "when": factor.when, **_heading(factor)})
            records += [{**key, "kind": "group", "factor": factor.name, **_line(group)} for group in factor.groups]
    frame = pd.DataFrame(records, columns=_COLUMNS)
    numbers = dict.fromkeys(("estimate", "conf_low", "conf_high"), "float64")
    return frame.fillna(dict.fromkeys(("when", "counts", "says"), "")).astype(numbers)


def _line(group: Group) -> dict[str, object]:
    """Give name, numbers and difference of one line."""
    counts = ", ".join(n or "0" for n in group.counts)
    says = formats.with_bracket(group.estimate, group.interval) if group.values else "described only"
    numbers = dict(zip(("estimate", "conf_low", "conf_high"), group.values or (np.nan,) * 3, strict=True))
    return {"name": group.name, "counts": formats.count_in_brackets(counts), "says": says, **numbers}


def _heading(factor: Factor) -> dict[str, object]:
    """Give name of a factor, when it was chosen, and its interaction test."""
    p = factor.p_value
    sign = "" if p.startswith("<") else "= "
    return {"name": f"{factor.name}, {factor.when}", "says": f"interaction p {sign}{p}" if p else "not testable"}


def _wide(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw names and numbers on the left, differences in the middle, and the same in numbers on the right."""
    texts = [f"{name} {counts}".strip() for name, counts in zip(values["name"], values["counts"], strict=True)]
    names = [
        type_setting.lines(text, _NAMES, theme.SMALL, bold=kind == "factor")
        for text, kind in zip(texts, values["kind"], strict=True)
    ]
    says = [type_setting.lines(text, _SAYS, theme.SMALL) for text in values["says"]]
    heights = [_LINE * max(len(name), len(said)) + 0.04 for name, said in zip(names, says, strict=True)]
    tops, total = _places(values, heights)
    middles = tops + np.array(heights) / 2
    page = sheet(results.plan, label, width=_WIDE, body=total + _FOOT)
    axes = page.figure.subplots()
    _draw_differences(axes, results, values, middles, total)
    axes.set_yticks(middles, ["\n".join(lines) for lines in names])
    for tick, kind in zip(axes.get_yticklabels(), values["kind"], strict=True):
        tick.set_fontweight("bold" if kind == "factor" else "normal")
        tick.set_fontsize(theme.SMALL)
    right = axes.secondary_yaxis("right")
    right.set_yticks(middles, ["\n".join(lines) for lines in says])
    right.spines["right"].set_visible(False)
    for side in (axes, right):
        side.tick_params(axis="y", length=0, labelsize=theme.SMALL)
    axes.set_xlabel(_axis_title(results, values, _WIDE - _NAMES - _SAYS), size=theme.SMALL)
    fill(page)
    return page.figure


def _narrow(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw each difference below its name and its numbers."""
    room = _NARROW - 0.4
    texts = [_stacked(row, room) for row in values.to_dict("records")]
    of_text = np.array([type_setting.height(len(lines), theme.SMALL) for lines in texts])
    drawn = values["estimate"].notna().to_numpy()
    heights = list(of_text + np.where(drawn, _MARK, 0.06))
    tops, total = _places(values, heights)
    page = sheet(results.plan, label, width=_NARROW, body=total + _FOOT)
    axes = page.figure.subplots()
    _draw_differences(axes, results, values, tops + of_text + _MARK / 2, total)
    axes.set_yticks([])
    for top, lines, kind in zip(tops, texts, values["kind"], strict=True):
        axes.text(
            0.0, top, "\n".join(lines), transform=axes.get_yaxis_transform(), ha="left", va="top", size=theme.SMALL,
            weight="bold" if kind == "factor" else "normal", color=theme.INK,
            linespacing=type_setting.LINE_HEIGHT, bbox=_GROUND, zorder=2,
        )  # fmt: skip
    axes.set_xlabel(_axis_title(results, values, room), size=theme.SMALL)
    fill(page)
    return page.figure


def _stacked(row: dict[object, object], room: float) -> list[str]:
    """Give the lines of text above one mark."""
    bold = row["kind"] == "factor"
    parts = [f"{row['name']} {row['counts']}".strip(), str(row["says"])]
    if not bold:
        parts = [": ".join(part for part in parts if part)]
    return [line for part in parts if part for line in type_setting.lines(part, room, theme.SMALL, bold=bold)]


def _places(values: pd.DataFrame, heights: list[float]) -> tuple[np.ndarray, float]:
    """Give the upper edge of each line and the whole height, in inches from the top; a gap stands above a factor."""
    gaps = np.where(values["kind"] == "factor", _GAP, 0.0)
    edges = np.cumsum(np.array(heights) + gaps)
    return edges - np.array(heights), float(edges[-1]) + 0.05


def _draw_differences(axes: Axes, results: Results, values: pd.DataFrame, heights: np.ndarray, total: float) -> None:
    """Draw marks with intervals, the zero line, and the difference of all participants as a dashed line."""
    axes.axvline(0, color=theme.INK, linewidth=0.9, zorder=1, gid="zero")
    for arm, rows in values.groupby("arm", sort=False):
        color = theme.arm_styles(results.arms)[str(arm)].color
        of_all = rows.loc[rows["kind"] == "all", "estimate"].dropna()
        places = heights[rows.index]
        for middle in of_all:
            axes.vlines(middle, places.min(), places.max(), color=color, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
        axes.hlines(places, rows["conf_low"], rows["conf_high"], color=color, linewidth=1.4, zorder=2)
        for kind, marker, size in (("all", "D", 7.0), ("group", "o", 5.6)):
            chosen = (rows["kind"] == kind).to_numpy()
            axes.plot(
                rows.loc[chosen, "estimate"], places[chosen], marker=marker, markersize=size, color=color,
                markeredgecolor="white", markeredgewidth=0.6, linestyle="none", zorder=3, gid=kind,
            )  # fmt: skip
    axes.set_ylim(total, 0)
    axes.spines["left"].set_visible(False)
    low, high = min(0.0, values["conf_low"].min()), max(0.0, values["conf_high"].max())
    axes.set_xlim(low - 0.06 * (high - low), high + 0.06 * (high - low))
    axes.grid(axis="x", color=theme.GRID, linewidth=0.8)
    axes.tick_params(axis="x", labelsize=theme.SMALL)


def _axis_title(results: Results, values: pd.DataFrame, room: float) -> str:
    """Name the axis, and say which side of zero favours whom."""
    endpoint = results.endpoint
    what = f"Difference in change of {endpoint.label} ({endpoint.unit})" if endpoint else "Difference"
    arms = list(values["arm"].unique())
    side = direction(results, str(arms[0]) if len(arms) == 1 else "the arm named first")
    return "\n".join(type_setting.wrapped(text, room, theme.SMALL) for text in (what, side))


def _subtitle(results: Results) -> str:
    """Say what marks and lines are."""
    arms = " and ".join(comparisons_of(results)[0])
    return (
        f"Differences of adjusted means at {at(results)['visit']} with {results.confidence} confidence intervals; "
        f"dashed: all participants; numbers with a value: {arms}"
    )


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give every line in words."""
    said = [f"{row['name']} {row['counts']}: {row['says']}." for row in values.to_dict("records")]
    arm = str(values["arm"].iloc[0])
    return formats.plain(" ".join([*said, formats.as_sentence(direction(results, arm))]))
