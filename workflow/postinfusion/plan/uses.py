"""Which participants' columns and vital signs a plan uses, and where the plan says so."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.plan.analyses import VitalSigns
from postinfusion.plan.named import Names, names_in
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan

BASELINE = "baseline"
_COLUMNS = frozenset({Names.GROUP, Names.COVARIATE, Names.VARIABLE})


def columns_used(plan: Plan) -> Iterator[tuple[Path, str]]:
    """Give each use of a participants' column or covariate: the way to it in the plan, and its name."""
    for name in plan.design.strata:
        yield ("design", "strata"), name
    for key, analysis in plan.analyses.items():
        for way, kind, names in names_in(analysis):
            if kind in _COLUMNS:
                columns = (name for name in names if name != BASELINE and name not in plan.endpoints)
                yield from ((("analyses", key, *way), name) for name in columns)


def signs_by_visit(plan: Plan) -> set[str]:
    """Give the vital signs that an analysis describes by visit."""
    return {item.measure for part in plan.analyses.values() if isinstance(part, VitalSigns) for item in part.measures}
