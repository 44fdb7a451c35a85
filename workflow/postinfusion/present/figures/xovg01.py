"""XOVG01: differences within participants of a crossover trial, with the difference of the model and a line at zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import DataError
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.sheet import fill, sheet
from postinfusion.present.results import Results
from postinfusion.present.tables.xovt01 import visits_of

_WIDTH = 7.4
_NARROW = 3.9
_HEIGHT = 3.2
_SPREAD = 0.24
_BESIDE = 0.34


def draw(results: Results) -> Drawing:
    """Draw a dot for each participant and the model's difference with its interval, a panel for each comparison.

    Raises
    ------
    DataError
        No differences of participants were recorded (a public report does not come here).
    """
    individual = results.courses
    if individual is None or individual.empty:
        raise DataError("no differences within participants were recorded")
    subtitle = (
        f"Dots: participants, unadjusted; squares: difference of the model with its {results.confidence} confidence "
        f"interval. {_direction(results)}"
    )
    label = label_of(results, "XOVG01", subtitle.strip())
    values = _values(results, individual)
    return Drawing(
        label,
        _figure(results, values, label, _WIDTH),
        values,
        _in_words(results, values),
        _figure(results, values, label, _NARROW),
    )


def _direction(results: Results) -> str:
    """Say which side of zero is a benefit."""
    better = results.endpoint.better.value if results.endpoint else "none"
    return {"lower": "Below zero is a benefit.", "higher": "Above zero is a benefit."}.get(better, "")


def _values(results: Results, individual: pd.DataFrame) -> pd.DataFrame:
    """Give what is drawn: the differences of the participants, and those of the model."""
    frames = [
        individual.rename(columns={"AVISIT": "visit", "ARM": "arm", "DIFFERENCE": "estimate"}).assign(
            kind="participant", conf_low=np.nan, conf_high=np.nan
        )
    ]
    records = [
        {"visit": visit, "arm": arm, "kind": "model"}
        | {
            name: results.value(name, term="difference", visit=visit, arm=arm, comparator=against)
            for name in ("estimate", "conf_low", "conf_high")
        }
        for visit in visits_of(results)
        for arm, against in results.comparisons
    ]
    stacked = pd.concat([*frames, pd.DataFrame(records)], ignore_index=True)
    return stacked.astype({"estimate": "float64", "conf_low": "float64", "conf_high": "float64"})


def _figure(results: Results, values: pd.DataFrame, label: Label, width: float) -> Figure:
    """Draw a panel for each comparison, side by side on a wide sheet and below each other on a narrow one."""
    pairs = [pair for pair in results.comparisons if pair[0] in set(values["arm"])]
    columns = len(pairs) if width > _NARROW else 1
    rows = -(-len(pairs) // columns)
    page = sheet(results.plan, label, width=width, body=_HEIGHT * rows)
    panels = page.figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    room = (width - 0.9) / columns - 0.2
    visits = [visit for visit in results.plan.visit_names if visit in set(values["visit"])]
    for axes, (arm, against) in zip(panels, pairs, strict=True):
        _panel(axes, results, values[values["arm"] == arm], visits, arm)
        title = type_setting.wrapped(f"{arm} − {against}", room, theme.SIZE, bold=True)
        axes.set_title(title, weight="bold", size=theme.SIZE)
    name = f"Difference of {results.endpoint.label} ({results.endpoint.unit})" if results.endpoint else "Difference"
    for axes in panels[::columns]:
        axes.set_ylabel(type_setting.wrapped(name, _HEIGHT - 0.9, theme.SIZE))
    fill(page)
    return page.figure


def _panel(axes: Axes, results: Results, values: pd.DataFrame, visits: list[str], arm: str) -> None:
    """Draw the differences of one comparison at each visit."""
    style = theme.arm_styles(results.arms)[arm]
    axes.axhline(0, color=theme.MUTED, linewidth=1.0, zorder=1)
    for position, visit in enumerate(visits):
        at_visit = values[values["visit"] == visit]
        dots = at_visit.loc[at_visit["kind"] == "participant", "estimate"].dropna().sort_values().to_numpy()
        axes.plot(
            position - 0.08 + _offsets(dots), dots, linestyle="none", marker="o", markersize=3.6, color=style.color,
            alpha=0.45, markeredgewidth=0, zorder=2,
        )  # fmt: skip
        model = at_visit[at_visit["kind"] == "model"]
        at = np.full(len(model), position + _BESIDE)
        axes.vlines(at, model["conf_low"], model["conf_high"], color=theme.INK, linewidth=1.6, zorder=3)
        axes.plot(at, model["estimate"], marker="s", linestyle="none", markersize=5.5, color=theme.INK, zorder=4)
    axes.set_xticks(range(len(visits)), visits)
    axes.set_xlim(-0.6, len(visits) - 0.4)
    axes.grid(axis="y", color=theme.GRID)


def _offsets(values: np.ndarray) -> np.ndarray:
    """Spread equal and neighbouring values sideways, evenly about the middle, so that no dot hides another."""
    offsets = np.zeros(len(values))
    for value in np.unique(values):
        same = np.flatnonzero(values == value)
        offsets[same] = (np.arange(len(same)) - (len(same) - 1) / 2) * min(0.09, 2 * _SPREAD / len(same))
    return offsets


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the differences of the model in words, and how many participants are drawn."""
    pieces = []
    for visit in visits_of(results):
        for arm, against in results.comparisons:
            key = {"term": "difference", "visit": visit, "arm": arm, "comparator": against}
            drawn = values[(values["visit"] == visit) & (values["arm"] == arm) & (values["kind"] == "participant")]
            interval = formats.with_bracket(results.text("estimate", **key), results.interval(**key))
            pieces.append(f"{visit}, {arm} − {against}: {interval}, {len(drawn)} participants")
    name = results.endpoint.label if results.endpoint else results.analysis_id
    return f"Differences of {name} within participants. {'; '.join(pieces)}."
