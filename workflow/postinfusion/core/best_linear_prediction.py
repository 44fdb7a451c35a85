"""Best linear unbiased predictions from what was observed of a group, with the variance of their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class Observed:
    """The analysed rows of one group.

    Attributes
    ----------
    K
        Shape (o, p): design in the basis of the inference.
    residual
        Shape (o,): y - K beta.
    V
        Shape (o, o): covariance of y.
    """

    K: Array
    residual: Array
    V: Array


def best_linear_prediction(K: Array, prior: Array, c: Array, observed: Observed, V_beta: Array) -> tuple[Array, Array]:
    """Give what the observed rows add to K beta, and the variance of the error of the prediction; shape (m,) each.

    The prediction is ``k'beta + c'V^-1 (y - K_o beta)``, the variance of its error ``prior - c'V^-1 c + d'V_beta d``
    with ``d = k - K_o'V^-1 c``: the estimation of beta is counted, that of the covariance is not.

    Parameters
    ----------
    K
        Shape (m, p): design of the rows to predict, in the basis of the inference.
    prior
        Shape (m,): variance of what is predicted beside k'beta.
    c
        Shape (m, o): its covariance with the observed rows; o may be 0.
    observed
        The analysed rows of the group.
    V_beta
        Shape (p, p): covariance in use of beta.

    References
    ----------
    Henderson (1975), Biometrics 31, 423-447; Harville (1976), Ann. Stat. 4, 384-395; Robinson (1991), Stat. Sci. 6,
    15-51.
    """
    pull = np.linalg.solve(observed.V, c.T).T
    d = K - pull @ observed.K
    variance = prior - (c * pull).sum(axis=1) + np.einsum("mi,ij,mj->m", d, V_beta, d, optimize=True)
    return pull @ observed.residual, variance
