"""Times of data that cannot be, or cannot answer what the plan asks, are told with file, row and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from postinfusion.cli import main
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()
DATES = TRIAL.with_file("scores.csv", "2031-01-06T09:00", "2031-01-06").with_file(
    "scores.csv", "2031-01-07T10:00", "2031-01-07"
)
DAY_BY_DAY = DATES.with_plan("from: 20 h, until: 32 h", "from: 12 h, until: 36 h").with_plan("from: 32 h", "from: 36 h")
RECORDED = DAY_BY_DAY.with_plan("taken: when}", "taken: when, visit: at}").with_text(
    "scores.csv",
    "who,scale,points,when,at\nA1,MADRS,30,2031-01-06,Baseline\nA1,MADRS,20,2031-01-07,24 h\n"
    "A2,MADRS,28,2031-01-14,Day 7\n",
)
CONSENTED = TRIAL.with_text(
    "people.csv", "who,group,centre,consented\nA1,K,north,2031-01-06T09:30\nA2,M,south,2031-01-01\n"
)
DIED = TRIAL.with_text(
    "end.csv", "id,status,left,died\nA1,discontinued,2031-01-06,yes\nA2,completed,2031-02-01,no\n"
).with_plan("  adverse_events:", "  disposition: {file: end.csv}\n  adverse_events:")
STUDY_DAYS = (
    TRIAL.with_text("infusions.csv", "who,number,began,hour\nA1,1,1,10:00\nA1,2,8,10:00\nA2,1,1,10:30\n")
    .with_text("scores.csv", "who,scale,points,when,hour\nA1,MADRS,30,1,9\nA1,MADRS,20,2,10:00\nA2,MADRS,28,2,11.5\n")
    .with_text("events.csv", "who,event,began,ended\nA1,nausea,1,1\n")
    .with_plan("start: began, end: ended}}", "start: began, start_clock: hour}, clock: study-day}")
    .with_plan("taken: when}}", "taken: when, taken_clock: hour}, clock: study-day}")
    .with_plan("onset: began, end: ended}}", "onset: began, end: ended}, clock: study-day}")
)

REFUSED = {
    "dates without times where an analysis asks for hours": (
        DATES,
        (
            "scores.csv\n  rows 2, 3 (2)  when: a time of day is missing, which 24 h in madrs-mmrm needs. Add it, map "
            "its column as taken_clock, or leave these times out there."
        ),
    ),
    "dates without times where a visit of a whole day is named by hours": (
        DAY_BY_DAY,
        "Where the day is enough, call the visit Day 1, with a window of a day or more.",
    ),
    "a score from before consent": (
        CONSENTED,
        (
            "scores.csv\n  row 2  when: is before the participant's consent. Correct it, or say in the design "
            "before_consent: exclude or keep."
        ),
    ),
    "a score from after death": (
        DIED,
        (
            "scores.csv\n  row 3  when: is after the participant's death. Correct one of the dates, or say in the "
            "design after_death: exclude."
        ),
    ),
    "dates where time zero has none": (
        STUDY_DAYS.with_plan("end: ended}, clock: study-day}", "end: ended}}").with_text(
            "events.csv", TRIAL.files["events.csv"]
        ),
        "onset holds dates, but time zero is told on the clock study-day. Say clock here too.",
    ),
}
FINE = {
    "study days with hours": STUDY_DAYS,
    "a score from before consent that is to be kept": CONSENTED.with_plan(
        "schedule:", "  before_consent: keep\nschedule:"
    ),
    "a score from before consent that is to be excluded": CONSENTED.with_plan(
        "schedule:", "  before_consent: exclude\nschedule:"
    ),
    "scores from after death that are to be excluded": DIED.with_plan("schedule:", "  after_death: exclude\nschedule:"),
    "dates where nothing asks for hours": DATES.with_plan(
        "{visit: 24 h, at: 24 h, from: 20 h, until: 32 h}", "{visit: Day 1, at: 1 d, from: 12 h, until: 36 h}"
    )
    .with_plan("from: 32 h", "from: 36 h")
    .with_plan("visit: 24 h}", "visit: Day 1}")
    .with_plan("[24 h, Day 7]", "[Day 1, Day 7]"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_each_mistake_is_told_with_its_place_and_its_remedy(
    mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    trial, message = REFUSED[mistake]
    assert main(["check", str(trial.write(tmp_path))]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("case", FINE)
def test_what_the_plan_allows_is_no_error(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(FINE[case].write(tmp_path))]) == 0, capsys.readouterr().err


def test_a_recorded_visit_stands_for_the_hour_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(RECORDED.write(tmp_path))]) == 0
    told = capsys.readouterr().err
    assert "(warning) when: times within the day are not known: that 24 h in madrs-mmrm was so many hours" in told


@pytest.mark.parametrize(
    ("case", "excluded"),
    [
        ("a score from before consent that is to be excluded", {"assessments": 1}),
        ("a score from before consent that is to be kept", {}),
        ("scores from after death that are to be excluded", {"assessments": 1, "infusions": 1}),
    ],
)
def test_excluded_rows_are_counted(case: str, excluded: dict[str, int], tmp_path: Path):
    out = tmp_path / "check.json"
    assert main(["check", str(FINE[case].write(tmp_path)), "--out", str(out)]) == 0
    assert json.loads(out.read_text())["excluded_rows"] == excluded
