"""Assessments that look back further than to the last infusion: what they say is not only about the time since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from postinfusion.errors import Problem, listed
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.plan.recall_rules import DAY, recall_in_days


def beyond_recall(
    plan: Plan,
    endpoints: Mapping[str, Endpoint],
    analysed: Mapping[str, Collection[str]],
    adam: Mapping[str, pd.DataFrame],
) -> Iterator[Problem]:
    """Give a warning for each endpoint some of whose analysed answers look back to before the last infusion.

    That is so where fewer hours have passed since the infusion (since time zero, in a trial without infusions) than the
    recall of the scale spans: an EDE-Q 24 h after an infusion describes 27 days before it.

    Parameters
    ----------
    plan
        The plan.
    endpoints
        Its endpoints, by key.
    analysed
        By the same keys, the visits at which each is analysed.
    adam
        ADaM datasets by name.
    """
    if "ADQS" not in adam:
        return
    records = adam["ADQS"]
    column = "AHRLAST" if "AHRLAST" in records else "AHRFIRST"
    since = records[column].astype("float64")
    for key, endpoint in endpoints.items():
        days = recall_in_days(plan, endpoint)
        if days == 0:
            continue
        mine = (records["PARAMCD"] == endpoint.parameter) & records["AVISIT"].isin([*analysed.get(key, ())])
        early = mine & records["AVAL"].notna() & (records["AHRFIRST"] > 0) & (since < days * DAY)
        if early.any():
            text = _told(plan, records.loc[early, "AVISIT"], days, has_infusions=column == "AHRLAST")
            yield plan.places.problem(("endpoints", key), text, "warning")


def _told(plan: Plan, visits: pd.Series, days: float, *, has_infusions: bool) -> str:
    """Say at which visits answers look back too far."""
    found = {*visits}
    named = listed(visit for visit in plan.visit_names if visit in found)
    since = "the last infusion" if has_infusions else "time zero"
    span = f"{days:g} day{'' if days == 1 else 's'}"
    return (
        f"its answers look back {span}, but {len(visits):,} analysed values were given sooner after {since} "
        f"({named}): they also describe the time before. A form with a shorter recall measures an effect of hours."
    )
