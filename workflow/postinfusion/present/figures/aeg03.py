"""AEG03: the mean number of adverse events of a participant over time, with bands and the numbers at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import DataError
from postinfusion.plan.analyses import EventRates
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import Sheet, draw_axis_title, draw_legend, fill, sheet
from postinfusion.present.figures.step_curves import AT_RISK_LINE, Clock, draw_at_risk, draw_steps, label_times
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES

_HOURS_PER_DAY = 24.0
_ROOM_ABOVE = 1.04
_NOTE = (
    "Each participant counts with all events until the end of follow-up, also several at one time. A band begins with "
    "the first event. The numbers at risk hold for every panel."
)


@dataclass(frozen=True)
class _Shape:
    """The width of the figure, the heights of the first and of further panels (inches), and how many stand abreast."""

    width: float
    first: float
    further: float
    columns: int


_WIDE = _Shape(7.2, 3.0, 2.2, 2)
_NARROW = _Shape(3.7, 2.6, 2.1, 1)


def draw(results: Results) -> Drawing:
    """Draw the curve of every arm: all events in the panel above, and each group of the plan below.

    Raises
    ------
    DataError
        There is no curve: every arm has too few participants, or the steps may not be shown.
    """
    steps = results.courses
    if steps is None or steps.empty:
        raise DataError(results.failure or "there is no curve: too few participants were followed")
    label = label_of(results, "AEG03", _subtitle(results), (_NOTE,), signs=())
    wide, narrow = (_figure(results, steps, label, shape) for shape in (_WIDE, _NARROW))
    return Drawing(label, wide, _values(steps), _in_words(results), narrow)


def _values(steps: pd.DataFrame) -> pd.DataFrame:
    """Give what is plotted."""
    return steps.rename(columns=str.lower)


def _subtitle(results: Results) -> str:
    """Say what line, band and ticks are."""
    infusions = "; ticks at the lower edge: planned infusions" if results.plan.design.infusions else ""
    return (
        f"Mean cumulative function by arm with {results.confidence} pointwise bands; ticks on the curves: follow-up "
        f"ended, other than by death{infusions}"
    )


def _figure(results: Results, steps: pd.DataFrame, label: Label, shape: _Shape) -> Figure:
    """Draw the panels of one shape; the numbers at risk stand below the first, and hold for all."""
    styles = _styles(results, steps)
    rows = -(-(steps["TERM"].nunique() - 1) // shape.columns)
    heights = [shape.first, (len(styles) + 1) * AT_RISK_LINE, *[shape.further] * rows]
    legend = arm_marks.legend_height(styles, shape.width - 0.3)
    page = sheet(results.plan, label, width=shape.width, body=sum(heights) + legend + 0.4)
    title = _clock(results, steps).title(TIME_ZERO_NAMES[results.plan.design.time_zero])
    page = draw_axis_title(draw_legend(page, styles), title)
    _draw_panels(page, results, steps, heights, shape)
    fill(page)
    return page.figure


def _styles(results: Results, steps: pd.DataFrame) -> dict[str, theme.ArmStyle]:
    """Give the style of each arm that has a curve."""
    return {arm: style for arm, style in theme.arm_styles(results.arms).items() if (steps["ARM"] == arm).any()}


def _clock(results: Results, steps: pd.DataFrame) -> Clock:
    """Give where times stand: those of the plan are labelled, and the longest curve ends the axis."""
    return Clock(results.plan, _asked(results).report_at, float(steps["DAYS"].max()) * _HOURS_PER_DAY)


def _draw_panels(page: Sheet, results: Results, steps: pd.DataFrame, heights: list[float], shape: _Shape) -> None:
    """Draw the first panel over the whole width, the strip below it, and the further ones side by side."""
    styles, clock = _styles(results, steps), _clock(results, steps)
    places = page.figure.add_gridspec(len(heights), shape.columns, height_ratios=heights)
    first, *further = dict.fromkeys(steps["TERM"])
    axes = page.figure.add_subplot(places[0, :])
    _draw_panel(axes, steps[steps["TERM"] == first], styles, clock, shape.width - 0.8)
    strip = page.figure.add_subplot(places[1, :], sharex=axes)
    draw_at_risk(strip, axes, styles, clock, lambda hours, arm: _at_risk(results, hours, arm, str(first)))
    room = shape.width / shape.columns - 0.8
    for number, term in enumerate(further):
        row, column = divmod(number, shape.columns)
        axes = page.figure.add_subplot(places[row + 2, column])
        _draw_panel(axes, steps[steps["TERM"] == term], styles, clock, room)


def _draw_panel(axes: Axes, steps: pd.DataFrame, styles: dict[str, theme.ArmStyle], clock: Clock, room: float) -> None:
    """Draw the curves of one group of events."""
    draw_steps(axes, steps, styles, clock)
    label_times(axes, clock.axis(room))
    highest = float(np.nanmax(steps[["ESTIMATE", "CONF_HIGH"]].to_numpy(dtype=float)))
    top = highest if highest > 0 else 1.0
    axes.set_ylim(-0.02 * top, _ROOM_ABOVE * top)
    infusions = clock.place(np.array(clock.plan.design.infusions, dtype=float))
    axes.vlines(
        infusions, 0, 0.035, transform=axes.get_xaxis_transform(), color=theme.INK, linewidth=1.0, gid="infusions"
    )
    name = str(steps["TERM"].iloc[0])
    title = type_setting.wrapped(f"{name[0].upper()}{name[1:]}", room, theme.SMALL, bold=True)
    axes.set_title(title, size=theme.SMALL, weight="bold", loc="left")
    axes.set_ylabel("Events per participant", size=theme.SMALL)


def _at_risk(results: Results, hours: float, arm: str, term: str) -> str:
    """Give the printed number of participants of one arm who are followed at a time of the plan."""
    return results.text("n_participants", variable="at-risk", term=term, time=canonical_hours(hours), arm=arm)


def _asked(results: Results) -> EventRates:
    """Give what the plan asks about rates of events."""
    assert isinstance(results.analysis, EventRates)  # noqa: S101
    return results.analysis


def _in_words(results: Results) -> str:
    """Give the mean number at the last time of the plan that anybody was followed for, in words, by group and arm."""
    told = []
    for term in results.values_of("term", variable="mean-cumulative"):
        parts = [_mean_in_words(results, term, arm) for arm in results.arms]
        told.append(f"Mean number of events of a participant, {term}: {'; '.join(part for part in parts if part)}.")
    return " ".join(told)


def _mean_in_words(results: Results, term: str, arm: str) -> str:
    """Give the mean number of one arm with its interval; empty where the arm has no curve."""
    for hours in reversed(_asked(results).report_at):
        key = {"variable": "mean-cumulative", "term": term, "arm": arm, "time": canonical_hours(hours)}
        mean, low, high = (results.value(name, **key) for name in ("estimate", "conf_low", "conf_high"))
        if mean is None or np.isnan(mean):
            continue
        by = f"{arm} {formats.number(mean, 2)} by {hours_as_text(hours)}"
        if low is None or high is None or np.isnan(low):
            return by
        return f"{by} ({formats.interval(formats.number(low, 2), formats.number(high, 2))})"
    return ""
