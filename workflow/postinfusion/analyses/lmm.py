"""Linear mixed models with random effects by subject, or by nested groups, on a data frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from postinfusion.analyses.column_checks import refuse_unless_boolean
from postinfusion.analyses.lmm_boundary import compare_variances
from postinfusion.analyses.lmm_data import LmmData, LmmFormulas, lmm_data
from postinfusion.analyses.lmm_prediction import RandomDesigns, residual_series, subject_predictions
from postinfusion.analyses.lmm_residuals import Residual, ResidualFormula, check_random_scale, residual_formula
from postinfusion.analyses.lmm_tables import (
    components_frame,
    covariance_frame,
    effects_frame,
    random_scale_frame,
    scale_frame,
)
from postinfusion.analyses.predictions import marginal_predictions
from postinfusion.analyses.reference_grid import LinearModelFit
from postinfusion.core.boundary_tests import BoundaryTest
from postinfusion.core.fit import Agreement, OptimumReport
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.mixed_model import MixedModelFit, fit_mixed_model
from postinfusion.core.random_scale import fit_random_scale
from postinfusion.core.residuals import Kind
from postinfusion.core.verification import verify_mixed_model
from postinfusion.errors import ModelError


@dataclass(frozen=True)
class LmmFit(LinearModelFit):
    """A fitted linear mixed model.

    With nested groups the rows and columns of ``random_covariance`` and the columns of the random effects are pairs of
    level and term, and the random effects have a row per innermost group, with those of the groups it lies in.

    Attributes
    ----------
    random_covariance
        Terms by terms: covariance of the random effects.
    residual_variance
        Variance of the residuals; of the first group, or at a scale of zero, where it differs between rows.
    residual_variances
        Variance of the residuals of each level of ``residual_group``; empty without one.
    scale_coefficients
        Of the log residual standard deviation: term, estimate, std_error, statistic, p_value, conf_low, conf_high.
    residual_correlation
        Correlation rho of residuals one unit of time apart; NaN for independent residuals.
    residual_range
        Time at which the residuals' correlation has fallen to exp(-1); NaN for independent residuals.
    random_scale_sd
        Standard deviation of the subjects' log residual standard deviations; NaN without a random scale.
    random_scale_effects
        Of each subject: estimate and std_error of its deviation from the mean log residual standard deviation; empty
        without a random scale.
    random_effects
        Subjects by terms: predicted random effects.
    random_effects_std_error
        Subjects by terms: their conditional standard deviations at the estimates, as lme4's.
    random_effects_prediction_error
        Subjects by terms: standard deviations of their prediction error, which count the estimation of the fixed
        effects, as SAS's.
    method, df, residual
        What was asked for.
    log_likelihood
        Restricted under ``reml``, without the constant in |X'X|.
    aic, bic
        Count all parameters; ``bic`` uses the log of the number of observations, both as lme4 does.
    optimum
        Dossier of the optimum; its ``boundary`` says that a variance vanished or a correlation is one.
    n_observations, n_subjects
        What was analysed; subjects are the innermost groups.
    random_designs
        How the random effects are read from a frame.
    core
        The fit behind the tables.
    """

    random_covariance: pd.DataFrame
    residual_variance: float
    residual_variances: pd.Series[float]
    scale_coefficients: pd.DataFrame
    residual_correlation: float
    residual_range: float
    random_scale_sd: float
    random_scale_effects: pd.DataFrame
    random_effects: pd.DataFrame
    random_effects_std_error: pd.DataFrame
    random_effects_prediction_error: pd.DataFrame
    method: str
    df: str
    residual: str
    log_likelihood: float
    aic: float
    bic: float
    optimum: OptimumReport
    n_observations: int
    n_subjects: int
    random_designs: RandomDesigns = field(repr=False)
    core: MixedModelFit = field(repr=False)

    @property
    def converged(self) -> bool:
        """Say that the optimum was reached: a fit that did not reach it is refused, so this is always true."""
        return True

    @property
    def random_terms(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give each level of grouping with the terms of its random effects."""
        return self.random_designs.terms

    def variance_components(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Estimate standard deviations, correlations and residual parameters with profile-likelihood intervals.

        Of the restricted likelihood when the model was fitted by ``reml``, else of the likelihood.

        Parameters
        ----------
        confidence
            Coverage of the intervals.

        Returns
        -------
        pandas.DataFrame
            level, term, scale (``sd correlation log-sd range``), estimate, conf_low, conf_high, boundary, error. A
            limit of zero (standard deviation) or one (correlation) says that the interval reaches the end of the range;
            ``boundary`` says that the estimate lies there (or is a correlation with an effect of no variance: NaN).
        """
        self._refuse_random_scale("variance_components")
        return components_frame(
            self.core,
            self.random_terms,
            self.residual_variances.index,
            list(self.scale_coefficients["term"]),
            confidence=confidence,
        )

    def boundary_test(self, smaller: LmmFit | None = None) -> BoundaryTest:
        """Test the variance (and its covariances), or residual correlation, that a smaller model lacks.

        Parameters
        ----------
        smaller
            A model of the same rows and fixed effects, fitted by the same method, nested in this one; None is the
            model without random effects, when this one has a single one.

        Returns
        -------
        BoundaryTest
            The likelihood-ratio statistic with the p value of its mixture of chi-square distributions.

        Raises
        ------
        ModelError
            The models are not nested, or several variances are tested at once.
        """
        return compare_variances(self, smaller)

    def verify_optimum(self) -> Agreement:
        """Compare the optimum with that of another optimiser, from another start and by other sums."""
        self._refuse_random_scale("verify_optimum")
        return verify_mixed_model(self.core)

    def predict(self, frame: pd.DataFrame, *, by_subject: bool = False, confidence: float = 0.95) -> pd.DataFrame:
        """Predict the mean of each row.

        Parameters
        ----------
        frame
            Has the columns of the model.
        by_subject
            Whether the random effects of the row's groups count: then the standard error is that of the prediction
            error (the estimation of the fixed effects counts, that of the variances does not) and the interval is
            normal. The random effects of a group that the model has not seen are zero with their whole variance.
        confidence
            Coverage of the intervals.

        Returns
        -------
        pandas.DataFrame
            estimate, std_error, df, conf_low, conf_high, error for each row of the frame.
        """
        if by_subject:
            self._refuse_random_scale("predict by subject")
            return subject_predictions(frame, self.design, self.random_designs, self.core, confidence=confidence)
        return marginal_predictions(frame, self.design, self.inference, confidence=confidence)

    def residuals(self, kind: Kind = "raw", *, by_subject: bool = False) -> pd.Series[float]:
        """Give the residuals of the analysed rows, with the index of their frame.

        Parameters
        ----------
        kind
            ``raw``: response minus predicted mean; ``standardised``: divided by their standard deviation under the
            model; ``cholesky``: ``L^-1 (y - X beta)`` with V = L L', uncorrelated and of unit variance under the model.
        by_subject
            Whether the predicted random effects are taken off too.
        """
        if by_subject or kind != "raw":
            self._refuse_random_scale("residuals other than raw ones")
        index = None if self.analysed is None else self.analysed.index
        return residual_series(self.core, index, kind=kind, by_subject=by_subject)

    def _refuse_random_scale(self, what: str) -> None:
        """Refuse what needs one covariance for all subjects."""
        if self.core.random_scale is not None:
            raise ModelError(f"With a random scale {what} is not available; fit the model without it")


def fit_lmm(
    frame: pd.DataFrame,
    response: str,
    fixed: str,
    random: str | Sequence[str],
    subject: str | Sequence[str],
    *,
    correlated: bool = True,
    residual: Residual = "iid",
    time: str | None = None,
    residual_group: str | None = None,
    scale: str | None = None,
    random_scale: bool = False,
    method: Method = "reml",
    df: DfMethod = "kenward-roger-linear",
    information: str = "observed",
    verify: bool = False,
) -> LmmFit:
    """Fit a linear mixed model with random effects by subject, or by groups nested in each other.

    Parameters
    ----------
    frame
        One row per observation; rows with a missing value in a variable of the model are left out.
    response
        Column of the outcome.
    fixed
        Right side of the formula of the fixed effects: ``time * arm``.
    random
        Right side of the formula of the random effects: ``1 + time``; with nested groups one for all levels, or one
        for each.
    subject
        Column of the subject; or columns of nested groups, the outermost first: ``["site", "participant"]``.
    correlated
        Whether the random effects of one level may correlate.
    residual
        ``iid``; ``ar1`` or ``exp``: correlation ``rho^|dt| = exp(-|dt| / range)`` between residuals of a subject (of
        the innermost group) at the times of column ``time``.
    time
        Column of the time of the residual correlation.
    residual_group
        Column with a residual variance for each of its levels.
    scale
        Right side of a formula of the log residual standard deviation: ``phase + time``.
    random_scale
        Whether each subject has a residual standard deviation of its own, log-normal and independent of the random
        effects; needs 30 subjects, ``method="ml"`` and ``df="asymptotic"``.
    method
        ``reml`` or ``ml``.
    df
        ``kenward-roger-linear kenward-roger satterthwaite between-within residual asymptotic``. The covariance
        of a model with independent residuals is linear in its variances, so that it has no second derivatives and the
        two Kenward-Roger methods are one; with correlated or scaled residuals only the first is given.
    information
        ``observed``, or ``expected`` to reproduce pbkrtest.
    verify
        Whether to compare the optimum with that of another optimiser: ``optimum.agreement``, and a warning on the fit
        when they differ.

    Returns
    -------
    LmmFit
        It exists only when the optimum was reached.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.
    """
    refuse_unless_boolean(correlated, "correlated")
    residuals = residual_formula(residual, time, residual_group, scale)
    df_method = _of_linear_covariance(df, residual, scale)
    read = lmm_data(frame, response, LmmFormulas(fixed, random, subject), residuals)
    if random_scale:
        check_random_scale(method, df)
        fit = fit_random_scale(read.data, correlated=correlated)
    else:
        fit = fit_mixed_model(
            read.data, correlated=correlated, method=method, df_method=df_method, information=information
        )
    result = _lmm_fit(fit, read, residuals, method=method, df=df)
    return _verified(result) if verify else result


def _of_linear_covariance(df: DfMethod, residual: Residual, scale: str | None) -> DfMethod:
    """Give the method of df, Kenward-Roger as it is where second derivatives vanish; refuse it where they do not."""
    if df != "kenward-roger":
        return df
    if residual != "iid" or scale is not None:
        raise ModelError(
            'df "kenward-roger" takes second derivatives, which are not given for correlated or scaled residuals; '
            "choose kenward-roger-linear"
        )
    return "kenward-roger-linear"


def _verified(fit: LmmFit) -> LmmFit:
    """Give the fit with the agreement of another optimiser in its dossier."""
    agreement = fit.verify_optimum()
    optimum = replace(fit.optimum, agreement=agreement)
    return replace(fit, optimum=optimum, warnings=(*fit.warnings, *agreement.warnings))


def _lmm_fit(fit: MixedModelFit, read: LmmData, residuals: ResidualFormula, *, method: str, df: str) -> LmmFit:
    """Give the tables of a fit."""
    n_parameters = len(fit.inference.beta) + fit.n_covariance_parameters
    terms, subjects = read.random_designs.terms, read.random_designs.labels[-1]
    table = partial(effects_frame, terms, codes=read.data.group, index=subjects)
    scale, length = read.scale_design, fit.residual.range
    return LmmFit(
        design=read.design,
        inference=fit.inference,
        analysed=read.rows,
        random_covariance=covariance_frame(terms, [level.G for level in fit.levels]),
        random_effects=table([level.b for level in fit.levels]),
        random_effects_std_error=table([level.b_std_error for level in fit.levels]),
        random_effects_prediction_error=table([level.b_prediction_error for level in fit.levels]),
        residual_variance=fit.residual.sigma2,
        residual_variances=residuals.variances(fit.residual.sigma2, fit.residual.delta, scale),
        scale_coefficients=scale_frame([] if scale is None else scale.names[1:], fit.residual),
        residual_correlation=float("nan") if length is None else float(np.exp(-1 / length)),
        residual_range=float("nan") if length is None else length,
        random_scale_sd=float("nan") if fit.random_scale is None else fit.random_scale.deviation,
        random_scale_effects=random_scale_frame(fit.random_scale, subjects),
        method=method,
        df=df,
        residual=residuals.structure,
        log_likelihood=fit.log_likelihood,
        aic=2 * n_parameters - 2 * fit.log_likelihood,
        bic=float(np.log(len(read.rows))) * n_parameters - 2 * fit.log_likelihood,
        optimum=fit.optimum,
        n_observations=len(read.rows),
        n_subjects=len(subjects),
        random_designs=read.random_designs,
        core=fit,
    )
