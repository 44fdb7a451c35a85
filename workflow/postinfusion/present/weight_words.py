"""The groups of an analysis of stable weight or of equivalence, and their names in displays."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.results import Results


def groups_shown(results: Results) -> list[dict[str, str]]:
    """Give the key columns of each group that is shown apart, in the order of the results; empty ones for everyone."""
    rows = results.rows.loc[results.rows["subgroup_level"] != "", ["subgroup", "subgroup_level"]].drop_duplicates()
    found = [{"subgroup": str(by), "subgroup_level": str(level)} for by, level in rows.itertuples(index=False)]
    return found or [{"subgroup": "", "subgroup_level": ""}]


def name_of(group: dict[str, str]) -> str:
    """Name a group."""
    return group["subgroup_level"] or "All participants"


def with_total(results: Results, arm: str, group: dict[str, str]) -> str:
    """Give the name of an arm with its number of participants in a group, as the heading of a column."""
    total = results.text("n_total", variable="denominator", arm=arm, **group)
    return f"{arm} {formats.count_in_brackets(total, sign='N')}" if total else arm
