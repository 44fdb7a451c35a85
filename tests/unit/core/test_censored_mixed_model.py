"""The mixed model of values of which some are censored, against closed forms and against the plain mixed model."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

from postinfusion import fit_lmm
from postinfusion.core.censored_mixed_model import CensoredData, fit_censored_mixed_model
from postinfusion.core.censored_normal import CensoredNormal
from postinfusion.core.glmm_likelihood import MarginalLikelihood
from postinfusion.core.glmm_modes import SubjectRows
from postinfusion.core.quadrature import gauss_hermite
from postinfusion.errors import ModelError

SIDES = np.array([0.0, 1.0, -1.0])
# The difference quotient's own error at this step.
STEP, QUOTIENT = 1e-5, 1e-8


def trial(seed=3, people=40, tests=3, cap=np.inf):
    """Make log times with an arm, tests and a baseline; those from the cap on are censored."""
    generator = np.random.default_rng(seed)
    subject = np.repeat(np.arange(people), tests)
    test, arm = np.tile(np.arange(tests), people), subject % 2
    baseline = generator.normal(4, 0.4, people)[subject]
    y = (
        2
        + 0.5 * baseline
        - 0.1 * test
        + generator.normal(0, 0.35, people)[subject]
        + generator.normal(0, 0.25, len(test))
    )
    X = np.column_stack([np.ones(len(y)), arm, test == 1, test == 2, arm * (test == 1), arm * (test == 2), baseline])
    return CensoredData(X.astype(float), np.minimum(y, cap), (y >= cap).astype(float), subject)


def of_one_trial_per_person(data):
    first = np.flatnonzero(np.diff(data.subject, prepend=-1))
    columns = [0, 1, 6]
    return CensoredData(data.X[np.ix_(first, columns)], data.y[first], data.side[first], np.arange(len(first)))


@pytest.mark.parametrize(("y", "eta", "sigma"), [(0.3, 0.1, 0.7), (2.0, -1.0, 0.4), (-3.0, 1.0, 1.5)])
def test_a_censored_value_has_the_probability_of_lying_beyond_its_limit(y, eta, sigma):
    family = CensoredNormal(np.full(3, y), SIDES)
    found = np.exp(family.density(np.full((1, 3), eta), (np.full(3, np.log(sigma)),)).eta(0)[0])
    expected = [norm.pdf(y, eta, sigma), norm.sf(y, eta, sigma), norm.cdf(y, eta, sigma)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("eta", [-2.0, 0.0, 0.9, 4.0])
def test_the_derivatives_of_the_log_density_are_its_difference_quotients(eta):
    family, log_sigma = CensoredNormal(np.full(3, 0.4), SIDES), np.full(3, -0.3)

    def at(eta=eta, s=log_sigma):
        return family.density(np.full((1, 3), eta), (s,))

    for order in (0, 1, 2):
        quotient = (at(eta + STEP).eta(order) - at(eta - STEP).eta(order)) / (2 * STEP)
        np.testing.assert_allclose(at().eta(order + 1), quotient, rtol=QUOTIENT, atol=QUOTIENT)
        moved = (at(s=log_sigma + STEP).eta(order) - at(s=log_sigma - STEP).eta(order)) / (2 * STEP)
        np.testing.assert_allclose(at().auxiliary(order)[0], moved, rtol=QUOTIENT, atol=QUOTIENT)


def test_a_limit_far_out_of_reach_keeps_its_digits():
    family = CensoredNormal(np.array([40.0]), np.array([1.0]))
    density = family.density(np.zeros((1, 1)), (np.zeros(1),))
    assert density.eta(0)[0, 0] == pytest.approx(norm.logsf(40.0), rel=1e-12)
    assert density.eta(1)[0, 0] == pytest.approx(40 + 1 / 40 - 2 / 40**3, rel=1e-6)


@pytest.mark.parametrize("side", [(0, 0, 0), (1, 0, 0), (1, 1, 0), (-1, 1, 0)])
def test_the_likelihood_of_a_participant_is_that_of_the_multivariate_normal_distribution(side):
    """Observed values have their density, censored ones given these the probability of their corner."""
    y, side, tau, sigma = np.array([0.4, 1.1, 0.2]), np.array(side, dtype=float), 0.8, 0.5
    rows = SubjectRows(CensoredNormal(y, side), np.zeros((3, 1)), np.zeros(3), (np.ones((3, 1)),), (np.zeros(3),),
                       np.ones((3, 1)), np.zeros(3, dtype=np.intp))  # fmt: skip
    found = (
        MarginalLikelihood(rows, gauss_hermite(25, 1), correlated=True).at(np.array([0.0, np.log(sigma), tau])).value
    )
    covariance = tau**2 * np.ones((3, 3)) + sigma**2 * np.eye(3)
    seen, hidden = side == 0, side != 0
    expected, mean, rest = 0.0, np.zeros(hidden.sum()), covariance[np.ix_(hidden, hidden)]
    if seen.any():
        expected += multivariate_normal(np.zeros(seen.sum()), covariance[np.ix_(seen, seen)]).logpdf(y[seen])
        across = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, hidden)])
        mean, rest = y[seen] @ across, rest - covariance[np.ix_(hidden, seen)] @ across
    if hidden.any():
        turn = -side[hidden]
        corner = multivariate_normal(turn * mean, rest * np.outer(turn, turn), abseps=1e-10, releps=1e-10)
        expected += np.log(corner.cdf(turn * y[hidden]))
    assert found == pytest.approx(expected, abs=1e-6)


def test_without_censored_values_it_is_the_linear_mixed_model_by_maximum_likelihood():
    data = trial()
    frame = pd.DataFrame(data.X[:, 1:], columns=list("abcdef")).assign(y=data.y, id=data.subject)
    plain = fit_lmm(frame, "y", "a + b + c + d + e + f", "1", "id", method="ml", df="satterthwaite")
    found = fit_censored_mixed_model(data)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
    assert found.tau**2 == pytest.approx(plain.random_covariance.iloc[0, 0], rel=1e-8)
    assert found.sigma**2 == pytest.approx(plain.residual_variance, rel=1e-8)
    np.testing.assert_allclose(found.inference().coefficients(), plain.coefficients["estimate"], rtol=1e-9)
    wider = np.sqrt(found.n_subjects / found.degrees_of_freedom)
    errors = np.sqrt(np.diag(found.inference().covariance()))
    np.testing.assert_allclose(errors, wider * plain.coefficients["std_error"], rtol=1e-5)
    assert found.degrees_of_freedom == 40 - 3


def test_one_observed_value_per_participant_gives_the_intervals_of_least_squares():
    data = of_one_trial_per_person(trial())
    found = fit_censored_mixed_model(data).inference()
    beta, residual, *_ = np.linalg.lstsq(data.X, data.y)
    V = np.linalg.inv(data.X.T @ data.X) * residual / (len(data.y) - 3)
    np.testing.assert_allclose(found.coefficients(), beta, rtol=1e-8)
    np.testing.assert_allclose(found.covariance(), V, rtol=1e-6)


def test_a_change_of_unit_moves_the_log_likelihood_by_the_jacobian_alone():
    data = trial(cap=4.2)
    here, there = fit_censored_mixed_model(data), fit_censored_mixed_model(
        CensoredData(data.X, 60 * data.y, data.side, data.subject)
    )  # fmt: skip
    assert there.sigma == pytest.approx(60 * here.sigma, rel=1e-9)
    assert there.tau == pytest.approx(60 * here.tau, rel=1e-9)
    moved = here.log_likelihood - (data.side == 0).sum() * np.log(60)
    assert there.log_likelihood == pytest.approx(moved, abs=1e-9)


def test_neither_the_order_of_rows_nor_the_sign_of_the_values_matters():
    data = trial(cap=4.2)
    shuffled = np.random.default_rng(0).permutation(len(data.y))
    here = fit_censored_mixed_model(data)
    moved = CensoredData(data.X[shuffled], -data.y[shuffled], -data.side[shuffled], data.subject[shuffled])
    there = fit_censored_mixed_model(moved)
    np.testing.assert_allclose(there.inference().coefficients(), -here.inference().coefficients(), atol=1e-8)
    assert there.log_likelihood == pytest.approx(here.log_likelihood, abs=1e-9)


def test_no_variation_between_participants_is_a_boundary_and_no_failure():
    data = trial(people=30)
    generator = np.random.default_rng(5)
    y = generator.normal(0, 1, len(data.y))
    y -= np.repeat([y[data.subject == one].mean() for one in range(30)], 3)
    found = fit_censored_mixed_model(CensoredData(data.X, y, data.side, data.subject))
    assert found.tau == pytest.approx(0.0, abs=1e-3)
    assert found.optimum.boundary
    assert np.isfinite(found.inference().covariance()).all()


def test_what_nothing_can_be_said_of_is_refused():
    data = trial()
    with pytest.raises(ModelError, match="Every value is censored"):
        fit_censored_mixed_model(CensoredData(data.X, data.y, np.ones(len(data.y)), data.subject))
    with pytest.raises(ModelError, match="do not vary beyond"):
        fit_censored_mixed_model(CensoredData(data.X, data.X[:, 1], data.side, data.subject))
    few = data.subject < 3
    with pytest.raises(ModelError, match="3 participants for 3 columns"):
        fit_censored_mixed_model(CensoredData(data.X[few], data.y[few], data.side[few], data.subject[few]))
    whole_cell = (data.X[:, 4] == 1).astype(float)
    with pytest.raises(ModelError, match="censored"):
        fit_censored_mixed_model(CensoredData(data.X, data.y, whole_cell, data.subject))
