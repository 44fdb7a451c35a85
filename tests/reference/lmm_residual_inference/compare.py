"""Degrees of freedom and adjusted covariance beside autocorrelated residuals, from their dense definitions.

nlme gives containment df for these models, glmmTMB none, and lmerTest and pbkrtest know no residual correlation.
The program takes numerical derivatives of the criterion and of V in another parametrisation than ours: Satterthwaite's
df and the linear Kenward-Roger covariance do not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import Comparison, matrix_comparison, table_comparisons
from reference.lmm_residual_structures.compare import MODELS, data
from reference.reference_cases import numbers

FITS = numbers("lmm_residual_inference")["fits"]
SATTERTHWAITE = "R numDeriv 2016.8-1.1, dense definition of Satterthwaite's df"
KENWARD_ROGER = "R numDeriv 2016.8-1.1, dense definition of the linear Kenward-Roger covariance"


@cache
def fit(name: str, df: str) -> LmmFit:
    """Fit a model of the case."""
    response, fixed, random, subject, options = MODELS[name]
    return fit_lmm(data(name), response, fixed, random, subject, df=df, **options)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        plain, adjusted = partial(fit, name, "satterthwaite"), partial(fit, name, "kenward-roger-linear")
        yield from table_comparisons(
            f"{name}, satterthwaite", SATTERTHWAITE, reference["table"], lambda plain=plain: plain().coefficients
        )
        yield from table_comparisons(
            f"{name}, kenward-roger-linear", KENWARD_ROGER, reference["adjusted"],
            lambda adjusted=adjusted: adjusted().coefficients,
        )  # fmt: skip
        yield matrix_comparison(
            f"{name}, kenward-roger-linear: covariance", KENWARD_ROGER, reference["vcov"],
            lambda adjusted=adjusted: adjusted().vcov,
        )  # fmt: skip
