"""How the participants are protected: how exposed they are, and what the researcher declared to identify nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.vocabulary import Privacy


def anonymity_part(found: Mapping[str, Any], mode: Privacy, small_cell: int) -> Part:
    """Give the k-anonymity of the participants: for what somebody may know, how many it singles out.

    Parameters
    ----------
    found
        What the check found, as plain values; counts only.
    mode, small_cell
        In a public report counts from 1 to ``small_cell`` - 1 are not printed.
    """
    cases = [("All of them", found["all"])]
    cases += [(f"Only {one['attributes'][0]}", one) for one in found["alone"]]
    left_out = zip(found["all"]["attributes"], found["without"], strict=False)
    cases += [(f"All but {name}", one) for name, one in left_out]
    hidden = small_cell if mode is Privacy.PUBLIC else 0
    rows = tuple(Row(known, _cells(one, hidden)) for known, one in cases)
    return Part(("Known to somebody", "Smallest group", "Unique participants"), rows, "k-anonymity")


def declared_part(declared: Mapping[str, tuple[str, ...]]) -> Part:
    """Give the columns that the researcher declares to identify nobody, although they look so."""
    rows = tuple(Row(file, (", ".join(columns),)) for file, columns in declared.items())
    return Part(("File", "Columns"), rows, "Declared by the researcher to identify nobody", is_text=True)


def _cells(one: Mapping[str, Any], hidden: int) -> tuple[str, str]:
    """Give the size of the smallest group and how many are unique, each unless it is a small count to hide."""
    unique = formats.statistic("n", one["unique"])
    share = formats.statistic("proportion", one["share"])
    smallest = f"<{hidden}" if one["smallest"] < hidden else formats.statistic("n", one["smallest"])
    return smallest, f"<{hidden}" if 0 < one["unique"] < hidden else formats.count_with_percent(unique, share)
