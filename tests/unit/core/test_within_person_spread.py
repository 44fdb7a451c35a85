"""Spreads within persons: the logarithm of a small-sample standard deviation has the moments of chi-square theory."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from postinfusion.core.within_person_spread import (
    log_spread,
    log_spread_variance,
    root_mean_square_successive_difference,
    spread_about_line,
)
from postinfusion.errors import ModelError

TIMES = np.array([0.0, 1.0, 2.5, 4.0, 7.0])
VALUES = np.array([3.0, 5.0, 2.0, 8.0, 6.0])
DRAWS = 40_000


def test_a_spread_about_the_mean_is_the_sample_standard_deviation():
    found = spread_about_line(TIMES, VALUES, trend=False)
    assert_allclose(found.value, VALUES.std(ddof=1), rtol=1e-14)
    assert found.df == 4


def test_a_spread_about_a_line_is_the_residual_standard_error_of_least_squares():
    residual = VALUES - np.polyval(np.polyfit(TIMES, VALUES, 1), TIMES)
    found = spread_about_line(TIMES, VALUES, trend=True)
    assert_allclose(found.value, np.sqrt(residual @ residual / 3), rtol=1e-12)
    assert found.df == 3


def test_a_line_of_its_own_and_a_change_of_origin_leave_the_spread_alone():
    moved = spread_about_line(TIMES + 500, VALUES + 4 * TIMES - 100, trend=True).value
    assert_allclose(moved, spread_about_line(TIMES, VALUES, trend=True).value, rtol=1e-12)


def test_values_on_a_line_have_no_spread_about_it():
    assert spread_about_line(TIMES, 1e6 + 3 * TIMES, trend=True).value == 0


def test_successive_differences_go_by_time_and_not_by_row():
    order = np.array([3, 0, 4, 1, 2])
    expected = np.sqrt(np.mean([4.0, 9.0, 36.0, 4.0]))
    assert_allclose(root_mean_square_successive_difference(TIMES[order], VALUES[order]).value, expected, rtol=1e-14)


def test_differences_by_the_root_of_their_time_are_those_for_one_unit():
    expected = np.sqrt(np.mean([4.0 / 1, 9.0 / 1.5, 36.0 / 1.5, 4.0 / 3]))
    found = root_mean_square_successive_difference(TIMES, VALUES, gap=1.0)
    assert_allclose(found.value, expected, rtol=1e-14)
    assert found.df == 4


def test_degrees_of_freedom_of_successive_differences_match_mean_and_variance():
    n = 7
    differences = np.diff(np.eye(n), axis=0)
    product = differences.T @ differences
    expected = np.trace(product) ** 2 / np.trace(product @ product)
    found = root_mean_square_successive_difference(np.arange(n), np.arange(n) ** 2.0).df
    assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("df", [3, 6])
def test_log_spreads_have_no_bias_and_the_variance_of_chi_square_theory(df):
    chi2 = np.random.default_rng(df).chisquare(df, DRAWS)
    logs = log_spread(np.sqrt(chi2 / df), np.full(DRAWS, float(df)))
    error = np.sqrt(log_spread_variance(np.array(float(df))) / DRAWS)
    assert abs(logs.mean()) < 3.29 * error
    assert_allclose(logs.var(), log_spread_variance(np.array(float(df))), rtol=0.05)


def test_the_variance_of_a_log_spread_is_about_one_over_twice_its_degrees_of_freedom():
    df = np.array([100.0, 1000.0])
    assert_allclose(log_spread_variance(df), 1 / (2 * df) + 1 / (2 * df**2), rtol=1e-4)


def test_too_few_values_are_refused():
    with pytest.raises(ModelError, match="2 values tell nothing"):
        spread_about_line(TIMES[:2], VALUES[:2], trend=True)
    with pytest.raises(ModelError, match="no successor"):
        root_mean_square_successive_difference(TIMES[:1], VALUES[:1])
    with pytest.raises(ModelError, match="two values at one time"):
        root_mean_square_successive_difference(np.zeros(3), VALUES[:3], gap=24.0)
