"""Residuals of a model for repeated measures: raw, standardised one by one, and with their correlation taken out."""

from __future__ import annotations

from typing import Literal

import numpy as np

from postinfusion.core.linalg import Array
from postinfusion.core.repeated_measures import Fitted
from postinfusion.core.whitening import whiten
from postinfusion.errors import ModelError, nearest

Kind = Literal["raw", "standardised", "cholesky"]
KINDS: tuple[Kind, ...] = ("raw", "standardised", "cholesky")


def check_kind(kind: str) -> None:
    """Refuse a kind of residual that is not there.

    Raises
    ------
    ModelError
        With the kinds that are available.
    """
    if kind not in KINDS:
        raise ModelError(f'kind "{kind}" is not available; available are {", ".join(KINDS)}. {nearest(kind, KINDS)}')


def residuals(fitted: Fitted, kind: Kind) -> Array:
    """Give the residuals of the rows, shape (n,).

    ``raw``: y - X beta, in units of the response. ``standardised``: divided by the model's standard deviation of the
    row, sqrt(Sigma_tt / w). ``cholesky``: L^-1 (y - X beta) with V_i = L L' for the rows of a subject in the order of
    their visits or times: uncorrelated with unit variance under the model; the first of each subject is its
    standardised one. The estimation of beta is not taken out.

    References
    ----------
    Fitzmaurice, Laird & Ware (2011), Applied Longitudinal Analysis, section 10.2 (transformed residuals).
    """
    data, standard, at = fitted.data, fitted.prepared.standard, fitted.profile
    residual = standard.Z[:, -1] - standard.Z[:, :-1] @ at.beta
    if kind == "raw":
        return np.asarray(residual * standard.scale / data.root_weights)
    Sigma, blocks = at.derivatives.Sigma, fitted.prepared.blocks
    if kind == "standardised":
        pattern = blocks.pattern[data.subject] if len(Sigma) > 1 else np.zeros(len(residual), dtype=np.intp)
        return np.asarray(residual / np.sqrt(Sigma[pattern, blocks.position, blocks.position]))
    whitened = whiten(residual[:, None], data.subject, blocks, Sigma)
    result = np.empty_like(residual)
    result[whitened.order] = whitened.Z[:, 0]
    return result
