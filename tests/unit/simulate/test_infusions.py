"""The infusions that were given."""

import numpy as np
import pytest

from postinfusion.simulate.infusions import dose_mg_per_kg, draw_infusions, leave_after_discharge

PEOPLE = 2_000


@pytest.fixture(scope="module")
def infusions():
    start = np.tile(np.array([0.0, 96.0, 168.0, 264.0, 336.0, 432.0]), (PEOPLE, 1))
    arm, active = np.repeat(["K", "M"], PEOPLE // 2), np.repeat([True, False], PEOPLE // 2)
    until = np.where(np.arange(PEOPLE) % 10 == 0, 200.0, np.inf)
    return draw_infusions(start, until, arm, active, np.random.default_rng(6)), arm


def test_nobody_gets_infusions_after_leaving(infusions):
    drawn, _ = infusions
    assert set(drawn.last_number()[::10]) == {3}
    assert set(np.delete(drawn.last_number(), np.arange(0, PEOPLE, 10))) == {6}


def test_infusions_take_about_40_minutes_unless_stopped_early(infusions):
    drawn, _ = infusions
    usual = drawn.minutes[~drawn.stopped_early]
    assert 37 <= usual.min() <= usual.max() <= 44
    assert drawn.minutes[drawn.stopped_early].max() <= 30
    assert ((drawn.stop_reason != "") == drawn.stopped_early).all()


def test_the_dose_is_the_planned_one_in_proportion_to_the_time_it_ran(infusions):
    drawn, arm = infusions
    dose = dose_mg_per_kg(drawn, arm)
    assert set(dose[arm == "M"].ravel()) == {0.045}
    stopped = (arm == "K")[:, None] & drawn.stopped_early
    assert dose[stopped] == pytest.approx(0.5 * drawn.minutes[stopped] / 40.0)
    assert set(dose[(arm == "K")[:, None] & ~drawn.stopped_early]) == {0.5}


def test_nobody_leaves_between_an_infusion_and_the_discharge():
    start = np.array([[0.0, 96.0]] * 4)
    left = np.array([1.0, 50.0, 97.0, np.inf])
    assert leave_after_discharge(left, start).tolist() == [6.0, 50.0, 102.0, np.inf]
