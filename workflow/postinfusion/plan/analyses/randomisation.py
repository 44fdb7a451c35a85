"""What a plan asks beside a model of a small trial: a test that rests on the randomisation alone."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from postinfusion.plan.analyses.base import AnalysisPart, VisitName
from postinfusion.plan.base import not_required
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Name, Percent
from postinfusion.vocabulary import Method


class RandomisationTest(AnalysisPart):
    """Randomisation test of the arms at one visit, beside the model of the same question (PRMT01)."""

    model_config = ConfigDict(json_schema_extra=partial(not_required, "visit"))

    method: Literal[Method.RANDOMISATION_TEST]
    of: Annotated[Name, Names.ANALYSIS]
    """Key under analyses: the model (mmrm, ancova or trajectory) whose endpoint, population, covariates and events are
    used."""
    visit: VisitName
    """Visit of the schedule, one of the model's; of a trajectory one whose time it reports. Left out: that of the
    model's estimand."""
    exact_up_to: int = Field(default=100_000, ge=2, le=1_000_000)
    """Up to this number of allocations all are looked at; beyond it some are drawn."""
    draws: int = Field(default=9_999, ge=99, le=1_000_000)
    """How many are drawn then."""
    confidence: Percent = 0.95
    """Level at which test and model are said to agree."""
