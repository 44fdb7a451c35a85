"""Tables that are read although nothing of the plan uses them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.plan.uses import signs_by_visit
from postinfusion.sources.tables import Delivery
from postinfusion.vocabulary import BODY_MASS_INDEX, FOR_AGE

_OF_WEIGHTS = frozenset({"WEIGHT", BODY_MASS_INDEX, *FOR_AGE})
_REMEDY = "Add one under endpoints, or remove the source."


def check(plan: Plan, deliveries: Mapping[str, Delivery]) -> Iterator[Problem]:
    """Give a warning for weights and vital signs that neither endpoint nor analysis uses.

    Notes
    -----
    Only what an endpoint can use is told about. Signs around an infusion, laboratory values, medicines and the like are
    read so that they are checked, whether or not an analysis uses them.
    """
    if plan.left_out.touches("endpoints"):
        return
    used = {endpoint.measure for endpoint in plan.endpoints.values()}
    if "weights" in deliveries and not used & _OF_WEIGHTS:
        yield _unused(plan, "weights", "weights are read, but no endpoint uses them.")
    vitals = deliveries.get("vitals")
    if vitals is not None and _lacks_endpoint(vitals.frame, used | signs_by_visit(plan)):
        yield _unused(plan, "vitals", "vital signs are read, but no endpoint uses them.")


def _unused(plan: Plan, name: str, text: str) -> Problem:
    """Give the warning at the source."""
    return plan.places.problem(("sources", name), f"{text} {_REMEDY}", "warning")


def _lacks_endpoint(vitals: pd.DataFrame, used: Collection[str]) -> bool:
    """Say whether signs of visits are no endpoint's measure."""
    is_of_visits = "measure" in vitals and "visit" in vitals and "infusion" not in vitals
    return is_of_visits and not {*vitals["measure"].dropna()} & {*used}
