"""The difference between arms along a number known before treatment, and where it is distinguishable from none."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.grid_rows import Rows
from postinfusion.analyses.mmrm import MmrmFit
from postinfusion.analyses.model_data import ARM, ModelData
from postinfusion.analyses.model_rows import TEST, estimate_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.reference_grid import estimates_frame
from postinfusion.analyses.repeated_measures import VISIT
from postinfusion.analyses.subgroup_groups import (
    NEVER_POOLED,
    NOT_TESTABLE,
    known_before_treatment,
    pools_diagnoses,
    unit_of,
)
from postinfusion.analyses.subgroups import (
    at_visit,
    compared_records,
    counts_at_visit,
    fitted,
    formula_with,
    interaction_rows,
    place_of,
)
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.core.johnson_neyman import (
    Region,
    pointwise_critical_value,
    potthoff_critical_value,
    regions_of_curve,
    regions_of_line,
)
from postinfusion.core.linalg import Array
from postinfusion.core.simultaneous import max_t_quantile
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Moderator
from postinfusion.plan.plan import Plan

MODERATOR = "MODERATOR"
POINTS = 41
OUTERMOST = 0.05
"""Share of the participants of an arm beyond each end of the range: no value of a single person is an end."""
FEWEST_VALUES = 5
SPLINE = f"ns({MODERATOR}, 3)"
NOWHERE = "none within the observed range"


def moderator(plan: Plan, analysis: Moderator, adam: Adam, population: Members) -> list[Row]:
    """Fit arm × visit × moderator, and give the difference at the visit along the moderator with all that tells of it.

    Raises
    ------
    ModelError
        There are no arms to compare, or nothing is known of how the difference changes with this number.
    """
    if pools_diagnoses(plan, analysis.endpoint, population):
        raise ModelError(NEVER_POOLED)
    data, centre, lost = _records(plan, analysis, adam, population)
    fit, described = fitted(analysis, data, formula_with(analysis, data, _term(analysis)))
    low, high = observed_range(at_visit(analysis, data))
    found = [*counts_at_visit(analysis, data), *described]
    if lost:
        found.append(warning_row(f"participants without a value of {analysis.moderator} are not in the model: {lost}"))
    found += rows({"mean": centre, "grid_from": low + centre, "grid_until": high + centre}, term="range")
    found += rows({"moderator_unit": unit_of(plan, analysis.moderator)}, term="range")
    for arm in data.arms[1:]:
        key = {"arm": arm, "comparator": data.arms[0]}
        try:
            found += [row | key for row in _of_arm(plan, analysis, fit, arm, (low, high, centre))]
        except ModelError as error:
            found.append(error_row(str(error), term="interaction", **key))
    place = place_of(plan, analysis, data) | {"subgroup": analysis.moderator}
    return [*denominators(population), *(row | place for row in found)]


def observed_range(people: pd.DataFrame) -> tuple[float, float]:
    """Give the range of the moderator that holds the middle 90 % of the participants of every arm.

    Raises
    ------
    ModelError
        The arms have no range in common.
    """
    of_arm = people.groupby(ARM, observed=True)[MODERATOR]
    low, high = float(of_arm.quantile(OUTERMOST).max()), float(of_arm.quantile(1 - OUTERMOST).min())
    if not low < high:
        raise ModelError(f"{NOT_TESTABLE}: the arms have no range of the moderator in common")
    return low, high


def _records(plan: Plan, analysis: Moderator, adam: Adam, population: Members) -> tuple[ModelData, float, int]:
    """Give the records with the moderator about its mean, that mean, and how many have no value of it."""
    data = compared_records(plan, analysis, adam, population)
    values = known_before_treatment(plan, analysis.moderator, adam, population)
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        raise ModelError(f"{NOT_TESTABLE}: {analysis.moderator} is no number. Use method: subgroups")
    found = data.frame["USUBJID"].map(values.astype("float64"))
    lost = int(data.frame.loc[found.isna(), "USUBJID"].nunique())
    people = found[~data.frame["USUBJID"].duplicated()].dropna()
    if people.nunique() < FEWEST_VALUES:
        text = f"{analysis.moderator} has fewer than {FEWEST_VALUES} different values. Use method: subgroups"
        raise ModelError(f"{NOT_TESTABLE}: {text}")
    centre = float(people.mean())
    frame = data.frame.assign(**{MODERATOR: found - centre}).dropna(subset=[MODERATOR])
    # The moderator stands in the model already: as a covariate, or as the baseline value of the same endpoint.
    others = tuple(name for name in data.covariates if name != participant_column(analysis.moderator))
    has_baseline = data.has_baseline and analysis.moderator != analysis.endpoint
    kept = replace(data, covariates=others, has_baseline=has_baseline).analysed(frame)
    return kept, centre, lost


def _term(analysis: Moderator) -> str:
    """Give the term of the moderator."""
    return MODERATOR if analysis.shape == "linear" else SPLINE


def _of_arm(plan: Plan, analysis: Moderator, fit: MmrmFit, arm: str, limits: tuple[float, float, float]) -> list[Row]:
    """Give the curve of one comparison, its slope or the test of its shape, and its regions."""
    low, high, centre = limits
    grid = np.linspace(low, high, POINTS)
    curve = _rows_at(analysis, fit, arm, grid)
    table = estimates_frame(curve, fit.inference, confidence=analysis.confidence)
    if not np.isfinite(table["std_error"]).all():
        raise ModelError("the difference is not estimable everywhere within the observed range")
    df = float(table["df"].min())
    pointwise = pointwise_critical_value(df, confidence=analysis.confidence)
    covariance = _covariance(fit, curve.L)
    if analysis.shape == "linear":
        line = _rows_at(analysis, fit, arm, np.array([0.0, 1.0])).L
        ends = np.vstack([line[0], line[1] - line[0]])
        simultaneous = potthoff_critical_value(df, confidence=analysis.confidence)
        tests = _slope_rows(fit, ends[1:], analysis.confidence)
        regions = {
            "pointwise": _of_line(fit, ends, pointwise, low, high),
            "simultaneous": _of_line(fit, ends, simultaneous, low, high),
        }
    else:
        scale = np.sqrt(np.diag(covariance))
        rng = _generator(plan, analysis, arm)
        correlation = covariance / np.outer(scale, scale)
        simultaneous = max_t_quantile(correlation, df, rng, confidence=analysis.confidence)
        tests = []
        errors, estimate = table["std_error"].to_numpy(), table["estimate"].to_numpy()
        regions = {
            "pointwise": regions_of_curve(grid, estimate, pointwise * errors),
            "simultaneous": regions_of_curve(grid, estimate, simultaneous * errors),
        }
    knots = _rows_at(analysis, fit, arm, np.linspace(low, high, 4)).L
    tests += interaction_rows(fit, knots[1:] - knots[0])
    band = rows({"critical_value": simultaneous, "df": df, "n_points": POINTS}, term="band")
    return [*_curve_rows(table, grid + centre, simultaneous), *tests, *band, *_region_rows(regions, centre)]


def _rows_at(analysis: Moderator, fit: MmrmFit, arm: str, places: Array) -> Rows:
    """Give the rows of L of the difference at the visit, at values of the moderator about its mean."""
    has_visits = VISIT in fit.design.factors
    at = {VISIT: [analysis.visit]} if has_visits else {}
    chosen = {**at, MODERATOR: [float(x) for x in places]}
    found = fit.contrast_rows(ARM, by=[VISIT] if has_visits else [], at=chosen)
    own = (found.labels[ARM] == arm).to_numpy()
    return Rows(found.labels[own].reset_index(drop=True), found.L[own])


def _of_line(fit: MmrmFit, combinations: Array, critical: float, low: float, high: float) -> tuple[Region, ...]:
    """Give the regions of a straight line in closed form."""
    coefficients = fit.inference.in_basis(combinations) @ fit.inference.beta
    return regions_of_line(coefficients, _covariance(fit, combinations), critical, low, high)


def _covariance(fit: MmrmFit, combinations: Array) -> Array:
    """Give the covariance of linear combinations of the coefficients."""
    in_basis = fit.inference.in_basis(combinations)
    return np.asarray(in_basis @ fit.inference.V @ in_basis.T)


def _slope_rows(fit: MmrmFit, slope: Array, confidence: float) -> list[Row]:
    """Give how much the difference changes with one unit of the moderator."""
    table = estimates_frame(Rows(pd.DataFrame({"term": ["slope"]}), slope), fit.inference, confidence=confidence)
    return estimate_rows(table.to_dict("records")[0], TEST, term="slope")


def _curve_rows(table: pd.DataFrame, places: Array, critical: float) -> list[Row]:
    """Give the difference at each value of the grid, with pointwise intervals and the simultaneous band."""
    result: list[Row] = []
    for place, record in zip(places, table.to_dict("records"), strict=True):
        estimate, error = float(record["estimate"]), float(record["std_error"])
        found = {name: float(record[name]) for name in ("estimate", "std_error", "df", "conf_low", "conf_high")}
        found |= {"band_low": estimate - critical * error, "band_high": estimate + critical * error}
        result += rows(found, term="curve", level=f"{place:.6g}")
    return result


def _region_rows(regions: dict[str, tuple[Region, ...]], centre: float) -> list[Row]:
    """Give the regions of significance of both kinds, or that there are none within the range."""
    result: list[Row] = []
    for kind, found in regions.items():
        if not found:
            result += rows({"outcome": NOWHERE}, term="region", level=kind)
        for number, region in enumerate(found, start=1):
            side = "above zero" if region.sign > 0 else "below zero"
            key = {"term": "region", "level": f"{kind} {number}"}
            result += rows({"region_low": region.low + centre, "region_high": region.high + centre}, **key)
            result += rows({"outcome": side}, **key)
    return result


def _generator(plan: Plan, analysis: Moderator, arm: str) -> np.random.Generator:
    """Give the stream of random numbers of one band: from the plan's seed, the analysis' name and the arm."""
    name = next((key for key, found in plan.analyses.items() if found is analysis), "")
    own = int.from_bytes(sha256(f"{name}\0{arm}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([plan.seed, own]))
