"""AEG01: the most frequent adverse events, the risk by arm on the left and risk differences on the right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.ard.privacy import SUPPRESSED
from postinfusion.errors import DataError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.sheet import draw_legend, fill, sheet
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count

MOST_TERMS = 20
_WIDTH = 7.6
_NAMES = 2.1
_LINE = 0.28


def draw(results: Results) -> Drawing:
    """Draw a row per term, the most frequent above.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    terms = frequent_terms(results)
    if not terms:
        raise DataError(results.failure or _without_terms(results))
    values = _values(results, terms)
    label = label_of(results, "AEG01", _subtitle(results, len(terms)))
    return Drawing(label, _figure(results, values, label), values, _in_words(results, values))


def frequent_terms(results: Results) -> Sequence[tuple[str, str]]:
    """Give class and term of the events that most participants had, at most twenty, the most frequent first."""
    overall = _overall(results)
    ordered = overall[overall["stat"] > 0].sort_values(["stat", "term"], ascending=[False, True], kind="stable")
    return list(zip(ordered["level"], ordered["term"], strict=True))[:MOST_TERMS]


def _subtitle(results: Results, shown: int) -> str:
    """Say what is shown and how many terms there are."""
    overall = _overall(results)
    total, hidden = int((overall["stat"] > 0).sum()), int((overall["error"] == SUPPRESSED).sum())
    known = f"{total} terms that may be shown" if hidden else f"{total} terms"
    which = f"The {shown} most frequent of {known}" if total > shown else f"All {known}"
    which = "The only term" if total == 1 and not hidden else which
    which += f"; {hidden} more {'is' if hidden == 1 else 'are'} suppressed" if hidden else ""
    if not results.comparisons:
        return f"{which}. Participants with the event"
    differences = f"risk difference with {results.confidence} confidence interval"
    return f"{which}. Left: participants with the event; right: {differences}"


def _overall(results: Results) -> pd.DataFrame:
    """Give the rows that count the participants of all arms with each term."""
    rows = results.rows
    of_terms = (rows["variable"] == "class-term") & (rows["term"] != "") & (rows["stat_name"] == "n")
    return rows[of_terms & (rows["arm"] == "")]


def _without_terms(results: Results) -> str:
    """Say why there is no term to draw."""
    is_suppressed = (_overall(results)["error"] == SUPPRESSED).any()
    return formats.SUPPRESSED_REASON if is_suppressed else "no adverse event was recorded"


def _values(results: Results, terms: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Give what is plotted: per term a row for each arm and each comparison, proportions in percent."""
    names = ("n", "proportion", "risk_difference", "conf_low", "conf_high")
    keys = [*((arm, "") for arm in results.arms), *results.comparisons]
    records = [
        {"class": level, "term": term, "row": place, "arm": arm, "comparator": against}
        | {name: results.value(name, variable="class-term", level=level, term=term, arm=arm, comparator=against)
           for name in names}
        | {"sign": results.sign("risk_difference" if against else "proportion", variable="class-term", level=level,
                                term=term, arm=arm, comparator=against)}
        for place, (level, term) in enumerate(terms)
        for arm, against in keys
    ]  # fmt: skip
    return pd.DataFrame(records).astype(dict.fromkeys(names, "float64"))


def _figure(results: Results, values: pd.DataFrame, label: Label) -> Figure:
    """Draw both panels over the same rows."""
    terms = values.drop_duplicates("row")["term"].tolist()
    names = [type_setting.lines(term, _NAMES, theme.SMALL) for term in terms]
    edges = np.concatenate([[0.0], np.cumsum([max(len(lines) * 0.62, 1.0) for lines in names])])
    middles = np.array([(low + high) / 2 for low, high in pairwise(edges)])
    legend = arm_marks.legend_height(results.arms, _WIDTH - 0.3)
    page = sheet(results.plan, label, width=_WIDTH, body=_LINE * edges[-1] + legend + 0.7)
    page = draw_legend(page, theme.arm_styles(results.arms), has_lines=False)
    pairs = results.comparisons
    panels = page.figure.subplots(1, 2 if pairs else 1, sharey=True, squeeze=False)[0]
    panels[0].set_yticks(middles, ["\n".join(lines) for lines in names])
    panels[0].set_ylim(edges[-1], 0)
    _draw_risks(panels[0], results, values, middles)
    if pairs:
        _draw_differences(panels[1], results, values, middles)
    fill(page)
    return page.figure


def _draw_risks(axes: Axes, results: Results, values: pd.DataFrame, middles: np.ndarray) -> None:
    """Draw one mark per arm and term."""
    for number, (arm, style) in enumerate(theme.arm_styles(results.arms).items()):
        rows = values[(values["arm"] == arm) & (values["comparator"] == "")]
        heights = middles[rows["row"]] + _shift(number, len(results.arms))
        axes.plot(
            100 * rows["proportion"], heights, linestyle="none", marker=style.marker, color=style.color,
            markersize=5.2, label=arm, zorder=3,
        )  # fmt: skip
    largest = values["proportion"].max()
    room = 120 if (values["sign"] == formats.SUPPRESSED).any() else 104  # per cent; beside the sign at the right edge
    axes.set_xlim(-2, 5.0 if pd.isna(largest) else max(5.0, room * float(largest)))
    _mark_suppressed(axes, values[values["comparator"] == ""], middles)
    _finish(axes, middles, "Participants with the event (%)")


def _draw_differences(axes: Axes, results: Results, values: pd.DataFrame, middles: np.ndarray) -> None:
    """Draw one difference with its interval per comparison and term."""
    pairs = results.comparisons
    styles = theme.arm_styles(results.arms)
    for number, (arm, against) in enumerate(pairs):
        rows = values[(values["arm"] == arm) & (values["comparator"] == against)]
        heights = middles[rows["row"]] + _shift(number, len(pairs))
        axes.hlines(heights, 100 * rows["conf_low"], 100 * rows["conf_high"], color=styles[arm].color, linewidth=1.2)
        axes.plot(
            100 * rows["risk_difference"], heights, linestyle="none", marker=styles[arm].marker,
            color=styles[arm].color, markersize=5.2, label=f"{arm} − {against}", zorder=3,
        )  # fmt: skip
    _mark_suppressed(axes, values[values["comparator"] != ""], middles)
    axes.axvline(0, color=theme.MUTED, linewidth=0.9, zorder=1)
    axes.tick_params(axis="y", length=0)
    _finish(axes, middles, type_setting.wrapped(_what_differs(pairs), 2.4, theme.SMALL))


def _mark_suppressed(axes: Axes, values: pd.DataFrame, middles: np.ndarray) -> None:
    """Write at the right edge of a row that a mark of it is suppressed, so that it is not taken for zero."""
    for row in values.loc[values["sign"] == formats.SUPPRESSED, "row"].unique():
        axes.text(
            0.995, middles[row], formats.SUPPRESSED, transform=axes.get_yaxis_transform(), ha="right", va="center",
            size=theme.SMALL - 1, color=theme.MUTED,
        )  # fmt: skip


def _what_differs(pairs: Sequence[tuple[str, str]]) -> str:
    """Name the comparison in the title of the axis; several are told apart by the marks of their arm."""
    against = " or ".join(dict.fromkeys(pair[1] for pair in pairs))
    return f"Risk difference from {against} (percentage points)"


def _shift(number: int, count: int) -> float:
    """Give how far a mark stands below or above the middle of its row."""
    return 0.0 if count == 1 else (number / (count - 1) - 0.5) * min(0.5, 0.22 * (count - 1))


def _finish(axes: Axes, middles: np.ndarray, title: str) -> None:
    """Add guides along the rows and the title of the axis."""
    axes.hlines(middles, 0, 1, transform=axes.get_yaxis_transform(), color=theme.GRID, linewidth=0.8, zorder=0)
    axes.set_xlabel(title, size=theme.SMALL)
    axes.tick_params(axis="y", length=0)


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give every term with the risk in each arm in words."""
    return " ".join(
        f"{rows['term'].iloc[0]}: {', '.join(_risk_in_words(results, rows, arm) for arm in results.arms)}."
        for _, rows in values.groupby("row", sort=False)
    )


def _risk_in_words(results: Results, values: pd.DataFrame, arm: str) -> str:
    """Give one risk in words."""
    key = {"variable": "class-term", "level": str(values["class"].iloc[0]), "term": str(values["term"].iloc[0])}
    return f"{arm} {count(results, arm=arm, **key)}"
