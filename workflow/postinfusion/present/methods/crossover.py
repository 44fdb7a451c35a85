"""How a crossover trial was analysed."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import CrossoverModel
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.methods.phrases import in_population, listed, outcome, terms_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method


def _crossover(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, CrossoverModel)  # noqa: S101
    has_sequence = "SEQUENCE" in results.said("formula", term="fit")
    terms = ["treatment", "period", *(["sequence"] if has_sequence else [])]
    if "baseline" in analysis.covariates:
        terms += ["the participant's mean baseline", "the deviation of the period's baseline from it"]
    terms += [formats.in_sentence(name) for name in terms_of(results) if name != "baseline"]
    return (
        f"{outcome(analysis.form, results)} {'of the period' if analysis.form == 'change' else ''} was analysed at "
        f"each visit by a linear mixed model with {listed(terms)}, and an intercept varying between participants"
        f"{in_population(results)}. {_carry_over(results, analysis)} {_beside(results)} {_where(results, analysis)}"
    ).replace("  ", " ")


def _carry_over(results: Results, analysis: CrossoverModel) -> str:
    """Say how carry-over is dealt with, which was decided before the data were seen."""
    said = (
        "The differences come from the model with first-order carry-over"
        if analysis.carry_over == "adjusted"
        else "The differences suppose no carry-over; it is estimated beside them"
    )
    crossover = results.plan.design.crossover
    washout = f"; the planned washout is {hours_as_text(crossover.washout)}" if crossover else ""
    return f"{said}, and no test of it chooses the model{washout}."


def _where(results: Results, analysis: CrossoverModel) -> str:
    """Say which of the models the numbers of the fit are those of."""
    estimand = results.plan.estimands.get(analysis.estimand)
    visits = [visit for visit in results.values_of("visit", term="marginal-mean") if visit]
    visit = estimand.variable.visit if estimand else next(reversed(visits), "")
    return f"The numbers of the fit are those at {visit}." if visit in visits else ""


def _beside(results: Results) -> str:
    """Say what stands beside the model."""
    how = results.values_of("stat_text", term="sequence-permutation", stat_name="how")
    kind = "all orders" if how == ["exact"] else "orders drawn from the plan's seed where there are too many"
    return (
        "Beside it stand the first period alone (analysis of covariance between participants), tests in which the "
        "order of two treatments was dealt out again among participants with the same two periods (period differences, "
        f"studentised with HC2; {kind}), and sign-flip tests of the differences within participants, which do not "
        "allow for periods."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.CROSSOVER: _crossover}
