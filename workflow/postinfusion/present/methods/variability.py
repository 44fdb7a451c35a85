"""How stability within persons was described and compared."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Variability
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.results import Results
from postinfusion.present.tables.stbt01 import phase_in_words
from postinfusion.vocabulary import Method


def _variability(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Variability)  # noqa: S101
    parts = (_described(results, analysis), _compared(results, analysis), _limits(analysis))
    return " ".join(part for part in parts if part)


def _described(results: Results, analysis: Variability) -> str:
    """Say which spread was taken over which values."""
    about = "its own straight line over time" if analysis.trend == "linear" else "its mean"
    phases = [phase_in_words(analysis.phase), *([phase_in_words(analysis.before)] if analysis.before else [])]
    apart = f", apart by {formats.in_sentence(analysis.by)}" if analysis.by else ""
    gap = (
        f" divided by the root of the time between them in units of {hours_as_text(analysis.gap)}"
        if analysis.gap
        else ""
    )
    return (
        f"For each participant{in_population(results)} with {analysis.fewest} observed values of "
        f"{endpoint_label(results)} or more in the phase ({listed(phases)}){apart}, the standard deviation about "
        f"{about} and the root mean square of successive differences{gap} (RMSSD) were computed; who has fewer values "
        "is counted and left out."
    )


def _compared(results: Results, analysis: Variability) -> str:
    """Say how spreads were compared, or why they were not."""
    if not results.values_of("level", term="ratio"):
        return formats.as_sentence(f"nothing was compared: {results.failure}") if results.failure else ""
    steps = (
        "the logarithms of the participants' spreads, without the bias that few values give them, were regressed with "
        "weights from their sampling variance ψ′(ν/2)/4 and the variance between participants (Paule and Mandel), "
        "errors by Knapp and Hartung, t distribution"
    )
    if not results.comparisons:
        return f"In two steps, {steps}; each participant's phase is compared with its earlier one."
    terms = ["arm", *(["log spread before"] if analysis.before else []), *map(formats.in_sentence, terms_of(results))]
    return f"{_decided(results, analysis)} In two steps, {steps}. Both have {listed(terms)} where the data bear them."


def _decided(results: Results, analysis: Variability) -> str:
    """Say which model decides."""
    rung = results.said("random_effects", term="fit")
    if analysis.model == "two-steps":
        return "The ratio of standard deviations is that of two steps (declared)."
    if analysis.by:
        return f"{_MODEL} Each group has a model of its own."
    if not rung:
        return "No location-scale mixed model was fitted (see the notes); two steps decide."
    return f"{_MODEL} What was fitted: {rung}."


def _limits(analysis: Variability) -> str:
    """Say what is missing and what the comparison cannot tell."""
    ends = "" if analysis.trend == "linear" else " A course that moves counts as spread."
    return (
        "Values count as observed: missing ones are not imputed, and are taken as missing at random given the "
        "participant. Values at the end of a scale have less room to vary, and values close in time are taken as "
        f"independent given the participant's course.{ends}"
    )


_MODEL = (
    "The ratio that decides is that of a location-scale mixed model by maximum likelihood: arm and time in the mean "
    "with a random intercept and slope, the logarithm of the residual standard deviation with arm and covariates and a "
    "random deviation of each participant (Hedeker, Mermelstein and Demirtas 2008), Wald intervals with degrees of "
    "freedom that count the participants. Where participants do not differ beyond the arms it has one standard "
    "deviation for each arm (restricted maximum likelihood); with fewer than 30 participants, or no fit, two steps "
    "decide."
)
TEXTS: dict[Method, Callable[[Results], str]] = {Method.VARIABILITY: _variability}
"""The methods text of stability within persons."""
