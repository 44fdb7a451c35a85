"""A fitted mixed model for repeated measures: what can be asked of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.constrained_baseline import ConstrainedBaseline
from postinfusion.analyses.grid_rows import At, Rows, Weights, as_names
from postinfusion.analyses.mmrm_data import Columns, SubjectData
from postinfusion.analyses.mmrm_influence import How, influence_frame
from postinfusion.analyses.mmrm_prediction import subject_predictions
from postinfusion.analyses.predictions import marginal_predictions
from postinfusion.analyses.reference_grid import LinearModelFit, estimates_frame
from postinfusion.core.contrasts import t_quantile
from postinfusion.core.fit import Agreement, OptimumReport
from postinfusion.core.likelihood import Method
from postinfusion.core.repeated_measures import Fitted, RepeatedMeasuresFit, with_data
from postinfusion.core.residuals import Kind, check_kind, residuals
from postinfusion.core.verification import verify_optimum
from postinfusion.errors import ModelError


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
    source, core
        Arrays and labels of the analysed rows, and the fit on them; None for a fit of sums alone, which has neither
        residuals nor influence nor predictions for subjects.
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
    source: SubjectData | None = field(default=None, kw_only=True, repr=False, compare=False)
    core: RepeatedMeasuresFit | None = field(default=None, kw_only=True, repr=False, compare=False)

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
        specs: str | Sequence[str],
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

    def predict(self, frame: pd.DataFrame, *, by_subject: bool = False, confidence: float = 0.95) -> pd.DataFrame:
        """Predict the outcome of the rows of a frame.

        Parameters
        ----------
        frame
            Has the columns of the fixed effects; by subject also those of subject and visit (or time), and of the
            weights where the model has weights.
        by_subject
            Whether the analysed values of the row's subject count. Without them the mean at the row's covariates, with
            the standard error of the mean; with them the best linear unbiased prediction, with the standard error of
            the value to be observed: a visit that was observed is predicted by its value, and a subject that was not
            analysed by the mean.
        confidence
            Coverage of the intervals.

        Returns
        -------
        pandas.DataFrame
            With the index of the frame: estimate, std_error, df, conf_low, conf_high, error.
        """
        if not by_subject:
            return marginal_predictions(frame, self.design, self.inference, confidence=confidence)
        fitted, source = self._with_rows
        return subject_predictions(frame, self.design, fitted, source, self.columns, confidence=confidence)

    def residuals(self, kind: Kind = "raw") -> pd.Series[float]:
        """Give the residuals of the analysed rows: ``raw``, ``standardised`` or ``cholesky`` (uncorrelated)."""
        check_kind(kind)
        index = None if self.analysed is None else self.analysed.index
        return pd.Series(residuals(self._with_rows[0], kind), index=index, name=f"{kind} residual")

    def influence(
        self,
        how: How = "one-step",
        *,
        specs: str | None = None,
        by: str | Sequence[str] = (),
        reference: Hashable = None,
        at: At | None = None,
    ) -> pd.DataFrame:
        """Leave out one subject after the other and show what coefficients or contrasts become.

        Parameters
        ----------
        how
            ``one-step``: with Sigma held at its estimate (each row says so); ``refit``: the model fitted again, once
            per subject.
        specs, by, reference, at
            Contrasts as in :meth:`contrasts`; the coefficients when ``specs`` is not given.

        Returns
        -------
        pandas.DataFrame
            The subject, the labels of the combination, estimate, without, change, change_in_std_errors,
            cooks_distance, how, error.
        """
        rows = (
            Rows(pd.DataFrame({"term": self.design.names}), np.eye(len(self.design.names)))
            if specs is None
            else self.contrast_rows(specs, by=by, reference=reference, at=at)
        )
        return influence_frame(*self._with_rows, rows, how)

    def verify_optimum(self) -> Agreement:
        """Compare the optimum with that of another optimiser, in other parameters and from another start."""
        fitted = self._with_rows[0]
        return verify_optimum(fitted.prepared.search, fitted.fit.theta, fitted.profile)

    @cached_property
    def _with_rows(self) -> tuple[Fitted, SubjectData]:
        """Give the fit beside its data, prepared again when they are needed, and the labels of their codes."""
        if self.source is None or self.core is None:
            raise ModelError("This fit keeps no rows: fit the rows themselves for residuals, influence or predictions")
        return with_data(self.core, self.source.data, self.covariance_structure, self.method), self.source

    def _of_reference(self, specs: str | Sequence[str], labels: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[float]]:
        """Give the covariance whose SD is the unit of effect sizes, and the df of its variances."""
        if None in self.covariances:
            return self.covariances[None], self.variances_df[None]
        if as_names(specs) != [self.columns.group]:
            raise ModelError(
                f"Each group of {self.columns.group} has an SD of its own: effect sizes are given for contrasts of "
                f"{self.columns.group}, in units of the reference group's SD"
            )
        reference = labels["reference"].iloc[0]
        return self.covariances[reference], self.variances_df[reference]
