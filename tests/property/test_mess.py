"""Whatever dialect a file is written in and however it is damaged: true values are read, or the file is refused."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from postinfusion.datasets.canonical import TABLES
from postinfusion.datasets.checks import check
from postinfusion.errors import DataError
from postinfusion.plan.parse import parse
from postinfusion.sources.read import Canonical, canonical_tables

PLAN = """\
plan: 1
title: A trial of random values
data: synthetic
seed: 1
sources:
  participants: {file: people.csv}
  assessments: {file: FILE}
missing_codes: [NA, "-99"]
design:
  kind: parallel
  time_zero: randomisation
  arms: [{name: Ketamine, role: experimental}, {name: Midazolam, role: reference}]
schedule:
  - {visit: Baseline, at: 0 h}
  - {visit: Day 7, at: 7 d}
populations: {randomised: {rule: allocated}}
endpoints: {score: {measure: Score, label: Score, better: lower}}
analyses: {flow: {method: disposition}}
"""
HEADER = ("id", "measure", "value", "taken")
START = datetime.fromisoformat("2031-01-06T09:00")
SETTINGS = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
Row = tuple[str, str, float | None, datetime]


@dataclass(frozen=True)
class Dialect:
    """How a text is written."""

    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    quoting: int = csv.QUOTE_MINIMAL
    line_end: str = "\n"
    missing: str = "NA"


@st.composite
def rows(draw: st.DrawFn) -> tuple[Row, ...]:
    """Give true values of a few participants, each at another time."""
    numbers = st.one_of(st.none(), st.integers(-4000, 4000).map(lambda number: number / 100), st.integers(0, 60))
    found = draw(st.lists(st.tuples(st.sampled_from(["P1", "P2", "P3"]), numbers), min_size=2, max_size=9))
    return tuple(
        (person, "Score", None if value is None else float(value), START + timedelta(hours=7 * place))
        for place, (person, value) in enumerate(found)
    )


DIALECTS = st.builds(
    Dialect,
    separator=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    missing=st.sampled_from(["NA", "", "-99"]),
)


def text(data: Sequence[Row], dialect: Dialect = Dialect()) -> bytes:
    """Write the values as text."""
    into = StringIO()
    writer = csv.writer(into, delimiter=dialect.separator, quoting=dialect.quoting, lineterminator=dialect.line_end)
    writer.writerow(HEADER)
    for person, measure, value, taken in data:
        shown = dialect.missing if value is None else f"{value:g}".replace(".", dialect.decimal)
        writer.writerow([person, measure, shown, taken.isoformat(" ", "minutes")])
    return into.getvalue().encode(dialect.encoding)


def sheet(data: Sequence[Row]) -> bytes:
    """Write the values as a sheet of Excel."""
    book, into = openpyxl.Workbook(), BytesIO()
    for row in (HEADER, *data):
        book.worksheets[0].append(row)
    book.save(into)
    return into.getvalue()


def read(folder: Path, content: bytes, file: str = "scores.csv", people: str = "") -> Canonical:
    """Read the trial with a file of scores.

    Raises
    ------
    DataError
        The data are refused.
    """
    known = "id,arm,randomised,site\n" + "".join(
        f"P{number},{'Ketamine' if number % 2 else 'Midazolam'},2031-01-06T08:00,Z\u00fcrich\n" for number in (1, 2, 3)
    )
    (folder / "people.csv").write_text(people or known, encoding="utf-8")
    (folder / file).write_bytes(content)
    return canonical_tables(parse(PLAN.replace("FILE", file), "random.yaml"), folder)


def assert_true(found: Canonical, data: Sequence[Row]) -> None:
    """Assert that a table holds the true values, all of them, and satisfies its definition."""
    frame = found.tables["assessments"]
    hours = [(taken - datetime(1970, 1, 1)) / timedelta(hours=1) for *_, taken in data]  # noqa: DTZ001 – without a zone
    assert frame["id"].tolist() == [person for person, *_ in data]
    np.testing.assert_array_equal(
        frame["value"].to_numpy(), np.array([np.nan if value is None else value for _, _, value, _ in data])
    )
    np.testing.assert_allclose(frame["taken"].to_numpy(), hours, rtol=0, atol=1e-6)
    assert not frame["taken_date_only"].any()
    assert_satisfies_the_schema(found)


def assert_satisfies_the_schema(found: Canonical) -> None:
    """Assert that every canonical table is what its definition says."""
    for name, frame in found.tables.items():
        assert [one for one in check(TABLES[name], frame, {}) if one.severity == "error"] == []


@SETTINGS
@given(data=rows(), dialect=DIALECTS)
@example(data=(("P1", "Score", 30.5, START), ("P2", "Score", None, START)), dialect=Dialect(";", ",", "utf-16-le"))
def test_every_dialect_of_text_gives_the_true_values(data: tuple[Row, ...], dialect: Dialect, tmp_path: Path):
    assume(dialect.separator != "," or dialect.decimal == ".")
    assert_true(read(tmp_path, text(data, dialect)), data)


@SETTINGS
@given(data=rows(), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_decimal_commas_between_commas_are_refused_or_nowhere(data: tuple[Row, ...], quoting: int, tmp_path: Path):
    content = text(data, Dialect(decimal=",", quoting=quoting))
    if any(value is not None and value % 1 for _, _, value, _ in data):
        with pytest.raises(DataError, match="decimal comma"):
            read(tmp_path, content)
    else:
        assert_true(read(tmp_path, content), data)


@settings(SETTINGS, max_examples=5)
@given(data=rows())
@pytest.mark.parametrize("ending", ["xlsx", "parquet", "sav"])
def test_every_kind_of_file_gives_the_true_values(ending: str, data: tuple[Row, ...], tmp_path: Path):
    frame = pd.DataFrame(data, columns=HEADER).astype({"value": "float64", "taken": "datetime64[ms]"})
    path = tmp_path / f"scores.{ending}"
    if ending == "xlsx":
        path.write_bytes(sheet(data))
    elif ending == "parquet":
        frame.to_parquet(path)
    else:
        pyreadstat.write_sav(frame, path)
    assert_true(read(tmp_path, path.read_bytes(), path.name), data)


def _with_byte(lines: list[bytes], at: int, put: bytes) -> list[bytes]:
    whole = b"\n".join(lines)
    place = at % (len(whole) + 1)
    return (whole[:place] + put + whole[place + 1 :]).split(b"\n")


def _with_inserted(lines: list[bytes], at: int, put: bytes) -> list[bytes]:
    whole = b"\n".join(lines)
    place = at % (len(whole) + 1)
    return (whole[:place] + put + whole[place:]).split(b"\n")


def _in_row(change: Callable[[list[bytes], bytes], list[bytes]]) -> Callable[[list[bytes], int, bytes], list[bytes]]:
    """Give a damage of one row, whose cells are changed."""

    def damaged(lines: list[bytes], at: int, put: bytes) -> list[bytes]:
        place = 1 + at % (len(lines) - 2)
        mark = b";" if b";" in lines[0] else b","
        return [*lines[:place], mark.join(change(lines[place].split(mark), put)), *lines[place + 1 :]]

    return damaged


def _without_column(lines: list[bytes], at: int, put: bytes) -> list[bytes]:  # noqa: ARG001 – one form for all damages
    mark = b";" if b";" in lines[0] else b","
    return [mark.join(cell for place, cell in enumerate(line.split(mark)) if place != at % 4) for line in lines]


DAMAGES: dict[str, Callable[[list[bytes], int, bytes], list[bytes]]] = {
    "another byte": _with_byte,
    "a further byte": _with_inserted,
    "a quotation mark": lambda lines, at, _: _with_inserted(lines, at, b'"'),
    "a separator": lambda lines, at, _: _with_inserted(lines, at, b";" if b";" in lines[0] else b","),
    "another separator": lambda lines, at, _: [
        line.translate(bytes.maketrans(b",;", b";,")) if place == at % len(lines) else line
        for place, line in enumerate(lines)
    ],
    "the end cut off": lambda lines, at, _: b"\n".join(lines)[: at % (len(b"\n".join(lines)) + 1)].split(b"\n"),
    "a row twice": lambda lines, at, _: [*lines[:-1], lines[1 + at % (len(lines) - 2)], b""],
    "a column less": _without_column,
    "a row to the right": _in_row(lambda cells, _: [b"", *cells[:-1]]),
    "a row to the left": _in_row(lambda cells, _: [*cells[1:], b""]),
    "another decimal mark": _in_row(lambda cells, _: [cell.translate(bytes.maketrans(b".,", b",.")) for cell in cells]),
    "another value": _in_row(lambda cells, put: [*cells[:2], put, *cells[3:]]),
    "a value ten times as large": _in_row(lambda cells, _: [*cells[:2], cells[2] + b"0", *cells[3:]]),
}
PUT = st.one_of(
    st.binary(min_size=1, max_size=3),
    st.sampled_from(["-9", "999", "n/a", "<5", "1e5", "0x1F", "1_000", "1 000", "+5", ".5", "5.", "5-6", "1/2", "inf"]),
    st.sampled_from(
        ["½", "５", "٣", "−5", "5\u00a0", "5e", "nan", "--5", "5%", "1,5", "1.5", "(5)", "5 5", "−", "1E400"]
    ),
).map(lambda put: put if isinstance(put, bytes) else put.encode())


def is_written(value: float, line: str) -> bool:
    """Say whether a number stands in a line as it was read, or a missing one as a code for it or as nothing."""
    cells = [cell.strip().strip('"').strip() for mark in ",;" for cell in line.split(mark)]
    if np.isnan(value):
        return any(cell in ("", "NA", "-99") for cell in cells)
    for cell in cells:
        try:
            if float(cell.replace(",", ".")) == value:
                return True
        except ValueError:
            continue
    return False


@settings(SETTINGS, max_examples=4)
@given(data=rows(), wound=st.tuples(st.integers(0, 400), PUT), dialect=st.sampled_from([Dialect(), Dialect(";", ",")]))
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_or_its_sound_rows_are_read_as_they_stand(
    damage: str, data: tuple[Row, ...], wound: tuple[int, bytes], dialect: Dialect, tmp_path: Path
):
    sound = text(data, replace(dialect, missing="NA")).split(b"\n")
    damaged = DAMAGES[damage](sound, *wound)
    try:
        found = read(tmp_path, b"\n".join(damaged))
    except DataError:
        return
    assert_satisfies_the_schema(found)
    delivery = found.deliveries["assessments"]
    of_line = dict(zip(sound[1:-1], data, strict=True))
    lines = dict(enumerate(damaged, start=1))
    read_rows = dict(zip(delivery.rows.tolist(), delivery.frame.itertuples(index=False), strict=True))
    for number, row in read_rows.items():
        expected = of_line.get(lines[number])
        if expected is None:
            assert is_written(row.value, lines[number].decode("utf-8", "replace")), (row.value, lines[number])
        else:
            value = np.nan if expected[2] is None else expected[2]
            assert (row.id, row.measure) == expected[:2]
            assert row.value == value or (np.isnan(row.value) and np.isnan(value))
    kept = {lines[number] for number in read_rows}
    assert {line for line in damaged[1:] if line in of_line} <= kept, "a sound row is not read"


@settings(SETTINGS, max_examples=8)
@given(data=rows(), at=st.integers(0, 10_000), put=st.binary(min_size=1, max_size=3))
def test_a_damaged_sheet_is_refused_or_gives_the_true_values(
    data: tuple[Row, ...], at: int, put: bytes, tmp_path: Path
):
    content = sheet(data)
    place = at % len(content)
    try:
        found = read(tmp_path, content[:place] + put + content[place + len(put) :], "scores.xlsx")
    except DataError:
        return
    assert_true(found, data)


@settings(SETTINGS, max_examples=8)
@given(
    heights=st.lists(st.integers(150, 199), min_size=3, max_size=3),
    which=st.sets(st.integers(0, 2)),
    unit=st.sampled_from([0.01, 1 / 2.54, 10]),
)
def test_heights_in_another_unit_are_refused(heights: list[int], which: set[int], unit: float, tmp_path: Path):
    shown = [f"{height * unit:.2f}" if place in which else str(height) for place, height in enumerate(heights)]
    people = "id,arm,randomised,age,height_cm\n" + "".join(
        f"P{place + 1},{'Midazolam' if place else 'Ketamine'},2031-01-06T08:00,30,{height}\n"
        for place, height in enumerate(shown)
    )
    data: tuple[Row, ...] = (("P1", "Score", 5.0, START),)
    if which:
        with pytest.raises(DataError, match="height_cm"):
            read(tmp_path, text(data), people=people)
    else:
        assert read(tmp_path, text(data), people=people).tables["participants"]["height_cm"].tolist() == heights
