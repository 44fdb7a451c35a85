"""WTG03: mean change of weight and body mass index with intervals, small multiples by measure and group."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import ModelError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import draw_axis_title, draw_legend, fill, sheet
from postinfusion.present.figures.visit_axis import VisitAxis, label_visits, visit_axis
from postinfusion.present.measures import measures, measures_in_words
from postinfusion.present.results import Results

_ROW = 2.5
_LEFT = 0.85
_PANEL = 2.5
_ONE_PANEL = 5.2
_AROUND = 0.35


def draw(results: Results) -> Drawing:
    """Draw the mean change at each visit, a row of panels per measure and a column per group.

    Raises
    ------
    ModelError
        There is no change at any visit.
    """
    values = _values(results)
    if not values.empty and values["mean"].isna().all() and (values["sign"] == formats.SUPPRESSED).any():
        raise ModelError(formats.SUPPRESSED_REASON)
    if values.empty or values["mean"].isna().all():
        raise ModelError(results.failure or "there is no change of weight at any visit")
    subtitle = "Mean change from baseline with 95 % confidence intervals"
    footnotes = ("The number of participants at each visit stands in WTT01.",)
    title = f"Mean change of {measures_in_words(results)}"
    label = label_of(results, "WTG03", subtitle, footnotes, title=title, signs=set(values["sign"]))
    return Drawing(label, _figure(results, values, label), values, _in_words(results, values))


def groups(results: Results, parameter: str) -> list[str]:
    """Give the groups of a measure in the order of the results; the empty name when all stand together."""
    found = results.values_of("subgroup_level", parameter=parameter, variable="CHG", stat_name="mean")
    return [group for group in found if group] or [""]


def _values(results: Results) -> pd.DataFrame:
    """Give what is plotted: one row per measure, group, arm and visit."""
    names = {"n": "n", "mean": "mean", "conf_low": "conf_low", "conf_high": "conf_high"}
    frames = [
        pd.DataFrame(
            [
                {"parameter": endpoint.parameter, "group": group, "arm": arm, "visit": visit}
                | {name: rows.value(stat, variable="CHG", visit=visit, arm=arm, **_group(rows, group))
                   for name, stat in names.items()}
                | {"sign": rows.sign("mean", variable="CHG", visit=visit, arm=arm, **_group(rows, group))}
                for arm in results.arms
                for visit in rows.values_of("visit", variable="CHG", stat_name="mean")
            ]
        )
        for endpoint in measures(results)
        for rows in [results.of_parameter(endpoint.parameter)]
        for group in groups(results, endpoint.parameter)
    ]  # fmt: skip
    kept = [frame for frame in frames if not frame.empty]
    return pd.concat(kept, ignore_index=True).astype(dict.fromkeys(names, "float64")) if kept else pd.DataFrame()


def _group(results: Results, group: str) -> dict[str, str]:
    """Give the key columns of a group."""
    by = [name for name in results.values_of("subgroup", subgroup_level=group) if name] if group else []
    return {"subgroup": by[0], "subgroup_level": group} if by else {}


def _figure(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw the panels; the vertical axis is shared within a measure, so that groups compare."""
    shown = [endpoint for endpoint in measures(results) if (values["parameter"] == endpoint.parameter).any()]
    columns = list(dict.fromkeys(values["group"]))
    room = _ONE_PANEL if len(columns) == 1 else _PANEL
    width = _LEFT + room * len(columns)
    legend = arm_marks.legend_height(results.arms, width - 0.3)
    page = sheet(results.plan, label, width=width, body=_ROW * len(shown) + legend + 0.3)
    page = draw_axis_title(draw_legend(page, theme.arm_styles(results.arms)), _axis_title(results, values, room))
    panels = page.figure.subplots(len(shown), len(columns), sharey="row", squeeze=False)
    for row, endpoint in zip(panels, shown, strict=True):
        for axes, group in zip(row, columns, strict=True):
            shown = values[(values["parameter"] == endpoint.parameter) & (values["group"] == group)]
            _draw_panel(axes, results, shown, room - _AROUND)
            axes.set_title(type_setting.wrapped(group, room - 0.2, theme.SMALL), size=theme.SMALL, weight="bold")
        title = f"Change of {endpoint.label.lower()} ({endpoint.unit})"
        row[0].set_ylabel(type_setting.wrapped(title, _ROW - 0.5, theme.SMALL), size=theme.SMALL)
    fill(page)
    return page.figure


def _axis_title(results: Results, values: pd.DataFrame, room: float) -> str:
    """Give the common title of the horizontal axes."""
    return visit_axis(results.plan, list(dict.fromkeys(values["visit"])), room=room - _AROUND).title


def _draw_panel(axes: Axes, results: Results, values: pd.DataFrame, room: float) -> None:
    """Draw the arms of one panel; a panel of a group without results says so instead of staying empty."""
    if values["mean"].isna().all():
        reason = "suppressed" if (values["sign"] == formats.SUPPRESSED).any() else "no results"
        axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", color=theme.MUTED)
        axes.set_xticks([])
        return
    axis = visit_axis(results.plan, list(dict.fromkeys(values["visit"])), room=room)
    axes.axhline(0, color=theme.MUTED, linewidth=0.8, zorder=1)
    axes.grid(axis="y", color=theme.GRID)
    for number, (arm, style) in enumerate(theme.arm_styles(results.arms).items()):
        rows = values[values["arm"] == arm]
        places = [axis.place(visit, number, len(results.arms)) for visit in rows["visit"]]
        profile = rows.assign(position=places).rename(columns={"mean": "estimate"})
        arm_marks.draw_profile(axes, profile, style, name=arm)
        arm_marks.mark_without_value(axes, profile)
    _label(axes, axis)


def _label(axes: Axes, axis: VisitAxis) -> None:
    """Write the visits below the panel, upright where a word has no room."""
    label_visits(axes, axis)
    each = axis.step / axis.per_inch - 0.06
    words = [word for visit in axis.positions for word in visit.split()]
    if any(type_setting.width(word, theme.SMALL) > each for word in words):
        axes.set_xticks(list(axis.positions.values()), list(axis.positions), rotation=90)


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the last visit of every panel and arm in words."""
    return " ".join(_panel_in_words(results, rows) for _, rows in values.groupby(["parameter", "group"], sort=False))


def _panel_in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the change at the last visit of one panel in words."""
    first = values.iloc[0]
    endpoint = next(item for item in measures(results) if item.parameter == first["parameter"])
    rows, visit = results.of_parameter(endpoint.parameter), str(values["visit"].iloc[-1])
    means = [
        f"{arm} {rows.text('mean', variable='CHG', visit=visit, arm=arm, **_group(rows, str(first['group'])))}"
        for arm in results.arms
    ]
    where = f" in {first['group']}" if first["group"] else ""
    return f"Mean change of {endpoint.label.lower()} ({endpoint.unit}) at {visit}{where}: {', '.join(means)}."
