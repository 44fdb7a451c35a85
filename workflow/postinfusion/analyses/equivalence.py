"""Two one-sided tests of a difference, or in one arm of a mean change, against a margin (method equivalence)."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.analyses.ancova_at_visit import ancova_at_visit
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import (
    CrossoverMembers,
    Members,
    are_several,
    denominators,
    groups_by,
    unknown_rows,
)
from postinfusion.analyses.repeated_measures import repeated_measures
from postinfusion.analyses.weight_records import Group, groups
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.core.equivalence import LEVEL, two_one_sided_tests
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Ancova, Equivalence, Mmrm
from postinfusion.plan.plan import Plan
from postinfusion.plan.pooling_rules import DIAGNOSIS
from postinfusion.vocabulary import BODY_MASS_INDEX, Method

ABOVE, BELOW = "above the lower margin", "below the upper margin"
_ESTIMATES = ("marginal-mean", "difference")
_OF_MODEL = frozenset({*_ESTIMATES, "observed", "fit", "ladder"})
_ALONE = frozenset({"estimate", "std_error", "df"})


def equivalence(plan: Plan, analysis: Equivalence, adam: Adam, population: Members) -> list[Row]:
    """Fit the model in each group of ``by``, and test the margin at the visit.

    Returns
    -------
    list of rows
        Of each group ``marginal-mean``, ``difference``, ``observed``, ``fit`` and ``ladder`` as the model gives them;
        ``equivalence`` (``margin p_value conf_low conf_high confidence``: the larger p-value, the interval at 90 %) and
        ``one-sided-test`` (``level`` says against which margin: ``statistic df p_value``), by ``arm`` and
        ``comparator``, in one arm of its mean change. A group whose model fails has a row of error.

    Raises
    ------
    ModelError
        The endpoint has no margin, diagnoses would be pooled for body mass index, or the trial is a crossover trial.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    if endpoint.margin is None:
        raise ModelError(f"{endpoint.label} has no margin: write margin and margin_source under its endpoint")
    if isinstance(population, CrossoverMembers):
        raise ModelError("in a crossover trial arms are compared within participants: use method: crossover")
    _refuse_pooling(endpoint.measure, analysis, population)
    found = [*denominators(population), *rows({"margin": endpoint.margin}, term="margin")]
    found += rows({"source": endpoint.margin_source}, term="margin")
    found += unknown_rows(population, analysis.by) if analysis.by else []
    for group in groups(analysis, population):
        of_group = _of_group(plan, analysis, adam, group)
        alone = denominators(group.members) if group.key else []
        found += [row | group.key for row in [*alone, *of_group]]
    key = {"parameter": endpoint.parameter}
    return [key | row for row in found]


def _refuse_pooling(measure: str, analysis: Equivalence, population: Members) -> None:
    """Refuse one model of body mass index over several diagnoses."""
    if measure != BODY_MASS_INDEX or analysis.by == DIAGNOSIS or participant_column(DIAGNOSIS) not in population.frame:
        return
    if are_several(groups_by(population, DIAGNOSIS)):
        raise ModelError(
            "body mass index of several or unknown diagnoses is not pooled: a gain in one and a loss in another would "
            "look like no change. Write by: diagnosis"
        )


def _of_group(plan: Plan, analysis: Equivalence, adam: Adam, group: Group) -> list[Row]:
    """Give the rows of the model of one group with the tests, or why there are none."""
    try:
        fitted = _fitted(plan, analysis, adam, group.members)
    except ModelError as error:
        return [error_row(str(error), term="fit")]
    kept = [row for row in fitted if row.get("term") in _OF_MODEL or row["stat_name"] in {"error", "warning"}]
    return [*kept, *_tests(plan, analysis, kept, group.members)]


def _fitted(plan: Plan, analysis: Equivalence, adam: Adam, members: Members) -> list[Row]:
    """Give the rows of the model."""
    shared = {
        name: getattr(analysis, name)
        for name in ("population", "prespecified", "estimand", "covariates", "df", "confidence")
    }
    if analysis.model == "ancova":
        at_visit = Ancova(method=Method.ANCOVA, endpoint=analysis.endpoint, visit=analysis.visit)
        return ancova_at_visit(plan, at_visit.model_copy(update=shared), adam, members)
    shared |= {"visits": analysis.visits, "covariance": analysis.covariance}
    repeated = Mmrm(method=Method.MMRM, endpoint=analysis.endpoint)
    return repeated_measures(plan, repeated.model_copy(update=shared), adam, members)


def _tests(plan: Plan, analysis: Equivalence, fitted: list[Row], members: Members) -> Iterator[Row]:
    """Give the tests of each difference at the visit, or of the mean change where nothing is compared."""
    margin = plan.endpoints[analysis.endpoint].margin or 0.0
    term = "difference" if members.compared else "marginal-mean"
    at_visit = [row for row in fitted if row.get("term") == term and row.get("visit") == analysis.visit]
    for arm in dict.fromkeys(str(row["arm"]) for row in at_visit):
        mine = [row for row in at_visit if row["arm"] == arm]
        found = {str(row["stat_name"]): float(str(row["stat"])) for row in mine if row["stat_name"] in _ALONE}
        key = {name: mine[0].get(name, "") for name in ("visit", "time", "arm", "comparator")}
        yield from _both_tests(found, margin, key)


def _both_tests(found: dict[str, float], margin: float, key: dict[str, object]) -> Iterator[Row]:
    """Give the rows of both one-sided tests and of what they say together."""
    tests = two_one_sided_tests(found["estimate"], found["std_error"], found["df"], margin)
    together = {"margin": margin, "p_value": tests.p_value, "conf_low": tests.conf_low, "conf_high": tests.conf_high}
    yield from rows({**together, "confidence": 100 * (1 - 2 * LEVEL)}, **key, term="equivalence")
    for level, statistic, p_value in (
        (ABOVE, tests.statistic_above, tests.p_above),
        (BELOW, tests.statistic_below, tests.p_below),
    ):
        yield from rows({"statistic": statistic, "df": found["df"], "p_value": p_value}, **key, term="one-sided-test",
                        level=level)  # fmt: skip
