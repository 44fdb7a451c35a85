"""The whole plan of one trial, and the rules between its parts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from postinfusion.instruments.model import Instrument
from postinfusion.plan.analyses import Analysis
from postinfusion.plan.base import Part
from postinfusion.plan.catalogued import completed
from postinfusion.plan.claims import Claims, Family
from postinfusion.plan.design import LAST, Design, Population, Visit
from postinfusion.plan.endpoints import Endpoint, Estimand
from postinfusion.plan.left_out import LeftOut
from postinfusion.plan.places import Places
from postinfusion.plan.scoring import ScoringRules
from postinfusion.plan.shorthand import written_out
from postinfusion.plan.source import Clock, Source, table_of
from postinfusion.vocabulary import DataKind, Privacy

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


def _as_number(version: object) -> object:
    """Give the version as a number; what is none is refused later."""
    return int(version) if isinstance(version, str) and version.isdecimal() else version


class PrivacyRules(Part):
    """How participants are protected."""

    ids: Literal["rekey", "keep"] = "rekey"
    """rekey: participants get new numbers; keep: the ids are pseudonyms already."""
    small_cell: int = Field(default=5, ge=1, le=20)
    """Counts below this number are not printed in a public report."""
    mode: Privacy = Privacy.INTERNAL
    """internal: with individual courses, under a banner; public: without them and without small counts."""
    not_identifying: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """File → columns that look like identifiers and are none, as the researcher declares; the report shows them."""


class Outputs(Part):
    """Which tables and figures are made: all that the analyses allow, but for these."""

    drop: tuple[str, ...] = ()
    """IDs of outputs that are not made; they stand in the report's table of what is absent."""


class Plan(Part):
    """One trial: its data, design, questions and analyses."""

    plan: Annotated[Literal[1], BeforeValidator(_as_number)]
    """Version of this format."""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    """Title of the trial in the report."""
    intervention: str = ""
    """What the experimental arms received, in a few words."""
    data: DataKind
    """real, synthetic or scrambled; the last two put a banner on every page and figure."""
    provenance: str = ""
    """Where the data come from, in a sentence for the report."""
    seed: int = Field(ge=0, lt=2**63)
    """The only seed; each analysis draws its own stream from it and its own name."""
    sources: dict[str, Source] = Field(min_length=1)
    """Name of a canonical table → the file that delivers it. A further file of the same table has the table's name, a
    point and a name of its own, as in assessments.follow-up: rows are added, or columns where a table has one row for
    each participant."""
    missing_codes: tuple[str, ...] = ("", "NA")
    """Cells that mean "missing"."""
    privacy: PrivacyRules = PrivacyRules()
    """How participants are protected."""
    design: Design
    """Arms, strata, time zero."""
    schedule: tuple[Visit, ...] = Field(min_length=1)
    """Visits in the order of time; the first is the baseline."""
    populations: dict[Key, Population] = Field(min_length=1)
    """Who is analysed."""
    estimands: dict[Key, Estimand] = Field(default_factory=dict)
    """The questions; the one called primary stands first in the report."""
    instruments: dict[str, Instrument] = Field(default_factory=dict)
    """Scales of the trial's own, by the name of their measure; one that the catalogue has is replaced."""
    scoring: ScoringRules = ScoringRules()
    """How scores are checked and computed."""
    endpoints: dict[Key, Endpoint] = Field(default_factory=dict)
    """What is measured."""
    analyses: dict[Key, Analysis] = Field(min_length=1)
    """Each key is an analysis_id: it names results, files, footers and methods text."""
    claims: Claims = Claims()
    """Which results decide the clinical claims that open the report."""
    multiplicity: dict[str, Family] = Field(default_factory=dict)
    """Family of endpoints → how its claims are adjusted for being several; left out: by Holm's method."""
    outputs: Outputs = Outputs()
    """Which tables and figures are made."""
    _places: Places = PrivateAttr(default_factory=Places)
    _left_out: LeftOut = PrivateAttr(default_factory=LeftOut)

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, tree: object) -> object:
        """Fill in what another part of the plan says already."""
        return written_out(tree)

    @field_validator("endpoints", mode="before")
    @classmethod
    def _known_scales_complete_endpoints(cls, written: object, info: ValidationInfo) -> object:
        """Add what the scales of the plan and of the catalogue say about endpoints."""
        return completed(written, info.data.get("instruments", {}))

    def at(self, places: Places, left_out: LeftOut | None = None) -> Plan:
        """Give the plan with the file that it was read from, for messages, and with what of it could not be read."""
        self._places = places
        self._left_out = left_out or LeftOut()
        return self

    @property
    def left_out(self) -> LeftOut:
        """What of the file could not be read; nothing in a plan without mistakes."""
        return self._left_out

    @property
    def places(self) -> Places:
        """Where the parts of the plan stand in its file."""
        return self._places

    @property
    def baseline_visit(self) -> str:
        """The name of the first visit of the schedule."""
        return self.schedule[0].visit

    @property
    def visit_names(self) -> tuple[str, ...]:
        """The names of all visits, in the order of time."""
        return tuple(visit.visit for visit in self.schedule)

    @property
    def nominal_hours(self) -> dict[str, float]:
        """Visit → nominal hours since time zero; as planned where it counts from a later infusion."""
        return {visit.visit: self.planned_start(visit) + visit.at for visit in self.schedule}

    @property
    def covariates(self) -> dict[str, str]:
        """Covariate of the participants → the column of their files that holds it."""
        return {name: theirs for source in self._of_participants for name, theirs in source.covariates.items()}

    @property
    def flags(self) -> dict[str, str]:
        """Supplied population → the column of the participants' files that tells its members."""
        return {name: theirs for source in self._of_participants for name, theirs in source.flags.items()}

    @property
    def _of_participants(self) -> list[Source]:
        """The sources that deliver the participants."""
        return [source for name, source in self.sources.items() if table_of(name) == "participants"]

    @property
    def clock_of_zero(self) -> Clock:
        """The clock of the source that says when time zero was."""
        source = self.sources.get("infusions" if self.design.has_infusions else "participants")
        return Clock.DATE_TIME if source is None else source.clock

    def planned_start(self, visit: Visit) -> float:
        """Give the planned start of the infusion that a visit counts from, in hours since time zero."""
        planned = self.design.infusions
        if not planned or not visit.is_anchored or visit.after is None:
            return 0.0
        return planned[-1] if visit.after == LAST else planned[min(visit.after, len(planned)) - 1]
