"""MMRM of Beat the Blues against R's mmrm 0.3.18, polished to a gradient below 1e-10."""

import numpy as np
import pytest

from postinfusion import fit_mmrm
from reference.reference_cases import (
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    assert_inference_agrees,
    assert_joint_test_agrees,
    beat_the_blues,
    beat_the_blues_wide,
    digest,
    numbers,
)

CASE = numbers("mmrm_beat_the_blues")
STRUCTURES = ["us", "ar1h", "cs", "toeph"]
DF_METHODS = {
    "kenward-roger-linear": "kenward_roger_linear",
    "satterthwaite": "satterthwaite",
    "between-within": "between_within",
    "residual": "residual",
}


def fit(covariance, df="kenward-roger-linear", **options):
    return fit_mmrm(
        beat_the_blues(),
        response="bdi",
        fixed="bdi_pre + drug + length + treatment * month",
        subject="subject",
        visit="month",
        covariance=covariance,
        df=df,
        **options,
    )


def test_the_data_are_the_ones_of_the_reference():
    assert digest(beat_the_blues_wide()) == CASE["provenance"]["sha256_of_data"]


@pytest.mark.parametrize("covariance", STRUCTURES)
def test_the_optimum_is_the_one_that_mmrm_finds(covariance):
    reference, found = CASE["fits"][f"{covariance}_reml"], fit(covariance)
    assert found.log_likelihood == pytest.approx(reference["logLik"], abs=LOG_LIKELIHOOD)
    assert found.aic == pytest.approx(reference["AIC"], abs=2 * LOG_LIKELIHOOD)
    assert found.bic == pytest.approx(reference["BIC"], abs=2 * LOG_LIKELIHOOD)
    assert (found.n_observations, found.n_subjects) == (reference["n_obs"], reference["n_subjects"])
    np.testing.assert_allclose(found.covariance, reference["varcor"]["values"], rtol=STANDARD_ERROR)


@pytest.mark.parametrize("covariance", STRUCTURES)
@pytest.mark.parametrize("df", DF_METHODS)
def test_coefficients_agree_with_mmrm(covariance, df):
    reference = CASE["fits"][f"{covariance}_reml"]["inference"][DF_METHODS[df]]
    table = fit(covariance, df).coefficients
    assert list(table["term"]) == [row["term"] for row in reference["coefficients"]]
    assert_inference_agrees(table, reference["coefficients"])


@pytest.mark.parametrize("covariance", STRUCTURES)
@pytest.mark.parametrize("df", DF_METHODS)
def test_the_joint_test_of_the_interaction_agrees_with_mmrm(covariance, df):
    reference = CASE["fits"][f"{covariance}_reml"]["inference"][DF_METHODS[df]]["joint"]
    assert_joint_test_agrees(fit(covariance, df).joint_test("treatment:month"), reference)


@pytest.mark.parametrize("covariance", STRUCTURES)
def test_the_adjusted_covariance_agrees_with_mmrm(covariance):
    reference = CASE["fits"][f"{covariance}_reml"]["inference"]["kenward_roger_linear"]["vcov"]
    vcov = fit(covariance).vcov
    error = np.sqrt(np.diag(vcov))
    np.testing.assert_allclose(
        vcov / np.outer(error, error), np.array(reference["values"]) / np.outer(error, error), atol=2 * STANDARD_ERROR
    )


@pytest.mark.parametrize("df", ["kenward-roger-linear", "satterthwaite"])
@pytest.mark.parametrize(("by", "name"), [("month", "treatment_by_month"), ((), "treatment")])
def test_marginal_means_and_contrasts_agree_with_emmeans(df, by, name):
    reference = CASE["fits"]["us_reml"]["inference"][DF_METHODS[df]]["emmeans"][name]
    found = fit("us", df)
    assert_inference_agrees(found.means("treatment", by=by), reference["emmeans"], estimate="emmean", error="SE")
    assert_inference_agrees(found.contrasts("treatment", by=by), reference["contrasts"], error="SE")


@pytest.mark.parametrize("kind", ["CR0", "CR2", "CR3"])
@pytest.mark.parametrize("covariance", STRUCTURES)
def test_cluster_robust_covariances_agree_with_mmrm(covariance, kind):
    reference = CASE["fits"][f"{covariance}_reml"]["inference"][f"satterthwaite_{kind}"]
    found = fit(covariance, "satterthwaite", vcov=f"empirical-{kind.lower()}")
    assert_inference_agrees(found.coefficients, reference["coefficients"])
    assert_joint_test_agrees(found.joint_test("treatment:month"), reference["joint"])
