"""Participants with a value beyond a limit of the plan, or with an adverse event of a group (method alerts)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.clustered_shares import risk_differences, share_rows, unknown_row
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.event_interest import INTEREST, slips
from postinfusion.analyses.harm_events import harm_events
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.plan.analyses import AlertLimit, Alerts
from postinfusion.plan.analyses.side_effects import event_name
from postinfusion.vocabulary import NOT_RECORDED

EVER, BEFORE, AFTER, NEW = "any time", "before", "after", "new"
NOT_ASSESSED = "not assessed after"
NOT_BEFORE = "assessed after, and not before"
NO_EVENT, NOT_ASSESSED_SINCE = "without the event", "with the event, and not assessed after"
_DATASETS = ("ADLB", "ADVS", "ADQS")
_COLUMNS = ["USUBJID", "PARAMCD", "AVAL", "AHRFIRST", "DTYPE", "AVALU", "AVALQ", "PCHG", "ABLFL"]


def alerts(analysis: Alerts, adam: Adam, population: Members) -> list[Row]:
    """Count participants with a value beyond each limit by arm: before and after time zero, newly, and at any time.

    A value at time zero, or on its day at an unknown hour, is one before it; one whose time is not known counts only
    at any time. Shares are of those with a value then: whoever has none is counted as not assessed, never as normal.
    Newly beyond is a share of those with a value before it, none of which was beyond; who has none is counted apart.

    Parameters
    ----------
    analysis
        The limits, and the groups of adverse events.
    adam
        The datasets; the measures are looked for in ADLB, ADVS and ADQS, the events in ADAE.
    population
        Who is counted.
    """
    result = denominators(population)
    for limit in analysis.limits:
        began = _began(adam, limit, population)
        values = _since(_values(adam, limit.measure, population), limit, began)
        values = _changes(values) if limit.of == "percent-change" else values
        comparable = values[_is_comparable(values, limit)]
        if len(comparable) < len(values):
            left = len(values) - len(comparable)
            text = f"{limit.name}: {left} results are in another unit, or in none, and were not compared"
            result.append(warning_row(text, variable="alert", term=limit.name))
        result += _limit(analysis, limit, comparable, population, began)
    return [*result, *_events(analysis, adam, population)]


def _events(analysis: Alerts, adam: Adam, population: Members) -> Iterator[Row]:
    """Count participants with a treatment-emergent event of each group, and of each of its terms.

    Events are collected throughout: whoever has none recorded had none. Terms are counted, and not shown: a small count
    of one is a reason to hide that of its group from the public.
    """
    if not analysis.special_interest:
        return
    if "ADAE" not in adam:
        for name in analysis.special_interest:
            key = {"variable": INTEREST, "level": name, "term": name}
            yield from (unknown_row(f"{NOT_RECORDED}: adverse events", **key, arm=arm) for arm in population.arms)
        return
    every = harm_events(adam, population)
    events = every[~every["SELFFL"].astype(bool)]
    yield from slips(analysis, events)
    for name, terms in analysis.special_interest.items():
        named = {event_name(term): term for term in terms}
        of_group = events[events["NAME"].isin([*named])]
        yield from _of_events(analysis, of_group, population, {"variable": INTEREST, "level": name, "term": name})
        for in_data, term in named.items():
            key = {"variable": INTEREST, "level": name, "term": term}
            if term != name:
                yield from _of_events(analysis, of_group[of_group["NAME"] == in_data], population, key)


def _of_events(analysis: Alerts, events: pd.DataFrame, population: Members, key: dict[str, str]) -> Iterator[Row]:
    """Give the participants of each arm with one of these events, how many events, and the differences."""
    counts: dict[str, tuple[int, int]] = {}
    for arm in population.arms:
        of_arm = events[events["ARM"] == arm]
        counts[arm] = (of_arm["USUBJID"].nunique(), population.n_by_arm[arm])
        if counts[arm][1]:
            yield from share_rows(counts[arm], analysis.confidence, **key, arm=arm)
            yield from rows({"n_events": len(of_arm)}, **key, arm=arm)
    yield from risk_differences(counts, population, analysis.confidence, **key)


def _began(adam: Adam, limit: AlertLimit, population: Members) -> pd.Series:
    """Give the hour since which a limit counts, by participant: that of its event, where it has one, else time zero."""
    subjects = population.frame["USUBJID"]
    if not limit.since:
        return pd.Series(0.0, index=subjects)
    events = adam.get("ADICE", pd.DataFrame(columns=["USUBJID", "ICE", "AHRFIRST"]))
    own = events[(events["ICE"] == limit.since) & events["USUBJID"].isin(subjects)]
    return own.groupby("USUBJID")["AHRFIRST"].min().astype("float64").dropna()


def _since(values: pd.DataFrame, limit: AlertLimit, began: pd.Series) -> pd.DataFrame:
    """Give the values with their times and changes since the event of a limit, as far as it counts them."""
    if not limit.since:
        return values
    hours = values["AHRFIRST"].astype("float64") - values["USUBJID"].map(began)
    last = np.inf if limit.within is None else limit.within
    found = values.assign(AHRFIRST=hours)[hours.notna() & (hours <= last)].sort_values("AHRFIRST", kind="stable")
    before = found[found["AHRFIRST"] <= 0].drop_duplicates("USUBJID", keep="last")
    base = found["USUBJID"].map(before.set_index("USUBJID")["AVAL"]).astype("float64")
    change = 100 * (found["AVAL"].astype("float64") / base - 1)
    is_base = pd.Series(found.index.isin(before.index), index=found.index)
    later = change.where(found["AHRFIRST"] > 0)
    return found.assign(PCHG=later, ABLFL=np.where(is_base, "Y", ""))


def _values(adam: Adam, measure: str, population: Members) -> pd.DataFrame:
    """Give the observed values of a measure in the population, of the first dataset that has any."""
    for name in _DATASETS:
        found = adam[name][adam[name]["PARAMCD"] == measure] if name in adam else pd.DataFrame()
        if not found.empty:
            inside = found[found["USUBJID"].isin(population.frame["USUBJID"])].assign(ARM=population.arm_of)
            kept = inside.reindex(columns=[*_COLUMNS, "ARM"])
            return kept[kept["AVAL"].notna() & (_text(kept["DTYPE"]) == "")]
    return pd.DataFrame(columns=[*_COLUMNS, "ARM"])


def _changes(values: pd.DataFrame) -> pd.DataFrame:
    """Give the change from baseline in per cent as the value; it is none at baseline, and has no unit of its own."""
    change = values["PCHG"].astype("float64").mask(_text(values["ABLFL"]) == "Y", 0.0)
    found = values.assign(AVAL=change, AVALU="%", AVALQ="")
    return found[found["AVAL"].notna()]


def _is_comparable(values: pd.DataFrame, limit: AlertLimit) -> pd.Series:
    """Say which values are in the unit of the limit; where no dataset has units, as for vital signs, all are."""
    if not limit.unit or values["AVALU"].isna().all():
        return pd.Series(data=True, index=values.index)
    return _text(values["AVALU"]).str.strip().str.casefold() == limit.unit.casefold()


def _text(column: pd.Series) -> pd.Series:
    """Give a column of texts with empty ones where there are none; it may hold no text at all."""
    return column.astype("object").where(column.notna(), "").astype("str")


def _is_beyond(values: pd.DataFrame, limit: AlertLimit) -> pd.Series:
    """Say which values are beyond a limit; of one below detection, as < 3, all that is known is used."""
    value, sign = values["AVAL"].astype("float64"), _text(values["AVALQ"]).str.strip()
    bound = limit.value
    beyond = {
        "below": (value < bound) | ((value <= bound) & (sign == "<")),
        "at_most": value <= bound,
        "at_least": value >= bound,
        "above": (value > bound) | ((value >= bound) & (sign == ">")),
    }[limit.side]
    opposite = {"below": (">", ">=", "≥"), "at_most": (">", ">=", "≥")}.get(limit.side, ("<", "<=", "≤"))
    return beyond & ~sign.isin(opposite)


def _limit(
    analysis: Alerts, limit: AlertLimit, values: pd.DataFrame, population: Members, began: pd.Series
) -> Iterator[Row]:
    """Give the rows of one limit."""
    beyond = _is_beyond(values, limit)
    later = values["AHRFIRST"].astype("float64") > 0
    earlier = values["AHRFIRST"].astype("float64") <= 0
    seen = set(values.loc[earlier, "USUBJID"])
    before = set(values.loc[earlier & beyond, "USUBJID"])
    times = {
        EVER: (pd.Series(data=True, index=values.index), beyond),
        BEFORE: (earlier, beyond),
        AFTER: (later, beyond),
        NEW: (later & values["USUBJID"].isin(seen - before), beyond),
    }
    if limit.since and limit.of == "percent-change":
        times = {AFTER: times[AFTER]}  # a change since the event is none before it
    for level, (then, what) in times.items():
        key = {"variable": "alert", "term": limit.name, "level": level}
        yield from _level(analysis, limit, values[then].assign(BEYOND=what[then]), population, key)
    for arm in population.arms:
        assessed = set(values.loc[later & (values["ARM"] == arm), "USUBJID"])
        concerned = int(population.of(arm)["USUBJID"].isin(began.index).sum())
        without = {NO_EVENT: population.n_by_arm[arm] - concerned} if limit.since else {}
        not_assessed = NOT_ASSESSED_SINCE if limit.since else NOT_ASSESSED
        counts = {not_assessed: concerned - len(assessed), NOT_BEFORE: len(assessed - seen), **without}
        for level, n in counts.items():
            yield from rows({"n": n}, variable="alert", term=limit.name, level=level, arm=arm)
        if limit.since:
            # Few with the event are hidden as a whole in a public report: also who of them was not beyond the limit.
            for level in (*times, *counts):
                key = {"variable": "alert", "term": limit.name, "level": level}
                yield from rows({"n_participants": concerned}, **key, arm=arm)


def _level(
    analysis: Alerts, limit: AlertLimit, values: pd.DataFrame, population: Members, key: dict[str, str]
) -> Iterator[Row]:
    """Give the participants beyond a limit among those with a value, by arm, and the differences."""
    counts: dict[str, tuple[int, int]] = {}
    for arm in population.arms:
        of_arm = values[values["ARM"] == arm]
        beyond = of_arm.loc[of_arm["BEYOND"].astype(bool), "USUBJID"]
        counts[arm] = (beyond.nunique(), of_arm["USUBJID"].nunique())
        if counts[arm][1]:
            yield from share_rows(counts[arm], analysis.confidence, **key, arm=arm)
            yield from rows({"n_events": len(beyond)}, **key, arm=arm)
        else:
            missing = f"{limit.label or limit.measure}{f' after {limit.since}' if limit.since else ''}"
            yield unknown_row(f"{NOT_RECORDED}: {missing}", **key, arm=arm)
    if key["level"] in (AFTER, NEW):
        yield from risk_differences(counts, population, analysis.confidence, **key)
