"""WTG02: change of weight against change of a symptom scale, a dot for each participant, a panel for each group."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import DataError, ModelError
from postinfusion.plan.analyses import WeightStability
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import draw_axis_title, draw_legend, fill, sheet
from postinfusion.present.results import Results

_WIDTH, _NARROW = 7.4, 3.9
_HEIGHT = 2.7
_MOST_COLUMNS = 3
_CHANGES = "changes"


def draw(results: Results) -> Drawing:
    """Draw both changes with the correlation of each group in its title.

    Raises
    ------
    ModelError
        The plan names no scale beside the weight.
    DataError
        Nobody has both changes (a public report does not come here).
    """
    analysis, individual = results.analysis, results.courses
    if not isinstance(analysis, WeightStability) or not analysis.symptom:
        raise ModelError("the plan names no symptom beside the weight: write symptom and symptom_visit")
    if individual is None or (individual["KIND"] == _CHANGES).sum() == 0:
        raise DataError(f"nobody has a change of both at {analysis.symptom_visit}")
    subtitle = (
        f"Changes from baseline at {analysis.symptom_visit}; r: correlation within arms with its {results.confidence} "
        "interval. An association, without a direction"
    )
    label = label_of(results, "WTG02", subtitle)
    values = _values(individual)
    wide, narrow = (_figure(results, values, label, width) for width in (_WIDTH, _NARROW))
    return Drawing(label, wide, values, _in_words(results, values), narrow)


def _values(individual: pd.DataFrame) -> pd.DataFrame:
    """Give what is plotted, without any name of a participant."""
    dots = individual[individual["KIND"] == _CHANGES]
    names = {"GROUP": "group", "TRTP": "arm", "WEIGHT": "weight_change", "SYMPTOM": "symptom_change"}
    return dots.rename(columns=names)[[*names.values()]].astype(
        {"weight_change": "float64", "symptom_change": "float64"}
    )


def _figure(results: Results, values: pd.DataFrame, label: Label, width: float) -> Figure:
    """Draw the panels with shared axes."""
    groups = list(dict.fromkeys(values["group"]))
    columns = min(len(groups), _MOST_COLUMNS) if width > _NARROW else 1
    rows = -(-len(groups) // columns)
    legend = arm_marks.legend_height(results.arms, width - 0.3)
    page = sheet(results.plan, label, width=width, body=_HEIGHT * rows + legend + 0.3)
    page = draw_legend(page, theme.arm_styles(results.arms), has_lines=False)
    page = draw_axis_title(page, "Change of weight (% of baseline)")
    panels = page.figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    room = (width - 0.9) / columns - 0.25
    for axes, group in zip(panels.ravel(), groups, strict=False):
        _panel(axes, results, values[values["group"] == group])
        lines = [part for part in (group, _correlation(results, group)) if part]
        title = "\n".join(type_setting.wrapped(line, room, theme.SMALL) for line in lines)
        axes.set_title(title, size=theme.SMALL)
        axes.tick_params(labelbottom=True)
    for axes in panels.ravel()[len(groups) :]:
        axes.remove()
    for axes in panels[:, 0]:
        axes.set_ylabel(
            type_setting.wrapped(f"Change of {_scale(results)}", _HEIGHT - 0.8, theme.SMALL), size=theme.SMALL
        )
    fill(page)
    return page.figure


def _panel(axes: Axes, results: Results, values: pd.DataFrame) -> None:
    """Draw a mark for each participant, with lines at no change."""
    for place in (axes.axhline, axes.axvline):
        place(0, color=theme.RULE, linewidth=0.8, zorder=0)
    for arm, style in theme.arm_styles(results.arms).items():
        mine = values[values["arm"] == arm]
        axes.plot(
            mine["weight_change"], mine["symptom_change"], linestyle="none", marker=style.marker, markersize=4.5,
            color=style.color, alpha=0.75, markeredgewidth=0, gid=arm,
        )  # fmt: skip
    axes.grid(color=theme.GRID)


def _scale(results: Results) -> str:
    """Name the scale with its unit."""
    endpoint = results.plan.endpoints[getattr(results.analysis, "symptom", "")]
    return f"{endpoint.label} ({endpoint.unit})"


def _correlation(results: Results, group: str) -> str:
    """Give the correlation of a group over all arms."""
    by = [name for name in results.values_of("subgroup", subgroup_level=group) if name] if group else []
    level = {"subgroup": by[0], "subgroup_level": group} if by else {}
    arm = "" if len(results.arms) > 1 else results.arms[0]
    found = {"term": "weight-and-symptom", "arm": arm, **level}
    for variable in results.values_of("variable", **found):
        for visit in results.values_of("visit", variable=variable, **found):
            key = {**found, "variable": variable, "visit": visit}
            estimate, *limits = (results.value(name, **key) for name in ("correlation", "conf_low", "conf_high"))
            n = formats.count_in_brackets(results.text("n", **key))
            if estimate is None or math.isnan(estimate) or None in limits:
                return f"r {formats.NOT_ESTIMABLE} {n}"
            low, high = (formats.number(float(limit or 0), 2) for limit in limits)
            return f"r = {formats.with_bracket(formats.number(estimate, 2), formats.interval(low, high))} {n}"
    return ""


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the correlations in words; single values are not repeated."""
    told = [
        f"{f'{group}: ' if group else ''}{_correlation(results, group)}" for group in dict.fromkeys(values["group"])
    ]
    return f"Change of weight against change of {_scale(results)}. {'; '.join(told)}."
