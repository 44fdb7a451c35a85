"""What a plan asks about the conduct of the infusions: which vital signs were to be taken when."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Method


class Conduct(DividedPart):
    """Monitoring, discharge, setting and screening, as far as they are recorded (MONT01)."""

    method: Literal[Method.CONDUCT]
    population: str = "safety"
    """Key under populations."""
    signs: tuple[Name, ...] = Field(default=(), max_length=12)
    """Vital signs of a set, by their names in the data, as `[SBP, DBP, HR, SpO2]`; empty: monitoring is left out."""
    minutes: tuple[int, ...] = Field(default=(), max_length=60)
    """Minutes since the start of the infusion at which a set is planned; 0 is before it."""
    tolerance: Hours = Field(default=5 / 60, ge=0, le=1)
    """How far from its planned minute a sign may be taken, whether or not the data give the planned minute."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _signs_have_minutes(self) -> Conduct:
        """Refuse signs without times, times without signs, and times out of order."""
        if bool(self.signs) != bool(self.minutes):
            raise ValueError("signs and minutes go together: name the vital signs of a set and when it is planned")
        if [*self.minutes] != sorted({*self.minutes}):
            raise ValueError("minutes must rise, each once, as in [0, 15, 30, 60, 120]")
        return self
