"""Who is analysed, and in which arm."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.datasets.adam import participant_column, population_flag
from postinfusion.errors import ModelError
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
    too_small
        Arms that are described and not compared.
    """

    frame: pd.DataFrame
    arms: tuple[str, ...]
    reference: str | None
    too_small: frozenset[str] = field(default=frozenset(), kw_only=True)

    @cached_property
    def n_by_arm(self) -> dict[str, int]:
        """Participants by arm; the empty arm counts all."""
        return {"": len(self.frame), **{arm: int((self.frame["ARM"] == arm).sum()) for arm in self.arms}}

    @property
    def compared(self) -> tuple[str, ...]:
        """The arms that are compared with the reference arm."""
        others = (arm for arm in self.arms if arm != self.reference and arm not in self.too_small)
        return tuple(others) if self.reference else ()

    def of(self, arm: str) -> pd.DataFrame:
        """Give the participants of one arm; the empty arm gives all."""
        return self.frame if arm == "" else self.frame[self.frame["ARM"] == arm]

    def arm_of(self, records: pd.DataFrame) -> pd.Categorical:
        """Give the arm of each record of participants of the population: that of its participant."""
        arms = self.frame.set_index("USUBJID")["ARM"]
        return pd.Categorical(arms.reindex(records["USUBJID"]), arms.cat.categories)

    @property
    def last_arm(self) -> pd.Series:
        """The arm in which each participant ended the trial, by row of ``frame``."""
        return self.frame["ARM"]


@dataclass(frozen=True)
class CrossoverMembers(Members):
    """The participants of one population of a crossover trial: each is in several arms, one in each period.

    Arms are not compared between participants here: ``compared`` is empty.

    Attributes
    ----------
    kind
        ``P`` where treatments count as allocated, ``A`` as received.
    order
        The arms, the reference arm first.
    """

    kind: str = "P"
    order: tuple[str, ...] = ()

    @cached_property
    def n_by_arm(self) -> dict[str, int]:
        """Participants by treatment that they had in any period; the empty arm counts all."""
        return {arm: len(self.of(arm)) for arm in ("", *self.arms)}

    @property
    def compared(self) -> tuple[str, ...]:
        """No arms: participants are compared with themselves."""
        return ()

    @property
    def last_arm(self) -> pd.Series:
        """The last treatment that each participant received, by row of ``frame``; missing where there was none."""
        received = self.frame[[name for name in self.frame if name in {"TRT01A", "TRT02A", "TRT03A"}]]
        return received.mask(received == "").ffill(axis=1).iloc[:, -1]

    def of(self, arm: str) -> pd.DataFrame:
        """Give the participants who had a treatment in any period; the empty arm gives all."""
        columns = [f"TRT0{period}{self.kind}" for period in (1, 2, 3) if f"TRT0{period}{self.kind}" in self.frame]
        return self.frame if arm == "" else self.frame[(self.frame[columns] == arm).any(axis=1)]

    def arm_of(self, records: pd.DataFrame) -> pd.Categorical:
        """Give the arm of each record: the treatment of its period."""
        return pd.Categorical(records[f"TRT{self.kind}"], list(self.order))


def members(plan: Plan, adsl: pd.DataFrame, population: str) -> Members:
    """Give the participants of a population of the plan, each in the arm in which the population counts them."""
    column = "TRTA" if plan.populations[population].arm == "as-treated" else "TRTP"
    frame = adsl[adsl[population_flag(population)] == "Y"]
    names, reference = plan.design.arm_names, plan.design.reference
    first = [reference] if reference else []
    order = [*first, *(name for name in names if name != reference)]
    if plan.design.crossover is not None:
        kind = column[-1]
        empty = pd.Categorical([None] * len(frame), order)
        return CrossoverMembers(frame.assign(ARM=empty), names, reference, kind, tuple(order))
    return Members(frame.assign(ARM=pd.Categorical(frame[column], order)), names, reference)


def groups_by(population: Members, name: str) -> pd.Series:
    """Give the group of each participant by row of ``frame``; missing where it is not known.

    An empty text and a missing value both mean that it is not known, which is never a group.

    Raises
    ------
    ModelError
        The data hold no such column.
    """
    column = participant_column(name)
    if column not in population.frame:
        raise ModelError(f"the data hold no values of {name}, whose groups are kept apart")
    found = population.frame[column].astype("object")
    return found.where(found != "")


def unknown_rows(population: Members, name: str) -> list[Row]:
    """Warn of participants of whom the group is not known; nothing where all are in one."""
    lost = int(groups_by(population, name).isna().sum())
    text = f"{lost} participants have no value of {name}: they are in none of the groups"
    return [warning_row(text)] if lost else []


def are_several(groups: pd.Series) -> bool:
    """Say whether participants are of several groups, or may be: one who is not known may be of another."""
    return len(groups) > 1 and (bool(groups.isna().any()) or groups.nunique() > 1)


def denominators(population: Members) -> list[Row]:
    """Give the rows with the number of participants by arm and over all arms."""
    counts = population.n_by_arm.items()
    return [row for arm, n in counts for row in rows({"n_total": n}, variable="denominator", arm=arm)]
