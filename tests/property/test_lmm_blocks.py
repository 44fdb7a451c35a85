"""Blocks of nested random effects and structured residuals against dense formulas and numerical derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.core.blocks import GroupedRows, block_problem
from postinfusion.core.kenward_roger import adjusted_covariance
from property.numerical_derivatives import assert_derivatives_are_numerical

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=5, deadline=None, derandomize=True)
ROUNDING = 1e-10
# Central differences with step 1e-5 of functions whose third derivatives are near 1e2.
NUMERICAL = 1e-6
STRUCTURES = ["nested", "nested slope", "exp", "scale", "exp scale", "nested exp scale"]


def rows(structure, seed):
    """Give rows of four sites with participants of one to five rows each, in the order of nobody."""
    generator = np.random.default_rng(seed)
    inner = np.repeat(np.arange(12), generator.integers(1, 6, 12))
    inner[-5:] = 11
    outer = inner % 4
    n = len(inner)
    time = np.cumsum(generator.uniform(0.1, 1, n))
    intercept, slope = np.ones((n, 1)), np.column_stack([np.ones(n), time - time.mean()])
    nested = "nested" in structure
    U = ((slope if "slope" in structure else intercept), intercept) if nested else (slope,)
    X = np.column_stack([np.ones(n), time - time.mean(), generator.normal(size=n)])
    order = generator.permutation(n)
    return GroupedRows(
        Z=np.column_stack([X, generator.normal(size=n)])[order],
        U=tuple(u[order] for u in U),
        group=tuple(g[order] for g in ((outer, inner) if nested else (inner,))),
        time=time[order] if "exp" in structure else None,
        scale=generator.normal(size=(n, 2))[order] if "scale" in structure else np.empty((n, 0)),
    )


def theta_of(problem, seed):
    return np.random.default_rng(seed).normal(0.3, 0.4, len(problem.starts[0]))


def dense(data, theta, bases):
    """Give the covariance of all rows, written out."""
    sigma2, at, V = np.exp(theta[-1]), 0, 0.0
    for U, group, T in zip(data.U, data.group, bases, strict=True):
        r = U.shape[1]
        factor = np.zeros((r, r))
        factor[np.tril_indices(r)] = theta[at : at + r * (r + 1) // 2]
        at += r * (r + 1) // 2
        scaled = U @ T
        V = V + np.equal.outer(group, group) * (scaled @ factor @ factor.T @ scaled.T)
    k = data.scale.shape[1]
    s = np.exp(data.scale @ theta[at : at + k])
    C = np.eye(len(s))
    if data.time is not None:
        C = np.exp(-np.abs(np.subtract.outer(data.time, data.time)) / np.exp(theta[at + k]))
        C *= np.equal.outer(data.group[-1], data.group[-1])
    return sigma2 * (V + np.outer(s, s) * C)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_criterion_is_the_dense_formula(structure, method, seed):
    data = rows(structure, seed)
    problem = block_problem(data, correlated=True, method=method, scale=1.0)
    theta = theta_of(problem, seed)
    V = dense(data, theta, problem.bases)
    X, y = data.Z[:, :-1], data.Z[:, -1]
    inverse = np.linalg.inv(V)
    W = X.T @ inverse @ X
    beta = np.linalg.solve(W, X.T @ inverse @ y)
    value = np.linalg.slogdet(V)[1] + (y - X @ beta) @ inverse @ (y - X @ beta) + len(y) * np.log(2 * np.pi)
    if method == "reml":
        value += np.linalg.slogdet(W)[1] - X.shape[1] * np.log(2 * np.pi)
    at = problem.criterion.at(theta)
    assert at.value == pytest.approx(value / 2, rel=ROUNDING)
    np.testing.assert_allclose(at.beta, beta, rtol=ROUNDING, atol=ROUNDING)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_gradient_and_hessian_equal_numerical_derivatives(structure, method, seed):
    problem = block_problem(rows(structure, seed), correlated=True, method=method, scale=1.0)
    assert_derivatives_are_numerical(problem.criterion, theta_of(problem, seed))


@FEW
@given(SEEDS)
@pytest.mark.parametrize("structure", ["nested slope", "exp scale"])
def test_information_and_adjusted_covariance_are_the_dense_formulas(structure, seed):
    """Kenward & Roger (1997) with n by n matrices; derivatives of V by differences of the dense covariance."""
    data = rows(structure, seed)
    problem = block_problem(data, correlated=True, method="reml", scale=1.0)
    theta, step, X = theta_of(problem, seed), 1e-5, data.Z[:, :-1]
    V = dense(data, theta, problem.bases)
    D = np.array([
        (dense(data, theta + step * e, problem.bases) - dense(data, theta - step * e, problem.bases)) / (2 * step)
        for e in np.eye(len(theta))
    ])  # fmt: skip
    inverse = np.linalg.inv(V)
    Phi = np.linalg.inv(X.T @ inverse @ X)
    projection = inverse - inverse @ X @ Phi @ X.T @ inverse
    information = np.einsum("hij,gji->hg", projection @ D, projection @ D) / 2
    P = -np.einsum("ia,ij,hjk,kl,lb->hab", X, inverse, D, inverse, X, optimize=True)
    Q = np.einsum("ia,ij,hjk,kl,glm,mn,nb->hgab", X, inverse, D, inverse, D, inverse, X, optimize=True)
    at = problem.plain.at(theta)
    slope = problem.plain.slopes(at)
    np.testing.assert_allclose(slope.information, information, atol=NUMERICAL * np.abs(information).max())
    w = np.eye(len(theta))
    inner = np.einsum("hg,hgab->ab", w, Q) - np.einsum("hg,hab,bc,gcd->ad", w, P, Phi, P)
    expected = Phi + 2 * Phi @ inner @ Phi
    found = adjusted_covariance(problem.plain.cross, at, slope.P, w)
    np.testing.assert_allclose(found, expected, atol=NUMERICAL * np.abs(expected).max())
