"""By which factor missing values must be worse than the model takes them to be for the verdict on a ratio to tip.

The pattern mixture of ``missing_shift``, for what is judged on the scale of logarithms. A factor multiplies the rate,
the time, the spread or the odds of those of the experimental arm who were not observed; how the ratio of the whole arm
follows depends on what is averaged over the two groups: means, logarithms or probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from postinfusion.analyses.missing_shift import tipping_loss
from postinfusion.analyses.verdicts import Comparison, Judgement
from postinfusion.ard.query import select
from postinfusion.plan.analyses import Analysis, Counts, RepeatedBinary, TimedTask, Variability

Factor = Callable[[float, float], float]
"""From how much the logarithm of the ratio must change, and the share missing, to the factor; NaN where none can."""
NO_FACTOR = float("nan")


def factor_of_means(change: float, share: float) -> float:
    """Give the factor on a mean or rate: the arm has (1 - share) m + share x factor x m.

    Parameters
    ----------
    change
        Wanted change of the logarithm of the ratio.
    share
        Share of the experimental arm without a value, above 0.

    Returns
    -------
    1 + (exp(change) - 1) / share; NaN where it would be below zero.
    """
    factor = 1 + math.expm1(change) / share
    return factor if factor >= 0 else NO_FACTOR


def factor_of_logarithms(change: float, share: float) -> float:
    """Give the factor on a time or spread whose logarithms are averaged: exp(change / share)."""
    return math.exp(change / share)


def factor_of_odds(change: float, share: float, probability: float) -> float:
    """Give the factor on the odds: the arm has (1 - share) p + share x expit(logit(p) + log(factor)).

    Parameters
    ----------
    change, share
        As for means.
    probability
        That of the experimental arm under values missing at random.

    Returns
    -------
    The factor; NaN where even all or none of the missing participants with the event change the ratio less.
    """
    odds = probability / (1 - probability)
    wanted = odds * math.exp(change)
    of_missing = (wanted / (1 + wanted) - (1 - share) * probability) / share
    return of_missing / (1 - of_missing) / odds if 0 < of_missing < 1 else NO_FACTOR


def tipping_factor(
    found: Comparison, share: float, sign: int, factor_of: Factor, judge: Callable[[Comparison], Judgement]
) -> tuple[float, Judgement] | None:
    """Give the factor in the experimental arm alone beyond which the verdict is another, and that verdict.

    Parameters
    ----------
    found, share
        The comparison of logarithms, and the share of missing values in the experimental arm.
    sign
        1 where a larger ratio is a benefit, -1 where a smaller one is.
    factor_of
        Gives the factor.
    judge
        The rule.

    Returns
    -------
    Factor and verdict, the factor NaN where none that is possible tips it; None where no value is missing or no loss
    changes the verdict.
    """
    tipped = tipping_loss(found, judge) if share > 0 else None
    return (factor_of(-sign * tipped[0], share), tipped[1]) if tipped else None


def factor_in(analysis: Analysis, rows: pd.DataFrame, key: Mapping[str, str]) -> Factor | None:
    """Give how a factor among those not observed changes a ratio; None for what has no closed form.

    Parameters
    ----------
    analysis
        The part of the plan.
    rows
        Its results.
    key
        Those of the ratio.

    Notes
    -----
    Hazard ratios (missing there is censored follow-up), odds ratios given the participant and common odds ratios have
    no such form from their estimate alone.
    """
    term = key["term"]
    if term == "ratio" and isinstance(analysis, Counts):
        return factor_of_means
    if term == "ratio" and isinstance(analysis, TimedTask | Variability):
        return factor_of_logarithms
    if term == "odds-ratio" and isinstance(analysis, RepeatedBinary) and analysis.model == "estimating-equations":
        at = {"term": "probability", "visit": key["visit"], "arm": key["arm"]}
        found = select(rows, **at, stat_name="estimate")["stat"]
        if len(found) == 1 and 0 < found.iloc[0] < 1:
            return partial(factor_of_odds, probability=float(found.iloc[0]))
    return None
