"""What a model for repeated measures cannot bear is refused with the reason, or only the contrast that it touches."""

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_mmrm
from postinfusion.errors import ModelError
from property.core_trials import trial

FRAME = trial(11).assign(
    W=1.0, NUMBER=lambda f: f["AVISIT"].cat.codes + 1.0, SITE=lambda f: np.where(f["BASE"] > 60, "b", "a")
)
WITH_BASELINE = pd.concat(
    [FRAME, FRAME.drop_duplicates("USUBJID").assign(AVISIT="Baseline", AVAL=lambda f: f["BASE"])]
).assign(AVISIT=lambda f: pd.Categorical(f["AVISIT"], ["Baseline", "Week 1", "Week 2", "Week 4", "Week 8"]))


def mmrm(frame=FRAME, fixed="TRTP * AVISIT + BASE", **options):
    return fit_mmrm(frame, "AVAL", fixed, "USUBJID", "AVISIT", **options)


def constrained(fixed="TRTP * AVISIT", frame=WITH_BASELINE, **options):
    return mmrm(frame, fixed, baseline="constrained", **options)


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (lambda f: f.assign(W=np.where(f.index == 3, 0.0, 1.0)), {"weights": "W"}, "must be positive"),
        (lambda f: f.assign(W=np.where(f.index == 3, np.inf, 1.0)), {"weights": "W"}, "must be positive"),
        (lambda f: f.assign(W="x"), {"weights": "W"}, "weight W is not numeric"),
        (lambda f: f.assign(SITE=np.where(f.index % 2 == 0, "a", "b")), {"group": "SITE"}, "more than one group"),
        (lambda f: f.assign(SITE=np.where(f["USUBJID"] == "S000", "b", "a")), {"group": "SITE"}, "One subject in the"),
        (lambda f: f.assign(SITE=np.where(f["USUBJID"] < "S004", "b", "a")), {"group": "SITE"}, "group b"),
        (lambda f: f, {"covariance": "sp_exp"}, "needs actual times"),
        (lambda f: f, {"covariance": "sp_exp", "time": "SITE"}, "time SITE is not numeric"),
        (lambda f: f, {"covariance": "cs", "time": "NUMBER"}, "time= is for sp_exp and sp_gau"),
        (lambda f: f.assign(NUMBER=f["NUMBER"] // 3), {"covariance": "sp_exp", "time": "NUMBER"}, "repeat a time"),
        (lambda f: f.assign(NUMBER=np.inf), {"covariance": "sp_exp", "time": "NUMBER"}, "missing or infinite"),
        (lambda f: f.groupby("USUBJID").head(1), {"covariance": "sp_exp", "time": "NUMBER"}, "No subject has two rows"),
        (lambda f: f, {"covariance": "sp_exp", "time": "NUMBER", "df": "kenward-roger"}, "mmrm, which has none"),
        (lambda f: f, {"covariance": "sp_xep", "time": "NUMBER"}, "time= is for"),
        (lambda f: f, {"covariance": "sp"}, "is not available"),
        (lambda f: f, {"arm": "TRTP"}, "leave it out"),
    ],
)  # fmt: skip
def test_data_and_options_that_do_not_go_together_are_refused(change, options, reason):
    with pytest.raises(ModelError, match=reason):
        mmrm(change(FRAME), **options)


def test_values_that_do_not_fall_with_time_have_no_interior_optimum():
    level = FRAME.groupby("USUBJID")["BASE"].transform("first")
    with pytest.raises(ModelError, match="does not fall with time"):
        mmrm(FRAME.assign(AVAL=level), "TRTP", covariance="sp_exp", time="NUMBER")


def test_independent_values_have_no_interior_optimum():
    noise = trial(11, complete=True).assign(NUMBER=lambda f: f["AVISIT"].cat.codes + 1.0)
    values = np.random.default_rng(5).normal(size=(40, 4))
    noise["AVAL"] = (values - 0.9 * values.mean(axis=1, keepdims=True)).ravel()
    with pytest.raises(ModelError, match="correlation vanishes"):
        mmrm(noise, "TRTP", covariance="sp_exp", time="NUMBER")


@pytest.mark.parametrize(
    ("fixed", "options", "reason"),
    [
        ("TRTP * AVISIT + BASE", {}, "BASE is the outcome at baseline"),
        ("TRTP * AVISIT + PRE", {}, "PRE is the outcome at baseline"),
        ("TRTP + AVISIT", {}, "no factor interacts"),
        ("TRTP + AVISIT", {"arm": "TRTP"}, "write TRTP \\* AVISIT"),
        ("TRTP * AVISIT + SITE * AVISIT", {}, "SITE interact"),
        ("TRTP * AVISIT + TRTP:SITE", {}, "TRTP:SITE is the same at all visits"),
        ("TRTP * AVISIT", {"arm": "TRT"}, "Did you mean TRTP"),
        ("0 + TRTP * AVISIT", {}, "an intercept"),
        ("TRTP", {}, "needs the factor AVISIT"),
    ],
)
def test_formulas_that_do_not_constrain_the_baseline_are_refused(fixed, options, reason):
    frame = WITH_BASELINE.assign(PRE=WITH_BASELINE["BASE"])
    with pytest.raises(ModelError, match=reason):
        constrained(fixed, frame, **options)


def test_the_dropped_terms_are_named_and_the_others_keep_their_columns():
    fit = constrained("TRTP * AVISIT * SITE", arm="TRTP", covariance="cs")
    assert fit.constrained.arm == "TRTP"
    assert fit.constrained.baseline == "Baseline"
    assert fit.constrained.dropped == ("TRTP", "TRTP:SITE")
    later = ["Week 1", "Week 2", "Week 4", "Week 8"]
    assert [name for name in fit.design.names if "TRTP" in name] == [
        *(f"TRTPActive:AVISIT{visit}" for visit in later),
        *(f"TRTPActive:AVISIT{visit}:SITEb" for visit in later),
    ]


def test_an_interaction_without_its_margin_is_constrained_all_the_same():
    with_margin, without = constrained("TRTP * AVISIT"), constrained("AVISIT + TRTP:AVISIT")
    assert len(with_margin.design.names) == len(without.design.names) == 9
    assert with_margin.log_likelihood == pytest.approx(without.log_likelihood, abs=1e-9)


def test_effect_sizes_by_group_are_in_units_of_the_reference_group():
    fit = mmrm(group="TRTP", covariance="csh")
    table = fit.effect_sizes("TRTP")
    np.testing.assert_allclose(table["sd"] ** 2, np.diag(fit.covariance["Placebo"]))
    with pytest.raises(ModelError, match="SD of its own"):
        mmrm(group="SITE", covariance="cs").effect_sizes("TRTP")


def test_an_empty_cell_costs_only_the_contrast_that_needs_it():
    frame = FRAME[(FRAME["TRTP"] != "Active") | (FRAME["AVISIT"] != "Week 8")]
    table = mmrm(frame, covariance="cs").contrasts("TRTP", by="AVISIT").set_index("AVISIT")
    assert table["estimate"].isna().tolist() == [False, False, False, True]
    assert table.loc["Week 8", "error"].startswith("not estimable")
    assert (table["error"].iloc[:3] == "").all()


def test_collinear_covariates_cost_only_their_own_coefficients():
    frame = FRAME.assign(TWICE=2 * FRAME["BASE"] + 7)
    fit, other = mmrm(frame, "TRTP * AVISIT + BASE + TWICE"), mmrm()
    row = fit.coefficients.set_index("term").loc["TWICE"]
    assert np.isnan(row["estimate"])
    assert row["error"].startswith("aliased")
    names = ["estimate", "std_error", "df"]
    found, expected = (f.contrasts("TRTP", by="AVISIT")[names] for f in (fit, other))
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@pytest.mark.parametrize("scale", [1e-8, 1e8])
@pytest.mark.parametrize("column", ["AVAL", "BASE", "NUMBER"])
@pytest.mark.parametrize("options", [{}, {"covariance": "sp_exp", "time": "NUMBER"}], ids=["us", "sp_exp"])
def test_extreme_scales_cost_no_digits(options, column, scale):
    names = ["estimate", "std_error"]
    found, expected = (
        mmrm(frame, **options).contrasts("TRTP", by="AVISIT")
        for frame in (FRAME.assign(**{column: FRAME[column] * scale}), FRAME)
    )
    unit = scale if column == "AVAL" else 1.0
    np.testing.assert_allclose(found[names] / unit, expected[names], rtol=1e-6)
    np.testing.assert_allclose(found["df"], expected["df"], rtol=1e-5)


def test_counterfactual_means_need_the_analysed_rows():
    fit = mmrm()
    object.__setattr__(fit, "cells", pd.DataFrame({"TRTP": ["Active"], "AVISIT": ["Week 1"], "n": [1]}))
    object.__setattr__(fit, "analysed", None)
    with pytest.raises(ModelError, match="keeps no rows"):
        fit.means("TRTP", weights="counterfactual")


def test_weights_that_are_not_there_are_named():
    with pytest.raises(ModelError, match="Did you mean counterfactual"):
        mmrm().means("TRTP", weights="counterfactuals")


def test_a_variance_that_an_adjustment_made_negative_is_no_estimate_and_says_so():
    """The full Kenward-Roger subtracts; with five subjects it can leave less than nothing."""
    fit = mmrm()
    V = fit.inference.V.copy()
    object.__setattr__(fit.inference, "V", -V)
    row = fit.contrasts("TRTP", by="AVISIT").iloc[0]
    assert np.isnan(row["estimate"])
    assert row["error"].startswith("no standard error")


def test_parameters_that_the_data_do_not_determine_are_refused():
    """No subject has neighbouring visits: the sign of an autoregressive correlation cannot be told, nor its steps."""
    frame = FRAME[FRAME["AVISIT"].isin(["Week 1", "Week 4"])]
    categories = ["Week 1", "Week 2", "Week 4"]
    alone = FRAME[FRAME["AVISIT"] == "Week 2"].assign(USUBJID=lambda f: "x" + f["USUBJID"])
    frame = pd.concat([frame, alone]).assign(AVISIT=lambda f: pd.Categorical(f["AVISIT"].astype(str), categories))
    with pytest.raises(ModelError, match="do not determine all parameters"):
        mmrm(frame, covariance="ad")
