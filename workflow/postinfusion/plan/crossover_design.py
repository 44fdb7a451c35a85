"""The periods of a crossover trial: when each begins, the order of treatments, how long effects can last."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Hours, Name

InfusionCount = Annotated[int, Field(ge=1, le=500)]


class Crossover(Part):
    """The periods of a crossover trial; visits of the schedule count from the start of each period."""

    periods: int = Field(ge=2, le=3)
    """How many periods each participant has."""
    first_infusions: tuple[InfusionCount, ...] = ()
    """Number of the infusion that begins each period, as in [1, 2, 3]; a session's number is never taken for its
    period unasked. Left out, with starts: the column `crossover_period` of the infusions says it."""
    starts: tuple[Hours, ...] = ()
    """Start of each period since time zero, where neither infusions nor a column tell it."""
    sequences: dict[str, tuple[Name, ...]] = Field(default_factory=dict)
    """Order of the arms in each sequence, by what the participants' column `crossover_sequence` holds; left out: the
    order of the arms in the infusions' column `arm_given`."""
    washout: Hours = Field(gt=0)
    """Planned time from the last infusion of a period to the start of the next."""
    expected_duration: Hours | None = Field(default=None, gt=0)
    """How long an effect is expected to last; printed beside the washout."""
    duration_source: str = ""
    """Where the expected duration comes from; must be given with it."""

    @model_validator(mode="after")
    def _duration_has_a_source(self) -> Crossover:
        """Refuse an expected duration without its source."""
        if self.expected_duration is not None and not self.duration_source:
            raise ValueError("expected_duration needs duration_source: say where the duration comes from")
        return self

    @model_validator(mode="after")
    def _periods_are_told_once(self) -> Crossover:
        """Refuse starts of periods that are told twice, not of each, or not in order."""
        told = self.first_infusions or self.starts
        if self.first_infusions and self.starts:
            raise ValueError("first_infusions and starts tell the same: keep one of them")
        if told and len(told) != self.periods:
            raise ValueError(f"{self.periods} periods need {self.periods} starts, here are {len(told)}")
        if list(told) != sorted(set(told)):
            raise ValueError("the starts of periods must be in the order of time: sort them")
        return self

    @model_validator(mode="after")
    def _sequences_fill_the_periods(self) -> Crossover:
        """Refuse a sequence with fewer or more treatments than periods."""
        wrong = [name for name, arms in self.sequences.items() if len(arms) != self.periods]
        if wrong:
            raise ValueError(f"sequence {wrong[0]} must name {self.periods} arms, one for each period")
        return self
