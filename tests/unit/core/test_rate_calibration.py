"""Drops of the log-likelihood along a decay time: chi-square's where the data are sharp, larger where they are not."""

import numpy as np
import pytest

from postinfusion.core.rate_calibration import RateModel, bootstrap_drops

Z2 = 3.841458820694124  # 95 % quantile of chi-square with one degree of freedom
TIMES = np.array([0.2, 1.0, 3.0, 7.0, 14.0, 28.0, 56.0])
SUBJECTS = 12
TIME = np.tile(TIMES, SUBJECTS)
ARM = np.repeat(np.arange(SUBJECTS) % 2, len(TIMES)).astype(float)
GROUP = np.repeat(np.arange(SUBJECTS), len(TIMES))


def model(effect):
    """A trial whose mean decays from an effect in units of the residual deviation, with a random intercept."""
    one, none = np.ones_like(TIME), np.zeros_like(TIME)
    X0, D = np.column_stack([one, ARM, none, none]), np.column_stack([none, none, one, ARM])
    y = 5 + effect * (1 + ARM) * np.exp(-TIME / 10)
    return RateModel(X0, D, one[:, None], GROUP, y, np.array([[4.0]]), 1.0)


def drops(effect, points):
    return bootstrap_drops(model(effect), np.exp(-TIME / np.exp(points)[:, None]), confidence=0.95)


def test_where_the_data_tell_tau_sharply_the_drop_is_the_quantile_of_chi_square():
    found = drops(60.0, np.log(10) + np.linspace(-0.05, 0.05, 25))
    # 4,000 draws: the quantile's Monte Carlo error is 0.13, thrice which is allowed
    assert found[12] == pytest.approx(Z2, abs=0.4)


def test_where_they_do_not_every_column_that_decays_adds_its_noise():
    points = np.linspace(np.log(2), np.log(60), 25)
    assert drops(1.0, points)[np.abs(points - np.log(10)).argmin()] > Z2 + 0.25


def test_the_same_data_have_the_same_drops_and_the_order_of_rows_does_not_matter():
    points = np.linspace(np.log(2), np.log(60), 9)
    first, of = drops(1.5, points), model(1.5)
    order = np.random.default_rng(1).permutation(len(TIME))
    turned = RateModel(of.X0[order], of.D[order], of.U[order], GROUP[order], of.y[order], of.G, of.sigma2)
    decays = np.exp(-TIME / np.exp(points)[:, None])
    again = bootstrap_drops(turned, decays[:, order], confidence=0.95)
    np.testing.assert_allclose(drops(1.5, points), first)
    # the space of the columns is the same and its basis is another one: other draws of the same distribution
    np.testing.assert_allclose(again, first, atol=0.6)
