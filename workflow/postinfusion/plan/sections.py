"""Which part of the plan each step of the workflow is handed, so that an edit runs again only what it can change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from pydantic import BaseModel

from postinfusion.plan.acute import uses_of_hours
from postinfusion.plan.named import Names, names_in
from postinfusion.plan.plan import Plan
from postinfusion.plan.responses import responses
from postinfusion.plan.rules import PRIMARY
from postinfusion.plan.uses import columns_used, signs_by_visit
from postinfusion.vocabulary import OUTPUTS, Method, Privacy, Section

Part = Mapping[str, object]
"""A part of the plan as plain values."""


def shown(plan: Plan) -> tuple[Section, ...]:
    """Give the sections of the report that have something to show; claims and governance always have."""
    always = {Section.CLAIMS, Section.GOVERNANCE}
    return tuple(section for section in Section if section in always or shown_in(plan, section))


def shown_in(plan: Plan, section: Section) -> tuple[str, ...]:
    """Give the analyses that a section of the report shows; governance shows all, claims the harms beside them."""
    if section is Section.GOVERNANCE:
        return tuple(plan.analyses)
    if section is Section.CLAIMS:
        harms = (Method.ADVERSE_EVENTS, Method.SHIFT)
        return tuple(key for key, analysis in plan.analyses.items() if analysis.method in harms)
    methods = {output.method for output in OUTPUTS.values() if output.section is section}
    return tuple(key for key, analysis in plan.analyses.items() if analysis.method in methods)


def results_shown(plan: Plan, section: Section) -> tuple[str, ...]:
    """Give the analyses whose results a section shows: its own, and in the flow the primary model too."""
    analyses = {*shown_in(plan, section)}
    if section is Section.DISPOSITION:
        analyses |= {key for key, analysis in plan.analyses.items() if getattr(analysis, "estimand", "") == PRIMARY}
    return tuple(key for key in plan.analyses if key in analyses)


def individual_shown(plan: Plan, section: Section) -> tuple[str, ...]:
    """Give the analyses whose individual data a section of an internal report shows."""
    methods = {output.method for output in OUTPUTS.values() if output.section is section and output.individual}
    return tuple(key for key, analysis in plan.analyses.items() if analysis.method in methods)


def for_check(plan: Plan) -> Part:
    """Give what decides whether the data fit the plan."""
    measures = {key: endpoint.parameter for key, endpoint in plan.endpoints.items()}
    events = {key: sorted(estimand.events) for key, estimand in plan.estimands.items()}
    used = sorted({name for _, name in columns_used(plan)})
    hours = {key: asdict(use) for key, use in uses_of_hours(plan).items()}
    own = {"measures": measures, "signs": sorted(signs_by_visit(plan)), "events": events}
    return {**for_derive(plan), **own, "columns": used, "hours": hours}


def for_derive(plan: Plan) -> Part:
    """Give what decides the analysis datasets."""
    names = ("seed", "sources", "missing_codes", "instruments", "scoring", "design", "schedule", "populations")
    parts = _only(plan, *names)
    pooled = plan.privacy.small_cell if plan.privacy.mode is Privacy.PUBLIC else None
    privacy = plan.privacy.model_dump(mode="json", include={"ids", "not_identifying"})
    return parts | {"privacy": privacy, "pooled_sites": pooled, "responses": responses(plan)}


def for_analyse(plan: Plan, analysis_id: str) -> Part:
    """Give what decides the results of an analysis: itself, those it names, their questions, and the design."""
    found = names_in(plan.analyses[analysis_id])
    named = [name for _, kind, names in found if kind is Names.ANALYSIS for name in names]
    keys = [key for key in (analysis_id, *named) if key in plan.analyses]
    questions = dict.fromkeys(getattr(plan.analyses[key], "estimand", "") for key in keys)
    return _only(plan, "seed", "design", "schedule", "populations", "endpoints", "instruments") | {
        "analyses": _some(plan.analyses, keys),
        "estimands": _some(plan.estimands, [question for question in questions if question in plan.estimands]),
    }


def for_ard(plan: Plan) -> Part:
    """Give what decides how the results of all analyses are put together."""
    return {"analyses": list(plan.analyses), "small_cell": plan.privacy.small_cell}


def for_synthesise(plan: Plan) -> Part:
    """Give what decides the verdicts on the claims, beside the results of all analyses."""
    names = ("design", "schedule", "estimands", "endpoints", "analyses", "claims", "multiplicity", "instruments")
    return _only(plan, *names)


def for_display(plan: Plan, section: Section) -> Part:
    """Give what decides the tables and figures of a section."""
    of_claims = set() if section is Section.CLAIMS else {"claims", "multiplicity"}
    parts = plan.model_dump(mode="json", exclude={"seed", "sources", "missing_codes", "analyses", *of_claims})
    return parts | {"analyses": _some(plan.analyses, shown_in(plan, section))}


def for_report(plan: Plan) -> Part:
    """Give the whole plan."""
    return plan.model_dump(mode="json")


def _only(plan: Plan, *names: str) -> dict[str, object]:
    """Give some parts of the plan."""
    return plan.model_dump(mode="json", include=set(names))


def _some(entries: Mapping[str, BaseModel], keys: Iterable[str]) -> dict[str, object]:
    """Give some entries of a part of the plan, in the order of the keys."""
    return {key: entries[key].model_dump(mode="json") for key in keys}
