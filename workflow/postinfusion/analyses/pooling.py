"""Diagnoses are never pooled for body mass index: the same change is recovery in one and a loss in another."""

from __future__ import annotations

from postinfusion.analyses.among import chosen_participants
from postinfusion.analyses.populations import Members, are_several, groups_by
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Analysis, TimeToEvent
from postinfusion.plan.plan import Plan
from postinfusion.plan.pooling_rules import DIAGNOSIS, REMEDY, pooled_endpoint


def diagnoses_of(population: Members) -> int:
    """Give how many diagnoses are known among the participants; none where the data do not say."""
    return groups_by(population, DIAGNOSIS).nunique() if participant_column(DIAGNOSIS) in population.frame else 0


def groups_hold_several(population: Members, by: str) -> bool:
    """Say whether all participants, or those of one group of ``by``, have several diagnoses, or may have.

    A diagnosis that is not known may be another than those beside it.
    """
    if participant_column(DIAGNOSIS) not in population.frame:
        return False
    diagnoses = groups_by(population, DIAGNOSIS)
    if not by or participant_column(by) not in population.frame:
        return are_several(diagnoses)
    return any(are_several(of_group) for _, of_group in diagnoses.groupby(groups_by(population, by)))


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
        found = "body mass index of several or unknown diagnoses is not pooled: a gain is recovery in one and not in"
        raise ModelError(f"{found} another. {REMEDY}")
