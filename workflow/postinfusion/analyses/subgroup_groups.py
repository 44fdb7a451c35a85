"""Participants divided into subgroups by what was known before treatment, and why a division cannot be tested."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from postinfusion.analyses.demographics import values_of
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.model_data import ARM, FEWEST_PARTICIPANTS
from postinfusion.analyses.pooling import groups_hold_several
from postinfusion.analyses.populations import Members
from postinfusion.datasets.adam import ADSL, participant_column
from postinfusion.errors import ModelError, listed
from postinfusion.plan.analyses import SubgroupFactor
from postinfusion.plan.plan import Plan
from postinfusion.plan.pooling_rules import DIAGNOSIS
from postinfusion.vocabulary import BODY_MASS_INDEX, FOR_AGE, in_order

MOST_GROUPS = 8
NOT_TESTABLE = "not testable"
_AFTER_RANDOMISATION = ("arm", "arm_2", "arm_actual", "exposure_days")


def groups_of(plan: Plan, factor: SubgroupFactor, adam: Adam, population: Members) -> pd.Series:
    """Give the group of each participant with a value, an ordered category by USUBJID.

    Raises
    ------
    ModelError
        The data hold no such values, numbers have no cuts, or words have some.
    """
    values = known_before_treatment(plan, factor.by, adam, population).dropna()
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return _cut(values.astype("float64"), factor)
    if factor.cuts:
        raise ModelError(f"{NOT_TESTABLE}: {factor.by} is no number, and cuts divide numbers: remove cuts")
    words = values.astype("str")
    if factor.containing:
        return _with_and_without(words[words != ""], factor.containing)
    return _ordered(words[words != ""], in_order(set(words) - {""}), factor.by)


def known_before_treatment(plan: Plan, name: str, adam: Adam, population: Members) -> pd.Series:
    """Give one variable by USUBJID, missing where there is no value.

    Raises
    ------
    ModelError
        The data hold none, or it follows randomisation, so that groups by it are no longer alike between arms.
    """
    if name in _AFTER_RANDOMISATION:
        raise ModelError(f"{NOT_TESTABLE}: {name} is the allocation or follows it, and tells no participants apart")
    try:
        values, _ = values_of(plan, name, adam, population)
    except ModelError as error:
        raise ModelError(f"{NOT_TESTABLE}: {error}") from error
    if values.isna().all() or (values.astype("object") == "").all():
        raise ModelError(f"{NOT_TESTABLE}: the data hold no values of {name}")
    return values


def unit_of(plan: Plan, name: str) -> str:
    """Give the unit of a variable; empty where it has none."""
    if name in plan.endpoints:
        return plan.endpoints[name].unit
    column = participant_column(name)
    return ADSL.column(column).unit if column in ADSL.names else ""


def refuse_undivided(people: pd.DataFrame, group: str, factor: SubgroupFactor) -> None:
    """Refuse a factor that cannot be told from something else.

    Parameters
    ----------
    people
        One row for each participant with a value: the arm and the group.
    group, factor
        Column of the group, and the factor of the plan.

    Raises
    ------
    ModelError
        Everyone is in one group, or each group is in one arm only.
    """
    name, levels = factor.by, [str(level) for level in people[group].unique()]
    if len(levels) == 1:
        who = "no participant has" if levels[0].startswith("without ") else "every participant has"
        same = f"{who} {factor.containing}" if factor.containing else f"{name} is {levels[0]} in all"
        nobody = "confounded with the whole trial. Without participants who differ in it nothing tells what it adds"
        raise ModelError(f"{NOT_TESTABLE}: {same}: {nobody}")
    if people.groupby(group, observed=True)[ARM].nunique().max() == 1:
        raise ModelError(
            f"{NOT_TESTABLE}: confounded, since each group of {name} is in one arm only. Its effect cannot be told "
            "from that of the treatment"
        )


def enough_in_each_arm(people: pd.DataFrame, group: str, arms: Sequence[str]) -> list[str]:
    """Give the groups that have three participants or more in each arm, in their order."""
    sizes = pd.crosstab(people[group], people[ARM]).reindex(columns=list(arms), fill_value=0)
    is_enough = (sizes >= FEWEST_PARTICIPANTS).all(axis=1)
    return [str(level) for level in people[group].cat.categories if bool(is_enough.get(level, False))]


def pools_diagnoses(plan: Plan, endpoint: str, population: Members) -> bool:
    """Say whether an analysis of all participants would put the body mass index of several diagnoses together."""
    return plan.endpoints[endpoint].measure in (BODY_MASS_INDEX, *FOR_AGE) and groups_hold_several(population, "")


NEVER_POOLED = (
    f"{NOT_TESTABLE}: diagnoses are never pooled for body mass index, where the same change is recovery in one and a "
    f"loss in another. Divide by {DIAGNOSIS}"
)


def _cut(values: pd.Series, factor: SubgroupFactor) -> pd.Series:
    """Give the groups of numbers: between the cuts, or each of a few numbers by itself."""
    if not factor.cuts:
        found = sorted(set(values))
        if len(found) > MOST_GROUPS:
            text = f"{factor.by} has {len(found)} different numbers. Say in cuts where groups begin"
            raise ModelError(f"{NOT_TESTABLE}: {text}, or use method: moderator")
        return _ordered(values.map("{:g}".format), [f"{number:g}" for number in found], factor.by)
    names = _names(factor.cuts)
    place = np.searchsorted(factor.cuts, values.to_numpy(), side="right")
    named = pd.Series([names[i] for i in place], index=values.index)
    return _ordered(named, [name for name in names if (named == name).any()], factor.by)


def _with_and_without(values: pd.Series, part: str) -> pd.Series:
    """Give who has a part of what the words name, and who has not."""
    has = values.str.casefold().str.contains(part.casefold(), regex=False)
    levels = [f"without {part}", f"with {part}"]
    named = np.where(has, levels[1], levels[0])
    return pd.Series(pd.Categorical(named, [level for level in levels if (named == level).any()]), index=values.index)


def _names(cuts: tuple[float, ...]) -> list[str]:
    """Name the groups between cuts.

    >>> _names((18.5, 25.0))
    ['< 18.5', '18.5 to < 25', '≥ 25']
    """
    between = [f"{low:g} to < {high:g}" for low, high in pairwise(cuts)]
    return [f"< {cuts[0]:g}", *between, f"≥ {cuts[-1]:g}"]


def _ordered(values: pd.Series, levels: list[str], name: str) -> pd.Series:
    """Give the values as an ordered category."""
    if len(levels) > MOST_GROUPS:
        text = f"{name} has {len(levels)} groups ({listed(levels[:3])} and more); at most {MOST_GROUPS} are compared"
        raise ModelError(f"{NOT_TESTABLE}: {text}")
    return pd.Series(pd.Categorical(values, levels), index=values.index)
