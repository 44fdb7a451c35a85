"""Visits: which window holds a record, which record represents its visit, and what the baseline is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.derive.time_since import compared_by_day, is_after_zero, is_post_dose
from postinfusion.plan.design import LAST
from postinfusion.plan.plan import Plan
from postinfusion.plan.windows import Window

SERIES = ["USUBJID", "PARAMCD"]
PERIOD = "APERIOD"
Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def series_of(records: pd.DataFrame) -> list[str]:
    """Name the columns that tell the series of records that share a baseline: each period has its own."""
    return [*SERIES, PERIOD] if PERIOD in records else SERIES


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
    timed = _Timed(records, exposure)
    held = np.full(len(records), len(windows))
    nearest = np.full(len(records), np.inf)
    for position, window in enumerate(windows):
        hours = timed.hours - timed.start_of(window)
        distance = np.abs(hours - window.nominal)
        inside = timed.holds(window, hours, is_baseline=position == 0) & (distance <= nearest)
        inside &= timed.before_next_infusion(window)
        held[inside], nearest[inside] = position, distance[inside]
    names = np.array([*(window.visit for window in windows), ""], dtype="object")
    return pd.Series(names[held], index=records.index, dtype="str")


def nominal_times(records: pd.DataFrame, windows: Sequence[Window], exposure: pd.DataFrame | None) -> pd.Series:
    """Give the nominal time of each record's visit, from the participant's own infusions; missing without a visit."""
    planned = {window.visit: window.planned + window.nominal for window in windows}
    nominal = records["AVISIT"].map(planned).to_numpy(dtype="float64", na_value=np.nan).copy()
    anchored = [window for window in windows if window.after is not None and exposure is not None]
    timed = _Timed(records, exposure if anchored else None)
    for window in anchored:
        at_visit = (records["AVISIT"] == window.visit).to_numpy(dtype="bool")
        nominal[at_visit] = timed.start_of(window)[at_visit] + window.nominal
    return pd.Series(nominal, index=records.index)


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
        [*series_of(records), "AVISIT", "distance", "later", "clock"], kind="stable"
    )
    chosen = ranked.index[~ranked.duplicated([*series_of(records), "AVISIT"])]
    return pd.Series(records.index.isin(chosen), index=records.index)


def with_change(records: pd.DataFrame, baseline_visit: str) -> pd.DataFrame:
    """Give the records with ``ABLFL``, ``BASE``, ``CHG`` and ``PCHG``.

    The baseline is the record that represents the baseline visit, in a crossover trial that of the period; changes are
    given after it only.
    """
    is_baseline = (records["AVISIT"] == baseline_visit) & (records["ANL01FL"] == "Y") & (records["DTYPE"] == "")
    series = series_of(records)
    base = records[is_baseline].drop_duplicates(series).set_index(series)["AVAL"].rename("BASE")
    joined = records.drop(columns="BASE", errors="ignore").join(base, on=series)
    after = (joined["AVISIT"] != baseline_visit) & (is_after_zero(joined) | joined["AHRFIRST"].isna())
    change = (joined["AVAL"] - joined["BASE"]).where(after)
    per_cent = (100 * change / joined["BASE"]).where(joined["BASE"] != 0)
    return joined.assign(ABLFL=np.where(is_baseline, "Y", ""), CHG=change, PCHG=per_cent)


class _Timed:
    """Records with the infusions of their participants, as arrays: asked once for each window."""

    def __init__(self, records: pd.DataFrame, exposure: pd.DataFrame | None) -> None:
        """Take what windows ask for: hours since time zero, and what is flagged or known by the day only."""
        self.hours: Array = records["AHRFIRST"].to_numpy(dtype="float64", na_value=np.nan)
        self.post_dose: Mask = is_post_dose(records).to_numpy(dtype="bool")
        self.after_zero: Mask = (self.hours > 0) | ((self.hours == 0) & self.post_dose)
        self.exposure = exposure
        if exposure is not None:
            self.by_day: Mask = compared_by_day(records).to_numpy(dtype="bool")
            self.person, self.people = pd.factorize(records["USUBJID"])

    def start_of(self, window: Window) -> Array:
        """Give the start of the infusion that a window counts from, for the participant of each record.

        Hours since time zero, by days for a record of which only the day is known; missing where the participant did
        not have that infusion, and as planned where no infusions are known.
        """
        if window.after is None or self.exposure is None:
            return np.full(len(self.hours), window.planned)
        ordered = self.exposure.sort_values("INFNUM", kind="stable")
        chosen = ordered if window.after == LAST else ordered[ordered["INFNUM"] == window.after]
        return self._of_participant(chosen.drop_duplicates("USUBJID", keep="last"))

    def holds(self, window: Window, hours: Array, *, is_baseline: bool) -> Mask:
        """Say which records lie within the limits of a window, given their hours since what it counts from."""
        at_start = hours == 0
        pre_dose = at_start & ~self.post_dose
        inside = (hours >= window.start) & ((hours < window.until) | (pre_dose & (window.until == 0)))
        if is_baseline:
            return np.asarray(inside & ~(at_start & self.post_dose), dtype="bool")
        return np.asarray(inside & self.after_zero & ~(pre_dose & (window.nominal > 0)), dtype="bool")

    def before_next_infusion(self, window: Window) -> Mask | bool:
        """Say which records come no later than the start of the infusion that ends the window."""
        if self.exposure is None or window.before_infusion is None:
            return True
        end = self._of_participant(self.exposure[self.exposure["INFNUM"] == window.before_infusion])
        at_end = (self.hours == end) & ~self.post_dose
        return np.asarray(np.isnan(end) | (self.hours < end) | at_end, dtype="bool")

    def _of_participant(self, infusions: pd.DataFrame) -> Array:
        """Give the start of the one infusion of each record's participant; its day where records go by days."""
        found = infusions.set_index("USUBJID")[["AHRFIRST", "DAYHR"]].reindex(self.people)
        start, day = found.to_numpy(dtype="float64", na_value=np.nan).T
        return np.where(self.by_day, day[self.person], start[self.person])
