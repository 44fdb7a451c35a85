"""Values that no window holds are named."""

import pandas as pd

from postinfusion.derive.coverage import repeated, uncovered, without_values
from postinfusion.derive.datasets import derivation, derive
from small_trial import START, assessments, infusions, participants, plan


def texts(hours: list[float], onset: float = 1.0) -> list[str]:
    tables = {
        "participants": participants(["Ketamine"]),
        "infusions": infusions([("A", 1, 0.0)]),
        "assessments": assessments([("A", hour, 20.0) for hour in hours]),
        "adverse_events": pd.DataFrame(
            {"id": ["A"], "term": ["nausea"], "onset": [START + onset], "onset_date_only": [False]}
        ),
    }
    return [problem.text for problem in uncovered(plan(), plan().endpoints, derive(plan(), "small", tables))]


def test_values_within_windows_need_no_word():
    assert texts([-1.0, 24.0, 672.0]) == []


def test_values_outside_every_window_are_counted_with_their_days():
    (text,) = texts([-1.0, 24.0, -24.0 * 6574])
    assert "1 of 3 values fall into no visit's window (day -6574.0 to -6574.0 since time zero)" in text


def test_an_event_years_before_time_zero_is_named():
    (text,) = texts([-1.0], onset=-24.0 * 3650)
    assert text.startswith("1 event began more than a year before time zero")


def test_a_question_about_a_visit_at_which_nobody_has_a_value_is_named():
    tables = {
        "participants": participants(["Ketamine"]),
        "infusions": infusions([("A", 1, 0.0)]),
        "assessments": assessments([("A", hour, 20.0) for hour in (-1.0, 24.0)]),
    }
    asked = plan(
        estimands={"primary": {"population": "randomised", "variable": {"endpoint": "madrs", "visit": "Week 4"}}}
    )
    (problem,) = without_values(asked, asked.estimands, asked.endpoints, derive(asked, "small", tables))
    assert "nobody has a value of MADRS at Week 4" in problem.text
    assert problem.severity == "warning"
    tables["assessments"] = assessments([("A", hour, 20.0) for hour in (-1.0, 672.0)])
    assert not [*without_values(asked, asked.estimands, asked.endpoints, derive(asked, "small", tables))]


def shared_rows(measured: list[tuple[str, float]]) -> list[list[int]]:
    tables = {
        "participants": participants(["Ketamine", "Midazolam"]),
        "infusions": infusions([("A", 1, 0.0), ("B", 1, 0.0)]),
        "assessments": assessments([(name, hour, 20.0) for name, hour in measured]),
    }
    records = derivation(plan(), "small", tables).records
    return [finding.positions.tolist() for _, finding in repeated(plan().endpoints, tables, records)]


TWICE = [("A", 24.0), ("A", 25.0)]
ONCE = [(name, hour) for name in "AB" for hour in (-1.0, 72.0, 672.0)]


def test_two_values_at_different_times_in_one_window_are_named():
    assert shared_rows([*ONCE, *TWICE]) == [[6, 7]]


def test_values_in_different_windows_or_of_different_participants_need_no_word():
    assert shared_rows([*ONCE, ("A", 24.0), ("B", 25.0)]) == []


def test_where_every_visit_holds_several_values_this_is_the_design():
    assert shared_rows([(name, hour + more) for name, hour in ONCE for more in (0.0, 0.1)]) == []
