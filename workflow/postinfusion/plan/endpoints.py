"""What is measured, and what the trial wants to know: endpoints and estimands."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from postinfusion.instruments.model import Construct
from postinfusion.plan.base import Part, not_required
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Better


def _from_the_catalogue(schema: dict[str, Any]) -> None:
    """Mark as optional in the schema what the catalogue says of a known scale."""
    schema["required"] = [name for name in schema["required"] if name not in {"label", "better"}]


class EndpointKind(StrEnum):
    """What the values of an endpoint are."""

    SCORE = "score"
    COUNT = "count"
    ORDINAL = "ordinal"
    TIMED_TASK = "timed-task"


class Endpoint(Part):
    """One measured quantity. Of a scale that the catalogue or the plan describes, measure and score are enough."""

    model_config = ConfigDict(json_schema_extra=_from_the_catalogue)

    measure: Name
    """Name of the scale, task or sign in the data, for example MADRS."""
    score: str = "total"
    """Which score of the scale."""
    label: Name
    """Name in tables and figures; left out: that of the catalogue."""
    unit: str = "points"
    """Unit of the values; left out: that of the catalogue."""
    better: Better
    """Which direction is a benefit; `none` for a quantity that is only watched; left out: that of the catalogue."""
    decimals: int = Field(default=0, ge=0, le=4)
    """Decimals of a single value; means get one more; left out: those of the catalogue."""
    family: str = ""
    """Endpoints of one family are judged together."""
    kind: EndpointKind = EndpointKind.SCORE
    """What the values are: a score or quantity; a count over days; ordered categories; seconds of a timed task."""
    days: float | None = Field(default=None, gt=0, le=366)
    """For a count of events over time: the days that it counts over, for example 28."""
    out_of: str = ""
    """For a count of errors: the score of the same scale that says out of how many, as trials of a sorting test."""
    cap: float | None = Field(default=None, gt=0)
    """For a timed task: the time at which it is broken off; a value there is at least as long. Left out: that of the
    catalogue."""
    constructs: tuple[Construct, ...] = ()
    """What it measures; a claim is decided by an endpoint of its own construct; left out: as the catalogue says."""
    important_difference: float | None = Field(default=None, gt=0)
    """Smallest difference between groups that matters, in the unit of the endpoint."""
    threshold_source: str = ""
    """Where the important difference comes from; must be given with it."""

    recall: Hours | None = Field(default=None, ge=0)
    """How far the answers of the form that was used look back; left out: as the catalogue says of the scale."""
    recall_source: str = ""
    """Where this is said; must be given with it."""
    response: Percent | None = None
    """Improvement from baseline that counts as response in a participant, as in 50 %."""
    remission: float | None = None
    """Value of a participant that counts as remission: it, or one beyond it in the direction of benefit."""
    important_change: float | None = Field(default=None, gt=0)
    """Smallest improvement that matters to a participant, in the unit of the endpoint; it judges no group."""
    change_source: str = ""
    """Where response, remission and important change come from; must be given with any of them."""
    margin: float | None = Field(default=None, gt=0)
    """Largest difference between groups, or mean change, that counts as none, in the unit of the endpoint."""
    margin_source: str = ""
    """Where the margin comes from; must be given with it."""

    @model_validator(mode="after")
    def _thresholds_have_a_source(self) -> Endpoint:
        """Refuse a threshold without its source."""
        if self.important_difference is not None and not self.threshold_source:
            raise ValueError("important_difference needs threshold_source: say where the threshold comes from")
        if self.recall is not None and not self.recall_source:
            raise ValueError("recall needs recall_source: say where it is told how far the answers look back")
        of_a_participant = (self.response, self.remission, self.important_change)
        if any(value is not None for value in of_a_participant) and not self.change_source:
            raise ValueError("response, remission and important_change need change_source: say where they come from")
        if self.margin is not None and not self.margin_source:
            raise ValueError("margin needs margin_source: say where the margin comes from")
        return self

    @model_validator(mode="after")
    def _kind_goes_with_its_keys(self) -> Endpoint:
        """Refuse days of what is no count, and a cap of what is no timed task."""
        given = (self.days is not None) + bool(self.out_of)
        if given != (self.kind is EndpointKind.COUNT):
            raise ValueError(
                "kind: count needs days, the days that it counts over, or out_of, the score that says out of how many; "
                "nothing else has them"
            )
        if self.cap is not None and self.kind is not EndpointKind.TIMED_TASK:
            raise ValueError("cap goes with kind: timed-task")
        return self

    @property
    def parameter(self) -> str:
        """The name of the endpoint's parameter in the analysis datasets."""
        return self.measure if self.score == "total" else f"{self.measure} {self.score}"


class Strategy(StrEnum):
    """What happens to assessments after an intercurrent event."""

    TREATMENT_POLICY = "treatment-policy"
    HYPOTHETICAL = "hypothetical"


class Form(StrEnum):
    """What of an endpoint is analysed."""

    CHANGE = "change"
    VALUE = "value"


class Treatment(Part):
    """Which arms are compared."""

    arm: Name
    """The arm of interest."""
    against: str = ""
    """The arm it is compared with; left out in a single-arm trial only, where the mean of the arm is estimated."""


class Variable(Part):
    """What is compared, and when."""

    endpoint: Name
    """Key under endpoints."""
    form: Form = Form.CHANGE
    """change from baseline, or the value itself."""
    visit: Name
    """The visit that decides."""


class Estimand(Part):
    """One question of the trial with its five attributes (ICH E9(R1))."""

    model_config = ConfigDict(json_schema_extra=partial(not_required, "treatment"))

    population: Name
    """Key under populations."""
    treatment: Treatment
    """Which arms are compared; left out: the first experimental arm against the reference."""
    variable: Variable
    """What is compared, and when."""
    events: dict[str, Strategy] = Field(default_factory=dict)
    """Intercurrent event → strategy: treatment-policy uses later assessments; hypothetical leaves them out, as if the
    event had not happened and the participant were missing at random."""
    summary: Literal["difference-in-means"] = "difference-in-means"
    """The measure that compares the arms."""
