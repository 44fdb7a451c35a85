"""What a plan asks about alerts: beyond which limit a value is one, and which adverse events stand beside them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.analyses.one_sided_limit import SIGNS, OneSidedLimit
from postinfusion.plan.analyses.side_effects import SELF_INDUCED
from postinfusion.plan.quantities import Hours, Name, Percent, hours_as_text
from postinfusion.vocabulary import Method


class AlertLimit(OneSidedLimit):
    """One limit of one measure."""

    measure: Name
    """Laboratory test, vital sign or rating by its name in the data, as K, QTCF, SBP."""
    label: str = Field(default="", max_length=80)
    """Its name in words; left out: that of the data."""
    of: Literal["value", "percent-change"] = "value"
    """value, or percent-change from baseline: `of: percent-change, at_most: -5` is a loss of 5 % or more."""
    unit: str = Field(default="", max_length=20)
    """Unit of the limit; results in another one are not compared, and counted."""
    since: Name = ""
    """An intercurrent event, as `refeeding` or `admission`: time and change are since the last value up to its first
    occurrence, for the participants who had one; left out: since time zero and baseline."""
    within: Hours | None = Field(default=None, gt=0)
    """How long after that event values count, as 5 d; left out: to the end."""

    @model_validator(mode="after")
    def _fits_together(self) -> AlertLimit:
        """Refuse a change from baseline in another unit, and a time after no event."""
        if self.within is not None and not self.since:
            raise ValueError("within is the time after an intercurrent event. Name the event under since")
        if self.of == "percent-change" and self.unit not in ("", "%"):
            raise ValueError("a change from baseline is in per cent. Remove unit")
        return self

    @property
    def name(self) -> str:
        """The limit as the results call it: ``K < 3 mmol/L``."""
        if self.of == "percent-change":
            return f"{self.measure} change {SIGNS[self.side]} {self.value:g} %{self._when}"
        return f"{self.measure} {SIGNS[self.side]} {self.value:g}{f' {self.unit}' if self.unit else ''}{self._when}"

    @property
    def _when(self) -> str:
        """Since what values count, where that is not time zero: `` within 5 d after admission``."""
        within = "" if self.within is None else f" within {hours_as_text(self.within)}"
        return f"{within} after {self.since}" if self.since else ""


class Alerts(DividedPart):
    """Participants with a value beyond a limit or an event of a group, counted and not listed (ALTL01)."""

    method: Literal[Method.ALERTS]
    population: str = "safety"
    """Key under populations."""
    limits: tuple[AlertLimit, ...] = Field(min_length=1, max_length=40)
    """The limits, in the order of the table."""
    source: str = Field(min_length=1)
    """Where the limits come from."""
    special_interest: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(
        default_factory=dict, max_length=10
    )
    """Name of a group of treatment-emergent adverse events that is counted beside the limits → the events that are of
    it, as `urinary: [dysuria, cystitis]`; spelt as in the data, but for capitals."""
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

    @model_validator(mode="after")
    def _nothing_self_induced(self) -> Alerts:
        """Refuse a symptom of the eating disorder among the adverse events, and a group with the name of a limit."""
        for name, terms in self.special_interest.items():
            found = next((term for term in terms if SELF_INDUCED.search(term)), "")
            if found:
                raise ValueError(f'"{found}" is a symptom of the eating disorder. Remove it from the group {name}')
            if name in [limit.name for limit in self.limits]:
                raise ValueError(f'"{name}" is a group of events and a limit. Give the group another name')
        return self
