"""The design of the trial: arms, strata, infusions, visits and populations."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from postinfusion.plan.base import Part
from postinfusion.plan.crossover_design import Crossover
from postinfusion.plan.phases_design import Phases
from postinfusion.plan.quantities import Hours, Name
from postinfusion.plan.re_randomised_design import SecondRandomisation
from postinfusion.vocabulary import DesignKind, TimeZero

FIRST, LAST = 1, -1
COURSE_GAP = 14 * 24.0
_ANCHORS = {"first infusion": FIRST, "last infusion": LAST}
_ANCHOR = r"infusion ([1-9][0-9]{0,2})"


def infusion_number(text: object) -> int:
    """Give the number of the infusion that a visit counts from; ``LAST`` for the last one of each participant.

    >>> infusion_number("first infusion"), infusion_number("infusion 3"), infusion_number("last infusion")
    (1, 3, -1)

    Raises
    ------
    ValueError
        The text names no infusion.
    """
    words = " ".join(text.split()) if isinstance(text, str) else ""
    numbered = re.fullmatch(_ANCHOR, words)
    if numbered is None and words not in _ANCHORS:
        raise ValueError(f"{text!r} names no infusion: write first infusion, last infusion or, as in infusion 3, which")
    return _ANCHORS[words] if numbered is None else int(numbered[1])


InfusionNumber = Annotated[
    int,
    BeforeValidator(infusion_number),
    WithJsonSchema({"type": "string", "pattern": f"^(first infusion|last infusion|{_ANCHOR})$"}),
]


class ArmRole(StrEnum):
    """What an arm is for."""

    EXPERIMENTAL = "experimental"
    REFERENCE = "reference"


class OutOfPlace(StrEnum):
    """What becomes of rows at a time at which they should not be."""

    REFUSE = "refuse"
    EXCLUDE = "exclude"
    KEEP = "keep"


class Arm(Part):
    """One arm of the trial."""

    name: Name
    """Name in tables and figures."""
    code: str = ""
    """How the data call the arm, where that differs from its name."""
    role: ArmRole = ArmRole.EXPERIMENTAL
    """`reference` is what the others are compared with; exactly one arm of a randomised trial has it. Where
    reference_arm names it, no role needs to be written."""


class Dictionary(Part):
    """The dictionary by which adverse events were coded; neither terms nor classes are coded here."""

    name: str = Field(default="MedDRA", min_length=2, max_length=20)
    """Its name."""
    version: str = Field(min_length=1, max_length=10)
    """Its version, as in "26.0"; in quotation marks, since 26.0 alone is a number."""

    @property
    def is_meddra(self) -> bool:
        """It is MedDRA."""
        return self.name.casefold() == "meddra"


class Design(Part):
    """Design of the trial."""

    kind: DesignKind
    """single-arm, parallel, crossover, or re-randomised: parallel arms, and a second randomisation of some."""
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
    course_gap: Hours = Field(default=COURSE_GAP, gt=0, json_schema_extra={"default": "14 d"})
    """A longer pause between two infusions begins a new course, where the data do not number courses themselves."""
    controlled_settings: tuple[str, ...] = Field(default=(), max_length=40)
    """Texts of the infusions' column `setting` that name trained staff in a controlled setting, as the data write them;
    left out: whatever was recorded, it is not known whether it is one."""
    dictionary: Dictionary | None = None
    """By which terms and classes of adverse events were coded, as `{name: MedDRA, version: "26.0"}`: said in methods,
    tables of events and the file for EudraCT; left out: "version not given" where the classes are MedDRA's."""
    crossover: Crossover | None = None
    """Periods of a crossover trial; only there, and needed there."""
    second_randomisation: SecondRandomisation | None = None
    """The second randomisation of a re-randomised trial; only there, and needed there."""
    phases: Phases | None = None
    """Induction and maintenance, where only some participants go on after a course."""
    before_consent: OutOfPlace = OutOfPlace.REFUSE
    """Rows of measurements, infusions and events before the participant's consent: refuse them, exclude them (counted),
    or keep them (earlier weights from a record, for example). Events are never taken out: under exclude and keep they
    stay, are not treatment-emergent unless so supplied or worsened since, and are counted."""
    after_death: Literal[OutOfPlace.REFUSE, OutOfPlace.EXCLUDE] = OutOfPlace.REFUSE
    """Rows of measurements, infusions and events after the participant's death: refuse them, or exclude them."""

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
    after: InfusionNumber | None = None
    """What `at`, `from` and `until` count from: first infusion, last infusion (of each participant) or, as in
    infusion 3, a numbered one; left out: time zero."""
    at: Hours
    """Nominal time since then; the assessment nearest to it represents the visit."""
    start: Hours | None = Field(default=None, alias="from")
    """Start of the window since then, included; left out: the end of the window before, else midway."""
    until: Hours | None = None
    """End of the window since then, not included; left out: the start of the next window, else midway."""
    recorded_as: str = ""
    """How the data call the visit, where that differs from its name and times are not recorded."""

    @property
    def is_anchored(self) -> bool:
        """The visit counts from another infusion than the first."""
        return self.after not in (None, FIRST)


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
