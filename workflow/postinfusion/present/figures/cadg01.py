"""CADG01: courses of ratings by number of the infusion, a row of panels for each rating."""

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

_WIDE, _NARROW, _ROW = 7.4, 3.9, 1.75
_STAYED = "Later infusions are of those who stayed: whoever stopped is no longer among them."


def draw(results: Results) -> Drawing:
    """Draw the mean value by minute, apart for the number of the infusion.

    Raises
    ------
    ModelError
        There is no value at any minute.
    """
    course(results)
    found = results.values_of("subgroup_level", subgroup="infusion", variable="AVAL", stat_name="mean")
    groups = {name: {"subgroup": "infusion", "subgroup_level": name} for name in found}
    values = values_of(results, "AVAL", groups)
    if is_suppressed(values):
        raise ModelError(formats.SUPPRESSED_REASON)
    label = label_of(
        results,
        "CADG01",
        f"Mean value with {results.confidence} confidence ribbons",
        (_STAYED,),
        signs=set(values["sign"]),
    )
    wide = _figure(results, values, label, len(found))
    return Drawing(label, wide, values, _in_words(values), _figure(results, values, label, min(3, len(found))))


def _figure(results: Results, values: pd.DataFrame, label: Label, columns: int) -> Figure:
    """Draw the panels, so many infusions side by side; the vertical axis is shared within a rating."""
    measures, groups = shown(results, course(results)), list(dict.fromkeys(values["group"]))
    width = _NARROW if columns < len(groups) else min(_WIDE, 1.4 + 1.2 * columns)
    lines = -(-len(groups) // columns)
    legend = arm_marks.legend_height(results.arms, width - 0.3)
    page = draw_legend(
        sheet(results.plan, label, width=width, body=_ROW * lines * len(measures) + legend + 0.35),
        theme.arm_styles(results.arms),
    )
    page = draw_axis_title(page, "Minutes since the start of the infusion")
    panels = page.figure.subplots(lines * len(measures), columns, sharex=True, squeeze=False)
    for place, (measure, _) in enumerate(measures):
        block = panels[place * lines : (place + 1) * lines]
        own = values[values["parameter"] == measure.measure]
        for axes in block.ravel():
            axes.sharey(block[0, 0])
        for axes, group in zip(block.ravel(), groups, strict=False):
            draw_panel(axes, own[own["group"] == group], results.arms)
            axes.set_title(f"Infusion {group}" if columns < 4 else f"Inf. {group}", size=theme.SMALL)
        for axes in block[:, 1:].ravel():
            axes.tick_params(labelleft=False)
        for line in block:
            line[0].set_ylabel(type_setting.wrapped(measure.name, _ROW - 0.4, theme.SMALL), size=theme.SMALL)
        for axes in block.ravel()[len(groups) :]:
            axes.set_visible(False)
    fill(page)
    return page.figure


def _in_words(values: pd.DataFrame) -> str:
    """Give the mean farthest from the start at the first and at the last infusion in words."""
    told, ends = [], dict.fromkeys([values["group"].iloc[0], values["group"].iloc[-1]])
    for (parameter, arm), rows in values.dropna(subset="mean").groupby(["parameter", "arm"], sort=False):
        for group in ends:
            own = rows[rows["group"] == group]
            if len(own):
                far = own.iloc[int((own["mean"] - own["mean"].iloc[0]).abs().to_numpy().argmax())]
                mean = formats.number(float(far["mean"]), 1)
                told.append(f"{parameter}, {arm}, infusion {group}: mean {mean} at {far['minute']} min.")
    return " ".join(told)
