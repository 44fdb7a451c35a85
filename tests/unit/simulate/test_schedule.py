"""When things happen."""

import numpy as np
import pytest

from postinfusion.simulate.endpoints import VISIT_HOURS, VISIT_LABELS
from postinfusion.simulate.schedule import INFUSION_DAYS, draw_schedule

PEOPLE = 20_000


@pytest.fixture(scope="module")
def schedule():
    return draw_schedule(PEOPLE, np.random.default_rng(5))


def _visit(schedule, label):
    return schedule.visits[:, VISIT_LABELS.index(label)]


def test_visits_come_in_their_order(schedule):
    assert (np.diff(schedule.visits, axis=1) > 0).all()
    assert (schedule.before_infusion < 0).all()
    assert (schedule.before_treatment < schedule.before_infusion).all()


def test_infusions_are_at_least_a_day_and_a_half_apart_and_within_two_days_of_plan(schedule):
    assert np.diff(schedule.infusions, axis=1).min() > 36.0
    assert np.abs(schedule.infusions - np.array(INFUSION_DAYS) * 24.0).max() < 48.0


@pytest.mark.parametrize(("label", "infusion"), [("day 3", 2), ("day 7", 3), ("day 14", 5)])
def test_an_assessment_comes_before_the_infusion_it_belongs_to_and_after_the_one_before(schedule, label, infusion):
    assert (_visit(schedule, label) < schedule.infusions[:, infusion - 1]).all()
    assert (_visit(schedule, label) > schedule.infusions[:, infusion - 2] + 12.0).all()


def test_day_21_is_after_the_last_infusion(schedule):
    assert (_visit(schedule, "day 21") >= schedule.infusions[:, -1] + 23.9).all()


@pytest.mark.parametrize(("label", "sd"), [("24 h", 2.0), ("day 3", 4.0), ("day 84", 24.0)])
def test_timing_varies_as_stated_within_its_limits(schedule, label, sd):
    shift = _visit(schedule, label) - VISIT_HOURS[VISIT_LABELS.index(label)]
    # Rounding to days adds 1/12 of a squared day; keeping to 7 to 21 o'clock takes some from day 3.
    assert 0.85 * sd < shift.std() < 1.06 * sd
    assert np.abs(shift).max() <= 72.01


def test_assessments_by_the_hour_are_near_their_hour(schedule):
    assert np.abs(_visit(schedule, "4 h") - 4.0).max() <= 0.76
    assert np.abs(_visit(schedule, "24 h") - 24.0).max() <= 4.01


def test_the_clock_is_exact_to_the_minute(schedule):
    hours = schedule.visits[:, 0]
    elapsed = (schedule.clock(hours) - schedule.origin) / np.timedelta64(1, "m") / 60.0
    assert elapsed == pytest.approx(hours, abs=1e-9)
