"""What the figures of the mean number of events of a participant share: a panel of its curves, its arms and times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from postinfusion.ard.schema import canonical_hours
from postinfusion.plan.analyses import EventRates
from postinfusion.present import theme
from postinfusion.present.display import Label
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import Sheet, draw_axis_title, draw_legend, sheet
from postinfusion.present.figures.step_curves import Clock, draw_steps, label_times
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES

PANEL_NOTE = (
    "Each participant counts with all events until the end of follow-up, also several at one time. A band begins with "
    "the first event."
)
_HOURS_PER_DAY = 24.0
_ROOM_ABOVE = 1.04


def asked(results: Results) -> EventRates:
    """Give what the plan asks about rates of events."""
    assert isinstance(results.analysis, EventRates)  # noqa: S101
    return results.analysis


def subtitle(results: Results) -> str:
    """Say what line, band and ticks are."""
    infusions = "; ticks at the lower edge: planned infusions" if results.plan.design.infusions else ""
    return (
        f"Mean cumulative function by arm with {results.confidence} pointwise bands; ticks on the curves: follow-up "
        f"ended, other than by death{infusions}"
    )


def styles_of(results: Results, steps: pd.DataFrame) -> dict[str, theme.ArmStyle]:
    """Give the style of each arm that has a curve."""
    return {arm: style for arm, style in theme.arm_styles(results.arms).items() if (steps["ARM"] == arm).any()}


def clock_of(results: Results, steps: pd.DataFrame) -> Clock:
    """Give where times stand: those of the plan are labelled, and the longest curve ends the axis."""
    return Clock(results.plan, asked(results).report_at, float(steps["DAYS"].max()) * _HOURS_PER_DAY)


def highest_of(steps: pd.DataFrame) -> float:
    """Give the highest value of curves and bands; 1 where nobody had an event."""
    highest = float(np.nanmax(steps[["ESTIMATE", "CONF_HIGH"]].to_numpy(dtype=float)))
    return highest if highest > 0 else 1.0


def page_of(results: Results, steps: pd.DataFrame, label: Label, *, width: float, heights: Sequence[float]) -> Sheet:
    """Give the page of a figure, with its legend and the title of its time axis.

    Parameters
    ----------
    results, steps
        Those of the figure, and the steps of all its curves.
    label
        Its title and notes.
    width, heights
        Its width, and the heights of what stands below each other (inches).
    """
    styles = styles_of(results, steps)
    legend = arm_marks.legend_height(styles, width - 0.3)
    page = sheet(results.plan, label, width=width, body=sum(heights) + legend + 0.4)
    title = clock_of(results, steps).title(TIME_ZERO_NAMES[results.plan.design.time_zero])
    return draw_axis_title(draw_legend(page, styles), title)


def draw_panel(
    axes: Axes,
    steps: pd.DataFrame,
    title: str,
    styles: dict[str, theme.ArmStyle],
    clock: Clock,
    *,
    room: float,
    highest: float,
) -> None:
    """Draw the curves of one panel.

    Parameters
    ----------
    axes
        Where to draw.
    steps
        Steps of the curves, one for each arm.
    title
        What the panel shows.
    styles
        Arm → style.
    clock
        Where times stand.
    room
        Inches that the panel is wide.
    highest
        The highest value of its scale.
    """
    draw_steps(axes, steps, styles, clock)
    label_times(axes, clock.axis(room))
    axes.set_ylim(-0.02 * highest, _ROOM_ABOVE * highest)
    infusions = clock.place(np.array(clock.plan.design.infusions, dtype=float))
    axes.vlines(
        infusions, 0, 0.035, transform=axes.get_xaxis_transform(), color=theme.INK, linewidth=1.0, gid="infusions"
    )
    title = type_setting.wrapped(f"{title[0].upper()}{title[1:]}", room, theme.SMALL, bold=True)
    axes.set_title(title, size=theme.SMALL, weight="bold", loc="left")
    axes.set_ylabel("Events per participant", size=theme.SMALL)


def at_risk(results: Results, hours: float, arm: str, term: str) -> str:
    """Give the printed number of participants of one arm who are followed at a time of the plan."""
    return results.text("n_participants", variable="at-risk", term=term, time=canonical_hours(hours), arm=arm)
