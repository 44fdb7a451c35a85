"""How a trial without a comparison was described, and how a small trial was tested by its randomisation."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import BeforeAfter, RandomisationTest
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.methods.masking import expectation_text
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES, Method


def _before_after(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, BeforeAfter)  # noqa: S101
    zero = TIME_ZERO_NAMES[results.plan.design.time_zero]
    return " ".join(
        part
        for part in (
            (
                f"{endpoint_label(results)} was described by a segmented linear mixed model over weeks since {zero}: a "
                f"line before, a change of level at time zero, and a line after{in_population(results)}."
            ),
            _records(analysis),
            _fitted(results),
            _signs(results),
            _regression(analysis),
            expectation_text(results),
        )
        if part
    )


def _records(analysis: BeforeAfter) -> str:
    """Say which records entered."""
    limits = [
        f"from {hours_as_text(analysis.start)} on" if analysis.start is not None else "",
        f"up to {hours_as_text(analysis.until)}" if analysis.until is not None else "",
    ]
    named = " ".join(limit for limit in limits if limit)
    entry = "; the value that decided entry was left out of the model" if analysis.entry_value == "leave-out" else ""
    return f"All observed records {named} entered{entry}.".replace("  ", " ") if named or entry else ""


def _fitted(results: Results) -> str:
    """Say what was fitted, or why nothing was."""
    if not results.said("formula", term="fit"):
        return formats.as_sentence(f"The model was not fitted: {results.failure}") if results.failure else ""
    n, observations = (results.text(name, term="fit", variable="AVAL") for name in ("n_participants", "n_observations"))
    varies = results.said("random_effects", term="fit")
    return (
        f"It was fitted to {observations} observations of {n} participants by restricted maximum likelihood, with "
        f"{varies} varying between participants."
    )


def _signs(results: Results) -> str:
    """Say how the change was tested without a model."""
    visits = results.values_of("visit", term="sign-flip", stat_name="p_value")
    if not visits:
        return ""
    key = {"term": "sign-flip", "variable": "CHG", "arm": results.arms[0]}
    hows = {results.said("how", visit=visit, **key) for visit in visits}
    patterns = listed(sorted(hows)).replace(" patterns", "")
    return (
        f"The change from baseline at {listed(visits)} was also tested by flipping its signs ({patterns} sign "
        "patterns, two-sided), and by a one-sample t test."
    )


def _regression(analysis: BeforeAfter) -> str:
    """Say how regression to the mean was worked out."""
    stated = analysis.regression_to_the_mean
    if stated is None:
        return ""
    forms = ["(1 − r)(population mean − baseline value), averaged over participants"]
    if stated.at_least is not None or stated.at_most is not None:
        forms.append("the mean of a normal distribution cut off at the entry limit (Gardner and Heady 1973)")
    return (
        f"The change that regression to the mean alone lets expect at {analysis.visit} was worked out from "
        f"{listed(forms)}."
    )


def _randomisation_test(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, RandomisationTest)  # noqa: S101
    strata = [formats.in_sentence(name) for name in results.plan.design.strata]
    within = f" within the strata of {listed(strata)}" if strata else ""
    return (
        f"Beside {analysis.of}, the arms were compared at {analysis.visit} by a randomisation test"
        f"{in_population(results)}: their labels were dealt out again{within}, all allocations up to "
        f"{analysis.exact_up_to:,} or else {analysis.draws:,} drawn ones, and the adjusted difference divided by its "
        "HC2 standard error was compared with its values under these."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.BEFORE_AFTER: _before_after,
    Method.RANDOMISATION_TEST: _randomisation_test,
}
