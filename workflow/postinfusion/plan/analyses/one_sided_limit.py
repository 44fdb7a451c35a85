"""A limit with one side, which values can be beyond."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from postinfusion.plan.base import Part

SIGNS = {"below": "<", "at_most": "≤", "at_least": "≥", "above": ">"}


class OneSidedLimit(Part):
    """A limit that values below it, or above it, are beyond."""

    below: float | None = None
    """Values below this are beyond the limit."""
    at_most: float | None = None
    """Values of this and below are beyond the limit."""
    at_least: float | None = None
    """Values of this and above are beyond the limit."""
    above: float | None = None
    """Values above this are beyond the limit."""

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        """Refuse a limit without a side, or with two."""
        if sum(getattr(self, side) is not None for side in SIGNS) != 1:
            raise ValueError("a limit has exactly one of below, at_most, at_least, above")
        return self

    @property
    def side(self) -> str:
        """Which values are beyond the limit: ``below``, ``at_most``, ``at_least`` or ``above``."""
        return next(side for side in SIGNS if getattr(self, side) is not None)

    @property
    def value(self) -> float:
        """The limit itself."""
        return float(getattr(self, self.side))
