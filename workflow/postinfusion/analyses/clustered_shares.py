"""Rows of a share of participants, infusions or sets of measurements, with limits that respect who they belong to."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.core.clustered_proportions import korn_graubard
from postinfusion.core.proportions import clopper_pearson, miettinen_nurminen

Key = dict[str, str]


def share_rows(counted: tuple[int, int], confidence: float, **key: str) -> list[Row]:
    """Give a share of participants with its exact interval.

    Parameters
    ----------
    counted
        How many, of how many; of at least 1.
    confidence
        Level of the interval.
    **key
        Key columns of the rows.
    """
    n, total = counted
    found = clopper_pearson(n, total, confidence=confidence)
    limits = {"conf_low": float(found.conf_low), "conf_high": float(found.conf_high)}
    return rows({"n": n, "n_total": total, "proportion": float(found.estimate), **limits}, **key)


def clustered_rows(has: pd.Series, subject: pd.Series, confidence: float, **key: str) -> list[Row]:
    """Give a share of units of which a participant may have several, with an interval that respects this.

    Parameters
    ----------
    has
        Whether each unit has the feature; at least one unit.
    subject
        The participant of each unit, on the same index.
    confidence
        Level of the interval.
    **key
        Key columns of the rows.
    """
    by_participant = has.astype("float64").groupby(subject).agg(["sum", "size"])
    found = korn_graubard(by_participant["sum"], by_participant["size"], confidence=confidence)
    numbers = {
        "n": float(has.sum()), "n_total": len(has), "proportion": found.estimate, "conf_low": found.conf_low,
        "conf_high": found.conf_high, "n_participants": len(by_participant),
    }  # fmt: skip
    return rows(numbers, **key)


def unknown_row(reason: str, **key: str) -> Row:
    """Give the count that cannot be told, with the reason."""
    (row,) = rows({"n": float("nan")}, **key)
    return row | {"error": reason}


def risk_differences(
    counts: dict[str, tuple[int, int]], population: Members, confidence: float, **key: str
) -> list[Row]:
    """Give the difference of each arm and the reference arm in a share of participants; none where an arm is empty.

    Parameters
    ----------
    counts
        By arm: how many, of how many.
    population
        Says which arms are compared.
    confidence
        Level of the interval.
    **key
        Key columns of the rows.
    """
    result: list[Row] = []
    reference = population.reference or ""
    for arm in population.compared:
        of_arm, of_reference = counts.get(arm, (0, 0)), counts.get(reference, (0, 0))
        if not of_arm[1] or not of_reference[1]:
            continue
        found = miettinen_nurminen(*of_arm, *of_reference, confidence=confidence)
        numbers = {
            "risk_difference": float(found.estimate),
            "conf_low": float(found.conf_low),
            "conf_high": float(found.conf_high),
        }
        result += rows(numbers, arm=arm, comparator=reference, **key)
    return result
