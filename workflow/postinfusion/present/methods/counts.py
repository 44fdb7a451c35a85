"""How counts of events were modelled, and abstinence compared."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Counts
from postinfusion.present import formats
from postinfusion.present.among_words import left_out_note
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.methods.responders import comparisons_text
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

_MISSING = {
    "failure": "Participants without a value are counted as not abstinent (declared); observed cases stand beside.",
    "observed": "Participants without a value are left out of abstinence (declared); counted as not abstinent they "
    "stand beside.",
}


def _counts(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Counts)  # noqa: S101
    described = f"Values of {endpoint_label(results)} were described by visit and arm{in_population(results)}."
    abstinence = f"Abstinence is no event in the window of a visit. {_MISSING[analysis.missing]}"
    of_trials = results.endpoint is not None and results.endpoint.out_of
    of_abstinence = () if of_trials else (abstinence, comparisons_text(results))
    parts = (described, *left_out_note(results), _modelled(results, analysis), *of_abstinence)
    return " ".join(part for part in parts if part)


def _modelled(results: Results, analysis: Counts) -> str:
    """Say what was fitted, or why nothing was."""
    failed = f"Not all could be fitted: {results.failure}." if results.failure else ""
    if not results.said("formula", term="fit"):
        return failed
    arms = ["arm", "visit", "arm × visit"] if len(results.arms) > 1 else ["visit"]
    named = (formats.in_sentence(name) for name in terms_of(results) if name != "baseline")
    before = ["the logarithm of the count before treatment plus 0.5"] if "baseline" in analysis.covariates else []
    out_of = results.endpoint.out_of if results.endpoint else ""
    days = results.endpoint.days if results.endpoint else None
    window = f"number of {out_of}" if out_of else f"{days or 1:g} days"
    n, observations = (results.text(name, term="fit") for name in ("n_participants", "n_observations"))
    compared = (
        "rate ratios are those of the model, with Student's t on the logarithm: of n participants and p parameters of "
        "what differs between them the squared error is multiplied by n / (n − p), with n − p degrees of freedom"
        if results.comparisons
        else "no arms are compared"
    )
    return (
        f"A negative binomial mixed model (log link, variance μ + μ²/k) with {listed([*arms, *before, *named])}, a "
        f"random intercept of the participant and the logarithm of the {window} as the offset was fitted to "
        f"{observations} observations of {n} participants by maximum likelihood (Laplace). Rates are averaged over the "
        f"covariates of the analysed records; {compared}. Beside it stand estimating equations "
        "with the variance μ + αμ², α by moments (exchangeable working correlation; standard errors for few "
        "participants of Morel, Bokossa and Neerchal)."
        f"{f' {failed}' if failed else ''}"
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.COUNTS: _counts}
