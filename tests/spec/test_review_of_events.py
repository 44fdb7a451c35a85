"""Events that are counted by a rule are told with their rows, and none of them is refused or dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from postinfusion.cli import main
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()
HEAD = "who,event,began,ended,severity\n"
NAUSEA = "A1,nausea,2031-01-06T11:00,2031-01-06T12:30,mild\n"
GRADED = TRIAL.with_plan("onset: began, end: ended}}", "onset: began, end: ended, severity: severity}}")
HEAD_OF_GRADES = HEAD.replace("severity", "toxicity")
BY_GRADE = TRIAL.with_plan("onset: began, end: ended}}", "onset: began, end: ended, grade: toxicity}}")
CONSENTED = (
    GRADED.with_text("people.csv", "who,group,centre,consented\nA1,K,north,2031-01-05\nA2,M,south,2031-01-01\n")
    .with_text("events.csv", HEAD + NAUSEA + "A1,headache,2031-01-03,,mild\n")
)  # fmt: skip


CLASSED = TRIAL.with_plan("onset: began, end: ended}}", "onset: began, end: ended, body_system: class}}").with_text(
    "events.csv", "who,event,began,ended,class\nA1,nausea,2031-01-06T11:00,,Gastrointestinal disorders\n"
    "A1,headache,2031-01-06T11:00,,NERVOUS SYSTEM DISORDERS\nA1,fall,2031-01-06T11:00,,own class\n",
)  # fmt: skip


def with_events(*lines: str) -> SmallTrial:
    return GRADED.with_text("events.csv", HEAD + NAUSEA + "".join(f"{line}\n" for line in lines))


TOLD = {
    "missing severity": (
        with_events("A1,headache,2031-01-06T12:00,,"),
        "row 3  (warning) severity: is empty: the event counts, with severity not recorded, and is never taken",
    ),
    "missing grade": (
        BY_GRADE.with_text(
            "events.csv", HEAD_OF_GRADES + NAUSEA.replace("mild", "2") + "A1,headache,2031-01-06T12:00,,\n"
        ),
        "row 3  (warning) toxicity: is empty: the event counts, with grade not recorded.",
    ),
    "missing onset": (
        with_events("A1,headache,,,mild"),
        "row 3  (warning) began: is empty: the event counts as treatment-emergent unless it ended before time zero",
    ),
    "classes of MedDRA without its version": (
        CLASSED,
        "rows 2, 3 (2)  (warning) class: these classes are MedDRA's, and the plan does not say of which version",
    ),
    "a participant without infusion": (
        with_events("A3,headache,2031-01-06T12:00,,mild").with_text(
            "people.csv", "who,group,centre\nA1,K,north\nA2,M,south\nA3,K,north\n"
        ),
        "row 3  (warning) who: an event of a participant without any infusion",
    ),
    "self-induced vomiting": (
        with_events("A1,self-induced vomiting,2031-01-06T12:00,,mild"),
        "row 3  (warning) event: what participants do to themselves is no adverse event",
    ),
    "an onset before consent that is to be kept": (
        CONSENTED.with_plan("schedule:", "  before_consent: keep\nschedule:"),
        "row 3  (warning) began: is before the participant's consent. The event stays in the data",
    ),
    "an onset before consent that is to be excluded": (
        CONSENTED.with_plan("schedule:", "  before_consent: exclude\nschedule:"),
        "row 3  (warning) began: is before the participant's consent. The event stays in the data",
    ),
    "an infusion of which only the day is known": (
        TRIAL.with_file("infusions.csv", "2031-01-13T10:00,2031-01-13T10:40", "2031-01-13,2031-01-13")
        .with_plan(
            "{visit: 24 h, at: 24 h, from: 20 h, until: 32 h}", "{visit: Day 1, at: 1 d, from: 12 h, until: 36 h}"
        )
        .with_plan("from: 32 h", "from: 36 h")
        .with_plan("visit: 24 h}", "visit: Day 1}")
        .with_plan("[24 h, Day 7]", "[Day 1, Day 7]"),
        "row 3  (warning) began: a time of day is missing: no event is told in hours since this infusion",
    ),
}
REFUSED = {
    "an onset before consent": (CONSENTED, "row 3  began: is before the participant's consent."),
    "a severity outside the scale": (with_events("A1,headache,2031-01-06T12:00,,awful"), "row 3  severity: "),
    "a grade outside the scale": (
        BY_GRADE.with_text(
            "events.csv", HEAD_OF_GRADES + NAUSEA.replace("mild", "2") + "A1,headache,2031-01-06T12:00,,6\n"
        ),
        "row 3  toxicity: ",
    ),
    "an end before the onset": (with_events("A1,headache,2031-01-06T12:00,2031-01-06T11:00,mild"), "row 3  "),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_counted_by_a_rule_is_told_with_its_rows(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial, message = TOLD[case]
    assert main(["check", str(trial.write(tmp_path))]) == 0
    assert message in "".join(capsys.readouterr())


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_with_its_rows(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial, message = REFUSED[case]
    assert main(["check", str(trial.write(tmp_path))]) == 1
    assert message in capsys.readouterr().err


def test_a_version_of_the_dictionary_in_the_plan_leaves_nothing_to_warn_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    trial = CLASSED.with_plan("schedule:", '  dictionary: {version: "26.0"}\nschedule:')
    assert main(["check", str(trial.write(tmp_path))]) == 0
    assert "MedDRA" not in "".join(capsys.readouterr())
