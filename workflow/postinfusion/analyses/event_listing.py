"""The adverse events one by one, with the infusions and the end of each participant. Internal only: not results."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.event_groups import classified
from postinfusion.analyses.event_review import without_infusion
from postinfusion.analyses.harm_events import harm_events, infusions_of
from postinfusion.analyses.populations import Members

EVENT, INFUSION, PARTICIPANT = "event", "infusion", "participant"
OUTSIDE = "outside"
"""A serious event of a participant without infusion whom the population leaves out."""
_OF_EVENTS = {
    "AEDECOD": "TERM",
    "AETERM": "REPORTED",
    "AEBODSYS": "CLASS",
    "AESEV": "SEVERITY",
    "AETOXGR": "GRADE",
    "AESER": "SERIOUS",
    "AEREL": "RELATED",
    "AEACN": "ACTION",
    "AEOUT": "OUTCOME",
    "TRTEMFL": "EMERGENT",
    "ASTHR": "START",
    "AENHR": "END",
    "ONSET": "ONSET",
    "INFUSION": "INFUSION",
    "HOURS": "HOURS",
    "BIN": "BIN",
    "SELFFL": "SELF",
    "UNTREATED": "UNTREATED",
    "SOLICITED": "SOLICITED",
}
COLUMNS = ["USUBJID", "TRTP", "KIND", *_OF_EVENTS.values(), "HOUR_KNOWN", "DIED", "INFUSIONS"]


def listed_events(adam: Adam, population: Members) -> pd.DataFrame:
    """Give a row for each participant, each infusion and each event, also of those before time zero.

    Serious events of participants without infusion whom the population leaves out are rows too, of a kind of their own,
    so that none of them disappears. Free texts stay behind: of the treatment that was given for an event only whether
    there was one.

    Parameters
    ----------
    adam
        The datasets; without ADAE the listing is empty, for nothing is known of events then.
    population
        Whose events.

    Returns
    -------
    pandas.DataFrame
        ``USUBJID``, ``TRTP`` (the arm of the event), ``KIND`` (participant, infusion, event, outside); of a participant
        ``START`` (time zero), ``END`` (end of participation, h), ``DIED`` (Y, N, or empty where
        nobody recorded it) and ``INFUSIONS`` (how many); of an infusion
        ``START`` (h since time zero) and ``INFUSION`` (its number); of an event what ADAE and the table of harms have
        of it: times in hours since time zero, ``ONSET`` in hours since the start of its infusion, and ``HOUR_KNOWN``
        (false where only the day of the onset is known).
    """
    if "ADAE" not in adam:
        return pd.DataFrame(columns=COLUMNS)
    parts = [_participants(population), _infusions(adam, population), _events(adam, population),
             _outside(adam, population)]  # fmt: skip
    stacked = pd.concat([part.astype("object") for part in parts if len(part)], ignore_index=True)
    arms = {arm: place for place, arm in enumerate(population.arms)}
    stacked = stacked.reindex(columns=COLUMNS).assign(
        START=stacked["START"].astype("float64"), PLACE=stacked["TRTP"].map(arms).fillna(len(arms))
    )
    ordered = stacked.sort_values(["PLACE", "USUBJID", "START"], kind="stable", ignore_index=True)
    return _typed(ordered.drop(columns="PLACE"))


def _participants(population: Members) -> pd.DataFrame:
    """Give the participants, with the end of their participation and whether they died."""
    frame = population.frame
    died = frame["DTHFL"].where(frame["DTHFL"] == "Y", "N") if "DTHFL" in frame else ""
    return pd.DataFrame(
        {
            "USUBJID": frame["USUBJID"], "TRTP": _named(pd.Series(population.last_arm, frame.index)),
            "KIND": PARTICIPANT, "START": 0.0, "END": frame.get("EOSHR"), "DIED": died,
            "INFUSIONS": frame.get("NINF"),
        }
    )  # fmt: skip


def _infusions(adam: Adam, population: Members) -> pd.DataFrame:
    """Give the infusions."""
    found = infusions_of(adam, population)
    if found is None:
        return pd.DataFrame()
    return pd.DataFrame(
        {"USUBJID": found["USUBJID"], "TRTP": _named(found["ARM"]), "KIND": INFUSION,
         "START": found["AHRFIRST"], "INFUSION": found["INFNUM"]}
    )  # fmt: skip


def _events(adam: Adam, population: Members) -> pd.DataFrame:
    """Give all events, also those that are not treatment-emergent."""
    every = adam["ADAE"].assign(EMERGENT=adam["ADAE"]["TRTEMFL"], TRTEMFL="Y")
    found = classified(harm_events({**adam, "ADAE": every}, population), every)
    kept = found.assign(TRTEMFL=found["EMERGENT"]).reindex(columns=[*_OF_EVENTS]).rename(columns=_OF_EVENTS)
    known = found["ASTTMF"].ne("D") & found["ASTHR"].notna()
    return kept.assign(USUBJID=found["USUBJID"], TRTP=_named(found["ARM"]), KIND=EVENT, HOUR_KNOWN=known)


def _outside(adam: Adam, population: Members) -> pd.DataFrame:
    """Give the serious events of the participants without infusion whom the population leaves out."""
    found = _events(adam, without_infusion(adam, population))
    return found[found["SERIOUS"] == "Y"].assign(KIND=OUTSIDE)


def _named(arms: pd.Series) -> pd.Series:
    """Give arms as texts; empty before any treatment, as may be in a crossover trial."""
    return arms.astype("object").where(arms.notna(), "").astype("str")


def _typed(listing: pd.DataFrame) -> pd.DataFrame:
    """Give the listing with plain types, which a file keeps."""
    numbers = ["START", "END", "ONSET", "HOURS"]
    answers = ["SELF", "UNTREATED", "SOLICITED", "HOUR_KNOWN"]
    typed = listing.assign(
        **{name: listing[name].astype("float64") for name in numbers},
        **{name: listing[name].astype("boolean") for name in answers},
        **{name: listing[name].astype("Int64") for name in ("INFUSION", "INFUSIONS", "GRADE")},
    )
    texts = [name for name in COLUMNS if name not in (*numbers, *answers, "INFUSION", "INFUSIONS", "GRADE")]
    return typed.assign(**{name: typed[name].astype("object").where(typed[name].notna(), "") for name in texts})
