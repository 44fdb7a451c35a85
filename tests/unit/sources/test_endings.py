"""The end of the trial in columns beside others: recognised by name, form and labels, and no visit of the schedule."""

import pandas as pd
import pytest

from postinfusion.sources.recognition.endings import ending
from postinfusion.sources.recognition.evidence import Part, Sample
from postinfusion.sources.recognition.facts import facts
from postinfusion.sources.recognition.survey import survey

REASONS = "1, Completed | 2, Withdrew consent | 3, Lost to follow-up"
DICTIONARY = pd.DataFrame(
    {
        "Variable / Field Name": ["madrs", "last_dt", "why"],
        "Form Name": ["scores", "end_of_study", "end_of_study"],
        "Choices, Calculations, OR Slider Labels": ["", "", REASONS],
    }
)
ROWS = pd.DataFrame(
    {
        "id": ["1", "1", "1", "2", "2", "2"],
        "redcap_event_name": ["baseline_arm_1", "week_2_arm_1", "end_of_study_arm_1"] * 2,
        "madrs": ["30", "12", "", "28", "", ""],
        "wt_kg": ["60", "61", "", "70", "", ""],
        "last_dt": ["", "", "2031-02-01", "", "", "2031-02-09"],
        "why": ["", "", "1", "", "", "3"],
    }
)


def test_the_form_of_the_end_is_the_disposition_and_no_visit():
    found = survey([Sample("export.csv", ROWS, 6), Sample("dictionary.csv", DICTIONARY, 3)])
    end = found.found["disposition"]
    assert end.columns == {"id": "id", "status": "why", "reason": "why", "left": "last_dt"}
    assert end.values["status"] == {"1": "completed", "2": "discontinued", "3": "discontinued"}
    assert end.values["reason"] == {"1": "", "2": "Withdrew consent", "3": "Lost to follow-up"}
    assert end.part.where == {"redcap_event_name": ("end_of_study_arm_1",)}
    assert [visit.name for visit in facts(found).visits] == ["Baseline", "Week 2"]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("eos_reason", ["Completed", "Lost to follow-up", "Adverse event"]),
        ("Studienende", ["abgeschlossen", "Einwilligung widerrufen", "abgeschlossen"]),
        ("study_status", ["completed", "did not complete", "ongoing"]),
    ],
)
def test_words_under_a_name_of_the_end_are_known(name: str, cells: list[str]):
    frame = pd.DataFrame({"id": ["1", "2", "3"], name: cells})
    found = ending(Part(Sample("people.csv", frame, 3), frame), "id", None)
    assert found is not None
    assert found.columns["status"] == name


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("eos_reason", ["1", "2", "3"]),  # codes that nothing explains
        ("madrs_eot", ["12", "30", "18"]),
        ("job_status", ["completed", "ongoing", "other"]),
        ("eos_reason", ["Completed", "xyz", "Completed"]),
    ],
)
def test_what_is_not_surely_the_end_is_left_alone(name: str, cells: list[str]):
    frame = pd.DataFrame({"id": ["1", "2", "3"], name: cells})
    assert ending(Part(Sample("people.csv", frame, 3), frame), "id", None) is None
