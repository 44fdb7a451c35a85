"""The criterion in r by r matrices per subject is the criterion of the rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.core.blocks import GroupedRows, block_problem
from postinfusion.core.likelihood import Criterion
from postinfusion.core.random_covariance import RandomEffects, RandomFactor
from postinfusion.core.random_effects import subject_problem
from postinfusion.core.relative_likelihood import RelativeCriterion
from postinfusion.core.rotation import rotate

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=10, deadline=None, derandomize=True)
# The same formula at the same theta: only rounding differs.
ROUNDING = 1e-10


def irregular(seed, n=15, r=2):
    """Give [X | y], U and subject; some subjects have fewer rows than random effects, some only one time."""
    generator = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n), generator.integers(1, 7, n))
    time = generator.uniform(-1, 1, len(subject))
    time[np.isin(subject, [1, 4])] = 0.5
    U = np.vander(time, r, increasing=True)
    X = np.column_stack([np.ones_like(time), time, generator.normal(size=len(time))])
    y = generator.normal(size=len(time)) + generator.normal(size=n)[subject]
    return np.column_stack([X, y]), U, subject


@FEW
@given(SEEDS)
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize(("r", "correlated"), [(1, True), (2, True), (2, False), (3, True)])
def test_sums_of_small_matrices_are_the_sums_over_rows(r, correlated, method, seed):
    Z, U, subject = irregular(seed, r=r)
    rotated, random = rotate(Z, U, subject), RandomFactor(r, correlated)
    plain = Criterion(rotated, RandomEffects(rotated.R, random), method)
    short = RelativeCriterion(plain.cross, plain.model, method, rotated, random)
    theta = np.append(np.random.default_rng(seed).normal(size=random.size), -0.3)
    expected, found = plain.at(theta), short.at(theta)
    assert found.value == pytest.approx(expected.value, rel=ROUNDING)
    np.testing.assert_allclose(found.beta, expected.beta, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(found.Phi, expected.Phi, rtol=ROUNDING, atol=ROUNDING)
    for name in ("gradient", "hessian", "information", "P"):
        left, right = getattr(short.slopes(found), name), getattr(plain.slopes(expected), name)
        np.testing.assert_allclose(left, right, rtol=ROUNDING, atol=ROUNDING * np.abs(right).max(), err_msg=name)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("kind", ["rotated", "blocks"])
@pytest.mark.parametrize("correlated", [True, False])
def test_derivatives_by_elements_are_those_of_lambda_by_the_chain_rule(correlated, kind, seed):
    """Lambda Lambda' moves by E(Lambda) along Lambda's elements: J maps these to the elements of Lambda Lambda'."""
    Z, U, subject = irregular(seed)
    rows = GroupedRows(Z, (U,), (subject,), None, np.empty((len(Z), 0)))
    problem = (
        subject_problem(Z, U, subject, correlated=correlated, method="reml", scale=1.0)
        if kind == "rotated"
        else block_problem(rows, correlated=correlated, method="reml", scale=1.0)
    )
    random, theta = problem.randoms[0], np.append(np.random.default_rng(seed).normal(size=problem.randoms[0].size), 0.2)
    E, unit = random.directions(random.factor(theta[:-1]))[0], random.directions(np.eye(2))[0]
    J = np.eye(len(theta))
    J[:-1, :-1] = E.reshape(len(E), -1) @ np.linalg.pinv(unit.reshape(len(E), -1))
    by_lambda, by_element = (
        criterion.slopes(criterion.at(theta)) for criterion in (problem.criterion, problem.by_elements().criterion)
    )
    for ours, theirs in (
        (by_lambda.gradient, J @ by_element.gradient),
        (by_lambda.information, J @ by_element.information @ J.T),
        (by_lambda.P, np.tensordot(J, by_element.P, 1)),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8 * np.abs(ours).max())


@FEW
@given(SEEDS)
@pytest.mark.parametrize("r", [1, 2, 3])
def test_rotated_rows_keep_all_products(r, seed):
    """The sum of squares of a subject, and what lies in the space of its U, are those of the rows before."""
    Z, U, subject = irregular(seed, r=r)
    rotated = rotate(Z, U, subject)
    inner = np.einsum("sra,srb->ab", rotated.Y, rotated.Y)
    np.testing.assert_allclose(inner + rotated.rest, Z.T @ Z, rtol=ROUNDING, atol=ROUNDING)
    for i, (R, Y) in enumerate(zip(rotated.R[:-1], rotated.Y, strict=True)):
        own = subject == i
        np.testing.assert_allclose(R.T @ R, U[own].T @ U[own], rtol=ROUNDING, atol=ROUNDING)
        np.testing.assert_allclose(R.T @ Y, U[own].T @ Z[own], rtol=ROUNDING, atol=ROUNDING)
    assert rotated.n_observations == len(Z)
