"""Checks find what their tables forbid, at the right rows, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from postinfusion.datasets import checks
from postinfusion.datasets.canonical import TABLES
from postinfusion.datasets.columns import Column, Table
from postinfusion.plan.rules import PARTICIPANTS_COLUMNS

NUMBER = Column("value", "number", "a value", "kg", complete=True, minimum=0, maximum=10)
NAME = Column("id", "text", "the participant", complete=True, identifier=True)
TABLE = Table("things", "one row for each thing", (NAME, NUMBER), key=("id", "value"))


def things(values: list[float], ids: str) -> pd.DataFrame:
    """Give a table of things."""
    return pd.DataFrame({"id": pd.Series(list(ids), dtype="str"), "value": np.array(values, dtype="float64")})


def found(frame: pd.DataFrame, **unreadable: np.ndarray) -> list[tuple[list[int], str]]:
    """Give rows and beginning of what is found."""
    return [(list(one.positions), one.text.split(".")[0]) for one in checks.check(TABLE, frame, unreadable)]


def test_a_sound_table_has_no_findings():
    assert found(things([0, 10, 3], "abc")) == []


def test_values_outside_the_limits_are_grouped_by_value():
    assert found(things([11, -1, 11], "abc")) == [
        ([0, 2], '"11" is outside 0 to 10 kg'),
        ([1], '"-1" is outside 0 to 10 kg'),
    ]


def test_an_empty_cell_is_told_once_and_not_where_it_could_not_be_read():
    frame = things([np.nan, np.nan, 1], "abc")
    assert found(frame) == [([0, 1], "is empty, but every row needs it")]
    assert found(frame, value=np.array([True, False, False])) == [([1], "is empty, but every row needs it")]


def test_rows_that_agree_in_the_whole_key_are_found():
    assert found(things([1, 1, 2], "aaa")) == [([0, 1], "the same values together stand in more than one row")]


def test_many_wrong_values_are_counted_and_not_listed():
    findings = found(things([*range(20, 30), *range(10), 0], "abcdefghijklmnopqrstu"))
    assert len(findings) == 6
    assert findings[-1] == ([5, 6, 7, 8, 9], "5 more values: each is outside 0 to 10 kg")


def test_a_column_that_is_wrong_throughout_is_one_finding():
    findings = found(things([11.5, 12.5, 13.5, 10], "abcd"))
    assert findings == [([0, 1, 2], '3 values such as "11')]


@pytest.mark.parametrize(
    ("cell", "is_code"),
    [
        *((code, True) for code in ("n/a", ".", "-9", "-99", "999", "-99.0", "88")),
        *((slip, False) for slip in ("9", "203", "9.5", "-1", "2031-02-30", "<5")),
    ],
)
def test_only_what_looks_like_a_code_is_offered_as_one(cell: str, is_code: bool):
    [finding] = checks.to_correct(NUMBER, pd.Series([cell], dtype="str"), np.array([True]), "is wrong.")
    assert ("missing_codes" in finding.text) == is_code


def test_a_value_of_an_identifier_is_never_told():
    cells = pd.Series(["secret-1", "secret-2"], dtype="str")
    told = list(checks.by_value(NAME, cells, np.array([True, True]), "is wrong."))
    assert [one.text for one in told] == ["the value is wrong."]


def test_a_long_value_is_cut_and_kept_on_one_line():
    assert checks.quoted("a\nb") == '"a b"'
    assert len(checks.quoted("x" * 500)) == 42


def times(first: list[float], second: list[float], *, days: bool = False) -> pd.DataFrame:
    """Give a table of two times."""
    flags = {"start_date_only": [False] * len(first), "end_date_only": [days] * len(first)}
    return pd.DataFrame({"start": first, "end": second, **flags})


def test_an_end_before_its_start_is_found():
    [finding] = checks.wrong_order(times([5, 5, 5], [5, 4, np.nan]), "start", "end")
    assert list(finding.positions) == [1]


def test_a_day_is_not_before_a_time_on_that_day():
    assert list(checks.wrong_order(times([34.0], [24.0], days=True), "start", "end")) == []
    assert len(list(checks.wrong_order(times([50.0], [24.0], days=True), "start", "end"))) == 1


def infusions(*rows: tuple[str, int, float, float]) -> pd.DataFrame:
    """Give a table of infusions: participant, number, start, end."""
    frame = pd.DataFrame(rows, columns=["id", "number", "start", "end"])
    return frame.assign(start_date_only=False, end_date_only=False)


def test_infusions_one_after_the_other_are_fine_in_any_order_of_rows():
    assert list(checks.overlapping_infusions(infusions(("a", 2, 5, 6), ("a", 1, 0, 1), ("b", 1, 5, 6)))) == []


@pytest.mark.parametrize(
    ("second", "word"), [(("a", 2, 0.5, 2.0), "has ended"), (("a", 2, -5.0, -4.0), "with the number before")]
)
def test_infusions_that_overlap_or_run_backwards_are_found(second: tuple[str, int, float, float], word: str):
    [finding] = checks.overlapping_infusions(infusions(("b", 1, 0, 1), second, ("a", 1, 0, 1)))
    assert list(finding.positions) == [1]
    assert word in finding.text


def test_a_participant_who_is_not_known_is_found():
    [finding] = checks.not_in(things([1, 2, 3], "abc"), "id", pd.Series(["a", "c"], dtype="str"), "people.csv")
    assert list(finding.positions) == [1]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_keys_and_orders_of_the_canonical_tables_name_their_own_columns(table: Table):
    assert {*table.key, *(name for pair in table.ordered for name in pair)} <= {*table.names}
    assert len({*table.names}) == len(table.names)
    assert all(column.type == "choice" for column in table.columns if column.allowed)


def test_the_plan_knows_the_participants_columns_by_their_names():
    assert {*PARTICIPANTS_COLUMNS} <= {*TABLES["participants"].names}
