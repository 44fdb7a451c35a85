"""Turnbull's estimate where a closed form is known, and what it refuses."""

import numpy as np
import pytest

from postinfusion.core.kaplan_meier import kaplan_meier
from postinfusion.core.proportions import clopper_pearson
from postinfusion.core.turnbull import clustered_limits, turnbull, turnbull_resampled
from postinfusion.errors import ModelError

INF = np.inf


def test_exact_and_right_censored_times_give_kaplan_and_meiers_curve():
    time, event = np.array([1.0, 2, 2, 3, 4, 5, 6]), np.array([1, 1, 0, 1, 0, 1, 0])
    found = turnbull(time, np.where(event, time, INF))
    assert found.by([1, 2, 3, 5]) == pytest.approx(1 - kaplan_meier(time, event).at([1, 2, 3, 5])[0], abs=1e-7)


def test_one_set_of_cut_points_gives_the_share_of_each_cell():
    found = turnbull([0, 15, 30, 60], [15, 30, 60, INF], [1, 2, 3, 4])
    assert found.probability == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert found.by([14, 15, 60]) == pytest.approx([0, 0.1, 0.6])
    assert found.quantile(0.5) == (30, 60)


def test_a_weight_is_the_same_as_seeing_an_observation_so_often():
    low, high = [0, 10, 20, 20], [20, 30, INF, 40]
    weighted, repeated = turnbull(low, high, [2, 1, 1, 3]), turnbull(np.repeat(low, [2, 1, 1, 3]),
                                                                     np.repeat(high, [2, 1, 1, 3]))  # fmt: skip
    assert weighted.probability == pytest.approx(repeated.probability, abs=1e-9)


def test_resamples_are_the_estimates_of_their_weights():
    low, high, weights = [0, 10, 20, 20], [20, 30, INF, 40], np.array([[2, 1, 1, 3], [1, 4, 1, 1]])
    found = turnbull_resampled(low, high, weights, [20, 30, 40])
    for row, weight in zip(found, weights, strict=True):
        assert row == pytest.approx(turnbull(low, high, weight).by([20, 30, 40]), abs=1e-3)


@pytest.mark.parametrize(("low", "high"), [([], []), ([2], [1]), ([np.nan], [1]), ([1, 2], [3])])
def test_what_is_no_interval_is_refused(low, high):
    with pytest.raises(ModelError, match=r"times in intervals|interval of times"):
        turnbull(low, high)


def test_limits_of_one_time_for_each_participant_are_clopper_and_pearsons():
    low, high = clustered_limits(np.array([0.3]), np.array([0.3 * 0.7 / 20]), 20, 20, 0.95)
    exact = clopper_pearson(6, 20)
    assert (low[0], high[0]) == pytest.approx((float(exact.conf_low), float(exact.conf_high)))


def test_limits_never_collapse_where_all_or_none_have_come():
    low, high = clustered_limits(np.array([0.0, 1.0]), np.zeros(2), 60, 10, 0.95)
    assert (low[0], high[1]) == (0, 1)
    assert (high[0], low[1]) == pytest.approx((1 - 0.025**0.1, 0.025**0.1))


def test_a_share_near_one_has_limits_at_least_as_wide_as_one_itself():
    low, high = clustered_limits(np.array([0.99]), np.array([1e-6]), 400, 10, 0.95)
    assert low[0] <= 0.025**0.1
    assert high[0] < 1
