"""From a data frame to the data of a generalised linear mixed model: outcome, exposure, designs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.column_checks import level_values, numbers_of, refuse_dates, refuse_infinite
from postinfusion.analyses.design import Array, Design, build_design, complete_rows
from postinfusion.analyses.formula import Formula, parse_formula
from postinfusion.core.glmm_model import FamilyName, GlmmData
from postinfusion.errors import ModelError

# A rate is exp(offset) times that of the model: beyond this no outcome can tell it from zero or from infinity.
LARGEST_OFFSET = 300.0
# Each category costs a threshold: with hardly a row for each an outcome is a number, not a grade.
FEW_CATEGORIES, ROWS_PER_CATEGORY = 10, 5


@dataclass(frozen=True)
class GlmmFrame:
    """The analysed rows with their designs.

    Attributes
    ----------
    rows
        The analysed rows.
    design
        Of the fixed effects.
    random
        Of the random effects; None without any.
    zero
        Of the zeros; None without a model of them.
    categories
        Of an ordinal outcome, in order.
    subjects
        Names of the subjects, by code.
    data
        For the fit.
    """

    rows: pd.DataFrame
    design: Design
    random: Design | None
    zero: Design | None
    categories: tuple[Any, ...]
    subjects: pd.Index[Any]
    data: GlmmData


def glmm_frame(
    frame: pd.DataFrame,
    response: str,
    subject: str,
    *,
    fixed: str,
    random: str | None,
    zero: str | None,
    family: FamilyName,
    offset: str | None = None,
    exposure: str | None = None,
    trials: str | None = None,
    visit: str | None = None,
) -> GlmmFrame:
    """Prepare the rows that have all the variables of the model.

    Raises
    ------
    ModelError
        A column is missing or not what its part in the model needs, or no row is left.
    """
    if offset and exposure:
        raise ModelError("offset= and exposure= say the same (offset is the log of exposure); give one of them")
    formula = parse_formula(fixed)
    others = [None if text is None else parse_formula(text) for text in (random, zero)]
    variables = [name for one in (formula, *others) if one is not None for name in one.variables]
    if response in variables:
        raise ModelError(f"The response {response} is a variable of its own model; leave it out of the formulas")
    wanted = [response, subject, *(name for name in (offset, exposure, trials, visit) if name), *variables]
    rows = complete_rows(frame, wanted)
    if not len(rows):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    design = build_design(formula, rows)
    random_design, zero_design = (_design(one, rows) for one in others)
    y, categories = _outcome(rows, response, family, trials)
    codes, subjects = pd.factorize(rows[subject])
    data = GlmmData(
        X=design.matrix(rows),
        y=y,
        U=design_matrix(random_design, rows),
        subject=np.asarray(codes, dtype=np.intp),
        offset=_log_exposure(rows, offset, exposure),
        trials=_numbers(rows, trials, "number of trials") if trials else np.ones(len(rows)),
        Z=design_matrix(zero_design, rows),
        names=tuple(design.names),
        zero_names=tuple(zero_design.names) if zero_design else (),
        n_categories=len(categories),
    )
    return GlmmFrame(rows, design, random_design, zero_design, categories, pd.Index(subjects, name=subject), data)


def _design(formula: Formula | None, rows: pd.DataFrame) -> Design | None:
    """Build the design of a formula where there is one."""
    return None if formula is None else build_design(formula, rows)


def design_matrix(design: Design | None, rows: pd.DataFrame) -> Array:
    """Give the matrix of a design; no columns without one."""
    return np.empty((len(rows), 0)) if design is None else design.matrix(rows)


def _numbers(rows: pd.DataFrame, column: str, what: str) -> Array:
    """Give a numeric column without infinite values."""
    values = numbers_of(rows[column], f"The {what} {column}")
    refuse_infinite(values, f"The {what} {column}")
    return values


def _log_exposure(rows: pd.DataFrame, offset: str | None, exposure: str | None) -> Array:
    """Give the known part of the linear predictor."""
    if offset is not None:
        known = _numbers(rows, offset, "offset")
        if np.abs(known).max() > LARGEST_OFFSET:
            raise ModelError(
                f"The offset {offset} reaches {known[np.abs(known).argmax()]:g}; it is on the scale of the logarithm, "
                f"from -{LARGEST_OFFSET:g} to {LARGEST_OFFSET:g}: a time at risk itself is exposure="
            )
        return known
    if exposure is None:
        return np.zeros(len(rows))
    time = _numbers(rows, exposure, "exposure")
    if (time <= 0).any():
        raise ModelError(f"{exposure} goes down to {time.min():g}; an exposure is positive: remove rows without any")
    return np.log(time)


def _outcome(
    rows: pd.DataFrame, response: str, family: FamilyName, trials: str | None
) -> tuple[Array, tuple[Any, ...]]:
    """Give the outcome as numbers, and the categories of an ordinal one."""
    column = rows[response]
    if trials is not None and family != "binomial":
        raise ModelError("trials= belongs to the binomial family; leave it out")
    if family == "ordinal":
        return _ordered(column)
    if family == "binomial" and trials is None:
        if isinstance(column.dtype, pd.CategoricalDtype):
            return _success(column), ()
        if pd.api.types.is_bool_dtype(column):
            return column.to_numpy(dtype=float), ()
    return _numbers(rows, response, "response"), ()


def _success(column: pd.Series[Any]) -> Array:
    """Give 0 and 1 for the two categories of a Categorical."""
    if len(column.cat.categories) != 2:
        raise ModelError(
            f"{column.name} has {len(level_values(column))} categories; a binomial response has two, success last"
        )
    return np.asarray(column.cat.codes, dtype=float)


def _ordered(column: pd.Series[Any]) -> tuple[Array, tuple[Any, ...]]:
    """Give codes and categories of an ordinal outcome."""
    what = f"The response {column.name}"
    if not isinstance(column.dtype, pd.CategoricalDtype):
        refuse_dates(column, what)
        if not pd.api.types.is_numeric_dtype(column):
            raise ModelError(f"{what} holds text without an order; make it a Categorical with its levels in order")
        if not pd.api.types.is_bool_dtype(column):
            refuse_infinite(numbers_of(column, what), what)
    levels = level_values(column)
    allowed = max(FEW_CATEGORIES, len(column) // ROWS_PER_CATEGORY)
    if len(levels) > allowed:
        raise ModelError(
            f"{what} has {len(levels):,} different values in {len(column):,} rows; an ordinal model of so many rows "
            f"takes at most {allowed:,} ({ROWS_PER_CATEGORY} rows for each): pool categories, or take it as a number "
            "with fit_lmm or fit_mmrm"
        )
    return np.asarray(pd.Index(levels).get_indexer(pd.Index(column)), dtype=float), levels
