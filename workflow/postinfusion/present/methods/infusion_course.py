"""How vital signs and ratings around an infusion were analysed."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import InfusionCoursePart
from postinfusion.present.methods.phrases import groups_told, in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

_MODELS = {
    "mean": "the change of {} at all planned minutes in one linear mixed model with arm × minute, number of the "
    "infusion and the value before as fixed effects, and participant and infusion within participant as random "
    "effects, each with an intercept and a height of the pulse (Kenward-Roger degrees of freedom); the change at the "
    "peak with participants as random effects, an infusion within a participant being the residual",
    "log1p": "log(1 + value) of {} at each minute, with participants as random effects, and with a test of ranks of "
    "participants' means beside them",
    "ordinal": "the worst value of {} in each infusion in a cumulative-logit mixed model (Student's t of the "
    "participants less the arms)",
}


def _course(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, InfusionCoursePart)  # noqa: S101
    names = {kind: [item.label or item.measure for item in analysis.measures if item.model == kind] for kind in _MODELS}
    modelled = "; ".join(text.format(listed(names[kind])) for kind, text in _MODELS.items() if names[kind])
    said = f" Modelled were {modelled}." if modelled else ""
    back = [f"{item.label or item.measure} within {item.band}" for item in analysis.measures if item.has_return]
    returned = (
        f" A return ({'; '.join(back)}) lies between two readings and was estimated by Turnbull's method, with exact "
        "limits at the effective number of infusions, found by resampling participants."
        if back
        else ""
    )
    return (
        f"Readings around infusions were described{in_population(results)} by planned minute, one taken within "
        f"{60 * analysis.tolerance:g} min of it; others, until an hour after the last planned minute, were counted and "
        "enter what is found from all readings (limits, peak, return). Change, area and return need a reading before "
        "the infusion; limits of a value and the worst value do not. Limits of means and of "
        f"shares of infusions respect whose infusions they are.{said}{returned} The value before a later infusion was "
        "taken after randomisation, and courses by number of the infusion are of those who stayed."
        f"{_in_groups(analysis)}"
    )


def _in_groups(analysis: InfusionCoursePart) -> str:
    """Say in which groups of participants the same was done."""
    told = groups_told(analysis)
    return f"{told.removesuffix('.')}; courses by number of the infusion were not." if told else ""


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.INFUSION_VITALS: _course,
    Method.INFUSION_RATINGS: _course,
}
