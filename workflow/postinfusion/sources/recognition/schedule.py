"""The schedule of a trial: visits by name, by dates since the first infusion, or asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from postinfusion.plan.design import LAST
from postinfusion.sources.recognition.names import plain
from postinfusion.sources.recognition.redcap import event_label
from postinfusion.sources.recognition.unscheduled import is_unscheduled
from postinfusion.sources.recognition.values import DateOrder, filled
from postinfusion.sources.recognition.visits import HOURS_PER_DAY, NamedTime, as_duration, named_time

USUAL = (0.0, 4.0, 24.0, 72.0, 168.0, 336.0, 504.0, 672.0, 1344.0, 2016.0, 4368.0)
_STUDY_DAY = re.compile(r"(?:study )?(?:day|d|tag|studientag) ?(\d+)")
_FEWEST = 0.2
_SEVERAL = 2
_SHORT = 3
_SECONDS = 3600
_SAMPLED, _STEP = 12.0, 5
_BASELINE = {0.0: "Baseline"}
_NAMES = {**_BASELINE, 4.0: "4 h", 24.0: "24 h"}


@dataclass(frozen=True)
class DraftVisit:
    """One visit of the draft.

    Attributes
    ----------
    name
        Name in the plan.
    hours
        Nominal hours since time zero; None where they must be asked for.
    recorded_as
        What the data call it, where that differs.
    doubt
        Why the time is a guess.
    after
        The infusion that the visit counts from, ``LAST`` for the last one; 0 for time zero.
    offset
        Hours since that infusion.
    """

    name: str
    hours: float | None
    recorded_as: str = ""
    doubt: str = ""
    after: int = 0
    offset: float | None = None

    def is_at(self, time: NamedTime) -> bool:
        """Say whether another name of a visit says the same time."""
        if self.after == LAST and time.is_follow_up:
            return time.hours is not None and self.offset == time.hours
        if self.after or time.after:
            return self.after == time.after and time.offset is not None and self.offset == time.offset
        return time.hours is not None and self.hours == time.hours


@dataclass(frozen=True)
class Infusions:
    """What is known of infusions when visits are named after them.

    Attributes
    ----------
    planned
        Hours since time zero of each planned infusion.
    since
        Name of a visit and number of an infusion, ``LAST`` for the last one → median hours since it.
    """

    planned: Sequence[float] = ()
    since: Mapping[tuple[str, int], float] = field(default_factory=dict)

    def start_of(self, number: int) -> float | None:
        """Give the planned hours of an infusion since time zero; None where it is not planned."""
        if number == LAST:
            return self.planned[-1] if self.planned else None
        return self.planned[number - 1] if number <= len(self.planned) else None


def from_names(
    labels: Sequence[str], medians: Mapping[str, float], infusions: Infusions | None = None
) -> list[DraftVisit]:
    """Give the schedule from the names of visits, and where a name says no time from the median of its dates.

    Parameters
    ----------
    labels
        Names as the data have them, in the order in which they occur; unscheduled visits are left out.
    medians
        Name → median hours since time zero, for names with dates.
    infusions
        The infusions that visits may be named after.
    """
    known = infusions or Infusions()
    labels = [label for label in labels if not is_unscheduled(label)]
    named = {label: named_time(event_label(label)) for label in labels}
    screening = {label for label, found in named.items() if found and found.is_screening}
    days = study_days(labels, medians)
    timed = [_visit(label, medians, known, days) for label in labels if label not in screening]
    before = [visit for visit in timed if visit.hours is not None and visit.hours <= 0]
    if not before and screening:
        label = max(screening, key=labels.index)
        timed.insert(0, DraftVisit("Baseline", 0.0, label, "the visit for screening is the only one before treatment"))
    elif not before and timed:
        first = timed[0]
        reason = "the first visit in the file is taken as the baseline"
        timed[0] = DraftVisit(first.name, 0.0, first.recorded_as, reason)
    latest = max((visit.hours for visit in timed if visit.hours is not None and visit.hours <= 0), default=0.0)
    kept = [visit for visit in timed if visit.hours is None or visit.hours >= latest]
    return _in_order(kept)


def study_days(labels: Sequence[str], medians: Mapping[str, float]) -> dict[str, float]:
    """Give visits named after days of the study → hours since time zero, where day 1 is the day of time zero.

    CDISC has no day 0. Other trials count days since time zero: that the first is meant is taken only where the dates
    of every visit that is named after a day lie nearer to it, and no visit is named after a day 0.

    >>> study_days(["Screening", "DAY 2", "DAY 8"], {"DAY 2": 24.0, "DAY 8": 167.0})
    {'DAY 2': 24.0, 'DAY 8': 168.0}
    """
    found = {label: _STUDY_DAY.fullmatch(plain(event_label(label))) for label in labels}
    days = {label: int(one[1]) for label, one in found.items() if one and label in medians}
    counted = {label: (day - 1) * HOURS_PER_DAY for label, day in days.items()}
    is_since_one = all(abs(medians[label] - hours) < HOURS_PER_DAY / 2 for label, hours in counted.items())
    if not is_since_one or 0 in days.values():
        return {}
    return {label: hours for label, hours in counted.items() if hours or medians[label] <= 0}


def from_hours(hours: Iterable[float], ids: Iterable[str]) -> list[DraftVisit]:
    """Give the schedule from hours since time zero where no visit has a name: the usual times that are observed.

    Where only days are known no visit is named by hours, for nobody can say that it was 24 of them.
    """
    frame = pd.DataFrame({"hours": list(hours), "id": list(ids)}).dropna()
    needed = max(1.0, _FEWEST * frame["id"].nunique())
    usual = np.array(USUAL[1:])
    after = frame[frame["hours"] > 0]
    if sampled := _within_a_day(after, 0.5 * frame["id"].nunique()):
        return [DraftVisit("Baseline", 0.0), *sampled]
    nearest = usual[np.abs(np.log1p(after["hours"].to_numpy()[:, None]) - np.log1p(usual)).argmin(axis=1)]
    counts = after.assign(at=nearest).groupby("at")["id"].nunique()
    times = [0.0, *counts.index[counts >= needed].astype("float64").tolist()]
    names = _BASELINE if (frame["hours"] % HOURS_PER_DAY == 0).all() else _NAMES
    return [
        DraftVisit(names.get(at, f"Day {at / HOURS_PER_DAY:g}"), at, "", "" if not at else "observed about then")
        for at in times
    ]


def _within_a_day(after: pd.DataFrame, needed: float) -> list[DraftVisit]:
    """Give the visits of one day by the minute; none where times reach further, or few participants share them."""
    if after.empty or after["hours"].max() > _SAMPLED:
        return []
    minutes = (after["hours"] * 60 / _STEP).round() * _STEP
    counts = after.assign(at=minutes).groupby("at")["id"].nunique()
    times = [float(at) / 60 for at in counts.index[(counts >= needed) & (counts.index > 0)]]
    is_told = len(times) > 1 and counts[counts >= needed].sum() >= 0.5 * counts.sum()
    return [DraftVisit(as_duration(at), at, "", "observed about then") for at in times] if is_told else []


def median_hours(
    visits: pd.Series, ids: pd.Series, taken: pd.Series, zero: pd.Series, order: DateOrder | None
) -> dict[str, float]:
    """Give visit → median hours since time zero; visits without dates are left out."""
    since = hours_since(ids, taken, zero, order)
    known = pd.DataFrame({"visit": visits, "hours": since}).dropna()
    return {str(visit): float(hours) for visit, hours in known.groupby("visit")["hours"].median().items()}


def hours_since(ids: pd.Series, taken: pd.Series, zero: pd.Series, order: DateOrder | None) -> pd.Series:
    """Give dates as hours since each participant's time zero; where only days are known, as whole days."""
    times = as_times(taken, order)
    start = pd.to_datetime(ids.map(zero))
    hours = (times - start).dt.total_seconds() / _SECONDS
    by_day = (times.dt.normalize() - start.dt.normalize()).dt.total_seconds() / _SECONDS
    has_hour = taken.str.contains(":", regex=False)
    since: pd.Series = hours.where(has_hour, by_day)
    return since


def as_times(text: pd.Series, order: DateOrder | None) -> pd.Series:
    """Give dates and date-times in the order of the file; what cannot be read is missing."""
    distinct = filled(text).drop_duplicates()
    day_first = {cell: order == "day-first" and not cell[:4].isdecimal() for cell in distinct}
    parsed = {cell: pd.to_datetime(cell, dayfirst=first, errors="coerce") for cell, first in day_first.items()}
    return pd.to_datetime(text.map(parsed), errors="coerce")


def planned_infusions(numbers: pd.Series, since: pd.Series, needed: int = 0) -> list[float]:
    """Give the median day of each infusion since the first, in hours; empty where they do not follow each other.

    Parameters
    ----------
    numbers, since
        Number of each infusion, and hours from the first one of the participant to it.
    needed
        The highest number that a visit is named after: so many are planned although few participants had them.
    """
    frame = pd.DataFrame({"number": pd.to_numeric(numbers, errors="coerce"), "hours": since}).dropna()
    counts = frame.groupby("number").size()
    usual = counts[(counts >= max(2.0, counts.max() / 2)) | (counts.index <= needed)].index
    medians = frame[frame["number"].isin(usual)].groupby("number")["hours"].median()
    days = [float(round(hours / HOURS_PER_DAY) * HOURS_PER_DAY) for hours in medians]
    rising = all(later > earlier for earlier, later in pairwise(days))
    return days if rising and days and days[0] == 0 and len(days) <= 40 else []


def _visit(label: str, medians: Mapping[str, float], infusions: Infusions, days: Mapping[str, float]) -> DraftVisit:
    """Give one visit."""
    found, median = named_time(event_label(label)), medians.get(label)
    name = _name(event_label(label), found)
    recorded = label if label != name else ""
    if label in days:
        return DraftVisit(name, days[label], recorded, "its dates show that the study counts the first day as day 1")
    anchored = _anchored(label, found, infusions, medians) if found else None
    if anchored is not None:
        return replace(anchored, name=name, recorded_as=recorded)
    if found and found.hours is not None:
        return DraftVisit(name, found.hours, recorded, found.doubt)
    if median is not None:
        shown = as_duration(median) if median > 0 else "0 h"
        return DraftVisit(name, _rounded(median), recorded, f"median of its dates, {shown} after time zero")
    return DraftVisit(name, None, recorded)


def _anchored(label: str, found: NamedTime, infusions: Infusions, medians: Mapping[str, float]) -> DraftVisit | None:
    """Give a visit that counts from an infusion; None where it names none, or one that is not planned."""
    if found.is_follow_up and found.hours is not None:
        return _follow_up(label, found.hours, infusions, medians)
    start = infusions.start_of(found.after) if found.after else None
    if start is None:
        return None
    if found.offset is not None:
        return DraftVisit("", start + found.offset, "", found.doubt, found.after, found.offset)
    which = "the last infusion" if found.after == LAST else f"infusion {found.after}"
    median = infusions.since.get((label, found.after))
    if median is None:
        return DraftVisit("", None, "", f"nothing says how long after {which}", found.after)
    offset = _rounded(median)
    return DraftVisit("", start + offset, "", f"median of its dates since {which}", found.after, offset)


def _follow_up(label: str, hours: float, infusions: Infusions, medians: Mapping[str, float]) -> DraftVisit | None:
    """Give a follow-up after several infusions: from the last one, unless its dates lie nearer to a time since zero."""
    if len(infusions.planned) < _SEVERAL:
        return None
    since_zero, since_last = medians.get(label), infusions.since.get((label, LAST))
    if since_zero is not None and since_last is not None and abs(since_zero - hours) < abs(since_last - hours):
        return None
    doubt = "a follow-up, counted from the last infusion" + (" as its dates show" if since_last is not None else "")
    return DraftVisit("", infusions.planned[-1] + hours, "", doubt, LAST, hours)


def _name(label: str, found: NamedTime | None) -> str:
    """Give a name that can be read in a table: short ones such as ``bl`` and ``d7`` in words."""
    words = "".join(letter for letter in label if letter.isalpha())
    if found is None or found.hours is None or len(words) > _SHORT:
        return f"{label[:1].upper()}{label[1:]}"[:80]
    if not found.hours:
        return "Baseline"
    if found.hours < 2 * HOURS_PER_DAY and "d" not in words.lower():
        return as_duration(found.hours)
    return f"Day {found.hours / HOURS_PER_DAY:g}"


def _rounded(hours: float) -> float:
    """Give a time as a plan would name it: whole hours in the first two days, whole days later."""
    if hours <= 0:
        return 0.0
    return float(round(hours)) if hours < 2 * HOURS_PER_DAY else float(round(hours / HOURS_PER_DAY) * HOURS_PER_DAY)


def _in_order(visits: Sequence[DraftVisit]) -> list[DraftVisit]:
    """Give the visits in the order of time, each time once; those without one stay where they stand."""
    timed = sorted((visit for visit in visits if visit.hours is not None), key=lambda visit: visit.hours or 0.0)
    kept: list[DraftVisit] = []
    for visit in timed:
        if not kept or (visit.hours or 0.0) > max(kept[-1].hours or 0.0, 0.0) or (len(kept) == 0):
            kept.append(visit)
    for position, visit in enumerate(visits):
        if visit.hours is None:
            earlier = [one for one in visits[:position] if one in kept]
            kept.insert(kept.index(earlier[-1]) + 1 if earlier else len(kept), visit)
    return kept
