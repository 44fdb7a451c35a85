"""ADAE, ADICE, ADDV and ADTTE: adverse and intercurrent events, deviations, and the time to leaving the trial."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.derive.canonical_columns import answer, claim, flag, text
from postinfusion.derive.context import Context
from postinfusion.derive.time_since import COUNTING_FROM_ZERO, POST_DOSE, since_infusions

_TEXTS = {
    "AEBODSYS": "body_system",
    "AEDECOD": "term",
    "AESEV": "severity",
    "AEREL": "related",
    "AEACN": "action",
    "AETRT": "treatment",
    "AEOUT": "outcome",
}


def adverse_events(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADAE from the canonical adverse events.

    An event is treatment-emergent as supplied; otherwise when it began at or after time zero. One that began on the
    day of time zero, at an unknown hour, counts as emergent; so does one whose onset is not known at all, unless it
    ended before time zero. Where time zero is known to the day alone, so is every onset and end that counts from it.
    """
    texts = {ours: text(table, theirs) for ours, theirs in _TEXTS.items()}
    frame = pd.DataFrame({"USUBJID": context.subject(table), **texts}, index=table.index)
    frame["ASTHR"] = context.hours("adverse_events", table, "onset") if "onset" in table else np.nan
    frame["AENHR"] = context.hours("adverse_events", table, "end") if "end" in table else np.nan
    for ours, hours, theirs in (("ASTTMF", "ASTHR", "onset"), ("AENTMF", "AENHR", "end")):
        by_day = claim(table, f"{theirs}_date_only") | _zero_by_day(context, table)
        frame[ours] = np.where(by_day & frame[hours].notna(), "D", "")
    frame["AESER"] = answer(table, "serious")
    frame["AESOLFL"] = answer(table, "solicited")
    frame["TRTEMFL"] = flag(table, "emergent") if "emergent" in table else np.where(_emergent(frame), "Y", "")
    return frame if context.exposure is None else _attributed(frame, table, context.exposure)


def intercurrent_events(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADICE from the canonical intercurrent events."""
    hours = context.hours("intercurrent_events", table, "occurred") if "occurred" in table else np.nan
    return pd.DataFrame({"USUBJID": context.subject(table), "ICE": table["event"].astype("str"), "AHRFIRST": hours})


def deviations(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADDV from the canonical deviations; their kind, a free text, stays behind."""
    hours = context.hours("deviations", table, "occurred") if "occurred" in table else np.nan
    major = flag(table, "major")
    return pd.DataFrame({"USUBJID": context.subject(table), "DVMAJFL": major, "AHRFIRST": hours}, index=table.index)


def end_of_participation(context: Context, disposition: pd.DataFrame) -> pd.Series:
    """Give hours since time zero at the end of participation, by ``id``; missing where it was not recorded."""
    if "left" not in disposition:
        return pd.Series(dtype="float64")
    hours = context.hours("disposition", disposition, "left")
    return pd.Series(hours.to_numpy(), index=pd.Index(disposition["id"], name="id"))


def time_to_leaving(adsl: pd.DataFrame) -> pd.DataFrame:
    """Give ADTTE: time from time zero to leaving the trial early, censored for whoever completed it."""
    known = adsl[adsl["EOSHR"].notna() & (adsl["EOSHR"] >= 0)]
    censored = (known["EOSSTT"] != "discontinued").astype("int64")
    return pd.DataFrame(
        {
            "USUBJID": known["USUBJID"],
            "TRTP": known["TRTP"],
            "PARAMCD": "TTDISC",
            "AVAL": known["EOSHR"],
            "CNSR": censored,
        }
    )


def _zero_by_day(context: Context, table: pd.DataFrame) -> pd.Series:
    """Say of which events only the days can be told, because time zero is known to the day and they count from it."""
    if context.plan.sources["adverse_events"].clock in COUNTING_FROM_ZERO:
        return pd.Series(data=False, index=table.index)
    return table["id"].map(context.zero_date_only).astype("boolean").fillna(value=False).astype("bool")


def _emergent(frame: pd.DataFrame) -> pd.Series:
    """Say which events began at or after time zero."""
    unknown = frame["ASTHR"].isna() & ~(frame["AENHR"] < 0)
    return (frame["ASTHR"] >= 0) | unknown


def _attributed(frame: pd.DataFrame, table: pd.DataFrame, exposure: pd.DataFrame) -> pd.DataFrame:
    """Add the infusion that started last at or before each onset; a recorded number of the infusion is kept."""
    onsets = frame.rename(columns={"ASTHR": "AHRFIRST", "ASTTMF": "ATMF"}).assign(TIMING=POST_DOSE)
    since = since_infusions(onsets, exposure, same_day_is_after=True)[["AHRLAST", "INFNUM"]]
    if "infusion" in table:
        since["INFNUM"] = table["infusion"].astype("Int64").fillna(since["INFNUM"])
    return frame.join(since)
