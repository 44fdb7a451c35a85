"""MMRMG02: the effect over the time since time zero, in a wide form and in one for narrow screens."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Mmrm
from postinfusion.plan.endpoints import Form
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.shapes import NARROW, WIDE, Shape
from postinfusion.present.figures.sheet import draw_axis_title, fill, sheet
from postinfusion.present.figures.time_axis import (
    SQUEEZED_NOTE,
    TimeAxis,
    draw_planned_infusions,
    label_times,
    squeezed,
    time_axis,
)
from postinfusion.present.primary import primary_analysis, primary_estimand
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES, Better

_NUMBERS = ("estimate", "conf_low", "conf_high")
_LARGE = 8.5


def draw(results: Results) -> Drawing:
    """Draw the differences between arms by visit, a panel per comparison; in a trial with one arm its mean change.

    Raises
    ------
    ModelError
        The model has no estimate.
    """
    values = _values(results)
    if not values.empty and (values["sign"] == formats.SUPPRESSED).all():
        raise ModelError(formats.SUPPRESSED_REASON)
    if values.empty or values["estimate"].isna().all():
        raise ModelError(results.failure or "the model gives no estimate at any visit")
    label = label_of(results, "MMRMG02", _subtitle(results), title=_title(results), signs=set(values["sign"]))
    wide, narrow = (_figure(results, values, label, shape) for shape in (WIDE, NARROW))
    return Drawing(label, wide, values.drop(columns="panel"), _in_words(results, values), narrow)


def _values(results: Results) -> pd.DataFrame:
    """Give what is plotted: one row per comparison (or the only arm) and visit, in the order of time."""
    keys = [{"term": "difference", "arm": arm, "comparator": against} for arm, against in results.comparisons]
    keys = keys or [{"term": "marginal-mean", "arm": arm} for arm in results.arms]
    hours = results.plan.nominal_hours
    records = [
        {"panel": panel, "arm": key["arm"], "comparator": key.get("comparator", ""), "visit": visit,
         "hours": hours[visit], "position": float(squeezed(hours[visit], results.plan)),
         "sign": results.sign("estimate", visit=visit, **key)}
        | {name: results.value(name, visit=visit, **key) for name in _NUMBERS}
        for panel, key in enumerate(keys)
        for visit in results.values_of("visit", term=key["term"]) if visit in hours
    ]  # fmt: skip
    frame = pd.DataFrame(
        records, columns=["panel", "arm", "comparator", "visit", "hours", "position", "sign", *_NUMBERS]
    )
    return frame.astype(dict.fromkeys(_NUMBERS, "float64")).sort_values(["panel", "hours"], ignore_index=True)


def _figure(results: Results, values: pd.DataFrame, label: Label, shape: Shape) -> Figure:
    """Draw the panels of one shape, which share their axes."""
    count = values["panel"].nunique()
    columns = min(count, shape.columns)
    rows = -(-count // columns)
    page = sheet(results.plan, label, width=shape.width, body=shape.height * rows)
    zero = TIME_ZERO_NAMES[results.plan.design.time_zero]
    page = draw_axis_title(page, f"Time since {zero} ({SQUEEZED_NOTE})")
    panels = page.figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    axis = _axis(results, values, shape.room(count))
    for axes, (_, shown) in zip(panels, values.groupby("panel"), strict=False):
        _draw_panel(axes, results, shown, axis)
        if count > 1:
            title = f"{shown['arm'].iloc[0]} − {shown['comparator'].iloc[0]}"
            axes.set_title(
                type_setting.wrapped(title, axis.room, theme.SMALL, bold=True), weight="bold", size=theme.SMALL
            )
    for axes in panels[:count:columns]:
        axes.set_ylabel(_vertical_title(results, shape), size=theme.SMALL)
    for axes in panels[count:]:
        axes.remove()
    fill(page)
    return page.figure


def _axis(results: Results, values: pd.DataFrame, room: float) -> TimeAxis:
    """Give the axis from time zero to the last visit, or to the last infusion where that is later."""
    visits = {"0 h": 0.0} | dict(zip(values["visit"], values["hours"], strict=True))
    times = [*visits.values(), *results.plan.design.infusions]
    return time_axis(results.plan, visits, (min(times), max(times)), room=room)


def _draw_panel(axes: Axes, results: Results, values: pd.DataFrame, axis: TimeAxis) -> None:
    """Draw estimates with a band of pointwise intervals, the zero line and the planned infusions."""
    style = theme.arm_styles(results.arms)[str(values["arm"].iloc[0])]
    if _compares(results) or _is_change(results):
        axes.axhline(0, color=theme.INK, linewidth=0.9, zorder=1, gid="zero")
    axes.fill_between(
        values["position"], values["conf_low"], values["conf_high"], color=style.color, alpha=0.14, linewidth=0
    )
    arm_marks.draw_profile(axes, values, style, name=str(values["arm"].iloc[0]))
    primary = values[values["visit"] == _primary_visit(results, values)]
    axes.plot(
        primary["position"], primary["estimate"], linestyle="none", marker=style.marker, color=style.color,
        markersize=_LARGE, markeredgecolor="white", markeredgewidth=0.8, zorder=4,
    )  # fmt: skip
    arm_marks.mark_without_value(axes, values)
    if results.plan.design.infusions:
        draw_planned_infusions(axes, results.plan)
    axes.grid(axis="y", color=theme.GRID)
    axes.tick_params(labelbottom=True)
    label_times(axes, axis, first=[_primary_visit(results, values)])


def _primary_visit(results: Results, values: pd.DataFrame) -> str:
    """Give the visit of the primary estimand, if these values answer it; else nothing."""
    found = primary_estimand(results.plan)
    if found is None or results.analysis_id != primary_analysis(results.plan):
        return ""
    treatment, first = found[1].treatment, values.iloc[0]
    is_asked = (first["arm"], first["comparator"]) == (treatment.arm, treatment.against)
    return found[1].variable.visit if is_asked else ""


def _compares(results: Results) -> bool:
    """Say whether arms are compared."""
    return bool(results.comparisons)


def _is_change(results: Results) -> bool:
    """Say whether the change from baseline was modelled."""
    return isinstance(results.analysis, Mmrm) and results.analysis.form is Form.CHANGE


def _title(results: Results) -> str:
    """Say what is shown: differences from which arm, or the course of the only arm, which is no effect."""
    if _compares(results):
        return f"Difference from {' or '.join(dict.fromkeys(pair[1] for pair in results.comparisons))} over time"
    return f"Mean {'change' if _is_change(results) else 'value'} over time, uncontrolled"


def _subtitle(results: Results) -> str:
    """Say what marks, band and ticks are."""
    what = "Differences of adjusted means" if _compares(results) else "Adjusted means"
    parts = [f"{what} at the visits with pointwise {results.confidence} confidence intervals, joined by straight lines"]
    if results.analysis_id == primary_analysis(results.plan):
        parts.append("large mark: the visit of the primary result")
    if results.plan.design.infusions:
        parts.append("ticks at the lower edge: planned infusions")
    return "; ".join(parts)


def _vertical_title(results: Results, shape: Shape) -> str:
    """Give the title of the vertical axis: what, in which unit, and which side of zero is a benefit for whom."""
    endpoint = results.endpoint
    if endpoint is None:
        return ""
    of = "change of " if _is_change(results) else ""
    what = f"Difference in {of}" if _compares(results) else of.capitalize()
    lines = [f"{what}{endpoint.label} ({endpoint.unit})", _direction(results, endpoint.better)]
    return "\n".join(type_setting.wrapped(line, shape.height - 1.0, theme.SMALL) for line in lines if line)


def _direction(results: Results, better: Better) -> str:
    """Say in words which direction is a benefit."""
    if better is Better.NONE:
        return "no direction is a benefit"
    if not _compares(results):
        return f"{better.value} is better"
    arms = [pair[0] for pair in results.comparisons]
    side = "below" if better is Better.LOWER else "above"
    return f"{side} zero favours {arms[0] if len(arms) == 1 else 'the arm named first'}"


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give every estimate with its interval in words."""
    sentences = [_panel_in_words(results, shown) for _, shown in values.groupby("panel")]
    direction = _direction(results, results.endpoint.better) if results.endpoint else ""
    return " ".join([*sentences, f"{direction.capitalize()}." if direction else ""]).strip()


def _panel_in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the estimates of one comparison, or of the only arm, in words."""
    arm, against = str(values["arm"].iloc[0]), str(values["comparator"].iloc[0])
    key = {"term": "difference", "comparator": against} if against else {"term": "marginal-mean"}
    keys = [{"visit": str(visit), "arm": arm, **key} for visit in values["visit"]]
    texts = [
        f"{key['visit']} {formats.with_bracket(results.text('estimate', **key), results.interval(**key))}"
        for key in keys
    ]
    return f"{f'{arm} − {against}' if against else arm}: {'; '.join(texts)}."
