"""How ordered categories were counted, tested and modelled."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Shift
from postinfusion.present import formats
from postinfusion.present.methods.phrases import endpoint_label, in_population, listed, terms_of
from postinfusion.present.methods.responders import comparisons_text
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method


def _ordinal(results: Results) -> str:
    strata = [formats.in_sentence(name) for name in results.plan.design.strata]
    over = f" over the strata of {listed(strata)}" if strata else ""
    tested = (
        f" At each visit the arms were compared by row mean scores (Cochran-Mantel-Haenszel{over})."
        if results.values_of("visit", term="row-mean-scores")
        else ""
    )
    counted = f"Categories of {endpoint_label(results)} were counted by visit and arm{in_population(results)}.{tested}"
    return " ".join(part for part in (counted, _modelled(results)) if part)


def _modelled(results: Results) -> str:
    """Say what was fitted, or why nothing was."""
    if not results.said("formula", term="fit"):
        return f"The model could not be fitted: {results.failure}." if results.failure else ""
    arms = ["arm", "visit", "arm × visit"] if len(results.arms) > 1 else ["visit"]
    terms = [*arms, *(formats.in_sentence(name) for name in terms_of(results))]
    n, observations = (results.text(name, term="fit") for name in ("n_participants", "n_observations"))
    return (
        f"A cumulative-logit mixed model with {listed(terms)} and a random intercept of the participant was fitted to "
        f"{observations} observations of {n} participants by {results.said('estimation', term='fit')}; its odds ratios "
        f"of {results.said('direction', term='fit')} are common to all thresholds and given the participant. The "
        "assumption of proportional odds was looked at by estimating equations of the indicators of all thresholds."
    )


def _shift(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Shift)  # noqa: S101
    is_last = analysis.before == "last"
    before = "that at baseline" if is_last else "the worst one up to time zero"
    serious = "" if analysis.serious is None else f" Newly serious: {analysis.serious:g} or worse, not so before."
    return (
        f"The worst category of {endpoint_label(results)} at any assessment after time zero was compared with "
        f"{before}{in_population(results)}; participants without an assessment are counted as not assessed.{serious} "
        f"{comparisons_text(results)}"
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.ORDINAL: _ordinal, Method.SHIFT: _shift}
