"""Records of one file as text, whatever its format: the one form from which typed tables are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.errors import DataError, Problem, counted

Rows = npt.NDArray[np.int64]
_SHOWN_ROWS = 5


@dataclass(frozen=True)
class Records:
    """Some columns of a file.

    Attributes
    ----------
    file
        Name of the file.
    frame
        Their column names, all text without blanks around it; a missing cell is empty.
    rows
        Where each record stands: the line of a text file, the number of the record from 1 otherwise.
    problems
        Why a wanted column is not among them.
    """

    file: str
    frame: pd.DataFrame
    rows: Rows
    problems: tuple[Problem, ...] = ()

    def keep(self, mask: npt.NDArray[np.bool_]) -> Records:
        """Give some of the records."""
        return Records(self.file, self.frame.loc[mask].reset_index(drop=True), self.rows[mask])

    def take(self, positions: npt.NDArray[np.intp]) -> Records:
        """Give the records at some positions, which may repeat."""
        return Records(self.file, self.frame.iloc[positions].reset_index(drop=True), self.rows[positions])


def rows_as_text(rows: Rows, among: Rows | None = None) -> str:
    """Give row numbers as people read them: all, or the first few and how many there are.

    Parameters
    ----------
    rows
        The rows to name.
    among
        All rows of the table, where "all" may be said.

    >>> rows_as_text(np.array([203])), rows_as_text(np.array([14, 88]))
    ('row 203', 'rows 14, 88 (2)')
    """
    distinct = np.unique(rows)
    if len(distinct) == 1:
        return f"row {distinct[0]}"
    if among is not None and len(distinct) == len(np.unique(among)):
        return f"all {len(distinct):,} rows"
    more = ", …" if len(distinct) > _SHOWN_ROWS else ""
    return f"rows {', '.join(map(str, distinct[:_SHOWN_ROWS]))}{more} ({len(distinct):,})"


def distinct_names(names: list[str], file: str) -> list[str]:
    """Give the names of columns without blanks around them.

    Raises
    ------
    DataError
        Two columns have the same name.
    """
    stripped = [name.strip() for name in names]
    repeated = sorted({name for name in stripped if name and stripped.count(name) > 1})
    if repeated:
        what = f"{counted(len(repeated), 'column name')} more than once in the header: {', '.join(repeated)}."
        raise DataError(Problem(file, "row 1", f"{what} Rename or remove the others."))
    return stripped
