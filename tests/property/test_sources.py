"""Whatever a file holds: sources give checked tables or say what is wrong, and never fail in another way."""

from __future__ import annotations

import csv
from contextlib import suppress
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postinfusion.datasets.columns import Column
from postinfusion.errors import DataError, PlanError
from postinfusion.plan.parse import parse
from postinfusion.sources.cells import typed
from postinfusion.sources.read import canonical_tables
from postinfusion.sources.written_numbers import as_numbers
from spec.small_trial import FILES, SmallTrial

TRIAL = SmallTrial()
ANYWHERE = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "NA", "-99", "A1", "A2", "K", "M", "MADRS", "1", "2", "0", "-1", "1e9", "nan", "inf", "²", "٣"]
    ),
    st.sampled_from(["2031-01-06", "2031-01-06T10:00", "0001-01-01", "9999-12-31T23:59", "2031-02-30", "24:00"]),
    st.floats(allow_nan=False).map(str),
)


def table(header: list[str], rows: list[list[str]]) -> str:
    """Give a table as CSV."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def outcome(trial: SmallTrial, folder: Path) -> str:
    """Say whether a trial is accepted; any other exception than an error for people goes through."""
    plan = trial.write(folder)
    try:
        canonical_tables(parse(plan.read_text(encoding="utf-8"), "small.yaml"), folder / "data" / "small")
    except DataError:
        return "refused"
    return "accepted"


@ANYWHERE
@given(st.data())
@pytest.mark.parametrize("name", FILES)
def test_any_cells_are_accepted_or_refused(name: str, tmp_path: Path, data: st.DataObject):
    header = FILES[name].splitlines()[0].split(",")
    row = st.lists(CELLS, min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(row, max_size=6))
    trial = SmallTrial(TRIAL.plan, TRIAL.files | {name: table(header, rows)})
    assert outcome(trial, tmp_path) in {"accepted", "refused"}


@ANYWHERE
@given(content=st.binary(max_size=60), name=st.sampled_from([*FILES]))
def test_any_bytes_are_accepted_or_refused(content: bytes, name: str, tmp_path: Path):
    TRIAL.write(tmp_path)
    (tmp_path / "data" / "small" / name).write_bytes(FILES[name].splitlines()[0].encode() + b"\n" + content)
    with suppress(DataError):
        canonical_tables(parse(TRIAL.plan, "small.yaml"), tmp_path / "data" / "small")


@ANYWHERE
@given(content=st.binary(max_size=60))
def test_any_bytes_under_the_name_of_a_parquet_file_are_refused(content: bytes, tmp_path: Path):
    trial = TRIAL.with_plan("events.csv", "events.parquet")
    trial.write(tmp_path)
    (tmp_path / "data" / "small" / "events.parquet").write_bytes(content)
    with pytest.raises(DataError, match="not a Parquet file"):
        canonical_tables(parse(trial.plan, "small.yaml"), tmp_path / "data" / "small")


@ANYWHERE
@given(line=st.integers(0, len(TRIAL.plan.splitlines()) - 1), put=st.text(max_size=20), at=st.integers(0, 60))
def test_any_text_in_a_plan_is_accepted_or_refused(line: int, put: str, at: int):
    lines = TRIAL.plan.splitlines()
    lines[line] = lines[line][:at] + put + lines[line][at:]
    with suppress(PlanError):
        parse("\n".join(lines), "small.yaml")


@ANYWHERE
@given(
    line=st.integers(0, len(TRIAL.plan.splitlines()) - 1),
    value=st.sampled_from(
        ["", "[]", "{}", "[a]", "{a: b}", "1", "x", "[[1]]", "{visit: {a: b}}", "'", "*a", "&a b", "? x"]
    ),
)
def test_any_value_in_place_of_another_is_accepted_or_refused(line: int, value: str):
    lines = TRIAL.plan.splitlines()
    lines[line] = lines[line].partition(":")[0] + ": " + value
    told = ""
    try:
        parse("\n".join(lines), "small.yaml")
    except PlanError as error:
        told = str(error)
    assert "http" not in told
    assert "pydantic" not in told


@settings(ANYWHERE, max_examples=8)
@given(order=st.permutations(range(4)))
def test_the_order_of_rows_does_not_matter(order: list[int], tmp_path: Path):
    header, *rows = FILES["scores.csv"].splitlines()
    shuffled = "\n".join([header, *(rows[position] for position in order)]) + "\n"
    found = []
    for trial in (TRIAL, SmallTrial(TRIAL.plan, TRIAL.files | {"scores.csv": shuffled})):
        trial.write(tmp_path)
        tables = canonical_tables(parse(trial.plan, "small.yaml"), tmp_path / "data" / "small").tables
        found.append(tables["assessments"].sort_values(["id", "taken"], ignore_index=True))
    pd.testing.assert_frame_equal(*found)


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e99, max_value=1e99), min_size=1))
def test_a_number_comes_back_as_it_was_written(values: list[float]):
    read, wrong = as_numbers(pd.Series([repr(value) for value in values], dtype="str"))
    assert not wrong.any()
    np.testing.assert_array_equal(read.to_numpy(), np.array(values))


@given(
    times=st.lists(
        st.datetimes(min_value=pd.Timestamp("1950-01-01"), max_value=pd.Timestamp("2050-01-01")),
        min_size=1,
        max_size=20,
    )
)
def test_the_distance_of_two_times_is_kept(times: list[pd.Timestamp]):
    text = pd.Series([time.isoformat(timespec="microseconds") for time in times], dtype="str")
    found = typed(Column("taken", "time", "when"), text)
    hours = found.columns["taken"]
    expected = [(time - times[0]).total_seconds() / 3600 for time in times]
    np.testing.assert_allclose(hours - hours.iloc[0], expected, rtol=0, atol=1e-8)
    assert not found.columns["taken_date_only"].any()
