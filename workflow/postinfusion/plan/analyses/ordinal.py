"""What a plan asks about ordered categories."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, EndpointName, VisitNames
from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Percent
from postinfusion.vocabulary import Method


class Ordinal(AnalysisPart):
    """Cumulative-logit mixed model of ordered categories, and row mean scores by visit (ORDT01, CMHT01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.ORDINAL]
    endpoint: EndpointName
    """Key under endpoints, with values that are whole numbers of few categories."""
    visits: VisitNames = ()
    """Visits of the schedule; empty: all after baseline."""
    covariates: CovariateNames = ("baseline",)
    """`baseline` for the category at baseline, as a number; participants' columns or covariates. Strata are always
    added."""
    quadrature: int = Field(default=10, ge=1, le=50)
    """Points of the adaptive quadrature; 1 is the Laplace approximation."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population and events then apply."""
    confidence: Percent = 0.95
    """Level of all intervals."""


class Shift(DividedPart):
    """Worst category since baseline, and the shift from the category at baseline to it (CSST01)."""

    method: Literal[Method.SHIFT]
    endpoint: EndpointName
    """Key under endpoints, with values that are whole numbers of few categories, as C-SSRS ideation."""
    population: str = "safety"
    """Key under populations."""
    before: Literal["worst", "last"] = "worst"
    """What stands for the time before: the worst category at any assessment up to time zero, as the guide of the C-SSRS
    compares with it, or the baseline value."""
    serious: float | None = None
    """Category from which, in the direction of harm, the worst one is serious, as 4 of C-SSRS ideation; new where the
    baseline was not."""
    confidence: Percent = 0.95
    """Level of the intervals of shares and risk differences."""
