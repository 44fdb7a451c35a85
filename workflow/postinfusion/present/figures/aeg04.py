"""AEG04: the risk difference of every term against the p-value of Fisher's exact test: a screening, and no test."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from postinfusion.ard.query import select
from postinfusion.errors import DataError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.event_collection import BOTH, collection_notes, way_of_term
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.point_labels import name_points
from postinfusion.present.figures.sheet import Sheet, draw_entries, fill, sheet
from postinfusion.present.results import Results

MOST_NAMES, NAMED_BELOW = 8, 0.1
"""At most so many terms of a comparison are named, those with the smallest p-values below 0.1."""
FALSE_DISCOVERIES = 0.05
_VARIABLE = "class-term"
_STANDS_OUT, _OTHER = "#343b43", "#d3d8dd"
_MARKERS = {"solicited": "o", "spontaneous": "^", BOTH: "s", "not known how reported": "D"}
_LEAST_AREA, _AREA = 14.0, 3.4  # points²: of the smallest mark, and more of it for each event
_MOST_AREA = 330.0
_MOST_LISTED, _MOST_TICKS = 12, 6
_LEAST_PLAIN, _SUPERSCRIPT = 0.9e-4, str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOTE = (
    "Of many terms that are looked at, some stand out by chance, and none was a hypothesis of the trial. A term near "
    "the bottom is not shown to be safe."
)


@dataclass(frozen=True)
class _Shape:
    """Width of the figure and height of a panel (inches), panels side by side, and the most names in a panel."""

    width: float
    height: float
    columns: int
    names: int


_WIDE = _Shape(7.4, 3.9, 2, MOST_NAMES)
_NARROW = _Shape(3.7, 3.4, 1, 5)


def draw(results: Results) -> Drawing:
    """Draw a panel for each comparison of arms, with a point for each term.

    Raises
    ------
    DataError
        No arms were compared by term, or nothing of it may be shown.
    """
    values = _values(results)
    if not values["p_value"].notna().any():
        has_hidden = bool((values["sign"] == formats.SUPPRESSED).any())
        reason = "no arms of at least three participants were compared by term"
        raise DataError(results.failure or (formats.SUPPRESSED_REASON if has_hidden else reason))
    label = label_of(results, "AEG04", _subtitle(values), _notes(results, values), signs=())
    wide, narrow = (_figure(results, values, label, shape) for shape in (_WIDE, _NARROW))
    return Drawing(label, wide, values, _in_words(values), narrow)


def _values(results: Results) -> pd.DataFrame:
    """Give what is plotted: a row for each term that was looked at in each comparison, the smallest p-value first."""
    rows = select(results.rows, variable=_VARIABLE, stat_name="p_value", subgroup="")
    found = rows[["level", "term", "arm", "comparator"]].to_dict("records")
    records = [record | _of_term(results, {str(name): str(part) for name, part in record.items()}) for record in found]
    numbers = ["risk_difference", "p_value", "p_adjusted", "n_events"]
    frame = pd.DataFrame(records, columns=["level", "term", "arm", "comparator", "collected", *numbers, "sign"])
    frame = frame.astype(dict.fromkeys(numbers, "float64")).rename(columns={"level": "class"})
    return frame.sort_values(["p_value", "term"], kind="stable", ignore_index=True)


def _of_term(results: Results, key: dict[str, str]) -> dict[str, float | str | None]:
    """Give the statistics of one term in one comparison; the events are those of both arms."""
    of_pair = {"variable": _VARIABLE, **key}
    found = {name: results.value(name, **of_pair) for name in ("risk_difference", "p_value", "p_adjusted")}
    of_arms = (of_pair | {"arm": key[side], "comparator": ""} for side in ("arm", "comparator"))
    events = [results.value("n_events", **of_arm) for of_arm in of_arms]
    total = sum(number for number in events if number is not None) if None not in events else None
    return {
        **found,
        "collected": way_of_term(results, key["level"], key["term"]),
        "n_events": total,
        "sign": results.sign("p_value", **of_pair),
    }


def _subtitle(values: pd.DataFrame) -> str:
    """Say that p-values are not adjusted, and what line and area are."""
    line = "; dashed: false discovery rate of 5 %" if (values["p_adjusted"] <= FALSE_DISCOVERIES).any() else ""
    area = "" if values["n_events"].isna().any() else "; area: events of both arms"
    return f"Screening, not a test: p of each term without adjustment{line}{area}"


def _notes(results: Results, values: pd.DataFrame) -> tuple[str, ...]:
    """Say what is not drawn: terms that nobody of two arms had, and those that are suppressed."""
    notes = [_NOTE, *collection_notes(results)[:1]]
    terms = sorted({*select(results.rows, variable=_VARIABLE, subgroup="")["term"]} - {""})
    for arm, against in results.comparisons:
        seen = set(values.loc[(values["arm"] == arm) & (values["comparator"] == against), "term"])
        missing = [term for term in terms if term not in seen]
        if seen and missing:
            more = f" and {len(missing) - _MOST_LISTED} more (AET02)" if len(missing) > _MOST_LISTED else ""
            listed = f"{'; '.join(missing[:_MOST_LISTED])}{more}"
            notes.append(f"Not looked at, since nobody in {arm} or {against} had it: {listed}.")
    hidden = int((values["sign"] == formats.SUPPRESSED).sum())
    if hidden:
        are = "is" if hidden == 1 else "are"
        notes.append(
            f"{hidden} of {len(values)} points {are} not drawn, since they could tell of a single participant."
        )
    return tuple(notes)


def _figure(results: Results, values: pd.DataFrame, label: Label, shape: _Shape) -> Figure:
    """Draw the panels of one shape; names are written when it is known where the points are."""
    values = values.assign(area=_areas(values["n_events"], _per_event(values)))
    shown = values[values["p_value"].notna()]
    pairs = [pair for pair in results.comparisons if _is_of(shown, pair).any()]
    columns = min(len(pairs), shape.columns)
    rows = -(-len(pairs) // columns)
    page = sheet(results.plan, label, width=shape.width, body=shape.height * rows + 0.4)
    page = _draw_legend(page, shown)
    panels = page.figure.subplots(rows, columns, squeeze=False).ravel()
    room = shape.width / columns - 0.9
    for axes, pair in zip(panels, pairs, strict=False):
        _draw_panel(axes, values[_is_of(values, pair)], pair, room, _limits(shown))
    for axes in panels[len(pairs) :]:
        axes.remove()
    fill(page)
    page.figure.draw_without_rendering()
    for axes, pair in zip(panels, pairs, strict=False):
        _name(axes, shown[_is_of(shown, pair)], room, shape.names)
    return page.figure


def _is_of(values: pd.DataFrame, pair: tuple[str, str]) -> pd.Series:
    """Say which rows are of a comparison."""
    return (values["arm"] == pair[0]) & (values["comparator"] == pair[1])


def _limits(values: pd.DataFrame) -> tuple[float, float]:
    """Give how far the axes reach: the largest difference in percentage points and the smallest p-value, with room."""
    widest, decades = 100 * float(values["risk_difference"].abs().max()), -float(np.log10(values["p_value"].min()))
    return max(10.0, 1.25 * widest), 10.0 ** -max(1.4, 1.1 * decades + 0.2)


def _draw_panel(
    axes: Axes, values: pd.DataFrame, pair: tuple[str, str], room: float, limits: tuple[float, float]
) -> None:
    """Draw the points of one comparison, the line of the false discovery rate, and zero."""
    stands_out = values["p_adjusted"] <= FALSE_DISCOVERIES
    for chosen, color in ((~stands_out & values["p_value"].notna(), _OTHER), (stands_out, _STANDS_OUT)):
        for way, mine in values[chosen].groupby("collected"):
            axes.scatter(
                100 * mine["risk_difference"], mine["p_value"], s=mine["area"], color=color, edgecolor=theme.INK,
                linewidth=0.7, alpha=0.9, zorder=3, marker=_MARKERS.get(str(way), "o"),
            )  # fmt: skip
    if stands_out.any():
        axes.axhline(values.loc[stands_out, "p_value"].max(), color=theme.INK, linewidth=0.9, linestyle="--", zorder=2)
    axes.axvline(0, color=theme.MUTED, linewidth=0.9, zorder=1)
    axes.set_yscale("log")
    axes.set_xlim(-limits[0], limits[0])
    axes.set_ylim(1.9, limits[1])
    ticks = 10.0 ** -np.arange(0, np.ceil(-np.log10(limits[1])))
    ticks = ticks[:: -(-len(ticks) // _MOST_TICKS)]
    axes.set_yticks(ticks, [_as_power(p) for p in ticks])
    axes.set_yticks([], minor=True)
    title = f"Screening, not a test: {pair[0]} against {pair[1]}, {_terms(values)}"
    axes.set_title(
        type_setting.wrapped(title, room, theme.SMALL, bold=True), size=theme.SMALL, weight="bold", loc="left"
    )
    direction = f"Risk difference (percentage points): right of 0 more had it in {pair[0]}"
    axes.set_xlabel(type_setting.wrapped(direction, room, theme.SMALL), size=theme.SMALL)
    axes.set_ylabel("p, Fisher's exact test, not adjusted", size=theme.SMALL)


def _as_power(p: float) -> str:
    """Give a power of ten as it is read most easily."""
    power = f"{-np.log10(p):.0f}"
    return f"{p:g}" if p >= _LEAST_PLAIN else f"10⁻{power.translate(_SUPERSCRIPT)}"


def _terms(values: pd.DataFrame) -> str:
    """Say how many terms were looked at, and how many of them are drawn."""
    drawn, every = int(values["p_value"].notna().sum()), f"{len(values)} term{'' if len(values) == 1 else 's'}"
    return every if drawn == len(values) else f"{drawn} of {every} drawn"


def _per_event(values: pd.DataFrame) -> float:
    """Give the area of a point for each event, which is smaller where a term has very many."""
    most = float(values["n_events"].max()) if values["n_events"].notna().any() else 1.0
    return min(_AREA, (_MOST_AREA - _LEAST_AREA) / max(most, 1.0))


def _areas(events: pd.Series, per_event: float) -> pd.Series:
    """Give the areas of points: larger with more events, and all alike where these may not be told."""
    return _LEAST_AREA + per_event * events.fillna(6.0)


def _name(axes: Axes, values: pd.DataFrame, room: float, most: int) -> None:
    """Write the names of the terms with the smallest p-values, as far as they have room."""
    named = values[values["p_value"] < NAMED_BELOW].head(most)
    ordered = pd.concat([named, values.drop(named.index)])
    points = np.column_stack([100 * ordered["risk_difference"], ordered["p_value"]])
    radii = np.sqrt(ordered["area"].to_numpy() / np.pi) / type_setting.POINTS_PER_INCH
    names = [type_setting.wrapped(term, room / 2.2, theme.SMALL - 1) for term in named["term"]]
    name_points(axes, names, points, radii)


def _draw_legend(page: Sheet, values: pd.DataFrame) -> Sheet:
    """Draw the legend of the fill and of the area of points; give the sheet with what is left."""
    handles, usual = [], _LEAST_AREA + 8 * _AREA
    if (values["p_adjusted"] <= FALSE_DISCOVERIES).any():
        handles = [_handle(_STANDS_OUT, "at the dashed line or above", usual), _handle(_OTHER, "below it", usual)]
    elif values["p_adjusted"].notna().all():
        handles = [_handle(_OTHER, "no term within a false discovery rate of 5 %", usual)]
    if values["n_events"].notna().all():
        counts = [count for count in (1, 20, 100) if count <= max(values["n_events"].max(), 1)][-2:]
        areas = _areas(pd.Series(counts, dtype="float64"), _per_event(values))
        named = [f"{count} event{'' if count == 1 else 's'}" for count in counts]
        handles += [_handle(_OTHER, name, area) for name, area in zip(named, areas, strict=True)]
    ways = [way for way in _MARKERS if (values["collected"] == way).any()]
    if len(ways) > 1:
        handles += [_handle(_OTHER, way, usual, _MARKERS[way]) for way in ways]
    return draw_entries(page, handles) if handles else page


def _handle(color: str, label: str, area: float, marker: str = "o") -> Line2D:
    """Give one entry of the legend."""
    return Line2D(
        [], [], linestyle="none", marker=marker, color=color, markeredgecolor=theme.INK, markeredgewidth=0.7,
        markersize=float(np.sqrt(area)), label=label,
    )  # fmt: skip


def _in_words(values: pd.DataFrame) -> str:
    """Give the terms with the smallest p-values of each comparison in words."""
    told = []
    for (arm, against), rows in values.groupby(["arm", "comparator"], sort=False):
        named = rows[rows["p_value"] < NAMED_BELOW].head(MOST_NAMES)
        words = "; ".join(_term_in_words(row) for row in named.to_dict("records"))
        found = f"Smallest p-values: {words}" if words else f"No p-value is below {NAMED_BELOW:g}"
        told.append(f"Screening of {arm} against {against}, {len(rows)} terms looked at, not a test. {found}.")
    return " ".join(told)


def _term_in_words(row: Mapping[Hashable, Any]) -> str:
    """Give one term in words."""
    difference = formats.percentage_points(float(row["risk_difference"]))
    return f"{row['term']} {difference} percentage points, p {formats.p_value(float(row['p_value']))}"
