"""The exact gradient of the marginal likelihood is that of the approximation in use, for every family."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.core.glmm_families import Binomial, NegativeBinomial1, NegativeBinomial2, Poisson
from postinfusion.core.glmm_likelihood import MarginalLikelihood
from postinfusion.core.glmm_modes import SubjectRows
from postinfusion.core.ordinal import CumulativeLogit
from postinfusion.core.quadrature import gauss_hermite
from postinfusion.core.zero_inflation import Hurdle, ZeroInflated

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=2, deadline=None, derandomize=True)
# A central difference with step 1e-5 of a log-likelihood near 100: rounding 1e-16 * 100 / 1e-5, truncation 1e-10.
DIFFERENCE = 1e-7
BASES = {"poisson": (Poisson, 0), "nbinom1": (NegativeBinomial1, 1), "nbinom2": (NegativeBinomial2, 1)}
FAMILIES = [*BASES, "binomial", "ordinal", *(f"{kind} {base}" for kind in ("inflated", "hurdle") for base in BASES)]
EFFECTS = {
    "none": (0, 1, [], True),
    "intercept, Laplace": (1, 1, [0.7], True),
    "intercept, 7 points": (1, 7, [0.7], True),
    "slope, Laplace": (2, 1, [0.7, 0.3, 0.4], True),
    "slope, 5 x 5 points": (2, 5, [0.7, 0.3, 0.4], True),
    "uncorrelated slope, 5 x 5 points": (2, 5, [0.7, 0.4], False),
    "a variance of zero": (2, 3, [0.7, 0.0, 0.0], True),
}


def blocks(*designs):
    """Give designs of auxiliaries that share no parameter."""
    widths = np.cumsum([0, *(design.shape[1] for design in designs)])
    pairs = zip(designs, widths, strict=False)
    return tuple(np.pad(d, ((0, 0), (w, widths[-1] - w - d.shape[1]))) for d, w in pairs)


def family_of(name, counts, Z):
    """Give the family, designs and offsets of its auxiliaries, and their parameters."""
    one, none = np.ones((len(counts), 1)), np.zeros(len(counts))
    if name == "binomial":
        return Binomial(np.minimum(counts, 3), np.full(len(counts), 3.0)), (), (), []
    if name == "ordinal":
        ordinal = CumulativeLogit(np.minimum(counts, 3), 4)
        (upper, above), (lower, below) = ordinal.thresholds()
        return ordinal, (upper, lower), (above, below), [-1.0, 0.3, 1.2]
    kind, _, base = name.rpartition(" ")
    family, dispersed = BASES[base]
    designs = ([Z] if kind else []) + [one] * dispersed
    gamma = [-0.5, 0.3] * bool(kind) + [0.7] * dispersed
    wrapped = {"": lambda f: f, "inflated": ZeroInflated, "hurdle": Hurdle}[kind](family(counts))
    return wrapped, blocks(*designs), (none,) * len(designs), gamma


def likelihood_of(name, effects, seed):
    generator = np.random.default_rng(seed)
    n, (r, points, Lambda, correlated) = 60, EFFECTS[effects]
    subject = np.unique(np.sort(generator.integers(0, 12, n)), return_inverse=True)[1]
    X = np.column_stack([np.ones(n), generator.normal(size=n)])
    counts = generator.poisson(2, n) * (generator.random(n) > 0.3) * 1.0
    family, W, W_offset, gamma = family_of(name, counts, np.column_stack([np.ones(n), generator.normal(size=n)]))
    rows = SubjectRows(family, X, np.full(n, 0.1), W, W_offset, X[:, :r], subject)
    return MarginalLikelihood(rows, gauss_hermite(points, r), correlated), np.array([0.5, 0.2, *gamma, *Lambda])


@FEW
@given(SEEDS)
@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("name", FAMILIES)
def test_the_gradient_is_the_derivative_of_the_likelihood(name, effects, seed):
    likelihood, psi = likelihood_of(name, effects, seed)
    point = likelihood.at(psi)
    step = 1e-5 * np.eye(len(psi))
    numerical = [(likelihood.at(psi + h).value - likelihood.at(psi - h).value) / 2e-5 for h in step]
    np.testing.assert_allclose(likelihood.gradient(point), numerical, rtol=DIFFERENCE, atol=50 * DIFFERENCE)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", FAMILIES)
def test_where_the_search_for_the_modes_starts_does_not_matter(name, seed):
    likelihood, psi = likelihood_of(name, "slope, Laplace", seed)
    point = likelihood.at(psi)
    far = np.random.default_rng(seed).normal(0, 2, point.modes.v.shape)
    assert likelihood.at(psi, far).value == pytest.approx(point.value, abs=1e-9)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", ["poisson", "nbinom2", "binomial", "ordinal", "inflated poisson"])
def test_more_points_of_the_quadrature_converge(name, seed):
    values = []
    for points in (1, 5, 15, 41, 81):
        likelihood, psi = likelihood_of(name, "intercept, Laplace", seed)
        values.append(MarginalLikelihood(likelihood.rows, gauss_hermite(points, 1), True).at(psi).value)
    error = np.abs(np.array(values[:-1]) - values[-1])
    assert (error[1:] <= error[:-1] + 1e-10).all()
    assert error[-1] < 1e-6


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", FAMILIES)
def test_the_quadrature_is_the_integral(name, seed):
    """A dense sum over a fine grid of the random intercept knows nothing of modes, curvatures or nodes."""
    likelihood, psi = likelihood_of(name, "intercept, Laplace", seed)
    exact = MarginalLikelihood(likelihood.rows, gauss_hermite(61, 1), True).at(psi).value
    rows, v = likelihood.rows, np.arange(-900, 901) / 100.0
    beta, gamma, Lambda = likelihood.split(psi)
    eta = rows.offset + rows.X @ beta + v[:, None] * (rows.U @ Lambda).ravel()
    auxiliary = tuple(W @ gamma + offset for W, offset in zip(rows.W, rows.W_offset, strict=True))
    with np.errstate(all="ignore"):
        by_subject = rows.total(rows.family.density(eta, auxiliary).eta(0))
    integrand = np.exp(by_subject - v[:, None] ** 2 / 2) / np.sqrt(2 * np.pi)
    dense = np.log(integrand.sum(axis=0) / 100).sum()
    assert exact == pytest.approx(dense, abs=1e-6)


@pytest.mark.parametrize("name", ["poisson", "nbinom2", "binomial", "ordinal"])
def test_the_product_rule_is_the_integral_over_two_correlated_effects(name):
    likelihood, psi = likelihood_of(name, "slope, Laplace", 17)
    exact = MarginalLikelihood(likelihood.rows, gauss_hermite(31, 2), True).at(psi).value
    rows, axis = likelihood.rows, np.arange(-80, 81) / 10.0
    v = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    beta, gamma, Lambda = likelihood.split(psi)
    eta = rows.offset + rows.X @ beta + v @ (rows.U @ Lambda).T
    auxiliary = tuple(W @ gamma + offset for W, offset in zip(rows.W, rows.W_offset, strict=True))
    with np.errstate(all="ignore"):
        by_subject = rows.total(rows.family.density(eta, auxiliary).eta(0))
    integrand = np.exp(by_subject - (v**2).sum(axis=1)[:, None] / 2) / (2 * np.pi)
    assert exact == pytest.approx(np.log(integrand.sum(axis=0) / 100).sum(), abs=1e-6)
