"""What a plan asks about dangerous values: beyond which limit a laboratory value, vital sign or rating is one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Name, Percent
from postinfusion.vocabulary import Method

_SIGNS = {"below": "<", "at_most": "≤", "at_least": "≥", "above": ">"}


class AlertLimit(Part):
    """One limit of one measure."""

    measure: Name
    """Laboratory test, vital sign or rating by its name in the data, as K, QTCF, SBP."""
    label: str = Field(default="", max_length=80)
    """Its name in words; left out: that of the data."""
    of: Literal["value", "percent-change"] = "value"
    """value, or percent-change from baseline: `of: percent-change, at_most: -5` is a loss of 5 % or more."""
    below: float | None = None
    """Values below this are beyond the limit."""
    at_most: float | None = None
    """Values of this and below are beyond the limit."""
    at_least: float | None = None
    """Values of this and above are beyond the limit."""
    above: float | None = None
    """Values above this are beyond the limit."""
    unit: str = Field(default="", max_length=20)
    """Unit of the limit; results in another one are not compared, and counted."""

    @model_validator(mode="after")
    def _one_side(self) -> AlertLimit:
        """Refuse a limit without a side, or with two."""
        if sum(getattr(self, side) is not None for side in _SIGNS) != 1:
            raise ValueError("a limit has exactly one of below, at_most, at_least, above")
        if self.of == "percent-change" and self.unit not in ("", "%"):
            raise ValueError("a change from baseline is in per cent. Remove unit")
        return self

    @property
    def side(self) -> str:
        """Which values are beyond the limit: ``below``, ``at_most``, ``at_least`` or ``above``."""
        return next(side for side in _SIGNS if getattr(self, side) is not None)

    @property
    def value(self) -> float:
        """The limit itself."""
        return float(getattr(self, self.side))

    @property
    def name(self) -> str:
        """The limit as the results call it: ``K < 3 mmol/L``."""
        if self.of == "percent-change":
            return f"{self.measure} change {_SIGNS[self.side]} {self.value:g} %"
        return f"{self.measure} {_SIGNS[self.side]} {self.value:g}{f' {self.unit}' if self.unit else ''}"


class Alerts(DividedPart):
    """Participants with a value beyond a limit, counted and not listed (ALTL01)."""

    method: Literal[Method.ALERTS]
    population: str = "safety"
    """Key under populations."""
    limits: tuple[AlertLimit, ...] = Field(min_length=1, max_length=40)
    """The limits, in the order of the table."""
    source: str = Field(min_length=1)
    """Where the limits come from."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _each_once(self) -> Alerts:
        """Refuse a limit that is there twice."""
        names = [limit.name for limit in self.limits]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'the limit "{twice}" is there twice. Keep one of them')
        return self
