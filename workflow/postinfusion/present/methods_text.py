"""How each analysis was done, in sentences written from the plan and from what the fit says of itself."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Ancova, Mmrm, SplineBasis, Trajectory, Weight
from postinfusion.plan.endpoints import Form, Strategy
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import df_name, structure_name
from postinfusion.vocabulary import BODY_MASS_INDEX, COVARIANCE_NAMES, MODELS, TIME_ZERO_NAMES, Method

_USED = "used"


def methods_text(results: Results) -> str:
    """Give the methods of one analysis in a few sentences: population, method, and for a model what was really fitted.

    Parameters
    ----------
    results
        The analysis with its results.
    """
    sentences = [_METHODS[results.analysis.method](results)]
    if results.analysis.method in MODELS:
        sentences += [_events(results), _fitted(results)]
    if not results.analysis.prespecified:
        sentences.append("This analysis was not laid down before the data were seen.")
    return " ".join(sentence for sentence in sentences if sentence)


def model_in_short(results: Results) -> str:
    """Give the kind of a model, its covariance and its degrees of freedom, in one line; empty for other analyses."""
    if results.analysis.method not in MODELS:
        return ""
    kind = {Method.MMRM: "Mixed model for repeated measures", Method.TRAJECTORY: "Linear mixed model over time",
            Method.ANCOVA: "Analysis of covariance"}[results.analysis.method]  # fmt: skip
    method = df_name(results.said("df_method", term="fit"))
    inference = f"{method} degrees of freedom" if method else ""
    return ", ".join(part for part in (kind, _structure(results), inference) if part) + "."


def _disposition(results: Results) -> str:
    return f"Participants were counted at each step of the trial{_in_population(results)}."


def _demographics(results: Results) -> str:
    return (
        f"Characteristics at baseline were described by arm{_in_population(results)}: numbers by mean, "
        "SD and quartiles, categories by counts."
    )


def _summary(results: Results) -> str:
    return (
        f"Observed values of {_endpoint(results)} and their change from baseline were described by visit and arm"
        f"{_in_population(results)}; intervals of means are 95 % t intervals. Missing values were not replaced."
    )


def _missingness(results: Results) -> str:
    return (
        f"Assessments of {_endpoint(results)} were counted by visit, arm and, where they are missing, by reason"
        f"{_in_population(results)}."
    )


def _windows(results: Results) -> str:
    return (
        f"Assessments were counted by window of the schedule and arm{_in_population(results)}; deviations are from the "
        "nominal time of the visit for each participant."
    )


def _weight(results: Results) -> str:
    by = results.analysis.by if isinstance(results.analysis, Weight) else ""
    apart = f", apart by {formats.in_sentence(by)}" if by else ""
    return (
        f"Values and changes from baseline were described by visit and arm{apart}{_in_population(results)}; "
        f"intervals of means are 95 % t intervals.{_not_pooled(results)}"
    )


def _not_pooled(results: Results) -> str:
    """Say that this analysis keeps body mass index apart by group, where it has groups and body mass index."""
    analysis = results.analysis
    if not isinstance(analysis, Weight) or not analysis.by:
        return ""
    measures = {results.plan.endpoints[key].measure for key in analysis.endpoints}
    by = formats.in_sentence(analysis.by)
    return f" Body mass index is not pooled over {by} here." if BODY_MASS_INDEX in measures else ""


def _courses(results: Results) -> str:
    return f"All assessments of {_endpoint(results)}{_in_population(results)} are drawn {_times(results)}."


def _times(results: Results) -> str:
    """Say at which times assessments are drawn: their own, or the nominal time of the visit where none was recorded."""
    every = results.value("n_observations", variable="time")
    nominal = results.value("n_observations", variable="time", level="nominal")
    if not every or not nominal:
        return "at their own time"
    when = "the nominal time of their visit, since the data record no time"
    if nominal == every:
        return f"at {when}"
    few = results.text("n_observations", variable="time", level="nominal")
    return f"at their own time, {few} of {results.text('n_observations', variable='time')} at {when} of them"


def _adverse_events(results: Results) -> str:
    compared = (
        f", with risk differences and their {results.confidence} confidence intervals" if results.comparisons else ""
    )
    return (
        f"Participants with at least one event, and events, were counted by class and term{compared}"
        f"{_in_population(results)}. Zeros are printed."
    )


def _mmrm(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Mmrm)  # noqa: S101
    arms = ["arm", "visit", "arm × visit"] if len(results.arms) > 1 else ["visit"]
    by_visit = {"baseline": "baseline × visit"} if analysis.baseline_by_visit else {}
    terms = [*arms, *(by_visit.get(name, formats.in_sentence(name)) for name in _terms(results))]
    return (
        f"{_what(analysis.form, results)} was analysed by a mixed model for repeated measures with {_listed(terms)}"
        f"{_in_population(results)}."
    )


def _trajectory(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Trajectory)  # noqa: S101
    zero = TIME_ZERO_NAMES[results.plan.design.time_zero]
    arms = ["arm", "time", "arm × time"] if len(results.arms) > 1 else ["time"]
    by_time = {"baseline": "baseline × time"}
    terms = [*arms, *(by_time.get(name, formats.in_sentence(name)) for name in _terms(results))]
    random = results.said("random_effects", term="fit") or " and ".join(analysis.random)
    return (
        f"{_what(Form.CHANGE, results)} was analysed by a linear mixed model over continuous time since {zero} "
        f"({_basis(analysis)}) with {_listed(terms)}, and {random} varying between participants"
        f"{_in_population(results)}."
    )


def _ancova(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Ancova)  # noqa: S101
    carried = "the last observation carried forward" if analysis.imputation == "locf" else "participants with a value"
    terms = [*(["arm"] if len(results.arms) > 1 else []), *(formats.in_sentence(name) for name in _terms(results))]
    return (
        f"{_what(analysis.form, results)} at {analysis.visit} was analysed by analysis of covariance with "
        f"{_listed(terms)}, with {carried}{_in_population(results)}."
    )


_METHODS: dict[Method, Callable[[Results], str]] = {
    Method.DISPOSITION: _disposition,
    Method.DEMOGRAPHICS: _demographics,
    Method.SUMMARY: _summary,
    Method.MISSINGNESS: _missingness,
    Method.WINDOWS: _windows,
    Method.WEIGHT: _weight,
    Method.COURSES: _courses,
    Method.ADVERSE_EVENTS: _adverse_events,
    Method.MMRM: _mmrm,
    Method.TRAJECTORY: _trajectory,
    Method.ANCOVA: _ancova,
}


def _listed(names: list[str], word: str = "and") -> str:
    """Give names as a list in a sentence: ``a, b and c``."""
    if not names:
        return "an intercept only"
    return f" {word} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _in_population(results: Results) -> str:
    """Name the population with its size."""
    total = formats.statistic("n_total", results.total())
    return (
        f" in the population {results.population} (n = {total})"
        if total
        else f" in the population {results.population}"
    )


def _endpoint(results: Results) -> str:
    """Name the endpoint."""
    return results.endpoint.label if results.endpoint else results.analysis_id


def _what(form: Form, results: Results) -> str:
    """Name what of the endpoint was modelled."""
    return f"The change of {_endpoint(results)} from baseline" if form is Form.CHANGE else _endpoint(results)


def _terms(results: Results) -> list[str]:
    """Give covariates and strata, each once."""
    covariates = getattr(results.analysis, "covariates", ())
    return list(dict.fromkeys((*covariates, *results.plan.design.strata)))


def _basis(analysis: Trajectory) -> str:
    """Say how the mean moves with time."""
    if isinstance(analysis.basis, SplineBasis):
        return f"natural cubic spline with inner knots at {', '.join(map(hours_as_text, analysis.basis.spline))}"
    return "linear in days" if analysis.basis == "linear" else "log(1 + hours / 24)"


def _events(results: Results) -> str:
    """Say what happens after intercurrent events."""
    estimand = results.plan.estimands.get(getattr(results.analysis, "estimand", ""))
    if estimand is None or not estimand.events:
        return ""
    by_strategy = {
        strategy: [formats.event_in_words(event) for event, chosen in estimand.events.items() if chosen is strategy]
        for strategy in Strategy
    }
    texts = {
        Strategy.TREATMENT_POLICY: "Assessments after {} were used as observed (treatment policy).",
        Strategy.HYPOTHETICAL: "Assessments after {} were left out and taken as missing at random (hypothetical).",
    }
    return " ".join(texts[strategy].format(_listed(events, "or")) for strategy, events in by_strategy.items() if events)


def _fitted(results: Results) -> str:
    """Say what was fitted, to how many, and how the fit ended; or why there is no fit."""
    if results.failure:
        return f"The model could not be fitted: {results.failure}{_refused(results)}"
    n = results.text("n_participants", term="fit")
    observations = results.text("n_observations", term="fit")
    if not n:
        return ""
    pieces = [_structure(results), df_name(results.said("df_method", term="fit"))]
    inference = f"{pieces[1]} degrees of freedom" if pieces[1] else ""
    how = ", ".join(piece for piece in (pieces[0], _estimation(results), inference) if piece)
    return (
        f"It was fitted to {observations} observations of {n} participants{f' with {how}' if how else ''}."
        + _refused(results)
        + _robust(results)
    )


def _robust(results: Results) -> str:
    """Say that robust standard errors stand beside those of a structured covariance."""
    if not results.values_of("visit", term="robust-difference"):
        return ""
    return (
        " Differences are also given with cluster-robust (CR2) standard errors and Bell-McCaffrey degrees of freedom."
    )


def _structure(results: Results) -> str:
    """Name the covariance structure that was used."""
    used = structure_name(results.said("covariance_structure", term="fit"))
    return f"{used} covariance" if used in COVARIANCE_NAMES.values() else ""


def _estimation(results: Results) -> str:
    """Name the criterion of estimation."""
    names = {"reml": "restricted maximum likelihood", "ml": "maximum likelihood"}
    return names.get(results.said("estimation", term="fit"), "")


def _refused(results: Results) -> str:
    """Say which structures of the plan were tried before and why they were not used."""
    outcomes = [
        (level, results.said("outcome", term="ladder", level=level))
        for level in results.values_of("level", term="ladder")
    ]
    before: list[str] = []
    for level, outcome in outcomes:
        if outcome == _USED:
            break
        before.append(f"{structure_name(level)} ({outcome})")
    return f" Preferred in the plan but not used: {'; '.join(before)}." if before else ""
