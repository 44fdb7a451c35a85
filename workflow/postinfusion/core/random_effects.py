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
from postinfusion.core.random_basis import random_basis
from postinfusion.core.random_covariance import RandomEffects, RandomElements, RandomFactor
from postinfusion.core.relative_likelihood import RelativeCriterion, RelativeProfile
from postinfusion.core.rotation import RotatedRows, check_rows, rotate

STARTS = (1.0, 0.2, 4.0)


@dataclass(frozen=True)
class SubjectProblem:
    """The criterion of random effects by subject, and how to read its theta.

    Attributes
    ----------
    criterion
        What is minimised.
    bases
        For the one level, shape (r, r): T of :mod:`postinfusion.core.random_basis`.
    scale
        Units of the response per unit of the fit.
    """

    criterion: RelativeCriterion
    bases: tuple[Array, ...]
    scale: float

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

    def turned(self, _level: int, Q: Array) -> RelativeCriterion:
        """Give the criterion of the effects Q'c for an orthogonal Q (r, r)."""
        rotated = replace(self.criterion.rotated, R=self.criterion.rotated.R @ Q)
        return relative_criterion(rotated, self.criterion.random, self.criterion.method)

    def by_elements(self) -> SubjectProblem:
        """Give the problem with derivatives in the elements of Lambda Lambda', which do not vanish on the boundary."""
        random = RandomElements(self.criterion.random.r, self.criterion.random.correlated)
        return replace(self, criterion=relative_criterion(self.criterion.rotated, random, self.criterion.method))

    def correlation_vanishes(self, theta: Array) -> bool:  # noqa: ARG002
        """Say whether a residual correlation is zero: there is none."""
        return False

    def effects(self, optimum: Optimum) -> tuple[LevelEffects, ...]:
        """Predict the random effects."""
        at = optimum.profile
        if not isinstance(at, RelativeProfile):
            raise TypeError("a profile of relative factors is needed")
        K, fixed = (x.transpose(2, 0, 1) / at.sigma2 for x in (at.K, at.fixed))
        factor, u = np.sqrt(at.sigma2) * at.Lambda, at.u.T / at.sigma2
        return (level_effects(factor, u, K, fixed, basis=self.bases[0], scale=self.scale),)


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
        There are fewer than two subjects, nothing is left to estimate the residual variance, or the columns of U
        cannot be told apart.
    """
    check_rows(np.bincount(subject), U.shape[1])
    T = random_basis(U, correlated=correlated)
    rotated = rotate(Z, U @ T, subject)
    random = RandomFactor(U.shape[1], correlated)
    return SubjectProblem(relative_criterion(rotated, random, method), (T,), scale)


def relative_criterion(rotated: RotatedRows, random: RandomFactor, method: Method) -> RelativeCriterion:
    """Give the criterion of rotated rows."""
    return RelativeCriterion(rotated, RandomEffects(rotated.R, random), method, rotated, random)


def smallest_deviation(factors: Sequence[Array]) -> float:
    """Give the smallest singular value of the relative factors: a standard deviation as a share of the residual's."""
    return min(float(np.linalg.svd(factor, compute_uv=False)[-1]) for factor in factors)
