"""Marginal means, contrasts and tests from the reference grid."""

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_lmm, fit_mmrm
from postinfusion.analyses.ancova import fit_ancova
from postinfusion.errors import ModelError
from property.core_trials import trial

FRAME = trial(7)
CELLS = pd.DataFrame(
    {
        "arm": ["P", "P", "P", "A", "A", "A", "A", "A"],
        "site": ["s1", "s1", "s2", "s1", "s2", "s2", "s2", "s2"],
        "y": [1.0, 2.0, 4.0, 3.0, 5.0, 7.0, 6.0, 8.0],
    }
).assign(arm=lambda f: pd.Categorical(f["arm"], ["P", "A"]))


def mmrm(frame=FRAME, fixed="TRTP * AVISIT + BASE", **options):
    return fit_mmrm(frame, "AVAL", fixed, "USUBJID", "AVISIT", **options)


def test_equal_weights_average_the_cell_means():
    table = fit_ancova(CELLS, "y", "arm * site").means("arm").set_index("arm")
    assert table.loc["P", "estimate"] == pytest.approx((1.5 + 4) / 2)
    assert table.loc["A", "estimate"] == pytest.approx((3 + 6.5) / 2)


def test_proportional_weights_follow_the_analysed_rows():
    table = fit_ancova(CELLS, "y", "arm * site").means("arm", weights="proportional").set_index("arm")
    assert table.loc["P", "estimate"] == pytest.approx((1.5 * 3 + 4 * 5) / 8)


def test_columns_of_means_and_contrasts_are_the_documented_ones():
    fit = mmrm()
    assert list(fit.means("TRTP", by="AVISIT").columns) == [
        "TRTP", "AVISIT", "estimate", "std_error", "df", "conf_low", "conf_high", "error",
    ]  # fmt: skip
    assert list(fit.contrasts("TRTP", by="AVISIT").columns) == [
        "TRTP", "reference", "AVISIT", "estimate", "std_error", "df", "statistic", "p_value",
        "conf_low", "conf_high", "error",
    ]  # fmt: skip
    assert list(fit.coefficients.columns) == [
        "term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high", "error",
    ]  # fmt: skip


def test_contrasts_are_differences_of_means():
    fit = mmrm()
    means = fit.means("TRTP", by="AVISIT").pivot_table(index="AVISIT", columns="TRTP", values="estimate", observed=True)
    contrasts = fit.contrasts("TRTP", by="AVISIT", reference="Active").set_index("AVISIT")["estimate"]
    np.testing.assert_allclose(contrasts.to_numpy(), (means["Placebo"] - means["Active"]).to_numpy(), rtol=1e-10)


def test_visits_are_averaged_with_equal_weights_and_may_be_chosen():
    fit = mmrm()
    by_visit = fit.contrasts("TRTP", by="AVISIT")["estimate"]
    assert fit.contrasts("TRTP")["estimate"][0] == pytest.approx(by_visit.mean())
    late = fit.contrasts("TRTP", at={"AVISIT": ["Week 4", "Week 8"]})["estimate"][0]
    assert late == pytest.approx(by_visit.iloc[2:].mean())


def test_an_empty_cell_takes_only_its_own_contrast():
    empty = FRAME[~((FRAME["TRTP"] == "Active") & (FRAME["AVISIT"] == "Week 8"))]
    fit = mmrm(empty)
    table = fit.contrasts("TRTP", by="AVISIT").set_index("AVISIT")
    assert np.isnan(table.loc["Week 8", "estimate"])
    assert "not estimable" in table.loc["Week 8", "error"]
    assert table.loc[["Week 1", "Week 2", "Week 4"], "estimate"].notna().all()
    assert (table.loc[["Week 1", "Week 2", "Week 4"], "error"] == "").all()
    assert fit.means("TRTP", by="AVISIT")["estimate"].isna().sum() == 1
    assert fit.coefficients.set_index("term").loc["TRTPActive:AVISITWeek 8", "error"].startswith("aliased")
    with pytest.raises(ModelError, match="not estimable"):
        fit.joint_test("TRTP:AVISIT")


def test_a_collinear_covariate_is_aliased_and_leaves_the_effects_alone():
    fit = mmrm(FRAME.assign(twice=2 * FRAME["BASE"] + 1), "TRTP * AVISIT + BASE + twice")
    columns = ["estimate", "std_error", "df"]
    np.testing.assert_allclose(
        fit.contrasts("TRTP", by="AVISIT")[columns], mmrm().contrasts("TRTP", by="AVISIT")[columns], rtol=1e-6
    )
    assert fit.coefficients.set_index("term").loc["twice", "error"] != ""


@pytest.mark.parametrize("basis", ["TIME", "log1p(TIME)", "ns(TIME, knots = c(100, 336))", "poly(TIME, 2)"])
def test_effects_over_time_are_evaluated_through_the_basis(basis):
    fit = fit_lmm(FRAME, "AVAL", f"TRTP * {basis} + BASE", "1", "USUBJID")
    table = fit.contrasts("TRTP", at={"TIME": [24, 400]})
    assert list(table["TIME"]) == [24.0, 400.0]
    grid = pd.DataFrame({"TRTP": ["Active", "Placebo"], "TIME": [400.0, 400.0], "BASE": [60.0, 60.0]})
    active, placebo = fit.design.matrix(grid)
    expected = fit.linear(active - placebo)
    np.testing.assert_allclose(
        table.loc[1, ["estimate", "std_error"]].astype(float), expected.loc[0, ["estimate", "std_error"]].astype(float)
    )
    assert len(fit.means("TRTP", at={"TIME": [24, 400]})) == 4


def test_type_three_of_a_main_effect_is_the_test_of_equal_marginal_means():
    fit = mmrm(FRAME, "TRTP * AVISIT + BASE")
    single = fit.contrasts("TRTP").iloc[0]
    test = fit.joint_test("TRTP")
    assert test.statistic == pytest.approx(single["statistic"] ** 2, rel=1e-8)
    assert test.df_denominator == pytest.approx(single["df"], rel=1e-8)


def test_effect_sizes_divide_by_the_standard_deviation_at_the_visit():
    fit = mmrm()
    table, plain = fit.effect_sizes("TRTP"), fit.contrasts("TRTP", by="AVISIT")
    sd = np.sqrt(np.diag(fit.covariance))
    np.testing.assert_allclose(table["estimate"], plain["estimate"] / sd, rtol=1e-12)
    assert (table["std_error"] > plain["std_error"] / sd).all()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda fit: fit.means("ARM"), "is not in the model"),
        (lambda fit: fit.means("BASE"), "is a covariate"),
        (lambda fit: fit.contrasts("TRTP", reference="Plcebo"), "has no level"),
        (lambda fit: fit.contrasts(["TRTP", "AVISIT"]), "one factor"),
        (lambda fit: fit.means("TRTP", at={"AVISIT": "Week 9"}), "has no level"),
        (lambda fit: fit.means("TRTP", weights="cells"), "is not available"),
        (lambda fit: fit.joint_test("TRTP:BASE"), "has no term"),
        (lambda fit: fit.linear(pd.DataFrame({"TRTPActiv": [1.0]})), "Did you mean TRTPActive"),
        (lambda fit: fit.linear(np.ones((1, 3))), "coefficients"),
    ],
)
def test_what_the_model_does_not_hold_is_refused(call, reason):
    with pytest.raises(ModelError, match=reason):
        call(mmrm())
