"""The mixed model of a timed task on a data frame: log seconds by arm × visit, with censored times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, build_design
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.grid_rows import At, Rows, mean_rows
from postinfusion.analyses.reference_grid import LinearModelFit
from postinfusion.analyses.timed_task_data import LOG_TIME, SIDE
from postinfusion.core.censored_mixed_model import CensoredData, CensoredOptimum, fit_censored_mixed_model
from postinfusion.core.contrasts import Estimates, estimates


@dataclass(frozen=True)
class TimedTaskFit(LinearModelFit):
    """A fitted model of log seconds; coefficients, means and contrasts are on this scale.

    Attributes
    ----------
    optimum
        The fit of the numerical core.
    formula
        Right side of the fixed effects.
    """

    optimum: CensoredOptimum = field(kw_only=True, repr=False)
    formula: str = field(kw_only=True)

    def mean_rows(self, keep: Sequence[str], at: At) -> Rows:
        """Give the rows of L of the means over the analysed rows, by the kept factors, at values of covariates."""
        return mean_rows(self._grid, [*keep], at, "proportional")

    def shifted(self, rows: Array, constant: Array, variance: Array, *, confidence: float) -> Estimates:
        """Estimate rows of L plus constants that are estimated apart and have variances of their own."""
        inference = self.inference
        K = inference.in_basis(rows)  # noqa: N806 - the letter of the notation table
        error = np.sqrt(((K @ inference.V) * K).sum(axis=1) + variance)
        df = inference.degrees_of_freedom(rows)
        return estimates(K @ inference.beta + constant, error, df, confidence=confidence)


def fit_timed_task(frame: pd.DataFrame, formula: str) -> TimedTaskFit:
    """Fit log seconds with a random intercept of the participant, by maximum likelihood.

    Parameters
    ----------
    frame
        With ``LOGTIME``, ``SIDE`` (0 seen, 1 at least, -1 at most), ``USUBJID`` and the variables of the formula.
    formula
        Right side of the fixed effects.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.
    """
    design = build_design(parse_formula(formula), frame)
    codes = np.asarray(pd.factorize(frame["USUBJID"])[0], dtype=np.intp)
    data = CensoredData(design.matrix(frame), frame[LOG_TIME].to_numpy(dtype=float),
                        frame[SIDE].to_numpy(dtype=float), codes)  # fmt: skip
    found = fit_censored_mixed_model(data)
    at_zero = ("the variance between participants is zero",) if found.optimum.boundary else ()
    return TimedTaskFit(design, found.inference(), analysed=frame, warnings=at_zero, optimum=found, formula=formula)
