"""The columns of random effects on which a fit stands: orthonormal ones where the effects of a level may correlate.

With an unstructured G the model depends on the space of the columns of U alone: ``U b = (U T) c`` with ``b = T c`` and
``G = T Var(c) T'``. A basis of the space keeps the digits that columns like 1 and a year near 2020 lose.
"""

from __future__ import annotations

import numpy as np

from postinfusion.core.linalg import Array, orthonormal_basis
from postinfusion.errors import ModelError


def random_basis(U: Array, *, correlated: bool) -> Array:
    """Give T, shape (r, r): ``U T`` has columns of mean square one, orthogonal where the effects may correlate.

    Uncorrelated effects keep their columns: another basis would be another model.

    Parameters
    ----------
    U
        Shape (n, r).
    correlated
        Whether the random effects may correlate.

    Raises
    ------
    ModelError
        A column is zero or not finite, or a combination of the others.
    """
    size = np.sqrt(np.mean(U**2, axis=0))
    if not np.isfinite(size).all() or (size == 0).any():
        raise ModelError("A column of the random effects is zero or not finite; leave it out")
    basis = orthonormal_basis(U)
    if len(basis.aliased):
        raise ModelError(
            f"{len(basis.aliased)} of the {U.shape[1]} columns of the random effects are combinations of the others "
            "(to seven digits); leave them out, or subtract a constant such as the mean from a time counted from a "
            "distant origin"
        )
    return basis.T * np.sqrt(len(U)) if correlated else np.diag(1 / size)
