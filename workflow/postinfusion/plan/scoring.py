"""How scores are checked and computed: what the plan decides where the authors of a scale leave a choice."""

from __future__ import annotations

from typing import Literal

from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Percent


class ScoringRules(Part):
    """How scores are checked and computed."""

    out_of_range: Percent = 0.02
    """Values out of the range of their scale become missing; above this share of a measure the trial stops instead."""
    prefer: Literal["recomputed", "supplied"] = "recomputed"
    """Which counts where a supplied score differs from the one computed from items: the computed one, where all items
    are answered; or always the supplied one."""
    prorate: Percent | None = None
    """For scores without a rule of their authors: the share of items from which a score is prorated; left out: all."""
    aligned: tuple[str, ...] = ()
    """Scales whose export has turned the reversed items already."""
    lowest_unused: tuple[str, ...] = ()
    """Scales whose lowest answer nobody gave: it was looked at, and the export counts as the scale does."""
