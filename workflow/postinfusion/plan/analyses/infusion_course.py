"""What a plan asks about the minutes around an infusion: which vital signs or ratings, when, and what is too much."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.analyses.one_sided_limit import SIGNS, OneSidedLimit
from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Method

_WORST = {"below": "lowest", "at_most": "lowest", "at_least": "highest", "above": "highest"}


class CourseLimit(OneSidedLimit):
    """One limit of a value, or of its change since before the infusion or, by visit, since baseline."""

    change: bool = False
    """The limit is one of the change since before the infusion or, by visit, since baseline."""

    @property
    def worst(self) -> str:
        """Whether the ``highest`` or the ``lowest`` value tells if the limit was crossed."""
        return _WORST[self.side]

    @property
    def name(self) -> str:
        """The limit as the results call it: ``≥ 180``, ``change ≥ 40``."""
        return f"{'change ' if self.change else ''}{SIGNS[self.side]} {self.value:g}"


class CourseMeasure(Part):
    """One vital sign or rating, and how it is analysed."""

    measure: Name
    """Its name in the data, as SBP, CADSS."""
    label: str = Field(default="", max_length=80)
    """Its name in words; left out: that of the data."""
    unit: str = Field(default="", max_length=20)
    """Its unit."""
    decimals: int = Field(default=0, ge=0, le=3)
    """Decimals of a single value."""
    peak: Literal["highest", "lowest"] = "highest"
    """Which value of an infusion is its peak."""
    model: Literal["mean", "log1p", "ordinal", "none"] = "none"
    """`mean`: mixed models of the change at each minute and at the peak; `log1p`: of log(1 + value) at each minute,
    with a test of ranks beside them; `ordinal`: a cumulative-logit mixed model of the peak; `none`: described only."""
    minutes: tuple[int, ...] = Field(default=(), max_length=60)
    """Planned minutes of this measure; left out: those of the analysis."""
    back_percent: Percent | None = None
    """It has returned when it is within this share of the value before the infusion, as 10 %."""
    back_points: float | None = Field(default=None, ge=0)
    """It has returned when it is within so many units of the value before the infusion."""
    readings: int = Field(default=1, ge=1, le=5)
    """How many readings in succession must be back."""
    limits: tuple[CourseLimit, ...] = Field(default=(), max_length=12)
    """Limits whose crossing is counted."""

    @model_validator(mode="after")
    def _fits_together(self) -> CourseMeasure:
        """Refuse two definitions of a return, a limit that is there twice, and minutes out of order."""
        if self.back_percent is not None and self.back_points is not None:
            raise ValueError("a return has one of back_percent and back_points")
        names = [limit.name for limit in self.limits]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'the limit "{twice}" of {self.measure} is there twice. Keep one of them')
        check_minutes(self.minutes)
        return self

    @property
    def name(self) -> str:
        """What tables call it: ``Systolic blood pressure (mmHg)``."""
        return f"{self.label or self.measure}{f' ({self.unit})' if self.unit else ''}"

    @property
    def has_return(self) -> bool:
        """Say whether a return is defined."""
        return self.back_percent is not None or self.back_points is not None

    @property
    def band(self) -> str:
        """The band of a return in words: ``10 % of the value before``."""
        if self.back_percent is not None:
            return f"{100 * self.back_percent:g} % of the value before"
        return (
            f"{self.back_points:g} {self.unit or ('point' if self.back_points == 1 else 'points')} of the value before"
        )


def check_minutes(minutes: tuple[int, ...]) -> None:
    """Refuse minutes out of order, and those that do not begin before the infusion."""
    if minutes and ([*minutes] != sorted({*minutes}) or minutes[0] != 0 or len(minutes) < 2):
        raise ValueError(
            "minutes must begin with 0, which is before the infusion, and rise, as in [0, 15, 30, 60, 120]"
        )


class InfusionCoursePart(DividedPart):
    """What vital signs and ratings around an infusion have in common."""

    population: str = "safety"
    """Key under populations."""
    minutes: tuple[int, ...] = Field(min_length=2, max_length=60)
    """Planned minutes since the start of the infusion; 0 is before it."""
    tolerance: Hours = Field(default=5 / 60, ge=0, le=1)
    """How far from its planned minute a reading may be taken; one farther off is of no minute, and is counted."""
    measures: tuple[CourseMeasure, ...] = Field(min_length=1, max_length=12)
    """What is analysed, in the order of tables and figures."""
    source: str = ""
    """Where limits and bands come from; needed where there are any."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _has_sources(self) -> InfusionCoursePart:
        """Refuse minutes out of order, a measure that is there twice, and limits from nowhere."""
        check_minutes(self.minutes)
        names = [item.measure for item in self.measures]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'the measure "{twice}" is there twice. Keep one of them')
        if not self.source and any(item.limits or item.has_return for item in self.measures):
            raise ValueError("limits and bands of a return need a source: say where they come from")
        return self

    def minutes_of(self, measure: CourseMeasure) -> tuple[int, ...]:
        """Give the planned minutes of a measure."""
        return measure.minutes or self.minutes


class InfusionVitals(InfusionCoursePart):
    """Vital signs around an infusion, by minute (VST01, VST02, VST03, VSG01)."""

    method: Literal[Method.INFUSION_VITALS]


class InfusionRatings(InfusionCoursePart):
    """Ratings of perception and alertness around an infusion, by minute and number of infusion (CADT01, CADG01)."""

    method: Literal[Method.INFUSION_RATINGS]
