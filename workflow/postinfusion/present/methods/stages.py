"""How two randomisations were put together, and how maintenance was described."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import TwoStage
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method


def _two_stage(results: Results) -> str:
    analysis, second = results.analysis, results.plan.design.second_randomisation
    assert isinstance(analysis, TwoStage)  # noqa: S101
    if second is None:
        return ""
    names = [formats.in_sentence(name) for name in terms_of(results) if name != "baseline"]
    terms = ["arm", *(["the baseline of the stage"] if "baseline" in analysis.covariates else []), *names]
    return (
        f"The change of {endpoint_label(results)} was compared between arms in two stages{in_population(results)}: "
        f"from baseline at {analysis.first}, and from {second.after} at {analysis.second} in those of "
        f"{listed([*second.of_arms])} who were randomised again ({second.criterion}), each by analysis of "
        f"covariance with {listed(terms)}, residual degrees of freedom, in participants with a value. "
        f"{_together(analysis)}"
    )


def _together(analysis: TwoStage) -> str:
    """Say how the stages were put together."""
    return (
        f"With the weight {analysis.weight:g} of the first stage, laid down beforehand, the differences were put "
        "together; since the second allocation is random whatever the first stage showed, the stages count as "
        "uncorrelated (Tamura and Huang 2007; Chen et al. 2011), with Satterthwaite's degrees of freedom. The "
        "inverse normal combination of the p values (Lehmacher and Wassmer 1999), with weights that are the square "
        "roots, stands beside it. Missing values are taken as missing at random given the baseline of the stage."
    )


def _phases(results: Results) -> str:
    phases = results.plan.design.phases
    if phases is None:
        return ""
    reason = "as the data flag them" if phases.entered else "whoever had an infusion in it"
    if phases.response is not None:
        reason = f"whoever responded at {phases.response.visit}"
    return (
        f"Participants who entered maintenance (from {hours_as_text(phases.maintenance_from)}; {reason}) and the "
        f"others were counted and described{in_population(results)}, and values of {endpoint_label(results)} by "
        f"phase; shares have exact intervals ({results.confidence}). Nothing was compared: who entered was selected by "
        "the course before, and is still treated, so that maintenance shows neither how long a course lasts nor what "
        "it does."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.TWO_STAGE: _two_stage, Method.PHASES: _phases}
