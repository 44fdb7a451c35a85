"""VSG01: mean change of each vital sign by minute with ribbons of confidence, a panel for each sign."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from postinfusion.errors import ModelError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.course_panels import draw_panel, is_suppressed, values_of
from postinfusion.present.figures.sheet import draw_axis_title, draw_legend, fill, sheet
from postinfusion.present.infusion_course import course, shown
from postinfusion.present.results import Results

_WIDE, _NARROW, _ROW = 6.6, 3.9, 2.2


def draw(results: Results) -> Drawing:
    """Draw the mean change since before the infusion.

    Raises
    ------
    ModelError
        There is no change at any minute.
    """
    course(results)
    values = values_of(results, "CHG", {"": {}})
    if is_suppressed(values):
        raise ModelError(formats.SUPPRESSED_REASON)
    subtitle = f"Mean change since before the infusion, all infusions, with {results.confidence} confidence ribbons"
    label = label_of(results, "VSG01", subtitle, ("Numbers stand in VST01.",), signs=set(values["sign"]))
    wide, narrow = _figure(results, values, label, 2), _figure(results, values, label, 1)
    return Drawing(label, wide, values, _in_words(values), narrow)


def _figure(results: Results, values: pd.DataFrame, label: Label, columns: int) -> Figure:
    """Draw the panels in so many columns."""
    measures = shown(results, course(results))
    width = _WIDE if columns > 1 else _NARROW
    lines = -(-len(measures) // columns)
    legend = arm_marks.legend_height(results.arms, width - 0.3)
    page = draw_legend(
        sheet(results.plan, label, width=width, body=_ROW * lines + legend + 0.35), theme.arm_styles(results.arms)
    )
    page = draw_axis_title(page, "Minutes since the start of the infusion")
    panels = page.figure.subplots(lines, columns, sharex=True, squeeze=False).ravel()
    for axes, (measure, _) in zip(panels, measures, strict=False):
        axes.axhline(0, color=theme.MUTED, linewidth=0.8, zorder=1)
        draw_panel(axes, values[values["parameter"] == measure.measure], results.arms)
        axes.set_title(
            type_setting.wrapped(measure.name, width / columns - 0.5, theme.SMALL), size=theme.SMALL, loc="left"
        )
    for axes in panels[len(measures) :]:
        axes.remove()
    fill(page)
    return page.figure


def _in_words(values: pd.DataFrame) -> str:
    """Give the largest mean change of every sign and arm in words."""
    told = []
    for (parameter, arm), rows in values.dropna(subset="mean").groupby(["parameter", "arm"], sort=False):
        peak = rows.iloc[int(rows["mean"].abs().to_numpy().argmax())]
        told.append(
            f"{parameter}, {arm}: largest mean change {formats.number(float(peak['mean']), 1)} at {peak['minute']} min."
        )
    return " ".join(told)
