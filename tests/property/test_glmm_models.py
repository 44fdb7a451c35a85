"""What must hold for every fit of a generalised linear mixed model, whatever the data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion import fit_glmm
from property.glmm_trials import counts, grades, responses

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=2, deadline=None, derandomize=True)
FIXED = "TRTP * TIME + BASE"
# Sums are formed in another order; the optimum is the same to its own stopping rule, the errors to that of
# difference quotients.
ORDER = 1e-6


def nbinom2(frame, **options):
    return fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="nbinom2", **({"exposure": "DAYS"} | options))


def nbinom1(frame, **options):
    return fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="nbinom1", **({"exposure": "DAYS"} | options))


def binomial(frame, **options):
    return fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="binomial", quadrature=7, **options)


def ordinal(frame, **options):
    return fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="ordinal", **options)


MODELS = [(nbinom2, counts), (nbinom1, counts), (binomial, responses), (ordinal, grades)]


def effects(fit):
    return fit.contrasts("TRTP", at={"TIME": [0, 3]})[["estimate", "std_error"]].to_numpy()


@FEW
@given(SEEDS)
@pytest.mark.parametrize(("model", "trial"), MODELS)
def test_the_order_of_rows_does_not_matter(model, trial, seed):
    frame = trial(seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    np.testing.assert_allclose(effects(model(shuffled)), effects(model(frame)), rtol=ORDER, atol=ORDER)


@FEW
@given(SEEDS)
@pytest.mark.parametrize(("model", "trial"), MODELS)
def test_the_names_of_subjects_do_not_matter(model, trial, seed):
    frame = trial(seed)
    names = np.random.default_rng(seed).permutation(1_000)
    renamed = frame.assign(USUBJID=names[pd.factorize(frame["USUBJID"])[0]])
    np.testing.assert_allclose(effects(model(renamed)), effects(model(frame)), rtol=ORDER, atol=ORDER)


@FEW
@given(SEEDS, st.sampled_from([1e-8, 24.0, 1e8]))
@pytest.mark.parametrize(("model", "trial"), MODELS)
def test_a_change_of_a_covariates_unit_only_changes_the_unit(model, trial, seed, unit):
    frame = trial(seed)
    fit, scaled = model(frame), model(frame.assign(BASE=frame["BASE"] * unit))
    row = fit.design.names.index("BASE") - (model is ordinal)
    found, expected = (one.coefficients.loc[row, ["estimate", "std_error"]].astype(float) for one in (scaled, fit))
    np.testing.assert_allclose(found * unit, expected, rtol=ORDER)
    assert scaled.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-7)


@FEW
@given(SEEDS)
@pytest.mark.parametrize(("model", "trial"), MODELS)
def test_another_reference_level_leaves_the_effects_alone(model, trial, seed):
    frame = trial(seed)
    other = model(frame.assign(TRTP=frame["TRTP"].cat.reorder_categories(["Active", "Placebo"])))
    found = other.contrasts("TRTP", reference="Placebo", at={"TIME": [0, 3]})[["estimate", "std_error"]]
    np.testing.assert_allclose(found, effects(model(frame)), rtol=ORDER, atol=ORDER)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("model", [nbinom2, nbinom1])
def test_an_offset_of_one_more_is_an_intercept_of_one_less(model, seed):
    frame = counts(seed).assign(LOGDAYS=lambda f: np.log(f["DAYS"]))
    fit = model(frame, exposure=None, offset="LOGDAYS")
    shifted = model(frame.assign(LOGDAYS=frame["LOGDAYS"] + 1), exposure=None, offset="LOGDAYS")
    gap = shifted.coefficients["estimate"] - fit.coefficients["estimate"]
    np.testing.assert_allclose(gap, [-1.0, 0.0, 0.0, 0.0, 0.0], atol=ORDER)
    assert fit.log_likelihood == pytest.approx(model(frame).log_likelihood, abs=1e-9)


@FEW
@given(SEEDS)
def test_poisson_counts_are_the_limit_of_negative_binomial_ones(seed):
    frame = counts(seed, k=np.inf)
    poisson = fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="poisson", exposure="DAYS")
    for model, limit in ((nbinom2, np.inf), (nbinom1, 0.0)):
        fit = model(frame)
        assert fit.log_likelihood >= poisson.log_likelihood - 1e-8
        if fit.dispersion == limit:
            assert fit.log_likelihood == pytest.approx(poisson.log_likelihood, abs=1e-8)
            assert "Poisson" in " ".join(fit.warnings)
            assert fit.optimum.boundary


@FEW
@given(SEEDS)
def test_without_a_random_effect_conditional_and_marginal_expectations_agree(seed):
    fit = fit_glmm(counts(seed), "AVAL", FIXED, None, "USUBJID", exposure="DAYS")
    conditional, marginal = (fit.means("TRTP", at={"TIME": 2}, kind=kind) for kind in ("conditional", "marginal"))
    pd.testing.assert_frame_equal(conditional, marginal)


@FEW
@given(SEEDS)
def test_two_categories_are_a_binomial_outcome(seed):
    frame = responses(seed)
    ordered = fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="ordinal")
    logistic = fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="binomial")
    assert ordered.log_likelihood == pytest.approx(logistic.log_likelihood, abs=1e-8)
    np.testing.assert_allclose(effects(ordered), effects(logistic), rtol=ORDER, atol=ORDER)
    intercept = logistic.coefficients.loc[0, "estimate"]
    assert ordered.thresholds.loc[0, "estimate"] == pytest.approx(-intercept, rel=ORDER)


@FEW
@given(SEEDS)
def test_probabilities_of_categories_add_up_to_one(seed):
    table = ordinal(grades(seed)).means("TRTP", at={"TIME": [0, 3]}, kind="marginal")
    np.testing.assert_allclose(table.groupby(["TRTP", "TIME"], observed=True)["estimate"].sum(), 1.0, rtol=1e-12)


@FEW
@given(SEEDS)
def test_a_marginal_odds_ratio_lies_nearer_to_one_than_the_conditional_one(seed):
    fit = binomial(responses(seed))
    conditional = np.log(fit.ratios("TRTP", at={"TIME": 3})["estimate"].iloc[0])
    marginal = np.log(fit.response_contrasts("TRTP", at={"TIME": 3}, measure="odds-ratio")["estimate"].iloc[0])
    assert 0 <= marginal / conditional <= 1 + 1e-9


@pytest.mark.parametrize("quadrature", [1, 5])
@pytest.mark.parametrize(("family", "trial"), [("poisson", counts), ("nbinom2", counts), ("ordinal", grades)])
def test_a_slope_over_calendar_years_is_that_over_years_since_the_middle(family, trial, quadrature):
    frame = trial(9, n=60)
    shifted = frame.assign(TIME=frame["TIME"] + 2020.0)
    near, far = (
        fit_glmm(one, "AVAL", "TRTP + TIME", "1 + TIME", "USUBJID", family=family, quadrature=quadrature)
        for one in (frame, shifted)
    )
    assert far.log_likelihood == pytest.approx(near.log_likelihood, abs=1e-8)
    columns = ["estimate", "std_error"]
    slopes = (fit.coefficients.set_index("term").loc[["TRTPActive", "TIME"], columns] for fit in (far, near))
    np.testing.assert_allclose(*slopes, rtol=1e-5)
    assert far.random_covariance.loc["TIME", "TIME"] == pytest.approx(near.random_covariance.loc["TIME", "TIME"], 1e-5)
    means = (fit.means([], at={"TIME": t}, kind="marginal")["estimate"] for fit, t in ((far, 2022.0), (near, 2.0)))
    np.testing.assert_allclose(*means, rtol=1e-6)


TRUTH = {"TRTPActive": 0.0, "BASE": 0.03, "TRTPActive:TIME": -0.2, "TIME": 0.0}
# Of a standard error: 1 in 15,000 for one coefficient.
FAR = 4.0


@pytest.mark.parametrize(("model", "trial", "deviation"), [(*pair, 0.8) for pair in MODELS if pair[0] is not nbinom1])
def test_a_large_trial_gives_the_truth_back(model, trial, deviation):
    fit = model(trial(11, n=600, deviation=deviation))
    table = fit.coefficients.set_index("term")
    for term, truth in TRUTH.items():
        assert abs(table.loc[term, "estimate"] - truth) < FAR * table.loc[term, "std_error"]
    assert np.sqrt(fit.random_covariance.iloc[0, 0]) == pytest.approx(deviation, rel=0.25)
