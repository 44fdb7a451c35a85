"""What a plan asks about stable weight: how it is defined, and within which margin a difference counts as none."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from postinfusion.plan.analyses.base import AnalysisPart, EndpointName, ModelPart, VisitName, VisitNames
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Hours, Percent
from postinfusion.vocabulary import Covariance, Method

Missing = Literal["failure", "observed"]


def _unless_null(text: object) -> object:
    """Give nothing for the word ``null``, and everything else as it was written."""
    return None if text == "null" else text


class WeightStability(AnalysisPart):
    """Stable weight by several definitions, loss and gain, and the time within a band (WTT02, WTG01, WTG02)."""

    method: Literal[Method.WEIGHT_STABILITY]
    endpoint: EndpointName
    """Key under endpoints, of the measure WEIGHT in kg."""
    index: Annotated[str, Names.ENDPOINT] = ""
    """Key under endpoints, of the measure BMI: stability then stands beside the category of body mass index."""
    by: Annotated[str, Names.GROUP] = ""
    """Participants' column whose groups are shown apart and never pooled, for example diagnosis."""
    target: Annotated[str, Names.GROUP] = ""
    """Participants' column with a target weight in kg, which stability then refers to; left out: the baseline weight.
    Loss and gain always refer to the baseline weight."""
    bands: tuple[Percent, ...] = Field(default=(0.03, 0.05), min_length=1, max_length=4)
    """Largest deviation from the reference weight that counts as stable, in per cent of it; the first is the main one,
    used for the category of body mass index, the time within the band and the figures."""
    band_kg: Annotated[float | None, BeforeValidator(_unless_null)] = Field(default=2, gt=0, le=20)
    """Largest deviation from the reference weight that counts as stable, in kg; null: not used."""
    rate: Annotated[float | None, BeforeValidator(_unless_null)] = Field(default=0.25, gt=0, le=5)
    """Largest slope of weight that counts as stable, up or down, in kg per week; null: not used."""
    rate_over: Hours = Field(default=672, gt=0)
    """The slope is that of the shortest stretch of weighings up to the visit that spans this time."""
    losses: tuple[Percent, ...] = Field(default=(0.02, 0.05, 0.1), max_length=6)
    """Losses of weight since baseline that are counted."""
    gains: tuple[Percent, ...] = Field(default=(0.05,), max_length=6)
    """Gains of weight since baseline that are counted."""
    underweight: float = Field(default=18.5, gt=0)
    """Body mass index below which an adult is underweight, in kg/m²."""
    underweight_percentile: Percent = 0.05
    """Percentile for age and sex below which a participant under 18 is underweight, where the data have it."""
    visits: VisitNames = ()
    """Visits of the schedule; empty: all after baseline."""
    collapse: Literal["none", "weekly"] = "none"
    """weekly: of each week since time zero only the last weighing counts for slopes and times, so that whoever is
    weighed daily on a ward counts as much as all others."""
    longest_gap: Hours = Field(default=672, gt=0)
    """Between weighings further apart than this nothing is known of the time within the band."""
    symptom: Annotated[str, Names.ENDPOINT] = ""
    """Key under endpoints of a scale whose change is set beside the change of weight (WTG02)."""
    symptom_visit: Annotated[str, Names.LATER_VISIT] = ""
    """Visit of both changes; must be given with symptom."""
    missing: Missing = "observed"
    """Which estimator stands first: failure counts participants without a weight as not stable; observed leaves them
    out. Loss and gain are of those observed."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _symptom_has_its_visit(self) -> WeightStability:
        """Refuse a scale beside the weight without its visit."""
        if bool(self.symptom) != bool(self.symptom_visit):
            raise ValueError("symptom and symptom_visit go together: name both or none")
        return self


class Equivalence(ModelPart):
    """Two one-sided tests of a difference, or in one arm of a mean change, against the endpoint's margin (WTT03)."""

    method: Literal[Method.EQUIVALENCE]
    by: Annotated[str, Names.GROUP] = ""
    """Participants' column whose groups are tested apart, each by a model of its own, for example diagnosis."""
    visit: VisitName
    """Visit of the schedule at which the tests are done."""
    model: Literal["mmrm", "ancova"] = "mmrm"
    """Mixed model for repeated measures, or analysis of covariance of the visit alone."""
    visits: VisitNames = ()
    """Visits of the schedule that enter the mixed model; empty: all after baseline."""
    covariance: tuple[Covariance, ...] = Field(default=(Covariance.US,), min_length=1)
    """Structures of the mixed model in order of preference."""

    @model_validator(mode="after")
    def _visit_is_in_the_model(self) -> Equivalence:
        """Refuse a visit that the model does not have, and visits of an analysis of covariance."""
        if self.model == "ancova" and self.visits:
            raise ValueError("visits goes with model: mmrm; an analysis of covariance has its visit alone")
        if self.visits and self.visit not in self.visits:
            raise ValueError("visit must be among visits: the tests are done at a visit of the model")
        return self
