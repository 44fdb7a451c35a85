"""Visits: which window holds a record, which record represents its visit, and what the baseline is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from postinfusion.derive.time_since import compared_by_day, is_after_zero, is_post_dose
from postinfusion.plan.design import LAST
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

    A window starts at its first hour and ends just before its last; one that ends with the start of an infusion, as
    that of the baseline, includes it, for a record at that time is pre-dose unless it is flagged otherwise. A window
    also ends at the start of the next planned infusion after its visit, if the participant got it. Where windows that
    count from different infusions overlap, the visit whose nominal time is nearest holds the record; of two equally
    near the later.

    Parameters
    ----------
    records
        ``USUBJID``, ``AHRFIRST``, and ``ATMF``: where only the day is known, the day of the infusion is in the window;
        ``TIMING`` where the data flag records as pre-dose or post-dose.
    windows
        In the order of time; the first is the baseline.
    exposure
        The dataset ADEX, or None in a trial without infusions.
    """
    visit = pd.Series("", index=records.index, dtype="str")
    nearest = pd.Series(np.inf, index=records.index)
    for position, window in enumerate(windows):
        hours = records["AHRFIRST"] - start_of(window, records, exposure)
        distance = (hours - window.nominal).abs()
        inside = _holds(window, hours, records, is_baseline=position == 0) & (distance <= nearest)
        inside &= _before_next_infusion(records, window, exposure)
        visit, nearest = visit.mask(inside, window.visit), nearest.mask(inside, distance)
    return visit


def start_of(window: Window, records: pd.DataFrame, exposure: pd.DataFrame | None) -> pd.Series:
    """Give the start of the infusion that a window counts from, for the participant of each record.

    Hours since time zero, by days for a record of which only the day is known; missing where the participant did not
    have that infusion, and as planned where no infusions are known.
    """
    if window.after is None or exposure is None:
        return pd.Series(window.planned, index=records.index)
    ordered = exposure.sort_values("INFNUM", kind="stable")
    chosen = ordered if window.after == LAST else ordered[ordered["INFNUM"] == window.after]
    return _of_participant(records, chosen.drop_duplicates("USUBJID", keep="last"))


def nominal_times(records: pd.DataFrame, windows: Sequence[Window], exposure: pd.DataFrame | None) -> pd.Series:
    """Give the nominal time of each record's visit, from the participant's own infusions; missing without a visit."""
    nominal = pd.Series(np.nan, index=records.index)
    for window in windows:
        at_visit = records["AVISIT"] == window.visit
        nominal = nominal.mask(at_visit, start_of(window, records, exposure) + window.nominal)
    return nominal


def representative(records: pd.DataFrame, nominal: pd.Series) -> pd.Series:
    """Say which record represents its visit: the nearest to the nominal time; of two equally near the later.

    Where hours since time zero are equal because only days are known, the clock of the source decides: the earliest of
    the day at time zero, which is the likeliest to be before treatment, and the latest otherwise.

    Parameters
    ----------
    records
        ``USUBJID``, ``PARAMCD``, ``AVISIT``, ``AHRFIRST``, ``AVAL``, ``CLOCK`` (time on the clock of the source); only
        records with a value can represent a visit.
    nominal
        Nominal time of each record's visit for its participant, in hours since time zero.
    """
    candidates = records[(records["AVISIT"] != "") & records["AVAL"].notna()]
    distance = (candidates["AHRFIRST"] - nominal.reindex(candidates.index)).abs()
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
    after = (joined["AVISIT"] != baseline_visit) & (is_after_zero(joined) | joined["AHRFIRST"].isna())
    change = (joined["AVAL"] - joined["BASE"]).where(after)
    per_cent = (100 * change / joined["BASE"]).where(joined["BASE"] != 0)
    return joined.assign(ABLFL=np.where(is_baseline, "Y", ""), CHG=change, PCHG=per_cent)


def _holds(window: Window, hours: pd.Series, records: pd.DataFrame, *, is_baseline: bool) -> pd.Series:
    """Say which records lie within the limits of a window, given their hours since what it counts from."""
    at_start = hours == 0
    pre_dose = at_start & ~is_post_dose(records)
    inside = (hours >= window.start) & ((hours < window.until) | (pre_dose & (window.until == 0)))
    if is_baseline:
        return inside & ~(at_start & is_post_dose(records))
    return inside & is_after_zero(records) & ~(pre_dose & (window.nominal > 0))


def _before_next_infusion(records: pd.DataFrame, window: Window, exposure: pd.DataFrame | None) -> pd.Series:
    """Say which records come no later than the start of the infusion that ends the window."""
    if exposure is None or window.before_infusion is None:
        return pd.Series(data=True, index=records.index)
    end = _of_participant(records, exposure[exposure["INFNUM"] == window.before_infusion])
    at_end = (records["AHRFIRST"] == end) & ~is_post_dose(records)
    return end.isna() | (records["AHRFIRST"] < end) | at_end


def _of_participant(records: pd.DataFrame, infusions: pd.DataFrame) -> pd.Series:
    """Give the start of the one infusion of each record's participant; its day where records are compared by days."""
    by_subject = infusions.set_index("USUBJID")
    start, day = (records["USUBJID"].map(by_subject[name]).astype("float64") for name in ("AHRFIRST", "DAYHR"))
    return start.mask(compared_by_day(records), day)
