"""Reference grid: from the coefficients of any linear model to marginal means, contrasts and joint tests.

A row of the grid is a combination of levels of all factors with the covariates at chosen values; a marginal mean is
an average of rows, and everything else is a difference of such averages. Nothing here knows which model was fitted.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Literal

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, Covariate, Design, Levels
from postinfusion.core.contrasts import Estimates, JointTest
from postinfusion.core.inference import Inference
from postinfusion.errors import ModelError, nearest

Weights = Literal["equal", "proportional"]
At = Mapping[str, Any]
MAX_GRID_ROWS = 200_000
NOT_ESTIMABLE = "not estimable: a cell of the design that it needs holds no data"


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
class LinearModelFit:
    """A fitted model with linear fixed effects: coefficients, means, contrasts and tests.

    Attributes
    ----------
    design
        The fixed effects.
    inference
        Coefficients, covariance and degrees of freedom.
    cells
        Number of analysed rows by combination of the factors' levels, with the column ``n``.
    warnings
        What a reader of the results must know of the fit, a sentence each.
    """

    design: Design
    inference: Inference
    cells: pd.DataFrame
    warnings: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def coefficients(self) -> pd.DataFrame:
        """Give the coefficients: term, estimate, std_error, df, statistic, p_value, conf_low, conf_high, error."""
        names = pd.DataFrame({"term": self.design.names})
        aliased = np.isin(np.arange(len(names)), self.inference.basis.aliased)
        table = estimates_frame(Rows(names, np.eye(len(names))), self.inference)
        table.loc[aliased, "error"] = "aliased: a combination of earlier columns of the model"
        return table

    @property
    def vcov(self) -> pd.DataFrame:
        """Give the covariance of the coefficients, adjusted where the df method adjusts; aliased ones are left out."""
        names = [self.design.names[i] for i in self.inference.basis.kept]
        return pd.DataFrame(self.inference.covariance(), index=names, columns=names)

    def means(
        self,
        specs: str | Sequence[str],
        *,
        by: str | Sequence[str] = (),
        at: At | None = None,
        weights: Weights = "equal",
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Estimate marginal means.

        Parameters
        ----------
        specs, by
            Factors whose levels are kept apart; all other factors are averaged over.
        at
            Values of covariates (a number or a list; a list gives a row per value) and levels of factors (to average
            over some, or to show some only). Covariates that are not named are at their mean over the analysed rows.
        weights
            ``equal`` weights of the levels that are averaged over, or ``proportional`` to the analysed rows.
        confidence
            Coverage of the intervals.

        Returns
        -------
        pandas.DataFrame
            A column for each of ``specs``, ``by`` and the listed covariates, then estimate, std_error, df, conf_low,
            conf_high, error. What is not estimable is NaN with an error.

        Raises
        ------
        ModelError
            A name is not a factor or covariate of the model, or a value not a level.
        """
        rows = mean_rows(self.design, self.cells, [*_names(specs), *_names(by)], at or {}, weights)
        table = estimates_frame(rows, self.inference, confidence=confidence)
        return table.drop(columns=["statistic", "p_value"])

    def contrasts(
        self,
        specs: str | Sequence[str],
        *,
        by: str | Sequence[str] = (),
        reference: Hashable = None,
        at: At | None = None,
        weights: Weights = "equal",
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Estimate differences of marginal means: each level of one factor minus its reference level.

        Parameters
        ----------
        specs
            One factor.
        by
            Factors within whose levels the differences are taken.
        reference
            The level to compare with; the first by default.
        at, weights, confidence
            As in :meth:`means`.

        Returns
        -------
        pandas.DataFrame
            The factor's column with the level, ``reference``, a column for each of ``by`` and the listed covariates,
            then estimate, std_error, df, statistic, p_value, conf_low, conf_high, error.

        Raises
        ------
        ModelError
            As in :meth:`means`; or the reference is not a level.
        """
        rows = self.contrast_rows(specs, by=by, reference=reference, at=at, weights=weights)
        return estimates_frame(rows, self.inference, confidence=confidence)

    def contrast_rows(
        self,
        specs: str | Sequence[str],
        *,
        by: str | Sequence[str] = (),
        reference: Hashable = None,
        at: At | None = None,
        weights: Weights = "equal",
    ) -> Rows:
        """Give the rows of L behind :meth:`contrasts`, with their labels."""
        named = _names(specs)
        if len(named) != 1:
            raise ModelError(f"Contrasts compare the levels of one factor, not of {len(named)}; name the others in by=")
        means = mean_rows(self.design, self.cells, [*named, *_names(by)], at or {}, weights)
        return _differences(means, named[0], reference)

    def linear(self, combinations: pd.DataFrame | Array, *, confidence: float = 0.95) -> pd.DataFrame:
        """Estimate linear combinations of the coefficients.

        Parameters
        ----------
        combinations
            L, shape (m, c): a row per combination; a frame's index becomes the column ``term``, and its columns may be
            any of the coefficients.
        confidence
            Coverage of the intervals.
        """
        return estimates_frame(self._rows(combinations), self.inference, confidence=confidence)

    def joint_test(self, term: str | pd.DataFrame | Array) -> JointTest:
        """Test a term, or rows of L, by an F test.

        Parameters
        ----------
        term
            A term of the model: its type III hypothesis (the term's effects are zero, averaged with equal weights
            over the levels of the factors that interact with it, at covariates of zero); or rows as in
            :meth:`linear`.

        Raises
        ------
        ModelError
            The model has no such term, or the test is not estimable.
        """
        rows = type_three_rows(self.design, term) if isinstance(term, str) else self._rows(term).L
        return self.inference.joint_test(rows)

    def _rows(self, combinations: pd.DataFrame | Array) -> Rows:
        """Give them with labels and a column for every coefficient."""
        names = self.design.names
        if isinstance(combinations, pd.DataFrame):
            unknown = [str(name) for name in combinations.columns if name not in names]
            if unknown:
                raise ModelError(f"The model has no coefficient {', '.join(unknown)}. {nearest(unknown[0], names)}")
            full = combinations.reindex(columns=names, fill_value=0.0).to_numpy(dtype=float)
            return Rows(pd.DataFrame({"term": combinations.index.astype(str)}), full)
        matrix = np.atleast_2d(np.asarray(combinations, dtype=float))
        if matrix.shape[1] != len(names):
            raise ModelError(f"L has {matrix.shape[1]} columns; the model has {len(names)} coefficients")
        return Rows(pd.DataFrame({"term": [str(i + 1) for i in range(len(matrix))]}), matrix)


def estimates_frame(rows: Rows, inference: Inference, *, confidence: float = 0.95) -> pd.DataFrame:
    """Give labels and estimates side by side, with the reason where there is no estimate."""
    found = inference.estimates(rows.L, confidence=confidence)
    table = pd.concat([rows.labels.reset_index(drop=True), _frame(found)], axis=1)
    table["error"] = np.where(inference.basis.is_estimable(rows.L), "", NOT_ESTIMABLE)
    return table


def _frame(found: Estimates) -> pd.DataFrame:
    """Give estimates as a frame."""
    names = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
    return pd.DataFrame({name: getattr(found, name) for name in names})


def count_cells(design: Design, frame: pd.DataFrame) -> pd.DataFrame:
    """Count the analysed rows by combination of the factors' levels; a single count when there are no factors."""
    names = list(design.factors)
    if not names:
        return pd.DataFrame({"n": [len(frame)]})
    sizes = frame.groupby(names, observed=True, sort=False).size()
    return sizes.rename("n").reset_index()


def mean_rows(design: Design, cells: pd.DataFrame, keep: list[str], at: At, weights: Weights) -> Rows:
    """Average the reference grid over everything but the kept factors and the covariates with a list of values.

    Parameters
    ----------
    design
        The fixed effects.
    cells
        Counts of analysed rows, see :func:`count_cells`.
    keep
        Factors to keep apart, the first varying fastest.
    at
        Values of covariates and factors.
    weights
        ``equal`` or ``proportional``.
    """
    axes = _axes(design, keep, at)
    listed = [
        name for name, value in at.items() if name not in keep and len(axes[name]) > 1 and _is_covariate(design, name)
    ]
    kept = [*dict.fromkeys(keep), *listed]
    others = [name for name in axes if name not in kept]
    size = prod(len(values) for values in axes.values())
    if size > MAX_GRID_ROWS:
        raise ModelError(
            f"The reference grid has {size:,} rows; at most {MAX_GRID_ROWS:,} are allowed: fix factors in at="
        )
    shares = _shares(design, cells, {name: axes[name] for name in others}, weights)
    labels = (
        pd.DataFrame(list(product(*[axes[name] for name in reversed(kept)])), columns=list(reversed(kept)))[kept]
        if kept
        else pd.DataFrame(index=[0])
    )
    grid = labels.merge(shares, how="cross") if kept else shares
    weighted = design.matrix(grid) * grid["share"].to_numpy(dtype=float)[:, None]
    return Rows(labels.reset_index(drop=True), weighted.reshape(len(labels), len(shares), -1).sum(axis=1))


def _is_covariate(design: Design, name: str) -> bool:
    """Say whether a variable of the design is numeric."""
    return isinstance(design.variables[name], Covariate)


def _axes(design: Design, keep: list[str], at: At) -> dict[str, list[Any]]:
    """Give the values of each variable of the design on the grid."""
    known = list(design.variables)
    for name in [*keep, *at]:
        if name not in known:
            raise ModelError(
                f'"{name}" is not in the model; its variables are {", ".join(known)}. {nearest(name, known)}'
            )
    for name in keep:
        if _is_covariate(design, name) and name not in at:
            raise ModelError(f"{name} is a covariate; say at which values with at={{{name!r}: [...]}}")
    return {name: _axis(name, variable, at.get(name)) for name, variable in design.variables.items()}


def _axis(name: str, variable: Levels | Covariate, chosen: Any) -> list[Any]:  # noqa: ANN401 - a level of any type
    """Give the values of one variable on the grid."""
    values: Any = [chosen] if np.ndim(chosen) == 0 and chosen is not None else chosen
    if isinstance(variable, Covariate):
        return [variable.mean] if values is None else [float(value) for value in values]
    if values is None:
        return list(variable.values)
    unknown = [str(value) for value in values if value not in variable.values]
    if unknown:
        raise ModelError(
            f"{name} has no level {', '.join(unknown)}; its levels are {', '.join(map(str, variable.values))}"
        )
    return list(values)


def _shares(design: Design, cells: pd.DataFrame, axes: dict[str, list[Any]], weights: Weights) -> pd.DataFrame:
    """Give the combinations that are averaged over, with the share of each."""
    if weights not in ("equal", "proportional"):
        raise ModelError(f'weights "{weights}" is not available; available are equal, proportional')
    combinations = pd.DataFrame(list(product(*axes.values())), columns=list(axes)) if axes else pd.DataFrame(index=[0])
    factors = [name for name in axes if not _is_covariate(design, name)]
    share = np.ones(len(combinations))
    if weights == "proportional" and factors:
        counts = cells.groupby(factors, observed=True)["n"].sum()
        keys = (
            pd.MultiIndex.from_frame(combinations[factors]) if len(factors) > 1 else pd.Index(combinations[factors[0]])
        )
        share = counts.reindex(keys, fill_value=0).to_numpy(dtype=float)
    return combinations.assign(share=share / share.sum())


def _differences(means: Rows, name: str, reference: Hashable) -> Rows:
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


def type_three_rows(design: Design, term: str) -> Array:
    """Give the rows of the type III hypothesis of a term.

    For a term that no other contains these are its own coefficients (Satterthwaite's joint df depend on the choice
    of rows; this is mmrm's). Else the model is recoded with contrasts that sum to zero; the term's coefficients there,
    in terms of ours, are the rows of M in ``X = X_sum M``.

    Raises
    ------
    ModelError
        The model has no such term, or the two codings do not span the same columns.
    """
    wanted = design.positions(term)
    own = frozenset(design.columns[wanted[0]][0])
    if not any(own < frozenset(other) for other in design.formula.terms):
        return np.asarray(np.eye(len(design.columns))[wanted])
    frame = _generic_rows(design)
    ours, summing = design.matrix(frame), design.matrix(frame, coding="sum")
    scale, scale_summing = np.abs(ours).max(axis=0), np.abs(summing).max(axis=0)
    ours, summing = ours / scale, summing / scale_summing
    recoded, _, rank, _ = np.linalg.lstsq(summing, ours, rcond=1e-11)
    if rank < ours.shape[1] or np.abs(summing @ recoded - ours).max() > 1e-7:
        raise ModelError(f'The type III hypothesis of "{term}" is not defined: main effects are missing from the model')
    rows = recoded * scale / scale_summing[:, None]
    return np.asarray(np.where(np.abs(rows) > 1e-10 * np.abs(rows).max(), rows, 0.0)[wanted])


def _generic_rows(design: Design) -> pd.DataFrame:
    """Give rows on which all columns of the design are independent: every cell, covariates spread over their range."""
    factors = design.factors
    cells = list(product(*factors.values()))
    repeats = 2 + max(2 * len(design.columns) // max(len(cells), 1), 8 if len(factors) < len(design.variables) else 0)
    frame = pd.DataFrame(cells * repeats, columns=list(factors), index=range(len(cells) * repeats))
    for number, (name, variable) in enumerate(design.variables.items()):
        if isinstance(variable, Covariate):
            # Multiples of an irrational number modulo one never repeat and fill the range evenly.
            step = np.sqrt(np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29])[number % 10])
            spread = np.modf(np.arange(1, len(frame) + 1) * step)[0]
            frame[name] = variable.minimum + spread * (variable.maximum - variable.minimum)
    return frame


def _names(names: str | Sequence[str]) -> list[str]:
    """Give one or several names as a list."""
    return [names] if isinstance(names, str) else list(names)
