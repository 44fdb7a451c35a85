"""Within-person spreads in two steps: the logarithm of each person's, then a regression of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, Design, build_design
from postinfusion.analyses.model_data import ARM
from postinfusion.analyses.variability_data import LOG_BEFORE, RMSSD, SD
from postinfusion.core.contrasts import estimates
from postinfusion.core.random_effects_regression import RandomEffectsRegression, regress_estimates
from postinfusion.core.randomisation_tests import randomisation_test, studentised_difference
from postinfusion.core.sign_flip import sign_flip_test
from postinfusion.core.within_person_spread import log_spread, log_spread_variance
from postinfusion.errors import ModelError

DF_OF = {SD: "SD_DF", RMSSD: "RMSSD_DF"}
FEWEST_PER_COLUMN = 5
"""Covariates are left out where there would be fewer participants for each column."""
FEW = 10
"""With fewer participants in an arm, or pairs, a test by the randomisation or by signs stands beside."""
RATIO = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True)
class TwoSteps:
    """Ratios of spreads by two steps.

    Attributes
    ----------
    ratios
        What is compared → estimate, std_error (of the logarithm), df, statistic, p_value, conf_low, conf_high.
    between
        Standard deviation of the logarithms between persons, beyond sampling.
    adjusted_for
        Columns that the comparison is adjusted for.
    left_out
        Columns that too few participants can bear.
    """

    ratios: dict[str, dict[str, float]]
    between: float
    adjusted_for: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class SmallSampleTest:
    """The test that stands beside a model of few participants."""

    p_value: float
    smallest_p: float
    n_allocations: float


def logarithms(persons: pd.DataFrame, measure: str) -> tuple[Array, Array]:
    """Give the logarithm of each person's spread without bias, and its sampling variance."""
    df = persons[DF_OF[measure]].to_numpy(dtype=float)
    return log_spread(persons[measure].to_numpy(dtype=float), df), log_spread_variance(df)


def usable_covariates(persons: pd.DataFrame, columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the columns that vary between the persons, and those that are left out since there are too few of these.

    The logarithm of the spread before comes first; the others go together.
    """
    varying = tuple(name for name in columns if persons[name].nunique() > 1)
    arms = persons[ARM].nunique()
    kept = varying
    while kept and arms + _n_columns(persons, kept) > len(persons) / FEWEST_PER_COLUMN:
        first = kept[:1] if kept[0] == LOG_BEFORE and len(kept) > 1 else ()
        kept = first
    return kept, tuple(name for name in varying if name not in kept)


def scale_design(persons: pd.DataFrame, columns: Sequence[str]) -> Design:
    """Give the design of the logarithms: arm, then covariates; the first arm is the reference."""
    return build_design(" + ".join([ARM, *(f"`{name}`" for name in columns)]), persons)


def compare_arms(persons: pd.DataFrame, measure: str, columns: Sequence[str], confidence: float) -> TwoSteps:
    """Compare the spreads of the arms with those of the first one.

    Parameters
    ----------
    persons
        One row for each participant: spreads with their degrees of freedom, ARM, covariates.
    measure
        Which spread.
    columns
        Covariates.
    confidence
        Coverage of the intervals.

    Raises
    ------
    ModelError
        The regression cannot be done.
    """
    kept, left_out = usable_covariates(persons, columns)
    design = scale_design(persons, kept)
    y, v = logarithms(persons, measure)
    found = regress_estimates(design.matrix(persons), y, v)
    arms = list(persons[ARM].cat.categories)[1:]
    ratios = {arm: _ratio(found, list(design.names).index(f"{ARM}{arm}"), confidence) for arm in arms}
    return TwoSteps(ratios, float(np.sqrt(found.variance)), kept, left_out)


def compare_phases(pairs: pd.DataFrame, measure: str, confidence: float) -> TwoSteps:
    """Compare the spread of a phase with that of an earlier one within persons; the key of the ratio is empty.

    Parameters
    ----------
    pairs
        One row for each participant: spreads with degrees of freedom, those of the earlier phase with ``_before``.
    measure, confidence
        As for arms.
    """
    difference, variance = log_differences(pairs, measure)
    found = regress_estimates(np.ones((len(pairs), 1)), difference, variance)
    return TwoSteps({"": _ratio(found, 0, confidence)}, float(np.sqrt(found.variance)), (), ())


def log_differences(pairs: pd.DataFrame, measure: str) -> tuple[Array, Array]:
    """Give the difference of the logarithms of two phases in each person, and its sampling variance."""
    later, its_variance = logarithms(pairs, measure)
    names = [measure, DF_OF[measure]]
    earlier = pairs[[f"{name}_before" for name in names]].set_axis(names, axis=1)
    before, variance_before = logarithms(earlier, measure)
    return later - before, its_variance + variance_before


def test_of_arms(
    persons: pd.DataFrame, measure: str, arm: str, columns: Sequence[str], seed: tuple[int, str]
) -> SmallSampleTest:
    """Deal out the labels of two arms again, within the groups of the given columns.

    Raises
    ------
    ModelError
        There is only one way to deal them out.
    """
    reference = persons[ARM].cat.categories[0]
    two = persons[persons[ARM].isin([arm, reference])].reset_index(drop=True)
    y, _ = logarithms(two, measure)
    before = two[[LOG_BEFORE]].to_numpy(dtype=float) if LOG_BEFORE in two else np.empty((len(two), 0))
    strata = np.zeros(len(two), dtype=np.intp)
    if columns:
        strata = two.groupby(list(columns), observed=True, sort=True).ngroup().to_numpy().astype(np.intp)
    labels = (two[ARM] == arm).to_numpy()
    found = randomisation_test(studentised_difference(y, before), labels, strata, _generator(seed))
    return SmallSampleTest(found.p_value, found.smallest_p, float(found.n_used))


def test_of_pairs(pairs: pd.DataFrame, measure: str, seed: tuple[int, str]) -> SmallSampleTest:
    """Flip the signs of the differences between two phases."""
    difference, _ = log_differences(pairs, measure)
    found = sign_flip_test(difference, _generator(seed))
    return SmallSampleTest(found.p_value, found.smallest_p, float(2.0**found.n))


def log_ratio(estimate: float, error: float, df: float, confidence: float) -> dict[str, float]:
    """Give a ratio with its interval and test from its logarithm; the standard error stays that of the logarithm."""
    found = estimates([estimate], [error], [df], confidence=confidence)
    values = {name: float(getattr(found, name)[0]) for name in RATIO}
    return values | {name: float(np.exp(values[name])) for name in ("estimate", "conf_low", "conf_high")}


def require_enough(persons: pd.DataFrame, fewest: int) -> None:
    """Refuse a comparison of arms with too few participants.

    Raises
    ------
    ModelError
        An arm has fewer than so many with enough values: they are described only.
    """
    counts = persons[ARM].value_counts(sort=False)
    few = [f"{arm} ({n})" for arm, n in counts.items() if n < fewest]
    if few:
        raise ModelError(f"fewer than {fewest} participants with enough values in {', '.join(few)}: described only")


def _n_columns(persons: pd.DataFrame, names: Sequence[str]) -> int:
    """Count the columns of covariates."""
    return sum(1 if pd.api.types.is_numeric_dtype(persons[name]) else persons[name].nunique() - 1 for name in names)


def _ratio(found: RandomEffectsRegression, place: int, confidence: float) -> dict[str, float]:
    """Give the ratio that a coefficient stands for."""
    error = float(np.sqrt(found.covariance[place, place]))
    return log_ratio(float(found.coefficients[place]), error, found.df, confidence)


def _generator(seed: tuple[int, str]) -> np.random.Generator:
    """Give a stream of its own from the plan's seed and a name."""
    own = int.from_bytes(sha256(seed[1].encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([seed[0], own]))
