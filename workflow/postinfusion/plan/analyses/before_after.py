"""What a plan asks of a trial without a comparison: the course before and after, and regression to the mean."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from postinfusion.plan.analyses.base import AnalysisPart, EndpointName
from postinfusion.plan.base import Part
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Hours, Percent
from postinfusion.vocabulary import DfMethod, Method


class RegressionToTheMean(Part):
    """The population from which participants were drawn, and how a value let them in."""

    mean: float
    """Mean of the endpoint in that population, in its unit."""
    sd: float = Field(gt=0)
    """Standard deviation in that population."""
    correlation: float = Field(gt=0, lt=1)
    """Correlation between two occasions about as far apart as baseline and visit (test-retest)."""
    source: str = Field(min_length=1)
    """Where mean, sd and correlation come from."""
    at_least: float | None = None
    """Entry needed a baseline value of this or more."""
    at_most: float | None = None
    """Entry needed a baseline value of this or less."""

    @model_validator(mode="after")
    def _one_cut_off(self) -> Self:
        """Refuse two cut-offs."""
        if self.at_least is not None and self.at_most is not None:
            raise ValueError("at_least and at_most exclude each other. Keep the one that entry needed")
        return self


class BeforeAfter(AnalysisPart):
    """Segmented mixed model of a single arm: slope before time zero, change of level at it, slope after (SEGT01)."""

    method: Literal[Method.BEFORE_AFTER]
    endpoint: EndpointName
    """Key under endpoints."""
    start: Hours | None = Field(default=None, alias="from")
    """Earliest time of records that enter, as in -60 d; left out: all before time zero."""
    until: Hours | None = Field(default=None, gt=0)
    """Latest time of records that enter; left out: all. A straight line rarely holds for long."""
    entry_value: Literal["keep", "leave-out"] = "keep"
    """leave-out: the baseline record does not enter the segmented model, since entry was decided by it and it is
    expected to be higher or lower than the rest of the course."""
    random: tuple[Literal["intercept", "slope", "level"], ...] = Field(default=("intercept", "slope"), min_length=1)
    """What varies between participants: the intercept, the slope over time, the change of level at time zero. What the
    data do not bear is left out, and the report says so."""
    report_at: tuple[Hours, ...] = Field(default=(), max_length=20)
    """Times after time zero at which the fitted mean is compared with the line before, continued."""
    visit: Annotated[str, Names.LATER_VISIT] = ""
    """Visit whose observed change stands beside the expected regression to the mean, and the expectation score."""
    expectation: Annotated[str, Names.GROUP] = ""
    """Participants' column or covariate with an expectation score from before treatment, whose association with the
    change at the visit is given; needs visit."""
    regression_to_the_mean: RegressionToTheMean | None = None
    """What repeated measurement alone lets expect; needs visit."""
    df: DfMethod = DfMethod.KENWARD_ROGER_LINEAR
    """Degrees of freedom."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        """Refuse what does not go together."""
        if bool(self.visit) != (self.regression_to_the_mean is not None or bool(self.expectation)):
            raise ValueError("visit goes together with regression_to_the_mean or expectation: write both, or neither")
        if self.start is not None and self.start >= 0:
            raise ValueError("from is a time before time zero, as in from: -60 d")
        if any(time <= 0 for time in self.report_at):
            raise ValueError("report_at holds times after time zero")
        return self
