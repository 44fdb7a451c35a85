"""What a plan asks about tasks that are timed in seconds and stopped at a limit, as the Trail Making Test."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, EndpointName, VisitNames
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Percent
from postinfusion.vocabulary import Method


class TimedTask(AnalysisPart):
    """Ratios of times by a mixed model of log seconds, in which times at the limit count as longer (COGT01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.TIMED_TASK]
    endpoint: EndpointName
    """Key under endpoints, of kind timed-task."""
    visits: VisitNames = ()
    """Visits of the schedule, each of them one test; empty: all after baseline."""
    given: Annotated[str, Names.ENDPOINT] = ""
    """Key under endpoints, of kind timed-task, whose logarithm at the same visit is a covariate, as part A of the Trail
    Making Test beside part B: ratios are then those at the same time for the other task."""
    covariates: CovariateNames = ("baseline",)
    """`baseline` for the logarithm of the time at baseline; participants' columns or covariates. Strata are always
    added."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population and events then apply."""
    confidence: Percent = 0.95
    """Level of all intervals."""
