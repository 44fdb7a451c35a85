"""The rules of trials in stages: the second randomisation, the phases of a course, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem, listed, nearest
from postinfusion.plan.analyses import Analysis, PhasesAnalysis, Response, TwoStage
from postinfusion.plan.design import Rule
from postinfusion.plan.named import Names, names_in
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.re_randomised_design import SecondRandomisation
from postinfusion.vocabulary import DesignKind, Method

DESCRIBING = frozenset(
    {Method.DISPOSITION, Method.DEMOGRAPHICS, Method.SUMMARY, Method.MISSINGNESS, Method.WINDOWS, Method.WEIGHT,
     Method.COURSES, Method.ADVERSE_EVENTS, Method.TWO_STAGE, Method.PHASES}
)  # fmt: skip
"""Methods that compare no arms at visits of the second stage, or know that they changed."""
_OVER_TIME = frozenset({Method.TRAJECTORY, Method.TIME_TO_EVENT})


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which a plan does not fit its stages or phases."""
    if plan.left_out.touches("design") or plan.left_out.touches("schedule"):
        return
    design, second = plan.design, plan.design.second_randomisation
    is_two_stage = design.kind is DesignKind.RE_RANDOMISED
    if is_two_stage and second is None:
        text = "a re-randomised trial needs the key second_randomisation: after which visit, when, of which arms. Add"
        yield plan.places.problem(("design",), f"{text} it.")
    elif second is not None and not is_two_stage:
        text = "only kind: re-randomised has a second randomisation. Write that kind, or remove this."
        yield plan.places.problem(("design", "second_randomisation"), text)
    elif second is not None:
        yield from _second(plan, second)
        yield from _first_stage_only(plan, second)
    yield from _methods(plan)
    yield from _phases(plan)


def _second(plan: Plan, second: SecondRandomisation) -> Iterator[Problem]:
    """Check visit, time and arms of the second randomisation."""
    way: Path = ("design", "second_randomisation")
    if second.after not in plan.visit_names[1:]:
        near = nearest(second.after, plan.visit_names[1:]) or f"There are: {listed(plan.visit_names[1:])}."
        yield plan.places.problem((*way, "after"), f'"{second.after}" is not a visit after the baseline. {near}')
    elif plan.nominal_hours[second.after] > second.at:
        text = f"{second.after}, the last visit of the first stage, comes later than this. Correct one of them."
        yield plan.places.problem((*way, "at"), text)
    for arm in second.of_arms:
        if arm not in plan.design.arm_names:
            near = nearest(arm, plan.design.arm_names) or f"There are: {listed(plan.design.arm_names)}."
            yield plan.places.problem((*way, "of_arms"), f'"{arm}" is not an arm. {near}')


def _first_stage_only(plan: Plan, second: SecondRandomisation) -> Iterator[Problem]:
    """Check that nothing compares the arms of the first stage at a time at which some have another arm."""
    end = plan.nominal_hours.get(second.after, second.at)
    for key, analysis in plan.analyses.items():
        way: Path = ("analyses", key)
        if isinstance(analysis, TwoStage):
            yield from _stages(plan, way, analysis, end)
        elif analysis.method in _OVER_TIME or (isinstance(analysis, Response) and analysis.durable_at):
            field = "durable_at" if isinstance(analysis, Response) else "method"
            text = f"it follows participants beyond {second.after}, when some were given another arm. Use two-stage,"
            yield plan.places.problem((*way, field), f"{text} or a method at visits up to {second.after}.")
        elif analysis.method not in DESCRIBING:
            late = [name for name in _visits_of(plan, analysis) if plan.nominal_hours.get(name, 0) > end]
            if late:
                text = f"after {second.after} some participants have another arm, so arms of the first stage cannot"
                text += f" be compared at {listed(late)}. Name visits up to {second.after}, or use two-stage."
                yield plan.places.problem(way, text)


def _stages(plan: Plan, way: Path, analysis: TwoStage, end: float) -> Iterator[Problem]:
    """Check that each visit of a two-stage analysis lies in its stage."""
    hours, last = plan.nominal_hours, plan.design.second_randomisation
    assert last is not None  # noqa: S101 - asked only where there is one
    if hours.get(analysis.first, 0) > end:
        text = f"{analysis.first} comes after {last.after}, the last visit of the first stage. Name one up to it."
        yield plan.places.problem((*way, "first"), text)
    if hours.get(analysis.second, end + 1) <= end:
        text = f"{analysis.second} is not after {last.after}, the baseline of the second stage. Name a later one."
        yield plan.places.problem((*way, "second"), text)


def _visits_of(plan: Plan, analysis: Analysis) -> list[str]:
    """Give the visits at which an analysis compares: those that it names, else all where it takes all."""
    named = [name for _, kind, names in names_in(analysis) if kind is Names.LATER_VISIT for name in names]
    return named or (list(plan.visit_names[1:]) if analysis.by_visit else [])


def _methods(plan: Plan) -> Iterator[Problem]:
    """Check that methods of stages and phases are asked only where there are such."""
    needed = {
        Method.TWO_STAGE: (plan.design.second_randomisation, "design, kind: re-randomised, second_randomisation"),
        Method.PHASES: (plan.design.phases, "design, phases: until when induction, from when maintenance, who enters"),
    }
    for key, analysis in plan.analyses.items():
        part, what = needed.get(analysis.method, (True, ""))
        if part is None:
            yield plan.places.problem(("analyses", key, "method"), f"{analysis.method} needs {what}. Add it.")


def _phases(plan: Plan) -> Iterator[Problem]:
    """Check who enters maintenance, and that none of the visits named lies before it is known."""
    phases, way = plan.design.phases, ("design", "phases")
    if phases is None:
        return
    if phases.entered and getattr(plan.populations.get(phases.entered), "rule", None) is not Rule.SUPPLIED:
        supplied = [name for name, one in plan.populations.items() if one.rule is Rule.SUPPLIED]
        near = f"There are: {listed(supplied)}." if supplied else "There are none."
        text = f'"{phases.entered}" is not a population with rule supplied. {near}'
        yield plan.places.problem((*way, "entered"), text)
    if phases.response is not None:
        endpoint, visit = plan.endpoints.get(phases.response.endpoint), phases.response.visit
        if endpoint is None or endpoint.response is None:
            text = f'"{phases.response.endpoint}" is not an endpoint with a response. Give it one, or name another.'
            yield plan.places.problem((*way, "response", "endpoint"), text)
        if plan.nominal_hours.get(visit, phases.maintenance_from + 1) > phases.maintenance_from:
            text = f'"{visit}" is not a visit up to maintenance_from. Name one at which entry was decided.'
            yield plan.places.problem((*way, "response", "visit"), text)
    if not phases.entered and phases.response is None and "infusions" not in plan.sources:
        text = "nothing says who entered: write entered or response, or deliver the infusions."
        yield plan.places.problem(way, text)
    for key, analysis in plan.analyses.items():
        if isinstance(analysis, PhasesAnalysis) and all(
            plan.nominal_hours.get(name, 0) < phases.maintenance_from for name in _visits_of(plan, analysis)
        ):
            text = "no visit of it lies in maintenance. Name one, or remove the analysis."
            yield plan.places.problem(("analyses", key), text)
