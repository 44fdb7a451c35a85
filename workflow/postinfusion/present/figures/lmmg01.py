"""LMMG01: the effect curve over time with its bands, in a wide form and in one for narrow screens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Trajectory
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.effect_features import (
    EXPLORATORY,
    FEATURES,
    TERM,
    band_in_words,
    curve_key,
    curve_name,
    feature_text,
    instant,
    is_exploratory,
    origin,
    problem,
)
from postinfusion.present.figures import type_setting
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
from postinfusion.present.results import Results
from postinfusion.vocabulary import Better

_NUMBERS = ("estimate", "conf_low", "conf_high", "band_low", "band_high")
_MARKED = {"onset": "onset", "duration": "end"}
# An estimate beyond an end of the grid points there.
_SIGNS = {"≤": "<", ">": ">"}
_HEADROOM = 0.24
_TITLE_MARGIN = 0.35
_FIRST, _STEP = 0.94, 0.085


def draw(results: Results) -> Drawing:
    """Draw the difference between arms over time, a panel per comparison; in a trial with one arm its mean change.

    Raises
    ------
    ModelError
        The model has no curve.
    """
    values = _values(results)
    if not values.empty and values["estimate"].isna().all():
        raise ModelError(formats.SUPPRESSED_REASON)
    if values.empty:
        raise ModelError(results.failure or "the model gives no curve: report_at or band needs two times or more")
    notes = (EXPLORATORY,) if is_exploratory(results) else ()
    label = label_of(results, "LMMG01", _subtitle(results), notes, title=_title(results), signs=())
    wide, narrow = (_figure(results, values, label, shape) for shape in (WIDE, NARROW))
    return Drawing(label, wide, values.drop(columns="panel"), _in_words(results), narrow)


def _values(results: Results) -> pd.DataFrame:
    """Give what is plotted: one row per curve and time of its grid."""
    records = [
        {"panel": panel, "arm": key["arm"], "comparator": key.get("comparator", ""), "hours": float(time),
         "position": float(squeezed(float(time), results.plan))}
        | {name: results.value(name, term="curve", time=time, **key) for name in _NUMBERS}
        for panel, key in enumerate(curve_key(results))
        for time in results.values_of("time", term="curve", **key)
    ]  # fmt: skip
    frame = pd.DataFrame(records, columns=["panel", "arm", "comparator", "hours", "position", *_NUMBERS])
    return frame.astype(dict.fromkeys(_NUMBERS, "float64")).sort_values(["panel", "hours"], ignore_index=True)


def _figure(results: Results, values: pd.DataFrame, label: Label, shape: Shape) -> Figure:
    """Draw the panels of one shape, which share their axes."""
    count = values["panel"].nunique()
    columns = min(count, shape.columns)
    rows = -(-count // columns)
    page = sheet(results.plan, label, width=shape.width, body=shape.height * rows)
    page = draw_axis_title(page, f"Time since {origin(results)} ({SQUEEZED_NOTE})")
    panels = page.figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    axis = _axis(results, values, shape.room(count))
    keys = [key for key in curve_key(results) if (values["arm"] == key["arm"]).any()]
    for axes, (_, shown), key in zip(panels, values.groupby("panel"), keys, strict=False):
        _draw_panel(axes, results, shown, axis)
        if count > 1:
            title = type_setting.wrapped(curve_name(key), axis.room - _TITLE_MARGIN, theme.SMALL, bold=True)
            axes.set_title(title, weight="bold", size=theme.SMALL)
    _make_room(panels[0], results)
    for axes, key in zip(panels, keys, strict=False):
        _mark_features(axes, results, key, axis)
    for axes in panels[:count:columns]:
        axes.set_ylabel(_vertical_title(results, shape), size=theme.SMALL)
    for axes in panels[count:]:
        axes.remove()
    fill(page)
    return page.figure


def _axis(results: Results, values: pd.DataFrame, room: float) -> TimeAxis:
    """Give the axis of the grid, from time zero on; its ticks are visits, or times where it counts from the last."""
    plan, analysis = results.plan, results.analysis
    assert isinstance(analysis, Trajectory)  # noqa: S101
    end = float(values["hours"].max())
    places = {hours_as_text(hours): hours for hours in analysis.report_at}
    if analysis.since == "first-infusion":
        places = {visit: hours for visit, hours in plan.nominal_hours.items() if 0 < hours <= end} or places
    return time_axis(plan, {"0 h": 0.0} | places, (0.0, end), room=room)


def _draw_panel(axes: Axes, results: Results, values: pd.DataFrame, axis: TimeAxis) -> None:
    """Draw a curve with both bands, the zero line, the important difference and the planned infusions."""
    color = theme.arm_styles(results.arms)[str(values["arm"].iloc[0])].color
    axes.axhline(0, color=theme.INK, linewidth=0.9, zorder=1, gid="zero")
    for low, high, alpha, gid in (("band_low", "band_high", 0.13, "band"), ("conf_low", "conf_high", 0.22, "interval")):
        axes.fill_between(values["position"], values[low], values[high], color=color, alpha=alpha, linewidth=0, gid=gid)
    axes.plot(values["position"], values["estimate"], color=color, linewidth=1.7, zorder=3, gid="curve")
    if (important := _important(results)) is not None:
        axes.axhline(important, color=theme.MUTED, linewidth=1.0, linestyle=(0, (5, 3)), zorder=1, gid="important")
    analysis = results.analysis
    if results.plan.design.infusions and isinstance(analysis, Trajectory) and analysis.since == "first-infusion":
        draw_planned_infusions(axes, results.plan)
    axes.grid(axis="y", color=theme.GRID)
    axes.tick_params(labelbottom=True)
    label_times(axes, axis)


def _make_room(axes: Axes, results: Results) -> None:
    """Leave a margin at the top for the onset and the end of the important benefit."""
    if any(_marks(results, key) for key in curve_key(results)):
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + _HEADROOM * (high - low) / (1 - _HEADROOM))


def _mark_features(axes: Axes, results: Results, key: Mapping[str, str], axis: TimeAxis) -> None:
    """Draw the onset and the end of the important benefit with their intervals as bars at the upper edge."""
    for row, (level, limits) in enumerate(_marks(results, key).items()):
        height = _FIRST - row * _STEP
        low, middle, high = (float(np.clip(squeezed(hours, results.plan), axis.low, axis.high)) for hours in limits)
        transform = axes.get_xaxis_transform()
        axes.hlines(height, low, high, transform=transform, color=theme.INK, linewidth=1.3, gid=f"{level}-interval")
        axes.plot(
            [middle], [height], transform=transform, marker=_SIGNS.get(results.said("estimate", term=TERM, level=level,
            **key)[:1], "|"), markersize=6, markeredgewidth=2.2, color=theme.INK, linestyle="none", gid=level,
        )  # fmt: skip
        right = high < (axis.low + axis.high) / 2
        axes.annotate(
            _MARKED[level], (high if right else low, height), xycoords=transform, textcoords="offset points",
            xytext=(7 if right else -7, 0), ha="left" if right else "right", va="center", size=theme.SMALL - 0.6,
            color=theme.MUTED,
        )  # fmt: skip


def _marks(results: Results, key: Mapping[str, str]) -> dict[str, tuple[float, float, float]]:
    """Give low limit, estimate and high limit of what is marked; a limit never reached is drawn to the end."""
    if "comparator" not in key:
        return {}
    found = {}
    for level in _MARKED:
        at = {"term": TERM, "level": level, **key}
        low, middle, high = (results.value(name, **at) for name in ("conf_low", "estimate", "conf_high"))
        if middle is None or np.isnan(middle):
            continue
        grid_end = results.value("grid_until", term="band", **key) or middle
        low = middle if low is None or np.isnan(low) else low
        high = grid_end if high is None or np.isnan(high) else high
        found[level] = (min(low, middle), middle, high)
    return found


def _important(results: Results) -> float | None:
    """Give where the important difference lies on the axis; None where the arms are not compared or there is none."""
    endpoint = results.endpoint
    if endpoint is None or endpoint.important_difference is None or not results.comparisons:
        return None
    signs = {Better.HIGHER: 1.0, Better.LOWER: -1.0}
    return signs[endpoint.better] * endpoint.important_difference if endpoint.better in signs else None


def _title(results: Results) -> str:
    """Say what is shown: the effect over time, or the course of the only arm, which is no effect."""
    if results.comparisons:
        against = " or ".join(dict.fromkeys(pair[1] for pair in results.comparisons))
        return f"Difference from {against} over continuous time"
    return "Mean change over continuous time, uncontrolled"


def _subtitle(results: Results) -> str:
    """Say what line, bands, bars and ticks are."""
    level, keys = results.confidence, curve_key(results)
    what = "Difference of adjusted means" if results.comparisons else "Adjusted mean change"
    grid = next((text for text in (band_in_words(results, key) for key in keys) if text), "")
    parts = [f"{what} (line) with pointwise {level} intervals (dark) and the simultaneous {level} band (light; {grid})"]
    if (important := _important(results)) is not None:
        parts.append(f"dashed: the important difference ({formats.number(abs(important), results.decimals)})")
    if any(_marks(results, key) for key in keys):
        parts.append("bars at the top: onset and end of an important benefit with their intervals")
    analysis = results.analysis
    if results.plan.design.infusions and isinstance(analysis, Trajectory) and analysis.since == "first-infusion":
        parts.append("ticks at the lower edge: planned infusions")
    return "; ".join(parts)


def _vertical_title(results: Results, shape: Shape) -> str:
    """Give the title of the vertical axis: what, in which unit, and which side of zero is a benefit for whom."""
    endpoint = results.endpoint
    if endpoint is None:
        return ""
    what = "Difference in change of" if results.comparisons else "Change of"
    lines = [f"{what} {endpoint.label} ({endpoint.unit})", _direction(results, endpoint.better)]
    return "\n".join(type_setting.wrapped(line, shape.height - 1.0, theme.SMALL) for line in lines if line)


def _direction(results: Results, better: Better) -> str:
    """Say in words which direction is a benefit."""
    if better is Better.NONE:
        return "no direction is a benefit"
    if not results.comparisons:
        return f"{better.value} is better"
    arms = [pair[0] for pair in results.comparisons]
    side = "below" if better is Better.LOWER else "above"
    return f"{side} zero favours {arms[0] if len(arms) == 1 else 'the arm named first'}"


def _in_words(results: Results) -> str:
    """Give the curve at the reported times, and its features, in words."""
    return " ".join(_curve_in_words(results, key) for key in curve_key(results))


def _curve_in_words(results: Results, key: Mapping[str, str]) -> str:
    """Give one curve in words."""
    analysis = results.analysis
    times = results.values_of("time", term="marginal-mean") if isinstance(analysis, Trajectory) else []
    points = []
    for time in times:
        at = {"term": "curve", "time": time, **key}
        if text := results.text("estimate", **at):
            band = formats.interval(results.text("band_low", **at), results.text("band_high", **at))
            points.append(f"{hours_as_text(float(time))} {formats.with_bracket(text, f'band {band}')}")
    told = [
        f"{FEATURES[level].lower()}: {problem(results, level, key) or feature_text(results, level, key)}"
        for level in _MARKED
        if "comparator" in key and (problem(results, level, key) or instant(results, "estimate", level, key))
    ]
    return f"{curve_name(key)}: {'; '.join([*points, *told])}."
