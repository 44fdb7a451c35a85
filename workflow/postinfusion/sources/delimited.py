"""Read comma-separated text: every cell as text, and every record with the line on which it stands."""

from __future__ import annotations

import csv
from collections.abc import Collection
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
    """Give the records of a file with some of its columns; the others are not kept.

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
        Rows have more or fewer cells than the header, or the text is not UTF-8.
    """
    raw = {name.strip(): name for name in _raw_header(content, file)}
    frame = _cells(content, [raw[name] for name in wanted], file).set_axis(list(wanted), axis=1)
    return Records(file, frame, _lines(content, len(frame), len(raw)))


def _raw_header(content: bytes, file: str) -> list[str]:
    """Give the first row as it stands."""
    _require_utf8(content, file)
    names = next(csv.reader(StringIO(_first_lines(content))), [])
    if not any(name.strip() for name in names):
        raise DataError(Problem(file, "", "the file is empty. It needs a row with the names of its columns."))
    for separator, noun in _OTHER_SEPARATORS.items():
        if len(names) == 1 and separator in names[0]:
            text = f"the columns are separated by {noun}. Save the file with commas (CSV UTF-8)."
            raise DataError(Problem(file, "row 1", text))
    return names


def _require_utf8(content: bytes, file: str) -> None:
    """Refuse a file that is not UTF-8, with the line on which it stops being so."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as cause:
        line = content[: cause.start].count(b"\n") + 1
        text = "the text is not UTF-8. Save the file as CSV UTF-8."
        raise DataError(Problem(file, f"row {line}", text)) from cause


def _first_lines(content: bytes) -> str:
    """Give the text up to the end of the header, which quotation marks may stretch over several lines."""
    lines = content[:_LONGEST_HEADER].removeprefix(_BYTE_ORDER_MARK).splitlines(keepends=True)
    is_open = bool(lines) and lines[0].count(b'"') % 2 == 1
    return b"".join(lines if is_open else lines[:1]).decode("utf-8", errors="ignore")


def _cells(content: bytes, columns: list[str], file: str) -> pd.DataFrame:
    """Give the wanted columns as text without blanks around it."""
    wrong: list[tuple[int, int, int]] = []

    def note(row: object) -> str:
        wrong.append((row.number, row.actual_columns, row.expected_columns))  # type: ignore[attr-defined]
        return "skip"

    try:
        table = arrow_csv.read_csv(
            BytesIO(content),
            read_options=arrow_csv.ReadOptions(use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as cause:
        text = "the file cannot be read as CSV. Look for a quotation mark that is not closed."
        raise DataError(Problem(file, "", text)) from cause
    if wrong:
        raise DataError(_uneven(wrong, file))
    return pd.DataFrame({name: table[name].to_pandas().astype("str").str.strip() for name in columns})


def _uneven(wrong: list[tuple[int, int, int]], file: str) -> Problem:
    """Say which rows have another number of cells than the header."""
    rows = np.array([number for number, _, _ in wrong], dtype="int64")
    expected = wrong[0][2]
    text = f"the header has {expected} columns, but here are more or fewer. Put a text that holds a comma in quotes."
    return Problem(file, rows_as_text(rows), text)


def _lines(content: bytes, records: int, columns: int) -> Rows:
    """Give the line on which each record stands; the header is line 1."""
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    if lines == records + 1:
        return np.arange(2, records + 2)
    reader = csv.reader(StringIO(content.decode("utf-8-sig")))
    next(reader, None)
    found = [reader.line_num for row in reader if len(row) == columns]
    return np.array(found if len(found) == records else range(2, records + 2), dtype="int64")
