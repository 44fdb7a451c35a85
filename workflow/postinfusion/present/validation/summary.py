"""The comparisons of the models with other programs and publications, summed up for the section on governance.

``summary.json`` is written by ``make validate`` and is not edited; it lies in a package of its own, so that only what
shows it is stale when it changes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from postinfusion.present import formats
from postinfusion.present.display import Label, Part, Row, Table

_COLUMNS = (
    "Reference case",
    "Compared with",
    "Comparisons",
    "Numbers",
    "Largest difference, % of its tolerance",
    "Agreement",
)
_TITLE = "Agreement with other programs and publications"


@dataclass(frozen=True)
class CaseSummary:
    """What one reference case compared.

    Attributes
    ----------
    case
        Name of its folder under ``tests/reference``.
    programs
        What it was compared with.
    comparisons, numbers
        How many quantities, and how many numbers these hold.
    failed
        How many comparisons do not agree.
    largest_share_of_tolerance
        The largest difference in units of its tolerance; None when there is no number to compare.
    """

    case: str
    programs: tuple[str, ...]
    comparisons: int
    numbers: int
    failed: int
    largest_share_of_tolerance: float | None


@cache
def case_summaries() -> tuple[CaseSummary, ...]:
    """Read the generated summary, case by case."""
    text = files(__package__).joinpath("summary.json").read_text(encoding="utf-8")
    return tuple(_case_summary(item) for item in json.loads(text)["cases"])


def validation_sentence(cases: Sequence[CaseSummary]) -> str:
    """Say in one sentence how far the models agree with what they were compared with."""
    numbers, comparisons = (sum(getattr(case, name) for case in cases) for name in ("numbers", "comparisons"))
    failed = sum(case.failed for case in cases)
    found = (
        f"{failed} of the {comparisons:,} comparisons do not, and results of such models must not be relied on"
        if failed
        else "every one agrees within its tolerance, which was fixed beforehand: 1/10,000 of its standard error for an "
        "estimate of another program, half a unit of the last printed digit for a published number"
    )
    return (
        f"The models of this version were fitted to the data of {len(cases)} reference cases and compared with "
        f"{numbers:,} numbers of other programs and of publications: {found}."
    )


def validation_table(cases: Sequence[CaseSummary]) -> Table:
    """Give the summary as a table with a row for each case.

    Parameters
    ----------
    cases
        As of :func:`case_summaries`.
    """
    rows = tuple(Row(case.case, _cells(case)) for case in cases)
    return Table(Label("", "", _TITLE), (Part(_COLUMNS, rows, is_text=True),))


def _case_summary(item: Mapping[str, Any]) -> CaseSummary:
    """Give one case from its entry."""
    return CaseSummary(**{**item, "programs": tuple(item["programs"])})


def _cells(case: CaseSummary) -> tuple[str, ...]:
    """Give the texts of a case's row."""
    agreement = "all" if not case.failed else f"{case.failed} of {case.comparisons:,} do not"
    return (
        "; ".join(case.programs),
        f"{case.comparisons:,}",
        f"{case.numbers:,}",
        _share(case.largest_share_of_tolerance),
        agreement,
    )


def _share(share: float | None) -> str:
    """Give a difference in percent of its tolerance, rounded up."""
    return formats.NOT_ESTIMABLE if share is None else f"{math.ceil(100 * share)}"
