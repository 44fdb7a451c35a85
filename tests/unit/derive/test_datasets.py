"""All datasets of a small trial, whose content is worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.derive.datasets import derive
from postinfusion.derive.participants import keys
from postinfusion.errors import DataError
from small_trial import START, assessments, infusions, participants, plan


def tables() -> dict[str, pd.DataFrame]:
    return {
        "participants": participants(["Ketamine", "Midazolam", "Ketamine"]),
        "infusions": infusions([("A", 1, 0.0), ("A", 2, 96.0), ("B", 1, 0.0)]),
        "assessments": assessments([("A", -1.0, 30.0), ("A", 24.0, 20.0), ("B", 0.0, 28.0), ("C", 24.0, 31.0)]),
        "weights": pd.DataFrame({"id": ["A"], "weight_kg": [50.0], "taken": [START - 1], "taken_date_only": [False]}),
        "disposition": pd.DataFrame(
            {
                "id": ["A", "B"],
                "status": ["completed", "discontinued"],
                "reason": ["", "lack of effect"],
                "left": [START + 600, START + 30],
                "left_date_only": False,
                "died": [False, False],
            }
        ),
        "adverse_events": pd.DataFrame(
            {
                "id": ["A", "A", "B"],
                "term": ["nausea", "headache", "nausea"],
                "onset": [START + 97.0, START - 5.0, START - 10.0],
                "onset_date_only": [False, False, True],
            }
        ),
    }


@pytest.fixture
def adam() -> dict[str, pd.DataFrame]:
    with_height = tables()
    with_height["participants"]["height_cm"] = [170.0, 160.0, 165.0]
    return derive(plan(), "small", with_height)


def test_only_datasets_with_data_exist(adam):
    assert set(adam) == {"ADSL", "ADEX", "ADQS", "ADVS", "ADAE", "ADTTE"}


def test_whoever_was_never_infused_is_randomised_but_not_safe_to_analyse(adam):
    adsl = adam["ADSL"].set_index("USUBJID")
    assert adsl["ITTFL"].to_dict() == {"A": "Y", "B": "Y", "C": "Y"}
    assert adsl["SAFFL"].to_dict() == {"A": "Y", "B": "Y", "C": ""}
    assert adsl["NINF"].to_dict() == {"A": 2, "B": 1, "C": 0}


def test_change_from_baseline_is_that_of_the_participant(adam):
    row = adam["ADQS"].query("USUBJID == 'A' and AVISIT == '24 h'").iloc[0]
    assert (row["BASE"], row["CHG"], row["AHRFIRST"], row["INFNUM"]) == (30.0, -10.0, 24.0, 1)


def test_a_score_of_a_participant_without_time_zero_has_no_visit(adam):
    row = adam["ADQS"].query("USUBJID == 'C'").iloc[0]
    assert row["AVISIT"] == ""
    assert np.isnan(row["AHRFIRST"])


def test_body_mass_index_is_weight_by_squared_height(adam):
    assert adam["ADSL"].set_index("USUBJID")["BMIBL"]["A"] == pytest.approx(50 / 1.7**2)


def test_weight_that_stands_among_the_vital_signs_too_is_read_once():
    signs = {"id": "A", "measure": ["WEIGHT", "SYSBP"], "value": [51.0, 118.0], "taken": START - 1}
    twice = tables() | {"vitals": pd.DataFrame(signs).assign(taken_date_only=False)}
    small = plan(sources={name: {"file": f"{name}.csv"} for name in twice})
    found = derive(small, "small", twice)
    assert found["ADVS"][["PARAMCD", "AVAL"]].apply(tuple, axis=1).tolist() == [("SYSBP", 118.0), ("WEIGHT", 50.0)]
    assert found["ADSL"].set_index("USUBJID")["WEIGHTBL"]["A"] == 50.0


def test_an_event_before_the_first_infusion_is_not_emergent(adam):
    found = adam["ADAE"].set_index(["USUBJID", "AEDECOD"])["TRTEMFL"].to_dict()
    assert found[("A", "nausea")] == "Y"
    assert found[("A", "headache")] == ""


def test_an_event_on_the_day_of_the_first_infusion_at_an_unknown_hour_counts_as_emergent(adam):
    assert adam["ADAE"].set_index(["USUBJID", "AEDECOD"])["TRTEMFL"].to_dict()[("B", "nausea")] == "Y"


def test_an_event_belongs_to_the_last_infusion_before_it(adam):
    row = adam["ADAE"].query("AEDECOD == 'nausea' and USUBJID == 'A'").iloc[0]
    assert (row["INFNUM"], row["AHRLAST"]) == (2, 1.0)


def test_leaving_early_is_an_event_and_completing_is_censored(adam):
    assert adam["ADTTE"].set_index("USUBJID")["CNSR"].to_dict() == {"A": 1, "B": 0}


def test_no_dataset_carries_the_clock_of_the_source(adam):
    largest = max(frame.select_dtypes("number").abs().max().max() for frame in adam.values())
    assert largest < START


def test_rekeyed_ids_are_a_permutation_that_only_the_data_can_draw_again():
    rekeyed = plan(privacy={"ids": "rekey"})
    people = pd.DataFrame({"id": [f"X{number}" for number in range(50)], "age": 30.0})
    first = keys(rekeyed, people)
    assert first.tolist() == keys(rekeyed, people).tolist()
    assert first.tolist() != keys(rekeyed, people.assign(age=31.0)).tolist()
    assert first.nunique() == 50
    assert sorted(first) != first.tolist()
    assert not any(name.startswith("X") for name in first)


def test_a_population_whose_rule_the_data_cannot_answer_is_refused():
    without_infusions = plan(
        design={
            "kind": "parallel",
            "time_zero": "randomisation",
            "arms": [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}],
        }
    )
    with pytest.raises(DataError, match='population "safety": the rule treated needs the source infusions'):
        derive(without_infusions, "small", {"participants": participants(["Ketamine"])})


def test_study_days_are_days_of_the_calendar_and_not_periods_of_24_hours():
    hours = [-11.0, -1.0, 0.0, 13.5, 14.5, 166.0]  # the first infusion starts at 10 in the morning
    tables = {
        "participants": participants(["Ketamine"]),
        "infusions": infusions([("A", 1, 0.0)]),
        "assessments": assessments([("A", hour, 20.0) for hour in hours]),
    }
    found = derive(plan(), "small", tables)["ADQS"].sort_values("AHRFIRST")
    assert found["ADY"].tolist() == [-1, 1, 1, 1, 2, 8]
