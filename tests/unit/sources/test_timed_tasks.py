"""Seconds of a task that is broken off at a limit are drafted as such; ratings and free times are not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from postinfusion.plan import yaml_text
from postinfusion.sources.recognition.drafts import draft
from postinfusion.sources.recognition.evidence import Sample
from postinfusion.sources.recognition.survey import survey
from postinfusion.sources.recognition.timed_tasks import cap

IDS = [f"P{number:02d}" for number in range(1, 13)]
SECONDS = [str(value) for value in (61, 75, 88, 93, 104, 117, 131, 149, 166, 180, 180, 180, 180)]


@pytest.mark.parametrize(
    ("name", "values", "seconds"),
    [
        ("Regelwechsel_Sek", SECONDS, 180), ("switching (s)", SECONDS, 180), ("VAS", SECONDS, 0),
        ("switching_sec", SECONDS[:-3], 0), ("switching_sec", ["180", "90"] * 8, 0),
        ("switching_sec", ["0", *SECONDS], 0),
    ],
)  # fmt: skip
def test_many_values_at_the_largest_are_the_limit_of_a_task_in_seconds(name: str, values: list[str], seconds: float):
    assert cap(name, pd.Series(values)) == seconds


def drafted(**columns: list[str]) -> Any:
    people = pd.DataFrame({"id": IDS, "arm": ["Ketamine", "Midazolam"] * 6})
    visits = [(one, visit) for one in IDS for visit in ("Baseline", "Day 7")]
    frame = pd.DataFrame(visits, columns=["id", "visit"]).assign(madrs=[*(["24", "25", "26"] * 8)], **columns)
    samples = [Sample(f"{name}.csv", one, len(one)) for name, one in {"people": people, "tasks": frame}.items()]
    return yaml_text.read(draft(survey(samples), "mytrial").text(), "mytrial").tree


def test_a_task_of_no_catalogue_is_read_beside_known_scales():
    found = drafted(switching_sec=(SECONDS * 2)[:24])
    task = found["endpoints"]["switching"]
    assert (task["kind"], task["cap"], task["unit"], task["better"]) == ("timed-task", "180", "s", "lower")
    assert found["analyses"]["switching-ratio"] == {"method": "timed-task", "endpoint": "switching"}
    assert found["endpoints"]["madrs"] == {"measure": "MADRS"}


def test_a_task_of_the_catalogue_has_the_cap_of_the_catalogue():
    found = drafted(tmt_b=(SECONDS * 2)[:24])
    assert found["endpoints"]["tmt-b"] == {"measure": "TMT", "score": "B", "kind": "timed-task"}
    assert "tmt-b-over-time" not in found["analyses"]
