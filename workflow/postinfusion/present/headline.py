"""The primary result as one sentence."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.plan.analyses import Ancova, CrossoverModel, Mmrm
from postinfusion.plan.endpoints import Form
from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.claims import primary_verdict
from postinfusion.present.primary import Point, primary_analysis, primary_estimand, primary_point
from postinfusion.present.results import Results, results_of
from postinfusion.vocabulary import MODELS, DataKind, Method

_DATA = {DataKind.SYNTHETIC: "Synthetic data.", DataKind.SCRAMBLED: "Scrambled arms.", DataKind.REAL: ""}


@dataclass(frozen=True)
class PrimaryResult:
    """The primary result in printed pieces.

    Attributes
    ----------
    analysis_id
        The analysis that it comes from.
    subject
        What is compared: ``MADRS at 24 h, Ketamine − Midazolam``.
    estimate, interval, confidence, n
        The printed numbers; the estimate is empty when there is none.
    reason
        Why there is no estimate.
    """

    analysis_id: str
    subject: str
    estimate: str
    interval: str
    confidence: str
    n: str
    reason: str = ""


def headline(plan: Plan, ard: pd.DataFrame) -> str:
    """Give the primary result as one line for a terminal.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    result = primary_result(plan, ard)
    if result is None:
        return formats.plain(f"{without_primary(plan)} {_DATA[plan.data]}".strip())
    verdict = primary_verdict(plan, ard) if result.estimate else ""
    said = f"Verdict: {verdict}." if verdict else ""
    return formats.plain(" ".join(part for part in (sentence(result), said, _DATA[plan.data]) if part))


def without_primary(plan: Plan) -> str:
    """Say why a report has no primary result: which part of the plan is missing."""
    models = MODELS | {Method.REPEATED_BINARY, Method.ORDINAL}
    if not any(analysis.method in models for analysis in plan.analyses.values()):
        return "No model is planned; the report describes the data."
    if primary_estimand(plan) is None:
        return "The plan declares no primary estimand, so there is no primary result."
    return "No analysis of the plan answers the primary estimand, so there is no primary result."


def sentence(result: PrimaryResult, unit: str = "") -> str:
    """Give the primary result as a sentence, with the unit of the estimate where one is given."""
    if not result.estimate:
        return f"{result.subject}: not estimable. {result.reason}".strip()
    estimate = f"{result.estimate} {unit}".strip()
    return f"{result.subject}: {estimate} ({result.confidence} CI {result.interval}), n = {result.n}."


def primary_result(plan: Plan, ard: pd.DataFrame) -> PrimaryResult | None:
    """Give the primary result in printed pieces; None when no model answers a primary estimand."""
    analysis_id = primary_analysis(plan)
    if analysis_id is None:
        return None
    results = results_of(plan, ard, analysis_id)
    point = primary_point(results)
    value = results.value("estimate", **point.key) if point else None
    if point is None or value is None or value != value:  # noqa: PLR0124
        return _without_estimate(results, point)
    return PrimaryResult(
        analysis_id=analysis_id,
        subject=_subject(results, point),
        estimate=results.text("estimate", **point.key),
        interval=results.interval(**point.key),
        confidence=results.confidence,
        n=_participants(results, point),
    )


def _participants(results: Results, point: Point) -> str:
    """Give how many participants are in the model; of one with a fit for each visit those of the visit."""
    at_visit = {"visit": point.key["visit"]} if "visit" in point.key else {}
    return results.text("n_participants", term="fit") or results.text("n_participants", term="fit", **at_visit)


def _without_estimate(results: Results, point: Point | None) -> PrimaryResult:
    """Give what was asked, and why there is no answer."""
    subject = _subject(results, point) if point else results.analysis_id
    return PrimaryResult(results.analysis_id, subject, "", "", results.confidence, "", _reason(results, point))


def _reason(results: Results, point: Point | None) -> str:
    """Say why there is no estimate: the model failed, it has no data there, or what the results say themselves."""
    if results.failure:
        return formats.as_sentence(results.failure)
    if point and results.text("estimate", **point.key) == formats.SUPPRESSED:
        return formats.as_sentence(formats.SUPPRESSED_REASON)
    without_data = _without_data(results, point) if point and "visit" in point.key else ""
    said = next(iter(results.errors()), "the results hold no such estimate")
    return without_data or formats.as_sentence(said)


def _without_data(results: Results, point: Point) -> str:
    """Say that the visit has no values in the model, in any arm or in one that was asked for, and which visits have."""
    name = results.endpoint.label if results.endpoint else results.analysis_id
    arms = [arm for arm in (point.key["arm"], point.key.get("comparator", "")) if arm]
    asked = [("", results.arms), *((f" in {arm}", (arm,)) for arm in arms)]
    for where, of_arms in asked:
        visits = _observed_visits(results, of_arms)
        if visits and point.key["visit"] not in visits:
            there = f"it has at {', '.join(visits)}"
            return f"{name} has no values at {point.key['visit']}{where} in the model; {there}."
    return ""


def _observed_visits(results: Results, arms: tuple[str, ...]) -> list[str]:
    """Give the visits at which one of the arms has a value in the model, in the order of the schedule."""
    return [
        visit
        for visit in results.plan.visit_names
        if any(results.value("n", term="observed", visit=visit, arm=arm) not in {None, 0.0} for arm in arms)
    ]


def _subject(results: Results, point: Point) -> str:
    """Give what was asked: endpoint, time, arms; a mean without a comparison says that it is one."""
    endpoint = results.endpoint.label if results.endpoint else results.analysis_id
    alone = "" if point.key.get("comparator") else f", {_form(results)}, uncontrolled"
    return f"{endpoint} at {point.name}, {point.contrast}{alone}"


def _form(results: Results) -> str:
    """Name what of the endpoint was modelled."""
    is_value = isinstance(results.analysis, Mmrm | Ancova | CrossoverModel) and results.analysis.form is not Form.CHANGE
    return "mean value" if is_value else "change from baseline"
