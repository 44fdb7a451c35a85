"""A covariance of its own for each arm is each arm fitted by itself, where the means are each arm's own too: nlme."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import ESTIMATE, LOG_LIKELIHOOD, STANDARD_ERROR, VARIANCE, Comparison, matrix_comparison
from reference.reference_cases import beat_the_blues, numbers

FITS = numbers("mmrm_groups_apart")["fits"]
NLME = "R nlme 3.1-162, gls, tight control, each arm by itself"


@cache
def fit(covariance: str, method: str) -> MmrmFit:
    """Fit both arms at once."""
    return fit_mmrm(
        beat_the_blues(), "bdi", "treatment * month", "subject", "month", group="treatment", covariance=covariance,
        method=method, df="satterthwaite",
    )  # fmt: skip


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for key, reference in FITS.items():
        found, rows = partial(fit, *key.split()), reference["coefficients"]
        terms, errors = [row["term"] for row in rows], [row["se"] for row in rows]
        yield Comparison(
            f"{key}: log_likelihood", NLME, reference["logLik"], lambda found=found: found().log_likelihood,
            LOG_LIKELIHOOD,
        )  # fmt: skip
        yield Comparison(
            f"{key}: estimate", NLME, [row["estimate"] for row in rows],
            lambda found=found: found().coefficients["estimate"], ESTIMATE, errors, terms,
        )  # fmt: skip
        yield Comparison(
            f"{key}: std_error", NLME, errors, lambda found=found: found().coefficients["std_error"], STANDARD_ERROR,
            names=terms,
        )  # fmt: skip
        for arm, Sigma in reference["Sigma"].items():
            yield matrix_comparison(
                f"{key}: Sigma of {arm}", NLME, Sigma, lambda found=found, arm=arm: found().covariance[arm], VARIANCE
            )
