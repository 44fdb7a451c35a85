"""Which part of the plan each step of the workflow is handed, so that an edit runs again only what it can change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import MODELS, OUTPUTS, Section

Part = Mapping[str, object]
"""A part of the plan as plain values."""
DESCRIPTIVE = "descriptive"
"""The job of all analyses that are no models."""


def models(plan: Plan) -> tuple[str, ...]:
    """Give the analyses that are models; each is a job of its own."""
    return tuple(key for key, analysis in plan.analyses.items() if analysis.method in MODELS)


def descriptive(plan: Plan) -> tuple[str, ...]:
    """Give the analyses that are no models; together they are one job."""
    return tuple(key for key, analysis in plan.analyses.items() if analysis.method not in MODELS)


def job_of(plan: Plan, key: str) -> str:
    """Give the job that makes an analysis."""
    return key if plan.analyses[key].method in MODELS else DESCRIPTIVE


def shown(plan: Plan) -> tuple[Section, ...]:
    """Give the sections of the report that have something to show; governance always has."""
    return tuple(section for section in Section if section is Section.GOVERNANCE or shown_in(plan, section))


def shown_in(plan: Plan, section: Section) -> tuple[str, ...]:
    """Give the analyses that a section of the report shows; governance shows all."""
    if section is Section.GOVERNANCE:
        return tuple(plan.analyses)
    methods = {output.method for output in OUTPUTS.values() if output.section is section}
    return tuple(key for key, analysis in plan.analyses.items() if analysis.method in methods)


def for_check(plan: Plan) -> Part:
    """Give what decides whether the data fit the plan: all but words for readers and the options of analyses."""
    return {**_without(plan, "title", "intervention", "provenance", "outputs", "analyses"), "uses": _uses(plan)}


def for_derive(plan: Plan) -> Part:
    """Give what decides the analysis datasets."""
    return _only(plan, "sources", "missing_codes", "privacy", "design", "schedule", "populations", "endpoints") | {
        "covariates": _uses(plan)
    }


def for_analyses(plan: Plan, keys: Iterable[str]) -> Part:
    """Give what decides the results of some analyses: themselves, their questions, and the design of the trial."""
    chosen = [plan.analyses[key] for key in keys]
    questions = {getattr(analysis, "estimand", "") for analysis in chosen}
    return _only(plan, "seed", "data", "design", "schedule", "populations", "endpoints") | {
        "analyses": _plain(plan, "analyses", keys),
        "estimands": _plain(plan, "estimands", sorted(questions & set(plan.estimands))),
    }


def for_display(plan: Plan, section: Section) -> Part:
    """Give what decides the tables and figures of a section."""
    return _without(plan, "sources", "missing_codes", "seed", "analyses") | {
        "analyses": _plain(plan, "analyses", shown_in(plan, section))
    }


def for_report(plan: Plan) -> Part:
    """Give the whole plan."""
    return plan.model_dump(mode="json")


def _only(plan: Plan, *keys: str) -> dict[str, object]:
    """Give some parts of the plan."""
    return plan.model_dump(mode="json", include=set(keys))


def _without(plan: Plan, *keys: str) -> dict[str, object]:
    """Give the plan without some of its parts."""
    return plan.model_dump(mode="json", exclude=set(keys))


def _plain(plan: Plan, part: str, keys: Iterable[str]) -> dict[str, object]:
    """Give some entries of a part of the plan, in the order of the keys."""
    return {key: getattr(plan, part)[key].model_dump(mode="json") for key in keys}


def _uses(plan: Plan) -> list[str]:
    """Give the names of the data that the analyses use; which analysis uses them does not matter."""
    lists = ("covariates", "variables", "endpoints")
    words = ("endpoint", "population", "by", "visit")
    used = {name for analysis in plan.analyses.values() for key in lists for name in getattr(analysis, key, ())}
    return sorted(used | {getattr(analysis, key, "") for analysis in plan.analyses.values() for key in words})
