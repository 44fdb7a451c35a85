"""How far the answers of an endpoint look back, and estimands that cannot be judged since they look too far."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem
from postinfusion.instruments import catalogue
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan

DAY = 24.0


def without_verdict(plan: Plan) -> Iterator[Problem]:
    """Give a warning for each estimand whose answers look back past time zero, so that nothing can be judged.

    Parameters
    ----------
    plan
        The plan.
    """
    for name, estimand in plan.estimands.items():
        endpoint, visit = plan.endpoints.get(estimand.variable.endpoint), estimand.variable.visit
        hours = plan.nominal_hours.get(visit, 0.0)
        if endpoint is None or not 0 < hours < (days := recall_in_days(plan, endpoint)) * DAY:
            continue
        text = (
            f"the verdict will be not testable: at {visit} the answers of {endpoint.measure} look back {days:g} days, "
            "to before the treatment. Name a later visit or a form with a shorter recall; where the form asked of "
            "less, write recall and recall_source at the endpoint."
        )
        yield plan.places.problem(("estimands", name, "variable", "visit"), text, "warning")


def recall_in_days(plan: Plan, endpoint: Endpoint) -> float:
    """Give how many days the answers of an endpoint look back: as the plan says, else as its scale does, else 0.

    Parameters
    ----------
    plan
        The plan, which may describe scales.
    endpoint
        One of its endpoints.
    """
    if endpoint.recall is not None:
        return endpoint.recall / DAY
    found = catalogue.find_score(endpoint.measure, endpoint.score, plan.instruments)
    return found.instrument.recall.days if found and found.instrument.recall else 0.0
