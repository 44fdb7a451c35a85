"""The records that models of binary statuses and ordered categories are fitted to, visit by visit."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, observed
from postinfusion.analyses.model_data import ARM, ModelData, model_data
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Counts, Ordinal, RepeatedBinary, TimedTask
from postinfusion.plan.endpoints import Form
from postinfusion.plan.plan import Plan


def visits_of(plan: Plan, analysis: Counts | Ordinal | RepeatedBinary | TimedTask) -> tuple[str, ...]:
    """Give the visits of a model: those that it names, else all after the baseline."""
    return analysis.visits or tuple(visit for visit in plan.visit_names if visit != plan.baseline_visit)


def observed_at_visits(
    plan: Plan, analysis: Counts | Ordinal | RepeatedBinary | TimedTask, adam: Adam, population: Members
) -> ModelData:
    """Give the observed records of the visits, complete in all that the model uses, with the visit as a category.

    Raises
    ------
    ModelError
        No record is left.
    """
    data = model_data(plan, analysis, adam, population, Form.VALUE)
    visits = visits_of(plan, analysis)
    chosen = observed(data.frame)
    chosen = chosen[chosen["AVISIT"].isin(visits)]
    needed = ["AVAL", *(["BASE"] if data.has_baseline else []), *data.covariates]
    complete = chosen.dropna(subset=needed)
    if complete.empty:
        raise ModelError("no participant has a value at any visit of the model and all that it needs")
    present = [visit for visit in visits if (complete["AVISIT"] == visit).any()]
    return data.analysed(complete.assign(AVISIT=pd.Categorical(complete["AVISIT"], present)))


def fixed_effects(data: ModelData) -> str:
    """Give the fixed effects: arm × visit, baseline, then strata and covariates."""
    visits = list(data.frame["AVISIT"].cat.categories)
    arm = [ARM] if len(data.arms) > 1 else []
    visit = ["AVISIT"] if len(visits) > 1 else []
    crossed = [" * ".join([*arm, *visit])] if arm or visit else []
    baseline = ["BASE"] if data.has_baseline else []
    return " + ".join([*crossed, *baseline, *(f"`{name}`" for name in data.covariates)]) or "1"


def tested_terms(data: ModelData) -> list[str]:
    """Give the terms of arm and visit that are tested."""
    arm = [ARM] if len(data.arms) > 1 else []
    visit = ["AVISIT"] if data.frame["AVISIT"].nunique() > 1 else []
    return [*arm, *visit, *([f"{ARM}:AVISIT"] if arm and visit else [])]


def with_few_levels(column: pd.Series, most: int, label: str) -> pd.Series:
    """Give ordered categories as whole numbers.

    Raises
    ------
    ModelError
        The values are not whole numbers, or too many different ones.
    """
    values = column.dropna()
    if ((values % 1) != 0).any():
        raise ModelError(f"{label} has values that are not whole numbers: it is not one of ordered categories")
    if values.nunique() > most:
        raise ModelError(f"{label} has {values.nunique()} different values, more than the {most} that ordered "
                         "categories may have: analyse it as a score")  # fmt: skip
    return column
