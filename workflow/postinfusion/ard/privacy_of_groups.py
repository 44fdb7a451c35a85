"""Participants in no group of a factor: what all have and what the groups have tells what these few have."""

from __future__ import annotations

import pandas as pd

from postinfusion.ard.privacy_of_harms import ADVERSE_EVENTS, EVENT_RATES, SIDE_EFFECTS

_COUNT, _TOTAL, _DENOMINATOR = "n", "n_total", "denominator"
_OF_ALL = (ADVERSE_EVENTS, SIDE_EFFECTS, EVENT_RATES)
"""Methods that count all participants of an arm, whoever has no event among them."""
_CELL = ["analysis_id", "population", "parameter", "visit", "time", "variable", "level", "term", "arm"]


def few_in_no_group(ard: pd.DataFrame, repeated: pd.Series, small_cell: int) -> pd.DataFrame:
    """Give the lines of which few participants in no group of a factor are counted, or are not.

    Parameters
    ----------
    ard
        Results of the schema, without counts of missing values.
    repeated
        Which rows are of a method that repeats its rows in groups.
    small_cell
        Counts from 1 to below this number are small.

    Returns
    -------
    pandas.DataFrame
        Analysis, factor (``subgroup``), line and arm of each; none of a factor that all have a value of.
    """
    numbers = ard[repeated.reindex(ard.index) & (ard["comparator"] == "")]
    is_size = numbers["variable"] == _DENOMINATOR
    sizes = _rests(numbers[is_size & (numbers["stat_name"] == _TOTAL)], ["analysis_id", "arm"])
    with_some = sizes.loc[sizes["rest"] > 0, ["analysis_id", "subgroup", "arm", "rest"]].rename(
        columns={"rest": "size"}
    )
    counts = _rests(numbers[~is_size & (numbers["stat_name"] == _COUNT)], _CELL)
    lines = counts.merge(with_some, on=["analysis_id", "subgroup", "arm"])
    if lines.empty:
        return lines
    totals = _rests(numbers[~is_size & (numbers["stat_name"] == _TOTAL)], _CELL).rename(columns={"rest": "total"})
    lines = lines.merge(totals[[*_CELL, "subgroup", "total"]], on=[*_CELL, "subgroup"], how="left")
    size = lines["total"].fillna(lines["size"].where(lines["method"].isin(_OF_ALL)))
    is_few = lines["rest"].between(1, small_cell - 1) | (size - lines["rest"]).between(1, small_cell - 1)
    return lines[is_few]


def _rests(numbers: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Give what each number of all participants has more than the groups of each factor together, as ``rest``."""
    in_groups, of_all = numbers[numbers["subgroup"] != ""], numbers[numbers["subgroup"] == ""]
    together = in_groups.groupby(["subgroup", *names], sort=False)["stat"].sum().rename("known").reset_index()
    both = together.merge(of_all[[*dict.fromkeys([*names, "method"]), "stat"]], on=names)
    return both.assign(rest=both["stat"] - both["known"])
