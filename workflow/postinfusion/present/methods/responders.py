"""How participants who respond, remit or change were counted and compared."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import ReliableChange, RepeatedBinary, Response
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

_ESTIMATORS = {
    "failure": "Participants without a value were counted as not having it (declared); observed cases stand beside it.",
    "observed": "Participants without a value were left out (declared); counted as not having it stand beside.",
}


def _response(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Response)  # noqa: S101
    endpoint, said = results.endpoint, []
    if endpoint and endpoint.response is not None and "response" in (analysis.criteria or ("response",)):
        share = formats.level_of_confidence(endpoint.response)
        floor = f" It is undefined where the baseline is not above {analysis.baseline_above:g}."
        said.append(
            f"Response of {endpoint_label(results)} is an improvement of at least {share} from baseline.{floor}"
        )
    if endpoint and endpoint.remission is not None:
        said.append(f"Remission is a value of {endpoint.remission:g} or better.")
    source = f" ({endpoint.change_source})" if endpoint and endpoint.change_source else ""
    counted = f"Shares were counted by visit and arm{in_population(results)}{source}."
    kept = _kept(results, analysis)
    parts = (*said, counted, _ESTIMATORS[analysis.missing], comparisons_text(results), kept)
    return " ".join(part for part in parts if part)


def _kept(results: Results, analysis: Response) -> str:
    """Say what response kept without interruption is."""
    if not analysis.durable_at or not results.values_of("time", term="durability"):
        return ""
    anchor = "the last planned infusion" if analysis.durable_since == "last-infusion" else "time zero"
    return (
        f"Response was kept at a time after {anchor} where it was there at every visit from the first one of the run "
        "to the last one at or before that time; response that came back after an interruption does not count."
    )


def comparisons_text(results: Results) -> str:
    """Say how shares were compared; empty without comparisons."""
    interval = f"Intervals of shares are exact (Clopper and Pearson, {results.confidence})"
    if not results.comparisons:
        return f"{interval}."
    if results.plan.design.crossover is not None:
        return (
            f"{interval}; treatments were compared in participants who were to have both: risk differences with "
            "Tango's score interval, the exact p of McNemar's test, and conditional odds ratios (exact). Periods are "
            "not allowed for."
        )
    strata = [formats.in_sentence(name) for name in results.plan.design.strata]
    over = f", over the strata of {listed(strata)} with Mantel-Haenszel weights" if strata else ""
    common = " over the strata" if strata else ""
    return (
        f"{interval}; risk differences have score intervals (Miettinen and Nurminen){over}, and p is that of the "
        f"Cochran-Mantel-Haenszel test without correction of continuity. Odds ratios are Mantel and Haenszel's{common} "
        "with the interval of Robins, Breslow and Greenland, and beside them conditional ones with exact intervals."
    )


def _reliable_change(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, ReliableChange)  # noqa: S101
    smallest = results.text("smallest_change", term="index")
    reliable = (
        f"Change of {endpoint_label(results)} is reliable beyond {smallest} "
        f"(1.96 × SD × √(2(1 − r)), SD {results.text('sd', term='index')}, r "
        f"{results.text('reliability', term='index')}; {results.said('source', term='index')}; "
        f"{results.said('verified', term='index')})."
        if smallest
        else ""
    )
    crossed = "" if analysis.cut_off is None else (
        f"It is clinically significant where a reliable improvement ends at {analysis.cut_off:g} or beyond, from a "
        f"baseline that was not there ({analysis.cut_off_source})."
    )  # fmt: skip
    worse = "Of deterioration only observed cases are given." if smallest else ""
    counted = f"Shares were counted by visit and arm{in_population(results)}."
    parts = (reliable, crossed, counted, _ESTIMATORS[analysis.missing], worse, comparisons_text(results))
    return " ".join(part for part in parts if part)


def _from(analysis: RepeatedBinary) -> str:
    """Say from which value on a value counts."""
    return "" if analysis.status != "value" or analysis.at_least is None else f" of at least {analysis.at_least:g}"


def _repeated_binary(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, RepeatedBinary)  # noqa: S101
    names = {"value": "", "response": "Response of ", "remission": "Remission of "}
    terms = ["arm", "visit", "arm × visit"] if len(results.arms) > 1 else ["visit"]
    terms += [formats.in_sentence(name) for name in terms_of(results)]
    if analysis.model == "mixed-model":
        how = "a logistic mixed model with a random intercept of the participant; odds ratios are given the participant"
    else:
        errors = "Mancl and DeRouen's bias-reduced" if analysis.standard_errors == "bias-reduced" else "robust"
        how = (
            f"generalised estimating equations (logit link, {analysis.working} working correlation, {errors} standard "
            "errors); odds ratios are those of the population"
        )
    n, observations = results.text("n_participants", term="fit"), results.text("n_observations", term="fit")
    fitted = f" It was fitted to {observations} observations of {n} participants; tests are Wald tests." if n else ""
    failed = f" The model could not be fitted: {results.failure}." if results.failure else ""
    return (
        f"{names[analysis.status]}{endpoint_label(results)}{_from(analysis)} at all visits was analysed by {how}. "
        f"Terms: {listed(terms)}{in_population(results)}.{fitted} Only observed statuses entered; probabilities and "
        f"risk differences are averaged over the covariates of the analysed records.{failed}"
    )


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.RESPONSE: _response,
    Method.RELIABLE_CHANGE: _reliable_change,
    Method.REPEATED_BINARY: _repeated_binary,
}
