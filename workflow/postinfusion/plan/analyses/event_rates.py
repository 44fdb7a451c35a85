"""What a plan asks about rates of adverse events: which events, per which time, and when what had happened is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.analyses.side_effects import SELF_INDUCED
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Method

ANY_EVENT = "any adverse event"
"""The group of all events, which every plan has."""


class EventRates(DividedPart):
    """How often adverse events occur over follow-up: first ones (AET05), all (AET05_ALL, AEG03, AEG03_GROUPS)."""

    method: Literal[Method.EVENT_RATES]
    population: str = "safety"
    """Key under populations."""
    groups: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(default_factory=dict, max_length=20)
    """Name of a group → its adverse events, as `dizziness: [dizziness, vertigo]`; spelt as in the data, but for
    capitals. All events together are always a group."""
    per: Hours = Field(default=876600.0, gt=0)
    """Time that rates are per, as 28 d; left out: 100 years of participants."""
    report_at: tuple[Hours, ...] = Field(min_length=1, max_length=6)
    """Times since time zero at which it is told who had an event by then, as `[24 h, 28 d]`."""
    within: Hours | None = Field(default=None, gt=0)
    """Follow-up ends this time after the last infusion of a participant, as 7 d; left out: with participation."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _groups_and_times(self) -> EventRates:
        """Refuse a symptom of the eating disorder among the events, a second group of all, and times that are none."""
        for name, terms in self.groups.items():
            found = [term for term in terms if SELF_INDUCED.search(term)]
            if found:
                raise ValueError(f'"{found[0]}" is a symptom of the eating disorder. Remove it from the group {name}')
        if ANY_EVENT in self.groups:
            raise ValueError(f'"{ANY_EVENT}" is the group of all events. Give this group another name')
        if any(time <= 0 for time in self.report_at) or len({*self.report_at}) < len(self.report_at):
            raise ValueError("report_at needs different times above 0, as in [24 h, 28 d]")
        return self
