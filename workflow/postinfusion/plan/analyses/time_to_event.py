"""What a plan asks about the time to an event: what happens, since when, and what can come in between."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, VisitNames
from postinfusion.plan.base import Part
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Method

RELAPSE = "relapse"
OF_VISITS = ("response", "remission", RELAPSE)
TIME_ZERO = "time-zero"


class Intercurrent(Part):
    """The first intercurrent event of some kinds."""

    intercurrent: tuple[Name, ...] = Field(min_length=1)
    """Kinds of event as the data name them; `withdrawal` and `death` are read from the end of participation too."""


class Threshold(Part):
    """The first time that an endpoint reaches a threshold."""

    threshold: float
    """The threshold, in the unit of the endpoint; for a percent-change in per cent: -5 is a loss of 5 %."""
    of: Literal["value", "change", "percent-change"] = "value"
    """What must reach it: the value, its change from baseline, or that in per cent of baseline."""
    side: Literal["at-least", "at-most"]
    """The threshold or more, or the threshold or less."""


class Departure(Part):
    """The first time that an endpoint leaves a band about its baseline value."""

    outside: Percent
    """Deviation from baseline, up or down, beyond which the band is left, in per cent of baseline: 3 %."""


class TimeToEvent(AnalysisPart):
    """Time to an event, with what can come in between (TTET01, KMG01, COXT01)."""

    method: Literal[Method.TIME_TO_EVENT]
    event: Literal["response", "remission", "relapse"] | Intercurrent | Threshold | Departure
    """response or remission of the endpoint; relapse, the loss of its response; `{intercurrent: [rescue]}`, the first
    event of these kinds; `{threshold: -5, of: percent-change, side: at-most}`, the first time beyond a threshold;
    `{outside: 3 %}`, the first time further than this from baseline, up or down."""
    endpoint: Annotated[str, Names.ENDPOINT] = ""
    """Key under endpoints; an intercurrent event has none."""
    among: Annotated[dict[str, tuple[str, ...]], Names.GROUP] = Field(default_factory=dict, max_length=5)
    """Participants' column → the values that are analysed, as `diagnosis: [AN]`: whoever has another value is left out
    and counted. Left out: everyone is analysed."""
    kept: int = Field(default=1, ge=1, le=5)
    """At how many assessments in a row the criterion must be met; 2 means that it lasts to the next one. The first of
    them is the time of the event."""
    relapse_below: Percent | None = None
    """For a relapse: the improvement from baseline below which a response is lost; left out: the response itself."""
    since: Literal["time-zero", "planned-last-infusion", "last-infusion", "response"] = "time-zero"
    """Hour 0: time zero of the design, the last infusion as planned or as received, or the participant's response."""
    clock: Literal["nominal", "actual"] = "nominal"
    """Events of visits happen at the nominal time of the visit or at the actual one, which is always taken since:
    last-infusion."""
    visits: VisitNames = ()
    """Visits of the schedule at which the event can be seen; empty: all after baseline."""
    competing: tuple[Name, ...] = ()
    """Kinds of intercurrent event, `withdrawal` or `death`, after which the event can no longer happen or would no
    longer mean the same."""
    censored_at: tuple[Name, ...] = ()
    """Kinds of intercurrent event at which observation ends, as if the event could still have happened later."""
    report_at: tuple[Hours, ...] = Field(min_length=1, max_length=12)
    """Times since hour 0 at which probabilities and numbers at risk are given."""
    horizon: Hours | None = Field(default=None, gt=0)
    """Until when the mean time is taken; left out: the last of report_at."""
    stratified: bool = True
    """Tests and hazard ratios are stratified by the strata of the design."""
    covariates: CovariateNames = ()
    """Of the hazard ratio: `baseline` for the endpoint's baseline value, participants' columns or covariates."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population then applies, observation ends at a
    hypothetical event as under censored_at, and goes on after one of treatment policy."""
    limits: Literal["log-log", "log", "plain"] = "log-log"
    """Scale on which intervals of probabilities are symmetric; with competing events always log-log."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _event_has_its_endpoint(self) -> TimeToEvent:
        """Refuse an event of visits without endpoint, and keys that only such an event has."""
        if isinstance(self.event, Intercurrent):
            if self.endpoint or self.visits or self.kept > 1:
                raise ValueError("an intercurrent event has no endpoint, visits or kept: leave them out")
            if set(self.event.intercurrent) & {*self.competing, *self.censored_at}:
                raise ValueError("a kind of event cannot be the event and compete with it or end observation")
        elif not self.endpoint:
            raise ValueError("the key endpoint is missing: it names what is assessed")
        return self

    @model_validator(mode="after")
    def _origin_goes_with_event(self) -> TimeToEvent:
        """Refuse a relapse before any response, and the response as the origin of anything else."""
        if self.event == RELAPSE and self.since == TIME_ZERO:
            raise ValueError("a relapse is timed since: response, last-infusion or planned-last-infusion")
        if self.event != RELAPSE and (self.since == "response" or self.relapse_below is not None):
            raise ValueError("since: response and relapse_below go with event: relapse")
        return self

    @model_validator(mode="after")
    def _lists_agree(self) -> TimeToEvent:
        """Refuse kinds that both compete and censor, and times that are not after hour 0."""
        if both := sorted({*self.competing} & {*self.censored_at}):
            raise ValueError(f'"{both[0]}" stands under competing and under censored_at: keep it in one of them')
        if min(self.report_at) <= 0:
            raise ValueError("times of report_at must come after hour 0")
        return self

    @property
    def takes_nominal_times(self) -> bool:
        """Events of visits happen at the nominal time of the visit."""
        return self.clock == "nominal" and self.since != "last-infusion"

    @property
    def last_time(self) -> float:
        """Until when the mean time is taken, in hours since hour 0."""
        return max(self.report_at) if self.horizon is None else self.horizon
