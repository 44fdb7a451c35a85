"""The analyses of a plan: one model per method, told apart by the key ``method``."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from postinfusion.plan.base import Part, not_required
from postinfusion.plan.endpoints import Form
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Covariance, DfMethod, Method


class _Analysis(Part):
    """What every analysis has."""

    population: str = "randomised"
    """Key under populations."""
    prespecified: bool = True
    """Laid down before the data were seen."""


class Disposition(_Analysis):
    """Flow of participants and how the trial ended for them (CONSORT01, DST01)."""

    method: Literal[Method.DISPOSITION]


class Demographics(_Analysis):
    """Who the participants are at baseline (DMT01)."""

    method: Literal[Method.DEMOGRAPHICS]
    variables: tuple[Name, ...] = Field(min_length=1)
    """Participants' columns, covariates or endpoints (their baseline value)."""


class Summary(_Analysis):
    """Observed values and changes by visit (CFBT01)."""

    method: Literal[Method.SUMMARY]
    endpoint: Name
    """Key under endpoints."""


class Missingness(_Analysis):
    """Which assessments are missing, and why (MIST01)."""

    method: Literal[Method.MISSINGNESS]
    endpoint: Name
    """Key under endpoints."""


class Windows(_Analysis):
    """How many assessments fell into which window, and how many outside all (WINT01)."""

    method: Literal[Method.WINDOWS]
    endpoints: tuple[Name, ...] = ()
    """Keys under endpoints; empty: all."""


class Weight(_Analysis):
    """Weight and body mass index by visit, never pooled over diagnoses for body mass index (WTT01)."""

    method: Literal[Method.WEIGHT]
    endpoints: tuple[Name, ...] = Field(min_length=1)
    """Keys under endpoints, of the measures WEIGHT and BMI."""
    by: str = ""
    """Participants' column whose groups are shown apart, for example diagnosis."""


class Courses(_Analysis):
    """Individual courses over time (IPPG01)."""

    method: Literal[Method.COURSES]
    endpoint: Name
    """Key under endpoints."""


class AdverseEvents(_Analysis):
    """Adverse events: overview, by class and term, most frequent (AET01, AET02, AEG01)."""

    method: Literal[Method.ADVERSE_EVENTS]
    population: str = "safety"
    """Key under populations."""
    confidence: Percent = 0.95
    """Level of the intervals of risk differences."""


class _Model(_Analysis):
    """What every model of an endpoint has."""

    model_config = ConfigDict(json_schema_extra=partial(not_required, "endpoint"))

    endpoint: Name
    """Key under endpoints; left out: that of the estimand."""
    estimand: str = ""
    """Key under estimands, where this analysis answers one; its population and events then apply."""
    covariates: tuple[Name, ...] = ("baseline",)
    """`baseline` for the endpoint's baseline value; participants' columns or covariates. Strata are always added."""
    df: DfMethod = DfMethod.KENWARD_ROGER_LINEAR
    """Degrees of freedom."""
    confidence: Percent = 0.95
    """Level of all intervals."""


class Mmrm(_Model):
    """Mixed model for repeated measures: arm × visit + baseline × visit + strata (MMRMT01, MMRMG01, MMRMG02)."""

    method: Literal[Method.MMRM]
    form: Form = Form.CHANGE
    """change from baseline, or the value itself."""
    visits: tuple[Name, ...] = ()
    """Visits of the schedule that enter; empty: all after baseline."""
    covariance: tuple[Covariance, ...] = Field(default=(Covariance.US,), min_length=1)
    """Structures in order of preference: the next is tried where one cannot be fitted, and the report says so."""
    baseline_by_visit: bool = True
    """The slope of the baseline value differs between visits; false: one slope for all visits."""


class SplineBasis(Part):
    """Natural cubic spline of time."""

    spline: tuple[Hours, ...] = Field(min_length=1, max_length=6)
    """Inner knots."""


class Trajectory(_Model):
    """Linear mixed model over continuous time since time zero, with random intercept and slope (LMMT01)."""

    method: Literal[Method.TRAJECTORY]
    basis: Literal["linear", "log"] | SplineBasis = "log"
    """How the mean moves with time: linear in days, log(1 + hours / 24), or a spline in days with inner knots."""
    random: tuple[Literal["intercept", "slope"], ...] = Field(default=("intercept", "slope"), min_length=1)
    """What varies between participants; the slope is over log(1 + hours / 24), or over days where that is the basis."""
    report_at: tuple[Hours, ...] = Field(min_length=1, max_length=20)
    """Times at which means and differences are given."""


class Ancova(_Model):
    """Analysis of covariance at one visit (AOVT01)."""

    method: Literal[Method.ANCOVA]
    form: Form = Form.CHANGE
    """change from baseline, or the value itself."""
    visit: Name
    """Visit of the schedule."""
    imputation: Literal["none", "locf"] = "none"
    """none: who has a value; locf: the last observation carried forward (supplied ones are used where they exist)."""


Analysis = Annotated[
    Disposition
    | Demographics
    | Summary
    | Missingness
    | Windows
    | Weight
    | Courses
    | AdverseEvents
    | Mmrm
    | Trajectory
    | Ancova,
    Field(discriminator="method"),
]
Model = Mmrm | Trajectory | Ancova
