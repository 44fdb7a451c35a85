"""Results that may leave the trial's team: small counts and what gives them away are taken out.

A count from 1 to below the limit is suppressed (primary suppression), and with it every statistic of the same cell.
Counts add up over arms, and over levels where these divide the participants or the part above them; where a single
suppressed count of such a line could be found by subtraction, the smallest other count of the line goes too (secondary
suppression), until no line has exactly one gap. Minimum and maximum are values of single persons and always go; so do
numbers of events in a table with any gap, since they add up too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.ard.schema import KEY

COUNT = "n"
EVENTS = "n_events"
INDIVIDUAL = ("min", "max")
SUPPRESSED = "suppressed"
_DENOMINATOR = "denominator"
_CELL = [name for name in KEY if name not in ("stat_name", "comparator")]
_ARMS_OF = [name for name in _CELL if name not in ("arm", "level", "term")]
_TABLE = [*_ARMS_OF, "parent"]


def public(ard: pd.DataFrame, *, small_cell: int) -> pd.DataFrame:
    """Give the results without what could tell of a single participant.

    Parameters
    ----------
    ard
        Results of the schema.
    small_cell
        Counts from 1 to below this number are suppressed.

    Returns
    -------
    pandas.DataFrame
        The same rows; a suppressed one has NaN and ``suppressed`` in ``error``.
    """
    gaps = _gaps(ard, small_cell)
    hidden = _in_cells(ard, gaps, "arm") | _in_cells(ard, gaps, "comparator") | ard["stat_name"].isin(INDIVIDUAL)
    hidden |= (ard["stat_name"] == EVENTS) & (ard["stat"] > 0) & _in_tables(ard, gaps)
    hidden &= ard["stat"].notna()
    return ard.assign(stat=ard["stat"].mask(hidden), error=ard["error"].mask(hidden, SUPPRESSED))


def _gaps(ard: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the cells whose counts are suppressed, primarily or secondarily; most tables have none."""
    counts = ard[(ard["stat_name"] == COUNT) & (ard["comparator"] == "") & (ard["variable"] != _DENOMINATOR)]
    totals = ard[(ard["variable"] == _DENOMINATOR) & (ard["stat_name"] == "n_total")]
    counts = counts.assign(parent=counts["level"].where(counts["term"] != "", ""))
    number = counts.groupby(_TABLE, sort=False).ngroup()
    with_gaps = counts[number.isin(number[counts["stat"].between(1, small_cell - 1)])]
    of_analysis = {key: found.set_index("arm")["stat"] for key, found in totals.groupby("analysis_id")}
    found = [
        _gaps_of_table(table, of_analysis.get(table["analysis_id"].iloc[0]), small_cell)
        for _, table in with_gaps.groupby(_TABLE, sort=False)
    ]
    return pd.concat(found) if found else counts.iloc[:0][_CELL]


def _gaps_of_table(table: pd.DataFrame, totals: pd.Series | None, small_cell: int) -> pd.DataFrame:
    """Give the suppressed cells of one table of levels, or of the terms of one level, by arms."""
    wide = table.pivot_table(index=["level", "term"], columns="arm", values="stat", aggfunc="first", sort=False)
    values = wide.to_numpy()
    gap = (values >= 1) & (values < small_cell)
    line, arm = np.nonzero(_secondary(values, gap, divides=_divides(wide, totals)))
    levels = wide.index[line]
    keys = pd.DataFrame({"level": levels.get_level_values(0), "term": levels.get_level_values(1)})
    keys["arm"] = wide.columns[arm]
    return keys.assign(**{name: table[name].iloc[0] for name in _ARMS_OF})[_CELL]


def _divides(wide: pd.DataFrame, totals: pd.Series | None) -> bool:
    """Say whether the levels divide the participants of each arm: then they add up to a number that is printed."""
    return totals is not None and bool((wide.sum() == totals.reindex(wide.columns)).all())


def _secondary(values: np.ndarray, gap: np.ndarray, *, divides: bool) -> np.ndarray:
    """Add gaps until no line that adds up to a printed number has exactly one.

    A zero is hidden only where the levels divide the participants and nothing else of the line is left.
    """
    gap = gap.copy()
    for _ in range(gap.size):
        before = gap.sum()
        for line, gaps in [*zip(values, gap, strict=True), *zip(values.T, gap.T, strict=True)]:
            _hide_another(line, gaps, zeros=divides)
        if gap.sum() == before:
            break
    return gap


def _hide_another(line: np.ndarray, gaps: np.ndarray, *, zeros: bool) -> None:
    """Add the smallest other count of a line with exactly one gap, in place."""
    if gaps.sum() != 1:
        return
    positive = ~gaps & (line > 0)
    others = positive if positive.any() or not zeros else ~gaps
    if others.any():
        gaps[np.flatnonzero(others)[np.argmin(line[others])]] = True


def _in_tables(ard: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Say which rows belong to a table that has any gap."""
    keys = pd.MultiIndex.from_frame(ard[_ARMS_OF])
    return pd.Series(keys.isin(pd.MultiIndex.from_frame(cells[_ARMS_OF]) if len(cells) else keys[:0]), index=ard.index)


def _in_cells(ard: pd.DataFrame, cells: pd.DataFrame, side: str) -> pd.Series:
    """Say which rows belong to one of the cells, with the arm of the cell on the given side of a comparison."""
    names = [side if name == "arm" else name for name in _CELL]
    keys = pd.MultiIndex.from_frame(ard[names])
    wanted = pd.MultiIndex.from_frame(cells.set_axis(names, axis=1)) if len(cells) else keys[:0]
    found = pd.Series(keys.isin(wanted), index=ard.index)
    return found & (ard["comparator"] != "") if side == "comparator" else found
