"""The ratio of the rates of all events of two arms, corrected for the bias of the logarithm of few events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.event_rate_data import counts_of, followed
from postinfusion.core.negative_binomial import fit_negative_binomial
from postinfusion.core.recurrent_events import andersen_gill
from postinfusion.core.second_order_bias import bias_of_negative_binomial, bias_of_proportional_rates


@dataclass(frozen=True)
class LogRatio:
    """The logarithm of a ratio of rates.

    Attributes
    ----------
    estimate, std_error
        As the model gives it, with its robust standard error.
    bias
        Of the estimate, to second order.
    """

    estimate: float
    std_error: float
    bias: float

    @property
    def corrected(self) -> float:
        """The estimate less its bias."""
        return self.estimate - self.bias


NO_RATIO = LogRatio(np.nan, np.nan, np.nan)


def ratio_by_counts(people: pd.DataFrame, events: pd.DataFrame, is_treated: NDArray[np.bool_]) -> LogRatio:
    """Estimate a ratio of rates by a negative binomial model of the number of events of each participant.

    Parameters
    ----------
    people
        Participants of two arms with the end of their follow-up.
    events
        Their events.
    is_treated
        Whether each of them is of the arm whose rate is the numerator.

    Raises
    ------
    ModelError
        The model cannot be fitted.
    """
    covariates = np.column_stack([np.ones(len(people)), is_treated])
    data = counts_of(people, events), people["END"], covariates
    fit = fit_negative_binomial(*data)
    bias = bias_of_negative_binomial(fit, *data, is_treated)
    return LogRatio(float(fit.coefficients[1]), float(fit.std_errors[1]), float(bias[1]))


def ratio_by_times(people: pd.DataFrame, events: pd.DataFrame, is_treated: NDArray[np.bool_]) -> LogRatio:
    """Estimate a ratio of rates by Andersen and Gill's model of the times of events, as ``ratio_by_counts``."""
    data = followed(people, events)
    fit = andersen_gill(data, is_treated.astype(float)[:, None])
    estimate = float(fit.coefficients[0])
    return LogRatio(estimate, float(fit.std_errors[0]), bias_of_proportional_rates(estimate, data, is_treated))
