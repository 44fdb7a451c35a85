"""Linear mixed model over continuous time since time zero (method trajectory)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.design import build_design
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.lmm import LmmFit, fit_lmm
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few
from postinfusion.analyses.model_records import DAYS, HOURS_PER_DAY, model_records
from postinfusion.analyses.model_rows import (
    MEAN,
    NOT_NEEDED,
    TEST,
    USED,
    coefficient_rows,
    estimate_rows,
    fit_rows,
    joint_test_rows,
    participants_rows,
    warnings_of,
)
from postinfusion.analyses.participation import participation_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.second_engine import Recomputed, agreement_rows
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import SplineBasis, Trajectory
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import PRIMARY


@dataclass(frozen=True)
class RandomEffects:
    """One rung of the ladder of random effects: its name in the results, its formula, and whether they correlate."""

    name: str
    formula: str
    correlated: bool


def trajectories(plan: Plan, analysis: Trajectory, adam: Adam, population: Members) -> list[Row]:
    """Fit the change from baseline over the actual time since time zero, and give means and differences at times.

    The means are arm x basis of time, baseline x basis of time, strata and covariates. Every observed record after time
    zero enters, scheduled or not. Random effects go down a ladder: correlated intercept and slope, uncorrelated ones,
    intercept alone; a fit on the boundary of the parameter space counts as failed while there is a simpler one.
    """
    data = model_records(plan, analysis, adam, population)
    refuse_few(data)
    formula = trajectory_formula(data, analysis)
    fit, used, ladder = _first_that_fits(analysis, data, formula)
    key = {"parameter": plan.endpoints[analysis.endpoint].parameter, "variable": data.response}
    who = participation_rows(plan, analysis, adam, population, data)
    result = [*denominators(population), *who, *(row | key for row in ladder)]
    if fit is None or used is None:
        text = f"no random effects of the ladder could be fitted: {ladder[-1]['stat_text']}"
        return [*result, error_row(text, **key)]
    found = _results(analysis, data, fit, used, formula)
    if analysis.estimand == PRIMARY:
        found += _agreement(analysis, data, fit, used)
    warnings = warnings_of(ladder, found, fit)
    return [*result, *(row | key for row in [*found, *warnings])]


def basis(analysis: Trajectory) -> str:
    """Give the basis of time as a term of a formula."""
    if isinstance(analysis.basis, SplineBasis):
        knots = ", ".join(f"{knot / HOURS_PER_DAY:g}" for knot in analysis.basis.spline)
        return f"ns({DAYS}, knots = c({knots}))"
    return {"linear": DAYS, "log": f"log1p({DAYS})"}[analysis.basis]


def trajectory_formula(data: ModelData, analysis: Trajectory) -> str:
    """Give the fixed effects: arm x time, baseline x time, then strata and covariates."""
    time = basis(analysis)
    arm = [f"{ARM} * {time}"] if len(data.arms) > 1 else [time]
    baseline = [f"BASE * {time}"] if data.has_baseline else []
    return " + ".join([*arm, *baseline, *(f"`{name}`" for name in data.covariates)])


def random_effects_ladder(analysis: Trajectory) -> tuple[RandomEffects, ...]:
    """Give the random effects to try, in order."""
    slope = DAYS if analysis.basis == "linear" else f"log1p({DAYS})"
    intercept = RandomEffects("intercept", "1", correlated=True)
    if "slope" not in analysis.random:
        return (intercept,)
    return (
        RandomEffects("correlated intercept and slope", f"1 + {slope}", correlated=True),
        RandomEffects("uncorrelated intercept and slope", f"1 + {slope}", correlated=False),
        intercept,
    )


def _first_that_fits(
    analysis: Trajectory, data: ModelData, formula: str
) -> tuple[LmmFit | None, RandomEffects | None, list[Row]]:
    """Go down the ladder of random effects; give the first fit and a row of outcome for each rung."""
    rungs = random_effects_ladder(analysis)
    fit: LmmFit | None = None
    used: RandomEffects | None = None
    ladder: list[Row] = []
    for rung in rungs:
        outcome = NOT_NEEDED
        if fit is None:
            fit, outcome = _attempt(analysis, data, formula, rung, is_last=rung is rungs[-1])
            used = rung if fit is not None else None
        ladder += rows({"outcome": outcome}, term="ladder", level=rung.name)
    return fit, used, ladder


def _attempt(
    analysis: Trajectory, data: ModelData, formula: str, rung: RandomEffects, *, is_last: bool
) -> tuple[LmmFit | None, str]:
    """Fit one rung; give the fit, or None with the reason."""
    try:
        fit = fit_lmm(
            data.frame,
            data.response,
            formula,
            rung.formula,
            "USUBJID",
            df=analysis.df.value,
            correlated=rung.correlated,
        )
    except ModelError as error:
        return None, str(error)
    if fit.optimum.boundary and not is_last:
        return None, "a variance of zero or a correlation of one: the data do not bear it"
    return fit, USED


def _results(analysis: Trajectory, data: ModelData, fit: LmmFit, used: RandomEffects, formula: str) -> list[Row]:
    """Give all rows of a fitted model."""
    time = basis(analysis)
    texts = {
        "formula": f"{data.response} ~ {formula} + ({used.formula} | participant)",
        "estimation": fit.method,
        "df_method": fit.df,
        "random_effects": used.name,
    }
    return [
        *participants_rows(data.frame, data.arms),
        *_observed(data),
        *_estimates(analysis, data, fit),
        *(joint_test_rows(fit, [f"{ARM}:{time}"]) if len(data.arms) > 1 else []),
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


def _estimates(analysis: Trajectory, data: ModelData, fit: LmmFit) -> list[Row]:
    """Give adjusted means, and differences to the reference arm, at the times of the plan."""
    times = {hours / HOURS_PER_DAY: canonical_hours(hours) for hours in analysis.report_at}
    at, confidence = {DAYS: list(times)}, analysis.confidence
    means = fit.means([ARM] if len(data.arms) > 1 else [], at=at, confidence=confidence)
    result = _rows_of(means, times, "marginal-mean", MEAN, data.arms)
    if len(data.arms) > 1:
        differences = fit.contrasts(ARM, reference=data.arms[0], at=at, confidence=confidence)
        result += _rows_of(differences, times, "difference", TEST, data.arms)
    return result


def _agreement(analysis: Trajectory, data: ModelData, fit: LmmFit, used: RandomEffects) -> list[Row]:
    """Compare the fit with that of the second engine."""
    from postinfusion.core.dense_engine import of_random_effects

    at = {DAYS: [hours / HOURS_PER_DAY for hours in analysis.report_at]}
    several = len(data.arms) > 1
    compared = fit.contrast_rows(ARM, reference=data.arms[0], at=at).L if several else None
    design = build_design(used.formula, data.frame)
    covariance = of_random_effects(design.matrix(data.frame), correlated=used.correlated)
    first = Recomputed(fit, data.frame, data.response, "USUBJID", fit.log_likelihood)
    return agreement_rows(first, covariance, compared)


def _rows_of(
    table: pd.DataFrame, times: dict[float, str], term: str, names: tuple[str, ...], arms: tuple[str, ...]
) -> list[Row]:
    """Give the rows of a table of estimates by time."""
    comparator = {"comparator": arms[0]} if term == "difference" else {}
    return [
        row
        for record in table.to_dict("records")
        for row in estimate_rows(
            record, names, term=term, time=times[record[DAYS]], arm=str(record.get(ARM, arms[0])), **comparator
        )
    ]


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
