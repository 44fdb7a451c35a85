"""What a plan asks about for whom a treatment works: subgroups, a continuous moderator, the spread of outcomes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.base import AnalysisPart, CovariateNames, EndpointName, VisitName
from postinfusion.plan.analyses.models import RepeatedMeasuresPart
from postinfusion.plan.base import Part
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Name, Percent
from postinfusion.vocabulary import Method


class SubgroupFactor(Part):
    """What divides the participants into subgroups, known before treatment."""

    by: Annotated[Name, Names.VARIABLE]
    """Participants' column, covariate, or endpoint for its baseline value."""
    prespecified: bool
    """Laid down before the data were seen; false: chosen afterwards (post hoc), and every display says so."""
    cuts: tuple[float, ...] = Field(default=(), max_length=5)
    """For numbers: where a new group begins, in rising order, as in [18.5, 25]. A number that equals a cut belongs to
    the group above it."""
    containing: str = ""
    """For words that name several things, as co-treatments do: participants with and without this one, as in
    psychotherapy."""

    @model_validator(mode="after")
    def _one_division(self) -> SubgroupFactor:
        """Refuse two ways to divide."""
        if self.cuts and self.containing:
            raise ValueError("cuts divide numbers and containing divides words: keep one of them")
        return self

    @model_validator(mode="after")
    def _cuts_rise(self) -> SubgroupFactor:
        """Refuse cuts that are not in rising order."""
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError("cuts must rise: sort them, each once")
        return self


class AtOneVisit(RepeatedMeasuresPart):
    """A model of repeated measures that is asked about one of its visits."""

    visit: VisitName
    """Visit of the schedule at which arms are compared."""

    @model_validator(mode="after")
    def _visit_is_in_the_model(self) -> AtOneVisit:
        """Refuse a visit that the model does not have."""
        if self.visits and self.visit not in self.visits:
            raise ValueError(f"visit {self.visit} is not among visits: add it there, or choose one of them")
        return self


class Subgroups(AtOneVisit):
    """Difference between arms by subgroup: arm × visit × group, a model for each factor (SUBT01, FSTG03)."""

    method: Literal[Method.SUBGROUPS]
    factors: tuple[SubgroupFactor, ...] = Field(min_length=1, max_length=12)
    """What divides the participants; each factor has a model of its own."""

    @model_validator(mode="after")
    def _factors_differ(self) -> Subgroups:
        """Refuse a factor that stands twice."""
        names = [factor.by for factor in self.factors]
        if len(set(names)) < len(names):
            raise ValueError("a factor stands twice. Remove one")
        return self


class Moderator(AtOneVisit):
    """Difference between arms along a number known before treatment: arm × visit × moderator (MODG01)."""

    method: Literal[Method.MODERATOR]
    moderator: Annotated[Name, Names.VARIABLE]
    """Participants' column, covariate, or endpoint for its baseline value; a number."""
    shape: Literal["linear", "spline"] = "linear"
    """linear: a straight line; spline: a natural cubic spline with three columns."""


class VarianceRatio(AnalysisPart):
    """Ratio of the standard deviations of the outcome between arms, and individual courses (HETG01, HETT01).

    In a crossover trial that repeats a treatment: how much the effect varies between participants.
    """

    method: Literal[Method.VARIANCE_RATIO]
    endpoint: EndpointName
    """Key under endpoints."""
    visit: VisitName
    """Visit of the schedule whose values are compared."""
    covariates: CovariateNames = ("baseline",)
    """What the values are adjusted for, within each arm: `baseline`, participants' columns or covariates."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where its population and events apply."""
    confidence: Percent = 0.95
    """Level of all intervals."""
