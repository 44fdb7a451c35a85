"""Simulate trials in two stages and look at level, coverage and the covariance of the stages.

Run ``python tests/simulation/two_stage.py 4000``: the table on ``workflow/docs/methods/two_stage.md`` comes from it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from postinfusion.core.two_stage import Combined, Stage, combine

MEAN, SD_BETWEEN, SD_WITHIN, COURSE, CUT = 32.0, 4.0, 3.5, -8.0, 22.0
WEIGHT = 0.6
SEED = 20261125


@dataclass(frozen=True)
class Setting:
    """One truth: participants, difference of each stage, and how that of the second depends on the first baseline."""

    name: str
    participants: int
    first: float
    second: float
    by_baseline: float = 0.0


SETTINGS = (
    Setting("no effect", 96, 0.0, 0.0),
    Setting("no effect, few", 40, 0.0, 0.0),
    Setting("an effect in both stages", 96, -6.0, -4.0),
    Setting("an effect in stage 1 alone", 96, -6.0, 0.0),
    Setting("stage 2 depends on the value at entry", 96, -6.0, -4.0, by_baseline=-0.5),
)


def replicate(setting: Setting, seed: int, number: int) -> tuple[Stage, Stage, Combined] | None:
    """Give both stages and their combination in one simulated trial; None where an arm has fewer than three."""
    draw = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    n = setting.participants
    level = draw.normal(MEAN, SD_BETWEEN, n)
    entry, end, later = (level + draw.normal(0, SD_WITHIN, n) for _ in range(3))
    arm = draw.permutation(np.resize([0.0, 1.0], n))
    end = end + COURSE + setting.first * arm
    again = (arm == 0) & (end > CUT)
    second = draw.permutation(np.resize([0.0, 1.0], int(again.sum())))
    if min((second == 0).sum(), (second == 1).sum()) < 3:
        return None
    effect = setting.second + setting.by_baseline * (entry[again] - MEAN)
    after = later[again] + COURSE + effect * second
    stages = difference(end - entry, arm, entry), difference(after - end[again], second, end[again])
    return *stages, combine(*stages, WEIGHT)


def difference(change: np.ndarray, arm: np.ndarray, base: np.ndarray) -> Stage:
    """Give the difference of an analysis of covariance by least squares."""
    design = np.column_stack([np.ones(len(change)), arm, base])
    coefficients, residual, *_ = np.linalg.lstsq(design, change, rcond=None)
    df = len(change) - 3
    variance = float(residual[0]) / df * np.linalg.inv(design.T @ design)[1, 1]
    return Stage(float(coefficients[1]), float(np.sqrt(variance)), float(df))


def replicates(setting: Setting, seed: int, count: int) -> pd.DataFrame:
    """Give estimates and tests of many simulated trials."""
    rows = []
    for number in range(count):
        found = replicate(setting, seed, number)
        if found is None:
            continue
        first, second, both = found
        half = stats.t.ppf(0.975, both.df) * both.std_error
        rows.append(
            (first.estimate, second.estimate, both.estimate, both.std_error, half, both.p_value, both.z_p_value)
        )
    return pd.DataFrame(rows, columns=["first", "second", "both", "se", "half", "p", "z_p"])


def true_second(setting: Setting, seed: int) -> float:
    """Give the mean difference of stage 2 among who is randomised again, from a very large trial."""
    draw = np.random.default_rng(seed)
    level = draw.normal(MEAN, SD_BETWEEN, 1_000_000)
    entry, end = level + draw.normal(0, SD_WITHIN, len(level)), level + COURSE + draw.normal(0, SD_WITHIN, len(level))
    return setting.second + setting.by_baseline * float((entry[end > CUT] - MEAN).mean())


def summary(setting: Setting, seed: int, count: int) -> dict[str, float | str]:
    """Give bias, coverage, level and the correlation of the stages."""
    found = replicates(setting, seed, count)
    truth = WEIGHT * setting.first + (1 - WEIGHT) * true_second(setting, seed)
    return {
        "setting": setting.name,
        "participants": setting.participants,
        "trials": len(found),
        "truth": truth,
        "bias": float(found["both"].mean() - truth),
        "mc_error": float(found["both"].std() / np.sqrt(len(found))),
        "se_ratio": float(found["se"].mean() / found["both"].std()),
        "coverage": float(((found["both"] - truth).abs() <= found["half"]).mean()),
        "rejects": float((found["p"] < 0.05).mean()),
        "rejects_z": float((found["z_p"] < 0.05).mean()),
        "correlation": float(found["first"].corr(found["second"])),
    }


if __name__ == "__main__":
    pd.set_option("display.width", 220, "display.max_columns", 20)
    made = pd.DataFrame([summary(setting, SEED, int(sys.argv[1])) for setting in SETTINGS])
    sys.stdout.write(f"{made.round(4).to_string(index=False)}\n")
