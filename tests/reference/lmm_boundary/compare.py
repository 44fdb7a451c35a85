"""Fits on the boundary: Kenward-Roger with every element of G, against pbkrtest, and profiles against lme4's.

pbkrtest takes the expected information of all elements of G at the estimate, also where a variance is zero or a
correlation one; ``information="expected"`` does likewise (``"observed"`` leaves out directions along which Sigma does
not move). lme4 profiles ML only; its profile of the correlation that is estimated as one ends with "non-monotonic" and
"bad spline fit", so that its limit is not compared: ``tests/property/test_lmm_intervals.py`` checks the criterion.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import (
    COUNT,
    LOG_LIKELIHOOD,
    Comparison,
    Tolerance,
    matrix_comparison,
    table_comparisons,
)
from reference.reference_cases import numbers

CASE = numbers("lmm_boundary")
PBKRTEST = "R pbkrtest 0.5.2, expected information"
LME4 = "R lme4 1.1-31, confint(profile), ML"
MODELS = {
    "y_slope": ("y", "1 + time", True), "z_intercept": ("z", "1", True),
    "z_uncorrelated": ("z", "1 + time", False), "z_slope": ("z", "1 + time", True),
}  # fmt: skip
DEVIATIONS = {
    "y_slope": ([0, 1, 3], [0, 2, 3]),
    "z_intercept": ([0, 1], [0, 1]),
    "z_uncorrelated": ([0, 1, 2], [0, 1, 2]),
}
"""Rows of the standard deviations, in our table and in lme4's."""
LIMIT = Tolerance(1e-4, "of the half width of the interval: lme4 interpolates its profile by a spline")


@cache
def fit(name: str, method: str) -> LmmFit:
    """Fit a model of the case."""
    response, random, correlated = MODELS[name]
    df = "kenward-roger-linear" if method == "reml" else "asymptotic"
    return fit_lmm(
        pd.read_csv(Path(__file__).with_name("boundary.csv")), response, "time * arm", random, "id",
        correlated=correlated, method=method, df=df, information="expected",
    )  # fmt: skip


@cache
def components(name: str) -> pd.DataFrame:
    """Give the standard deviations with their intervals."""
    return fit(name, "ml").variance_components().iloc[DEVIATIONS[name][0]]


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in CASE["kenward_roger"].items():
        found, what = partial(fit, name, "reml"), f"{name}, reml"
        yield Comparison(
            f"{what}: log_likelihood", PBKRTEST, reference["logLik"],
            lambda found=found: found().log_likelihood, LOG_LIKELIHOOD,
        )  # fmt: skip
        yield Comparison(
            f"{what}: boundary", PBKRTEST, reference["singular"], lambda found=found: found().optimum.boundary, COUNT
        )
        yield from table_comparisons(what, PBKRTEST, reference["table"], lambda found=found: found().coefficients)
        yield matrix_comparison(f"{what}: covariance", PBKRTEST, reference["vcov"], lambda found=found: found().vcov)
    for name, reference in CASE["profiles"].items():
        low, high, estimate = (np.array(reference[key])[DEVIATIONS[name][1]] for key in ("low", "high", "estimate"))
        for column, values in (("estimate", estimate), ("conf_low", low), ("conf_high", high)):
            yield Comparison(
                f"{name}, ml: {column}", LME4, values,
                lambda name=name, column=column: components(name)[column], LIMIT, scale=(high - low) / 2,
            )  # fmt: skip
