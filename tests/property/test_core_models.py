"""What must hold for every fit, whatever the data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion import fit_lmm, fit_mmrm
from postinfusion.analyses.ancova import fit_ancova
from property.core_trials import trial

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=8, deadline=None, derandomize=True)
FIXED = "TRTP * AVISIT + BASE * AVISIT"
# Sums are formed in another order; the optimum is the same to its own stopping rule.
ORDER = 1e-7
NUMBERS = ["estimate", "std_error", "df"]


def mmrm(frame, **options):
    return fit_mmrm(frame, "AVAL", FIXED, "USUBJID", "AVISIT", **options)


def lmm(frame, **options):
    return fit_lmm(frame, "AVAL", "TRTP * log1p(TIME) + BASE", "1 + TIME", "USUBJID", **options)


def effects(fit):
    if "AVISIT" in fit.design.factors:
        return fit.contrasts("TRTP", by="AVISIT")[NUMBERS].to_numpy()
    return fit.contrasts("TRTP", at={"TIME": [24, 336]})[NUMBERS].to_numpy()


@FEW
@given(SEEDS)
@pytest.mark.parametrize("model", [mmrm, lmm])
def test_the_order_of_rows_does_not_matter(model, seed):
    frame = trial(seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    np.testing.assert_allclose(effects(model(shuffled)), effects(model(frame)), rtol=ORDER)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("model", [mmrm, lmm])
def test_the_names_of_subjects_do_not_matter(model, seed):
    frame = trial(seed)
    names = np.random.default_rng(seed).permutation(1_000)
    renamed = frame.assign(USUBJID=names[pd.factorize(frame["USUBJID"])[0]])
    np.testing.assert_allclose(effects(model(renamed)), effects(model(frame)), rtol=ORDER)


@FEW
@given(SEEDS, st.sampled_from([1e-8, 0.4536, 1e8]))
@pytest.mark.parametrize("model", [mmrm, lmm])
def test_a_change_of_unit_only_changes_the_unit(model, seed, unit):
    frame = trial(seed)
    scaled = effects(model(frame.assign(AVAL=frame["AVAL"] * unit)))
    np.testing.assert_allclose(scaled / [unit, unit, 1.0], effects(model(frame)), rtol=ORDER)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("model", [mmrm, lmm])
def test_another_reference_level_and_another_zero_leave_the_effects_alone(model, seed):
    frame = trial(seed)
    other = frame.assign(TRTP=frame["TRTP"].cat.reorder_categories(["Active", "Placebo"]), BASE=frame["BASE"] - 60)
    fit = model(other)
    at = {"by": "AVISIT"} if model is mmrm else {"at": {"TIME": [24, 336]}}
    found = fit.contrasts("TRTP", reference="Placebo", **at)[NUMBERS]
    np.testing.assert_allclose(found, effects(model(frame)), rtol=ORDER)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("df", ["kenward-roger-linear", "satterthwaite", "between-within"])
def test_f_is_t_squared_for_a_single_contrast(df, seed):
    fit = mmrm(trial(seed), df=df)
    names = fit.design.names
    for row in (names.index("TRTPActive"), names.index("BASE")):
        test, single = fit.joint_test(np.eye(len(names))[[row]]), fit.coefficients.iloc[row]
        assert test.statistic == pytest.approx(single["statistic"] ** 2, rel=1e-9)
        assert test.df_denominator == pytest.approx(single["df"], rel=1e-9)
        assert test.p_value == pytest.approx(single["p_value"], rel=1e-7)


@FEW
@given(SEEDS)
def test_a_richer_structure_fits_at_least_as_well(seed):
    frame = trial(seed)
    value = {
        name: mmrm(frame, covariance=name).log_likelihood
        for name in ("cs", "csh", "ar1", "ar1h", "toep", "toeph", "ad", "adh", "us")
    }
    for poorer, richer in [
        ("cs", "toep"), ("cs", "csh"), ("ar1", "toep"), ("ar1", "ar1h"), ("ar1", "ad"), ("toep", "toeph"),
        ("csh", "toeph"), ("ar1h", "toeph"), ("ar1h", "adh"), ("ad", "adh"), ("toeph", "us"), ("adh", "us"),
    ]:  # fmt: skip
        assert value[poorer] <= value[richer] + 1e-8


@FEW
@given(SEEDS)
def test_complete_data_give_the_closed_form(seed):
    """With all visits, two arms and no covariate each visit is a two-sample t test with n - 2 df."""
    frame = trial(seed, complete=True)
    fit = fit_mmrm(frame, "AVAL", "TRTP * AVISIT", "USUBJID", "AVISIT")
    table = fit.contrasts("TRTP", by="AVISIT").set_index("AVISIT")
    for visit, rows in frame.groupby("AVISIT", observed=True):
        ordinary = fit_ancova(rows, "AVAL", "TRTP").contrasts("TRTP").iloc[0]
        np.testing.assert_allclose(table.loc[visit, NUMBERS].astype(float), ordinary[NUMBERS].astype(float), rtol=1e-7)


@FEW
@given(SEEDS)
def test_a_random_intercept_is_compound_symmetry(seed):
    frame = trial(seed)
    mixed = fit_lmm(frame, "AVAL", FIXED, "1", "USUBJID")
    repeated = mmrm(frame, covariance="cs")
    if not mixed.optimum.boundary:
        assert mixed.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-7)
        np.testing.assert_allclose(effects(mixed), effects(repeated), rtol=1e-6)
