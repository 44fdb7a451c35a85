"""Mixed models for repeated measures on a data frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.design import build_design, complete_rows, level_values
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.reference_grid import At, LinearModelFit, Weights, count_cells, estimates_frame
from postinfusion.core.contrasts import t_quantile
from postinfusion.core.fit import OptimumReport
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.repeated_measures import RepeatedMeasures, fit_repeated_measures
from postinfusion.errors import ModelError

SHRINKS = (
    "Kenward-Roger with second derivatives in mmrm's parametrisation can shrink standard errors below the unadjusted "
    "ones; in small trials its tests reject too often. It reproduces mmrm; kenward-roger-linear does not have this flaw"
)


@dataclass(frozen=True)
class MmrmFit(LinearModelFit):
    """A fitted mixed model for repeated measures.

    Attributes
    ----------
    covariance
        Visits by visits: the covariance of a subject's errors, in squared units of the response.
    covariance_structure, method, df
        What was asked for.
    visit
        Name of the visit column.
    variance_df
        Degrees of freedom of each visit's variance.
    log_likelihood
        Restricted under ``reml``, without the constant in |X'X|.
    aic, bic
        Count the covariance parameters only; ``bic`` uses the log of the number of subjects, both as mmrm does.
    optimum
        Dossier of the optimum.
    n_observations, n_subjects
        What was analysed.
    """

    covariance: pd.DataFrame
    covariance_structure: str
    method: str
    df: str
    visit: str
    variance_df: pd.Series[float]
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

    def effect_sizes(
        self,
        specs: str,
        *,
        reference: Any = None,  # noqa: ANN401 - a level of any type
        at: At | None = None,
        weights: Weights = "equal",
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Estimate differences to a reference level at each visit in units of the model's SD at that visit.

        The standard error counts the uncertainty of the SD: ``(se / sd)^2 + d^2 / (2 df_sd)``, with df_sd the
        degrees of freedom of the variance at that visit.

        Returns
        -------
        pandas.DataFrame
            The factor's column, ``reference``, the visit's column, then estimate, std_error, df, conf_low,
            conf_high, sd, error.
        """
        rows = self.contrast_rows(specs, by=self.visit, reference=reference, at=at, weights=weights)
        table = estimates_frame(rows, self.inference, confidence=confidence)
        variance = pd.Series(np.diag(self.covariance), index=self.covariance.index)
        table["sd"] = np.sqrt(variance.reindex(table[self.visit]).to_numpy())
        df_sd = self.variance_df.reindex(table[self.visit]).to_numpy()
        table["estimate"] = table["estimate"] / table["sd"]
        table["std_error"] = np.sqrt((table["std_error"] / table["sd"]) ** 2 + table["estimate"] ** 2 / (2 * df_sd))
        margin = t_quantile((1 + confidence) / 2, table["df"]) * table["std_error"]
        table["conf_low"], table["conf_high"] = table["estimate"] - margin, table["estimate"] + margin
        labels = list(rows.labels.columns)
        return table[[*labels, "estimate", "std_error", "df", "conf_low", "conf_high", "sd", "error"]]


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
        Columns of the subject and of the visit; the visit is a factor whatever its type. The levels of a factor come
        in the order of a Categorical, else sorted; the first is the reference.
    covariance
        ``us ad adh ar1 ar1h cs csh toep toeph``.
    method
        ``reml`` or ``ml``.
    df
        ``kenward-roger-linear kenward-roger satterthwaite between-within residual asymptotic``; ``kenward-roger`` is
        mmrm's, with second derivatives, and leaves a warning on the fit.
    information
        ``observed``, or ``expected`` to reproduce pbkrtest.
    vcov
        ``model``, or robust by subject: ``empirical-cr0 empirical-cr2 empirical-cr3`` (not with Kenward-Roger).
    group, weights, baseline
        Not available yet.

    Returns
    -------
    MmrmFit
        It exists only when the optimum was reached.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason: choose a simpler one or mend the data.
    """
    for name, value in (("group", group), ("weights", weights), ("baseline", baseline)):
        if value is not None:
            raise ModelError(f"{name}= is not available; available is one covariance for all, without weights")
    formula = parse_formula(fixed)
    rows = complete_rows(frame, [response, subject, visit, *formula.variables])
    if not len(rows):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    design = build_design(formula, rows, categorical=[visit])
    visits = level_values(rows[visit])
    data = RepeatedMeasures(
        X=design.matrix(rows),
        y=response_values(rows, response),
        subject=np.asarray(pd.factorize(rows[subject])[0], dtype=np.intp),
        visit=np.asarray(pd.Index(visits).get_indexer(pd.Index(rows[visit])), dtype=np.intp),
        visit_names=tuple(map(str, visits)),
    )
    fit = fit_repeated_measures(data, covariance, method=method, df_method=df, information=information, vcov=vcov)
    n_subjects = int(data.subject.max()) + 1
    labels = pd.Index(visits, name=visit)
    return MmrmFit(
        design=design,
        inference=fit.inference,
        cells=count_cells(design, rows),
        covariance=pd.DataFrame(fit.Sigma[0], index=labels, columns=labels),
        covariance_structure=covariance,
        method=method,
        df=df,
        visit=visit,
        variance_df=pd.Series(fit.variance_df[0], index=labels),
        log_likelihood=fit.log_likelihood,
        aic=2 * fit.n_covariance_parameters - 2 * fit.log_likelihood,
        bic=float(np.log(n_subjects)) * fit.n_covariance_parameters - 2 * fit.log_likelihood,
        optimum=fit.optimum,
        n_observations=len(rows),
        n_subjects=n_subjects,
        warnings=(SHRINKS,) if df == "kenward-roger" else (),
    )


def response_values(rows: pd.DataFrame, response: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the outcome as numbers.

    Raises
    ------
    ModelError
        The column is not numeric.
    """
    if not pd.api.types.is_numeric_dtype(rows[response]):
        raise ModelError(f"The response {response} is not numeric; convert it before the model")
    return rows[response].to_numpy(dtype=float)
