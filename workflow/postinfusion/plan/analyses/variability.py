"""What a plan asks of the stability of an endpoint within persons."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from postinfusion.plan.analyses.base import AnalysisPart, EndpointName
from postinfusion.plan.base import Part
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Method


class Phase(Part):
    """A stretch of time since time zero: after its start, up to and with its end."""

    start: Hours | None = Field(default=None, alias="from")
    """Begins after this time; left out: with the first record."""
    until: Hours | None = None
    """Ends at this time; left out: with the last record."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Refuse a phase without limits, and one that ends before it begins."""
        if self.start is None and self.until is None:
            raise ValueError("a phase has from, until or both")
        if self.start is not None and self.until is not None and self.start >= self.until:
            raise ValueError("a phase goes from a time to a later one (until)")
        return self


class Variability(AnalysisPart):
    """How steady an endpoint is within persons: SD and RMSSD by phase and arm, ratios of arms or phases (STBT01)."""

    method: Literal[Method.VARIABILITY]
    endpoint: EndpointName
    """Key under endpoints."""
    phase: Literal["course", "follow-up"] | Phase = "course"
    """When: course is from time zero to the last planned infusion, follow-up all after it; or {from: 0 h, until: 84 d}.
    """
    before: Literal["before"] | Phase | None = None
    """An earlier phase, before for all up to time zero. Between arms its log standard deviation is a covariate; in a
    single arm it is what the phase is compared with. Whoever has too few values there is left out."""
    fewest: int = Field(default=5, ge=3, le=1000)
    """Values that a participant needs in a phase; who has fewer is left out and counted."""
    trend: Literal["linear", "none"] = "linear"
    """linear: each person's own straight line over the phase is taken off, so that getting better is not instability;
    none: spread about the person's mean."""
    gap: Hours | None = Field(default=None, gt=0)
    """Successive differences are divided by the root of the time between them in this unit, as for values that wander
    and are taken unevenly; left out: differences as they come."""
    ratio_scale: bool = False
    """Zero of the endpoint means none of it, as for weight: the coefficient of variation is given too."""
    by: Annotated[str, Names.GROUP] = ""
    """Participants' column whose groups are analysed apart, for example diagnosis; needed for body mass index."""
    covariates: Annotated[tuple[Name, ...], Names.GROUP] = ()
    """Participants' columns or covariates that the log standard deviation may depend on. Strata are always added."""
    model: Literal["location-scale", "two-steps"] = "location-scale"
    """What decides where arms are compared: a mixed model in which each person has a standard deviation of its own,
    from 30 participants on, else and always beside it the regression of the persons' log standard deviations."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """Refuse an earlier phase that overlaps with the phase."""
        ends = self.before.until if isinstance(self.before, Phase) else 0.0
        starts = self.phase.start if isinstance(self.phase, Phase) else 0.0
        if self.before is not None and (ends is None or starts is None or ends > starts):
            raise ValueError("before must end where phase begins, or earlier: give it until, and phase from")
        return self
