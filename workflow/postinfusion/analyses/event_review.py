"""Events and infusions that are counted by a rule which readers should know: how many there are of each kind.

The rules themselves stand below the table AET01 and in the methods page of adverse events.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.harm_events import GRADES, infusions_of
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.plan.analyses.side_effects import SELF_INDUCED

OUTSIDE = "serious outside the population"
_VARIABLE = "review"
_NO_INFUSION = "no infusion"
_DAY = 24.0


def event_review(adam: Adam, population: Members) -> Iterator[Row]:
    """Count by arm, and over all arms, what is looked at before events are counted; zeros are rows.

    Parameters
    ----------
    adam
        The datasets; ADAE must be among them, ADEX and ADSL may be.
    population
        Whose events and infusions; events of participants without infusion are counted outside it too.

    Yields
    ------
    Row
        ``variable="review"``, in ``level`` the kind, in ``n`` the events of it, treatment-emergent or not, or the
        infusions. A kind that the data cannot tell has no rows.
    """
    events = adam["ADAE"][adam["ADAE"]["USUBJID"].isin(population.frame["USUBJID"])]
    infusions = infusions_of(adam, population)
    events = events.assign(ARM=population.arm_of(events))
    outside = _events_outside(adam, population)
    for level, which in _kinds(events, infusions).items():
        found = events[which.to_numpy(dtype="bool")]
        yield from _counts(level, pd.concat([found, outside]) if level == _NO_INFUSION else found, population)
    if infusions is not None and "AESER" in outside and (adam["ADAE"]["AESER"] != "").any():
        yield from _counts(OUTSIDE, outside[outside["AESER"] == "Y"], population)
    if infusions is not None and "EXSTTMF" in infusions:
        yield from _counts("infusion without hour", infusions[infusions["EXSTTMF"] == "D"], population)


def without_infusion(adam: Adam, population: Members) -> Members:
    """Give the participants outside a population who had no infusion, each in the arm allocated.

    Parameters
    ----------
    adam
        The datasets; nobody is given where ADEX or ADSL is not among them.
    population
        Whose arms; its own participants are left out.
    """
    every = adam["ADSL"] if {"ADSL", "ADEX"} <= {*adam} else population.frame[:0]
    inside = every["USUBJID"].isin(population.frame["USUBJID"])
    frame = every if every.empty else every[~inside & ~every["USUBJID"].isin(adam["ADEX"]["USUBJID"])]
    arms = pd.Categorical(frame.reindex(columns=["TRTP"])["TRTP"], population.frame["ARM"].cat.categories)
    return Members(frame.assign(ARM=arms), population.arms, population.reference)


def _events_outside(adam: Adam, population: Members) -> pd.DataFrame:
    """Give the events of the participants without infusion whom the population leaves out, with their arms."""
    outside = without_infusion(adam, population)
    events = adam["ADAE"][adam["ADAE"]["USUBJID"].isin(outside.frame["USUBJID"])]
    return events.assign(ARM=outside.arm_of(events))


def _kinds(events: pd.DataFrame, infusions: pd.DataFrame | None) -> dict[str, pd.Series]:
    """Give the kinds of events that are looked at, each with the events that are of it."""
    onset, end = (events[name].astype("float64") for name in ("ASTHR", "AENHR"))
    by_day = (events["ASTTMF"] == "D") | (events["AENTMF"] == "D")
    found = {"end before onset": end + by_day * _DAY < onset}
    if "BFCONSFL" in events:
        found["before consent"] = events["BFCONSFL"] == "Y"
    if infusions is not None:
        found[_NO_INFUSION] = ~events["USUBJID"].isin(infusions["USUBJID"])
    found["copy"] = _copies(events)
    if (events["AESEV"] != "").any():
        found["severity outside the scale"] = ~events["AESEV"].isin(["", *GRADES])
    found["severity missing"] = events["AESEV"] == ""
    has_zero = ~found[_NO_INFUSION] if _NO_INFUSION in found else True
    if "AETOXGR" in events:
        against = events["AESEV"].map(GRADES).astype("Float64") != events["AETOXGR"].astype("Float64")
        found["severity against grade"] = against.fillna(value=False)
    found["onset missing"] = onset.isna() & has_zero  # without an infusion no onset has hours since time zero
    if "AEWORFL" in events:
        found["worsened"] = events["AEWORFL"] == "Y"
    found["self-induced"] = events["AEDECOD"].str.contains(SELF_INDUCED)
    return found


def _copies(events: pd.DataFrame) -> pd.Series:
    """Say which events are the same as one before in all that is known; two of one day, without an end, may be two."""
    is_told = (events["ASTTMF"] != "D") | events["AENHR"].notna()
    return events.duplicated() & events["ASTHR"].notna() & is_told


def _counts(level: str, found: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Give the rows of one kind: how many of each arm, and of all."""
    by_arm = found["ARM"].value_counts()
    for arm in population.n_by_arm:
        n = len(found) if arm == "" else int(by_arm.get(arm, 0))
        yield from rows({"n": n}, variable=_VARIABLE, level=level, arm=arm)
