"""Cells become numbers, choices, yes and no, and times; what cannot is missing and told."""

from __future__ import annotations

import pandas as pd
import pytest

from postinfusion.datasets.columns import Column, Type
from postinfusion.plan.source import Clock
from postinfusion.sources.cells import Typed, covariate, typed


def read(kind: Type, *cells: str | None, clock: Clock = Clock.DATE_TIME, allowed: tuple[str, ...] = ()) -> Typed:
    """Give one column."""
    column = Column("cell", kind, "a cell", allowed=allowed)
    return typed(column, pd.Series([*cells], dtype="str"), clock=clock)


def values(found: Typed) -> list[object]:
    """Give the cells, missing ones as None."""
    return [None if pd.isna(cell) else cell for cell in found.columns["cell"]]


@pytest.mark.parametrize("cell", ["1", "-1", "+1.5", ".5", "5.", "1e3", "1E-3"])
def test_numbers_in_the_spelling_of_programs_are_read(cell: str):
    assert values(read("number", cell)) == [float(cell)]


@pytest.mark.parametrize("cell", ["nan", "inf", "1_000", "0x10", "1,5", "1 000", "٣", "²", "1e999", "--1", "12*", "<5"])
def test_everything_else_is_no_number(cell: str):
    found = read("number", "1", cell, None)
    assert values(found) == [1.0, None, None]
    assert list(found.unreadable) == [False, True, False]
    assert len(found.findings) == 1


def test_whole_numbers_are_whole():
    found = read("integer", "3", "3.0", "3.5", None)
    assert values(found) == [3, 3, None, None]
    assert str(found.columns["cell"].dtype) == "Int64"


def test_yes_and_no_have_several_spellings():
    found = read("yes_no", "Y", "no", "TRUE", "0", "maybe", None)
    assert values(found) == [True, False, True, False, None, None]
    assert [list(one.positions) for one in found.findings] == [[4]]


def test_a_choice_is_given_in_our_spelling():
    found = read("choice", "MILD", "Severe", "sever", None, allowed=("mild", "severe"))
    assert values(found) == ["mild", "severe", None, None]
    assert found.findings[0].text == '"sever" is unknown. Did you mean severe?'


def test_the_allowed_choices_are_listed_where_none_is_near():
    assert read("choice", "zzz", allowed=("mild", "severe")).findings[0].text.endswith("Allowed: mild, severe.")


def test_dates_and_times_are_hours_and_say_whether_they_are_days():
    found = read("time", "1970-01-02", "1970-01-01T06:30", "1970-01-01 00:00:36", None)
    assert values(found) == [24.0, 6.5, 0.01, None]
    assert list(found.columns["cell_date_only"]) == [True, False, False, False]


@pytest.mark.parametrize(
    "cell", ["31/12/2030", "2030-13-01", "2030-02-30", "30-01-01", "2030", "2030-01-01T25:00", "2030-01-01T10:00Z",
             "2030-01-01T10:00+01:00", "1899-12-30", "45019", "24"],
)  # fmt: skip
def test_other_spellings_of_dates_are_refused(cell: str):
    assert values(read("time", cell)) == [None]
    assert len(read("time", cell).findings) == 1


def test_clocks_that_count_from_time_zero():
    assert values(read("time", "-2.5", "24", clock=Clock.HOURS)) == [-2.5, 24.0]
    assert values(read("time", "-1", "0.5", clock=Clock.DAYS)) == [-24.0, 12.0]


def test_study_days_have_no_day_zero():
    found = read("time", "-1", "0", "1", "2", "1.5", clock=Clock.STUDY_DAY)
    assert values(found) == [-24.0, None, 0.0, 24.0, None]
    assert list(found.columns["cell_date_only"]) == [True, False, True, True, False]
    assert [list(one.positions) for one in found.findings] == [[1], [4]]


def test_a_covariate_is_a_number_only_where_every_cell_is_one():
    numbers = pd.Series(["1", "2", None], dtype="str")
    assert covariate("x", numbers, category=False).dtype == "float64"
    assert covariate("x", numbers, category=True).dtype == "str"
    assert covariate("x", pd.Series(["1", "a"], dtype="str"), category=False).dtype == "str"
    assert covariate("x", pd.Series([None, None], dtype="str"), category=False).dtype == "str"
