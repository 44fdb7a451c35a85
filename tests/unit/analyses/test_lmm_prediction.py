"""Predictions and residuals of linear mixed models against their definitions written out, and against each other."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import block_diag

from postinfusion import fit_lmm
from postinfusion.errors import ModelError

ROUNDING = 1e-9


def trial(seed=1):
    """Give two periods of participants at four sites with a level and a slope of their own."""
    generator = np.random.default_rng(seed)
    n, m = 24, 6
    frame = pd.DataFrame({
        "site": np.repeat(np.arange(n) % 4, m), "id": np.repeat(np.arange(n), m),
        "time": generator.uniform(0, 3, n * m),
        "arm": np.repeat(np.where(np.arange(n) // 4 % 2, "A", "B"), m),
    })  # fmt: skip
    b = generator.normal(size=(n, 2)) * [1.0, 0.5]
    y = 1 + frame["time"] + b[frame["id"], 0] + b[frame["id"], 1] * frame["time"] + 0.5 * generator.normal(size=n * m)
    return frame.assign(y=y).sample(frac=1, random_state=seed)


FRAME = trial()
MODELS = {
    "subject": {"random": "1 + time", "subject": "id"},
    "nested": {"random": "1", "subject": ["site", "id"]},
    "structured": {"random": "1", "subject": "id", "residual": "exp", "time": "time", "residual_group": "arm"},
}


def lmm(name, frame=FRAME, **options):
    return fit_lmm(frame, "y", "time * arm", **MODELS[name], **{"df": "satterthwaite", **options})


@pytest.mark.parametrize("name", MODELS)
def test_predictions_by_subject_add_the_random_effects(name):
    fit = lmm(name)
    marginal, own = fit.predict(FRAME), fit.predict(FRAME, by_subject=True)
    design = fit.design.matrix(FRAME)
    np.testing.assert_allclose(marginal["estimate"], design @ fit.coefficients["estimate"], rtol=ROUNDING)
    keys = FRAME["id"] if name != "nested" else pd.MultiIndex.from_frame(FRAME[["site", "id"]])
    effects = fit.random_effects.reindex(keys).to_numpy()
    U = np.column_stack([np.ones(len(FRAME)), FRAME["time"]]) if name == "subject" else np.ones((len(FRAME), 1))
    np.testing.assert_allclose(own["estimate"] - marginal["estimate"], (effects * U).sum(axis=1), atol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_residuals_are_the_response_minus_the_predictions(name):
    fit = lmm(name)
    for by_subject in (False, True):
        expected = FRAME["y"] - fit.predict(FRAME, by_subject=by_subject)["estimate"]
        pd.testing.assert_series_equal(fit.residuals(by_subject=by_subject), expected, check_names=False, rtol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_cholesky_residuals_have_the_quadratic_form_of_the_likelihood(name):
    """Under REML r'V^-1 r is n - p; under ML it is n."""
    for method, expected in (("reml", len(FRAME) - 4), ("ml", len(FRAME))):
        fit = lmm(name, method=method)
        assert np.sum(fit.residuals("cholesky") ** 2) == pytest.approx(expected, rel=1e-7)


def test_the_prediction_error_of_an_intercept_is_that_of_the_random_effects():
    """At x = 0 of the fixed effects only b is left: Henderson's variance of b_hat - b."""
    fit = fit_lmm(FRAME, "y", "time * arm", "1", "id", df="satterthwaite")
    n, level = len(fit.random_effects), fit.core.levels[0]
    from postinfusion.core.mixed_prediction import NewRows, predict_rows

    nothing = np.zeros((n, 4))
    estimate, variance = predict_rows(fit.core, NewRows(nothing, (np.ones((n, 1)),), (np.arange(n),)))
    np.testing.assert_allclose(estimate, level.b[:, 0], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(variance), level.b_prediction_error[:, 0], rtol=1e-8)
    assert (level.b_prediction_error > level.b_std_error).all()


@pytest.mark.parametrize("name", MODELS)
def test_prediction_errors_are_those_of_hendersons_equations(name):
    """The inverse of the mixed model equations is the covariance of (beta_hat, b_hat - b)."""
    fit = lmm(name)
    rows = FRAME.reset_index(drop=True)
    X = fit.design.matrix(rows)
    blocks, G = [], []
    for (group, _), level, U in zip(fit.random_terms, fit.core.levels, fit.core.data.U, strict=True):
        codes = fit.core.data.group[[g for g, _ in fit.random_terms].index(group)]
        indicator = np.equal.outer(codes, np.arange(codes.max() + 1)).astype(float)
        blocks.append((indicator[:, :, None] * U[:, None, :]).reshape(len(rows), -1))
        G.append(np.kron(np.eye(codes.max() + 1), level.G))
    Z = np.concatenate(blocks, axis=1)
    G = block_diag(*G)
    deviation = fit.residuals(by_subject=True) / fit.residuals("standardised", by_subject=True)
    R = np.diag(deviation.to_numpy() ** 2)
    if fit.core.data.time is not None:
        lag = np.abs(np.subtract.outer(rows["time"].to_numpy(), rows["time"].to_numpy()))
        same = np.equal.outer(rows["id"].to_numpy(), rows["id"].to_numpy())
        R = np.outer(deviation, deviation) * np.exp(-lag / fit.residual_range) * same
    inverse = np.linalg.inv(R)
    both = np.concatenate([X, Z], axis=1)
    left = both.T @ inverse @ both
    left[X.shape[1] :, X.shape[1] :] += np.linalg.inv(G)
    covariance = np.linalg.inv(left)
    expected = np.sqrt(np.einsum("ni,ij,nj->n", both, covariance, both))
    np.testing.assert_allclose(fit.predict(FRAME, by_subject=True)["std_error"], expected, rtol=1e-7)
    errors = np.sqrt(np.diag(covariance))[X.shape[1] :]
    found = np.concatenate([level.b_prediction_error.ravel() for level in fit.core.levels])
    np.testing.assert_allclose(found, errors, rtol=1e-7)


def test_a_new_group_is_predicted_by_its_mean_with_the_variance_of_its_random_effects():
    fit = lmm("subject")
    new = FRAME.iloc[:3].assign(id=999)
    own, marginal = fit.predict(new, by_subject=True), fit.predict(new)
    np.testing.assert_allclose(own["estimate"], marginal["estimate"], rtol=ROUNDING)
    U = np.column_stack([np.ones(3), new["time"]])
    prior = np.einsum("ia,ab,ib->i", U, fit.random_covariance.to_numpy(), U)
    np.testing.assert_allclose(own["std_error"] ** 2, marginal["std_error"] ** 2 + prior, rtol=ROUNDING)


def test_a_row_with_a_missing_value_says_so():
    fit = lmm("subject")
    rows = FRAME.iloc[:3].assign(time=[1.0, np.nan, 2.0])
    for by_subject in (False, True):
        table = fit.predict(rows, by_subject=by_subject)
        assert table["estimate"].isna().tolist() == [False, True, False]
        assert table["error"].iloc[1] == "a variable of the model is missing"


def test_residuals_of_another_kind_are_refused():
    fit = lmm("subject")
    with pytest.raises(ModelError, match="Did you mean standardised"):
        fit.residuals("standardized")
    with pytest.raises(ModelError, match="not defined given the random effects"):
        fit.residuals("cholesky", by_subject=True)


@pytest.mark.parametrize("name", MODELS)
def test_counterfactual_means_are_averages_of_predictions_with_the_arm_set(name):
    frame = FRAME.assign(age=np.random.default_rng(2).normal(50, 8, len(FRAME)))
    fit = fit_lmm(frame, "y", "arm * age + time", **MODELS[name], df="satterthwaite")
    table = fit.means("arm", weights="counterfactual")
    for arm, row in table.set_index("arm").iterrows():
        everybody = frame.assign(arm=arm)
        average = fit.design.matrix(everybody).mean(axis=0)
        assert row["estimate"] == pytest.approx(fit.predict(everybody)["estimate"].mean(), rel=ROUNDING)
        assert row["std_error"] == pytest.approx(np.sqrt(average @ fit.vcov.to_numpy() @ average), rel=ROUNDING)
    difference = fit.contrasts("arm", weights="counterfactual").iloc[0]
    assert difference["estimate"] == pytest.approx(table["estimate"].diff().iloc[1], rel=ROUNDING)


@pytest.mark.parametrize("by_subject", [False, True])
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1.0, np.inf], "time holds infinite values"),
        ([1.0, 2.0 + 1j], "time holds complex numbers"),
        (["1", "2"], "time is not numeric"),
        ([True, False], "time holds true and false"),
    ],
)
def test_covariates_that_no_model_can_take_are_refused_by_name(values, reason, by_subject):
    with pytest.raises(ModelError, match=reason):
        lmm("subject").predict(FRAME.iloc[:2].assign(time=values), by_subject=by_subject)


def test_a_missing_covariate_beside_numbers_is_a_row_with_a_reason():
    found = lmm("subject").predict(FRAME.iloc[:2].assign(time=[np.nan, 1.0]))
    assert found["estimate"].isna().tolist() == [True, False]
    assert found["error"].tolist() == ["a variable of the model is missing", ""]
