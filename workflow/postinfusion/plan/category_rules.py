"""The rules between an analysis of a binary status or of ordered categories, its endpoint and the design."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem, listed
from postinfusion.instruments.catalogue import find_score
from postinfusion.instruments.model import Rule
from postinfusion.plan.analyses.counts import Counts
from postinfusion.plan.analyses.ordinal import Shift
from postinfusion.plan.analyses.responders import ReliableChange, RepeatedBinary, Response
from postinfusion.plan.analyses.timed_task import TimedTask
from postinfusion.plan.endpoints import Endpoint, EndpointKind, Strategy
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Better

_SECONDS = frozenset({"s", "sec", "second", "seconds"})
_NO_DIRECTION = "the endpoint has no direction of benefit. Write better: lower or higher there."


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which analyses of a status or of categories do not fit the rest of the plan."""
    for key, analysis in plan.analyses.items():
        if isinstance(analysis, Counts):
            yield from _counts(plan, ("analyses", key), analysis)
        if isinstance(analysis, TimedTask):
            yield from _timed_task(plan, ("analyses", key), analysis)
        if isinstance(analysis, Counts | Response | ReliableChange):
            yield from _strategies(plan, ("analyses", key), analysis)
        if not isinstance(analysis, Response | ReliableChange | RepeatedBinary | Shift):
            continue
        endpoint, way = plan.endpoints.get(analysis.endpoint), ("analyses", key)
        if endpoint is not None:
            if endpoint.better is Better.NONE and not _takes_the_value(analysis):
                yield plan.places.problem((*way, "endpoint"), _NO_DIRECTION)
            yield from _thresholds(plan, way, analysis, endpoint)
        if isinstance(analysis, Response):
            yield from _durability(plan, way, analysis)
    yield from _timed_endpoints(plan)


def _counts(plan: Plan, way: Path, analysis: Counts) -> Iterator[Problem]:
    """Check that the endpoints of counts say over which days they count."""
    for field in ("endpoint", "before"):
        name = getattr(analysis, field)
        endpoint = plan.endpoints.get(name)
        if endpoint is not None and endpoint.kind is not EndpointKind.COUNT:
            text = f"endpoint {name} is no count of events over days. Write kind: count and days under it."
            yield plan.places.problem((*way, field), text)


def _strategies(plan: Plan, way: Path, analysis: Counts | Response | ReliableChange) -> Iterator[Problem]:
    """Check the estimand's endpoint, and that no value is left out by it and then counted as failure."""
    estimand = plan.estimands.get(analysis.estimand)
    if estimand is None:
        return
    if estimand.variable.endpoint != analysis.endpoint:
        text = f"estimand {analysis.estimand} is about {estimand.variable.endpoint}. Make them agree."
        yield plan.places.problem((*way, "endpoint"), text)
    if analysis.missing != "failure":
        return
    hypothetical = [event for event, strategy in estimand.events.items() if strategy is Strategy.HYPOTHETICAL]
    if hypothetical:
        text = (
            f"estimand {analysis.estimand} leaves out what follows {listed(hypothetical)} as if it had not happened, "
            "and missing: failure would count it as failure, which is another strategy. Write missing: observed, or "
            "another estimand."
        )
        yield plan.places.problem((*way, "missing"), text)


def _timed_task(plan: Plan, way: Path, analysis: TimedTask) -> Iterator[Problem]:
    """Check that the endpoints of timed tasks are such."""
    for field in ("endpoint", "given"):
        name = getattr(analysis, field)
        endpoint = plan.endpoints.get(name)
        unit = _known_unit(plan, endpoint) if endpoint is not None else ""
        if endpoint is not None and unit:
            found = [key for key, other in plan.endpoints.items() if _is_timed_task(plan, other)]
            here = f"Timed tasks here: {', '.join(found)}." if found else "No endpoint of this plan is a timed task."
            text = f"{endpoint.parameter} is counted in {unit}: choose mmrm, ancova or another method of scores. {here}"
            yield plan.places.problem((*way, field), text)
        elif endpoint is not None and endpoint.kind is not EndpointKind.TIMED_TASK:
            text = f"endpoint {name} is no timed task. Write kind: timed-task under it."
            yield plan.places.problem((*way, field), text)


def _timed_endpoints(plan: Plan) -> Iterator[Problem]:
    """Check that what is called a timed task is measured in seconds, where the scale is known."""
    for key, endpoint in plan.endpoints.items():
        unit = _known_unit(plan, endpoint)
        if endpoint.kind is EndpointKind.TIMED_TASK and unit:
            text = f"{endpoint.parameter} is counted in {unit}, and a timed task in seconds. Leave kind out."
            yield plan.places.problem(("endpoints", key, "kind"), text)


def _is_timed_task(plan: Plan, endpoint: Endpoint) -> bool:
    """Say whether an endpoint is a timed task, and not one whose scale says otherwise."""
    return endpoint.kind is EndpointKind.TIMED_TASK and not _known_unit(plan, endpoint)


def _known_unit(plan: Plan, endpoint: Endpoint) -> str:
    """Give the unit of a known score that is no time; empty for seconds, for ratios of seconds, and where none is said.

    A scale of the plan that leaves its unit out says nothing of it.
    """
    found = find_score(endpoint.measure, endpoint.score, plan.instruments)
    score = found.description if found else None
    if found is None or score is None or (found.name in plan.instruments and "unit" not in score.model_fields_set):
        return ""
    parts = [found.instrument.scores[name] for name in score.of] if score.rule is Rule.RATIO else [score]
    return "" if all(part.unit in _SECONDS for part in parts) else score.unit


def _takes_the_value(analysis: Response | ReliableChange | RepeatedBinary | Shift) -> bool:
    """Say whether an analysis takes the value as it is, so that no direction is needed."""
    return isinstance(analysis, RepeatedBinary) and analysis.status == "value"


def _thresholds(
    plan: Plan, way: Path, analysis: Response | ReliableChange | RepeatedBinary | Shift, endpoint: Endpoint
) -> Iterator[Problem]:
    """Check that the endpoint has what the analysis judges by."""
    held = {"response": endpoint.response is not None, "remission": endpoint.remission is not None}
    if isinstance(analysis, Response):
        for name in (name for name in analysis.criteria if not held[name]):
            yield plan.places.problem((*way, "criteria"), _lacking(analysis.endpoint, name))
        if not analysis.criteria and not any(held.values()):
            yield plan.places.problem((*way, "endpoint"), _lacking(analysis.endpoint, "response"))
        if analysis.durable_at and not held["response"]:
            yield plan.places.problem((*way, "durable_at"), _lacking(analysis.endpoint, "response"))
    if isinstance(analysis, RepeatedBinary) and not held.get(analysis.status, True):
        yield plan.places.problem((*way, "status"), _lacking(analysis.endpoint, analysis.status))
    if isinstance(analysis, ReliableChange):
        yield from _index(plan, way, analysis, endpoint)


def _lacking(endpoint: str, name: str) -> str:
    """Say that an endpoint does not have a threshold."""
    return f"endpoint {endpoint} declares no {name}. Add {name} and change_source there."


def _index(plan: Plan, way: Path, analysis: ReliableChange, endpoint: Endpoint) -> Iterator[Problem]:
    """Check that SD and reliability are known; without them only an important change can be judged."""
    found = find_score(endpoint.measure, endpoint.score, plan.instruments)
    of_scale = found.description.reliable_change if found and found.description else None
    known = {
        "sd": analysis.sd or (of_scale and of_scale.sd),
        "reliability": analysis.reliability or (of_scale and of_scale.reliability),
    }
    lacking = [name for name, value in known.items() if value is None]
    if lacking:
        text = (
            f"neither the plan nor the catalogue of scales gives {' and '.join(lacking)}, so no change is known to be "
            "reliable. Add it with reliability_source."
        )
        yield plan.places.problem(way, text, "error" if endpoint.important_change is None else "warning")


def _durability(plan: Plan, way: Path, analysis: Response) -> Iterator[Problem]:
    """Check that durability has an anchor, and visits after it."""
    if not analysis.durable_at or plan.left_out.touches("design") or plan.left_out.touches("schedule"):
        return
    if analysis.durable_since == "last-infusion" and not plan.design.infusions:
        text = "last-infusion needs design, infusions: when each is planned. Add it, or choose time-zero."
        yield plan.places.problem((*way, "durable_since"), text)
        return
    anchor = plan.design.infusions[-1] if analysis.durable_since == "last-infusion" else 0.0
    first = plan.nominal_hours.get(analysis.durable_from)
    if first is not None and first <= anchor:
        text = f"{analysis.durable_from} does not come after what durability counts from. Name a later visit."
        yield plan.places.problem((*way, "durable_from"), text)
