"""How many assessments fell into which window of the schedule, and how far from its nominal time (method windows)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Windows
from postinfusion.plan.design import LAST
from postinfusion.plan.plan import Plan
from postinfusion.plan.windows import Window
from postinfusion.plan.windows import windows as windows_of

IN_WINDOW, OUTSIDE, WITHOUT_INFUSION = "in window", "outside", "without this infusion"
REPRESENTING, FURTHER = "represents its visit", "further in the same window"
UNKNOWN = "time not known"
LONG_AFTER = 72.0
"""From this nominal time on, in hours, deviations are told in days."""
_COLUMNS = ["ARM", "AVISIT", "AHRFIRST", "ANL01FL", "ATMF", "AWTDIFF"]


def windows(plan: Plan, analysis: Windows, adam: Adam, population: Members) -> list[Row]:
    """Count assessments by endpoint, visit and arm, those outside all windows too, and describe deviations.

    An assessment is a value that was observed. Those outside all windows enter models over continuous time only. The
    deviation is the time of an assessment in its window minus the nominal time of the visit for that participant; it
    is described where times were recorded.
    """
    result = denominators(population)
    planned = windows_of(plan)
    for key in analysis.endpoints or tuple(plan.endpoints):
        endpoint = plan.endpoints[key]
        try:
            records = endpoint_records(adam, endpoint, population)
        except ModelError as error:
            result.append(warning_row(str(error), parameter=endpoint.parameter))
            continue
        assessed = records.loc[records["AVAL"].notna() & (records["DTYPE"] == ""), _COLUMNS]
        for arm in ("", *population.arms):
            of_arm = assessed if arm == "" else assessed[assessed["ARM"] == arm]
            people = population.of(arm)
            found = [*_all(of_arm), *_outside(of_arm, planned)]
            for window in planned:
                found += _in_window(plan, window, of_arm, people)
            result += [row | {"parameter": endpoint.parameter, "arm": arm} for row in found]
    return result


def _all(assessed: pd.DataFrame) -> list[Row]:
    """Count all assessments, and those in any window."""
    n, inside = len(assessed), int((assessed["AVISIT"] != "").sum())
    return rows({"n": n}, variable="assessment") + rows(
        {"n": inside, "proportion": _share(inside, n)}, variable="assessment", level=IN_WINDOW
    )


def _outside(assessed: pd.DataFrame, planned: tuple[Window, ...]) -> list[Row]:
    """Count the assessments outside all windows: before, between and after them, and those without a time."""
    outside = assessed[assessed["AVISIT"] == ""]
    hours, n = outside["AHRFIRST"], len(assessed)
    first, last = planned[0].start, max(window.as_planned().until for window in planned)
    parts = {
        "": len(outside),
        "before the first window": int((hours < first).sum()),
        "between windows": int(((hours >= first) & (hours < last)).sum()),
        "after the last window": int((hours >= last).sum()),
        UNKNOWN: int(hours.isna().sum()),
    }
    return [
        row
        for term, count in parts.items()
        for row in rows({"n": count, "proportion": _share(count, n)}, variable="assessment", level=OUTSIDE, term=term)
    ]


def _in_window(plan: Plan, window: Window, assessed: pd.DataFrame, people: pd.DataFrame) -> list[Row]:
    """Count the assessments in one window, and describe how far they are from the nominal time."""
    inside = assessed[assessed["AVISIT"] == window.visit]
    key = {"visit": window.visit, "time": canonical_hours(plan.nominal_hours[window.visit])}
    represents = int((inside["ANL01FL"] == "Y").sum())
    parts = {"": len(inside), REPRESENTING: represents, FURTHER: len(inside) - represents}
    result = [
        row
        for term, count in parts.items()
        for row in rows({"n": count}, variable="assessment", level=IN_WINDOW, term=term, **key)
    ]
    if window.after is not None and "NINF" in people:
        lacking = int((people["NINF"] < (1 if window.after == LAST else window.after)).sum())
        result += rows({"n": lacking}, variable="participant", level=WITHOUT_INFUSION, **key)
    return result + _deviation(inside, in_days=plan.nominal_hours[window.visit] >= LONG_AFTER, key=key)


def _deviation(inside: pd.DataFrame, *, in_days: bool, key: dict[str, str]) -> list[Row]:
    """Describe the deviations from the nominal time; nothing where no times were recorded."""
    hours = inside.loc[inside["ATMF"] != "N", "AWTDIFF"].dropna()
    if hours.empty:
        return []
    found = hours / 24 if in_days else hours
    statistics = {"median": float(np.median(found)), "min": float(found.min()), "max": float(found.max())}
    return rows(statistics, variable="deviation", unit="d" if in_days else "h", **key)


def _share(count: int, of: int) -> float:
    """Give a proportion; NaN of nothing."""
    return count / of if of else float("nan")
