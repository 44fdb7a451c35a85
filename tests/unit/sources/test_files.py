"""Files become records of text, each with the place where it stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from postinfusion.errors import DataError
from postinfusion.sources.records import Records, rows_as_text
from unit.sources.readings import opened, text


def csv(content: str, *columns: str) -> tuple[list[list[str]], list[int]]:
    """Give cells and lines of a CSV file."""
    records = text(content).records(columns)
    return records.frame.to_numpy().tolist(), records.rows.tolist()


def test_cells_are_text_without_blanks_around_them():
    assert csv("id,x\n1, 01 \n2,NA\n", "id", "x") == ([["1", "01"], ["2", "NA"]], [2, 3])


def test_only_the_wanted_columns_are_read_in_the_wanted_order():
    assert csv("a,b,c\n1,2,3\n", "c", "a") == ([["3", "1"]], [2])


def test_a_byte_order_mark_and_other_line_ends_do_not_matter():
    content = b"\xef\xbb\xbfid,x\r\n1,2\r\n"
    assert text(content).header == ("id", "x")
    assert text(content).records(["id", "x"]).frame.to_numpy().tolist() == [["1", "2"]]


def test_quoted_cells_hold_commas_quotes_and_line_ends():
    cells, rows = csv('id,x\n1,"a, ""b"""\n2,"two\nlines"\n3,c\n', "id", "x")
    assert cells == [["1", 'a, "b"'], ["2", "two\nlines"], ["3", "c"]]
    assert rows == [2, 4, 5]


def test_empty_lines_are_no_records_but_count_as_lines():
    assert csv("id,x\n\n1,2\n\n3,4\n\n", "id", "x") == ([["1", "2"], ["3", "4"]], [3, 5])


def test_names_of_columns_may_have_blanks_around_them():
    assert text(b" id , x\n").header == ("id", "x")
    assert csv(" id , x\n1,2\n", "x", "id") == ([["2", "1"]], [2])


def test_rows_of_another_length_are_named_by_the_number_of_their_cells():
    with pytest.raises(DataError) as refused:
        csv('id,x\n1,2\n\n3\n4,5,6\n5,"a\nb"\n7,8,9\n', "id", "x")
    assert [(one.place, one.text[:47]) for one in refused.value.problems] == [
        ("row 4", "the header has 2 columns, but here are 1. A com"),
        ("rows 5, 8 (2)", "the header has 2 columns, but here are 3. Put a"),
    ]


@pytest.mark.parametrize("empty", [",", ",\n,", " , ", ",,,"])
def test_rows_that_are_empty_throughout_are_no_records(empty: str):
    assert csv(f"id,x\n1,2\n{empty}\n3,4\n", "id", "x")[0] == [["1", "2"], ["3", "4"]]
    assert csv(f"id,x\n1,2\n{empty}\n", "id", "x") == ([["1", "2"]], [2])


def test_a_row_is_not_empty_when_a_column_that_is_not_read_holds_something():
    assert csv("id,x,note\n1,2,\n,,hm\n", "id", "x") == ([["1", "2"], ["", ""]], [2, 3])


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('id,x\n1,2\n1,"y\n3,4\n5,6\n', 3),
        ('id,x\n1,2\n1,"y\n3,"z"\n5,6\n', 3),
        ('id,x\n1,"two\nlines"\n1,"y\n', 4),
        ('id,x\n1,"' + "y,1\n" * 50_000, 2),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_named_by_its_line(content: str, row: int):
    with pytest.raises(DataError, match=f"row {row}: a quotation mark opens here and is not closed"):
        csv(content, "id", "x")


def test_a_quotation_mark_within_a_cell_swallows_nothing():
    assert csv('id,x\n1,5" wide\n\n2,"a"b\n', "id", "x") == ([["1", '5" wide'], ["2", "ab"]], [2, 4])


def test_the_separator_that_excel_writes_above_the_header_is_skipped():
    for mark in ("", "\ufeff"):
        assert csv(f"{mark}sep=,\r\nid,x\r\n1,2\r\n\r\n3,4\r\n", "id", "x") == ([["1", "2"], ["3", "4"]], [3, 5])
    assert csv("sep=;\nid;x\n1;2\n", "id") == ([["1"]], [3])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x14\xff", "an Excel file. Let its name end in .xlsx, or save the sheet as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xff", "an old or protected Excel file"),
        (b"PAR1\x15", "a Parquet file. Let its name end in .parquet"),
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"id\x00,x\n", "no text"),
    ],
)
def test_a_file_of_another_kind_is_named(content: bytes, said: str):
    with pytest.raises(DataError, match=f"this is {said}"):
        text(content)


def records_of(folder: Path, **columns: object) -> Records:
    """Give the records of a Parquet file with some columns."""
    path = folder / "a.parquet"
    pd.DataFrame(columns).to_parquet(path)
    return opened(path).records([*columns])


def written(folder: Path, **columns: object) -> pd.DataFrame:
    """Give the cells of a Parquet file with some columns."""
    records = records_of(folder, **columns)
    assert not records.problems
    assert records.rows.tolist() == list(range(1, len(records.frame) + 1))
    return records.frame


def test_typed_columns_become_the_text_that_cells_have(tmp_path: Path):
    frame = written(
        tmp_path,
        number=[54.0, 0.1, np.nan],
        text=[" a", None, ""],
        truth=[True, False, True],
        category=pd.Categorical(["x", "y", "x"]),
        nothing=[None, None, None],
    )
    assert frame["number"].tolist() == ["54", "0.1", ""]
    assert frame["text"].tolist() == ["a", "", ""]
    assert frame["truth"].tolist() == ["true", "false", "true"]
    assert frame["category"].tolist() == ["x", "y", "x"]
    assert frame["nothing"].tolist() == ["", "", ""]


def test_timestamps_at_midnight_throughout_are_dates(tmp_path: Path):
    days = pd.to_datetime(["2031-01-06", None, "2031-01-07"])
    times = pd.to_datetime(["2031-01-06 00:00", None, "2031-01-07 10:30"])
    frame = written(tmp_path, day=days, time=times)
    assert frame["day"].tolist() == ["2031-01-06", "", "2031-01-07"]
    assert [cell[:16] for cell in frame["time"]] == ["2031-01-06 00:00", "", "2031-01-07 10:30"]


@pytest.mark.parametrize(
    "cells", [[[1], [2]], pd.to_datetime(["2031-01-06", "2031-01-07"], utc=True)], ids=["list", "zone"]
)
def test_a_type_that_no_cell_can_have_is_refused_and_hides_no_other_column(cells: object, tmp_path: Path):
    records = records_of(tmp_path, x=cells, y=["a", "b"])
    assert ["which cannot be read" in problem.text for problem in records.problems] == [True]
    assert records.frame.to_dict("list") == {"y": ["a", "b"]}


def test_rows_are_listed_up_to_five_and_counted():
    assert rows_as_text(np.array([203, 203])) == "row 203"
    assert rows_as_text(np.arange(2, 130), np.arange(2, 130)) == "all 128 rows"
    assert rows_as_text(np.arange(2, 1234)) == "rows 2, 3, 4, 5, 6, … (1,232)"
