"""What separates the cells of a text file, and which decimal mark its numbers have: seen once for each file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

SEPARATORS = (",", ";", "\t", "|")
_SEEN = 60
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_POINT = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}")


def separator(lines: str) -> str:
    """Give the separator of a text: the one that its header holds and by which most rows have as many cells.

    Parameters
    ----------
    lines
        The header and some lines below it.
    """
    found = [(share, width, mark) for mark in SEPARATORS for width, share in [_fit(lines, mark)] if width > 1]
    return max(found, key=lambda fit: (fit[0], fit[1]))[2] if found else ","


def _fit(lines: str, mark: str) -> tuple[int, float]:
    """Give how many cells the header has with a separator, and the share of rows that have as many."""
    table = rows(lines, mark)
    if not table:
        return 0, 0.0
    width = len(table[0])
    return width, sum(len(row) == width for row in table) / len(table)


def rows(lines: str, mark: str) -> list[list[str]]:
    """Give the first rows of a text that hold something, as far as they can be told apart."""
    found: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(lines), delimiter=mark):
            if any(cell.strip() for cell in row):
                found.append(row)
            if len(found) == _SEEN:
                break
    except csv.Error:
        return found
    return found


def decimal(table: Iterable[Sequence[str]], mark: str) -> str:
    """Give the decimal mark that the numbers of a text show: a comma only where it separates nothing.

    Parameters
    ----------
    table
        Some rows of cells.
    mark
        The separator.
    """
    if mark == ",":
        return "."
    cells = [cell.strip() for row in table for cell in row]
    commas = sum(_COMMA.fullmatch(cell) is not None for cell in cells)
    points = sum(_POINT.fullmatch(cell) is not None for cell in cells)
    return "," if commas > points else "."


def may_mark_thousands(table: Iterable[Sequence[str]], mark: str) -> bool:
    """Say whether the marks in the numbers of a text may stand between thousands: all have three digits behind them.

    A comma is doubted wherever it is no separator; a point only between semicolons, which programs write where the
    comma is the decimal mark.

    Parameters
    ----------
    table
        Some rows of cells.
    mark
        The separator.
    """
    cells = [cell.strip() for row in table for cell in row]
    marked = [cell for cell in cells if _COMMA.fullmatch(cell) or _POINT.fullmatch(cell)]
    found = {group[1] for cell in marked if (group := _THOUSANDS.fullmatch(cell))}
    doubted = {",", "."} if mark == ";" else {","}
    return mark != "," and bool(found & doubted) and all(_THOUSANDS.fullmatch(cell) for cell in marked)
