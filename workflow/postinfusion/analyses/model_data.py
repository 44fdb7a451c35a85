"""What every model of an endpoint is fitted to: its records with arm, baseline, strata and covariates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records, under_strategies
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, warning_row
from postinfusion.datasets.adam import PARTICIPANT_COLUMNS, participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.endpoints import Endpoint, Form
from postinfusion.plan.plan import Plan

FEWEST_PARTICIPANTS = 3
BASELINE = "baseline"
ARM = "ARM"
_NAMES = {column: name for name, column in PARTICIPANT_COLUMNS.items()} | {"BASE": BASELINE}


class Modelled(Protocol):
    """An analysis that models an endpoint."""

    @property
    def endpoint(self) -> str:
        """Key under endpoints."""

    @property
    def estimand(self) -> str:
        """Key under estimands; empty where it answers none."""

    @property
    def covariates(self) -> tuple[str, ...]:
        """``baseline``, participants' columns or covariates."""


@dataclass(frozen=True)
class ModelData:
    """The frame of a model, and the names of what enters it.

    Attributes
    ----------
    frame
        One row per record: USUBJID, ARM, AVISIT, AHRFIRST, AVAL, BASE, CHG, DTYPE, strata and covariates.
    response
        ``CHG`` or ``AVAL``.
    has_baseline
        The baseline value is a covariate.
    covariates
        Columns of the frame: strata first, then the other covariates of the plan.
    arms
        The arms that occur in the frame, the reference arm first.
    without_variation
        Columns that the plan asks for and that are the same in all analysed rows: they are not among the covariates.
    """

    frame: pd.DataFrame
    response: str
    has_baseline: bool
    covariates: tuple[str, ...]
    arms: tuple[str, ...]
    without_variation: tuple[str, ...] = ()

    def replaced(self, frame: pd.DataFrame) -> ModelData:
        """Give the same model data with other rows, unused arms left out."""
        kept = frame.assign(ARM=frame[ARM].cat.remove_unused_categories())
        return replace(self, frame=kept, arms=tuple(kept[ARM].cat.categories))

    def without_baseline(self) -> ModelData:
        """Give the same without the plain baseline value, in a model that holds it in another form."""
        others = tuple(name for name in self.without_variation if name != "BASE")
        return replace(self, has_baseline=False, without_variation=others)

    def analysed(self, frame: pd.DataFrame) -> ModelData:
        """Give the model data of the rows that are analysed, without baseline, strata and covariates alike in all."""
        asked = (*(["BASE"] if self.has_baseline else []), *self.covariates)
        alike = tuple(name for name in asked if frame[name].nunique() < 2)
        return replace(
            self.replaced(frame),
            has_baseline=self.has_baseline and "BASE" not in alike,
            covariates=tuple(name for name in self.covariates if name not in alike),
            without_variation=(*self.without_variation, *alike),
        )


def model_data(plan: Plan, analysis: Modelled, adam: Adam, population: Members, form: Form) -> ModelData:
    """Give the records of a model's endpoint with all that can enter the model.

    Records after an intercurrent event are kept or left out as the analysis' estimand says.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint or of a covariate.
    """
    endpoint: Endpoint = plan.endpoints[analysis.endpoint]
    estimand = plan.estimands[analysis.estimand] if analysis.estimand else None
    records = under_strategies(endpoint_records(adam, endpoint, population), estimand, adam)
    columns = _covariate_columns(plan, analysis, population)
    covariates = population.frame.set_index("USUBJID")[list(columns)]
    frame = records.join(covariates, on="USUBJID").reset_index(drop=True)
    response = "CHG" if form is Form.CHANGE else "AVAL"
    data = ModelData(frame, response, BASELINE in analysis.covariates, columns, ())
    return data.replaced(frame)


def refuse_few(data: ModelData) -> None:
    """Refuse a model of so few participants that it could only repeat them.

    Raises
    ------
    ModelError
        An arm has fewer than three participants with data: they are described, not modelled.
    """
    by_arm = data.frame.groupby(ARM, observed=True)["USUBJID"].nunique()
    few = [f"{arm} ({n})" for arm, n in by_arm.items() if n < FEWEST_PARTICIPANTS]
    if few:
        raise ModelError(f"fewer than {FEWEST_PARTICIPANTS} participants with data in {', '.join(few)}: described only")


def without_variation_rows(data: ModelData) -> list[Row]:
    """Warn of what the model cannot hold, being the same in all analysed participants, and of levels without a name."""
    names = [_NAMES.get(column, column.lower()) for column in data.without_variation]
    result = [warning_row(f"{name} is the same in all analysed participants: it is not in the model") for name in names]
    for column in data.covariates:
        n = data.frame.loc[data.frame[column].astype("object") == "", "USUBJID"].nunique()
        if n:
            name = _NAMES.get(column, column.lower())
            result.append(warning_row(f"{n} participants have no {name} on record: they stand as a level of their own"))
    return result


def _covariate_columns(plan: Plan, analysis: Modelled, population: Members) -> tuple[str, ...]:
    """Name the columns of strata and covariates, each once."""
    names = dict.fromkeys([*plan.design.strata, *(name for name in analysis.covariates if name != BASELINE)])
    columns = tuple(participant_column(name) for name in names)
    absent = [name for name, column in zip(names, columns, strict=True) if column not in population.frame]
    if absent:
        raise ModelError(f"the data hold no values of {', '.join(absent)}")
    return columns
