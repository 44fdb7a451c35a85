"""Read Parquet: typed columns become text in the one spelling that the reader of cells knows."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from postinfusion.errors import Problem
from postinfusion.io import read as files
from postinfusion.sources.records import Records


def read(path: Path, wanted: Collection[str], file: str) -> Records:
    """Give the records of a file with some of its columns.

    A column of timestamps that all lie at midnight is one of dates. One whose type no cell of a table can have, or that
    holds times with a zone, is left out and told among the problems.
    """
    table = files.table(path, list(wanted))
    texts: dict[str, pd.Series] = {}
    problems: list[Problem] = []
    for name in wanted:
        try:
            texts[name] = _text(table[name])
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            text = (
                f'"{name}" has the type {table[name].type}, which cannot be read. Export text, numbers or local times.'
            )
            problems.append(Problem(file, "", text))
    frame = pd.DataFrame(texts, index=pd.RangeIndex(table.num_rows))
    return Records(file, frame, np.arange(1, table.num_rows + 1), tuple(problems))


def _text(cells: pa.ChunkedArray) -> pd.Series:
    """Give one column as text without blanks around it; a missing cell is empty."""
    if pa.types.is_dictionary(cells.type):
        cells = pc.cast(cells, cells.type.value_type)
    if pa.types.is_timestamp(cells.type):
        cells = _dates_where_midnight(cells)
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    text: pd.Series = pc.cast(cells, pa.string()).to_pandas()
    return text.astype("str").fillna("").str.strip()


def _dates_where_midnight(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give timestamps as dates where none has a time of day."""
    if cells.type.tz is not None:
        raise pa.ArrowInvalid("times with a zone")
    days = pc.cast(cells, pa.date32(), safe=False)
    has_time = pc.any(pc.not_equal(pc.cast(days, cells.type), cells)).as_py()
    return cells if has_time else days
