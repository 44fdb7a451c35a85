"""A criterion on a curve or surface in theta, on which one function of theta has a given value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.fit import Optimum, minimise
from postinfusion.core.likelihood import Criterion, Profile, Slopes
from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class Constraint:
    """``theta = offset + B psi + c exp(-psi_last / 2) e_position``.

    The last term holds a standard deviation c of random effects fixed while sigma, the unit of their relative factor,
    moves: the last element of psi is then log sigma2.

    Attributes
    ----------
    offset
        Shape (H,).
    B
        Shape (H, k).
    c
        Zero where the constraint is linear.
    position
        The element of theta that moves against log sigma2.
    """

    offset: Array
    B: Array
    c: float = 0.0
    position: int = 0

    def theta(self, psi: Array) -> Array:
        """Give theta (H,) of psi (k,)."""
        theta = self.offset + self.B @ psi
        theta[self.position] += self._moved(psi)
        return np.asarray(theta)

    def jacobian(self, psi: Array) -> Array:
        """Give the derivatives of theta in psi, shape (H, k)."""
        J = self.B.copy()
        J[self.position, -1] -= self._moved(psi) / 2
        return J

    def bend(self, psi: Array, gradient: Array) -> Array:
        """Give the sum over theta_h of its second derivatives in psi times the gradient (H,), shape (k, k)."""
        bend = np.zeros((len(psi), len(psi)))
        bend[-1, -1] = gradient[self.position] * self._moved(psi) / 4
        return bend

    def _moved(self, psi: Array) -> float:
        """Give the standard deviation in units of sigma."""
        return self.c * float(np.exp(-psi[-1] / 2)) if self.c else 0.0


@dataclass(frozen=True)
class ConstrainedProfile(Profile):
    """A criterion at psi.

    Attributes
    ----------
    whole
        The criterion at theta of psi.
    psi
        Shape (k,).
    """

    whole: Profile
    psi: Array


@dataclass(frozen=True)
class ConstrainedCriterion(Criterion):
    """Minus the log-likelihood as a function of psi.

    Attributes
    ----------
    whole
        The criterion as a function of theta.
    constraint
        From psi to theta.
    """

    whole: Criterion
    constraint: Constraint

    def at(self, theta: Array) -> ConstrainedProfile | None:
        """Evaluate the criterion; None where that of theta cannot be evaluated."""
        with np.errstate(over="ignore", invalid="ignore"):
            whole = self.whole.at(self.constraint.theta(theta))
        if whole is None:
            return None
        return ConstrainedProfile(whole.value, whole.beta, whole.Phi, whole.Omega, whole.derivatives, whole, theta)

    def slopes(self, at: Profile) -> Slopes:
        """Give the derivatives in psi by the chain rule."""
        if not isinstance(at, ConstrainedProfile):
            raise TypeError("a profile of this criterion is needed")
        slope, J = self.whole.slopes(at.whole), self.constraint.jacobian(at.psi)
        bend = self.constraint.bend(at.psi, slope.gradient)
        return Slopes(
            gradient=J.T @ slope.gradient,
            hessian=J.T @ slope.hessian @ J + bend,
            information=J.T @ slope.information @ J,
            P=np.tensordot(J.T, slope.P, 1),
        )


def constrained_optimum(criterion: Criterion, constraint: Constraint, start: Array) -> Optimum:
    """Minimise a criterion under a constraint from a psi (k,); theta of the result is psi."""
    return minimise(
        ConstrainedCriterion(criterion.cross, criterion.model, criterion.method, criterion, constraint), start
    )
