"""The analyses of a drafted plan: those that design, schedule and number of participants bear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from postinfusion.plan.scaffold import Flow, Node, Noted
from postinfusion.sources.recognition.facts import DraftEndpoint, Facts
from postinfusion.sources.recognition.source_drafts import meanings_of_sex
from postinfusion.sources.recognition.survey import Survey
from postinfusion.sources.recognition.visits import as_duration
from postinfusion.sources.recognition.vital_signs import WORDS, by_visit

ENOUGH_FOR_MMRM = 8
FEWEST_FOR_A_MODEL = 3
ENOUGH_FOR_SLOPES = 15
SMALL = 20
_MOST_DETAILED = 6
_MOST_TIMES = 20
_DESCRIBED = ("age", "sex", "diagnosis", "subtype", "site", "illness_years", "failed_treatments", "height_cm")
_BASELINE_ENDPOINTS = 3


def analyses(survey: Survey, known: Facts, model: str) -> dict[str, Node]:
    """Give the analyses."""
    found: dict[str, Node] = {"flow": Flow({"method": "disposition"})}
    if described := _described(survey, known):
        found["demographics"] = Flow({"method": "demographics", "variables": Flow(described)})
    if model:
        found["primary"] = _model(known, model)
        if len(known.arms) > 1 and known.n_participants < SMALL * len(known.arms):
            test = Flow({"method": "randomisation-test", "of": "primary"})
            found["randomisation-test"] = Noted(test, "small trial: a test that rests on the randomisation alone")
    for one in known.endpoints[:_MOST_DETAILED]:
        found |= _of_endpoint(one, known, model)
    if weighs(survey):
        shown = ["weight", *(["bmi"] if has_height(survey) else [])]
        has_diagnosis = survey.described("diagnosis") is not None
        by: dict[str, Node] = {"by": "diagnosis"} if has_diagnosis else {}
        found["weight-by-visit"] = Flow({"method": "weight", "endpoints": Flow(shown), **by})
    if known_signs := by_visit(survey):
        found["vital-signs"] = _vital_signs(known_signs, known)
    if "adverse_events" in survey.found or "adverse_events" in survey.standards:
        population = "safety" if known.n_infusions else everyone(known)
        found["harms"] = Flow({"method": "adverse-events", "population": population})
    return found if len(known.arms) > 1 else {key: _of_everyone(node, known) for key, node in found.items()}


def primary_model(known: Facts) -> str:
    """Give the method of the primary analysis that design and number of participants bear; empty where none does."""
    if not known.endpoints or not after(known) or known.n_participants < FEWEST_FOR_A_MODEL:
        return ""
    enough = known.n_participants >= ENOUGH_FOR_MMRM * max(2, len(known.arms))
    return "mmrm" if enough and len(after(known)) > 1 else "trajectory"


def everyone(known: Facts) -> str:
    """Name the population of all participants: without a comparison nobody was randomised."""
    return "randomised" if len(known.arms) > 1 else "enrolled"


def after(known: Facts) -> list[str]:
    """Give the names of the visits after baseline."""
    return [visit.name for visit in known.visits[1:]]


def weighs(survey: Survey) -> bool:
    """Say whether body weight is delivered."""
    return "weights" in survey.found or "weights" in survey.standards


def has_height(survey: Survey) -> bool:
    """Say whether heights are delivered."""
    if "participants" in survey.standards:
        return "HEIGHTBL" in survey.standards["participants"][0].frame
    return survey.described("height_cm") is not None


def _described(survey: Survey, known: Facts) -> list[str]:
    """Give what the table of participants shows."""
    if "participants" in survey.standards:
        frame = survey.standards["participants"][0].frame
        found = [ours for ours, theirs in {"age": "AGE", "sex": "SEX", "site": "SITEID"}.items() if theirs in frame]
    else:
        unexplained = set() if any(map(meanings_of_sex, survey.found.values())) else {"sex"}
        found = [name for name in _DESCRIBED if name not in unexplained and survey.described(name)]
    return [*found, *(one.key for one in known.endpoints[:_BASELINE_ENDPOINTS])]


def _of_endpoint(one: DraftEndpoint, known: Facts, model: str) -> dict[str, Node]:
    """Give the analyses of one endpoint: what was observed, what is missing, courses, and a model of its own."""
    found: dict[str, Node] = {f"{one.key}-by-visit": Flow({"method": "summary", "endpoint": one.key})}
    if after(known):
        found[f"{one.key}-missing"] = Flow({"method": "missingness", "endpoint": one.key})
        found[f"{one.key}-courses"] = Flow({"method": "courses", "endpoint": one.key})
    if one.is_timed and after(known):
        found[f"{one.key}-ratio"] = Flow({"method": "timed-task", "endpoint": one.key})
    elif one.days and after(known):
        rate = Flow({"method": "counts", "endpoint": one.key})
        found[f"{one.key}-rate"] = Noted(rate, "among: {subtype: […]} leaves out whoever has no episodes by definition")
    elif model == "mmrm" or (model and len(known.endpoints) > 1):
        found[f"{one.key}-over-time"] = Flow({"endpoint": one.key, **_trajectory(known)})
    return found


def _vital_signs(signs: Mapping[str, str], known: Facts) -> Node:
    """Give the analysis of vital signs by visit; limits are the researcher's, with their source."""
    measures = [_sign(measure, sign) for measure, sign in signs.items()]
    population = "safety" if known.n_infusions else everyone(known)
    content: dict[str, Node] = {"method": "vital-signs", "population": population, "measures": measures}
    return Noted(content, "limits of a sign, as limits: [{at_least: 180}], go with source: where they come from")


def _sign(measure: str, sign: str) -> Node:
    """Give one vital sign with its words and unit."""
    label, unit, decimals = WORDS[sign]
    shown: dict[str, Node] = {"measure": measure, "label": label, "unit": unit}
    return Flow({**shown, "decimals": decimals} if decimals else shown)


def _of_everyone(node: Node, known: Facts) -> Node:
    """Name the population of an analysis that names neither it nor an estimand."""
    if isinstance(node, Noted):
        return replace(node, value=_of_everyone(node.value, known))
    content = node.content if isinstance(node, Flow) else node
    if not isinstance(content, Mapping) or {"population", "estimand"} & {*content}:
        return node
    named = {**content, "population": everyone(known)}
    return Flow(named) if isinstance(node, Flow) else named


def _model(known: Facts, model: str) -> Node:
    """Give the primary analysis; its endpoint is that of the estimand."""
    only = {"endpoint": known.endpoints[0].key} if len(known.endpoints) == 1 else {}
    if model == "mmrm":
        return {
            "estimand": "primary",
            **only,
            "method": "mmrm",
            "covariates": Flow(["baseline"]),
            "covariance": Noted(Flow(["us", "toeph", "ar1h", "cs"]), "tried in this order"),
        }
    enough = "fewer participants or visits than a model of repeated measures needs"
    return {"estimand": "primary", **only, **_trajectory(known, note=enough)}


def _trajectory(known: Facts, note: str = "") -> dict[str, Node]:
    """Give a course over time at the visits of the schedule."""
    times = [visit.hours for visit in known.visits[1:] if visit.hours]
    random = ["intercept", "slope"] if known.n_participants >= ENOUGH_FOR_SLOPES and len(times) > 2 else ["intercept"]
    shown = [as_duration(hours) for hours in times][:_MOST_TIMES] or ["7 d"]
    return {
        "method": Noted("trajectory", note),
        "basis": "log",
        "random": Flow(random),
        "report_at": Flow(list(dict.fromkeys(shown))),
    }
