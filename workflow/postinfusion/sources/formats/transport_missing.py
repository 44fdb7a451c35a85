"""Special values for missing in SAS transport files, ._ and .A to .Z, which programs read as missing without a word.

References
----------
SAS Institute. The Record Layout of a SAS Version 5 or 6 Data Set in SAS Transport (XPORT) Format, TS-140; and of
Version 8 or 9, TS-140-2. A missing number is a byte with its letter, point or underscore, followed by zeros.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import BinaryIO

import numpy as np

_RECORD = 80
_NUMERIC = 1
_MARKS = (*b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", ord("_"))
_NAMES = (b"NAMESTR", b"NAMSTV8")
_DATA = (b"OBS    ", b"OBSV8  ")
_LENGTH_OF_A_NAME = slice(74, 78)
_NUMBER_OF_NAMES = slice(48, 58)


@dataclass(frozen=True)
class Layout:
    """Where the records of a transport file begin, how long each is, and place and length of each number in it."""

    start: int
    width: int
    numbers: dict[int, tuple[int, int]]


def layout(stream: BinaryIO) -> Layout | None:
    """Give the layout of the first dataset of a transport file; None where its headers are others than the known."""
    length = 0
    for header in _headers(stream):
        if header.startswith(b"MEM", 20):
            length = int(header[_LENGTH_OF_A_NAME])
        elif header[20:27] in _NAMES:
            number = int(header[_NUMBER_OF_NAMES])
            size = number * length
            names = stream.read(size + -size % _RECORD)[:size]
            found = [struct.unpack(">h2xh78xi", names[at : at + 88]) for at in range(0, size, length or 1)]
            if not any(header[20:27] in _DATA for header in _headers(stream)):
                return None
            numbers = {at: (place, long) for at, (kind, long, place) in enumerate(found) if kind == _NUMERIC}
            return Layout(stream.tell(), sum(long for _, long, _ in found), numbers)
    return None


def special_missing(stream: BinaryIO, known: Layout, first: int, number: int) -> dict[int, dict[str, int]]:
    """Count the special values for missing in some records: position of the column → value → how many.

    Parameters
    ----------
    stream
        The file.
    known
        Its layout.
    first, number
        The first of the records, from 0, and how many.
    """
    stream.seek(known.start + first * known.width)
    content = stream.read(number * known.width)
    cells = np.frombuffer(content, dtype="uint8")[: len(content) // known.width * known.width].reshape(-1, known.width)
    counts: dict[int, dict[str, int]] = {}
    for column, (place, length) in known.numbers.items():
        marks = cells[~cells[:, place + 1 : place + length].any(axis=1), place]
        found, numbers = np.unique(marks[np.isin(marks, _MARKS)], return_counts=True)
        if found.size:
            counts[column] = {f".{chr(mark)}": int(times) for mark, times in zip(found, numbers, strict=True)}
    return counts


def _headers(stream: BinaryIO) -> Iterator[bytes]:
    """Give the records of 80 bytes from here on, the one that ends the headers of the data included."""
    yield from takewhile(lambda record: len(record) == _RECORD, iter(lambda: stream.read(_RECORD), b""))
