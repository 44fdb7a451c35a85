"""Reference grid: from the coefficients of any linear model to marginal means, contrasts and joint tests.

A row of the grid is a combination of levels of all factors with the covariates at chosen values; a marginal mean is
an average of rows, and everything else is a difference of such averages. Nothing here knows which model was fitted.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.design import Array, Design
from postinfusion.analyses.grid_rows import At, Grid, Rows, Weights, as_names, difference_rows, mean_rows
from postinfusion.analyses.type_three import type_three_rows
from postinfusion.core.contrasts import Estimates, JointTest
from postinfusion.core.inference import Inference
from postinfusion.errors import ModelError, nearest

NOT_ESTIMABLE = "not estimable: a cell of the design that it needs holds no data"
ALIASED = "aliased: a combination of earlier columns of the model"
NOT_POSITIVE = "no standard error: the adjusted or robust variance is not positive; choose another method for df"
FIXED = "fixed at zero by the model: there is nothing to estimate"


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
        Number of analysed rows by combination of the factors' levels, with the column ``n``; counted from the
        analysed rows when it is needed and not given.
    analysed
        The analysed rows.
    warnings
        What a reader of the results must know of the fit, a sentence each.
    """

    design: Design
    inference: Inference
    cells: pd.DataFrame | None = field(default=None, kw_only=True)
    analysed: pd.DataFrame | None = field(default=None, kw_only=True, repr=False, compare=False)
    warnings: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def coefficients(self) -> pd.DataFrame:
        """Give the coefficients: term, estimate, std_error, df, statistic, p_value, conf_low, conf_high, error.

        A column that is a combination of earlier ones has none; the others are those of the model without it.
        """
        names = self.design.names
        problems = np.full(len(names), "", dtype=object)
        problems[self.inference.basis.aliased] = ALIASED
        return _table(pd.DataFrame({"term": names}), self.inference.of_columns(), problems)

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
            ``equal`` weights of the levels that are averaged over; ``proportional`` to the analysed rows with each of
            their combinations; or ``counterfactual``: the average prediction over the analysed rows, each with its
            own covariates and set to the levels of ``specs`` and ``by``.
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
        rows = mean_rows(self._grid, [*as_names(specs), *as_names(by)], at or {}, weights)
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
        named = as_names(specs)
        if len(named) != 1:
            raise ModelError(f"Contrasts compare the levels of one factor, not of {len(named)}; name the others in by=")
        if named[0] in as_names(by):
            raise ModelError(f"{named[0]} is compared and kept apart at once; leave it out of by=")
        means = mean_rows(self._grid, [*named, *as_names(by)], at or {}, weights)
        return difference_rows(means, named[0], reference)

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

    @cached_property
    def _grid(self) -> Grid:
        """Give the design with the frequencies and rows that weigh its levels."""
        if self.cells is None and self.analysed is None:
            raise ModelError("The fit holds neither counts of its rows nor the rows; means cannot be weighed")
        cells = count_cells(self.design, self.analysed) if self.cells is None else self.cells  # type: ignore[arg-type]
        return Grid(self.design, cells, self.analysed)

    def _rows(self, combinations: pd.DataFrame | Array) -> Rows:
        """Give them with labels and a column for every coefficient."""
        names = self.design.names
        if isinstance(combinations, pd.DataFrame):
            unknown = [str(name) for name in combinations.columns if name not in names]
            if unknown:
                raise ModelError(f"The model has no coefficient {', '.join(unknown)}. {nearest(unknown[0], names)}")
            full = _as_rows(combinations.reindex(columns=names, fill_value=0.0).to_numpy())
            return Rows(pd.DataFrame({"term": combinations.index.astype(str)}), full)
        matrix = _as_rows(combinations)
        if matrix.shape[1] != len(names):
            raise ModelError(f"L has {matrix.shape[1]} columns; the model has {len(names)} coefficients")
        return Rows(pd.DataFrame({"term": [str(i + 1) for i in range(len(matrix))]}), matrix)


def _as_rows(combinations: object) -> Array:
    """Give rows of L as finite numbers."""
    try:
        matrix = np.atleast_2d(np.asarray(combinations, dtype=float))
    except (TypeError, ValueError):
        matrix = np.full((1, 1), np.nan)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise ModelError("L must be rows of finite numbers, one for each coefficient of the model")
    return matrix


def estimates_frame(rows: Rows, inference: Inference, *, confidence: float = 0.95) -> pd.DataFrame:
    """Give labels and estimates side by side, with the reason where there is no estimate."""
    found = inference.estimates(rows.L, confidence=confidence)
    problems = np.where(np.abs(rows.L).max(axis=1, initial=0.0) > 0, "", FIXED).astype(object)
    problems[~inference.basis.is_estimable(rows.L)] = NOT_ESTIMABLE
    return _table(rows.labels, found, problems)


def _table(labels: pd.DataFrame, found: Estimates, problems: NDArray[np.object_]) -> pd.DataFrame:
    """Give labels, estimates and the reasons where there are none as one frame."""
    names = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
    problems = np.where((problems == "") & np.isnan(found.std_error), NOT_POSITIVE, problems)
    values = {name: getattr(found, name) for name in names} | {"error": problems}
    return pd.DataFrame({str(name): column.array for name, column in labels.items()} | values)


def count_cells(design: Design, frame: pd.DataFrame) -> pd.DataFrame:
    """Count the analysed rows by combination of the factors' levels; a single count when there are no factors."""
    names = list(design.factors)
    if not names:
        return pd.DataFrame({"n": [len(frame)]})
    sizes = frame[names].reset_index(drop=True).groupby(names, observed=True, sort=False).size()
    return sizes.rename("n").reset_index()
