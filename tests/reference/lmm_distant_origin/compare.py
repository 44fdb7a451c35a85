"""Time counted from a distant origin: what lme4 and its friends say of centred time, moved to ``Days + 2020``.

Our models are fitted to ``Days + 2020`` itself. Contrasts, fitted values and log-likelihood do not depend on the
origin; the covariance of the random effects moves by a known formula (see the program).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import (
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    VARIANCE,
    Comparison,
    Tolerance,
    matrix_comparison,
    table_comparisons,
)
from reference.reference_cases import numbers, sleepstudy

CASE = numbers("lmm_distant_origin")
LME4 = "R lme4 1.1-31, centred time"
LMERTEST = "R lmerTest 3.1-3, ddf = Satterthwaite, centred time"
PBKRTEST = "R pbkrtest 0.5.2, expected information, centred time"
ORIGIN = 2020.0
L = np.array([[1.0, ORIGIN], [1.0, ORIGIN + 4.5], [1.0, ORIGIN + 9.0], [0.0, 1.0]])
NAMES = ["mean at day 0", "mean at day 4.5", "mean at day 9", "slope"]
PREDICTION = Tolerance(STANDARD_ERROR.size, "of the standard deviation of the random effect, as of a standard error")


@cache
def fit(method: str = "reml", df: str = "satterthwaite", information: str = "observed") -> LmmFit:
    """Fit the model to time that is counted from the distant origin."""
    frame = sleepstudy()
    frame = frame.assign(time=frame["Days"] + ORIGIN)
    return fit_lmm(frame, "Reaction", "time", "1 + time", "Subject", method=method, df=df, information=information)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for method in ("reml", "ml"):
        reference, found = CASE[method], partial(fit, method)
        deviations = np.sqrt(np.diag(np.array(reference["G"])))
        yield Comparison(
            f"{method}: log_likelihood", LME4, reference["logLik"],
            lambda found=found: found().log_likelihood, LOG_LIKELIHOOD,
        )  # fmt: skip
        yield matrix_comparison(
            f"{method}: random_covariance", LME4, reference["G"], lambda found=found: found().random_covariance
        )
        yield Comparison(
            f"{method}: residual_variance", LME4, reference["sigma2"],
            lambda found=found: found().residual_variance, VARIANCE,
        )  # fmt: skip
        for column, key in enumerate(("levels", "slopes")):
            yield Comparison(
                f"{method}: random effects, {key}", LME4, reference[key],
                lambda found=found, column=column: found().random_effects.iloc[:, column], PREDICTION,
                scale=deviations[column],
            )  # fmt: skip
        sigma = float(np.sqrt(reference["sigma2"]))
        yield Comparison(
            f"{method}: fitted values", LME4, reference["fitted"],
            lambda found=found: (sleepstudy()["Reaction"] - found().residuals(by_subject=True)).iloc[::17], PREDICTION,
            scale=sigma,
        )  # fmt: skip
    for df, information, program, key in (
        ("satterthwaite", "observed", LMERTEST, "satterthwaite"),
        ("kenward-roger-linear", "expected", PBKRTEST, "kenward_roger"),
    ):
        found = partial(fit, "reml", df, information)
        yield from table_comparisons(
            f"reml, {df}", program, CASE[key], lambda found=found: found().linear(L), names=NAMES
        )
