"""At many visits the derivatives of the likelihood are the same numbers, summed in another order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from postinfusion import fit_mmrm
from postinfusion.core.covariance import Structured, Unstructured, UnstructuredCholesky, covariance_model
from postinfusion.core.kenward_roger import adjusted_covariance
from postinfusion.core.likelihood import Criterion
from postinfusion.core.many_visits import CholeskyByProducts, ManyVisits, sums_first
from postinfusion.core.patterns import SubjectRows
from postinfusion.core.subject_blocks import visit_blocks
from postinfusion.errors import ModelError

# Only rounding differs.
SAME = 1e-12


def rows(T: int, n: int = 40, q: int = 4) -> SubjectRows:
    rng = np.random.default_rng(T)
    observed = rng.random((n, T)) > 0.2
    return SubjectRows(observed, rng.normal(size=(n, T, q)) * observed[..., None])


def theta_of(model: Unstructured | UnstructuredCholesky | Structured, T: int) -> np.ndarray:
    rng = np.random.default_rng(T + 1)
    if isinstance(model, Structured):
        return np.append(rng.normal(0, 0.1, T), np.full(T - 1, 0.2))
    return model.theta(np.cov(rng.normal(size=(T, 3 * T))) + np.eye(T))


def assert_same_slopes(ours, theirs):
    for name in ("gradient", "hessian", "information", "P"):
        expected = getattr(theirs, name)
        assert_allclose(getattr(ours, name), expected, rtol=0, atol=SAME * np.abs(expected).max())


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("T", [2, 4, 7])
@pytest.mark.parametrize("structure", ["us", "cholesky", "toeph"])
def test_derivatives_are_those_of_the_likelihood(structure, T, method):
    model = UnstructuredCholesky(T) if structure == "cholesky" else covariance_model(structure, T)
    data, theta = rows(T), theta_of(model, T)
    plain, ours = Criterion(data, model, method), ManyVisits(data, model, method)
    at = plain.at(theta)
    assert at is not None
    assert sums_first(data, at.derivatives)
    assert_same_slopes(ours.slopes(at), plain.slopes(at))


@pytest.mark.parametrize("criterion", [Criterion, ManyVisits])
def test_second_derivatives_of_the_cholesky_factor_need_not_be_formed(criterion):
    T, data = 5, rows(5)
    whole, products = (criterion(data, model(T), "reml") for model in (UnstructuredCholesky, CholeskyByProducts))
    theta = theta_of(UnstructuredCholesky(T), T)
    at, by_products = whole.at(theta), products.at(theta)
    assert by_products.derivatives.DD is None
    assert_same_slopes(products.slopes(by_products), whole.slopes(at))


@pytest.mark.parametrize("T", [3, 6])
def test_kenward_roger_sums_in_either_order(T):
    model, data = Unstructured(T), rows(T)
    criterion = Criterion(data, model, "reml")
    at = criterion.at(theta_of(model, T))
    slopes = criterion.slopes(at)
    w = np.linalg.inv(slopes.information)
    # One derivative for each subject is the same covariance in the other order.
    each = np.broadcast_to(at.derivatives.D, (len(data.Z), *at.derivatives.D.shape[1:]))
    apart = type(at)(at.value, at.beta, at.Phi, at.Omega, type(at.derivatives)(at.derivatives.Sigma, each, None))
    found, expected = (adjusted_covariance(data, one, slopes.P, w) for one in (at, apart))
    assert_allclose(found, expected, rtol=0, atol=SAME * np.abs(expected).max())


def trial(n: int, T: int, *, missing: float) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    y = rng.normal(size=(n, T)) + 2 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 1)) * np.linspace(0, 1, T)
    subject, visit = np.repeat(np.arange(n), T), np.tile(np.arange(T), n)
    frame = pd.DataFrame({"ID": subject, "VISIT": visit, "ARM": np.where(subject % 2, "A", "P"), "Y": y.ravel()})
    return frame[rng.random(n * T) >= missing]


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_the_number_of_visits_does_not_change_the_answer(missing):
    frame = trial(120, 12, missing=missing)
    fit = fit_mmrm(frame, "Y", "ARM * VISIT", "ID", "VISIT", verify=True)
    assert fit.optimum.agreement.agrees
    assert fit.warnings == ()


def test_few_subjects_with_many_visits_are_kept_row_by_row():
    n, T = 40, 20
    subject, visit = np.repeat(np.arange(n), T), np.tile(np.arange(T), n)
    Z = np.random.default_rng(0).normal(size=(n * T, 2))
    assert isinstance(visit_blocks(Z, subject, visit, T).products, SubjectRows)


@pytest.mark.parametrize(
    ("n", "missing", "reason"),
    [
        (12, 0.0, "12 subjects cannot carry an unstructured covariance of 11 visits beside 2 effects at each: .* 13"),
        (40, 0.6, "half of the pairs of visits are seen in at most . subjects, fewer than there are visits"),
        (30, 0.9, "missing: .* and [0-9]+ more. Choose a structured covariance"),
    ],
)
def test_too_few_subjects_for_many_visits_are_refused_before_the_search(n, missing, reason):
    with pytest.raises(ModelError, match=reason):
        fit_mmrm(trial(n, 11, missing=missing), "Y", "ARM * VISIT", "ID", "VISIT")
