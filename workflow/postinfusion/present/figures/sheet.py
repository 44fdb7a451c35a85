"""The sheet that a figure is drawn on: banner, title and footer around a free area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from postinfusion.plan.plan import Plan
from postinfusion.present import theme
from postinfusion.present.display import Label
from postinfusion.present.figures import arm_marks, type_setting

PLACES = 6
"""Decimals of where axes stand, as shares of the figure."""
_MARGIN = 0.14
_BANNER = 0.3


@dataclass(frozen=True)
class Sheet:
    """A figure with the area that is left for what it shows.

    Attributes
    ----------
    figure
        The figure, with banner, title and footer drawn.
    bottom, top
        Where the free area begins and ends, in inches from the lower edge.
    """

    figure: Figure
    bottom: float
    top: float


def sheet(plan: Plan, label: Label, *, width: float, body: float) -> Sheet:
    """Give a sheet with as much height as banner, title and footer need around the body.

    Parameters
    ----------
    plan
        The plan of the trial; it decides on the banner.
    label
        What the figure shows.
    width, body
        Width of the sheet, and height of what it shows, in inches.
    """
    room = width - 2 * _MARGIN
    banners = theme.banners(plan, is_individual=label.is_individual)
    title = type_setting.lines(label.title, room, theme.TITLE, bold=True)
    subtitle = type_setting.lines(label.subtitle, room, theme.SMALL) if label.subtitle else []
    footer = [line for text in (*label.footnotes, label.footer) for line in type_setting.lines(text, room, theme.SMALL)]
    head = type_setting.height(len(title), theme.TITLE) + type_setting.height(len(subtitle), theme.SMALL) + 2 * _MARGIN
    foot = type_setting.height(len(footer), theme.SMALL) + _MARGIN
    total = foot + body + head + _BANNER * len(banners)
    figure = Figure(figsize=(width, total))
    top = _draw_banners(figure, banners)
    top = _draw_text(figure, title, top - _MARGIN, theme.TITLE, theme.INK, bold=True)
    _draw_text(figure, subtitle, top, theme.SMALL, theme.MUTED)
    _draw_text(figure, footer, foot - _MARGIN / 2, theme.SMALL, theme.MUTED)
    return Sheet(figure, foot, foot + body)


def draw_legend(page: Sheet, styles: dict[str, theme.ArmStyle], *, has_lines: bool = True) -> Sheet:
    """Draw the legend of the arms at the top of the free area; give the sheet with what is left of it.

    Parameters
    ----------
    page
        The sheet.
    styles
        Arm → style.
    has_lines
        The figure joins the marks of an arm with lines.
    """
    width, height = page.figure.get_figwidth(), page.figure.get_figheight()
    room = width - 2 * _MARGIN
    page.figure.legend(
        handles=arm_marks.legend_entries(styles, room - 0.65, has_lines=has_lines), loc="upper left",
        bbox_to_anchor=(_MARGIN / width, page.top / height), ncols=arm_marks.legend_columns(styles, room),
        borderpad=0, labelspacing=arm_marks.LEGEND_GAP, borderaxespad=0.2, columnspacing=1.6, handlelength=2.4,
    ).set_in_layout(False)  # fmt: skip
    return replace(page, top=page.top - arm_marks.legend_height(styles, room))


def draw_entries(page: Sheet, entries: Sequence[Artist], *, handle: float = 1.4) -> Sheet:
    """Draw a legend of labelled marks at the top of the free area; give the sheet with what is left of it.

    Parameters
    ----------
    page
        The sheet.
    entries
        What stands in the legend, each with its label.
    handle
        Length of a mark, in letters.
    """
    width, height = page.figure.get_figwidth(), page.figure.get_figheight()
    room, labels = width - 2 * _MARGIN, [str(entry.get_label()) for entry in entries]
    page.figure.legend(
        handles=list(entries), loc="upper left", bbox_to_anchor=(_MARGIN / width, page.top / height),
        ncols=arm_marks.legend_columns(labels, room), borderpad=0, labelspacing=arm_marks.LEGEND_GAP,
        borderaxespad=0.2, columnspacing=1.6, handlelength=handle,
    ).set_in_layout(False)  # fmt: skip
    return replace(page, top=page.top - arm_marks.legend_height(labels, room))


def draw_axis_title(page: Sheet, title: str) -> Sheet:
    """Write one title for the horizontal axes of all panels; give the sheet with what is left of the free area."""
    room = page.figure.get_figwidth() - 2 * _MARGIN
    lines = type_setting.lines(title, room, theme.SMALL)
    top = page.bottom + type_setting.height(len(lines), theme.SMALL) + _MARGIN / 2
    page.figure.text(
        0.5, top / page.figure.get_figheight(), "\n".join(lines), ha="center", va="top", size=theme.SMALL,
        color=theme.MUTED, linespacing=type_setting.LINE_HEIGHT,
    ).set_in_layout(False)  # fmt: skip
    return replace(page, bottom=top)


def fill(page: Sheet) -> None:
    """Let the axes of the figure fill the free area, with room for their labels."""
    height = page.figure.get_figheight()
    area = (0.008, page.bottom / height, 0.984, (page.top - page.bottom) / height)
    page.figure.set_layout_engine(_Rounded(rect=area, h_pad=0.04, w_pad=0.06))


class _Rounded(ConstrainedLayoutEngine):
    """A constrained layout with rounded positions: the last digits of its solver's differ from run to run."""

    def execute(self, fig: Figure) -> None:
        """Place the axes."""
        super().execute(fig)
        for axes in fig.axes:
            if axes.get_in_layout():
                axes.set_position(Bbox(np.round(axes.get_position().get_points(), PLACES)))
                axes.set_in_layout(True)  # setting a position by hand takes axes out of it


def _draw_banners(figure: Figure, banners: tuple[str, ...]) -> float:
    """Draw the banners as strips at the top; give the height that is left below them."""
    height, width = figure.get_figheight(), figure.get_figwidth()
    top = height
    for banner in banners:
        strip = Rectangle(
            (0, (top - _BANNER) / height), 1, _BANNER / height, transform=figure.transFigure, color=theme.BANNER_GROUND
        )
        figure.add_artist(strip)
        size = min(theme.SIZE, theme.SIZE * (width - 0.2) / type_setting.width(banner, theme.SIZE, bold=True))
        figure.text(
            0.5, (top - _BANNER / 2) / height, banner, ha="center", va="center", size=size, weight="bold",
            color=theme.BANNER_INK, gid="banner",
        )  # fmt: skip
        top -= _BANNER
    return top


def _draw_text(figure: Figure, lines: list[str], top: float, size: float, color: str, *, bold: bool = False) -> float:
    """Draw lines from the left margin downwards; give the height that is left below them."""
    if lines:
        figure.text(
            _MARGIN / figure.get_figwidth(), top / figure.get_figheight(), "\n".join(lines), ha="left", va="top",
            size=size, color=color, weight="bold" if bold else "normal", linespacing=type_setting.LINE_HEIGHT,
        )  # fmt: skip
    return top - type_setting.height(len(lines), size)
