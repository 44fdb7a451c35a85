"""Records of one file as text, whatever its format: the one form from which typed tables are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.errors import DataError, Problem, counted
from postinfusion.sources.names import are_names

Rows = npt.NDArray[np.int64]
Chunks = Callable[[Collection[str]], Iterator["Records"]]
_SHOWN_ROWS = 5
_REDCAP_LABEL = "Complete?"


@dataclass(frozen=True)
class Records:
    """Some columns of a file, or of a chunk of it.

    Attributes
    ----------
    file
        Name of the file.
    frame
        Their column names, all text without blanks around it; a missing cell is empty.
    rows
        Where each record stands: the line of a text file, the row of a sheet, else the number of the record from 1.
    problems
        Why a wanted column is not among them, and what else is wrong with the file.
    missing
        Their column → code → how many cells the file itself declares missing; those are empty in ``frame``.
    done
        How much of the file was read with this chunk, in the unit of :attr:`Opened.size`.
    """

    file: str
    frame: pd.DataFrame
    rows: Rows
    problems: tuple[Problem, ...] = ()
    missing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    done: int = 0

    def keep(self, mask: npt.NDArray[np.bool_]) -> Records:
        """Give some of the records."""
        return replace(self, frame=self.frame.loc[mask].reset_index(drop=True), rows=self.rows[mask])

    def take(self, positions: npt.NDArray[np.intp]) -> Records:
        """Give the records at some positions, which may repeat."""
        return replace(self, frame=self.frame.iloc[positions].reset_index(drop=True), rows=self.rows[positions])


@dataclass(frozen=True)
class About:
    """What a file says about one of its columns beside the name.

    Attributes
    ----------
    label
        One clause; empty where there is none.
    values
        Code → label of the value.
    """

    label: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A file whose header is known and whose records can be read chunk by chunk, as often as wanted.

    Attributes
    ----------
    file
        Name of the file for messages.
    header
        Names of its columns.
    chunks
        Names of wanted columns → their records, one chunk after the other.
    problems
        Warnings about the file as a whole.
    about
        Column → label and labels of values, where the format has them.
    size, unit
        How large the file is, in ``bytes`` or ``rows``; 0 where that is not known.
    decimal
        The decimal mark of its numbers, a point or a comma.
    derived
        Columns of the header that the file does not have as such: they follow from others.
    """

    file: str
    header: tuple[str, ...]
    chunks: Chunks
    problems: tuple[Problem, ...] = ()
    about: Mapping[str, About] = field(default_factory=dict)
    size: int = 0
    unit: str = "rows"
    decimal: str = "."
    derived: tuple[str, ...] = ()

    def records(self, wanted: Collection[str]) -> Records:
        """Give all records with some of the columns at once."""
        chunks = list(self.chunks(wanted))
        return Records(
            self.file,
            pd.concat([chunk.frame for chunk in chunks], ignore_index=True),
            np.concatenate([chunk.rows for chunk in chunks]),
            distinct_problems(chunk.problems for chunk in chunks),
            added(chunk.missing for chunk in chunks),
        )


def distinct_problems(found: Iterable[Iterable[Problem]]) -> tuple[Problem, ...]:
    """Give problems of several chunks, each once."""
    return tuple(dict.fromkeys(problem for problems in found for problem in problems))


def added(counts: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """Give the sums of counts by column and code."""
    total: dict[str, dict[str, int]] = {}
    for count in counts:
        for column, codes in count.items():
            into = total.setdefault(column, {})
            for code, number in codes.items():
                into[code] = into.get(code, 0) + number
    return total


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


def distinct_names(names: list[str], file: str, row: int | None = 1) -> list[str]:
    """Give the names of columns without blanks around them.

    REDCap heads an export with labels by the labels of its fields, which repeat from form to form, that of the state of
    each form in any case: there the second and later of a name are numbered, as in ``Complete? (2)``.

    Parameters
    ----------
    names
        The names as they stand.
    file
        Name of the file for messages.
    row
        The row in which they stand; None for a format without rows.

    Raises
    ------
    DataError
        Two columns have the same name.
    """
    stripped = [name.strip() for name in names]
    if _REDCAP_LABEL in stripped:
        stripped = _numbered(stripped)
    repeated = sorted({name for name in stripped if name and stripped.count(name) > 1})
    if repeated:
        shown = f": {', '.join(repeated)}" if are_names(stripped) else ""
        what = f"{counted(len(repeated), 'column name')} more than once in the header{shown}."
        place = "" if row is None else f"row {row}"
        raise DataError(Problem(file, place, f"{what} Rename or remove the others."))
    return stripped


def _numbered(names: list[str]) -> list[str]:
    """Give names of which the second and later occurrences carry their number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return found
