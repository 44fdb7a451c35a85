"""Tables of a linear mixed model: random effects by level and term, coefficients of the residual scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import block_diag

from postinfusion.analyses.design import Array
from postinfusion.core.contrasts import estimates
from postinfusion.core.residual_scale import ResidualEstimates

Terms = Sequence[tuple[str, tuple[str, ...]]]


def term_index(terms: Terms) -> pd.Index:
    """Label the random effects: by term, or by level and term when there are several levels."""
    if len(terms) == 1:
        return pd.Index(list(terms[0][1]))
    pairs = [(level, name) for level, names in terms for name in names]
    return pd.MultiIndex.from_tuples(pairs, names=["level", "term"])


def covariance_frame(terms: Terms, matrices: Sequence[Array]) -> pd.DataFrame:
    """Give the covariance of all random effects; those of different levels are independent."""
    index = term_index(terms)
    return pd.DataFrame(np.asarray(block_diag(*matrices)), index=index, columns=index)


def effects_frame(
    terms: Terms, values: Sequence[Array], codes: Sequence[NDArray[np.intp]], index: pd.Index
) -> pd.DataFrame:
    """Give the random effects of each innermost group, with those of the groups it lies in.

    Parameters
    ----------
    terms
        Level and terms, the outermost level first.
    values
        Shape (groups, r) of each level.
    codes
        Shape (n,) of each level: groups of the rows.
    index
        Labels of the innermost groups.
    """
    first = np.zeros(len(index), dtype=np.intp)
    first[codes[-1]] = np.arange(len(codes[-1]))
    columns = np.concatenate([value[code[first]] for value, code in zip(values, codes, strict=True)], axis=1)
    return pd.DataFrame(columns, index=index, columns=term_index(terms))


def scale_frame(names: Sequence[str], residual: ResidualEstimates, *, confidence: float = 0.95) -> pd.DataFrame:
    """Give the coefficients of the log residual standard deviation with z tests."""
    error = np.sqrt(np.maximum(np.diag(residual.delta_covariance), 0.0))
    found = estimates(residual.delta, error, np.full(len(error), np.inf), confidence=confidence)
    return pd.DataFrame(
        {
            "term": list(names),
            "estimate": found.estimate,
            "std_error": found.std_error,
            "statistic": found.statistic,
            "p_value": found.p_value,
            "conf_low": found.conf_low,
            "conf_high": found.conf_high,
        }
    )
