"""Random intercepts and slopes against lme4, lmerTest (numerical Hessians: df to 1e-4) and pbkrtest.

pbkrtest uses the expected information; ``information="expected"`` reproduces it, the default does not.
"""

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_lmm
from reference.reference_cases import (
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    assert_inference_agrees,
    beat_the_blues,
    numbers,
    sleepstudy,
)

CASE = numbers("lmm_sleepstudy_beat_the_blues")["fits"]
BLUES = "bdi_pre + month {} treatment + drug + length"
MODELS = {
    "sleepstudy_ri": (sleepstudy, "Reaction", "Days", "1", "Subject", True),
    "sleepstudy_ris": (sleepstudy, "Reaction", "Days", "1 + Days", "Subject", True),
    "sleepstudy_ris_uncorrelated": (sleepstudy, "Reaction", "Days", "1 + Days", "Subject", False),
    "btheb_ri": (beat_the_blues, "bdi", BLUES.format("+"), "1", "subject", True),
    "btheb_ris": (beat_the_blues, "bdi", BLUES.format("*"), "1 + month", "subject", True),
}


def fit(name, **options):
    data, response, fixed, random, subject, correlated = MODELS[name]
    return fit_lmm(data(), response, fixed, random, subject, correlated=correlated, **options)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_optimum_is_the_one_of_lme4(name, method):
    found, reference = fit(name, method=method, df="satterthwaite"), CASE[name]
    assert found.log_likelihood == pytest.approx(reference[f"{method}_logLik"], abs=LOG_LIKELIHOOD)
    assert found.aic == pytest.approx(reference[f"{method}_AIC"], abs=2 * LOG_LIKELIHOOD)
    assert found.bic == pytest.approx(reference[f"{method}_BIC"], abs=2 * LOG_LIKELIHOOD)
    assert not found.optimum.boundary


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_variance_components_agree_with_lme4(name, method):
    found, rows = fit(name, method=method, df="satterthwaite"), CASE[name][f"varcomp_{method}"]["table"]
    variances = [row["vcov"] for row in rows if row["grp"] != "Residual" and row["var2"] is None]
    np.testing.assert_allclose(np.diag(found.random_covariance), variances, rtol=STANDARD_ERROR)
    assert found.residual_variance == pytest.approx(rows[-1]["vcov"], rel=STANDARD_ERROR)


@pytest.mark.parametrize("name", MODELS)
def test_satterthwaite_agrees_with_lmertest(name):
    assert_inference_agrees(fit(name, df="satterthwaite").coefficients, CASE[name]["satterthwaite"])


@pytest.mark.parametrize("name", MODELS)
def test_kenward_roger_with_the_expected_information_agrees_with_pbkrtest(name):
    found = fit(name, information="expected")
    assert_inference_agrees(found.coefficients, CASE[name]["kenward_roger"])
    reference = np.array(CASE[name]["vcov_kr"]["values"])
    error = np.sqrt(np.diag(reference))
    np.testing.assert_allclose(
        found.vcov / np.outer(error, error), reference / np.outer(error, error), atol=2 * STANDARD_ERROR
    )


@pytest.mark.parametrize("name", MODELS)
def test_predicted_random_effects_agree_with_lme4(name):
    found = fit(name, df="satterthwaite")
    for reference in CASE[name]["blups"]:
        subject = type(found.random_effects.index[0])(reference["subject"])
        spread = np.sqrt(np.diag(found.random_covariance))
        gap = (found.random_effects.loc[subject] - list(reference["values"].values())) / spread
        assert np.abs(gap).max() < STANDARD_ERROR
        conditional = reference["cond_var"]
        blocks = conditional.values() if isinstance(conditional, dict) else [conditional]
        variance = np.concatenate([np.diag(np.array(block)) for block in blocks])
        np.testing.assert_allclose(found.random_effects_std_error.loc[subject] ** 2, variance, rtol=2 * STANDARD_ERROR)


def test_maximum_likelihood_standard_errors_agree_with_lme4():
    table = fit("btheb_ris", method="ml", df="asymptotic").coefficients
    reference = pd.DataFrame({"estimate": CASE["btheb_ris"]["fixef_ml"], "se": CASE["btheb_ris"]["se_ml"]})
    assert_inference_agrees(table, reference.reset_index(drop=True))
