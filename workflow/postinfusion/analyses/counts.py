"""Counts of events over days: description, abstinence, and models of the rate (method counts)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.among import absent_value_rows, chosen_participants, left_out_rows
from postinfusion.analyses.binary_comparison import Status, status_rows, strata_of, strata_warnings
from postinfusion.analyses.count_model import rate_rows
from postinfusion.analyses.endpoint_records import Adam, observed, strategy_records
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.response import declared_rows, visits_with_values
from postinfusion.analyses.response_status import values_at
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Counts
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Better

ABSTINENCE = "abstinence"


def counts(plan: Plan, analysis: Counts, adam: Adam, population: Members) -> list[Row]:
    """Describe counts by visit and arm, compare abstinence, and model the rate of events.

    Participants whom the plan leaves out, because they cannot have such events, are counted and enter nothing else.
    Where the model cannot be fitted, description and abstinence stay and a row of error says why.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint, or they are no counts.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    chosen, left_out = chosen_participants(analysis, population)
    records = _records(plan, analysis, adam, population)
    inside = records[records["USUBJID"].isin(chosen.frame["USUBJID"])]
    found = [*_left_out_rows(records, left_out, population), *_observed_rows(plan, analysis, inside, chosen)]
    found += absent_value_rows(analysis, population)
    found += [] if endpoint.out_of else _abstinence_rows(plan, analysis, inside, chosen)
    found += rate_rows(plan, analysis, adam, chosen)
    key = {"parameter": endpoint.parameter}
    return [*denominators(chosen), *(key | row for row in found)]


def _records(plan: Plan, analysis: Counts, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the records under the strategies of the estimand; refuse values that are no counts."""
    endpoint = plan.endpoints[analysis.endpoint]
    records = strategy_records(plan, endpoint, analysis.estimand, adam, population)
    values = records["AVAL"].dropna()
    if ((values < 0) | (values % 1 != 0)).any():
        raise ModelError(f"{endpoint.label} has values that are no whole numbers from zero: it is no count of events")
    return records


def _left_out_rows(records: pd.DataFrame, left_out: pd.Series, population: Members) -> Iterator[Row]:
    """Count those left out by the rule of the plan, and warn where any of them had events after all."""
    if left_out.empty:
        return
    yield from left_out_rows(left_out, population)
    of_them = observed(records)
    of_them = of_them[of_them["USUBJID"].isin(left_out)]
    with_events = int(of_them.loc[of_them["AVAL"] > 0, "USUBJID"].nunique())
    if with_events:
        yield warning_row(
            f"{with_events} of the {len(left_out)} participants whom the plan leaves out had an event at some "
            "assessment: look whether they belong there"
        )


def _observed_rows(plan: Plan, analysis: Counts, records: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Describe the counts at baseline and each visit by arm."""
    wanted = (plan.baseline_visit, *(analysis.visits or plan.visit_names))
    for visit in (name for name in plan.visit_names if name in wanted):
        values = values_at(records, visit, population)
        if not values.notna().any():
            continue
        arms = population.frame.set_index("USUBJID")["ARM"].reindex(values.index)
        for arm in population.arms:
            of_arm = values[(arms == arm).to_numpy() & values.notna().to_numpy()]
            key = {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit]), "arm": arm, "term": "observed"}
            yield from rows({"n": len(of_arm), **_described(of_arm)}, **key)


def _described(values: pd.Series) -> dict[str, float]:
    """Give the events and how they are distributed over the participants; nothing without participants."""
    if values.empty:
        return {}
    quartiles = dict(zip(("q1", "median", "q3"), map(float, values.quantile([0.25, 0.5, 0.75])), strict=True))
    return {"n_events": float(values.sum()), "mean": float(values.mean()), **quartiles}


def _abstinence_rows(plan: Plan, analysis: Counts, records: pd.DataFrame, population: Members) -> list[Row]:
    """Give the shares without any event in the window of each visit, and compare the arms."""
    strata = strata_of(plan, population)
    result = [*declared_rows(analysis), *strata_warnings(strata, population)]
    is_benefit = plan.endpoints[analysis.endpoint].better is not Better.HIGHER
    for at in visits_with_values(plan, analysis, records, population):
        values = values_at(records, at["visit"], population)
        status = Status((values == 0).astype(float).where(values.notna()), is_benefit=is_benefit)
        result += status_rows(status, strata, population, analysis.confidence, {**at, "variable": ABSTINENCE})
    return result
