"""SUBT01: the difference between arms by subgroup, with the test that it is the same in all groups."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.subgroups import (
    FALSE_ALARMS,
    NOT_RANDOMISED,
    Factor,
    Group,
    at,
    comparisons_of,
    everyone,
    factors_of,
)

_NOT_TESTABLE = "not testable"


def table(results: Results) -> Table:
    """Give numbers, differences with intervals and interaction tests by factor, and what the models suppose.

    Raises
    ------
    ModelError
        The results hold no subgroup.
    """
    if not results.values_of("visit", term="observed"):
        raise ModelError(results.failure or "the results hold no subgroup")
    pairs = comparisons_of(results)
    parts = [part for pair in pairs for part in (_differences(results, pair), _tests(results, pair))]
    problems = [
        f"{factor.name}: {text}." for factor in factors_of(results, pairs[0]) for text in dict.fromkeys(factor.problems)
    ]
    notes = (NOT_RANDOMISED, FALSE_ALARMS, *problems)
    unit = f" (in {results.endpoint.unit})" if results.endpoint and results.endpoint.unit else ""
    subtitle = f"Difference of adjusted mean changes{unit} at {at(results)['visit']}; a model for each factor"
    label = label_of(results, "SUBT01", subtitle, notes, signs=(formats.SUPPRESSED,))
    return Table(label, tuple(part for part in parts if part.rows))


def _differences(results: Results, pair: tuple[str, str]) -> Part:
    """Give numbers and differences, all participants first."""
    arm, against = pair
    heads = ("Group", f"n, {arm}", f"n, {against}", "Difference", f"{results.confidence} CI", "df", "p, interaction")
    rows = [Row("All participants", (*_cells(everyone(results, pair)), ""))]
    for factor in factors_of(results, pair):
        said = factor.p_value or _NOT_TESTABLE
        rows.append(Row(f"{factor.name} ({factor.when})", (*[""] * 5, said)))
        rows += [Row(group.name, (*_cells(group), ""), 1) for group in factor.groups]
    return Part(heads, tuple(rows), f"{arm} − {against}")


def _cells(group: Group) -> tuple[str, ...]:
    """Give the cells of one line; a group that is described only has no difference."""
    return (*group.counts, group.estimate, group.interval, group.df)


def _tests(results: Results, pair: tuple[str, str]) -> Part:
    """Give the interaction tests with their degrees of freedom, and the covariance of each model."""
    heads = ("Interaction", "Laid down", "Numerator df", "Denominator df", "F", "p", "Covariance")
    factors = zip(factors_of(results, pair), getattr(results.analysis, "factors", ()), strict=True)
    rows = tuple(
        Row(f"Arm × {formats.in_sentence(asked.by)}", _test(results, found, asked.by)) for found, asked in factors
    )
    return Part(heads, rows, "Does the difference differ between groups?")


def _test(results: Results, factor: Factor, name: str) -> tuple[str, ...]:
    """Give the cells of one test; of one that is not there the words that it is not."""
    used = formats.structure_name(results.said("covariance_structure", **at(results), subgroup=name, term="fit"))
    test = factor.test if factor.p_value else ("", "", "", _NOT_TESTABLE)
    return (factor.when, *test, used)
