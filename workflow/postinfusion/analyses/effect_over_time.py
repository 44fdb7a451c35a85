"""The effect curve of a model over time: bands over a grid, and what the curve tells of onset, peak and duration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from postinfusion.analyses.design import Array
from postinfusion.analyses.model_records import HOURS_PER_DAY
from postinfusion.analyses.model_rows import MEAN
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.contrasts import Estimates
from postinfusion.core.effect_curve import (
    Benefit,
    Instant,
    TimeFeature,
    area_weights,
    duration,
    half_benefit,
    onset,
    peak_benefit,
    peak_time,
)
from postinfusion.core.inference import Inference
from postinfusion.core.simultaneous import SimultaneousBand, simultaneous_band
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Trajectory
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Better

CURVE, BAND, FEATURE = "curve", "band", "effect-feature"
HOURS_UNIT = "h"
# Times of the grid are printed: to the hundredth of an hour.
HOUR_DECIMALS = 2


@dataclass(frozen=True)
class Curve:
    """A curve of estimates over the grid.

    Attributes
    ----------
    hours
        Shape (m,): the grid.
    found
        Pointwise estimates.
    band
        The simultaneous band.
    area
        The area under the curve in units times days, a linear combination of the coefficients as well.
    """

    hours: Array
    found: Estimates
    band: SimultaneousBand
    area: Estimates


def grid_hours(analysis: Trajectory) -> Array:
    """Give the grid of the band in hours: evenly spaced in log(1 + hours / 24), with the reported times inside it."""
    low, high = analysis.band_limits
    first, last = (float(np.log1p(hours / HOURS_PER_DAY)) for hours in (low, high))
    even = HOURS_PER_DAY * np.expm1(np.linspace(first, last, analysis.band.points))
    reported = [time for time in analysis.report_at if low <= time <= high]
    return np.unique([low, *np.round(even[1:-1], HOUR_DECIMALS), high, *reported])


def generator_of(plan: Plan, analysis: Trajectory, arm: str) -> np.random.Generator:
    """Give the stream of random numbers of one curve: from the plan's seed, the analysis' name and the arm."""
    name = next((key for key, found in plan.analyses.items() if found is analysis), "")
    own = int.from_bytes(sha256(f"{name}\0{arm}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([plan.seed, own]))


def curve_of(
    inference: Inference, combinations: Array, hours: Array, rng: np.random.Generator, *, confidence: float
) -> Curve:
    """Give the estimates on the grid with pointwise and simultaneous limits.

    Parameters
    ----------
    inference
        Of the fixed effects.
    combinations
        Shape (m, c): the combination of the coefficients at each time of the grid.
    hours
        Shape (m,): the grid.
    rng
        Where the band draws from.
    confidence
        Of the pointwise intervals, and of the band.

    Raises
    ------
    ModelError
        The curve is not estimable at some time of the grid.
    """
    found = inference.estimates(combinations, confidence=confidence)
    if np.isnan(found.estimate).any():
        raise ModelError("the curve is not estimable at every time of its grid: no band is given")
    in_basis = inference.in_basis(combinations)
    covariance = in_basis @ inference.V @ in_basis.T
    band = simultaneous_band(found.estimate, covariance, float(found.df.min()), rng, confidence=confidence)
    whole = (area_weights(hours / HOURS_PER_DAY) @ combinations)[None, :]
    return Curve(hours, found, band, inference.estimates(whole, confidence=confidence))


def curve_rows(curve: Curve, key: Mapping[str, str]) -> list[Row]:
    """Give the rows of a curve: at each time of the grid, and of the band as a whole."""
    columns = {name: getattr(curve.found, name) for name in MEAN}
    columns |= {"band_low": curve.band.conf_low, "band_high": curve.band.conf_high}
    whole = {
        "critical_value": curve.band.critical_value,
        "df": curve.band.df,
        "n_points": len(curve.hours),
        "n_draws": curve.band.draws,
        "grid_from": curve.hours[0],
        "grid_until": curve.hours[-1],
    }
    points = [
        row
        for place, hours in enumerate(curve.hours)
        for row in rows(
            {name: float(values[place]) for name, values in columns.items()},
            term=CURVE, time=canonical_hours(float(hours)), **key,
        )
    ]  # fmt: skip
    return [*rows(whole, term=BAND, **key), *points]


def feature_rows(endpoint: Endpoint, curve: Curve, key: Mapping[str, str]) -> list[Row]:
    """Give onset, peak, duration, half-benefit time and area of the effect; none without a direction of benefit.

    Parameters
    ----------
    endpoint
        Says which direction is a benefit, and how large a difference is important; without the latter there is neither
        onset nor duration.
    curve
        The difference over the grid.
    key
        Columns of the rows.
    """
    if endpoint.better is Better.NONE:
        return []
    sign = 1.0 if endpoint.better is Better.HIGHER else -1.0
    benefit = _benefit(curve, sign)
    times: dict[str, TimeFeature] = {}
    if endpoint.important_difference is not None:
        times["onset"] = onset(benefit, endpoint.important_difference)
        times["duration"] = duration(benefit, endpoint.important_difference)
    times |= {"peak": peak_time(benefit), "half-benefit": half_benefit(benefit)}
    result = [row for name, feature in times.items() for row in _time_rows(feature, level=name, **key)]
    size = dict(zip(("estimate", "conf_low", "conf_high"), peak_benefit(benefit), strict=True))
    result += rows(size, term=FEATURE, level="peak-benefit", **key)
    return [*result, *_area_rows(curve.area, sign, key)]


def no_curve_row(reason: str, key: Mapping[str, str]) -> Row:
    """Give the row that says why there is no curve."""
    return {**key, "term": BAND, "stat_name": "critical_value", "error": reason}


def _benefit(curve: Curve, sign: float) -> Benefit:
    """Turn a difference with its band so that larger is better."""
    edges = sign * np.array([curve.band.conf_low, curve.band.conf_high])
    return Benefit(curve.hours, sign * curve.band.estimate, edges.min(axis=0), edges.max(axis=0))


def _time_rows(feature: TimeFeature, **key: str) -> list[Row]:
    """Give a time with its limits in hours; what is censored has the reason in its text."""
    found = {"estimate": feature.estimate, "conf_low": feature.low, "conf_high": feature.high}
    result = [_instant_row(name, instant, **key) for name, instant in found.items()]
    if feature.error:
        result = [row | {"stat": float("nan"), "stat_text": "", "error": feature.error} for row in result]
    return result


def _instant_row(name: str, instant: Instant, **key: str) -> Row:
    """Give one time: its hours, which are the end of the grid where it is censored, and the censoring as text."""
    hours = instant.time if np.isfinite(instant.time) else float("nan")
    return {**key, "term": FEATURE, "unit": HOURS_UNIT, "stat_name": name, "stat": hours,
            "stat_text": instant.censoring.value}  # fmt: skip


def _area_rows(area: Estimates, sign: float, key: Mapping[str, str]) -> list[Row]:
    """Give the area under the benefit, in units times days."""
    found = {name: float(getattr(area, name)[0]) for name in MEAN}
    limits = sorted(sign * found[name] for name in ("conf_low", "conf_high"))
    turned = found | {"estimate": sign * found["estimate"], "conf_low": limits[0], "conf_high": limits[1]}
    return rows(turned, term=FEATURE, level="area", **key)
