"""How stable weight was judged, and how a margin was tested."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Equivalence, WeightStability
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import df_name
from postinfusion.present.weight_words import groups_shown
from postinfusion.vocabulary import Method


def _stability(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, WeightStability)  # noqa: S101
    told = (_definitions(results, analysis), _shares(results, analysis), _index(analysis))
    sentences = (*told, _time(results, analysis), _symptom(results, analysis))
    return " ".join(sentence for sentence in sentences if sentence)


def _definitions(results: Results, analysis: WeightStability) -> str:
    """Say what counts as stable, and of whom."""
    names = [
        name
        for name in results.values_of("variable", term="definition")
        if results.said("kind", term="definition", variable=name) in {"band", "kilograms", "slope"}
    ]
    apart = f", apart for each {formats.in_sentence(analysis.by)} and never pooled" if analysis.by else ""
    slope = (
        f" The slope is that of least squares over the shortest stretch of weighings up to the visit that spans "
        f"at least {hours_as_text(analysis.rate_over)}."
        if analysis.rate is not None
        else ""
    )
    return (
        f"Stable weight has no agreed definition; {len(names)} stand side by side{in_population(results)}{apart}: "
        f"{listed(names, 'or')}, about the {results.said('reference', term='reference')}.{slope}"
    )


def _shares(results: Results, analysis: WeightStability) -> str:
    """Say how shares are estimated, and what happens to missing weights."""
    compared = (
        " Arms are compared by risk differences with Miettinen and Nurminen's score interval over the strata of the "
        "design, without a multiplicity adjustment."
        if results.comparisons
        else " Nothing is compared."
    )
    first = "observed cases" if analysis.missing == "observed" else "missing as failure"
    return (
        f"Shares have exact intervals ({results.confidence}); {first} stand first, and loss and gain are of observed "
        f"weights, so that whoever left the trial tells nothing of either.{compared}"
    )


def _index(analysis: WeightStability) -> str:
    """Say how underweight is told."""
    if not analysis.index:
        return ""
    return (
        f"Beside it stands underweight: below {analysis.underweight:g} kg/m² in adults, below percentile "
        f"{100 * analysis.underweight_percentile:g} for age and sex under 18 where the data have it; to stay "
        "underweight is no success."
    )


def _time(results: Results, analysis: WeightStability) -> str:
    """Say how the time within the band is found."""
    weekly = " after all but the last weighing of each week were left out" if analysis.collapse == "weekly" else ""
    compared = ", compared by Welch's interval" if results.comparisons else ""
    return (
        f"The share of time within the first band is taken on straight lines between weighings{weekly}; gaps of more "
        f"than {hours_as_text(analysis.longest_gap)} are not bridged{compared}."
    )


def _symptom(results: Results, analysis: WeightStability) -> str:
    """Say how both changes are correlated."""
    endpoint = results.plan.endpoints.get(analysis.symptom)
    if endpoint is None:
        return ""
    within = " within arms (deviations from the means of the arms) and by arm" if len(results.arms) > 1 else ""
    return (
        f"The change of weight in per cent and that of {endpoint.label} at {analysis.symptom_visit} are correlated"
        f"{within} with Fisher's interval; this is an association and tells no direction."
    )


def _equivalence(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Equivalence)  # noqa: S101
    model = "a mixed model for repeated measures" if analysis.model == "mmrm" else "an analysis of covariance"
    margin = results.endpoint.margin if results.endpoint and results.endpoint.margin else 0.0
    unit = results.endpoint.unit if results.endpoint else ""
    what = "difference between arms" if results.comparisons else "mean change from baseline, which is not compared,"
    apart = f", a model for each {formats.in_sentence(analysis.by)}, never pooled" if analysis.by else ""
    terms = listed([formats.in_sentence(name) for name in terms_of(results) if name != analysis.by])
    return (
        f"The adjusted {what} of {endpoint_label(results)} at {analysis.visit} was tested against a margin of "
        f"±{margin:g} {unit} ({results.said('source', term='margin')}) by two one-sided t tests (Schuirmann "
        f"1987) from {model} with {terms}{in_population(results)}{apart}; strata that do not vary in a group are left "
        f"out of its model. {_inference(results)}Missing values count as missing at random."
    )


def _inference(results: Results) -> str:
    """Name the structures and degrees of freedom that were used."""
    keys = [{"term": "fit", **group} for group in groups_shown(results)]
    structures = list(
        dict.fromkeys(
            formats.structure_name(text) for key in keys if (text := results.said("covariance_structure", **key))
        )
    )
    degrees = list(dict.fromkeys(df_name(text) for key in keys if (text := results.said("df_method", **key))))
    parts = [f"{listed(structures)} covariance"] if structures else []
    parts += [f"{listed(degrees)} degrees of freedom"] if degrees else []
    return f"Used: {listed(parts)}. " if parts else ""


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.WEIGHT_STABILITY: _stability,
    Method.EQUIVALENCE: _equivalence,
}
