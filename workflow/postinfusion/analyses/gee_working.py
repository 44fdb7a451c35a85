"""Working correlations and variances of generalised estimating equations, on top of statsmodels.

This module imports statsmodels, which is slow to load: import it inside the function that needs it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from statsmodels.genmod import families
from statsmodels.genmod.cov_struct import CovStruct, Exchangeable, Independence

from postinfusion.analyses.design import Array

# The lag-one correlation is searched for between these bounds, by bisection to rounding.
LARGEST = 1 - 1e-8
BISECTIONS = 80


# statsmodels has no types.
class AutoregressiveByVisit(CovStruct):  # type: ignore[misc]
    """First-order autoregression by the number of visits between two records, gaps included.

    alpha solves ``sum over pairs of d alpha^(d - 1) (r_j r_k / phi - alpha^d) = 0`` with Pearson residuals r, d visits
    apart, and phi their mean square: geepack's estimating equation. statsmodels' own weighs the pairs otherwise, and
    counts records, not visits, so that a missed visit does not separate its neighbours.

    References
    ----------
    Yan & Fine (2004), Stat. Med. 23, 859-874 (estimating equations of geepack).
    """

    def initialize(self, model: Any) -> None:  # noqa: ANN401 - statsmodels' GEE
        """Start from independence."""
        super().initialize(model)
        self.dep_params = 0.0

    def update(self, params: Array) -> None:  # noqa: ARG002 - the model keeps its means
        """Solve the equation of alpha at the present means."""
        model, largest = self.model, int(max(time.max() - time.min() for time in self.model.time_li))
        products, pairs = np.zeros(largest + 1), np.zeros(largest + 1)
        squares, n = 0.0, 0
        for endog, (mean, _), time in zip(model.endog_li, model.cached_means, model.time_li, strict=True):
            residual = (endog - mean) / np.sqrt(model.family.variance(mean))
            squares, n = squares + float(residual @ residual), n + len(residual)
            j, k = np.triu_indices(len(residual), 1)
            apart = np.rint(np.abs(time[j, 0] - time[k, 0])).astype(int)
            np.add.at(products, apart, residual[j] * residual[k])
            np.add.at(pairs, apart, 1.0)
        self.dep_params = _lag_one(products[1:] / (squares / n), pairs[1:])

    def covariance_matrix(self, endog_expval: Array, index: int) -> tuple[Array, bool]:  # noqa: ARG002 - the interface
        """Give the correlation matrix of one subject."""
        time = self.model.time_li[index][:, 0]
        return np.asarray(float(self.dep_params) ** np.abs(time[:, None] - time)), True


def working_correlation(name: str) -> Any:  # noqa: ANN401 - a CovStruct
    """Give the working correlation of this name.

    Parameters
    ----------
    name
        ``independence exchangeable ar1``.
    """
    return {"independence": Independence, "exchangeable": Exchangeable, "ar1": AutoregressiveByVisit}[name]()


def variance_family(alpha: float) -> Any:  # noqa: ANN401 - statsmodels' Family
    """Give statsmodels' family by its variance: mu + alpha mu^2 with log link; binomial where alpha is NaN.

    Parameters
    ----------
    alpha
        From zero, which is Poisson's variance; NaN for binary outcomes.
    """
    if np.isnan(alpha):
        return families.Binomial()
    return families.NegativeBinomial(alpha=alpha) if alpha > 0 else families.Poisson()


def _lag_one(products: Array, pairs: Array) -> float:
    """Find the root of the estimating equation; zero where there are no pairs."""
    d = np.arange(1, len(pairs) + 1)

    def slope(alpha: float) -> float:
        return float(np.sum(d * alpha ** (d - 1) * (products - pairs * alpha**d)))

    # The slope at zero is the lag-one covariance: the root lies on its side.
    side = np.sign(slope(0.0))
    low, high = 0.0, float(side * LARGEST)
    if side == 0 or slope(high) * side > 0:
        return high
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) * side > 0 else (low, middle)
    return (low + high) / 2
