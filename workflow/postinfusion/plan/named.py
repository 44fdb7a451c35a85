"""What the fields of an analysis name: a field carries the kind in its annotation, and every check reads it there."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from postinfusion.plan.base import Part
from postinfusion.plan.places import Path


class Names(StrEnum):
    """What a field names, in the words of messages."""

    POPULATION = "a population"
    ESTIMAND = "an estimand"
    ENDPOINT = "an endpoint"
    ANALYSIS = "an analysis"
    ARM = "an arm"
    LATER_VISIT = "a visit of the schedule"
    GROUP = "a participants' column or covariate"
    COVARIATE = "baseline, a column or covariate"
    VARIABLE = "a column, covariate or endpoint"


def names_in(part: Part) -> Iterator[tuple[Path, Names, tuple[str, ...]]]:
    """Give what the fields of a part of the plan name: the way to the field within the part, the kind, the names.

    Fields that are empty name nothing; parts within the part are gone through too.
    """
    for field, info in type(part).model_fields.items():
        value = getattr(part, field)
        kinds = [kind for kind in info.metadata if isinstance(kind, Names)]
        if kinds and value:
            yield (field,), kinds[0], (value,) if isinstance(value, str) else tuple(value)
        for inner in (value,) if isinstance(value, Part) else value if isinstance(value, tuple) else ():
            if isinstance(inner, Part):
                yield from (((field, *way), kind, names) for way, kind, names in names_in(inner))
