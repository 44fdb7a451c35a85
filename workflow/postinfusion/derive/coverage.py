"""What the windows of the schedule do not hold, or hold twice, and events far before time zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.checks import Finding
from postinfusion.errors import Problem, counted, listed
from postinfusion.plan.endpoints import Endpoint, Estimand
from postinfusion.plan.plan import Plan

YEAR = 365.25 * 24
# Where more visits than this share hold several values, measuring is denser than the visits by design.
BY_DESIGN = 0.25
ONE_OR_TWO = 2
DAY = 24.0


def uncovered(plan: Plan, endpoints: Mapping[str, Endpoint], adam: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Give a warning for each endpoint some of whose values no window holds, and for events long before time zero.

    Such values enter models over continuous time only. Most often their dates are wrong, or a window is too narrow.

    Parameters
    ----------
    plan
        The plan.
    endpoints
        Its endpoints, by key.
    adam
        ADaM datasets by name.
    """
    records = [frame[frame["AVAL"].notna()] for name in ("ADQS", "ADVS") if (frame := adam.get(name)) is not None]
    totals = [frame["PARAMCD"].value_counts() for frame in records]
    beyond = [frame[(frame["AVISIT"] == "") & frame["AHRFIRST"].notna()] for frame in records]
    for key, endpoint in endpoints.items():
        for total, frame in zip(totals, beyond, strict=True):
            outside = frame[frame["PARAMCD"] == endpoint.parameter]
            if len(outside):
                yield plan.places.problem(("endpoints", key), _outside(outside, total[endpoint.parameter]), "warning")
    events = plan.sources.get("adverse_events")
    has_own_flag = events is not None and "emergent" in events.columns
    if events and not has_own_flag and (early := int((adam["ADAE"]["ASTHR"] < -YEAR).sum())):
        text = f"{counted(early, 'event')} began more than a year before time zero. Look for wrong dates."
        yield Problem(events.file, "", text, "warning")


def without_values(
    plan: Plan, estimands: Mapping[str, Estimand], endpoints: Mapping[str, Endpoint], adam: Mapping[str, pd.DataFrame]
) -> Iterator[Problem]:
    """Give a warning for each estimand whose endpoint nobody has a value of at the visit that it asks about."""
    frames = [frame for name in ("ADQS", "ADVS") if (frame := adam.get(name)) is not None]
    for key, estimand in estimands.items():
        variable = estimand.variable
        endpoint = endpoints.get(variable.endpoint)
        if endpoint is None or not variable.visit:
            continue
        held = [frame[(frame["PARAMCD"] == endpoint.parameter) & frame["AVAL"].notna()] for frame in frames]
        visits = sorted({visit for frame in held for visit in frame["AVISIT"].astype("str")} - {""})
        if visits and variable.visit not in visits:
            text = (
                f"nobody has a value of {endpoint.label} at {variable.visit}: this question has no answer. "
                f"There are values at {listed(visits)}. Choose one of them, or look at the windows of the schedule."
            )
            yield plan.places.problem(("estimands", key, "variable", "visit"), text, "warning")


def repeated(
    endpoints: Mapping[str, Endpoint], tables: Mapping[str, pd.DataFrame], records: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, Finding]]:
    """Give the rows that share a visit's window with another value of the same participant, as warnings, by table.

    They differ in time, or they would be an error; one of them represents the visit. Nothing is told where the source
    says itself which values are analysed, or where so many visits hold several that this is the design of the trial.

    Parameters
    ----------
    endpoints
        The endpoints of the plan, by key.
    tables
        Canonical tables by name.
    records
        By the same names, the record that was derived of each row.
    """
    measured = {endpoint.parameter: endpoint.label for endpoint in endpoints.values()}
    for name, of_rows in records.items():
        if not {"visit", "analysed"} & {*tables[name]}:
            held = of_rows[of_rows["AVAL"].notna() & (of_rows["AVISIT"] != "") & (of_rows["DTYPE"] == "")]
            shared = held["PARAMCD"][held.duplicated(["USUBJID", "PARAMCD", "AVISIT"])].unique()
            for parameter, label in measured.items():
                if parameter in shared and len(rows := _sharing(held[held["PARAMCD"] == parameter])):
                    yield name, Finding(("taken",), rows, _twice(label), "warning")


def _sharing(records: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Give the index of records that share a visit, unless so many do that it is the design of the trial."""
    of_visit = records.groupby(["USUBJID", "AVISIT"])["AVAL"].transform("size")
    n_visits = (1 / of_visit).sum()
    shared = records.index[of_visit > 1]
    by_design = (1 / of_visit[of_visit > 1]).sum() > max(BY_DESIGN * n_visits, ONE_OR_TWO)
    return np.empty(0, dtype=np.intp) if by_design else shared.to_numpy()


def _twice(label: str) -> str:
    """Say what becomes of several values in one window."""
    return (
        f"the participant has another value of {label} in the window of the same visit; the nearest to the visit's "
        "time counts. Remove the row if it is a mistake."
    )


def _outside(outside: pd.DataFrame, total: int) -> str:
    """Say how many values no window holds, and between which days."""
    days = outside["AHRFIRST"] / DAY
    return (
        f"{len(outside):,} of {total:,} values fall into no visit's window (day {days.min():.1f} to {days.max():.1f} "
        "since time zero). Look for wrong dates, or widen a window."
    )
