"""Counts of the same participants with an event that stand in several analyses of harms, and those still followed.

Adverse events are counted by term and class, by group as side effects, and by group per time of follow-up. What is
suppressed in one of them is not to be read off another.
"""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

ADVERSE_EVENTS, SIDE_EFFECTS, EVENT_RATES = "adverse-events", "side-effects", "event-rates"
_OF_GROUPS = (SIDE_EFFECTS, EVENT_RATES)
_COUNT, _FOLLOWED, _AT_RISK, _DENOMINATOR = "n", "n_participants", "at-risk", "denominator"
_NO_END = ("duration", "time unknown")
_OF_TERM = ["analysis_id", "subgroup", "subgroup_level", "term"]
_OF_ARM = ["population", "subgroup", "subgroup_level", "arm", "stat"]
_LINE = ["analysis_id", "population", "subgroup", "subgroup_level", "variable", "time", "level", "term"]
_CELL = [*_LINE, "arm"]


def is_in(rows: pd.DataFrame, cells: pd.DataFrame, names: list[str]) -> pd.Series:
    """Say which rows share the given columns with any of the cells."""
    if cells.empty:
        return pd.Series(data=False, index=rows.index)
    found = pd.MultiIndex.from_frame(rows[names]).isin(pd.MultiIndex.from_frame(cells[names]))
    return pd.Series(found, index=rows.index)


def without_end(ard: pd.DataFrame) -> pd.Series:
    """Say which rows count those of whom the end of an event was not recorded: a missing value, and no gap."""
    return (ard["variable"] == _NO_END[0]) & (ard["level"] == _NO_END[1]) & (ard["method"] == SIDE_EFFECTS)


def of_same_participants(
    ard: pd.DataFrame, gaps: pd.DataFrame, remainders: pd.DataFrame, small_cell: int
) -> pd.DataFrame:
    """Give the counts of participants with an event that would tell a small one of another analysis.

    Parameters
    ----------
    ard
        Results of the schema.
    gaps
        Cells whose counts are suppressed.
    remainders
        Those of them that leave few of their own total.
    small_cell
        Counts from 1 to below this number are small.

    Returns
    -------
    pandas.DataFrame
        Rows of ``ard``, also those that are gaps already: of a group of events whose arm has the same count as a
        suppressed term or class with a small count in any arm, or as the same group in another analysis; and of all
        that has the counts of a group that leaves few, arm by arm.
    """
    whole = _whole(ard, remainders, small_cell)
    if whole.empty:
        return whole
    source = whole[whole["has_few"] & is_in(whole, gaps, _CELL)]
    in_groups = whole["method"].isin(_OF_GROUPS)
    is_told = is_in(whole, source[~source["method"].isin(_OF_GROUPS)], _OF_ARM)
    is_told |= is_in(whole, source[source["method"].isin(_OF_GROUPS)], [*_OF_ARM, "term"])
    return whole[(in_groups & is_told) | whole["leaves_few"]]


def _whole(ard: pd.DataFrame, remainders: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the counts of participants with an event, and whether they leave few, or stand beside few in any arm."""
    whole = ard[_is_whole(ard)]
    if whole.empty:
        return whole
    by_arm = whole["arm"] + " " + whole["stat"].astype("str")
    of_arms = by_arm.groupby([whole[name] for name in _LINE], sort=False)
    alike = whole.assign(counts=of_arms.transform(lambda counts: "|".join(sorted(counts))))
    leaves_few = is_in(alike, alike[is_in(whole, remainders, _CELL)], [*_OF_ARM, "counts"])
    few = whole[leaves_few | (whole["stat"] < small_cell)]
    return whole.assign(leaves_few=leaves_few, has_few=is_in(whole, few, _LINE))


def _is_whole(ard: pd.DataFrame) -> pd.Series:
    """Say which rows count the participants of an arm with any event of a term, a class or a group."""
    variable, level = ard["variable"], ard["level"]
    of_all = (variable == "overview") & (level == "any")
    found = (ard["method"] == ADVERSE_EVENTS) & ((variable == "class-term") | of_all)
    found |= (ard["method"] == SIDE_EFFECTS) & (variable == "incidence") & (level == "participants")
    found |= (ard["method"] == EVENT_RATES) & variable.isin(["incidence-rate", "event-rate", "recurrent"])
    return found & (ard["stat_name"] == _COUNT) & (ard["comparator"] == "") & (ard["arm"] != "") & (ard["stat"] > 0)


def of_hidden_groups(ard: pd.DataFrame, gaps: pd.DataFrame, remainders: pd.DataFrame, small_cell: int) -> pd.Series:
    """Say which rows describe the events of a group and arm whose participants are suppressed beside a small count.

    Counts of zero are none of them.
    """
    whole = _whole(ard, remainders, small_cell)
    if whole.empty:
        return pd.Series(data=False, index=ard.index)
    hidden = whole[whole["method"].isin(_OF_GROUPS) & whole["has_few"] & is_in(whole, gaps, _CELL)]
    described = is_in(ard, hidden, [*_OF_TERM, "arm"])
    described |= is_in(ard.assign(arm=ard["comparator"]), hidden, [*_OF_TERM, "arm"])
    is_zero = ard["stat_name"].isin([_COUNT, "n_events"]) & (ard["stat"] == 0)
    return ard["method"].isin(_OF_GROUPS) & described & ~is_zero & ~ard["variable"].isin([_AT_RISK, _DENOMINATOR])


def of_few_who_left(ard: pd.DataFrame, small_cell: int) -> pd.Series:
    """Say which numbers still followed would tell that few left, since the start or since the last number shown."""
    few = list[Hashable]()
    of = ard[(ard["variable"] == _AT_RISK) & (ard["stat_name"] == _FOLLOWED) & (ard["method"] == EVENT_RATES)]
    of = of.assign(hours=of["time"].astype("float64")).sort_values("hours")
    for _, numbers in of.groupby([*_OF_TERM, "arm"], sort=False)["stat"]:
        start = last = float(numbers.iloc[0])
        for row, number in numbers.items():
            if any(1 <= before - number < small_cell for before in (start, last)):
                few.append(row)
            else:
                last = float(number)
    return pd.Series(ard.index.isin(few), index=ard.index)
