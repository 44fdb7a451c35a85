"""Time since infusion: the clock, the infusions before a record, and the phase."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.derive.time_since import hours_since, since_infusions, study_day, time_zero
from postinfusion.plan.source import Clock
from small_trial import START, infusions, participants, plan

ZERO = pd.Series({"A": START})


def exposure(starts: list[float], doses: list[float] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"USUBJID": "A", "INFNUM": range(1, len(starts) + 1), "AHRFIRST": starts})
    day = np.floor((frame["AHRFIRST"] + 10) / 24) * 24  # the first infusion begins at 10 o'clock
    dose = np.cumsum(doses or [0.5] * len(starts))
    gap = frame["AHRFIRST"].diff()
    return frame.assign(CUMDOSE=dose, GAPHR=gap, DAYHR=day, COURSE=1 + (gap > 14 * 24).cumsum())


def since(hours: list[float], starts: list[float], *, known: str = "", **options: bool) -> pd.DataFrame:
    records = pd.DataFrame({"USUBJID": "A", "AHRFIRST": hours, "ATMF": known})
    return since_infusions(records, exposure(starts), **options)


def taken(hours: float, *, date_only: bool = False) -> pd.DataFrame:
    return pd.DataFrame({"id": ["A"], "taken": [hours], "taken_date_only": [date_only]})


def test_time_zero_is_the_start_of_the_first_infusion_of_each_participant():
    zero = time_zero(
        plan().design, participants(["Ketamine"] * 3), infusions([("B", 2, 96.0), ("A", 1, 0.0), ("B", 1, 5.0)])
    )
    assert zero.to_dict() == pytest.approx({"A": START, "B": START + 5, "C": np.nan}, nan_ok=True)


def test_hours_since_time_zero_are_exact_for_date_times():
    assert hours_since(taken(START + 24.5), "taken", ZERO, Clock.DATE_TIME).tolist() == [24.5]


def test_a_date_on_the_day_of_time_zero_is_not_before_time_zero():
    midnight = START - 10
    assert hours_since(taken(midnight, date_only=True), "taken", ZERO, Clock.DATE_TIME).tolist() == [0.0]


def test_a_date_counts_whole_days_from_the_day_of_time_zero():
    midnight_a_week_later = START - 10 + 7 * 24
    assert hours_since(taken(midnight_a_week_later, date_only=True), "taken", ZERO, Clock.DATE_TIME).tolist() == [168.0]


def test_a_clock_that_counts_from_time_zero_is_taken_as_it_is():
    assert hours_since(taken(24.0), "taken", ZERO, Clock.HOURS).tolist() == [24.0]


def test_there_is_no_study_day_zero():
    assert study_day(pd.Series([-25.0, -0.1, 0.0, 23.9, 24.0])).tolist() == [-2, -1, 1, 1, 2]


def test_a_record_at_the_very_start_of_an_infusion_is_before_it():
    assert since([0.0, 96.0], [0.0, 96.0])["INFNUM"].tolist() == [0, 1]


def test_the_last_infusion_before_a_record_counts():
    found = since([95.0, 100.0], [0.0, 96.0])
    assert found["AHRLAST"].tolist() == [95.0, 4.0]
    assert found["CUMDOSE"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize("second", [95.5, 96.0, 96.5])
def test_a_record_of_unknown_hour_on_the_day_of_an_infusion_is_before_it_whatever_its_minute(second: float):
    found = since([96.0], [0.0, second], known="D")
    assert found["INFNUM"].tolist() == [1]
    assert found["AHRLAST"].tolist() == [96.0]


def test_an_event_of_unknown_hour_on_the_day_of_an_infusion_belongs_to_it():
    found = since([96.0], [0.0, 96.5], known="D", same_day_is_after=True)
    assert found["INFNUM"].tolist() == [2]
    assert found["AHRLAST"].tolist() == [0.0]


def test_before_the_first_infusion_nothing_was_received():
    found = since([-3.0], [0.0, 96.0])
    assert found["INFNUM"].tolist() == [0]
    assert found["CUMDOSE"].tolist() == [0.0]
    assert found["AHRLAST"].isna().all()


@pytest.mark.parametrize(
    ("hours", "phase"),
    [
        (-1, "pre"),
        (0, "pre"),
        (1, "acute"),
        (24, "acute"),
        (25, "subacute"),
        (90, "course"),
        (260, "course"),
        (265, "followup"),
    ],
)
def test_each_record_has_the_phase_of_the_brief(hours: float, phase: str):
    assert since([hours], [0.0, 96.0])["PHASE"].tolist() == [phase]


def test_infusions_after_a_pause_of_more_than_two_weeks_are_maintenance():
    assert since([500.0], [0.0, 400.0])["PHASE"].tolist() == ["maintenance"]


def test_the_order_of_records_and_infusions_does_not_matter():
    records = pd.DataFrame({"USUBJID": list("ABAB"), "AHRFIRST": [100.0, 3.0, -1.0, 200.0], "ATMF": ""})
    both = pd.concat([exposure([0.0, 96.0]), exposure([0.0, 96.0, 180.0]).assign(USUBJID="B")], ignore_index=True)
    straight = since_infusions(records, both)
    turned = since_infusions(records.iloc[::-1], both.iloc[::-1]).sort_index()
    pd.testing.assert_frame_equal(straight, turned)


def test_a_record_at_the_start_of_an_infusion_that_is_flagged_post_dose_is_after_it():
    records = pd.DataFrame({"USUBJID": "A", "AHRFIRST": [0.0, 96.0], "ATMF": "", "TIMING": "post-dose"})
    found = since_infusions(records, exposure([0.0, 96.0]))
    assert found["INFNUM"].tolist() == [1, 2]
    assert found["AHRLAST"].tolist() == [0.0, 0.0]
    assert found["PHASE"].tolist() == ["acute", "acute"]


def test_a_record_of_unknown_hour_that_is_flagged_post_dose_is_after_the_infusion_of_its_day():
    records = pd.DataFrame({"USUBJID": "A", "AHRFIRST": [96.0], "ATMF": "D", "TIMING": "post-dose"})
    assert since_infusions(records, exposure([0.0, 96.5]))["INFNUM"].tolist() == [2]


def test_each_record_has_the_course_of_the_last_infusion_before_it():
    found = since([-1.0, 50.0, 500.0], [0.0, 48.0, 400.0])["COURSE"]
    assert found.isna().tolist() == [True, False, False]
    assert found.tolist()[1:] == [1, 2]


def test_who_had_no_infusion_is_in_no_phase():
    records = pd.DataFrame({"USUBJID": "Z", "AHRFIRST": [5.0], "ATMF": ""})
    assert since_infusions(records, exposure([0.0]))["PHASE"].tolist() == [""]


def test_study_days_with_an_hour_count_from_the_hour_of_time_zero():
    table = taken(24 + 9.5)
    on_study_days = hours_since(table, "taken", pd.Series({"A": 10.0}), Clock.STUDY_DAY, zero_clock=Clock.STUDY_DAY)
    assert on_study_days.tolist() == [23.5]
    assert hours_since(table, "taken", ZERO, Clock.STUDY_DAY).tolist() == [23.5]


def test_a_study_day_without_an_hour_counts_whole_days():
    found = hours_since(taken(24.0, date_only=True), "taken", ZERO, Clock.STUDY_DAY)
    assert found.tolist() == [24.0]


def test_a_first_infusion_on_a_later_study_day_is_time_zero_all_the_same():
    zero = pd.Series({"A": 48.0 + 10})
    found = hours_since(taken(72.0 + 10), "taken", zero, Clock.STUDY_DAY, zero_clock=Clock.STUDY_DAY)
    assert found.tolist() == [24.0]
