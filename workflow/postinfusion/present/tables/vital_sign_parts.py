"""What tables of vital signs by visit have in common."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import VitalSign, VitalSigns
from postinfusion.present.results import Results


def vital_signs(results: Results) -> VitalSigns:
    """Give the analysis, when it is of vital signs by visit and there is anything to show.

    Raises
    ------
    ModelError
        There is nothing to show.
    """
    analysis = results.analysis
    if not isinstance(analysis, VitalSigns) or not shown(results, analysis):
        raise ModelError(results.failure or "the results hold no vital signs by visit")
    return analysis


def shown(results: Results, analysis: VitalSigns) -> list[tuple[VitalSign, Results]]:
    """Give the vital signs that the results hold, each with its rows."""
    there = set(results.values_of("parameter", stat_name="mean"))
    return [(item, results.of_parameter(item.measure)) for item in analysis.measures if item.measure in there]
