"""Where the records of a text with separators begin and end."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import StringIO

import numpy as np

from postinfusion.errors import DataError, Problem
from postinfusion.sources.records import Rows

LONGEST_RECORD = 1 << 26
_QUOTE = ord('"')
_UNCLOSED = "a quotation mark opens here and is not closed. Close or remove it."


@dataclass(frozen=True)
class Place:
    """One record of the text: the lines on which it begins and ends, and how many cells it has."""

    start: int
    end: int
    cells: int
    is_empty: bool


def whole_records(blocks: Iterable[bytes], separator: str) -> Iterator[bytes]:
    """Give a text in blocks that each end where a record ends.

    Parameters
    ----------
    blocks
        The text from the beginning of a record on, cut anywhere.
    separator
        What stands between cells.
    """
    rest = b""
    for block in blocks:
        rest += block
        end = _end_of_last_record(rest, separator.encode())
        if not end and len(rest) > LONGEST_RECORD:
            break  # a quotation mark that is never closed: what follows is told with its line
        if end:
            yield rest[:end]
            rest = rest[end:]
    if rest:
        yield rest


def places(block: bytes, file: str, separator: str, before: int) -> list[Place]:
    """Give where each record of a block stands.

    Parameters
    ----------
    block
        Whole records.
    file
        Name of the file for messages.
    separator
        What stands between cells.
    before
        How many lines stand above the block.

    Raises
    ------
    DataError
        A quotation mark is not closed, so that a record would swallow the lines below it.
    """
    text = block.decode("utf-8", "replace")
    try:
        try:
            return list(_walk(text, separator, before, strict=True))
        except csv.Error:  # a quotation mark within a cell: odd, but it swallows nothing
            return list(_walk(text, separator, before, strict=False))
    except _UnclosedError as found:
        raise DataError(Problem(file, f"row {found.line}", _UNCLOSED)) from None
    except csv.Error:
        what = "a cell holds a carriage return outside quotation marks. Save the file as CSV UTF-8 again."
        raise DataError(Problem(file, "", what)) from None


def empty_lines(block: bytes, separator: str, before: int) -> Rows:
    """Give the lines that hold nothing but separators and blanks, as spreadsheets write them below their data."""
    mark = separator.encode()
    lines = enumerate(block.split(b"\n"), start=before + 1) if _empty_line(mark).search(block) else ()
    nothing = mark + b" \r\t"
    return np.array([number for number, line in lines if line and not line.strip(nothing)], dtype="int64")


@cache
def _empty_line(mark: bytes) -> re.Pattern[bytes]:
    """Give the form of a line that holds nothing."""
    return re.compile(rb"^[ \t" + re.escape(mark) + rb"]+\r?$", re.MULTILINE)


@cache
def _quoted(mark: bytes) -> re.Pattern[bytes]:
    """Give the form of a quoted cell, closed or not."""
    return re.compile(rb"(?:^|(?<=[\n\r" + re.escape(mark) + rb']))"(?:[^"]|"")*(?:"|\Z)')


def _end_of_last_record(text: bytes, mark: bytes) -> int:
    """Give where the last complete record of a text ends; 0 where none does."""
    last = text.rfind(b"\n")
    if last < 0 or b'"' not in text:
        return last + 1
    codes = np.frombuffer(text, dtype="uint8")
    quotes = np.flatnonzero(codes == _QUOTE)
    if not _are_paired(codes, quotes, mark):
        return _end_outside_cells(text, last, mark)
    while last >= 0 and (before := int(np.searchsorted(quotes, last))) % 2:
        last = text.rfind(b"\n", 0, int(quotes[before - 1]))
    return last + 1


def _are_paired(codes: np.ndarray[tuple[int], np.dtype[np.uint8]], quotes: Rows, mark: bytes) -> bool:
    """Say whether every quotation mark opens a cell, closes one, or is doubled within one."""
    borders = np.array([_QUOTE, *b"\r\n", *mark])
    opening, closing = quotes[0::2], quotes[1::2]
    before = codes[opening[opening > 0] - 1]
    after = codes[closing[closing < len(codes) - 1] + 1]
    return bool(np.isin(before, borders).all() and np.isin(after, borders).all())


def _end_outside_cells(text: bytes, last: int, mark: bytes) -> int:
    """Give where the last record ends, walking through all quoted cells."""
    inside = [found.span() for found in _quoted(mark).finditer(text) if b"\n" in found[0]]
    for start, end in reversed(inside):
        if start < last < end:
            last = text.rfind(b"\n", 0, start)
    return last + 1


class _UnclosedError(Exception):
    """A quotation mark is open at the end of its line and of no cell."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _walk(text: str, separator: str, before: int, *, strict: bool) -> Iterator[Place]:
    """Give the records one after the other."""
    reader = csv.reader(StringIO(text), strict=strict, delimiter=separator)
    start = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as cause:
            if reader.line_num > start or "unexpected end" in str(cause):
                raise _UnclosedError(before + start) from cause
            raise
        if row:
            yield Place(before + start, before + reader.line_num, len(row), not any(cell.strip() for cell in row))
        start = reader.line_num + 1
