"""Weights that differ within and between subjects, V = W^(-1/2) Sigma W^(-1/2), against dense formulas and varFixed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import pandas as pd

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import Comparison
from reference.mmrm_dense import dense_comparisons
from reference.reference_cases import beat_the_blues, numbers

FITS = numbers("mmrm_weights")["fits"]


def weighted() -> pd.DataFrame:
    """Give the series with its weights: (1 + number of the visit) / (10 + value at baseline)."""
    frame = beat_the_blues()
    return frame.assign(weight=(1 + frame["month"].map({2: 1, 3: 2, 5: 3, 8: 4})) / (10 + frame["bdi_pre"]))


@cache
def fit(covariance: str, method: str, df: str) -> MmrmFit:
    """Fit the model of the case."""
    return fit_mmrm(
        weighted(), "bdi", "bdi_pre + treatment * month", "subject", "month", weights="weight", covariance=covariance,
        method=method, df=df,
    )  # fmt: skip


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for key, reference in FITS.items():
        yield from dense_comparisons(key, reference, partial(fit, *key.split()))
