"""Where visits stand on a horizontal axis: to scale where their labels have room, else side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes

from postinfusion.plan.plan import Plan
from postinfusion.present import theme
from postinfusion.present.figures import type_setting

_DODGE = 0.34
_LARGEST_GAP = 0.11


@dataclass(frozen=True)
class VisitAxis:
    """The positions of visits.

    Attributes
    ----------
    positions
        Visit → position.
    step
        Distance within which the arms of one visit are spread.
    is_to_scale
        Distances are proportional to nominal times.
    per_inch
        How far the axis runs in one inch.
    """

    positions: dict[str, float]
    step: float
    is_to_scale: bool
    per_inch: float

    def place(self, visit: str, arm_number: int, arm_count: int) -> float:
        """Give the position of an arm's mark at a visit, beside those of the other arms."""
        gap = min(self.step * _DODGE / max(arm_count - 1, 1), _LARGEST_GAP * self.per_inch)
        return self.positions[visit] + gap * (arm_number - (arm_count - 1) / 2)

    @property
    def title(self) -> str:
        """What the axis shows."""
        return "Visit, at its nominal time" if self.is_to_scale else "Visit (not to scale)"


def visit_axis(plan: Plan, visits: list[str], *, room: float) -> VisitAxis:
    """Place visits at their nominal times, or at equal distances where two of them would come too close.

    Parameters
    ----------
    plan
        The plan with the schedule.
    visits
        The visits, in the order of time.
    room
        Width of the axis in inches.
    """
    days = [plan.nominal_hours.get(visit, float("nan")) / 24 for visit in visits]
    gaps = [later - earlier for earlier, later in pairwise(days)]
    widest = max(type_setting.width(visit, theme.SMALL) for visit in visits) + 0.1
    if gaps and min(gaps) > 0 and min(gaps) / (days[-1] - days[0] + min(gaps)) * room >= widest:
        return _axis(visits, days, min(gaps), room, is_to_scale=True)
    return _axis(visits, [float(place) for place in range(len(visits))], 1.0, room, is_to_scale=False)


def _axis(visits: list[str], positions: list[float], step: float, room: float, *, is_to_scale: bool) -> VisitAxis:
    """Give the axis with half a step of margin at both ends."""
    per_inch = (positions[-1] - positions[0] + step) / room
    return VisitAxis(dict(zip(visits, positions, strict=True)), step, is_to_scale, per_inch)


def label_visits(axes: Axes, axis: VisitAxis) -> None:
    """Write the names of the visits below the axis, in as many lines as they need, and keep a margin at both ends."""
    positions = list(axis.positions.values())
    each = axis.step / axis.per_inch - 0.06
    axes.set_xticks(positions, _broken(list(axis.positions), each))
    axes.set_xlim(positions[0] - axis.step / 2, positions[-1] + axis.step / 2)


def _broken(visits: list[str], room: float) -> list[str]:
    """Break the names of visits; where one needs it, all are broken alike."""
    if all(type_setting.width(visit, theme.SMALL) <= room for visit in visits):
        return visits
    widest_word = max(type_setting.width(word, theme.SMALL) for visit in visits for word in visit.split())
    return [type_setting.wrapped(visit, min(widest_word, room), theme.SMALL) for visit in visits]
