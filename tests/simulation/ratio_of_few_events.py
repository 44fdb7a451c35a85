"""Ratios of rates of very few events, corrected for bias or not: ``python -m simulation.ratio_of_few_events 2000``.

Prints bias, root mean squared error and coverage of the log ratio of a negative binomial model among the samples in
which both arms have an event, since there is no ratio in the others. The table stands in
``workflow/docs/methods/recurrent_events.md``.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.special import stdtrit

from postinfusion.core.negative_binomial import fit_negative_binomial
from postinfusion.core.second_order_bias import bias_of_negative_binomial
from postinfusion.errors import ModelError

SEED = 20_261_123
CONFIDENCE = 0.95
SCENARIOS = (  # participants of an arm, expected events of each arm, shape of their frailty
    (15, (6, 3), np.inf),
    (15, (6, 3), 1.0),
    (8, (4, 2), np.inf),
    (30, (15, 5), 0.5),
    (12, (8, 8), 1.0),
)
Floats = np.ndarray


def errors(n: int, expected: tuple[int, int], shape: float, replicates: int) -> tuple[Floats, Floats, Floats]:
    """Give the error of the log ratio as estimated and corrected, and half the length of its interval."""
    generator = np.random.default_rng(SEED)
    treated = np.repeat([1.0, 0.0], n)
    x = np.column_stack([np.ones(2 * n), treated])
    mean, truth = np.repeat(expected, n) / n, np.log(expected[0] / expected[1])
    found = []
    for _ in range(replicates):
        own = np.ones(2 * n) if np.isinf(shape) else generator.gamma(shape, 1 / shape, 2 * n)
        counts = generator.poisson(own * mean).astype(float)
        if not all(counts[treated == arm].any() for arm in (0, 1)):
            continue
        try:
            fit = fit_negative_binomial(counts, np.ones(2 * n), x)
        except ModelError:
            continue
        if fit.std_errors[1] > 0:
            error = fit.coefficients[1] - truth
            bias = bias_of_negative_binomial(fit, counts, np.ones(2 * n), x, treated)[1]
            found.append((error, error - bias, stdtrit(2 * n - 2, (1 + CONFIDENCE) / 2) * fit.std_errors[1]))
    return tuple(np.array(found).T)  # type: ignore[return-value]


def main(replicates: int) -> None:
    """Print the table."""
    lines = [
        "| in an arm | events expected | frailty, shape | samples | ratio | bias | error | coverage, % |",
        "|---" * 8 + "|",
    ]
    for n, expected, shape in SCENARIOS:
        *both, half = errors(n, expected, shape, replicates)
        for name, error in zip(("as estimated", "corrected"), both, strict=True):
            told = f"{error.mean():.3f} ({error.std() / len(error) ** 0.5:.3f}) | {np.sqrt((error**2).mean()):.2f}"
            covered = f"{100 * (abs(error) <= half).mean():.1f}"
            of = f"{n} | {expected[0]} and {expected[1]} | {shape:g} | {len(error)}"
            lines.append(f"| {of} | {name} | {told} | {covered} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
