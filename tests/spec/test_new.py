"""From the export that a researcher has to a checked plan: new, the answers, check, derive."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from postinfusion.cli import main
from postinfusion.io import read
from postinfusion.plan import yaml_text
from postinfusion.plan.answers import MARK
from spec import exports

NAME = "mytrial"
MOST = 5
GIVEN = {
    "redcap": {"reference arm": "Arm 2", "primary endpoint": "madrs", "primary time": "Hour 24"},
    "redcap_days": {"primary endpoint": "madrs", "primary time": "Hour 24"},
    "wide": {"primary endpoint": "madrs", "primary time": "Day 7"},
    "german": {"primary time": "Day 7"},
    "sdtm": {"primary time": "WEEK 2"},
}
ASKED = {"reference arm": "the arm that", "primary endpoint": "the primary endpoint", "primary time": "the visit that"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config" / "trials").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan_of(home: Path) -> Path:
    return home / "config" / "trials" / f"{NAME}.yaml"


def new(home: Path, export: str) -> int:
    paths = exports.write(home / "incoming", export)
    return main(["new", *map(str, paths), "--name", NAME])


def answer(plan: Path, answers: dict[str, str]) -> None:
    text = plan.read_text(encoding="utf-8")
    for topic, value in answers.items():
        text, number = re.subn(rf'"{MARK} {ASKED[topic]}[^"]*"', value, text)
        assert number == 1, topic
    plan.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("export", GIVEN)
def test_an_export_becomes_a_checked_trial_with_at_most_five_answers(
    export: str, home: Path, capsys: pytest.CaptureFixture[str]
):
    assert new(home, export) == 0
    told = capsys.readouterr().out
    text = plan_of(home).read_text(encoding="utf-8")
    assert text.count(MARK) == len(GIVEN[export]) + 1 <= MOST + 1  # once more in the comment that explains it
    assert all(topic in told for topic in GIVEN[export])
    assert main(["check", NAME]) == 1
    assert f"{len(GIVEN[export])} of {len(GIVEN[export])} answer" in capsys.readouterr().err
    answer(plan_of(home), GIVEN[export])
    checked = main(["check", NAME])
    assert checked == 0, capsys.readouterr().err
    out = home / "adam"
    assert main(["derive", str(plan_of(home)), "--data", str(home / "data" / NAME), "--out", str(out)]) == 0
    scores = pd.read_parquet(out / "adqs.parquet")
    assert {"MADRS"} <= {*scores["PARAMCD"]}
    assert scores.loc[scores["ABLFL"] == "Y", "USUBJID"].nunique() >= 12


def test_a_redcap_export_is_told_in_five_lines(home: Path, capsys: pytest.CaptureFixture[str]):
    assert new(home, "redcap_days") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Read   REDCap export with data dictionary, 12 participants, 57 infusions (repeating), 2 arms",
        "Sure   id, arm, MADRS total, weight in kg, adverse events",
        (
            'Guess  "ede_glob": "EDE" taken for the questionnaire EDE-Q, not the interview (range 1.86-4.77); '
            '"ae_severity": what the codes mean; reference arm Midazolam; median days of the infusions; '
            "what decides E1, E5b, E6, E4, S1"
        ),
        "Ask    primary endpoint; primary time      (2 lines marked ANSWER:)",
        "Wrote  config/trials/mytrial.yaml, data/mytrial/ (git-ignored). Next: .venv/bin/postinfusion check mytrial",
    ]


def test_identifiers_stop_everything_before_a_copy_and_without_an_echo(home: Path, capsys: pytest.CaptureFixture[str]):
    assert new(home, "identifying") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert '("surname") looks like a person\'s name (values not shown)' in told.err
    assert '("DOB") looks like a date of birth (values not shown)' in told.err
    assert '("contact") looks like an e-mail address (values not shown)' in told.err
    assert (
        "3 columns may tell who somebody is (values not shown). Nothing was copied and no plan was written." in told.err
    )
    assert not any(secret in told.err for secret in ("Quesnel", "Oyelaran", "1970", "@"))
    assert not plan_of(home).exists()
    assert not (home / "data").exists()


def test_a_column_that_identifies_nobody_can_be_declared(home: Path, capsys: pytest.CaptureFixture[str]):
    frame = exports.wide().assign(surname="none")
    (home / "scores.csv").write_text(frame.to_csv(index=False), encoding="utf-8")
    words = ["new", "scores.csv", "--name", NAME]
    assert main(words) == 1
    assert "add --not-identifying and the name of the column" in capsys.readouterr().err
    assert main([*words, "--not-identifying", "surname"]) == 0
    assert "scores.csv: [surname]" in plan_of(home).read_text(encoding="utf-8")


def test_a_plan_that_exists_is_not_overwritten(home: Path, capsys: pytest.CaptureFixture[str]):
    assert new(home, "wide") == 0
    before = plan_of(home).read_bytes()
    assert new(home, "german") == 1
    assert "this plan exists. Choose another name with --name" in capsys.readouterr().err
    assert plan_of(home).read_bytes() == before


def test_a_folder_with_data_is_left_alone(home: Path, capsys: pytest.CaptureFixture[str]):
    (home / "data" / NAME).mkdir(parents=True)
    (home / "data" / NAME / "mine.csv").write_text("a\n1\n", encoding="utf-8")
    assert new(home, "wide") == 1
    assert "this folder holds data already" in capsys.readouterr().err
    assert not plan_of(home).exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("a,b\n1,2\n3,4\n", "no column tells participants apart"),
        (None, "there is no such file"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_written(
    content: str | None, message: str, home: Path, capsys: pytest.CaptureFixture[str]
):
    if content is not None:
        (home / "odd.csv").write_text(content, encoding="utf-8")
    assert main(["new", "odd.csv", "--name", NAME]) == 1
    assert message in capsys.readouterr().err
    assert not (home / "data").exists()


def test_names_of_trials_and_files_are_made_safe(home: Path):
    (home / "My scores (final).csv").write_text(exports.wide().to_csv(index=False), encoding="utf-8")
    assert main(["new", "My scores (final).csv"]) == 0
    assert (home / "config" / "trials" / "my_scores_final.yaml").is_file()
    assert (home / "data" / "my_scores_final" / "My_scores_final_.csv").is_file()


def test_names_of_columns_cannot_break_the_plan(home: Path):
    frame = exports.wide().rename(columns={"Group": "arm", "Sex": 'sex: "x" # y\n- z'})
    (home / "odd.csv").write_text(frame.to_csv(index=False), encoding="utf-8")
    assert main(["new", "odd.csv", "--name", NAME]) == 0
    answer(plan_of(home), GIVEN["wide"])
    assert main(["check", NAME]) == 0


def test_one_arm_needs_no_reference(home: Path):
    frame = exports.wide().drop(columns="Group")
    (home / "one.csv").write_text(frame.to_csv(index=False), encoding="utf-8")
    assert main(["new", "one.csv", "--name", NAME]) == 0
    answer(plan_of(home), GIVEN["wide"])
    assert main(["check", NAME]) == 0
    assert "kind: single-arm" in plan_of(home).read_text(encoding="utf-8")


def test_a_small_trial_gets_a_test_that_rests_on_the_randomisation_alone(home: Path):
    frame = visited(madrs=[30 - row % 3 * 4 - row % 7 for row in range(36)])
    (home / "small.csv").write_text(frame.to_csv(index=False), encoding="utf-8")
    assert main(["new", "small.csv", "--name", NAME]) == 0
    answer(plan_of(home), {"primary time": "Week 4"})
    assert main(["check", NAME]) == 0
    assert read.plan(plan_of(home)).analyses["randomisation-test"].visit == "Week 4"


def drafted_from(home: Path, frame: pd.DataFrame) -> dict[str, Any]:
    """Draft the plan of a table, and give what it says with its questions left open."""
    (home / "incoming").mkdir(exist_ok=True)
    frame.to_csv(home / "incoming" / "scores.csv", index=False)
    assert main(["new", str(home / "incoming" / "scores.csv"), "--name", NAME]) == 0
    content: dict[str, Any] = yaml_text.read(plan_of(home).read_text(encoding="utf-8"), NAME).tree
    return content


def visited(**columns: object) -> pd.DataFrame:
    """Give twelve participants of two arms at three visits, with further columns."""
    ids = [f"S{number:03d}" for number in range(12) for _ in range(3)]
    arms = [arm for number in range(12) for arm in [("Ketamine", "Midazolam")[number % 2]] * 3]
    return pd.DataFrame({"id": ids, "arm": arms, "visit": ["baseline", "24 h", "week 4"] * 12, **columns})


def test_items_coded_from_one_are_drafted_and_the_check_tells_of_them(home: Path, capsys: pytest.CaptureFixture[str]):
    items = {f"phq9_{item}": [1 + (row + item) % 4 for row in range(36)] for item in range(1, 10)}
    content = drafted_from(home, visited(**items))
    assert content["sources"]["assessments"]["items"] == {"PHQ-9": "phq9_{item}"}
    answer(plan_of(home), {"primary time": "Week 4"})
    capsys.readouterr()
    assert main(["check", NAME]) == 1
    told = "".join(capsys.readouterr())
    assert "81 of 324 values of PHQ-9 items are out" in told


def test_items_without_a_key_are_told_beside_the_draft(home: Path, capsys: pytest.CaptureFixture[str]):
    items = {f"stai{item}": [1 + (row + item) % 4 for row in range(36)] for item in range(1, 21)}
    content = drafted_from(home, visited(madrs=[row % 40 for row in range(36)], **items))
    assert content["sources"]["assessments"]["wide"] == {"MADRS": "madrs"}
    assert "Note   stai1 to stai20 are 20 items of STAI" in capsys.readouterr().out


def test_no_measured_value_time_or_date_chooses_the_row_of_a_participant(home: Path):
    rows = visited(gad7=[row % 3 * 5 for row in range(36)], assessment_time=["08:30", "09:30", "10:00"] * 12)
    content = drafted_from(home, rows.assign(hour=["-0.5", "24", "72"] * 12).drop(columns="visit"))
    assert "where" not in content["sources"]["participants"]
    assert content["sources"]["participants"]["columns"] == {"id": "id", "arm": "arm"}


def test_heights_in_two_units_get_none_and_guessed_codes_are_marked(home: Path):
    rows = visited(madrs=["-9", *["20"] * 35], height=["1.65"] * 18 + ["165"] * 18)
    content = drafted_from(home, rows)
    assert "constants" not in content["sources"]["participants"]
    assert "guess: -9 taken for missing" in plan_of(home).read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "hours"), [("hour", ["8.5", "9", "10"]), ("time", ["08:30", "09:00", "10:00"])])
def test_a_study_day_with_an_hour_beside_it_is_the_clock(name: str, hours: list[str], home: Path):
    rows = visited(madrs=[row % 40 for row in range(36)], **{"day": ["1", "2", "8"] * 12, name: hours * 12})
    source = drafted_from(home, rows.drop(columns="visit"))["sources"]["assessments"]
    assert source["clock"] == "study-day"
    assert source["columns"] == {"id": "id", "taken": "day", "taken_clock": name}


def test_a_column_with_both_decimal_marks_is_drafted_so_that_the_check_can_refuse_it(home: Path):
    content = drafted_from(home, visited(madrs=["20"] * 36, weight=["50.5"] * 36, bdi=["12.5", "13,5", "14"] * 12))
    assert content["sources"]["assessments"]["wide"] == {"MADRS": "madrs", "BDI-II": "bdi"}


def test_a_time_point_is_a_date_or_a_visit_by_its_cells(home: Path):
    rows = visited(madrs=[row % 40 for row in range(36)]).rename(columns={"visit": "Zeitpunkt"})
    dated = rows.assign(Zeitpunkt=["04.03.2031", "05.03.2031", "25.03.2031"] * 12, infusion_date="04.03.2031")
    content = drafted_from(home, dated)
    assert content["sources"]["assessments"]["columns"].get("visit") is None
    plan_of(home).unlink()
    (home / "data" / NAME / "scores.csv").unlink()
    assert drafted_from(home, rows)["sources"]["assessments"]["columns"]["visit"] == "Zeitpunkt"


def test_the_only_visit_of_a_file_is_named_as_it_is_recorded(home: Path):
    rows = visited(madrs=[row % 40 for row in range(36)])
    content = drafted_from(home, rows[rows["visit"] == "baseline"])
    assert content["sources"]["assessments"]["columns"]["visit"] == "visit"
    assert content["schedule"][0]["recorded_as"] == "baseline"
