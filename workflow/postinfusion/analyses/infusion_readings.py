"""Readings around the infusions: of which infusion, at which minute, and what each infusion's course amounts to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CourseMeasure, InfusionCoursePart

UNIT = ["USUBJID", "INFNUM"]
PLANNED, OUTSIDE, AGAIN = "at a planned minute", "outside the tolerance", "again at the same minute"
UNTIMED = "at no known time since the start"
_DATASETS = ("ADVS", "ADQS")
_ONLY_THE_DAY = ("D", "N")
_BEFORE, _AFTER = -60.0, 60.0
_DAY = 24.0
_APART_UNTIL = 6
_LATER = {1: "1", 2: "2 to 3", 3: "2 to 3", 4: "4 to 6", 5: "4 to 6", 6: "4 to 6"}
_MORE = "from 7"


@dataclass(frozen=True)
class Readings:
    """The readings of one measure.

    Attributes
    ----------
    frame
        A row per reading: USUBJID, INFNUM, ARM, ACTUAL (minutes since the start of the infusion; NaN where neither
        these nor a planned minute are known), MINUTE (its planned minute; NaN for a reading of no planned minute), KIND
        (why), AVAL, BASE and CHG (NaN without a reading before).
    groups
        The numbers of infusions that are taken together, in order.
    """

    frame: pd.DataFrame
    groups: tuple[str, ...]

    @property
    def planned(self) -> pd.DataFrame:
        """The readings of a planned minute."""
        return self.frame[self.frame["MINUTE"].notna()]


def readings(analysis: InfusionCoursePart, measure: CourseMeasure, adam: Adam, population: Members) -> Readings:
    """Give the readings of a measure around the infusions of a population.

    A reading is of a planned minute when it was taken within the tolerance of it; one whose time is not known is of the
    minute that was recorded. Up to an hour before the start, and not after it, is minute 0. A reading farther off,
    until an hour after the last planned minute, is kept with its actual minute, of no planned one. So is one of an
    infusion, by its number or its day, whose time since the start is not known: it is counted and enters nothing else.

    Raises
    ------
    ModelError
        The data hold no infusions, or no value of the measure around one.
    """
    if "ADEX" not in adam:
        raise ModelError("the data hold no infusions. Add the source infusions")
    infusions = adam["ADEX"][adam["ADEX"]["USUBJID"].isin(population.frame["USUBJID"])]
    infusions = infusions.assign(ARM=population.arm_of(infusions)).dropna(subset="ARM")
    placed = _placed(_values(adam, measure), infusions, analysis, measure)
    if (placed["KIND"] == UNTIMED).all():
        raise ModelError(f"the data hold no values of {measure.measure} around infusions")
    number = placed["INFNUM"].astype("int64")
    apart = int(number.max()) <= _APART_UNTIL
    group = number.astype("str") if apart else number.map(_LATER).fillna(_MORE)
    order = tuple(dict.fromkeys(group[number.sort_values().index]))
    before = placed[placed["MINUTE"] == 0].drop_duplicates(UNIT).set_index(UNIT)["AVAL"].rename("BASE")
    frame = placed.assign(INFNUM=number, GROUP=pd.Categorical(group, order)).join(before, on=UNIT)
    return Readings(frame.assign(CHG=frame["AVAL"] - frame["BASE"]), order)


def _values(adam: Adam, measure: CourseMeasure) -> pd.DataFrame:
    """Give the observed values of a measure, of the first dataset that has any."""
    columns = ["USUBJID", "AVAL", "AHRFIRST", "ATPTN", "INFNUM", "ATMF"]
    for name in _DATASETS:
        found = adam[name][adam[name]["PARAMCD"] == measure.measure] if name in adam else pd.DataFrame()
        if not found.empty:
            kept = found[found["AVAL"].notna() & (found["DTYPE"] == "")].reindex(columns=columns)
            return kept.astype({"AVAL": "float64", "AHRFIRST": "float64", "ATPTN": "float64", "INFNUM": "float64"})
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in columns})


def _placed(
    values: pd.DataFrame, infusions: pd.DataFrame, analysis: InfusionCoursePart, measure: CourseMeasure
) -> pd.DataFrame:
    """Give the readings around infusions, each with its actual and its planned minute, in the order of time."""
    values = values.assign(ROW=np.arange(len(values)))
    near = around(values, infusions, np.array(analysis.minutes_of(measure), dtype=float), 60 * analysis.tolerance)
    untimed = _untimed(values[~values["ROW"].isin(near["ROW"])], infusions)
    near = near.assign(NUMBER=near["INFNUM_OF"], OFF=0.0)
    near["OFF"] = (near["ACTUAL"] - near["MINUTE"]).abs()
    near = near.sort_values([*UNIT[:1], "NUMBER", "MINUTE", "OFF"], kind="stable")
    again = near["MINUTE"].notna() & near.duplicated(["USUBJID", "NUMBER", "MINUTE"])
    kind = np.where(again, AGAIN, np.where(near["MINUTE"].isna(), OUTSIDE, PLANNED))
    near = pd.concat([near.assign(KIND=kind, MINUTE=near["MINUTE"].mask(again)), untimed], ignore_index=True)
    near = near.drop(columns="INFNUM").rename(columns={"NUMBER": "INFNUM"})
    near = near.sort_values([*UNIT, "ACTUAL"], kind="stable", ignore_index=True)
    return near[[*UNIT, "ARM", "ACTUAL", "MINUTE", "KIND", "AVAL"]]


def _untimed(values: pd.DataFrame, infusions: pd.DataFrame) -> pd.DataFrame:
    """Give the values, of those that are of no minute, that are of an infusion by its number, or by its day alone."""
    columns = [name for name in ("USUBJID", "INFNUM", "AHRFIRST", "ARM", "EXSTTMF") if name in infusions]
    pairs = values.merge(infusions[columns], on="USUBJID", suffixes=("", "_OF"))
    by_day = pairs["ATMF"].isin(_ONLY_THE_DAY)
    if "EXSTTMF" in pairs:
        by_day |= pairs["EXSTTMF"].isin(_ONLY_THE_DAY)
    of_day = pairs["INFNUM"].isna() & by_day & ((pairs["AHRFIRST"] - pairs["AHRFIRST_OF"]).abs() < _DAY)
    kept = pairs[of_day | (pairs["INFNUM"] == pairs["INFNUM_OF"])].drop_duplicates("ROW")
    return kept.assign(NUMBER=kept["INFNUM_OF"], ACTUAL=np.nan, MINUTE=np.nan, KIND=UNTIMED)


def around(values: pd.DataFrame, infusions: pd.DataFrame, minutes: np.ndarray, tolerance: float) -> pd.DataFrame:
    """Give the values around each infusion with their actual and their planned minute.

    Parameters
    ----------
    values
        USUBJID, AHRFIRST, ATMF, and ATPTN and INFNUM, missing where planned minute or infusion were not recorded.
    infusions
        USUBJID, INFNUM, AHRFIRST, and perhaps ARM and EXSTTMF, ``D`` where only the day of the start is known.
    minutes, tolerance
        The planned minutes, and how many minutes from its own a value may be taken.

    Returns
    -------
    pandas.DataFrame
        The values with INFNUM_OF (the infusion), ACTUAL (minutes since its start; the planned minute where the time is
        not known) and MINUTE (NaN outside the tolerance). One without a recorded planned minute is of an infusion from
        an hour before its start to an hour after the last planned minute.
    """
    starts = infusions[[name for name in (*UNIT, "AHRFIRST", "ARM", "EXSTTMF") if name in infusions]]
    near = values.merge(starts, on="USUBJID", suffixes=("", "_OF"))
    is_recorded = near["ATPTN"].notna() & near["INFNUM"].notna()
    is_timed = ~near["ATMF"].isin(_ONLY_THE_DAY)
    if "EXSTTMF" in near:
        is_timed &= ~near["EXSTTMF"].isin(_ONLY_THE_DAY)
    actual = 60 * (near["AHRFIRST"] - near["AHRFIRST_OF"]).where(is_timed)
    is_within = actual.between(_BEFORE, minutes[-1] + max(tolerance, _AFTER))
    own = np.where(is_recorded, near["INFNUM"] == near["INFNUM_OF"], is_within)
    near = near.assign(ACTUAL=actual.fillna(near["ATPTN"]))[own]
    return near.assign(MINUTE=_planned(near, minutes, tolerance))


def _planned(near: pd.DataFrame, minutes: np.ndarray, tolerance: float) -> np.ndarray:
    """Give the planned minute of each reading: that recorded, else the nearest; NaN outside the tolerance."""
    actual, recorded = near["ACTUAL"].to_numpy(), near["ATPTN"].to_numpy()
    if not len(actual):
        return actual
    nearest = minutes[np.abs(actual[:, None] - minutes).argmin(axis=1)]
    asked = np.where(np.isnan(recorded), nearest, recorded)
    is_before = (asked == 0) & (actual >= _BEFORE) & (actual <= 1e-6)
    is_near = (asked > 0) & (np.abs(actual - asked) <= tolerance + 1e-6)
    return np.where((is_before | is_near) & np.isin(asked, minutes), asked, np.nan)


def courses(found: Readings, measure: CourseMeasure, *, last: float) -> pd.DataFrame:
    """Give what the course of each infusion with a value after its start amounts to.

    Parameters
    ----------
    found
        The readings.
    measure
        Which value is the peak, and when it has returned.
    last
        The last planned minute.

    Returns
    -------
    pandas.DataFrame
        USUBJID, INFNUM, ARM, GROUP, BASE; HIGHEST and LOWEST of the readings after the start; PEAK, CHG (its change),
        PEAKMIN (NaN where no value differs from that before); AREA between course and value before, on the side of the
        peak, until the last planned minute, in units × minutes (NaN unless there is a reading of it); LOW and HIGH,
        between which it returned (NaN where it never left). Without a value before, BASE, CHG, PEAKMIN, AREA, LOW and
        HIGH are NaN.
    """
    frame = found.frame
    kept = frame[frame["ACTUAL"] > 0]
    keys = [*UNIT, "ARM", "GROUP", "BASE"]
    groups = kept.groupby(UNIT, sort=False).indices
    values, actual = kept["AVAL"].to_numpy(), kept["ACTUAL"].to_numpy()
    minute = kept["MINUTE"].to_numpy()
    times = np.where(np.isnan(minute), actual, minute)
    base, first = kept["BASE"].to_numpy(), [places[0] for places in groups.values()]
    records = [
        _course(times[own], values[own], base[own[0]], measure, last if (minute[own] == last).any() else np.nan)
        for own in groups.values()
    ]
    summary = pd.DataFrame(records, columns=["HIGHEST", "LOWEST", "PEAK", "CHG", "PEAKMIN", "AREA", "LOW", "HIGH"])
    return pd.concat([kept.iloc[first][keys].reset_index(drop=True), summary.astype("float64")], axis=1)


def _course(
    times: np.ndarray, values: np.ndarray, base: float, measure: CourseMeasure, last: float
) -> tuple[float, ...]:
    """Give highest, lowest, peak, its change, its minute, the area until the last minute, and when it returned."""
    sign = 1.0 if measure.peak == "highest" else -1.0
    place = int(np.argmax(sign * values))
    if np.isnan(base):
        return values.max(), values.min(), values[place], *(np.nan for _ in range(5))
    rise = sign * (values - base)
    within = times <= last
    area = _area(np.append(0.0, times[within]), np.append(0.0, rise[within])) if within.any() else np.nan
    low, high = _returned(times, rise, _width(base, measure), measure.readings)
    minute = times[place] if rise.any() else np.nan
    return values.max(), values.min(), values[place], values[place] - base, minute, area, low, high


def _width(base: float, measure: CourseMeasure) -> float:
    """Give how far from the value before the infusion counts as back; infinite where the plan does not say."""
    if measure.back_percent is not None:
        return float(measure.back_percent * abs(base))
    return float("inf") if measure.back_points is None else measure.back_points


def _area(times: np.ndarray, rise: np.ndarray) -> float:
    """Give the area of a broken line above zero."""
    above = np.maximum(rise, 0.0)
    width = np.diff(times)
    total = np.abs(rise[:-1]) + np.abs(rise[1:])
    crosses = rise[:-1] * rise[1:] < 0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(crosses, (above[:-1] + above[1:]) / total, 1.0)
    return float((width * share * (above[:-1] + above[1:]) / 2).sum())


def _returned(times: np.ndarray, rise: np.ndarray, width: float, needed: int) -> tuple[float, float]:
    """Give the interval in which it came back for as many readings as are needed; NaN where it was never out."""
    is_out = rise > width + 1e-9
    if not is_out.any():
        return np.nan, np.nan
    peak = int(np.argmax(rise))
    for place in range(peak + 1, len(times) - needed + 1):
        if not is_out[place : place + needed].any():
            return float(times[place - 1]), float(times[place])
    return float(times[np.flatnonzero(is_out)[-1]]), float("inf")
