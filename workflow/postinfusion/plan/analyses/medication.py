"""What a plan asks about the medicines that participants took beside the trial treatment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.analyses.side_effects import event_name
from postinfusion.plan.quantities import Name
from postinfusion.vocabulary import Method


class Medication(DividedPart):
    """Medicines before and during the trial, by arm (CMT01)."""

    method: Literal[Method.MEDICATION]
    population: str = "safety"
    """Key under populations."""
    psychotropic: tuple[Name, ...] = Field(default=(), max_length=60)
    """Medicines that act on the mind, as `[sertraline, lorazepam]`; spelt as in the data, but for capitals. They are
    counted apart, and also where nobody had one."""

    @model_validator(mode="after")
    def _each_once(self) -> Medication:
        """Refuse a medicine that is there twice."""
        names = [event_name(medicine) for medicine in self.psychotropic]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'psychotropic: "{twice}" is there twice. Keep one of them')
        return self
