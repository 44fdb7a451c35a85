"""A dot plot of harms: risks by arm, participants and events in numbers, and risk differences over the same rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.present import formats, theme
from postinfusion.present.display import Label
from postinfusion.present.event_collection import with_way
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import Sheet, draw_legend, fill, sheet
from postinfusion.present.results import Results

_WIDTH, _PANEL = 6.4, 2.0  # inches: of the wide form without its numbers, and of each of its panels
_NARROW = 3.9
_NAMES = 2.1
_LINE = 0.28  # inches of a row of marks
_TEXT_LINE = type_setting.height(1, theme.SMALL) / _LINE  # rows of marks that a line of text is high
_GLYPHS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼", "P": "✚", "X": "✖", "*": "★"}


@dataclass(frozen=True)
class _Rows:
    """Where the rows of marks stand: the middle of each, and the edge below the last."""

    middles: np.ndarray
    depth: float


def wide(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw risks, numbers and differences side by side.

    Parameters
    ----------
    results
        The analysis of adverse events.
    values
        A row per term (``row``, ``term``, ``collected``) and arm, or arm and comparator: ``proportion`` (0 to 1),
        ``counted`` as it is printed, ``risk_difference``, ``conf_low``, ``conf_high``, and ``sign`` of what has no
        value.
    label
        What the figure shows.
    """
    names = [type_setting.lines(term, _NAMES, theme.SMALL) for term in _terms(values)]
    heights = np.array([max(len(lines) * 0.62, 1.0) for lines in names])
    rows = _Rows(np.cumsum(heights) - heights / 2, float(heights.sum()))
    column = max(type_setting.width(text, theme.SMALL) for text in values["counted"]) + 0.16
    numbers = column * len(results.arms)
    page = _page(results, label, _WIDTH + numbers, rows.depth + 0.9)
    widths = [_PANEL, numbers, _PANEL] if results.comparisons else [2 * _PANEL, numbers]
    panels = page.figure.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0]
    panels[0].set_yticks(rows.middles, ["\n".join(lines) for lines in names])
    panels[0].set_ylim(rows.depth, 0)
    _draw_risks(panels[0], results, values, rows.middles)
    _draw_numbers(panels[1], results, values, rows.middles)
    if results.comparisons:
        _draw_differences(panels[2], results, values, rows.middles)
    fill(page)
    return page.figure


def narrow(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw the same for a narrow screen: the name of a term and its numbers stand above its marks.

    Parameters
    ----------
    results, values, label
        As of the wide form.
    """
    texts = [_heading(results, values[values["row"] == place]) for place in values["row"].unique()]
    above = np.array([(len(name) + len(numbers)) * _TEXT_LINE for name, numbers in texts])
    edges = np.cumsum(above + 1.35)
    rows = _Rows(edges - 0.75, float(edges[-1]))
    page = _page(results, label, _NARROW, rows.depth)
    panels = page.figure.subplots(1, 2 if results.comparisons else 1, sharey=True, squeeze=False)[0]
    panels[0].set_yticks([])
    panels[0].set_ylim(rows.depth, 0)
    _draw_risks(panels[0], results, values, rows.middles)
    if results.comparisons:
        _draw_differences(panels[1], results, values, rows.middles)
    panels[0].set_zorder(1)
    for axes in panels:
        axes.spines["left"].set_visible(False)
    for (name, numbers), top in zip(texts, rows.middles - 0.6 - above, strict=True):
        _write(panels[0], top, name, weight="bold")
        _write(panels[0], top + len(name) * _TEXT_LINE, numbers)
    fill(page)
    return page.figure


def _terms(values: pd.DataFrame) -> list[str]:
    """Give the terms in their order, each with the way in which its events were collected, where that is known."""
    return [_name(row) for row in values.drop_duplicates("row").to_dict("records")]


def _name(row: Mapping[Hashable, Any]) -> str:
    """Give the name of a term with its way of collection."""
    return with_way(str(row["term"]), str(row.get("collected", "")))


def _heading(results: Results, values: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Give the lines of a term's name and of its numbers, each behind the mark of its arm."""
    room = _NARROW - 0.5
    counted = values[values["comparator"] == ""].set_index("arm")["counted"]
    styles = theme.arm_styles(results.arms)
    parts = (f"{_GLYPHS[styles[arm].marker]} {counted[arm]}".replace(" ", formats.NO_BREAK) for arm in results.arms)
    name = type_setting.lines(_name(values.iloc[0].to_dict()), room, theme.SMALL, bold=True)
    return name, type_setting.lines(" ".join(parts), room, theme.SMALL)


def _write(axes: Axes, top: float, lines: Sequence[str], *, weight: str = "normal") -> None:
    """Write lines from the left edge across the panels, without room of their own in the layout."""
    axes.text(
        0.0, top, "\n".join(lines), transform=axes.get_yaxis_transform(), ha="left", va="top", size=theme.SMALL,
        weight=weight, linespacing=type_setting.LINE_HEIGHT, zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    ).set_in_layout(False)  # fmt: skip


def _page(results: Results, label: Label, width: float, depth: float) -> Sheet:
    """Give the sheet with the legend of the arms, with their numbers of participants, for rows of this depth."""
    styles = {results.with_total(arm): style for arm, style in theme.arm_styles(results.arms).items()}
    body = _LINE * depth + arm_marks.legend_height(styles, width - 0.3) + 0.8
    return draw_legend(sheet(results.plan, label, width=width, body=body), styles, has_lines=False)


def _draw_risks(axes: Axes, results: Results, values: pd.DataFrame, middles: np.ndarray) -> None:
    """Draw one mark per arm and term."""
    for number, (arm, style) in enumerate(theme.arm_styles(results.arms).items()):
        rows = values[(values["arm"] == arm) & (values["comparator"] == "")]
        heights = middles[rows["row"]] + _shift(number, len(results.arms))
        axes.plot(
            100 * rows["proportion"], heights, linestyle="none", marker=style.marker, color=style.color,
            markersize=5.2, label=arm, zorder=3,
        )  # fmt: skip
    largest = values["proportion"].max()
    room = 120 if (values["sign"] == formats.SUPPRESSED).any() else 104  # per cent; beside the sign at the right edge
    axes.set_xlim(-2, 5.0 if pd.isna(largest) else max(5.0, room * float(largest)))
    _mark_suppressed(axes, values[values["comparator"] == ""], middles)
    _finish(axes, middles, type_setting.wrapped("Participants with the event (%)", 1.6, theme.SMALL))


def _draw_numbers(axes: Axes, results: Results, values: pd.DataFrame, middles: np.ndarray) -> None:
    """Write participants and events of every arm and term, a column per arm below its mark."""
    styles = theme.arm_styles(results.arms)
    for place, arm in enumerate(results.arms):
        rows = values[(values["arm"] == arm) & (values["comparator"] == "")]
        for middle, text in zip(middles[rows["row"]], rows["counted"], strict=True):
            axes.text(place, middle, text, ha="center", va="center", size=theme.SMALL)
    axes.set_xlim(-0.5, len(results.arms) - 0.5)
    axes.set_xticks(range(len(results.arms)), [_GLYPHS[style.marker] for style in styles.values()])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.set_xlabel(type_setting.wrapped("Participants [events]", 1.2, theme.SMALL), size=theme.SMALL)


def _draw_differences(axes: Axes, results: Results, values: pd.DataFrame, middles: np.ndarray) -> None:
    """Draw one difference with its interval per comparison and term."""
    pairs = results.comparisons
    styles = theme.arm_styles(results.arms)
    for number, (arm, against) in enumerate(pairs):
        rows = values[(values["arm"] == arm) & (values["comparator"] == against)]
        heights = middles[rows["row"]] + _shift(number, len(pairs))
        axes.hlines(heights, 100 * rows["conf_low"], 100 * rows["conf_high"], color=styles[arm].color, linewidth=1.2)
        axes.plot(
            100 * rows["risk_difference"], heights, linestyle="none", marker=styles[arm].marker,
            color=styles[arm].color, markersize=5.2, label=f"{arm} − {against}", zorder=3,
        )  # fmt: skip
    _mark_suppressed(axes, values[values["comparator"] != ""], middles)
    axes.axvline(0, color=theme.MUTED, linewidth=0.9, zorder=1)
    _finish(axes, middles, type_setting.wrapped(_what_differs(pairs), 2.0, theme.SMALL))


def _mark_suppressed(axes: Axes, values: pd.DataFrame, middles: np.ndarray) -> None:
    """Write at the right edge of a row that a mark of it is suppressed, so that it is not taken for zero."""
    for row in values.loc[values["sign"] == formats.SUPPRESSED, "row"].unique():
        axes.text(
            0.995, middles[row], formats.SUPPRESSED, transform=axes.get_yaxis_transform(), ha="right", va="center",
            size=theme.SMALL - 1, color=theme.MUTED,
        )  # fmt: skip


def _what_differs(pairs: Sequence[tuple[str, str]]) -> str:
    """Name the comparison in the title of the axis; several are told apart by the marks of their arm."""
    against = " or ".join(dict.fromkeys(pair[1] for pair in pairs))
    return f"Risk difference from {against} (percentage points)"


def _shift(number: int, count: int) -> float:
    """Give how far a mark stands below or above the middle of its row."""
    return 0.0 if count == 1 else (number / (count - 1) - 0.5) * min(0.5, 0.22 * (count - 1))


def _finish(axes: Axes, middles: np.ndarray, title: str) -> None:
    """Add guides along the rows and the title of the axis; a text of the panel beside it may reach into a panel."""
    axes.hlines(middles, 0, 1, transform=axes.get_yaxis_transform(), color=theme.GRID, linewidth=0.8, zorder=0)
    axes.set_xlabel(title, size=theme.SMALL)
    axes.tick_params(axis="y", length=0)
    axes.set_facecolor("none")
