"""What must hold for covariances by group and on actual times, for weights, and for a constrained baseline."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion import fit_mmrm
from postinfusion.core.covariance import covariance_model, starting_values
from postinfusion.core.covariance_search import CovarianceSearch
from postinfusion.core.spatial_covariance import spatial_covariance
from postinfusion.core.subject_blocks import time_blocks, visit_blocks
from property.core_trials import trial
from property.numerical_derivatives import assert_derivatives_are_numerical

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=6, deadline=None, derandomize=True)
FIXED = "TRTP * AVISIT + BASE"
# Sums are formed in another order; the optimum is the same to its own stopping rule.
ORDER = 1e-7
S = np.array([[1.0, 0.5, 0.4, 0.3], [0.5, 1.4, 0.6, 0.5], [0.4, 0.6, 1.2, 0.6], [0.3, 0.5, 0.6, 1.6]])
NUMBERS = ["estimate", "std_error", "df"]
MODELS = [
    {"covariance": "sp_exp", "time": "TIME"},
    {"covariance": "sp_gau", "time": "VISIT_NUMBER"},
    {"covariance": "cs", "group": "TRTP"},
    {"covariance": "ar1", "weights": "W"},
    {"covariance": "us", "baseline": "constrained"},
]
IDS = ["sp_exp", "sp_gau", "group", "weights", "constrained"]


def frame_of(seed):
    """Give a trial with weights, and with the times jittered from participant to participant."""
    frame = trial(seed, n=60)
    generator = np.random.default_rng(seed)
    return frame.assign(
        W=generator.uniform(0.5, 2.0, len(frame)),
        TIME=frame["TIME"] * generator.uniform(0.95, 1.05, len(frame)),
        VISIT_NUMBER=frame["AVISIT"].cat.codes + 1.0,
    )


def mmrm(frame, **options):
    fixed = "TRTP * AVISIT" if "baseline" in options else FIXED
    return fit_mmrm(frame, "AVAL", fixed, "USUBJID", "AVISIT", **options)


def effects(fit):
    later = {"AVISIT": ["Week 2", "Week 4", "Week 8"]}
    return fit.contrasts("TRTP", by="AVISIT", at=later)[NUMBERS].to_numpy()


@FEW
@given(SEEDS)
@pytest.mark.parametrize("options", MODELS, ids=IDS)
def test_neither_the_order_of_rows_nor_the_names_of_subjects_matter(options, seed):
    frame = frame_of(seed)
    names = np.random.default_rng(seed).permutation(1_000)
    other = frame.assign(USUBJID=names[pd.factorize(frame["USUBJID"])[0]]).sample(frac=1, random_state=seed)
    np.testing.assert_allclose(effects(mmrm(other, **options)), effects(mmrm(frame, **options)), rtol=ORDER)


@FEW
@given(SEEDS, st.sampled_from([1e-8, 0.4536, 1e8]))
@pytest.mark.parametrize("options", MODELS, ids=IDS)
def test_a_change_of_unit_only_changes_the_unit(options, seed, unit):
    frame = frame_of(seed)
    scaled = mmrm(frame.assign(AVAL=frame["AVAL"] * unit, TIME=frame["TIME"] * 3_600, W=frame["W"] / 7), **options)
    fit = mmrm(frame, **options)
    np.testing.assert_allclose(effects(scaled) / [unit, unit, 1.0], effects(fit), rtol=ORDER)
    if options.get("time") == "TIME":
        assert scaled.ranges[None] == pytest.approx(3_600 * fit.ranges[None], rel=1e-6)


@FEW
@given(SEEDS)
def test_weights_of_one_are_no_weights_and_a_constant_weight_only_rescales_sigma(seed):
    frame = frame_of(seed)
    fit = mmrm(frame)
    np.testing.assert_allclose(effects(mmrm(frame.assign(W=1.0), weights="W")), effects(fit), rtol=1e-12)
    weighted = mmrm(frame.assign(W=2.5), weights="W")
    np.testing.assert_allclose(effects(weighted), effects(fit), rtol=ORDER)
    np.testing.assert_allclose(weighted.covariance, 2.5 * fit.covariance, rtol=ORDER)
    assert weighted.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-8)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("covariance", ["us", "ar1h", "cs"])
def test_groups_with_identical_data_share_the_covariance_of_one_fit(covariance, seed):
    """Two copies of a trial, all fixed effects by copy: REML of each half is the fit of the half."""
    frame = trial(seed, n=60)
    twice = pd.concat([frame.assign(COPY="a"), frame.assign(COPY="b", USUBJID="x" + frame["USUBJID"])])
    fit = fit_mmrm(
        twice, "AVAL", "COPY * (TRTP * AVISIT + BASE)", "USUBJID", "AVISIT", covariance=covariance, group="COPY"
    )
    one = mmrm(frame, covariance=covariance)
    np.testing.assert_allclose(fit.covariance["a"], one.covariance, rtol=1e-6)
    np.testing.assert_allclose(fit.covariance["a"], fit.covariance["b"], rtol=1e-6)
    np.testing.assert_allclose(fit.variance_df["a"], one.variance_df, rtol=1e-5)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("df", ["kenward-roger-linear", "kenward-roger", "satterthwaite"])
def test_groups_with_all_effects_of_their_own_are_separate_fits(df, seed):
    frame = trial(seed, n=90).assign(SEX=lambda f: np.where(f["USUBJID"].str[1:].astype(int) % 3 == 0, "F", "M"))
    fit = fit_mmrm(
        frame, "AVAL", "SEX * (TRTP * AVISIT + BASE)", "USUBJID", "AVISIT", covariance="us", group="SEX", df=df
    )
    for sex, rows in frame.groupby("SEX"):
        alone = fit_mmrm(rows, "AVAL", FIXED, "USUBJID", "AVISIT", df=df)
        np.testing.assert_allclose(fit.covariance[sex], alone.covariance, rtol=1e-6)
        found = fit.contrasts("TRTP", by="AVISIT", at={"SEX": sex, "BASE": 60.0})[NUMBERS]
        np.testing.assert_allclose(found, alone.contrasts("TRTP", by="AVISIT", at={"BASE": 60.0})[NUMBERS], rtol=1e-5)


@FEW
@given(SEEDS)
def test_equally_spaced_times_give_the_autoregressive_structure(seed):
    """sp_exp with distances 0, 1, 2, ... is ar1 with rho = exp(-1 / range)."""
    frame = frame_of(seed)
    spatial = mmrm(frame, covariance="sp_exp", time="VISIT_NUMBER")
    visits = mmrm(frame, covariance="ar1")
    assert spatial.log_likelihood == pytest.approx(visits.log_likelihood, abs=1e-7)
    np.testing.assert_allclose(spatial.covariance, visits.covariance, rtol=1e-5)
    np.testing.assert_allclose(effects(spatial), effects(visits), rtol=1e-4)


@FEW
@given(SEEDS)
def test_times_shared_by_many_subjects_and_times_of_their_own_give_the_same_fit(seed):
    """Merged patterns hold sums, own times hold rows: a jitter of 1e-9 changes the way, not the result."""
    frame = frame_of(seed).assign(TIME=lambda f: f["VISIT_NUMBER"])
    jitter = np.random.default_rng(seed).uniform(-1e-9, 1e-9, len(frame))
    own = mmrm(frame.assign(TIME=frame["TIME"] + jitter), covariance="sp_exp", time="TIME")
    shared = mmrm(frame, covariance="sp_exp", time="TIME")
    np.testing.assert_allclose(effects(own), effects(shared), rtol=1e-6)


@FEW
@given(SEEDS)
def test_the_arms_share_the_mean_of_a_constrained_baseline(seed):
    fit = mmrm(trial(seed, n=60), baseline="constrained")
    means = fit.means("TRTP", by="AVISIT").set_index(["AVISIT", "TRTP"])["estimate"]
    assert means["Week 1", "Active"] == pytest.approx(means["Week 1", "Placebo"], rel=1e-12)
    contrast = fit.contrasts("TRTP", by="AVISIT")
    assert contrast.loc[0, "error"].startswith("fixed at zero")
    change = fit.contrasts("AVISIT", by="TRTP", reference="Week 1")["estimate"].to_numpy().reshape(2, 3)
    np.testing.assert_allclose(change[1] - change[0], contrast["estimate"].iloc[1:], rtol=1e-9)
    average = fit.contrasts("TRTP")["estimate"].iloc[0]
    assert average == pytest.approx(contrast["estimate"].iloc[1:].mean(), rel=1e-9)


@FEW
@given(SEEDS)
def test_counterfactual_means_are_averages_of_predictions(seed):
    frame = trial(seed).assign(SITE=lambda f: np.where(f["BASE"] > 62, "b", "a"))
    fit = fit_mmrm(frame, "AVAL", "TRTP * (AVISIT + BASE + SITE)", "USUBJID", "AVISIT")
    table = fit.means("TRTP", by="AVISIT", weights="counterfactual")
    for _, row in table.iterrows():
        everybody = frame.assign(TRTP=row["TRTP"], AVISIT=row["AVISIT"])
        assert row["estimate"] == pytest.approx(fit.predict(everybody)["estimate"].mean(), rel=1e-10)


def search(name, seed, method):
    """Give a criterion of a new structure at a theta."""
    frame = frame_of(seed).query("USUBJID < 'S014'")
    X = np.column_stack([np.ones(len(frame)), frame["BASE"] / 60, frame["TRTP"] == "Active"])
    Z = np.column_stack([X, (frame["AVAL"] - 60) / 10])
    subject = np.unique(frame["USUBJID"], return_inverse=True)[1]
    group = np.arange(subject.max() + 1) % 2 if name.startswith("grouped") else None
    kernel = name.removeprefix("grouped ")
    if kernel.startswith("sp_"):
        blocks = time_blocks(Z, subject, frame["VISIT_NUMBER"].to_numpy() + frame["W"].to_numpy() / 10, group=group)
        structure, theta = spatial_covariance(kernel, blocks.times), np.array([0.1, -1.2])
    else:
        blocks = visit_blocks(Z, subject, frame["AVISIT"].cat.codes.to_numpy(dtype=np.intp), 4, group=group)
        structure = covariance_model(kernel, 4)
        theta = starting_values(structure, S)
    theta = theta if group is None else np.concatenate([theta, theta * 0.9])
    return CovarianceSearch(blocks, structure, method).criterion(), theta


@FEW
@given(SEEDS)
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", ["sp_exp", "sp_gau", "grouped sp_exp", "grouped us", "grouped toeph"])
def test_gradient_and_hessian_equal_numerical_derivatives(name, method, seed):
    assert_derivatives_are_numerical(*search(name, seed, method))
