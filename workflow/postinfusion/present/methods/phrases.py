"""Phrases that the methods texts of several analyses share."""

from __future__ import annotations

from postinfusion.plan.analyses import DividedPart
from postinfusion.plan.endpoints import Form
from postinfusion.present import formats
from postinfusion.present.results import Results


def listed(names: list[str], word: str = "and") -> str:
    """Give names as a list in a sentence: ``a, b and c``."""
    if not names:
        return "an intercept only"
    return f" {word} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def in_population(results: Results) -> str:
    """Name the population with its size."""
    total = formats.statistic("n_total", results.total())
    return (
        f" in the population {results.population} (n = {total})"
        if total
        else f" in the population {results.population}"
    )


def endpoint_label(results: Results) -> str:
    """Name the endpoint."""
    return results.endpoint.label if results.endpoint else results.analysis_id


def outcome(form: Form, results: Results) -> str:
    """Name what of the endpoint was modelled."""
    return f"The change of {endpoint_label(results)} from baseline" if form is Form.CHANGE else endpoint_label(results)


def terms_of(results: Results) -> list[str]:
    """Give covariates and strata, each once."""
    covariates = getattr(results.analysis, "covariates", ())
    return list(dict.fromkeys((*covariates, *results.plan.design.strata)))


def groups_told(analysis: DividedPart) -> str:
    """Say in which groups of participants the same was counted."""
    below = [] if analysis.bmi_below is None else [f"body mass index below {analysis.bmi_below:g} kg/m² or not"]
    factors = [*(name.replace("_", " ") for name in analysis.by), *below]
    if not factors:
        return ""
    return f" The same was counted by {listed(factors)}, without a comparison of the groups or an adjustment for them."
