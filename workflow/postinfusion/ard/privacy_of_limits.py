"""Counts that hold each other, as of what had passed by 2 h and by 4 h: their difference may be a small count."""

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
_OF = ["analysis_id", "population", "subgroup", "subgroup_level", "term", "arm"]
_CELL = ["analysis_id", "population", "subgroup", "subgroup_level", "parameter", "visit", "time", "variable", "level",
         "term", "arm"]  # fmt: skip


def of_nested_counts(ard: pd.DataFrame, gaps: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the counts that would tell, with a larger one that is shown, that few are in the one and not in the other.

    Compared are, of the same arm: what had passed by each limit and at all, and of this what had without a treatment;
    participants with a side effect, those of known onset, and those who had it under a prophylaxis; who had a
    prophylaxis and who had the side effect under it; serious events, and those within 7 days and 24 hours of an
    infusion; and events, withdrawals and deaths by each time and at all. The larger count stays.

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
    of_harms = ard["method"].isin([SIDE_EFFECTS, ADVERSE_EVENTS, EVENT_RATES])
    counts = ard[of_harms & (ard["stat_name"] == _COUNT) & (ard["comparator"] == "") & (ard["stat"] > 0)]
    counts = counts[~is_in(counts, gaps, [name for name in _CELL if name in gaps])]
    hidden = set[Hashable]()
    for chain, names in _chains(counts):
        hidden |= _of_small_steps(chain[~chain.index.isin(hidden)], names, small_cell)
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
