"""What must be said beside results of participants who were selected by the course of the trial."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

_DESCRIBED_APART = frozenset({Method.TWO_STAGE, Method.PHASES, Method.DISPOSITION, Method.DEMOGRAPHICS, Method.WINDOWS})
_CUT = frozenset({Method.SUMMARY, Method.WEIGHT})


def selection_notes(results: Results) -> tuple[str, ...]:
    """Say which results are of selected participants: those in maintenance, and those after a second randomisation."""
    analysis = results.plan.analyses.get(results.analysis_id)
    if analysis is None or analysis.method in _DESCRIBED_APART:
        return ()
    return (*_in_maintenance(results), *_after_second_randomisation(results, analysis.method))


def _in_maintenance(results: Results) -> Iterator[str]:
    """Say that values in maintenance are of participants who were selected for it, and are still treated."""
    phases = results.plan.design.phases
    late = [] if phases is None else _visits_from(results, phases.maintenance_from)
    if phases is not None and late:
        yield (
            f"From {late[0]} on some participants are in maintenance: they were selected for it ({phases.criterion}) "
            "and are still treated. Nothing there shows how long a course lasts; comparisons are exploratory."
        )


def _after_second_randomisation(results: Results, method: Method) -> Iterator[str]:
    """Say what became of participants who were randomised again."""
    second = results.plan.design.second_randomisation
    if second is None:
        return
    if method is Method.ADVERSE_EVENTS:
        yield "Events count under the treatment at their onset; some participants had two, so arms are not compared."
    elif method in _CUT and _visits_from(results, second.at):
        yield (
            f"After {second.after}: only participants who were not randomised again ({second.criterion}: again), by "
            "their first arm. They were selected."
        )


def _visits_from(results: Results, hours: float) -> list[str]:
    """Give the visits with results that lie at or after a time."""
    nominal = results.plan.nominal_hours
    found = {*results.values_of("visit")}
    return [visit for visit in results.plan.visit_names if visit in found and nominal[visit] >= hours]
