"""The models of an endpoint that a plan may ask for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from postinfusion.plan.analyses.base import ModelPart, VisitName, VisitNames
from postinfusion.plan.base import Part
from postinfusion.plan.endpoints import Form
from postinfusion.plan.quantities import Hours
from postinfusion.vocabulary import Covariance, Method


class Mmrm(ModelPart):
    """Mixed model for repeated measures: arm × visit + baseline × visit + strata (MMRMT01, MMRMG01, MMRMG02)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.MMRM]
    form: Form = Form.CHANGE
    """change from baseline, or the value itself."""
    visits: VisitNames = ()
    """Visits of the schedule that enter; empty: all after baseline."""
    covariance: tuple[Covariance, ...] = Field(default=(Covariance.US,), min_length=1)
    """Structures in order of preference: the next is tried where one cannot be fitted, and the report says so."""
    baseline_by_visit: bool = True
    """The slope of the baseline value differs between visits; false: one slope for all visits."""


class SplineBasis(Part):
    """Natural cubic spline of time."""

    spline: tuple[Hours, ...] = Field(min_length=1, max_length=6)
    """Inner knots."""


class Trajectory(ModelPart):
    """Linear mixed model over continuous time since time zero, with random intercept and slope (LMMT01)."""

    method: Literal[Method.TRAJECTORY]
    basis: Literal["linear", "log"] | SplineBasis = "log"
    """How the mean moves with time: linear in days, log(1 + hours / 24), or a spline in days with inner knots."""
    random: tuple[Literal["intercept", "slope"], ...] = Field(default=("intercept", "slope"), min_length=1)
    """What varies between participants; the slope is over log(1 + hours / 24), or over days where that is the basis."""
    report_at: tuple[Hours, ...] = Field(min_length=1, max_length=20)
    """Times at which means and differences are given."""


class Ancova(ModelPart):
    """Analysis of covariance at one visit (AOVT01)."""

    method: Literal[Method.ANCOVA]
    form: Form = Form.CHANGE
    """change from baseline, or the value itself."""
    visit: VisitName
    """Visit of the schedule."""
    imputation: Literal["none", "locf"] = "none"
    """none: who has a value; locf: the last observation carried forward (supplied ones are used where they exist)."""
