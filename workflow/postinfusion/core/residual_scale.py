"""Units of the residual parameters: columns of the log standard deviation centred and scaled, time in typical steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import ALIASED, Array
from postinfusion.errors import ModelError

# The logarithm of 1e50: beyond, a variance in squared units of the response may leave the range of doubles.
FARTHEST = 115.0


@dataclass(frozen=True)
class ResidualEstimates:
    """What a fit says of its residuals.

    Attributes
    ----------
    sigma2
        Variance where all columns of the scale are zero.
    log_sigma_std_error
        Standard error of log sigma there.
    delta
        Shape (k,): coefficients of the log standard deviation.
    delta_covariance
        Shape (k, k).
    range
        Time at which the correlation has fallen to exp(-1); None for independent residuals.
    log_range_std_error
        Standard error of log range; None for independent residuals.
    """

    sigma2: float
    log_sigma_std_error: float
    delta: Array
    delta_covariance: Array
    range: float | None
    log_range_std_error: float | None


@dataclass(frozen=True)
class ResidualScale:
    """The residual parameters on the scale of the fit, with the way back.

    Attributes
    ----------
    columns
        Shape (n, k): centred columns of the log standard deviation, of unit standard deviation.
    mean, size
        Shape (k,): what was subtracted and divided by.
    time
        Shape (n,): in units of ``step``; None for independent residuals.
    step
        Median time between neighbouring rows of an innermost group.
    response
        Units of the response per unit of the fit.
    """

    columns: Array
    mean: Array
    size: Array
    time: Array | None
    step: float
    response: float

    @property
    def rows(self) -> Array:
        """Give the map M from theta's residual part to (log sigma at columns of zero, delta), shape (1 + k, k + 1).

        The residual part is (delta of the fit, log sigma2); the log range stands apart.
        """
        k = len(self.mean)
        M = np.zeros((1 + k, k + 1))
        M[0, :k], M[0, k] = -self.mean / self.size, 0.5
        M[1:, :k] = np.diag(1 / self.size)
        return M

    def own(self, H: int) -> list[int]:
        """Give the positions of (delta, log sigma2) in a theta of length H."""
        k, correlated = len(self.mean), int(self.time is not None)
        return [*range(H - 1 - correlated - k, H - 1 - correlated), H - 1]

    def estimates(self, theta: Array, w: Array) -> ResidualEstimates:
        """Give the estimates in units of the data from theta (H,) and its covariance w (H, H).

        Raises
        ------
        ModelError
            The data lie so far from columns of zero that the variance there is no number.
        """
        own = self.own(len(theta))
        values, covariance = self.rows @ theta[own], self.rows @ w[np.ix_(own, own)] @ self.rows.T
        if len(self.mean) and abs(values[0]) > FARTHEST:
            raise ModelError(
                f"The residual standard deviation where the covariates of the scale are zero is exp({values[0]:.0f}) "
                f"times the response's; allowed is exp(-{FARTHEST:.0f}) to exp({FARTHEST:.0f}): the covariates lie far "
                "from zero; subtract a constant near their mean, as the first year from a calendar year"
            )
        correlated = self.time is not None
        return ResidualEstimates(
            sigma2=float(np.exp(2 * values[0])) * self.response**2,
            log_sigma_std_error=float(np.sqrt(max(covariance[0, 0], 0.0))),
            delta=values[1:],
            delta_covariance=covariance[1:, 1:],
            range=float(np.exp(theta[-2])) * self.step if correlated else None,
            log_range_std_error=float(np.sqrt(max(w[-2, -2], 0.0))) if correlated else None,
        )


def residual_scale(
    time: Array | None, columns: Array | None, group: NDArray[np.intp], *, response: float
) -> ResidualScale:
    """Put the residual parameters on the scale of the fit.

    Parameters
    ----------
    time
        Shape (n,); None for independent residuals.
    columns
        Shape (n, k): of the log standard deviation, without an intercept; None for one variance.
    group
        Shape (n,): codes of the innermost groups.
    response
        Units of the response per unit of the fit.

    Raises
    ------
    ModelError
        A column does not vary or is a combination of the others, or no group has two times.
    """
    given = np.empty((len(group), 0)) if columns is None else columns
    mean, size = given.mean(axis=0), given.std(axis=0)
    if (size <= ALIASED * np.abs(given).max(axis=0, initial=0.0)).any():
        raise ModelError("A column of the residual scale does not vary; leave it out")
    centred = (given - mean) / np.where(size > 0, size, 1.0)
    if centred.shape[1] and np.linalg.svd(centred, compute_uv=False)[-1] < ALIASED * np.sqrt(len(centred)):
        raise ModelError("The columns of the residual scale are collinear; leave one out")
    if time is None:
        return ResidualScale(centred, mean, size, None, 1.0, response)
    order = np.lexsort((time, group))
    steps = np.diff(time[order])[np.diff(group[order]) == 0]
    if not np.isfinite(time).all() or not (steps > 0).any():
        raise ModelError("The times of the residual correlation are not finite, or no group has two of them")
    step = float(np.median(steps[steps > 0]))
    return ResidualScale(centred, mean, size, (time - time.mean()) / step, step, response)
