"""From a formula and a data frame to a design matrix, and again to the rows of a reference grid.

What a design learns from the analysed rows (levels, knots, polynomial coefficients, means) it keeps, so that the same
columns can be evaluated anywhere. Factors have treatment contrasts with the first level as reference; a factor whose
margin is not in the model has a column per level, by R's rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.bases import Basis, basis_width, learned_basis
from postinfusion.analyses.column_checks import (
    is_covariate,
    level_values,
    numbers_of,
    refuse_infinite,
    refuse_single_level,
    require_columns,
)
from postinfusion.analyses.formula import Factor, Formula, Term, parse_formula, term_name
from postinfusion.errors import ModelError, nearest

Array = NDArray[np.float64]
MAX_COLUMNS = 2_000
FAR_FROM_ZERO = 1e-6


@dataclass(frozen=True)
class Levels:
    """A factor of the design: its levels in order, the first being the reference."""

    values: tuple[Any, ...]

    def codes(self, column: pd.Series[Any]) -> NDArray[np.intp]:
        """Give the position of each value among the levels; -1 when it is none of them."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            of_category = np.append(pd.Index(self.values).get_indexer(pd.Index(column.cat.categories)), -1)
            return np.asarray(of_category[column.cat.codes], dtype=np.intp)
        return np.asarray(pd.Index(self.values).get_indexer(pd.Index(column)), dtype=np.intp)


@dataclass(frozen=True)
class Covariate:
    """A numeric column of the design with what the reference grid needs of it."""

    mean: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Design:
    """A formula with all that was learned from the analysed rows.

    Attributes
    ----------
    formula
        The parsed formula.
    variables
        Levels or covariate of each column of the data that the formula uses.
    bases
        Polynomials and splines by the factor of the formula.
    margins
        Terms of the formula that have no columns: they only decide, by R's rule, how the terms that contain them are
        coded.
    treatment_coded
        Factors that keep treatment contrasts whatever coding is asked for.
    averaged
        Levels of a factor that marginal means average over unless told otherwise; all where it is not named.
    """

    formula: Formula
    variables: Mapping[str, Levels | Covariate]
    bases: Mapping[Factor, Basis]
    margins: frozenset[Term] = frozenset()
    treatment_coded: frozenset[str] = frozenset()
    averaged: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Give the terms that have columns."""
        return tuple(term for term in self.formula.terms if term not in self.margins)

    def matrix(self, frame: pd.DataFrame, *, coding: str = "treatment") -> Array:
        """Give the design matrix of the rows of a frame, shape (n, c).

        Parameters
        ----------
        frame
            Has a column for each variable of the formula.
        coding
            ``treatment``, or ``sum`` for contrasts that sum to zero over the levels.

        Raises
        ------
        ModelError
            A value is not a level of its factor.
        """
        blocks = [np.ones((len(frame), 1))] if self.formula.intercept else []
        cache: dict[tuple[Factor, bool], Array] = {}
        for term in self.terms:
            block = np.ones((len(frame), 1))
            for factor in term:
                full = (term, factor) in self.fully_coded
                if (factor, full) not in cache:
                    cache[factor, full] = self._columns(factor, frame, "full" if full else coding)
                # The first factor varies fastest, as in R.
                columns = cache[factor, full]
                width = columns.shape[1] * block.shape[1]
                block = (columns[:, :, None] * block[:, None, :]).reshape(len(frame), width)
            blocks.append(block)
        return np.concatenate(blocks, axis=1)

    @cached_property
    def columns(self) -> tuple[tuple[Term, str], ...]:
        """Give the term and the name of each column of the design matrix."""
        columns: list[tuple[Term, str]] = [((), "(Intercept)")] if self.formula.intercept else []
        for term in self.terms:
            parts = [self._names(factor, full=(term, factor) in self.fully_coded) for factor in reversed(term)]
            columns += [(term, ":".join(reversed(names))) for names in product(*parts)]
        return tuple(columns)

    @property
    def names(self) -> list[str]:
        """Name the columns as R does: ``TRTPActive:AVISITWeek 2``."""
        return [name for _, name in self.columns]

    @property
    def factors(self) -> dict[str, tuple[Any, ...]]:
        """Give the levels of each factor."""
        return {name: v.values for name, v in self.variables.items() if isinstance(v, Levels)}

    def positions(self, term: str) -> list[int]:
        """Give the columns of a term; the order of its factors does not matter.

        Raises
        ------
        ModelError
            The model has no such term.
        """
        wanted = {frozenset(found) for found in parse_formula(term).terms}
        known = {term_name(t): frozenset(t) for t in self.terms}
        if len(wanted) != 1 or not wanted <= set(known.values()):
            raise ModelError(
                f'The model has no term "{term}"; its terms are {", ".join(known)}. {nearest(term, known)}'
            )
        return [i for i, (t, _) in enumerate(self.columns) if t and frozenset(t) in wanted]

    @cached_property
    def fully_coded(self) -> frozenset[tuple[Term, Factor]]:
        """Give where a factor has a column per level in a term, by R's rule.

        It has contrasts where an earlier term holds all other factors of this term, else a column per level; a main
        effect has contrasts. Without an intercept the first factor of the first term that has one gets a column per
        level whatever its margins.

        References
        ----------
        Chambers (1992), in Chambers & Hastie, Statistical Models in S, p. 38; ``TermCode`` and ``modelmatrix`` of R's
        package stats (model.c).
        """
        terms = self.formula.terms
        factors = [(i, factor) for i, term in enumerate(terms) for factor in term if self._is_categorical(factor)]
        found = {(terms[i], factor) for i, factor in factors if not _has_margin(terms[:i], {*terms[i]} - {factor})}
        return frozenset(found if self.formula.intercept else {*found, *((terms[i], f) for i, f in factors[:1])})

    def _is_categorical(self, factor: Factor) -> bool:
        """Say whether a factor of the formula is categorical."""
        return isinstance(self.variables[factor.variable], Levels)

    def _columns(self, factor: Factor, frame: pd.DataFrame, coding: str) -> Array:
        """Give the columns of one factor of the formula."""
        variable = self.variables[factor.variable]
        if isinstance(variable, Levels):
            if coding == "sum" and factor.variable in self.treatment_coded:
                coding = "treatment"
            return _coding(len(variable.values), coding)[_known_codes(factor.variable, variable, frame)]
        x = frame[factor.variable].to_numpy(dtype=float)
        return _numeric_columns(factor, x, self.bases.get(factor))

    def _names(self, factor: Factor, *, full: bool) -> list[str]:
        """Name the columns of one factor of the formula."""
        variable = self.variables[factor.variable]
        if isinstance(variable, Levels):
            return [f"{factor.variable}{level}" for level in variable.values[0 if full else 1 :]]
        width = basis_width(factor)
        return [str(factor)] if width == 1 else [f"{factor}{i}" for i in range(1, width + 1)]


def _has_margin(earlier: Iterable[Term], others: set[Factor]) -> bool:
    """Say whether an earlier term, or the intercept, holds all these factors."""
    return not others or any(others <= {*term} for term in earlier)


def build_design(formula: str | Formula, frame: pd.DataFrame, *, categorical: Iterable[str] = ()) -> Design:
    """Learn a design from the analysed rows.

    Parameters
    ----------
    formula
        Right side of the model.
    frame
        The analysed rows, without missing values in the formula's columns.
    categorical
        Columns that are factors whatever their type.

    Raises
    ------
    ModelError
        A column is not there, a factor has one level only, or a covariate is not finite.
    """
    parsed = parse_formula(formula) if isinstance(formula, str) else formula
    require_columns(frame, parsed.variables)
    variables = {name: _variable(frame[name], categorical=name in set(categorical)) for name in parsed.variables}
    factors = dict.fromkeys(factor for term in parsed.terms for factor in term)
    for factor in factors:
        if factor.function and isinstance(variables[factor.variable], Levels):
            raise ModelError(f"{factor} needs a numeric column; {factor.variable} is categorical")
    bases = {factor: learned_basis(factor, frame) for factor in factors if factor.function in ("poly", "ns")}
    design = Design(parsed, variables, bases)
    if len(design.columns) > MAX_COLUMNS:
        raise ModelError(f"The model has {len(design.columns):,} columns; at most {MAX_COLUMNS:,} are allowed")
    return design


def complete_rows(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Give the rows without a missing value in these columns, and only these columns.

    Raises
    ------
    ModelError
        A column is not there, or comes twice.
    """
    wanted = list(columns)
    require_columns(frame, wanted)
    part = frame[list(dict.fromkeys(wanted))]
    present = np.flatnonzero(part.notna().to_numpy().all(axis=1))
    return part if len(present) == len(part) else part.iloc[present]


def numeric_values(rows: pd.DataFrame, name: str, what: str) -> Array:
    """Give a column as numbers.

    Raises
    ------
    ModelError
        The column is not numeric, or too large or small for a model.
    """
    return numbers_of(rows[name], f"The {what} {name}")


def _variable(column: pd.Series[Any], *, categorical: bool) -> Levels | Covariate:
    """Take a column as a factor or as a covariate, by its type."""
    if not categorical and is_covariate(column):
        x = numbers_of(column, str(column.name))
        refuse_infinite(x, str(column.name))
        if 0 < x.std() < FAR_FROM_ZERO * abs(x.mean()):
            raise ModelError(
                f"{column.name} varies by less than a millionth of its mean, which costs the model its digits; "
                "subtract a constant near the mean first"
            )
        return Covariate(float(x.mean()), float(x.min()), float(x.max()))
    levels = level_values(column)
    refuse_single_level(str(column.name), levels)
    return Levels(levels)


def _numeric_columns(factor: Factor, x: Array, basis: Basis) -> Array:
    """Give the columns of a numeric factor at x (n,)."""
    if basis is not None:
        return basis.columns(x)
    if not factor.function:
        return x[:, None]
    smallest = -1.0 if factor.function == "log1p" else 0.0
    if (x < smallest).any() or (factor.function != "sqrt" and (x == smallest).any()):
        raise ModelError(f"{factor} is not defined: {factor.variable} goes down to {x.min():g}")
    functions = {"log": np.log, "log1p": np.log1p, "sqrt": np.sqrt}
    return np.asarray(functions[factor.function](x)[:, None])


def _coding(n_levels: int, coding: str) -> Array:
    """Give the columns of each level: all indicators, treatment contrasts, or contrasts that sum to zero."""
    identity = np.eye(n_levels)
    if coding == "full":
        return identity
    return identity[:, 1:] if coding == "treatment" else identity[:, 1:] - identity[:, :1]


def _known_codes(name: str, levels: Levels, frame: pd.DataFrame) -> NDArray[np.intp]:
    """Give the codes of a factor's values, all of which must be levels."""
    codes = levels.codes(frame[name])
    if len(codes) and codes.min() < 0:
        raise ModelError(
            f"{name} holds a value that the model has not seen; its levels are {', '.join(map(str, levels.values))}"
        )
    return codes
