"""Estimates and limits of harms of one trial, from the functions that the analyses call, without their rows.

`test_harms_coverage.py` holds them against the rows of the analyses side-effects and event-rates of the same trial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from postinfusion.analyses.event_rate_data import RateData, first_causes, followed, rate_data
from postinfusion.analyses.event_rate_limits import generator_of, limits_of_all_events
from postinfusion.analyses.event_rate_ratios import ratio_by_counts, ratio_by_times
from postinfusion.analyses.habituation import FEWEST
from postinfusion.analyses.populations import Members
from postinfusion.analyses.side_effects import FEWEST_FOR_LIMITS
from postinfusion.core.aalen_johansen import aalen_johansen
from postinfusion.core.clustered_proportions import korn_graubard
from postinfusion.core.kaplan_meier import kaplan_meier, quantile_of_curve, survival_limits
from postinfusion.core.poisson_rates import garwood, rate_difference
from postinfusion.core.proportions import Interval, clopper_pearson, miettinen_nurminen
from postinfusion.core.recurrent_events import log_limits, mean_cumulative_function
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import EventRates
from postinfusion.plan.analyses.event_rates import ANY_EVENT
from simulation.harms_trials import ARMS, Adam, Floats
from simulation.harms_truth import AT, COMPLETERS, DAY, EVERYONE, GROUPS, LATE, LIMITS, RATED, Key
from simulation.odds_by_pattern import log_odds_per_infusion, patterns

CONFIDENCE, INFUSIONS = 0.95, 6
SEED, NAMES = (20261122, "harms"), {"any": ANY_EVENT}
ANALYSIS = EventRates.model_validate(
    {
        "method": "event-rates",
        "per": "28 d",
        "report_at": ["28 d"],
        "groups": {name: GROUPS[name] for name in RATED} | {"late": LATE},
    }
)
_COLUMNS = ["USUBJID", "NAME", "TIME", "INFUSION", "ONSET", "HOURS", "ENDED"]
Found = tuple[float, float, float]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Trial:
    """One trial: its follow-up and events, and by position of the participants the arm and the infusions given."""

    data: RateData
    placed: pd.DataFrame
    treated: Bools
    given: Bools

    def of(self, arm: str) -> Bools:
        """Say who is in an arm."""
        return self.treated == (arm == ARMS[0])

    def events(self, name: str) -> pd.DataFrame:
        """Give the events of a group with the position of their participant."""
        terms = {**GROUPS, "late": LATE}.get(name)
        return self.placed if terms is None else self.placed[self.placed["NAME"].isin(terms)]


def as_trial(population: Members, adam: Adam) -> Trial:
    """Give a trial as its estimates take it."""
    data = rate_data(ANALYSIS, adam, population)
    position = pd.Series(range(len(data.people)), data.people["USUBJID"])
    given = np.zeros((len(position), INFUSIONS), dtype=bool)
    infusions = adam["ADEX"]
    given[position.reindex(infusions["USUBJID"]).to_numpy(), infusions["INFNUM"].to_numpy(dtype=int) - 1] = True
    placed = data.events[_COLUMNS].astype({"USUBJID": "object", "NAME": "object"})
    placed = placed.assign(PLACE=position.reindex(placed["USUBJID"]).to_numpy())
    return Trial(data, placed, (data.people["ARM"] == ARMS[0]).to_numpy(), given)


def estimates(trial: Trial) -> Iterator[tuple[Key, Found]]:
    """Give every estimate of a trial with its limits; no limits are NaN, and one that was not reached is infinite."""
    for name in GROUPS:
        events = trial.events(name)
        counts = {}
        for arm in ARMS:
            inside = trial.of(arm)
            of_arm = events[inside[events["PLACE"].to_numpy(dtype=int)]]
            counts[arm] = (of_arm["PLACE"].nunique(), int(inside.sum()))
            for what, found in _of_group(trial, of_arm, inside):
                yield (what, name, arm), found
        yield ("risk difference", name, ""), _limits(miettinen_nurminen(*counts[ARMS[0]], *counts[ARMS[1]]))
    yield from _rates(trial)


def _limits(found: Interval) -> Found:
    """Give an estimate with its limits."""
    return float(found.estimate), float(found.conf_low), float(found.conf_high)


def _logs(found: Found) -> Found:
    """Give estimate and limits as logarithms."""
    with np.errstate(divide="ignore"):
        return tuple(float(np.log(value)) for value in found)  # type: ignore[return-value]


def _of_group(trial: Trial, events: pd.DataFrame, inside: Bools) -> Iterator[tuple[str, Found]]:
    """Give incidence, onset, duration, what had passed, and odds per infusion of one arm."""
    place = events["PLACE"].to_numpy(dtype=int)
    has = np.zeros_like(trial.given)
    has[place, events["INFUSION"].to_numpy(dtype=int) - 1] = True
    has, given = has[inside], trial.given[inside]
    yield "participants", _limits(clopper_pearson(int(has.any(axis=1).sum()), len(has)))
    clustered = korn_graubard(has.sum(axis=1), given.sum(axis=1))
    yield "infusions", (clustered.estimate, clustered.conf_low, clustered.conf_high)
    first = events.iloc[np.unique(place, return_index=True)[1]]
    if len(first):
        yield "onset", (float(np.log(np.median(first["ONSET"]))), np.nan, np.nan)
        yield from _passing(first[first["HOURS"].notna()])
    for level, chosen in ((EVERYONE, slice(None)), (COMPLETERS, given.all(axis=1))):
        part, total = has[chosen], given[chosen]
        if min(part.sum(), total.sum() - part.sum()) >= FEWEST:
            log, error = log_odds_per_infusion(patterns(part, total))
            half = stdtrit(len(part) - 2, (1 + CONFIDENCE) / 2) * error
            yield f"odds per infusion, {level}", (log, log - half, log + half)


def _passing(first: pd.DataFrame) -> Iterator[tuple[str, Found]]:
    """Give the median duration, and the share that had passed by each limit."""
    hours, ended = first["HOURS"].to_numpy(dtype=float), first["ENDED"].to_numpy(dtype=bool)
    if not len(hours):
        return
    curve = kaplan_meier(hours, ended)
    limits = survival_limits(curve.survival, curve.std_error, kind="log-log", confidence=CONFIDENCE)
    found = [quantile_of_curve(curve.times, course, 0.5, last=curve.last) for course in (curve.survival, *limits)]
    has_limits = len(hours) >= FEWEST_FOR_LIMITS and np.isfinite(found[1])
    # An upper limit that is not reached lies beyond every time.
    high = np.inf if np.isnan(found[2]) else float(found[2])
    yield "duration", _logs((float(found[0]), *((float(found[1]), high) if has_limits else (np.nan, np.nan))))
    for limit in LIMITS:
        known = ended | (hours >= limit)
        if known.any():
            share = clopper_pearson(int((ended & (hours <= limit))[known].sum()), int(known.sum()))
            yield f"passed by {limit:g} h", _limits(share)


def _rates(trial: Trial) -> Iterator[tuple[Key, Found]]:
    """Give rates, ratios of rates, mean numbers of events and cumulative incidence."""
    first = {}
    for arm in ARMS:
        people = trial.data.of(arm).reset_index(drop=True)
        time = (people["END"] / AT).to_numpy()
        for name in ("any", "late", *RATED):
            counts = _counts(trial, name)[trial.of(arm)]
            by_bootstrap, robust, _ = limits_of_all_events(
                pd.Series(counts), pd.Series(time), generator_of(SEED, NAMES.get(name, name), arm), CONFIDENCE
            )
            yield ("rate of all events", name, arm), _limits(by_bootstrap)
            yield ("rate of all events, robust limits", name, arm), _limits(robust)
        first[arm] = _first_rate(trial, people)
        yield ("rate of first events", "late", arm), _limits(first[arm])
        for name in RATED:
            yield from (((what, name, arm), found) for what, found in _course(people, trial.events(name)))
    yield ("rate of first events, difference", "late", ""), _limits(rate_difference(first[ARMS[0]], first[ARMS[1]]))
    for name in RATED:
        yield from (((what, name, ""), found) for what, found in _ratios(trial, name))


def _counts(trial: Trial, name: str) -> Floats:
    """Give the number of events of each participant."""
    places = trial.events(name)["PLACE"].to_numpy(dtype=int)
    return np.bincount(places, minlength=len(trial.treated)).astype(float)


def _first_rate(trial: Trial, people: pd.DataFrame) -> Interval:
    """Give first late events per 28 days."""
    first = trial.events("late").drop_duplicates("USUBJID").set_index("USUBJID")["TIME"]
    until = people["USUBJID"].map(first)
    return garwood(int(until.notna().sum()), until.fillna(people["END"]).sum() / AT)


def _course(people: pd.DataFrame, events: pd.DataFrame) -> Iterator[tuple[str, Found]]:
    """Give the mean number of events and the cumulative incidence by day 28."""
    curve = mean_cumulative_function(followed(people, events))
    estimate, error = curve.at([AT / DAY])
    limits = log_limits(estimate, error, confidence=CONFIDENCE)
    yield "mean number by day 28", (float(estimate[0]), float(limits[0][0]), float(limits[1][0]))
    days, cause = first_causes(people, events)
    for what, number in (("cumulative incidence at day 28", 1), ("withdrawn before any, day 28", 2)):
        share, error = aalen_johansen(days, cause, of=number).at(np.array([AT / DAY]))
        high, low = survival_limits(1 - share, error, kind="log-log", confidence=CONFIDENCE)
        # Where nobody had it there are no limits.
        limits = (1 - low, 1 - high) if share[0] > 0 else (np.array([np.nan]),) * 2
        yield what, (float(share[0]), float(limits[0][0]), float(limits[1][0]))


def _ratios(trial: Trial, name: str) -> Iterator[tuple[str, Found]]:
    """Give the ratio of the rates of all events by both models, corrected for bias and as estimated."""
    people, counts = trial.data.people, _counts(trial, name)
    if not all(counts[trial.of(arm)].any() for arm in ARMS):
        return
    half = stdtrit(len(people) - 2, (1 + CONFIDENCE) / 2)
    for what, model in (("ratio, negative binomial", ratio_by_counts), ("ratio, Andersen-Gill", ratio_by_times)):
        try:
            found = model(people, trial.events(name), trial.treated)
        except ModelError:
            continue
        for way, log in (("", found.corrected), (", uncorrected", found.estimate)):
            yield f"{what}{way}", (log, log - half * found.std_error, log + half * found.std_error)
