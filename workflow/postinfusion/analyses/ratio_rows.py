"""A ratio that a model estimates as a logarithm, as rows of the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import stdtr, stdtrit

from postinfusion.ard.build import Row, rows
from postinfusion.errors import ModelError

_NAMES = ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value")
_NO_ERROR = 1e-8
"""A standard error on the log scale up to this is the rounding of an iteration: none of the participants differ."""


def ratio_rows(
    model: Callable[[], tuple[float, float, float]], confidence: float, reason: str, alike: str, key: dict[str, str]
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
    alike
        Why there is a ratio and neither limits nor a test where its standard error is 0.
    key
        Key columns of the rows.
    """
    values: tuple[float, ...] = (np.nan,) * len(_NAMES)
    try:
        if not reason:
            log, error, df = model()
            values = (float(np.exp(log)), *values[1:])
            if error > _NO_ERROR:
                half = stdtrit(df, (1 + confidence) / 2) * error
                p = 2 * stdtr(df, -abs(log / error))
                values = (values[0], *map(float, (error, df, np.exp(log - half), np.exp(log + half), p)))
            else:
                reason = alike
    except ModelError as problem:
        reason = str(problem)
    found = dict(zip(_NAMES, values, strict=True))
    for row in rows(found, **key):
        yield row | {"error": reason if np.isnan(found[str(row["stat_name"])]) else ""}
