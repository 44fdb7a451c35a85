"""One quantity over many simulated trials: its truth, its estimates, and the row that tells bias and coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import bdtr
from scipy.stats import binom

from postinfusion.core.proportions import miettinen_nurminen

LARGEST_BIAS = 3.29
COVERED = (0.93, 0.97)
TAIL = 0.0005


@dataclass
class Quantity:
    """One quantity: its truth, and estimate and interval of each replicate that gave them.

    ``by_count`` is the coverage that follows in closed form from the distribution of the counts, NaN where there is
    none: above 97 % it takes the place of 97 % as the most that is expected.
    """

    truth: float
    found: list[tuple[float, float, float]] = field(default_factory=list)
    is_logarithm: bool = False
    by_count: float = np.nan

    def add(self, estimate: float, low: float, high: float) -> None:
        """Add a replicate; one without an interval is left out."""
        values = (estimate, low, high)
        if np.isfinite(values).all():
            self.found.append(tuple(np.log(values)) if self.is_logarithm else values)

    @property
    def line(self) -> str:
        """The cells of its row: replicates, truth, bias with its Monte Carlo error, coverage, and what is amiss."""
        values = np.array(self.found)
        n, error = len(values), values[:, 0] - self.truth
        mc_error = error.std(ddof=1) / np.sqrt(n)
        covered = int(((values[:, 1] <= self.truth) & (self.truth <= values[:, 2])).sum())
        is_biased = abs(error.mean()) > LARGEST_BIAS * mc_error
        highest = max(COVERED[1], float(np.nan_to_num(self.by_count)))
        is_expected = can_be_between(covered, n, COVERED[0], highest)
        amiss = [*(["bias"] if is_biased else []), *([] if is_expected else ["coverage"])]
        by_count = "–" if np.isnan(self.by_count) else f"{100 * self.by_count:.1f}"
        return (
            f"{n} | {self.truth:.3f} | {error.mean():.3f} ({mc_error:.3f}) | {100 * covered / n:.1f} | {by_count} | "
            f"{', '.join(amiss) or 'none'}"
        )


Found = dict[tuple[str, str], Quantity]


def can_be_between(count: int, total: int, low: float, high: float) -> bool:
    """Say whether a count can come from a probability between low and high, up to 99.9 % Monte Carlo limits."""
    too_few = bdtr(count, total, low) < TAIL
    too_many = count > 0 and 1 - bdtr(count - 1, total, high) < TAIL
    return not (too_few or too_many)


def coverage_of_difference(shares: tuple[float, float], total: int) -> float:
    """Give the coverage of Miettinen and Nurminen's limits for two shares, over both binomial distributions."""
    first, second = (values.ravel() for values in np.meshgrid(*[np.arange(total + 1)] * 2, indexing="ij"))
    limits = miettinen_nurminen(first, total, second, total)
    truth = shares[0] - shares[1]
    held = (limits.conf_low <= truth) & (truth <= limits.conf_high)
    return float(binom.pmf(first, total, shares[0]) * binom.pmf(second, total, shares[1]) @ held)


def sides(results: pd.DataFrame) -> pd.DataFrame:
    """Give rows of estimates with their limits side by side."""
    wanted = results[results["stat_name"].isin(["estimate", "conf_low", "conf_high"])]
    return wanted.pivot_table(index=["visit", "time"], columns="stat_name", values="stat", sort=False).reset_index()


def lines(found: Mapping[tuple[str, str], Quantity]) -> Iterator[str]:
    """Give the table as Markdown."""
    yield "| analysis | at | trials | truth | bias (Monte Carlo SE) | coverage of 95 %, % | by the count, % | amiss |"
    yield "|---|---|---:|---:|---:|---:|---:|---|"
    for (analysis, at), quantity in found.items():
        if len(quantity.found) > 1:
            yield f"| {analysis} | {at} | {quantity.line} |"
