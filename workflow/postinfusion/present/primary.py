"""Which analysis answers the trial's first question, and at which point."""

from __future__ import annotations

from dataclasses import dataclass

from postinfusion.plan.analyses import Ancova, Mmrm, Trajectory
from postinfusion.plan.endpoints import Estimand
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present.results import Results

_PRIMARY = "primary"
Model = Mmrm | Trajectory | Ancova


@dataclass(frozen=True)
class Point:
    """Where in a model the primary result stands.

    Attributes
    ----------
    name
        The time or visit as it is printed.
    key
        The key columns of its rows: ``term``, ``visit`` or ``time``, ``arm``, ``comparator``.
    """

    name: str
    key: dict[str, str]

    @property
    def contrast(self) -> str:
        """Which arms are compared; in a trial without comparison the arm."""
        against = self.key.get("comparator", "")
        return f"{self.key['arm']} − {against}" if against else self.key["arm"]


def primary_estimand(plan: Plan) -> tuple[str, Estimand] | None:
    """Give key and estimand of the trial's first question: the one called primary, else the first; None without any."""
    if not plan.estimands:
        return None
    key = _PRIMARY if _PRIMARY in plan.estimands else next(iter(plan.estimands))
    return key, plan.estimands[key]


def primary_analysis(plan: Plan) -> str | None:
    """Give the analysis that answers the primary estimand, in a trial without estimands the first model."""
    models = {key: analysis for key, analysis in plan.analyses.items() if isinstance(analysis, Model)}
    found = primary_estimand(plan)
    answering = [key for key, model in models.items() if found and model.estimand == found[0]]
    return next(iter([*answering, *models]), None)


def primary_point(results: Results) -> Point | None:
    """Give where the primary result stands in the results of the primary analysis; None when there is no such row."""
    found = primary_estimand(results.plan)
    if found is None:
        return _only_mean(results)
    estimand = found[1]
    arms = {"arm": estimand.treatment.arm, "comparator": estimand.treatment.against}
    return _at(results, estimand.variable.visit, {"term": "difference", **arms})


def _at(results: Results, visit: str, key: dict[str, str]) -> Point | None:
    """Give the point at a visit; for a model over time at the reported time nearest to the visit's nominal time."""
    if not isinstance(results.analysis, Trajectory):
        return Point(visit, {**key, "visit": visit})
    times = [time for time in results.values_of("time", term=key["term"]) if time]
    nominal = results.plan.nominal_hours.get(visit, 0.0)
    nearest = min(times, key=lambda time: abs(float(time) - nominal), default=None)
    return None if nearest is None else Point(hours_as_text(float(nearest)), {**key, "time": nearest})


def _only_mean(results: Results) -> Point | None:
    """Give the first mean of the first arm, where nothing is compared."""
    key = {"term": "marginal-mean", "arm": results.arms[0]}
    visits = [visit for visit in results.values_of("visit", **key) if visit]
    if visits:
        return Point(visits[0], {**key, "visit": visits[0]})
    times = [time for time in results.values_of("time", **key) if time]
    return Point(hours_as_text(float(times[0])), {**key, "time": times[0]}) if times else None
