"""One line on the terminal that says how much of a large file is read."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

LARGE = {"bytes": 50_000_000, "rows": 1_000_000}
_CLEAR = "\r\x1b[K"


class ReadingLine:
    """A line that is written again after each chunk of a large file, on a terminal only, and gone at the end."""

    def __init__(self) -> None:
        self._is_shown = False

    def __enter__(self) -> Self:
        """Begin without a line."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away, so that what follows begins on an empty one."""
        if self._is_shown:
            print(_CLEAR, end="", file=sys.stderr, flush=True)

    def show(self, file: str, done: int, size: int, unit: str) -> None:
        """Say how much of a file is read; small files say nothing."""
        if max(done, size) >= LARGE[unit] and sys.stderr.isatty():
            self._is_shown = True
            print(f"{_CLEAR}  {told(file, done, size, unit)}", end="", file=sys.stderr, flush=True)


def told(file: str, done: int, size: int, unit: str) -> str:
    """Give how much of a file is read in words.

    Parameters
    ----------
    file
        Name of the file.
    done, size
        How much is read, and how much there is; 0 where that is not known.
    unit
        ``rows`` or ``bytes``.

    >>> told("scores.parquet", 12_400_000, 50_000_000, "rows"), told("scores.csv", 250_000_000, 2_000_000_000, "bytes")
    ('scores.parquet … 12.4 of 50.0 million rows', 'scores.csv … 0.2 of 2.0 GB')
    """
    scale, noun = (1e6, "million rows") if unit == "rows" else (1e9, "GB")
    of = f" of {size / scale:.1f}" if size else ""
    return f"{file} … {done / scale:.1f}{of} {noun}"
