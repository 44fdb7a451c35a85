"""KMG01: the probability of an event over time as step curves with bands, and the numbers at risk below them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import DataError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.event_words import asked, definition, event_in_words, note_on_visits, since_in_words
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import Sheet, draw_axis_title, draw_legend, fill, sheet
from postinfusion.present.figures.time_axis import SQUEEZED_NOTE, TimeAxis, squeezed
from postinfusion.present.results import Results

_HOURS_PER_DAY = 24.0
_SQUEEZED_FROM = 50.0
"""Where the last time is so many times the first, times are drawn closer together the later they are."""
_TOPS = (25.0, 50.0, np.inf)
_BETWEEN = 0.06  # inches between two labels
_LINE = 0.17  # inches of a line of the numbers at risk
_LEGEND_MARKS = 5.2


@dataclass(frozen=True)
class Shape:
    """One shape of the figure: its width and the height of a panel (inches), and how many panels stand side by side."""

    width: float
    height: float
    columns: int


WIDE = Shape(7.0, 3.3, 2)
NARROW = Shape(3.7, 2.7, 1)


def draw(results: Results) -> Drawing:
    """Draw the curve of every arm, a panel for the event and one for each kind that competes with it.

    Raises
    ------
    DataError
        There is no curve: every arm has too few participants, or the steps may not be shown.
    """
    steps = results.courses
    if steps is None or steps.empty:
        raise DataError(results.failure or "there is no curve")
    label = label_of(results, "KMG01", _subtitle(results), note_on_visits(results), title=_title(results), signs=())
    wide, narrow = (_figure(results, steps, label, shape) for shape in (WIDE, NARROW))
    return Drawing(label, wide, _values(steps), _in_words(results), narrow)


def rises(results: Results) -> bool:
    """Say whether the probability of the event is drawn, or that of being free of it."""
    return results.said("curve", term="fit") != "event-free"


def _values(steps: pd.DataFrame) -> pd.DataFrame:
    """Give what is plotted."""
    names = {"ARM": "arm", "CAUSE": "cause", "DAYS": "days", "ESTIMATE": "estimate", "CONF_LOW": "conf_low",
             "CONF_HIGH": "conf_high", "N_CENSORED": "n_censored"}  # fmt: skip
    return steps.rename(columns=names)


def _title(results: Results) -> str:
    """Name the event."""
    return f"Time to {event_in_words(results)}"


def _subtitle(results: Results) -> str:
    """Say what the event is, and what line, band and ticks are."""
    what = definition(results)
    method = "cumulative incidence" if asked(results).competing else "Kaplan-Meier estimate"
    drawn = f"{method} with {results.confidence} pointwise bands; small ticks: observation ended"
    return f"{what[0].upper()}{what[1:]}; {drawn}" if what else f"{drawn[0].upper()}{drawn[1:]}"


def _figure(results: Results, steps: pd.DataFrame, label: Label, shape: Shape) -> Figure:
    """Draw the panels of one shape; the numbers at risk stand below the event."""
    causes = list(dict.fromkeys(steps["CAUSE"]))
    arms = [arm for arm in results.arms if (steps["ARM"] == arm).any()]
    columns = min(len(causes), shape.columns)
    rows = -(-len(causes) // columns)
    strip = (len(arms) + 1) * _LINE
    styles = {arm: style for arm, style in theme.arm_styles(results.arms).items() if arm in arms}
    legend = arm_marks.legend_height(styles, shape.width - 0.3)
    page = sheet(results.plan, label, width=shape.width, body=shape.height * rows + strip + legend + 0.4)
    page = draw_axis_title(draw_legend(page, styles), _axis_title(results))
    room = (shape.width - 1.0 * columns - 0.1) / columns
    _draw_panels(page, results, steps, (rows, columns, shape.height, strip, room))
    fill(page)
    return page.figure


def _draw_panels(
    page: Sheet, results: Results, steps: pd.DataFrame, grid: tuple[int, int, float, float, float]
) -> None:
    """Draw a panel for each cause, and the strip below the first."""
    rows, columns, height, strip, room = grid
    causes = list(dict.fromkeys(steps["CAUSE"]))
    top = _top(steps)
    places = page.figure.add_gridspec(
        rows + 1, columns, height_ratios=[height, strip, *[height] * (rows - 1)] if rows > 1 else [height, strip]
    )
    for number, cause in enumerate(causes):
        row, column = divmod(number, columns)
        axes = page.figure.add_subplot(places[row + (row > 0), column])
        axis = _axis(results, room)
        _draw_curves(axes, results, steps[steps["CAUSE"] == cause])
        _label(axes, axis)
        axes.set_ylim(-0.02 * top, 1.02 * top)
        axes.set_ylabel(
            type_setting.wrapped(_vertical_title(results, cause), height - 0.5, theme.SMALL), size=theme.SMALL
        )
        if number == 0:
            _draw_at_risk(page.figure.add_subplot(places[1, column], sharex=axes), axes, results, steps)


def _axis_title(results: Results) -> str:
    """Name the horizontal axis."""
    note = f" ({SQUEEZED_NOTE})" if _is_squeezed(results) else ""
    return f"Time since {since_in_words(results)}{note}"


def _is_squeezed(results: Results) -> bool:
    """Say whether the declared times lie so far apart that later ones are drawn closer together."""
    times = asked(results).report_at
    return max(times) / min(times) >= _SQUEEZED_FROM


def _place(hours: np.ndarray, results: Results) -> np.ndarray:
    """Give positions on the horizontal axis."""
    return squeezed(hours, results.plan) if _is_squeezed(results) else np.asarray(hours, dtype=float)


def _axis(results: Results, room: float) -> TimeAxis:
    """Give the axis with the declared times, from hour 0 to the last of them or of the curve."""
    times = {_name(hours): hours for hours in _times(results)}
    places = {name: float(_place(np.array(hours), results)) for name, hours in times.items()}
    courses = results.courses
    longest = max(times.values()) if courses is None else float(courses["DAYS"].max()) * _HOURS_PER_DAY
    high = float(_place(np.array(max(longest, *times.values())), results))
    return TimeAxis(places, -0.02 * high, 1.03 * high, room)


def _times(results: Results) -> tuple[float, ...]:
    """Give hour 0 and the declared times, in hours."""
    return (0.0, *asked(results).report_at)


def _label(axes: Axes, axis: TimeAxis) -> None:
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


def _top(steps: pd.DataFrame) -> float:
    """Give where the vertical axes end, in per cent: lower than 100 where all curves and bands lie low."""
    highest = 100 * float(np.nanmax(steps[["ESTIMATE", "CONF_HIGH"]].to_numpy(dtype=float)))
    return min(next(top for top in _TOPS if highest <= top), 100.0)


def _name(hours: float) -> str:
    """Give the label of a time, which is never broken into two lines."""
    return hours_as_text(hours).replace(" ", formats.NO_BREAK)


def _draw_curves(axes: Axes, results: Results, steps: pd.DataFrame) -> None:
    """Draw the step curves of one panel with bands and ticks where observation ended."""
    for arm, style in theme.arm_styles(results.arms).items():
        mine = steps[steps["ARM"] == arm]
        if mine.empty:
            continue
        places = _place(mine["DAYS"].to_numpy(dtype=float) * _HOURS_PER_DAY, results)
        shown = {name: 100 * mine[name].to_numpy(dtype=float) for name in ("ESTIMATE", "CONF_LOW", "CONF_HIGH")}
        axes.fill_between(
            places, shown["CONF_LOW"], shown["CONF_HIGH"], step="post", color=style.color, alpha=0.13, linewidth=0
        )
        axes.step(
            places, shown["ESTIMATE"], where="post", color=style.color, linestyle=style.line, linewidth=1.6, label=arm
        )
        _mark(axes, results, mine, style)
        ended = mine["N_CENSORED"].to_numpy(dtype=float) > 0
        axes.plot(
            places[ended], shown["ESTIMATE"][ended], linestyle="none", marker="|", color=style.color,
            markersize=_LEGEND_MARKS, alpha=0.8,
        )  # fmt: skip
    axes.grid(axis="y", color=theme.GRID)


def _mark(axes: Axes, results: Results, steps: pd.DataFrame, style: theme.ArmStyle) -> None:
    """Mark one arm's curve at the declared times with the sign of the arm, so that it can be told without colour."""
    days = np.array(asked(results).report_at) / _HOURS_PER_DAY
    days = days[days <= float(steps["DAYS"].max())]
    rows = np.searchsorted(steps["DAYS"].to_numpy(dtype=float), days, side="right") - 1
    axes.plot(
        _place(days * _HOURS_PER_DAY, results), 100 * steps["ESTIMATE"].to_numpy(dtype=float)[rows], linestyle="none",
        marker=style.marker, color=style.color, markersize=_LEGEND_MARKS, markeredgecolor="white", markeredgewidth=0.6,
    )  # fmt: skip


def _vertical_title(results: Results, cause: str) -> str:
    """Name the vertical axis of a panel."""
    if cause:
        return f"With {formats.event_in_words(cause)} instead (%)"
    return f"{'With' if rises(results) else 'Without'} {event_in_words(results)} (%)"


def _draw_at_risk(axes: Axes, above: Axes, results: Results, steps: pd.DataFrame) -> None:
    """Write the numbers at risk of each arm at the labelled times."""
    arms = [arm for arm in results.arms if (steps["ARM"] == arm).any()]
    axes.set_ylim(len(arms) + 0.5, -0.5)
    axes.text(
        0,
        0,
        "At risk, arms as above",
        transform=axes.get_yaxis_transform(),
        size=theme.SMALL - 1,
        color=theme.MUTED,
        va="center",
    )
    labelled = {float(_place(np.array(hours), results)): hours for hours in _times(results)}
    for line, arm in enumerate(arms, start=1):
        color = theme.arm_styles(results.arms)[arm].color
        for place in above.get_xticks():
            time = canonical_hours(labelled[float(place)])
            text = results.text("n", term="at-risk", time=time, arm=arm)
            axes.text(place, line, text, size=theme.SMALL - 1, color=color, ha="center", va="center")
    axes.set_yticks([])
    axes.tick_params(axis="x", which="both", length=0, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _in_words(results: Results) -> str:
    """Give the probability of the event at the last declared time in words."""
    time = canonical_hours(max(asked(results).report_at))
    parts = []
    for arm in results.arms:
        key = {"term": "cumulative-incidence", "time": time, "arm": arm}
        sign = results.sign("estimate", **key)
        share = sign or f"{formats.percentage_points(results.value('estimate', **key))} %"
        parts.append(f"{arm} {share}")
    what = event_in_words(results)
    return f"Probability of {what} {hours_as_text(float(time))} after {since_in_words(results)}: {', '.join(parts)}."
