"""What data must hold for a model for repeated measures: refusals before the search for an optimum begins."""

from __future__ import annotations

import numpy as np

from postinfusion.core.covariance_search import subjects_together
from postinfusion.core.linalg import Array
from postinfusion.core.patterns import Integers
from postinfusion.core.subject_blocks import MANY_VISITS, SubjectBlocks
from postinfusion.errors import ModelError

# Pairs of visits that a message names.
SHOWN_PAIRS = 6


def check_data(subject: Integers, weights: Array | None) -> None:
    """Refuse a single subject, and weights that are not positive numbers."""
    if len(subject) and int(subject.max()) < 1:
        raise ModelError("One subject cannot tell the covariance between visits; at least two are needed")
    if weights is not None and not (np.isfinite(weights).all() and (weights > 0).all()):
        raise ModelError("The weights must be positive and finite; remove rows that are to count for nothing")


def check_information(blocks: SubjectBlocks, covariance: str, visits: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Refuse data in which the covariance parameters of a group are not identified."""
    for g in range(blocks.n_groups):
        together = subjects_together(blocks, g)
        place = f" in the group {groups[g]}" if groups else ""
        n_subjects = int(blocks.products.n[blocks.group == g].sum())
        if n_subjects < 2:
            raise ModelError(f"One subject{place} cannot tell the covariance between visits; at least two are needed")
        if len(together) > 1 and not np.triu(together, 1).any():
            raise ModelError(
                f"No subject{place} has two visits; without repeated measures fit an analysis of covariance"
            )
        if covariance == "us":
            _check_pairs(together, visits, place)
            _check_subjects(together, n_subjects, (blocks.products.q - 1) // len(visits), place)


def _check_pairs(together: Array, visits: tuple[str, ...], place: str) -> None:
    """Refuse an unstructured covariance with pairs of visits that hardly a subject has."""
    T = len(visits)
    never = [f"{visits[j]} and {visits[k]}" for j in range(T) for k in range(j) if together[j, k] < 2]
    if never:
        more = f" and {len(never) - SHOWN_PAIRS:,} more" if len(never) > SHOWN_PAIRS else ""
        raise ModelError(
            f"An unstructured covariance needs each pair of visits in at least two subjects{place}; missing: "
            f"{'; '.join(never[:SHOWN_PAIRS])}{more}. Choose a structured covariance"
        )


def _check_subjects(together: Array, n_subjects: int, effects: int, place: str) -> None:
    """Refuse an unstructured covariance of too few subjects for its visits beside a number of effects at each.

    With complete data a combination of the visits has no residual variance unless there are more subjects than visits
    and effects at a visit, so that the likelihood has no bound. With gaps the same happens when most pairs of many
    visits are seen in fewer subjects than there are visits.
    """
    T, effects = len(together), max(effects, 1)
    what = f"cannot carry an unstructured covariance of {T} visits"
    if n_subjects < T + effects:
        raise ModelError(
            f"{n_subjects} subjects{place} {what} beside {effects} effects at each: at least {T + effects} are needed; "
            "choose a structured one"
        )
    seen = float(np.median(together[np.triu_indices(T, 1)])) if T >= MANY_VISITS else np.inf
    if seen < T:
        raise ModelError(
            f"{n_subjects} subjects{place} {what} ({T * (T + 1) // 2} parameters): half of the pairs of visits are "
            f"seen in at most {seen:.0f} subjects, fewer than there are visits; choose a structured one"
        )
