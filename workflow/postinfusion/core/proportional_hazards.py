"""Cox's model of proportional hazards: partial likelihood with Efron's ties and strata, profile limits, score checks.

Notation: h_s(t | x) = h_s0(t) exp(x'beta) in stratum s; at event time t_j with d_j events D_j and risk set R_j,
w_i = exp(x_i'beta). For l = 0, ..., d_j - 1 the denominator is the sum of w over R_j less l / d_j times that over D_j.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtri

from postinfusion.core.kaplan_meier import checked_times, kaplan_meier
from postinfusion.errors import ModelError

Array = NDArray[np.float64]

_MOST_STEPS = 60
# Half the squared Newton step in standard errors: the criterion is then within 1e-16 of its maximum.
_DECREMENT = 1e-16
# exp(15) is a hazard ratio of three million per standard deviation: no data of a trial tell it from infinity.
_RUN_AWAY = 15.0
_SINGULAR = 1e-10


@dataclass(frozen=True)
class RiskSets:
    """The data of the partial likelihood, sorted by stratum and time, columns centred and scaled.

    ``bounds`` are the rows at which a new stratum begins, ``start`` those at which the risk set of each distinct event
    time begins, which ends with its stratum; ``row`` names the event time of each event and ``fraction`` is l / d of
    Efron's denominators; ``at_event`` are the rows of participants with the event.
    """

    covariates: Array
    scale: Array
    bounds: NDArray[np.intp]
    start: NDArray[np.intp]
    at_event: NDArray[np.intp]
    row: NDArray[np.intp]
    fraction: Array
    times: Array


@dataclass(frozen=True)
class _Point:
    """The partial likelihood at one beta: its logarithm, score, information and the parts of each event."""

    log_likelihood: float
    score: Array
    information: Array
    mean: Array
    variance: Array


@dataclass(frozen=True)
class CoxFit:
    """A fitted model of proportional hazards.

    Attributes
    ----------
    coefficients
        Log hazard ratios, (p,).
    covariance
        Inverse of the observed information, (p, p).
    log_likelihood, null_log_likelihood
        Log partial likelihood at the estimate, and with all coefficients 0.
    iterations
        Newton steps.
    n, events
        Participants and events.
    risk
        The data as the partial likelihood reads them.
    """

    coefficients: Array
    covariance: Array
    log_likelihood: float
    null_log_likelihood: float
    iterations: int
    n: int
    events: int
    risk: RiskSets

    @property
    def std_errors(self) -> Array:
        """Standard errors of the coefficients, (p,)."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True)
class ProportionalityTest:
    """Score tests of proportional hazards: one for each column, and of all together."""

    statistics: Array
    p_values: Array
    global_statistic: float
    global_df: int
    global_p_value: float


def fit_cox(time: ArrayLike, event: ArrayLike, covariates: ArrayLike, strata: ArrayLike | None = None) -> CoxFit:
    """Fit proportional hazards by Newton's method, ties after Efron.

    Parameters
    ----------
    time, event
        Time to the event or to the end of observation, and whether the event happened, (n,).
    covariates
        (n, p), without a constant.
    strata
        A number for each stratum, (n,); each has a baseline hazard of its own. None for one stratum.

    Raises
    ------
    ModelError
        No event happened, the columns tell nothing apart at the event times, or a coefficient runs away because its
        column separates those with the event from all others at risk.

    References
    ----------
    Cox (1972), J. Royal Statistical Society B 34, 187-220. Efron (1977), J. American Statistical Association 72,
    557-565, section 6.
    """
    zeros = np.zeros(np.atleast_1d(np.asarray(time)).shape) if strata is None else strata
    moments, happened, strata_ = checked_times(time, event, zeros)
    columns = np.asarray(covariates, dtype=np.float64).reshape(moments.size, -1)
    if not (happened > 0).any():
        raise ModelError("no event happened: there is no hazard to compare")
    risk = _risk(moments, happened > 0, columns, strata_)
    start = np.zeros(columns.shape[1])
    null = _point(risk, start).log_likelihood
    beta, point, steps = _climb(risk, start, np.ones(start.size, dtype=bool))
    covariance = np.linalg.inv(point.information) / np.outer(risk.scale, risk.scale)
    return CoxFit(
        coefficients=beta / risk.scale,
        covariance=covariance,
        log_likelihood=point.log_likelihood,
        null_log_likelihood=null,
        iterations=steps,
        n=moments.size,
        events=int((happened > 0).sum()),
        risk=risk,
    )


def profile_limits(fit: CoxFit, column: int, *, confidence: float) -> tuple[float, float]:
    """Give the profile-likelihood limits of one coefficient: where twice the loss of log-likelihood is the quantile.

    Returns
    -------
    two numbers
        NaN for a limit that the likelihood does not have.

    References
    ----------
    Venzon & Moolgavkar (1988), Applied Statistics 37, 87-94, for the definition; here by root search.
    """
    quantile = float(ndtri((1 + confidence) / 2))
    allowed = quantile**2 / 2
    centre, unit = fit.coefficients[column], fit.std_errors[column]

    def excess(offset: float) -> float:
        return fit.log_likelihood - _profiled(fit, column, centre + offset * unit) - allowed

    low, high = (float(centre + unit * _root(excess, side * quantile)) for side in (-1.0, 1.0))
    return low, high


def likelihood_ratio_p(fit: CoxFit, column: int) -> float:
    """Give the p-value of the likelihood-ratio test that one coefficient is 0, on one degree of freedom."""
    return float(chdtrc(1, max(2 * (fit.log_likelihood - _profiled(fit, column, 0.0)), 0.0)))


def proportionality(fit: CoxFit, time: ArrayLike, event: ArrayLike) -> ProportionalityTest:
    """Test that coefficients do not change with g(t), one less the Kaplan-Meier curve of all just before t.

    The score test of the added columns x g(t) at the fitted coefficients, as R's cox.zph with ``transform = "km"``.

    Parameters
    ----------
    fit
        The fit.
    time, event
        The times and events that it was fitted to.

    References
    ----------
    Grambsch & Therneau (1994), Biometrika 81, 515-526; the score form: Therneau & Grambsch (2000), Modeling Survival
    Data, section 6.2, and the documentation of R's survival 3.
    """
    risk = fit.risk
    point = _point(risk, fit.coefficients * risk.scale)
    curve = kaplan_meier(time, event)
    weight = 1 - np.concatenate([[1.0], curve.survival])[np.searchsorted(curve.times, risk.times)][risk.row]
    weight = weight - weight.mean()
    score = weight @ (_event_rows(risk) - point.mean)
    moments = [np.einsum("r,rab->ab", weight**power, point.variance) for power in (1, 2)]
    solved = np.linalg.solve(point.information, moments[0])
    information = moments[1] - moments[0].T @ solved
    each = score**2 / np.diag(information)
    together = float(score @ np.linalg.solve(information, score))
    p = score.size
    return ProportionalityTest(each, chdtrc(1, each), together, p, float(chdtrc(p, together)))


def _risk(time: Array, event: NDArray[np.bool_], columns: Array, strata: Array) -> RiskSets:
    """Sort the data and find the risk set of each distinct event time of each stratum."""
    order = np.lexsort((~event, time, strata))
    time, event, columns, strata = time[order], event[order], columns[order], strata[order]
    scale = columns.std(axis=0)
    if (scale <= 0).any():
        raise ModelError("a column of the model is constant: it tells no participants apart")
    at_event = np.flatnonzero(event)
    pairs, row, ties = np.unique(
        np.column_stack([strata[at_event], time[at_event]]), axis=0, return_inverse=True, return_counts=True
    )
    row = row.ravel()
    end = np.searchsorted(strata, pairs[:, 0], side="right")
    first = np.searchsorted(strata, pairs[:, 0], side="left")
    start = np.array(
        [low + np.searchsorted(time[low:high], at) for low, high, at in zip(first, end, pairs[:, 1], strict=True)]
    )
    place_in_tie = np.arange(row.size) - np.concatenate([[0], np.cumsum(ties)])[row]
    return RiskSets(
        covariates=(columns - columns.mean(axis=0)) / scale,
        scale=scale,
        bounds=np.flatnonzero(np.diff(strata)) + 1,
        start=start.astype(np.intp),
        at_event=at_event,
        row=row,
        fraction=place_in_tie / ties[row],
        times=pairs[:, 1],
    )


def _event_rows(risk: RiskSets) -> Array:
    """Give the covariates of those with the event, one row per event."""
    return risk.covariates[risk.at_event]


def _point(risk: RiskSets, beta: Array) -> _Point:
    """Evaluate the log partial likelihood with its derivatives."""
    x = risk.covariates
    eta = x @ beta
    eta = eta - eta.max()
    w = np.exp(eta)
    weighted = w[:, None] * x
    products = weighted[:, :, None] * x[:, None, :]
    sums = [_risk_sums(risk, values) for values in (w, weighted, products)]
    total, first, second = (
        of_risk[risk.row] - _spread(risk.fraction, of_events[risk.row]) for of_risk, of_events in sums
    )
    mean = first / total[:, None]
    variance = second / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
    log_likelihood = float(eta[risk.at_event].sum() - np.log(total).sum())
    score = (x[risk.at_event] - mean).sum(axis=0)
    return _Point(log_likelihood, score, variance.sum(axis=0), mean, variance)


def _risk_sums(risk: RiskSets, values: Array) -> tuple[Array, Array]:
    """Give the sums of values over each risk set, and over those with the event at its time."""
    # From the end of each stratum: differences of sums from its beginning would cancel where weights differ much.
    parts = np.split(values, risk.bounds)
    at_risk = np.concatenate([np.cumsum(part[::-1], axis=0)[::-1] for part in parts])
    of_events = np.zeros((risk.times.size, *values.shape[1:]))
    np.add.at(of_events, risk.row, values[risk.at_event])
    return at_risk[risk.start], of_events


def _spread(fraction: Array, values: Array) -> Array:
    """Multiply each row of values by its fraction."""
    return values * fraction.reshape(-1, *(1,) * (values.ndim - 1))


def _climb(risk: RiskSets, beta: Array, free: NDArray[np.bool_]) -> tuple[Array, _Point, int]:
    """Maximise over the free coefficients by Newton's method with halved steps."""
    point = _point(risk, beta)
    for step in range(1, _MOST_STEPS + 1):
        information = point.information[np.ix_(free, free)]
        if information.size == 0:
            return beta, point, 0
        if np.linalg.eigvalsh(information)[0] <= _SINGULAR * max(1.0, float(np.trace(information))):
            raise ModelError("the events do not tell the columns of the model apart, or one separates them wholly")
        move = np.asarray(np.linalg.solve(information, point.score[free]), dtype=np.float64)
        if point.score[free] @ move / 2 < _DECREMENT:
            return beta, point, step
        beta, point = _moved(risk, beta, point, free, move)
        if np.abs(beta[free]).max() > _RUN_AWAY:
            break
    raise ModelError(
        "a hazard ratio runs away to 0 or infinity: its column separates those with the event from the others"
    )


def _moved(risk: RiskSets, beta: Array, point: _Point, free: NDArray[np.bool_], move: Array) -> tuple[Array, _Point]:
    """Take the longest of the halved steps that does not lose likelihood."""
    longest = float(np.abs(move).max())
    move = move * min(1.0, _RUN_AWAY / longest) if longest > 0 else move
    for halving in range(40):
        tried = beta.copy()
        tried[free] += move / 2**halving
        found = _point(risk, tried)
        if found.log_likelihood >= point.log_likelihood - 1e-13 * abs(point.log_likelihood):
            return tried, found
    return beta, point


def _profiled(fit: CoxFit, column: int, value: float) -> float:
    """Give the log partial likelihood, maximised over all other coefficients."""
    risk = fit.risk
    beta = fit.coefficients * risk.scale
    beta[column] = value * risk.scale[column]
    free = np.arange(beta.size) != column
    return _climb(risk, beta, free)[1].log_likelihood


def _root(excess: Callable[[float], float], start: float) -> float:
    """Find where the excess becomes 0, from the Wald limit outwards; NaN where it does not within ten times of it."""
    outer = start
    while excess(outer) < 0:
        outer *= 1.5
        if abs(outer) > 10 * abs(start):
            return float("nan")
    return float(brentq(excess, 0.0, outer, xtol=1e-12, rtol=1e-12))
