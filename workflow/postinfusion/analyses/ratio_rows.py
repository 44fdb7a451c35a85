"""A ratio that a model estimates as a logarithm, as rows of the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import stdtr, stdtrit

from postinfusion.ard.build import Row, rows
from postinfusion.errors import ModelError

_NAMES = ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value")


def ratio_rows(
    model: Callable[[], tuple[float, float, float]], confidence: float, reason: str, key: dict[str, str]
) -> Iterator[Row]:
    """Give a ratio with limits and test of Student's t on the log scale, or why there is none.

    Parameters
    ----------
    model
        Gives the logarithm of the ratio, its standard error and degrees of freedom, or raises a ModelError.
    confidence
        Level of the interval.
    reason
        Why the model is not fitted; empty where it is.
    key
        Key columns of the rows.
    """
    values: tuple[float, ...] = (np.nan,) * len(_NAMES)
    try:
        if not reason:
            log, error, df = model()
            half = stdtrit(df, (1 + confidence) / 2) * error
            p = 2 * stdtr(df, -abs(log / error))
            values = tuple(map(float, (np.exp(log), error, df, np.exp(log - half), np.exp(log + half), p)))
    except ModelError as problem:
        reason = str(problem)
    found = dict(zip(_NAMES, values, strict=True))
    yield from (row | {"error": reason} for row in rows(found, **key))
