"""Limits of a rate by draws of participants: a draw by hand, what leaves them alone, and what they refuse."""

import numpy as np
import pytest

from postinfusion.core import bootstrap_rates
from postinfusion.core.bootstrap_rates import DRAWS, fewest_apart, rate_by_bootstrap
from postinfusion.core.poisson_rates import rate_of_clusters
from postinfusion.errors import ModelError

EVENTS = np.array([3, 0, 0, 1, 2, 0, 1, 0, 5, 0, 0, 1, 0, 2, 0, 0, 1, 0, 0, 0], dtype=float)
TIME = np.array([1.0, 1, 1, 0.5, 1, 1, 0.2, 1, 1, 1, 1, 1, 0.7, 1, 1, 1, 1, 0.9, 1, 1])
ALIKE = np.ones(20)
NEARLY_ALIKE = 1 + 0.01 * np.linspace(-1, 1, 20)
ROUNDING = 1e-9


def found(events=EVENTS, time=TIME, seed=1, confidence=0.95):
    return rate_by_bootstrap(events, time, np.random.default_rng(seed), confidence=confidence)


def root_and_error(events, time):
    rate = events.sum() / time.sum()
    m = len(events)
    variance = m / (m - 1) * ((events - rate * time) ** 2).sum() / time.sum() ** 2
    return np.sqrt(rate), np.sqrt(variance) / (2 * np.sqrt(rate))


@pytest.mark.parametrize(("confidence", "places"), [(0.9, (99, 1899)), (0.95, (49, 1949)), (0.99, (9, 1989))])
def test_the_limits_are_those_of_draws_made_one_by_one(confidence, places):
    drawn_by_place = np.random.default_rng(1).integers(len(EVENTS), size=(DRAWS, len(EVENTS)))
    root, error = root_and_error(EVENTS, TIME)
    drawn = [root_and_error(EVENTS[who], TIME[who]) for who in drawn_by_place]
    statistic = np.sort([(one - root) / its_error if one else -np.inf for one, its_error in drawn])
    expected = (max(root - statistic[places[1]] * error, 0) ** 2, (root - statistic[places[0]] * error) ** 2)
    limits = found(confidence=confidence)
    assert (limits.conf_low, limits.conf_high) == pytest.approx(expected, rel=ROUNDING)
    assert limits.estimate == pytest.approx(EVENTS.sum() / TIME.sum(), rel=ROUNDING)


def test_the_unit_of_time_changes_the_unit_of_the_rate_alone():
    days, years = found(), found(time=TIME / 365.25)
    assert years.conf_high == pytest.approx(365.25 * days.conf_high, rel=ROUNDING)
    assert years.conf_low == pytest.approx(365.25 * days.conf_low, rel=ROUNDING)


def test_the_limits_lie_near_the_robust_ones_and_hold_the_rate():
    drawn, robust = found(), rate_of_clusters(EVENTS, TIME)
    assert drawn.conf_low < drawn.estimate < drawn.conf_high
    assert drawn.conf_high == pytest.approx(robust.conf_high, rel=0.15)
    assert drawn.conf_low == pytest.approx(robust.conf_low, rel=0.25)


def test_draws_without_an_event_stay_out_of_the_tail():
    assert [fewest_apart(level) for level in (0.9, 0.95, 0.99)] == [4, 5, 7]
    assert np.isfinite(found(np.repeat([1.0, 0.0], [5, 55]), np.ones(60)).conf_high)


@pytest.mark.parametrize(
    ("events", "time", "message"),
    [
        (np.repeat([1.0, 0.0], [4, 16]), TIME, "5 apart from the commonest"),
        (-EVENTS, TIME, "0 or more"),
        (EVENTS, 0 * TIME, "person-time of each"),
        (2 * TIME, TIME, "5 apart from the commonest"),
        (np.repeat([1.0, 2.0], [19, 1]), ALIKE, "5 apart from the commonest"),
        (np.repeat([1.0, 0.0], [19, 1]), ALIKE, "5 apart from the commonest"),
        (np.repeat([1.0, 2.0], [16, 4]), ALIKE, "5 apart from the commonest"),
        (np.repeat([1.0, 2.0], [19, 1]), NEARLY_ALIKE, "5 apart from the commonest"),
        (np.repeat([1.0, 2.0], [10, 10]), NEARLY_ALIKE * np.repeat([1.0, 2.0], [10, 10]), "5 apart from the commonest"),
    ],
)
def test_what_draws_cannot_tell_is_refused(events, time, message):
    with pytest.raises(ModelError, match=message):
        found(events, time)


def test_limits_of_five_apart_from_the_commonest_are_finite():
    limits = found(np.repeat([1.0, 2.0], [15, 5]), ALIKE)
    assert 1 < limits.conf_low < limits.estimate < limits.conf_high < 1.6


def test_limits_that_are_not_finite_are_refused(monkeypatch):
    first_two = np.eye(20)[[0, 1]].repeat(DRAWS, axis=0)[::2] * 20
    monkeypatch.setattr(bootstrap_rates, "times_drawn", lambda *_: first_two[:DRAWS])
    with pytest.raises(ModelError, match="of equal rates to tell limits"):
        found()
