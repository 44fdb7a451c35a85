"""How an endpoint was modelled."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Ancova, Mmrm, Trajectory
from postinfusion.plan.endpoints import Form
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.effect_features import EXPLORATORY, band_in_words, curve_key, is_exploratory, origin
from postinfusion.present.methods.phrases import in_population, listed, outcome, terms_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method


def _mmrm(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Mmrm)  # noqa: S101
    arms = ["arm", "visit", "arm × visit"] if len(results.arms) > 1 else ["visit"]
    by_visit = {"baseline": "baseline × visit"} if analysis.baseline_by_visit else {}
    terms = [*arms, *(by_visit.get(name, formats.in_sentence(name)) for name in terms_of(results))]
    return (
        f"{outcome(analysis.form, results)} was analysed by a mixed model for repeated measures with {listed(terms)}"
        f"{in_population(results)}."
    )


def _trajectory(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Trajectory)  # noqa: S101
    arms = ["arm", "time", "arm × time"] if len(results.arms) > 1 else ["time"]
    by_time = {"baseline": "baseline × time"}
    terms = [*arms, *(by_time.get(name, formats.in_sentence(name)) for name in terms_of(results))]
    random = results.said("random_effects", term="fit") or " and ".join(analysis.random)
    first = (
        f"{outcome(Form.CHANGE, results)} was analysed by a linear mixed model over continuous time since "
        f"{origin(results)} ({_basis(analysis)}) with {listed(terms)}, and {random} varying between participants"
        f"{in_population(results)}."
    )
    return " ".join([first, *_records(results, analysis), *_time_details(results, analysis)])


def _records(results: Results, analysis: Trajectory) -> list[str]:
    """Say which assessments enter, over which time the slope runs, and what happens to what is missing."""
    over = "days" if analysis.basis == "linear" else "log(1 + hours / 24)"
    varying = results.said("random_effects", term="fit") or " ".join(analysis.random)
    slope = f"; the slope of participants is over {over}" if "slope" in varying else ""
    found = [
        f"Every assessment after time zero entered at its own time, scheduled or not{slope}.",
        "Missing values count as missing at random.",
    ]
    if not analysis.estimand:
        found.append("It answers no estimand: assessments after intercurrent events were used as observed.")
    return found


def _time_details(results: Results, analysis: Trajectory) -> list[str]:
    """Say how the infusions, the decay time and the band were dealt with."""
    found = []
    if analysis.counts_infusions or analysis.since == "last-infusion":
        found.append(f"Infusions count as {'planned' if analysis.infusions == 'planned' else 'given'}.")
    if analysis.estimates_rate:
        found.append(
            "The decay time tau was estimated by profile likelihood between 2 and 60 days, with an interval calibrated "
            "by parametric bootstrap; means and differences "
            "account for this by the joint information of tau and the coefficients."
        )
    bands = dict.fromkeys(text for key in curve_key(results) if (text := band_in_words(results, key)))
    if bands:
        read = "; times of the effect are read from it" if results.comparisons else ""
        found.append(
            f"The simultaneous {results.confidence} band holds the whole curve over {listed([*bands])} (quantile of "
            f"the largest |t|){read}."
        )
    return [*found, *([EXPLORATORY] if is_exploratory(results) else [])]


def _ancova(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Ancova)  # noqa: S101
    carried = "the last observation carried forward" if analysis.imputation == "locf" else "participants with a value"
    terms = [*(["arm"] if len(results.arms) > 1 else []), *(formats.in_sentence(name) for name in terms_of(results))]
    return (
        f"{outcome(analysis.form, results)} at {analysis.visit} was analysed by analysis of covariance with "
        f"{listed(terms)}, with {carried}{in_population(results)}."
    )


def _basis(analysis: Trajectory) -> str:
    """Say how the mean moves with time."""
    at = ", ".join(map(hours_as_text, analysis.knots))
    tau = f"tau = {hours_as_text(analysis.fixed_rate)}" if analysis.fixed_rate else "tau estimated"
    return {
        "linear": "linear in days",
        "log": "log(1 + hours / 24)",
        "spline": f"natural cubic spline with inner knots at {at}",
        "piecewise": f"straight lines that bend at {at}",
        "decay": f"decay exp(-t/tau), {tau}",
        "accumulation": f"sum of exp(-t/tau) over the infusions begun so far, {tau}",
        "cumulative": "number of infusions begun so far, and log(1 + days since the last of them)",
    }[analysis.shape]


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.MMRM: _mmrm,
    Method.TRAJECTORY: _trajectory,
    Method.ANCOVA: _ancova,
}
