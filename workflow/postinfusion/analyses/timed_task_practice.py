"""How the times of one arm change from test to test: practice and time together, never an effect of the treatment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.model_data import ARM, ModelData
from postinfusion.analyses.populations import Members
from postinfusion.analyses.timed_task_data import BASELINE_SIDE, LOG_BASELINE, SEEN
from postinfusion.analyses.timed_task_fit import TimedTaskFit
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.censored_mixed_model import CensoredData, fit_censored_mixed_model
from postinfusion.core.contrasts import Estimates
from postinfusion.core.linalg import Array
from postinfusion.plan.analyses import TimedTask
from postinfusion.plan.plan import Plan

CHANGE = ("estimate", "std_error", "df", "conf_low", "conf_high")
BASELINE_STOPPED = (
    "Some times at baseline are at the limit: a change since baseline is not known, only one between later tests."
)
SINCE_BASELINE, SINCE_BEFORE, PER_TEST = "since baseline", "since the test before", "per test"


def practice_rows(
    plan: Plan, analysis: TimedTask, data: ModelData, fit: TimedTaskFit, population: Members
) -> Iterator[Row]:
    """Give the ratios of one arm's times to those of earlier tests.

    With a reference arm these rows have the term ``practice`` and are of that arm alone; in a single arm they have the
    term ``change``. They hold practice, time, regression to the mean and, in a single arm, whatever was given: one
    cannot be told from the other. There is no test of them. Given another task there is none since baseline, where
    that task took another time. Where any baseline is a limit the ratios to baseline are rows without a value: the
    model's coefficient of the log baseline is then of those who were not stopped, and nobody is at the mean of all.
    """
    arm = population.reference or data.arms[0]
    if arm not in data.arms:
        return
    asked = LOG_BASELINE in data.frame and not analysis.given
    stopped = int((data.frame.drop_duplicates("USUBJID")[BASELINE_SIDE] != SEEN).sum()) if asked else 0
    tests = _tests(data, fit, arm, has_baseline=asked and not stopped)
    term = "practice" if population.reference else "change"
    n = int(data.frame.loc[data.frame[ARM] == arm, "USUBJID"].nunique())
    if stopped:
        yield from _without_baseline(plan, tests.visits, arm, term)
    for level, visits, weights in _combinations(tests):
        found = tests.combined(fit, weights, analysis.confidence)
        for place, visit in enumerate(visits):
            key = {"arm": arm, "term": term, "level": level, **_at(plan, visit)}
            yield from rows({**_ratio(found, place), "n": n}, **key)


def _at(plan: Plan, visit: str) -> dict[str, str]:
    """Give the key of a visit; one over all visits has no time."""
    hours = plan.nominal_hours.get(visit)
    return {"visit": visit} | ({} if hours is None else {"time": canonical_hours(hours)})


def _without_baseline(plan: Plan, visits: tuple[str, ...], arm: str, term: str) -> Iterator[Row]:
    """Say at each visit that no change since baseline can be told."""
    for visit in visits:
        key = {"arm": arm, "term": term, "level": SINCE_BASELINE, **_at(plan, visit)}
        yield from (row | {"error": BASELINE_STOPPED} for row in rows(dict.fromkeys(CHANGE, np.nan), **key))


@dataclass(frozen=True)
class _Tests:
    """The tests of one arm on the scale of log seconds.

    Attributes
    ----------
    visits
        Names of the tests after baseline.
    L
        Shape (tests, c): rows of their means at the baseline below.
    baseline
        Mean log time at baseline; NaN where no change since baseline is told.
    slope
        Shape (c,): the row of the coefficient of the log baseline.
    error
        Standard error of that mean, as one of a population.
    """

    visits: tuple[str, ...]
    L: Array
    baseline: float
    slope: Array
    error: float

    @property
    def has_baseline(self) -> bool:
        """Say whether a change since baseline can be told."""
        return bool(np.isfinite(self.baseline))

    def combined(self, fit: TimedTaskFit, weights: Array, confidence: float) -> Estimates:
        """Estimate weighted sums of the tests, the baseline being the first.

        The mean at the mean baseline x is a(x) = a(0) + b x; with weight w of the baseline itself the sum moves by
        (b (1' weights of later tests) + w) with x, which is a mean of a sample: its variance is added.
        """
        later, first = weights[:, 1:], weights[:, 0]
        L = later @ self.L  # noqa: N806 - the letter of the notation table
        if not self.has_baseline:
            return fit.shifted(L, np.zeros(len(L)), np.zeros(len(L)), confidence=confidence)
        b = float(fit.inference.in_basis(self.slope[None])[0] @ fit.inference.beta)
        moves = b * later.sum(axis=1) + first
        return fit.shifted(L, first * self.baseline, (moves * self.error) ** 2, confidence=confidence)


def _tests(data: ModelData, fit: TimedTaskFit, arm: str, *, has_baseline: bool) -> _Tests:
    """Give the means of the tests of an arm at the mean baseline."""
    frame = data.frame
    at: dict[str, object] = {ARM: [arm]} if len(data.arms) > 1 else {}
    baseline, error, slope = np.nan, 0.0, np.zeros(len(fit.design.names))
    if has_baseline:
        baseline, error = _mean_at_baseline(frame)
        at |= {LOG_BASELINE: baseline}
        slope[fit.design.names.index(LOG_BASELINE)] = 1.0
    visits = tuple(str(visit) for visit in frame["AVISIT"].cat.categories)
    found = fit.mean_rows(["AVISIT"] if len(visits) > 1 else [], at)
    return _Tests(visits, found.L, baseline, slope, error)


def _mean_at_baseline(frame: pd.DataFrame) -> tuple[float, float]:
    """Give the mean log time at baseline, none of which is a limit, and its standard error: SD / √n."""
    y = frame.drop_duplicates("USUBJID")[LOG_BASELINE].to_numpy(dtype=float)
    data = CensoredData(np.ones((len(y), 1)), y, np.zeros(len(y)), np.arange(len(y)))
    found = fit_censored_mixed_model(data).inference().of_columns()
    return float(found.estimate[0]), float(found.std_error[0])


def _combinations(tests: _Tests) -> Iterator[tuple[str, tuple[str, ...], Array]]:
    """Give what is told of the tests: level, visits, and the weights of baseline and tests, shape (m, 1 + tests)."""
    number = len(tests.visits)
    each = np.eye(number + 1)
    if tests.has_baseline:
        yield SINCE_BASELINE, tests.visits, each[1:] - each[0]
    if number > 1:
        yield SINCE_BEFORE, tests.visits[1:], each[2:] - each[1:-1]
    used = np.arange(0 if tests.has_baseline else 1, number + 1)
    if len(used) > 2:
        centred = used - used.mean()
        slope = np.zeros(number + 1)
        slope[used] = centred / (centred @ centred)
        yield PER_TEST, ("average",), slope[None]


def _ratio(found: Estimates, place: int) -> dict[str, float]:
    """Give one ratio with its interval; its error is that of the logarithm."""
    values = {name: getattr(found, name)[place] for name in ("estimate", "conf_low", "conf_high")}
    others = {name: float(getattr(found, name)[place]) for name in ("std_error", "df")}
    return {name: float(np.exp(value)) for name, value in values.items()} | others
