"""Which records enter each kind of model; nothing here fits anything."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, last_observation_carried_forward, observed
from postinfusion.analyses.model_data import ModelData, model_data
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Ancova, RepeatedMeasuresPart, Trajectory
from postinfusion.plan.endpoints import Form
from postinfusion.plan.plan import Plan

DAYS = "DAYS"
HOURS_PER_DAY = 24.0


def model_records(
    plan: Plan, analysis: RepeatedMeasuresPart | Trajectory | Ancova, adam: Adam, population: Members
) -> ModelData:
    """Give the records that enter a model, complete in all that it uses.

    Repeated measures take the observed records of their visits, with the visit as an ordered category; a trajectory
    takes every observed record after time zero, with time in ``DAYS``; an analysis of covariance takes one record per
    participant at its visit, observed or carried forward.

    Raises
    ------
    ModelError
        No record is left.
    """
    match analysis:
        case RepeatedMeasuresPart():
            return _at_visits(plan, analysis, model_data(plan, analysis, adam, population, analysis.form))
        case Trajectory():
            return _after_time_zero(model_data(plan, analysis, adam, population, Form.CHANGE))
        case Ancova():
            return _at_one_visit(plan, analysis, model_data(plan, analysis, adam, population, analysis.form))


def visits_of(plan: Plan, analysis: RepeatedMeasuresPart) -> tuple[str, ...]:
    """Give the visits of a model of repeated measures: those that it names, else all after the baseline."""
    return analysis.visits or tuple(visit for visit in plan.visit_names if visit != plan.baseline_visit)


def _at_visits(plan: Plan, analysis: RepeatedMeasuresPart, data: ModelData) -> ModelData:
    """Keep the observed records of the visits of the model."""
    visits = visits_of(plan, analysis)
    chosen = observed(data.frame)
    complete = _complete(data, chosen[chosen["AVISIT"].isin(visits)], "at any visit of the model")
    present = [visit for visit in visits if (complete["AVISIT"] == visit).any()]
    return data.analysed(complete.assign(AVISIT=pd.Categorical(complete["AVISIT"], present)))


def _after_time_zero(data: ModelData) -> ModelData:
    """Keep the observed records after time zero."""
    after = data.frame[(data.frame["DTYPE"] == "") & (data.frame["AHRFIRST"] > 0)]
    complete = _complete(data, after, "after time zero")
    return data.analysed(complete.assign(DAYS=complete["AHRFIRST"] / HOURS_PER_DAY))


def _at_one_visit(plan: Plan, analysis: Ancova, data: ModelData) -> ModelData:
    """Keep one record per participant at the visit."""
    if analysis.imputation == "locf":
        nominal = plan.nominal_hours[analysis.visit]
        chosen = last_observation_carried_forward(data.frame, analysis.visit, nominal)
    else:
        chosen = observed(data.frame)
        chosen = chosen[chosen["AVISIT"] == analysis.visit]
    return data.analysed(_complete(data, chosen, f"at {analysis.visit}"))


def _complete(data: ModelData, chosen: pd.DataFrame, where: str) -> pd.DataFrame:
    """Keep the records that have the response and all covariates."""
    complete = chosen.dropna(subset=[data.response, *(["BASE"] if data.has_baseline else []), *data.covariates])
    if complete.empty:
        raise ModelError(f"no participant has a value {where} and all that the model needs")
    return complete
