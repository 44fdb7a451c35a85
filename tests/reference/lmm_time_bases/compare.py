"""Polynomial and spline bases of time against R's ``poly`` and ``ns``, in fixed and random effects.

Both have R's columns, so that coefficients and restricted log-likelihoods agree too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.design import build_design
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import CLOSED_FORM, ESTIMATE, LOG_LIKELIHOOD, Comparison, table_comparisons
from reference.reference_cases import numbers, sleepstudy

CASE = numbers("lmm_time_bases")
R, LME4 = "R 4.2.2 stats::poly, splines::ns", "R lme4 1.1-31, polished"
MODELS = {"poly": ("poly(Days, 2)", "1 + poly(Days, 2)"), "spline": ("ns(Days, knots = c(3, 6))", "1 + Days")}


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
    for quantity, formula in (("knots", "ns(Days, knots = c(3, 6))"), ("counted", "ns(Days, 4)")):
        found = partial(columns, formula)
        yield Comparison(
            f"ns, {quantity}: columns", R, CASE[quantity], lambda found=found: found()[:10, 1:], CLOSED_FORM, 1.0
        )
    yield Comparison("ns: columns beyond the data", R, CASE["beyond"], _beyond, CLOSED_FORM, 1.0)
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
        yield from table_comparisons(
            f"{name}, reml", LME4, reference["table"], lambda found=found: found().coefficients
        )
        yield Comparison(
            f"{name}, reml: log_likelihood", LME4, reference["logLik"],
            lambda found=found: found().log_likelihood, LOG_LIKELIHOOD,
        )  # fmt: skip


def _beyond() -> np.ndarray:
    design = build_design("ns(Days, 4)", sleepstudy())
    return design.matrix(pd.DataFrame({"Days": [-3.0, 0.0, 4.5, 9.0, 14.0]}))[:, 1:]
