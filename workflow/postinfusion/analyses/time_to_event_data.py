"""Times to an event of each participant: hour 0, the event or what came instead, and the end of observation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records, observed
from postinfusion.analyses.populations import Members
from postinfusion.analyses.time_to_event_criteria import (
    first_kept,
    has_lost_response,
    meets,
    needs_baseline,
    responds,
)
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses.time_to_event import RELAPSE, Intercurrent, TimeToEvent
from postinfusion.plan.event_rules import ends_of_observation
from postinfusion.plan.plan import Plan

CENSORED, EVENT = 0, 1
WITHDRAWAL, DEATH = "withdrawal", "death"
BEFORE = "event before hour 0"
ENDED = "observation ended before hour 0"
UNKNOWN_TIME = "event at an unknown time"
NO_BASELINE = "no baseline value"
NO_RESPONSE = "no response before hour 0"
NO_INFUSION = "no infusion"


@dataclass(frozen=True)
class EventTimes:
    """The times that an analysis compares.

    Attributes
    ----------
    frame
        One row per participant who is timed: ``USUBJID``, ``ARM``, ``HOURS`` since hour 0, ``CAUSE`` (0 censored, 1 the
        event, 2 and on the competing ones), ``STRATUM``, ``ASSESSED`` (seen after hour 0).
    causes
        Names of the competing kinds; the first is cause 2.
    excluded
        ``USUBJID``, ``ARM``, ``REASON`` of the participants who are not timed.
    never_recorded
        Kinds of event that the plan names and nobody in the data has.
    """

    frame: pd.DataFrame
    causes: tuple[str, ...]
    excluded: pd.DataFrame
    never_recorded: tuple[str, ...]


def event_times(plan: Plan, analysis: TimeToEvent, adam: Adam, population: Members) -> EventTimes:
    """Give each participant's time to the event, or to what came first instead.

    A participant who cannot be timed is not among the times, but is listed with the reason.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint, no infusions or no events, or nobody can be timed.
    """
    who = population.frame.set_index("USUBJID")
    ends = ends_of_observation(plan, analysis)
    kinds = (*analysis.competing, *ends)
    occurred = {kind: occurrences(adam, who, (kind,)) for kind in kinds}
    competing = _earliest(occurred, analysis.competing, who.index)
    stopped = _earliest(occurred, ends, who.index)
    stop = pd.concat([competing, stopped], axis=1).min(axis=1)
    if isinstance(analysis.event, Intercurrent):
        times = _of_intercurrent(analysis.event, adam, who)
        origin = _origin(plan, analysis, adam, who)
    else:
        times, origin = _of_assessments(plan, analysis, adam, population, stop)
        # After the last visit nobody can have the event: whoever leaves then was observed as long as all others.
        competing = competing.where(competing <= _last_visit(plan, analysis))
    table = times.assign(origin=origin, competing=competing, stopped=stopped)
    reasons = _reasons(table, occurred)
    timed = _timed(table[reasons == ""], analysis, occurred)
    if timed.empty:
        raise ModelError(f"nobody can be timed: {', '.join(sorted(set(reasons)))}")
    frame = timed.assign(ARM=who["ARM"], STRATUM=_strata(plan, who) if analysis.stratified else 0.0)
    lost = reasons[reasons != ""].rename("REASON").to_frame()
    lost = lost.assign(ARM=who["ARM"].reindex(lost.index))
    named = {kind: occurred[kind] for kind in kinds}
    if isinstance(analysis.event, Intercurrent):
        named |= {kind: occurrences(adam, who, (kind,)) for kind in analysis.event.intercurrent}
    never = tuple(kind for kind, hours in named.items() if hours.empty)
    return EventTimes(frame.reset_index(), analysis.competing, lost.reset_index(), never)


def occurrences(adam: Adam, who: pd.DataFrame, kinds: Iterable[str]) -> pd.Series:
    """Give by participant the hour of the first event of some kinds; infinite where only that it happened is known.

    Intercurrent events are those of ADICE. ``withdrawal`` is also leaving the trial early, ``death`` also a death
    during it, both at the end of participation.
    """
    parts = []
    for kind in kinds:
        if "ADICE" in adam:
            events = adam["ADICE"]
            mine = events[(events["ICE"] == kind) & events["USUBJID"].isin(who.index)]
            parts.append(mine.set_index("USUBJID")["AHRFIRST"].astype("float64"))
        if kind in {WITHDRAWAL, DEATH} and "EOSHR" in who:
            parts.append(who.loc[_ended(who, kind), "EOSHR"].astype("float64"))
    stacked = pd.concat(parts) if parts else pd.Series(dtype="float64")
    return stacked.fillna(np.inf).groupby(level=0).min()


def _ended(who: pd.DataFrame, kind: str) -> pd.Series:
    """Say for whom participation ended by death, or early for another reason."""
    died = who["DTHFL"] == "Y" if "DTHFL" in who else pd.Series(data=False, index=who.index)
    if kind == DEATH:
        return died
    return (who["EOSSTT"] == "discontinued") & ~died if "EOSSTT" in who else pd.Series(data=False, index=who.index)


def _earliest(occurred: dict[str, pd.Series], kinds: Iterable[str], index: pd.Index) -> pd.Series:
    """Give by participant the hour of the first event of any of the kinds; missing where there is none."""
    found = [occurred[kind] for kind in kinds if not occurred[kind].empty]
    hours = pd.concat(found).groupby(level=0).min() if found else pd.Series(dtype="float64")
    return hours.reindex(index)


def _of_intercurrent(event: Intercurrent, adam: Adam, who: pd.DataFrame) -> pd.DataFrame:
    """Give the hour of the first such event and the end of observation."""
    if "ADICE" not in adam and not (set(event.intercurrent) <= {WITHDRAWAL, DEATH} and "EOSHR" in who):
        raise ModelError("the data hold no intercurrent events. Declare the source intercurrent_events in the plan.")
    last = pd.Series(dtype="float64")
    for name in ("ADQS", "ADVS"):
        if name in adam:
            last = pd.concat([last, adam[name].groupby("USUBJID")["AHRFIRST"].max()])
    end = last.groupby(level=0).max().reindex(who.index)
    end = who["EOSHR"].astype("float64").fillna(end) if "EOSHR" in who else end
    hours = occurrences(adam, who, event.intercurrent).reindex(who.index)
    return pd.DataFrame({"event": hours, "end": np.fmax(end, 0.0), "reason": ""}, index=who.index)


def _of_assessments(
    plan: Plan, analysis: TimeToEvent, adam: Adam, population: Members, stop: pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Give the hour of an event of visits, the last assessment, and hour 0."""
    endpoint = plan.endpoints[analysis.endpoint]
    who = population.frame.set_index("USUBJID")
    every = endpoint_records(adam, endpoint, population)
    baseline = every[every["ABLFL"] == "Y"].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"].reindex(who.index)
    records = _seen(analysis, every, stop)
    reason = pd.Series("", index=who.index)
    if needs_baseline(analysis.event):
        reason = reason.mask(baseline.isna(), NO_BASELINE)
    else:
        at_baseline = every[every["ABLFL"] == "Y"]
        already = at_baseline.loc[meets(analysis, endpoint, at_baseline).fillna(value=False).astype("bool"), "USUBJID"]
        reason = reason.mask(who.index.isin(already), BEFORE)
    end = records.groupby("USUBJID")["HOURS"].max().reindex(who.index).fillna(0.0)
    if analysis.event != RELAPSE:
        hours = first_kept(records, meets(analysis, endpoint, records), analysis.kept).reindex(who.index)
        return pd.DataFrame({"event": hours, "end": end, "reason": reason}), _origin(plan, analysis, adam, who)
    response = first_kept(records, responds(endpoint, records), analysis.kept).reindex(who.index)
    origin = response if analysis.since == "response" else _origin(plan, analysis, adam, who)
    is_responder = response.notna() if analysis.since == "response" else _in_response(analysis, plan, records, origin)
    reason = reason.mask((reason == "") & ~is_responder, NO_RESPONSE)
    after = records[records["HOURS"] > records["USUBJID"].map(origin)]
    hours = first_kept(after, has_lost_response(analysis, endpoint, after), analysis.kept).reindex(who.index)
    return pd.DataFrame({"event": hours, "end": end, "reason": reason}), origin


def _last_visit(plan: Plan, analysis: TimeToEvent) -> float:
    """Give the nominal time of the last visit at which the event can be seen."""
    return max(plan.nominal_hours[visit] for visit in analysis.visits or plan.visit_names)


def _seen(analysis: TimeToEvent, records: pd.DataFrame, stop: pd.Series) -> pd.DataFrame:
    """Keep the observed records of the visits after time zero, up to what ended observation, timed in ``HOURS``."""
    found = observed(records)
    known: pd.Series = found["AVAL"].notna() & (found["AHRFIRST"] > 0)
    if analysis.visits:
        known &= found["AVISIT"].isin(analysis.visits)
    found = found[known]
    found = found[~(found["AHRFIRST"] > found["USUBJID"].map(stop))]
    return found.assign(HOURS=found["AVISITN"] if analysis.takes_nominal_times else found["AHRFIRST"])


def _in_response(analysis: TimeToEvent, plan: Plan, records: pd.DataFrame, origin: pd.Series) -> pd.Series:
    """Say who is in response at the last assessment up to hour 0."""
    before = records[records["HOURS"] <= records["USUBJID"].map(origin)]
    last = before.sort_values("AHRFIRST", kind="stable").drop_duplicates("USUBJID", keep="last")
    met = responds(plan.endpoints[analysis.endpoint], last).fillna(value=False).astype("bool")
    return pd.Series(origin.index.isin(last.loc[met, "USUBJID"]), index=origin.index)


def _origin(plan: Plan, analysis: TimeToEvent, adam: Adam, who: pd.DataFrame) -> pd.Series:
    """Give hour 0 by participant, in hours since time zero; missing without an infusion."""
    if analysis.since == "planned-last-infusion":
        return pd.Series(plan.design.infusions[-1], index=who.index)
    if analysis.since == "last-infusion":
        if "ADEX" not in adam:
            raise ModelError("the data hold no infusions. Choose since: planned-last-infusion or time-zero.")
        return adam["ADEX"].groupby("USUBJID")["AHRFIRST"].max().reindex(who.index)
    return pd.Series(0.0, index=who.index)


def _reasons(table: pd.DataFrame, occurred: dict[str, pd.Series]) -> pd.Series:
    """Say why a participant cannot be timed; empty for the others."""
    unknown = np.isinf(table["event"].to_numpy(dtype="float64"))
    for hours in occurred.values():
        unknown |= np.isinf(hours.reindex(table.index).to_numpy(dtype="float64"))
    reason = table["reason"].mask((table["reason"] == "") & table["origin"].isna(), NO_INFUSION)
    reason = reason.mask((reason == "") & unknown, UNKNOWN_TIME)
    reason = reason.mask((reason == "") & (table["event"] < table["origin"]), BEFORE)
    gone = (table["competing"] < table["origin"]) | (table["stopped"] < table["origin"])
    return reason.mask((reason == "") & gone, ENDED)


def _timed(table: pd.DataFrame, analysis: TimeToEvent, occurred: dict[str, pd.Series]) -> pd.DataFrame:
    """Give hours since hour 0 and the cause: the event, else the first competing one, else the end of observation."""
    competing, last = table["competing"], table["end"]
    is_event = table["event"].notna()
    if isinstance(analysis.event, Intercurrent):
        is_event &= ~(table["event"] > np.fmin(competing, table["stopped"]))
        last = last.clip(upper=table["stopped"])
    else:
        # Assessments after it were left out by their actual times; nominal ones may still lie behind it.
        competing = competing.clip(lower=last)
    competes = ~is_event & competing.notna() & ~(table["competing"] > table["stopped"])
    hours = table["event"].where(is_event, competing.where(competes, np.fmax(last, table["origin"])))
    cause = pd.Series(CENSORED, index=table.index).mask(is_event, EVENT)
    for number, kind in reversed([*enumerate(analysis.competing, start=EVENT + 1)]):
        mine = occurred[kind].reindex(table.index) == table["competing"]
        cause = cause.mask(competes & mine, number)
    return pd.DataFrame(
        {
            "HOURS": (hours - table["origin"]).astype("float64"),
            "CAUSE": cause,
            "ASSESSED": table["end"] > table["origin"],
        }
    )


def _strata(plan: Plan, who: pd.DataFrame) -> pd.Series:
    """Give each participant the number of the stratum; one where the design has none."""
    columns = [participant_column(name) for name in plan.design.strata]
    if absent := [name for name, column in zip(plan.design.strata, columns, strict=True) if column not in who]:
        raise ModelError(f"the data hold no values of {', '.join(absent)}. Choose stratified: false.")
    if not columns:
        return pd.Series(0.0, index=who.index)
    return who.groupby(columns, dropna=False, observed=True).ngroup().astype("float64")
