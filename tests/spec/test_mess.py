"""What real exports look like: each kind of mess is read as it was meant, or refused with its place and its remedy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from postinfusion.cli import main
from postinfusion.derive import datasets
from postinfusion.sources import read
from spec.mess_cases import FOLDER, cases, told_by_file
from spec.shared_work import SharedWork
from spec.small_trial import SmallTrial

ROWS = {
    "encodings": "BOM, UTF-16, Latin-1/cp1252",
    "separators-and-decimal-marks": "; separator and decimal comma",
    "codes-for-missing": '-9, -99, 999, "NA", ".", "", "missing", "n/a", "ND", "not done"',
    "marks-beside-numbers": '"<LLOQ", ">300", "12*", "approx 40"',
    "dates": "mixed date formats",
    "spreadsheets": "Excel: dates turned to text, merged headers, second header row, totals row, coloured cells",
    "duplicate-visits": "duplicate visits (same id, measure and window)",
    "unscheduled-visits": "unscheduled visits",
    "repeated-instruments": "repeated instruments, two events with same day",
    "ids-that-do-not-match": "id mismatch across tables",
    "labels-instead-of-codes": 'labels instead of codes ("Not at all" ...)',
    "shifted-scales-and-units": "items 1-4 instead of 0-3, VAS 0-10 vs 0-100, lb/kg, cm/m, F/C",
    "codes-of-sex": "sex codes 0/1/2, 1/2, M/F",
    "impossible-times": "assessment before consent or infusion, end before start, negative age, post-death records",
    "adverse-events-without-end": "AE without end, without time, partial date",
    "degenerate-data": "one arm only, one patient, one visit, all-missing column, constant outcome",
    "unknown-columns-and-scales": "columns present but measure unknown",
}
FEWEST_REFUSED = 80
CASES = cases()
IDS = re.compile(r"(?<![:\w])(A[0-9]+|sub-0435|A1O|a1)(?![:\w])")  # A1:D1 names cells of a sheet
QUERY = re.compile(r"(?P<table>\w+)\.(?P<column>\w+)(?: where (?P<by>\w+)(?:=(?P<value>.+))?)?")
HOUR = 3600


def checked(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Give exit code and message of the command check."""
    code = main(["check", str(CASES[name].trial().write(folder)), "--out", str(folder / "check.json")])
    return code, capsys.readouterr().err


def is_told(lines: list[str], beginnings: list[str]) -> bool:
    """Say whether lines begin as expected, one for each."""
    pairs = zip(sorted(lines), sorted(beginnings), strict=False)
    return len(lines) == len(beginnings) and all(line.startswith(begin) for line, begin in pairs)


@pytest.fixture(scope="module")
def work() -> SharedWork:
    """Give the work that the cases share."""
    return SharedWork()


@pytest.fixture
def shared(work: SharedWork, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let a check do nothing again that an earlier one did with the same plan and the same file."""
    work.install(monkeypatch)
    return monkeypatch


@pytest.fixture
def frames(shared: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """Give the place where the canonical tables and the ADaM datasets of a check are kept."""
    found: dict[str, pd.DataFrame] = {}

    def read_and_kept(*asked: Any) -> read.Canonical:
        canonical = canonical_tables(*asked)
        found.update(canonical.tables)
        return canonical

    def derived_and_kept(*asked: Any) -> datasets.Derivation:
        derived = derivation(*asked)
        found.update(derived.datasets)
        return derived

    canonical_tables, derivation = read.canonical_tables, datasets.derivation
    shared.setattr(read, "canonical_tables", read_and_kept)
    shared.setattr(datasets, "derivation", derived_and_kept)
    return found


def values(asked: str, frames: dict[str, pd.DataFrame]) -> list[Any]:
    """Give the values of a column, times of canonical tables in ISO 8601, a missing one as None."""
    found = QUERY.fullmatch(asked)
    assert found is not None, asked
    frame = frames[found["table"]]
    if found["by"]:
        by = frame[found["by"]]
        frame = frame[by == float(found["value"]) if found["value"] else by == "Y"]
    cells = frame[found["column"]]
    if f"{found['column']}_date_only" in frame:
        moments = pd.to_datetime((cells * HOUR).round(), unit="s")
        cells = moments.dt.strftime("%Y-%m-%dT%H:%M")
    return [None if pd.isna(cell) else cell for cell in cells.tolist()]


def test_every_row_of_the_table_has_fixtures():
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"} == set(ROWS)
    assert {case.row for case in CASES.values()} == set(ROWS)


def test_every_row_but_the_one_that_is_always_read_has_both_kinds():
    assert {case.row for case in CASES.values() if not case.refused} == set(ROWS)
    assert {case.row for case in CASES.values() if case.refused} == set(ROWS)


def test_at_least_eighty_inputs_are_refused():
    assert sum(case.refused for case in CASES.values()) >= FEWEST_REFUSED


def test_every_fixture_belongs_to_a_case_and_is_small():
    used = {FOLDER / case.row / fixture for case in CASES.values() for fixture in case.files.values()}
    there = {path for path in FOLDER.glob("*/*") if path.is_file() and path.suffix != ".pyc"}
    assert used == there
    assert all(path.stat().st_size < 20_000 for path in used)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.refused])
def test_a_malformed_input_is_refused_with_each_place_and_nothing_else(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code, message = checked(name, tmp_path, capsys)
    told = told_by_file(message)
    assert code == 1
    assert set(told) == set(CASES[name].told)
    for file, lines in told.items():
        assert is_told(lines, CASES[name].told[file]), lines
    assert "Nothing was analysed; earlier results are untouched." in message.splitlines()[-1]
    assert "Traceback" not in message
    assert not IDS.search(message), "an id is told"
    assert not (tmp_path / "check.json").exists()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.refused])
def test_a_messy_input_is_read_as_it_was_meant(
    name: str, frames: dict[str, pd.DataFrame], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    case = CASES[name]
    code, message = checked(name, tmp_path, capsys)
    told = told_by_file(message)
    assert code == 0, message
    assert set(told) == set(case.told)
    assert all(is_told(lines, case.told[file]) for file, lines in told.items())
    assert not IDS.search(message), "an id is told"
    found = json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))
    assert found["missing_codes"].get("assessments", {}) == case.missing or not case.missing
    assert case.ignored.items() <= found["ignored_columns"].items()
    for asked, expected in case.read.items():
        assert values(asked, frames) == [
            pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell for cell in expected
        ], asked


def test_dates_of_mixed_forms_are_drafted_as_dates_and_the_check_names_their_years(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "config" / "trials").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    Path("infusions.csv").write_text(
        "subject,infusion_date,dose_mg\nA1,03/04/21,40\nA2,2021-04-04,40\n", encoding="utf-8"
    )
    scores = "subject,date,madrs_total\nA1,3.4.21,30\nA1,2021-04-04,20\nA2,04/04/21,31\nA2,2021-04-11,12\n"
    Path("madrs.csv").write_text(scores, encoding="utf-8")
    assert main(["new", "infusions.csv", "madrs.csv", "--name", "drafted"]) == 0
    assert main(["check", "drafted"]) == 1
    message = capsys.readouterr().err
    assert 'row 2  infusion_date: "03/04/21" has a year of two digits, and no century is guessed.' in message
    assert 'row 2  date: "3.4.21" has a year of two digits' in message
    assert "more than one row" not in message


def test_a_refusal_leaves_earlier_results_as_they_were(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    sound = SmallTrial()
    broken = sound.with_file("scores.csv", "MADRS,20", "MADRS,ND")
    out = tmp_path / "check.json"
    assert main(["check", str(sound.write(tmp_path)), "--out", str(out)]) == 0
    before = out.read_bytes()
    assert main(["check", str(broken.write(tmp_path)), "--out", str(out)]) == 1
    assert out.read_bytes() == before
    assert '"ND" is not a number' in capsys.readouterr().err
