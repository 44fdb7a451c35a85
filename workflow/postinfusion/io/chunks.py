"""Large Parquet files chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from postinfusion.errors import DataError, Problem, nearest

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROWS = 250_000


def parquet_chunks(
    path: str | Path, columns: Sequence[str] | None = None, *, factors: Sequence[str] = (), rows: int = ROWS
) -> Iterator[pd.DataFrame]:
    """Give a Parquet file as frames of some rows each.

    Parameters
    ----------
    path
        The file.
    columns
        Which columns; all where left out.
    factors
        Columns of text to give as Categoricals, which is fast where few values repeat often.
    rows
        At most so many rows per frame.

    Raises
    ------
    DataError
        There is no such file, it is not Parquet, or it lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = Path(path)
    try:
        names = pq.read_schema(file).names
    except FileNotFoundError:
        raise DataError(Problem(file.name, "", "there is no such file. Correct its name.")) from None
    except pa.ArrowInvalid:
        raise DataError(Problem(file.name, "", "this is not a Parquet file.")) from None
    wanted = list(names if columns is None else columns)
    lacking = [name for name in (*wanted, *factors) if name not in names]
    if lacking:
        raise DataError(
            [Problem(file.name, "", f'no column "{name}". {nearest(name, names)}'.strip()) for name in lacking]
        )
    with pq.ParquetFile(file, read_dictionary=list(factors)) as parquet:
        for batch in parquet.iter_batches(batch_size=rows, columns=wanted):
            frame = batch.to_pandas()
            yield frame.assign(**{name: _in_order(frame[name]) for name in factors})


def parquet_schema(path: Path) -> tuple[pa.Schema, int]:
    """Give the columns of a Parquet file with their types, and how many rows it has.

    Raises
    ------
    DataError
        There is no such file, or it is not Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as parquet:
            return parquet.schema_arrow, parquet.metadata.num_rows
    except FileNotFoundError:
        raise DataError(Problem(path.name, "", "there is no such file. Correct its name.")) from None
    except (pa.ArrowException, OSError):
        raise DataError(Problem(path.name, "", "this is not a Parquet file. Export it again.")) from None


def parquet_batches(path: Path, columns: Sequence[str], rows: int = ROWS) -> Iterator[pa.RecordBatch]:
    """Give some columns of a Parquet file in batches of rows, with the types that the file declares."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as parquet:
        yield from parquet.iter_batches(batch_size=rows, columns=list(columns))


def _in_order(column: pd.Series[pd.CategoricalDtype]) -> pd.Series[pd.CategoricalDtype]:
    """Give a Categorical with its categories sorted: those of a file come in the order in which they occur."""
    return column.cat.reorder_categories(sorted(column.cat.categories))
