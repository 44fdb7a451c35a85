"""One analysis of a plan, whatever its method: ADaM datasets in, rows of the results out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from postinfusion.analyses.by_method import individual_data, results_of
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.pooling import refuse_pooling
from postinfusion.analyses.populations import members
from postinfusion.analyses.two_stage_data import by_treatment, of_first_stage
from postinfusion.ard.build import error_row, table
from postinfusion.errors import ModelError
from postinfusion.plan.plan import Plan


@dataclass(frozen=True)
class Outcome:
    """What an analysis gives.

    Attributes
    ----------
    results
        Rows of the results.
    individual
        Individual data that its displays need, internal only; empty where it has none.
    """

    results: pd.DataFrame
    individual: pd.DataFrame = field(default_factory=pd.DataFrame)


def analyse(plan: Plan, trial: str, analysis_id: str, adam: Adam) -> Outcome:
    """Do one analysis of the plan.

    An analysis that cannot be done gives a row of error with the reason instead of results; it never raises for
    reasons of the data.

    Parameters
    ----------
    plan, trial
        The plan and the name of the trial.
    analysis_id
        Key under ``analyses`` of the plan.
    adam
        ADaM datasets by name.
    """
    analysis = plan.analyses[analysis_id]
    estimand = getattr(analysis, "estimand", "")
    population = plan.estimands[estimand].population if estimand else analysis.population
    individual = pd.DataFrame()
    try:
        who = by_treatment(plan, analysis, members(plan, adam["ADSL"], population))
        adam = of_first_stage(plan, analysis, adam)
        refuse_pooling(plan, analysis, who)
        found = results_of(plan, analysis, adam, who)
        individual = individual_data(plan, analysis, adam, who)
    except ModelError as error:
        found = [error_row(str(error))]
    constant = {
        "trial": trial,
        "analysis_id": analysis_id,
        "population": population,
        "method": analysis.method.value,
        "estimand": estimand,
        "prespecified": analysis.prespecified,
    }
    return Outcome(table(found, **constant), individual)
