"""How often ratios of within-person spreads hold the truth: ``python tests/simulation/variability.py [CASE] 1000``.

Values are made here in one step, without files and windows, and go to the functions that analyses call. Prints a table
of bias (and its Monte Carlo error), coverage and power or level by case and estimator.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.model_data import ARM
from postinfusion.analyses.variability_data import RMSSD, SD
from postinfusion.analyses.variability_model import scale_model
from postinfusion.analyses.variability_two_steps import compare_arms, compare_phases
from postinfusion.core.within_person_spread import root_mean_square_successive_difference, spread_about_line

SEED = 20_261_122
ARMS = ("Midazolam", "Ketamine")
DECIDES, STEPS, SUCCESSIVE = "what decides", "SD, two steps", "RMSSD, two steps"
SD_OF_VALUES = 8.0


@dataclass(frozen=True)
class Truth:
    """How values are made.

    Attributes
    ----------
    per_arm, values
        Participants of each arm; values of each, one a day. A value is missing with probability 0.1.
    ratio
        Of the standard deviations, ketamine / midazolam.
    between
        Standard deviation of log standard deviations between persons.
    wander
        Share of the residual variance that is an Ornstein-Uhlenbeck course with a time of 10 days.
    is_paired
        One arm, two phases: the ratio is that of the later phase.
    """

    per_arm: int
    values: int
    ratio: float
    between: float
    wander: float = 0.0
    is_paired: bool = False


CASES = {
    "ratio 0.8": Truth(48, 16, 0.8, 0.2),
    "nearly alike": Truth(17, 11, 1.0, 0.1),
    "alike": Truth(17, 11, 0.8, 0.0),
    "wandering": Truth(48, 16, 1.0, 0.1, wander=0.6),
    "small": Truth(8, 6, 0.8, 0.2),
    "small null": Truth(4, 6, 1.0, 0.2),
    "before and after": Truth(12, 7, 0.8, 0.15, is_paired=True),
}


def records(truth: Truth, generator: np.random.Generator) -> pd.DataFrame:
    """Draw the values of all participants; of a paired truth the earlier phase has arm Midazolam."""
    n_arms, n, days = 2, truth.per_arm, np.arange(truth.values) + 0.5
    shared = np.tile(generator.normal(size=n) * 0.3, n_arms) if truth.is_paired else 0.0
    person = np.arange(n_arms * n)
    arm = person // n
    spread = np.exp(np.log(SD_OF_VALUES) + np.log(truth.ratio) * arm
                    + truth.between * generator.normal(size=len(person)) + shared)  # fmt: skip
    level = 40 + 3 * arm + 10 * generator.normal(size=len(person))
    slope = 0.3 + 0.4 * generator.normal(size=len(person))
    noise = np.sqrt(1 - truth.wander) * generator.normal(size=(len(person), len(days)))
    if truth.wander:
        correlation = np.exp(-np.abs(days[:, None] - days) / 10)
        course = generator.normal(size=noise.shape) @ np.linalg.cholesky(correlation).T
        noise = noise + np.sqrt(truth.wander) * course
    values = level[:, None] + slope[:, None] * days + spread[:, None] * noise
    frame = pd.DataFrame(
        {
            "USUBJID": np.repeat(person % n if truth.is_paired else person, len(days)),
            ARM: pd.Categorical(np.repeat(np.array(ARMS)[arm], len(days)), ARMS),
            "AHRFIRST": np.tile(24 * days, len(person)),
            "AVAL": values.ravel(),
        }
    )
    return frame[generator.random(len(frame)) >= 0.1]


def spreads(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the spreads of persons with five values or more in an arm."""
    found = []
    for (arm, who), own in frame.groupby([ARM, "USUBJID"], observed=True):
        if len(own) >= 5:
            times, values = own["AHRFIRST"].to_numpy(), own["AVAL"].to_numpy()
            about = spread_about_line(times, values, trend=True)
            successive = root_mean_square_successive_difference(times, values)
            found.append((who, arm, about.value, about.df, successive.value, successive.df))
    persons = pd.DataFrame(found, columns=["USUBJID", ARM, SD, "SD_DF", RMSSD, "RMSSD_DF"])
    return persons.assign(ARM=pd.Categorical(persons[ARM], ARMS))


def estimated(truth: Truth, generator: np.random.Generator) -> Iterator[tuple[str, dict[str, float]]]:
    """Give the ratio of each estimator in one replicate."""
    frame = records(truth, generator)
    persons = spreads(frame)
    if truth.is_paired:
        earlier, later = (persons[persons[ARM] == arm] for arm in ARMS)
        pairs = later.merge(earlier, on="USUBJID", suffixes=("", "_before"))
        yield STEPS, compare_phases(pairs, SD, 0.95).ratios[""]
        yield SUCCESSIVE, compare_phases(pairs, RMSSD, 0.95).ratios[""]
        return
    steps = compare_arms(persons, SD, (), 0.95)
    model, _ = scale_model(frame, persons, (), trend=True, confidence=0.95)
    yield DECIDES, (steps.ratios if model is None else model.ratios)[ARMS[1]]
    yield STEPS, steps.ratios[ARMS[1]]
    yield SUCCESSIVE, compare_arms(persons, RMSSD, (), 0.95).ratios[ARMS[1]]


def simulate(case: str, replicates: int) -> pd.DataFrame:
    """Give bias of the log ratio, its Monte Carlo error, coverage and share of p below 0.05 by estimator."""
    truth = CASES[case]
    found = [
        {"estimator": name, **ratio}
        for number in range(replicates)
        for name, ratio in estimated(truth, np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(number,))))
    ]
    table = pd.DataFrame(found)
    error = np.log(table["estimate"]) - np.log(truth.ratio)
    held = (table["conf_low"] <= truth.ratio) & (truth.ratio <= table["conf_high"])
    table = table.assign(error=error, held=held, rejected=table["p_value"] < 0.05)
    of = table.groupby("estimator", sort=False)
    return pd.DataFrame(
        {
            "bias": of["error"].mean(),
            "monte_carlo_error": of["error"].std() / np.sqrt(of.size()),
            "sd": of["error"].std(),
            "mean_std_error": of["std_error"].mean(),
            "coverage": of["held"].mean(),
            "p_below_0.05": of["rejected"].mean(),
            "n": of.size(),
        }
    )


if __name__ == "__main__":
    asked = [argument for argument in sys.argv[1:] if argument in CASES] or list(CASES)
    for name in asked:
        table = simulate(name, int(sys.argv[-1])).round(4)
        sys.stdout.write(f"{name}: {CASES[name]}\n{table.to_string()}\n\n")
        sys.stdout.flush()
