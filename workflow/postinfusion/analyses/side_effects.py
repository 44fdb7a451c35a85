"""Side effects of an infusion: how often, how soon after it, how long, and what passed by itself (method side-effects).

An event belongs to the last infusion that started at or before its onset. What is said of durations rests on the first
event of each participant, so that nobody counts more than once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.clustered_shares import clustered_rows, risk_differences, share_rows, unknown_row
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.event_collection import incidence_apart, is_recorded
from postinfusion.analyses.event_medicines import medicine_rows, untreated
from postinfusion.analyses.harm_events import (
    BEFORE_ALL,
    NO_INFUSION,
    OUTCOME_UNKNOWN,
    harm_events,
    infusions_of,
    is_later,
)
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.kaplan_meier import kaplan_meier, quantile_of_curve, survival_limits
from postinfusion.errors import nearest
from postinfusion.plan.analyses import SideEffects
from postinfusion.plan.analyses.side_effects import event_name
from postinfusion.vocabulary import NOT_RECORDED

FIRST, ALL = "first event", "all events"
TIME_UNKNOWN = "time unknown"
OF_NONE, LATER, PERHAPS_LATER = "of no infusion", "later", "perhaps later"
NOT_REACHED = "the median or its limit was not reached"
FEWEST_FOR_LIMITS = 6
BY_DAY, SHORT, UNKNOWN = "ended, day known", "followed for less", "not known"
TOO_FEW = f"fewer than {FEWEST_FOR_LIMITS} participants with an event of known duration: no limits of the median"
_A_SLIP = 0.85
_HALF = 0.5


def side_effects(analysis: SideEffects, adam: Adam, population: Members) -> list[Row]:
    """Give the rows of each group of events by arm: incidence, onset, duration, and what had passed by each limit.

    Parameters
    ----------
    analysis
        Groups of events and limits.
    adam
        The datasets; ADAE holds the events, ADEX the infusions.
    population
        Who is counted.
    """
    result = denominators(population)
    if "ADAE" not in adam:
        return [*result, error_row("the data hold no adverse events; their absence is not the absence of harm")]
    infusions, events = infusions_of(adam, population), harm_events(adam, population)
    result += _review(events, population)
    events = events[~events["SELFFL"]]
    result += _slips(analysis, events)
    for name, terms in analysis.groups.items():
        of_group = events[events["NAME"].isin([event_name(term) for term in terms])]
        of_group = of_group.assign(UNTREATED=untreated(analysis, adam, of_group, name))
        counted, apart = _counted(analysis, of_group, infusions)
        for level, some in apart.items():
            result += _apart(some, population, {"term": name, "level": level})
        result += _group(analysis, counted, infusions, population, name)
        if is_recorded(events):
            result += incidence_apart(counted, population, analysis.confidence, name)
        result += medicine_rows(analysis, adam, counted, population, name)
    return result


def _review(events: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Count what participants do to themselves, which is to be looked at and is no side effect."""
    for arm in population.arms:
        n = int((events["SELFFL"] & (events["ARM"] == arm)).sum())
        yield from rows({"n": n}, variable="review", level="self-induced", arm=arm)


def _slips(analysis: SideEffects, events: pd.DataFrame) -> Iterator[Row]:
    """Warn of an event of the plan that nobody had while the data have one with nearly its name."""
    recorded = set(events["NAME"])
    for name, terms in analysis.groups.items():
        for term in terms:
            near = nearest(event_name(term), sorted(recorded), cutoff=_A_SLIP)
            if event_name(term) not in recorded and near:
                yield warning_row(f'{name}: no event is called "{term}". {near}', variable="incidence", term=name)


def _counted(
    analysis: SideEffects, events: pd.DataFrame, infusions: pd.DataFrame | None
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Give the events that count as of an infusion, and those to be told of: of none, or later than it, or perhaps.

    An event before the first infusion, or of a participant without one in an arm with infusions, is of none. Where the
    hour of an onset is not known and its day does not say whether it was too late, it counts, and is told of.
    """
    apart = {}
    if infusions is not None:
        is_none = (events["BIN"] == BEFORE_ALL) | (events["BIN"] == NO_INFUSION) & events["ARM"].isin(infusions["ARM"])
        apart[OF_NONE], events = events[is_none], events[~is_none]
    if analysis.within is not None:
        later, perhaps = is_later(events, analysis.within)
        apart |= {LATER: events[later], PERHAPS_LATER: events[perhaps]}
        events = events[~later]
    return events, apart


def _apart(events: pd.DataFrame, population: Members, key: dict[str, str]) -> Iterator[Row]:
    """Count some events by arm."""
    for arm in population.arms:
        yield from rows({"n": int((events["ARM"] == arm).sum())}, variable="onset", arm=arm, **key)


def _group(
    analysis: SideEffects, events: pd.DataFrame, infusions: pd.DataFrame | None, population: Members, name: str
) -> list[Row]:
    """Give the rows of one group of events."""
    result: list[Row] = []
    counts = {}
    for arm, size in population.n_by_arm.items():
        if arm == "":
            continue
        of_arm = events[events["ARM"] == arm]
        counts[arm] = (of_arm["USUBJID"].nunique(), size)
        if size:
            of_infusions = None if infusions is None else infusions[infusions["ARM"] == arm]
            result += _incidence(analysis, of_arm, of_infusions, counts[arm], {"term": name, "arm": arm})
            result += _onset(of_arm, {"variable": "onset", "term": name, "arm": arm})
            result += _passing(analysis, of_arm, {"term": name, "arm": arm})
    key = {"variable": "incidence", "level": "participants", "term": name}
    return result + risk_differences(counts, population, analysis.confidence, **key)


def _incidence(
    analysis: SideEffects, events: pd.DataFrame, infusions: pd.DataFrame | None, n: tuple[int, int], key: dict[str, str]
) -> Iterator[Row]:
    """Give participants and infusions with at least one event."""
    of = {**key, "variable": "incidence"}
    yield from share_rows(n, analysis.confidence, **of, level="participants")
    yield from rows({"n_events": len(events)}, **of, level="participants")
    if infusions is None or infusions.empty:
        yield unknown_row(f"{NOT_RECORDED}: infusions", **of, level="infusions")
        return
    hit = pd.MultiIndex.from_frame(events.loc[events["INFUSION"].notna(), ["USUBJID", "INFUSION"]])
    has = pd.Series(pd.MultiIndex.from_frame(infusions[["USUBJID", "INFNUM"]]).isin(hit), infusions.index)
    yield from clustered_rows(has, infusions["USUBJID"], analysis.confidence, **of, level="infusions")


def _onset(events: pd.DataFrame, key: dict[str, str]) -> Iterator[Row]:
    """Give the time from the start of the infusion to the onset of the first event of each participant, if known."""
    since = events.drop_duplicates("USUBJID")["ONSET"].dropna()
    numbers = {"n": float(len(since))}
    if len(since):
        numbers |= {name: float(since.quantile(part)) for name, part in (("median", _HALF), ("q1", 0.25), ("q3", 0.75))}
    yield from (row | {"unit": "h"} for row in rows(numbers, level=FIRST, **key))
    yield from rows({"n": int(events["ONSET"].isna().sum())}, level=TIME_UNKNOWN, **key)


def _passing(analysis: SideEffects, events: pd.DataFrame, key: dict[str, str]) -> Iterator[Row]:
    """Give the duration, and what had passed by each limit, at all and without a treatment for it."""
    first = events.drop_duplicates("USUBJID")
    first = first[first["START"].notna()]
    timed = first["HOURS"].notna()
    yield from _duration(analysis, first[timed], {**key, "variable": "duration", "level": FIRST})
    by_day = int((~timed & first["HOURS_LOW"].notna()).sum())
    for level, n in ((TIME_UNKNOWN, int(events["HOURS"].isna().sum())), (BY_DAY, by_day)):
        yield from rows({"n": n}, **key, variable="duration", level=level)
    for limit in analysis.resolved_by:
        at = {**key, "variable": "resolved", "time": canonical_hours(limit)}
        by_then, known = _passed(first, limit)
        yield from _share(by_then[known], analysis.confidence, {**at, "level": FIRST})
        short = int((~(first["FOLLOWED"] >= limit)).sum())
        for level, n in ((SHORT, short), (UNKNOWN, int((~known).sum()) - short)):
            yield from rows({"n": n}, **at, level=level)
        by_then, known = _passed(events, limit)
        yield from _share_of_events(by_then[known], events.loc[known, "USUBJID"], analysis.confidence, at)
    yield from _untreated(analysis, events, first, {**key, "variable": "resolved-untreated", "level": FIRST})


def _passed(events: pd.DataFrame, limit: float) -> tuple[pd.Series, pd.Series]:
    """Say which events had passed by a limit, and which count: of those followed to it, where their state is known.

    Whether an event counts must not depend on whether it had passed: an event that began too late to be followed to the
    limit is left out also where it ended before that, as one of those that would have gone on would be.
    """
    by_then = events["ENDED"] & (events["HOURS_HIGH"] <= limit)
    return by_then, (events["FOLLOWED"] >= limit) & (by_then | (events["HOURS_LOW"] >= limit))


def _untreated(analysis: SideEffects, events: pd.DataFrame, first: pd.DataFrame, key: dict[str, str]) -> Iterator[Row]:
    """Give the share that passed without a treatment: by each limit, and by the end of participation."""
    if len(events) and events["UNTREATED"].isna().all():
        yield unknown_row(f"{NOT_RECORDED}: treatment of the events (no value in treatment)", **key)
        return
    by_itself = first["UNTREATED"].eq(other=True).fillna(value=False)
    for limit in analysis.resolved_by:
        by_then, known = _passed(first, limit)
        yield from _share((by_then & by_itself)[known], analysis.confidence, {**key, "time": canonical_hours(limit)})
    every = events.drop_duplicates("USUBJID")
    every = every[every["ENDED"] | (every["AEOUT"] != OUTCOME_UNKNOWN)]
    ended = every["ENDED"] & every["UNTREATED"].eq(other=True).fillna(value=False)
    yield from _share(ended, analysis.confidence, key)


def _share(has: pd.Series, confidence: float, key: dict[str, str]) -> list[Row]:
    """Give a share of participants; without any of them only their number, which is zero."""
    n = int(has.sum())
    return share_rows((n, len(has)), confidence, **key) if len(has) else rows({"n": n, "n_total": 0}, **key)


def _share_of_events(has: pd.Series, subject: pd.Series, confidence: float, key: dict[str, str]) -> list[Row]:
    """Give a share of events, of which a participant may have had several."""
    of = {**key, "level": ALL}
    return clustered_rows(has, subject, confidence, **of) if len(has) else rows({"n": 0, "n_total": 0}, **of)


def _duration(analysis: SideEffects, first: pd.DataFrame, key: dict[str, str]) -> Iterator[Row]:
    """Give the median duration of the first event by Kaplan-Meier: one that has not ended is censored.

    There are limits from 6 events on: the shortest and the longest of 5 durations hold the median of all between them
    in 1 - 2 (1/2)^5 = 94 % only, so that no two of them can do so in 95 %.
    """
    yield from rows({"n": int(first["ENDED"].sum()), "n_total": len(first)}, **key)
    if first.empty:
        return
    curve = kaplan_meier(first["HOURS"].to_numpy(), first["ENDED"].to_numpy())
    low, high = survival_limits(curve.survival, curve.std_error, kind="log-log", confidence=analysis.confidence)
    courses = {"median": curve.survival, "conf_low": low, "conf_high": high}
    for name, course in courses.items():
        is_told = name == "median" or len(first) >= FEWEST_FOR_LIMITS
        value = quantile_of_curve(curve.times, course, _HALF, last=curve.last) if is_told else np.nan
        (row,) = rows({name: value}, **key)
        reason = "" if np.isfinite(value) else NOT_REACHED if is_told else TOO_FEW
        yield row | {"unit": "h", "error": reason}
