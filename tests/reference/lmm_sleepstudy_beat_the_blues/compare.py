"""Random intercepts and slopes against lme4, lmerTest (numerical Hessians: df to 1e-4) and pbkrtest.

pbkrtest uses the expected information; ``information="expected"`` reproduces it, the default does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import (
    COUNT,
    INFORMATION_CRITERION,
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    VARIANCE,
    Comparison,
    Tolerance,
    matrix_comparison,
    table_comparisons,
)
from reference.reference_cases import beat_the_blues, numbers, sleepstudy

FITS = numbers("lmm_sleepstudy_beat_the_blues")["fits"]
LME4 = "R lme4 1.1-31, polished"
LMERTEST = "R lmerTest 3.1-3, ddf = Satterthwaite"
PBKRTEST = "R pbkrtest 0.5.2, expected information"
BLUES = "bdi_pre + month {} treatment + drug + length"
MODELS = {
    "sleepstudy_ri": (sleepstudy, "Reaction", "Days", "1", "Subject", True),
    "sleepstudy_ris": (sleepstudy, "Reaction", "Days", "1 + Days", "Subject", True),
    "sleepstudy_ris_uncorrelated": (sleepstudy, "Reaction", "Days", "1 + Days", "Subject", False),
    "btheb_ri": (beat_the_blues, "bdi", BLUES.format("+"), "1", "subject", True),
    "btheb_ris": (beat_the_blues, "bdi", BLUES.format("*"), "1 + month", "subject", True),
}
PREDICTION = Tolerance(STANDARD_ERROR.size, "of the standard deviation of the random effect, as of a standard error")


@cache
def fit(name: str, method: str = "reml", df: str = "satterthwaite", information: str = "observed") -> LmmFit:
    """Fit a model of the case."""
    data, response, fixed, random, subject, correlated = MODELS[name]
    return fit_lmm(
        data(), response, fixed, random, subject, correlated=correlated, method=method, df=df, information=information
    )


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name in MODELS:
        for method in ("reml", "ml"):
            yield from _optimum(name, method)
        yield from table_comparisons(
            f"{name}, reml, satterthwaite",
            LMERTEST,
            FITS[name]["satterthwaite"],
            lambda name=name: fit(name).coefficients,
        )
        yield from _expected_information(name)
        yield from _random_effects(name)
    reference = pd.DataFrame({"estimate": FITS["btheb_ris"]["fixef_ml"], "se": FITS["btheb_ris"]["se_ml"]})
    found = partial(fit, "btheb_ris", "ml", "asymptotic")
    yield from table_comparisons(
        "btheb_ris, ml", LME4, reference.reset_index(names="term"), lambda: found().coefficients
    )


def _optimum(name: str, method: str) -> Iterator[Comparison]:
    reference, found = FITS[name], partial(fit, name, method)
    for theirs, ours, tolerance in (
        ("logLik", "log_likelihood", LOG_LIKELIHOOD),
        ("AIC", "aic", INFORMATION_CRITERION),
        ("BIC", "bic", INFORMATION_CRITERION),
    ):
        yield Comparison(
            f"{name}, {method}: {ours}", LME4, reference[f"{method}_{theirs}"],
            lambda ours=ours: getattr(found(), ours), tolerance,
        )  # fmt: skip
    yield Comparison(
        f"{name}, {method}: boundary", LME4, reference["singular"], lambda: found().optimum.boundary, COUNT
    )
    rows = reference[f"varcomp_{method}"]["table"]
    variances = [row["vcov"] for row in rows if row["grp"] != "Residual" and row["var2"] is None]
    yield Comparison(
        f"{name}, {method}: random variances", LME4, variances,
        lambda: np.diag(found().random_covariance), STANDARD_ERROR,
    )  # fmt: skip
    yield Comparison(
        f"{name}, {method}: residual variance",
        LME4,
        rows[-1]["vcov"],
        lambda: found().residual_variance,
        STANDARD_ERROR,
    )


def _expected_information(name: str) -> Iterator[Comparison]:
    found = partial(fit, name, "reml", "kenward-roger-linear", "expected")
    what = f"{name}, reml, kenward-roger-linear, expected information"
    yield from table_comparisons(what, PBKRTEST, FITS[name]["kenward_roger"], lambda: found().coefficients)
    yield matrix_comparison(f"{what}: covariance", PBKRTEST, FITS[name]["vcov_kr"]["values"], lambda: found().vcov)


def _random_effects(name: str) -> Iterator[Comparison]:
    for reference in FITS[name]["blups"]:
        what = f"{name}, reml, subject {reference['subject']}"
        yield Comparison(
            f"{what}: random effects", LME4, list(reference["values"].values()),
            partial(_of_subject, name, "random_effects", reference["subject"]), PREDICTION,
            scale=_deviations(name), names=list(reference["values"]),
        )  # fmt: skip
        conditional = reference["cond_var"]
        blocks = conditional.values() if isinstance(conditional, dict) else [conditional]
        variance = np.concatenate([np.diag(np.array(block)) for block in blocks])
        yield Comparison(
            f"{what}: prediction variances", LME4, variance,
            lambda reference=reference: _of_subject(name, "random_effects_std_error", reference["subject"]) ** 2,
            VARIANCE, names=list(reference["values"]),
        )  # fmt: skip


def _of_subject(name: str, attribute: str, subject: str) -> np.ndarray:
    table = getattr(fit(name), attribute)
    return table.loc[type(table.index[0])(subject)].to_numpy()


def _deviations(name: str) -> list[float]:
    rows = FITS[name]["varcomp_reml"]["table"]
    return [row["sdcor"] for row in rows if row["grp"] != "Residual" and row["var2"] is None]
