"""A fit that did not reach an optimum never looks as if it had: what is refused, and what is flagged."""

import numpy as np
import pytest

from postinfusion import fit_lmm, fit_mmrm
from postinfusion.errors import ModelError
from property.core_trials import trial

FRAME = trial(11)


def mmrm(frame=FRAME, fixed="TRTP * AVISIT + BASE", **options):
    return fit_mmrm(frame, "AVAL", fixed, "USUBJID", "AVISIT", **options)


def never_at_the_first_and_last_visit(frame):
    first = frame.loc[frame["AVISIT"] == "Week 1", "USUBJID"]
    return frame[(frame["AVISIT"] != "Week 8") | ~frame["USUBJID"].isin(first)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f: f.assign(AVAL=3.0), "does not vary"),
        (lambda f: f.assign(AVAL=f["AVAL"].where(f.index != 3, np.inf)), "infinite"),
        (lambda f: f.assign(BASE=f["BASE"].where(f.index != 3, np.inf)), "infinite"),
        (lambda f: f.assign(AVAL=f["AVAL"].astype(str)), "not numeric"),
        (lambda f: f.iloc[:0], "No row"),
        (lambda f: f.drop(columns="BASE"), "no column BASE"),
        (lambda f: f[f["TRTP"] == "Active"], "1 level"),
        (lambda f: f.iloc[[*range(len(f)), 0]], "repeat a visit"),
        (lambda f: f[f["USUBJID"].isin(["S000", "S001", "S002", "S003"])], "cannot carry|singular"),
        (lambda f: f.assign(AVAL=f.groupby("USUBJID")["AVAL"].transform("first")), "singular"),
        (never_at_the_first_and_last_visit, "pair of visits"),
    ],
)  # fmt: skip
def test_data_that_cannot_bear_the_model_are_refused_with_the_reason(change, reason):
    with pytest.raises(ModelError, match=reason):
        mmrm(change(FRAME))


@pytest.mark.parametrize("covariance", ["us", "toeph", "cs"])
def test_one_subject_is_refused(covariance):
    frame = trial(11, complete=True).iloc[:4].assign(BASE=[1.0, 2.0, 4.0, 3.0])
    with pytest.raises(ModelError, match="One subject"):
        mmrm(frame, "BASE", covariance=covariance)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"covariance": "ush"}, "Did you mean us"),
        ({"df": "kenward-roger-lin"}, "Did you mean kenward-roger-linear"),
        ({"method": "mle"}, "Did you mean ml"),
        ({"method": "ml"}, "Kenward-Roger needs"),
        ({"vcov": "empirical-cr2"}, "Kenward-Roger adjusts"),
        ({"vcov": "empirical-cr1", "df": "satterthwaite"}, "is not available"),
        ({"information": "average"}, "is not available"),
        ({"weights": "W"}, "no column W"),
        ({"baseline": "constraint"}, "Did you mean constrained"),
    ],
)
def test_options_that_are_not_there_say_what_is(options, reason):
    with pytest.raises(ModelError, match=reason):
        mmrm(**options)


def test_a_fit_keeps_the_dossier_of_its_optimum():
    optimum = mmrm().optimum
    assert optimum.positive_definite
    assert not optimum.boundary
    assert optimum.max_gradient < 1e-6
    assert 1 <= optimum.condition < 1e6


def test_a_vanished_variance_is_flagged_and_leaves_ordinary_inference():
    """Without any correlation within subjects the random effects vanish and the model is least squares."""
    frame = trial(11, complete=True)
    noise = np.random.default_rng(5).normal(size=(40, 4))
    frame = frame.assign(AVAL=(noise - noise.mean(axis=1, keepdims=True)).ravel())
    fit = fit_lmm(frame, "AVAL", "TRTP + BASE", "1", "USUBJID")
    assert fit.optimum.boundary
    assert fit.random_covariance.iloc[0, 0] == pytest.approx(0, abs=1e-8)
    assert fit.coefficients["df"].to_numpy() == pytest.approx(len(frame) - 3, rel=1e-6)


def test_a_slope_without_variance_is_flagged():
    frame = FRAME.assign(AVAL=FRAME["AVAL"] * 0 + FRAME.groupby("USUBJID")["BASE"].transform("first"))
    frame["AVAL"] += np.random.default_rng(3).normal(size=len(frame)) * (1 + 0 * frame["TIME"])
    fit = fit_lmm(frame, "AVAL", "TRTP * TIME", "1 + TIME", "USUBJID")
    correlation = fit.random_covariance.iloc[0, 1] / np.sqrt(np.prod(np.diag(fit.random_covariance)))
    assert fit.optimum.boundary == (abs(correlation) > 0.999 or fit.random_covariance.iloc[1, 1] < 1e-10)
    assert np.isfinite(fit.coefficients["std_error"]).all()


@pytest.mark.parametrize(
    ("random", "rows", "reason"),
    [
        ("1 + poly(TIME, 3)", slice(None), "cannot tell 4 random effects"),
        ("1", "first", "cannot tell 1 random effects"),
    ],
)
def test_more_random_effects_than_rows_are_refused(random, rows, reason):
    frame = FRAME.groupby("USUBJID").head(1) if rows == "first" else FRAME
    with pytest.raises(ModelError, match=reason):
        fit_lmm(frame, "AVAL", "TRTP", random, "USUBJID")


def test_a_small_residual_variance_keeps_its_digits():
    frame = trial(3, complete=True)
    level = np.repeat(np.random.default_rng(1).normal(size=40) * 1e3, 4)
    noise = np.random.default_rng(2).normal(size=160) * 1e-3
    fit = fit_lmm(frame.assign(AVAL=level + noise), "AVAL", "AVISIT", "1", "USUBJID")
    table = noise.reshape(40, 4)
    table = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    assert fit.residual_variance == pytest.approx(np.sum(table**2) / (39 * 3), rel=1e-6)


@pytest.mark.parametrize("covariance", ["us", "cs", "csh", "ar1", "ar1h", "ad", "adh", "toep", "toeph"])
def test_correlations_near_one_are_still_fitted(covariance):
    """Body weight: a standard deviation of 10 kg between and 0.2 kg within patients."""
    generator = np.random.default_rng(8)
    frame = trial(8)
    weight = 50 + 10 * generator.normal(size=40)
    frame["AVAL"] = weight[frame["USUBJID"].str[1:].astype(int)] + 0.2 * generator.normal(size=len(frame))
    fit = mmrm(frame, "TRTP * AVISIT", covariance=covariance)
    assert fit.covariance.iloc[0, 1] / fit.covariance.iloc[0, 0] == pytest.approx(1, abs=0.01)
    assert fit.optimum.positive_definite
