"""Cells become numbers, choices, yes and no, and times; what cannot is missing and told."""

from __future__ import annotations

import pandas as pd
import pytest

from postinfusion.datasets.columns import Column, Type
from postinfusion.plan.source import Clock, Dates
from postinfusion.sources.cells import covariate, typed
from postinfusion.sources.typed import Spelling, Typed


def read(kind: Type, *cells: str | None, clock: Clock = Clock.DATE_TIME, allowed: tuple[str, ...] = ()) -> Typed:
    """Give one column."""
    column = Column("cell", kind, "a cell", allowed=allowed)
    return typed(column, pd.Series([*cells], dtype="str"), Spelling(clock))


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


def test_german_yes_and_no_are_read():
    assert values(read("yes_no", "ja", "Nein", "J")) == [True, False, True]


def test_codes_that_a_spreadsheet_wrote_as_decimals_are_met_and_no_other_number_is():
    assert values(read("yes_no", "1.0", "0.00", "1.5", "01")) == [True, False, None, None]
    arms = {"1": "Ketamine", "2": "Midazolam"}
    column = Column("cell", "choice", "a cell")
    cells = pd.Series(["1.0", "2", "2.", "1.5", "01", "-1.0"], dtype="str")
    assert values(typed(column, cells, allowed=arms)) == ["Ketamine", "Midazolam", "Midazolam", None, None, None]
    commas = pd.Series(["1,0", "2.0"], dtype="str")
    assert values(typed(column, commas, Spelling(decimal=","), allowed=arms)) == ["Ketamine", None]
    assert values(typed(column, pd.Series(["1", "2.0"], dtype="str"), allowed={"1.0": "A", "2.0": "B"})) == ["A", "B"]


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
    "cell", ["2030-13-01", "2030-02-30", "30-01-01", "2030", "2030-01-01T25:00", "2030-01-01T10:00Z",
             "2030-01-01T10:00+01:00", "1899-12-30", "24", "03/04/2023", "3-Apr-23", "03.04.23", "2030/13/01"],
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


def as_dates(*cells: str, dates: Dates | None = None, standard: bool = False) -> Typed:
    """Give times of a source with a declared order of dates."""
    spelling = Spelling(dates=dates, standard=standard)
    return typed(Column("cell", "time", "a time"), pd.Series([*cells], dtype="str"), spelling)


@pytest.mark.parametrize(
    ("cell", "dates", "iso"),
    [
        ("03/04/2023", Dates.DAY_FIRST, "2023-04-03"), ("03/04/2023", Dates.MONTH_FIRST, "2023-03-04"),
        ("25.12.2023", None, "2023-12-25"), ("12/25/2023", None, "2023-12-25"), ("2023/04/03", None, "2023-04-03"),
        ("3-Apr-2023", None, "2023-04-03"), ("03APR2023", None, "2023-04-03"), ("April 3, 2023", None, "2023-04-03"),
        ("20230403", Dates.YEAR_FIRST, "2023-04-03"), ("45019", None, "2023-04-03"),
        ("25.12.2023 14:30", None, "2023-12-25T14:30"), ("12/25/2023 2:30 PM", None, "2023-12-25T14:30"),
        ("45019.5", None, "2023-04-03T12:00"), ("05/05/2023", None, "2023-05-05"),
    ],
)  # fmt: skip
def test_dates_of_countries_and_of_excel_are_read_where_they_are_certain(cell: str, dates: Dates | None, iso: str):
    found, expected = as_dates(cell, dates=dates), as_dates(iso)
    assert values(found) == values(expected) != [None]
    assert list(found.columns["cell_date_only"]) == list(expected.columns["cell_date_only"])
    assert all(one.severity == "warning" for one in found.findings)


def test_day_and_month_that_cannot_be_told_apart_ask_for_the_order():
    found = as_dates("25.12.2023", "03.04.2023")
    assert values(found)[1] is None
    assert found.findings[0].positions.tolist() == [1]
    assert "Say dates: day-first or month-first" in found.findings[0].text


def test_a_date_against_the_declared_order_is_refused():
    assert "does not fit" in as_dates("12/25/2023", dates=Dates.DAY_FIRST).findings[0].text
    assert values(as_dates("25/12/2023", dates=Dates.MONTH_FIRST)) == [None]


def test_numbers_of_excel_among_times_are_told():
    [told] = as_dates("2023-04-03", "45019").findings
    assert (told.severity, told.positions.tolist()) == ("warning", [1])
    assert "Excel" in told.text


def test_a_date_known_in_part_is_missing_or_a_day_and_counted():
    found = as_dates("2023-05", "2023-05-03T10", "2023-UNK-UNK", "2023-05-03")
    assert [cell is None for cell in values(found)] == [True, False, True, False]
    assert list(found.columns["cell_date_only"]) == [False, True, False, True]
    assert [(one.severity, one.positions.tolist()) for one in found.findings] == [("warning", [0, 1, 2])]
    assert not found.unreadable.any()


def test_a_year_alone_is_a_date_only_under_a_standard():
    assert as_dates("2023").unreadable.any()
    assert not as_dates("2023", standard=True).unreadable.any()


def test_a_time_that_every_row_needs_must_be_known_whole():
    column = Column("cell", "time", "a time", complete=True)
    assert typed(column, pd.Series(["2023-05"], dtype="str")).unreadable.all()


def with_comma(*cells: str) -> Typed:
    """Give numbers of a source with a decimal comma."""
    return typed(Column("cell", "number", "a cell"), pd.Series([*cells], dtype="str"), Spelling(decimal=","))


def test_a_decimal_comma_is_read_where_it_is_the_mark():
    assert values(with_comma("1,5", "-0,25", "7", "1,5e2")) == [1.5, -0.25, 7.0, 150.0]


def test_a_point_among_decimal_commas_is_refused_with_its_rows():
    found = with_comma("1,5", "2.5", "1.234")
    assert values(found) == [1.5, None, None]
    assert "has a decimal point" in found.findings[0].text


@pytest.mark.parametrize("cell", ["1,234.5", "1 234", "1'234", "1.234.567"])
def test_marks_between_thousands_are_refused(cell: str):
    assert "between thousands" in read("number", cell).findings[0].text


@pytest.mark.parametrize(
    ("cell", "number", "mark"),
    [("<5", 5.0, "<"), (">300", 300.0, ">"), ("12*", 12.0, "*"), ("approx 40", 40.0, "approx"), ("≥ 7.5", 7.5, "≥"),
     ("<LLOQ", None, "<LLOQ"), ("8", 8.0, None)],
)  # fmt: skip
def test_what_stands_beside_a_number_is_kept_only_where_the_plan_says_so(cell: str, number: float | None, mark: str):
    column = Column("value", "number", "a result")
    kept = typed(column, pd.Series([cell], dtype="str"), Spelling(qualified=("value",)))
    assert [None if pd.isna(one) else one for one in kept.columns["value"]] == [number]
    assert [None if pd.isna(one) else one for one in kept.columns["qualifier"]] == [mark]
    assert not kept.findings
    refused = typed(column, pd.Series([cell], dtype="str"))
    assert ["qualifiers: {value: keep}" in one.text for one in refused.findings] == ([True] if mark else [])


@pytest.mark.parametrize("word", ["ND", "not done", "n/a", "missing", "."])
@pytest.mark.parametrize("kind", ["text", "number", "choice", "yes_no", "time"])
def test_words_for_missing_are_refused_everywhere(word: str, kind: Type):
    found = read(kind, "x" if kind == "text" else None, word, allowed=("x",))
    assert values(found)[1] is None
    assert "add it to missing_codes" in found.findings[0].text.lower()
