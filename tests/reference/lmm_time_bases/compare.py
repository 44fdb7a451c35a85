"""Polynomial and spline bases of time against R's ``poly`` and ``ns``, in fixed and random effects.

``poly`` has R's columns. ``ns`` spans R's space (knots are named, not counted) with other columns: its projection,
means and predictions are compared; coefficients and the restricted log-likelihood depend on the columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from postinfusion import fit_lmm
from postinfusion.analyses.design import build_design
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import CLOSED_FORM, ESTIMATE, LOG_LIKELIHOOD, Comparison, table_comparisons
from reference.reference_cases import numbers, sleepstudy

CASE = numbers("lmm_time_bases")
R, LME4 = "R 4.2.2 stats::poly, splines::ns", "R lme4 1.1-31, polished"
MODELS = {"poly": ("poly(Days, 2)", "1 + poly(Days, 2)"), "spline": ("ns(Days, 3, 6)", "1 + Days")}


@cache
def fit(name: str) -> LmmFit:
    """Fit a model of the case."""
    fixed, random = MODELS[name]
    return fit_lmm(sleepstudy(), "Reaction", fixed, random, "Subject", df="asymptotic")


def columns(formula: str) -> np.ndarray:
    """Give the columns of a basis."""
    return build_design(formula, sleepstudy()).matrix(sleepstudy())


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    yield Comparison("poly: columns", R, CASE["poly"], lambda: columns("poly(Days, 3)")[:, 1:], CLOSED_FORM, 1.0)
    yield Comparison("ns: projection onto the columns", R, CASE["hat"], _projection, CLOSED_FORM, 1.0)
    for name, reference in CASE["fits"].items():
        found = partial(fit, name)
        error = reference["table"][0]["se"]
        yield Comparison(
            f"{name}, reml: means", LME4, reference["mean"],
            lambda found=found: found().predict(sleepstudy())["estimate"], ESTIMATE, scale=error,
        )  # fmt: skip
        yield Comparison(
            f"{name}, reml: predictions by subject", LME4, reference["fitted"],
            lambda found=found: found().predict(sleepstudy(), by_subject=True)["estimate"], ESTIMATE, scale=error,
        )  # fmt: skip
    reference = CASE["fits"]["poly"]
    yield from table_comparisons("poly, reml", LME4, reference["table"], lambda: fit("poly").coefficients)
    yield Comparison(
        "poly, reml: log_likelihood", LME4, reference["logLik"], lambda: fit("poly").log_likelihood, LOG_LIKELIHOOD
    )


def _projection() -> np.ndarray:
    Q = np.linalg.qr(columns("ns(Days, 3, 6)"))[0]
    return (Q @ Q.T)[:10, :10]
