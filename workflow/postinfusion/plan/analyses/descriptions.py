"""What a plan asks about who the participants are, what is observed and what is missing, without any model."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.base import AnalysisPart, EndpointName
from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.analyses.side_effects import SELF_INDUCED
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Name, Percent
from postinfusion.vocabulary import Method


class Disposition(AnalysisPart):
    """Flow of participants and how the trial ended for them (CONSORT01, DST01)."""

    method: Literal[Method.DISPOSITION]


class Demographics(AnalysisPart):
    """Who the participants are at baseline (DMT01)."""

    method: Literal[Method.DEMOGRAPHICS]
    variables: Annotated[tuple[Name, ...], Names.VARIABLE] = Field(min_length=1)
    """Participants' columns, covariates or endpoints (their baseline value)."""


class Summary(AnalysisPart):
    """Observed values and changes by visit (CFBT01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.SUMMARY]
    endpoint: EndpointName
    """Key under endpoints."""


class Missingness(AnalysisPart):
    """Which assessments are missing, and why (MIST01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.MISSINGNESS]
    endpoint: EndpointName
    """Key under endpoints."""


class Windows(AnalysisPart):
    """How many assessments fell into which window, and how many outside all (WINT01)."""

    method: Literal[Method.WINDOWS]
    endpoints: Annotated[tuple[Name, ...], Names.ENDPOINT] = ()
    """Keys under endpoints; empty: all."""


class Weight(AnalysisPart):
    """Weight and body mass index by visit, never pooled over diagnoses for body mass index (WTT01)."""

    method: Literal[Method.WEIGHT]
    endpoints: Annotated[tuple[Name, ...], Names.ENDPOINT] = Field(min_length=1)
    """Keys under endpoints, of the measures WEIGHT and BMI."""
    by: Annotated[str, Names.GROUP] = ""
    """Participants' column whose groups are shown apart, for example diagnosis."""


class Courses(AnalysisPart):
    """Individual courses over time (IPPG01)."""

    method: Literal[Method.COURSES]
    endpoint: EndpointName
    """Key under endpoints."""


class AdverseEvents(DividedPart):
    """Adverse events: counts, lists and uploads (AET, AEL and EUDRAT; AEG01, AEG02, AEG04 and AEG05)."""

    method: Literal[Method.ADVERSE_EVENTS]
    population: str = "safety"
    """Key under populations."""
    confidence: Percent = 0.95
    """Level of the intervals of risk differences."""
    threshold: Annotated[Percent, Field(ge=0, le=0.05)] = 0.05
    """Non-serious events that more than this share of an arm had are listed for EudraCT: 5 % at most; `0.1 %` lists
    all where no arm has 1,000 participants."""
    frequent: Percent = 0.05
    """Terms that at least this share of an arm had are shown apart (AET10), and in groups of participants (AET06)."""
    special_interest: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(
        default_factory=dict, max_length=30
    )
    """Name of a group of special interest → the adverse events that are of it, as `urinary: [dysuria, cystitis]`; spelt
    as in the data, but for capitals. An event may be in several groups (AET01_AESI)."""
    order: Literal["frequency", "risk-difference"] = "frequency"
    """Order of the terms in the figure of the most frequent ones (AEG01): by frequency in all arms together, or by the
    risk difference of the first comparison, the largest first."""

    @model_validator(mode="after")
    def _nothing_self_induced(self) -> AdverseEvents:
        """Refuse a symptom of the eating disorder among the events of special interest, and a name of their table."""
        for name, terms in self.special_interest.items():
            found = [term for term in terms if SELF_INDUCED.search(term)]
            if found:
                raise ValueError(f'"{found[0]}" is a symptom of the eating disorder. Remove it from the group {name}')
        if "any" in self.special_interest:
            raise ValueError('special_interest: "any" stands for all groups together. Give the group another name')
        return self
