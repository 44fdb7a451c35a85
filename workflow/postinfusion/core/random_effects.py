"""Random effects of subjects with independent residuals of one variance: G = sigma2 Lambda Lambda', R = sigma2 I.

A rotation of each subject's rows (:mod:`postinfusion.core.rotation`) leaves r rows with covariance
``R G R' + sigma2 I``, and rows that only sigma2 touches, pooled over all subjects. The criterion and its derivatives
are those of :mod:`postinfusion.core.likelihood`, summed as in :mod:`postinfusion.core.relative_likelihood`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.fit import Optimum
from postinfusion.core.level_effects import LevelEffects, level_effects
from postinfusion.core.likelihood import Criterion, Method
from postinfusion.core.linalg import Array
from postinfusion.core.random_covariance import RandomEffects, RandomFactor
from postinfusion.core.relative_likelihood import RelativeCriterion, RelativeProfile
from postinfusion.core.rotation import RotatedRows, check_rows, rotate
from postinfusion.errors import ModelError

STARTS = (1.0, 0.2, 4.0)


@dataclass(frozen=True)
class SubjectProblem:
    """The criterion of random effects by subject, and how to read its theta.

    Attributes
    ----------
    criterion
        What is minimised.
    units
        For the one level, shape (r,): units of the response per unit of the fit, for each random effect.
    """

    criterion: RelativeCriterion
    units: tuple[Array, ...]

    @property
    def randoms(self) -> tuple[RandomFactor, ...]:
        """Give the relative factor of the one level."""
        return (self.criterion.random,)

    @property
    def bounds(self) -> list[slice]:
        """Give which elements of theta belong to the one level."""
        return [slice(0, self.criterion.random.size)]

    @property
    def plain(self) -> Criterion:
        """Give the criterion that forms Sigma and its derivatives subject by subject, as Kenward-Roger needs them."""
        return Criterion(self.criterion.cross, self.criterion.model, self.criterion.method)

    @property
    def starts(self) -> list[Array]:
        """Give the values of theta from which the optimum is sought."""
        identity = self.criterion.random.identity
        return [np.append(start * identity, -np.log1p(start**2)) for start in STARTS]

    @property
    def tries_every_start(self) -> bool:
        """Say whether the criterion may have several optima, of which the lowest counts."""
        return False

    def factors(self, theta: Array) -> list[Array]:
        """Give Lambda."""
        return [self.criterion.random.factor(theta[:-1])]

    def reordered(self, _level: int, order: Sequence[int]) -> RelativeCriterion:
        """Give the criterion with the random effects in another order."""
        rotated = replace(self.criterion.rotated, R=self.criterion.rotated.R[..., order])
        return relative_criterion(rotated, self.criterion.random, self.criterion.method)

    def correlation_vanishes(self, theta: Array) -> bool:  # noqa: ARG002
        """Say whether a residual correlation is zero: there is none."""
        return False

    def effects(self, optimum: Optimum) -> tuple[LevelEffects, ...]:
        """Predict the random effects."""
        at = optimum.profile
        if not isinstance(at, RelativeProfile):
            raise TypeError("a profile of relative factors is needed")
        G, last_first = at.sigma2 * at.Lambda @ at.Lambda.T, (2, 0, 1)
        K, fixed = (x.transpose(last_first) / at.sigma2 for x in (at.K, at.fixed))
        return (level_effects(G, at.u.T / at.sigma2, K, fixed, unit=self.units[0]),)


def subject_problem(
    Z: Array, U: Array, subject: NDArray[np.intp], *, correlated: bool, method: Method, scale: float
) -> SubjectProblem:
    """Set up the criterion of random effects by subject.

    Parameters
    ----------
    Z
        Shape (n, q): [X | y] on the scale of the fit.
    U
        Shape (n, r): design of the random effects.
    subject
        Shape (n,): codes 0, 1, ...; each occurs.
    correlated
        Whether the random effects may correlate.
    method
        ``reml`` or ``ml``.
    scale
        Units of the response per unit of the fit.

    Raises
    ------
    ModelError
        There are fewer than two subjects, or nothing is left to estimate the residual variance.
    """
    check_rows(np.bincount(subject), U.shape[1])
    unit_U, size = unit_columns(U)
    rotated = rotate(Z, unit_U, subject)
    random = RandomFactor(U.shape[1], correlated)
    return SubjectProblem(relative_criterion(rotated, random, method), (scale / size,))


def relative_criterion(rotated: RotatedRows, random: RandomFactor, method: Method) -> RelativeCriterion:
    """Give the criterion of rotated rows."""
    return RelativeCriterion(rotated, RandomEffects(rotated.R, random.correlated), method, rotated, random)


def unit_columns(U: Array) -> tuple[Array, Array]:
    """Divide the columns of U (n, r) by the root of their mean square; give these too.

    Raises
    ------
    ModelError
        A column is zero or not finite.
    """
    size = np.sqrt(np.mean(U**2, axis=0))
    if not np.isfinite(size).all() or (size == 0).any():
        raise ModelError("A column of the random effects is zero or not finite; leave it out")
    return U / size, size


def smallest_deviation(factors: Sequence[Array]) -> float:
    """Give the smallest singular value of the relative factors: a standard deviation as a share of the residual's."""
    return min(float(np.linalg.svd(factor, compute_uv=False)[-1]) for factor in factors)
