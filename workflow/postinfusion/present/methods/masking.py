"""How guesses of the treatment were counted, summarised, and set beside the outcome."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Masking
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method


def _masking(results: Results) -> str:
    return " ".join(part for part in (_counted(results), _compared(results), expectation_text(results)) if part)


def expectation_text(results: Results) -> str:
    """Say how the association of an expectation score with change was found; empty without one."""
    score = getattr(results.analysis, "expectation", "")
    if not score:
        return ""
    several = "arm, " if len(results.plan.design.arm_names) > 1 else ""
    return (
        f"The association of {formats.in_sentence(score)} with the change is the coefficient of the score in an "
        f"analysis of covariance with {several}baseline and strata (residual degrees of freedom), in participants with "
        "a score and a value; it says nothing of causes."
    )


def _counted(results: Results) -> str:
    """Say how guesses were counted and which indices were computed."""
    return (
        f"Guesses of the allocated arm were counted{in_population(results)}. Of those who answered, don't know "
        "included, Bang's index of each arm (Bang, Ni and Davis 2004) and James' index of both (James et al. 1996, "
        f"weight one half of a wrong guess) are given with Wald intervals ({results.confidence}, two-sided) within "
        "their scales."
    )


def _compared(results: Results) -> str:
    """Say how the arms were compared by guess, or why they were not."""
    analysis = results.analysis
    assert isinstance(analysis, Masking)  # noqa: S101
    n = results.text("n_participants", term="fit", visit=analysis.visit)
    if not n:
        return "The arms were not compared by guess."
    guess = ["guess", "arm × guess"] if results.values_of("level", term="joint-test") else []
    terms = ["arm", *guess, *(formats.in_sentence(name) for name in terms_of(results))]
    return (
        f"The change of {endpoint_label(results)} from baseline at {analysis.visit} of {n} participants with an answer "
        f"and a value was compared between arms within each guess by analysis of covariance with {listed(terms)}. This "
        "is exploratory and shows association only, since the guess follows the outcome; no claim rests on it."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.MASKING: _masking}
