"""Medicines given against a side effect: who had them beforehand or for an event, and what followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from postinfusion.analyses.clustered_shares import clustered_rows, share_rows, unknown_row
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.harm_events import infusions_of
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.plan.analyses import SideEffects
from postinfusion.plan.analyses.side_effects import event_name
from postinfusion.vocabulary import NOT_RECORDED

PROPHYLAXIS, RESCUE, AFTER_RESCUE = "prophylaxis", "rescue", "resolved-after-rescue"
GIVEN, AMONG_GIVEN, ALL, TREATED, PASSED_BEFORE = "given", "event among given", "all events", "treated event", "passed"
_LONGEST = 24.0


def medicine_rows(
    analysis: SideEffects, adam: Adam, events: pd.DataFrame, population: Members, name: str
) -> Iterator[Row]:
    """Give prophylaxis and rescue for one side effect by arm, with the outcome after each; nothing is compared.

    Nobody was allocated to either, so that the outcomes describe and do not tell what the medicine did.

    Parameters
    ----------
    analysis
        Says which medicines are given for which side effect.
    adam
        The datasets; ADCM holds the medicines.
    events
        The events of the side effect, by participant and onset.
    population
        Who is counted.
    name
        The side effect.
    """
    medicines = [event_name(medicine) for medicine in analysis.medicines.get(name, ())]
    infusions = infusions_of(adam, population)
    for arm in population.arms if medicines else ():
        key = {"term": name, "arm": arm}
        if "ADCM" not in adam:
            yield from _unknown(key)
        elif population.n_by_arm[arm]:
            taken = _taken(adam["ADCM"], medicines, population.of(arm))
            of_arm = events[events["ARM"] == arm]
            prophylaxis = taken[taken["CMUSE"] == PROPHYLAXIS]
            counted = (prophylaxis["USUBJID"].nunique(), population.n_by_arm[arm])
            yield from share_rows(counted, analysis.confidence, **key, variable=PROPHYLAXIS, level=GIVEN)
            if len(prophylaxis):
                of_infusions = None if infusions is None else infusions[infusions["ARM"] == arm]
                yield from _under(analysis, prophylaxis, of_arm, of_infusions, {**key, "variable": PROPHYLAXIS})
            yield from _rescue(analysis, _with_rescue(of_arm, taken, medicines), key)


def untreated(analysis: SideEffects, adam: Adam, events: pd.DataFrame, name: str) -> pd.Series:
    """Say which events of a side effect had no treatment: none is written for them, and no rescue dose may be for them.

    A rescue dose may be for an event that it began in, up to a day after the onset; not one of a medicine that the plan
    names for other side effects alone. Where only the day is known of either, any hour of it may be.

    Parameters
    ----------
    analysis
        Says which medicines are given for which side effect.
    adam
        The datasets; ADCM holds the medicines, if it is there.
    events
        The events of the side effect; ``UNTREATED`` is missing where no treatment of any event was recorded.
    name
        The side effect.
    """
    if "ADCM" not in adam or events.empty:
        return events["UNTREATED"]
    named = {of: {event_name(one) for one in medicines} for of, medicines in analysis.medicines.items()}
    others = set[str]().union(*named.values()) - named.get(name, set())
    medicines = adam["ADCM"]
    doses = medicines[(medicines["CMUSE"] == RESCUE) & ~medicines["CMDECOD"].map(event_name).isin(others)]
    begun = _onsets(events)
    over = (events["START"] + events["HOURS_HIGH"]).fillna(np.inf)
    lasted = begun.assign(HIGH=np.minimum(begun["HIGH"] + _LONGEST, over.where(events["ENDED"], np.inf)))
    rescued = _overlaps(lasted, _span(doses, doses["ASTHR"], doses["ASTTMF"] == "D"))
    return events["UNTREATED"].mask(rescued & events["UNTREATED"].notna(), other=False)


def _onsets(events: pd.DataFrame) -> pd.DataFrame:
    """Give between which hours since time zero each event began."""
    return _span(events, events["START"].fillna(events["ASTHR"]), events["START"].isna())


def _span(frame: pd.DataFrame, hours: pd.Series, by_day: pd.Series) -> pd.DataFrame:
    """Give between which hours since time zero something lies; a day alone leaves a day to either side."""
    margin = np.where(by_day, _LONGEST, 0.0)
    exact = hours.astype("float64")
    return pd.DataFrame({"USUBJID": frame["USUBJID"], "LOW": exact - margin, "HIGH": exact + margin})


def _overlaps(spans: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Say which spans share an hour with one of the others of the same participant."""
    pairs = spans.rename_axis("row").reset_index().merge(others, on="USUBJID", suffixes=("", "_OTHER"))
    shared = (pairs["LOW_OTHER"] <= pairs["HIGH"]) & (pairs["HIGH_OTHER"] >= pairs["LOW"])
    return pd.Series(spans.index.isin(pairs.loc[shared, "row"]), spans.index)


def _unknown(key: dict[str, str]) -> Iterator[Row]:
    """Say that no medicine was recorded, which is not that none was given."""
    for variable, level in ((PROPHYLAXIS, GIVEN), (RESCUE, ALL)):
        yield unknown_row(f"{NOT_RECORDED}: medicines (no source medication)", **key, variable=variable, level=level)


def _taken(medication: pd.DataFrame, medicines: Sequence[str], people: pd.DataFrame) -> pd.DataFrame:
    """Give the medicines for the side effect that participants of an arm took during the trial."""
    is_one = medication["CMDECOD"].map(event_name).isin(medicines) & (medication["ONTRTFL"] == "Y")
    return medication[is_one & medication["USUBJID"].isin(people["USUBJID"])]


def _under(
    analysis: SideEffects,
    taken: pd.DataFrame,
    events: pd.DataFrame,
    infusions: pd.DataFrame | None,
    key: dict[str, str],
) -> Iterator[Row]:
    """Give who had an infusion under the prophylaxis and of these who had an event that began under it."""
    covered = _covered(taken)
    failed = events[_overlaps(_onsets(events), covered)]
    people = set(taken["USUBJID"])
    if infusions is not None:
        by_day = infusions.get("EXSTTMF", pd.Series("", infusions.index)) == "D"
        infusions = infusions[_overlaps(_span(infusions, infusions["AHRFIRST"], by_day), covered)]
        people = set(infusions["USUBJID"])
    of = {**key, "level": AMONG_GIVEN}
    if not people:
        yield from rows({"n": 0, "n_total": 0}, **of)
        return
    n = len(people & set(failed["USUBJID"]))
    yield from share_rows((n, len(people)), analysis.confidence, **of)
    yield from rows({"n_participants": len(people)}, **of)


def _covered(taken: pd.DataFrame) -> pd.DataFrame:
    """Give from when until when each prophylaxis was given; a single dose counts for a day."""
    begun = _span(taken, taken["ASTHR"], taken["ASTTMF"] == "D")
    over = _span(taken, taken["AENHR"], taken["AENTMF"] == "D")["HIGH"].fillna(np.inf)
    until = np.maximum(over, (begun["LOW"] + _LONGEST).fillna(over))
    return begun.assign(LOW=begun["LOW"].fillna(-np.inf), HIGH=until)


def _with_rescue(events: pd.DataFrame, taken: pd.DataFrame, medicines: Sequence[str]) -> pd.DataFrame:
    """Add the hour of the first rescue dose of each event within a day, and whether one is recorded at all."""
    doses = taken[(taken["CMUSE"] == RESCUE) & (taken["ASTTMF"] != "D") & taken["ASTHR"].notna()]
    dated = events[["USUBJID", "START"]].rename_axis("row").reset_index().merge(doses[["USUBJID", "ASTHR"]])
    wait = dated["ASTHR"] - dated["START"]
    of_event = dated[(wait >= 0) & (wait <= _LONGEST)]
    nearest = of_event.sort_values("START", kind="stable").drop_duplicates(["USUBJID", "ASTHR"], keep="last")
    first = nearest.groupby("row")["ASTHR"].min().reindex(events.index)
    words = "|".join(re.escape(medicine) for medicine in medicines)
    written = events["AETRT"].map(event_name).str.contains(rf"(?<!\w)(?:{words})(?!\w)")
    return events.assign(RESCUED=first, TREATED=first.notna() | written)


def _rescue(analysis: SideEffects, events: pd.DataFrame, key: dict[str, str]) -> Iterator[Row]:
    """Give the events that a rescue followed, and of each participant's first such one when it had passed since."""
    of = {**key, "variable": RESCUE}
    if events.empty:
        yield from rows({"n": 0, "n_total": 0}, **of, level=ALL)
        return
    yield from clustered_rows(events["TREATED"], events["USUBJID"], analysis.confidence, **of, level=ALL)
    since = (events["START"] + events["HOURS"] - events["RESCUED"]).astype("float64")
    timed = events.assign(SINCE=since)[since.notna()]
    yield from rows({"n": int((timed["SINCE"] < 0).sum()), "n_total": len(timed)}, **of, level=PASSED_BEFORE)
    first = timed[timed["SINCE"] >= 0].drop_duplicates("USUBJID")
    for limit in analysis.resolved_by:
        known = first[first["ENDED"] | (first["SINCE"] >= limit)]
        by_then = int((known["ENDED"] & (known["SINCE"] <= limit)).sum())
        at = {**key, "variable": AFTER_RESCUE, "level": TREATED, "time": canonical_hours(limit)}
        if len(known):
            yield from share_rows((by_then, len(known)), analysis.confidence, **at)
            yield from rows({"n_participants": len(known)}, **at)
        else:
            yield from rows({"n": 0, "n_total": 0}, **at)
