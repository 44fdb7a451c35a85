"""The models of an endpoint that a plan may ask for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from postinfusion.plan.analyses.base import ModelPart, VisitName, VisitNames
from postinfusion.plan.endpoints import Form
from postinfusion.vocabulary import Covariance, Method


class RepeatedMeasuresPart(ModelPart):
    """What every mixed model for repeated measures has."""

    by_visit: ClassVar[bool] = True
    form: Form = Form.CHANGE
    """change from baseline, or the value itself."""
    visits: VisitNames = ()
    """Visits of the schedule that enter; empty: all after baseline."""
    covariance: tuple[Covariance, ...] = Field(default=(Covariance.US,), min_length=1)
    """Structures in order of preference: the next is tried where one cannot be fitted, and the report says so."""
    baseline_by_visit: bool = True
    """The slope of the baseline value differs between visits; false: one slope for all visits."""


class Mmrm(RepeatedMeasuresPart):
    """Mixed model for repeated measures: arm × visit + baseline × visit + strata (MMRMT01, MMRMG01, MMRMG02)."""

    method: Literal[Method.MMRM]


class Ancova(ModelPart):
    """Analysis of covariance at one visit (AOVT01)."""

    method: Literal[Method.ANCOVA]
    form: Form = Form.CHANGE
    """change from baseline, or the value itself."""
    visit: VisitName
    """Visit of the schedule."""
    imputation: Literal["none", "locf"] = "none"
    """none: who has a value; locf: the last observation carried forward (supplied ones are used where they exist)."""
