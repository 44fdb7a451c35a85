"""AEG05: the infusions and adverse events of single participants over time, internal only.

Participants stand under the numbers of the listings. Where there are too many, those with the gravest events are shown,
and who is not shown is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from postinfusion.errors import DataError, counted
from postinfusion.present import theme
from postinfusion.present.display import Drawing, Label, label_of
from postinfusion.present.figures import arm_marks, type_setting
from postinfusion.present.figures.severity_tones import TONES
from postinfusion.present.figures.sheet import draw_axis_title, draw_entries, fill, sheet
from postinfusion.present.figures.time_axis import SQUEEZED_NOTE, TimeAxis, label_times, squeezed
from postinfusion.present.figures.timelines import LANE, Timeline, timelines
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES

MOST_PARTICIPANTS = 30
_WIDE, _NARROW = 7.4, 3.7
_NUMBERS, _MARGINS = 0.5, 0.35  # inches beside the time axis: the numbers of the participants, and the edges
_DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 84, 112, 168, 252, 365, 540, 730)
_HOURS_PER_DAY = 24.0
_MARK = 4.6
_BETWEEN = 0.42  # inches of the labels of a panel's axis and of the gaps around its title
_ORDER = "those with serious events, then by worst severity, then by number of events"


def draw(results: Results) -> Drawing:
    """Draw a line for each participant, by arm.

    Raises
    ------
    DataError
        No adverse event was recorded (a public report does not come here).
    """
    every = _everybody(results)
    shown, _ = _chosen(every)
    of_figure = _label(results, every)
    wide, narrow = (_figure(results, shown, every, of_figure, width) for width in (_WIDE, _NARROW))
    return Drawing(of_figure, wide, _values(shown), _in_words(shown, every), narrow)


def label(results: Results) -> Label:
    """Give the label of the figure: it says who is not shown.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    return _label(results, _everybody(results))


def _label(results: Results, every: Sequence[Timeline]) -> Label:
    """Give the label of the figure of these participants."""
    return label_of(results, "AEG05", _subtitle(results), _notes(every, _chosen(every)[1]), signs=())


def _everybody(results: Results) -> list[Timeline]:
    """Give the timeline of every participant."""
    listing = results.courses
    if listing is None or listing.empty:
        raise DataError(results.failure or "the data hold no adverse events; their absence is not the absence of harm")
    every = timelines(results, listing)
    if not any(len(one.events) for one in every):
        raise DataError("no treatment-emergent adverse event was recorded whose time is known")
    return every


def _chosen(every: Sequence[Timeline]) -> tuple[list[Timeline], list[Timeline]]:
    """Give the participants who are shown, the gravest events first, and those who are not."""
    ranked = sorted(every, key=lambda one: one.rank, reverse=True)
    return ranked[:MOST_PARTICIPANTS], ranked[MOST_PARTICIPANTS:]


def _subtitle(results: Results) -> str:
    """Say what is drawn."""
    ticks = "; ticks below the line: infusions" if results.plan.design.has_infusions else ""
    return f"A line for each participant until the end of participation, events from onset to end{ticks}"


def _notes(every: Sequence[Timeline], left_out: Sequence[Timeline]) -> tuple[str, ...]:
    """Say who is not shown, and which events are drawn otherwise than they were."""
    notes = ["The numbers are those of the listings (AEL02). An event whose end is not known is a mark alone."]
    if left_out:
        counts = [
            (sum(one.is_serious for one in left_out), "with a serious event"),
            (sum(one.is_severe and not one.is_serious for one in left_out), "with a severe one"),
            (sum(len(one.events) > 0 and not one.is_grave for one in left_out), "with other events"),
            (sum(len(one.events) == 0 for one in left_out), "without any"),
        ]
        who = ", ".join(f"{count} {what}" for count, what in counts)
        shown = len(every) - len(left_out)
        notes.append(f"{shown} of {len(every)} participants are shown: {_ORDER}. Not shown: {len(left_out)}, {who}.")
    for count, what in _peculiar(every):
        if count:
            notes.append(f"{count} {'event' if count == 1 else 'events'} {what}.")
    return tuple(notes)


def _peculiar(every: Sequence[Timeline]) -> list[tuple[int, str]]:
    """Count the events of which less is known than when they began and ended, of all participants."""
    unknown = sum(int((~one.events["known"]).sum()) for one in every)
    before = sum(int(one.events["before"].sum()) for one in every)
    return [
        (sum(one.undated for one in every), "without a known time not drawn"),
        (unknown, "drawn on the day of the onset, the hour of which is not known"),
        (before, "there before time zero and worse after it, drawn from time zero on"),
    ]


def _figure(
    results: Results, shown: Sequence[Timeline], every: Sequence[Timeline], label: Label, width: float
) -> Figure:
    """Draw the panels of the arms below each other."""
    panels = [(arm, [one for one in shown if one.arm == arm]) for arm in dict.fromkeys(one.arm for one in every)]
    panels = [(arm, mine) for arm, mine in panels if mine]
    longest = max([one.end for one in shown])
    axis = _axis(results, longest, width - _NUMBERS - _MARGINS)
    per_inch = (axis.high - axis.low) / axis.room
    lanes = {one.number: one.lanes(lambda hours: squeezed(hours, results.plan), per_inch) for one in shown}
    heights = [LANE * (sum(max(lanes[one.number], default=0) + 2.0 for one in mine) + 1.0) for _, mine in panels]
    titles = [_title(arm, mine, every, axis.room) for arm, mine in panels]
    entries, since = _entries(shown, results), TIME_ZERO_NAMES[results.plan.design.time_zero]
    days = f"Days since {since} ({SQUEEZED_NOTE})"
    above = arm_marks.legend_height([str(entry.get_label()) for entry in entries], width - 0.3)
    below = type_setting.height(len(type_setting.lines(days, width - 0.3, theme.SMALL)), theme.SMALL)
    around = sum(type_setting.height(title.count("\n") + 1, theme.SMALL) + _BETWEEN for title in titles)
    page = sheet(results.plan, label, width=width, body=sum(heights) + around + above + below)
    page = draw_axis_title(draw_entries(page, entries), days)
    grid = page.figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (_, mine), title in zip(grid, panels, titles, strict=True):
        _draw_panel(axes, results, mine, lanes)
        axes.set_title(title, size=theme.SMALL, weight="bold", loc="left")
        label_times(axes, axis, first=["0"])
    fill(page)
    return page.figure


def _title(arm: str, mine: Sequence[Timeline], every: Sequence[Timeline], room: float) -> str:
    """Name an arm, with how many of its participants are shown."""
    of_arm = sum(one.arm == arm for one in every)
    title = f"{arm or 'All participants'}: {len(mine)} of {of_arm} participants"
    return type_setting.wrapped(title, room, theme.SMALL, bold=True)


def _axis(results: Results, longest: float, room: float) -> TimeAxis:
    """Give the axis in days, from time zero to the last end of participation."""
    places = {
        str(day): float(squeezed(day * _HOURS_PER_DAY, results.plan))
        for day in _DAYS
        if day * _HOURS_PER_DAY <= longest
    }
    high = float(squeezed(longest, results.plan))
    return TimeAxis(places, -0.02 * high, 1.03 * high, room)


def _draw_panel(axes: Axes, results: Results, mine: Sequence[Timeline], lanes: dict[str, list[int]]) -> None:
    """Draw the participants of one arm, each with as many lanes as its events need side by side."""
    top, middles = 0.0, []
    for one in mine:
        middle = top + max(lanes[one.number], default=0) + 1.0
        _draw_one(axes, results, one, lanes[one.number], middle)
        middles.append(middle)
        top = middle + 1.0
    axes.set_ylim(top, 0.0)
    axes.set_yticks(middles, [one.number for one in mine], size=theme.SMALL - 1)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _draw_one(axes: Axes, results: Results, one: Timeline, lanes: Sequence[int], middle: float) -> None:
    """Draw one participant: the line, the infusions, and the events on the line and in the lanes above it."""

    def place(hours: object) -> np.ndarray:
        return squeezed(np.asarray(hours, dtype=float), results.plan)

    axes.hlines(middle, place(0.0), place(one.end), color=theme.RULE, linewidth=1.0, zorder=1)
    axes.vlines(
        place(one.infusions), middle + 0.1, middle + 0.75, color=theme.INK, linewidth=0.8, zorder=2, gid="infusions"
    )
    for event, lane in zip(one.events.to_dict("records"), lanes, strict=True):
        tone, height = TONES[str(event["severity"])], middle - lane
        start, end = float(place(event["start"])), float(place(event["end"]))
        axes.hlines(height, start, end, color=theme.INK, linewidth=3.4, zorder=3)
        axes.hlines(height, start, end, color=tone.ground, linewidth=2.2, zorder=4, gid="event")
        if event["ongoing"]:
            axes.plot(end, height, marker=">", color=theme.INK, markersize=_MARK, zorder=5, gid="ongoing")
        axes.plot(
            start, height, marker=tone.marker, color=tone.ground, markersize=_MARK, markeredgecolor=theme.INK,
            markeredgewidth=1.9 if event["serious"] else 0.7, zorder=6, gid="onset",
        )  # fmt: skip


def _entries(shown: Sequence[Timeline], results: Results) -> list[Line2D]:
    """Give the entries of the legend: the severities that are drawn, serious, going on, and infusions."""
    found = {str(level) for one in shown for level in one.events["severity"]}
    entries = [_entry(tone.marker, tone.ground, level.capitalize()) for level, tone in TONES.items() if level in found]
    if any(one.is_serious for one in shown):
        entries.append(_entry("o", "white", "Serious: thick edge", 1.9))
    if any(one.events["ongoing"].any() for one in shown):
        entries.append(_entry(">", theme.INK, "Not over, as far as known"))
    if results.plan.design.has_infusions:
        entries.append(_entry("|", theme.INK, "Infusion"))
    return entries


def _entry(marker: str, ground: str, label: str, edge: float = 0.7) -> Line2D:
    """Give one entry of the legend."""
    return Line2D(
        [], [], linestyle="none", marker=marker, color=ground, markersize=_MARK + 0.6, markeredgecolor=theme.INK,
        markeredgewidth=edge, label=label,
    )  # fmt: skip


def _values(shown: Sequence[Timeline]) -> pd.DataFrame:
    """Give what is plotted, without any number of a participant: lines are numbered in the order of drawing."""
    parts = [pd.DataFrame(columns=["line", "arm", "kind", "start", "end", "severity", "serious"])]
    for line, one in enumerate(shown, start=1):
        whole = pd.DataFrame({"kind": ["participant"], "start": [0.0], "end": [one.end]})
        given = pd.DataFrame({"kind": "infusion", "start": one.infusions})
        events = one.events[["start", "end", "severity", "serious"]].assign(kind="event")
        parts += [part.assign(line=line, arm=one.arm) for part in (whole, given, events) if len(part)]
    return pd.concat(parts[1:], ignore_index=True).reindex(columns=parts[0].columns)


def _in_words(shown: Sequence[Timeline], every: Sequence[Timeline]) -> str:
    """Say what is drawn; when single events happened is not repeated in words."""
    told = []
    for arm in dict.fromkeys(one.arm for one in every):
        mine = [one for one in shown if one.arm == arm]
        events, serious = sum(len(one.events) for one in mine), sum(int(one.events["serious"].sum()) for one in mine)
        people, happened = counted(len(mine), "participant"), counted(events, "event")
        told.append(f"{arm or 'all'} {people} with {happened}, {serious} of them serious")
    return (
        f"Timelines of {len(shown)} of {len(every)} participants with their infusions and adverse events by severity: "
        f"{'; '.join(told)}."
    )
