"""IPPG01: individual courses over the time since time zero, with the infusions as ticks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from postinfusion.errors import DataError
from postinfusion.plan.plan import Plan
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.shapes import Shape
from postinfusion.present.figures.sheet import draw_axis_title, fill, sheet
from postinfusion.present.figures.time_axis import SQUEEZED_NOTE, label_times, squeezed, time_axis
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES

_WIDE, _NARROW = Shape(7.4, 3.1, 3), Shape(3.6, 2.6, 1)


def draw(results: Results, output_id: str = "IPPG01", footnotes: tuple[str, ...] = ()) -> Drawing:
    """Draw one thin line per participant, a panel per arm.

    Parameters
    ----------
    results
        The analysis with its results and courses.
    output_id, footnotes
        Which figure it is, and what stands below it.

    Raises
    ------
    DataError
        No individual course was recorded (a public report does not come here).
    """
    courses = results.courses
    if courses is None or (courses["KIND"] == "assessment").sum() == 0:
        raise DataError("no individual course was recorded")
    arms = [arm for arm in results.arms if (courses["TRTP"] == arm).any()]
    label = label_of(results, output_id, _subtitle(results), footnotes)
    values = _values(courses)
    wide, narrow = (_figure(results, courses, arms, label, shape) for shape in (_WIDE, _NARROW))
    return Drawing(label, wide, values, _in_words(results, courses, arms), narrow)


def _values(courses: pd.DataFrame) -> pd.DataFrame:
    """Give what is plotted, without any name of a participant: lines are numbered in the order of drawing."""
    lines = courses.groupby(["TRTP", "USUBJID"], sort=False).ngroup() + 1
    named = courses.assign(line=lines).rename(columns={"TRTP": "arm", "KIND": "kind"})
    return named[["line", "arm", "kind", "AHRFIRST", "AVAL"]]


def _subtitle(results: Results) -> str:
    """Say what a line and a tick are."""
    ticks = "; ticks at the lower edge: infusions" if results.plan.design.has_infusions else ""
    period = " and period" if results.plan.design.crossover is not None else ""
    return f"One line per participant{period}{ticks}"


def _figure(results: Results, courses: pd.DataFrame, arms: list[str], label: Label, shape: Shape) -> Figure:
    """Draw the panels of one shape with shared axes."""
    columns = min(len(arms), shape.columns)
    rows = -(-len(arms) // columns)
    page = sheet(results.plan, label, width=shape.width, body=shape.height * rows + 0.3)
    is_crossover = results.plan.design.crossover is not None
    zero = "the start of the period" if is_crossover else TIME_ZERO_NAMES[results.plan.design.time_zero]
    page = draw_axis_title(page, f"Time since {zero} ({SQUEEZED_NOTE})")
    panels = page.figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    room = (shape.width - 0.9) / columns - 0.25
    for axes, arm in zip(panels, arms, strict=False):
        of_arm = courses[courses["TRTP"] == arm]
        _draw_courses(axes, results, of_arm, arm)
        _draw_infusions(axes, results, of_arm)
        n = of_arm.loc[of_arm["KIND"] == "assessment", "USUBJID"].nunique()
        axes.set_title(
            type_setting.wrapped(f"{arm} {formats.count_in_brackets(str(n))}", room, theme.SIZE, bold=True),
            weight="bold",
            size=theme.SIZE,
        )
        axes.tick_params(labelbottom=True)
    name = f"{results.endpoint.label} ({results.endpoint.unit})" if results.endpoint else ""
    for axes in panels[: len(arms) : columns]:
        axes.set_ylabel(type_setting.wrapped(name, shape.height - 0.9, theme.SIZE))
    for axes in panels[len(arms) :]:
        axes.remove()
    _label_times(panels[0], results.plan, courses, room)
    fill(page)
    return page.figure


def _draw_courses(axes: Axes, results: Results, courses: pd.DataFrame, arm: str) -> None:
    """Draw every participant's line, and a dot for whoever has a single value."""
    assessed = courses[courses["KIND"] == "assessment"].dropna(subset=["AHRFIRST", "AVAL"])
    assessed = assessed.assign(place=squeezed(assessed["AHRFIRST"].to_numpy(dtype=float), results.plan)).sort_values(
        "place"
    )
    lines = [rows[["place", "AVAL"]].to_numpy() for _, rows in assessed.groupby("USUBJID", sort=False)]
    color = theme.arm_styles(results.arms)[arm].color
    opacity = float(np.clip(8 / max(len(lines), 1), 0.38, 0.8))
    axes.add_collection(LineCollection(lines, colors=color, linewidths=0.8, alpha=opacity))
    single = np.array([line[0] for line in lines if len(line) == 1]).reshape(-1, 2)
    axes.plot(single[:, 0], single[:, 1], linestyle="none", marker=".", color=color, alpha=opacity, markersize=4)
    axes.grid(axis="y", color=theme.GRID)
    axes.autoscale_view()


def _draw_infusions(axes: Axes, results: Results, courses: pd.DataFrame) -> None:
    """Draw a tick at the start of every infusion, and a faint line where one was planned."""
    if not results.plan.design.has_infusions:
        return
    is_crossover = results.plan.design.crossover is not None  # infusions are planned since time zero, not by period
    for hours in () if is_crossover else results.plan.design.infusions:
        axes.axvline(float(squeezed(np.array(hours), results.plan)), color=theme.RULE, linewidth=0.7, zorder=0)
    starts = courses.loc[courses["KIND"] == "infusion", "AHRFIRST"].to_numpy(dtype=float)
    axes.vlines(
        squeezed(starts, results.plan),
        0,
        0.035,
        transform=axes.get_xaxis_transform(),
        color=theme.INK,
        linewidth=0.6,
        alpha=0.6,
    )


def _label_times(axes: Axes, plan: Plan, courses: pd.DataFrame, room: float) -> None:
    """Draw ticks at the visits, from the first to the last assessment; the first and the last one are named first."""
    hours = courses.loc[courses["KIND"] == "assessment", "AHRFIRST"].dropna().to_numpy(dtype=float)
    axis = time_axis(plan, plan.nominal_hours, (float(hours.min()), float(hours.max())), room=room)
    label_times(axes, axis, first=[plan.baseline_visit])


def _in_words(results: Results, courses: pd.DataFrame, arms: list[str]) -> str:
    """Say what is drawn; individual values are not repeated in words."""
    assessed = courses[courses["KIND"] == "assessment"]
    counts = [f"{arm} {assessed.loc[assessed['TRTP'] == arm, 'USUBJID'].nunique()}" for arm in arms]
    name = results.endpoint.label if results.endpoint else ""
    return f"Individual courses of {name}, one line per participant. Participants: {', '.join(counts)}."
