"""Who is analysed, and in which arm."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.ard.build import Row, rows
from postinfusion.datasets.adam import population_flag
from postinfusion.plan.plan import Plan


@dataclass(frozen=True)
class Members:
    """The participants of one population.

    Attributes
    ----------
    frame
        Rows of ADSL, with the arm in ``ARM`` as an ordered category, the reference arm first.
    arms
        Names of the arms in the order of the plan.
    reference
        The arm that the others are compared with; None in a single-arm trial.
    """

    frame: pd.DataFrame
    arms: tuple[str, ...]
    reference: str | None

    @property
    def n_by_arm(self) -> dict[str, int]:
        """Participants by arm; the empty arm counts all."""
        return {"": len(self.frame), **{arm: int((self.frame["ARM"] == arm).sum()) for arm in self.arms}}

    @property
    def compared(self) -> tuple[str, ...]:
        """The arms that are compared with the reference arm."""
        return tuple(arm for arm in self.arms if arm != self.reference) if self.reference else ()

    def of(self, arm: str) -> pd.DataFrame:
        """Give the participants of one arm; the empty arm gives all."""
        return self.frame if arm == "" else self.frame[self.frame["ARM"] == arm]


def members(plan: Plan, adsl: pd.DataFrame, population: str) -> Members:
    """Give the participants of a population of the plan, each in the arm in which the population counts them."""
    column = "TRTA" if plan.populations[population].arm == "as-treated" else "TRTP"
    frame = adsl[adsl[population_flag(population)] == "Y"]
    names, reference = plan.design.arm_names, plan.design.reference
    first = [reference] if reference else []
    order = [*first, *(name for name in names if name != reference)]
    return Members(frame.assign(ARM=pd.Categorical(frame[column], order)), names, reference)


def denominators(population: Members) -> list[Row]:
    """Give the rows with the number of participants by arm and over all arms."""
    counts = population.n_by_arm.items()
    return [row for arm, n in counts for row in rows({"n_total": n}, variable="denominator", arm=arm)]
