"""Step curves of the arms over time, with bands, ticks where follow-up ended, and the numbers at risk below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats, theme
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.time_axis import SQUEEZED_NOTE, TimeAxis, squeezed

AT_RISK_LINE = 0.17
"""Inches of a line of the numbers at risk."""
_HOURS_PER_DAY = 24.0
_SQUEEZED_FROM = 50.0
"""Where the last time is so many times the first, times are drawn closer together the later they are."""
_BETWEEN = 0.06  # inches between two labels
_MARKER = 5.2


@dataclass(frozen=True)
class Clock:
    """Where times stand on the axes of a figure.

    Attributes
    ----------
    plan
        The plan of the trial.
    report_at
        Hours that the analysis reports at, which are labelled beside hour 0.
    longest
        The latest hour that is drawn.
    """

    plan: Plan
    report_at: tuple[float, ...]
    longest: float

    @property
    def times(self) -> tuple[float, ...]:
        """Hour 0 and the times that the analysis reports at."""
        return (0.0, *self.report_at)

    @property
    def is_squeezed(self) -> bool:
        """The times lie so far apart that later ones are drawn closer together."""
        return max(self.report_at) / min(self.report_at) >= _SQUEEZED_FROM

    def place(self, hours: np.ndarray | float) -> np.ndarray:
        """Give positions on the horizontal axis."""
        return squeezed(hours, self.plan) if self.is_squeezed else np.asarray(hours, dtype=float)

    def axis(self, room: float) -> TimeAxis:
        """Give the axis with the labelled times, from hour 0 to the last that is drawn, in so many inches."""
        places = {_name(hours): float(self.place(hours)) for hours in self.times}
        high = float(self.place(max(self.longest, *self.times)))
        return TimeAxis(places, -0.02 * high, 1.03 * high, room)

    def title(self, since: str) -> str:
        """Name the horizontal axis."""
        return f"Time since {since}{f' ({SQUEEZED_NOTE})' if self.is_squeezed else ''}"


def label_times(axes: Axes, axis: TimeAxis) -> None:
    """Name as many of the times as have room side by side, hour 0 and the last of them first."""
    per_inch = (axis.high - axis.low) / axis.room
    names = list(axis.positions)
    shown: list[str] = []
    for name in dict.fromkeys([names[0], *reversed(names)]):
        half = type_setting.width(name, theme.SMALL) / 2 + _BETWEEN / 2
        rooms = (half + type_setting.width(other, theme.SMALL) / 2 + _BETWEEN / 2 for other in shown)
        distances = (abs(axis.positions[name] - axis.positions[other]) for other in shown)
        if all(distance >= room * per_inch for distance, room in zip(distances, rooms, strict=True)):
            shown.append(name)
    axes.set_xticks([axis.positions[name] for name in shown], shown)
    axes.set_xlim(axis.low, axis.high)


def draw_steps(axes: Axes, steps: pd.DataFrame, styles: Mapping[str, theme.ArmStyle], clock: Clock) -> None:
    """Draw the curve of each arm with its band, ticks where follow-up ended, and its sign at the labelled times.

    Parameters
    ----------
    axes
        Where to draw.
    steps
        ``ARM``, ``DAYS``, ``ESTIMATE``, ``CONF_LOW``, ``CONF_HIGH`` in the unit of the axis, ``N_CENSORED``; without
        limits there is no band.
    styles
        Arm → style.
    clock
        Where times stand.
    """
    for arm, style in styles.items():
        mine = steps[steps["ARM"] == arm]
        if mine.empty:
            continue
        places = clock.place(mine["DAYS"].to_numpy(dtype=float) * _HOURS_PER_DAY)
        estimate, low, high = (mine[name].to_numpy(dtype=float) for name in ("ESTIMATE", "CONF_LOW", "CONF_HIGH"))
        axes.fill_between(places, low, high, step="post", color=style.color, alpha=0.13, linewidth=0)
        axes.step(places, estimate, where="post", color=style.color, linestyle=style.line, linewidth=1.6, label=arm)
        _mark(axes, mine, style, clock)
        ended = mine["N_CENSORED"].to_numpy(dtype=float) > 0
        axes.plot(
            places[ended], estimate[ended], linestyle="none", marker="|", color=style.color, markersize=_MARKER,
            alpha=0.8,
        )  # fmt: skip
    axes.grid(axis="y", color=theme.GRID)


def _mark(axes: Axes, steps: pd.DataFrame, style: theme.ArmStyle, clock: Clock) -> None:
    """Mark one arm's curve at the labelled times with the sign of the arm, so that it can be told without colour."""
    days = np.array(clock.report_at) / _HOURS_PER_DAY
    days = days[days <= float(steps["DAYS"].max())]
    rows = np.searchsorted(steps["DAYS"].to_numpy(dtype=float), days, side="right") - 1
    axes.plot(
        clock.place(days * _HOURS_PER_DAY), steps["ESTIMATE"].to_numpy(dtype=float)[rows], linestyle="none",
        marker=style.marker, color=style.color, markersize=_MARKER, markeredgecolor="white", markeredgewidth=0.6,
    )  # fmt: skip


def draw_at_risk(
    axes: Axes, above: Axes, styles: Mapping[str, theme.ArmStyle], clock: Clock, count: Callable[[float, str], str]
) -> None:
    """Write the numbers at risk of each arm at the labelled times.

    Parameters
    ----------
    axes
        The strip below the curves, which shares their horizontal axis.
    above
        The axes of the curves, with the labelled times.
    styles
        Arm → style.
    clock
        Where times stand.
    count
        Hours, arm → the printed number at risk.
    """
    axes.set_ylim(len(styles) + 0.5, -0.5)
    axes.text(
        0, 0, "At risk, arms as above", transform=axes.get_yaxis_transform(), size=theme.SMALL - 1, color=theme.MUTED,
        va="center",
    )  # fmt: skip
    labelled = {float(clock.place(hours)): hours for hours in clock.times}
    for line, (arm, style) in enumerate(styles.items(), start=1):
        for place in above.get_xticks():
            text = count(labelled[float(place)], arm)
            axes.text(place, line, text, size=theme.SMALL - 1, color=style.color, ha="center", va="center")
    axes.set_yticks([])
    axes.tick_params(axis="x", which="both", length=0, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _name(hours: float) -> str:
    """Give the label of a time, which is never broken into two lines."""
    return hours_as_text(hours).replace(" ", formats.NO_BREAK)
