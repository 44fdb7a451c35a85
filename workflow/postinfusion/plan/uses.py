"""Which participants' columns the design and the analyses of a plan use, and where the plan says so."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.plan.analyses import Ancova, Demographics, Mmrm, Trajectory, Weight
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan

BASELINE = "baseline"


def columns_used(plan: Plan) -> Iterator[tuple[Path, str]]:
    """Give each use of a participants' column or covariate: the way to it in the plan, and its name."""
    for name in plan.design.strata:
        yield ("design", "strata"), name
    for key, analysis in plan.analyses.items():
        match analysis:
            case Demographics():
                names = tuple(name for name in analysis.variables if name not in plan.endpoints)
                yield from ((("analyses", key, "variables"), name) for name in names)
            case Weight() if analysis.by:
                yield ("analyses", key, "by"), analysis.by
            case Mmrm() | Trajectory() | Ancova():
                names = tuple(name for name in analysis.covariates if name != BASELINE)
                yield from ((("analyses", key, "covariates"), name) for name in names)
