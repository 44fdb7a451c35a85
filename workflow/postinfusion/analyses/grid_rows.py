"""Rows of a reference grid: which linear combinations of the coefficients a marginal mean or a contrast is.

A row of the grid is a combination of levels of all factors with the covariates at chosen values; a marginal mean is
an average of rows. Counterfactual means average over the analysed rows instead, each set to the levels of the mean.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Literal

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, Covariate, Design, Levels
from postinfusion.errors import ModelError, nearest

Weights = Literal["equal", "proportional", "counterfactual"]
WEIGHTS: tuple[Weights, ...] = ("equal", "proportional", "counterfactual")
At = Mapping[str, Any]
MAX_GRID_ROWS = 200_000


@dataclass(frozen=True)
class Rows:
    """Linear combinations of the coefficients with the labels that identify them.

    Attributes
    ----------
    labels
        One row each, with a column per variable.
    L
        Shape (m, c).
    """

    labels: pd.DataFrame
    L: Array


@dataclass(frozen=True)
class Grid:
    """A design with what weighs its levels.

    Attributes
    ----------
    design
        The fixed effects.
    cells
        Number of analysed rows by combination of the factors' levels, with the column ``n``.
    analysed
        The analysed rows; needed for counterfactual means only.
    """

    design: Design
    cells: pd.DataFrame
    analysed: pd.DataFrame | None = None


def mean_rows(grid: Grid, keep: list[str], at: At, weights: Weights) -> Rows:
    """Average the reference grid over everything but the kept factors and the covariates with a list of values.

    Parameters
    ----------
    grid
        The fixed effects and what weighs their levels.
    keep
        Factors to keep apart, the first varying fastest.
    at
        Values of covariates and factors.
    weights
        ``equal``, ``proportional`` or ``counterfactual``.
    """
    if weights not in WEIGHTS:
        raise ModelError(
            f'weights "{weights}" is not available; available are {", ".join(WEIGHTS)}. {nearest(weights, WEIGHTS)}'
        )
    design = grid.design
    axes = _axes(design, keep, at)
    listed = [
        name for name, value in at.items() if name not in keep and len(axes[name]) > 1 and _is_covariate(design, name)
    ]
    kept = [*dict.fromkeys(keep), *listed]
    labels = (
        pd.DataFrame(list(product(*[axes[name] for name in reversed(kept)])), columns=list(reversed(kept)))[kept]
        if kept
        else pd.DataFrame(index=[0])
    ).reset_index(drop=True)
    if weights == "counterfactual":
        return Rows(labels, _counterfactual(grid, labels, at, axes))
    return Rows(labels, _grid_averages(grid, labels, axes, weights))


def _grid_averages(grid: Grid, labels: pd.DataFrame, axes: Mapping[str, list[Any]], weights: Weights) -> Array:
    """Average the rows of the grid for each label, shape (m, c)."""
    size = prod(len(values) for values in axes.values())
    if size > MAX_GRID_ROWS:
        raise ModelError(
            f"The reference grid has {size:,} rows; at most {MAX_GRID_ROWS:,} are allowed: fix factors in at="
        )
    others = [name for name in axes if name not in labels.columns]
    shares = _shares(grid, {name: axes[name] for name in others}, weights)
    cells = labels.merge(shares, how="cross") if len(labels.columns) else shares
    weighted = grid.design.matrix(cells) * cells["share"].to_numpy(dtype=float)[:, None]
    return np.asarray(weighted.reshape(len(labels), len(shares), -1).sum(axis=1))


def _counterfactual(grid: Grid, labels: pd.DataFrame, at: At, axes: Mapping[str, list[Any]]) -> Array:
    """Average the design over the analysed rows, each set to the levels of a label, shape (m, c).

    A variable that ``at`` fixes at one value is set to it; a factor of which it names several levels, or of which
    the design averages over some only, keeps the rows with these.

    References
    ----------
    Robins (1986), Math. Model. 7, 1393-1512: the g-formula; emmeans' ``counterfactuals``.
    """
    if grid.analysed is None:
        raise ModelError('This model keeps no rows for weights="counterfactual"; choose equal or proportional')
    variables = list(grid.design.variables)
    rows = grid.analysed[variables]
    for name in [name for name in variables if name not in labels.columns]:
        values, is_covariate = axes[name], _is_covariate(grid.design, name)
        if len(values) == 1 and (name in at or not is_covariate):
            rows = rows.assign(**{name: values[0]})
        elif not is_covariate and len(values) < len(grid.design.factors[name]):
            rows = rows[rows[name].isin(values)]
    if not len(rows):
        raise ModelError("No analysed row has the levels of at=; a counterfactual mean has nothing to average over")
    averages = [
        grid.design.matrix(rows.assign(**dict(zip(labels.columns, label, strict=True)))).mean(axis=0)
        for label in labels.itertuples(index=False)
    ]
    return np.array(averages)


def _is_covariate(design: Design, name: str) -> bool:
    """Say whether a variable of the design is numeric."""
    return isinstance(design.variables[name], Covariate)


def _axes(design: Design, keep: list[str], at: At) -> dict[str, list[Any]]:
    """Give the values of each variable of the design on the grid."""
    known = list(design.variables)
    if not isinstance(at, Mapping):
        raise ModelError('at= pairs variables with values, as in at={"BASE": 20}')
    for name in [*keep, *at]:
        if name not in known:
            raise ModelError(
                f'"{name}" is not in the model; its variables are {", ".join(known)}. {nearest(name, known)}'
            )
    for name in keep:
        if _is_covariate(design, name) and name not in at:
            raise ModelError(f"{name} is a covariate; say at which values with at={{{name!r}: [...]}}")
    by_default = {name: levels for name, levels in design.averaged.items() if name not in keep}
    return {
        name: _axis(name, variable, at.get(name, by_default.get(name))) for name, variable in design.variables.items()
    }


def _axis(name: str, variable: Levels | Covariate, chosen: Any) -> list[Any]:  # noqa: ANN401 - a level of any type
    """Give the values of one variable on the grid."""
    values: Any = [chosen] if np.ndim(chosen) == 0 and chosen is not None else chosen
    if isinstance(variable, Covariate):
        return [variable.mean] if values is None else [_number(name, value) for value in values]
    if values is None:
        return list(variable.values)
    unknown = [str(value) for value in values if value not in variable.values]
    if unknown:
        raise ModelError(
            f"{name} has no level {', '.join(unknown)}; its levels are {', '.join(map(str, variable.values))}"
        )
    return list(values)


def _number(name: str, value: Any) -> float:  # noqa: ANN401 - whatever was given
    """Give the value of a covariate; refuse one that is no finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ModelError(f"at= gives {value!r} for the covariate {name}; it takes finite numbers")
    return number


def _shares(grid: Grid, axes: dict[str, list[Any]], weights: Weights) -> pd.DataFrame:
    """Give the combinations that are averaged over, with the share of each."""
    combinations = pd.DataFrame(list(product(*axes.values())), columns=list(axes)) if axes else pd.DataFrame(index=[0])
    factors = [name for name in axes if not _is_covariate(grid.design, name)]
    share = np.ones(len(combinations))
    if weights == "proportional" and factors:
        counts = grid.cells.groupby(factors, observed=True)["n"].sum()
        keys = (
            pd.MultiIndex.from_frame(combinations[factors]) if len(factors) > 1 else pd.Index(combinations[factors[0]])
        )
        share = counts.reindex(keys, fill_value=0).to_numpy(dtype=float)
    return combinations.assign(share=share / share.sum())


def difference_rows(means: Rows, name: str, reference: Hashable) -> Rows:
    """Subtract the mean at the reference level from the means at the other levels, within everything else."""
    levels = list(dict.fromkeys(means.labels[name]))
    base = levels[0] if reference is None else reference
    if base not in levels:
        raise ModelError(f'{name} has no level "{base}" to compare with; its levels are {", ".join(map(str, levels))}')
    # The first label varies fastest, so that rows of the same group follow each other.
    position = np.array([levels.index(value) for value in means.labels[name]])
    group = np.arange(len(position)) - position + levels.index(base)
    others = position != levels.index(base)
    labels = means.labels[others].copy()
    labels.insert(1, "reference", [base] * int(others.sum()))
    return Rows(labels.reset_index(drop=True), (means.L - means.L[group])[others])


def as_names(names: str | Sequence[str]) -> list[str]:
    """Give one or several names as a list.

    Raises
    ------
    ModelError
        They are neither a name nor a list of names.
    """
    found = [names] if isinstance(names, str) else list(names) if isinstance(names, Iterable) else [names]
    if not all(isinstance(name, str) for name in found):
        raise ModelError(f"Variables are named by a text or a list of texts, not by {type(names).__name__}")
    return found
