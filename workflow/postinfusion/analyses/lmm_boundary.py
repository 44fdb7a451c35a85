"""Which variances and correlations a smaller linear mixed model lacks, and their test against the larger one."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Design
from postinfusion.core.boundary_tests import BoundaryTest, boundary_test
from postinfusion.core.mixed_model import MixedModelFit
from postinfusion.errors import ModelError

Terms = tuple[tuple[str, tuple[str, ...]], ...]


class Fitted(Protocol):
    """What a comparison needs of a linear mixed model."""

    @property
    def design(self) -> Design:
        """Give the fixed effects."""

    @property
    def core(self) -> MixedModelFit:
        """Give the fit behind the tables."""

    @property
    def random_terms(self) -> Terms:
        """Give level and terms of the random effects."""

    @property
    def scale_coefficients(self) -> pd.DataFrame:
        """Give the coefficients of the residual scale."""

    @property
    def method(self) -> str:
        """Give ``reml`` or ``ml``."""


def compare_variances(larger: Fitted, smaller: Fitted | None) -> BoundaryTest:
    """Test what a smaller model of the same rows and fixed effects lacks; None is least squares.

    Raises
    ------
    ModelError
        The models are not nested, or the mixture of their test is not known.
    """
    if smaller is None:
        return _against_least_squares(larger)
    if not isinstance(getattr(smaller, "core", None), MixedModelFit):
        raise ModelError(f"The smaller model is a {type(smaller).__name__}; give a fit of fit_lmm, or None")
    _check_same_data(larger, smaller)
    n_boundary = _added_effects(larger.random_terms, smaller.random_terms) + _added_correlation(larger, smaller)
    n_boundary += _added_random_scale(larger, smaller)
    scale = [list(fit.scale_coefficients["term"]) for fit in (larger, smaller)]
    if not set(scale[1]) <= set(scale[0]):
        raise ModelError("The residual scale of the smaller model is not part of that of the larger one")
    n_parameters = larger.core.n_covariance_parameters - smaller.core.n_covariance_parameters
    return boundary_test(
        larger.core.log_likelihood,
        smaller.core.log_likelihood,
        n_boundary=n_boundary,
        n_interior=n_parameters - n_boundary,
    )


def _against_least_squares(larger: Fitted) -> BoundaryTest:
    """Test the one random effect of a model against none."""
    core = larger.core
    if core.random_scale is not None or core.n_covariance_parameters != 2:
        raise ModelError(
            "Only a single random effect with independent residuals of one variance can be tested against none; give "
            "the smaller model"
        )
    criterion, at = core.problem.criterion, core.solution.profile
    n, p = criterion.cross.n_observations, len(at.beta)
    # The response is in units of the root mean square of the least-squares residuals.
    null = criterion.at(np.array([0.0, -np.log((n - p * (larger.method == "reml")) / n)]))
    if null is None:
        raise ModelError("The model without random effects cannot be evaluated")
    return boundary_test(-at.value, -null.value, n_boundary=1, n_interior=0)


def _check_same_data(larger: Fitted, smaller: Fitted) -> None:
    """Refuse models of different rows, fixed effects or likelihoods."""
    one, other = larger.core.data, smaller.core.data
    same_rows = np.array_equal(one.y, other.y) and one.X.shape == other.X.shape and np.allclose(one.X, other.X)
    if not same_rows or larger.design.names != smaller.design.names:
        raise ModelError("The two models differ in their rows or in their fixed effects; a test needs the same ones")
    if larger.method != smaller.method:
        raise ModelError(f'One model was fitted by "{larger.method}", the other by "{smaller.method}"; fit both alike')


def _added_effects(larger: Terms, smaller: Terms) -> int:
    """Count the random effects that the larger model has beside those of the smaller one."""
    more = dict(larger)
    for level, names in smaller:
        if not set(names) <= set(more.get(level, ())):
            raise ModelError(f"The random effects of {level} in the smaller model are not part of the larger one's")
    return sum(len(names) for _, names in larger) - sum(len(names) for _, names in smaller)


def _added_correlation(larger: Fitted, smaller: Fitted) -> int:
    """Count the residual correlation that only the larger model has."""
    has = [fit.core.residual.range is not None for fit in (larger, smaller)]
    if has[1] and not has[0]:
        raise ModelError("The smaller model has a residual correlation, the larger one has none")
    return int(has[0] and not has[1])


def _added_random_scale(larger: Fitted, smaller: Fitted) -> int:
    """Count the random scale that only the larger model has."""
    has = [fit.core.random_scale is not None for fit in (larger, smaller)]
    if has[1] and not has[0]:
        raise ModelError("The smaller model has a random scale, the larger one has none")
    return int(has[0] and not has[1])
