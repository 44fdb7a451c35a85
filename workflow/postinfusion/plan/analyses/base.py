"""What every analysis of a plan has, and what every model of an endpoint has."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar

from pydantic import ConfigDict

from postinfusion.plan.base import Part, not_required
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Name, Percent
from postinfusion.vocabulary import DfMethod

EndpointName = Annotated[Name, Names.ENDPOINT]
VisitName = Annotated[Name, Names.LATER_VISIT]
VisitNames = Annotated[tuple[Name, ...], Names.LATER_VISIT]
CovariateNames = Annotated[tuple[Name, ...], Names.COVARIATE]


class AnalysisPart(Part):
    """What every analysis has."""

    by_visit: ClassVar[bool] = False
    """The analysis takes all visits of the schedule where it names none."""
    population: Annotated[str, Names.POPULATION] = "randomised"
    """Key under populations."""
    prespecified: bool = True
    """Laid down before the data were seen."""


class ModelPart(AnalysisPart):
    """What every model of an endpoint has."""

    model_config = ConfigDict(json_schema_extra=partial(not_required, "endpoint"))

    endpoint: EndpointName
    """Key under endpoints; left out: that of the estimand."""
    estimand: Annotated[str, Names.ESTIMAND] = ""
    """Key under estimands, where this analysis answers one; its population and events then apply."""
    covariates: CovariateNames = ("baseline",)
    """`baseline` for the endpoint's baseline value; participants' columns or covariates. Strata are always added."""
    df: DfMethod = DfMethod.KENWARD_ROGER_LINEAR
    """Degrees of freedom."""
    confidence: Percent = 0.95
    """Level of all intervals."""
