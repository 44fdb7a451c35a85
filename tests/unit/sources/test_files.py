"""Files become records of text, each with the place where it stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from postinfusion.errors import DataError
from postinfusion.sources import delimited, parquet
from postinfusion.sources.records import rows_as_text


def csv(content: str, *columns: str) -> tuple[list[list[str]], list[int]]:
    """Give cells and lines of a CSV file."""
    records = delimited.read(content.encode(), columns, "a.csv")
    return records.frame.to_numpy().tolist(), records.rows.tolist()


def test_cells_are_text_without_blanks_around_them():
    assert csv("id,x\n1, 01 \n2,NA\n", "id", "x") == ([["1", "01"], ["2", "NA"]], [2, 3])


def test_only_the_wanted_columns_are_read_in_the_wanted_order():
    assert csv("a,b,c\n1,2,3\n", "c", "a") == ([["3", "1"]], [2])


def test_a_byte_order_mark_and_other_line_ends_do_not_matter():
    content = b"\xef\xbb\xbfid,x\r\n1,2\r\n"
    assert delimited.header(content, "a.csv") == ("id", "x")
    assert delimited.read(content, ["id", "x"], "a.csv").frame.to_numpy().tolist() == [["1", "2"]]


def test_quoted_cells_hold_commas_quotes_and_line_ends():
    cells, rows = csv('id,x\n1,"a, ""b"""\n2,"two\nlines"\n3,c\n', "id", "x")
    assert cells == [["1", 'a, "b"'], ["2", "two\nlines"], ["3", "c"]]
    assert rows == [2, 4, 5]


def test_empty_lines_are_no_records_but_count_as_lines():
    assert csv("id,x\n\n1,2\n\n3,4\n\n", "id", "x") == ([["1", "2"], ["3", "4"]], [3, 5])


def test_names_of_columns_may_have_blanks_around_them():
    assert delimited.header(b" id , x\n", "a.csv") == ("id", "x")
    assert csv(" id , x\n1,2\n", "x", "id") == ([["2", "1"]], [2])


def test_rows_of_another_length_are_named():
    with pytest.raises(DataError, match=r"rows 3, 4 \(2\): the header has 2 columns"):
        csv("id,x\n1,2\n3\n4,5,6\n", "id", "x")


@pytest.mark.parametrize(
    ("content", "row"), [(b"id,x\n1,\xe3\n", 2), (b"i\xe3d,x\n1,2\n", 1), ("id\n".encode("utf-16"), 1)]
)
def test_text_that_is_not_utf8_is_named_by_its_line(content: bytes, row: int):
    with pytest.raises(DataError, match=f"row {row}: the text is not UTF-8"):
        delimited.header(content, "a.csv")


@pytest.mark.parametrize(("separator", "noun"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_another_separator_is_named(separator: str, noun: str):
    with pytest.raises(DataError, match=f"separated by {noun}"):
        delimited.header(f"id{separator}x\n".encode(), "a.csv")


def written(folder: Path, **columns: object) -> pd.DataFrame:
    """Give the records of a Parquet file with some columns."""
    path = folder / "a.parquet"
    pd.DataFrame(columns).to_parquet(path)
    records = parquet.read(path, [*columns], "a.parquet")
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
def test_a_type_that_no_cell_can_have_is_refused(cells: object, tmp_path: Path):
    with pytest.raises(DataError, match="which cannot be read"):
        written(tmp_path, x=cells)


def test_rows_are_listed_up_to_five_and_counted():
    assert rows_as_text(np.array([203, 203])) == "row 203"
    assert rows_as_text(np.arange(2, 1234)) == "rows 2, 3, 4, 5, 6, … (1,232)"
