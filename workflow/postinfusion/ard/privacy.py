"""Results that may leave the trial's team: small counts and what gives them away are taken out.

A count from 1 to below the limit is suppressed (primary suppression), and with it every statistic of the same cell.
Where a single suppressed count could be found by subtraction from a total over arms or over levels, the smallest
other count of that line goes too (secondary suppression), until no line has exactly one gap. Minimum and maximum are
values of single persons and always go.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.ard.schema import KEY

COUNT = "n"
INDIVIDUAL = ("min", "max")
SUPPRESSED = "suppressed"
_LINE = ["level", "term"]
_CELL = [name for name in KEY if name not in ("stat_name", "comparator")]
_TABLE = [name for name in _CELL if name not in ("arm", *_LINE)]
_EXPLAINS_NOTHING = ("denominator",)


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
    hidden &= ard["stat"].notna()
    return ard.assign(stat=ard["stat"].mask(hidden), error=ard["error"].mask(hidden, SUPPRESSED))


def _gaps(ard: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the cells whose counts are suppressed, primarily or secondarily; most tables have none."""
    counts = ard[(ard["stat_name"] == COUNT) & (ard["comparator"] == "") & ~ard["variable"].isin(_EXPLAINS_NOTHING)]
    number = counts.groupby(_TABLE, sort=False).ngroup()
    with_gaps = counts[number.isin(number[counts["stat"].between(1, small_cell - 1)])]
    found = [_gaps_of_table(table, small_cell) for _, table in with_gaps.groupby(_TABLE, sort=False)]
    return pd.concat(found) if found else counts.iloc[:0][_CELL]


def _gaps_of_table(table: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the suppressed cells of one table of levels by arms."""
    wide = table.pivot_table(index=_LINE, columns="arm", values="stat", aggfunc="first", sort=False)
    values = wide.to_numpy()
    gap = _secondary(values, (values >= 1) & (values < small_cell))
    line, arm = np.nonzero(gap)
    levels = wide.index[line]
    keys = pd.DataFrame({"level": levels.get_level_values(0), "term": levels.get_level_values(1)})
    keys["arm"] = wide.columns[arm]
    return keys.assign(**{name: table[name].iloc[0] for name in _TABLE})[_CELL]


def _secondary(values: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Add gaps until no row and no column of a table with several cells has exactly one."""
    gap = gap.copy()
    for _ in range(gap.size):
        before = gap.sum()
        for line, gaps in [*zip(values, gap, strict=True), *zip(values.T, gap.T, strict=True)]:
            others = ~gaps & (line > 0)
            if gaps.sum() == 1 and others.any():
                gaps[np.flatnonzero(others)[np.argmin(line[others])]] = True
        if gap.sum() == before:
            break
    return gap


def _in_cells(ard: pd.DataFrame, cells: pd.DataFrame, side: str) -> pd.Series:
    """Say which rows belong to one of the cells, with the arm of the cell on the given side of a comparison."""
    names = [side if name == "arm" else name for name in _CELL]
    keys = pd.MultiIndex.from_frame(ard[names])
    wanted = pd.MultiIndex.from_frame(cells.set_axis(names, axis=1)) if len(cells) else keys[:0]
    found = pd.Series(keys.isin(wanted), index=ard.index)
    return found & (ard["comparator"] != "") if side == "comparator" else found
