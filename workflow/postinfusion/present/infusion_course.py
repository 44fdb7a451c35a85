"""What displays of vital signs and ratings around an infusion have in common."""

from __future__ import annotations

from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CourseMeasure, InfusionCoursePart
from postinfusion.present.results import Results


def course(results: Results) -> InfusionCoursePart:
    """Give the analysis, when it is of the minutes around an infusion and there is anything to show.

    Raises
    ------
    ModelError
        There is nothing to show.
    """
    analysis = results.analysis
    if not isinstance(analysis, InfusionCoursePart) or not shown(results, analysis):
        raise ModelError(results.failure or "the results hold no readings around infusions")
    return analysis


def shown(results: Results, analysis: InfusionCoursePart) -> list[tuple[CourseMeasure, Results]]:
    """Give the measures that the results hold, each with its rows."""
    there = set(results.values_of("parameter", stat_name="mean"))
    found = [measure for measure in analysis.measures if measure.measure in there]
    return [(measure, results.of_parameter(measure.measure)) for measure in found]


def hours_of(minute: int) -> str:
    """Give the time of a planned minute as the results write it."""
    return canonical_hours(minute / 60)


def out_of_time(rows: Results, measure: CourseMeasure) -> str:
    """Say how many readings are of no planned minute, and how many infusions lack one before; empty where none is."""
    name = measure.label or measure.measure
    counts = [
        (level, _over_arms(rows, "n_observations", level))
        for level in ("outside the tolerance", "again at the same minute", "at no known time since the start")
    ]
    told = [f"{n:.0f} readings {level}" for level, n in counts if n]
    said = [f"{name}: {', '.join(told)}, of no planned minute."] if told else []
    without = _over_arms(rows, "n_missing", "infusions without a reading before")
    said += (
        [f"{name}: {without:.0f} infusions without a reading before have no change, area and return."]
        if without
        else []
    )
    return " ".join(said)


def _over_arms(rows: Results, name: str, level: str) -> float:
    """Add a count over the arms."""
    return sum(rows.value(name, variable="reading", level=level, arm=arm) or 0 for arm in rows.arms)
