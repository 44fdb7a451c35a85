"""Bias and coverage of the estimates of harms: ``PYTHONPATH=tests python -m simulation.harms_coverage 1000``.

The table of ``workflow/docs/methods/harms_coverage.md`` comes from here. Trials are those of the simulator of
ketamine_ed; the truth is that of ten times as many other trials of it. Exact limits of counts hold the truth more often
than they say: beside their coverage stands the one that follows from the distribution of the count, and where that is
above 97 % it takes the place of the upper end of what is expected.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binom, poisson

from postinfusion.core.poisson_rates import garwood
from postinfusion.core.proportions import clopper_pearson
from postinfusion.simulate.harms import UNKNOWN_END
from simulation.coverage_of import COVERED, LARGEST_BIAS, can_be_between, coverage_of_difference
from simulation.harms_estimates import Found, as_trial, estimates
from simulation.harms_trials import ARMS, crowd, trial
from simulation.harms_truth import EFFECTIVE, EXPECTED, PER_ARM, Key, truths

BLOCKS, TIMES_AS_MANY = 20, 10
FEWEST_TRIALS = 20


@dataclass
class Harm:
    """One quantity: its truth with the error that this has itself, and estimate and limits of each trial that has them.

    Attributes
    ----------
    truth, truth_error
        Value, and the Monte Carlo error of the truth.
    found
        Estimate and limits by trial; limits that are NaN are not given, infinite ones were not reached.
    by_count
        Coverage that follows from the distribution of the count; NaN where there is no closed form.
    """

    truth: float
    truth_error: float = 0.0
    by_count: float = np.nan
    found: list[Found] = field(default_factory=list)

    @property
    def bias(self) -> tuple[float, float]:
        """Mean error, and its Monte Carlo error with that of the truth."""
        error = np.array([values[0] for values in self.found]) - self.truth
        # A rate of no event has no logarithm; the trials that have one are too high together.
        if not np.isfinite(error).all():
            return np.nan, np.nan
        return float(error.mean()), float(np.hypot(error.std(ddof=1) / np.sqrt(len(error)), self.truth_error))

    @property
    def covered(self) -> tuple[int, int]:
        """How many intervals hold the truth, of how many."""
        limits = np.array([values[1:] for values in self.found])
        limits = limits[~np.isnan(limits).any(axis=1)]
        return int(((limits[:, 0] <= self.truth) & (self.truth <= limits[:, 1])).sum()), len(limits)

    @property
    def amiss(self) -> tuple[str, ...]:
        """What lies outside: more bias than chance gives, or a coverage that none that is expected would give."""
        bias, error = self.bias
        held, total = self.covered
        expected = (
            min(COVERED[0], np.nan_to_num(self.by_count, nan=1.0)),
            max(COVERED[1], np.nan_to_num(self.by_count)),
        )
        return (
            *(["bias"] if abs(bias) > LARGEST_BIAS * error else []),
            *([] if not total or can_be_between(held, total, *expected) else ["coverage"]),
        )

    @property
    def line(self) -> str:
        """The cells of its row."""
        (bias, error), (held, total) = self.bias, self.covered
        biased = "–" if np.isnan(bias) else f"{bias:.3f} ({error:.3f})"
        covered = f"{100 * held / total:.1f}" if total else "–"
        by_count = "–" if np.isnan(self.by_count) else f"{100 * self.by_count:.1f}"
        amiss = ", ".join(self.amiss) or "none"
        return f"{len(self.found)} | {self.truth:.3f} | {biased} | {covered} | {by_count} | {amiss}"


def coverage_of_count(share: float, total: int = PER_ARM) -> float:
    """Give the coverage of Clopper and Pearson's limits for one share, over the binomial distribution of the count."""
    counts = np.arange(total + 1)
    limits = clopper_pearson(counts, np.full(total + 1, total))
    held = (limits.conf_low <= share) & (share <= limits.conf_high)
    return float(binom.pmf(counts, total, share) @ held)


def coverage_of_infusions(share: float, effective: int) -> float:
    """Give the coverage of Clopper and Pearson's limits at an effective number of infusions.

    No upper limit is below that of none of as many participants: it holds every share below that.
    """
    counts = np.arange(effective + 1)
    limits = clopper_pearson(counts, np.full(effective + 1, effective))
    least = float(clopper_pearson(0, PER_ARM).conf_high)
    held = (limits.conf_low <= share) & (share <= np.maximum(limits.conf_high, least))
    return float(binom.pmf(counts, effective, share) @ held)


def coverage_of_rate(expected: float) -> float:
    """Give the coverage of Garwood's limits over the Poisson distribution of the count."""
    counts = np.arange(int(expected + 10 * np.sqrt(expected) + 10))
    limits = garwood(counts, np.ones(len(counts)))
    held = (limits.conf_low <= expected) & (expected <= limits.conf_high)
    return float(poisson.pmf(counts, expected) @ held)


def coverage_of_passed(share: float, risk: float) -> float:
    """Give the coverage of Clopper and Pearson's limits among those with an event whose end is known."""
    totals = np.arange(1, PER_ARM + 1)
    weights = binom.pmf(totals, PER_ARM, risk * (1 - UNKNOWN_END))
    return float(weights @ [coverage_of_count(share, int(total)) for total in totals] / weights.sum())


def quantities(total: int) -> dict[Key, Harm]:
    """Give every quantity with its truth, from blocks of people that are not among those of the trials."""
    each = max(TIMES_AS_MANY * total // BLOCKS, FEWEST_TRIALS)
    blocks = [truths(crowd(range(block * each, (block + 1) * each))) for block in range(BLOCKS)]
    found = {}
    for key in blocks[0]:
        values = np.array([block[key] for block in blocks])
        found[key] = Harm(float(values.mean()), float(values.std(ddof=1) / np.sqrt(BLOCKS)))
    truth = {key: harm.truth for key, harm in found.items()}
    for key, harm in found.items():
        harm.by_count = _by_count(key, truth)
    return {key: harm for key, harm in found.items() if key[0] not in (EFFECTIVE, EXPECTED)}


def _by_count(key: Key, truth: Mapping[Key, float]) -> float:
    """Give the coverage that follows from the distribution of the count; NaN where limits are not of a count."""
    what, name, arm = key
    if what == "participants":
        return coverage_of_count(truth[key])
    if what == "infusions":
        return coverage_of_infusions(truth[key], round(truth[EFFECTIVE, name, arm]))
    if what == "risk difference":
        first, second = (truth["participants", name, one] for one in ARMS)
        return coverage_of_difference((first, second), PER_ARM)
    if what == "rate of first events":
        return coverage_of_rate(truth[EXPECTED, name, arm])
    if what.startswith("passed by"):
        return coverage_of_passed(truth[key], truth["participants", name, arm])
    return np.nan


def collect(total: int) -> dict[Key, Harm]:
    """Give all quantities with the estimates of the trials."""
    found = quantities(total)
    for number in range(total):
        for key, values in estimates(as_trial(*trial(number))):
            found[key].found.append(values)
    return found


def lines(found: Mapping[Key, Harm]) -> Iterator[str]:
    """Give the table as Markdown; a quantity that few trials have is left out of it."""
    heads = (
        "quantity",
        "events",
        "arm",
        "trials",
        "truth",
        "bias (Monte Carlo SE)",
        "coverage of 95 %, %",
        "by the count, %",
    )
    yield f"| {' | '.join(heads)} | amiss |"
    yield "|---|---|---|---:|---:|---:|---:|---:|---|"
    for (what, name, arm), harm in sorted(found.items()):
        if len(harm.found) > 1:
            yield f"| {what} | {name} | {arm or 'difference'} | {harm.line} |"


def main(total: int) -> None:
    """Print the table."""
    sys.stdout.write("\n".join(lines(collect(total))) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
