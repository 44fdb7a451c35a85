"""What a plan asks about vital signs that are taken by visit: which ones, and what is too much."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.analyses.infusion_course import CourseLimit
from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Name, Percent
from postinfusion.vocabulary import Method


class VitalSign(Part):
    """One vital sign and its limits."""

    measure: Name
    """Its name in the data, as SBP."""
    label: str = Field(default="", max_length=80)
    """Its name in words; left out: that of the data."""
    unit: str = Field(default="", max_length=20)
    """Its unit."""
    decimals: int = Field(default=0, ge=0, le=3)
    """Decimals of a single value."""
    limits: tuple[CourseLimit, ...] = Field(default=(), max_length=12)
    """Limits of a value after baseline, or of its change since then (`change: true`)."""

    @model_validator(mode="after")
    def _limits_once(self) -> VitalSign:
        """Refuse a limit that is there twice."""
        names = [limit.name for limit in self.limits]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'the limit "{twice}" of {self.measure} is there twice. Keep one of them')
        return self

    @property
    def name(self) -> str:
        """What tables call it: ``Systolic blood pressure (mmHg)``."""
        return f"{self.label or self.measure}{f' ({self.unit})' if self.unit else ''}"


class VitalSigns(DividedPart):
    """Vital signs by visit, their worst values and those beyond a limit (VST01_VISIT, VST02_VISIT)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.VITAL_SIGNS]
    population: str = "safety"
    """Key under populations."""
    measures: tuple[VitalSign, ...] = Field(min_length=1, max_length=12)
    """What is analysed, in the order of the tables."""
    source: str = ""
    """Where the limits come from; needed where there are any."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _has_sources(self) -> VitalSigns:
        """Refuse a measure that is there twice, and limits from nowhere."""
        names = [item.measure for item in self.measures]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'the measure "{twice}" is there twice. Keep one of them')
        if not self.source and any(item.limits for item in self.measures):
            raise ValueError("limits need a source: say where they come from")
        return self
