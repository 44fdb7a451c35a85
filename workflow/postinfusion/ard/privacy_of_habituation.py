"""Odds of a side effect over the infusions, of all and of completers: what they tell of the few who stopped early."""

from __future__ import annotations

import pandas as pd

from postinfusion.ard.privacy_of_harms import is_in

_HABITUATION, _COMPLETERS, _ALL = "habituation", "completers", "all"
_INCIDENCE, _PARTICIPANTS = "incidence", "participants"
_COUNT, _SIZE = "n", "n_participants"
_OF_FACTOR = ["analysis_id", "subgroup", "term", "arm"]
_OF = ["analysis_id", "subgroup", "subgroup_level", "term", "arm"]


def is_of_completers(ard: pd.DataFrame) -> pd.Series:
    """Say which rows are of completers alone."""
    return (ard["variable"] == _HABITUATION) & (ard["level"] == _COMPLETERS)


def of_few_who_stopped(ard: pd.DataFrame, gaps: pd.DataFrame, small_cell: int) -> pd.Series:
    """Say which odds over the number of the infusion rest on a suppressed incidence, or tell of few by subtraction.

    Completers and all together tell how many of those who stopped early had the event, and how many had none: of all
    participants, of a group, and of those in no group of a factor, whom all and the groups tell.

    Parameters
    ----------
    ard
        Results of the schema.
    gaps
        Cells whose counts are suppressed.
    small_cell
        Counts from 1 to below this number are small.
    """
    is_one = ard["variable"] == _HABITUATION
    if not is_one.any():
        return is_one
    affected = gaps[(gaps["variable"] == _INCIDENCE) & (gaps["level"] == _PARTICIPANTS)]
    counts = ard[is_one & ard["stat_name"].isin([_COUNT, _SIZE])]
    wide = counts.pivot_table(index=_OF, columns=["stat_name", "level"], values="stat", aggfunc="first")
    stopped = pd.DataFrame({name: wide[name, _ALL] - wide[name, _COMPLETERS] for name in (_COUNT, _SIZE)})
    told = is_in(ard, _few(stopped, small_cell), _OF) | is_in(ard, _few(_in_no_group(stopped), small_cell), _OF_FACTOR)
    return is_one & (is_in(ard, affected, _OF) | (is_of_completers(ard) & told))


def _in_no_group(stopped: pd.DataFrame) -> pd.DataFrame:
    """Give how many of those who stopped, with the event and at all, are in no group of each factor."""
    is_group = stopped.index.get_level_values("subgroup") != ""
    together = stopped[is_group].groupby(level=_OF_FACTOR).sum()
    everybody = stopped[~is_group].droplevel(["subgroup", "subgroup_level"])
    of = pd.MultiIndex.from_frame(together.index.to_frame()[[*everybody.index.names]])
    return everybody.reindex(of).set_axis(together.index) - together


def _few(stopped: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the lines of which few stopped, with the event, without it, or at all."""
    rest = stopped.assign(without=stopped[_SIZE] - stopped[_COUNT])
    return rest[(rest.ge(1) & rest.lt(small_cell)).any(axis=1)].reset_index()
