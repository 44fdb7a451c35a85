"""The residuals of a linear mixed model as an analyst names them: structure, time, group or formula of the scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from postinfusion.analyses.column_checks import refuse_infinite
from postinfusion.analyses.design import Array, Design, Levels, build_design, numeric_values
from postinfusion.analyses.formula import Formula, parse_formula
from postinfusion.errors import ModelError, nearest

Residual = Literal["iid", "ar1", "exp"]
RESIDUALS: tuple[Residual, ...] = ("iid", "ar1", "exp")


@dataclass(frozen=True)
class ResidualFormula:
    """What was asked for.

    Attributes
    ----------
    structure
        ``iid``, ``ar1`` or ``exp``.
    time
        Column of the times; None for independent residuals.
    group
        Column with a variance for each of its levels; None when the scale has a formula, or there is one variance.
    scale
        Formula of the log standard deviation; None for one variance.
    """

    structure: Residual
    time: str | None
    group: str | None
    scale: Formula | None

    @property
    def variables(self) -> tuple[str, ...]:
        """Name the columns that the residuals need."""
        scale = self.scale.variables if self.scale is not None else ()
        return (*scale, *((self.time,) if self.time is not None else ()))

    def times(self, rows: pd.DataFrame) -> Array | None:
        """Give the times, shape (n,); None for independent residuals.

        Raises
        ------
        ModelError
            The column is not numeric, or holds infinite values.
        """
        if self.time is None:
            return None
        values = numeric_values(rows, self.time, "time")
        refuse_infinite(values, f"The time {self.time}")
        return values

    def design(self, rows: pd.DataFrame) -> Design | None:
        """Give the design of the log standard deviation; None for one variance."""
        if self.scale is None:
            return None
        return build_design(self.scale, rows, categorical=[] if self.group is None else [self.group])

    def variances(self, sigma2: float, delta: Array, design: Design | None) -> pd.Series[float]:
        """Give the variance of each level of the group; empty without one."""
        if self.group is None or design is None:
            return pd.Series(np.empty(0))
        levels = design.variables[self.group]
        values = levels.values if isinstance(levels, Levels) else ()
        variances: Array = sigma2 * np.exp(2 * np.append(0.0, delta))
        return pd.Series(variances, index=pd.Index(values, name=self.group))


def residual_formula(structure: Residual, time: str | None, group: str | None, scale: str | None) -> ResidualFormula:
    """Read what was asked for.

    Raises
    ------
    ModelError
        The structure is not there, the time is missing or too much, or both a group and a formula are given.
    """
    if structure not in RESIDUALS:
        raise ModelError(
            f'residual "{structure}" is not available; available are {", ".join(RESIDUALS)}. '
            f"{nearest(structure, RESIDUALS)}"
        )
    if (structure == "iid") != (time is None):
        raise ModelError(
            'residual="ar1" and residual="exp" need time=, the column of the times; residual="iid" takes none'
        )
    if group is not None and scale is not None:
        raise ModelError("residual_group= is a scale by one factor; give it or scale=, not both")
    text = f"`{group}`" if group is not None else scale
    formula = None if text is None else parse_formula(text)
    if formula is not None and not formula.intercept:
        raise ModelError("The formula of the scale needs its intercept, the log residual standard deviation")
    return ResidualFormula(structure, time, group, formula)


def check_random_scale(method: str, df: str) -> None:
    """Refuse a random scale with anything but maximum likelihood and the normal distribution.

    Raises
    ------
    ModelError
        The method or the degrees of freedom are not defined with a random scale.
    """
    if method != "ml" or df != "asymptotic":
        raise ModelError(
            'A random scale is estimated by quadrature of the likelihood: give method="ml" and df="asymptotic"'
        )
