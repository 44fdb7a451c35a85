"""The random scale between persons: its likelihood is the averaged normal density, and its optimum is one."""

from functools import cache

import numpy as np
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal, norm

from postinfusion.core.person_scale import PersonRows, fit_person_scale, given_scale, person_rows

PERSONS = 30
RNG = np.random.default_rng(7)
NUMBER = RNG.integers(5, 8, PERSONS)
PERSON = np.repeat(np.arange(PERSONS), NUMBER)
TIME = RNG.uniform(-1, 1, len(PERSON))
ARM = (np.arange(PERSONS) % 2).astype(float)
FIXED = np.column_stack([np.ones(len(PERSON)), ARM[PERSON], TIME])
RANDOM = np.column_stack([np.ones(len(PERSON)), TIME])
SCALE = np.column_stack([np.ones(PERSONS), ARM])
SPREAD = np.exp(-0.5 - 0.2 * ARM + 0.4 * RNG.normal(size=PERSONS))
Y = (0.8 * RNG.normal(size=PERSONS)[PERSON] + 0.5 * RNG.normal(size=PERSONS)[PERSON] * TIME
     + SPREAD[PERSON] * RNG.normal(size=len(PERSON)))  # fmt: skip
START = np.array([0.0, 0, 0, -0.3, 0.0, -0.7, -0.5, 0.0, 0.3])
PSI = np.array([0.1, -0.2, 0.3, -0.2, 0.15, -0.6, -0.4, -0.3, 0.5])


@cache
def rows() -> PersonRows:
    return person_rows(FIXED, RANDOM, Y, SCALE, PERSON)


def density(psi: np.ndarray, person: int, w: float) -> float:
    """Give the log density of one person's rows the long way."""
    of = person == PERSON
    L = np.array([[np.exp(psi[3]), 0], [psi[4], np.exp(psi[5])]])
    s2 = np.exp(2 * (SCALE[person] @ psi[6:8] + psi[8] * w))
    V = RANDOM[of] @ L @ L.T @ RANDOM[of].T + s2 * np.eye(of.sum())
    return float(multivariate_normal(FIXED[of] @ psi[:3], V).logpdf(Y[of]))


def test_the_density_given_the_scale_is_that_of_the_normal_distribution():
    w = RNG.normal(size=(2, PERSONS))
    found = given_scale(rows(), PSI, w).value
    expected = [[density(PSI, person, w[k, person]) for person in range(PERSONS)] for k in range(2)]
    assert_allclose(found, expected, rtol=1e-10)


def test_the_gradient_is_the_derivative_of_the_density():
    w, shares = RNG.normal(size=(3, PERSONS)), RNG.random((3, PERSONS))
    step = 1e-6
    numerical = [
        np.sum((given_scale(rows(), PSI + e, w).value - given_scale(rows(), PSI - e, w).value) * shares) / (2 * step)
        for e in step * np.eye(len(PSI))
    ]
    assert_allclose(given_scale(rows(), PSI, w).gradient(shares), numerical, rtol=1e-6, atol=1e-6)


def test_the_likelihood_is_that_of_dense_integration():
    fit = fit_person_scale(rows(), START)
    grid = np.linspace(-8, 8, 401)
    values = given_scale(rows(), fit.psi, np.tile(grid[:, None], PERSONS)).value + norm.logpdf(grid)[:, None]
    dense = np.log(np.exp(values - values.max(axis=0)).sum(axis=0) * (grid[1] - grid[0])) + values.max(axis=0)
    assert_allclose(fit.log_likelihood, dense.sum(), atol=1e-6)
    assert not fit.boundary
    assert fit.gradient < 1e-4


def test_another_start_and_other_columns_of_the_mean_give_the_same_maximum():
    plain = fit_person_scale(rows(), START)
    away = fit_person_scale(rows(), START + np.array([0.3, -0.3, 0.2, 0.4, 0.1, 0.3, 0.3, -0.2, 0.5]))
    turned = FIXED @ np.array([[1.0, 2, 0], [0, 1, 1], [0, 0, 2]])
    other = fit_person_scale(person_rows(turned, RANDOM, Y, SCALE, PERSON), START)
    for fit in (away, other):
        assert_allclose(fit.log_likelihood, plain.log_likelihood, atol=1e-7)
        assert_allclose(fit.gamma, plain.gamma, atol=1e-5)
        assert_allclose(fit.gamma_covariance, plain.gamma_covariance, rtol=1e-3)


def test_persons_who_are_alike_lie_on_the_boundary():
    even = np.random.default_rng(2).normal(size=(PERSONS, 40))
    even = (even - even.mean(axis=1, keepdims=True)) / even.std(axis=1, keepdims=True)
    person = np.repeat(np.arange(PERSONS), 40)
    level = np.random.default_rng(3).normal(size=PERSONS)[person]
    ones = np.ones((len(person), 1))
    alike = person_rows(ones, ones, even.ravel() + level, SCALE[:, :1], person)
    assert fit_person_scale(alike, np.array([0.0, 0.0, 0.0, 0.3])).boundary
