"""What a person reads who brings wrong data: one line for each thing that is wrong, all of them at once."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from postinfusion.cli import main
from spec.small_trial import SmallTrial

pytestmark = pytest.mark.usefixtures("sound_files_are_read_once")
TRIAL = SmallTrial()
SCORES = "A1,MADRS,20,2031-01-07T10:00\n"

MISTAKES = {
    "a missing file": (
        TRIAL.without("scores.csv"),
        "data/small/scores.csv\n  there is no such file. Put it there or correct its name.",
    ),
    "a file with nearly the name": (
        TRIAL.without("scores.csv").with_text("score.csv", TRIAL.files["scores.csv"]),
        "data/small/scores.csv\n  there is no such file. Did you mean score.csv? Put it there or correct its name.",
    ),
    "a sheet of Excel": (
        TRIAL.with_text("events.csv", "PK\x03\x04 and more"),
        "events.csv\n  this is an Excel file. Let its name end in .xlsx, or save the sheet as CSV UTF-8.",
    ),
    "an empty file": (
        TRIAL.with_file("events.csv", TRIAL.files["events.csv"], ""),
        "events.csv\n  the file is empty. It needs a row with the names of its columns.",
    ),
    "a missing column": (
        TRIAL.with_file("infusions.csv", "who,number,", "who,numbre,"),
        (
            'infusions.csv\n  no column "number" (number of the infusion in the participant). Did you mean numbre? '
            "Name it under columns: {number: …}."
        ),
    ),
    "a column that the plan names and the file lacks": (
        TRIAL.with_file("scores.csv", "who,scale,points", "who,scale,point"),
        (
            "config/trials/small.yaml\n"
            '  line 8  sources, assessments, columns, value: scores.csv has no column "points". Did you mean point?'
        ),
    ),
    "a covariate that no column delivers": (
        TRIAL.with_plan("visits: [24 h, Day 7]}", "visits: [24 h, Day 7], covariates: [baseline, sex]}"),
        (
            "config/trials/small.yaml\n"
            '  line 32  analyses, madrs-mmrm, covariates: no column of people.csv delivers "sex". '
            "Name one under columns: {sex: …}."
        ),
    ),
    "a participant without an arm who was treated": (
        TRIAL.with_file("people.csv", "A2,M,south", "A2,M,south\nA3,,south").with_file(
            "infusions.csv", "A2,1,", "A3,1,2031-01-07T10:00,2031-01-07T10:40\nA2,1,"
        ),
        "people.csv\n  row 4  group: the participant has no arm but was given infusions. Write the arm.",
    ),
    "a carriage return within a cell": (
        TRIAL.with_file("scores.csv", "A1,MADRS,20,", "A1,MADRS,2\r0,"),
        "scores.csv\n  a cell holds a carriage return outside quotation marks. Save the file as CSV UTF-8 again.",
    ),
    "an id in a column of values": (
        TRIAL.with_file("scores.csv", "MADRS,30", "MADRS,A1"),
        "scores.csv\n  row 2  points: a participant's id (not shown) is not a number.",
    ),
    "no infusion at all": (
        TRIAL.with_text("infusions.csv", "who,number,began,ended\n"),
        "infusions.csv\n  there is no infusion in it, so nobody has a time zero. Add rows.",
    ),
    "a visit within hours of an infusion without a time of day": (
        TRIAL.with_file("infusions.csv", "A2,1,2031-01-07T10:00,2031-01-07T10:40", "A2,1,2031-01-07,2031-01-07"),
        (
            "infusions.csv\n  row 4  began: a time of day is missing, which 24 h in madrs-mmrm needs. Add it, map its "
            "column as start_clock, or leave these times out there."
        ),
    ),
    "text in a numeric cell": (
        TRIAL.with_file("scores.csv", "MADRS,30", "MADRS,n/a").with_file("scores.csv", "MADRS,28", "MADRS,n/a"),
        'scores.csv\n  rows 2, 5 (2)  points: "n/a" is not a number. Correct it, or add it to missing_codes.',
    ),
    "a decimal comma": (
        TRIAL.with_file("scores.csv", "MADRS,30", 'MADRS,"30,5"'),
        'scores.csv\n  row 2  points: "30,5" has a decimal comma. Write a point, or say decimal: comma',
    ),
    "decimal commas throughout": (
        TRIAL.with_file("scores.csv", "MADRS,30", 'MADRS,"30,5"')
        .with_file("scores.csv", "MADRS,20", 'MADRS,"20,5"')
        .with_file("scores.csv", "MADRS,NA", 'MADRS,"20,0"')
        .with_file("scores.csv", "MADRS,28", 'MADRS,"28,5"'),
        'scores.csv\n  all 4 rows  points: 4 values such as "30,5": each has a decimal comma. Write a point, or say ',
    ),
    "a column called score that holds the values": (
        TRIAL.with_file("scores.csv", "points", "score").with_plan("value: points, ", ""),
        ("score names which score of a scale a row holds, but here it holds numbers. Map it: columns: {value: score}."),
    ),
    "a part of an infusion's number": (
        TRIAL.with_file("infusions.csv", "A1,2,", "A1,2.5,"),
        'infusions.csv\n  row 3  number: "2.5" is not a whole number. Correct it.',
    ),
    "a number that cannot be": (
        TRIAL.with_file("infusions.csv", "A1,2,", "A1,2000,"),
        'infusions.csv\n  row 3  number: "2000" is outside 1 to 500. Correct it.',
    ),
    "a code for missing that the plan does not know": (
        TRIAL.with_file("infusions.csv", "A1,2,", "A1,999,"),
        'infusions.csv\n  row 3  number: "999" is outside 1 to 500. Correct it, or add it to missing_codes.',
    ),
    "a misspelt arm": (
        TRIAL.with_file("people.csv", "A2,M,", "A2,Midazolan,"),
        (
            'people.csv\n  row 3  group: "Midazolan" is unknown. Allowed: K (Ketamine), M (Midazolam). '
            "Did you mean Midazolam?"
        ),
    ),
    "an unknown arm": (
        TRIAL.with_file("people.csv", "A2,M,", "A2,mdz,"),
        'people.csv\n  row 3  group: "mdz" is unknown. Allowed: K (Ketamine), M (Midazolam).\n',
    ),
    "a participant twice": (
        TRIAL.with_file("people.csv", "A2,M,south\n", "A2,M,south\nA2,K,south\n"),
        "people.csv\n  rows 3, 4 (2)  who: the same value stands in more than one row. Keep one row of each.",
    ),
    "participant and visit twice": (
        TRIAL.with_file("scores.csv", SCORES, SCORES + SCORES.replace("MADRS,20", "MADRS,21")),
        (
            "scores.csv\n  rows 3, 4 (2)  who, scale, when: the same values together stand in more than one row. "
            "Keep one row of each."
        ),
    ),
    "an assessment of an unknown participant": (
        TRIAL.with_file("scores.csv", SCORES, SCORES.replace("A1", "A9")),
        "scores.csv\n  row 3  who: this participant is not in people.csv. Add the participant there or correct the id.",
    ),
    "a row without its participant": (
        TRIAL.with_file("scores.csv", SCORES, SCORES.replace("A1", "")),
        "scores.csv\n  row 3  who: is empty, but every row needs it. Fill it in.",
    ),
    "an end before its start": (
        TRIAL.with_file("events.csv", "2031-01-06T12:30", "2031-01-05T12:30"),
        "events.csv\n  row 2  began, ended: the second of these times is before the first. Correct one of them.",
    ),
    "a date in the form of one country": (
        TRIAL.with_file("events.csv", "2031-01-06T11:00", "03/04/2031"),
        (
            'events.csv\n  row 2  began: "03/04/2031" has a day and a month that cannot be told apart. '
            "Say dates: day-first or month-first for this source, or write it as year-month-day.\n"
        ),
    ),
    "dates in the form of one country throughout": (
        TRIAL.with_file("scores.csv", "2031-01-06T09:00", "13.1.2031")
        .with_file("scores.csv", "2031-01-07T10:00", "6.1.2031 10:00")
        .with_file("scores.csv", "2031-01-07T09:00", "7.1.2031")
        .with_file("scores.csv", "2031-01-08T11:00", "8.1.2031"),
        (
            'scores.csv\n  rows 3, 4, 5 (3)  when: 3 values such as "6.1.2031 10:00": each has a day and a month that '
            "cannot be told apart. Say dates: day-first or month-first"
        ),
    ),
    "a year of two digits": (
        TRIAL.with_file("events.csv", "2031-01-06T11:00", "6-Jan-31"),
        (
            'events.csv\n  row 2  began: "6-Jan-31" has a year of two digits, and no century is guessed. '
            "Write all four, best as year-month-day, as in 2024-03-05.\n"
        ),
    ),
    "a day that does not exist": (
        TRIAL.with_file("events.csv", "2031-01-06T12:30", "2031-02-30"),
        (
            'events.csv\n  row 2  ended: "2031-02-30" is not a date or time as in 2024-03-05 or 2024-03-05 09:30. '
            "Correct it.\n"
        ),
    ),
    "infusions that overlap": (
        TRIAL.with_file("infusions.csv", "A1,2,2031-01-13T10:00", "A1,2,2031-01-06T10:30"),
        (
            "infusions.csv\n  row 3  began: begins before the previous infusion of the participant has ended. "
            "Correct one of the times."
        ),
    ),
    "infusions whose numbers run against time": (
        TRIAL.with_file("infusions.csv", "A1,2,2031-01-13T10:00,2031-01-13", "A1,2,2031-01-04T10:00,2031-01-04"),
        (
            "infusions.csv\n  row 3  began: begins before the infusion with the number before. "
            "Correct the start or the number."
        ),
    ),
    "a row with a cell too many": (
        TRIAL.with_file("people.csv", "A2,M,south", "A2,M,south, wing B"),
        (
            "people.csv\n  row 3  the header has 3 columns, but here are 4. "
            "Put a text that holds a comma in quotes, or write a decimal point instead of a decimal comma."
        ),
    ),
    "a row with a cell too few": (
        TRIAL.with_file("people.csv", "A2,M,south", "A2,M"),
        "people.csv\n  row 3  the header has 3 columns, but here are 2. A comma is missing.",
    ),
    "a quotation mark that is not closed": (
        TRIAL.with_file("people.csv", "A2,M,south", 'A2,M,"south'),
        "people.csv\n  row 3  a quotation mark opens here and is not closed. Close or remove it.",
    ),
    "decimal points among decimal commas": (
        TRIAL.with_text(
            "scores.csv",
            TRIAL.files["scores.csv"]
            .replace(",", ";")
            .replace("30;", "30,5;")
            .replace("20;", "20,5;")
            .replace("28;", "28.5;"),
        ),
        'scores.csv\n  row 5  points: "28.5" has a decimal point, but the numbers of this source have a comma.',
    ),
    "totals below the data": (
        TRIAL.with_file("scores.csv", "A2,MADRS,28,2031-01-08T11:00\n", "A2,MADRS,28,2031-01-08T11:00\nMean,,26,\n"),
        "scores.csv\n  row 6  below the data stand totals or means (by the first column). Remove these rows",
    ),
    "an undeclared code for missing": (
        TRIAL.with_file("scores.csv", "A1,MADRS,20", "A1,MADRS,ND"),
        'scores.csv\n  row 3  points: "ND" is not a number. Correct it, or add it to missing_codes.',
    ),
    "a column name twice": (
        TRIAL.with_file("people.csv", "who,group,centre", "who,group,group"),
        "people.csv\n  row 1  1 column name more than once in the header: group. Rename or remove the others.",
    ),
    "a scale that no file holds": (
        TRIAL.with_file("scores.csv", "MADRS", "MADS"),
        'config/trials/small.yaml\n  line 30  endpoints, madrs, measure: no file measures "MADRS". Did you mean MADS?',
    ),
    "an arm without participants": (
        TRIAL.with_file("people.csv", "A2,M,", "A2,K,"),
        (
            'config/trials/small.yaml\n  line 16  design, arm "Midazolam": no participant in people.csv has this arm. '
            "Check its code."
        ),
    ),
}


def checked(trial: SmallTrial, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Give exit code and message of the command check."""
    code = main(["check", str(trial.write(folder)), "--out", str(folder / "check.json")])
    return code, capsys.readouterr().err


def checked_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Give exit code and message of the command check for a trial that is written already."""
    code = main(["check", str(folder / "config" / "trials" / "small.yaml")])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_gets_one_clear_message(mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial, message = MISTAKES[mistake]
    code, told = checked(trial, tmp_path, capsys)
    assert code == 1
    assert message in told
    assert "Nothing was analysed; earlier results are untouched." in told.splitlines()[-1]
    assert not (tmp_path / "check.json").exists()


def test_the_sound_trial_is_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, told = checked(TRIAL, tmp_path, capsys)
    assert (code, told) == (0, "")
    assert (tmp_path / "check.json").exists()


def test_what_spreadsheets_add_to_a_file_does_not_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    people = TRIAL.files["people.csv"]
    assert checked(TRIAL.with_text("people.csv", f"\ufeffsep=,\n{people},,\n,,\n"), tmp_path, capsys) == (0, "")


def test_a_folder_that_is_not_there_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, told = checked(SmallTrial(files={}), tmp_path, capsys)
    assert code == 1
    assert "data/small/people.csv" in told
    (tmp_path / "data" / "small").rmdir()
    code, told = checked_again(tmp_path, capsys)
    assert code == 1
    assert told.startswith(
        "data/small\n  there is no such folder. Make it and put 4 files there: "
        "people.csv, infusions.csv, scores.csv, events.csv.\n1 error"
    )
    *problems, where_the_page_is = told.rstrip().rsplit(" ", 1)
    assert where_the_page_is.endswith("check.html")
    assert str(tmp_path) not in " ".join(problems)


def test_all_mistakes_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = (
        TRIAL.without("events.csv")
        .with_file("scores.csv", "MADRS,30", "MADRS,high")
        .with_file("people.csv", "A2,M,", "A2,X,")
        .with_file("infusions.csv", "A1,2,", "A1,two,")
    )
    code, told = checked(trial, tmp_path, capsys)
    assert code == 1
    for part in ("events.csv", '"high" is not a number', '"X" is unknown', '"two" is not a number'):
        assert part in told
    assert "5 errors, 0 warnings." in told, "the arm that lost its only participant is the fifth"


def test_mistakes_of_the_plan_and_of_the_data_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = (
        TRIAL.with_plan("seed: 1\n", "seed: 1\ntitel: x\n")
        .with_plan("endpoint: madrs, method", "endpoint: madr, method")
        .with_plan("label: MADRS, better: lower}", "label: MADRS, better: No}")
        .with_plan("file: events.csv", "file: event.csv")
        .with_file("scores.csv", "MADRS,30", "MADRS,n/a")
        .with_file("infusions.csv", "who,number,", "who,nr,")
    )
    code, told = checked(trial, tmp_path, capsys)
    assert code == 1
    for part in (
        "line 5   titel: there is no such key here",
        'analyses, madrs-mmrm, endpoint: "madr" is not an endpoint',
        '"No" is not one of lower, higher, none',
        "data/small/event.csv\n  there is no such file. Did you mean events.csv?",
        'scores.csv\n  row 2  points: "n/a" is not a number',
        'infusions.csv\n  no column "number"',
    ):
        assert part in told
    assert "6 errors, 0 warnings. Nothing was analysed" in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("role: reference", "role: referenz"),
        ("name: Midazolam,", "nam: Midazolam,"),
        ("at: 7 d", "at: soon"),
        ("time_zero: first-infusion", "tim_zero: first-infusion"),
        ("{measure: MADRS, label: MADRS, better: lower}", "MADRS"),
        ("columns: {id: who, arm: group, site: centre}", "colums: {id: who, arm: group, site: centre}"),
        ("columns: {id: who, measure: scale,", "clock: noon, columns: {id: who, measure: scale,"),
        ("missing_codes: [NA,", "missing_code: [NA,"),
    ],
)
def test_sound_data_get_no_blame_for_a_mistake_in_the_plan(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code, told = checked(TRIAL.with_plan(old, new), tmp_path, capsys)
    assert code == 1
    assert "1 error, 0 warnings." in told


def test_the_file_of_a_source_that_cannot_be_read_is_missed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_plan("file: scores.csv, columns:", "file: scors.csv, colums:")
    code, told = checked(trial, tmp_path, capsys)
    assert code == 1
    assert "data/small/scors.csv\n  there is no such file. Did you mean scores.csv?" in told
    assert "2 errors, 0 warnings." in told


STAGES = "who,group,centre,stage\nA1,K,north,{}\nA2,M,south,{}\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1967-03-17", "1971-11-02"),
        ("17/03/1967", "2.11.1971"),
        ("17 Mar 1967", "2 November 1971"),
        ("17MAR1967", "02NOV1971"),
        ("March 17, 1967", "NA"),
        ("19670317", "19711102"),
        ("17.03.67", "02.11.71"),
        ("unknown", "1967-03-17 00:00:00"),
    ],
)
def test_dates_of_birth_are_refused_and_not_shown(
    first: str, second: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    quoted = [f'"{cell}"' if "," in cell else cell for cell in (first, second)]
    trial = TRIAL.with_plan("site: centre}", "site: centre}, covariates: {stage: stage}")
    code, told = checked(trial.with_text("people.csv", STAGES.format(*quoted)), tmp_path, capsys)
    assert code == 1
    assert re.search(
        r'people.csv\n  (column 4  \("stage"\) looks like|.* stage: holds) dates \(values not shown\)', told
    )
    assert "1 error, 0 warnings." in told
    assert first == "unknown" or first not in told
    assert second not in told.replace("NA", "")


@pytest.mark.parametrize(("first", "second"), [("1967", "1971"), ("2-3", "4-5"), ("100.5", "98"), ("NA", "NA")])
def test_years_and_codes_are_no_dates(first: str, second: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_plan("site: centre}", "site: centre}, covariates: {stage: stage}")
    assert checked(trial.with_text("people.csv", STAGES.format(first, second)), tmp_path, capsys) == (0, "")


def test_a_text_column_of_any_table_holds_no_dates(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, told = checked(TRIAL.with_file("people.csv", "A2,M,south", "A2,M,1967-03-17"), tmp_path, capsys)
    assert code == 1
    assert "people.csv\n  row 3  centre: holds dates (values not shown)." in told
    assert "1967" not in told


WIDE = TRIAL.with_plan(
    "{file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}",
    "{file: scores.csv, columns: {id: who}, wide: {MADRS: {Baseline: m0, 24 h: m1, Day7: m2}}}",
).with_text("scores.csv", "who,m0,m1,m2\nA1,30,20,18\nA2,31,28,25\n")


def test_a_misspelt_visit_of_a_wide_layout_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, told = checked(WIDE, tmp_path, capsys)
    assert code == 1
    assert "wide, MADRS, Day7: this is not a visit of the schedule. Did you mean Day 7?\n1 error, 0 warnings." in told


def test_a_missing_column_of_a_wide_layout_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, told = checked(WIDE.with_plan("Day7: m2", "Day 7: m9"), tmp_path, capsys)
    assert code == 1
    assert 'wide, MADRS, Day 7: scores.csv has no column "m9". It has: who, m0, m1, m2.\n1 error, 0 warnings.' in told


def test_a_repeated_row_of_a_wide_layout_is_told_by_columns_of_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    trial = WIDE.with_plan("Day7: m2", "Day 7: m2").with_file(
        "scores.csv", "A2,31,28,25\n", "A2,31,28,25\nA2,32,29,26\n"
    )
    code, told = checked(trial, tmp_path, capsys)
    assert code == 1
    assert told.startswith(
        "scores.csv\n  rows 3, 4 (2)  who: the same value stands in more than one row. Keep one row of each.\n1 error"
    )


def test_a_misspelt_measure_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, told = checked(TRIAL.with_file("scores.csv", "MADRS", "MADR"), tmp_path, capsys)
    assert code == 1
    assert 'endpoints, madrs, measure: no file measures "MADRS". Did you mean MADR?\n1 error, 0 warnings.' in told


def test_empty_lines_above_the_header_do_not_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    scores = TRIAL.files["scores.csv"]
    assert checked(TRIAL.with_text("scores.csv", f"\n\r\n{scores}"), tmp_path, capsys) == (0, "")
    wrong = TRIAL.with_text("scores.csv", "\n" + scores.replace("MADRS,30", "MADRS,x"))
    assert 'scores.csv\n  row 3  points: "x" is not a number' in checked(wrong, tmp_path, capsys)[1]


def test_a_time_with_a_zone_hides_no_other_mistake_of_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_plan("scores.csv", "scores.parquet")
    trial.write(tmp_path)
    scores = pd.read_csv(StringIO(TRIAL.files["scores.csv"].replace("MADRS,30", "MADRS,x")), dtype="str")
    zoned = scores.assign(when=pd.to_datetime(scores["when"], utc=True))
    zoned.to_parquet(tmp_path / "data" / "small" / "scores.parquet")
    code, told = checked(trial, tmp_path, capsys)
    assert code == 1
    assert '"when" has the type timestamp[us, tz=UTC], which cannot be read.' in told
    assert 'row 1  points: "x" is not a number' in told


def test_two_values_in_one_window_are_named_and_not_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_file("scores.csv", SCORES, SCORES + "A1,MADRS,22,2031-01-07T12:00\n")
    code, told = checked(trial, tmp_path, capsys)
    assert code == 0
    assert told == (
        "scores.csv\n  rows 3, 4 (2)  (warning) when: the participant has another value of MADRS in the window of the "
        "same visit; the nearest to the visit's time counts. Remove the row if it is a mistake.\n"
    )


def test_a_second_check_of_the_same_data_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial, _ = MISTAKES["text in a numeric cell"]
    assert checked(trial, tmp_path, capsys) == checked(trial, tmp_path, capsys)


def test_no_value_of_an_identifier_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    number = "MRN-77413"
    row = f"{number},MADRS,oops,yesterday\n"
    trial = TRIAL.with_file("scores.csv", SCORES, SCORES + row + row).with_file(
        "people.csv", "A2,M,south\n", f"A2,M,south\n{number},Z,south\n{number},Z,south\n"
    )
    code, told = checked(trial, tmp_path, capsys)
    assert code == 1
    assert number not in told


def test_a_column_that_nothing_uses_is_noted_and_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_file("people.csv", "centre\n", "centre,referral\n").with_file(
        "people.csv", "north", "north,clinic"
    )
    trial = trial.with_file("people.csv", "south", "south,ward")
    code, told = checked(trial, tmp_path, capsys)
    written = (tmp_path / "check.json").read_text()
    assert (code, told) == (0, "")
    assert "referral" in written
    assert "clinic" not in written


def test_rows_that_nothing_tells_apart_are_not_called_copies_before_the_column_of_visits_is_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rows = "who,m,zp\nA1,30,1\nA1,20,2\nA2,28,1\nA2,25,2\n"
    long = "columns: {id: who, measure: scale, value: points, taken: when}"
    trial = TRIAL.with_text("scores.csv", rows).with_plan(long, "columns: {id: who}, wide: {MADRS: m}")
    assert "If a column holds the visit or the time, name it under columns" in checked(trial, tmp_path, capsys)[1]
