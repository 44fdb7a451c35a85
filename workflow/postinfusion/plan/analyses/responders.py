"""What a plan asks about participants who respond, remit or change reliably, and about repeated binary outcomes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, EndpointName, VisitNames
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Hours, Percent
from postinfusion.vocabulary import Method

Missing = Literal["failure", "observed"]
Criterion = Literal["response", "remission"]


class Response(AnalysisPart):
    """Response and remission by visit, and how long response is kept (RSPT01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.RESPONSE]
    endpoint: EndpointName
    """Key under endpoints, with response or remission."""
    criteria: tuple[Criterion, ...] = ()
    """response, remission; empty: those that the endpoint has."""
    visits: VisitNames = ()
    """Visits of the schedule; empty: all after baseline."""
    baseline_above: float = Field(default=0, ge=0)
    """Response is undefined in participants whose baseline is not above this value, as the limit of a mild illness."""
    missing: Missing = "failure"
    """Which estimator decides: failure counts participants without a value as not responding; observed leaves them out.
    The other is given beside it."""
    durable_at: tuple[Hours, ...] = Field(default=(), max_length=20)
    """Times since the anchor at which the share still responding without interruption is given, as 7 d, 28 d."""
    durable_since: Literal["time-zero", "last-infusion"] = "last-infusion"
    """The anchor: time zero, or the last infusion as design, infusions plans it."""
    durable_from: Annotated[str, Names.LATER_VISIT] = ""
    """Visit at which response must be there first; left out: the first visit after the anchor."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population and events then apply. A hypothetical event
    goes with missing: observed only, since failure would count what it leaves out."""
    confidence: Percent = 0.95
    """Level of all intervals."""


class ReliableChange(AnalysisPart):
    """Reliable and clinically significant change, and change that matters to a participant, by visit (RELT01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.RELIABLE_CHANGE]
    endpoint: EndpointName
    """Key under endpoints; its important_change is judged too, where it has one."""
    visits: VisitNames = ()
    """Visits of the schedule; empty: all after baseline."""
    sd: float | None = Field(default=None, gt=0)
    """Standard deviation of the score in the reference group; left out: that of the catalogue of scales."""
    reliability: float | None = Field(default=None, gt=0, lt=1)
    """Reliability of the score; left out: that of the catalogue of scales."""
    reliability_source: str = ""
    """Where sd and reliability come from; must be given with either."""
    cut_off: float | None = None
    """Value that parts illness from health: a reliable improvement that ends at it or beyond it in the direction of
    benefit, from a baseline on its other side, is clinically significant."""
    cut_off_source: str = ""
    """Where the cut-off comes from; must be given with it."""
    missing: Missing = "failure"
    """Which estimator decides, as for response."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population and events then apply. A hypothetical event
    goes with missing: observed only, since failure would count what it leaves out."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _numbers_have_a_source(self) -> ReliableChange:
        """Refuse a number without its source."""
        if (self.sd is not None or self.reliability is not None) and not self.reliability_source:
            raise ValueError("sd and reliability need reliability_source: say where they come from")
        if self.cut_off is not None and not self.cut_off_source:
            raise ValueError("cut_off needs cut_off_source: say where it comes from")
        return self


class RepeatedBinary(AnalysisPart):
    """Logistic model of a binary status at all visits, arm × visit (LGRT02)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.REPEATED_BINARY]
    endpoint: EndpointName
    """Key under endpoints."""
    status: Literal["value", "response", "remission"] = "value"
    """What counts as yes: a value of 1 among 0 and 1 (or of at_least), or response or remission of the endpoint."""
    at_least: float | None = None
    """With status: value, the smallest value that counts as yes, as 1 for any suicidal ideation; left out: the values
    are 0 and 1."""
    visits: VisitNames = ()
    """Visits of the schedule; empty: all after baseline."""
    baseline_above: float = Field(default=0, ge=0)
    """With status: response, it is undefined in participants whose baseline is not above this value."""
    model: Literal["estimating-equations", "mixed-model"] = "estimating-equations"
    """Odds ratios of the population (generalised estimating equations), or given the participant (random intercept)."""
    working: Literal["independence", "exchangeable", "ar1"] = "exchangeable"
    """Working correlation of the estimating equations."""
    standard_errors: Literal["bias-reduced", "robust"] = "bias-reduced"
    """Of the estimating equations: Mancl and DeRouen's for few participants, or the plain sandwich."""
    quadrature: int = Field(default=25, ge=1, le=50)
    """Points of the adaptive quadrature of the mixed model; 1 is the Laplace approximation."""
    covariates: CovariateNames = ("baseline",)
    """`baseline` for the baseline value; participants' columns or covariates. Strata are always added."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population and events then apply."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _a_value_is_judged(self) -> RepeatedBinary:
        """Refuse the smallest value that counts where no value is judged."""
        if self.at_least is not None and self.status != "value":
            raise ValueError("at_least goes with status: value; leave one of them out")
        return self
