"""Diagnoses are never pooled for body mass index: the same change is recovery in one and a loss in another."""

from __future__ import annotations

from postinfusion.analyses.among import chosen_participants
from postinfusion.analyses.populations import Members
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Analysis, TimeToEvent
from postinfusion.plan.plan import Plan
from postinfusion.plan.pooling_rules import DIAGNOSIS, REMEDY, pooled_endpoint


def diagnoses_of(population: Members) -> int:
    """Give how many diagnoses the participants have; none where the data do not say."""
    column = participant_column(DIAGNOSIS)
    return len(set(population.frame[column].dropna()) - {""}) if column in population.frame else 0


def groups_hold_several(population: Members, by: str) -> bool:
    """Say whether all participants, or those of one group of ``by``, have several diagnoses."""
    column, groups = participant_column(DIAGNOSIS), participant_column(by) if by else ""
    if diagnoses_of(population) <= 1:
        return False
    if groups not in population.frame:
        return True
    known = population.frame[population.frame[column].notna() & (population.frame[column] != "")]
    return bool(known.astype({groups: "object"}).groupby(groups)[column].nunique().max() > 1)


def refuse_pooling(plan: Plan, analysis: Analysis, population: Members) -> None:
    """Refuse an analysis that would put the body mass index of several diagnoses together.

    Raises
    ------
    ModelError
        The population has several diagnoses, and the method takes them together.
    """
    if not pooled_endpoint(plan, analysis):
        return
    who = chosen_participants(analysis, population)[0] if isinstance(analysis, TimeToEvent) else population
    if groups_hold_several(who, getattr(analysis, "by", "")):
        found = f"body mass index of {diagnoses_of(who)} diagnoses is not pooled: a gain is recovery in one and not in"
        raise ModelError(f"{found} another. {REMEDY}")
