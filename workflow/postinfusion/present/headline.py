"""The primary result as one sentence."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.primary import Point, primary_analysis, primary_point
from postinfusion.present.results import Results, results_of
from postinfusion.vocabulary import DataKind

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
        return formats.plain(f"The plan declares no primary estimand that a model answers. {_DATA[plan.data]}".strip())
    return formats.plain(f"{sentence(result)} {_DATA[plan.data]}".strip())


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
        n=results.text("n_participants", term="fit"),
    )


def _without_estimate(results: Results, point: Point | None) -> PrimaryResult:
    """Give what was asked, and why there is no answer."""
    subject = _subject(results, point) if point else results.analysis_id
    reason = next(iter(results.errors()), "The results hold no such estimate.")
    return PrimaryResult(results.analysis_id, subject, "", "", results.confidence, "", reason)


def _subject(results: Results, point: Point) -> str:
    """Give what was asked: endpoint, time, arms."""
    endpoint = results.endpoint.label if results.endpoint else results.analysis_id
    return f"{endpoint} at {point.name}, {point.contrast}"
