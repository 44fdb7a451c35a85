"""Which results decide the clinical claims, and how the claims of one family share the risk of a false one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from postinfusion.plan.base import Part
from postinfusion.plan.claim_catalogue import ClaimGroup, ClaimKind
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Better


class Intervention(StrEnum):
    """What the experimental arms received, as far as the claims of the catalogue ask."""

    KETAMINE = "ketamine"
    ESKETAMINE = "esketamine"
    OTHER = "other"


class Point(Part):
    """One result of an analysis, by its key in the results; a key that is left out must not be needed to find it."""

    analysis: Annotated[Name, Names.ANALYSIS]
    """Key under analyses."""
    visit: Annotated[str, Names.LATER_VISIT] = ""
    """Visit of the schedule."""
    time: Hours | None = None
    """Time since time zero, of an analysis over time; for a duration the limit."""
    arm: Annotated[str, Names.ARM] = ""
    """The arm of interest; left out: the first experimental one."""
    against: Annotated[str, Names.ARM] = ""
    """The arm that it is compared with; left out: the reference arm."""
    variable: str = ""
    """Kind of result, where the analysis has several."""
    level: str = ""
    """Level of the result, as the class of an adverse event."""
    term: str = ""
    """Term of the result: the adverse event; left out: the difference between arms."""
    subgroup: Annotated[str, Names.GROUP] = ""
    """Participants' column or covariate that divides them."""
    subgroup_level: str = ""
    """The group of participants."""
    better: Better | None = None
    """Direction of benefit; left out: that of the endpoint."""

    @model_validator(mode="after")
    def _one_time(self) -> Point:
        """Refuse a visit together with a time."""
        if self.visit and self.time is not None:
            raise ValueError("visit and time exclude each other. Keep one of them")
        return self


class JudgedClaim(Part):
    """What decides one claim. Words, group and kind are needed only where the claim is none of the catalogue."""

    decides: tuple[Point, ...] = Field(default=(), max_length=8)
    """The result that decides, of one scale at one time. A lasting effect names day 28, day 84 and, if it is to be
    called sustained, day 168; a claim about every diagnosis the overall result, then one of each diagnosis; a claim of
    no difference one result, or one of each group of participants, in all of which it must hold."""
    sensitivity: tuple[Point, ...] = Field(default=(), max_length=20)
    """Other results that never make a verdict better; where one of them has another verdict, it is called fragile."""
    conflicts: tuple[Point, ...] = Field(default=(), max_length=20)
    """Results of other scales of the same construct; where one contradicts the verdict, neither stands."""
    not_testable: str = ""
    """Why this trial cannot decide the claim, in a few words, as in: everybody has psychotherapy."""
    words: str = Field(default="", max_length=200)
    """What is claimed, in a sentence."""
    group: ClaimGroup | None = None
    """Where the claim stands in the report."""
    kind: ClaimKind | None = None
    """What kind of evidence decides it."""
    family: str = ""
    """Claims of one family share the risk of a false one; left out: the family of the endpoint."""
    important_difference: float | None = Field(default=None, gt=0)
    """Smallest difference between groups that matters, in the unit of the result; left out: that of the endpoint."""
    threshold_source: str = ""
    """Where the important difference comes from; must be given with it."""
    margin: float | None = Field(default=None, gt=0)
    """For a claim of no difference: the largest one that counts as none; left out: that of the endpoint."""
    margins: dict[str, Percent] = Field(default_factory=dict)
    """For a claim of safety: serious, severe and stopped, each with the largest risk difference that is tolerated."""
    margin_source: str = ""
    """Where the margins come from; must be given with them."""
    rare: Percent | None = None
    """For a claim of rarity: the share of participants below which an event is called so, as in 0.1 %."""
    rare_source: str = ""
    """Where this share comes from; must be given with it."""

    @model_validator(mode="after")
    def _thresholds_have_a_source(self) -> JudgedClaim:
        """Refuse a threshold without its source, and a claim with neither a deciding result nor a reason for none."""
        pairs = (
            ("important_difference", self.important_difference, "threshold_source", self.threshold_source),
            ("margin", self.margin, "margin_source", self.margin_source),
            ("margins", self.margins or None, "margin_source", self.margin_source),
            ("rare", self.rare, "rare_source", self.rare_source),
        )
        for key, value, source, told in pairs:
            if value is not None and not told:
                raise ValueError(f"{key} needs {source}: say where it comes from")
        if bool(self.decides) == bool(self.not_testable):
            raise ValueError("a claim has either decides, the result that decides it, or not_testable, the reason")
        return self


class Claims(Part):
    """Which results decide the claims. A claim that is not named here is not testable with the data."""

    treatment: Intervention | None = None
    """ketamine, esketamine or other: a trial of another treatment, or one that does not say, answers no claim of the
    catalogue."""
    judged: dict[str, JudgedClaim] = Field(default_factory=dict, max_length=100)
    """E1 to E21 and S1 to S12 of the catalogue, or a name of the trial's own with words, group and kind."""

    @property
    def asks_the_catalogue(self) -> bool:
        """An arm received the treatment that the claims of the catalogue are about."""
        return self.treatment in (Intervention.KETAMINE, Intervention.ESKETAMINE)


class Adjustment(StrEnum):
    """How the claims of a family share the risk of a false one."""

    HOLM = "holm"
    HOCHBERG = "hochberg"
    FIXED_SEQUENCE = "fixed-sequence"
    NONE = "none"


class Family(Part):
    """How one family of claims is adjusted."""

    method: Adjustment = Adjustment.HOLM
    """holm; hochberg, which supposes that the tests do not depend on each other negatively; fixed-sequence: in the
    given order, each at the full level as long as all before it are shown; none."""
    order: tuple[str, ...] = ()
    """For a fixed sequence: the claims in their order."""
    results: tuple[Point, ...] = Field(default=(), max_length=50)
    """Results that share the risk among themselves instead of claims, such as the subscales of a scale; a fixed
    sequence takes them as they stand here. They decide no claim."""
    reason: str = ""
    """For none: why no adjustment is needed."""

    @model_validator(mode="after")
    def _method_goes_with_its_keys(self) -> Family:
        """Refuse a sequence without an order, and no adjustment without a reason."""
        if self.results and self.order:
            raise ValueError("results stand in their own order. Remove order")
        is_sequence = self.method is Adjustment.FIXED_SEQUENCE
        if not self.results and is_sequence != bool(self.order):
            raise ValueError("method: fixed-sequence needs order, the claims in their order, and nothing else has it")
        if (self.method is Adjustment.NONE) != bool(self.reason):
            raise ValueError("method: none needs reason, and nothing else has it")
        return self
