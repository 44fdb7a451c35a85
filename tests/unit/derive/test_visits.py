"""Visits: windows, the record that represents a visit, baseline and change."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.derive.visits import nominal_times, representative, supplied_visit, window_of, with_change
from postinfusion.plan.plan import Plan
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


def chosen_of(frame: pd.DataFrame) -> pd.Series:
    return representative(frame, frame["AVISIT"].map(PLAN.nominal_hours).astype("float64"))


def test_the_record_nearest_to_the_nominal_time_represents_the_visit():
    assert chosen_of(records([20, 25, 30], [1, 2, 3])).tolist() == [False, True, False]


def test_of_two_equally_near_records_the_later_represents_the_visit():
    assert chosen_of(records([22, 26], [1, 2])).tolist() == [False, True]


def test_where_only_days_are_known_the_earliest_record_of_the_first_day_is_the_baseline():
    of_one_day = records([0.0, 0.0], [30.0, 12.0], visit="Baseline").assign(CLOCK=[9.0, 14.0])
    assert chosen_of(of_one_day).tolist() == [True, False]
    assert chosen_of(of_one_day.iloc[::-1]).tolist() == [False, True]


def test_a_record_without_a_value_represents_nothing():
    assert chosen_of(records([24, 30], [float("nan"), 2])).tolist() == [False, True]


def test_an_unscheduled_record_represents_nothing():
    assert chosen_of(records([8.0], [1.0], visit="")).tolist() == [False]


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


def anchored(*visits: dict[str, str]) -> Plan:
    """Give a plan whose visits count from infusions; three are planned, a week apart."""
    baseline = {"visit": "Baseline", "at": "0 h"}
    arms = [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}]
    infusions = ["0 h", "7 d", "14 d"]
    design = {"kind": "parallel", "time_zero": "first-infusion", "arms": arms, "infusions": infusions}
    return plan(schedule=[baseline, *visits], design=design)


SECOND = {"visit": "Second, 24 h", "after": "infusion 2", "at": "24 h", "from": "12 h", "until": "2 d"}
PRE_SECOND = {"visit": "Before second", "after": "infusion 2", "at": "0 h", "from": "-6 h", "until": "0 h"}
END = {"visit": "End + 7 d", "after": "last infusion", "at": "7 d", "from": "5 d", "until": "10 d"}
STARTS = [0.0, 170.0, 340.0]  # two hours and four hours late


def visits_of(hours: list[float], given: Plan, starts: list[float], *, known: str = "", timing: str = "") -> list[str]:
    """Give the visit of each record of a participant with infusions at the given hours."""
    exposure = pd.DataFrame({"USUBJID": "A", "INFNUM": range(1, len(starts) + 1), "AHRFIRST": starts})
    exposure["DAYHR"] = np.floor((exposure["AHRFIRST"] + 10) / 24) * 24
    records = pd.DataFrame({"USUBJID": "A", "AHRFIRST": hours, "ATMF": known, "TIMING": timing})
    return window_of(records, windows(given), exposure).tolist()


def test_a_window_counts_from_the_infusion_that_the_participant_really_had():
    given = anchored(SECOND)
    assert visits_of([170 + 11.9, 170 + 12, 170 + 47.9, 170 + 48], given, STARTS) == [
        "", SECOND["visit"], SECOND["visit"], "",
    ]  # fmt: skip


def test_a_visit_after_the_last_infusion_counts_from_the_last_that_the_participant_had():
    given = anchored(END)
    assert visits_of([340 + 168], given, STARTS) == [END["visit"]]
    assert visits_of([170 + 168, 340 + 168], given, STARTS[:2]) == [END["visit"], ""]


def test_a_visit_after_an_infusion_that_the_participant_did_not_have_does_not_exist():
    assert visits_of([168 + 24, 194], anchored(SECOND), [0.0]) == ["", ""]


def test_a_record_at_the_very_start_of_an_infusion_is_in_the_window_before_it_unless_it_is_flagged_post_dose():
    given = anchored(PRE_SECOND)
    assert visits_of([165.0, 170.0, 170.1], given, STARTS) == [PRE_SECOND["visit"], PRE_SECOND["visit"], ""]
    assert visits_of([170.0], given, STARTS, timing="post-dose") == [""]


def test_a_record_of_unknown_hour_on_the_day_of_its_infusion_is_in_the_window_before_it():
    assert visits_of([168.0], anchored(PRE_SECOND), STARTS, known="D") == [PRE_SECOND["visit"]]


def test_a_record_in_two_windows_that_count_from_different_infusions_belongs_to_the_nearest_visit():
    early = {"visit": "Day 20", "at": "20 d", "from": "16 d", "until": "25 d"}
    given = anchored(early, END)
    assert visits_of([20 * 24, 340 + 168], given, STARTS) == ["Day 20", END["visit"]]


def test_a_record_at_time_zero_that_is_flagged_post_dose_is_not_the_baseline():
    assert visits_of([0.0], anchored(), STARTS) == ["Baseline"]
    assert visits_of([0.0], anchored(), STARTS, timing="post-dose") == [""]


def test_the_nominal_time_of_a_visit_is_that_of_the_participant():
    records = pd.DataFrame({"USUBJID": ["A", "B"], "AVISIT": SECOND["visit"], "AHRFIRST": np.nan, "ATMF": ""})
    exposure = pd.DataFrame({"USUBJID": "A", "INFNUM": [1, 2], "AHRFIRST": [0.0, 170.0], "DAYHR": [0.0, 168.0]})
    found = nominal_times(records, windows(anchored(SECOND)), exposure)
    assert found.tolist() == pytest.approx([194.0, np.nan], nan_ok=True)
