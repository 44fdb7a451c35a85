"""Expected outcomes: conditional and marginal, their averages, errors and comparisons."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import expit

from postinfusion import fit_glmm
from postinfusion.errors import ModelError
from property.glmm_trials import counts, grades, responses

FIXED = "TRTP * TIME + BASE"
COUNT = fit_glmm(counts(3), "AVAL", FIXED, "1 + TIME", "USUBJID", family="poisson", exposure="DAYS")
BINARY = fit_glmm(responses(3), "AVAL", FIXED, "1", "USUBJID", family="binomial", quadrature=9)
ORDINAL = fit_glmm(grades(3), "AVAL", FIXED, "1", "USUBJID", family="ordinal")
AT = {"TIME": 3.0}


def normal(x):
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def test_a_conditional_mean_is_the_inverse_link_of_the_linear_predictor():
    link, response = COUNT.means("TRTP", at=AT), COUNT.means("TRTP", at=AT, kind="conditional")
    np.testing.assert_allclose(response["estimate"], np.exp(link["estimate"]), rtol=1e-12)
    np.testing.assert_allclose(response["std_error"], np.exp(link["estimate"]) * link["std_error"], rtol=1e-6)
    np.testing.assert_allclose(response["conf_high"], np.exp(link["conf_high"]), rtol=1e-6)


def test_a_marginal_count_has_the_closed_form_of_a_log_link():
    z = np.array([1.0, 3.0])
    expected = COUNT.means("TRTP", at=AT)["estimate"] + z @ COUNT.random_covariance.to_numpy() @ z / 2
    found = COUNT.means("TRTP", at=AT, kind="marginal")["estimate"]
    np.testing.assert_allclose(found, np.exp(expected), rtol=1e-12)


def test_a_marginal_probability_is_the_integral_over_the_random_intercept():
    deviation = np.sqrt(BINARY.random_covariance.iloc[0, 0])
    link = BINARY.means("TRTP", at=AT)["estimate"]
    expected = [quad(lambda x, e=e: expit(e + deviation * x) * normal(x), -12, 12)[0] for e in link]
    np.testing.assert_allclose(BINARY.means("TRTP", at=AT, kind="marginal")["estimate"], expected, rtol=1e-8)


def test_marginal_probabilities_of_categories_are_integrals():
    deviation = np.sqrt(ORDINAL.random_covariance.iloc[0, 0])
    latent, theta = ORDINAL.means("TRTP", at=AT)["estimate"], ORDINAL.thresholds["estimate"].to_numpy()
    centred = theta - theta.mean()
    for eta, (_, rows) in zip(
        latent, ORDINAL.means("TRTP", at=AT, kind="marginal").groupby("TRTP", sort=False), strict=True
    ):
        below = [quad(lambda x, c=c, e=eta: expit(c - e - deviation * x) * normal(x), -12, 12)[0] for c in centred]
        np.testing.assert_allclose(rows["estimate"], np.diff([0, *below, 1]), rtol=1e-7)
        assert list(rows["category"]) == [1.0, 2.0, 3.0, 4.0]


def test_counterfactual_means_are_averages_of_predictions_over_the_analysed_rows():
    found = BINARY.means("TRTP", weights="counterfactual", kind="conditional")
    rows = BINARY.frame.rows
    beta = BINARY.coefficients["estimate"].to_numpy()
    for arm, row in zip(["Placebo", "Active"], found.itertuples(), strict=True):
        X = BINARY.design.matrix(rows.assign(TRTP=pd.Categorical([arm] * len(rows), ["Placebo", "Active"])))
        assert row.estimate == pytest.approx(expit(X @ beta).mean(), rel=1e-12)


def test_the_delta_method_counts_every_parameter():
    """Under a log link the derivative is the mean times (x, u_a (Lambda' u)_b) for beta and Lambda."""
    fit, model = COUNT.result, COUNT.result.model
    table = COUNT.means("TRTP", at=AT, kind="marginal")
    frame = COUNT.frame.rows.iloc[[0, 0]].assign(
        TRTP=["Placebo", "Active"], TIME=3.0, BASE=COUNT.frame.rows["BASE"].mean()
    )
    X, u = model.columns.inner(COUNT.design.matrix(frame)), np.array([1.0, 3.0]) @ model.turn
    Lambda = fit.likelihood.split(fit.psi)[2]
    along = np.outer(u, Lambda.T @ u)[np.tril_indices(2)]
    gradient = np.column_stack([X, np.tile(along, (2, 1))]) * table["estimate"].to_numpy()[:, None]
    np.testing.assert_allclose(table["std_error"], np.sqrt(np.diag(gradient @ fit.covariance @ gradient.T)), rtol=1e-7)


def test_comparisons_are_those_of_the_means():
    means = BINARY.means("TRTP", at=AT, kind="marginal")["estimate"].to_numpy()
    expected = {
        "difference": means[1] - means[0],
        "ratio": means[1] / means[0],
        "odds-ratio": means[1] / (1 - means[1]) / (means[0] / (1 - means[0])),
    }
    for measure, value in expected.items():
        row = BINARY.response_contrasts("TRTP", at=AT, measure=measure).iloc[0]
        assert (row["TRTP"], row["reference"]) == ("Active", "Placebo")
        assert row["estimate"] == pytest.approx(value, rel=1e-12)
        assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_a_rate_ratio_has_the_test_of_its_contrast():
    ratio, contrast = COUNT.ratios("TRTP", at=AT).iloc[0], COUNT.contrasts("TRTP", at=AT).iloc[0]
    assert ratio["estimate"] == pytest.approx(np.exp(contrast["estimate"]))
    assert ratio["p_value"] == contrast["p_value"]
    assert ratio["conf_low"] == pytest.approx(np.exp(contrast["conf_low"]))


def test_comparisons_within_each_time_keep_to_their_time():
    table = COUNT.response_contrasts("TRTP", at={"TIME": [0, 3]}, measure="ratio")
    assert list(table["TIME"]) == [0.0, 3.0]
    single = COUNT.response_contrasts("TRTP", at={"TIME": 3}, measure="ratio")
    assert table.iloc[1]["estimate"] == pytest.approx(single.iloc[0]["estimate"], rel=1e-12)


def test_extra_zeros_lower_the_mean():
    frame = counts(3, zeros=0.3)
    fit = fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="poisson", zero_inflation="TRTP")
    zeros = fit.zero_coefficients["estimate"].to_numpy()
    share = expit([zeros[0], zeros.sum()])
    link = fit.means("TRTP", at=AT)["estimate"] + fit.random_covariance.iloc[0, 0] / 2
    np.testing.assert_allclose(fit.means("TRTP", at=AT, kind="marginal")["estimate"], (1 - share) * np.exp(link))


def test_a_hurdle_has_the_mean_of_its_truncated_counts():
    fit = fit_glmm(counts(3, zeros=0.3), "AVAL", FIXED, "1", "USUBJID", family="poisson", hurdle="1")
    share = expit(fit.zero_coefficients["estimate"].iloc[0])
    link, deviation = fit.means("TRTP", at=AT)["estimate"], np.sqrt(fit.random_covariance.iloc[0, 0])

    def truncated(x, e):
        mean = np.exp(e + deviation * x)
        return mean / -np.expm1(-mean) * normal(x)

    expected = [(1 - share) * quad(truncated, -9, 9, args=(e,))[0] for e in link]
    np.testing.assert_allclose(fit.means("TRTP", at=AT, kind="marginal")["estimate"], expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: COUNT.means("TRTP", kind="response"), "kind"),
        (lambda: COUNT.means("ARM", kind="marginal"), '"ARM" is not in the model'),
        (lambda: COUNT.means("BASE", kind="marginal"), "is a covariate"),
        (lambda: COUNT.means("TRTP", at={"TRTP": "None"}, kind="marginal"), "no level None"),
        (lambda: COUNT.response_contrasts("TRTP", measure="odds-ratio"), "Counts have no odds"),
        (lambda: COUNT.response_contrasts("TRTP", measure="hazard"), "measure"),
        (lambda: COUNT.response_contrasts("TRTP", reference="None"), "no level"),
    ],
)
def test_what_is_not_there_is_refused(ask, reason):
    with pytest.raises(ModelError, match=reason):
        ask()
