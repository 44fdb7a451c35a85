"""Scores and weights that stand in two files: beside the participants without a visit, and in a file of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from postinfusion.sources.recognition.redcap import event_label
from postinfusion.sources.recognition.score_rows import meaning
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.time_columns import clock_column
from postinfusion.sources.recognition.visits import named_time

_MEASURED = ("assessments", "weights")
Told = tuple[str, str, int]


def once(parts: Sequence[Found]) -> list[Found]:
    """Give the parts of a table without what others tell of the same visit.

    Parameters
    ----------
    parts
        All parts that can deliver a table.

    Returns
    -------
    list
        A value that stands beside the participants, without a visit or a date, is that of the baseline. Where another
        part has the baseline of the same score, it is left out there.
    """
    reduced = [
        _without(one, {told for other in parts if other is not one and _has_baseline(other) for told in _told(other)})
        if is_timeless(one)
        else one
        for one in parts
    ]
    return [one for one in reduced if one is not None]


def is_timeless(found: Found) -> bool:
    """Say whether nothing says when something was measured: no visit, date, day or hour, in rows or in names."""
    in_names = any(one.visit for one in found.scales) or any(not isinstance(one, str) for one in found.wide.values())
    is_known = in_names or bool({"visit", "taken"} & {*found.evidence}) or clock_column(found.part) is not None
    return found.table in _MEASURED and not is_known


def _without(found: Found, told: set[Told]) -> Found | None:
    """Give a part without the scores that others tell; None where nothing is left."""
    if not told & {*_told(found)}:
        return found
    scales = tuple(one for one in found.scales if (one.measure, one.score, one.item) not in told)
    return replace(found, scales=scales) if scales else None


def _told(found: Found) -> list[Told]:
    """Give the scores and items that a part tells."""
    if found.table == "weights":
        return [("WEIGHT", "", 0)]
    if "measure" in found.evidence:
        meant = [meaning(one) for one in found.part.frame[found.columns["measure"]].unique() if one]
        return [(one.measure, one.score, 0) for one in meant]
    return [(one.measure, one.score, one.item) for one in found.scales]


def _has_baseline(found: Found) -> bool:
    """Say whether a part tells of the baseline: by the name of a visit, or by dates that no names stand beside."""
    if is_timeless(found):
        return False
    labels = {one.visit for one in found.scales} | {
        visit for columns in found.wide.values() if not isinstance(columns, str) for visit in columns
    }
    if "visit" in found.evidence:
        labels = {*found.part.frame[found.columns["visit"]]}
    return any(map(is_early, labels - {""})) or not labels - {""}


def is_early(label: str) -> bool:
    """Say whether the name of a visit says that it was before treatment."""
    time = named_time(event_label(label))
    return time is not None and (time.is_screening or (time.hours is not None and time.hours <= 0))
