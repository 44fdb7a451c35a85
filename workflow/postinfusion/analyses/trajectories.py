"""Linear mixed model over continuous time since infusion (method trajectory)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from postinfusion.analyses.course_fit import CourseFit, fit_course, mean_combinations
from postinfusion.analyses.decay_rate import rate_rows
from postinfusion.analyses.design import Array, build_design
from postinfusion.analyses.effect_over_time import (
    curve_of,
    curve_rows,
    feature_rows,
    generator_of,
    grid_hours,
    no_curve_row,
)
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.grid_rows import Rows
from postinfusion.analyses.lmm import LmmFit
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few
from postinfusion.analyses.model_records import model_records
from postinfusion.analyses.model_rows import (
    MEAN,
    TEST,
    coefficient_rows,
    estimate_rows,
    fit_rows,
    joint_test_rows,
    participants_rows,
    warnings_of,
)
from postinfusion.analyses.participation import participation_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.reference_grid import estimates_frame
from postinfusion.analyses.second_engine import Recomputed, agreement_rows
from postinfusion.analyses.time_bases import moments_of_records, moments_of_report, time_terms
from postinfusion.analyses.type_three import type_three_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Trajectory
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import PRIMARY

EXPLORATORY = (
    "exploratory: the model conditions on infusions that were given after randomisation, which depend on how the "
    "participants fared; it decides no claim"
)
TIME = "TIME"


def trajectories(plan: Plan, analysis: Trajectory, adam: Adam, population: Members) -> list[Row]:
    """Fit the change from baseline over the actual time since infusion; give means, differences and the effect curve.

    The means are arm x basis of time, baseline x basis of time, strata and covariates. Every observed record after time
    zero enters, scheduled or not. Random effects go down a ladder: correlated intercept and slope, uncorrelated ones,
    intercept alone; a fit on the boundary of the parameter space counts as failed while there is a simpler one.
    """
    data = model_records(plan, analysis, adam, population)
    refuse_few(data)
    course = fit_course(analysis, data, moments_of_records(plan, analysis, adam, data.frame))
    endpoint = plan.endpoints[analysis.endpoint]
    key = {"parameter": endpoint.parameter, "variable": data.response}
    who = participation_rows(plan, analysis, adam, population, data)
    result = [*denominators(population), *who, *(row | key for row in course.ladder)]
    if course.rate is not None:
        result += [row | key for row in rate_rows(course.rate.profile)]
    if course.fit is None:
        result.append(error_row(course.failure, **key))
    else:
        found = _results(plan, analysis, data, course)
        found += _agreement(plan, analysis, data, course) if analysis.estimand == PRIMARY else []
        result += [row | key for row in [*found, *warnings_of(course.ladder, found, course.fit)]]
        result += [row | key for row in _curves(plan, analysis, data, course)]
    return _marked(plan, analysis, result)


def _marked(plan: Plan, analysis: Trajectory, result: list[Row]) -> list[Row]:
    """Mark the rows of a model that conditions on what happened after randomisation."""
    if not analysis.is_exploratory(plan.design.kind):
        return result
    return [row | {"prespecified": False} for row in [*result, warning_row(EXPLORATORY)]]


def _results(plan: Plan, analysis: Trajectory, data: ModelData, course: CourseFit) -> list[Row]:
    """Give the rows of a fitted model at the times of the plan, its terms and its fit."""
    fit = course.fitted
    texts = {
        "formula": f"{data.response} ~ {course.formula} + ({course.used.formula} | participant)",
        "estimation": fit.method,
        "df_method": fit.df,
        "random_effects": course.used.name,
    }
    return [
        *participants_rows(data.frame, data.arms),
        *_observed(data),
        *_estimates(plan, analysis, data, course),
        *(_test_of_arms(analysis, fit) if len(data.arms) > 1 else []),
        *coefficient_rows(fit),
        *_covariance(fit),
        *fit_rows(fit, texts),
    ]


def _observed(data: ModelData) -> list[Row]:
    """Count participants and records by arm."""
    counts = data.frame.groupby(ARM, observed=False)["USUBJID"].agg(["nunique", "size"])
    return [
        row
        for arm, participants, records in counts.itertuples()
        for row in rows({"n": participants, "n_observations": records}, term="observed", arm=arm)
    ]


def _estimates(plan: Plan, analysis: Trajectory, data: ModelData, course: CourseFit) -> list[Row]:
    """Give adjusted means, and differences to the reference arm, at the times of the plan."""
    by_arm = mean_combinations(analysis, course, data.arms, moments_of_report(plan, analysis, analysis.report_at))
    reference = data.arms[0]
    differences = {arm: by_arm[arm] - by_arm[reference] for arm in data.arms[1:]}
    return [
        *_rows_of(analysis, course.fitted, by_arm, MEAN, term="marginal-mean"),
        *_rows_of(analysis, course.fitted, differences, TEST, term="difference", comparator=reference),
    ]


def _rows_of(
    analysis: Trajectory, fit: LmmFit, by_arm: dict[str, Array], names: Iterable[str], **key: str
) -> list[Row]:
    """Give the rows of estimates by time and arm."""
    if not by_arm:
        return []
    times = [canonical_hours(hours) for hours in analysis.report_at]
    labels = pd.DataFrame([(time, arm) for time in times for arm in by_arm], columns=[TIME, ARM])
    stacked = np.stack([*by_arm.values()], axis=1).reshape(len(labels), -1)
    table = estimates_frame(Rows(labels, stacked), fit.inference, confidence=analysis.confidence)
    return [
        row
        for record in table.to_dict("records")
        for row in estimate_rows(record, names, time=str(record[TIME]), arm=str(record[ARM]), **key)
    ]


def _test_of_arms(analysis: Trajectory, fit: LmmFit) -> list[Row]:
    """Test that the arms move alike over time."""
    terms = time_terms(analysis)
    if len(terms) == 1:
        return joint_test_rows(fit, [f"{ARM}:{terms[0]}"])
    level = f"{ARM}:{TIME}"
    try:
        test = fit.joint_test(np.vstack([type_three_rows(fit.design, f"{ARM}:{term}") for term in terms]))
    except ModelError as error:
        return [{"term": "joint-test", "level": level, "stat_name": "p_value", "error": str(error)}]
    found = {"statistic": test.statistic, "num_df": test.df_numerator, "df": test.df_denominator,
             "p_value": test.p_value}  # fmt: skip
    return rows(found, term="joint-test", level=level)


def _curves(plan: Plan, analysis: Trajectory, data: ModelData, course: CourseFit) -> list[Row]:
    """Give the effect curve of each comparison with its features; of a single arm its mean, which is no effect."""
    if not analysis.has_curve:
        return []
    hours, inference = grid_hours(analysis), course.fitted.inference
    by_arm = mean_combinations(analysis, course, data.arms, moments_of_report(plan, analysis, hours))
    reference = data.arms[0]
    compared = {arm: by_arm[arm] - by_arm[reference] for arm in data.arms[1:]} or by_arm
    endpoint, confidence, result = plan.endpoints[analysis.endpoint], analysis.confidence, list[Row]()
    for arm, combinations in compared.items():
        key = {"arm": arm, **({"comparator": reference} if len(data.arms) > 1 else {})}
        try:
            curve = curve_of(inference, combinations, hours, generator_of(plan, analysis, arm), confidence=confidence)
        except ModelError as error:
            result.append(no_curve_row(str(error), key))
            continue
        result += curve_rows(curve, key)
        if "comparator" in key:
            result += feature_rows(endpoint, curve, key)
    return result


def _agreement(plan: Plan, analysis: Trajectory, data: ModelData, course: CourseFit) -> list[Row]:
    """Compare the fit with that of the second engine."""
    from postinfusion.core.dense_engine import of_random_effects

    compared = None
    if len(data.arms) > 1:
        at = moments_of_report(plan, analysis, analysis.report_at)
        by_arm = mean_combinations(analysis, course, data.arms, at)
        compared = np.vstack([by_arm[arm] - by_arm[data.arms[0]] for arm in data.arms[1:]])
    design = build_design(course.used.formula, course.frame)
    covariance = of_random_effects(design.matrix(course.frame), correlated=course.used.correlated)
    first = Recomputed(course.fitted, course.frame, data.response, "USUBJID", course.fitted.log_likelihood)
    return agreement_rows(first, covariance, compared)


def _covariance(fit: LmmFit) -> list[Row]:
    """Give the covariances and correlations of the random effects, each pair once, and the residual variance."""
    values = fit.random_covariance.to_numpy()
    labels = [str(label) for label in fit.random_covariance.index]
    sd = np.sqrt(np.diag(values))
    result: list[Row] = []
    for i, j in zip(*np.triu_indices(len(labels)), strict=True):
        level = labels[i] if i == j else f"{labels[i]} × {labels[j]}"
        scale = sd[i] * sd[j]
        correlation = values[i, j] / scale if scale > 0 else np.nan
        result += rows({"covariance": values[i, j], "correlation": correlation}, term="covariance", level=level)
    return result + rows({"covariance": fit.residual_variance}, term="covariance", level="residual")
