"""The command compare: what it prints about two sets of results."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from postinfusion.ard.build import rows, table
from postinfusion.cli import compare, main
from postinfusion.io import write


def written(path: Path, *, trial: str = "small", **statistics: float) -> Path:
    """Write results and give their file."""
    write.frame(path, table(rows(dict(statistics), arm="A"), trial=trial, analysis_id="x"))
    return path


def told(capsys: pytest.CaptureFixture[str], *paths: Path) -> str:
    """Give what the command prints about results that differ."""
    assert main(["compare", *map(str, paths)]) == 1
    return capsys.readouterr().out


def test_numbers_have_six_digits_and_a_smaller_difference_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    first = written(tmp_path / "a.parquet", mean=1.0 / 3, sd=1.0)
    shown = told(capsys, first, written(tmp_path / "b.parquet", mean=2.0 / 3, sd=1.0 + 1e-8))
    assert "stat_name=mean, stat_first=0.333333, stat_second=0.666667\n" in shown
    assert "stat_name=sd, stat_first=1, stat_second=1, difference=1e-08\n" in shown


def test_what_is_not_shown_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    many = {f"quantile_{number}": 1.0 for number in range(compare.SHOWN + 14)}
    shown = told(capsys, written(tmp_path / "a.parquet", n=1, **many), written(tmp_path / "b.parquet", n=1))
    assert "34 results only in" in shown
    assert "  … and 14 more\n" in shown


def test_trials_of_other_names_are_compared_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    first = written(tmp_path / "a.parquet", n=1)
    assert main(["compare", str(first), str(written(tmp_path / "b.parquet", trial="other", n=1))]) == 0
    assert "The trials are called small and other; their names are not compared.\n" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "said"), [("none.parquet", "there is no such file"), (".", "it holds no results")])
def test_results_that_are_not_there_are_named_as_the_user_did(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", name, name]) == 1
    assert capsys.readouterr().err.startswith(f"{name}\n  {said}")


def test_a_reader_that_has_read_enough_gets_no_traceback(tmp_path: Path):
    many = {f"quantile_{number}": 1.0 for number in range(compare.SHOWN)}
    paths = [written(tmp_path / "a.parquet", n=1, **many), written(tmp_path / "b.parquet", n=1)]
    command = [sys.executable, "-m", "postinfusion", "compare", *map(str, paths)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
