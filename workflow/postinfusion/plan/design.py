"""The design of the trial: arms, strata, infusions, visits and populations."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Hours, Name
from postinfusion.vocabulary import DesignKind, TimeZero


class ArmRole(StrEnum):
    """What an arm is for."""

    EXPERIMENTAL = "experimental"
    REFERENCE = "reference"


class Arm(Part):
    """One arm of the trial."""

    name: Name
    """Name in tables and figures."""
    code: str = ""
    """How the data call the arm, where that differs from its name."""
    role: ArmRole = ArmRole.EXPERIMENTAL
    """`reference` is what the others are compared with; exactly one arm of a randomised trial has it. Where
    reference_arm names it, no role needs to be written."""


class Design(Part):
    """Design of the trial."""

    kind: DesignKind
    """single-arm or parallel."""
    time_zero: TimeZero
    """What hour 0 is: the start of the first infusion; randomisation or the first dose in trials without infusions."""
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=8)
    """In the order in which tables show them."""
    reference_arm: str = ""
    """Name or code of the arm that the others are compared with, in place of the role of each arm."""
    strata: tuple[Name, ...] = ()
    """Participants' columns or covariates by which randomisation was stratified; they enter every model."""
    infusions: tuple[Hours, ...] = ()
    """Planned start of each infusion since time zero. A visit's window ends at the next of them."""

    @property
    def reference(self) -> str | None:
        """The name of the reference arm; None in a single-arm trial."""
        names = [arm.name for arm in self.arms if arm.role is ArmRole.REFERENCE]
        return names[0] if names else None

    @property
    def arm_names(self) -> tuple[str, ...]:
        """The names of the arms, in the order of the plan."""
        return tuple(arm.name for arm in self.arms)

    @property
    def has_infusions(self) -> bool:
        """Hour 0 is the start of an infusion."""
        return self.time_zero is TimeZero.FIRST_INFUSION


class Visit(Part):
    """One visit of the schedule; its window holds the assessments from `from` up to just before `until`."""

    visit: Name
    """Name of the visit in tables and figures."""
    at: Hours
    """Nominal time since time zero; the assessment nearest to it represents the visit."""
    start: Hours | None = Field(default=None, alias="from")
    """Start of the window since time zero, included; left out: the end of the window before, else midway."""
    until: Hours | None = None
    """End of the window since time zero, not included; left out: the start of the next window, else midway."""
    recorded_as: str = ""
    """How the data call the visit, where that differs from its name and times are not recorded."""


class Rule(StrEnum):
    """Who belongs to a population."""

    ALLOCATED = "allocated"
    TREATED = "treated"
    INFUSIONS_RECEIVED = "infusions-received"
    SUPPLIED = "supplied"


class Population(Part):
    """Who is analysed, and in which arm."""

    rule: Rule
    """Allocated to an arm (intention to treat); treated at all (safety); enough infusions; or supplied by a flag."""
    arm: Literal["as-allocated", "as-treated"] = "as-allocated"
    """Which arm a participant counts in."""
    at_least: int = Field(default=1, ge=1)
    """For infusions-received: how many infusions."""
    without: tuple[Literal["major-deviation"], ...] = ()
    """Leaves out participants with one of these."""
