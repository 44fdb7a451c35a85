"""One column of a table gathered chunk by chunk: only typed cells are kept, and the text of what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.checks import Finding
from postinfusion.sources.typed import Typed

Read = Callable[[pd.Series, int | None], Typed]
Translate = Callable[[pd.Series], pd.Series]
_EMPTY = ""


class Gathered:
    """One column of a table while its chunks come in.

    Numbers and times are typed chunk by chunk. Of text the distinct cells are kept once, with a number for each row:
    what a text column is can be told only when all its cells are known.

    Parameters
    ----------
    read
        Cells, and how many cells of the column hold something where these are only some → the column with its type.
    translate
        Cells of the file → cells with the plan's values, missing ones as NaN.
    named
        Cells of the file → cells with codes for missing as the plan spells them.
    by_cell
        What a cell is does not depend on other cells.
    codes
        What the plan declares missing.
    """

    def __init__(
        self, read: Read, translate: Translate, named: Translate, codes: tuple[str, ...], *, by_cell: bool
    ) -> None:
        self._read, self._translate, self._named, self._by_cell = read, translate, named, by_cell
        self._codes = {code: 0 for code in codes if code != _EMPTY}
        self._parts: list[Typed] = []
        self._numbers: list[npt.NDArray[np.int32]] = []
        self._known: dict[str, int] = {}
        self._told: list[pd.Series] = []
        self._filled = 0

    @property
    def missing(self) -> dict[str, int]:
        """How many cells held each declared code for missing."""
        return {code: number for code, number in self._codes.items() if number}

    def add(self, text: pd.Series) -> None:
        """Add the cells of the next chunk."""
        codes, distinct = pd.factorize(text)
        cells = pd.Series(distinct, dtype="str")
        counts = np.bincount(codes, minlength=len(cells))
        translated = self._translate(cells)
        named = self._named(cells).where(translated.isna())
        for code in self._codes.keys() & {*named.dropna()}:
            self._codes[code] += int(counts[(named == code).to_numpy(dtype="bool")].sum())
        self._filled += int(counts[translated.notna().to_numpy(dtype="bool")].sum())
        if self._by_cell:
            self._add_typed(translated, codes)
        else:
            self._numbers.append(self._numbered(translated).take(codes))

    def _numbered(self, cells: pd.Series) -> npt.NDArray[np.int32]:
        """Give the number of each cell among the distinct ones of the column, -1 for a missing one."""
        known, filled = self._known, cells.notna().to_numpy(dtype="bool")
        numbers = np.full(len(cells), -1, dtype="int32")
        numbers[filled] = [known.setdefault(cell, len(known)) for cell in cells[filled].tolist()]
        return numbers

    def _add_typed(self, cells: pd.Series, codes: npt.NDArray[np.intp]) -> None:
        """Type the distinct cells of a chunk and keep what they are, and the text of what is to be told."""
        typed = _spread(self._read(cells, None), codes)
        self._parts.append(replace(typed, findings=()))
        self._told.append(cells.take(codes[typed.told]))

    def result(self) -> Typed:
        """Give the whole column with everything that is wrong with it."""
        if not self._by_cell:
            return self._of_text()
        names = self._parts[0].columns
        columns = {name: pd.concat([part.columns[name] for part in self._parts], ignore_index=True) for name in names}
        unreadable = np.concatenate([part.unreadable for part in self._parts])
        told = np.concatenate([part.told for part in self._parts])
        text = pd.concat(self._told, ignore_index=True)
        return Typed(self._parts[0].name, columns, unreadable, self._findings(told, text))

    def _of_text(self) -> Typed:
        """Give a column whose type depends on all its distinct cells; the last of these stands for a missing one."""
        distinct = pd.Series([*self._known, None], dtype="str")
        numbers = np.concatenate(self._numbers)
        typed = _spread(self._read(distinct, self._filled), numbers)
        text = distinct.take(numbers[typed.told]).reset_index(drop=True)
        return replace(typed, findings=self._findings(typed.told, text))

    def _findings(self, told: npt.NDArray[np.bool_], text: pd.Series) -> list[Finding]:
        """Give what is to be told about some cells, at their places in the whole column."""
        if not len(text):
            return []
        places = np.flatnonzero(told)
        found = self._read(text, self._filled).findings
        return [replace(finding, positions=places[finding.positions]) for finding in found]


def _spread(typed: Typed, codes: npt.NDArray[np.integer]) -> Typed:
    """Give the column of all cells from that of its distinct cells."""
    columns = {name: pd.Series(cells.array.take(codes)) for name, cells in typed.columns.items()}
    noted = None if typed.noted is None else typed.noted[codes]
    return Typed(typed.name, columns, typed.unreadable[codes], (), noted)
