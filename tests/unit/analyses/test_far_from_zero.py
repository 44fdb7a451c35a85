"""What lies too far from zero for double precision is refused with the remedy, and never fitted without its digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from postinfusion import fit_lmm, fit_mmrm, fit_mmrm_batch, fit_mmrm_products, mmrm_products
from postinfusion.errors import ModelError


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    person, visit = np.repeat(np.arange(40), 4), np.tile(np.arange(4.0), 40)
    own = rng.normal(size=(40, 2)) @ np.array([[3.0, 0.5], [0.0, 1.0]])
    return pd.DataFrame(
        {
            "id": person,
            "arm": np.where(person % 2, "b", "a"),
            "t": visit,
            "base": rng.normal(20, 4, 40)[person],
            "y": own[person, 0] + own[person, 1] * visit + rng.normal(size=160),
        }
    )


@pytest.mark.parametrize("origin", [1000, 19_000, 1e6])
def test_the_origin_of_time_does_not_matter(frame, origin):
    near = fit_lmm(frame, "y", "arm * t", "1 + t", "id").coefficients.iloc[-1]
    far = fit_lmm(frame.assign(t=frame["t"] + origin), "y", "arm * t", "1 + t", "id").coefficients.iloc[-1]
    assert_allclose([far["estimate"], far["std_error"], far["df"]],
                    [near["estimate"], near["std_error"], near["df"]], rtol=1e-8)  # fmt: skip


def test_a_covariate_that_hardly_varies_about_its_mean_is_refused(frame):
    with pytest.raises(ModelError, match="base varies by less than a millionth of its mean"):
        fit_mmrm(frame.assign(base=frame["base"] + 1e8), "y", "arm * t + base", "id", "t")


@pytest.mark.parametrize("spread", [1e-9, 2.4e-7, 1e-6, 1e-3])
def test_a_first_chunk_that_hardly_tells_columns_apart_costs_no_digit(frame, spread):
    model = ("y", "arm * t + base", "id", "t")
    first = frame["id"] < 10
    changed = frame.assign(base=frame["base"].mask(first, 20 + spread * (frame["base"] - 20)))
    chunks = [changed[first], changed[~first]]
    found = fit_mmrm_products(mmrm_products(chunks, *model, levels={"arm": ["a", "b"], "t": [0.0, 1.0, 2.0, 3.0]}))
    expected = fit_mmrm(changed, *model)
    for name in ("estimate", "std_error", "df"):
        assert_allclose(found.coefficients[name], expected.coefficients[name], rtol=1e-6)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, abs=1e-6)


def test_a_replicate_without_a_complete_row_is_counted(frame):
    replicates = pd.concat([frame.assign(rep=1), frame.assign(rep=2, y=np.nan)])
    found = fit_mmrm_batch(replicates, "y", "arm * t", "id", "t", replicate="rep", specs="arm", by="t")
    assert found.groupby("rep")["estimate"].count().to_dict() == {1: 4, 2: 0}
    assert found.loc[found["rep"] == 2, "error"].str.contains("No row has all the variables").all()


@pytest.mark.parametrize("option", [{"df": "kr"}, {"covariance": "un"}, {"method": "x"}])
def test_an_option_that_no_replicate_can_have_is_refused(frame, option):
    with pytest.raises(ModelError, match="not available"):
        fit_mmrm_batch(frame.assign(rep=1), "y", "arm * t", "id", "t", replicate="rep", specs="arm", **option)


def test_a_coverage_in_per_cent_is_refused(frame):
    with pytest.raises(ModelError, match="a share between 0 and 1"):
        fit_mmrm(frame, "y", "arm * t", "id", "t").contrasts("arm", confidence=95)


@pytest.mark.parametrize("value", ["x", np.nan, np.inf])
def test_a_covariate_is_set_to_numbers_only(frame, value):
    with pytest.raises(ModelError, match="base; it takes finite numbers"):
        fit_mmrm(frame, "y", "arm * t + base", "id", "t").means("arm", at={"base": value})


def test_a_factor_is_not_compared_and_kept_apart_at_once(frame):
    with pytest.raises(ModelError, match="leave it out of by="):
        fit_mmrm(frame, "y", "arm * t", "id", "t").contrasts("arm", by="arm")


def test_no_row_gives_no_prediction(frame):
    fit = fit_mmrm(frame, "y", "arm * t", "id", "t")
    assert fit.predict(frame.iloc[:0]).empty


def test_many_visits_of_which_each_subject_lacks_others_are_summed_by_row():
    rng = np.random.default_rng(3)
    person, visit = np.repeat(np.arange(30), 12), np.tile(np.arange(12), 30)
    values = rng.normal(size=30)[person] + rng.normal(size=360)
    wide = pd.DataFrame({"id": person, "vis": visit, "arm": np.where(person % 2, "b", "a"), "y": values})
    gaps = wide[rng.random(360) > 0.2]
    by_row = fit_mmrm(gaps, "y", "arm * vis", "id", "vis", covariance="ar1")
    by_pattern = fit_mmrm_products(mmrm_products(gaps, "y", "arm * vis", "id", "vis"), covariance="ar1")
    assert by_row.log_likelihood == pytest.approx(by_pattern.log_likelihood, abs=1e-8)
    assert_allclose(by_row.coefficients["df"], by_pattern.coefficients["df"], rtol=1e-6)
    assert len(by_row.residuals()) == len(gaps)
