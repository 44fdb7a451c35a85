"""The randomisation test is exact, follows the strata, and says what it could have given at best."""

from itertools import product

import numpy as np
import pytest

from postinfusion.core.least_squares import fit_least_squares
from postinfusion.core.randomisation_tests import RandomisationTest, randomisation_test, studentised_difference
from postinfusion.errors import ModelError


def found(y, a, x=None, strata=None, **options) -> RandomisationTest:
    n = len(y)
    statistic = studentised_difference(np.asarray(y, float), np.empty((n, 0)) if x is None else np.asarray(x, float))
    codes = np.zeros(n, dtype=np.intp) if strata is None else np.asarray(strata, dtype=np.intp)
    return randomisation_test(statistic, np.asarray(a, bool), codes, np.random.default_rng(7), **options)


def test_three_against_three_can_give_one_tenth_at_best():
    test = found([9, 8, 7, 3, 2, 1], [1, 1, 1, 0, 0, 0])
    assert (test.p_value, test.smallest_p, test.n_allocations) == (0.1, 0.1, 20)


def test_strata_keep_their_participants_in_each_arm():
    y = np.array([1.0, 4, 2, 7, 5, 6, 9, 3])
    a = np.array([1, 1, 0, 0, 1, 0, 1, 0])
    strata = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    statistic = studentised_difference(y, strata[:, None].astype(float))
    rows = [np.array(row, bool) for row in product([0, 1], repeat=8) if sum(row[:4]) == 2 and sum(row[4:]) == 2]
    values = np.abs(statistic.of(np.array(rows)))
    own = abs(statistic.of(a[None, :].astype(bool))[0])
    test = found(y, a, strata[:, None], strata)
    assert test.n_allocations == len(rows) == 36
    assert test.p_value == pytest.approx((values >= own - 1e-9).mean())


def test_the_statistic_is_that_of_least_squares_with_hc2_errors():
    rng = np.random.default_rng(5)
    a, x = rng.permutation([1, 1, 1, 1, 1, 0, 0, 0, 0]), rng.normal(size=(9, 2))
    y = rng.normal(size=9) + x[:, 0] + a
    fit = fit_least_squares(np.column_stack([np.ones(9), a, x]), y, covariance="hc2").inference
    expected = fit.coefficients()[1] / np.sqrt(fit.covariance()[1, 1])
    assert found(y, a, x).statistic == pytest.approx(expected)


def test_neither_order_nor_unit_nor_an_offset_nor_exchanged_arms_change_the_p_value():
    rng = np.random.default_rng(2)
    y, x = rng.normal(size=10), rng.normal(size=(10, 1))
    a, strata = np.array([1, 0] * 5), np.repeat([0, 1], 5)
    p = found(y, a, x, strata).p_value
    order = rng.permutation(10)
    assert found(y[order], a[order], x[order], strata[order]).p_value == p
    assert found(1000 - 3 * y, a, 7 * x + 2, strata).p_value == p
    assert found(y, 1 - a, x, strata).p_value == p


def test_drawn_allocations_agree_with_all_of_them_and_count_the_one_that_was_made():
    rng = np.random.default_rng(4)
    y, a = rng.normal(size=14), np.repeat([1, 0], 7)
    exact, drawn = found(y, a), found(y, a, exact_up_to=2, draws=4_999)
    assert (exact.is_exact, drawn.is_exact, drawn.n_used) == (True, False, 4_999)
    assert drawn.smallest_p == 1 / 5_000
    error = np.sqrt(exact.p_value * (1 - exact.p_value) / 5_000)
    assert abs(drawn.p_value - exact.p_value) < 3.29 * error + 1 / 5_000


def test_under_the_null_hypothesis_p_is_at_most_its_level_in_every_share_of_allocations():
    y = np.random.default_rng(9).normal(size=8)
    rows = [np.array(row) for row in product([0, 1], repeat=8) if sum(row) == 4]
    p = np.array([found(y, row).p_value for row in rows])
    for level in (0.05, 0.1, 0.25, 0.5):
        assert (p <= level).mean() <= level


def test_a_constant_outcome_gives_one():
    assert found([5.0] * 6, [1, 1, 1, 0, 0, 0]).p_value == 1


def test_strata_with_one_arm_only_are_refused():
    with pytest.raises(ModelError, match="no stratum has participants of both arms"):
        found([1.0, 2, 3, 4], [1, 1, 0, 0], strata=[0, 0, 1, 1])


def test_more_covariates_than_participants_are_refused():
    with pytest.raises(ModelError, match="4 participants are too few for a difference adjusted for 2 columns"):
        studentised_difference(np.arange(4.0), np.random.default_rng(1).normal(size=(4, 2)))
