"""What the figures of single participants show: stretches within and outside of the band, and both changes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members
from postinfusion.analyses.weight_and_symptom import both_changes
from postinfusion.analyses.weight_records import Group, Weighings, groups, weighings
from postinfusion.analyses.weight_time import courses_within
from postinfusion.core.time_in_band import Stretches
from postinfusion.plan.analyses import WeightStability
from postinfusion.plan.plan import Plan

COLUMNS = ["USUBJID", "TRTP", "GROUP", "KIND", "START", "END", "SIDE", "WEIGHT", "SYMPTOM"]
STRETCH, INFUSION, CHANGES = "stretch", "infusion", "changes"


def individual_weights(plan: Plan, analysis: WeightStability, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the stretches of each participant, the infusions, and both changes at a visit. Internal only: not results.

    Returns
    -------
    pandas.DataFrame
        In each group those first who were longest within the band: ``USUBJID``, ``TRTP`` (arm), ``GROUP`` (of ``by``),
        ``KIND``; of a ``stretch`` ``START`` and ``END`` (h) and ``SIDE`` of the band (-1, 0, 1); of an ``infusion``
        ``START``; of ``changes`` ``WEIGHT`` (%) and ``SYMPTOM``.
    """
    weights = weighings(plan, analysis, adam, population)
    parts = [pd.DataFrame(columns=COLUMNS)]
    for group in groups(analysis, population):
        found = [_stretches(analysis, weights, group), _infusions(adam, group)]
        if analysis.symptom:
            changes = both_changes(plan, analysis, adam, weights, group.members)
            found.append(changes.reset_index(names="USUBJID").drop(columns="ARM").assign(KIND=CHANGES))
        arms = group.members.frame.set_index("USUBJID")["ARM"].astype("str")
        stacked = pd.concat([part for part in found if len(part)] or [parts[0]], ignore_index=True)
        level = str(group.key.get("subgroup_level", ""))
        parts.append(stacked.assign(TRTP=stacked["USUBJID"].map(arms), GROUP=level).reindex(columns=COLUMNS))
    kept = [part for part in parts if len(part)] or parts
    return pd.concat(kept, ignore_index=True)


def _stretches(analysis: WeightStability, weights: Weighings, group: Group) -> pd.DataFrame:
    """Give the stretches of the members of a group."""
    frames = [
        pd.DataFrame({"USUBJID": who, "KIND": STRETCH, "START": one.start, "END": one.end, "SIDE": one.side})
        for who, one in sorted(courses_within(weights, analysis, group.members).items(), key=_share, reverse=True)
        if len(one.start)
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _share(course: tuple[str, Stretches]) -> float:
    """Give the share of time within the band, to draw those first who were longest in it."""
    return course[1].share if course[1].covered > 0 else -1.0


def _infusions(adam: Adam, group: Group) -> pd.DataFrame:
    """Give the infusions of the members of a group."""
    if "ADEX" not in adam:
        return pd.DataFrame()
    mine = adam["ADEX"][adam["ADEX"]["USUBJID"].isin(group.members.frame["USUBJID"])]
    return pd.DataFrame({"USUBJID": mine["USUBJID"], "KIND": INFUSION, "START": mine["AHRFIRST"], "END": np.nan})
