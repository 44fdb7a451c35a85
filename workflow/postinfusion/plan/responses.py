"""Which parameters have a declared response, of all that endpoints say: what derivation needs to know of them."""

from __future__ import annotations

from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Better

IMPROVES = {Better.LOWER: -1.0, Better.HIGHER: 1.0}


def responses(plan: Plan) -> dict[str, tuple[float, Better]]:
    """Give the parameters for which the plan declares a response: the share of baseline, and the direction."""
    return {
        endpoint.parameter: (endpoint.response, endpoint.better)
        for endpoint in plan.endpoints.values()
        if endpoint.response is not None and endpoint.better in IMPROVES
    }
