"""A reference grid whose rows are kept apart, for averages on the response scale: means of expected outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, Covariate, Design, Levels
from postinfusion.analyses.grid_rows import MAX_GRID_ROWS, WEIGHTS, At, Weights
from postinfusion.errors import ModelError, nearest


@dataclass(frozen=True)
class ResponseGrid:
    """Rows of data, and averages of them.

    Attributes
    ----------
    frame
        A row per combination of the variables' values.
    labels
        A row per average.
    average
        Shape (averages, rows): each row adds up to one.
    """

    frame: pd.DataFrame
    labels: pd.DataFrame
    average: Array


def response_grid(
    designs: Sequence[Design], rows: pd.DataFrame, keep: Sequence[str], at: At, weights: Weights
) -> ResponseGrid:
    """Build the grid.

    Parameters
    ----------
    designs
        Of the parts of the model; their variables together make the grid.
    rows
        The analysed rows.
    keep
        Variables whose values are kept apart, the first varying fastest.
    at
        Values of covariates (a number or a list; a list gives an average per value) and levels of factors.
    weights
        As in :func:`~postinfusion.analyses.grid_rows.mean_rows`.

    Raises
    ------
    ModelError
        A name is not in the model, a value is not a level, or the grid is too large.
    """
    variables = {name: variable for design in designs for name, variable in design.variables.items()}
    if weights not in WEIGHTS:
        raise ModelError(f'weights "{weights}" is not available; available are {", ".join(WEIGHTS)}')
    _check_names([*keep, *at], variables)
    chosen = {name: _values(name, variables[name], at[name]) for name in at}
    listed = [n for n, values in chosen.items() if len(values) > 1 and isinstance(variables[n], Covariate)]
    kept = {name: chosen.get(name) or _every_level(name, variables[name]) for name in dict.fromkeys([*keep, *listed])}
    labels = _combinations(kept)
    rest = _rest(variables, rows, {n: v for n, v in chosen.items() if n not in kept}, list(kept), weights)
    if len(labels) * len(rest) > MAX_GRID_ROWS:
        raise ModelError(f"The grid has {len(labels) * len(rest):,} rows; at most {MAX_GRID_ROWS:,} are allowed")
    frame = labels.merge(rest, how="cross") if len(labels.columns) else rest
    share = frame["share"].to_numpy(dtype=float).reshape(len(labels), -1)
    average = np.kron(np.eye(len(labels)), np.ones(len(rest))) * (share / share.sum(axis=1, keepdims=True)).ravel()
    return ResponseGrid(frame, labels, average)


def _check_names(names: list[str], variables: dict[str, Levels | Covariate]) -> None:
    """Refuse what the model does not know."""
    for name in names:
        if name not in variables:
            raise ModelError(
                f'"{name}" is not in the model; its variables are {", ".join(variables)}. {nearest(name, variables)}'
            )


def _values(name: str, variable: Levels | Covariate, chosen: Any) -> list[Any]:  # noqa: ANN401 - a level of any type
    """Give the chosen values of a variable."""
    values = [chosen] if np.ndim(chosen) == 0 else list(chosen)
    if isinstance(variable, Covariate):
        return [float(value) for value in values]
    unknown = [str(value) for value in values if value not in variable.values]
    if unknown:
        raise ModelError(
            f"{name} has no level {', '.join(unknown)}; its levels are {', '.join(map(str, variable.values))}"
        )
    return values


def _every_level(name: str, variable: Levels | Covariate) -> list[Any]:
    """Give the levels of a factor that is kept."""
    if isinstance(variable, Covariate):
        raise ModelError(f"{name} is a covariate; say at which values with at={{{name!r}: [...]}}")
    return list(variable.values)


def _combinations(values: dict[str, list[Any]]) -> pd.DataFrame:
    """Give all combinations, the first variable varying fastest."""
    if not values:
        return pd.DataFrame(index=[0])
    names = list(values)
    return pd.DataFrame(list(product(*[values[n] for n in reversed(names)])), columns=names[::-1])[names]


def _rest(
    variables: dict[str, Levels | Covariate],
    rows: pd.DataFrame,
    chosen: dict[str, list[Any]],
    kept: list[str],
    weights: Weights,
) -> pd.DataFrame:
    """Give what is averaged over, with the share of each row."""
    others = [name for name in variables if name not in kept]
    if weights == "counterfactual":
        return _analysed(rows[others], chosen)
    factors = [name for name in others if isinstance(variables[name], Levels)]
    values = {name: chosen.get(name) or _default(variables[name]) for name in others}
    grid = _combinations(values)
    if weights == "equal" or not factors:
        return grid.assign(share=1.0)
    counts = rows.groupby(factors, observed=True).size().rename("share").reset_index()
    return grid.merge(counts, on=factors, how="inner")


def _analysed(rows: pd.DataFrame, chosen: dict[str, list[Any]]) -> pd.DataFrame:
    """Give the analysed rows, set to a chosen value; of several chosen levels of a factor, the rows that have them."""
    for name, values in chosen.items():
        rows = rows.assign(**{name: values[0]}) if len(values) == 1 else rows[rows[name].isin(values)]
    if not len(rows):
        raise ModelError("No analysed row has the levels of at=; a counterfactual mean has nothing to average over")
    return rows.assign(share=1.0).reset_index(drop=True)


def _default(variable: Levels | Covariate) -> list[Any]:
    """Give a covariate's mean, or all levels of a factor."""
    return [variable.mean] if isinstance(variable, Covariate) else list(variable.values)
