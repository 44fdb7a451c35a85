"""How often the tests and intervals of "for whom" are right: level, coverage and false regions of simulated trials.

``python -m simulation.for_whom`` from the folder of tests prints the table of workflow/docs/methods/for_whom.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.special import fdtri

from postinfusion.analyses.model_data import ModelData
from postinfusion.analyses.subgroups import compared_groups
from postinfusion.core.johnson_neyman import pointwise_critical_value, potthoff_critical_value, regions_of_line
from postinfusion.core.least_squares import fit_least_squares
from postinfusion.core.variance_ratio import brown_forsythe, deviation_ratio
from postinfusion.plan.analyses import Subgroups

SEED = 20261123
VISITS, GROUPS = ("1", "2", "3"), ("AN", "BN", "BED")
COVARIANCE = np.array([[90.0, 45.0, 40.0], [45.0, 90.0, 55.0], [40.0, 55.0, 90.0]])
DIFFERENCES = dict(zip(GROUPS, (-4.2, -6.6, -7.6), strict=True))
SHARE = 0.05
Draw = Callable[[np.random.Generator, int], np.ndarray]
SHAPES: dict[str, Draw] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "t, 6 df": lambda rng, n: rng.standard_t(6, n),
    "uniform": lambda rng, n: rng.uniform(-1, 1, n),
    "exponential": lambda rng, n: rng.exponential(1.0, n),
}


def analysis() -> Subgroups:
    """Give the analysis of subgroups at the first visit."""
    factor = {"by": "diagnosis", "prespecified": True}
    asked = {"method": "subgroups", "endpoint": "madrs", "visit": "1", "factors": [factor]}
    return Subgroups.model_validate(asked)


def trial(rng: np.random.Generator, per_cell: int, differences: dict[str, float]) -> ModelData:
    """Give one trial: two arms, three groups, three visits, 15 % of the later values missing at random."""
    cells = [(arm, group) for arm in ("control", "active") for group in GROUPS for _ in range(per_cell)]
    base = rng.normal(0.0, 5.5, len(cells))
    errors = rng.multivariate_normal(np.zeros(3), COVARIANCE, len(cells))
    records = []
    for person, (arm, group) in enumerate(cells):
        for place, visit in enumerate(VISITS):
            if place and rng.random() < 0.15:
                break
            effect = differences[group] if arm == "active" else 0.0
            value = effect - 8.0 - 0.5 * base[person] + errors[person, place]
            records.append((f"P{person:03d}", arm, group, visit, base[person], value))
    frame = pd.DataFrame(records, columns=["USUBJID", "ARM", "GROUP", "AVISIT", "BASE", "CHG"])
    kinds = {"ARM": ["control", "active"], "GROUP": list(GROUPS), "AVISIT": list(VISITS)}
    coded = {name: pd.Categorical(frame[name], levels) for name, levels in kinds.items()}
    return ModelData(frame.assign(**coded), "CHG", True, (), ("control", "active"))


def of_subgroups(rng: np.random.Generator, per_cell: int, trials: int) -> Iterator[tuple[str, float, int]]:
    """Give level of the interaction test, and coverage of the differences by group where they differ."""
    alike = dict.fromkeys(GROUPS, -6.0)
    rejected = [_p_value(compared_groups(analysis(), trial(rng, per_cell, alike))) <= SHARE for _ in range(trials)]
    yield f"interaction test, {per_cell} per arm and group: level", float(np.mean(rejected)), trials
    covered: list[bool] = []
    for _ in range(trials):
        found = compared_groups(analysis(), trial(rng, per_cell, DIFFERENCES))
        limits = {
            (row["subgroup_level"], row["stat_name"]): float(str(row["stat"]))
            for row in found
            if row["term"] == "difference"
        }
        covered += [
            limits[group, "conf_low"] <= truth <= limits[group, "conf_high"] for group, truth in DIFFERENCES.items()
        ]
    yield f"difference in a group, {per_cell} per arm and group: coverage", float(np.mean(covered)), len(covered)


def _p_value(rows: list[dict[str, object]]) -> float:
    """Give the p-value of the interaction."""
    return next(
        float(str(row["stat"])) for row in rows if row["term"] == "interaction" and row["stat_name"] == "p_value"
    )


def of_regions(rng: np.random.Generator, n: int, trials: int) -> Iterator[tuple[str, float, int]]:
    """Give how often a region is found where there is no difference at all, and coverage of the bands of a line."""
    false = {"pointwise": 0, "simultaneous": 0}
    covered = {"pointwise": 0, "simultaneous": 0}
    slope = np.array([-6.0, 0.4])
    grid = np.linspace(-10.0, 10.0, 41)
    for _ in range(trials):
        x = rng.uniform(-10.0, 10.0, 2 * n)
        arm = np.repeat([0.0, 1.0], n)
        noise = rng.normal(0.0, 9.5, 2 * n)
        fit = fit_least_squares(np.column_stack([np.ones(2 * n), x, arm, arm * x]), noise)
        difference, V = fit.inference.coefficients()[2:], fit.inference.covariance()[2:, 2:]
        df = 2 * n - 4
        for kind, critical in (
            ("pointwise", pointwise_critical_value(df)),
            ("simultaneous", potthoff_critical_value(df)),
        ):
            false[kind] += bool(regions_of_line(difference, V, critical, -10.0, 10.0))
            error = np.sqrt(V[0, 0] + 2 * V[0, 1] * grid + V[1, 1] * grid**2)
            # The same noise about a true line: least squares is linear, so that its errors are the same.
            off = np.abs((difference + slope)[0] + (difference + slope)[1] * grid - slope[0] - slope[1] * grid)
            covered[kind] += bool((off <= critical * error).all())
    for kind, count in false.items():
        yield f"{kind} region where there is no difference, {n} per arm", count / trials, trials
        yield f"{kind} limits hold the whole line, {n} per arm", covered[kind] / trials, trials


def of_ratios(rng: np.random.Generator, n: int, trials: int) -> Iterator[tuple[str, float, int]]:
    """Give coverage of Bonett's interval and of the F interval for residuals of a regression, and the test's level."""
    for name, draw in SHAPES.items():
        bonett, by_f, test = 0, 0, 0
        for _ in range(trials):
            sides = [_residuals(draw(rng, n), rng.standard_normal(n)) for _ in range(2)]
            found = deviation_ratio(*sides, lost=(2, 2))
            bonett += found.conf_low <= 1 <= found.conf_high
            low, high = (fdtri(n - 2, n - 2, share) for share in (SHARE / 2, 1 - SHARE / 2))
            by_f += low <= found.ratio**2 <= high
            test += brown_forsythe([*sides]).p_value <= SHARE
        yield f"ratio of SDs, Bonett, {name}, {n} per arm: coverage", bonett / trials, trials
        yield f"ratio of SDs, F interval (not used), {name}, {n} per arm: coverage", by_f / trials, trials
        yield f"Brown-Forsythe, {name}, {n} per arm: level", test / trials, trials


def _residuals(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Give the residuals of a straight line."""
    design = np.column_stack([np.ones(len(x)), x])
    return y - design @ np.linalg.lstsq(design, y, rcond=None)[0]


def main() -> int:
    """Print the table."""
    streams = [np.random.default_rng(seed) for seed in np.random.SeedSequence(SEED).spawn(6)]
    blocks = [
        of_regions(streams[0], 45, 5_000),
        of_regions(streams[1], 12, 5_000),
        of_ratios(streams[2], 45, 2_000),
        of_ratios(streams[3], 12, 2_000),
        of_subgroups(streams[4], 15, 500),
        of_subgroups(streams[5], 5, 500),
    ]
    for block in blocks:
        for name, share, trials in block:
            half = 3.29 * np.sqrt(share * (1 - share) / trials)
            sys.stdout.write(f"| {name} | {100 * share:.1f} | ± {100 * half:.1f} | {trials:,} |\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
