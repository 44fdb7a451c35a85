"""The strip of the first screen: completeness, serious events, primary model, agreement of engines, warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from postinfusion.errors import Problem, counted
from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.primary import primary_analysis, primary_estimand
from postinfusion.present.results import results_of
from postinfusion.present.tables.model_parts import structure_of
from postinfusion.vocabulary import Method


@dataclass(frozen=True)
class Fact:
    """One cell of the strip."""

    name: str
    text: str


def strip(plan: Plan, ard: pd.DataFrame, problems: Sequence[Problem]) -> tuple[Fact, ...]:
    """Give the facts that a reader wants beside the primary result; one that the trial does not have is left out.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    problems
        What the check of plan and data found.
    """
    found = (
        Fact("Data completeness", _completeness(plan, ard)),
        Fact("Serious events", _serious(plan, ard)),
        Fact("Primary model", _model(plan, ard)),
        Fact("Engine agreement", _agreement(plan, ard)),
        Fact("Warnings", _warnings(plan, ard, problems)),
    )
    return tuple(fact for fact in found if fact.text)


def _completeness(plan: Plan, ard: pd.DataFrame) -> str:
    """Say how many participants have the primary assessment."""
    found = primary_estimand(plan)
    if found is None:
        return ""
    visit, endpoint = found[1].variable.visit, found[1].variable.endpoint
    for key, analysis in plan.analyses.items():
        if analysis.method is Method.MISSINGNESS and getattr(analysis, "endpoint", "") == endpoint:
            results = results_of(plan, ard, key)
            at = {"variable": "assessment", "visit": visit, "level": "observed"}
            n, share = results.text("n", **at), results.text("proportion", **at)
            if n == formats.SUPPRESSED:
                return formats.SUPPRESSED_REASON
            total = formats.statistic("n_total", results.total())
            return f"{n} of {total} assessed at {visit} ({share} %)" if n else ""
    return ""


def _serious(plan: Plan, ard: pd.DataFrame) -> str:
    """Say how many participants had how many serious events, and how many died."""
    for key, analysis in plan.analyses.items():
        if analysis.method is Method.ADVERSE_EVENTS:
            results = results_of(plan, ard, key)
            n, events, deaths = (
                results.text(name, variable="overview", level=level)
                for name, level in (("n", "serious"), ("n_events", "serious"), ("n", "died"))
            )
            if n == formats.SUPPRESSED:
                return formats.SUPPRESSED_REASON
            died = f"; deaths: {deaths}" if deaths in formats.WITHOUT_VALUE else f"; {deaths} died" if deaths else ""
            if n == formats.NO_RECORD:
                return f"{n}{died}"
            number = f"a suppressed number in {n}" if events == formats.SUPPRESSED else f"{events or '?'} in {n}"
            return f"{number} participants{died}" if n else ""
    return ""


def _model(plan: Plan, ard: pd.DataFrame) -> str:
    """Say how the primary model was fitted."""
    analysis_id = primary_analysis(plan)
    if analysis_id is None:
        return ""
    results = results_of(plan, ard, analysis_id)
    if results.failure:
        return "could not be fitted"
    converged = {"yes": "converged", "no": "did not converge"}.get(results.text("converged", term="fit"), "")
    return ", ".join(part for part in (converged, structure_of(results)) if part)


def _agreement(plan: Plan, ard: pd.DataFrame) -> str:
    """Say how far the second engine is from the primary model."""
    analysis_id = primary_analysis(plan)
    results = results_of(plan, ard, analysis_id) if analysis_id else None
    engines = results.values_of("level", term="second-engine") if results else []
    return "; ".join(results.said("agreement", term="second-engine", level=engine) for engine in engines if results)


def _warnings(plan: Plan, ard: pd.DataFrame, problems: Sequence[Problem]) -> str:
    """Count what the analyses and the check of the data warned of, and what was not done."""
    every = [results_of(plan, ard, key) for key in plan.analyses]
    texts = [f"{counted(sum(len(results.warnings()) for results in every), 'warning')} of the analyses"]
    texts.append(f"{len(problems):,} of the data check")
    analyses, parts = (sum(counts) for counts in zip(*(results.not_done for results in every), strict=True))
    texts += [f"{analyses:,} {'analysis' if analyses == 1 else 'analyses'} not done"] if analyses else []
    texts += [f"{parts:,} {'part of an analysis' if parts == 1 else 'parts of analyses'} not done"] if parts else []
    return ", ".join(texts)
