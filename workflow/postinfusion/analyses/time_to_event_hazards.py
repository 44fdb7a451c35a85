"""Hazard ratios by Cox's model, and whether hazards are proportional."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.model_data import BASELINE, FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members
from postinfusion.analyses.time_to_event_data import EVENT, EventTimes
from postinfusion.ard.build import Row, rows
from postinfusion.core.proportional_hazards import (
    CoxFit,
    fit_cox,
    likelihood_ratio_p,
    profile_limits,
    proportionality,
)
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import TimeToEvent
from postinfusion.plan.plan import Plan

HAZARD = {"term": "ratio", "level": "hazard"}
_NO_PROFILE = "the profile likelihood has no such limit"


@dataclass(frozen=True)
class _Model:
    """What enters the model: times, and the columns of arms and covariates with their names."""

    times: pd.DataFrame
    columns: pd.DataFrame
    arms: tuple[str, ...]


def hazard_rows(plan: Plan, analysis: TimeToEvent, adam: Adam, data: EventTimes, population: Members) -> list[Row]:
    """Give the hazard ratios of arms and covariates, and the tests of proportional hazards.

    Returns
    -------
    list of rows
        ``ratio`` with ``level="hazard"``, ``arm`` and ``comparator``: ``std_error`` is that of its logarithm, limits
        and p-value are those of the profile likelihood. ``coefficient`` (hazard ratio of a covariate, Wald) and
        ``proportional-hazards`` with the column in ``level``, the latter also for all columns together; ``fit``.
    """
    if not population.compared:
        return []
    try:
        model = _model(plan, analysis, adam, data, population)
        event = model.times["CAUSE"] == EVENT
        fit = fit_cox(model.times["HOURS"], event, model.columns, model.times["STRATUM"])
    except ModelError as error:
        return [
            {**HAZARD, "arm": arm, "comparator": population.reference, "stat_name": "estimate", "error": str(error)}
            for arm in population.compared
        ]
    result = [*_fit_rows(fit, analysis, plan), *_ratios(fit, model, analysis, str(population.reference))]
    return result + _coefficients(fit, model, analysis.confidence) + _proportional(fit, model)


def _model(plan: Plan, analysis: TimeToEvent, adam: Adam, data: EventTimes, population: Members) -> _Model:
    """Give the columns of arms and covariates of the participants who have them all.

    Raises
    ------
    ModelError
        An arm has too few participants or no event, or the data hold no values of a covariate.
    """
    covariates = _covariates(plan, analysis, adam, population)
    times = data.frame[data.frame["USUBJID"].isin(covariates.index)].reset_index(drop=True)
    counts = times["ARM"].value_counts().reindex([*population.arms], fill_value=0)
    present = tuple(arm for arm in population.arms if counts[arm] > 0)
    if few := [arm for arm in population.arms if counts[arm] < FEWEST_PARTICIPANTS]:
        raise ModelError(f"fewer than {FEWEST_PARTICIPANTS} participants in {', '.join(few)}: no hazard ratio")
    events = times[times["CAUSE"] == EVENT]["ARM"].value_counts()
    if without := [arm for arm in present if events.get(arm, 0) == 0]:
        raise ModelError(f"no event in {', '.join(without)}: a hazard ratio would be 0, infinite or undefined")
    arms = tuple(arm for arm in present if arm != population.reference)
    columns = {arm: (times["ARM"] == arm).astype("float64") for arm in arms}
    others = covariates.reindex(times["USUBJID"]).reset_index(drop=True)
    return _Model(times, pd.concat([pd.DataFrame(columns), others], axis=1), arms)


def _covariates(plan: Plan, analysis: TimeToEvent, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the columns of the covariates by participant, categories as indicators, without who lacks any.

    A covariate that is a stratum of the test is one already.
    """
    frame = population.frame.set_index("USUBJID")
    parts: list[pd.DataFrame] = [pd.DataFrame(index=frame.index)]
    in_strata = set(plan.design.strata) if analysis.stratified else set()
    for name in analysis.covariates:
        if name in in_strata:
            continue
        if name == BASELINE:
            records = endpoint_records(adam, plan.endpoints[analysis.endpoint], population)
            base = records[records["ABLFL"] == "Y"].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]
            parts.append(base.reindex(frame.index).to_frame(BASELINE))
            continue
        column = participant_column(name)
        if column not in frame:
            raise ModelError(f"the data hold no values of {name}")
        parts.append(_indicators(frame[column], name))
    return pd.concat(parts, axis=1).dropna()


def _indicators(values: pd.Series, name: str) -> pd.DataFrame:
    """Give a numeric column as it is, another as one indicator for each level after the first."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64").to_frame(name)
    known = values.astype("object").where(values.notna() & (values != ""))
    levels = sorted(known.dropna().unique(), key=str)
    return pd.DataFrame({f"{name}: {level}": (known == level).where(known.notna()) for level in levels[1:]}).astype(
        "float64"
    )


def _fit_rows(fit: CoxFit, analysis: TimeToEvent, plan: Plan) -> list[Row]:
    """Give the size of the model and its criterion."""
    strata = list(plan.design.strata) if analysis.stratified else []
    return rows(
        {
            "n_participants": fit.n,
            "log_likelihood": fit.log_likelihood,
            "iterations": fit.iterations,
            "converged": True,
            "strata": ", ".join(strata),
        },
        term="fit",
        level="hazard",
    )


def _ratios(fit: CoxFit, model: _Model, analysis: TimeToEvent, reference: str) -> list[Row]:
    """Give the hazard ratios of the arms with the limits and p-values of the profile likelihood."""
    result: list[Row] = []
    for place, arm in enumerate(model.arms):
        low, high = profile_limits(fit, place, confidence=analysis.confidence)
        statistics = {
            "estimate": float(np.exp(fit.coefficients[place])),
            "std_error": float(fit.std_errors[place]),
            "conf_low": float(np.exp(low)),
            "conf_high": float(np.exp(high)),
            "p_value": likelihood_ratio_p(fit, place),
        }
        found = rows(statistics, arm=arm, comparator=reference, **HAZARD)
        result += [
            row | ({"error": _NO_PROFILE} if np.isnan(value) else {})
            for row, value in zip(found, statistics.values(), strict=True)
        ]
    return result


def _coefficients(fit: CoxFit, model: _Model, confidence: float) -> list[Row]:
    """Give the hazard ratios of the covariates with Wald limits."""
    quantile = float(ndtri((1 + confidence) / 2))
    result: list[Row] = []
    for place, name in enumerate(model.columns.columns):
        if name in model.arms:
            continue
        estimate, error = float(fit.coefficients[place]), float(fit.std_errors[place])
        limits = np.exp([estimate - quantile * error, estimate + quantile * error])
        statistics = {
            "estimate": float(np.exp(estimate)),
            "std_error": error,
            "conf_low": float(limits[0]),
            "conf_high": float(limits[1]),
            "p_value": float(2 * ndtr(-abs(estimate) / error)),
        }
        result += rows(statistics, term="coefficient", level=str(name))
    return result


def _proportional(fit: CoxFit, model: _Model) -> list[Row]:
    """Give the tests of proportional hazards, by column and together."""
    test = proportionality(fit, model.times["HOURS"], model.times["CAUSE"] == EVENT)
    result: list[Row] = []
    for name, statistic, p_value in zip(model.columns.columns, test.statistics, test.p_values, strict=True):
        found = {"statistic": float(statistic), "df": 1, "p_value": float(p_value)}
        result += rows(found, term="proportional-hazards", level=str(name))
    together = {"statistic": test.global_statistic, "df": test.global_df, "p_value": test.global_p_value}
    return result + rows(together, term="proportional-hazards", level="all columns")
