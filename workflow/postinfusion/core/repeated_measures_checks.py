"""What data must hold for a model for repeated measures: refusals before the search for an optimum begins."""

from __future__ import annotations

import numpy as np

from postinfusion.core.covariance_search import pairwise_products
from postinfusion.core.linalg import Array
from postinfusion.core.patterns import Integers
from postinfusion.core.subject_blocks import SubjectBlocks
from postinfusion.errors import ModelError


def check_data(subject: Integers, weights: Array | None) -> None:
    """Refuse a single subject, and weights that are not positive numbers."""
    if len(subject) and int(subject.max()) < 1:
        raise ModelError("One subject cannot tell the covariance between visits; at least two are needed")
    if weights is not None and not (np.isfinite(weights).all() and (weights > 0).all()):
        raise ModelError("The weights must be positive and finite; remove rows that are to count for nothing")


def check_information(blocks: SubjectBlocks, covariance: str, visits: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Refuse data in which the covariance parameters of a group are not identified."""
    for g in range(blocks.n_groups):
        together = pairwise_products(blocks, g)[1]
        place = f" in the group {groups[g]}" if groups else ""
        n_subjects = int(blocks.products.n[blocks.group == g].sum())
        if n_subjects < 2:
            raise ModelError(f"One subject{place} cannot tell the covariance between visits; at least two are needed")
        if len(together) > 1 and not np.triu(together, 1).any():
            raise ModelError(
                f"No subject{place} has two visits; without repeated measures fit an analysis of covariance"
            )
        if covariance == "us":
            _check_unstructured(together, n_subjects, visits, place)


def _check_unstructured(together: Array, n_subjects: int, visits: tuple[str, ...], place: str) -> None:
    """Refuse an unstructured covariance with pairs of visits that hardly a subject has, or with too few subjects."""
    T = len(visits)
    never = [f"{visits[j]} and {visits[k]}" for j in range(T) for k in range(j) if together[j, k] < 2]
    if never:
        raise ModelError(
            f"An unstructured covariance needs each pair of visits in at least two subjects{place}; missing: "
            f"{'; '.join(never)}. Choose a structured covariance"
        )
    if n_subjects <= T:
        raise ModelError(
            f"{n_subjects} subjects{place} cannot carry an unstructured covariance of {T} visits; choose a structured "
            "one"
        )
