"""LIVG01: highest aminotransferase against highest bilirubin after time zero, a mark for each participant (eDISH)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Liver
from postinfusion.present import theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import draw_legend, fill, sheet
from postinfusion.present.results import Results

_WIDE, _NARROW = 6.2, 3.9
_HEIGHT = 3.6
_LOWEST = 0.1
_TICKS = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)
_QUADRANTS = {
    "both below": (0.0, 0.0), "aminotransferase only": (1.0, 0.0), "bilirubin only": (0.0, 1.0),
    "potential Hy's law": (1.0, 1.0),
}  # fmt: skip
"""Level of the results → corner of the panel."""
_WORDS = {
    "both below": "Neither", "aminotransferase only": "Enzyme only", "bilirubin only": "Bilirubin only",
    "potential Hy's law": "Potential Hy's law",
}  # fmt: skip


def draw(results: Results) -> Drawing:
    """Draw the peaks on logarithmic axes with the limits, and the number of participants in each quadrant by arm.

    Raises
    ------
    ModelError
        Nobody has both an aminotransferase and bilirubin after time zero that can be compared with their limits.
    """
    analysis, individual = results.analysis, results.courses
    if not isinstance(analysis, Liver) or results.failure:
        raise ModelError(results.failure or "the results hold no liver tests")
    if analysis.bilirubin is None:
        raise ModelError("the plan names no bilirubin, without which there are no quadrants: write bilirubin")
    if individual is None or individual.empty:
        raise ModelError("nobody has both an aminotransferase and bilirubin after time zero, with their upper limits")
    names = {"TRTP": "arm", "AMINOTRANSFERASE": "aminotransferase", "BILIRUBIN": "bilirubin"}
    values = individual.rename(columns=names)[[*names.values()]]
    values = values.astype({"aminotransferase": "float64", "bilirubin": "float64"})
    subtitle = (
        "Highest multiples of the upper limit of normal (ULN) after time zero, at any times. n: participants, arms in "
        "the order of the legend"
    )
    label = label_of(results, "LIVG01", subtitle, ("Numbers with their limits stand in LIVT01.",))
    wide, narrow = (_figure(results, analysis, values, label, width) for width in (_WIDE, _NARROW))
    return Drawing(label, wide, values, _in_words(results), narrow)


def _figure(results: Results, analysis: Liver, values: pd.DataFrame, label: Label, width: float) -> Figure:
    """Draw the panel."""
    legend = arm_marks.legend_height(results.arms, width - 0.3)
    page = sheet(results.plan, label, width=width, body=_HEIGHT + legend + 0.3)
    page = draw_legend(page, theme.arm_styles(results.arms), has_lines=False)
    axes = page.figure.subplots()
    limits = (analysis.aminotransferase_from, analysis.bilirubin_from)
    for place, limit in zip((axes.axvline, axes.axhline), limits, strict=True):
        place(limit, color=theme.INK, linewidth=0.9, linestyle="--", zorder=1)
        place(1, color=theme.RULE, linewidth=0.8, zorder=0)
    for arm, style in theme.arm_styles(results.arms).items():
        mine = values[values["arm"] == arm]
        axes.plot(
            mine["aminotransferase"].clip(lower=_LOWEST), mine["bilirubin"].clip(lower=_LOWEST), linestyle="none",
            marker=style.marker, markersize=4.2, color=style.color, alpha=0.7, markeredgewidth=0, gid=arm,
        )  # fmt: skip
    for axis, limit, name in (("x", limits[0], "aminotransferase"), ("y", limits[1], "bilirubin")):
        _scale(axes, axis, values[name], limit)
    enzymes = " or ".join(test.name for test in analysis.aminotransferases)
    axes.set_xlabel(f"{enzymes} (× ULN)", size=theme.SMALL)
    bilirubin = analysis.bilirubin.name if analysis.bilirubin else ""
    axes.set_ylabel(type_setting.wrapped(f"{bilirubin} (× ULN)", _HEIGHT - 0.6, theme.SMALL), size=theme.SMALL)
    for level, corner in _QUADRANTS.items():
        _count(axes, results, level, corner)
    fill(page)
    return page.figure


def _scale(axes: Axes, axis: str, values: pd.Series, limit: float) -> None:
    """Give an axis its logarithmic scale, at least as far as leaves room on both sides of the limit."""
    low, high = (
        max(_LOWEST, float(values.min())) / (1.6 if axis == "x" else 3),
        max(float(values.max()) * 1.6, limit * 6),
    )
    getattr(axes, f"set_{axis}scale")("log")
    getattr(axes, f"set_{axis}lim")(min(low, 0.2), high)
    of = getattr(axes, f"{axis}axis")
    of.set_major_locator(FixedLocator([tick for tick in _TICKS if min(low, 0.2) <= tick <= high]))
    of.set_minor_locator(NullLocator())
    of.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _count(axes: Axes, results: Results, level: str, corner: tuple[float, float]) -> None:
    """Write a quadrant's name and its participants by arm into its outer corner."""
    counts = [results.text("n", variable="liver-quadrant", level=level, arm=arm) for arm in results.arms]
    words = f"{_WORDS[level]}\nn = {' / '.join(counts)}"
    x, y = (0.02 + 0.96 * place for place in corner)
    sides = ("left", "right")[int(corner[0])], ("bottom", "top")[int(corner[1])]
    axes.text(
        x, y, words, transform=axes.transAxes, ha=sides[0], va=sides[1], size=theme.SMALL, color=theme.INK, zorder=4,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.5},
    )  # fmt: skip


def _in_words(results: Results) -> str:
    """Give the numbers of the quadrants in words; single values are not repeated."""
    told = [
        f"{words}: {', '.join(f'{arm} {n}' for arm, n in _by_arm(results, level))}." for level, words in _WORDS.items()
    ]
    return " ".join(["Highest aminotransferase against highest bilirubin, participants in each quadrant.", *told])


def _by_arm(results: Results, level: str) -> list[tuple[str, str]]:
    """Give the participants of a quadrant by arm."""
    return [(arm, results.text("n", variable="liver-quadrant", level=level, arm=arm)) for arm in results.arms]
