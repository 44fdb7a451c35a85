"""Decay since infusions and the profile of its rate: closed forms, derivatives, and profiles that tell nothing."""

import numpy as np
import pytest

from postinfusion.core.decay import accumulated_decay, decay, profile_rate

GRID = np.geomspace(2.0, 60.0, 25)
Z2 = 3.841458820694124  # 95 % quantile of chi-square with one degree of freedom


def normal_profile(centre, width):
    """A log-likelihood that is quadratic in log tau: its interval is known."""
    return lambda tau: -0.5 * ((np.log(tau) - np.log(centre)) / width) ** 2


def test_a_share_of_one_over_e_is_left_after_tau():
    assert decay(np.array([0.0, 10.0, np.inf]), 10.0)[0] == pytest.approx([1.0, np.exp(-1), 0.0])


def test_the_slope_is_the_derivative_in_log_tau():
    time, starts, h = np.array([0.0, 3.0, 8.0, 40.0]), np.array([0.0, 4.0, 7.0]), 1e-6
    for function in (decay, lambda t, tau: accumulated_decay(t, starts, tau)):
        above, below = (function(time, 9.0 * np.exp(sign * h))[0] for sign in (1, -1))
        np.testing.assert_allclose(function(time, 9.0)[1], (above - below) / (2 * h), atol=1e-8)


def test_accumulation_adds_the_infusions_begun_before():
    starts = np.array([0.0, 4.0, 7.0])
    found = accumulated_decay(np.array([3.0, 4.0, 10.0]), starts, 5.0)[0]
    expected = [np.exp(-0.6), np.exp(-0.8) + 1, np.exp(-2) + np.exp(-1.2) + np.exp(-0.6)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_accumulation_of_one_infusion_is_decay_and_missing_infusions_add_nothing():
    time = np.array([1.0, 20.0])
    own = np.array([[0.0, np.nan], [0.0, np.nan]])
    np.testing.assert_allclose(accumulated_decay(time, own, 6.0)[0], decay(time, 6.0)[0], rtol=1e-12)


def test_a_quadratic_profile_has_its_closed_form_interval():
    found = profile_rate(normal_profile(12.0, 0.2), GRID)
    assert found.estimate == pytest.approx(12.0, rel=1e-4)
    half = 0.2 * np.sqrt(Z2)
    assert (found.low, found.high) == pytest.approx((12 * np.exp(-half), 12 * np.exp(half)), rel=1e-4)
    assert found.problem == ""


def test_an_interval_between_two_points_of_the_grid_is_found():
    found = profile_rate(normal_profile(10.0, 0.01), GRID)
    half = 0.01 * np.sqrt(Z2)
    assert (found.low, found.high) == pytest.approx((10 * np.exp(-half), 10 * np.exp(half)), rel=1e-4)


def test_a_flat_profile_is_not_identifiable():
    found = profile_rate(normal_profile(12.0, 5.0), GRID)
    assert found.problem.startswith("not identifiable: the likelihood hardly changes")
    assert (found.low, found.high) == pytest.approx((2.0, 60.0))
    assert found.reaches_below
    assert found.reaches_above


@pytest.mark.parametrize(("centre", "side"), [(0.5, "below"), (300.0, "above")])
def test_a_maximum_beyond_the_grid_is_not_identifiable(centre, side):
    assert f"largest {side} the grid" in profile_rate(normal_profile(centre, 0.3), GRID).problem


def test_an_interval_open_on_one_side_says_so():
    found = profile_rate(normal_profile(40.0, 0.4), GRID)
    assert found.problem == ""
    assert found.reaches_above
    assert not found.reaches_below


def test_two_maxima_give_one_interval_around_both():
    def two(tau):
        return max(normal_profile(5.0, 0.1)(tau), normal_profile(20.0, 0.1)(tau) - 0.5)

    found = profile_rate(two, np.geomspace(2.0, 60.0, 60))
    assert found.low < 5.0
    assert found.high > 20.0
