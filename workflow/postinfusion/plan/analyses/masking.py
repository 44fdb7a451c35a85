"""What a plan asks about masking: who guessed their treatment, and the endpoint by guess."""

from __future__ import annotations

from typing import Annotated, Literal

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, EndpointName, VisitName
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Percent
from postinfusion.vocabulary import Method


class Masking(AnalysisPart):
    """Treatment guess by arm, Bang's and James' indices, and the difference between arms by guess (UNBT01)."""

    method: Literal[Method.MASKING]
    endpoint: EndpointName
    """Key under endpoints, whose change from baseline is compared within those who made the same guess: exploratory,
    since the guess follows the outcome."""
    visit: VisitName
    """Visit of the schedule at which it is compared."""
    covariates: CovariateNames = ("baseline",)
    """`baseline` for the endpoint's baseline value; participants' columns or covariates. Strata are always added."""
    expectation: Annotated[str, Names.GROUP] = ""
    """Participants' column or covariate with an expectation score from before treatment, whose association with the
    change at the visit is given."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where its population and events apply to the difference by guess."""
    confidence: Percent = 0.95
    """Level of all intervals, which are two-sided."""
