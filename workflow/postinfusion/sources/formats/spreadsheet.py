"""Read Excel: one sheet as text, with what a sheet can hide told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd

from postinfusion.errors import DataError, Problem, listed, nearest
from postinfusion.io import read as files
from postinfusion.plan.source import Source
from postinfusion.sources.formats import separators
from postinfusion.sources.formats.cell_text import plain
from postinfusion.sources.formats.foreign import parsing
from postinfusion.sources.formats.layout import refuse_second_header, without_totals
from postinfusion.sources.records import Opened, Records, distinct_names, rows_as_text

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_ROWS = 50_000
_FIRST = 60
_LARGEST = 1 << 32
_KIND = "an Excel file"
_PROTECTED = b"\xd0\xcf\x11\xe0"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row (?=[^>]*?\bhidden="(?:1|true)")[^>]*?\br="([0-9]+)"')
_HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col (?=[^>]*?\bhidden="(?:1|true)")[^>]*?>')
_NOT_CALCULATED = re.compile(
    rb'<(?:\w+:)?c (?![^>]*?\bt="str")[^>]*?\br="([A-Z]+[0-9]+)"[^>]*?>\s*'
    rb"<(?:\w+:)?f(?:/>|\s[^>]*?/>|[^<]*?>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_HALF_MILLISECOND = 500


@dataclass(frozen=True)
class _Sheet:
    """One sheet: its name, and the part of the file that holds its cells."""

    name: str
    part: str
    is_visible: bool


def opened(path: Path, source: Source) -> Opened:
    """Open one sheet: its header, and its records chunk by chunk.

    Raises
    ------
    DataError
        The file is no sound Excel file, the sheet is not clear or not there, the header is merged, formulas have no
        value, or a second row of names follows.
    """
    file = source.file
    with files.stream(path) as stream:
        if stream.read(4) == _PROTECTED:
            text = "this is an old or protected Excel file. Save it as .xlsx without a password."
            raise DataError(Problem(file, "", text))
        book, sheets = _book(stream, file)
        sheet = _chosen(source, book, sheets)
        content = _content(book, sheet, file)
        rows = _rows(book, sheet, file)
        number, raw = _header(rows, source, sheet)
        first = [cells for _, cells in zip(range(_FIRST), (cells for _, cells in rows), strict=False)]
    _refuse_merged(content, number, source)
    _refuse_not_calculated(content, file)
    names = tuple(distinct_names(raw, file, number))
    refuse_second_header(names, [[*map(_text, cells)] for cells in first], file, number + 1)
    mark = source.decimal.mark if source.decimal else _decimal_of_text(first)
    return Opened(
        file,
        names,
        lambda wanted: _chunks(path, source, sheet, names=names, header=number, mark=mark, wanted=list(wanted)),
        tuple(_hidden(content, number, file)),
        decimal=mark,
    )


def _decimal_of_text(rows: Iterable[Iterable[object]]) -> str:
    """Give the decimal mark of numbers that were typed as text."""
    return separators.decimal([[cell for cell in cells if isinstance(cell, str)] for cells in rows], ";")


def _book(stream: BinaryIO, file: str) -> tuple[Workbook, list[_Sheet]]:
    """Give the file as openpyxl reads it, with its sheets."""
    from openpyxl.reader.excel import ExcelReader

    with parsing(file, _KIND):
        reader = ExcelReader(stream, read_only=True, data_only=True, keep_links=False)
        if sum(part.file_size for part in reader.archive.infolist()) > _LARGEST:
            raise DataError(Problem(file, "", "the unpacked file is larger than 4 GB. Save the sheet as CSV UTF-8."))
        reader.read()
        sheets = [_Sheet(one.name, way.target, one.state == "visible") for one, way in reader.parser.find_sheets()]
    return reader.wb, [sheet for sheet in sheets if sheet.part.startswith("xl/worksheets/")]


def _chosen(source: Source, book: Workbook, sheets: list[_Sheet]) -> _Sheet:
    """Give the sheet that the plan names, else the only one that holds anything."""
    names = [sheet.name for sheet in sheets]
    if source.sheet is not None:
        by_name = {sheet.name.strip().casefold(): sheet for sheet in sheets}
        found = by_name.get(source.sheet.strip().casefold())
        if found is None and source.sheet.isdigit() and 1 <= int(source.sheet) <= len(sheets):
            found = sheets[int(source.sheet) - 1]
        if found is not None:
            return found
        remedy = nearest(source.sheet, names) or f"There are: {listed(names)}."
        raise DataError(Problem(source.file, "", f'there is no sheet "{source.sheet}". {remedy}'))
    filled = [sheet for sheet in sheets if sheet.is_visible and next(_rows(book, sheet, source.file), None)]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise DataError(Problem(source.file, "", "the file is empty. It needs a row with the names of its columns."))
    text = f"several sheets hold something: {listed(sheet.name for sheet in filled)}. Name one of them as sheet."
    raise DataError(Problem(source.file, "", text))


def _content(book: Workbook, sheet: _Sheet, file: str) -> bytes:
    """Give the part of the file that holds a sheet, for what openpyxl does not tell of a sheet that it streams."""
    with parsing(file, _KIND):
        content: bytes = book._archive.read(sheet.part)  # noqa: SLF001 – the one handle on the parts of the file
    return content


def _rows(book: Workbook, sheet: _Sheet, file: str) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Give the rows that hold something, each with its number.

    Raises
    ------
    DataError
        A cell holds an error of a formula, or the file is damaged.
    """
    with parsing(file, _KIND):
        cells = book[sheet.name]
        cells.reset_dimensions()
        rows = cells.iter_rows()
    number = 0
    while True:
        with parsing(file, _KIND):
            row = next(rows, None)
        if row is None:
            return
        number += 1
        wrong = [cell for cell in row if cell.data_type == "e" and cell.value is not None]
        if wrong:
            what = ", ".join(f"{cell.value} in {cell.coordinate}" for cell in wrong[:3])
            text = f"the sheet holds the error of a formula ({what}). Correct the formula or empty the cell."
            raise DataError(Problem(file, f"row {number}", text))
        values = tuple(cell.value for cell in row)
        if any(value is not None and str(value).strip() for value in values):
            yield number, values


def _header(rows: Iterator[tuple[int, tuple[object, ...]]], source: Source, sheet: _Sheet) -> tuple[int, list[str]]:
    """Give the number of the header and the names in it."""
    for number, cells in rows:
        if source.header_row is None or number == source.header_row:
            return number, [_text(cell) for cell in cells]
        if number > source.header_row:
            break
    what = "is empty" if source.header_row is None else f"has nothing in row {source.header_row}"
    text = f'the sheet "{sheet.name}" {what}. It needs a row with the names of its columns; name it as header_row.'
    raise DataError(Problem(source.file, "", text))


def _refuse_merged(content: bytes, header: int, source: Source) -> None:
    """Refuse merged cells in the header or below it: only the first of them holds what all seem to hold."""
    merged = [tuple(part.decode() for part in found) for found in _MERGED.findall(content)]
    in_table = [(first + top, last + bottom, int(top)) for first, top, last, bottom in merged if int(bottom) >= header]
    if not in_table:
        return
    ranges = listed(f"{first}:{last}" for first, last, _ in in_table)
    remedy = "Unmerge these cells and fill each of them"
    if source.header_row is None and any(top == header for _, _, top in in_table):
        remedy += ", or say with header_row which row holds the names of the columns"
    raise DataError(
        Problem(source.file, f"row {min(top for *_, top in in_table)}", f"merged cells {ranges}. {remedy}.")
    )


def _refuse_not_calculated(content: bytes, file: str) -> None:
    """Refuse formulas without a value: the program that wrote the file has not calculated them."""
    cells = [found.decode() for found in _NOT_CALCULATED.findall(content)]
    if cells:
        text = f"formulas without a stored value: {listed(cells)}. Open the file in Excel, calculate and save it."
        raise DataError(Problem(file, "", text))


def _hidden(content: bytes, header: int, file: str) -> Iterator[Problem]:
    """Warn of rows and columns that people do not see and that are read all the same."""
    rows = np.array([int(found) for found in _HIDDEN_ROW.findall(content) if int(found) > header], dtype="int64")
    if len(rows):
        text = "hidden or filtered out, but read like all others. Delete what is no data, or show the rows."
        yield Problem(file, rows_as_text(rows), text, "warning")
    if _HIDDEN_COLUMN.search(content):
        yield Problem(file, "", "the sheet has hidden columns; they are read like all others.", "warning")


def _chunks(
    path: Path, source: Source, sheet: _Sheet, *, names: tuple[str, ...], header: int, mark: str, wanted: list[str]
) -> Iterator[Records]:
    """Give the records with some columns, chunk by chunk."""
    first = next(name for name in names if name)
    columns = list(dict.fromkeys([*wanted, first]))
    parts = _parts(path, source, sheet, names=names, header=header, mark=mark, columns=columns)
    yield from without_totals(parts, first, wanted)


def _parts(
    path: Path, source: Source, sheet: _Sheet, *, names: tuple[str, ...], header: int, mark: str, columns: list[str]
) -> Iterator[Records]:
    """Give some thousand records after the other; numbers get the decimal mark of those that were typed as text."""
    at = [names.index(name) for name in columns]
    with files.stream(path) as stream:
        book, _ = _book(stream, source.file)
        numbers: list[int] = []
        cells: list[list[str]] = []
        for number, row in _rows(book, sheet, source.file):
            if number <= header:
                continue
            numbers.append(number)
            cells.append([_text(row[place], mark) if place < len(row) else "" for place in at])
            if len(numbers) == _ROWS:
                yield _records(source.file, columns, numbers, cells)
                numbers, cells = [], []
        yield _records(source.file, columns, numbers, cells)


def _records(file: str, columns: list[str], numbers: list[int], cells: list[list[str]]) -> Records:
    """Give cells as records."""
    frame = pd.DataFrame(cells, columns=columns, dtype="str")
    return Records(file, frame, np.array(numbers, dtype="int64"), done=len(numbers))


def _text(value: object, mark: str = ".") -> str:
    """Give one cell as text: whole numbers without a point, times as ISO 8601, midnight as the day alone."""
    if isinstance(value, float) and mark != ".":
        return plain(value).replace(".", mark)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return plain(value / timedelta(hours=1)) if isinstance(value, timedelta) else plain(value)


def _moment(value: datetime) -> str:
    """Give a date-time, with the rounding of binary days taken back."""
    nearest_second = value + timedelta(microseconds=_HALF_MILLISECOND)
    if nearest_second.microsecond < 2 * _HALF_MILLISECOND:
        value = nearest_second.replace(microsecond=0)
    return value.date().isoformat() if value.time() == time(0) else value.isoformat()
