"""Rows of harms repeated in groups of participants, as by diagnosis or below a body mass index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd

from postinfusion.analyses.populations import Members, denominators, groups_by
from postinfusion.ard.build import Row, error_row, warning_row
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import DividedPart
from postinfusion.vocabulary import BODY_MASS_INDEX, in_order

_FEWEST = 3


def with_groups(
    analysis: DividedPart,
    population: Members,
    rows_of: Callable[[Members], list[Row]],
    *,
    in_group: Callable[[Members], list[Row]] | None = None,
) -> list[Row]:
    """Give the rows of all participants, and those of each group of each factor of the plan.

    Arms with fewer than 3 participants in a group are described and not compared. Whoever has no value of a factor is
    in none of its groups, and told in a warning. What the data do not allow in one group is told there.

    Parameters
    ----------
    analysis
        Names the factors.
    population
        Who is counted.
    rows_of
        Gives the rows of the participants of a population.
    in_group
        Gives those of a group, where not all are repeated.

    Raises
    ------
    ModelError
        The data hold no values of a factor, or do not allow the analysis of all participants.
    """
    result = rows_of(population)
    told = {str(row["error"]) for row in result if row["stat_name"] == "error"}
    for factor, groups in _factors(analysis, population):
        lost = int(groups.isna().sum())
        if lost:
            result.append(warning_row(f"{lost} participants have no value of {factor}: they are in none of its groups"))
        for level, inside in _levels(population, groups):
            sizes = inside.n_by_arm
            result += [
                row | {"subgroup": factor, "subgroup_level": level}
                for row in _tried(in_group or rows_of, inside)
                if row["stat_name"] != "warning" and sizes[str(row.get("arm", ""))] and row.get("error") not in told
            ]
    return result


def groups_of(analysis: DividedPart, population: Members) -> Iterator[tuple[str, str, Members]]:
    """Give each group of each factor of the plan: the name of the factor, its level, and the participants.

    Raises
    ------
    ModelError
        The data hold no values of a factor.
    """
    for factor, groups in _factors(analysis, population):
        yield from ((factor, level, inside) for level, inside in _levels(population, groups))


def _levels(population: Members, groups: pd.Series) -> Iterator[tuple[str, Members]]:
    """Give the levels of a factor in order, with the participants of each."""
    for level in in_order({str(group) for group in groups.dropna()}):
        yield level, _inside(population, groups.astype("object").eq(level))


def _tried(rows_of: Callable[[Members], list[Row]], inside: Members) -> list[Row]:
    """Give the rows of a group; where there are none, its size and the reason."""
    try:
        return rows_of(inside)
    except ModelError as error:
        return [*denominators(inside), error_row(str(error))]


def _factors(analysis: DividedPart, population: Members) -> Iterator[tuple[str, pd.Series]]:
    """Give the name of each factor, with the group of each participant."""
    for name in analysis.by:
        groups = groups_by(population, name)
        yield name, groups.map(str).where(groups.notna())
    if analysis.bmi_below is not None:
        index = groups_by(population, "BMIBL").astype("float64")
        limit = f"{analysis.bmi_below:g}"
        groups = pd.Series(f"{limit} and above", index=index.index).mask(index < analysis.bmi_below, f"below {limit}")
        yield BODY_MASS_INDEX, groups.where(index.notna())


def _inside(population: Members, is_inside: pd.Series) -> Members:
    """Give the participants of one group; arms that are too small, and all with a small reference, are not compared."""
    inside = replace(population, frame=population.frame[is_inside.to_numpy(dtype=bool)])
    small = frozenset(arm for arm, n in inside.n_by_arm.items() if arm and n < _FEWEST)
    return replace(inside, reference=None) if inside.reference in small else replace(inside, too_small=small)
