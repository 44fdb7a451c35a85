"""Type I error and coverage of the last visit's contrast in small trials, by method of inference.

``make type-one-error REPLICATES=5000`` prints the table of ``workflow/docs/methods/type_one_error.md``. A trial has two
arms, four visits, an unstructured covariance (true and fitted, by REML) and dropout at random: who has a high value is
likelier to be missing from the next visit on, 20 % are at the last one. Type I error is counted where the arms do not
differ, coverage of the 95 % interval where they differ at the last visit by one standard deviation, among the trials
that could be fitted; the others are counted too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, expit

from postinfusion.core.covariance_search import find_optimum
from postinfusion.core.inference import DfMethod, Inference, mixed_inference
from postinfusion.core.mmrm_parametrisation import full_kenward_roger_term
from postinfusion.core.repeated_measures import RepeatedMeasures, covariance_of_theta, prepare
from postinfusion.errors import ModelError

SIZES = (12, 20, 40, 100)
METHODS: dict[DfMethod, str] = {
    "asymptotic": "z",
    "satterthwaite": "Satterthwaite",
    "kenward-roger-linear": "Kenward-Roger, linear",
    "kenward-roger": "Kenward-Roger of mmrm",
}
SEED = 20_261_122
LEVEL = 0.05
VISITS = 4
DEVIATIONS = np.array([8.0, 9.0, 10.0, 11.0])
CORRELATIONS = np.array(
    [[1.0, 0.75, 0.65, 0.55], [0.75, 1.0, 0.70, 0.60], [0.65, 0.70, 1.0, 0.75], [0.55, 0.60, 0.75, 1.0]]
)
MEANS = np.array([25.0, 22.0, 20.0, 19.0])
FACTOR = np.linalg.cholesky(CORRELATIONS)
# Log odds of dropping out after a visit, at its mean and per standard deviation above it: 20 % in three steps.
DROPOUT = (-2.64, 0.5)
CONTRAST = np.array([[0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Count:
    """What became of the trials of one size.

    Attributes
    ----------
    outside
        By method, how many fitted trials had an interval without the truth.
    fitted, failed
        How many trials could be fitted, and how many could not.
    """

    outside: dict[str, int]
    fitted: int
    failed: int


def trial(rng: np.random.Generator, n: int, effect: float = 0.0) -> RepeatedMeasures:
    """Draw a trial of n participants, half of them in each arm.

    Parameters
    ----------
    rng
        Where the draws come from.
    n
        Number of participants.
    effect
        Difference of the arms at the last visit, in standard deviations of that visit; it grows linearly to there.
    """
    arm = np.arange(n) % 2
    deviation = rng.standard_normal((n, VISITS)) @ FACTOR.T
    standardised = deviation + np.outer(arm, effect * np.arange(1, VISITS + 1) / VISITS)
    leaves = rng.random((n, VISITS - 1)) < expit(DROPOUT[0] + DROPOUT[1] * standardised[:, :-1])
    stays = np.column_stack([np.ones(n, dtype=bool), ~np.logical_or.accumulate(leaves, axis=1)])
    subject, visit = np.nonzero(stays)
    return RepeatedMeasures(
        X=_design(arm[subject], visit),
        y=(MEANS + DEVIATIONS * standardised)[subject, visit],
        subject=subject,
        visit=visit,
        visit_names=tuple(map(str, range(1, VISITS + 1))),
    )


def _design(arm: np.ndarray, visit: np.ndarray) -> np.ndarray:
    """Give the columns of arm x visit: visits, then the arm's difference at the first and its changes from there."""
    visits = np.column_stack([np.ones(len(visit)), visit[:, None] == np.arange(1, VISITS)])
    return np.hstack([visits, arm[:, None] * visits])


def inferences(data: RepeatedMeasures) -> dict[str, Inference]:
    """Give the inference by each method, all at one optimum.

    Raises
    ------
    ModelError
        The model cannot be fitted.
    """
    prepared = prepare(data, "us", "reml")
    optimum, _ = find_optimum(prepared.search)
    w = covariance_of_theta(optimum, "observed")
    second = full_kenward_roger_term(prepared.search, optimum.theta, "observed")
    return {
        method: mixed_inference(
            data.X,
            data.subject,
            standard=prepared.standard,
            cross=prepared.blocks.products,
            optimum=optimum,
            df_method=method,
            w=w,
            second_derivatives=second if method == "kenward-roger" else None,
        )
        for method in METHODS
    }


def is_outside(data: RepeatedMeasures, truth: float) -> dict[str, bool]:
    """Say by method whether the 95 % interval of the last visit's contrast leaves the truth out."""
    found = {}
    for method, inference in inferences(data).items():
        estimates = inference.estimates(CONTRAST, confidence=1 - LEVEL)
        found[method] = not estimates.conf_low[0] <= truth <= estimates.conf_high[0]
    return found


def count(n: int, replicates: int, effect: float = 0.0) -> Count:
    """Count over the trials of one size; trial i draws from the seed with the key (n, i), whatever the others do."""
    outside, fitted = dict.fromkeys(METHODS, 0), 0
    for replicate in range(replicates):
        rng = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(n, replicate)))
        try:
            found = is_outside(trial(rng, n, effect), effect * DEVIATIONS[-1])
        except ModelError:
            continue
        fitted += 1
        for method in METHODS:
            outside[method] += found[method]
    return Count(outside, fitted, replicates - fitted)


def is_between(successes: int, trials: int, low: float, high: float, *, chance: float = 0.001) -> bool:
    """Say whether a count can come from a probability between low and high, at the chance of a wrong no."""
    too_few = bdtr(successes, trials, low) < chance / 2
    too_many = 1 - bdtr(successes - 1, trials, high) < chance / 2 if successes else False
    return not (too_few or too_many)


def table(replicates: int) -> Iterator[str]:
    """Give the table line by line."""
    names = " | ".join(METHODS.values())
    for title, effect in (("Type I error, %", 0.0), ("Coverage of the 95 % interval, %", 1.0)):
        yield f"| {title}: participants | {names} | fitted | failed |"
        yield "|---:|" + "---:|" * (len(METHODS) + 2)
        for n in SIZES:
            found = count(n, replicates, effect)
            shares = [100 * found.outside[method] / found.fitted for method in METHODS]
            cells = " | ".join(f"{share if effect == 0 else 100 - share:.1f}" for share in shares)
            yield f"| {n} | {cells} | {found.fitted} | {found.failed} |"
        yield ""


def main(replicates: int) -> None:
    """Print the table."""
    for line in table(replicates):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
