"""Descriptive statistics of numbers and of categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit


def describe_number(values: pd.Series) -> dict[str, float]:
    """Give n, mean, SD, median, quartiles, minimum and maximum of the non-missing values.

    Quartiles interpolate linearly between order statistics (R's type 7). Statistics that the number of values does not
    allow are NaN.
    """
    known = values.dropna().astype("float64").to_numpy()
    if known.size == 0:
        return {"n": 0.0} | dict.fromkeys(("mean", "sd", "median", "q1", "q3", "min", "max"), np.nan)
    q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75])
    sd = float(known.std(ddof=1)) if known.size > 1 else np.nan
    quantiles = {"median": float(median), "q1": float(q1), "q3": float(q3)}
    limits = {"min": float(known.min()), "max": float(known.max())}
    return {"n": float(known.size), "mean": float(known.mean()), "sd": sd} | quantiles | limits


def mean_interval(statistics: dict[str, float], *, confidence: float = 0.95) -> dict[str, float]:
    """Give the limits of the t interval of a described mean; NaN below two values."""
    n, mean, sd = statistics["n"], statistics["mean"], statistics["sd"]
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * sd / np.sqrt(n) if n > 1 else np.nan
    return {"conf_low": mean - half, "conf_high": mean + half}


def standardised_difference(first: pd.Series, second: pd.Series) -> float:
    """Give the difference of two means in units of their pooled SD, sqrt((s1² + s2²) / 2).

    References
    ----------
    Austin (2009), Statistics in Medicine 28, 3083-3107, section 2.
    """
    pooled = np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
    return float((first.mean() - second.mean()) / pooled) if pooled > 0 else np.nan


def standardised_difference_of_proportions(first: float, second: float) -> float:
    """Give the difference of two proportions in units of sqrt((p1(1 - p1) + p2(1 - p2)) / 2).

    References
    ----------
    Austin (2009), Statistics in Medicine 28, 3083-3107, section 2.
    """
    pooled = np.sqrt((first * (1 - first) + second * (1 - second)) / 2)
    return float((first - second) / pooled) if pooled > 0 else np.nan
