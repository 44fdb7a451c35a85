"""Beat the Blues, with dropout and covariates, in every covariance structure with R."""

from __future__ import annotations

from collections.abc import Iterator

from reference.comparisons import Comparison
from reference.mmrm_structures import fitted, structure_comparisons
from reference.reference_cases import beat_the_blues, numbers

CASE = numbers("mmrm_structures_beat_the_blues")


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    fit = fitted(
        frame=beat_the_blues(),
        response="bdi",
        fixed="bdi_pre + drug + length + treatment * month",
        subject="subject",
        visit="month",
    )
    yield from structure_comparisons(CASE, fit, arm="treatment", visit="month")
