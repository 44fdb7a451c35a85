"""Models for repeated measures fitted to many replicates, whose searches for the optimum go on together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from postinfusion.core.batched_search import find_optima, is_stackable
from postinfusion.core.covariance_search import find_optimum
from postinfusion.core.fit import Optimum, OptimumReport
from postinfusion.core.repeated_measures import (
    Asked,
    Prepared,
    RepeatedMeasures,
    RepeatedMeasuresFit,
    fit_at_optimum,
    prepare_checked,
)
from postinfusion.errors import ModelError

# Enough to share the cost of a call, few enough for their cross-products to stay near the processor.
TOGETHER = 32

Found = tuple[Optimum, OptimumReport] | None


@dataclass(frozen=True)
class Replicate:
    """What came of one replicate.

    Attributes
    ----------
    fit
        None where there is none.
    reason
        Why there is none; empty otherwise.
    alone
        Whether the replicate was searched alone, since the search with the others did not reach its optimum.
    """

    fit: RepeatedMeasuresFit | None
    reason: str
    alone: bool


def fit_replicates(
    replicates: Iterable[RepeatedMeasures], covariance: str = "us", *, asked: Asked | None = None
) -> Iterator[Replicate]:
    """Fit the model to each replicate, as :func:`~postinfusion.core.repeated_measures.fit_repeated_measures` would.

    Parameters
    ----------
    replicates
        Data of one kind: the same columns and visits.
    covariance
        Structure of Sigma.
    asked
        Likelihood and inference.
    """
    wanted, left = asked or Asked(), iter(replicates)
    while some := list(islice(left, TOGETHER)):
        prepared = [_prepared(data, covariance, wanted) for data in some]
        found = iter(_searched([one for one in prepared if isinstance(one, Prepared)]))
        for data, one in zip(some, prepared, strict=True):
            if isinstance(one, str):
                yield Replicate(None, one, alone=False)
            else:
                yield _fitted(data, one, next(found), wanted)


def _prepared(data: RepeatedMeasures, covariance: str, asked: Asked) -> Prepared | str:
    """Prepare one replicate, or say why it cannot bear the model."""
    try:
        return prepare_checked(data, covariance, asked.method)
    except ModelError as error:
        return str(error)


def _searched(prepared: list[Prepared]) -> list[Found]:
    """Search the optima of replicates with equally many columns together; None where a search alone is needed."""
    found: list[Found] = [None] * len(prepared)
    for columns in sorted({one.blocks.products.q for one in prepared}):
        places = [
            place for place, one in enumerate(prepared) if one.blocks.products.q == columns and is_stackable(one.search)
        ]
        optima = find_optima([prepared[place].search for place in places]) if places else []
        for place, optimum in zip(places, optima, strict=True):
            found[place] = optimum
    return found


def _fitted(data: RepeatedMeasures, prepared: Prepared, found: Found, asked: Asked) -> Replicate:
    """Give the fit at the optimum that was found, or at the one that a search alone finds."""
    try:
        optimum, dossier = find_optimum(prepared.search) if found is None else found
        fit = fit_at_optimum(data, prepared, optimum, dossier, asked=asked)
    except ModelError as error:
        return Replicate(None, str(error), alone=found is None)
    return Replicate(fit, "", alone=found is None)
