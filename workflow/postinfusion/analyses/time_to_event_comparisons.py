"""Differences of probabilities and mean times between arms, the log-rank test, and its re-randomisation form."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from postinfusion.analyses.populations import Members
from postinfusion.analyses.time_to_event_data import EVENT, EventTimes
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.log_rank import log_rank, rerandomised
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import TimeToEvent
from postinfusion.plan.plan import Plan

if TYPE_CHECKING:
    from postinfusion.analyses.time_to_event import ArmCurve

HOURS_PER_DAY = 24.0
FEW_TO_COMPARE = "fewer than three participants in an arm: described only, not compared"
_NO_VARIANCE = "the variance in an arm is not known, since no or every participant there has had the event by then"
_BEYOND = "nobody in one of the arms was followed so long"
_TEST = ("statistic", "p_value")


def comparison_rows(
    plan: Plan, analysis: TimeToEvent, data: EventTimes, population: Members, curves: Mapping[str, ArmCurve]
) -> list[Row]:
    """Compare each arm with the reference arm.

    Returns
    -------
    list of rows
        With ``arm`` and ``comparator``: ``risk-difference`` at each declared time (of the probability of the event, arm
        less comparator); ``difference`` with ``level`` restricted-mean or time-lost at the horizon, in days;
        ``log-rank``; ``permutation``, with the smallest p-value that the data could have given in ``level="smallest"``.
        Rows of events by arm stand beside each, for the suppression of small numbers.
    """
    result: list[Row] = []
    for arm in population.compared:
        key = {"arm": arm, "comparator": str(population.reference)}
        if not {arm, population.reference} <= {*curves}:
            result.append({**key, "term": "log-rank", "stat_name": "p_value", "error": FEW_TO_COMPARE})
            continue
        result += _differences(analysis, curves[arm], curves[str(population.reference)], key)
        result += _tests(plan, analysis, data, key)
    return result + (_events_behind(analysis, data, population) if population.compared else [])


def generator_of(plan: Plan, analysis: TimeToEvent, arm: str) -> np.random.Generator:
    """Give the stream of random numbers of one comparison: from the plan's seed, the analysis' name and the arm."""
    name = next((key for key, found in plan.analyses.items() if found is analysis), "")
    own = int.from_bytes(sha256(f"{name}\0{arm}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([plan.seed, own]))


def _differences(analysis: TimeToEvent, arm: ArmCurve, against: ArmCurve, key: dict[str, str]) -> list[Row]:
    """Compare probabilities at the declared times, and mean times."""
    result: list[Row] = []
    for time in analysis.report_at:
        first, second = (curve.incidence_at(time / HOURS_PER_DAY) for curve in (arm, against))
        at = {"term": "risk-difference", "time": canonical_hours(time), **key}
        result += difference_rows(first, second, analysis.confidence, _BEYOND, **at)
    term = "time-lost" if analysis.competing else "restricted-mean"
    at = {"term": "difference", "level": term, "time": canonical_hours(analysis.last_time), "unit": "d", **key}
    try:
        first, second = (curve.mean_time(analysis.last_time / HOURS_PER_DAY) for curve in (arm, against))
    except ModelError as error:
        return [*result, {**at, "stat_name": "estimate", "error": str(error)}]
    return result + difference_rows(first, second, analysis.confidence, _BEYOND, **at)


def difference_rows(
    first: Mapping[str, float], second: Mapping[str, float], confidence: float, lost: str, **key: str
) -> list[Row]:
    """Give the difference of two independent estimates with its normal interval and p-value.

    Without a variance in either of them, since all or none had the event, only the estimate is given.
    """
    estimate = first["estimate"] - second["estimate"]
    errors = [found["std_error"] for found in (first, second)]
    has_variance = bool(np.isfinite(errors).all() and min(errors) > 0)
    std_error = float(np.hypot(errors[0], errors[1])) if has_variance else np.nan
    half = float(ndtri((1 + confidence) / 2)) * std_error
    p_value = float(2 * ndtr(-abs(estimate) / std_error)) if has_variance else np.nan
    statistics = {
        "estimate": estimate,
        "std_error": std_error,
        "conf_low": estimate - half,
        "conf_high": estimate + half,
        "p_value": p_value,
    }
    reason = lost if np.isnan(estimate) else _NO_VARIANCE
    return [
        row | ({"error": reason} if np.isnan(value) else {})
        for row, value in zip(rows(statistics, **key), statistics.values(), strict=True)
    ]


def _tests(plan: Plan, analysis: TimeToEvent, data: EventTimes, key: dict[str, str]) -> list[Row]:
    """Give the log-rank test and its re-randomisation form; cause-specific where events compete."""
    pair = data.frame[data.frame["ARM"].isin(key.values())]
    arrays = _arrays(pair, key["arm"])
    try:
        test = log_rank(*arrays)
    except ModelError as error:
        return [{**key, "term": "log-rank", "stat_name": name, "error": str(error)} for name in _TEST]
    found = rows({"statistic": test.statistic, "df": 1, "p_value": test.p_value}, term="log-rank", **key)
    again = rerandomised(*arrays, generator=generator_of(plan, analysis, key["arm"]))
    how = f"all {again.arrangements:,} arrangements" if again.is_exact else f"{again.arrangements:,} arrangements drawn"
    found += rows({"p_value": again.p_value, "arrangements": how}, term="permutation", **key)
    found += rows({"p_value": again.smallest}, term="permutation", level="smallest", **key)
    alpha = 1 - analysis.confidence
    if again.smallest > alpha:
        found.append(warning_row(f"{key['arm']}: re-randomisation of so few cannot give a p-value below {alpha:.2g}"))
    if (test.p_value < alpha) != (again.p_value < alpha):
        found.append(warning_row(f"{key['arm']}: the log-rank test and its re-randomisation form disagree"))
    return found


def _arrays(pair: pd.DataFrame, arm: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give times, events, whether in the arm, and strata."""
    event, inside = (pair["CAUSE"] == EVENT).to_numpy(), (pair["ARM"] == arm).to_numpy()
    return pair["HOURS"].to_numpy(), event, inside, pair["STRATUM"].to_numpy()


def _events_behind(analysis: TimeToEvent, data: EventTimes, population: Members) -> list[Row]:
    """Count the events of each arm under the keys of what compares arms."""
    mine = data.frame[data.frame["CAUSE"] == EVENT]
    horizon = canonical_hours(analysis.last_time)
    mean = "time-lost" if analysis.competing else "restricted-mean"
    keys: list[tuple[dict[str, str], float]] = [
        ({"term": "risk-difference", "time": canonical_hours(time)}, time) for time in analysis.report_at
    ]
    keys += [
        ({"term": "difference", "level": mean, "time": horizon}, np.inf),
        ({"term": "log-rank"}, np.inf),
        ({"term": "permutation"}, np.inf),
        ({"term": "permutation", "level": "smallest"}, np.inf),
        ({"term": "ratio", "level": "hazard"}, np.inf),
    ]
    result: list[Row] = []
    for key, until in keys:
        for arm in population.arms:
            n = int(((mine["ARM"] == arm) & (mine["HOURS"] <= until)).sum())
            result += rows({"n": n}, arm=arm, **key)
    return result
