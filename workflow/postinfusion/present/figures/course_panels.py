"""Panels of courses by minute around an infusion: a line with a ribbon for each arm, readable in grey."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from postinfusion.present import formats, theme
from postinfusion.present.infusion_course import course, hours_of, shown
from postinfusion.present.results import Results


def values_of(results: Results, variable: str, groups: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Give what is plotted: one row per measure, group, arm and minute."""
    analysis = course(results)
    records = []
    for measure, rows in shown(results, analysis):
        for group, own in groups.items():
            for arm in results.arms:
                for minute in analysis.minutes_of(measure):
                    key = {
                        "parameter": measure.measure,
                        "variable": variable,
                        "time": hours_of(minute),
                        "arm": arm,
                        **own,
                    }
                    numbers = {name: rows.value(name, **key) for name in ("mean", "conf_low", "conf_high")}
                    if variable == "CHG" and minute == 0:
                        numbers = dict.fromkeys(numbers, 0.0)
                    sign = rows.sign("mean", **key)
                    records.append({"parameter": measure.measure, "group": group, "arm": arm, "minute": minute,
                                    **numbers, "sign": sign})  # fmt: skip
    return pd.DataFrame(records).astype(dict.fromkeys(("mean", "conf_low", "conf_high"), "float64"))


def is_suppressed(values: pd.DataFrame) -> bool:
    """Say whether nothing is left to draw since groups are too small."""
    drawn = values[values["minute"] > 0]
    return bool(drawn["mean"].isna().all() and (drawn["sign"] == formats.SUPPRESSED).any())


def draw_panel(axes: Axes, values: pd.DataFrame, arms: tuple[str, ...]) -> None:
    """Draw the arms of one panel: ribbons first, so that lines and marks stay on top."""
    for arm, style in theme.arm_styles(arms).items():
        rows = values[(values["arm"] == arm) & values["mean"].notna()]
        axes.fill_between(
            rows["minute"], rows["conf_low"], rows["conf_high"], color=style.color, alpha=0.2, linewidth=0
        )
        for edge in ("conf_low", "conf_high"):
            axes.plot(rows["minute"], rows[edge], color=style.color, linewidth=0.5, zorder=2)
        axes.plot(
            rows["minute"], rows["mean"], color=style.color, marker=style.marker, linestyle=style.line, label=arm,
            markersize=4.2, linewidth=1.4, markeredgecolor="white", markeredgewidth=0.5, zorder=3,
        )  # fmt: skip
    axes.grid(axis="y", color=theme.GRID)
    last = int(values["minute"].max())
    axes.set_xticks(list(range(0, last + 1, 60 if last > 90 else 30)))
