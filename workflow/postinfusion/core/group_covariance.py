"""A covariance of its own for each group of subjects: theta holds the parameters of one group after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import Derivatives, ErrorCovariance
from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class GroupedCovariance:
    """The same structure in each group, with parameters of its own.

    Attributes
    ----------
    model
        Structure of one group.
    group
        Shape (P,): codes 0, 1, ... of the patterns' groups; each occurs.
    """

    model: ErrorCovariance
    group: NDArray[np.intp]

    @property
    def n_groups(self) -> int:
        """Count the groups."""
        return int(self.group.max()) + 1

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma of each pattern; the derivatives in another group's parameters vanish."""
        parts = [self.model.derivatives(own) for own in np.split(theta, self.n_groups)]
        P, T, size = len(self.group), parts[0].Sigma.shape[-1], len(theta) // self.n_groups
        Sigma, D = np.empty((P, T, T)), np.zeros((P, len(theta), T, T))
        DD = None if parts[0].DD is None else np.zeros((P, len(theta), len(theta), T, T))
        for g, part in enumerate(parts):
            members, own = np.flatnonzero(self.group == g), slice(g * size, (g + 1) * size)
            Sigma[members] = self._of(part.Sigma, members)
            D[members, own] = self._of(part.D, members)
            if DD is not None and part.DD is not None:
                DD[members, own, own] = self._of(part.DD, members)
        return Derivatives(Sigma, D, DD)

    def smallest_eigenvalue(self, Sigma: Array) -> float:
        """Give the smallest of the groups' own, for Sigma (P, T, T)."""
        return min(self.model.smallest_eigenvalue(Sigma[self.group == g]) for g in range(self.n_groups))

    @staticmethod
    def _of(values: Array, members: NDArray[np.intp]) -> Array:
        """Give the values of some patterns, when they differ by pattern or not."""
        return values if len(values) == 1 else values[members]
