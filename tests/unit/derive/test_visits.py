"""Visits: windows, the record that represents a visit, baseline and change."""

import pandas as pd
import pytest

from postinfusion.derive.visits import representative, supplied_visit, window_of, with_change
from postinfusion.plan.windows import windows
from small_trial import plan

PLAN = plan()


def visit_at(hours: float, second_infusion: float | None = None, known: str = "") -> str:
    exposure = pd.DataFrame({"USUBJID": ["A"], "INFNUM": [2], "AHRFIRST": [second_infusion], "DAYHR": [96.0]})
    records = pd.DataFrame({"USUBJID": ["A"], "AHRFIRST": [hours], "ATMF": [known]})
    return window_of(records, windows(PLAN), exposure if second_infusion else exposure.iloc[:0]).iloc[0]


@pytest.mark.parametrize(
    ("hours", "visit"),
    [
        (-400, ""),
        (-336, "Baseline"),
        (0, "Baseline"),
        (6, ""),
        (12, "24 h"),
        (47.9, "24 h"),
        (48, "Day 4"),
        (144, "Week 4"),
        (960, ""),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(hours: float, visit: str):
    assert visit_at(hours) == visit


def test_a_window_ends_at_the_start_of_the_next_infusion():
    assert visit_at(97.0, second_infusion=96.0) == ""
    assert visit_at(95.9, second_infusion=96.0) == "Day 4"


def test_a_record_of_unknown_hour_on_the_day_of_the_next_infusion_is_in_the_window():
    assert visit_at(96.0, second_infusion=95.5, known="D") == "Day 4"
    assert visit_at(96.0, second_infusion=95.5) == ""


def test_a_window_stays_open_for_whoever_did_not_get_the_next_infusion():
    assert visit_at(97.0) == "Day 4"


def records(hours: list[float], values: list[float], visit: str = "24 h") -> pd.DataFrame:
    frame = pd.DataFrame({"USUBJID": "A", "PARAMCD": "MADRS", "AVISIT": visit, "AHRFIRST": hours, "AVAL": values})
    return frame.assign(CLOCK=frame["AHRFIRST"])


def test_the_record_nearest_to_the_nominal_time_represents_the_visit():
    assert representative(records([20, 25, 30], [1, 2, 3]), PLAN.nominal_hours).tolist() == [False, True, False]


def test_of_two_equally_near_records_the_later_represents_the_visit():
    assert representative(records([22, 26], [1, 2]), PLAN.nominal_hours).tolist() == [False, True]


def test_where_only_days_are_known_the_earliest_record_of_the_first_day_is_the_baseline():
    of_one_day = records([0.0, 0.0], [30.0, 12.0], visit="Baseline").assign(CLOCK=[9.0, 14.0])
    assert representative(of_one_day, PLAN.nominal_hours).tolist() == [True, False]
    assert representative(of_one_day.iloc[::-1], PLAN.nominal_hours).tolist() == [False, True]


def test_a_record_without_a_value_represents_nothing():
    assert representative(records([24, 30], [float("nan"), 2]), PLAN.nominal_hours).tolist() == [False, True]


def test_an_unscheduled_record_represents_nothing():
    assert representative(records([8.0], [1.0], visit=""), PLAN.nominal_hours).tolist() == [False]


def test_a_recorded_visit_that_the_schedule_does_not_have_is_unscheduled():
    assert supplied_visit(pd.Series(["24 h", "Extra"]), PLAN).tolist() == ["24 h", ""]


def test_change_is_given_after_the_baseline_only():
    frame = pd.concat([records([-2.0], [30.0], "Baseline"), records([24.0], [24.0])], ignore_index=True)
    found = with_change(frame.assign(ANL01FL="Y", DTYPE=""), "Baseline")
    assert found["BASE"].tolist() == [30.0, 30.0]
    assert found["CHG"].tolist()[1] == -6.0
    assert found["PCHG"].tolist()[1] == pytest.approx(-20.0)
    assert found["CHG"].isna().tolist() == [True, False]
    assert found["ABLFL"].tolist() == ["Y", ""]
