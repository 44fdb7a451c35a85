"""What a plan asks of a trial in stages: two randomisations put together, and induction beside maintenance."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, EndpointName, VisitName, VisitNames
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Name, Percent
from postinfusion.vocabulary import Method


class TwoStage(AnalysisPart):
    """Difference between arms in each of two stages, and both put together with a weight (STGT01)."""

    method: Literal[Method.TWO_STAGE]
    endpoint: EndpointName
    """Key under endpoints; in each stage its change from the baseline of the stage is compared."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where the first stage answers one; its population and events then apply to both stages."""
    first: VisitName
    """Visit of the first stage at which its arms are compared."""
    second: VisitName
    """Visit of the second stage at which the arms of who was randomised again are compared."""
    weight: Percent
    """Weight of the first stage, laid down beforehand, as in 60 %: no value is supposed."""
    covariates: CovariateNames = ("baseline",)
    """`baseline` for the value at the start of the stage; participants' columns or covariates. Strata are always
    added."""
    confidence: Percent = 0.95
    """Level of all intervals."""


class PhasesAnalysis(AnalysisPart):
    """Who entered maintenance, how they differed from the others, and values by phase: descriptions only (PHST01)."""

    method: Literal[Method.PHASES]
    endpoint: EndpointName
    """Key under endpoints."""
    visits: VisitNames = ()
    """Visits of the schedule that are described; empty: all after baseline."""
    variables: Annotated[tuple[Name, ...], Names.VARIABLE] = Field(default=(), max_length=20)
    """Participants' columns, covariates or endpoints by which those who entered are compared with the others."""
    reason: Annotated[str, Names.GROUP] = ""
    """Participants' column or covariate that says why a participant did not enter."""
    confidence: Percent = 0.95
    """Level of all intervals."""
