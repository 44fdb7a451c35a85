"""How many assessments fell where, counted by hand in a small trial."""

from __future__ import annotations

import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import statistic
from postinfusion.derive.datasets import derive
from small_trial import assessments, infusions, participants, plan

ARMS = [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}]
PLAN = plan(
    analyses={"windows": {"method": "windows"}},
    design={"kind": "parallel", "time_zero": "first-infusion", "arms": ARMS, "infusions": ["0 h", "4 d"]},
    schedule=[
        {"visit": "Baseline", "at": "0 h", "from": "-14 d"},
        {"visit": "24 h", "at": "24 h", "from": "12 h", "until": "48 h"},
        {"visit": "Second + 1 d", "after": "infusion 2", "at": "24 h", "from": "12 h", "until": "48 h"},
        {"visit": "End + 7 d", "after": "last infusion", "at": "7 d", "from": "5 d", "until": "10 d"},
    ],
)
SCORES = [
    ("A", -400.0, 1.0),  # before the first window
    ("A", -1.0, 2.0),
    ("A", 20.0, 3.0),
    ("A", 30.0, 4.0),  # the nominal time 24 h is nearer to the one before
    ("A", 60.0, 5.0),  # between windows
    ("A", 100.0 + 26.0, 6.0),  # the second infusion was given at 100 h
    ("A", 100.0 + 168.0 + 12.0, 7.0),
    ("A", 900.0, 8.0),  # after the last window
    ("B", 24.0, 9.0),
    ("B", 168.0, 10.0),  # the only infusion of B is the last one
    ("C", 24.0, 11.0),  # never infused: no time
]


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    tables = {
        "participants": participants(["Ketamine", "Midazolam", "Ketamine"]),
        "infusions": infusions([("A", 1, 0.0), ("A", 2, 100.0), ("B", 1, 0.0)]),
        "assessments": assessments(SCORES),
    }
    return analyse(PLAN, "small", "windows", derive(PLAN, "small", tables)).results


def counted(ard: pd.DataFrame, level: str, *, term: str = "", visit: str = "", arm: str = "") -> float:
    time = {"24 h": "24", "Second + 1 d": "120", "End + 7 d": "264", "Baseline": "0", "": ""}[visit]
    key = {"variable": "assessment", "parameter": "MADRS", "level": level, "term": term, "visit": visit, "time": time}
    return statistic(ard, stat_name="n", arm=arm, **key)


def test_every_assessment_is_counted_once_in_a_window_or_outside(ard: pd.DataFrame):
    assert counted(ard, "") == len(SCORES)
    assert counted(ard, "in window") == 7
    assert counted(ard, "outside") == 4
    parts = ("before the first window", "between windows", "after the last window", "time not known")
    assert [counted(ard, "outside", term=part) for part in parts] == [1, 1, 1, 1]
    visits = ("Baseline", "24 h", "Second + 1 d", "End + 7 d")
    assert [counted(ard, "in window", visit=visit) for visit in visits] == [1, 3, 1, 2]


def test_one_of_several_assessments_in_a_window_represents_the_visit(ard: pd.DataFrame):
    assert counted(ard, "in window", visit="24 h", arm="Ketamine") == 2
    assert counted(ard, "in window", visit="24 h", arm="Ketamine", term="represents its visit") == 1
    assert counted(ard, "in window", visit="24 h", arm="Ketamine", term="further in the same window") == 1


def test_deviations_are_from_the_nominal_time_of_the_participant(ard: pd.DataFrame):
    key = {"variable": "deviation", "parameter": "MADRS"}
    after_second = {**key, "visit": "Second + 1 d", "time": "120", "arm": "Ketamine"}
    assert statistic(ard, stat_name="median", **after_second) == pytest.approx(2.0 / 24)
    at_24 = {**key, "visit": "24 h", "time": "24"}
    assert [statistic(ard, stat_name=name, arm="Ketamine", **at_24) for name in ("min", "median", "max")] == [-4, 1, 6]


def test_participants_for_whom_a_visit_does_not_exist_are_counted(ard: pd.DataFrame):
    key = {"variable": "participant", "parameter": "MADRS", "level": "without this infusion", "stat_name": "n"}
    assert statistic(ard, visit="Second + 1 d", time="120", arm="", **key) == 2
    assert statistic(ard, visit="End + 7 d", time="264", arm="", **key) == 1
