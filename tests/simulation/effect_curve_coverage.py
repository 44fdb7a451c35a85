"""Coverage of the simultaneous band, of onset, duration, half-benefit and decay time, where the effect curve is known.

``PYTHONPATH=tests python -m simulation.effect_curve_coverage 200`` prints the table of
``workflow/docs/methods/effect_over_time.md``; names of scenarios after the number of replicates choose among them.
A trial has two arms and the visits of ketamine_ed, with actual times that scatter around them, a random intercept and
slope, and dropout at random. In the first two scenarios the basis of the model holds the truth; in the third it is that
of ketamine_ed, mean and covariance, which a spline only approaches.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit

from postinfusion.analyses.course_fit import CourseFit, fit_course, mean_combinations
from postinfusion.analyses.effect_over_time import curve_of, grid_hours
from postinfusion.analyses.model_data import ModelData
from postinfusion.analyses.time_bases import Moments
from postinfusion.core.effect_curve import Benefit, Censoring, Instant, duration, half_benefit, onset
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Trajectory
from postinfusion.simulate.endpoints import MADRS, MADRS_DIFFERENCE

SEED = 20_261_122
VISIT_HOURS = np.array([4.0, 24.0, 72.0, 168.0, 336.0, 504.0, 672.0, 1008.0, 1344.0, 2016.0])
SCATTER_HOURS = np.array([0.5, 2.0, 4.0, 24.0, 24.0, 24.0, 24.0, 24.0, 24.0, 24.0])
DELTA = 3.0
TAU = 20.0
AT_HOURS = (24.0, 168.0, 672.0)
# Log odds of dropping out after a visit, at the mean and per standard deviation above it: one in four in nine steps.
DROPOUT = (-3.5, 0.5)
ARMS = ("Midazolam", "Ketamine")
HALF = "half-benefit"


@dataclass(frozen=True)
class Scenario:
    """A truth and the model that is fitted to it.

    Attributes
    ----------
    reference, difference
        Mean change of the reference arm, and the difference from it, at times in days.
    basis
        Of the model.
    draw
        Gives the deviations of some participants at their times in days, shape (n, m).
    """

    reference: Callable[[np.ndarray], np.ndarray]
    difference: Callable[[np.ndarray], np.ndarray]
    basis: object
    draw: Callable[[np.random.Generator, np.ndarray], np.ndarray]


def intercept_and_slope(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    """Draw deviations of the model's own kind: correlated intercept and slope over log(1 + days), and an error."""
    G = np.array([[45.0, -4.0], [-4.0, 4.0]])
    b = rng.multivariate_normal(np.zeros(2), G, len(days))
    return b[:, :1] + b[:, 1:] * np.log1p(days) + rng.normal(0, np.sqrt(15.0), days.shape)


def ornstein_uhlenbeck(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    """Draw deviations of ketamine_ed: an intercept, an Ornstein-Uhlenbeck process of 10 days, and an error."""
    found = np.empty(days.shape)
    state = rng.normal(0, 1, len(days))
    for j in range(days.shape[1]):
        kept = np.exp(-(days[:, j] - days[:, j - 1]) / 10.0) if j else np.zeros(len(days))
        state = kept * state + np.sqrt(1 - kept**2) * rng.normal(0, 1, len(days))
        found[:, j] = state
    own = rng.normal(0, np.sqrt(45.0), (len(days), 1))
    return own + np.sqrt(30.0) * found + rng.normal(0, np.sqrt(15.0), days.shape)


SCENARIOS = {
    "decay, tau estimated": Scenario(
        lambda t: -9 + 2 * np.exp(-t / TAU), lambda t: -6 * np.exp(-t / TAU), "decay", intercept_and_slope
    ),
    "log": Scenario(
        lambda t: -8 - 0.3 * np.log1p(t), lambda t: -7 + 1.2 * np.log1p(t), "log", intercept_and_slope
    ),
    "ketamine_ed, spline": Scenario(
        lambda t: MADRS.midazolam.at(24 * t),
        lambda t: MADRS_DIFFERENCE.at(24 * t),
        {"spline": ["24 h", "7 d", "28 d"]},
        ornstein_uhlenbeck,
    ),
}  # fmt: skip


def analysis_of(scenario: Scenario) -> Trajectory:
    """Give the analysis of a scenario."""
    return Trajectory.model_validate(
        {"method": "trajectory", "endpoint": "madrs", "basis": scenario.basis, "report_at": ["4 h", "84 d"],
         "band": {"points": 60}}
    )  # fmt: skip


def trial(scenario: Scenario, rng: np.random.Generator, n: int) -> ModelData:
    """Draw a trial of n participants, half of them in each arm."""
    hours = np.maximum(VISIT_HOURS + np.clip(rng.normal(0, 1, (n, 10)), -3, 3) * SCATTER_HOURS, 1.0)
    hours = np.maximum.accumulate(hours + 1e-3 * np.arange(10), axis=1)
    days, arm = hours / 24, np.arange(n) % 2
    deviation = scenario.draw(rng, days)
    base = rng.normal(31, 5.5, n) + 0.2 * deviation.mean(axis=1)
    mean = scenario.reference(days) + arm[:, None] * scenario.difference(days)
    leaves = rng.random((n, 9)) < expit(DROPOUT[0] + DROPOUT[1] * deviation[:, :-1] / 9.5)
    stays = np.column_stack([np.ones(n, dtype=bool), ~np.logical_or.accumulate(leaves, axis=1)])
    who, visit = np.nonzero(stays)
    frame = pd.DataFrame(
        {"USUBJID": who.astype(str), "ARM": pd.Categorical(np.array(ARMS)[arm[who]], ARMS), "BASE": base[who],
         "AHRFIRST": hours[who, visit], "DAYS": days[who, visit], "CHG": (mean + deviation)[who, visit]}
    )  # fmt: skip
    return ModelData(frame, "CHG", True, (), ARMS)


def checked(scenario: Scenario, rng: np.random.Generator, n: int) -> dict[str, bool | None]:
    """Say of one trial which intervals hold the truth; None where the data do not tell the quantity.

    Raises
    ------
    ModelError
        The model could not be fitted.
    """
    analysis, data = analysis_of(scenario), trial(scenario, rng, n)
    course = fit_course(analysis, data, Moments(data.frame["DAYS"].to_numpy(), np.empty((len(data.frame), 0))))
    found: dict[str, bool | None] = {}
    if course.rate is not None:
        profile = course.rate.profile  # an interval that reaches beyond the grid is open on that side
        found["tau"] = (profile.reaches_below or profile.low <= TAU) and (profile.reaches_above or profile.high >= TAU)
    if course.fit is None and course.rate is not None:
        return found
    return found | _of_curve(scenario, analysis, course, rng)


def _of_curve(
    scenario: Scenario, analysis: Trajectory, course: CourseFit, rng: np.random.Generator
) -> dict[str, bool | None]:
    """Say which intervals of the effect curve hold the truth."""
    hours = np.union1d(grid_hours(analysis), AT_HOURS)
    by_arm = mean_combinations(analysis, course, ARMS, Moments(hours / 24, np.empty((len(hours), 0))))
    difference = by_arm[ARMS[1]] - by_arm[ARMS[0]]
    curve = curve_of(course.fitted.inference, difference, hours, rng, confidence=analysis.confidence)
    truth = scenario.difference(hours / 24)
    inside = (curve.found.conf_low <= truth) & (truth <= curve.found.conf_high)
    held: dict[str, bool | None] = {f"at {at:g} h": bool(inside[hours == at][0]) for at in AT_HOURS}
    held["band"] = bool(((curve.band.conf_low <= truth) & (truth <= curve.band.conf_high)).all())
    band = Benefit(hours, -curve.band.estimate, -curve.band.conf_high, -curve.band.conf_low)
    exact = Benefit(hours, -truth, -truth, -truth)
    features = {"onset": partial(onset, delta=DELTA), "duration": partial(duration, delta=DELTA), HALF: half_benefit}
    for name, feature in features.items():
        estimated, true = feature(band), feature(exact).estimate
        is_within = _place(name, estimated.low) <= _place(name, true) <= _place(name, estimated.high)
        held[name] = None if estimated.error else is_within
    return held


def _place(name: str, instant: Instant) -> float:
    """Order times: an onset that is never reached comes last, a duration that is never reached first."""
    if instant.censoring is Censoring.NEVER:
        return np.inf if name == "onset" else -np.inf
    return np.inf if instant.censoring is Censoring.AFTER else instant.time


def count(name: str, n: int, replicates: int) -> tuple[Counter[str], Counter[str], int]:
    """Count over trials: how often each interval held the truth, how often it was given, and how many fits failed.

    Trial i draws from the seed with the key (n, i), whatever the others do.
    """
    held, given, failed = Counter[str](), Counter[str](), 0
    for replicate in range(replicates):
        rng = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(n, replicate)))
        try:
            found = checked(SCENARIOS[name], rng, n)
        except ModelError:
            failed += 1
            continue
        given.update(key for key, holds in found.items() if holds is not None)
        held.update(key for key, holds in found.items() if holds)
    return held, given, failed


def table(replicates: int, scenarios: Iterable[str]) -> Iterator[str]:
    """Give the table line by line."""
    names = [*(f"at {at:g} h" for at in AT_HOURS), "band", "onset", "duration", HALF, "tau"]
    yield f"| scenario | participants | {' | '.join(names)} | fits failed |"
    yield "|---|---:|" + "---:|" * (len(names) + 1)
    for name in scenarios:
        for n in (96, 40):
            held, given, failed = count(name, n, replicates)
            cells = [f"{100 * held[key] / given[key]:.1f} ({given[key]})" if given[key] else "" for key in names]
            yield f"| {name} | {n} | {' | '.join(cells)} | {failed} |"


def main(replicates: int, scenarios: Iterable[str]) -> None:
    """Print the table."""
    for line in table(replicates, scenarios):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, sys.argv[2:] or SCENARIOS)
