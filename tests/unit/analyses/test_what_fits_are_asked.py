"""What is asked of a fit is answered, or refused with a reason: never another error, never an untrue reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm_fit import MmrmFit
from postinfusion.errors import ModelError

VISITS = ("V1", "V2", "V3")


def frame(visits: tuple[str, ...] = VISITS) -> pd.DataFrame:
    """Give forty participants at three visits with a covariate."""
    rng = np.random.default_rng(7)
    n = 40
    rows = pd.DataFrame({"id": np.repeat(np.arange(n), len(visits)), "v": list(visits) * n})
    rows["arm"] = np.where(rows["id"] % 2, "A", "B")
    rows["b"] = np.repeat(rng.normal(size=n), len(visits))
    rows["y"] = rows["b"] + np.repeat(rng.normal(size=n), len(visits)) + rng.normal(size=len(rows))
    return rows


def fitted(rows: pd.DataFrame, fixed: str = "arm * v + b", **options: Any) -> MmrmFit:
    """Fit the model of the tests."""
    return fit_mmrm(rows, response="y", fixed=fixed, subject="id", visit="v", **options)


@pytest.mark.parametrize("factor", [2.0, -3.7, 1 + 1e-12])
def test_a_column_that_repeats_another_leaves_the_coefficients_of_the_model_without_it(factor: float):
    rows = frame().assign(again=lambda rows: factor * rows["b"])
    with_it = fitted(rows, "arm * v + b + again").coefficients.set_index("term")
    without = fitted(rows).coefficients.set_index("term")
    assert with_it.loc["again", "error"].startswith("aliased")
    assert np.isnan(with_it.loc["again", "estimate"])
    columns = ["estimate", "std_error", "df", "p_value"]
    pd.testing.assert_frame_equal(with_it.loc[without.index, columns], without[columns], rtol=1e-9)


def test_an_index_may_have_the_names_of_the_columns():
    rows = frame()
    expected = fitted(rows).means("arm", by="v")
    found = fitted(rows.set_index(["id", "v"], drop=False)).means("arm", by="v")
    pd.testing.assert_frame_equal(found, expected)


ASKED: dict[str, Callable[[MmrmFit], object]] = {
    "a number as a factor": lambda fit: fit.means(3),  # type: ignore[arg-type]
    "a text as rows of L": lambda fit: fit.linear("x"),  # type: ignore[arg-type]
    "a text as values": lambda fit: fit.means("arm", at="b"),  # type: ignore[arg-type]
    "rows of L that are no numbers": lambda fit: fit.linear(np.full((1, len(fit.coefficients)), np.nan)),
    "an infinite row of L": lambda fit: fit.joint_test(np.full((1, len(fit.coefficients)), np.inf)),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_makes_no_sense_is_refused(asked: str):
    fit = fitted(frame())
    with pytest.raises(ModelError):
        ASKED[asked](fit)


def test_visits_that_were_sorted_as_text_are_told_where_their_order_matters():
    rows = frame(("Week 1", "Week 2", "Week 10"))
    assert "Week 1, Week 10, Week 2" in fitted(rows, covariance="ar1").warnings[0]
    assert fitted(rows, covariance="cs").warnings == ()
    assert fitted(frame(), covariance="ar1").warnings == ()
    ordered = rows.assign(v=pd.Categorical(rows["v"], ["Week 1", "Week 2", "Week 10"]))
    assert fitted(ordered, covariance="ar1").warnings == ()


def test_all_names_of_the_interface_can_be_imported_at_once():
    found: dict[str, object] = {}
    exec("from postinfusion import *", found)  # noqa: S102 - the statement is the test
    assert {"fit_mmrm", "fit_lmm", "fit_glmm", "fit_gee", "fit_mmrm_batch"} <= {*found}
