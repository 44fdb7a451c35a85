"""The phases of a repeated course with maintenance: until when all are treated alike, and who goes on."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from postinfusion.plan.base import Part
from postinfusion.plan.named import Names
from postinfusion.plan.quantities import Hours, Name


class EntryByResponse(Part):
    """The response that lets a participant enter maintenance."""

    endpoint: Annotated[Name, Names.ENDPOINT]
    """Key under endpoints, with a response."""
    visit: Annotated[Name, Names.LATER_VISIT]
    """Visit of the induction at which it is judged."""


class Phases(Part):
    """Induction and maintenance; whatever is seen in maintenance is of participants who were selected for it."""

    induction_until: Hours = Field(gt=0)
    """End of the induction since time zero."""
    maintenance_from: Hours = Field(gt=0)
    """Start of maintenance since time zero."""
    entered: Annotated[str, Names.POPULATION] = ""
    """Who enters: a population with rule supplied, told by a flag of the participants."""
    response: EntryByResponse | None = None
    """Who enters: all who respond at a visit. Left out, with entered: whoever had an infusion in maintenance."""
    criterion: str = Field(min_length=1, max_length=200)
    """Who was to go on, in a few words, as in: response at day 28."""

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        """Refuse phases that overlap, and entry that is told twice."""
        if self.maintenance_from < self.induction_until:
            raise ValueError("maintenance_from lies before induction_until: phases do not overlap. Correct one of them")
        if self.entered and self.response is not None:
            raise ValueError("entered and response both say who enters. Keep one of them")
        return self
