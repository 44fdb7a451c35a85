"""What a generalised linear mixed model refuses, and what it flags."""

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_glmm
from postinfusion.errors import ModelError
from property.glmm_trials import counts, grades, responses

COUNTS, RESPONSES, GRADES = counts(3), responses(3), grades(3)
FIXED = "TRTP * TIME + BASE"


def count_fit(frame=COUNTS, random="1", **options):
    return fit_glmm(frame, "AVAL", FIXED, random, "USUBJID", **({"family": "nbinom2"} | options))


def response_fit(frame=RESPONSES, **options):
    return fit_glmm(frame, "AVAL", FIXED, "1", "USUBJID", family="binomial", **options)


def none_in_the_active_arm(frame):
    return frame.assign(AVAL=frame["AVAL"].where(frame["TRTP"] != "Active", 0.0))


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (lambda f: f.assign(AVAL=0.0), {}, "Every count is zero"),
        (lambda f: f.assign(AVAL=f["AVAL"] - 1), {}, "negative"),
        (lambda f: f.assign(AVAL=f["AVAL"] + 0.5), {}, "broken"),
        (lambda f: f.assign(AVAL=f["AVAL"].where(f.index != 3, np.inf)), {}, "infinite"),
        (lambda f: f.assign(AVAL=f["AVAL"].astype(str)), {}, "not numeric"),
        (lambda f: f.iloc[:0], {}, "No row"),
        (lambda f: f.drop(columns="BASE"), {}, "no column BASE"),
        (lambda f: f.assign(USUBJID="S000"), {}, "One subject"),
        (none_in_the_active_arm, {}, "separated along TRTPActive"),
        (none_in_the_active_arm, {"family": "poisson"}, "separated along TRTPActive"),
        (lambda f: f.assign(DAYS=f["DAYS"] - 5), {"exposure": "DAYS"}, "exposure is positive"),
        (lambda f: f, {"exposure": "DAYS", "offset": "BASE"}, "one of them"),
        (lambda f: f, {"zero_inflation": "1", "hurdle": "1"}, "one of them"),
        (lambda f: f.assign(AVAL=f["AVAL"] + 1), {"hurdle": True}, "No count is zero"),
        (lambda f: f, {"method": "reml"}, "maximum likelihood"),
        (lambda f: f, {"family": "nbinom"}, "Did you mean nbinom"),
        (lambda f: f, {"family": "binomial"}, "0 or 1"),
        (lambda f: f, {"trials": "DAYS"}, "belongs to the binomial"),
        (lambda f: f, {"quadrature": 0}, "allowed are whole numbers"),
        (lambda f: f.assign(NONE=0.0), {"random": "1 + NONE"}, "random effects is zero"),
    ],
)  # fmt: skip
def test_counts_that_cannot_bear_the_model_are_refused_with_the_reason(change, options, reason):
    with pytest.raises(ModelError, match=reason):
        count_fit(change(COUNTS), **options)


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (lambda f: f.assign(AVAL=1.0), {}, "never varies"),
        (lambda f: f.assign(AVAL=0.0), {}, "never varies"),
        (none_in_the_active_arm, {}, "separated along TRTPActive"),
        (lambda f: f.assign(AVAL=(f["BASE"] > 60).astype(float)), {}, "separated along BASE"),
        (lambda f: f, {"zero_inflation": "1"}, "belong to counts"),
        (lambda f: f.assign(N=0.0), {"trials": "N"}, "number of trials|number of successes"),
        (lambda f: f.assign(AVAL=pd.Categorical(f["AVAL"], [0.0, 1.0, 2.0])), {}, "categories; a binomial"),
    ],
)  # fmt: skip
def test_responses_that_cannot_bear_the_model_are_refused_with_the_reason(change, options, reason):
    with pytest.raises(ModelError, match=reason):
        response_fit(change(RESPONSES), **options)


def test_outcomes_that_never_change_within_a_subject_are_refused():
    first = RESPONSES.groupby("USUBJID")["AVAL"].transform("first")
    with pytest.raises(ModelError, match="hardly vary"):
        response_fit(RESPONSES.assign(AVAL=first), quadrature=15)


@pytest.mark.parametrize(
    ("change", "fixed", "reason"),
    [
        (lambda f: f.assign(AVAL=2.0), FIXED, "one category"),
        (lambda f: f.assign(AVAL=f["AVAL"].map(str)), FIXED, "without an order"),
        (lambda f: f, "0 + TIME", "in place of the intercept"),
    ],
)
def test_grades_that_cannot_bear_the_model_are_refused_with_the_reason(change, fixed, reason):
    with pytest.raises(ModelError, match=reason):
        fit_glmm(change(GRADES), "AVAL", fixed, "1", "USUBJID", family="ordinal")


def test_a_hurdle_without_zeros_in_an_arm_is_refused_by_its_name():
    raised = COUNTS["AVAL"] + (COUNTS["TRTP"] == "Active")
    with pytest.raises(ModelError, match="extra zeros runs to 0 or 1 along TRTPActive"):
        count_fit(COUNTS.assign(AVAL=raised), family="poisson", hurdle="TRTP")


def test_a_variance_of_zero_is_flagged_and_leaves_the_reduced_model():
    independent = counts(5, deviation=0.0, k=2.0)
    fit, reduced = count_fit(independent), count_fit(independent, random=None)
    assert fit.optimum.boundary
    assert "variance of the random effects is zero" in fit.warnings[0]
    assert fit.random_covariance.iloc[0, 0] < 1e-8
    assert fit.log_likelihood == pytest.approx(reduced.log_likelihood, abs=1e-8)
    columns = ["estimate", "std_error"]
    np.testing.assert_allclose(fit.coefficients[columns], reduced.coefficients[columns], rtol=1e-5, atol=1e-8)


def test_counts_that_vary_no_more_than_poisson_counts_are_flagged():
    regular = COUNTS.assign(AVAL=np.round(np.exp(0.02 * COUNTS["BASE"])))
    fit = count_fit(regular)
    assert fit.dispersion == np.inf
    assert "Poisson" in " ".join(fit.warnings)
    assert fit.aic == pytest.approx(count_fit(regular, family="poisson").aic + 2, abs=1e-8)


def test_an_aliased_column_is_named_and_does_not_disturb_the_effects():
    fit = count_fit()
    more = fit_glmm(COUNTS.assign(TWICE=2 * COUNTS["BASE"]), "AVAL", FIXED + " + TWICE", "1", "USUBJID")
    assert "aliased" in more.coefficients.set_index("term").loc["TWICE", "error"]
    expected, found = (one.contrasts("TRTP", at={"TIME": 2})["estimate"] for one in (fit, more))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_mean_of_an_empty_cell_is_not_estimable_on_either_scale():
    frame = COUNTS.assign(SITE=pd.Categorical(np.where(COUNTS["TIME"] > 1, "B", "A")))
    frame = frame[(frame["SITE"] == "A") | (frame["TRTP"] == "Placebo")]
    fit = fit_glmm(frame, "AVAL", "TRTP * SITE", "1", "USUBJID", family="poisson")
    for kind in ("link", "conditional", "marginal"):
        table = fit.means("TRTP", by="SITE", kind=kind).set_index(["TRTP", "SITE"])
        assert np.isnan(table.loc[("Active", "B"), "estimate"])
        assert "not estimable" in table.loc[("Active", "B"), "error"]
        assert table.loc[("Active", "A"), "estimate"] == table.loc[("Active", "A"), "estimate"]


def test_a_result_says_that_it_converged_and_how_well():
    fit = count_fit()
    assert fit.converged
    assert fit.optimum.positive_definite
    assert fit.optimum.max_gradient < 1e-4
    assert fit.n_subjects == 40
    assert np.isinf(fit.coefficients["df"]).all()
