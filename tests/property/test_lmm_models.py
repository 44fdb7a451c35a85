"""What must hold for every linear mixed model, whatever its groups and residuals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion import fit_lmm, fit_mmrm

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=2, deadline=None, derandomize=True)
# Sums are formed in another order; the optimum is the same to its own stopping rule.
ORDER = 1e-6
NUMBERS = ["estimate", "std_error", "df"]
MODELS = {
    "subject": {"random": "1 + time", "subject": "id"},
    "nested": {"random": "1", "subject": ["site", "id"]},
    "ar1": {"random": "1", "subject": "id", "residual": "ar1", "time": "time"},
    "scale": {"random": "1", "subject": "id", "scale": "time"},
    "ar1 by group": {"random": "1", "subject": "id", "residual": "ar1", "time": "time", "residual_group": "phase"},
    "nested by group": {"random": "1", "subject": ["site", "id"], "residual_group": "phase"},
}


def trial(seed, n=36, m=6):
    """Give participants at six sites, with irregular times, two phases and errors that correlate over time."""
    generator = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n), m)
    time = np.sort(generator.uniform(0, 5, (n, m)), axis=1)
    lag = np.abs(time[:, :, None] - time[:, None, :])
    errors = np.linalg.cholesky(np.exp(-lag) + 1e-9 * np.eye(m)) @ generator.normal(size=(n, m, 1))
    phase = np.tile(np.arange(m) % 2, n)
    b, site = generator.normal(size=(n, 2)) * [1.0, 0.4], generator.normal(size=6)
    arm = (np.arange(n) // 6) % 2
    y = b[subject, 0] + site[subject % 6] + (0.5 * arm[subject] + b[subject, 1]) * time.ravel()
    return pd.DataFrame({
        "id": subject, "site": subject % 6, "time": time.ravel(), "arm": np.where(arm[subject], "B", "A"),
        "phase": np.where(phase, "late", "early"), "y": y + (1 + 0.5 * phase) * errors.ravel(),
    })  # fmt: skip


def lmm(name, frame, **options):
    return fit_lmm(frame, "y", "time * arm", **MODELS[name], **{"df": "satterthwaite", **options})


def effects(fit):
    return fit.contrasts("arm", at={"time": [0.5, 4.0]})[NUMBERS].to_numpy()


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", MODELS)
def test_the_order_of_rows_and_the_names_of_groups_do_not_matter(name, seed):
    frame = trial(seed)
    names = np.random.default_rng(seed).permutation(1_000)
    other = frame.assign(id=names[frame["id"]], site=[f"site {names[code]}" for code in frame["site"]])
    other = other.sample(frac=1, random_state=seed)
    np.testing.assert_allclose(effects(lmm(name, other)), effects(lmm(name, frame)), rtol=ORDER)


@FEW
@given(SEEDS, st.sampled_from([1e-6, 0.4536, 1e6]))
@pytest.mark.parametrize("name", MODELS)
def test_a_change_of_unit_of_the_response_only_changes_the_unit(name, seed, unit):
    frame = trial(seed)
    fit, scaled = lmm(name, frame), lmm(name, frame.assign(y=frame["y"] * unit))
    np.testing.assert_allclose(effects(scaled) / [unit, unit, 1.0], effects(fit), rtol=ORDER)
    assert scaled.residual_variance == pytest.approx(fit.residual_variance * unit**2, rel=ORDER)


@FEW
@given(SEEDS, st.sampled_from([24.0, 1 / 168]))
@pytest.mark.parametrize("name", [name for name in MODELS if name != "scale"])
def test_a_change_of_unit_of_time_only_changes_the_unit(name, seed, unit):
    frame = trial(seed)
    fit, scaled = lmm(name, frame), lmm(name, frame.assign(time=frame["time"] * unit))
    found = scaled.contrasts("arm", at={"time": [0.5 * unit, 4.0 * unit]})[NUMBERS].to_numpy()
    np.testing.assert_allclose(found, effects(fit), rtol=ORDER)
    assert scaled.log_likelihood - fit.log_likelihood == pytest.approx(-2 * np.log(unit), abs=1e-6)
    if "ar1" in name:
        assert scaled.residual_range == pytest.approx(fit.residual_range * unit, rel=1e-5)
        assert scaled.residual_correlation == pytest.approx(fit.residual_correlation ** (1 / unit), rel=1e-4)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_a_richer_model_fits_at_least_as_well(method, seed):
    frame = trial(seed)
    plain = fit_lmm(frame, "y", "time * arm", "1", "id", method=method, df="asymptotic").log_likelihood
    value = {name: lmm(name, frame, method=method, df="asymptotic").log_likelihood for name in MODELS}
    for richer in MODELS:
        assert value[richer] >= plain - 1e-8, richer
    assert value["ar1 by group"] >= value["ar1"] - 1e-8
    assert value["nested by group"] >= value["nested"] - 1e-8


@FEW
@given(SEEDS)
def test_f_is_t_squared_for_a_single_contrast(seed):
    frame = trial(seed)
    for name in ("nested", "ar1 by group"):
        for df in ("satterthwaite", "kenward-roger-linear"):
            fit = lmm(name, frame, df=df)
            test, single = fit.joint_test(np.eye(4)[[3]]), fit.coefficients.iloc[3]
            assert test.statistic == pytest.approx(single["statistic"] ** 2, rel=1e-9)
            assert test.df_denominator == pytest.approx(single["df"], rel=1e-9)


def test_without_correlation_the_autoregression_is_the_independent_model():
    """Residuals that alternate: no positive correlation fits better, rho goes to zero and is flagged."""
    frame = trial(1)
    alternating = np.tile([1.0, -1.0], len(frame) // 2) * (1 + 0.1 * np.random.default_rng(1).normal(size=len(frame)))
    frame = frame.assign(y=np.random.default_rng(2).normal(size=36)[frame["id"]] + alternating)
    fit = lmm("ar1", frame)
    plain = fit_lmm(frame, "y", "time * arm", "1", "id", df="satterthwaite")
    assert fit.optimum.boundary
    assert fit.residual_correlation == pytest.approx(0, abs=1e-6)
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7)
    np.testing.assert_allclose(effects(fit), effects(plain), rtol=ORDER)


def test_a_random_intercept_with_autoregression_on_whole_steps_is_a_structure_of_its_own():
    """Complete data at whole times, without an intercept's variance: the autoregression is covariance="ar1"."""
    generator = np.random.default_rng(7)
    lag = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    errors = generator.multivariate_normal(np.zeros(5), 0.6**lag, 60)
    errors -= 0.02 * errors.mean(axis=1, keepdims=True)
    frame = pd.DataFrame({"id": np.repeat(np.arange(60), 5), "time": np.tile(np.arange(5), 60), "y": errors.ravel()})
    mixed = fit_lmm(frame, "y", "1", "1", "id", residual="ar1", time="time", df="satterthwaite")
    repeated = fit_mmrm(frame, "y", "1", "id", "time", covariance="ar1")
    assert mixed.log_likelihood >= repeated.log_likelihood - 1e-8
    if mixed.optimum.boundary:
        assert mixed.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-7)
        assert mixed.residual_correlation == pytest.approx(
            repeated.covariance.iloc[0, 1] / repeated.covariance.iloc[0, 0], rel=1e-5
        )


@pytest.mark.parametrize("random", ["1 + poly(time, 2)", "1 + ns(time, knots = c(1.5, 3))"])
def test_another_basis_of_the_same_space_is_the_same_model(random):
    """Correlated random effects depend on the space of their columns only: powers for poly, shifted splines for ns."""
    frame = trial(3)
    frame["square"] = frame["time"] ** 2
    first = fit_lmm(frame, "y", "time", random, "id", df="satterthwaite")
    if "poly" in random:
        second = fit_lmm(frame, "y", "time", "1 + time + square", "id", df="satterthwaite")
    else:
        shifted = frame.assign(later=frame["time"] * 3 + 5)
        second = fit_lmm(shifted, "y", "time", "1 + ns(later, knots = c(9.5, 14))", "id", df="satterthwaite")
    assert first.log_likelihood == pytest.approx(second.log_likelihood, abs=1e-6)
    np.testing.assert_allclose(
        first.coefficients[["estimate", "std_error"]], second.coefficients[["estimate", "std_error"]], rtol=1e-5
    )
