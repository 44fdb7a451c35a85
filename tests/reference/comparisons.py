"""Comparisons with other programs: what a reference case claims, and whether it holds.

The tests and ``make validate`` read the same comparisons, so a test and a row of the table are one thing.
``README.md`` says how a case joins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.errors import ModelError
from reference import reference_cases
from reference.reference_cases import FOLDER


@dataclass(frozen=True)
class Tolerance:
    """How far a number may lie from its reference.

    Attributes
    ----------
    size
        In units of the comparison's scale.
    reason
        Why this much and not less.
    is_relative
        The scale is the reference itself unless the comparison names another; else it is one.
    """

    size: float
    reason: str
    is_relative: bool = True


CLOSED_FORM = Tolerance(reference_cases.CLOSED_FORM, "the same closed formula: only rounding differs")
LOG_LIKELIHOOD = Tolerance(reference_cases.LOG_LIKELIHOOD, "a maximum is flat to second order", is_relative=False)
INFORMATION_CRITERION = Tolerance(2 * LOG_LIKELIHOOD.size, "twice the log-likelihood", is_relative=False)
ESTIMATE = Tolerance(
    reference_cases.ESTIMATE_IN_STANDARD_ERRORS, "of its standard error: two programs stop at slightly different points"
)
STANDARD_ERROR = Tolerance(reference_cases.STANDARD_ERROR, "first order in the distance to the optimum")
VARIANCE = Tolerance(2 * STANDARD_ERROR.size, "the square of a standard error")
F_STATISTIC = Tolerance(2 * STANDARD_ERROR.size, "the square of estimate over standard error")
DEGREES_OF_FREEDOM = Tolerance(reference_cases.DEGREES_OF_FREEDOM, "third derivatives of the fit enter")
P_VALUE = Tolerance(DEGREES_OF_FREEDOM.size, "follows the degrees of freedom")
P_VALUE_OF_CONTRAST = Tolerance(1e-4, "moves by less than the estimate in standard errors", is_relative=False)
LIMIT = Tolerance(
    5 * ESTIMATE.size, "of its standard error: the estimate, and a t quantile of two to four times the standard error"
)
COUNT = Tolerance(0.0, "a count", is_relative=False)


def half_unit(digits: int) -> Tolerance:
    """Give half a unit of the last printed digit."""
    return Tolerance(0.5 * 10.0**-digits, "half a unit of the last printed digit", is_relative=False)


@dataclass(frozen=True)
class Outcome:
    """One comparison carried out: the number that lies farthest from its reference, in units of its tolerance.

    Attributes
    ----------
    place
        Name of that number within the quantity; empty when the quantity is one number.
    reference, ours, difference, tolerance
        At that number.
    share
        Difference over tolerance; at most one when it passed.
    n_numbers
        How many numbers were compared.
    passed
        All of them agree.
    """

    place: str
    reference: float
    ours: float
    tolerance: float
    share: float
    n_numbers: int

    @property
    def difference(self) -> float:
        """Ours minus the reference."""
        return 0.0 if self.ours == self.reference else self.ours - self.reference

    @property
    def passed(self) -> bool:
        """All numbers agree."""
        return self.share <= 1.0


@dataclass(frozen=True)
class Comparison:
    """A quantity of a case, by another program and by us.

    Attributes
    ----------
    quantity
        What is compared, unique within the case.
    program
        Which program and option it matches.
    reference
        The program's number, or an array of numbers.
    ours
        Gives our numbers, in the same shape; called once, when the comparison is carried out.
    tolerance
        How far they may lie apart.
    scale
        Unit of the tolerance, in the shape of the reference: standard errors, for estimates.
    names
        Of the numbers, in order.
    """

    quantity: str
    program: str
    reference: Any
    ours: Callable[[], Any]
    tolerance: Tolerance
    scale: Any = None
    names: Sequence[str] = ()

    @cached_property
    def outcome(self) -> Outcome:
        """Carry the comparison out; a model that is refused counts as the farthest possible."""
        reference = np.asarray(self.reference, dtype=float)
        try:
            ours = np.asarray(self.ours(), dtype=float)
        except ModelError as error:
            return Outcome(f"refused: {error}", reference.flat[0], np.nan, np.nan, np.inf, reference.size)
        if ours.shape != reference.shape:
            raise ValueError(f"{self.quantity}: shape {ours.shape}, but the reference has {reference.shape}")
        tolerance = np.broadcast_to(self._tolerance(reference), reference.shape)
        share = _shares(ours, reference, tolerance)
        worst = int(share.argmax())
        place = self.names[worst] if self.names else "" if reference.size == 1 else str(worst)
        at = (float(values.flat[worst]) for values in (reference, ours, tolerance, share))
        return Outcome(str(place), *at, n_numbers=reference.size)

    def _tolerance(self, reference: np.ndarray) -> np.ndarray:
        unit = np.abs(reference) if self.tolerance.is_relative else np.ones_like(reference)
        return self.tolerance.size * (unit if self.scale is None else np.asarray(self.scale, dtype=float))


def _shares(ours: np.ndarray, reference: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """Give the distances in units of the tolerance; equal values, NaN and infinity among them, lie at zero."""
    same = (ours == reference) | (np.isnan(ours) & np.isnan(reference))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.abs(ours - reference) / tolerance
    return np.where(same, 0.0, np.where(np.isnan(share), np.inf, share))


def table_comparisons(
    quantity: str,
    program: str,
    reference: pd.DataFrame | Sequence[Mapping[str, Any]],
    ours: Callable[[], pd.DataFrame],
    *,
    estimate: str = "estimate",
    error: str = "se",
    df: str = "df",
    p_value: str = "",
    conf_low: str = "",
    names: Sequence[str] = (),
) -> Iterator[Comparison]:
    """Compare a table of estimates row by row: estimates, standard errors and, where they are named, the others.

    Parameters
    ----------
    quantity, program
        As of a comparison; the column is appended to the quantity.
    reference
        The program's table, with rows in our order; the names in its column ``term`` are ours when it has one.
    ours
        Gives our table, with the columns ``estimate std_error df``.
    estimate, error, df, p_value, conf_low
        The program's names of these columns; what it does not have is not compared.
    names
        Of the rows; by default those of the column ``term``.
    """
    frame = pd.DataFrame(reference)
    names = list(names) or list(frame.get("term", ()))
    for theirs, column, tolerance in (
        (estimate, "estimate", ESTIMATE),
        (error, "std_error", STANDARD_ERROR),
        (df, "df", DEGREES_OF_FREEDOM),
        (p_value, "p_value", P_VALUE_OF_CONTRAST),
        (conf_low, "conf_low", LIMIT),
    ):
        if theirs in frame:
            scale = frame[error] if tolerance in (ESTIMATE, LIMIT) else None
            found = partial(_column, ours, column, list(frame.get("term", ())))
            yield Comparison(f"{quantity}: {column}", program, frame[theirs], found, tolerance, scale, names)


def f_test_comparisons(
    quantity: str,
    program: str,
    reference: Mapping[str, float],
    ours: Callable[[], Any],
) -> Iterator[Comparison]:
    """Compare an F test: ``f_stat num_df denom_df p_val`` of the reference with our :class:`JointTest`."""
    for theirs, attribute, tolerance in (
        ("f_stat", "statistic", F_STATISTIC),
        ("num_df", "df_numerator", COUNT),
        ("denom_df", "df_denominator", DEGREES_OF_FREEDOM),
        ("p_val", "p_value", P_VALUE),
    ):
        found = partial(_attribute, ours, attribute)
        yield Comparison(f"{quantity}: {attribute}", program, reference[theirs], found, tolerance)


def matrix_comparison(
    quantity: str, program: str, reference: Any, ours: Callable[[], Any], tolerance: Tolerance = VARIANCE
) -> Comparison:
    """Compare a covariance matrix, each element in units of the two standard deviations."""
    matrix = np.asarray(reference, dtype=float)
    deviation = np.sqrt(np.diag(matrix))
    size = range(len(matrix))
    names = [f"[{row + 1}, {column + 1}]" for row in size for column in size]
    return Comparison(quantity, program, matrix, ours, tolerance, np.outer(deviation, deviation), names)


def _column(table: Callable[[], pd.DataFrame], name: str, terms: Sequence[str]) -> pd.Series:
    found = table()
    if terms and list(found["term"]) != list(terms):
        raise ValueError(f"terms {list(found['term'])}, but the reference has {list(terms)}")
    return found[name]


def _attribute(found: Callable[[], Any], name: str) -> Any:
    return getattr(found(), name)


@dataclass(frozen=True)
class Case:
    """A reference case: the name of its folder, and what it compares."""

    name: str
    comparisons: tuple[Comparison, ...]


def discover() -> tuple[Case, ...]:
    """Give every case: each folder beside this module that has ``numbers.json`` and ``compare.py``."""
    names = sorted(file.parent.name for file in FOLDER.glob("*/numbers.json") if file.with_name("compare.py").is_file())
    return tuple(map(case_named, names))


def case_named(name: str) -> Case:
    """Give a case; what stops it from saying what it compares is raised when it is carried out, not for all cases."""
    try:
        found = tuple(import_module(f"reference.{name}.compare").comparisons())
        _refuse_repeated(found)
    except Exception as error:  # noqa: BLE001 - raised by the one comparison that stands for the case
        found = (Comparison("the case can be read", "none", 0.0, partial(_raise, error), COUNT),)
    return Case(name, found)


def _refuse_repeated(comparisons: Sequence[Comparison]) -> None:
    quantities = [comparison.quantity for comparison in comparisons]
    repeated = sorted({quantity for quantity in quantities if quantities.count(quantity) > 1})
    if repeated or not comparisons:
        raise ValueError(f"quantities named twice: {'; '.join(repeated)}" if repeated else "nothing is compared")


def _raise(error: Exception) -> None:
    raise error
