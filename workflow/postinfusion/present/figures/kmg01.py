"""KMG01: the probability of an event over time as step curves with bands, and the numbers at risk below them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import DataError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.event_words import asked, definition, event_in_words, note_on_visits, since_in_words
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import Sheet, draw_axis_title, draw_legend, fill, sheet
from postinfusion.present.figures.step_curves import AT_RISK_LINE, Clock, draw_at_risk, draw_steps, label_times
from postinfusion.present.results import Results

_HOURS_PER_DAY = 24.0
_TOPS = (25.0, 50.0, np.inf)
_SHOWN = ("ESTIMATE", "CONF_LOW", "CONF_HIGH")


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
    strip = (len(arms) + 1) * AT_RISK_LINE
    styles = {arm: style for arm, style in theme.arm_styles(results.arms).items() if arm in arms}
    legend = arm_marks.legend_height(styles, shape.width - 0.3)
    page = sheet(results.plan, label, width=shape.width, body=shape.height * rows + strip + legend + 0.4)
    page = draw_axis_title(draw_legend(page, styles), _clock(results, steps).title(since_in_words(results)))
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
    styles = {arm: style for arm, style in theme.arm_styles(results.arms).items() if (steps["ARM"] == arm).any()}
    clock, top = _clock(results, steps), _top(steps)
    in_percent = steps.assign(**{name: 100 * steps[name].astype(float) for name in _SHOWN})
    places = page.figure.add_gridspec(
        rows + 1, columns, height_ratios=[height, strip, *[height] * (rows - 1)] if rows > 1 else [height, strip]
    )
    for number, cause in enumerate(causes):
        row, column = divmod(number, columns)
        axes = page.figure.add_subplot(places[row + (row > 0), column])
        draw_steps(axes, in_percent[steps["CAUSE"] == cause], styles, clock)
        label_times(axes, clock.axis(room))
        axes.set_ylim(-0.02 * top, 1.02 * top)
        axes.set_ylabel(
            type_setting.wrapped(_vertical_title(results, cause), height - 0.5, theme.SMALL), size=theme.SMALL
        )
        if number == 0:
            strip_axes = page.figure.add_subplot(places[1, column], sharex=axes)
            draw_at_risk(strip_axes, axes, styles, clock, lambda hours, arm: _at_risk(results, hours, arm))


def _at_risk(results: Results, hours: float, arm: str) -> str:
    """Give the printed number at risk of one arm at a declared time."""
    return results.text("n", term="at-risk", time=canonical_hours(hours), arm=arm)


def _clock(results: Results, steps: pd.DataFrame) -> Clock:
    """Give where times stand: the declared ones are labelled, and the longest curve ends the axis."""
    return Clock(results.plan, tuple(asked(results).report_at), float(steps["DAYS"].max()) * _HOURS_PER_DAY)


def _top(steps: pd.DataFrame) -> float:
    """Give where the vertical axes end, in per cent: lower than 100 where all curves and bands lie low."""
    highest = 100 * float(np.nanmax(steps[["ESTIMATE", "CONF_HIGH"]].to_numpy(dtype=float)))
    return min(next(top for top in _TOPS if highest <= top), 100.0)


def _vertical_title(results: Results, cause: str) -> str:
    """Name the vertical axis of a panel."""
    if cause:
        return f"With {formats.event_in_words(cause)} instead (%)"
    return f"{'With' if rises(results) else 'Without'} {event_in_words(results)} (%)"


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
