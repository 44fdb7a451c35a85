"""AEG03: the mean number of adverse events of a participant over time, with bands and the numbers at risk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import DataError
from postinfusion.plan.analyses.event_rates import ANY_EVENT
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.event_collection import BOTH, NOT_COMPARABLE, way_of_group, with_way
from postinfusion.present.figures.mean_number import (
    PANEL_NOTE,
    asked,
    at_risk,
    clock_of,
    draw_panel,
    highest_of,
    page_of,
    styles_of,
    subtitle,
)
from postinfusion.present.figures.sheet import Sheet, fill
from postinfusion.present.figures.step_curves import AT_RISK_LINE, draw_at_risk
from postinfusion.present.results import Results

_NOTE = f"{PANEL_NOTE} The numbers at risk hold for every panel."


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
    """Draw the curve of every arm: all events in the panel above; these by way of collection, and each group, below.

    Raises
    ------
    DataError
        There is no curve: every arm has too few participants, or the steps may not be shown.
    """
    steps = results.courses
    if steps is None or steps.empty:
        raise DataError(results.failure or "there is no curve: too few participants were followed")
    panels = dict(_panels(results, steps[steps["SUBGROUP"] == ""]))
    notes = (_NOTE, NOT_COMPARABLE) if _in_both_ways(results) else (_NOTE,)
    label = label_of(results, "AEG03", subtitle(results), notes, signs=())
    wide, narrow = (_figure(results, panels, label, shape) for shape in (_WIDE, _NARROW))
    return Drawing(label, wide, _values(panels), _in_words(results), narrow)


def _panels(results: Results, steps: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give title and steps of each panel: all events, these by way of collection where there are several, groups."""
    whole = steps[steps["LEVEL"] == ""]
    ways = steps[steps["LEVEL"] != ""] if _in_both_ways(results) else steps[:0]
    first, *further = dict.fromkeys(map(str, whole["TERM"]))
    yield with_way(first, "" if len(ways) else way_of_group(results, first)), whole[whole["TERM"] == first]
    for way in dict.fromkeys(map(str, ways["LEVEL"])):
        yield f"{first}, {way}", ways[ways["LEVEL"] == way]
    for term in further:
        yield with_way(term, way_of_group(results, term)), whole[whole["TERM"] == term]


def _in_both_ways(results: Results) -> bool:
    """Say whether events were collected in several ways."""
    return way_of_group(results, ANY_EVENT) == BOTH


def _values(panels: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give what is plotted; ``level`` is the way of collection."""
    plotted = pd.concat([*panels.values()], ignore_index=True)
    return plotted.drop(columns=["SUBGROUP", "SUBGROUP_LEVEL"]).rename(columns=str.lower)


def _figure(results: Results, panels: dict[str, pd.DataFrame], label: Label, shape: _Shape) -> Figure:
    """Draw the panels of one shape; the numbers at risk stand below the first, and hold for all."""
    steps = pd.concat([*panels.values()])
    styles = styles_of(results, steps)
    rows = -(-(len(panels) - 1) // shape.columns)
    heights = [shape.first, (len(styles) + 1) * AT_RISK_LINE, *[shape.further] * rows]
    page = page_of(results, steps, label, width=shape.width, heights=heights)
    _draw_panels(page, results, panels, heights, shape)
    fill(page)
    return page.figure


def _draw_panels(
    page: Sheet, results: Results, panels: dict[str, pd.DataFrame], heights: list[float], shape: _Shape
) -> None:
    """Draw the first panel over the whole width, the strip below it, and the further ones side by side."""
    steps = pd.concat([*panels.values()])
    styles, clock = styles_of(results, steps), clock_of(results, steps)
    places = page.figure.add_gridspec(len(heights), shape.columns, height_ratios=heights)
    (title, first), *further = panels.items()
    axes = page.figure.add_subplot(places[0, :])
    draw_panel(axes, first, title, styles, clock, room=shape.width - 0.8, highest=highest_of(first))
    strip = page.figure.add_subplot(places[1, :], sharex=axes)
    draw_at_risk(strip, axes, styles, clock, lambda hours, arm: at_risk(results, hours, arm, ANY_EVENT))
    room = shape.width / shape.columns - 0.8
    for number, (title, mine) in enumerate(further):
        row, column = divmod(number, shape.columns)
        axes = page.figure.add_subplot(places[row + 2, column])
        draw_panel(axes, mine, title, styles, clock, room=room, highest=highest_of(mine))


def _in_words(results: Results) -> str:
    """Give the mean number at the last time of the plan that anybody was followed for, in words, by group and arm."""
    told = {term: means_in_words(results, term) for term in results.values_of("term", variable="mean-cumulative")}
    return " ".join(f"Mean number of events of a participant, {term}: {means}." for term, means in told.items())


def means_in_words(results: Results, term: str) -> str:
    """Give the mean number of each arm with a curve, at the last time of the plan that anybody was followed for."""
    parts = (_mean_in_words(results, term, arm) for arm in results.arms)
    return "; ".join(part for part in parts if part)


def _mean_in_words(results: Results, term: str, arm: str) -> str:
    """Give the mean number of one arm with its interval; empty where the arm has no curve."""
    for hours in reversed(asked(results).report_at):
        key = {"variable": "mean-cumulative", "term": term, "arm": arm, "time": canonical_hours(hours)}
        mean, low, high = (results.value(name, **key) for name in ("estimate", "conf_low", "conf_high"))
        if mean is None or np.isnan(mean):
            continue
        by = f"{arm} {formats.number(mean, 2)} by {hours_as_text(hours)}"
        if low is None or high is None or np.isnan(low):
            return by
        return f"{by} ({formats.interval(formats.number(low, 2), formats.number(high, 2))})"
    return ""
