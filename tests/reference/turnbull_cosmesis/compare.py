"""Turnbull's estimate, with steps of self-consistency in R and a printed one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from postinfusion.core.turnbull import TurnbullEstimate, turnbull
from reference.comparisons import LOG_LIKELIHOOD, Comparison, Tolerance, half_unit
from reference.reference_cases import numbers

NUMBERS = numbers("turnbull_cosmesis")
PROGRAM = "R, steps of self-consistency over all cells"
SLOW = Tolerance(1e-6, "steps of self-consistency come near the maximum slowly", is_relative=False)


@cache
def estimate() -> TurnbullEstimate:
    """Give our estimate of the time to retraction."""
    return turnbull(NUMBERS["low"], [np.inf if value is None else value for value in NUMBERS["high"]])


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    yield Comparison(
        "share without retraction", PROGRAM, NUMBERS["survival"], lambda: 1 - estimate().by(NUMBERS["at"]), SLOW
    )
    yield Comparison(
        "log-likelihood", PROGRAM, NUMBERS["log_likelihood"], lambda: estimate().log_likelihood, LOG_LIKELIHOOD
    )
    published = NUMBERS["published"]
    yield Comparison(
        "probabilities of the intervals of support",
        published["source"],
        published["probability"],
        lambda: [share for share in estimate().probability if share > SLOW.size],
        half_unit(4),
    )
