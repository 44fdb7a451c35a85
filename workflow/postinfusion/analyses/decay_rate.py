"""A decay time that is estimated: its profile, and the model with a column for its last step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import chdtri

from postinfusion.analyses.design import Array
from postinfusion.analyses.lmm import LmmFit
from postinfusion.analyses.time_bases import DECAY
from postinfusion.ard.build import Row, rows
from postinfusion.core.contrasts import t_quantile
from postinfusion.core.decay import Drop, RateProfile, profile_rate
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.mixed_model import MixedModelFit, fit_mixed_model
from postinfusion.core.rate_calibration import RateModel, bootstrap_drops
from postinfusion.errors import ModelError

RATE = "RATE"
GRID_DAYS = np.geomspace(2.0, 60.0, 25)
# The bootstrap looks so many standard errors of log tau around the estimate, within the grid, at so many points.
REACH, POINTS = 8.0, 25
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


@dataclass(frozen=True)
class RateSearch:
    """A model whose design depends on a decay time.

    Attributes
    ----------
    fit
        Of the model at any decay time, by REML.
    rows
        The rows that it analysed.
    correlated
        Whether its random effects correlate.
    decay
        Gives, of a decay time in days, the column of the decay in the analysed rows and its derivative in log tau.
    """

    fit: LmmFit
    rows: pd.DataFrame
    correlated: bool
    decay: Callable[[float], tuple[Array, Array]]

    def profile(self, *, confidence: float) -> RateProfile:
        """Follow the likelihood along the decay time, with drops calibrated by parametric bootstrap.

        Raises
        ------
        ModelError
            The model could not be fitted at one of the decay times.
        """
        without, per_unit = self._designs()

        def log_likelihood(tau: float) -> float:
            X = without + self.decay(tau)[0][:, None] * per_unit  # noqa: N806 - the letter of the notation table
            return self._fitted(X, method="ml").log_likelihood

        return profile_rate(
            log_likelihood, GRID_DAYS, calibrated=lambda tau: self._drop(tau, confidence), confidence=confidence
        )

    def _drop(self, tau: float, confidence: float) -> Drop:
        """Give by how much twice the log-likelihood may fall at each decay time, the estimate being this one.

        The bootstrap takes the variances as known. That maximum likelihood makes them too small, and that they are
        estimated, multiplies its quantiles by the ratio of the variances of log tau by REML and by maximum likelihood,
        and by that of F(1, df) to chi-square, df being Satterthwaite's of log tau.
        """
        without, per_unit = self._designs()
        value, slope = self.decay(tau)
        X = without + value[:, None] * per_unit  # noqa: N806 - the letter of the notation table
        plain = self._fitted(X)
        beta = np.zeros(X.shape[1])
        beta[plain.inference.basis.kept] = plain.inference.coefficients()
        extended = np.column_stack([X, per_unit @ beta * slope])
        reml, ml = self._fitted(extended, df_method="satterthwaite"), self._fitted(extended, method="ml")
        L = np.eye(extended.shape[1])[-1:]  # noqa: N806 - the letter of the notation table
        variance, of_ml = (_variance_of_last(fit, L) for fit in (reml, ml))
        df = float(reml.inference.degrees_of_freedom(L)[0])
        chi_square = float(chdtri(1, 1 - confidence))
        factor = variance / of_ml * float(t_quantile((1 + confidence) / 2, df)) ** 2 / chi_square
        ends = np.log(GRID_DAYS[[0, -1]])
        reach = np.log(tau) + REACH * np.sqrt(variance) * np.array([-1.0, 1.0])
        low, high = np.clip(reach, *ends).tolist()
        points = np.linspace(low, high, POINTS)
        data = plain.data
        model = RateModel(without, per_unit, data.U[0], data.group[0], data.y, plain.levels[0].G, plain.residual.sigma2)
        decays = np.stack([self.decay(float(np.exp(point)))[0] for point in points])
        drops = factor * bootstrap_drops(model, decays, confidence=confidence)
        return lambda at: float(np.interp(np.log(at), points, drops))

    def _designs(self) -> tuple[Array, Array]:
        """Give the design without decay, and what a unit of the decay adds: the mean is linear in its column."""
        none, one = (self.fit.design.matrix(self.rows.assign(**{DECAY: value})) for value in (0.0, 1.0))
        return none, one - none

    def _fitted(self, X: Array, *, method: Method = "reml", df_method: DfMethod = "asymptotic") -> MixedModelFit:  # noqa: N803
        """Fit the model with another design of the fixed effects."""
        return fit_mixed_model(
            replace(self.fit.core.data, X=X), correlated=self.correlated, method=method, df_method=df_method
        )


def _variance_of_last(fit: MixedModelFit, L: Array) -> float:  # noqa: N803
    """Give the variance of the coefficient of the last column.

    Raises
    ------
    ModelError
        It cannot be estimated, since nothing decays.
    """
    if not fit.inference.basis.is_estimable(L)[0]:
        raise ModelError("nothing decays in the fitted means, so the data do not tell how fast")
    inner = fit.inference.in_basis(L)
    return float((inner @ fit.inference.V @ inner.T)[0, 0])


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
    """Give the decay time with the interval of its calibrated profile likelihood, and the profile itself.

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
