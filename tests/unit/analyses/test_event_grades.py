"""Toxicity grades as supplied, from the canonical table to the table of highest grades; without them a reason."""

import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.errors import DataError
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import START, infusions, participants, plan

PLAN = plan(analyses={"harms": {"method": "adverse-events"}})
EVENTS = [  # id, event, class, grade
    ("A", "nausea", "stomach", 1),
    ("A", "nausea", "stomach", 3),
    ("A", "vomiting", "stomach", 4),
    ("B", "nausea", "stomach", 2),
    ("C", "nausea", "stomach", None),
    ("D", "headache", "nerves", 2),
]


def adam(events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    tables = {
        "participants": participants(["Ketamine", "Ketamine", "Ketamine", "Midazolam"]),
        "infusions": infusions([(name, 1, 0.0) for name in "ABCD"]),
        "adverse_events": events.assign(onset=START + 1.0, onset_date_only=False),
    }
    return derive(PLAN, "small", tables)


def graded() -> pd.DataFrame:
    frame = pd.DataFrame(EVENTS, columns=["id", "term", "body_system", "grade"])
    return frame.assign(grade=frame["grade"].astype("Int64"))


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    return analyse(PLAN, "small", "harms", adam(graded())).results


def lines(ard: pd.DataFrame) -> dict[str, list[str]]:
    (part,) = TABLES["AET04"](results_of(PLAN, ard, "harms")).parts
    found: dict[str, list[str]] = {}
    block = ""
    for row in part.rows:
        block = block if row.cells else row.label
        if row.cells:
            found.setdefault(block, []).append(f"{row.label}: {row.cells[0].split(chr(160))[0]}")
    return found


def test_a_participant_counts_once_by_the_highest_grade_of_class_and_term(ard):
    assert lines(ard)["stomach"] == ["Grade 1: 0", "Grade 2: 1", "Grade 3: 0", "Grade 4: 1", "Not recorded: 1"]
    assert lines(ard)["nausea"] == ["Grade 1: 0", "Grade 2: 1", "Grade 3: 1", "Not recorded: 1"]
    assert lines(ard)["headache"] == ["Grade 1: 0", "Grade 2: 0", "Grade 3: 0"]
    everything = ["Grade 1: 0", "Grade 2: 1", "Grade 3: 0", "Grade 4: 1", "Grade 5: 0", "Not recorded: 1"]
    assert lines(ard)["Any adverse event"] == everything


def test_grades_of_a_term_add_up_to_its_participants(ard):
    parts = select(ard, variable="worst-grade", term="nausea", arm="Ketamine", stat_name="n")["stat"].sum()
    key = {"variable": "class-term", "term": "nausea", "arm": "Ketamine", "comparator": "", "stat_name": "n"}
    assert parts == statistic(ard, **key) == 3


def test_without_a_severity_the_words_of_the_grades_stand_for_it(ard):
    key = {"variable": "overview", "level": "severe", "arm": "Ketamine", "comparator": "", "stat_name": "n"}
    assert statistic(ard, **key) == 1
    assert adam(graded().assign(severity="mild"))["ADAE"]["AESEV"].unique().tolist() == ["mild"]


def test_a_severity_is_no_grade_and_the_reason_is_told():
    mild = graded().drop(columns="grade").assign(severity="mild")
    found = analyse(PLAN, "small", "harms", adam(mild)).results
    with pytest.raises(DataError, match=r"no adverse event has a toxicity grade .* AET03 shows severity"):
        TABLES["AET04"](results_of(PLAN, found, "harms"))


def test_a_small_count_is_not_told_by_its_grades(ard):
    shown = public(ard, small_cell=5)
    counts = shown[shown["variable"].isin(["worst-grade", "worst-grade-of-class"]) & shown["stat"].notna()]
    assert (counts["stat"] == 0).all()
    assert TABLES["AET04"](results_of(PLAN, shown, "harms")).parts


def test_a_grade_without_a_word_is_severe_where_another_event_has_a_word():
    words = ["mild", None, None, "moderate", None, "severe"]
    found = adam(graded().assign(severity=words))
    assert found["ADAE"]["AESEV"].tolist() == ["mild", "severe", "life-threatening", "moderate", "", "severe"]
    results = analyse(PLAN, "small", "harms", found).results
    of_all = {"arm": "", "comparator": "", "stat_name": "n"}
    assert statistic(results, variable="overview", level="severe", **of_all) == 2
    assert statistic(results, variable="review", level="severity against grade", **of_all) == 1


def test_an_event_of_grade_5_without_an_outcome_is_a_death_in_every_count():
    found = adam(graded().assign(serious=True, grade=pd.array([1, 5, 2, 2, 1, 2], "Int64")))
    results = analyse(PLAN, "small", "harms", found).results
    key = {"arm": "Ketamine", "comparator": "", "term": "", "stat_name": "n"}
    of = [("overview", "died"), ("fatal", "any"), ("serious-fatal", "any")]
    assert [statistic(results, variable=variable, level=level, **key) for variable, level in of] == [1, 1, 1]


def test_the_overview_tells_below_a_line_of_whom_it_is_not_known(ard):
    found = TABLES["AET01"](results_of(PLAN, ard, "harms"))
    rows = {row.label: row.cells for row in found.parts[0].rows}
    assert rows["Not known: severity not recorded"][:3] == ("1", "0", "1")
    assert [label for label in rows if label.startswith("Not known")] == ["Not known: severity not recorded"]
    assert any(note.startswith("Not known: participants with an event") for note in found.label.footnotes)
    hidden = TABLES["AET01"](results_of(PLAN, public(ard, small_cell=5), "harms")).parts[0].rows
    assert next(row.cells for row in hidden if row.label.startswith("Not known"))[0] != "1"
