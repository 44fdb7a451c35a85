"""The rows of a model of an endpoint, by its method; its module is imported only when it is called."""

from __future__ import annotations

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row
from postinfusion.plan.analyses import Ancova, Mmrm, Trajectory
from postinfusion.plan.plan import Plan


def rows_of_model(plan: Plan, model: Mmrm | Trajectory | Ancova, adam: Adam, population: Members) -> list[Row]:
    """Fit a model of an endpoint.

    Raises
    ------
    ModelError
        The data do not allow the model.
    """
    match model:
        case Mmrm():
            from postinfusion.analyses.repeated_measures import repeated_measures

            return repeated_measures(plan, model, adam, population)
        case Trajectory():
            from postinfusion.analyses.trajectories import trajectories

            return trajectories(plan, model, adam, population)
        case Ancova():
            from postinfusion.analyses.ancova_at_visit import ancova_at_visit

            return ancova_at_visit(plan, model, adam, population)
