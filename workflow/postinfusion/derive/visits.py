"""Visits: which window holds a record, which record represents its visit, and what the baseline is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from postinfusion.derive.time_since import ONLY_THE_DAY
from postinfusion.plan.plan import Plan
from postinfusion.plan.windows import Window

SERIES = ["USUBJID", "PARAMCD"]


def supplied_visit(recorded: pd.Series, plan: Plan) -> pd.Series:
    """Give the plan's name of each recorded visit; empty where the schedule does not have it."""
    names = {visit.recorded_as or visit.visit: visit.visit for visit in plan.schedule}
    names |= {visit.visit: visit.visit for visit in plan.schedule}
    return recorded.map(names).fillna("").astype("str")


def window_of(records: pd.DataFrame, windows: Sequence[Window], exposure: pd.DataFrame | None) -> pd.Series:
    """Give the visit whose window holds each record; empty where none does.

    A window starts at its first hour and ends just before its last; that of the baseline ends with time zero, which it
    includes. A window also ends at the start of the next planned infusion after its visit, if the participant got it.

    Parameters
    ----------
    records
        ``USUBJID``, ``AHRFIRST``, and ``ATMF``: where only the day is known, the day of the infusion is in the window.
    windows
        In the order of time; the first is the baseline.
    exposure
        The dataset ADEX, or None in a trial without infusions.
    """
    hours = records["AHRFIRST"]
    visit = pd.Series("", index=records.index, dtype="str")
    for position, window in enumerate(windows):
        inside = (hours >= window.start) & ((hours <= window.until) if position == 0 else (hours < window.until))
        if position > 0:
            inside &= hours > 0
        visit = visit.mask(inside & _before_next_infusion(records, window, exposure), window.visit)
    return visit


def representative(records: pd.DataFrame, nominal: dict[str, float]) -> pd.Series:
    """Say which record represents its visit: the nearest to the nominal time; of two equally near the later.

    Where hours since time zero are equal because only days are known, the clock of the source decides: the earliest of
    the day at time zero, which is the likeliest to be before treatment, and the latest otherwise.

    Parameters
    ----------
    records
        ``USUBJID``, ``PARAMCD``, ``AVISIT``, ``AHRFIRST``, ``AVAL``, ``CLOCK`` (time on the clock of the source); only
        records with a value can represent a visit.
    nominal
        Visit → nominal hours.
    """
    candidates = records[(records["AVISIT"] != "") & records["AVAL"].notna()]
    distance = (candidates["AHRFIRST"] - candidates["AVISIT"].map(nominal).astype("float64")).abs()
    clock = candidates["CLOCK"].where(candidates["AHRFIRST"] <= 0, -candidates["CLOCK"])
    ranked = candidates.assign(distance=distance, later=-candidates["AHRFIRST"], clock=clock).sort_values(
        [*SERIES, "AVISIT", "distance", "later", "clock"], kind="stable"
    )
    chosen = ranked.index[~ranked.duplicated([*SERIES, "AVISIT"])]
    return pd.Series(records.index.isin(chosen), index=records.index)


def with_change(records: pd.DataFrame, baseline_visit: str) -> pd.DataFrame:
    """Give the records with ``ABLFL``, ``BASE``, ``CHG`` and ``PCHG``.

    The baseline is the record that represents the baseline visit; changes are given after it only.
    """
    is_baseline = (records["AVISIT"] == baseline_visit) & (records["ANL01FL"] == "Y") & (records["DTYPE"] == "")
    base = records[is_baseline].drop_duplicates(SERIES).set_index(SERIES)["AVAL"].rename("BASE")
    joined = records.drop(columns="BASE", errors="ignore").join(base, on=SERIES)
    after = (joined["AVISIT"] != baseline_visit) & ~(joined["AHRFIRST"] <= 0)
    change = (joined["AVAL"] - joined["BASE"]).where(after)
    per_cent = (100 * change / joined["BASE"]).where(joined["BASE"] != 0)
    return joined.assign(ABLFL=np.where(is_baseline, "Y", ""), CHG=change, PCHG=per_cent)


def _before_next_infusion(records: pd.DataFrame, window: Window, exposure: pd.DataFrame | None) -> pd.Series:
    """Say which records come no later than the start of the infusion that ends the window."""
    if exposure is None or window.before_infusion is None:
        return pd.Series(data=True, index=records.index)
    following = exposure[exposure["INFNUM"] == window.before_infusion].set_index("USUBJID")
    start, day = (records["USUBJID"].map(following[name]).astype("float64") for name in ("AHRFIRST", "DAYHR"))
    end = start.mask(records["ATMF"].isin(ONLY_THE_DAY), day)
    return end.isna() | (records["AHRFIRST"] <= end)
