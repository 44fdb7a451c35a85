"""Adverse events over time since time zero: who had one by then, and how many each had on average.

Withdrawal and death compete with the first event: whoever left has none that could be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.divided import groups_of
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.event_collection import apart, is_recorded
from postinfusion.analyses.event_rate_data import COMPETING, EVENT, RateData, first_causes, followed, rate_data
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.aalen_johansen import aalen_johansen
from postinfusion.core.kaplan_meier import survival_limits
from postinfusion.core.recurrent_events import log_limits, mean_cumulative_function
from postinfusion.errors import ModelError
from postinfusion.plan.analyses.event_rates import ANY_EVENT, EventRates

CUMULATIVE, MEAN, AT_RISK = "cumulative-incidence", "mean-cumulative", "at-risk"
BEYOND = "nobody was followed for so long"
STEPS = [
    "SUBGROUP",
    "SUBGROUP_LEVEL",
    "TERM",
    "LEVEL",
    "ARM",
    "DAYS",
    "ESTIMATE",
    "CONF_LOW",
    "CONF_HIGH",
    "N_CENSORED",
]
_NAMES = ("estimate", "std_error", "conf_low", "conf_high")
_DAY = 24.0

Array = NDArray[np.float64]


def course_rows(
    analysis: EventRates, data: RateData, events: pd.DataFrame, population: Members, name: str
) -> Iterator[Row]:
    """Give cumulative incidence, mean number of events and participants at risk at each time of the plan, by arm."""
    for arm in population.arms:
        people = data.of(arm).reset_index(drop=True)
        if len(people) < FEWEST_PARTICIPANTS:
            continue
        key = {"term": name, "arm": arm}
        for time in (0.0, *analysis.report_at):
            n = int((people["END"] >= time).sum())
            yield from rows({"n_participants": n}, variable=AT_RISK, time=canonical_hours(time), **key)
        yield from _incidences(analysis, people, events, key)
        yield from _means(analysis, people, events, key)


def _incidences(analysis: EventRates, people: pd.DataFrame, events: pd.DataFrame, key: dict[str, str]) -> Iterator[Row]:
    """Give the probability of the first event, of withdrawal and of death before it."""
    days, cause = first_causes(people, events)
    total = [len(people)] * len(analysis.report_at)
    for number, level in enumerate((EVENT, *COMPETING), start=1):
        curve = aalen_johansen(days, cause, of=number)
        estimate, error = curve.at(np.array(analysis.report_at) / _DAY)
        n = [int(((cause == number) & (days <= time / _DAY)).sum()) for time in analysis.report_at]
        # Limits of the event-free probability change sides when they become those of its complement.
        high, low = survival_limits(1 - estimate, error, kind="log-log", confidence=analysis.confidence)
        limits = [np.where(estimate > 0, 1 - limit, np.nan) for limit in (low, high)]
        found = np.column_stack([estimate, error, *limits])
        yield from _timed(analysis, found, {**key, "variable": CUMULATIVE, "level": level}, {"n": n, "n_total": total})


def _means(analysis: EventRates, people: pd.DataFrame, events: pd.DataFrame, key: dict[str, str]) -> Iterator[Row]:
    """Give the mean number of events of a participant."""
    curve = mean_cumulative_function(followed(people, events))
    estimate, error = curve.at(np.array(analysis.report_at) / _DAY)
    low, high = log_limits(estimate, error, confidence=analysis.confidence)
    times = events.loc[events["USUBJID"].isin(people["USUBJID"]), "TIME"]
    counted = {"n_events": [int((times <= time).sum()) for time in analysis.report_at]}
    found = np.column_stack([estimate, error, low, high])
    yield from _timed(analysis, found, {**key, "variable": MEAN}, counted)


def steps_of_means(analysis: EventRates, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the steps of the mean number of events of every group of events and arm: they tell when single ones began.

    Those of all participants and of each group of them that the plan names; those of any event also by way of
    collection.

    Returns
    -------
    pandas.DataFrame
        ``SUBGROUP`` and ``SUBGROUP_LEVEL``, the group of participants, empty of all of them; ``TERM``; ``LEVEL``, the
        way of collection, empty of all events; ``ARM``, ``DAYS`` since time zero, ``ESTIMATE``, ``CONF_LOW``,
        ``CONF_HIGH`` (missing before the first event), ``N_CENSORED`` (ends of follow-up then, other than by death); no
        arm of too few participants. Empty without adverse events.
    """
    if "ADAE" not in adam:
        return pd.DataFrame(columns=STEPS)
    parts = [pd.DataFrame(columns=STEPS), *_steps_of(analysis, adam, population, ("", ""))]
    for factor, level, inside in groups_of(analysis, population):
        with suppress(ModelError):  # the rows of the results tell why there is nothing of a group
            parts += _steps_of(analysis, adam, inside, (factor, level))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def _steps_of(analysis: EventRates, adam: Adam, population: Members, group: tuple[str, str]) -> Iterator[pd.DataFrame]:
    """Give the steps of each curve of the participants of a population."""
    data = rate_data(analysis, adam, population)
    ways = apart(data.events) if is_recorded(data.events) else ()
    lines = [(name, "", events) for name, events in data.groups(analysis)]
    lines += [(ANY_EVENT, way, data.events[chosen]) for way, chosen in ways]
    for name, way, events in lines:
        for arm in population.arms:
            people = data.of(arm).reset_index(drop=True)
            if len(people) >= FEWEST_PARTICIPANTS:
                yield _steps(analysis, people, events, (*group, name, way, arm))


def _steps(analysis: EventRates, people: pd.DataFrame, events: pd.DataFrame, key: tuple[str, ...]) -> pd.DataFrame:
    """Give the steps of one curve, from time zero on."""
    curve = mean_cumulative_function(followed(people, events))
    low, high = log_limits(curve.estimate, curve.std_error, confidence=analysis.confidence)
    starts = (0.0, 0.0, np.nan, np.nan, 0.0)
    later = (curve.times, curve.estimate, low, high, curve.censored.astype("float64"))
    columns = [np.concatenate([[start], values]) for start, values in zip(starts, later, strict=True)]
    return pd.DataFrame(dict(zip(STEPS, (*key, *columns), strict=True)))


def _timed(analysis: EventRates, found: Array, key: dict[str, str], counted: dict[str, list[int]]) -> Iterator[Row]:
    """Give the rows of each time of the plan; after the longest follow-up the reason why there is none."""
    for place, time in enumerate(analysis.report_at):
        values = found[place]
        counts = {name: numbers[place] for name, numbers in counted.items()}
        yield from rows(counts, time=canonical_hours(time), **key)
        reason = BEYOND if np.isnan(values[0]) else ""
        statistics = dict(zip(_NAMES, map(float, values), strict=True))
        yield from (row | {"error": reason} for row in rows(statistics, time=canonical_hours(time), **key))
