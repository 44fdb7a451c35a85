"""Who leaves, and what intercurrent events do."""

import numpy as np
import pytest

from postinfusion.simulate.attendance import (
    EVENT_TYPES,
    draw_attendance,
    draw_event_hours,
    event_shift,
)
from postinfusion.simulate.endpoints import VISIT_HOURS

PEOPLE = 5_000
HOURS = VISIT_HOURS[None, :]


def _attendance(madrs, *, active=False):
    before = np.full(len(madrs), 31.0)
    return draw_attendance(before, madrs, np.full(len(madrs), active), HOURS, np.random.default_rng(8))


def test_the_sicker_leave_more_often():
    well, ill = (_attendance(np.full((PEOPLE, 12), score)) for score in (10.0, 40.0))
    assert ill.completed.mean() < well.completed.mean() - 0.2


def test_dropout_does_not_depend_on_scores_that_nobody_recorded():
    scores = np.random.default_rng(9).uniform(5.0, 50.0, (PEOPLE, 12))
    usual = _attendance(scores)
    hidden = usual.missed | ~usual.in_trial(12)
    changed = _attendance(np.where(hidden, scores + 30.0, scores))
    assert np.array_equal(changed.dropout, usual.dropout)


def test_whoever_left_did_so_between_two_visits():
    attendance = _attendance(np.full((PEOPLE, 12), 30.0))
    gone = ~attendance.completed
    following = VISIT_HOURS[attendance.dropout[gone]]
    preceding = VISIT_HOURS[attendance.dropout[gone] - 1]
    assert ((preceding < attendance.left[gone]) & (attendance.left[gone] < following)).all()


def test_everyone_is_there_at_4_h_and_one_in_twenty_visits_is_missed_later():
    attendance = _attendance(np.full((PEOPLE, 12), 20.0))
    assert attendance.dropout.min() >= 1
    assert not attendance.missed[:, 0].any()
    error = 3.29 * np.sqrt(0.05 * 0.95 / (11 * PEOPLE))
    assert attendance.missed[:, 1:].mean() == pytest.approx(0.05, abs=error)


def test_an_intercurrent_event_lowers_the_score_from_then_on():
    event = np.full((1, len(EVENT_TYPES)), np.inf)
    event[0, 0], event[0, 2] = 100.0, 1000.0
    assert event_shift(event, np.array([[99.0, 100.0, 2000.0]])).tolist() == [[0.0, -3.0, -7.0]]


@pytest.mark.parametrize(("active", "either", "ketamine"), [(True, 0.10, 0.0), (False, 0.20, 0.06)])
def test_intercurrent_events_are_as_frequent_as_stated(active, either, ketamine):
    people = 50_000
    happened = np.isfinite(draw_event_hours(np.full(people, active), np.random.default_rng(4)))
    for share, expected in ((happened[:, :2].any(axis=1).mean(), either), (happened[:, 2].mean(), ketamine)):
        assert share == pytest.approx(expected, abs=3.29 * np.sqrt(expected * (1 - expected) / people) + 1e-12)
