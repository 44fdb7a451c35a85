"""Recurrent events: the mean number of events per participant over time, and the ratio of rates between participants.

Notation: participant i is followed from 0 to C_i and has events at times within; dN_i(t) counts those at t,
Y_i(t) = 1 while C_i >= t, Y = sum Y_i, dN = sum dN_i. S is the Kaplan-Meier curve of death, dH its increments d / Y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from postinfusion.core.kaplan_meier import RiskTable, checked_times
from postinfusion.errors import ModelError

Array = NDArray[np.float64]

_MOST_STEPS = 60
_DECREMENT = 1e-18
_RUN_AWAY = 15.0
_SINGULAR = 1e-12


@dataclass(frozen=True)
class Followed:
    """Events of participants who are followed from 0 on.

    Attributes
    ----------
    end
        C_i, (n,), 0 or more.
    subject
        The participant of each event, as a position in ``end``, (k,).
    time
        Time of each event, (k,), at most the C_i of its participant.
    died
        Whether follow-up ended by death, (n,); None: nobody's did.
    """

    end: Array
    subject: NDArray[np.intp]
    time: Array
    died: NDArray[np.bool_]

    @classmethod
    def of(cls, end: ArrayLike, subject: ArrayLike, time: ArrayLike, died: ArrayLike | None = None) -> Followed:
        """Give follow-up and events as arrays.

        Raises
        ------
        ModelError
            There is nobody, a time is negative or not finite, or an event lies after the end of follow-up.
        """
        gone = np.zeros(np.atleast_1d(np.asarray(end)).shape) if died is None else died
        ends, dead = checked_times(end, gone)
        who = np.atleast_1d(np.asarray(subject, dtype=np.intp))
        when = np.atleast_1d(np.asarray(time, dtype=np.float64))
        if who.shape != when.shape or (who.size and (who.min() < 0 or who.max() >= ends.size)):
            raise ModelError("each event needs a time and one of the participants. Give both.")
        if not (np.isfinite(when).all() and (when >= 0).all() and (when <= ends[who]).all()):
            raise ModelError(
                "an event lies before 0 or after the end of follow-up. Leave it out, or follow for longer."
            )
        return cls(ends, who, when, dead > 0)

    def at(self, times: Array) -> tuple[Array, Array]:
        """Give Y_i and dN_i at each of some times, which hold those of all events, both (n, T)."""
        counts = np.zeros((self.end.size, times.size))
        np.add.at(counts, (self.subject, np.searchsorted(times, self.time)), 1.0)
        return (self.end[:, None] >= times).astype(np.float64), counts


@dataclass(frozen=True)
class MeanCumulative(RiskTable):
    """The mean cumulative function: the expected number of events of a participant up to each time.

    Attributes
    ----------
    times
        Distinct times of events and of ends of follow-up, ascending, (T,).
    at_risk, events, censored
        Participants at risk just before, events at, and follow-ups that end at each time other than by death, (T,).
    estimate, std_error
        mu(t_j) and its robust standard error, (T,).
    """

    estimate: Array
    std_error: Array

    def at(self, times: ArrayLike) -> tuple[Array, Array]:
        """Give mu and its standard error at any times: NaN after the longest follow-up."""
        asked = np.atleast_1d(np.asarray(times, dtype=np.float64))
        place = np.searchsorted(self.times, asked, side="right")
        return (
            np.where(asked > self.last, np.nan, np.concatenate([[0.0], self.estimate])[place]),
            np.where(asked > self.last, np.nan, np.concatenate([[0.0], self.std_error])[place]),
        )


def mean_cumulative_function(followed: Followed) -> MeanCumulative:
    """Estimate the mean number of events per participant up to each time.

    mu(t) = sum over u <= t of S(u-) dN(u) / Y(u); without deaths S is 1 and mu the Nelson-Aalen estimate. A participant
    who has died has no more events and stays among those over whom the mean is taken; one whose follow-up ended
    otherwise counts as those who are still followed.

    Notes
    -----
    The standard error is the root of the sum of squared influences, psi_i(t) = sum over u <= t of
    S(u-) (dN_i - Y_i dN / Y) / Y + phi_i(u-) dN / Y with the influence phi_i on S. It holds whatever the dependence
    between events of one participant. At a tie events come before deaths, and both before other ends of follow-up.

    References
    ----------
    Nelson (1995), Technometrics 37, 147-157. Lawless & Nadeau (1995), Technometrics 37, 158-168 (robust
    variance). Ghosh & Lin (2000), Biometrics 56, 554-562 (death).
    """
    times = np.unique(np.concatenate([followed.time, followed.end]))
    present, counts = followed.at(times)
    dead = np.where(followed.died[:, None], (followed.end[:, None] == times), 0.0)
    at_risk = present.sum(axis=0)
    rate, hazard = counts.sum(axis=0) / at_risk, dead.sum(axis=0) / at_risk
    alive, on_alive = 1.0, np.zeros(followed.end.size)
    on_mean = np.zeros(followed.end.size)
    error = np.empty(times.size)
    before = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    for step in range(times.size):
        on_rate = (counts[:, step] - present[:, step] * rate[step]) / at_risk[step]
        on_hazard = (dead[:, step] - present[:, step] * hazard[step]) / at_risk[step]
        on_mean = on_mean + alive * on_rate + on_alive * rate[step]
        on_alive = on_alive * (1 - hazard[step]) - alive * on_hazard
        alive *= 1 - hazard[step]
        error[step] = np.sqrt(on_mean @ on_mean)
    left = (followed.end[:, None] == times).sum(axis=0) - dead.sum(axis=0)
    return MeanCumulative(times, at_risk, counts.sum(axis=0), left, np.cumsum(before * rate), error)


def log_limits(estimate: ArrayLike, std_error: ArrayLike, *, confidence: float) -> tuple[Array, Array]:
    """Give limits of a mean number that are symmetric on the log scale; NaN where the estimate is 0.

    Parameters
    ----------
    estimate, std_error
        The number, 0 or more, and its standard error, of one shape.
    confidence
        Level of the interval.
    """
    mean, error = (np.asarray(values, dtype=np.float64) for values in (estimate, std_error))
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.exp(float(ndtri((1 + confidence) / 2)) * error / mean)
        return np.where(mean > 0, mean / width, np.nan), np.where(mean > 0, mean * width, np.nan)


@dataclass(frozen=True)
class ProportionalRates:
    """A fitted model of proportional rates.

    Attributes
    ----------
    coefficients
        Log rate ratios, (p,).
    covariance
        Robust covariance, (p, p): participants are independent, events of one are not.
    model_covariance
        Inverse of the information, (p, p): true where events of a participant are those of a Poisson process.
    n, events
        Participants and events.
    """

    coefficients: Array
    covariance: Array
    model_covariance: Array
    n: int
    events: int

    @property
    def std_errors(self) -> Array:
        """Robust standard errors of the coefficients, (p,)."""
        return np.sqrt(np.diag(self.covariance))


def andersen_gill(followed: Followed, covariates: ArrayLike) -> ProportionalRates:
    """Fit proportional rates of recurrent events, E dN_i(t) = Y_i(t) exp(x_i'beta) dmu_0(t), with robust errors.

    Parameters
    ----------
    followed
        Follow-up and events.
    covariates
        x_i, (n, p), the same at all times.

    Raises
    ------
    ModelError
        There is no event, a column is constant, or a ratio runs away to 0 or infinity.

    Notes
    -----
    Ties are Breslow's: they alone are an estimating equation of the rates, in which a participant can have two events
    at one time. The robust covariance is I^-1 (sum U_i U_i') I^-1 with
    U_i = sum over t of (x_i - xbar(t)) (dN_i - Y_i exp(x_i'beta) dN / S0), that of R's coxph(..., cluster) with
    ties = "breslow".
    Follow-up that ends by death counts as any other end: the ratio is that of rates among the living.

    References
    ----------
    Andersen & Gill (1982), Annals of Statistics 10, 1100-1120. Lin, Wei, Yang & Ying (2000), J. Royal Statistical
    Society B 62, 711-730 (robust covariance).
    """
    x = np.asarray(covariates, dtype=np.float64).reshape(followed.end.size, -1)
    if followed.time.size == 0:
        raise ModelError("no event happened: there is no rate to compare")
    if (np.ptp(x, axis=0) == 0).any():
        raise ModelError("a column of the model is constant: it tells no participants apart")
    present, counts = followed.at(np.unique(followed.time))
    centred = x - x.mean(axis=0)
    beta = _solved(centred, present, counts)
    _, information, each = _equations(beta, centred, present, counts)
    bread = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return ProportionalRates(beta, bread @ (each.T @ each) @ bread, bread, followed.end.size, followed.time.size)


def _equations(beta: Array, x: Array, present: Array, counts: Array) -> tuple[Array, Array, Array]:
    """Give the score, the information, and the part of each participant in the score."""
    weight = np.exp(x @ beta)
    total = counts.sum(axis=0)
    weighted = present * weight[:, None]
    s0 = weighted.sum(axis=0)
    mean = (weighted.T @ x) / s0[:, None]
    residual = counts - weighted * (total / s0)
    each = residual.sum(axis=1)[:, None] * x - residual @ mean
    second = np.einsum("it,ia,ib,t->ab", weighted, x, x, total / s0, optimize=True)
    return each.sum(axis=0), second - (mean * total[:, None]).T @ mean, each


def _solved(x: Array, present: Array, counts: Array) -> Array:
    """Solve the equations by Newton's method; steps are cut where they would leave what data can tell."""
    beta = np.zeros(x.shape[1])
    spread = x.std(axis=0)
    for _ in range(_MOST_STEPS):
        score, information, _ = _equations(beta, x, present, counts)
        scaled = information / np.outer(spread, spread)
        if np.linalg.eigvalsh(scaled)[0] <= _SINGULAR * max(1.0, float(np.trace(scaled))):
            break
        move = np.linalg.solve(information, score)
        if score @ move < _DECREMENT:
            return beta
        beta = beta + move * min(1.0, 1.0 / float(np.abs(move * spread).max()))
        if np.abs(beta * spread).max() > _RUN_AWAY:
            break
    raise ModelError("a rate ratio runs away to 0 or infinity: a group has no event, or columns repeat each other")
