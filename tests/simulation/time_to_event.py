"""Coverage of intervals, and level of the tests, of times to an event: ``python -m simulation.time_to_event 1000``.

With ``PYTHONPATH=tests`` prints the table of ``workflow/docs/methods/time_to_event.md``. Times are exponential, ends of
observation uniform from 15 to 60, 40 participants in each of two arms; trial i of a quantity draws from the seed with
its key and (i,), whatever the others do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from postinfusion.core.aalen_johansen import aalen_johansen, time_lost
from postinfusion.core.kaplan_meier import kaplan_meier, restricted_mean, survival_limits
from postinfusion.core.log_rank import log_rank
from postinfusion.core.proportional_hazards import fit_cox, profile_limits

SEED = 20_261_123
N, HORIZON, AT, LEVEL = 40, 20.0, 10.0, 0.95
HAZARDS, NULL, RIVAL = (0.05, 0.1), (0.07, 0.07), 0.03
STRATA = 4
Z = float(ndtri((1 + LEVEL) / 2))
Array = np.ndarray


@dataclass(frozen=True)
class Trial:
    """Times, events and arms of the participants of one trial, with the generator for what is drawn beside them."""

    time: Array
    event: Array
    arm: Array
    generator: np.random.Generator


@dataclass(frozen=True)
class Quantity:
    """What is estimated in each trial.

    Attributes
    ----------
    hazards
        Of the two arms.
    truth
        Its true value.
    estimated
        Gives estimate and limits.
    """

    hazards: tuple[float, float]
    truth: float
    estimated: Callable[[Trial], tuple[float, float, float]]


def draw(hazards: tuple[float, float], generator: np.random.Generator) -> Trial:
    """Draw a trial."""
    arm = np.repeat([0, 1], N)
    event = generator.exponential(1 / np.array(hazards)[arm])
    end = generator.uniform(15, 60, 2 * N)
    return Trial(np.minimum(event, end), event <= end, arm, generator)


def _survival(trial: Trial) -> tuple[float, float, float]:
    """Give the probability of no event by a time in the first arm, with the limits of log(-log)."""
    curve = kaplan_meier(trial.time[trial.arm == 0], trial.event[trial.arm == 0])
    low, high = survival_limits(*curve.at(AT), kind="log-log", confidence=LEVEL)
    return float(np.ravel(curve.at(AT)[0])[0]), float(low[0]), float(high[0])


def _mean(trial: Trial) -> tuple[float, float, float]:
    """Give the restricted mean time of the first arm."""
    curve = kaplan_meier(trial.time[trial.arm == 0], trial.event[trial.arm == 0])
    return _wald(*restricted_mean(curve, HORIZON))


def _ratio(trial: Trial) -> tuple[float, float, float]:
    """Give the logarithm of the hazard ratio with profile limits."""
    fit = fit_cox(trial.time, trial.event, trial.arm)
    low, high = profile_limits(fit, 0, confidence=LEVEL)
    return float(fit.coefficients[0]), float(low), float(high)


def _lost(trial: Trial) -> tuple[float, float, float]:
    """Give the time lost to an event with a competing one."""
    rival = trial.generator.exponential(1 / RIVAL, 2 * N)
    cause = np.where(rival < trial.time, 2, trial.event.astype(int))
    return _wald(*time_lost(aalen_johansen(np.minimum(trial.time, rival), cause), HORIZON))


def _wald(estimate: float, error: float) -> tuple[float, float, float]:
    """Give an estimate with the limits of its standard error."""
    return float(estimate), float(estimate - Z * error), float(estimate + Z * error)


_TOTAL = HAZARDS[0] + RIVAL
QUANTITIES = {
    "no event by 10 (Kaplan-Meier, log-log)": Quantity(HAZARDS, float(np.exp(-HAZARDS[0] * AT)), _survival),
    "restricted mean to 20": Quantity(HAZARDS, float((1 - np.exp(-HAZARDS[0] * HORIZON)) / HAZARDS[0]), _mean),
    "log hazard ratio (Cox, profile)": Quantity(HAZARDS, float(np.log(HAZARDS[1] / HAZARDS[0])), _ratio),
    "time lost to 20, competing event": Quantity(
        (HAZARDS[0],) * 2, HAZARDS[0] / _TOTAL * (HORIZON - (1 - np.exp(-_TOTAL * HORIZON)) / _TOTAL), _lost
    ),
}
"""Quantities with a closed form."""


def simulate(name: str, count: int) -> Array:
    """Give estimate and limits of a quantity in each trial, shape (count, 3)."""
    one, key = QUANTITIES[name], list(QUANTITIES).index(name)
    return np.array([one.estimated(draw(one.hazards, generator)) for generator in generators(key, count)])


def generators(key: int, count: int) -> Iterator[np.random.Generator]:
    """Give the generator of each trial of a quantity."""
    for number in range(count):
        yield np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(key, number)))


def covered(found: Array, truth: float) -> int:
    """Count the intervals that hold the truth."""
    return int(((found[:, 1] <= truth) & (truth <= found[:, 2])).sum())


def rejected(strata: int, count: int) -> int:
    """Count the trials without a difference in which the log-rank test, stratified or not, is below 5 %."""
    labels = np.arange(2 * N) % strata
    trials = (draw(NULL, generator) for generator in generators(len(QUANTITIES) + strata, count))
    return sum(log_rank(one.time, one.event, one.arm, labels).p_value < 1 - LEVEL for one in trials)


def table(count: int) -> Iterator[str]:
    """Give the table line by line."""
    yield "| quantity | truth | mean | bias (MC error) | coverage of 95 % | trials |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, one in QUANTITIES.items():
        found = simulate(name, count)
        mean, error = found[:, 0].mean(), found[:, 0].std(ddof=1) / np.sqrt(count)
        bias = f"{mean - one.truth:+.4f} ({error:.4f})"
        share = 100 * covered(found, one.truth) / count
        yield f"| {name} | {one.truth:.4f} | {mean:.4f} | {bias} | {share:.1f} | {count} |"
    for strata in (1, STRATA):
        share = 100 * rejected(strata, count) / count
        yield f"| log-rank, {strata} strata, no difference: p < 0.05 | | | | {share:.1f} | {count} |"


if __name__ == "__main__":
    for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else 100):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
