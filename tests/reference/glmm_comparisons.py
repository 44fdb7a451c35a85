"""What the cases of generalised linear mixed models compare with glmmTMB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.glmm import GlmmFit
from reference.comparisons import (
    ESTIMATE,
    INFORMATION_CRITERION,
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    Comparison,
    table_comparisons,
)


def glmmtmb_comparisons(
    name: str, program: str, reference: Mapping[str, Any], fit: Callable[[], GlmmFit]
) -> Iterator[Comparison]:
    """Compare a fit with glmmTMB's parameters: beta, betazi, betad (log dispersion) and theta (random effects).

    Parameters
    ----------
    name, program
        Of the fit and of what made the reference.
    reference
        ``par_names par se logLik AIC BIC``.
    fit
        Gives our fit.
    """
    by_part = pd.DataFrame({key: reference[key] for key in ("par", "se")}).groupby(reference["par_names"])
    parts = {part: rows.rename(columns={"par": "estimate"}) for part, rows in by_part}
    log_likelihood = partial(_attribute, fit, "log_likelihood")
    yield Comparison(f"{name}: log_likelihood", program, reference["logLik"], log_likelihood, LOG_LIKELIHOOD)
    for criterion in ("AIC", "BIC"):
        found = partial(_attribute, fit, criterion.lower())
        yield Comparison(f"{name}: {criterion.lower()}", program, reference[criterion], found, INFORMATION_CRITERION)
    yield from table_comparisons(name, program, parts["beta"], partial(_attribute, fit, "coefficients"))
    if "betazi" in parts:
        found = partial(_attribute, fit, "zero_coefficients")
        yield from table_comparisons(f"{name}, zeros", program, parts["betazi"], found)
    if "betad" in parts:
        (row,) = parts["betad"].to_dict("records")
        dispersion = partial(_log_dispersion, fit)
        yield Comparison(f"{name}: log dispersion", program, row["estimate"], dispersion, ESTIMATE, row["se"])
        error = partial(_attribute, fit, "log_dispersion_std_error")
        yield Comparison(f"{name}: log dispersion, std_error", program, row["se"], error, STANDARD_ERROR)
    if "theta" in parts:
        theta = parts["theta"]
        found = partial(theta_of, fit, len(theta))
        yield Comparison(f"{name}: theta", program, theta["estimate"], found, ESTIMATE, theta["se"])


def theta_of(fit: Callable[[], GlmmFit], size: int) -> np.ndarray:
    """Give glmmTMB's theta: log standard deviations, then rho / sqrt(1 - rho^2) of a correlated slope."""
    G = fit().random_covariance.to_numpy()
    logs = np.log(np.diag(G)) / 2
    if size == len(G):
        return logs
    rho = G[0, 1] / np.sqrt(G[0, 0] * G[1, 1])
    return np.append(logs, rho / np.sqrt(1 - rho**2))


def _log_dispersion(fit: Callable[[], GlmmFit]) -> float:
    return float(np.log(fit().dispersion))


def _attribute(fit: Callable[[], Any], name: str) -> Any:
    return getattr(fit(), name)
