"""Typed columns as the text that the reader of cells knows, whatever format they come from."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_LARGEST_WHOLE = 1e15


def as_text(cells: pa.ChunkedArray, *, days: bool = False) -> pd.Series:
    """Give one column as text without blanks around it; a missing cell is empty.

    Parameters
    ----------
    cells
        The column.
    days
        Its timestamps are days: none has a time of day.

    Raises
    ------
    ArrowInvalid, ArrowNotImplementedError
        No cell of a table can have the type, or times have a zone.
    """
    if pa.types.is_dictionary(cells.type):
        cells = pc.cast(cells, cells.type.value_type)
    if pa.types.is_timestamp(cells.type):
        if cells.type.tz is not None:
            raise pa.ArrowInvalid("times with a zone")
        cells = pc.cast(cells, pa.date32(), safe=False) if days else cells
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    text: pd.Series = pc.cast(cells, pa.string()).to_pandas()
    return text.astype("str").fillna("").str.strip()


def has_time_of_day(cells: pa.ChunkedArray | pa.Array) -> bool:
    """Say whether any timestamp lies off midnight."""
    days = pc.cast(pc.cast(cells, pa.date32(), safe=False), cells.type)
    return bool(pc.any(pc.not_equal(days, cells)).as_py())


def plain(value: object) -> str:
    """Give one cell as text: nothing for a missing one, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _LARGEST_WHOLE else repr(value)
    return str(value).strip()
