"""A large file says on a terminal how much of it is read, and nothing is left of that."""

from __future__ import annotations

import sys

import pytest

from postinfusion.cli.reading_line import ReadingLine, told


def test_rows_and_bytes_are_told_in_their_units():
    assert told("a.parquet", 12_400_000, 50_000_000, "rows") == "a.parquet … 12.4 of 50.0 million rows"
    assert told("a.csv", 150_000_000, 0, "bytes") == "a.csv … 0.1 GB"


def test_only_a_terminal_and_a_large_file_show_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with ReadingLine() as line:
        line.show("a.csv", 10, 2_000_000_000, "bytes")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with ReadingLine() as line:
        line.show("small.csv", 10, 2_000, "bytes")
        line.show("a.csv", 10, 2_000_000_000, "bytes")
    shown = capsys.readouterr().err
    assert "small.csv" not in shown
    assert "a.csv … 0.0 of 2.0 GB" in shown
    assert shown.endswith("\r\x1b[K")
