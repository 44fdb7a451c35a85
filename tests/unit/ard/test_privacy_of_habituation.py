"""Completers of all infusions, and all, do not tell of the few who stopped: of everybody, a group, or those in none."""

import pandas as pd
import pytest

from postinfusion.ard.build import rows, table
from postinfusion.ard.privacy import public

ARM = "Ketamine"
WHOLE, AN, BN = "", "AN", "BN"
Counts = dict[str, tuple[int, int, int, int]]
"""Group → participants and those with the event; completers and those with the event."""
ENOUGH: Counts = {WHOLE: (80, 40, 60, 30), AN: (40, 20, 30, 15), BN: (40, 20, 30, 15)}


def results(groups: Counts) -> pd.DataFrame:
    """Results of one side effect."""
    made = []
    for group, (people, affected, completed, of_completers) in groups.items():
        of = {"subgroup": "diagnosis" if group else "", "subgroup_level": group, "arm": ARM}
        made += rows({"n_total": people}, variable="denominator", **of)
        key = {"term": "nausea", **of}
        made += rows({"n": affected, "n_total": people}, variable="incidence", level="participants", **key)
        for level, size, n in (("all", people, affected), ("completers", completed, of_completers)):
            counted = {"n": n, "n_participants": size, "n_infusions": 6 * size, "n_events": 2 * n, "estimate": 0.9}
            made += rows(counted, variable="habituation", level=level, **key)
    return table(made, trial="t", analysis_id="effects", population="safety", method="side-effects")


def shown(groups: Counts) -> set[tuple[str, str, str]]:
    """Give variable, level and group of the numbers that are shown of participants."""
    found = public(results(groups), small_cell=5)
    found = found[found["stat"].notna() & found["stat_name"].isin(["n", "estimate"])]
    return {*found[["variable", "level", "subgroup_level"]].itertuples(index=False, name=None)}


def habituation(level: str, *groups: str) -> set[tuple[str, str, str]]:
    return {("habituation", level, group) for group in groups}


def test_where_enough_stopped_everywhere_all_is_shown():
    found = shown(ENOUGH)
    assert found >= habituation("completers", WHOLE, AN, BN) | habituation("all", WHOLE, AN, BN)


@pytest.mark.parametrize(
    "of_group",
    [(40, 20, 38, 18), (40, 20, 30, 18), (40, 20, 22, 4)],
    ids=["few stopped", "few with the event stopped", "few without it stopped"],
)
def test_completers_of_all_groups_go_where_one_tells_of_few_who_stopped(of_group):
    found = shown(ENOUGH | {AN: of_group, WHOLE: tuple(a + b for a, b in zip(of_group, ENOUGH[BN], strict=True))})
    assert not found & habituation("completers", AN, BN)


def test_incidence_in_groups_stays_where_completers_alone_go():
    found = shown(ENOUGH | {AN: (40, 20, 38, 18), WHOLE: (80, 40, 68, 33)})
    assert found >= {("incidence", "participants", group) for group in (WHOLE, AN, BN)}
    assert found >= habituation("all", WHOLE, AN, BN) | habituation("completers", WHOLE)


def test_few_who_stopped_in_no_group_are_not_what_the_groups_leave_of_all():
    found = shown(ENOUGH | {WHOLE: (100, 50, 78, 38)})
    assert not found & habituation("completers", AN, BN)
    assert found >= habituation("completers", WHOLE) | habituation("all", AN, BN)


def test_odds_go_with_a_suppressed_incidence_of_their_group():
    found = shown(ENOUGH | {AN: (40, 3, 30, 1), WHOLE: (80, 23, 60, 16)})
    assert not found & (habituation("all", AN, BN) | habituation("completers", AN, BN))
