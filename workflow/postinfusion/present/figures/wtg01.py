"""WTG01: a strip for each participant that tells when weight lay within, below or above the band."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from postinfusion.errors import DataError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.sheet import Sheet, draw_axis_title, fill, sheet
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES

_WIDTH, _NARROW = 7.4, 3.9
_STRIP, _AROUND, _LEAST = 0.1, 0.5, 0.35
_LEGEND = 0.1
_HOURS_PER_DAY = 24.0
_TICKS = 28
_STRETCH, _INFUSION = "stretch", "infusion"


@dataclass(frozen=True)
class _Side:
    """How time on one side of the band is drawn: sides differ by colour, width and height at once."""

    name: str
    color: str
    width: float
    shift: float


_SIDES = {
    -1: _Side("below the band", "#b8325e", 3.0, -0.2),
    0: _Side("within the band", "#9aa3ad", 1.6, 0.0),
    1: _Side("above the band", "#12457f", 3.0, 0.2),
}


def draw(results: Results) -> Drawing:
    """Draw the strips, a panel for each group and arm.

    Raises
    ------
    DataError
        No stretch of any participant was recorded (a public report does not come here).
    """
    individual = results.courses
    if individual is None or (individual["KIND"] == _STRETCH).sum() == 0:
        raise DataError("nobody has two weighings that are near enough to tell the time between them")
    band = next(iter(results.values_of("variable", term="share-of-time")), "within the band")
    subtitle = (
        f"One strip per participant; the band: {band} of the reference weight. Nothing is drawn where weighings lie "
        "too far apart"
    )
    label = label_of(results, "WTG01", subtitle)
    values = _values(individual)
    wide, narrow = (_figure(results, values, label, width) for width in (_WIDTH, _NARROW))
    return Drawing(label, wide, values, _in_words(results, values), narrow)


def _values(individual: pd.DataFrame) -> pd.DataFrame:
    """Give what is plotted, without any name of a participant: strips are numbered from the top of each panel."""
    drawn = individual[individual["KIND"].isin([_STRETCH, _INFUSION])]
    with_strip = drawn[drawn["USUBJID"].isin(drawn.loc[drawn["KIND"] == _STRETCH, "USUBJID"])]
    strips = pd.concat(
        [
            rows.assign(strip=pd.factorize(rows["USUBJID"])[0] + 1)
            for _, rows in with_strip.groupby(["GROUP", "TRTP"], sort=False)
        ]
    )
    days = strips.assign(**{name: strips[name].astype("float64") / _HOURS_PER_DAY for name in ("START", "END")})
    names = {"GROUP": "group", "TRTP": "arm", "KIND": "kind", "START": "from_day", "END": "until_day", "SIDE": "side"}
    return days.rename(columns=names)[["group", "arm", "strip", "kind", "from_day", "until_day", "side"]]


def _figure(results: Results, values: pd.DataFrame, label: Label, width: float) -> Figure:
    """Draw the panels: groups below each other, arms side by side on a wide sheet."""
    arms = [arm for arm in results.arms if (values["arm"] == arm).any()]
    groups = list(dict.fromkeys(values["group"]))
    columns = len(arms) if width > _NARROW else 1
    places = [[(group, arm) for arm in arms] for group in groups] if columns > 1 else [
        [(group, arm)] for group in groups for arm in arms
    ]  # fmt: skip
    heights = [max(_LEAST, *(_STRIP * _strips(values, *place) for place in row)) + _AROUND for row in places]
    page = sheet(results.plan, label, width=width, body=sum(heights) + 0.6)
    page = draw_axis_title(_legend(page, width), f"Days since {TIME_ZERO_NAMES[results.plan.design.time_zero]}")
    panels = page.figure.subplots(
        len(places), columns, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    room = (width - 0.4) / columns - 0.2
    for row, names in zip(panels, places, strict=True):
        for axes, (group, arm) in zip(row, names, strict=True):
            _panel(axes, values[(values["group"] == group) & (values["arm"] == arm)])
            title = f"{group}, {arm}" if group else arm
            number = formats.count_in_brackets(str(_strips(values, group, arm)))
            axes.set_title(
                type_setting.wrapped(f"{title} {number}", room, theme.SMALL, bold=True), size=theme.SMALL, weight="bold"
            )
    _days(panels[0, 0], values)
    fill(page)
    return page.figure


def _strips(values: pd.DataFrame, group: str, arm: str) -> int:
    """Count the strips of one panel."""
    found = values.loc[(values["group"] == group) & (values["arm"] == arm), "strip"]
    return int(found.max()) if len(found) else 0


def _panel(axes: Axes, values: pd.DataFrame) -> None:
    """Draw the strips of one panel, the first at the top, with a tick at each infusion."""
    stretches = values[values["kind"] == _STRETCH]
    for side, style in _SIDES.items():
        mine = stretches[stretches["side"] == side]
        axes.hlines(
            mine["strip"] - style.shift, mine["from_day"], mine["until_day"], color=style.color, linewidth=style.width,
            gid=style.name,
        )  # fmt: skip
    infusions = values[values["kind"] == _INFUSION]
    axes.vlines(
        infusions["from_day"], infusions["strip"] - 0.42, infusions["strip"] + 0.42, color=theme.INK, linewidth=0.7,
        gid="infusions",
    )  # fmt: skip
    axes.set_ylim(float(values["strip"].max() if len(values) else 1) + 0.8, 0.2)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=theme.GRID)
    axes.tick_params(labelbottom=True)


def _days(axes: Axes, values: pd.DataFrame) -> None:
    """Draw a tick every four weeks."""
    axes.set_xticks(range(0, int(values["until_day"].max()) + 1, _TICKS))


def _legend(page: Sheet, width: float) -> Sheet:
    """Draw what the strips mean; give the sheet with what is left of it."""
    handles = [Line2D([], [], color=style.color, linewidth=style.width, label=style.name) for style in _SIDES.values()]
    handles.append(Line2D([], [], color=theme.INK, linestyle="none", marker="|", markersize=7, label="infusion"))
    columns = len(handles) if width > _NARROW else 2
    lines = -(-len(handles) // columns)
    left, height = 0.14 / width, page.figure.get_figheight()
    page.figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(left, page.top / height), ncols=columns, borderpad=0,
        borderaxespad=0.2, columnspacing=1.6,
    ).set_in_layout(False)  # fmt: skip
    return replace(page, top=page.top - type_setting.height(lines, theme.SMALL) - _LEGEND * (lines + 1))


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the mean shares of time, which the table has too; single strips are not repeated in words."""
    told = []
    for group, arm in values[["group", "arm"]].drop_duplicates().itertuples(index=False):
        by = [name for name in results.values_of("subgroup", subgroup_level=group) if name] if group else []
        level = {"subgroup": by[0], "subgroup_level": str(group)} if by else {}
        for name in results.values_of("variable", term="share-of-time"):
            key = {"term": "share-of-time", "variable": name, "arm": str(arm), **level}
            share = formats.percentage_points(results.value("mean", **key))
            place = f"{group}, {arm}" if group else arm
            told.append(f"{place}: {share} % ({_strips(values, str(group), str(arm))} participants)")
    return f"Time within the band, one strip per participant. Mean shares of time: {'; '.join(told)}."
