"""Regression of estimates with known variances: its closed forms, and the equation of the variance between them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from postinfusion.core.random_effects_regression import regress_estimates
from postinfusion.errors import ModelError

RNG = np.random.default_rng(4)
FIRST, SECOND = RNG.normal(size=9), 0.5 + RNG.normal(size=7)
Y = np.concatenate([FIRST, SECOND])
X = np.column_stack([np.ones(16), np.repeat([0.0, 1.0], [9, 7])])
UNEQUAL = RNG.uniform(0.02, 0.6, 16)


@pytest.mark.parametrize("variance", [1e-3, 50.0])
def test_equal_variances_give_the_t_test_whatever_they_are(variance):
    found = regress_estimates(X, Y, np.full(16, variance))
    test = stats.ttest_ind(SECOND, FIRST)
    statistic = found.coefficients[1] / np.sqrt(found.covariance[1, 1])
    assert_allclose(statistic, test.statistic, rtol=1e-10)
    assert found.df == 14


def test_one_sample_of_equal_variances_gives_the_paired_t_test():
    found = regress_estimates(np.ones((9, 1)), FIRST, np.full(9, 0.1))
    statistic = found.coefficients[0] / np.sqrt(found.covariance[0, 0])
    assert_allclose(statistic, stats.ttest_1samp(FIRST, 0).statistic, rtol=1e-10)


def test_the_variance_between_solves_its_equation():
    found = regress_estimates(X, Y, UNEQUAL)
    residual = Y - X @ found.coefficients
    assert found.variance > 0
    assert_allclose(np.sum(residual**2 / (found.variance + UNEQUAL)), 14, rtol=1e-8)


def test_estimates_that_vary_less_than_their_variances_have_none_between():
    assert regress_estimates(X, Y, 100 * UNEQUAL).variance == 0


def test_the_order_of_rows_does_not_matter_and_a_unit_scales():
    order = RNG.permutation(16)
    plain, mixed = regress_estimates(X, Y, UNEQUAL), regress_estimates(X[order], 10 * Y[order], 100 * UNEQUAL[order])
    assert_allclose(mixed.coefficients, 10 * plain.coefficients, rtol=1e-8)
    assert_allclose(mixed.covariance, 100 * plain.covariance, rtol=1e-8)
    assert_allclose(mixed.variance, 100 * plain.variance, rtol=1e-8)


def test_what_cannot_be_estimated_is_refused():
    with pytest.raises(ModelError, match="too few"):
        regress_estimates(X[:2], Y[:2], UNEQUAL[:2])
    with pytest.raises(ModelError, match="determine each other"):
        regress_estimates(np.ones((16, 2)), Y, UNEQUAL)
    with pytest.raises(ModelError, match="do not differ"):
        regress_estimates(X[:, :1], np.ones(16), UNEQUAL)
