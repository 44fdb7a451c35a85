"""The measures of an analysis of weight, and their names in a title."""

from __future__ import annotations

from postinfusion.plan.analyses import Weight
from postinfusion.plan.endpoints import Endpoint
from postinfusion.present.results import Results


def measures(results: Results) -> list[Endpoint]:
    """Give the endpoints of a weight analysis, in the order of the plan."""
    keys = results.analysis.endpoints if isinstance(results.analysis, Weight) else ()
    return [results.plan.endpoints[key] for key in keys]


def measures_in_words(results: Results) -> str:
    """Name the measures of a weight analysis: ``body weight and body mass index``."""
    *others, last = [f"{endpoint.label[:1].lower()}{endpoint.label[1:]}" for endpoint in measures(results)]
    return f"{', '.join(others)} and {last}" if others else last
