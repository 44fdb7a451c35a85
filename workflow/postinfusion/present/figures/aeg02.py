"""AEG02: participants by the worst severity of their events, stacked, in a wide form and in one for narrow screens.

The greys grow darker with severity, so that a grey print keeps their order; what was not recorded is hatched.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from postinfusion.errors import DataError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.aeg01 import frequent_terms
from postinfusion.present.figures.severity_tones import TONES
from postinfusion.present.figures.sheet import Sheet, draw_entries, fill, sheet
from postinfusion.present.results import Results

MOST_TERMS = 10
_VARIABLE = "worst-severity"
_ANY = "Any adverse event"
_WIDE, _NARROW = 7.4, 3.9
_LINE, _BAR = 0.17, 0.72  # height of a line in inches; a bar takes this share of one line
_NOTE = (
    "Each participant counts once in a bar, with the worst severity recorded for the event; not recorded: none of them "
    "has a severity. Numbers in the bars are participants."
)


def draw(results: Results) -> Drawing:
    """Draw a stacked bar for each arm, of any event and of the most frequent terms.

    Raises
    ------
    DataError
        No adverse event was recorded, or nothing of their severity may be shown.
    """
    graded = results.values_of("term", variable=_VARIABLE)
    terms = [term for term in dict.fromkeys(term for _, term in frequent_terms(results)) if term in graded]
    values = _values(results, ["", *terms[:MOST_TERMS]])
    if values.empty or not (values["n"] > 0).any():
        is_hidden = (values["sign"] == formats.SUPPRESSED).any()
        raise DataError(
            results.failure or (formats.SUPPRESSED_REASON if is_hidden else "no adverse event was recorded")
        )
    which = "the most frequent terms" if len(terms) > MOST_TERMS else "each term"
    subtitle = f"Share of participants by arm, of any event and of {which}"
    label = label_of(results, "AEG02", subtitle, (_NOTE,), signs=set(values["sign"]))
    wide, narrow = (_figure(results, values, label, width) for width in (_WIDE, _NARROW))
    return Drawing(label, wide, values, _in_words(results, values), narrow)


def _values(results: Results, terms: Sequence[str]) -> pd.DataFrame:
    """Give what is plotted: a row per term, arm and severity that somebody had, with the count and its share."""
    levels = results.values_of("level", variable=_VARIABLE, term="")
    records = [
        {"term": term, "arm": arm, "level": level, "sign": results.sign("n", **key)}
        | {name: results.value(name, **key) for name in ("n", "proportion")}
        for term in terms
        for arm in results.arms
        for level in levels
        for key in [{"variable": _VARIABLE, "level": level, "term": term, "arm": arm}]
    ]
    columns = ["term", "arm", "level", "sign", "n", "proportion"]
    frame = pd.DataFrame(records, columns=columns).astype({"n": "float64", "proportion": "float64"})
    had = frame.loc[(frame["n"] > 0) | (frame["sign"] == formats.SUPPRESSED), "level"]
    return frame[frame["level"].isin([*had, "mild", "moderate", "severe"])].reset_index(drop=True)


def _figure(results: Results, values: pd.DataFrame, label: Label, width: float) -> Figure:
    """Draw the bars of all terms below each other; the name of a term stands above its bars."""
    names_room = min(0.36 * width, 2.1)
    names = {arm: type_setting.lines(arm, names_room, theme.SMALL) for arm in results.arms}
    room = width - names_room - 0.6
    levels = list(dict.fromkeys(values["level"]))
    headings, bars, depth = [], [], 0.0
    for term in dict.fromkeys(values["term"]):
        heading = type_setting.lines(term or _ANY, room, theme.SMALL, bold=True)
        headings.append((depth, "\n".join(heading)))
        depth += len(heading) + 0.15
        for arm in results.arms:
            tall = max(len(names[arm]), 1.1)
            bars.append((term, arm, depth + tall / 2))
            depth += tall
        depth += 0.4
    page = sheet(results.plan, label, width=width, body=_LINE * depth + _legend_height(levels, width) + 0.5)
    page = _draw_legend(page, levels)
    axes = page.figure.subplots()
    limit = _limit(values)
    for term, arm, middle in bars:
        _draw_bar(axes, values[(values["term"] == term) & (values["arm"] == arm)], middle, room / limit)
    for top, name in headings:
        axes.text(
            0.004, top, name, transform=axes.get_yaxis_transform(), ha="left", va="top", size=theme.SMALL,
            weight="bold", linespacing=type_setting.LINE_HEIGHT,
        )  # fmt: skip
    axes.set_yticks([middle for *_, middle in bars], ["\n".join(names[arm]) for _, arm, _ in bars])
    axes.set(xlim=(0, limit), ylim=(depth, 0))
    axes.set_xlabel("Participants (%)", size=theme.SMALL)
    axes.grid(axis="x", color=theme.GRID)
    axes.tick_params(axis="y", length=0)
    fill(page)
    return page.figure


def _limit(values: pd.DataFrame) -> float:
    """Give where the horizontal axis ends, in percent."""
    longest = values.groupby(["term", "arm"], sort=False)["proportion"].sum().max()
    return max(10.0, 104 * float(longest))


def _draw_bar(axes: Axes, values: pd.DataFrame, middle: float, inches: float) -> None:
    """Draw one arm with its counts, where a part is wide enough for them at so many inches per percent.

    Where a part may not be shown, the bar would be too short and is left out.
    """
    if (values["sign"] != "").any():
        sign = next(sign for sign in values["sign"] if sign)
        axes.text(0.5, middle, sign, ha="left", va="center", size=theme.SMALL - 1, color=theme.MUTED)
        return
    shares = 100 * values["proportion"].to_numpy()
    ends = np.cumsum(shares)
    for level, n, share, end in zip(values["level"], values["n"], shares, ends, strict=True):
        tone, text = TONES[level], f"{n:.0f}"
        axes.barh(
            middle, share, left=end - share, height=_BAR, color=tone.ground, hatch=tone.hatch, edgecolor=theme.INK,
            linewidth=0.6, zorder=2,
        )  # fmt: skip
        if not tone.hatch and type_setting.width(text, theme.SMALL - 2) + 0.06 < share * inches:
            axes.text(
                end - share / 2, middle, text, ha="center", va="center", size=theme.SMALL - 2, color=tone.ink, zorder=3
            )
    if not ends[-1]:
        axes.text(0.5, middle, "0", ha="left", va="center", size=theme.SMALL - 1, color=theme.MUTED)


def _legend_height(levels: Sequence[str], width: float) -> float:
    """Give the height of the legend of severities in inches."""
    return arm_marks.legend_height(levels, width - 0.3)


def _draw_legend(page: Sheet, levels: Sequence[str]) -> Sheet:
    """Draw the legend of severities at the top of the free area; give the sheet with what is left of it."""
    handles = [
        Patch(facecolor=tone.ground, hatch=tone.hatch, edgecolor=theme.INK, linewidth=0.6, label=level.capitalize())
        for level, tone in ((level, TONES[level]) for level in levels)
    ]
    return draw_entries(page, handles, handle=2.0)


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the counts of every bar in words."""
    told = []
    for _, rows in values.groupby(["term", "arm"], sort=False):
        term, arm = str(rows["term"].iloc[0]), str(rows["arm"].iloc[0])
        counts = ", ".join(
            f"{results.text('n', variable=_VARIABLE, level=level, term=term, arm=arm)} {level}"
            for level in rows["level"]
        )
        told.append(f"{term or _ANY}, {arm}: {counts}.")
    return " ".join(told)
