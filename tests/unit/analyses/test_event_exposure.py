"""Infusions and time under each treatment, of a crossover trial that was counted by hand."""

import pandas as pd
import pytest

from postinfusion.analyses.event_exposure import exposure_rows, infusions_given, participation_rows
from postinfusion.analyses.populations import CrossoverMembers, Members

ARMS = ("High", "Low")
GIVEN = [  # participant, period, treatment, hours of its infusions
    ("A", 1, "High", (0.0, 48.0)), ("A", 2, "Low", (240.0,)),
    ("B", 1, "Low", (0.0,)), ("B", 2, "High", (480.0, 528.0)),
    ("C", 1, "Low", (0.0,)),
    ("D", 1, "High", (0.0,)), ("D", 2, "High", (240.0,)),
]  # fmt: skip
ENDS = {"A": 720.0, "B": 600.0, "C": 120.0, "D": None}


@pytest.fixture
def adam():
    rows = [(who, period, arm, hour) for who, period, arm, hours in GIVEN for hour in hours]
    found = pd.DataFrame(rows, columns=["USUBJID", "APERIOD", "TRTA", "AHRFIRST"])
    return {"ADEX": found.assign(INFNUM=found.groupby("USUBJID").cumcount() + 1)}


@pytest.fixture
def population(adam):
    frame = pd.DataFrame({"USUBJID": [*ENDS], "EOSHR": pd.array([*ENDS.values()], "Float64")})
    given = {(who, period): arm for who, period, arm, _ in GIVEN}
    for period in (1, 2):
        frame[f"TRT0{period}A"] = [given.get((who, period), "") for who in ENDS]
    frame["NINF"] = frame["USUBJID"].map(adam["ADEX"]["USUBJID"].value_counts())
    return CrossoverMembers(frame.assign(ARM=None), ARMS, None, "A", ARMS)


def by_arm(rows, name):
    return {row["arm"]: row["stat"] for row in rows if row["stat_name"] == name}


def test_participants_of_several_arms_count_in_each_with_its_own_infusions(adam, population):
    assert population.n_by_arm == {"": 4, "High": 3, "Low": 3}
    assert dict(infusions_given(adam, population, "High")) == {"A": 2.0, "B": 2.0, "D": 2.0}
    assert dict(infusions_given(adam, population, "Low")) == {"A": 1.0, "B": 1.0, "C": 1.0}
    assert by_arm(exposure_rows(adam, population), "n_infusions") == {"": 9, "High": 6, "Low": 3}


def test_time_under_a_treatment_ends_where_the_next_period_begins(adam, population):
    rows = list(participation_rows(adam, population))
    days = {"": (720 + 600 + 120) / 24, "High": (240 + 120) / 24, "Low": (480 + 480 + 120) / 24}
    assert by_arm(rows, "person_days") == pytest.approx(days)
    assert by_arm(rows, "n_participants") == {"": 3, "High": 2, "Low": 3}  # of D no end of participation is known
    assert days["High"] + days["Low"] == pytest.approx(days[""])


def test_a_supplied_duration_of_treatment_is_of_no_arm_of_a_crossover_trial(adam, population):
    supplied = CrossoverMembers(population.frame.assign(EXDUR=10.0), ARMS, None, "A", ARMS)
    assert by_arm(exposure_rows(adam, supplied), "person_days") == {"": 40.0}
    assert list(participation_rows(adam, supplied)) == []


def test_in_a_parallel_trial_everything_is_of_the_arm_of_the_participant(adam, population):
    arms = pd.Categorical(["High", "Low", "Low", "High"], ARMS)
    parallel = Members(population.frame.assign(ARM=arms), ARMS, None)
    assert by_arm(exposure_rows(adam, parallel), "n_infusions") == {"": 9, "High": 5, "Low": 4}
    assert by_arm(participation_rows(adam, parallel), "person_days") == {"": 60.0, "High": 30.0, "Low": 30.0}


def test_without_infusions_nothing_is_told_of_them(population):
    assert infusions_given({}, population, "High") is None
    assert list(participation_rows({}, population)) == []
