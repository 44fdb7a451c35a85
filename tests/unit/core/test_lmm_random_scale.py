"""A random scale: its likelihood by dense quadrature, its maximum, recovery of known values, and its refusals."""

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_lmm
from postinfusion.errors import ModelError

# Trapezoids over nine standard deviations are exact to rounding for so smooth a function.
GRID = np.linspace(-9, 9, 181)
# Adaptive quadrature with 15 nodes; the log-likelihood of a subject with six rows.
QUADRATURE = 1e-7
OPTIONS = {"method": "ml", "df": "asymptotic", "random_scale": True}
TRUTH = {"tau": 0.5, "delta": 0.4, "slope": -0.7}


def trial(n, m=8, seed=4, tau=TRUTH["tau"]):
    """Give participants whose residual standard deviations are log-normal, and larger in the second phase."""
    generator = np.random.default_rng(seed)
    time, phase = np.tile(np.linspace(0, 1, m), n), np.tile(np.arange(m) % 2, n)
    subject = np.repeat(np.arange(n), m)
    deviation = 0.8 * np.exp(TRUTH["delta"] * phase + tau * generator.normal(size=n)[subject])
    y = 3 + TRUTH["slope"] * time + generator.normal(size=n)[subject] + deviation * generator.normal(size=n * m)
    return pd.DataFrame({"id": subject, "time": time, "phase": np.where(phase, "b", "a"), "y": y})


def fitted(frame, **options):
    return fit_lmm(frame, "y", "time", "1", "id", scale="phase", **OPTIONS, **options)


def dense_log_likelihood(frame, parameters):
    """Integrate each subject's density over w by trapezoids."""
    *beta, intercept_sd, sigma, delta, tau = parameters
    total = 0.0
    scale = np.exp(tau * GRID)[:, None]
    for _, rows in frame.groupby("id"):
        residual = rows["y"].to_numpy() - beta[0] - beta[1] * rows["time"].to_numpy()
        own = sigma * np.exp(delta * (rows["phase"] == "b").to_numpy())
        V = intercept_sd**2 + np.eye(len(rows)) * ((own * scale) ** 2)[:, None, :]
        solved = np.linalg.solve(V, np.broadcast_to(residual, (len(GRID), len(rows)))[..., None])[..., 0]
        log_density = -(np.linalg.slogdet(2 * np.pi * V)[1] + solved @ residual) / 2
        density = np.exp(log_density - GRID**2 / 2) / np.sqrt(2 * np.pi)
        total += np.log(np.trapezoid(density, GRID))
    return total


def parameters(fit):
    return np.array([
        *fit.coefficients["estimate"], np.sqrt(fit.random_covariance.iloc[0, 0]), np.sqrt(fit.residual_variance),
        fit.scale_coefficients["estimate"].iloc[0], fit.random_scale_sd,
    ])  # fmt: skip


def test_the_log_likelihood_is_the_integral_and_its_maximum_is_stationary():
    frame = trial(40)
    fit = fitted(frame)
    psi = parameters(fit)

    def value(x):
        return dense_log_likelihood(frame, x)

    assert fit.log_likelihood == pytest.approx(value(psi), abs=QUADRATURE * 40)
    for step in np.diag(0.02 * np.abs(psi)):
        ahead, behind, here = value(psi + step), value(psi - step), value(psi)
        # The vertex of the parabola through three points lies at the estimate.
        assert abs((ahead - behind) / (2 * (ahead - 2 * here + behind))) < 0.02
        assert max(ahead, behind) < here


def test_standard_errors_are_those_of_the_dense_likelihood():
    frame = trial(40)
    fit = fitted(frame)
    psi, step = parameters(fit), 1e-3

    def value(x):
        return dense_log_likelihood(frame, x)

    unit = step * np.eye(len(psi))

    def curvature(a, b):
        corners = value(psi + a + b) - value(psi + a - b) - value(psi - a + b) + value(psi - a - b)
        return corners / (4 * step**2)

    hessian = np.zeros((len(psi), len(psi)))
    for i, j in zip(*np.tril_indices(len(psi)), strict=True):
        hessian[i, j] = hessian[j, i] = curvature(unit[i], unit[j])
    error = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    np.testing.assert_allclose(fit.coefficients["std_error"], error[:2], rtol=1e-3)
    np.testing.assert_allclose(fit.scale_coefficients["std_error"], error[4:5], rtol=1e-3)
    np.testing.assert_allclose(fit.core.random_scale.std_error, error[5], rtol=1e-3)


def test_known_values_are_recovered():
    """Within 3.29 standard errors, the 99.9 % interval, of a trial with 200 participants."""
    fit = fitted(trial(200))
    assert abs(fit.random_scale_sd - TRUTH["tau"]) < 3.29 * fit.core.random_scale.std_error
    scale = fit.scale_coefficients.iloc[0]
    assert abs(scale["estimate"] - TRUTH["delta"]) < 3.29 * scale["std_error"]
    slope = fit.coefficients.iloc[1]
    assert abs(slope["estimate"] - TRUTH["slope"]) < 3.29 * slope["std_error"]
    assert fit.random_scale_effects["estimate"].std() < fit.random_scale_sd


def test_without_a_random_scale_the_likelihood_is_that_of_the_model_without_it():
    """The smaller model is nested: never a higher likelihood, and the test of tau is a mixture."""
    frame = trial(40, tau=0.0)
    larger = fitted(frame)
    smaller = fit_lmm(frame, "y", "time", "1", "id", scale="phase", method="ml", df="asymptotic")
    assert larger.log_likelihood >= smaller.log_likelihood - 1e-6
    test = larger.boundary_test(smaller)
    assert test.df == (0, 1)
    assert test.p_value > 0.01


def test_a_random_scale_goes_with_a_residual_correlation():
    fit = fitted(trial(60), residual="exp", time="time")
    assert fit.residual_range > 0
    assert np.isfinite(fit.coefficients["std_error"]).all()


@pytest.mark.parametrize(
    ("frame", "options", "reason"),
    [
        (trial(29), {}, "needs at least 30"),
        (trial(40), {"method": "reml"}, 'method="ml"'),
        (trial(40), {"df": "satterthwaite"}, 'df="asymptotic"'),
        (trial(40).assign(site=lambda f: f["id"] % 4), {"subject": ["site", "id"]}, "one level of grouping"),
    ],
)
def test_what_a_random_scale_cannot_do_is_refused(frame, options, reason):
    arguments = {"subject": "id", **OPTIONS, **options}
    with pytest.raises(ModelError, match=reason):
        fit_lmm(frame, "y", "time", "1", **arguments)


def test_what_needs_one_covariance_is_refused():
    fit = fitted(trial(40))
    for ask in (
        fit.variance_components, lambda: fit.predict(trial(40), by_subject=True), lambda: fit.residuals("cholesky"),
    ):  # fmt: skip
        with pytest.raises(ModelError, match="With a random scale"):
            ask()
    assert len(fit.residuals()) == len(fit.predict(trial(40)))
