"""Limits of a mean of clustered values: Student's without skewness, and moved to the long tail with it."""

import numpy as np
import pytest
from scipy.special import stdtrit

from postinfusion.core.clustered_means import clustered_mean_limits

RATINGS = np.array([0.0, 0.0, 1.0, 0.0, 2.0, 9.0, 1.0, 14.0])
SIZES = np.array([3, 2, 3, 3, 1, 3, 2, 3])
EXACT = 1e-12


def students(total, size):
    m, mean = len(total), total.sum() / size.sum()
    error = np.sqrt(m / (m - 1) * ((total - mean * size) ** 2).sum()) / size.sum()
    return mean, error, float(stdtrit(m - 1, 0.975))


def test_without_skewness_the_limits_are_students():
    total = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    mean, error, quantile = students(total, np.ones(5))
    expected = (mean - quantile * error, mean + quantile * error)
    assert clustered_mean_limits(total, np.ones(5)) == pytest.approx(expected, rel=EXACT)


def test_two_participants_have_students_limits_and_one_has_none():
    mean, error, quantile = students(np.array([2.0, 7.0]), np.array([1, 2]))
    expected = (mean - quantile * error, mean + quantile * error)
    assert clustered_mean_limits([2.0, 7.0], [1, 2]) == pytest.approx(expected, rel=EXACT)
    assert np.isnan(clustered_mean_limits([2.0], [3])).all()


def test_the_transform_of_each_limit_is_the_quantile_of_student():
    ratings = RATINGS + np.arange(8)
    mean, error, quantile = students(ratings, SIZES)
    off = ratings - mean * SIZES
    m = len(off)
    skewness = np.sqrt(m * (m - 1)) / (m - 2) * (off**3).mean() / (off**2).mean() ** 1.5
    a = skewness / np.sqrt(m)
    assert abs(a) < 0.8 / quantile
    for limit, wanted in zip(clustered_mean_limits(ratings, SIZES), (quantile, -quantile), strict=True):
        T = (mean - limit) / error
        assert T + a * T**2 / 3 + a**2 * T**3 / 27 + a / 6 == pytest.approx(wanted, rel=EXACT)


def test_the_longer_side_is_that_of_the_long_tail_and_a_mirror_swaps_them():
    low, high = clustered_mean_limits(RATINGS, SIZES)
    mean = RATINGS.sum() / SIZES.sum()
    assert high - mean > mean - low > 0
    assert clustered_mean_limits(-RATINGS, SIZES) == pytest.approx((-high, -low), rel=EXACT)


def test_values_that_are_all_alike_have_no_width():
    assert clustered_mean_limits([6.0, 3.0, 9.0], [2, 1, 3]) == pytest.approx((3.0, 3.0), rel=EXACT)


def test_limits_of_skewed_means_miss_the_truth_nearly_as_often_on_either_side():
    generator, trials, m = np.random.default_rng(1), 1500, 20
    drawn = generator.gamma(0.5, 2.0, (trials, m))
    limits = np.array([clustered_mean_limits(row, np.ones(m)) for row in drawn])
    below, above = (limits[:, 1] < 1).mean(), (limits[:, 0] > 1).mean()
    student = np.array([students(row, np.ones(m)) for row in drawn])
    students_below = (student[:, 0] + student[:, 2] * student[:, 1] < 1).mean()
    assert below < students_below - 0.02
    assert 0.91 < 1 - below - above < 0.97


def test_one_participant_that_differs_from_all_others_does_not_put_a_limit_far_away():
    for m in (3, 12, 48):
        total = np.full(m, 5.0)
        total[0] = 1.0
        mean, error, quantile = students(total, np.ones(m))
        low, high = clustered_mean_limits(total, np.ones(m))
        assert quantile * error < mean - low < 1.7 * quantile * error
        assert 0 < high - mean < quantile * error
