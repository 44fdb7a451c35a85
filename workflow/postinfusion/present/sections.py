"""Which displays a section has, and the displays themselves or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from postinfusion.errors import PostinfusionError
from postinfusion.plan.plan import Plan
from postinfusion.present.claims import ANALYSIS_ID
from postinfusion.present.display import Absence, Drawing, Table, without_idle_notes
from postinfusion.present.figures.registry import draw
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import TABLES, clmt01, diag01, mult01, qct01
from postinfusion.vocabulary import OUTPUTS, Method, Output, Privacy, Section

_DROPPED = "the plan drops this output"
_NOT_ANALYSED = "the results do not hold this analysis"
_PUBLIC = "a public report shows no individual data"


@dataclass(frozen=True)
class Request:
    """One display that the plan asks for."""

    output: Output
    analysis_id: str


@dataclass(frozen=True)
class Made:
    """A display with the methods of its analysis."""

    display: Table | Drawing
    methods: str = ""


@dataclass(frozen=True)
class SectionDisplays:
    """What a section shows, in its order, and what it does not show although it was asked for."""

    section: Section
    made: tuple[Made, ...]
    absent: tuple[Absence, ...]


def requests(plan: Plan, section: Section) -> list[Request]:
    """Give the displays that the analyses of the plan allow in one section, output by output."""
    found = []
    for output in OUTPUTS.values():
        if output.section is section and output.method is not None:
            analyses = (key for key, analysis in plan.analyses.items() if analysis.method is output.method)
            found += [Request(output, analysis_id) for analysis_id in analyses]
    return _by_endpoint(plan, found)


def section_displays(
    plan: Plan, ard: pd.DataFrame, section: Section, courses: Mapping[str, pd.DataFrame]
) -> SectionDisplays:
    """Make every display of a section; one that cannot be made becomes an absence with its reason.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    section
        Which section.
    courses
        Individual courses by analysis; empty for a public report.
    """
    made: list[Made] = []
    absent: list[Absence] = []
    found: dict[str, Results] = {}  # displays of one analysis share its index
    for request in requests(plan, section):
        key = request.analysis_id
        results = found.get(key) or found.setdefault(key, results_of(plan, ard, key, courses.get(key)))
        reason = _obstacle(request, results)
        try:
            if not reason:
                made.append(Made(_display(request.output, results), methods_text(results)))
        except PostinfusionError as error:
            reason = str(error)
        if reason:
            absent.append(Absence(request.output.id, request.analysis_id, reason))
    if section is Section.GOVERNANCE:
        made += _of_all_models(plan, ard)
    if section is Section.CLAIMS:
        _add_claims(plan, ard, made, absent)
    return SectionDisplays(section, tuple(made), tuple(absent))


def _of_all_models(plan: Plan, ard: pd.DataFrame) -> list[Made]:
    """Make the tables about all models that the plan does not drop and that have rows."""
    tables = {"DIAG01": diag01.table, "QCT01": qct01.table}
    found = [make(plan, ard) for output_id, make in tables.items() if output_id not in plan.outputs.drop]
    return [Made(table) for table in found if table is not None]


def _add_claims(plan: Plan, ard: pd.DataFrame, made: list[Made], absent: list[Absence]) -> None:
    """Add the displays of the claims, or the reason why there is none."""
    results = results_of(plan, ard, ANALYSIS_ID)
    makers: dict[str, Callable[[], Table | Drawing | None]] = {
        "CLMT01": lambda: clmt01.table(plan, ard),
        "CLMG01": lambda: draw("CLMG01", results),
        "MULT01": lambda: mult01.table(plan, ard),
    }
    for output_id, make in makers.items():
        reason = _DROPPED if output_id in plan.outputs.drop else ""
        reason = reason or (_NOT_ANALYSED if results.rows.empty else "")
        try:
            display = None if reason else make()
        except PostinfusionError as error:
            display, reason = None, str(error)
        if display:
            made.append(Made(display))
        elif reason or output_id != "MULT01":
            absent.append(Absence(output_id, ANALYSIS_ID, reason or _NOT_ANALYSED))


def _display(output: Output, results: Results) -> Table | Drawing:
    """Make one display."""
    return without_idle_notes(TABLES[output.id](results)) if output.id in TABLES else draw(output.id, results)


def _obstacle(request: Request, results: Results) -> str:
    """Give the reason why a display is not even tried; empty when it is."""
    if request.output.id in results.plan.outputs.drop:
        return _DROPPED
    if request.output.individual and results.plan.privacy.mode is Privacy.PUBLIC:
        return _PUBLIC
    if results.rows.empty:
        return _NOT_ANALYSED
    return results.failure if results.has_only_failed else ""


def _by_endpoint(plan: Plan, found: list[Request]) -> list[Request]:
    """Keep the displays of one endpoint together, models first: what answers the question before its description."""
    endpoints = [_endpoint(plan, request.analysis_id) for request in found]
    order = {endpoint: place for place, endpoint in enumerate(plan.endpoints)}
    ranked = sorted(
        zip(endpoints, found, strict=True), key=lambda pair: (order.get(pair[0], -1), _rank(pair[1].output.method))
    )
    return [request for _, request in ranked]


def _endpoint(plan: Plan, analysis_id: str) -> str:
    """Give the endpoint of an analysis, or of the one that it stands beside; empty where there is none."""
    analysis = plan.analyses[analysis_id]
    beside = plan.analyses.get(getattr(analysis, "of", ""))
    return str(getattr(analysis, "endpoint", "") or getattr(beside, "endpoint", ""))


def _rank(method: Method | None) -> int:
    """Give the place of a method among the displays of one endpoint."""
    order = (
        Method.MMRM, Method.TRAJECTORY, Method.ANCOVA, Method.RANDOMISATION_TEST, Method.BEFORE_AFTER,
        Method.TWO_STAGE, Method.PHASES,
        Method.RESPONSE, Method.RELIABLE_CHANGE, Method.REPEATED_BINARY,
        Method.ORDINAL, Method.COUNTS, Method.TIMED_TASK, Method.TIME_TO_EVENT, Method.SUMMARY, Method.MISSINGNESS,
        Method.MASKING, Method.COURSES,
    )  # fmt: skip
    return order.index(method) if method in order else -1
