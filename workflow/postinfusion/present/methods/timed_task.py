"""How the times of a cognitive task were modelled."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import TimedTask
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

_MEANINGS = {
    "practice": "Changes from test to test are given for the reference arm alone, as practice and time; they are not "
    "tested and are no effect of the treatment.",
    "change": "Changes from test to test hold practice, time and the treatment, which a single arm cannot tell apart.",
}


def _timed_task(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, TimedTask)  # noqa: S101
    failed = f"The model could not be fitted: {results.failure}." if results.failure else ""
    described = f"{endpoint_label(results)} was described by visit and arm{in_population(results)}."
    parts = (described, _modelled(results, analysis), _practice(results), failed)
    return " ".join(part for part in parts if part)


def _modelled(results: Results, analysis: TimedTask) -> str:
    """Say what was fitted; empty where nothing was."""
    n, observations, stopped = (
        results.text(name, term="fit") for name in ("n_participants", "n_observations", "n_stopped")
    )
    if not n:
        return ""
    several = len(set(results.values_of("visit", term="geometric-mean"))) > 1
    arms = ["arm"] if len(results.arms) > 1 else []
    visits = ["visit", *(f"{name} × visit" for name in arms)] if several else []
    before = ["the logarithm of the time at baseline"] if "baseline" in analysis.covariates else []
    beside = results.plan.endpoints.get(analysis.given)
    given = [f"the logarithm of {beside.label} at the same visit"] if beside else []
    named = [formats.in_sentence(name) for name in terms_of(results) if name != "baseline"]
    is_mixed = bool(results.said("random_effects", term="fit"))
    random = " and a random intercept of the participant" if is_mixed else ""
    integral = " (adaptive Gauss-Hermite quadrature)" if is_mixed else ""
    indicator = (
        " A baseline at the limit entered as the limit, with an indicator beside it."
        if "STOPPED0" in results.values_of("level", term="coefficient")
        else ""
    )
    condition = (
        f" Ratios are those at the same {beside.label}, which was itself measured after the allocation: they "
        "describe what is left of a difference when it is set aside."
        if beside
        else ""
    )
    return (
        "The logarithm of the seconds was fitted by maximum likelihood with "
        f"{listed([*arms, *visits, *before, *given, *named])}{random} to {observations} times of {n} participants; "
        f"{stopped} of them were at the limit where the task is stopped and entered as right-censored{integral}. "
        "Times that were not measured are taken as missing at random. Standard errors are those of "
        "maximum likelihood times √(n / df), with participants less columns that differ between them as the degrees of "
        "freedom (df) of t."
        f"{indicator}{condition}"
    )


def _practice(results: Results) -> str:
    """Say what the changes from test to test are."""
    term = next((term for term in ("practice", "change") if results.values_of("visit", term=term)), "")
    levels = results.values_of("level", term=term) if term else []
    stopped = [text for text in results.values_of("error", term=term, level="since baseline") if text] if term else []
    meaning = _MEANINGS[term] if term and not (stopped and len(levels) == 1) else ""
    return " ".join(part for part in (meaning, *stopped) if part)


TEXTS: dict[Method, Callable[[Results], str]] = {Method.TIMED_TASK: _timed_task}
