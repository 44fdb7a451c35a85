"""Read files of SPSS, Stata and SAS: what they declare missing is counted and missing, dates are ISO 8601."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from postinfusion.io import read as files
from postinfusion.plan.source import Labels, Source
from postinfusion.sources.formats.cell_text import as_text
from postinfusion.sources.formats.foreign import parsing
from postinfusion.sources.formats.transport_missing import layout, special_missing
from postinfusion.sources.records import About, Opened, Records, distinct_names

ROWS = 100_000
_KINDS = {
    ".sav": "an SPSS file",
    ".zsav": "an SPSS file",
    ".dta": "a Stata file",
    ".sas7bdat": "a SAS file",
    ".xpt": "a SAS transport file",
}
_USER_MISSING = (".sav", ".zsav", ".dta", ".sas7bdat")


def opened(path: Path, source: Source) -> Opened:
    """Open a file of SPSS, Stata or SAS: its columns with labels, and its records chunk by chunk.

    Raises
    ------
    DataError
        The file is of another kind or damaged, or two columns have the same name.
    """
    ending = Path(source.file.lower()).suffix
    _, meta = _read(path, source, ending, metadataonly=True)
    names = tuple(distinct_names(list(meta.column_names), source.file, None))
    raw = dict(zip(names, meta.column_names, strict=True))
    about = {name: _about(meta, theirs) for name, theirs in raw.items()}
    return Opened(
        source.file,
        names,
        lambda wanted: _chunks(path, source, ending, {name: raw[name] for name in wanted}, about),
        about=about,
        size=meta.number_rows or 0,
    )


def _read(path: Path, source: Source, ending: str, **options: Any) -> tuple[pd.DataFrame, Any]:  # noqa: ANN401 – pyreadstat's
    """Give what pyreadstat reads of a file."""
    import pyreadstat

    readers: Mapping[str, Callable[..., tuple[pd.DataFrame, Any]]] = {
        ".sav": pyreadstat.read_sav,
        ".zsav": pyreadstat.read_sav,
        ".dta": pyreadstat.read_dta,
        ".sas7bdat": pyreadstat.read_sas7bdat,
        ".xpt": pyreadstat.read_xport,
    }
    if source.encoding is not None:
        options["encoding"] = str(source.encoding).upper()
    with files.stream(path) as stream, parsing(source.file, _KINDS[ending]):
        return readers[ending](stream, **options)


def _about(meta: Any, name: str) -> About:  # noqa: ANN401 – pyreadstat's
    """Give label and labels of values of one column."""
    labels = meta.variable_value_labels.get(name, {})
    return About(
        (meta.column_names_to_labels.get(name) or "").strip(), {_cell(code): str(text) for code, text in labels.items()}
    )


def _chunks(
    path: Path, source: Source, ending: str, wanted: dict[str, str], about: Mapping[str, About]
) -> Iterator[Records]:
    """Give the records with some columns, chunk by chunk."""
    options: dict[str, Any] = {"user_missing": True} if ending in _USER_MISSING else {}
    special = _SpecialMissing(path, wanted, [*about]) if ending == ".xpt" else None
    done = 0
    while True:
        frame, meta = _read(
            path, source, ending, usecols=[*wanted.values()] or None, row_offset=done, row_limit=ROWS, **options
        )
        if done and frame.empty:
            return
        texts: dict[str, pd.Series] = {}
        missing: dict[str, dict[str, int]] = {}
        for name, raw in wanted.items():
            cells, codes = _without_missing(frame[raw], meta, raw)
            text = _text(cells)
            if source.labels is Labels.LABELS and about[name].values:
                text = text.map(dict(about[name].values)).fillna(text).astype("str")
            texts[name] = text
            if codes:
                missing[name] = codes
        if special is not None:
            missing |= special.counted(done, len(frame))
        rows = np.arange(done + 1, done + len(frame) + 1, dtype="int64")
        done += len(frame)
        yield Records(source.file, pd.DataFrame(texts, index=frame.index), rows, missing=missing, done=done)
        if len(frame) < ROWS:
            return


class _SpecialMissing:
    """The special values for missing of a SAS transport file, which pyreadstat gives as missing without telling."""

    def __init__(self, path: Path, wanted: Collection[str], names: Sequence[str]) -> None:
        self._path, self._wanted, self._names = path, wanted, names
        with files.stream(path) as stream:
            self._layout = layout(stream)

    def counted(self, first: int, number: int) -> dict[str, dict[str, int]]:
        """Give wanted column → value → how many there are in some records."""
        if self._layout is None:
            return {}
        with files.stream(self._path) as stream:
            found = special_missing(stream, self._layout, first, number)
        named = {self._names[at]: counts for at, counts in found.items()}
        return {name: counts for name, counts in named.items() if name in self._wanted}


def _without_missing(cells: pd.Series, meta: Any, name: str) -> tuple[pd.Series, dict[str, int]]:  # noqa: ANN401
    """Give a column without the values that the file declares missing, and how often each occurred."""
    declared = np.zeros(len(cells), dtype="bool")
    ranges = meta.missing_ranges.get(name, []) if meta.missing_ranges else []
    for span in ranges:
        low, high = span["lo"], span["hi"]
        declared |= (cells == low).to_numpy() if isinstance(low, str) else _between(cells, low, high)
    letters = {*(meta.missing_user_values.get(name, []) if meta.missing_user_values else [])}
    if letters:
        declared |= cells.isin(letters).to_numpy()
    if not declared.any():
        return cells, {}
    found = cells[declared].map(_cell).value_counts(sort=False)
    prefix = "." if letters else ""
    return cells.mask(declared), {f"{prefix}{code}": int(number) for code, number in found.items()}


def _between(cells: pd.Series, low: float, high: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say which cells lie in a range of missing values, its ends included."""
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    return (values >= low) & (values <= high)


def _text(cells: pd.Series) -> pd.Series:
    """Give a column as text."""
    if cells.dtype == object:
        return cells.map(_cell).astype("str").fillna("")
    return as_text(pa.chunked_array([pa.array(cells, from_pandas=True)])).set_axis(cells.index)


def _cell(value: object) -> str:
    """Give one cell as text."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    number = float(str(value))
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
