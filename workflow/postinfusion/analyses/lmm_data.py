"""From a data frame and formulas to the arrays of a linear mixed model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.design import Design, build_design, complete_rows, numeric_values
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.lmm_prediction import RandomDesigns
from postinfusion.analyses.lmm_residuals import ResidualFormula
from postinfusion.core.mixed_model import GroupedData
from postinfusion.errors import ModelError


@dataclass(frozen=True)
class LmmFormulas:
    """The fixed and random effects as they were written.

    Attributes
    ----------
    fixed
        Right side of the formula of the fixed effects.
    random
        Right side of the formula of the random effects, or one for each level of grouping.
    subject
        Column of the subject, or columns of nested groups, the outermost first.
    """

    fixed: str
    random: str | Sequence[str]
    subject: str | Sequence[str]

    @property
    def levels(self) -> list[str]:
        """Give the columns of the groups, the outermost first."""
        return _as_list(self.subject, "subject", "the column of the subject, or a list of columns of nested groups")

    @property
    def by_level(self) -> list[str]:
        """Give a formula of random effects for each level of grouping."""
        found = _as_list(
            self.random, "random", 'a formula as "1 + time", or a list with one for each level of grouping'
        )
        return found * len(self.levels) if isinstance(self.random, str) else found


def _as_list(value: str | Sequence[str], name: str, allowed: str) -> list[str]:
    """Give one text as a list of one."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list | tuple):
        raise ModelError(f"{name} is {value!r}; give {allowed}")
    return list(value)


@dataclass(frozen=True)
class LmmData:
    """The analysed rows and what was read from them.

    Attributes
    ----------
    data
        The arrays.
    rows
        The analysed rows.
    design
        The fixed effects.
    random_designs
        The random effects of each level.
    scale_design
        The residual scale; None for one variance.
    """

    data: GroupedData
    rows: pd.DataFrame
    design: Design
    random_designs: RandomDesigns
    scale_design: Design | None


def lmm_data(frame: pd.DataFrame, response: str, formulas: LmmFormulas, residuals: ResidualFormula) -> LmmData:
    """Read a model's rows; those with a missing value in one of its variables are left out.

    Raises
    ------
    ModelError
        A column is not there or not of its kind, no row is left, or formulas and levels of grouping do not match.
    """
    levels, texts = formulas.levels, formulas.by_level
    if not levels or len(set(map(str, levels))) < len(levels) or len(texts) != len(levels):
        raise ModelError(
            f"{len(texts)} formulas of random effects for {len(levels)} levels of grouping; give one for all, or "
            "one for each of the columns in subject=, the outermost first, each column once"
        )
    fixed, random = parse_formula(formulas.fixed), [parse_formula(text) for text in texts]
    variables = [name for formula in (fixed, *random) for name in formula.variables]
    rows = complete_rows(frame, [response, *levels, *variables, *residuals.variables])
    if not len(rows):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    design, designs = build_design(fixed, rows), tuple(build_design(formula, rows) for formula in random)
    groups, scale = _nested_groups(rows, levels), residuals.design(rows)
    data = GroupedData(
        X=design.matrix(rows),
        y=numeric_values(rows, response, "response"),
        U=tuple(each.matrix(rows) for each in designs),
        group=tuple(codes for codes, _ in groups),
        time=residuals.times(rows),
        scale=None if scale is None else scale.matrix(rows)[:, 1:],
    )
    random_designs = RandomDesigns(designs, tuple(levels), tuple(index for _, index in groups))
    return LmmData(data, rows, design, random_designs, scale)


def _nested_groups(rows: pd.DataFrame, levels: list[str]) -> list[tuple[NDArray[np.intp], pd.Index]]:
    """Give the codes of the rows and the labels of the groups at each level, inner groups within their outer ones."""
    codes, labels = _labelled(rows[levels[0]])
    found = [(codes, pd.Index(labels, name=levels[0]))]
    for depth, level in enumerate(levels[1:], start=2):
        own, _ = _labelled(rows[level])
        outer = found[-1][0]
        codes = np.asarray(pd.factorize(outer * np.int64(own.max() + 1) + own)[0], dtype=np.intp)
        first = np.unique(codes, return_index=True)[1]
        found.append((codes, pd.MultiIndex.from_frame(rows.iloc[first][levels[:depth]])))
    return found


def _labelled(column: pd.Series[Any]) -> tuple[NDArray[np.intp], Any]:
    """Give codes 0, 1, ... in the order of the rows, and their labels."""
    try:
        codes, labels = pd.factorize(column)
    except TypeError:
        raise ModelError(
            f"{column.name} holds lists or other values that cannot name a group; give text or numbers"
        ) from None
    return np.asarray(codes, dtype=np.intp), labels
