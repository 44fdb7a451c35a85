"""Read Parquet: typed columns become text in the one spelling that the reader of cells knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from postinfusion.errors import Problem
from postinfusion.io import chunks as file_chunks
from postinfusion.plan.source import Source
from postinfusion.sources.formats.cell_text import as_text, has_time_of_day
from postinfusion.sources.formats.foreign import parsing
from postinfusion.sources.records import Opened, Records, distinct_names

_KIND = "a Parquet file"


def opened(path: Path, source: Source) -> Opened:
    """Open a Parquet file: its columns, and its records chunk by chunk.

    A column of timestamps that all lie at midnight is one of dates. One whose type no cell of a table can have, or that
    holds times with a zone, is left out and told among the problems.

    Raises
    ------
    DataError
        The file is not Parquet, or two columns have the same name.
    """
    schema, size = file_chunks.parquet_schema(path)
    names = tuple(distinct_names(list(schema.names), source.file, None))
    raw = dict(zip(names, schema.names, strict=True))
    return Opened(
        source.file, names, lambda wanted: _chunks(path, source.file, {name: raw[name] for name in wanted}), size=size
    )


def _chunks(path: Path, file: str, wanted: dict[str, str]) -> Iterator[Records]:
    """Give the records with some columns, chunk by chunk."""
    schema, _ = file_chunks.parquet_schema(path)
    with parsing(file, _KIND):
        days = _days(path, [raw for raw in wanted.values() if _is_local_timestamp(schema.field(raw).type)])
    done, given = 0, False
    batches = file_chunks.parquet_batches(path, [*wanted.values()])
    while True:
        with parsing(file, _KIND):
            batch = next(batches, None)
        if batch is None and given:
            return
        table = schema.empty_table() if batch is None else pa.Table.from_batches([batch])
        yield _records(table, file, wanted, days, done)
        done, given = done + table.num_rows, True


def _records(table: pa.Table, file: str, wanted: dict[str, str], days: set[str], before: int) -> Records:
    """Give one chunk as text."""
    texts: dict[str, pd.Series] = {}
    problems: list[Problem] = []
    for name, raw in wanted.items():
        try:
            texts[name] = as_text(table[raw], days=raw in days)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            kind = table[raw].type
            text = f'"{name}" has the type {kind}, which cannot be read. Export text, numbers or local times.'
            problems.append(Problem(file, "", text))
    done = before + table.num_rows
    frame = pd.DataFrame(texts, index=pd.RangeIndex(table.num_rows))
    return Records(file, frame, np.arange(before + 1, done + 1), tuple(problems), done=done)


def _is_local_timestamp(kind: pa.DataType) -> bool:
    """Say whether a column holds timestamps without a zone."""
    return pa.types.is_timestamp(kind) and kind.tz is None


def _days(path: Path, columns: Collection[str]) -> set[str]:
    """Give the columns of timestamps of which none has a time of day."""
    days = {*columns}
    if not days:
        return days
    for batch in file_chunks.parquet_batches(path, sorted(days)):
        days -= {name for name in days if has_time_of_day(batch.column(name))}
        if not days:
            break
    return days
