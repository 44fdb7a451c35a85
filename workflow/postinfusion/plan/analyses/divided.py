"""What a plan asks of harms in the groups of participants in whom they matter."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from postinfusion.plan.analyses.base import AnalysisPart
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Name
from postinfusion.vocabulary import BODY_MASS_INDEX


class DividedPart(AnalysisPart):
    """What every analysis of harms, of monitoring and of medicines has: it is repeated in groups of participants."""

    by: Annotated[tuple[Name, ...], Names.GROUP] = Field(default=(), max_length=5)
    """Participants' columns whose groups are also shown apart, as `[diagnosis]`."""
    bmi_below: float | None = Field(default=None, gt=0, le=60)
    """Participants whose body mass index at baseline is below this, in kg/m², are also shown apart, as 16."""

    @property
    def factors(self) -> tuple[str, ...]:
        """The names of the factors in the results."""
        return (*self.by, *((BODY_MASS_INDEX,) if self.bmi_below is not None else ()))
