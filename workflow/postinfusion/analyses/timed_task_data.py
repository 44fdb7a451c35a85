"""The records of a timed task: log seconds, which of them are only limits, and what had to be left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from postinfusion.analyses.category_data import observed_at_visits
from postinfusion.analyses.endpoint_records import Adam, endpoint_records, observed
from postinfusion.analyses.model_data import ARM, BASELINE, ModelData
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.instruments import catalogue
from postinfusion.instruments.model import Rule
from postinfusion.plan.analyses import TimedTask
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan

LOG_TIME, SIDE = "LOGTIME", "SIDE"
LOG_BASELINE, BASELINE_SIDE, BASELINE_AT_CAP, LOG_GIVEN = "LOGTIME0", "SIDE0", "STOPPED0", "LOGGIVEN"
SEEN, AT_LEAST, AT_MOST = 0.0, 1.0, -1.0
FLAG = "CENSFL"


@dataclass(frozen=True)
class TimedData:
    """The records that enter the model.

    Attributes
    ----------
    data
        Frame with ``LOGTIME``, ``SIDE`` and the covariates; the reference arm first.
    left_out
        Sentences on records that could not enter, with their number.
    without_seen
        Visits that were left out since all times of an arm are limits there, with the names of these arms.
    """

    data: ModelData
    left_out: tuple[str, ...]
    without_seen: dict[str, tuple[str, ...]]


def timed_data(plan: Plan, analysis: TimedTask, adam: Adam, population: Members) -> TimedData:
    """Give the records of the model.

    A baseline that was stopped is known only as a limit. Its logarithm enters as it is, with an indicator beside it:
    since the baseline does not depend on the arm, the comparison of the arms stays unbiased (White & Thompson 2005,
    Stat. Med. 24, 993-1007).

    Raises
    ------
    ModelError
        No record is left.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    data = observed_at_visits(plan, analysis, adam, population)
    frame, left_out = with_sides(plan, endpoint, data.frame, adam, population)
    own: list[str] = []
    if analysis.given:
        frame, told = _with_given(plan, analysis, frame, adam, population)
        left_out += told
        own = [LOG_GIVEN]
    if BASELINE in analysis.covariates:
        frame, told = _with_baseline(plan, endpoint, frame, adam, population)
        left_out += told
        frame, told = _without_unseen_stratum(endpoint, frame)
        left_out += told
        varies = frame[BASELINE_AT_CAP].nunique() > 1
        own = [LOG_BASELINE, *([BASELINE_AT_CAP] if varies else []), *own]
    frame, without = _with_seen_times(frame)
    if frame.empty:
        raise ModelError("no participant has a time at any visit of the model and all that it needs")
    kept = data.without_baseline().analysed(frame)
    found = replace(kept, covariates=(*own, *kept.covariates))
    return TimedData(found, tuple(left_out), without)


def with_sides(
    plan: Plan, endpoint: Endpoint, records: pd.DataFrame, adam: Adam, population: Members
) -> tuple[pd.DataFrame, list[str]]:
    """Add log seconds and on which side of them the true time lies; leave out what has no logarithm or says nothing.

    Parameters
    ----------
    plan, adam, population
        Where the parts of a difference or ratio are found.
    endpoint
        Whose records these are.
    records
        With ``AVAL`` and, where the data have it, ``CENSFL``.
    """
    stopped = records[FLAG] == "Y" if FLAG in records else pd.Series(data=False, index=records.index)
    values = records["AVAL"].astype(float)
    if endpoint.cap is not None:
        stopped = stopped | (values >= endpoint.cap)
        values = values.clip(upper=endpoint.cap)
    side = _sides_of_parts(plan, endpoint, records, adam, population).where(stopped, SEEN)
    usable = (values > 0) & side.notna()
    counts = {
        "is zero or less and has no logarithm": int((~(values > 0)).sum()),
        "has both parts at their caps and says nothing": int((side.isna() & (values > 0)).sum()),
    }
    told = [_counted(number, endpoint.label, why) for why, number in counts.items() if number]
    added = pd.DataFrame({LOG_TIME: np.log(values.where(values > 0)), SIDE: side})
    return pd.concat([records, added], axis=1)[usable], told


def _counted(number: int, label: str, why: str) -> str:
    """Say how many records are left out, and why."""
    records = f"{number:,} records" if number > 1 else "1 record"
    return f"{records} of {label} left out: the value {why}"


def _sides_of_parts(
    plan: Plan, endpoint: Endpoint, records: pd.DataFrame, adam: Adam, population: Members
) -> pd.Series:
    """Give the side of stopped records: of a difference or ratio whose second part was stopped it is at most."""
    found = catalogue.find_score(endpoint.measure, endpoint.score, plan.instruments)
    score = found.description if found else None
    if score is None or score.rule not in (Rule.DIFFERENCE, Rule.RATIO):
        return pd.Series(AT_LEAST, index=records.index)
    first, second = (_is_stopped(endpoint, name, records, adam, population) for name in score.of)
    return pd.Series(np.select([first & second, second], [np.nan, AT_MOST], AT_LEAST), index=records.index)


def _is_stopped(endpoint: Endpoint, score: str, records: pd.DataFrame, adam: Adam, population: Members) -> pd.Series:
    """Say for each record whether another score of the same assessment is at its cap."""
    part = endpoint.model_copy(update={"score": score})
    others = endpoint_records(adam, part, population)
    at_cap = others[others[FLAG] == "Y"]
    keys = pd.MultiIndex.from_frame(at_cap[["USUBJID", "AHRFIRST"]])
    return pd.Series(pd.MultiIndex.from_frame(records[["USUBJID", "AHRFIRST"]]).isin(keys), index=records.index)


def _with_given(
    plan: Plan, analysis: TimedTask, frame: pd.DataFrame, adam: Adam, population: Members
) -> tuple[pd.DataFrame, list[str]]:
    """Add the logarithm of the time for the other task at the same visit; records where it is a limit are left out."""
    endpoint = plan.endpoints[analysis.given]
    others, told = with_sides(plan, endpoint, observed(endpoint_records(adam, endpoint, population)), adam, population)
    others = others.drop_duplicates(["USUBJID", "AVISIT"]).rename(columns={LOG_TIME: LOG_GIVEN, SIDE: "GIVENSIDE"})
    known = others.astype({"AVISIT": "str"})[["USUBJID", "AVISIT", LOG_GIVEN, "GIVENSIDE"]]
    visit = frame["AVISIT"].astype("str")
    joined = frame.assign(AVISIT=visit).merge(known, on=["USUBJID", "AVISIT"], how="left").set_index(frame.index)
    joined["AVISIT"] = frame["AVISIT"]
    stopped = int((joined["GIVENSIDE"].abs() > 0).sum())
    if stopped:
        told.append(_counted(stopped, plan.endpoints[analysis.endpoint].label, f"of {endpoint.label} is a limit"))
    return joined[joined["GIVENSIDE"] == SEEN], told


def _with_baseline(
    plan: Plan, endpoint: Endpoint, frame: pd.DataFrame, adam: Adam, population: Members
) -> tuple[pd.DataFrame, list[str]]:
    """Add the logarithm of the baseline time, and whether it is only a limit."""
    records = endpoint_records(adam, endpoint, population)
    baseline, _ = with_sides(plan, endpoint, records[records["ABLFL"] == "Y"], adam, population)
    first = baseline.drop_duplicates("USUBJID").set_index("USUBJID")
    before, side = (frame["USUBJID"].map(first[name]).astype(float) for name in (LOG_TIME, SIDE))
    columns: dict[str, pd.Series] = {LOG_BASELINE: before, BASELINE_SIDE: side, BASELINE_AT_CAP: side.abs()}
    added = pd.concat([frame, pd.DataFrame(columns)], axis=1)
    lost = int(added[LOG_BASELINE].isna().sum())
    told = [_counted(lost, endpoint.label, "at baseline has no logarithm")] if lost else []
    return added.dropna(subset=[LOG_BASELINE]), told


def _without_unseen_stratum(endpoint: Endpoint, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the records whose baseline is a limit where all of them are limits too.

    The indicator of such a baseline would then grow without end, and in the limit these records say nothing.
    """
    at_limit = frame[BASELINE_AT_CAP] > 0
    if not at_limit.any() or (frame.loc[at_limit, SIDE] == SEEN).any():
        return frame, []
    told = _counted(int(at_limit.sum()), endpoint.label, "and that at baseline are limits in all these participants")
    return frame[~at_limit], [told]


def _with_seen_times(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Leave out the visits at which all times of an arm are limits: no mean exists there."""
    seen = (frame[SIDE] == SEEN).groupby([frame["AVISIT"], frame[ARM]], observed=True).any()
    nothing = seen[~seen].reset_index()
    without = {
        str(visit): tuple(str(arm) for arm in found[ARM])
        for visit, found in nothing.groupby("AVISIT", observed=True, sort=False)
    }
    kept = frame[~frame["AVISIT"].isin(list(without))]
    return kept.assign(AVISIT=kept["AVISIT"].cat.remove_unused_categories()), without
