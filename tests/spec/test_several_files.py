"""A table may come from several files: rows are added, or columns where a table has one row for each participant."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from postinfusion.cli import main
from postinfusion.io import read
from postinfusion.sources.read import Canonical, readable_tables
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()
SCORES = "  assessments: {file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}\n"
LATER = (
    "  assessments.later: {file: later.csv, columns: {id: who, value: madrs, taken: day}, "
    "constants: {measure: MADRS}}\n"
)
STACKED = TRIAL.with_plan(SCORES, SCORES + LATER).with_text(
    "later.csv", "who,madrs,day\nA1,12,2031-01-13T09:00\nA2,25,2031-01-14T09:00\n"
)
PEOPLE = "  participants: {file: people.csv, columns: {id: who, arm: group, site: centre}}\n"
LIST = "  participants.list: {file: list.csv, columns: {id: code, arm: group}}\n"
JOINED = (
    TRIAL.with_plan(PEOPLE, "  participants: {file: people.csv, columns: {id: who, site: centre}}\n" + LIST)
    .with_text("people.csv", "who,centre\nA1,north\nA2,south\n")
    .with_text("list.csv", "group,code\nM,A2\nK,A1\n")
)


def tables(trial: SmallTrial, folder: Path) -> Canonical:
    """Give the canonical tables of a trial."""
    return readable_tables(read.plan(trial.write(folder)), folder / "data" / "small")


def test_the_rows_of_a_further_file_are_added(tmp_path: Path):
    found = tables(STACKED, tmp_path)
    assert [problem for problem in found.problems if problem.severity == "error"] == []
    scores = found.tables["assessments"]
    assert scores["value"].dropna().to_list() == [30, 20, 28, 12, 25]
    assert set(scores["measure"]) == {"MADRS"}


def test_the_columns_of_a_further_file_are_joined_by_participant(tmp_path: Path):
    found = tables(JOINED, tmp_path)
    assert [problem for problem in found.problems if problem.severity == "error"] == []
    expected = {"id": ["A1", "A2"], "site": ["north", "south"], "arm": ["Ketamine", "Midazolam"]}
    people = found.tables["participants"]
    assert {name: people[name].to_list() for name in expected} == expected


def test_a_column_that_merely_has_our_name_gives_way_to_the_one_that_the_plan_names(tmp_path: Path):
    both = (
        JOINED.with_plan("people.csv, columns: {id: who, site: centre}", "people.csv, columns: {id: who}")
        .with_text("people.csv", "who,site\nA1,north\nA2,south\n")
        .with_text("list.csv", "group,code,place\nM,A2,west\nK,A1,east\n")
    )
    first = tables(both, tmp_path / "first").tables["participants"]
    assert first["site"].to_list() == ["north", "south"]
    named = both.with_plan("arm: group}}\n", "arm: group, site: place}}\n")
    assert tables(named, tmp_path / "named").tables["participants"]["site"].to_list() == ["east", "west"]


def test_a_further_file_may_lack_columns(tmp_path: Path):
    without = STACKED.with_plan(", taken: day}, constants: {measure: MADRS}", "}, constants: {measure: MADRS}")
    scores = tables(without.with_file("later.csv", ",day", ",notes_code"), tmp_path).tables["assessments"]
    assert scores["taken"].isna().to_list() == [False] * 4 + [True] * 2
    assert not scores["taken_date_only"].iloc[4:].any()
    assert scores["taken"].dtype == "float64"


MISTAKES = {
    "a value in the further file": (
        STACKED.with_file("later.csv", "A2,25", "A2,2x5"),
        'later.csv\n  row 3  madrs: "2x5" is not a number.',
    ),
    "a participant that only a further file of scores has": (
        STACKED.with_file("later.csv", "A2,25", "A9,25"),
        "later.csv\n  row 3  who: this participant is not in people.csv.",
    ),
    "the same assessment in both files": (
        STACKED.with_file("later.csv", "A1,12,2031-01-13T09:00", "A1,20,2031-01-07T10:00"),
        "later.csv\n  row 2  who, measure, day: the same values together stand in more than one row.",
    ),
    "a participant that only the list has": (
        JOINED.with_file("list.csv", "K,A1\n", "K,A1\nK,A7\n"),
        "list.csv\n  row 4  code: this participant is not in people.csv.",
    ),
    "an unknown arm in the list": (
        JOINED.with_file("list.csv", "M,A2", "X,A2"),
        'list.csv\n  row 2  group: "X" is unknown. Allowed: K (Ketamine), M (Midazolam).',
    ),
    "a column that both files deliver": (
        JOINED.with_text("list.csv", "group,code,centre\nM,A2,south\nK,A1,north\n").with_plan(
            "arm: group}}\n", "arm: group, site: centre}}\n"
        ),
        "list.csv\n  centre: people.csv delivers site too. Map it in one of them only.",
    ),
    "a further file of a table without a first": (
        STACKED.with_plan(SCORES, ""),
        "sources, assessments.later: this is a further file of assessments, but the plan does not name the first.",
    ),
    "a further file on another clock": (
        STACKED.with_plan("constants: {measure: MADRS}}", "constants: {measure: MADRS}, clock: days}"),
        "sources, assessments.later: its clock is days, that of assessments is date-time. Use one clock.",
    ),
    "a further file of no table": (
        STACKED.with_plan("assessments.later", "asessments.later"),
        "there is no such table. Did you mean assessments?",
    ),
    "a missing further file": (
        STACKED.without("later.csv"),
        "data/small/later.csv\n  there is no such file.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_the_file_in_which_it_stands(
    mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    trial, expected = MISTAKES[mistake]
    assert main(["check", str(trial.write(tmp_path)), "--data", str(tmp_path / "data" / "small")]) == 1
    assert expected in capsys.readouterr().err


def test_weights_may_stand_in_a_column_for_each_visit(tmp_path: Path):
    source = (
        "  weights: {file: kilos.csv, columns: {id: who}, wide: {WEIGHT: {Baseline: before, 24 h: next, Day 7: after}},"
        " constants: {weight_unit: lb}}\n"
    )
    trial = TRIAL.with_plan(SCORES, SCORES + source).with_text(
        "kilos.csv", "who,before,next,after\nA1,100,110,\nA2,,,120\n"
    )
    found = tables(trial, tmp_path)
    assert [problem for problem in found.problems if problem.severity == "error"] == []
    weights = found.tables["weights"]
    assert weights["visit"].to_list() == ["Baseline", "24 h", "Day 7"]
    pd.testing.assert_series_equal(
        weights["weight_kg"], pd.Series([100, 110, 120]) * 0.45359237, check_names=False, check_exact=False
    )
