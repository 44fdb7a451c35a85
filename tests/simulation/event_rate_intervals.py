"""Coverage of intervals of the rate of all events: ``PYTHONPATH=tests python -m simulation.event_rate_intervals 1000``.

The table of ``workflow/docs/methods/recurrent_events.md`` comes from here. One participant in five is followed for a
part of the time only, events come thrice as often in its first half, and most participants of most scenarios have none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from postinfusion.analyses.event_rate_limits import limits_of_all_events
from postinfusion.core.bootstrap_rates import times_drawn

Floats = NDArray[np.float64]
Limits = tuple[float, float]
SIZES, DRAWS, TAIL = (20, 30, 60), 999, 0.025
LEAVES, SHORTEST = 0.2, 0.05
EARLY, LATE = 1.5, 0.5
AS_ANALYSED, ROBUST = "as analysed", "robust"


@dataclass(frozen=True)
class Scenario:
    """Mean number of events of a participant, shape of the gamma frailty, and share of those who never have any."""

    mean: float
    shape: float
    never: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{self.mean:g} | {self.shape:g} | {100 * self.never:.0f}"


SCENARIOS = (
    Scenario(3, 0.5),
    Scenario(1.2, 1),
    Scenario(2, 2, 0.8),
    Scenario(0.5, 0.5),
    Scenario(0.3, 0.3),
    Scenario(0.15, 0.5),
)


def expected(time: Floats) -> Floats:
    """Give the expected events up to a time, those of the whole being 1."""
    return EARLY * np.minimum(time, 0.5) + LATE * np.maximum(time - 0.5, 0.0)


def draw(scenario: Scenario, size: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw events and time of each participant."""
    time = np.where(generator.random(size) < LEAVES, generator.uniform(SHORTEST, 1, size), 1.0)
    frailty = generator.gamma(scenario.shape, 1 / scenario.shape, size)
    frailty *= (generator.random(size) >= scenario.never) / (1 - scenario.never)
    return generator.poisson(scenario.mean * frailty * expected(time)).astype(float), time


def truth(scenario: Scenario) -> float:
    """Give expected events over expected time."""
    part = np.linspace(SHORTEST, 1, 100_001)
    events = (1 - LEAVES) + LEAVES * expected(part).mean()
    return float(scenario.mean * events / ((1 - LEAVES) + LEAVES * part.mean()))


def others(y: Floats, t: Floats, generator: np.random.Generator) -> Iterator[tuple[str, Limits]]:
    """Give the limits by bootstrap that were tried and left."""
    m, rate = len(y), y.sum() / t.sum()
    weights = times_drawn(m, DRAWS, generator)
    events, time, yy, yt, tt = (weights @ column for column in (y, t, y * y, y * t, t * t))
    rates = events / time
    low, high = np.quantile(rates, [TAIL, 1 - TAIL])
    yield "percentile", (float(low), float(high))
    left_out = (y.sum() - y) / (t.sum() - t)
    change = left_out.mean() - left_out
    spread = (change**2).sum()
    acceleration = (change**3).sum() / (6 * spread**1.5) if spread > 0 else 0.0
    below = np.clip((rates < rate).mean() + (rates == rate).mean() / 2, 1 / (DRAWS + 1), DRAWS / (DRAWS + 1))
    shifted = ndtri(below) + ndtri([TAIL, 1 - TAIL])
    low, high = np.quantile(rates, ndtr(ndtri(below) + shifted / (1 - acceleration * shifted)))
    yield "BCa", (float(low), float(high))
    squares = np.maximum(yy - 2 * rates * yt + rates**2 * tt, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (np.log(rates) - np.log(rate)) * events / np.sqrt(m / (m - 1) * squares)
    statistic = np.sort(np.where(np.isnan(statistic), np.where(events == 0, -np.inf, 0.0), statistic))
    error = np.sqrt(m / (m - 1) * ((y - rate * t) ** 2).sum()) / y.sum()
    places = round((DRAWS + 1) * TAIL) - 1, DRAWS - round((DRAWS + 1) * TAIL)
    low, high = (rate * np.exp(-statistic[place] * error) for place in places[::-1])
    yield "studentised log", (float(low), float(high))


def limits(y: Floats, t: Floats, generator: np.random.Generator) -> dict[str, Limits]:
    """Give the limits of one sample by every method."""
    found, robust, _ = limits_of_all_events(pd.Series(y), pd.Series(t), generator, 1 - 2 * TAIL)
    used = {AS_ANALYSED: found, ROBUST: robust}
    of_used = {name: (float(one.conf_low), float(one.conf_high)) for name, one in used.items()}
    none = dict.fromkeys(("percentile", "BCa", "studentised log"), of_used[ROBUST])
    return of_used | (dict(others(y, t, generator)) if y.any() else none)


def lines(total: int) -> Iterator[str]:
    """Give the table as Markdown: the share of samples whose limits hold the truth."""
    heads = ["events of a participant", "frailty, shape", "never any, %", "participants", AS_ANALYSED, ROBUST]
    yield f"| {' | '.join([*heads, 'percentile', 'BCa', 'studentised log'])} | below | above |"
    yield "|" + "---:|" * 11
    for place, scenario in enumerate(SCENARIOS):
        for size in SIZES:
            generator = np.random.default_rng([20261123, place, size])
            samples = [limits(*draw(scenario, size, generator), generator) for _ in range(total)]
            yield f"| {scenario.name} | {size} | {_shares(samples, truth(scenario))} |"


def _shares(samples: list[dict[str, Limits]], value: float) -> str:
    """Give coverage by every method, and by how many limits as analysed the truth is missed below and above."""
    ends = {name: np.array([one[name] for one in samples]) for name in samples[0]}
    held = [((low <= value) & (value <= high)).mean() for low, high in (one.T for one in ends.values())]
    low, high = ends[AS_ANALYSED].T
    missed = ((value < low).mean(), (high < value).mean())
    return " | ".join(f"{100 * share:.1f}" for share in (*held, *missed))


def main(total: int) -> None:
    """Print the table."""
    for line in lines(total):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
