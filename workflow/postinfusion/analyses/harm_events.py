"""The adverse events of a population, each with its arm, its infusion, its time since that infusion and its duration.

An event belongs to the last infusion that started at or before its onset. Every table of harms takes its events from
here, so that none of them counts, times or leaves out an event otherwise than the next.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members
from postinfusion.plan.analyses.side_effects import SELF_INDUCED, event_name

DURING, DAY_ZERO, BEFORE_ALL = "during the infusion", "day 0, time unknown", "before the first infusion"
TIME_UNKNOWN = "time unknown"
NO_INFUSION = "no infusion on record"
BINS = (
    DURING, "0–2 h", "2–24 h", "24–72 h", "3–7 d", "later than 7 d", DAY_ZERO, TIME_UNKNOWN, BEFORE_ALL, NO_INFUSION
)  # fmt: skip
"""Times since the start of the infusion that an event follows, in the order in which they are shown."""
EDGES = (2.0, 24.0, 72.0, 168.0)
"""Ends of the bins after the infusion, in hours since its start; an onset at an end is in the bin that follows."""
_BY_DAY = {"24–72 h": (2,), "3–7 d": (4, 5, 6)}
_LATE = 8
GRADES = {"mild": 1, "moderate": 2, "severe": 3, "life-threatening": 4, "fatal": 5}
_NO_TREATMENT = ("", "none", "no", "n/a")
OUTCOME_UNKNOWN = "unknown"
_FATAL = "fatal"
_NOT_ENDED = (_FATAL, "not resolved", "resolving")
_DAY = 24.0


def harm_events(adam: Adam, population: Members) -> pd.DataFrame:
    """Give the treatment-emergent events of a population, by participant and onset.

    Of the same day, those of unknown hour come first, as they may have been; last come those of an unknown day.

    Parameters
    ----------
    adam
        The datasets; ADAE must be among them, ADEX may be.
    population
        Whose events.

    Returns
    -------
    pandas.DataFrame
        The columns of ADAE, and

        - ``ARM``, the arm of the event; ``NAME``, the event without case and double spaces;
        - ``SELFFL``, true where the event is what participants do to themselves: for review, never a side effect;
        - ``START``, the onset in hours since time zero, missing where its hour is not known; of an event that was there
          before time zero and became worse after it, the worsening;
        - ``INFUSION``, the number of the last infusion that started at or before the onset; missing without one;
        - ``ONSET``, hours since the start of that infusion, missing where the hour of the onset is not known;
        - ``SOONEST`` and ``LATEST``, the fewest and the most hours since then: ``ONSET``, or what the day of the onset
          allows; missing where not even that is known;
        - ``BIN``, one of :data:`BINS`;
        - ``ENDED``, whether it is known to be over; ``HOURS``, hours to its end, or to the end of participation where
          it is not over, missing where either is not known, or the outcome is unknown and no end recorded;
        - ``HOURS_LOW`` and ``HOURS_HIGH``, between which its duration lies: both ``HOURS`` where its end is known to
          the hour, what the day of its end allows where only that is known, and no highest one where it is not over;
        - ``FOLLOWED``, hours from the onset to the end of participation, whether or not it ended before that;
        - ``SOLICITED`` and ``UNTREATED``, missing where that was not recorded;
        - ``GRADE``, 1 to 5, missing where the intensity was not recorded.
    """
    events, infusions = adam["ADAE"], infusions_of(adam, population)
    inside = (events["TRTEMFL"] == "Y") & events["USUBJID"].isin(population.frame["USUBJID"])
    found = events[inside].reset_index(drop=True)
    exact = _onset(found)
    found = found.assign(ARM=population.arm_of(found), NAME=found["AEDECOD"].map(event_name), START=exact)
    found["SELFFL"] = found["AEDECOD"].str.contains(SELF_INDUCED)
    found["SOLICITED"] = _answers(found["AESOLFL"])
    found["GRADE"] = found["AESEV"].map(GRADES).astype("Int64")
    found = _attributed(found, infusions)
    found = found.assign(**_bounds(found))
    found = found.assign(BIN=_bins(found, infusions), **_courses(found, population))
    is_recorded = bool((events["AETRT"] != "").any())
    untreated = found["AETRT"].str.strip().str.casefold().isin(_NO_TREATMENT)
    found["UNTREATED"] = untreated.astype("boolean") if is_recorded else pd.array([pd.NA] * len(found), "boolean")
    return _in_order(found)


def _in_order(found: pd.DataFrame) -> pd.DataFrame:
    """Give the events by participant, day of onset, and hour."""
    day = found["ASTDY"] if "ASTDY" in found else found["START"].fillna(found["ASTHR"]) // _DAY
    keyed = found.assign(DAY=day.astype("Float64"), HOUR=found["START"].fillna(-np.inf))
    ordered = keyed.sort_values(["USUBJID", "DAY", "HOUR"], kind="stable", ignore_index=True)
    return ordered.drop(columns=["DAY", "HOUR"])


def infusions_of(adam: Adam, population: Members) -> pd.DataFrame | None:
    """Give the infusions of the population with their arm; None in a trial that recorded none."""
    if "ADEX" not in adam:
        return None
    found = adam["ADEX"][adam["ADEX"]["USUBJID"].isin(population.frame["USUBJID"])]
    return found.assign(ARM=population.arm_of(found), INFNUM=found["INFNUM"].astype("Int64"))


def is_later(events: pd.DataFrame, within: float) -> tuple[pd.Series, pd.Series]:
    """Say which events began later after their infusion than some hours, and of which that cannot be told."""
    later = (events["ONSET"] > within) | (events["ONSET"].isna() & (events["SOONEST"] >= within))
    return later, ~later & ~(events["LATEST"] <= within)


def last_contact(found: pd.DataFrame, population: Members) -> pd.Series:
    """Give hours since time zero until when each participant was followed; missing where the data do not say."""
    if "EOSHR" not in population.frame:
        return pd.Series(np.nan, found.index)
    return found["USUBJID"].map(population.frame.set_index("USUBJID")["EOSHR"]).astype("float64")


def _onset(found: pd.DataFrame) -> pd.Series:
    """Give hours since time zero at the onset, or at the worsening of what was there before; missing without hour."""
    onset = found["ASTHR"].where(found["ASTTMF"] != "D").astype("float64")
    if "AEWORFL" not in found:
        return onset
    worsening = found["AWORHR"].where(found["AWORTMF"] != "D").astype("float64")
    return onset.mask(found["AEWORFL"] == "Y", worsening)


def _answers(cells: pd.Series) -> pd.Series:
    """Give Y and N as true and false, and missing where neither was recorded."""
    return cells.map({"Y": True, "N": False}).astype("boolean")


def _attributed(found: pd.DataFrame, infusions: pd.DataFrame | None) -> pd.DataFrame:
    """Add number and hours since the start of the last infusion at or before the onset.

    Where the hour of the onset is not known, the infusion of that day, or the recorded one, stands; the hours do not.
    """
    if infusions is None:
        return found.assign(INFUSION=pd.Series(pd.NA, found.index, dtype="Int64"), ONSET=np.nan)
    timed = found.loc[found["START"].notna(), ["USUBJID", "START"]].rename_axis("row").reset_index()
    starts = infusions.assign(BEGAN=infusions["AHRFIRST"].astype("float64"))[["USUBJID", "INFNUM", "BEGAN"]]
    last = pd.merge_asof(
        timed.sort_values("START", kind="stable"), starts.dropna().sort_values(["BEGAN", "INFNUM"], kind="stable"),
        left_on="START", right_on="BEGAN", by="USUBJID",
    ).set_index("row").reindex(found.index)  # fmt: skip
    recorded = found["INFNUM"].astype("Int64").where(found["START"].isna() & (found["INFNUM"] > 0))
    number = last["INFNUM"].astype("Int64").fillna(recorded)
    return found.assign(INFUSION=number, ONSET=found["START"] - last["BEGAN"].astype("float64"))


def _days(found: pd.DataFrame) -> pd.Series:
    """Give days from that of the infusion to that of an onset of unknown hour; missing of all others."""
    since = found["AHRLAST"] if "AHRLAST" in found else pd.Series(np.nan, found.index)
    days = since.astype("float64") // _DAY
    return days.where(found["START"].isna() & (days >= 0))


def _bounds(found: pd.DataFrame) -> dict[str, pd.Series]:
    """Give the fewest and the most hours since the start of the infusion that an onset can have been."""
    days = _days(found)
    soonest, latest = (_DAY * (days - 1)).clip(lower=0.0), _DAY * (days + 1)
    return {"SOONEST": found["ONSET"].fillna(soonest), "LATEST": found["ONSET"].fillna(latest)}


def _bins(found: pd.DataFrame, infusions: pd.DataFrame | None) -> pd.Series:
    """Give the bin of each event; an infusion whose end is not known has no events during it, but in its first 2 h.

    An onset of which only the day is known is in a bin where every hour of that day is, whenever the infusion began on
    its own day: two days later is 24 to 72 h later, while one day later may be 1 h or 47 h.
    """
    if infusions is None:
        return pd.Series(NO_INFUSION, found.index)
    of_infusion = _timing(found, infusions)
    since = found["ONSET"].to_numpy(dtype="float64")
    labels = np.array(BINS[1:6], dtype="object")[np.searchsorted(EDGES, since, side="right").clip(0, len(EDGES))]
    has_infusion = found["USUBJID"].isin(infusions["USUBJID"]).to_numpy()
    is_timed = found["START"].notna().to_numpy()
    lasted = (of_infusion["EXENHR"] - of_infusion["AHRFIRST"]).to_numpy(dtype="float64")
    days = _days(found).to_numpy()
    is_before = ~is_timed & (found["INFNUM"] == 0).fillna(value=False).to_numpy(dtype="bool")
    choices = (
        (~has_infusion, NO_INFUSION),
        ((is_timed & np.isnan(since)) | is_before, BEFORE_ALL),
        (is_timed & (since <= lasted), DURING),
        (~is_timed & (days == 0), DAY_ZERO),
        *((~is_timed & np.isin(days, between), name) for name, between in _BY_DAY.items()),
        (~is_timed & (days >= _LATE), BINS[5]),
        (~is_timed, TIME_UNKNOWN),
    )
    return pd.Series(np.select([where for where, _ in choices], [name for _, name in choices], labels), found.index)


def _timing(found: pd.DataFrame, infusions: pd.DataFrame) -> pd.DataFrame:
    """Give start and end of the infusion of each event."""
    times = infusions[["USUBJID", "INFNUM", "AHRFIRST"]].assign(EXENHR=infusions.get("EXENHR", np.nan))
    by_infusion = times.drop_duplicates(["USUBJID", "INFNUM"]).set_index(["USUBJID", "INFNUM"]).astype("float64")
    wanted = pd.MultiIndex.from_arrays([found["USUBJID"], found["INFUSION"]])
    return by_infusion.reindex(wanted).set_axis(found.index)


def _courses(found: pd.DataFrame, population: Members) -> dict[str, pd.Series]:
    """Give whether each event is over, and how long it lasted; a fatal one never is, whatever end was recorded.

    Without an end an event of unknown outcome may have passed the next minute: it was not seen to go on, as censoring
    at the end of participation would say. An end of d days after the day of time zero, at an unknown hour, lies more
    than 24 (d - 1) and less than 24 (d + 1) hours after time zero, whatever the hour of that was.
    """
    goes_on = found["AEOUT"].isin(_NOT_ENDED) | (found["AESEV"] == _FATAL)
    ended = (found["AENHR"].notna() | (found["AEOUT"] == "resolved")) & ~goes_on
    end = found["AENHR"].where(found["AENTMF"] != "D").astype("float64")
    seen = last_contact(found, population).mask(found["AEOUT"] == OUTCOME_UNKNOWN)
    hours = (end.where(ended, seen) - found["START"]).pipe(lambda lasted: lasted.where(lasted >= 0))
    by_day = (found["AENHR"] - found["START"]).where(ended & (found["AENTMF"] == "D")).astype("float64")
    by_day = by_day.where(by_day > -_DAY)
    return {
        "ENDED": ended,
        "HOURS": hours,
        "HOURS_LOW": hours.fillna((by_day - _DAY).clip(lower=0.0)),
        "HOURS_HIGH": hours.where(ended).fillna(by_day + _DAY),
        "FOLLOWED": last_contact(found, population) - found["START"],
    }
