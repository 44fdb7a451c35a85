"""Files are written whole or not at all, and errors name them without the folders of a machine."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from postinfusion.errors import DataError, PlanError
from postinfusion.io import read, write
from spec.small_trial import SmallTrial


def test_folders_are_made_and_nothing_else_is_left(tmp_path: Path):
    write.text(tmp_path / "a" / "b" / "c.txt", "θ\n")
    assert read.text(tmp_path / "a" / "b" / "c.txt") == "θ\n"
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c.txt"]


def test_a_failed_write_leaves_the_earlier_file_and_no_other(tmp_path: Path):
    path = tmp_path / "a.bin"
    write.bytes_(path, b"earlier")
    with pytest.raises(TypeError):
        write.bytes_(path, "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"earlier"
    assert [found.name for found in tmp_path.iterdir()] == ["a.bin"]


def test_equal_values_give_equal_bytes(tmp_path: Path):
    write.json(tmp_path / "a.json", {"b": 1, "a": [True, None]})
    write.json(tmp_path / "b.json", {"a": [True, None], "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    for name in ("a.parquet", "b.parquet"):
        write.frame(tmp_path / name, pd.DataFrame({"x": [1.0, 2.0], "y": ["a", None]}))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_table_comes_back_as_it_was_written(tmp_path: Path):
    table = pd.DataFrame(
        {
            "number": [1.5, None],
            "count": pd.array([1, None], dtype="Int64"),
            "claim": pd.array([True, None], dtype="boolean"),
            "text": pd.Series(["NA", ""], dtype="str"),
            "visit": pd.Categorical(["b", "a"], categories=["b", "a"], ordered=True),
        }
    )
    write.frame(tmp_path / "a.parquet", table)
    pd.testing.assert_frame_equal(read.frame(tmp_path / "a.parquet"), table)
    assert list(read.frame(tmp_path / "a.parquet", ["text"])) == ["text"]


def test_an_empty_text_of_the_results_stays_empty(tmp_path: Path):
    write.frame(tmp_path / "ard.parquet", pd.DataFrame({"trial": ["NA"], "arm": [""], "stat": [1.0]}))
    found = read.ard(tmp_path / "ard.parquet")
    assert (found["trial"].item(), found["arm"].item(), found["visit"].item()) == ("NA", "", "")


@pytest.mark.parametrize("reader", [read.bytes_, read.text, read.frame, read.digest, read.column_names])
def test_a_missing_file_is_named_without_its_folders(reader: object, tmp_path: Path):
    with pytest.raises(DataError) as refused:
        reader(tmp_path / "a.csv")  # type: ignore[operator]
    assert str(refused.value) == "a.csv: there is no such file. Put it there or correct its name."


def test_what_is_no_parquet_is_named(tmp_path: Path):
    (tmp_path / "a.parquet").write_text("words")
    with pytest.raises(DataError, match=r"a\.parquet: the file is not a Parquet file"):
        read.frame(tmp_path / "a.parquet")


def test_a_plan_is_named_as_people_know_it(tmp_path: Path):
    path = SmallTrial().with_plan("seed: 1\n", "").write(tmp_path)
    with pytest.raises(PlanError, match=r"^config/trials/small\.yaml: line 1"):
        read.plan(path)
    with pytest.raises(PlanError, match=r"^config/trials/none\.yaml: there is no such file"):
        read.plan(path.with_name("none.yaml"))
