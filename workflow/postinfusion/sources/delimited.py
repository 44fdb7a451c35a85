"""Read comma-separated text: every cell as text, and every record with the line on which it stands."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from postinfusion.errors import DataError, Problem
from postinfusion.sources.records import Records, Rows, distinct_names, rows_as_text

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_HEADER = 200_000
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_ABOVE_HEADER = re.compile(rb'(\xef\xbb\xbf)?("?sep=.?"?\r?\n)?([ ,]*\r?\n)*', re.IGNORECASE)
_EMPTY_LINE = re.compile(rb"^[ ,]+\r?$", re.MULTILINE)
_OTHER_KINDS = {
    b"PK\x03\x04": "this is an Excel file. Save the sheet as CSV UTF-8.",
    b"\xd0\xcf\x11\xe0": "this is an Excel file. Save the sheet as CSV UTF-8.",
    b"PAR1": "this is a Parquet file. Let its name end in .parquet.",
    b"$FL2": "this is an SPSS file. Save it as CSV UTF-8.",
    b"\x1f\x8b": "this is a compressed file. Unpack it.",
}
_UNCLOSED = "a quotation mark opens here and is not closed. Close or remove it."


@dataclass(frozen=True)
class _Place:
    """One record of the text: the lines on which it begins and ends, and how many cells it has."""

    start: int
    end: int
    cells: int
    is_empty: bool


def header(content: bytes, file: str) -> tuple[str, ...]:
    """Give the names of the columns.

    Raises
    ------
    DataError
        The file is empty, is not UTF-8, separates columns otherwise, or repeats a name.
    """
    names = _raw_header(content, file)
    return tuple(distinct_names(names, file))


def read(content: bytes, wanted: Collection[str], file: str) -> Records:
    """Give the records of a file with some of its columns; records that are empty throughout are left out.

    Parameters
    ----------
    content
        The bytes of the file.
    wanted
        Names of columns that the header has.
    file
        Name of the file for messages.

    Raises
    ------
    DataError
        Rows have more or fewer cells than the header, a quotation mark is not closed, or the text is not UTF-8.
    """
    raw = {name.strip(): name for name in _raw_header(content, file)}
    frame = _cells(content, [raw[name] for name in wanted], file, len(raw)).set_axis(list(wanted), axis=1)
    records = Records(file, frame, _lines(content, len(frame), len(raw), file))
    return records.keep(~np.isin(records.rows, _empty_lines(content)))


def _raw_header(content: bytes, file: str) -> list[str]:
    """Give the row with the names of the columns as it stands."""
    _require_text(content, file)
    names = next(csv.reader(StringIO(_first_lines(content))), [])
    if not any(name.strip() for name in names):
        raise DataError(Problem(file, "", "the file is empty. It needs a row with the names of its columns."))
    for separator, noun in _OTHER_SEPARATORS.items():
        if len(names) == 1 and separator in names[0]:
            text = f"the columns are separated by {noun}. Save the file with commas (CSV UTF-8)."
            raise DataError(Problem(file, f"row {1 + _skipped(content)}", text))
    return names


def _require_text(content: bytes, file: str) -> None:
    """Refuse a file that is no text in UTF-8, with what it is or the line on which it stops being so."""
    for beginning, what in _OTHER_KINDS.items():
        if content.startswith(beginning):
            raise DataError(Problem(file, "", what))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as cause:
        line = content[: cause.start].count(b"\n") + 1
        text = "the text is not UTF-8. Save the file as CSV UTF-8."
        raise DataError(Problem(file, f"row {line}", text)) from cause
    if b"\x00" in content:
        raise DataError(Problem(file, "", "this is no text. Save the data as CSV UTF-8."))


def _skipped(content: bytes) -> int:
    """Give how many lines stand above the header: empty ones, and one where Excel wrote ``sep=,``."""
    above = _ABOVE_HEADER.match(content)
    return above[0].count(b"\n") if above else 0


def _first_lines(content: bytes) -> str:
    """Give the text up to the end of the header, which quotation marks may stretch over several lines."""
    lines = content[:_LONGEST_HEADER].removeprefix(_BYTE_ORDER_MARK).splitlines(keepends=True)[_skipped(content) :]
    is_open = bool(lines) and lines[0].count(b'"') % 2 == 1
    return b"".join(lines if is_open else lines[:1]).decode("utf-8", errors="ignore")


def _cells(content: bytes, columns: list[str], file: str, expected: int) -> pd.DataFrame:
    """Give the wanted columns as text without blanks around it."""
    wrong: list[tuple[int, int]] = []

    def note(row: object) -> str:
        if row.text.strip(" ,\r\n\t"):  # type: ignore[attr-defined]
            wrong.append((row.number + _skipped(content), row.actual_columns))  # type: ignore[attr-defined]
        return "skip"

    try:
        table = arrow_csv.read_csv(
            BytesIO(content),
            read_options=arrow_csv.ReadOptions(use_threads=False, skip_rows=_skipped(content)),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as cause:
        _places(content, file)
        text = "the file cannot be read as CSV. Look for a quotation mark that is not closed."
        raise DataError(Problem(file, "", text)) from cause
    if wrong:
        found = [place for place in _places(content, file) if place.cells != expected and not place.is_empty]
        raise DataError(list(_uneven([(place.end, place.cells) for place in found] or wrong, expected, file)))
    return pd.DataFrame({name: table[name].to_pandas().astype("str").str.strip() for name in columns})


def _uneven(wrong: list[tuple[int, int]], expected: int, file: str) -> Iterator[Problem]:
    """Say which rows have another number of cells than the header, for each such number."""
    for actual in sorted({cells for _, cells in wrong}):
        rows = np.array([number for number, cells in wrong if cells == actual], dtype="int64")
        remedy = "Put a text that holds a comma in quotes, or write a decimal point instead of a decimal comma."
        remedy = "A comma is missing." if actual < expected else remedy
        text = f"the header has {expected} columns, but here are {actual}. {remedy}"
        yield Problem(file, rows_as_text(rows), text)


def _lines(content: bytes, records: int, columns: int, file: str) -> Rows:
    """Give the line on which each record stands; the first line of the file is line 1."""
    skipped = _skipped(content)
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    in_turn = np.arange(2 + skipped, records + 2 + skipped, dtype="int64")
    if lines == records + 1 + skipped and content.count(b'"') % 2 == 0:
        return in_turn
    found = [place.end for place in _places(content, file) if place.cells == columns]
    return np.array(found, dtype="int64") if len(found) == records else in_turn


def _empty_lines(content: bytes) -> Rows:
    """Give the lines that hold nothing but commas and blanks, as spreadsheets write them below their data."""
    lines = enumerate(content.split(b"\n"), start=1) if _EMPTY_LINE.search(content) else ()
    return np.array([number for number, line in lines if line and not line.strip(b" ,\r")], dtype="int64")


def _places(content: bytes, file: str) -> list[_Place]:
    """Give where each record below the header stands.

    Raises
    ------
    DataError
        A quotation mark is not closed, so that a record would swallow the lines below it.
    """
    text, skipped = content.decode("utf-8-sig"), _skipped(content)
    try:
        try:
            return list(_walk(text, skipped, strict=True))
        except csv.Error:  # a quotation mark within a cell: odd, but it swallows nothing
            return list(_walk(text, skipped, strict=False))
    except _UnclosedError as found:
        raise DataError(Problem(file, f"row {found.line}", _UNCLOSED)) from None
    except csv.Error:
        text = "a cell holds a carriage return outside quotation marks. Save the file as CSV UTF-8 again."
        raise DataError(Problem(file, "", text)) from None


class _UnclosedError(Exception):
    """A quotation mark is open at the end of its line and of no cell."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _walk(text: str, skipped: int, *, strict: bool) -> Iterator[_Place]:
    """Give the records below the header one after the other."""
    reader = csv.reader(StringIO(text), strict=strict)
    for _ in range(skipped + 1):
        next(reader, None)
    start = reader.line_num + 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as cause:
            if reader.line_num > start or "unexpected end" in str(cause):
                raise _UnclosedError(start) from cause
            raise
        if row:
            yield _Place(start, reader.line_num, len(row), not any(cell.strip() for cell in row))
        start = reader.line_num + 1
