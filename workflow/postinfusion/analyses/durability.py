"""How many still respond at times after time zero or after the last planned infusion, without interruption."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.binary_comparison import Status, status_rows
from postinfusion.analyses.populations import Members
from postinfusion.analyses.response_status import kept, response_at
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Response
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.vocabulary import MISSING_AS_FAILURE, OBSERVED_CASES

KEPT = "response-kept"


def durability(
    plan: Plan, analysis: Response, records: pd.DataFrame, strata: pd.Series, population: Members
) -> list[Row]:
    """Give, for each time, the share of participants whose response was there at every visit up to it.

    A time is judged by the visits from the first one of the run to the last one at or before it; a visit that comes
    after the time tells nothing of it. The planned time of the last infusion counts for everyone, since how many
    infusions someone received is itself an outcome.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    key = {"parameter": endpoint.parameter, "variable": KEPT}
    try:
        visits = _run(plan, analysis)
    except ModelError as error:
        return [error_row(str(error), **key)]
    anchor = _anchor(plan, analysis)
    result: list[Row] = []
    for since in analysis.durable_at:
        passed = [visit for visit, hours in visits.items() if hours <= anchor + since]
        at = {**key, "time": canonical_hours(anchor + since)}
        if not passed:
            text = f"no visit of the run lies within {hours_as_text(since)}: the first is {next(iter(visits))}"
            result.append(error_row(text, **at))
            continue
        told = {"since": hours_as_text(since), "last_visit": passed[-1], "first_visit": passed[0]}
        result += rows(told, term="durability", **at)
        of_visits = [
            response_at(endpoint, records, visit, population, baseline_above=analysis.baseline_above)
            for visit in passed
        ]
        everyone, known = _at_one_time(of_visits)
        failed = status_rows(everyone, strata, population, analysis.confidence, at)
        result += [row for row in failed if row.get("term")]
        result += status_rows(known, strata, population, analysis.confidence, at)
    return result


def _at_one_time(found: list[Status]) -> tuple[Status, Status]:
    """Give who kept response over several visits by each estimator, since a missed visit means another thing in each.

    The first counts a missed visit as the end of response, the second leaves out for whom it hides the answer.
    """
    statuses, undefined = [status.has for status in found], found[0].undefined
    everyone = Status(kept(statuses, missing_is_failure=True), undefined, estimators=(MISSING_AS_FAILURE,))
    known = Status(kept(statuses, missing_is_failure=False), undefined, estimators=(OBSERVED_CASES,))
    return everyone, known


def _anchor(plan: Plan, analysis: Response) -> float:
    """Give the time that durability counts from, in hours since time zero."""
    return plan.design.infusions[-1] if analysis.durable_since == "last-infusion" else 0.0


def _run(plan: Plan, analysis: Response) -> dict[str, float]:
    """Give the visits at which response must be there, with their nominal times, in order.

    Raises
    ------
    ModelError
        The plan has no planned infusions, or no visit after the anchor.
    """
    if analysis.durable_since == "last-infusion" and not plan.design.infusions:
        raise ModelError(
            "durability since the last infusion needs the planned ones: write design, infusions, or choose "
            "durable_since: time-zero"
        )
    anchor = _anchor(plan, analysis)
    nominal = plan.nominal_hours
    first = nominal[analysis.durable_from] if analysis.durable_from else anchor
    names = analysis.visits or plan.visit_names
    after = {visit: nominal[visit] for visit in names if nominal[visit] > anchor and nominal[visit] >= first}
    if not after:
        raise ModelError("no visit of the schedule comes after the anchor of durability: change durable_from or visits")
    return after
