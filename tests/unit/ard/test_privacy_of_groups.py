"""Participants in no group of a factor are not told by what all have and what the groups have."""

import pandas as pd
import pytest

from postinfusion.ard.build import rows, table
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select

ARM, OTHER = "Ketamine", "Midazolam"
OF_ALL = {"few": 14, "all but few": 17, "none": 12, "each": 18}
"""Term → participants of the first arm with it; of each group of 12 it has 6, and 6 of 30 are in no group."""


def counted(name: str, method: str, *, everyone: int) -> pd.DataFrame:
    made = []
    for group, size in (("", everyone), ("AN", 12), ("BN", 12)):
        of = {"subgroup": "diagnosis" if group else "", "subgroup_level": group}
        for arm in (ARM, OTHER):
            made += rows({"n_total": size}, variable="denominator", arm=arm, **of)
            for term, n in OF_ALL.items():
                number = 6 if group else n if arm == ARM else 12
                key = {"variable": "class-term", "level": "stomach", "term": term, "arm": arm}
                made += rows({"n": number, "n_events": 2 * number}, **key, **of)
    return table(made, trial="t", analysis_id=name, population="safety", method=method)


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    parts = [counted("harms", "adverse-events", everyone=30), counted("rates", "medication", everyone=30),
             counted("complete", "adverse-events", everyone=24)]  # fmt: skip
    return public(pd.concat(parts, ignore_index=True), small_cell=5)


def terms(found: pd.DataFrame, analysis: str, stat: str, **of: str) -> set[str]:
    """Give the terms of which anything is shown."""
    return {*select(found, analysis_id=analysis, stat_name=stat, **of).dropna(subset=["stat"])["term"]}


def test_few_in_no_group_are_not_what_the_groups_leave_of_all(found):
    assert terms(found, "harms", "n", subgroup="diagnosis") == {"none", "each"}
    assert terms(found, "harms", "n", subgroup="") == {*OF_ALL}


def test_numbers_of_events_go_with_a_line_of_few_in_no_group(found):
    assert not terms(found, "harms", "n_events", subgroup="diagnosis")


def test_groups_of_methods_that_go_together_go_with_few_in_no_group(found):
    assert not terms(found, "rates", "n", subgroup="diagnosis")


def test_where_everybody_is_in_a_group_nothing_else_is_hidden(found):
    assert terms(found, "complete", "n", subgroup="diagnosis") == {*OF_ALL}
