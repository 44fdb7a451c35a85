"""Mixed models for repeated measures on a data frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.constrained_baseline import ConstrainedBaseline, constrain_baseline
from postinfusion.analyses.design import build_design, complete_rows
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.grid_rows import At, Weights
from postinfusion.analyses.mmrm_data import Columns, SubjectData, numeric_values, subject_data, with_time
from postinfusion.analyses.reference_grid import LinearModelFit, estimates_frame
from postinfusion.core.contrasts import t_quantile
from postinfusion.core.fit import OptimumReport
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.repeated_measures import RepeatedMeasuresFit, fit_repeated_measures
from postinfusion.errors import ModelError, nearest

SHRINKS = (
    "Kenward-Roger with second derivatives in mmrm's parametrisation can shrink standard errors below the unadjusted "
    "ones; in small trials its tests reject too often. It reproduces mmrm; kenward-roger-linear does not have this flaw"
)


@dataclass(frozen=True)
class MmrmFit(LinearModelFit):
    """A fitted mixed model for repeated measures.

    Attributes
    ----------
    covariances
        By group, the covariance of a subject's errors, visits by visits, in squared units of the response; on actual
        times at the visits' mean times. The one key is None when there are no groups.
    variances_df
        By group, the degrees of freedom of each visit's variance.
    ranges
        By group, the range of a covariance on actual times, in units of time; empty without.
    covariance_structure, method, df
        What was asked for.
    columns
        Names of the columns.
    log_likelihood
        Restricted under ``reml``, without the constant in |X'X|.
    aic, bic
        Count the covariance parameters only; ``bic`` uses the log of the number of subjects, both as mmrm does.
    optimum
        Dossier of the optimum.
    n_observations, n_subjects
        What was analysed.
    constrained
        What ``baseline="constrained"`` took out of the formula; None without.
    """

    covariances: dict[Any, pd.DataFrame]
    variances_df: dict[Any, pd.Series[float]]
    ranges: dict[Any, float]
    covariance_structure: str
    method: Method
    df: str
    columns: Columns
    log_likelihood: float
    aic: float
    bic: float
    optimum: OptimumReport
    n_observations: int
    n_subjects: int
    constrained: ConstrainedBaseline | None

    @property
    def converged(self) -> bool:
        """Say that the optimum was reached: a fit that did not reach it is refused, so this is always true."""
        return True

    @property
    def covariance(self) -> Any:  # noqa: ANN401 - a frame, or with groups a mapping to one each
        """Give the covariance of a subject's errors, visits by visits; with groups a mapping from each to its own."""
        return self.covariances.get(None, self.covariances)

    @property
    def variance_df(self) -> Any:  # noqa: ANN401 - a series, or with groups a mapping to one each
        """Give the degrees of freedom of each visit's variance; with groups a mapping from each to its own."""
        return self.variances_df.get(None, self.variances_df)

    @property
    def visit(self) -> str:
        """Name the visit column."""
        return self.columns.visit

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
        degrees of freedom of the variance at that visit. With a covariance by group the groups must be the levels of
        ``specs``, and the SD is the reference level's (Glass's delta).

        Returns
        -------
        pandas.DataFrame
            The factor's column, ``reference``, the visit's column, then estimate, std_error, df, conf_low,
            conf_high, sd, error.

        Raises
        ------
        ModelError
            As in :meth:`means`; or each group has an SD of its own and none is the reference's.
        """
        rows = self.contrast_rows(specs, by=self.visit, reference=reference, at=at, weights=weights)
        covariance, variance_df = self._of_reference(specs, rows.labels)
        table = estimates_frame(rows, self.inference, confidence=confidence)
        variance = pd.Series(np.diag(covariance), index=covariance.index)
        table["sd"] = np.sqrt(variance.reindex(table[self.visit]).to_numpy())
        df_sd = variance_df.reindex(table[self.visit]).to_numpy()
        table["estimate"] = table["estimate"] / table["sd"]
        table["std_error"] = np.sqrt((table["std_error"] / table["sd"]) ** 2 + table["estimate"] ** 2 / (2 * df_sd))
        margin = t_quantile((1 + confidence) / 2, table["df"]) * table["std_error"]
        table["conf_low"], table["conf_high"] = table["estimate"] - margin, table["estimate"] + margin
        labels = list(rows.labels.columns)
        return table[[*labels, "estimate", "std_error", "df", "conf_low", "conf_high", "sd", "error"]]

    def _of_reference(self, specs: str, labels: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[float]]:
        """Give the covariance whose SD is the unit of effect sizes, and the df of its variances."""
        if None in self.covariances:
            return self.covariances[None], self.variances_df[None]
        if specs != self.columns.group:
            raise ModelError(
                f"Each group of {self.columns.group} has an SD of its own: effect sizes are given for contrasts of "
                f"{self.columns.group}, in units of the reference group's SD"
            )
        reference = labels["reference"].iloc[0]
        return self.covariances[reference], self.variances_df[reference]


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
        design, constrained = constrain_baseline(design, rows, response=response, visit=visit, arm=arm)
    found = subject_data(columns, rows, design)
    fit = fit_repeated_measures(found.data, covariance, method=method, df_method=df, information=information, vcov=vcov)
    n_subjects = len(found.subjects)
    return MmrmFit(
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
        warnings=(SHRINKS,) if df == "kenward-roger" else (),
    )


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


def response_values(rows: pd.DataFrame, response: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the outcome as numbers; refuse a column that is not numeric."""
    return numeric_values(rows, response, "response")
