"""Constrained longitudinal data analysis, against dense formulas and gls on a design matrix made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pandas as pd

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import Comparison, table_comparisons
from reference.mmrm_dense import DENSE, DF_METHODS, dense_comparisons
from reference.reference_cases import beat_the_blues, beat_the_blues_wide, numbers

FITS = numbers("mmrm_constrained_baseline")["fits"]
LATER = [2, 3, 5, 8]


def with_baseline() -> pd.DataFrame:
    """Give the series with the value at baseline as a visit, month 0."""
    wide = beat_the_blues_wide().rename(columns={"bdi.pre": "bdi", "rownames": "subject"})
    baseline = wide[["subject", "drug", "treatment", "bdi"]].assign(month=0)
    later = beat_the_blues()[["subject", "drug", "treatment", "bdi", "month"]]
    frame = pd.concat([baseline.astype({"treatment": "object"}), later.astype({"treatment": "object"})])
    return frame.assign(treatment=pd.Categorical(frame["treatment"], ["TAU", "BtheB"])).reset_index(drop=True)


@cache
def fit(covariance: str, method: str, df: str) -> MmrmFit:
    """Fit the model of the case."""
    return fit_mmrm(
        with_baseline(), "bdi", "drug + treatment * month", "subject", "month", baseline="constrained",
        covariance=covariance, method=method, df=df,
    )  # fmt: skip


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for key, reference in FITS.items():
        found = partial(fit, *key.split())
        yield from dense_comparisons(key, reference, found)
        for method, df in DF_METHODS.items():
            rows = reference["combinations"].get(method)
            if rows:
                yield from table_comparisons(
                    f"{key}, {df}: means and contrasts", DENSE, rows,
                    lambda found=found, df=df: _means_and_contrasts(found(df=df)), names=NAMES,
                )  # fmt: skip


NAMES = [*(f"difference at {month}" for month in LATER), "difference, average", "mean at 0", "mean at 8, TAU",
         "mean at 8, BtheB", "change at 8, TAU", "change at 8, BtheB"]  # fmt: skip


def _means_and_contrasts(found: MmrmFit) -> pd.DataFrame:
    at: dict[str, Any] = {"month": LATER}
    change = found.contrasts("month", by="treatment", reference=0, at={"month": [0, 8]})
    means = found.means("treatment", by="month", at={"month": [0, 8]})
    return pd.concat(
        [
            found.contrasts("treatment", by="month", at=at),
            found.contrasts("treatment"),
            means.iloc[[0, 2, 3]],
            change,
        ]
    )
