"""Many fits at once are the fits one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from postinfusion import fit_mmrm, fit_mmrm_batch
from postinfusion.errors import ModelError

MODEL = ("CHG", "ARM * AVISIT + BASE * AVISIT", "ID", "AVISIT")
NUMBERS = ["estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]


def trial(replicate: int, n: int = 24, visits: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(replicate)
    base = rng.normal(30, 5, n)
    values = 0.5 * base[:, None] + rng.normal(size=(n, 1)) * 3 + rng.normal(size=(n, visits)) * 3
    person, visit = np.nonzero(np.arange(visits) < rng.geometric(0.15, n)[:, None])
    return pd.DataFrame(
        {
            "REP": f"r{replicate}",
            "ID": person,
            "ARM": pd.Categorical(np.array(["Control", "Active"])[person % 2], ["Control", "Active"]),
            "AVISIT": np.array(["V1", "V2", "V3"])[visit],
            "BASE": base[person],
            "CHG": values[person, visit],
        }
    )


@pytest.fixture(scope="module")
def replicates() -> pd.DataFrame:
    return pd.concat([trial(replicate) for replicate in range(4)], ignore_index=True)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"information": "expected"},
        {"df": "satterthwaite", "vcov": "empirical-cr2"},
        {"df": "between-within"},
        {"df": "kenward-roger"},
        {"df": "kenward-roger", "covariance": "ar1h", "information": "expected"},
        {"covariance": "toeph"},
        {"covariance": "ar1h", "method": "ml", "df": "asymptotic"},
    ],
    ids=["default", "expected", "robust", "counted", "full", "full-ar1h", "toeph", "ml"],
)
def test_each_replicate_is_fitted_as_it_would_be_alone(replicates, options):
    found = fit_mmrm_batch(replicates, *MODEL, replicate="REP", specs="ARM", by="AVISIT", **options)
    assert list(found["REP"].unique()) == ["r0", "r1", "r2", "r3"]
    for name, ours in found.groupby("REP"):
        alone = fit_mmrm(replicates[replicates["REP"] == name], *MODEL, **options).contrasts("ARM", by="AVISIT")
        assert list(ours["AVISIT"]) == list(alone["AVISIT"])
        assert_allclose(ours[NUMBERS], alone[NUMBERS], rtol=1e-7)
    assert not found["searched_alone"].any()


def test_each_replicate_tells_how_its_optimum_was_reached(replicates):
    changed = replicates.assign(CHG=replicates["CHG"].mask(replicates["REP"] == "r2", 1.0))
    found = fit_mmrm_batch(changed, *MODEL, replicate="REP", specs="ARM").set_index("REP")
    for name in ("r0", "r1", "r3"):
        alone = fit_mmrm(replicates[replicates["REP"] == name], *MODEL).optimum
        assert found.loc[name, "iterations"] == alone.iterations
        assert found.loc[name, "max_gradient"] < 1e-7
    assert found.loc["r2", ["iterations", "max_gradient"]].isna().all()


def test_a_replicate_that_cannot_be_fitted_says_why_and_stops_no_other(replicates):
    changed = replicates.assign(CHG=replicates["CHG"].mask(replicates["REP"] == "r2", 1.0))
    found = fit_mmrm_batch(changed, *MODEL, replicate="REP", specs="ARM", by="AVISIT").set_index("REP")
    assert found.loc["r2", "error"].str.contains("does not vary").all()
    assert found.loc["r2", NUMBERS].isna().all(axis=None)
    assert (found.drop(index="r2")["error"] == "").all()
    assert found.drop(index="r2")["estimate"].notna().all()


def test_rows_of_a_replicate_that_are_scattered_are_refused(replicates):
    with pytest.raises(ModelError, match="sort the data by REP"):
        fit_mmrm_batch(replicates.sample(frac=1, random_state=1), *MODEL, replicate="REP", specs="ARM", by="AVISIT")


def test_without_a_complete_row_nothing_is_fitted(replicates):
    with pytest.raises(ModelError, match="nothing can be fitted"):
        fit_mmrm_batch(replicates.assign(CHG=np.nan), *MODEL, replicate="REP", specs="ARM")


def test_the_full_kenward_roger_differs_from_the_linear_one_in_standard_errors_only(replicates):
    full, linear = (
        fit_mmrm_batch(replicates, *MODEL, replicate="REP", specs="ARM", by="AVISIT", df=df)
        for df in ("kenward-roger", "kenward-roger-linear")
    )
    assert_allclose(full[["estimate", "df"]], linear[["estimate", "df"]], rtol=1e-10)
    assert (full["std_error"] < linear["std_error"]).all()
