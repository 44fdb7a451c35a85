"""How each analysis was done, in sentences written from the plan and from what the fit says of itself."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.endpoints import Strategy
from postinfusion.present import formats
from postinfusion.present.methods import (
    counts,
    crossover,
    descriptions,
    event_rates,
    for_whom,
    infusion_course,
    liver,
    masking,
    models,
    one_design,
    ordinal,
    responders,
    safety,
    stages,
    time_to_event,
    timed_task,
    variability,
    vital_signs,
    weight,
)
from postinfusion.present.methods.phrases import listed
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import df_name
from postinfusion.vocabulary import COVARIANCE_NAMES, MODELS, Method

_USED = "used"
_METHODS: dict[Method, Callable[[Results], str]] = {
    **descriptions.TEXTS,
    **models.TEXTS,
    **time_to_event.TEXTS,
    **crossover.TEXTS,
    **responders.TEXTS,
    **ordinal.TEXTS,
    **counts.TEXTS,
    **timed_task.TEXTS,
    **masking.TEXTS,
    **for_whom.TEXTS,
    **safety.TEXTS,
    **event_rates.TEXTS,
    **infusion_course.TEXTS,
    **liver.TEXTS,
    **one_design.TEXTS,
    **variability.TEXTS,
    **vital_signs.TEXTS,
    **weight.TEXTS,
    **stages.TEXTS,
}


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
            Method.ANCOVA: "Analysis of covariance",
            Method.CROSSOVER: "Linear mixed model of a crossover trial"}[results.analysis.method]  # fmt: skip
    method = df_name(results.said("df_method", term="fit"))
    inference = f"{method} degrees of freedom" if method else ""
    return ", ".join(part for part in (kind, _structure(results), inference) if part) + "."


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
    return " ".join(texts[strategy].format(listed(events, "or")) for strategy, events in by_strategy.items() if events)


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
    used = formats.structure_name(results.said("covariance_structure", term="fit"))
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
        before.append(f"{formats.structure_name(level)} ({outcome})")
    return f" Preferred in the plan but not used: {'; '.join(before)}." if before else ""
