"""A response that is lost after the last infusion of its course is a relapse, where the plan says what that is."""

import pandas as pd
import pytest

from postinfusion.derive.datasets import derive
from postinfusion.plan.sections import for_derive
from small_trial import DAY, assessments, infusions, participants, plan

ENDPOINT = {"measure": "MADRS", "label": "MADRS", "better": "lower"}
RESPONSE = {"madrs": {**ENDPOINT, "response": "50 %", "change_source": "usual"}}
COURSE = [("A", 1, 0.0), ("A", 2, 4 * DAY)]


def flags(values: list[tuple[float, float]], starts: list[tuple[str, int, float]] = COURSE, **endpoint: str) -> str:
    """Give the flag of each record of one participant in the order of time, - where there is none."""
    tables = {
        "participants": participants(["Ketamine"]),
        "infusions": infusions(starts),
        "assessments": assessments([("A", DAY * day, value) for day, value in values]),
    }
    endpoints = {"madrs": {**RESPONSE["madrs"], **endpoint}}
    records = derive(plan(endpoints=endpoints), "small", tables)["ADQS"].sort_values("AHRFIRST")
    return "".join(flag or "-" for flag in records["RELAPFL"])


def test_a_response_that_is_lost_after_the_last_infusion_is_a_relapse():
    assert flags([(-1, 30), (1, 20), (5, 12), (14, 15), (28, 16), (35, 25)]) == "----YY"


def test_who_never_responded_cannot_relapse():
    assert flags([(-1, 30), (5, 20), (14, 28), (28, 31)]) == "----"


def test_a_loss_between_the_infusions_of_a_course_is_no_relapse():
    assert flags([(-1, 30), (1, 10), (3, 28), (5, 12), (28, 13)]) == "-----"


def test_a_relapse_ends_with_a_new_response():
    assert flags([(-1, 30), (5, 12), (14, 25), (21, 14), (28, 26)]) == "--Y-Y"


def test_a_new_course_asks_for_a_response_of_its_own():
    second = [*COURSE, ("A", 3, 40 * DAY)]
    assert flags([(-1, 30), (5, 12), (20, 25), (41, 24), (50, 26)], second) == "--Y--"
    assert flags([(-1, 30), (5, 12), (20, 25), (41, 10), (50, 26)], second) == "--Y-Y"


def test_where_higher_is_better_a_fall_is_the_relapse():
    assert flags([(-1, 10), (5, 16), (28, 12)], better="higher") == "--Y"


def test_without_a_declared_response_there_is_no_flag():
    tables = {
        "participants": participants(["Ketamine"]),
        "infusions": infusions(COURSE),
        "assessments": assessments([("A", -1.0, 30.0), ("A", 120.0, 10.0), ("A", 500.0, 30.0)]),
    }
    assert "RELAPFL" not in derive(plan(), "small", tables)["ADQS"]


@pytest.mark.parametrize("parameter", ["MADRS", "Weight"])
def test_only_parameters_with_a_declared_response_are_marked(parameter: str):
    measured = [("A", -1.0, 30.0), ("A", 120.0, 10.0), ("A", 500.0, 30.0)]
    both = pd.concat([assessments(measured), assessments(measured, measure="Weight")], ignore_index=True)
    tables = {"participants": participants(["Ketamine"]), "infusions": infusions(COURSE), "assessments": both}
    found = derive(plan(endpoints=RESPONSE), "small", tables)["ADQS"]
    assert (found.loc[found["PARAMCD"] == parameter, "RELAPFL"] == "Y").any() == (parameter == "MADRS")


def test_another_response_makes_the_datasets_stale():
    assert for_derive(plan()) != for_derive(plan(endpoints=RESPONSE))
