"""The likelihood against dense textbook formulas and against numerical derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.analyses.design import build_design
from postinfusion.core.covariance import STRUCTURES, UnstructuredCholesky, covariance_model, starting_values
from postinfusion.core.kenward_roger import adjusted_covariance
from postinfusion.core.likelihood import Criterion
from postinfusion.core.patterns import cross_products
from postinfusion.core.random_covariance import RandomEffects, RandomFactor
from postinfusion.core.rotation import rotate
from property.core_trials import trial
from property.numerical_derivatives import assert_derivatives_are_numerical

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=6, deadline=None, derandomize=True)
# The same formula at the same Sigma: only rounding differs.
ROUNDING = 1e-10
T = 4
S = np.array([[1.0, 0.5, 0.4, 0.3], [0.5, 1.4, 0.6, 0.5], [0.4, 0.6, 1.2, 0.6], [0.3, 0.5, 0.6, 1.6]])
MODELS = {name: covariance_model(name, T) for name in STRUCTURES} | {"Cholesky": UnstructuredCholesky(T)}


def rows(seed):
    """Give X, y, subject and visit of a small trial, the response near unit variance."""
    frame = trial(seed, n=12)
    X = build_design("TRTP + AVISIT + BASE", frame).matrix(frame) / [1, 1, 1, 1, 1, 60]
    y = (frame["AVAL"].to_numpy() - 60) / 10
    subject = np.unique(frame["USUBJID"], return_inverse=True)[1]
    return X, y, subject, frame["AVISIT"].cat.codes.to_numpy().astype(np.intp), frame["TIME"].to_numpy() / 400


def theta_of(name):
    model = MODELS[name]
    return model.theta(S) if name == "Cholesky" else starting_values(model, S)


def criterion(name, seed, method="reml"):
    X, y, subject, visit, time = rows(seed)
    Z = np.column_stack([X, y])
    if name.startswith("random"):
        rotated = rotate(Z, np.column_stack([np.ones_like(time), time]), subject)
        correlated = name == "random"
        theta = np.array([0.8, 0.2, 0.5, -0.3] if correlated else [0.8, 0.5, -0.3])
        return Criterion(rotated, RandomEffects(rotated.R, RandomFactor(2, correlated)), method), theta
    return Criterion(cross_products(Z, subject, visit, T), MODELS[name], method), theta_of(name)


def dense(name, seed, theta):
    """Give X, y, V and its derivatives as full matrices."""
    X, y, subject, visit, time = rows(seed)
    together = subject[:, None] == subject[None]
    if name == "random":
        U, factor = np.column_stack([np.ones_like(time), time]), np.array([[theta[0], 0], [theta[1], theta[2]]])
        V = np.exp(theta[3]) * (together * (U @ factor @ factor.T @ U.T) + np.eye(len(y)))
        return X, y, V, None
    derivatives = MODELS[name].derivatives(theta)
    return X, y, derivatives.Sigma[0][visit][:, visit] * together, derivatives.D[0][:, visit][:, :, visit] * together


@FEW
@given(SEEDS)
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", ["us", "toeph", "random"])
def test_the_criterion_is_the_dense_formula(name, method, seed):
    target, theta = criterion(name, seed, method)
    X, y, V, _ = dense(name, seed, theta)
    inverse = np.linalg.inv(V)
    W = X.T @ inverse @ X
    beta = np.linalg.solve(W, X.T @ inverse @ y)
    residual = y - X @ beta
    value = np.linalg.slogdet(V)[1] + residual @ inverse @ residual + len(y) * np.log(2 * np.pi)
    if method == "reml":
        value += np.linalg.slogdet(W)[1] - X.shape[1] * np.log(2 * np.pi)
    at = target.at(theta)
    assert at.value == pytest.approx(value / 2, rel=ROUNDING)
    np.testing.assert_allclose(at.beta, beta, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(at.Phi, np.linalg.inv(W), rtol=ROUNDING, atol=ROUNDING)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", ["us", "cs", "ar1h"])
def test_information_and_adjusted_covariance_are_the_dense_formulas(name, seed):
    """Kenward & Roger (1997): P_h, Q_hk and the expected information written out with n by n matrices."""
    target, theta = criterion(name, seed)
    X, _, V, D = dense(name, seed, theta)
    inverse = np.linalg.inv(V)
    Phi = np.linalg.inv(X.T @ inverse @ X)
    projection = inverse - inverse @ X @ Phi @ X.T @ inverse
    P = -np.einsum("ia,ij,hjk,kl,lb->hab", X, inverse, D, inverse, X, optimize=True)
    Q = np.einsum("ia,ij,hjk,kl,glm,mn,nb->hgab", X, inverse, D, inverse, D, inverse, X, optimize=True)
    PD = projection @ D
    information = np.einsum("hij,gji->hg", PD, PD) / 2
    at = target.at(theta)
    slope = target.slopes(at)
    np.testing.assert_allclose(slope.P, P, rtol=ROUNDING, atol=ROUNDING * np.abs(P).max())
    np.testing.assert_allclose(slope.information, information, rtol=ROUNDING, atol=ROUNDING)
    w = np.linalg.inv(information)
    inner = np.einsum("hg,hgab->ab", w, Q) - np.einsum("hg,hab,bc,gcd->ad", w, P, Phi, P)
    adjusted = adjusted_covariance(target.cross, at, slope.P, w)
    np.testing.assert_allclose(adjusted, Phi + 2 * Phi @ inner @ Phi, rtol=10 * ROUNDING, atol=10 * ROUNDING)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", [*MODELS, "random", "random-uncorrelated"])
def test_gradient_and_hessian_equal_numerical_derivatives(name, method, seed):
    assert_derivatives_are_numerical(*criterion(name, seed, method))


@pytest.mark.parametrize("name", MODELS)
def test_theta_gives_a_positive_definite_sigma_near_the_one_it_came_from(name):
    Sigma = MODELS[name].derivatives(theta_of(name)).Sigma[0]
    assert np.linalg.eigvalsh(Sigma)[0] > 0
    if name in ("us", "Cholesky"):
        np.testing.assert_allclose(Sigma, S, rtol=ROUNDING)


@FEW
@given(SEEDS)
def test_chunks_of_subjects_add_up(seed):
    X, y, subject, visit, _ = rows(seed)
    Z, first = np.column_stack([X, y]), subject < 5
    K = np.diag(np.arange(1.0, Z.shape[1] + 1))
    whole = cross_products(Z, subject, visit, T)
    parts = [
        cross_products(Z[part], np.unique(subject[part], return_inverse=True)[1], visit[part], T)
        for part in (first, ~first)
    ]
    assert whole.n.sum() == sum(part.n.sum() for part in parts)
    np.testing.assert_allclose(
        whole.contracted(K).sum(axis=0), sum(part.contracted(K).sum(axis=0) for part in parts), rtol=ROUNDING
    )
