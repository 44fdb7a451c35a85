"""A decay time that is estimated: its profile, and the model with a column for its last step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array
from postinfusion.analyses.lmm import LmmFit
from postinfusion.analyses.time_bases import DECAY
from postinfusion.ard.build import Row, rows
from postinfusion.core.decay import RateProfile, profile_rate

RATE = "RATE"
GRID_DAYS = np.geomspace(2.0, 60.0, 25)
TERM = "decay-time"
PROFILE = "decay-profile"
DAYS_UNIT = "d"


@dataclass(frozen=True)
class EstimatedRate:
    """An estimated decay time with what the rows of means need to account for it.

    Attributes
    ----------
    profile
        The profile likelihood.
    coefficients
        Of the model at the estimate, without the column of the rate, by name; those that are aliased are zero.
    """

    profile: RateProfile
    coefficients: pd.Series[float]

    @property
    def tau(self) -> float:
        """The estimate in days."""
        return self.profile.estimate


def profile_of(fit_at: Callable[[float], LmmFit], *, confidence: float) -> RateProfile:
    """Follow the likelihood along the decay time.

    Parameters
    ----------
    fit_at
        Gives the fit by maximum likelihood at a decay time in days.
    confidence
        Coverage of the interval.

    Raises
    ------
    ModelError
        The model could not be fitted at one of the decay times.
    """
    return profile_rate(lambda tau: fit_at(tau).log_likelihood, GRID_DAYS, confidence=confidence)


def coefficients_of(fit: LmmFit) -> pd.Series[float]:
    """Give the coefficients of all columns of the design by name; aliased ones are zero."""
    beta = np.zeros(len(fit.design.names))
    beta[fit.inference.basis.kept] = fit.inference.coefficients()
    return pd.Series(beta, index=fit.design.names)


def rate_column(fit: LmmFit, frame: pd.DataFrame, slope: Array) -> Array:
    """Give the derivative of the mean of each row in log tau: the mean is linear in the column of the decay.

    Parameters
    ----------
    fit
        The model at the estimated decay time.
    frame
        The analysed rows.
    slope
        Shape (n,): derivative of the column of the decay in log tau.
    """
    more, none = (fit.design.matrix(frame.assign(**{DECAY: value})) for value in (1.0, 0.0))
    return np.asarray((more - none) @ coefficients_of(fit).to_numpy()) * slope


def rate_rows(profile: RateProfile) -> list[Row]:
    """Give the decay time with its profile-likelihood interval, and the profile itself.

    A limit beyond the grid is the end of the grid, with ``beyond the grid`` as its text; a decay time that the data do
    not tell has the reason in ``error``, and the interval beside it.
    """
    found = {"estimate": profile.estimate, "conf_low": profile.low, "conf_high": profile.high}
    beyond = {"conf_low": profile.reaches_below, "conf_high": profile.reaches_above}
    result = [
        row | ({"stat_text": "beyond the grid"} if beyond.get(str(row["stat_name"])) else {})
        for row in rows(found, term=TERM, unit=DAYS_UNIT)
    ]
    if profile.problem:
        result[0] |= {"stat": float("nan"), "error": profile.problem}
    steps = zip(profile.tau, profile.log_likelihood, strict=True)
    ends = {"grid_from": profile.tau[0], "grid_until": profile.tau[-1], "n_points": len(profile.tau)}
    return [
        *result,
        *rows(ends, term=TERM, unit=DAYS_UNIT),
        *(row for tau, value in steps for row in rows({"log_likelihood": value}, term=PROFILE, level=f"{tau:.4g}")),
    ]
