"""Samples of files: all of a small file, some rows of each chunk of a large one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion.errors import DataError, Problem
from postinfusion.io import read as files
from postinfusion.plan.source import JSON, SPREADSHEETS, Source, is_read
from postinfusion.sources.formats.registry import opened
from postinfusion.sources.recognition.evidence import Sample, names_of
from postinfusion.sources.records import Opened, Records

WHOLE = 200_000
PER_CHUNK = 5_000
Progress = Callable[[str, int, int, str], None]


def sample(path: Path, options: Mapping[str, str] | None = None, progress: Progress | None = None) -> Sample:
    """Give the cells of a file from which its content is recognised.

    Parameters
    ----------
    path
        The file.
    options
        What the plan says of the file, such as the sheet.
    progress
        Called after each chunk with the name of the file, what is done, the size, and their unit.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    source = Source.model_validate({"file": path.name, **(options or {})})
    file = opened(path, source)
    kept, rows = [], 0
    for chunk in chunks(file, progress):
        rows += len(chunk.rows)
        kept.append(chunk.frame if rows <= WHOLE else _some(chunk.frame))
    frame = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(file.header), dtype="str")
    labels = {name: about.values for name, about in file.about.items() if about.values}
    titles = {name: about.label for name, about in file.about.items() if about.label}
    return Sample(path.name, _named(frame), rows, labels, file.decimal, options or {}, titles)


def chunks(file: Opened, progress: Progress | None = None) -> Iterator[Records]:
    """Give all columns of a file chunk by chunk, and tell how far it is."""
    wanted = [name for name in file.header if name]
    for chunk in file.chunks(wanted):
        if progress:
            progress(file.file, chunk.done, file.size, file.unit)
        yield chunk


def sheets(path: Path) -> tuple[str, ...]:
    """Give the names of the sheets of a spreadsheet that hold something; one empty name for any other file."""
    if not path.name.lower().endswith(SPREADSHEETS):
        return ("",)
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True)
        found = tuple(sheet.title for sheet in book.worksheets if any(any(row) for row in _first_rows(sheet)))
        book.close()
    except Exception as cause:
        raise DataError(Problem(path.name, "", "the file cannot be read as Excel. Save it again.")) from cause
    return found if len(found) > 1 else ("",)


def header_row(path: Path, sheet: str = "") -> int | None:
    """Give the row of a spreadsheet with the names of its columns where titles stand above it; None where none do.

    A title is a first row with less than half the cells of the fullest one; the names are the first full row of texts.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True)
        chosen = book[sheet] if sheet else next(one for one in book.worksheets if any(map(any, _first_rows(one))))
        rows = [[cell for cell in row if str(cell or "").strip()] for row in _first_rows(chosen)]
        book.close()
    except Exception as cause:
        raise DataError(Problem(path.name, "", "the file cannot be read as Excel. Save it again.")) from cause
    fullest = max(map(len, rows), default=0)
    full = [number for number, row in enumerate(rows, 1) if len(row) > fullest / 2 and len(row) > 1]
    title = next((number for number, row in enumerate(rows, 1) if row), 0)
    if not full or full[0] == title or not all(isinstance(cell, str) for cell in rows[full[0] - 1]):
        return None
    return full[0]


def data_files(path: Path) -> list[Path]:
    """Give the files of a path that can be read: itself, or those in the folder.

    Raises
    ------
    DataError
        There is no such file or folder, or nothing in it can be read.
    """
    if path.is_dir():
        found = [path / name for name in files.names(path) if _is_table(path / name)]
        if not found:
            raise DataError(Problem(path.name, "", "no file in this folder is of a kind that can be read."))
        return found
    if not path.is_file():
        raise DataError(Problem(path.name, "", "there is no such file. Correct its path."))
    Source(file=path.name)
    return [path]


def _is_table(path: Path) -> bool:
    """Say whether a file of a folder can be read; JSON that is no dataset is nothing that was given on purpose."""
    if path.name.startswith((".", "~")) or not is_read(path.name):
        return False
    if not path.name.lower().endswith(JSON):
        return True
    try:
        opened(path, Source(file=path.name))
    except DataError:
        return False
    return True


def _first_rows(sheet: object) -> Iterator[tuple[object, ...]]:
    """Give the first rows of a sheet."""
    yield from sheet.iter_rows(max_row=20, values_only=True)  # type: ignore[attr-defined]


def _some(frame: pd.DataFrame) -> pd.DataFrame:
    """Give rows of a chunk at equal distances."""
    return frame.iloc[np.unique(np.linspace(0, len(frame) - 1, PER_CHUNK).astype("int64"))] if len(frame) else frame


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns that have a name."""
    return frame[[name for name in names_of(frame) if str(name)]]
