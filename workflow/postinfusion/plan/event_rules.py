"""The rules between an analysis of the time to an event, its endpoint and the design."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem
from postinfusion.plan.analyses.time_to_event import OF_VISITS, RELAPSE, Intercurrent, TimeToEvent
from postinfusion.plan.endpoints import Endpoint, Strategy
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.responses import IMPROVES
from postinfusion.plan.uses import BASELINE


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which analyses of the time to an event do not fit the rest of the plan."""
    for key, analysis in plan.analyses.items():
        if isinstance(analysis, TimeToEvent):
            way: Path = ("analyses", key)
            yield from _origin(plan, way, analysis)
            endpoint = plan.endpoints.get(analysis.endpoint)
            if endpoint is not None and analysis.event in OF_VISITS:
                yield from _criterion(plan, way, analysis, endpoint)
            yield from _strategies(plan, way, analysis)
            if BASELINE in analysis.covariates and not analysis.endpoint:
                text = "baseline is that of an endpoint, and this analysis has none. Name one, or remove it here."
                yield plan.places.problem((*way, "covariates"), text)


def ends_of_observation(plan: Plan, analysis: TimeToEvent) -> tuple[str, ...]:
    """Name the kinds of event that end observation: those of the analysis, and the hypothetical of its estimand."""
    estimand = plan.estimands.get(analysis.estimand)
    events = estimand.events if estimand else {}
    hypothetical = (event for event, strategy in events.items() if strategy is Strategy.HYPOTHETICAL)
    return tuple(dict.fromkeys([*analysis.censored_at, *hypothetical]))


def _strategies(plan: Plan, way: Path, analysis: TimeToEvent) -> Iterator[Problem]:
    """Check the estimand's endpoint, and that it and the analysis do the same with each kind of event."""
    estimand = plan.estimands.get(analysis.estimand)
    if estimand is None:
        return
    if analysis.endpoint and estimand.variable.endpoint != analysis.endpoint:
        text = f"estimand {analysis.estimand} is about {estimand.variable.endpoint}. Make them agree."
        yield plan.places.problem((*way, "endpoint"), text)
    own = analysis.event.intercurrent if isinstance(analysis.event, Intercurrent) else ()
    for event, strategy in estimand.events.items():
        said = f"estimand {analysis.estimand} says {strategy.value} for {event}"
        ends = event in analysis.censored_at and strategy is not Strategy.HYPOTHETICAL
        if event in own and strategy is Strategy.HYPOTHETICAL:
            text = f"{said}, as if it had not happened, and it is the event that is timed. Write another estimand."
            yield plan.places.problem((*way, "event"), text)
        elif ends or event in analysis.competing:
            field = "competing" if event in analysis.competing else "censored_at"
            yield plan.places.problem((*way, field), f"{said}, and it stands here. Keep one of them.")


def _origin(plan: Plan, way: Path, analysis: TimeToEvent) -> Iterator[Problem]:
    """Check that the infusion that times are counted from is known."""
    unknown = plan.left_out.touches("design")
    if analysis.since == "planned-last-infusion" and not plan.design.infusions and not unknown:
        text = "planned-last-infusion needs design, infusions: when each was planned. Add it, or choose another."
        yield plan.places.problem((*way, "since"), text)
    if analysis.since == "last-infusion" and not plan.design.has_infusions and not unknown:
        yield plan.places.problem((*way, "since"), "this design has no infusions. Choose time-zero or response.")


def _criterion(plan: Plan, way: Path, analysis: TimeToEvent, endpoint: Endpoint) -> Iterator[Problem]:
    """Check that the endpoint declares what the event is."""
    needed = "remission" if analysis.event == "remission" else "response"
    declared = endpoint.remission if needed == "remission" else endpoint.response
    if declared is None:
        text = f"endpoint {analysis.endpoint} declares no {needed}. Add {needed} and change_source there."
        yield plan.places.problem((*way, "event"), text)
    if endpoint.better not in IMPROVES:
        text = f"endpoint {analysis.endpoint} has no direction of benefit, so nothing is a {needed}. Use a threshold."
        yield plan.places.problem((*way, "event"), text)
    if analysis.event == RELAPSE and analysis.relapse_below and declared and analysis.relapse_below > declared:
        text = "a response would be lost at the moment it is reached: relapse_below lies above response. Lower it."
        yield plan.places.problem((*way, "relapse_below"), text)
