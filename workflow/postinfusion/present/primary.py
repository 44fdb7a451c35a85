"""Which analysis answers the trial's first question, and at which point."""

from __future__ import annotations

from dataclasses import dataclass

from postinfusion.plan.analyses import Ancova, CrossoverModel, Mmrm, Trajectory, TwoStage
from postinfusion.plan.endpoints import Estimand
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.rules import PRIMARY
from postinfusion.present.results import Results

Model = Mmrm | Trajectory | Ancova | CrossoverModel | TwoStage


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
    """Give key and estimand of the trial's first question, the one called primary; None where there is none."""
    return (PRIMARY, plan.estimands[PRIMARY]) if PRIMARY in plan.estimands else None


def primary_analysis(plan: Plan) -> str | None:
    """Give the model that answers the primary estimand; None where the plan declares none or no model answers it."""
    found = primary_estimand(plan)
    models = {key: analysis for key, analysis in plan.analyses.items() if isinstance(analysis, Model)}
    return next((key for key, model in models.items() if found and model.estimand == found[0]), None)


def primary_point(results: Results) -> Point | None:
    """Give where the primary result stands in the results of the primary analysis; None when there is no such row."""
    found = primary_estimand(results.plan)
    if found is None:
        return None
    treatment = found[1].treatment
    key = {"term": "difference", "comparator": treatment.against} if treatment.against else {"term": "marginal-mean"}
    return _at(results, found[1].variable.visit, {"arm": treatment.arm, **key})


def _at(results: Results, visit: str, key: dict[str, str]) -> Point | None:
    """Give the point at a visit; for a model over time at the reported time nearest to the visit's nominal time."""
    if not isinstance(results.analysis, Trajectory):
        return Point(visit, {**key, "visit": visit})
    times = [time for time in results.values_of("time", term=key["term"]) if time]
    nominal = results.plan.nominal_hours.get(visit, 0.0)
    nearest = min(times, key=lambda time: abs(float(time) - nominal), default=None)
    return None if nearest is None else Point(hours_as_text(float(nearest)), {**key, "time": nearest})
