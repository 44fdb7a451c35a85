"""From a data frame to the data of a generalised linear mixed model: outcome, exposure, designs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, Design, build_design, complete_rows, level_values
from postinfusion.analyses.formula import Formula, parse_formula
from postinfusion.core.glmm_model import FamilyName, GlmmData
from postinfusion.errors import ModelError


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
    formulas = [parse_formula(text) if text is not None else None for text in (fixed, random, zero)]
    variables = [name for formula in formulas if formula is not None for name in formula.variables]
    wanted = [response, subject, *(name for name in (offset, exposure, trials, visit) if name), *variables]
    rows = complete_rows(frame, wanted)
    if not len(rows):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    design = build_design(fixed, rows)
    random_design, zero_design = (_design(formula, rows) for formula in formulas[1:])
    y, categories = _outcome(rows, response, family, trials)
    codes, subjects = pd.factorize(rows[subject])
    data = GlmmData(
        X=design.matrix(rows),
        y=y,
        U=design_matrix(random_design, rows),
        subject=np.asarray(codes, dtype=np.intp),
        offset=_log_exposure(rows, offset, exposure),
        trials=_numbers(rows, trials) if trials else np.ones(len(rows)),
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


def _numbers(rows: pd.DataFrame, column: str) -> Array:
    """Give a numeric column."""
    if not pd.api.types.is_numeric_dtype(rows[column]):
        raise ModelError(f"{column} is not numeric; convert it before the model")
    return rows[column].to_numpy(dtype=float)


def _log_exposure(rows: pd.DataFrame, offset: str | None, exposure: str | None) -> Array:
    """Give the known part of the linear predictor."""
    if exposure is None:
        return np.zeros(len(rows)) if offset is None else _numbers(rows, offset)
    time = _numbers(rows, exposure)
    if (time <= 0).any():
        raise ModelError(f"{exposure} goes down to {time.min():g}; an exposure is positive: remove rows without any")
    return np.log(time)


def _outcome(
    rows: pd.DataFrame, response: str, family: FamilyName, trials: str | None
) -> tuple[Array, tuple[Any, ...]]:
    """Give the outcome as numbers, and the categories of an ordinal one."""
    column = rows[response]
    if family == "ordinal":
        return _ordered(column)
    if family == "binomial" and trials is None and isinstance(column.dtype, pd.CategoricalDtype):
        levels = level_values(column)
        if len(column.cat.categories) != 2:
            raise ModelError(f"{response} has {len(levels)} categories; a binomial response has two, success last")
        return np.asarray(column.cat.codes, dtype=float), ()
    if trials is not None and family != "binomial":
        raise ModelError("trials= belongs to the binomial family; leave it out")
    return _numbers(rows, response), ()


def _ordered(column: pd.Series[Any]) -> tuple[Array, tuple[Any, ...]]:
    """Give codes and categories of an ordinal outcome."""
    is_text = not pd.api.types.is_numeric_dtype(column) and not isinstance(column.dtype, pd.CategoricalDtype)
    if is_text:
        raise ModelError(f"{column.name} holds text without an order; make it a Categorical with its levels in order")
    levels = level_values(column)
    return np.asarray(pd.Index(levels).get_indexer(pd.Index(column)), dtype=float), levels
