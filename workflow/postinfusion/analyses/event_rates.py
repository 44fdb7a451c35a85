"""Rates of adverse events per time of follow-up: of first events, and of all events of each participant.

A first event is rated per time until it, with exact limits of a Poisson count. All events are rated per time of
follow-up, with limits by bootstrap of participants, since the events of one are alike; arms are compared by a negative
binomial model and by Andersen and Gill's, whose ratios are corrected for the bias of the logarithm of few events.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.event_collection import rates_apart
from postinfusion.analyses.event_courses import course_rows
from postinfusion.analyses.event_rate_data import RateData, counts_of, first_events, rate_data
from postinfusion.analyses.event_rate_limits import Seed, generator_of, limits_of_all_events, robust_rows
from postinfusion.analyses.event_rate_ratios import NO_RATIO, ratio_by_counts, ratio_by_times
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.ratio_rows import ratio_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.core.poisson_rates import garwood, rate_difference
from postinfusion.core.proportions import Interval
from postinfusion.errors import ModelError
from postinfusion.plan.analyses.event_rates import EventRates

INCIDENCE_RATE, EVENT_RATE, RECURRENT = "incidence-rate", "event-rate", "recurrent"
NEGATIVE_BINOMIAL, ANDERSEN_GILL = "negative binomial", "Andersen-Gill, robust"
UNCORRECTED = ", uncorrected"
SOON = (
    "more than half of the first events began within 24 h of an infusion: per time of follow-up, their rate would tell "
    "how long the trial was"
)
ALIKE = "all participants of each arm have the same rate"
_HALF, _DAY = 0.5, 24.0
_NOTHING = {"estimate": np.nan, "conf_low": np.nan, "conf_high": np.nan}


def event_rates(analysis: EventRates, adam: Adam, population: Members, *, seed: Seed) -> list[Row]:
    """Give the rows of the rates of every group of events by arm, and of their comparison.

    Parameters
    ----------
    analysis
        Groups of events and what rates are per.
    adam
        The datasets; ADAE holds the events.
    population
        Who is counted.
    seed
        What the draws of the bootstrap are made from.

    Raises
    ------
    ModelError
        The data do not say until when participants were followed.
    """
    result = denominators(population)
    if "ADAE" not in adam:
        return [*result, error_row("the data hold no adverse events; their absence is not the absence of harm")]
    data = rate_data(analysis, adam, population)
    result += _left_out(data)
    for name, events in data.groups(analysis):
        result += _incidence_rates(analysis, data, events, population, name)
        result += _all_events(analysis, data, events, population, name, seed=seed)
        result += rates_apart(analysis, data, events, population, name, seed=seed)
        result += course_rows(analysis, data, events, population, name)
    return result


def _left_out(data: RateData) -> Iterator[Row]:
    """Say that participants or events are in no rate."""
    if data.not_followed:
        yield warning_row("participants of whom it is not known until when they were followed are in no rate")
    if data.outside:
        yield warning_row("events after the end of follow-up, or of which not even the day is known, are in no rate")


def _few(arm: str) -> str:
    """Give the reason why there is no rate of an arm."""
    return f"fewer than {FEWEST_PARTICIPANTS} participants followed in {arm}: described only"


def _incidence_rates(
    analysis: EventRates, data: RateData, events: pd.DataFrame, population: Members, name: str
) -> Iterator[Row]:
    """Give the rate of first events per time until them by arm, and differences; or why there is none."""
    first = first_events(events)
    refused = SOON if len(first) and first["SOON"].mean() > _HALF else ""
    key, rates = {"variable": INCIDENCE_RATE, "term": name}, dict[str, Interval]()
    for arm in population.arms:
        people = data.of(arm)
        until = people["USUBJID"].map(first.set_index("USUBJID")["TIME"]).astype("float64")
        time = until.fillna(people["END"]).sum()
        n = int(people["USUBJID"].isin(first["USUBJID"]).sum())
        counted = {"n": n, "n_total": len(people), "person_days": float(time) / _DAY}
        yield from rows(counted, **key, arm=arm)
        reason = refused or (_few(arm) if len(people) < FEWEST_PARTICIPANTS or time <= 0 else "")
        if not reason:
            rates[arm] = garwood(n, time / analysis.per, confidence=analysis.confidence)
        yield from _interval_rows(analysis, rates.get(arm), reason, **key, arm=arm)
    for arm, against in _pairs(population):
        both = arm in rates and against in rates
        found = rate_difference(rates[arm], rates[against]) if both else None
        reason = "" if both else refused or _few(arm if arm not in rates else against)
        yield from _interval_rows(analysis, found, reason, **key, arm=arm, comparator=against)


def _pairs(population: Members) -> list[tuple[str, str]]:
    """Give the arms that are compared, each with the reference arm."""
    return [(arm, str(population.reference)) for arm in population.compared]


def _interval_rows(analysis: EventRates, found: Interval | None, reason: str, **key: str) -> list[Row]:
    """Give an estimate with its limits, or the reason why there is none."""
    values = _NOTHING
    if found is not None:
        limits = (found.estimate, found.conf_low, found.conf_high)
        values = dict(zip(_NOTHING, map(float, limits), strict=True))
    return [row | {"unit": per_in_words(analysis.per), "error": reason} for row in rows(values, **key)]


def per_in_words(per: float) -> str:
    """Say what a rate is per.

    >>> per_in_words(876600), per_in_words(672)
    ('100 participant-years', '28 participant-days')
    """
    year = 365.25 * _DAY
    amount, unit = (per / year, "years") if per % year == 0 else (per / _DAY, "days")
    return f"participant-{unit[:-1]}" if amount == 1 else f"{amount:g} participant-{unit}"


def _all_events(
    analysis: EventRates, data: RateData, events: pd.DataFrame, population: Members, name: str, *, seed: Seed
) -> Iterator[Row]:
    """Give the rate of all events by arm, and ratios by both models."""
    for arm in population.arms:
        people, key = data.of(arm), {"variable": EVENT_RATE, "term": name, "arm": arm}
        counts = counts_of(people, events)
        time = float(people["END"].sum())
        yield from rows({"n": int((counts > 0).sum()), "n_events": int(counts.sum())}, **key)
        yield from rows({"n_total": len(people), "person_days": time / _DAY}, **key)
        if len(people) < FEWEST_PARTICIPANTS:
            yield from _interval_rows(analysis, None, _few(arm), **key)
            continue
        units, generator = people["END"] / analysis.per, generator_of(seed, name, arm)
        found, robust, draws = limits_of_all_events(counts, units, generator, analysis.confidence)
        yield from _interval_rows(analysis, found, "", **key)
        yield from robust_rows(robust, draws, per_in_words(analysis.per), key)
    for pair in _pairs(population):
        yield from _ratios(analysis, data, events, pair, name)


def _ratios(
    analysis: EventRates, data: RateData, events: pd.DataFrame, pair: tuple[str, str], name: str
) -> Iterator[Row]:
    """Give the ratio of the rates of all events of two arms by both models, corrected for bias and as estimated."""
    people = data.people[data.people["ARM"].isin(pair)].reset_index(drop=True)
    counts, is_treated = counts_of(people, events), (people["ARM"] == pair[0]).to_numpy()
    without = _without_ratio(people, counts, pair)
    for level, model in ((NEGATIVE_BINOMIAL, ratio_by_counts), (ANDERSEN_GILL, ratio_by_times)):
        key = {"variable": RECURRENT, "level": level, "term": name}
        for arm in pair:
            n = int((counts[people["ARM"] == arm] > 0).sum())
            yield from rows({"n": n}, **key, arm=arm)
        key |= {"arm": pair[0], "comparator": pair[1]}
        yield from rows({"n_participants": len(people)}, **key)
        try:
            found, reason = NO_RATIO if without else model(people, events, is_treated), without
        except ModelError as problem:
            found, reason = NO_RATIO, str(problem)
        for way, log in (("", found.corrected), (UNCORRECTED, found.estimate)):
            inference = partial(_inference, log, found.std_error, len(people) - 2.0)
            yield from ratio_rows(inference, analysis.confidence, reason, ALIKE, key | {"level": f"{level}{way}"})


def _inference(log: float, std_error: float, df: float) -> tuple[float, float, float]:
    """Give what limits and test of a ratio are made from."""
    return log, std_error, df


def _without_ratio(people: pd.DataFrame, counts: pd.Series, pair: tuple[str, str]) -> str:
    """Say why two arms have no ratio of rates; empty where they have one."""
    for arm in pair:
        of_arm = (people["ARM"] == arm).to_numpy()
        if of_arm.sum() < FEWEST_PARTICIPANTS:
            return _few(arm)
        if not counts[of_arm].any():
            return f"no event in {arm}: no ratio of rates exists"
    return ""
