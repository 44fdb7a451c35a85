"""How subgroups, moderators and the spread of outcomes were looked at."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Moderator, Subgroups, VarianceRatio
from postinfusion.plan.endpoints import Strategy
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, outcome, terms_of
from postinfusion.present.results import Results
from postinfusion.present.subgroups import POST_HOC, PRESPECIFIED, name_of
from postinfusion.present.tables.model_parts import df_name
from postinfusion.vocabulary import Method

_MISSING = "Missing values were taken as missing at random given the model."


def _subgroups(results: Results) -> str:
    """Say how arms were compared within groups, and what was laid down beforehand."""
    analysis = results.analysis
    assert isinstance(analysis, Subgroups)  # noqa: S101
    named = [
        f"{formats.in_sentence(factor.by) if factor.by not in results.plan.endpoints else name_of(results, factor.by)} "
        f"({PRESPECIFIED if factor.prespecified and analysis.prespecified else POST_HOC})"
        for factor in analysis.factors
    ]
    compared = (
        f"{outcome(analysis.form, results)}{in_population(results)} was compared between arms at {analysis.visit} "
        f"within groups by {listed(named)}, with {_kind(results)} for each factor: {_arm(results)} × group"
        f"{_others(results)}."
    )
    tested = (
        "That the difference is the same in all groups was tested by F at that visit; the tests are not adjusted for "
        "their number. Groups with fewer than three participants in an arm were described only. A factor in which "
        "participants do not differ, or differ only between arms, is not testable."
    )
    return " ".join(part for part in (compared, _fitted(results), tested, _events(results), _MISSING) if part)


def _moderator(results: Results) -> str:
    """Say how the difference was modelled along a number, and what the bands and regions are."""
    analysis = results.analysis
    assert isinstance(analysis, Moderator)  # noqa: S101
    name = analysis.moderator
    said = name_of(results, name) if name in results.plan.endpoints else formats.in_sentence(name)
    is_line = analysis.shape == "linear"
    shape = "a straight line" if is_line else "a natural cubic spline of three columns"
    band = "Potthoff's (Scheffé's for a line)" if is_line else "that of max-|t| over the grid"
    ends = "in closed form (Johnson and Neyman)" if is_line else "from the grid"
    related = (
        f"{outcome(analysis.form, results)}{in_population(results)} at {analysis.visit} was related to {said} about "
        f"its mean by {_arm(results)} × moderator ({shape}) in {_kind(results)}{_others(results)}."
    )
    shown = (
        "The difference between arms is shown over the range of the middle 90 % of participants of every arm, with "
        f"pointwise intervals and a simultaneous band; its critical value is {band}, with the smallest degrees of "
        f"freedom within the range. Regions in which it differs from zero come {ends}; nothing is said beyond it."
    )
    return " ".join(part for part in (related, _fitted(results), shown, _events(results), _MISSING) if part)


def _spread(results: Results) -> str:
    """Say how the spread of outcomes was compared, and what it does not tell."""
    analysis = results.analysis
    assert isinstance(analysis, VarianceRatio)  # noqa: S101
    if results.plan.design.crossover is not None:
        return (
            f"Whether the effect on {endpoint_label(results)} at {analysis.visit} varies between participants"
            f"{in_population(results)} is answered by the variance of participant × treatment in a linear mixed model "
            "with treatment, period and sequence, where a treatment was given in more than one period: the "
            "likelihood-ratio statistic has an even mixture of chi-square distributions with 0 and 1 degrees of "
            "freedom, and the interval comes from the profile likelihood."
        )
    adjusted = listed([formats.in_sentence(name) for name in analysis.covariates]) if analysis.covariates else ""
    within = f", adjusted within each arm for {adjusted} by least squares," if adjusted else ""
    return (
        f"The standard deviations of the change of {endpoint_label(results)} at {analysis.visit}{within} were compared "
        f"between arms{in_population(results)} among participants with a value: their ratio with Bonett's interval "
        "(2006), which allows for the kurtosis, and Brown and Forsythe's test. The interval of the F distribution is "
        "not used, since it holds for normal values only. A ratio of variances tells nothing of single participants: "
        "their own effects are not testable in a parallel trial, and no standard deviation of random slopes stands "
        "for them."
    )


def _kind(results: Results) -> str:
    """Name the model: with a single visit it is analysis of covariance."""
    return "an analysis of covariance" if _is_single(results) else "a mixed model for repeated measures"


def _arm(results: Results) -> str:
    """Name the arm with the visits, where there are several."""
    return "arm" if _is_single(results) else "arm × visit"


def _is_single(results: Results) -> bool:
    """Say whether the plan names one visit only."""
    return len(getattr(results.analysis, "visits", ())) == 1


def _others(results: Results) -> str:
    """Name what else the model has."""
    analysis = results.analysis
    by_visit = getattr(analysis, "baseline_by_visit", False) and not _is_single(results)
    names = ["baseline × visit" if name == "baseline" and by_visit else formats.in_sentence(name)
             for name in terms_of(results)]  # fmt: skip
    return f", with {listed(names)}" if names else ""


def _fitted(results: Results) -> str:
    """Name covariance, degrees of freedom and size, as the fits say."""
    at = {"visit": str(getattr(results.analysis, "visit", "")), "term": "fit"}
    found = results.rows[(results.rows["term"] == "fit") & (results.rows["stat_name"] == "covariance_structure")]
    used = list(dict.fromkeys(formats.structure_name(str(text)) for text in found["stat_text"]))
    if not used:
        return ""
    group = str(found["subgroup"].iloc[0])
    method = df_name(results.said("df_method", **at, subgroup=group))
    n = results.text("n_participants", **at, subgroup=group)
    if _is_single(results):
        return f"It was fitted to {n} participants."
    return f"It was fitted to {n} participants with {listed(used, 'or')} covariance and {method} degrees of freedom."


def _events(results: Results) -> str:
    """Say what was left out after intercurrent events."""
    estimand = results.plan.estimands.get(getattr(results.analysis, "estimand", ""))
    if estimand is None:
        return "All assessments were used as observed."
    left = [formats.event_in_words(name) for name, chosen in estimand.events.items() if chosen is Strategy.HYPOTHETICAL]
    return (
        f"Assessments after {listed(left, 'or')} were left out." if left else "All assessments were used as observed."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.SUBGROUPS: _subgroups,
    Method.MODERATOR: _moderator,
    Method.VARIANCE_RATIO: _spread,
}
