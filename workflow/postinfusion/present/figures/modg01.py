"""MODG01: the difference between arms along a moderator with its bands, and where it is distinguishable from none."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Moderator
from postinfusion.present import formats, theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import type_setting
from postinfusion.present.figures.shapes import NARROW, WIDE, Shape
from postinfusion.present.figures.sheet import draw_axis_title, fill, sheet
from postinfusion.present.moderators import KINDS, change_in_words, key_of, regions_in_words, regions_of
from postinfusion.present.results import Results
from postinfusion.present.subgroups import POST_HOC, PRESPECIFIED, at, comparisons_of, direction, name_of

_NUMBERS = ("estimate", "conf_low", "conf_high", "band_low", "band_high")
_HEIGHTS = {"pointwise": 0.025, "simultaneous": 0.055}
_LINES = {"pointwise": 1.6, "simultaneous": 3.4}
_ROOM = 0.07
"""Below the bands, as a share of their axis, for the bars."""


def draw(results: Results) -> Drawing:
    """Draw the curve of each comparison, a panel each, with bars at the lower edge where it differs from zero.

    Raises
    ------
    ModelError
        The model has no curve.
    """
    values = _values(results)
    if values.empty or values["estimate"].isna().all():
        raise ModelError(results.failure or "the results hold no difference along a moderator")
    notes = tuple(text for pair in comparisons_of(results) for text in _notes(results, pair))
    label = label_of(results, "MODG01", _subtitle(results), notes, signs=(), title=_title(results))
    wide, narrow = (_figure(results, values, label, shape) for shape in (WIDE, NARROW))
    return Drawing(label, wide, values, _in_words(results, values), narrow)


def _values(results: Results) -> pd.DataFrame:
    """Give what is plotted: a row for each comparison and value of the grid."""
    records = [
        {"arm": pair[0], "comparator": pair[1], "moderator": float(level)}
        | {name: results.value(name, **key_of(results, pair), term="curve", level=level) for name in _NUMBERS}
        for pair in comparisons_of(results)
        for level in results.values_of("level", term="curve", arm=pair[0], comparator=pair[1])
    ]
    frame = pd.DataFrame(records, columns=["arm", "comparator", "moderator", *_NUMBERS])
    return frame.astype(dict.fromkeys(_NUMBERS, "float64"))


def _figure(results: Results, values: pd.DataFrame, label: Label, shape: Shape) -> Figure:
    """Draw the panels of one shape, which share their axes."""
    pairs = [pair for pair in comparisons_of(results) if (values["arm"] == pair[0]).any()]
    columns = min(len(pairs), shape.columns)
    rows = -(-len(pairs) // columns)
    page = sheet(results.plan, label, width=shape.width, body=shape.height * rows)
    unit = results.said("moderator_unit", **at(results), subgroup=key_of(results, pairs[0])["subgroup"], term="range")
    page = draw_axis_title(page, f"{_moderator(results)} ({unit})" if unit else _moderator(results))
    panels = page.figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, pair in zip(panels, pairs, strict=False):
        _draw_panel(axes, results, values[values["arm"] == pair[0]], pair)
        if len(pairs) > 1:
            title = type_setting.wrapped(f"{pair[0]} − {pair[1]}", shape.room(len(pairs)), theme.SMALL, bold=True)
            axes.set_title(title, weight="bold", size=theme.SMALL)
    lowest, highest = panels[0].get_ylim()
    panels[0].set_ylim(lowest - _ROOM * (highest - lowest), highest)
    for axes in panels[: len(pairs) : columns]:
        axes.set_ylabel(_vertical_title(results, pairs, shape), size=theme.SMALL)
    for axes in panels[len(pairs) :]:
        axes.remove()
    fill(page)
    return page.figure


def _draw_panel(axes: Axes, results: Results, values: pd.DataFrame, pair: tuple[str, str]) -> None:
    """Draw curve, bands, the zero line, and a bar of each kind of region."""
    color = theme.arm_styles(results.arms)[pair[0]].color
    axes.axhline(0, color=theme.INK, linewidth=0.9, zorder=1, gid="zero")
    for low, high, alpha, gid in (("band_low", "band_high", 0.13, "band"), ("conf_low", "conf_high", 0.22, "interval")):
        axes.fill_between(
            values["moderator"], values[low], values[high], color=color, alpha=alpha, linewidth=0, gid=gid
        )
    axes.plot(values["moderator"], values["estimate"], color=color, linewidth=1.7, zorder=3, gid="curve")
    for kind in KINDS:
        for first, last, _ in regions_of(results, pair, kind):
            axes.hlines(
                _HEIGHTS[kind], first, last, transform=axes.get_xaxis_transform(), color=theme.INK,
                linewidth=_LINES[kind], gid=f"{kind}-region",
            )  # fmt: skip
    axes.set_xlim(values["moderator"].min(), values["moderator"].max())
    axes.grid(axis="y", color=theme.GRID)
    axes.tick_params(labelbottom=True)


def _title(results: Results) -> str:
    """Say what is shown."""
    analysis = results.analysis
    assert isinstance(analysis, Moderator)  # noqa: S101
    return f"Difference between arms along {_moderator(results, in_sentence=True)}"


def _moderator(results: Results, *, in_sentence: bool = False) -> str:
    """Name the moderator."""
    name = str(getattr(results.analysis, "moderator", ""))
    if in_sentence and name not in results.plan.endpoints:
        return formats.in_sentence(name)
    return name_of(results, name)


def _subtitle(results: Results) -> str:
    """Say what line, bands and bars are, and when the moderator was chosen."""
    when = PRESPECIFIED if results.analysis.prespecified else POST_HOC
    shape = "straight line" if getattr(results.analysis, "shape", "") == "linear" else "natural spline"
    level = results.confidence
    return (
        f"Difference of adjusted means at {at(results)['visit']} ({shape}) with pointwise {level} intervals (dark) and "
        f"the simultaneous {level} band (light), over the middle 90 % of participants; bars at the lower edge: where "
        f"it differs from zero, pointwise (thin) and simultaneously (thick); {when}"
    )


def _notes(results: Results, pair: tuple[str, str]) -> list[str]:
    """Give change and regions in words."""
    which = f"{pair[0]} − {pair[1]}: " if len(comparisons_of(results)) > 1 else ""
    found = [text for text in (change_in_words(results, pair), regions_in_words(results, pair)) if text]
    return [f"{which}{' '.join(found)}"] if found else []


def _vertical_title(results: Results, pairs: list[tuple[str, str]], shape: Shape) -> str:
    """Name the vertical axis, and say which side of zero favours whom."""
    endpoint = results.endpoint
    what = f"Difference in change of {endpoint.label} ({endpoint.unit})" if endpoint else "Difference"
    side = direction(results, pairs[0][0] if len(pairs) == 1 else "the arm named first")
    return "\n".join(type_setting.wrapped(text, shape.height - 1.0, theme.SMALL) for text in (what, side))


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give the ends and the middle of each curve, its change and its regions in words."""
    said: list[str] = []
    for pair in comparisons_of(results):
        levels = results.values_of("level", term="curve", arm=pair[0], comparator=pair[1])
        if not levels:
            continue
        for level in (levels[0], levels[len(levels) // 2], levels[-1]):
            key = {**key_of(results, pair), "term": "curve", "level": level}
            text = formats.with_bracket(results.text("estimate", **key), results.interval(**key))
            said.append(f"{_moderator(results)} {formats.number(float(level), 1)}: {text}.")
        said += _notes(results, pair)
    return formats.plain(" ".join([*said, formats.as_sentence(direction(results, str(values["arm"].iloc[0])))]))
