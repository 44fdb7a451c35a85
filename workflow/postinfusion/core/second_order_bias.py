"""Bias of a log rate or log rate ratio to second order, estimated without a model of how events of one depend.

The logarithm of a rate of few events is on average below that of its expectation. With w_i the weight of participant i
in the estimating equations and beta(w) their root, the bias is estimated by

    1/2 sum over groups s of n_s^-2 sum over j in s of d^2 beta(1 + e v_j) / de^2 at e = 0,    v_j = n_s e_j - 1_s,

the nonparametric delta method for samples of n_s participants: the infinitesimal form of the jackknife's correction,
finite wherever beta is. Of one group with Poisson equations it is minus half the squared standard error of the log
rate.

References
----------
Efron (1982), The Jackknife, the Bootstrap and Other Resampling Plans, ch. 6. Davison & Hinkley (1997), Bootstrap
Methods and their Application, 2.7 and 3.2.1 (several samples). Kosmidis & Lunardon (2024), J. Royal Statistical Society
B 86, 62-89 (estimating functions).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from postinfusion.core.negative_binomial import NegativeBinomial
from postinfusion.core.recurrent_events import Followed

Array = NDArray[np.float64]


def bias_of_negative_binomial(
    fit: NegativeBinomial, counts: ArrayLike, exposure: ArrayLike, covariates: ArrayLike, group: ArrayLike
) -> Array:
    """Estimate the bias of the coefficients of a negative binomial model, (p,).

    Parameters
    ----------
    fit
        The model fitted to these data; its theta is held.
    counts, exposure, covariates
        y_i, T_i and X, (n,), (n,) and (n, p), as they were fitted.
    group
        Group (arm) of each participant, (n,): participants are drawn within these.

    Notes
    -----
    With U = sum psi_i, psi_i = x_i (y_i - mu_i) / (1 + mu_i / theta), J = -dU / dbeta and Psi_s the sum of psi over
    group s, beta'_j = J^-1 (n_s psi_j - Psi_s), which sum to 0 over a group, and
    beta''_j = J^-1 [2 (n_s dpsi_j - dPsi_s) beta'_j + U''(beta'_j, beta'_j)]. theta is orthogonal to beta, so that its
    own error has no part in the bias to this order.
    """
    y, t = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (counts, exposure))
    x = np.asarray(covariates, dtype=np.float64).reshape(y.size, -1)
    mu = t * np.exp(x @ fit.coefficients)
    scale, more = 1 + mu / fit.theta, 1 + y / fit.theta
    psi = x * ((y - mu) / scale)[:, None]
    slope = -mu * more / scale**2
    curve = slope * (1 - mu / fit.theta) / scale
    bread = np.linalg.inv(-(x * slope[:, None]).T @ x)
    spread, crossed = np.zeros_like(bread), np.zeros(x.shape[1])
    for members in _members(group):
        n = members.size
        moved = (n * psi[members] - psi[members].sum(axis=0)) @ bread
        spread += moved.T @ moved / n**2
        crossed += x[members].T @ (slope[members] * np.einsum("ij,ij->i", x[members], moved)) / n
    curved = x.T @ (curve * np.einsum("ij,jk,ik->i", x, spread, x))
    return np.asarray(bread @ (crossed + curved / 2), dtype=np.float64)


def bias_of_proportional_rates(log_ratio: float, followed: Followed, treated: ArrayLike) -> float:
    """Estimate the bias of Andersen and Gill's log ratio of the rates of two groups.

    Parameters
    ----------
    log_ratio
        The estimate from these data.
    followed
        Follow-up and events.
    treated
        Whether each participant is of the group whose rate is the numerator, (n,).

    Notes
    -----
    U = sum over t of a - (a + b) p with a and b the weighted events of both groups at t, logit p = beta + log n_1 -
    log n_0, and n_1, n_0 those at risk. Along v_j of the treated a' = n_s dN_j - a, logit p' = n_s Y_j / n_1 - 1 and
    logit p'' = -(logit p')^2; of the others a' = 0, b' = n_s dN_j - b, and signs change. Then beta' = -U_e / U_b and
    beta'' = -(U_ee + 2 U_be beta' + U_bb beta'^2) / U_b.
    """
    is_treated = np.asarray(treated, dtype=bool)
    present, counts = followed.at(np.unique(followed.time))
    at_risk = [present[is_treated == one].sum(axis=0) for one in (True, False)]
    events = [counts[is_treated == one].sum(axis=0) for one in (True, False)]
    odds = np.exp(log_ratio) * at_risk[0]
    p = odds / (odds + at_risk[1])
    first, second = p * (1 - p), p * (1 - p) * (1 - 2 * p)
    total = events[0] + events[1]
    slope, curve = -(total @ first), -(total @ second)
    bias = 0.0
    for place, sign in enumerate((1.0, -1.0)):
        members = is_treated == (place == 0)
        n = int(members.sum())
        more = n * counts[members] - events[place]
        # Where nobody of a group is at risk p is 0 or 1, and its derivatives are 0.
        tilt = sign * (n * present[members] / np.maximum(at_risk[place], 1.0) - 1)
        bent = second * tilt**2 - sign * first * tilt**2
        along = (more * (place == 0) - more * p - total * first * tilt).sum(axis=1)
        twice = (-2 * more * first * tilt - total * bent).sum(axis=1)
        mixed = (-more * first - total * second * tilt).sum(axis=1)
        moved = -along / slope
        bias -= float((twice + 2 * mixed * moved + curve * moved**2).sum()) / slope / (2 * n**2)
    return bias


def _members(group: ArrayLike) -> list[NDArray[np.intp]]:
    """Give the positions of the participants of each group."""
    names = np.asarray(group)
    return [np.flatnonzero(names == name) for name in np.unique(names)]
