"""The distributions of generalised linear mixed models against their textbook probabilities, and at their limits."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, nbinom, poisson

from postinfusion.core.glmm_families import Binomial, NegativeBinomial1, NegativeBinomial2, Poisson
from postinfusion.core.ordinal import CumulativeLogit
from postinfusion.core.quadrature import gauss_hermite
from postinfusion.core.rising_factorial import log_rising_factorial
from postinfusion.core.zero_inflation import Hurdle, ZeroInflated
from postinfusion.errors import ModelError

Y = np.arange(0.0, 60.0)
ETA = np.full((1, 60), 1.3)
MEAN = np.exp(1.3)
# scipy's own error in log-gammas of this size.
TEXTBOOK = 1e-11


def log_density(family, *auxiliary, eta=ETA):
    return family.density(eta, tuple(np.full(eta.shape[1], a) for a in auxiliary)).eta(0)[0]


def test_poisson_counts_have_their_probabilities():
    np.testing.assert_allclose(log_density(Poisson(Y)), poisson.logpmf(Y, MEAN), rtol=TEXTBOOK)


@pytest.mark.parametrize("k", [0.01, 0.7, 29.0, 31.0, 4_000.0])
def test_nbinom2_has_its_probabilities_and_variance(k):
    found = log_density(NegativeBinomial2(Y), np.log(k))
    np.testing.assert_allclose(found, nbinom.logpmf(Y, k, k / (k + MEAN)), rtol=1e-9)


@pytest.mark.parametrize("phi", [0.02, 0.7, 12.0])
def test_nbinom1_has_its_probabilities_and_variance(phi):
    found = log_density(NegativeBinomial1(Y), np.log(phi))
    np.testing.assert_allclose(found, nbinom.logpmf(Y, MEAN / phi, 1 / (1 + phi)), rtol=1e-9)


@pytest.mark.parametrize(("family", "sign"), [(NegativeBinomial2, 1), (NegativeBinomial1, -1)])
@pytest.mark.parametrize("log_dispersion", [10.0, 20.0, 30.0])
def test_negative_binomial_counts_approach_poisson_counts_without_loss_of_digits(family, sign, log_dispersion):
    """The first-order excess is ((y - mu)^2 - y) / 2 times the dispersion; huge log-gammas must not drown it."""
    gap = log_density(family(Y), sign * log_dispersion) - log_density(Poisson(Y))
    share = np.exp(-log_dispersion)
    excess = ((Y - MEAN) ** 2 - Y) / 2 * share * (1 if family is NegativeBinomial2 else 1 / MEAN)
    np.testing.assert_allclose(gap, excess, atol=1e5 * share**2 + 1e-12)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize("kappa", [1e-6, 0.1, 3.0, 29.9, 30.1, 200.0, 1e5, 1e9])
def test_a_rising_factorial_is_its_sum(order, kappa):
    for y in (0, 1, 2, 29, 30, 31, 400):
        i = np.arange(y)
        terms = (np.log1p(i / kappa), -i / (kappa + i), i * kappa / (kappa + i) ** 2)
        exact = terms[order] if order < 3 else i * kappa * (i - kappa) / (kappa + i) ** 3
        found = float(log_rising_factorial(np.array(float(y)), np.array(kappa), order))
        assert found == pytest.approx(exact.sum(), abs=1e-13 * max(y, 1))


def test_successes_have_their_probabilities():
    y, trials = np.arange(6.0), np.full(6, 5.0)
    found = log_density(Binomial(y, trials), eta=np.full((1, 6), -0.4))
    np.testing.assert_allclose(found, binom.logpmf(y, 5, expit(-0.4)), rtol=TEXTBOOK)


@pytest.mark.parametrize("wrapper", [ZeroInflated, Hurdle])
@pytest.mark.parametrize("base", [Poisson, NegativeBinomial1, NegativeBinomial2])
def test_extra_zeros_leave_a_distribution_with_the_stated_mean(wrapper, base):
    y = np.arange(0.0, 400.0)
    auxiliary = (-0.6, 0.3)[: 1 if base is Poisson else 2]
    family = wrapper(base(y))
    probability = np.exp(log_density(family, *auxiliary, eta=np.full((1, 400), 1.3)))
    assert probability.sum() == pytest.approx(1.0, rel=1e-10)
    mean = family.mean(np.array([1.3]), tuple(np.array([a]) for a in auxiliary))
    assert (y * probability).sum() == pytest.approx(float(mean[0]), rel=1e-10)


def test_categories_have_the_differences_of_cumulative_probabilities():
    theta, codes = np.array([-1.0, 0.2, 1.7]), np.arange(4.0)
    family = CumulativeLogit(codes, 4)
    auxiliary = tuple(W @ theta + offset for W, offset in family.thresholds())
    found = np.exp(family.density(np.full((1, 4), 0.5), auxiliary).eta(0)[0])
    np.testing.assert_allclose(found, np.diff([0, *expit(theta - 0.5), 1]), rtol=1e-12)


def test_a_category_far_out_in_the_tail_keeps_its_digits():
    family = CumulativeLogit(np.array([1.0]), 3)
    auxiliary = (np.array([-799.0]), np.array([-800.0]))
    found = family.density(np.zeros((1, 1)), auxiliary).eta(0)[0, 0]
    assert found == pytest.approx(-799 + np.log(1 - np.exp(-1)), rel=1e-13)


@pytest.mark.parametrize("points", [1, 2, 5, 25, 101])
def test_a_rule_integrates_polynomials(points):
    rule = gauss_hermite(points, 1)
    x, weight = rule.nodes[:, 0], np.exp(rule.log_weights)
    for power, moment in enumerate([1, 0, 1, 0, 3, 0, 15, 0, 105, 0]):
        if power < 2 * points:
            assert weight @ x**power == pytest.approx(moment, abs=1e-11)


def test_a_product_rule_integrates_both_dimensions():
    rule = gauss_hermite(7, 2)
    weight = np.exp(rule.log_weights)
    assert weight @ (rule.nodes[:, 0] ** 2 * rule.nodes[:, 1] ** 4) == pytest.approx(3.0)
    expected = quad(lambda x: np.cos(x) * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), -9, 9)[0]
    assert weight @ np.cos(rule.nodes[:, 1]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("points", "dimension"), [(0, 1), (102, 1), (2.5, 1), (True, 1), (60, 2), ("7", 1)])
def test_impossible_numbers_of_points_are_refused(points, dimension):
    with pytest.raises(ModelError, match="allowed"):
        gauss_hermite(points, dimension)
