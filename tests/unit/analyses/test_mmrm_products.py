"""A model fitted to accumulated products is the model fitted to the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from postinfusion import fit_mmrm, fit_mmrm_products, mmrm_products, parquet_chunks
from postinfusion.analyses.mmrm_products import whole_subjects
from postinfusion.errors import DataError, ModelError
from reference.reference_cases import beat_the_blues

FIXED = "bdi_pre + drug + length + treatment * month"
MODEL = ("bdi", FIXED, "subject", "month")
LEVELS = {"treatment": ["TAU", "BtheB"], "length": ["<6m", ">6m"], "drug": ["No", "Yes"], "month": [2, 3, 5, 8]}
# Sums of squares keep eight of sixteen digits of what a row keeps.
SUMS = 1e-8


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return beat_the_blues().sort_values(["subject", "month"], ignore_index=True)


def pieces(frame: pd.DataFrame, size: int) -> list[pd.DataFrame]:
    return [frame.iloc[start : start + size] for start in range(0, len(frame), size)]


def assert_same_fit(ours, theirs):
    numbers = ["estimate", "std_error", "df", "statistic", "conf_low", "conf_high"]
    assert list(ours.coefficients["term"]) == list(theirs.coefficients["term"])
    assert_allclose(ours.coefficients[numbers], theirs.coefficients[numbers], rtol=SUMS)
    assert_allclose(ours.covariance, theirs.covariance, rtol=SUMS)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood, abs=1e-8)
    assert (ours.n_observations, ours.n_subjects) == (theirs.n_observations, theirs.n_subjects)
    assert_allclose([ours.aic, ours.bic], [theirs.aic, theirs.bic])


@pytest.mark.parametrize("covariance", ["us", "ar1h", "toep"])
@pytest.mark.parametrize("size", [7, 100, 1000])
def test_the_fit_is_that_of_the_rows_however_they_are_cut(frame, covariance, size):
    products = mmrm_products(pieces(frame, size), *MODEL, levels=LEVELS)
    assert_same_fit(fit_mmrm_products(products, covariance=covariance), fit_mmrm(frame, *MODEL, covariance=covariance))


@pytest.mark.parametrize(("method", "df"), [("ml", "satterthwaite"), ("reml", "residual"), ("reml", "kenward-roger")])
def test_the_fit_is_that_of_the_rows_for_each_method(frame, method, df):
    products = mmrm_products(frame, *MODEL)
    assert_same_fit(fit_mmrm_products(products, method=method, df=df), fit_mmrm(frame, *MODEL, method=method, df=df))


@pytest.mark.parametrize("weights", ["equal", "proportional"])
def test_means_and_contrasts_are_those_of_the_rows(frame, weights):
    ours, theirs = fit_mmrm_products(mmrm_products(pieces(frame, 50), *MODEL, levels=LEVELS)), fit_mmrm(frame, *MODEL)
    for method in ("means", "contrasts"):
        found, expected = (getattr(fit, method)("treatment", by="month", weights=weights) for fit in (ours, theirs))
        assert_allclose(found["estimate"], expected["estimate"], rtol=SUMS)
        assert_allclose(found["df"], expected["df"], rtol=SUMS)


def test_the_products_of_two_sites_add(frame):
    here, there = (mmrm_products(frame[frame["subject"] % 2 == part], *MODEL, levels=LEVELS) for part in (0, 1))
    assert_same_fit(fit_mmrm_products(here + there), fit_mmrm(frame, *MODEL))


def test_products_hold_no_row_of_a_participant(frame):
    products = mmrm_products(frame, *MODEL)
    assert not [value for value in vars(products).values() if isinstance(value, pd.DataFrame) and "subject" in value]


def test_a_file_is_read_chunk_by_chunk(frame, tmp_path):
    file = tmp_path / "scores.parquet"
    frame.assign(treatment=frame["treatment"].astype(str)).to_parquet(file)
    chunks = parquet_chunks(file, ["bdi", "bdi_pre", "drug", "length", "treatment", "month", "subject"],
                            factors=["treatment"], rows=60)  # fmt: skip
    assert_same_fit(fit_mmrm_products(mmrm_products(chunks, *MODEL, levels=LEVELS)), fit_mmrm(frame, *MODEL))


@pytest.mark.parametrize(("shift", "unit"), [(1e6, 1.0), (0.0, 1e-8), (-3e6, 1e8)])
def test_no_digit_is_lost_to_offsets_and_units(frame, shift, unit):
    far = frame.assign(bdi_pre=frame["bdi_pre"] * unit + shift, bdi=frame["bdi"] * unit + shift)
    found = fit_mmrm_products(mmrm_products(pieces(far, 60), *MODEL, levels=LEVELS)).contrasts("treatment", by="month")
    expected = fit_mmrm(far, *MODEL).contrasts("treatment", by="month")
    assert_allclose(found["statistic"], expected["statistic"], rtol=1e-6)
    assert_allclose(found["df"], expected["df"], rtol=1e-6)


def test_a_level_that_comes_late_counts(frame):
    late = frame.sort_values(["drug", "subject", "month"])
    assert_same_fit(fit_mmrm_products(mmrm_products(pieces(late, 60), *MODEL, levels=LEVELS)), fit_mmrm(frame, *MODEL))


def test_aliased_columns_are_left_out_as_with_rows(frame):
    doubled = frame.assign(twice=2 * frame["bdi_pre"])
    model = ("bdi", f"twice + {FIXED}", "subject", "month")
    ours, theirs = fit_mmrm_products(mmrm_products(doubled, *model)), fit_mmrm(doubled, *model)
    assert (ours.coefficients["error"] == theirs.coefficients["error"]).all()
    assert_allclose(ours.coefficients["estimate"], theirs.coefficients["estimate"], rtol=SUMS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: pieces(frame.sample(frac=1, random_state=1), 90), "keep the rows of a subject together"),
        (lambda frame: [frame.assign(bdi=np.nan)], "nothing can be fitted"),
        (lambda frame: [frame.assign(bdi=1.0)], "does not vary"),
        (lambda frame: [frame.drop(columns="drug")], "no column drug"),
        (lambda frame: [frame.assign(treatment="other")], "treatment"),
    ],
    ids=["scattered", "empty", "constant", "column", "level"],
)
def test_what_cannot_be_fitted_is_refused(frame, change, message):
    with pytest.raises(ModelError, match=message):
        fit_mmrm_products(mmrm_products(change(frame), *MODEL, levels=LEVELS))


def test_options_that_ask_for_rows_are_refused(frame):
    with pytest.raises(ModelError, match="asks for the rows"):
        fit_mmrm_products(mmrm_products(frame, *MODEL), df="between-within")
    with pytest.raises(ModelError, match="give their columns as covariates"):
        mmrm_products(frame, "bdi", "poly(bdi_pre, 2) + month", "subject", "month")


def test_products_of_different_models_do_not_add(frame):
    one = mmrm_products(frame[frame["subject"] < 50], *MODEL, levels=LEVELS)
    with pytest.raises(ModelError, match="different models"):
        one + mmrm_products(frame[frame["subject"] >= 50], "bdi", "treatment * month", "subject", "month")


def test_a_missing_file_or_column_is_named(frame, tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        next(parquet_chunks(tmp_path / "nothing.parquet"))
    (tmp_path / "text.parquet").write_text("id,bdi")
    with pytest.raises(DataError, match="not a Parquet file"):
        next(parquet_chunks(tmp_path / "text.parquet"))
    frame[["bdi"]].to_parquet(tmp_path / "scores.parquet")
    with pytest.raises(DataError, match="no column"):
        next(parquet_chunks(tmp_path / "scores.parquet", ["bdj"]))


@pytest.mark.parametrize("size", range(1, 10))
def test_no_subject_is_cut(size):
    frame = pd.DataFrame({"s": list("aabbbcddd"), "x": range(9)})
    parts = list(whole_subjects(iter(pieces(frame, size)), "s"))
    assert sorted(pd.concat(parts)["x"]) == list(range(9))
    assert sum(part["s"].nunique() for part in parts) == 4
