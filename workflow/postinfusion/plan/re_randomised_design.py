"""The second randomisation of a trial in two stages: when it was, who could take part, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Hours, Name


class SecondRandomisation(Part):
    """The second randomisation of a trial in two stages.

    The participants' column `arm_2` holds the arm that each was allocated to then; it is empty for who was not
    randomised again.
    """

    after: Name
    """Last visit of the first stage; its value is the baseline of the second."""
    at: Hours = Field(gt=0)
    """Planned start of the second stage since time zero."""
    first_infusion: Annotated[int, Field(ge=2, le=500)] | None = None
    """Number of the infusion that begins the second stage: it starts then, for who had it; left out: as planned."""
    of_arms: tuple[Name, ...] = Field(min_length=1)
    """Arms of the first stage whose participants could be randomised again."""
    criterion: str = Field(min_length=1, max_length=200)
    """Who of them was, in a few words, as in: MADRS improved by less than half."""
