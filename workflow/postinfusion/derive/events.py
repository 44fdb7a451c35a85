"""ADAE, ADICE, ADDV and ADTTE: adverse and intercurrent events, deviations, and the time to leaving the trial."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.datasets.canonical import SEVERITIES
from postinfusion.derive.canonical_columns import answer, claim, flag, text
from postinfusion.derive.context import Context
from postinfusion.derive.time_since import COUNTING_FROM_ZERO, DAY, POST_DOSE, since_infusions, study_day

_TEXTS = {
    "AEBODSYS": "body_system",
    "AEDECOD": "term",
    "AESEV": "severity",
    "AEREL": "related",
    "AEACN": "action",
    "AETRT": "treatment",
    "AEOUT": "outcome",
}
_DATED = ("onset", "worsened")
_TIMES = {"AST": "onset", "AEN": "end", "AWOR": "worsened"}


def adverse_events(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADAE from the canonical adverse events.

    An event is treatment-emergent as supplied; otherwise, also where the cell is empty, when it began at or after time
    zero, or was there before and became worse at or after it. One that began on the day of time zero, at an unknown
    hour, counts as emergent; so does one whose onset is not known at all; neither if it ended before time zero.
    Where time zero is the first infusion, nothing of participants without one is emergent. Where time zero is known to
    the day alone, so is every time that counts from it.
    """
    texts = {ours: text(table, theirs) for ours, theirs in _TEXTS.items()}
    frame = pd.DataFrame({"USUBJID": context.subject(table), **texts}, index=table.index)
    for name, theirs in _TIMES.items():
        frame[f"{name}HR"] = context.hours("adverse_events", table, theirs) if theirs in table else np.nan
        by_day = claim(table, f"{theirs}_date_only") | _zero_by_day(context, table)
        frame[f"{name}TMF"] = np.where(by_day & frame[f"{name}HR"].notna(), "D", "")
    if "grade" in table:
        frame["AETOXGR"] = table["grade"].astype("Int64")
        frame["AESEV"] = frame["AESEV"].mask(frame["AESEV"] == "", _in_words(frame["AETOXGR"]))
    frame = _told_by_day(context, table, frame)
    frame["AESER"] = answer(table, "serious")
    frame["AESOLFL"] = answer(table, "solicited")
    frame["BFCONSFL"] = np.where(_before_consent(context, table), "Y", "")
    frame["AEWORFL"] = np.where((frame["ASTHR"] < 0) & (frame["AWORHR"] >= 0) & _treated(context, table), "Y", "")
    frame["ASTDY"] = _day_of_onset(context, table, frame["AEWORFL"] == "Y")
    emergent = _emergent(frame) & _treated(context, table)
    supplied = answer(table, "emergent")
    frame["TRTEMFL"] = np.where(emergent.where(supplied == "", supplied == "Y"), "Y", "")
    return frame if context.exposure is None else _attributed(frame, table, context.exposure)


def _day_of_onset(context: Context, table: pd.DataFrame, worse: pd.Series) -> pd.Series:
    """Give the study day of each onset, which is known of those without an hour too."""
    none = pd.Series(np.nan, table.index)
    onset, worsened = (context.days("adverse_events", table, name) if name in table else none for name in _DATED)
    return study_day(onset.mask(worse, worsened))


def _in_words(grades: pd.Series) -> pd.Series:
    """Give toxicity grades in the words that the Common Terminology Criteria for Adverse Events have for them."""
    return grades.map(dict(enumerate(SEVERITIES, start=1))).astype("object").fillna("").astype("str")


def counted_onset(events: pd.DataFrame) -> dict[str, pd.Series]:
    """Give the onset of each event of ADAE, and D where only its day is known, as ``AHRFIRST`` and ``ATMF``.

    Of an event that was there before time zero, and became worse after it, the worsening counts as its onset.
    """
    worse = events["AEWORFL"] == "Y"
    names = {"AHRFIRST": "HR", "ATMF": "TMF"}
    return {ours: events[f"AST{kind}"].mask(worse, events[f"AWOR{kind}"]) for ours, kind in names.items()}


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


def _told_by_day(context: Context, table: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Tell by its day alone what follows an infusion of which only the day is known: no hours since it can be told."""
    exposure = context.exposure
    if exposure is None or not (exposure["EXSTTMF"] == "D").any():
        return frame
    rough = pd.MultiIndex.from_frame(exposure.loc[exposure["EXSTTMF"] == "D", ["USUBJID", "INFNUM"]])
    for name in ("AST", "AWOR"):
        theirs = _TIMES[name]
        if theirs not in table:
            continue
        days = context.days("adverse_events", table, theirs)
        on_days = frame[["USUBJID"]].assign(AHRFIRST=days, ATMF="D", TIMING=POST_DOSE)
        last = since_infusions(on_days, exposure, same_day_is_after=True)["INFNUM"].fillna(0).astype("int64")
        is_rough = pd.MultiIndex.from_arrays([frame["USUBJID"], last]).isin(rough)
        hours, told = frame[f"{name}HR"].mask(is_rough, days), frame[f"{name}TMF"].mask(is_rough & days.notna(), "D")
        frame = frame.assign(**{f"{name}HR": hours, f"{name}TMF": told})
    return frame


def _emergent(frame: pd.DataFrame) -> pd.Series:
    """Say which events began at or after time zero, or became worse then."""
    is_open = frame["ASTHR"].isna() | (frame["ASTTMF"] == "D")
    was_over = is_open & (frame["AENHR"] < 0)
    return ((frame["ASTHR"].isna() | (frame["ASTHR"] >= 0)) & ~was_over) | (frame["AEWORFL"] == "Y")


def _treated(context: Context, table: pd.DataFrame) -> pd.Series:
    """Say of which events the participant had an infusion, where time zero is the first; of all where it is not."""
    if context.exposure is None or not context.plan.design.has_infusions:
        return pd.Series(data=True, index=table.index)
    return context.subject(table).isin(context.exposure["USUBJID"])


def _before_consent(context: Context, table: pd.DataFrame) -> np.ndarray:
    """Say which events began before the consent of their participant; by days where only a day is known."""
    sources, consent = context.plan.sources, context.consent
    if consent is None or "onset" not in table or sources["adverse_events"].clock is not sources["participants"].clock:
        return np.zeros(len(table), dtype="bool")
    onset, limit = table["onset"].astype("float64"), table["id"].map(consent["consented"]).astype("float64")
    by_day = claim(table, "onset_date_only") | table["id"].map(consent["consented_date_only"]).eq(other=True)
    return np.where(by_day, np.floor(onset / DAY) < np.floor(limit / DAY), onset < limit)


def _attributed(frame: pd.DataFrame, table: pd.DataFrame, exposure: pd.DataFrame) -> pd.DataFrame:
    """Add the infusion that started last at or before each onset; a recorded number of the infusion is kept.

    What began at an unknown hour of the day of an infusion, and was over when that started, is of the one before.
    """
    onsets = frame[["USUBJID"]].assign(**counted_onset(frame), TIMING=POST_DOSE)
    since = since_infusions(onsets, exposure, same_day_is_after=True)[["AHRLAST", "INFNUM"]]
    by_day = onsets["ATMF"] == "D"
    ends = pd.DataFrame({"USUBJID": frame["USUBJID"], "AHRFIRST": frame["AENHR"], "ATMF": frame["AENTMF"]})
    at_end = since_infusions(ends.assign(TIMING=POST_DOSE), exposure, same_day_is_after=True)["INFNUM"]
    was_over = (by_day & (at_end < since["INFNUM"])).fillna(value=False).astype("bool")
    since["INFNUM"] = since["INFNUM"].mask(was_over, at_end)
    if "infusion" in table:
        since["INFNUM"] = table["infusion"].astype("Int64").fillna(since["INFNUM"])
    days = onsets["AHRFIRST"] - _day_of_infusion(frame["USUBJID"], since["INFNUM"], exposure)
    return frame.join(since.assign(AHRLAST=since["AHRLAST"].mask(by_day, days)))


def _day_of_infusion(subject: pd.Series, number: pd.Series, exposure: pd.DataFrame) -> pd.Series:
    """Give the day of the infusion of each number in hours; missing where the participant had none of that number."""
    days = exposure.drop_duplicates(["USUBJID", "INFNUM"]).set_index(["USUBJID", "INFNUM"])["DAYHR"].astype("float64")
    wanted = pd.MultiIndex.from_arrays([subject, number.astype("float64")])
    return pd.Series(days.reindex(wanted).to_numpy(), subject.index)
