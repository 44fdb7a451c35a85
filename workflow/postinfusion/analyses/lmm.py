"""Linear mixed models with random effects by subject on a data frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.design import build_design, complete_rows
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.mmrm import response_values
from postinfusion.analyses.reference_grid import LinearModelFit, count_cells
from postinfusion.core.fit import OptimumReport
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.random_effects import GroupedData, fit_mixed_model
from postinfusion.errors import ModelError


@dataclass(frozen=True)
class LmmFit(LinearModelFit):
    """A fitted linear mixed model.

    Attributes
    ----------
    random_covariance
        Terms by terms: covariance of the random effects.
    residual_variance
        Variance of the residuals.
    random_effects
        Subjects by terms: predicted random effects.
    random_effects_std_error
        Subjects by terms: their conditional standard deviations, as lme4's.
    method, df
        What was asked for.
    log_likelihood
        Restricted under ``reml``, without the constant in |X'X|.
    aic, bic
        Count all parameters; ``bic`` uses the log of the number of observations, both as lme4 does.
    optimum
        Dossier of the optimum; its ``boundary`` says that a variance vanished or a correlation is one.
    n_observations, n_subjects
        What was analysed.
    """

    random_covariance: pd.DataFrame
    residual_variance: float
    random_effects: pd.DataFrame
    random_effects_std_error: pd.DataFrame
    method: str
    df: str
    log_likelihood: float
    aic: float
    bic: float
    optimum: OptimumReport
    n_observations: int
    n_subjects: int

    @property
    def converged(self) -> bool:
        """Say that the optimum was reached: a fit that did not reach it is refused, so this is always true."""
        return True


def fit_lmm(
    frame: pd.DataFrame,
    response: str,
    fixed: str,
    random: str,
    subject: str,
    *,
    correlated: bool = True,
    method: Method = "reml",
    df: DfMethod = "kenward-roger-linear",
    information: str = "observed",
) -> LmmFit:
    """Fit a linear mixed model with random effects by subject and independent residuals.

    Parameters
    ----------
    frame
        One row per observation; rows with a missing value in a variable of the model are left out.
    response
        Column of the outcome.
    fixed, random
        Right sides of the formulas of the fixed and the random effects: ``time * arm``, ``1 + time``.
    subject
        Column of the subject.
    correlated
        Whether the random effects may correlate.
    method
        ``reml`` or ``ml``.
    df
        ``kenward-roger-linear satterthwaite between-within residual asymptotic``.
    information
        ``observed``, or ``expected`` to reproduce pbkrtest.

    Returns
    -------
    LmmFit
        It exists only when the optimum was reached.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.
    """
    formulas = parse_formula(fixed), parse_formula(random)
    rows = complete_rows(frame, [response, subject, *formulas[0].variables, *formulas[1].variables])
    if not len(rows):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    design, random_design = (build_design(formula, rows) for formula in formulas)
    codes, subjects = pd.factorize(rows[subject])
    data = GroupedData(
        X=design.matrix(rows),
        y=response_values(rows, response),
        U=random_design.matrix(rows),
        subject=np.asarray(codes, dtype=np.intp),
    )
    fit = fit_mixed_model(data, correlated=correlated, method=method, df_method=df, information=information)
    effects = fit.levels[0]
    n_parameters = len(fit.inference.beta) + fit.n_covariance_parameters
    names, index = random_design.names, pd.Index(subjects, name=subject)
    return LmmFit(
        design=design,
        inference=fit.inference,
        cells=count_cells(design, rows),
        random_covariance=pd.DataFrame(effects.G, index=names, columns=names),
        residual_variance=fit.sigma2,
        random_effects=pd.DataFrame(effects.b, index=index, columns=names),
        random_effects_std_error=pd.DataFrame(effects.b_std_error, index=index, columns=names),
        method=method,
        df=df,
        log_likelihood=fit.log_likelihood,
        aic=2 * n_parameters - 2 * fit.log_likelihood,
        bic=float(np.log(len(rows))) * n_parameters - 2 * fit.log_likelihood,
        optimum=fit.optimum,
        n_observations=len(rows),
        n_subjects=len(index),
    )
