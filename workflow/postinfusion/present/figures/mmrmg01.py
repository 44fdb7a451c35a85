"""MMRMG01: adjusted means with intervals by visit, with the number of participants at each visit below."""

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
from postinfusion.present.figures.sheet import draw_legend, fill, sheet
from postinfusion.present.figures.visit_axis import VisitAxis, label_visits, visit_axis
from postinfusion.present.results import Results
from postinfusion.vocabulary import Better

_WIDTH = 5.8
_PLOT = 2.9
_NAMES = 1.15
_ROOM = _WIDTH - _NAMES - 0.35


def draw(results: Results) -> Drawing:
    """Draw the adjusted means of every arm over the visits of the model.

    Raises
    ------
    ModelError
        The model has no mean that could be estimated.
    """
    visits = [visit for visit in results.values_of("visit", term="marginal-mean") if visit not in {"", "average"}]
    axis = visit_axis(results.plan, visits, room=_ROOM) if visits else None
    values = _values(results, axis) if axis else pd.DataFrame({"estimate": []})
    if axis and (values["sign"] == formats.SUPPRESSED).all():
        raise ModelError(formats.SUPPRESSED_REASON)
    if axis is None or values["estimate"].isna().all():
        raise ModelError(results.failure or "the model gives no adjusted mean")
    label = label_of(results, "MMRMG01", f"Adjusted means with {results.confidence} confidence intervals")
    figure = _figure(results, values, axis, label)
    return Drawing(label, figure, values, _in_words(results, values))


def _values(results: Results, axis: VisitAxis) -> pd.DataFrame:
    """Give what is plotted: one row per arm and visit."""
    records = [
        {
            "arm": arm,
            "visit": visit,
            "position": axis.place(visit, number, len(results.arms)),
            "n": results.value("n", term="observed", visit=visit, arm=arm),
            "sign": results.sign("estimate", term="marginal-mean", visit=visit, arm=arm),
        }
        | {
            name: results.value(name, term="marginal-mean", visit=visit, arm=arm)
            for name in ("estimate", "conf_low", "conf_high")
        }
        for number, arm in enumerate(results.arms)
        for visit in axis.positions
    ]
    return pd.DataFrame(records).astype(dict.fromkeys(("n", "estimate", "conf_low", "conf_high"), "float64"))


def _figure(results: Results, values: pd.DataFrame, axis: VisitAxis, label: Label) -> Figure:
    """Draw the profiles above, the strip of numbers below."""
    styles = theme.arm_styles(results.arms)
    names = [type_setting.lines(arm, _NAMES, theme.SMALL) for arm in results.arms]
    strip = type_setting.height(sum(map(len, names)) + 1, theme.SMALL) + 0.08 * len(names)
    legend = arm_marks.legend_height(results.arms, _WIDTH - 0.3)
    page = draw_legend(sheet(results.plan, label, width=_WIDTH, body=_PLOT + strip + legend + 0.8), styles)
    upper, lower = page.figure.subplots(2, 1, sharex=True, height_ratios=[_PLOT, strip])
    for arm, style in styles.items():
        arm_marks.draw_profile(upper, values[values["arm"] == arm], style, name=arm)
    arm_marks.mark_without_value(upper, values)
    _finish_profiles(upper, results, axis)
    _draw_strip(lower, results, values, names)
    fill(page)
    return page.figure


def _finish_profiles(axes: Axes, results: Results, axis: VisitAxis) -> None:
    """Add zero line and labels; the visits stand between the profiles and the strip."""
    if _is_change(results):
        axes.axhline(0, color=theme.MUTED, linewidth=0.8, zorder=1)
    axes.grid(axis="y", color=theme.GRID)
    axes.set_ylabel(_axis_title(results))
    label_visits(axes, axis)
    axes.tick_params(labelbottom=True)
    axes.set_xlabel(axis.title, color=theme.MUTED, size=theme.SMALL)


def _draw_strip(axes: Axes, results: Results, values: pd.DataFrame, names: list[list[str]]) -> None:
    """Write the number of participants at each visit, a row per arm, below the marks."""
    counts = [len(lines) + 0.5 for lines in names]
    middles = [sum(counts[:place]) + count / 2 for place, count in enumerate(counts)]
    axes.set_ylim(sum(counts), 0)
    axes.set_yticks(middles, ["\n".join(lines) for lines in names])
    axes.tick_params(length=0, labelbottom=False, labelsize=theme.SMALL)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title("Participants with a value", size=theme.SMALL, color=theme.MUTED, loc="left", pad=2)
    middle = values.groupby("visit")["position"].mean()
    for height, arm in zip(middles, results.arms, strict=True):
        rows = values[values["arm"] == arm]
        for visit in rows["visit"]:
            text = results.text("n", term="observed", visit=str(visit), arm=arm)
            axes.text(middle[visit], height, text, ha="center", va="center", size=theme.SMALL)


def _is_change(results: Results) -> bool:
    """Say whether the change from baseline was modelled."""
    return isinstance(results.analysis, Mmrm) and results.analysis.form is Form.CHANGE


def _axis_title(results: Results) -> str:
    """Give the title of the vertical axis: what, in which unit, and which direction is a benefit."""
    endpoint = results.endpoint
    if endpoint is None:
        return ""
    direction = "" if endpoint.better is Better.NONE else f"\n{endpoint.better.value} is better"
    title = f"{'Change of ' if _is_change(results) else ''}{endpoint.label} ({endpoint.unit})"
    return type_setting.wrapped(title, _PLOT - 0.2, theme.SIZE) + direction


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the figure in words: every mean with its interval."""
    return " ".join(
        f"{arm}: {'; '.join(_point_in_words(results, str(visit), arm) for visit in rows['visit'])}."
        for arm, rows in values.groupby("arm", sort=False)
    )


def _point_in_words(results: Results, visit: str, arm: object) -> str:
    """Give one mean with its interval and number in words."""
    key = {"visit": visit, "arm": str(arm)}
    mean = results.text("estimate", term="marginal-mean", **key)
    n = results.text("n", term="observed", **key)
    return f"{visit} {formats.with_bracket(mean, results.interval(term='marginal-mean', **key))}, n {n}"
