"""Tables of a linear mixed model: random effects by level and term, coefficients of the residual scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import block_diag

from postinfusion.analyses.design import Array
from postinfusion.core.contrasts import check_confidence, estimates
from postinfusion.core.mixed_model import MixedModelFit, RandomScale
from postinfusion.core.residual_scale import ResidualEstimates
from postinfusion.core.variance_components import Component, variance_components
from postinfusion.errors import ModelError

SCALES = {"sd": "sd", "correlation": "correlation", "residual-sd": "sd", "log-scale": "log-sd", "range": "range"}
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


def random_scale_frame(random_scale: RandomScale | None, index: pd.Index) -> pd.DataFrame:
    """Give each subject's deviation of the log residual standard deviation; empty without a random scale."""
    if random_scale is None:
        return pd.DataFrame({"estimate": np.empty(0), "std_error": np.empty(0)}, index=index[:0])
    columns = {"estimate": random_scale.effects, "std_error": random_scale.effects_std_error}
    return pd.DataFrame(columns, index=index)


def components_frame(
    fit: MixedModelFit, terms: Terms, groups: pd.Index, scale: Sequence[str], *, confidence: float
) -> pd.DataFrame:
    """Give the variance components with their profile-likelihood intervals.

    Parameters
    ----------
    fit
        The fitted model.
    terms
        Level and terms of the random effects.
    groups
        Levels of the residual group; empty without one.
    scale
        Names of the columns of the residual scale.
    confidence
        Coverage of the intervals.
    """
    check_confidence(confidence)
    records = []
    for component in variance_components(fit, max(len(groups) - 1, 0)):
        low = high = np.nan
        error = ""
        try:
            low, high = component.interval(fit.solution.profile.value, confidence=confidence)
        except ModelError as reason:
            error = str(reason)
        level, term = _component_name(component, terms, [str(group) for group in groups], scale)
        kind, boundary = SCALES[component.kind], component.on_boundary
        records.append((level, term, kind, component.estimate, low, high, boundary, error))
    columns = ["level", "term", "scale", "estimate", "conf_low", "conf_high", "boundary", "error"]
    return pd.DataFrame.from_records(records, columns=columns)


def _component_name(component: Component, terms: Terms, groups: list[str], scale: Sequence[str]) -> tuple[str, str]:
    """Give the level and the term of a variance component."""
    if component.level >= 0:
        level, names = terms[component.level]
        return level, ", ".join(names[effect] for effect in component.effects)
    if component.kind == "residual-sd":
        return "residual", groups[component.effects[0]] if groups else ""
    return "residual", "".join(scale[column] for column in component.effects)
