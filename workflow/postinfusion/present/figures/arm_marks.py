"""Estimates with intervals, drawn in the style of their arm, and the legend of the arms."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from postinfusion.present import theme
from postinfusion.present.figures import type_setting

LEGEND_GAP = 0.25
_MARKER = 5.2


def draw_profile(axes: Axes, values: pd.DataFrame, style: theme.ArmStyle, *, name: str) -> None:
    """Draw one arm's estimates as a line with marks and vertical intervals.

    Parameters
    ----------
    axes
        Where to draw.
    values
        ``position``, ``estimate``, ``conf_low``, ``conf_high``; rows that are not estimable break the line.
    style
        The style of the arm.
    name
        Name of the arm; it labels the line.
    """
    draw_intervals(axes, values, style)
    axes.plot(
        values["position"], values["estimate"], color=style.color, marker=style.marker, linestyle=style.line,
        markersize=_MARKER, linewidth=1.5, markeredgecolor="white", markeredgewidth=0.6, label=name, zorder=3,
    )  # fmt: skip


def draw_intervals(axes: Axes, values: pd.DataFrame, style: theme.ArmStyle) -> None:
    """Draw vertical intervals where both limits are known."""
    known = values[values["conf_low"].notna() & values["conf_high"].notna()]
    axes.vlines(known["position"], known["conf_low"], known["conf_high"], color=style.color, linewidth=1.2, zorder=2)


def mark_without_value(axes: Axes, values: pd.DataFrame) -> None:
    """Write at the lower edge why an estimate is missing: ``sign`` of the values, NE or suppressed."""
    shown = values[values["sign"] != ""]
    for position, sign in zip(shown["position"], shown["sign"], strict=True):
        axes.text(
            position, 0.01, sign, transform=axes.get_xaxis_transform(), ha="center", va="bottom",
            rotation=90 if len(sign) > 2 else 0, size=theme.SMALL - 1, color=theme.MUTED,
        )  # fmt: skip


def legend_entries(styles: dict[str, theme.ArmStyle], room: float, *, has_lines: bool = True) -> list[Line2D]:
    """Give one legend entry per arm, their names broken so that they fit into the room (inches)."""
    return [
        Line2D(
            [], [], color=style.color, marker=style.marker, linestyle=style.line if has_lines else "none",
            markersize=_MARKER, linewidth=1.5, markeredgecolor="white", markeredgewidth=0.6,
            label=type_setting.wrapped(arm, room, theme.SMALL),
        )
        for arm, style in styles.items()
    ]  # fmt: skip


def legend_columns(arms: Iterable[str], room: float) -> int:
    """Give how many columns of legend entries fit side by side into the room (inches)."""
    widths = [type_setting.width(arm, theme.SMALL) + 0.75 for arm in arms]
    return max(1, min(len(widths), int(room / max(widths))))


def legend_height(arms: Collection[str], room: float) -> float:
    """Give the height of the legend in inches."""
    rows = -(-len(arms) // legend_columns(arms, room))
    longest = max(len(type_setting.lines(arm, room - 0.65, theme.SMALL)) for arm in arms)
    gaps = type_setting.height(rows, LEGEND_GAP * theme.SMALL)
    return type_setting.height(rows * longest, theme.SMALL) + gaps + 0.1
