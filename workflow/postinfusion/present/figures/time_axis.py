"""Where times stand on a horizontal axis: the first visits and those months later can be read side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from postinfusion.plan.plan import Plan
from postinfusion.present import theme
from postinfusion.present.figures import type_setting

SQUEEZED_NOTE = "later times are drawn closer together"
_KNEE = 1.5
_UNBROKEN = 0.34
_BETWEEN = 0.05
_MARGIN = 0.04


@dataclass(frozen=True)
class TimeAxis:
    """Visits at their nominal times on an axis from the earliest to the latest time that is drawn.

    Attributes
    ----------
    positions
        Visit → position.
    low, high
        Where the axis begins and ends.
    room
        Its width in inches.
    """

    positions: Mapping[str, float]
    low: float
    high: float
    room: float


def squeezed(hours: np.ndarray | float, plan: Plan) -> np.ndarray:
    """Give positions for hours, so that the first visits and those months later can be read on one axis.

    ``sign(t) log(1 + |t| / k)``: near time zero almost linear, later logarithmic, also before time zero; ``k`` is one
    and a half times the nominal time of the first visit after time zero.
    """
    knee = _KNEE * min((hours for hours in plan.nominal_hours.values() if hours > 0), default=24.0)
    return np.asarray(np.sign(hours) * np.log1p(np.abs(hours) / knee))


def time_axis(plan: Plan, visits: Mapping[str, float], hours: tuple[float, float], *, room: float) -> TimeAxis:
    """Place visits on an axis that holds the given times with a margin at both ends.

    Parameters
    ----------
    plan
        The plan with the schedule.
    visits
        Visit → nominal time in hours; those beyond the axis are left out.
    hours
        The earliest and the latest time that is drawn, in hours.
    room
        Width of the axis in inches.
    """
    low, high = (float(squeezed(time, plan)) for time in hours)
    margin = max(_MARGIN * (high - low), 0.05)
    places = {visit: float(squeezed(time, plan)) for visit, time in visits.items()}
    inside = {visit: place for visit, place in places.items() if low - margin <= place <= high + margin}
    return TimeAxis(inside, low - margin, high + margin, room)


def label_times(axes: Axes, axis: TimeAxis, *, first: Sequence[str] = ()) -> None:
    """Draw a tick at every visit, and write the names of as many as have room, those in ``first`` before the others."""
    visits = list(axis.positions)
    ranked = [*(visit for visit in first if visit in axis.positions), *visits[-1:], *visits]
    shown: dict[str, str] = {}
    for visit in dict.fromkeys(ranked):
        name = _broken(visit)
        if all(_is_free(axis, (visit, name), other) for other in shown.items()):
            shown[visit] = name
    axes.set_xticks([axis.positions[visit] for visit in shown], list(shown.values()))
    axes.set_xticks([axis.positions[visit] for visit in visits], minor=True)
    axes.tick_params(axis="x", which="minor", length=2.5)
    axes.set_xlim(axis.low, axis.high)


def draw_planned_infusions(axes: Axes, plan: Plan) -> None:
    """Draw a tick at the lower edge at the planned time of every infusion."""
    places = squeezed(np.array(plan.design.infusions, dtype=float), plan)
    axes.vlines(places, 0, 0.045, transform=axes.get_xaxis_transform(), color=theme.INK, linewidth=1.1, gid="infusions")


def _broken(visit: str) -> str:
    """Break the name of a visit at its spaces, unless it is short."""
    if type_setting.width(visit, theme.SMALL) <= _UNBROKEN:
        return visit
    return type_setting.wrapped(
        visit, max(type_setting.width(word, theme.SMALL) for word in visit.split()), theme.SMALL
    )


def _is_free(axis: TimeAxis, label: tuple[str, str], other: tuple[str, str]) -> bool:
    """Say whether a label has room beside another one; each is a visit with its name as it is written."""
    widths = [max(type_setting.width(line, theme.SMALL) for line in name.split("\n")) for _, name in (label, other)]
    distance = abs(axis.positions[label[0]] - axis.positions[other[0]]) * axis.room / (axis.high - axis.low)
    return distance >= sum(widths) / 2 + _BETWEEN
