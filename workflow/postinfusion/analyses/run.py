"""One analysis of a plan, whatever its method: ADaM datasets in, rows of the results out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members, denominators, members
from postinfusion.ard.build import Row, error_row, table
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import (
    AdverseEvents,
    Ancova,
    Courses,
    Demographics,
    Disposition,
    Missingness,
    Mmrm,
    Model,
    Summary,
    Trajectory,
    Weight,
    Windows,
)
from postinfusion.plan.plan import Plan

Descriptive = Disposition | Demographics | Summary | Missingness | Windows | Weight | AdverseEvents


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
        found, individual = _by_method(plan, analysis_id, adam, members(plan, adam["ADSL"], population))
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


def _by_method(plan: Plan, analysis_id: str, adam: Adam, population: Members) -> tuple[list[Row], pd.DataFrame]:
    """Do the analysis by its method; courses also have individual data."""
    if len(population.frame) == 0:
        raise ModelError("the population has no participants")
    analysis = plan.analyses[analysis_id]
    if isinstance(analysis, Courses):
        from postinfusion.analyses.courses import courses, times_of_courses

        drawn = times_of_courses(plan, analysis, adam, population)
        return [*denominators(population), *drawn], courses(plan, analysis, adam, population)
    if isinstance(analysis, Mmrm | Trajectory | Ancova):
        return _model(plan, analysis, adam, population), pd.DataFrame()
    return _description(plan, analysis, adam, population), pd.DataFrame()


def _description(plan: Plan, analysis: Descriptive, adam: Adam, population: Members) -> list[Row]:
    """Call the function of a descriptive method; its module is imported only now."""
    match analysis:
        case Disposition():
            from postinfusion.analyses.disposition import disposition

            return disposition(adam, population)
        case Demographics():
            from postinfusion.analyses.demographics import demographics

            return demographics(plan, analysis, adam, population)
        case Summary() | Missingness() | Windows():
            return _description_by_visit(plan, analysis, adam, population)
        case Weight():
            from postinfusion.analyses.summary import weight

            return weight(plan, analysis, adam, population)
        case AdverseEvents():
            from postinfusion.analyses.adverse_events import adverse_events

            return adverse_events(analysis, adam, population)


def _description_by_visit(
    plan: Plan, analysis: Summary | Missingness | Windows, adam: Adam, population: Members
) -> list[Row]:
    """Call the function of a method that describes assessments by visit."""
    match analysis:
        case Summary():
            from postinfusion.analyses.summary import summary

            return summary(plan, analysis, adam, population)
        case Missingness():
            from postinfusion.analyses.missingness import missingness

            return missingness(plan, analysis, adam, population)
        case Windows():
            from postinfusion.analyses.windows import windows

            return windows(plan, analysis, adam, population)


def _model(plan: Plan, analysis: Model, adam: Adam, population: Members) -> list[Row]:
    """Call the function of a model; its module is imported only now."""
    match analysis:
        case Mmrm():
            from postinfusion.analyses.repeated_measures import repeated_measures

            return repeated_measures(plan, analysis, adam, population)
        case Trajectory():
            from postinfusion.analyses.trajectories import trajectories

            return trajectories(plan, analysis, adam, population)
        case Ancova():
            from postinfusion.analyses.ancova_at_visit import ancova_at_visit

            return ancova_at_visit(plan, analysis, adam, population)
