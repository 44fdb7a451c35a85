"""Read CDISC Dataset-JSON, versions 1.0 and 1.1, also with one record per line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion.errors import DataError, Problem
from postinfusion.io import read as files
from postinfusion.plan.source import Source
from postinfusion.sources.formats.cell_text import plain
from postinfusion.sources.formats.foreign import parsing
from postinfusion.sources.formats.json_walk import Walk
from postinfusion.sources.records import About, Opened, Records, distinct_names

_ROWS = 100_000
_KIND = "JSON text"
_OTHER = (
    "this is JSON, but not CDISC Dataset-JSON 1.0 (clinicalData, itemGroupData) or 1.1 (columns, rows). Export it as "
    "Dataset-JSON, or save the data as CSV UTF-8."
)
_ROOTS = ("clinicalData", "referenceData")
_GROUPS = "itemGroupData"
_DEPTH = 4  # root, itemGroupData, name of the dataset, itemData
Row = list[object]
Way = tuple[str, ...]
_ROWS_OF_1_1: Way = ("rows",)


def opened(path: Path, source: Source) -> Opened:
    """Open a Dataset-JSON file: its columns with labels, and its records chunk by chunk.

    Raises
    ------
    DataError
        The file is no JSON, is other JSON, or holds several datasets or none.
    """
    if source.file.lower().endswith(".ndjson"):
        return _by_line(path, source.file)
    columns, way, size = _dataset(_leaves(path, source.file), source.file)
    return _opened(source.file, columns, lambda: _rows_at(path, source.file, way), size)


def _leaves(path: Path, file: str) -> dict[Way, object]:
    """Give what a file says, by the names that lead there; of its records only how many there are."""
    with files.stream(path) as stream, parsing(file, _KIND):
        walk = Walk(stream)
        found = dict(_walked(walk, (), file))
        if walk.next_mark():
            raise ValueError("something follows the JSON text")
    return found


def _walked(walk: Walk, way: Way, file: str) -> Iterator[tuple[Way, object]]:
    """Give the values on the way to the records and beside it."""
    if walk.next_mark() != "{":
        yield way, walk.value()
        return
    for name in walk.members():
        here = (*way, name)
        if _is_records(here) and walk.next_mark() == "[":
            yield here, sum(1 for _ in _as_rows(walk.elements(), file))
        elif _is_on_the_way(here):
            yield from _walked(walk, here, file)
        else:
            yield here, walk.value()


def _is_records(way: Way) -> bool:
    """Say whether names lead to records."""
    return way == _ROWS_OF_1_1 or (len(way) == _DEPTH and way[1] == _GROUPS and way[-1] == "itemData")


def _is_on_the_way(way: Way) -> bool:
    """Say whether names lead to a dataset of version 1.0, or towards one."""
    return way[0] in _ROOTS and len(way) < _DEPTH and way[1:2] in ((), (_GROUPS,))


def _rows_at(path: Path, file: str, way: Way) -> Iterator[Row]:
    """Give the records to which names lead, one after the other."""
    if not way:
        return
    with files.stream(path) as stream, parsing(file, _KIND):
        walk = Walk(stream)
        for name in way:
            for member in walk.members():
                if member == name:
                    break
                walk.value()
        yield from _as_rows(walk.elements(), file)


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


def _dataset(found: Mapping[Way, object], file: str) -> tuple[list[object], Way, int]:
    """Give the columns of the one dataset of a file, and the way to its records with their number."""
    if _ROWS_OF_1_1 in found:
        columns, way = found.get(("columns",)), _ROWS_OF_1_1
    else:
        groups = list(dict.fromkeys(way[: _DEPTH - 1] for way in found if way[1:2] == (_GROUPS,)))
        if len(groups) > 1:
            raise DataError(Problem(file, "", "the file holds several datasets. Export each to a file of its own."))
        group = groups[0] if groups else ()
        columns, way = found.get((*group, "items")), (*group, "itemData")
    number = found.get(way, 0)
    if not isinstance(columns, list) or not isinstance(number, int):
        raise _refused(file)
    return columns, way if way in found else (), number


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
