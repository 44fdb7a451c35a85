"""Counts that hold each other, as of what had passed by 2 h and by 4 h: their difference may be a small count.

So may what counts of the same limit, before and since time zero, leave of each other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import pandas as pd

from postinfusion.ard.privacy_of_harms import ADVERSE_EVENTS, EVENT_RATES, SIDE_EFFECTS, is_in

_COUNT, _FIRST = "n", "first event"
_PASSED = ("resolved", "resolved-untreated", "resolved-after-rescue")
_SERIOUS = ("serious", "serious within 7 d", "serious within 24 h")
_BY_THEN, _EVER = "cumulative-incidence", "incidence-rate"
_PROPHYLAXIS, _AMONG_GIVEN = "prophylaxis", "event among given"
_CLAIMS, _SHARE = "claims", "share"
_ALERTS, _ALERT = "alerts", "alert"
_OVER, _BEFORE, _AFTER, _NEW = "any time", "before", "after", "new"
_WITH_LIMITS = (_ALERTS, "vital-signs", "infusion-vitals", "infusion-ratings")
_LIMIT = r"^(?P<measure>.*?) (?P<side>[<≤≥>]) [-+.\de]+(?P<kind>.*)$"
"""Name of a limit: measure or its change, side, value; unit and since what event it counts."""
_SIDES = {"≤": "<", "≥": ">"}
_WAYS = ("solicited", "spontaneous", "not known how reported")
_FIRST_BY_WAY, _ALL_BY_WAY = "first-event-by-collection", "event-rate-by-collection"
_COLLECTED = (*_WAYS, *(f"incidence-{way}" for way in _WAYS), _ALL_BY_WAY)
"""Participants with an event collected in one way; of each analysis of harms one kind."""
_SERIOUS_TERMS, _OF_SERIOUS = "serious-terms", ("serious-related", "serious-fatal")
_BY_INFUSION = ("by-infusion", "since-infusion")
_PARTS = (*_COLLECTED, _FIRST_BY_WAY, *_BY_INFUSION, "related", "fatal", "non-serious", _SERIOUS_TERMS)
_ANY, _DIED = "any", "died"
_OF = ["analysis_id", "population", "subgroup", "subgroup_level", "term", "arm"]
_CELL = ["analysis_id", "population", "subgroup", "subgroup_level", "parameter", "visit", "time", "variable", "level",
         "term", "arm"]  # fmt: skip


def of_nested_counts(ard: pd.DataFrame, gaps: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the counts that would tell, with a larger one that is shown, that few are in the one and not in the other.

    Compared are, of the same arm: what had passed by each limit and at all, and of this what had without a treatment;
    participants with a side effect, those of known onset, and those who had it under a prophylaxis; who had a
    prophylaxis and who had the side effect under it; serious events, and those within 7 days and 24 hours of an
    infusion; events, withdrawals and deaths by each time and at all; all events of a term, and those of them collected
    in one way, related or serious; values beyond limits of the same measure; and at any time, since time zero and
    newly. The larger count stays.

    Parameters
    ----------
    ard
        Results of the schema.
    gaps
        Cells whose counts are suppressed already.
    small_cell
        Differences from 1 to below this number are small.

    Returns
    -------
    pandas.DataFrame
        Rows of ``ard``; with them the shares of claims of the same arm, time and count.
    """
    compared = ard["method"].isin([SIDE_EFFECTS, ADVERSE_EVENTS, EVENT_RATES, *_WITH_LIMITS])
    counts = ard[compared & (ard["stat_name"] == _COUNT) & (ard["comparator"] == "") & (ard["stat"] > 0)]
    counts = counts[~is_in(counts, gaps, [name for name in _CELL if name in gaps])]
    hidden = set[Hashable]()
    for chain, names in (*_chains(counts), *_chains_of_limits(counts)):
        hidden |= _of_small_steps(chain[~chain.index.isin(hidden)], names, small_cell)
    hidden |= _of_parts(counts, small_cell)
    found = counts[counts.index.isin(hidden)]
    shares = ard[(ard["analysis_id"] == _CLAIMS) & (ard["term"] == _SHARE) & (ard["stat_name"] == _COUNT)]
    return pd.concat([found, shares[is_in(shares, found, ["arm", "time", "stat"])]])


def _chains(counts: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, list[str]]]:
    """Give counts of which each holds the smaller ones, with the columns that tell one such line from another."""
    variable, level = counts["variable"], counts["level"]
    had = (variable == "incidence") & (level == "participants")
    ended = (variable == "duration") & (level == _FIRST)
    passed = counts[variable.isin(_PASSED) | ended]
    yield passed.assign(variable=passed["variable"].replace("duration", _PASSED[0])), [*_OF, "variable", "level"]
    yield counts[variable.isin(_PASSED[:2]) & (level == _FIRST)], [*_OF, "time"]
    yield counts[had | ((variable == "onset") & (level == _FIRST))], _OF
    is_under = (variable == _PROPHYLAXIS) & (level == _AMONG_GIVEN)
    yield counts[had | is_under], _OF
    yield counts[variable == _PROPHYLAXIS], _OF
    yield counts[(variable == "overview") & level.isin(_SERIOUS)], _OF
    by_then = counts[variable.isin([_BY_THEN, _EVER])]
    yield by_then.assign(level=by_then["level"].mask(by_then["variable"] == _EVER, "event")), [*_OF, "level"]


def _of_small_steps(chain: pd.DataFrame, names: list[str], small_cell: int) -> set[Hashable]:
    """Give the counts of each line that lie a small step below the last larger one that is shown."""
    down = chain.sort_values("stat", ascending=False, kind="stable")
    step = down.groupby(names, sort=False)["stat"].diff().abs()
    lines = down[is_in(down, down[step.between(1, small_cell - 1)], names)]
    few = set[Hashable]()
    for _, numbers in lines.groupby(names, sort=False)["stat"]:
        last = float(numbers.iloc[0])
        for row, number in numbers.items():
            if 1 <= last - number < small_cell:
                few.add(row)
            else:
                last = float(number)
    return few


def _chains_of_limits(counts: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, list[str]]]:
    """Give counts beyond limits: of the same measure, side and kind, and of one limit at any time, after and newly."""
    of_limit = counts[counts["method"].isin(_WITH_LIMITS) & counts["variable"].isin([_ALERT, "incidence"])]
    of_limit = of_limit[(of_limit["variable"] != _ALERT) | of_limit["level"].isin([_OVER, _BEFORE, _AFTER, _NEW])]
    named = of_limit.join(of_limit["term"].astype("object").str.extract(_LIMIT)).dropna(subset=["measure"])
    named = named.assign(side=named["side"].replace(_SIDES))
    of_measure = [*(name for name in _OF if name != "term"), "parameter", "level", "measure", "side", "kind"]
    yield named[named["level"] != _NEW], of_measure
    of_alert = of_limit[of_limit["variable"] == _ALERT]
    yield of_alert[of_alert["level"] != _BEFORE], _OF
    yield of_alert[of_alert["level"].isin([_OVER, _BEFORE])], _OF


def _of_parts(counts: pd.DataFrame, small_cell: int) -> set[Hashable]:
    """Give the parts of the events of a term that leave few with another part alone, or tell of few who had several."""
    variable, level = counts["variable"], counts["level"]
    is_overview = variable == "overview"
    group = level.mask(variable.isin(_BY_INFUSION) | is_overview, _ANY).where(counts["term"] == "", "")
    numbers = counts.assign(group=group, row=counts.index)
    is_whole = (variable == "class-term") | (is_overview & (level == _ANY)) | (variable == _EVER)
    whole = numbers[is_whole | ((variable == "incidence") & (level == "participants"))]
    parts = numbers[variable.isin(_PARTS) | (is_overview & ~level.isin([_ANY, _DIED]))]
    key = [*_OF, "group"]
    hidden = _leaving_few(whole, parts, key, small_cell)
    hidden |= _leaving_few(numbers[variable == _SERIOUS_TERMS], numbers[variable.isin(_OF_SERIOUS)], key, small_cell)
    of_way = numbers[variable == _ALL_BY_WAY], numbers[variable == _FIRST_BY_WAY]
    hidden |= _leaving_few(*of_way, [*key, "level"], small_cell)
    ways = numbers[variable.isin(_COLLECTED)]
    together = ways.assign(stat=ways.groupby(key, sort=False)["stat"].transform("sum"))
    return hidden | _leaving_few(together, whole, key, small_cell, found="row_of_whole")


def _leaving_few(
    whole: pd.DataFrame, parts: pd.DataFrame, key: list[str], small_cell: int, *, found: str = "row"
) -> set[Hashable]:
    """Give the rows of the parts, or of the whole, where the whole has 1 to below ``small_cell`` more than a part."""
    both = parts[[*key, "row", "stat"]].merge(whole[[*key, "row", "stat"]], on=key, suffixes=("", "_of_whole"))
    few = (both["stat_of_whole"] - both["stat"]).between(1, small_cell - 1)
    return {*both.loc[few, found]}


def of_alerts(ard: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Give the counts beyond a limit that would tell another one of the same limit, arm and group.

    Who is newly beyond it is counted among those who were not beyond it before: the size of these tells how many were,
    so that it goes with any gap, also where nobody is. So do equal counts, as at any time and since time zero.

    Parameters
    ----------
    ard
        Results of the schema.
    gaps
        Cells whose counts are suppressed already.

    Returns
    -------
    pandas.DataFrame
        Rows of ``ard``.
    """
    is_alert = (ard["method"] == _ALERTS) & (ard["variable"] == _ALERT) & (ard["stat_name"] == _COUNT)
    counts = ard[is_alert & ard["level"].isin([_OVER, _BEFORE, _AFTER, _NEW]) & (ard["comparator"] == "")]
    if counts.empty:
        return counts
    hidden = counts[is_in(counts, gaps, _CELL)]
    told = is_in(counts, hidden, [*_OF, "stat"])
    return counts[told | ((counts["level"] == _NEW) & is_in(counts, hidden, _OF))]
