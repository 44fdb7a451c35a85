"""What a plan asks about counts of events over days, as binges in 28 days."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, EndpointName, VisitNames
from postinfusion.plan.analyses.responders import Missing
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Percent
from postinfusion.vocabulary import Method


class Counts(AnalysisPart):
    """Rates of events by a negative binomial mixed model, rate ratios, and abstinence by visit (RATET01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.COUNTS]
    endpoint: EndpointName
    """Key under endpoints, of kind count; its days are the time at risk."""
    visits: VisitNames = ()
    """Visits of the schedule; empty: all after baseline."""
    before: Annotated[str, Names.ENDPOINT] = ""
    """Key under endpoints, of kind count, whose value at baseline is the count before treatment; left out: the endpoint
    itself."""
    among: Annotated[dict[str, tuple[str, ...]], Names.GROUP] = Field(default_factory=dict, max_length=5)
    """Participants' column → the values that are analysed, as `subtype: [BN, BED]`: whoever has another value is left
    out and counted, as restrictive anorexia, which excludes binges. Left out: everyone is analysed."""
    missing: Missing = "failure"
    """For abstinence, as for response: failure counts participants without a value as not abstinent; observed leaves
    them out. The other is given beside it."""
    covariates: CovariateNames = ("baseline",)
    """`baseline` for log(count at baseline + 0.5); participants' columns or covariates. Strata are always added."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population and events then apply."""
    confidence: Percent = 0.95
    """Level of all intervals."""
