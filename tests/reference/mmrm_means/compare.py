"""Marginal means by equal, proportional and counterfactual weights, against emmeans on a gls fit.

Counterfactual means of the gls fit are averages of the design matrix's rows; emmeans' own ``counterfactuals`` are
matched on least squares of the same means. emmeans uses the normal distribution for gls (``mode = "asymptotic"``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pandas as pd

from postinfusion import fit_mmrm
from postinfusion.analyses.ancova import fit_ancova
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import CLOSED_FORM, Comparison, table_comparisons
from reference.reference_cases import beat_the_blues, numbers

TABLES = numbers("mmrm_means")["tables"]
EMMEANS = "R emmeans 1.8.4.1 on nlme gls, cs, REML"
DENSE = "R 4.2.2 dense formulas on nlme gls, cs, REML"
FIXED = "bdi_pre * treatment + drug * treatment + length + treatment * month"


@cache
def fit() -> MmrmFit:
    """Fit the model of the case."""
    return fit_mmrm(beat_the_blues(), "bdi", FIXED, "subject", "month", covariance="cs", df="asymptotic")


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, found in _tables():
        program = DENSE if name.startswith("counterfactual") else EMMEANS
        yield from table_comparisons(name, program, TABLES[name], found, error="SE")
    least_squares = [row["estimate"] for row in TABLES["emmeans counterfactuals, least squares"]]
    yield Comparison(
        "emmeans counterfactuals, least squares", "R emmeans 1.8.4.1 on lm, counterfactuals", least_squares,
        _least_squares, CLOSED_FORM,
    )  # fmt: skip


def _tables() -> Iterator[tuple[str, Callable[[], pd.DataFrame]]]:
    for weights in ("equal", "proportional"):
        by_month: dict[str, Any] = {"by": "month", "weights": weights}
        yield f"{weights} means by month", lambda o=by_month: fit().means("treatment", **o)
        yield f"{weights} differences by month", lambda o=by_month: fit().contrasts("treatment", **o)
        yield f"{weights} means", lambda w=weights: fit().means("treatment", weights=w)
        yield f"{weights} differences", lambda w=weights: fit().contrasts("treatment", weights=w)
    yield "at values", lambda: fit().means("treatment", at={"bdi_pre": [10, 30]})
    yield "at drug and months", lambda: fit().means("treatment", at={"drug": "Yes", "month": [5, 8]})
    everybody: dict[str, Any] = {"weights": "counterfactual"}
    yield "counterfactual means", lambda: fit().means("treatment", **everybody)
    yield "counterfactual differences", lambda: fit().contrasts("treatment", **everybody)
    yield "counterfactual means by month", lambda: fit().means("treatment", by="month", **everybody)


def _least_squares() -> pd.Series:
    frame = beat_the_blues()
    found = fit_ancova(frame.assign(month=frame["month"].astype(str)), "bdi", FIXED)
    return found.means("treatment", by="month", weights="counterfactual")["estimate"]
