"""Response and remission by visit, and how long response is kept (method response)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.binary_comparison import status_rows, strata_of, strata_warnings
from postinfusion.analyses.crossover_response import paired_status_rows
from postinfusion.analyses.durability import durability
from postinfusion.analyses.endpoint_records import Adam, strategy_records
from postinfusion.analyses.populations import CrossoverMembers, Members, denominators
from postinfusion.analyses.response_status import remission_at, response_at, values_at
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Counts, ReliableChange, Response
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import ESTIMATOR_NAMES


def response(plan: Plan, analysis: Response, adam: Adam, population: Members) -> list[Row]:
    """Give shares of responders and remitters by visit and arm, their comparisons, and the durability of response.

    Assessments after intercurrent events are used as observed, unless the estimand of the analysis says otherwise.

    Raises
    ------
    ModelError
        The endpoint has neither response nor remission, or the data hold no values of it.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    records = strategy_records(plan, endpoint, analysis.estimand, adam, population)
    strata = strata_of(plan, population)
    key = {"parameter": endpoint.parameter}
    result = [*denominators(population), *declared_rows(analysis, **key), *thresholds(endpoint, **key)]
    result += [] if isinstance(population, CrossoverMembers) else strata_warnings(strata, population)
    for criterion in criteria_of(analysis, endpoint):
        for at in visits_with_values(plan, analysis, records, population):
            visit = at["visit"]
            if isinstance(population, CrossoverMembers):
                at_visit = {**key, **at, "variable": criterion}
                result += paired_status_rows(analysis, endpoint, records, population, at_visit)
                continue
            status = (
                remission_at(endpoint, records, visit, population)
                if criterion == "remission"
                else response_at(endpoint, records, visit, population, baseline_above=analysis.baseline_above)
            )
            result += status_rows(status, strata, population, analysis.confidence, {**key, **at, "variable": criterion})
    if analysis.durable_at:
        result += durability(plan, analysis, records, strata, population)
    return result


def criteria_of(analysis: Response, endpoint: Endpoint) -> tuple[str, ...]:
    """Give the criteria that are judged: those of the analysis, else those that the endpoint has.

    Raises
    ------
    ModelError
        There is none.
    """
    of_endpoint = {"response": endpoint.response, "remission": endpoint.remission}
    found: tuple[str, ...] = analysis.criteria or tuple(
        name for name, value in of_endpoint.items() if value is not None
    )
    if not found:
        raise ModelError(
            f"{endpoint.label} has neither response nor remission: write one of them with change_source under its "
            "endpoint"
        )
    return found


def visits_with_values(
    plan: Plan, analysis: Counts | Response | ReliableChange, records: pd.DataFrame, population: Members
) -> Iterator[dict[str, str]]:
    """Give the key of each visit after baseline at which anyone has a value.

    Raises
    ------
    ModelError
        There is no such visit.
    """
    names = analysis.visits or tuple(visit for visit in plan.visit_names if visit != plan.baseline_visit)
    seen = [visit for visit in names if values_at(records, visit, population).notna().any()]
    if not seen:
        raise ModelError("no participant has a value at any visit after baseline")
    for visit in seen:
        yield {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}


def declared_rows(analysis: Counts | Response | ReliableChange, **key: object) -> list[Row]:
    """Give the row that names the estimator that decides, as the plan declares it."""
    return rows({"declared": ESTIMATOR_NAMES[analysis.missing]}, term="estimator", **key)


def thresholds(endpoint: Endpoint, **key: object) -> list[Row]:
    """Give the thresholds that a participant is judged by, and where they come from."""
    found = {"response": endpoint.response, "remission": endpoint.remission, "important-change":
             endpoint.important_change}  # fmt: skip
    result: list[Row] = []
    for name, value in found.items():
        if value is not None:
            result += rows({"estimate": value}, term="threshold", level=name, **key)
            result += rows({"source": endpoint.change_source}, term="threshold", level=name, **key)
    return result
