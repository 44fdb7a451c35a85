"""Whatever bytes a file holds: readers give records or say what is wrong, and never fail in another way."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postinfusion.errors import DataError
from postinfusion.plan.source import Source
from postinfusion.sources.formats.registry import READERS, opened

FRAME = pd.DataFrame({"id": ["a", "b", "c"], "x": [1.0, 2.5, 3.0], "y": ["2031-01-06", "", "p"]})
ANYWHERE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
JSON = {"columns": [{"name": name} for name in FRAME], "rows": FRAME.to_numpy().tolist()}


def _sheet(path: Path) -> None:
    """Write a sheet."""
    book = openpyxl.Workbook()
    for row in [[*FRAME], *FRAME.to_numpy().tolist()]:
        book.worksheets[0].append(row)
    book.save(path)


# No Python package writes .sas7bdat; its reader is fuzzed from random bytes only.
MAKERS: dict[str, Callable[[Path], object]] = {
    ".csv": lambda path: FRAME.to_csv(path, index=False),
    ".tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t", encoding="utf-16"),
    ".xlsx": _sheet,
    ".parquet": FRAME.to_parquet,
    ".sav": lambda path: pyreadstat.write_sav(FRAME, path),
    ".zsav": lambda path: pyreadstat.write_sav(FRAME, path, compress=True),
    ".dta": lambda path: pyreadstat.write_dta(FRAME, path),
    ".xpt": lambda path: pyreadstat.write_xport(FRAME, path, file_format_version=5),
    ".json": lambda path: path.write_text(json.dumps(JSON)),
    ".ndjson": lambda path: path.write_text("\n".join(map(json.dumps, [JSON, *JSON["rows"]]))),
}


@cache
def sound(ending: str) -> bytes:
    """Give the bytes of a sound file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        MAKERS[ending](path)
        return path.read_bytes()


def read(content: bytes, ending: str, folder: Path) -> None:
    """Read all that a file holds; only an error for people is let pass."""
    path = folder / f"a{ending}"
    path.write_bytes(content)
    with suppress(DataError):
        found = opened(path, Source(file=path.name))
        records = found.records([name for name in found.header if name])
        assert len(records.rows) == len(records.frame)
        assert records.frame.notna().all(axis=None)


@pytest.mark.parametrize("ending", MAKERS)
def test_every_format_gives_the_same_records(ending: str, tmp_path: Path):
    (tmp_path / f"a{ending}").write_bytes(sound(ending))
    found = opened(tmp_path / f"a{ending}", Source(file=f"a{ending}"))
    cells = found.records(["y", "x", "id"]).frame
    assert cells["id"].tolist() == ["a", "b", "c"]
    assert pd.to_numeric(cells["x"]).tolist() == [1.0, 2.5, 3.0]
    assert cells["y"].tolist() == ["2031-01-06", "", "p"]


@ANYWHERE
@given(share=st.floats(0, 1))
@pytest.mark.parametrize("ending", MAKERS)
def test_a_file_that_is_cut_off_is_read_or_refused(ending: str, share: float, tmp_path: Path):
    content = sound(ending)
    read(content[: int(share * len(content))], ending, tmp_path)


@ANYWHERE
@given(at=st.floats(0, 1, exclude_max=True), put=st.binary(min_size=1, max_size=6))
@pytest.mark.parametrize("ending", MAKERS)
def test_a_file_with_damaged_bytes_is_read_or_refused(ending: str, at: float, put: bytes, tmp_path: Path):
    content = sound(ending)
    place = int(at * len(content))
    read(content[:place] + put + content[place + len(put) :], ending, tmp_path)


@ANYWHERE
@given(content=st.binary(max_size=300))
@pytest.mark.parametrize("ending", READERS)
def test_any_bytes_are_read_or_refused(ending: str, content: bytes, tmp_path: Path):
    read(content, ending, tmp_path)


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_file_with_the_ending_of_another_kind_is_read_or_refused(ending: str, kind: str, tmp_path: Path):
    read(sound(kind), ending, tmp_path)


@pytest.mark.parametrize("ending", READERS)
def test_an_empty_file_is_refused(ending: str, tmp_path: Path):
    path = tmp_path / f"a{ending}"
    path.write_bytes(b"")
    with pytest.raises(DataError):
        opened(path, Source(file=path.name))
