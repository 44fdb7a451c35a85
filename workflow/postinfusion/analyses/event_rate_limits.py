"""Limits of the rate of all events of an arm: by bootstrap of its participants, and robust ones that check them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import numpy as np
import pandas as pd

from postinfusion.ard.build import Row, rows
from postinfusion.core.bootstrap_rates import DRAWS, rate_by_bootstrap
from postinfusion.core.poisson_rates import rate_of_clusters
from postinfusion.core.proportions import Interval
from postinfusion.errors import ModelError
from postinfusion.plan.analyses.event_rates import EventRates
from postinfusion.plan.plan import Plan

ROBUST = "robust limits"
Seed = tuple[int, str]
"""The seed of the plan, and the name of the analysis."""


def seed_of(plan: Plan, analysis: EventRates) -> Seed:
    """Give what the draws of an analysis are made from."""
    return plan.seed, next((key for key, found in plan.analyses.items() if found is analysis), "")


def generator_of(seed: Seed, name: str, arm: str) -> np.random.Generator:
    """Give the stream of random numbers of one rate: from the plan's seed, and the names of analysis, group and arm."""
    own = int.from_bytes(sha256("\0".join((seed[1], name, arm)).encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([seed[0], own]))


def limits_of_all_events(
    counts: pd.Series, time: pd.Series, generator: np.random.Generator, confidence: float
) -> tuple[Interval, Interval, int]:
    """Give the rate with its limits, the same with robust ones, and the draws of the first.

    Where too few participants have an event, or another number or rate of events than the commonest, for draws, the
    limits are the robust ones and the number of draws is 0; without an event they are Garwood's.

    Raises
    ------
    ModelError
        There are not two participants, or one has no person-time.
    """
    robust = rate_of_clusters(counts, time, confidence=confidence)
    try:
        return rate_by_bootstrap(counts, time, generator, confidence=confidence), robust, DRAWS
    except ModelError:  # too few participants differ
        return robust, robust, 0


def robust_rows(robust: Interval, draws: int, unit: str, key: dict[str, str]) -> Iterator[Row]:
    """Give the number of draws and the robust limits beside them; neither where there was no event."""
    if float(robust.estimate) == 0:
        return
    yield from rows({"n_draws": draws}, **key)
    limits = {"conf_low": float(robust.conf_low), "conf_high": float(robust.conf_high)}
    yield from (row | {"unit": unit} for row in rows(limits, **key, level=ROBUST))
