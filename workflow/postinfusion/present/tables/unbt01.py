"""UNBT01: the treatment guess by arm, indices of blinding, and the difference between arms by guess."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Masking
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count_row, headings
from postinfusion.present.tables.expectation_part import EXPECTATION_NOTE, expectation_part
from postinfusion.vocabulary import ANSWERS, NO_GUESS

BANG, JAMES, BY_GUESS = "bang-index", "james-index", "difference-by-guess"
_WORDS = {"correct": "Correct", "wrong": "Wrong", "don't know": "Does not know", "no answer": "No answer"}
_PLACE = {"variable": "CHG"}
_DECIMALS = 1
_SCALES = (
    "Bang's index, of one arm: 1 all guess right, 0 as at random, −1 all guess wrong. James' index, of both arms: 0 "
    "all guess right, 0.5 all guess at random, 1 nobody knows. Both are of those who answered."
)
_EXPLORATORY = (
    "By guess: exploratory. The guess was made after treatment and follows the outcome and acute effects, so that "
    "groups by guess are not randomised: what differs between them shows association only, and decides no claim."
)


def table(results: Results) -> Table:
    """Give the guesses by arm, both indices with intervals, and the difference between arms within each guess.

    Raises
    ------
    ModelError
        The results hold no guess.
    """
    levels = results.values_of("level", variable="guess")
    if not levels:
        raise ModelError(results.failure or "the results hold no guess of the treatment")
    counted = tuple(count_row(results, _WORDS[name], {"variable": "guess", "level": name}) for name in ANSWERS)
    parts = (Part(("", *headings(results)), counted, "Guess of the allocated arm"), _indices(results))
    compared = _by_guess(results)
    reasons = tuple(f"{text[:1].upper()}{text[1:]}." for text in results.errors())
    expected = expectation_part(results)
    told = (*((_EXPLORATORY,) if compared.rows else ()), *((EXPECTATION_NOTE,) if expected.rows else ()))
    notes = (_SCALES, *told, *reasons)
    shown = tuple(part for part in (*parts, compared, expected) if part.rows)
    return Table(label_of(results, "UNBT01", _subtitle(results), notes), shown)


def _subtitle(results: Results) -> str:
    """Say when the guess was asked and at which visit the arms are compared."""
    days = results.printed("median", 0, variable="asked")
    asked = f"Guess asked at a median of {days} days after time zero; " if days else ""
    return f"{asked}{'difference' if asked else 'Difference'} by guess at {_visit(results)['visit']}"


def _indices(results: Results) -> Part:
    """Give Bang's index of each arm and James' of both."""
    keys = [(f"Bang, {arm}", {"term": BANG, "arm": arm}) for arm in results.arms]
    keys += [
        ("James, both arms", {"term": JAMES, "arm": arm, "comparator": other}) for arm, other in results.comparisons
    ]
    rows = [Row(name, _index_cells(results, {"variable": "guess", **key})) for name, key in keys]
    heads = ("Index", "n", "Estimate", "Standard error", f"{results.confidence} CI")
    return Part(heads, tuple(row for row in rows if any(row.cells)), "Indices of blinding")


def _index_cells(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the cells of one index, whose decimals do not depend on the endpoint's."""
    names = ("n", "estimate", "std_error", "conf_low", "conf_high")
    n, estimate, error, low, high = (results.printed(name, _DECIMALS, **key) for name in names)
    return n, estimate, error, formats.interval(low, high)


def _by_guess(results: Results) -> Part:
    """Give numbers, mean changes and the difference between the arms within each guess, and the test of arm × guess."""
    levels = results.values_of("level", term="observed")
    rows = [Row(_guess_in_words(level), _difference_cells(results, level)) for level in levels]
    p_value = results.text("p_value", **_PLACE, **_visit(results), term="joint-test", level="ARM:TRTGUESS")
    if p_value:
        rows.append(Row("Arm × guess", (*("" for _ in range(2 * len(results.arms) + 3)), p_value)))
    by_arm = (f"{heading}, {arm}" for heading in ("n", "Mean change") for arm in results.arms)
    heads = ("Guess", *by_arm, "Difference", f"{results.confidence} CI", "df", "p")
    return Part(heads, tuple(rows), f"{_endpoint(results)}: difference between arms by guess (exploratory)")


def _difference_cells(results: Results, level: str) -> tuple[str, ...]:
    """Give the cells of those who made one guess."""
    place = {**_PLACE, **_visit(results), "level": level}
    described = [
        results.text(name, **place, term="observed", arm=arm) for name in ("n", "mean") for arm in results.arms
    ]
    compared = [""] * 4
    for arm, other in results.comparisons:
        key = {**place, "term": BY_GUESS, "arm": arm, "comparator": other}
        compared = [results.text("estimate", **key), results.interval(**key)]
        compared += [results.text(name, **key) for name in ("df", "p_value")]
    return (*described, *compared)


def _visit(results: Results) -> dict[str, str]:
    """Give the key of the visit and of the endpoint."""
    return {"visit": results.analysis.visit} if isinstance(results.analysis, Masking) else {}


def _endpoint(results: Results) -> str:
    """Name the endpoint."""
    return results.endpoint.label if results.endpoint else ""


def _guess_in_words(level: str) -> str:
    """Name those who made one guess."""
    return "Does not know" if level == NO_GUESS else f"Guessed {level}"
