"""AEG03_GROUPS: the mean number of adverse events over time in groups of participants, with numbers at risk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from postinfusion.errors import DataError
from postinfusion.plan.analyses.event_rates import ANY_EVENT
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures.aeg03 import means_in_words
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
from postinfusion.present.tables.divided_parts import in_words

_NOTE = (
    f"All events. {PANEL_NOTE} Groups of participants are described: they are not "
    "compared with each other, and no band is adjusted for their number."
)
_TOO_FEW = "No curve of fewer than 3 participants who were followed"
_NO_GROUPS = "the plan names no groups of participants – add by or bmi_below to the analysis"

_Group = tuple[str, str]


@dataclass(frozen=True)
class _Shape:
    """The width of the figure, the height of a panel (inches), and how many stand abreast."""

    width: float
    panel: float
    columns: int


_WIDE = _Shape(7.2, 2.2, 2)
_NARROW = _Shape(3.7, 2.2, 1)


def draw(results: Results) -> Drawing:
    """Draw the curves of all events of every arm, a panel for each group of participants.

    Parameters
    ----------
    results
        Those of all participants and of the groups.

    Raises
    ------
    DataError
        The plan names no groups, none of them has a curve, or the steps may not be shown.
    """
    if not asked(results).factors:
        raise DataError(_NO_GROUPS)
    steps = results.courses
    panels = {} if steps is None or steps.empty else _panels(results, steps)
    if not panels:
        raise DataError(results.failure or "there is no curve: too few participants were followed in every group")
    notes = (_NOTE, *_without_curve(results, panels))
    label = label_of(results, "AEG03_GROUPS", subtitle(results), notes, signs=())
    wide, narrow = (_figure(results, panels, label, shape) for shape in (_WIDE, _NARROW))
    return Drawing(label, wide, _values(panels), _in_words(results, panels), narrow)


def _panels(results: Results, steps: pd.DataFrame) -> dict[_Group, pd.DataFrame]:
    """Give the steps of each group of participants that has a curve."""
    of_all_events = steps[(steps["TERM"] == ANY_EVENT) & (steps["LEVEL"] == "")]
    found = {
        (factor, level): of_all_events[
            (of_all_events["SUBGROUP"] == factor) & (of_all_events["SUBGROUP_LEVEL"] == level)
        ]
        for factor, level in results.groups
    }
    return {group: mine for group, mine in found.items() if len(mine)}


def _without_curve(results: Results, panels: dict[_Group, pd.DataFrame]) -> tuple[str, ...]:
    """Say which arms of which groups have no curve."""
    lacking = []
    for group in results.groups:
        arms = [arm for arm in results.arms if group not in panels or not (panels[group]["ARM"] == arm).any()]
        lacking += [f"{_named(group)} ({', '.join(arms)})"] if arms else []
    return (f"{_TOO_FEW}: {'; '.join(lacking)}.",) if lacking else ()


def _named(group: _Group) -> str:
    """Give the name of a group, as ``Diagnosis: AN``."""
    factor = in_words(group[0])
    return f"{factor[:1].upper()}{factor[1:]}: {group[1]}"


def _values(panels: dict[_Group, pd.DataFrame]) -> pd.DataFrame:
    """Give what is plotted."""
    return pd.concat([*panels.values()], ignore_index=True).drop(columns="LEVEL").rename(columns=str.lower)


def _figure(results: Results, panels: dict[_Group, pd.DataFrame], label: Label, shape: _Shape) -> Figure:
    """Draw the panels of one shape, each with its numbers at risk below it."""
    steps = pd.concat([*panels.values()])
    styles = styles_of(results, steps)
    heights = [shape.panel, (len(styles) + 1) * AT_RISK_LINE] * -(-len(panels) // shape.columns)
    page = page_of(results, steps, label, width=shape.width, heights=heights)
    _draw_panels(page, results, panels, heights, shape)
    fill(page)
    return page.figure


def _draw_panels(
    page: Sheet, results: Results, panels: dict[_Group, pd.DataFrame], heights: list[float], shape: _Shape
) -> None:
    """Draw each panel, all on one scale, and the strip below it, so many abreast."""
    every = pd.concat([*panels.values()])
    clock, highest = clock_of(results, every), highest_of(every)
    places = page.figure.add_gridspec(len(heights), shape.columns, height_ratios=heights)
    room = shape.width / shape.columns - 0.8
    for number, (group, steps) in enumerate(panels.items()):
        row, column = divmod(number, shape.columns)
        styles = styles_of(results, steps)
        axes = page.figure.add_subplot(places[2 * row, column])
        draw_panel(axes, steps, _named(group), styles, clock, room=room, highest=highest)
        strip = page.figure.add_subplot(places[2 * row + 1, column], sharex=axes)
        draw_at_risk(strip, axes, styles, clock, partial(_at_risk, results.within(*group)))


def _at_risk(inside: Results, hours: float, arm: str) -> str:
    """Give the printed number of participants of an arm of a group who are followed at a time of the plan."""
    return at_risk(inside, hours, arm, ANY_EVENT)


def _in_words(results: Results, panels: dict[_Group, pd.DataFrame]) -> str:
    """Give the mean number at the last time of the plan that anybody was followed for, in words, by group and arm."""
    told = (f"{_named(group)}: {means_in_words(results.within(*group), ANY_EVENT)}." for group in panels)
    return f"Mean number of events of a participant. {' '.join(told)}"
