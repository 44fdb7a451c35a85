"""The association of an expectation score with change: an association with its interval, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.ancova import fit_ancova
from postinfusion.analyses.endpoint_records import Adam, observed
from postinfusion.analyses.model_data import ARM, ModelData, Modelled, model_data, refuse_few
from postinfusion.analyses.model_rows import TEST, estimate_rows
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.endpoints import Form
from postinfusion.plan.plan import Plan

ASSOCIATION = "expectation-association"
_FEWEST_MORE = 3
"""Participants more than coefficients, so that the residual variance is known at all."""


@dataclass(frozen=True)
class Score:
    """What is asked of an expectation score.

    Attributes
    ----------
    name
        Participants' column or covariate that holds it, a number.
    visit
        Visit at whose change it is looked at.
    confidence
        Level of the interval.
    """

    name: str
    visit: str
    confidence: float


def association_rows(plan: Plan, analysis: Modelled, adam: Adam, population: Members, score: Score) -> list[Row]:
    """Give the change that goes with one point more of the score, among participants of the same arm and baseline.

    Analysis of covariance of the change from baseline at a visit with arm (where there are several), baseline, strata
    and the score. Who expects more may differ in much else: the coefficient is an association.
    """
    at = {"parameter": plan.endpoints[analysis.endpoint].parameter, "variable": "CHG", "visit": score.visit}
    at |= {"time": canonical_hours(plan.nominal_hours[score.visit])}
    key = {"term": ASSOCIATION, "level": score.name, **at}
    try:
        data, column = _records(plan, analysis, adam, population, score)
        return [row | key for row in _coefficient(data, column, score.confidence)]
    except ModelError as error:
        return [error_row(str(error), **key)]


def _coefficient(data: ModelData, column: str, confidence: float) -> list[Row]:
    """Give the coefficient of the score, with the number of participants and the formula.

    Raises
    ------
    ModelError
        There are too few participants, or the model cannot be fitted.
    """
    refuse_few(data)
    adjusting = [name for name in [*(["BASE"] if data.has_baseline else []), *data.covariates] if _varies(data, name)]
    terms = list(dict.fromkeys([*([ARM] if len(data.arms) > 1 else []), *adjusting, column]))
    fit = fit_ancova(data.frame, data.response, " + ".join(f"`{name}`" for name in terms))
    names = [str(name) for name in fit.coefficients["term"]]
    if len(data.frame) < len(names) + _FEWEST_MORE:
        raise ModelError(f"{len(data.frame)} participants with a score and a value are too few: described only")
    combination = np.array([[float(name == column) for name in names]])
    record = fit.linear(combination, confidence=confidence).to_dict("records")[0]
    told = [*rows({"n": len(data.frame)}), *rows({"formula": f"CHG ~ {' + '.join(terms)}"})]
    return [*estimate_rows(record, TEST), *told]


def _varies(data: ModelData, name: str) -> bool:
    """Say whether a covariate differs between participants."""
    return bool(data.frame[name].nunique() > 1)


def _records(plan: Plan, analysis: Modelled, adam: Adam, population: Members, score: Score) -> tuple[ModelData, str]:
    """Give one record per participant with change, covariates and score, and the column of the score.

    Raises
    ------
    ModelError
        The score is not there, is not a number, or is the same in everybody.
    """
    column = participant_column(score.name)
    if column not in population.frame or not pd.api.types.is_numeric_dtype(population.frame[column]):
        raise ModelError(f"the data hold no numbers in {score.name}: the association needs a score")
    data = model_data(plan, analysis, adam, population, Form.CHANGE)
    scores = population.frame.set_index("USUBJID")[column].astype("float64")
    frame = observed(data.frame)
    frame = frame[frame["AVISIT"] == score.visit]
    frame = frame.assign(**{column: frame["USUBJID"].map(scores)})
    chosen = frame.dropna(subset=[data.response, *(["BASE"] if data.has_baseline else []), *data.covariates, column])
    found = data.replaced(chosen)
    if not _varies(found, column):
        raise ModelError(f"{score.name} is the same in everybody who has a value at {score.visit}")
    return found, column
