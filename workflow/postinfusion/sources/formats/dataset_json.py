"""Read CDISC Dataset-JSON, versions 1.0 and 1.1, also with one record per line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion.errors import DataError, Problem
from postinfusion.io import read as files
from postinfusion.plan.source import Source
from postinfusion.sources.formats.cell_text import plain
from postinfusion.sources.formats.foreign import parsing
from postinfusion.sources.records import About, Opened, Records, distinct_names

_ROWS = 100_000
_KIND = "JSON text"
_OTHER = (
    "this is JSON, but not CDISC Dataset-JSON 1.0 (clinicalData, itemGroupData) or 1.1 (columns, rows). Export it as "
    "Dataset-JSON, or save the data as CSV UTF-8."
)
Row = list[object]


def opened(path: Path, source: Source) -> Opened:
    """Open a Dataset-JSON file: its columns with labels, and its records chunk by chunk.

    Raises
    ------
    DataError
        The file is no JSON, is other JSON, or holds several datasets or none.
    """
    if source.file.lower().endswith(".ndjson"):
        return _by_line(path, source.file)
    with parsing(source.file, _KIND):
        tree = json.loads(files.bytes_(path).decode("utf-8-sig"))
    columns, rows = _dataset(tree, source.file)
    return _opened(source.file, columns, lambda: iter(rows), len(rows))


def _by_line(path: Path, file: str) -> Opened:
    """Open a file with one record per line below a line that describes the columns."""

    def lines() -> Iterator[object]:
        with files.stream(path) as stream, parsing(file, _KIND):
            for line in stream:
                if line.strip():
                    yield json.loads(line.decode("utf-8-sig"))

    head = next(lines(), None)
    if not isinstance(head, dict) or not isinstance(head.get("columns"), list):
        raise _refused(file)
    number = head.get("records")
    size = number if isinstance(number, int) else 0
    return _opened(file, head["columns"], lambda: _as_rows(islice(lines(), 1, None), file), size)


def _as_rows(found: Iterable[object], file: str) -> Iterator[Row]:
    """Give records that are lists."""
    for row in found:
        if not isinstance(row, list):
            raise _refused(file)
        yield row


def _dataset(tree: object, file: str) -> tuple[list[object], list[Row]]:
    """Give the columns and the records of the one dataset of a file."""
    if not isinstance(tree, dict):
        raise _refused(file)
    if isinstance(tree.get("columns"), list) and isinstance(tree.get("rows"), list):
        return tree["columns"], list(_as_rows(tree["rows"], file))
    groups: list[object] = []
    for kind in ("clinicalData", "referenceData"):
        part = tree.get(kind)
        data = part.get("itemGroupData") if isinstance(part, dict) else None
        groups += [*data.values()] if isinstance(data, dict) else []
    if len(groups) > 1:
        raise DataError(Problem(file, "", "the file holds several datasets. Export each to a file of its own."))
    group = groups[0] if groups else None
    if not isinstance(group, dict) or not isinstance(group.get("items"), list):
        raise _refused(file)
    rows = group.get("itemData", [])
    if not isinstance(rows, list):
        raise _refused(file)
    return group["items"], list(_as_rows(rows, file))


def _opened(file: str, columns: list[object], rows: Callable[[], Iterator[Row]], size: int) -> Opened:
    """Give the open file."""
    named = [column for column in columns if isinstance(column, dict) and isinstance(column.get("name"), str)]
    if len(named) < len(columns) or not named:
        raise _refused(file)
    names = tuple(distinct_names([str(column["name"]) for column in named], file, None))
    about = {name: About(str(column.get("label") or "")) for name, column in zip(names, named, strict=True)}
    return Opened(file, names, lambda wanted: _chunks(file, names, rows, list(wanted)), about=about, size=size)


def _chunks(
    file: str, names: tuple[str, ...], rows: Callable[[], Iterator[Row]], wanted: list[str]
) -> Iterator[Records]:
    """Give the records with some columns, chunk by chunk."""
    at = [names.index(name) for name in wanted]
    found, done = rows(), 0
    while True:
        part = list(islice(found, _ROWS))
        if done and not part:
            return
        wrong = [done + place for place, row in enumerate(part, start=1) if len(row) != len(names)]
        if wrong:
            text = f"the file describes {len(names)} columns, but here are others. Export it again."
            raise DataError(Problem(file, f"row {wrong[0]}", text))
        cells = [[_text(row[place], file) for place in at] for row in part]
        frame = pd.DataFrame(cells, columns=wanted, dtype="str", index=pd.RangeIndex(len(part)))
        numbers = np.arange(done + 1, done + len(part) + 1, dtype="int64")
        done += len(part)
        yield Records(file, frame, numbers, done=done)
        if not part:
            return


def _text(value: object, file: str) -> str:
    """Give one cell as text."""
    if isinstance(value, list | dict):
        raise _refused(file)
    return plain(value)


def _refused(file: str) -> DataError:
    """Give the error that the JSON is of another kind."""
    return DataError(Problem(file, "", _OTHER))
