"""A covariance of its own for each arm, against dense formulas and glmmTMB.

glmmTMB is matched under ML only: its restricted log-likelihood is 1e-4 low here. Its standard errors invert the joint
Hessian of beta and theta, which are correlated when data are missing; ours, as everybody else's, hold theta fixed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import ESTIMATE, LOG_LIKELIHOOD, VARIANCE, Comparison, matrix_comparison
from reference.mmrm_dense import DENSE, dense_comparisons
from reference.reference_cases import beat_the_blues, numbers

FITS = numbers("mmrm_groups")["fits"]
GLMMTMB = "R glmmTMB 1.1.5, us by indicators of the arm, ML"


@cache
def fit(covariance: str, method: str, df: str) -> MmrmFit:
    """Fit the model of the case."""
    fixed = "bdi_pre + drug + treatment * month"
    return fit_mmrm(
        beat_the_blues(), "bdi", fixed, "subject", "month", group="treatment", covariance=covariance, method=method,
        df=df,
    )  # fmt: skip


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for key, reference in FITS.items():
        found = partial(fit, *key.split())
        yield from dense_comparisons(key, reference, found)
        for arm, Sigma in reference.get("Sigma", {}).items():
            yield matrix_comparison(
                f"{key}: Sigma of {arm}", DENSE, Sigma,
                lambda found=found, arm=arm: found(df="satterthwaite").covariance[arm], VARIANCE,
            )  # fmt: skip
    theirs, ours = FITS["us ml"]["glmmTMB"], partial(fit, "us", "ml", "satterthwaite")
    yield Comparison(
        "us ml, glmmTMB: log_likelihood", GLMMTMB, theirs["logLik"], lambda: ours().log_likelihood, LOG_LIKELIHOOD
    )
    rows = theirs["coefficients"]
    yield Comparison(
        "us ml, glmmTMB: estimate", GLMMTMB, [row["estimate"] for row in rows], lambda: ours().coefficients["estimate"],
        ESTIMATE, [row["se"] for row in rows], [row["term"] for row in rows],
    )  # fmt: skip
