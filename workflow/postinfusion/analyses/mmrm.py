"""Mixed models for repeated measures on a data frame."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.constrained_baseline import constrain_baseline
from postinfusion.analyses.design import build_design, complete_rows, numeric_values
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.mmrm_data import Columns, SubjectData, subject_data, with_time
from postinfusion.analyses.mmrm_fit import MmrmFit
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.repeated_measures import RepeatedMeasuresFit, fit_repeated_measures
from postinfusion.core.spatial_covariance import SPATIAL
from postinfusion.errors import ModelError, nearest

__all__ = ["MmrmFit", "fit_mmrm"]

SHRINKS = (
    "Kenward-Roger with second derivatives in mmrm's parametrisation can shrink standard errors below the unadjusted "
    "ones; in small trials its tests reject too often. It reproduces mmrm; kenward-roger-linear does not have this flaw"
)

_DIGITS = re.compile(r"([0-9]+)")
# Structures in which it does not matter which visit comes after which.
_WITHOUT_ORDER = ("us", "cs", "csh", *SPATIAL)


def fit_mmrm(
    frame: pd.DataFrame,
    response: str,
    fixed: str,
    subject: str,
    visit: str,
    *,
    covariance: str = "us",
    group: str | None = None,
    method: Method = "reml",
    df: DfMethod = "kenward-roger-linear",
    information: str = "observed",
    vcov: str = "model",
    weights: str | None = None,
    baseline: str | None = None,
    time: str | None = None,
    arm: str | None = None,
    verify: bool = False,
) -> MmrmFit:
    """Fit a mixed model for repeated measures.

    Parameters
    ----------
    frame
        One row per subject and visit; rows with a missing value in a variable of the model are left out.
    response
        Column of the outcome.
    fixed
        Right side of the formula of the means, see :mod:`postinfusion.analyses.formula`.
    subject, visit
        Columns of the subject and of the visit; the visit is a factor whatever its type, unless ``time`` names it
        too. The levels of a factor come in the order of a Categorical, else sorted; the first is the reference.
    covariance
        ``us ad adh ar1 ar1h cs csh toep toeph`` by the visit; ``sp_exp sp_gau`` by the actual time.
    group
        Column of groups of subjects, each with covariance parameters of its own.
    method
        ``reml`` or ``ml``.
    df
        ``kenward-roger-linear kenward-roger satterthwaite between-within residual asymptotic``; ``kenward-roger`` is
        mmrm's, with second derivatives, and leaves a warning on the fit.
    information
        ``observed``, or ``expected`` to reproduce pbkrtest.
    vcov
        ``model``, or robust by subject: ``empirical-cr0 empirical-cr2 empirical-cr3`` (not with Kenward-Roger).
    weights
        Column of positive weights: the covariance of a subject's rows is W^(-1/2) Sigma W^(-1/2).
    baseline
        ``constrained``: the first visit is the baseline, a response at which the arms share their means; see
        :mod:`postinfusion.analyses.constrained_baseline`. For randomised trials only.
    time
        Column of actual times for ``sp_exp sp_gau``; by default the visit, when it is numeric.
    arm
        The randomised factor, where ``baseline="constrained"`` cannot tell it.
    verify
        Whether to compare the optimum with that of another optimiser: ``optimum.agreement``, and a warning on the fit
        when they differ.

    Returns
    -------
    MmrmFit
        It exists only when the optimum was reached.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason: choose a simpler one or mend the data.
    """
    _check_baseline(baseline, arm)
    columns = with_time(Columns(response, subject, visit, group, time, weights), frame, covariance)
    formula = parse_formula(fixed)
    rows = complete_rows(frame, [*columns.needed, *formula.variables])
    if not len(rows):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    # A trend over time and an effect of each visit are different models: only time= lets the visit be a number.
    design, constrained = build_design(formula, rows, categorical=[visit] if time != visit else []), None
    if baseline is not None:
        numeric_values(rows, response, "response")
        design, constrained = constrain_baseline(design, rows, response=response, visit=visit, arm=arm)
    found = subject_data(columns, rows, design)
    fit = fit_repeated_measures(found.data, covariance, method=method, df_method=df, information=information, vcov=vcov)
    n_subjects = len(found.subjects)
    result = MmrmFit(
        design=design,
        inference=fit.inference,
        analysed=rows,
        **_covariances(found, fit, visit),
        covariance_structure=covariance,
        method=method,
        df=df,
        columns=columns,
        log_likelihood=fit.log_likelihood,
        aic=2 * fit.n_covariance_parameters - 2 * fit.log_likelihood,
        bic=float(np.log(n_subjects)) * fit.n_covariance_parameters - 2 * fit.log_likelihood,
        optimum=fit.optimum,
        n_observations=len(rows),
        n_subjects=n_subjects,
        constrained=constrained,
        source=found,
        core=fit,
        warnings=(*([SHRINKS] if df == "kenward-roger" else []), *_of_order(rows[visit], found.visits, covariance)),
    )
    return _verified(result) if verify else result


def _verified(fit: MmrmFit) -> MmrmFit:
    """Give the fit with the agreement of another optimiser in its dossier."""
    agreement = fit.verify_optimum()
    optimum = replace(fit.optimum, agreement=agreement)
    return replace(fit, optimum=optimum, warnings=(*fit.warnings, *agreement.warnings))


def _of_order(column: pd.Series[Any], visits: tuple[Any, ...], covariance: str) -> tuple[str, ...]:
    """Warn of visits that were sorted as text against their numbers, where the covariance goes by their order."""
    if covariance in _WITHOUT_ORDER or isinstance(column.dtype, pd.CategoricalDtype):
        return ()
    names = [str(visit) for visit in visits]
    by_number = sorted(names, key=lambda name: [int(part) if part.isdigit() else part for part in _DIGITS.split(name)])
    if not all(isinstance(visit, str) for visit in visits) or by_number == names:
        return ()
    order = ", ".join(names)
    return (f'The covariance "{covariance}" takes the visits in the order {order}; make them a Categorical in order',)


def _check_baseline(baseline: str | None, arm: str | None) -> None:
    """Refuse a way to treat the baseline that is not there."""
    if baseline not in (None, "constrained"):
        raise ModelError(
            f'baseline "{baseline}" is not available; available is constrained. {nearest(baseline, ["constrained"])}'
        )
    if arm is not None and baseline is None:
        raise ModelError('arm= names the randomised factor of baseline="constrained"; leave it out')


def _covariances(found: SubjectData, fit: RepeatedMeasuresFit, visit: str) -> dict[str, Any]:
    """Give covariances, the df of their variances and their ranges by group; the key is None without groups."""
    labels, groups = pd.Index(found.visits, name=visit), found.groups or (None,)
    return {
        "covariances": {
            group: pd.DataFrame(Sigma, index=labels, columns=labels)
            for group, Sigma in zip(groups, fit.Sigma, strict=True)
        },
        "variances_df": {group: pd.Series(df, index=labels) for group, df in zip(groups, fit.variance_df, strict=True)},
        "ranges": dict(zip(groups, fit.ranges.tolist(), strict=True)) if len(fit.ranges) else {},
    }
