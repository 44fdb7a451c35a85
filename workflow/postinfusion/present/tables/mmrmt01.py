"""MMRMT01: mixed model for repeated measures, in the four parts of the catalogue of clinical trial tables."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present.display import Part, Row, Table
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import Point, means_part, model_table, response_in_words

_AVERAGE = "average"


def table(results: Results) -> Table:
    """Give means and differences by visit, fixed effects with tests, covariance, and diagnostics.

    Raises
    ------
    ModelError
        The model could not be fitted.
    """
    points = _points(results)
    if not points:
        raise ModelError(results.failure or "the model gives no adjusted mean")
    means = means_part(results, points, caption="Adjusted means and differences by visit", first="Visit")
    return model_table(
        results, "MMRMT01", response_in_words(results), means, _robust_part(results), _covariance_part(results)
    )


def _points(results: Results) -> list[Point]:
    """Give the visits of the model, and their average."""
    visits = [visit for visit in results.values_of("visit", term="marginal-mean") if visit]
    names = {_AVERAGE: "Average of all visits"}
    return [
        (names.get(visit, visit), {"visit": visit}) for visit in sorted(visits, key=lambda visit: visit == _AVERAGE)
    ]


def _robust_part(results: Results) -> Part:
    """Give the differences with standard errors that hold even where the covariance is wrong; empty without any."""
    keys = [
        {"term": "robust-difference", "visit": visit, "arm": arm, "comparator": comparator}
        for visit in results.values_of("visit", term="robust-difference")
        for arm, comparator in results.comparisons
    ]
    rows = tuple(
        Row(f"{key['visit']}, {key['arm']} − {key['comparator']}", _robust_cells(results, key)) for key in keys
    )
    columns = ("Difference", "Estimate", "SE", f"{results.confidence} CI", "df", "t", "p")
    return Part(columns, rows, "Differences with standard errors robust to a wrong covariance (CR2)")


def _robust_cells(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the cells of one robust difference."""
    estimate, error, *test = (
        results.text(name, **key) for name in ("estimate", "std_error", "df", "statistic", "p_value")
    )
    return (estimate, error, results.interval(**key), *test)


def _covariance_part(results: Results) -> Part:
    """Give the covariance on and below the diagonal, the correlation above it."""
    visits = [visit for visit in results.values_of("visit", term="covariance") if visit]
    rows = tuple(
        Row(visit, tuple(_entry(results, visits, row, column) for column in range(len(visits))))
        for row, visit in enumerate(visits)
    )
    return Part(("Visit", *visits), rows, "Covariance of the visits (above the diagonal: correlation)")


def _entry(results: Results, visits: list[str], row: int, column: int) -> str:
    """Give one entry of the matrix; results may hold a pair of visits in one order only."""
    name = "correlation" if column > row else "covariance"
    for first, second in ((row, column), (column, row)):
        text = results.text(name, term="covariance", visit=visits[first], level=visits[second])
        if text:
            return text
    return ""
