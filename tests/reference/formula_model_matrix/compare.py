"""Formulas with R's ``terms.formula`` and ``model.matrix``: order of the terms, coding of the factors, columns.

Labels and names are compared by position: the number that agree against the number that R has. The space of the
columns is compared by the squared lengths of three vectors' projections onto it, that of the terms one after the other
by those of one vector. R leaves columns as they are; so do we, and collinear ones are found by the fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Design, build_design
from postinfusion.analyses.formula import term_name
from reference.comparisons import CLOSED_FORM, COUNT, Comparison
from reference.reference_cases import FOLDER, numbers

FORMULAS = numbers("formula_model_matrix")["formulas"]
PROGRAM = "R stats 4.2.2, model.matrix"
# Singular values below this share of the largest are rounding, as in the script.
RANK = 1e-9


@cache
def frame() -> pd.DataFrame:
    """Give the data of the case."""
    return pd.read_csv(FOLDER / "formula_model_matrix" / "data.csv")


@cache
def design(text: str) -> Design:
    """Give our design."""
    return build_design(text, frame())


def places(design: Design) -> list[int]:
    """Give the place of each column's term; that of the intercept is 0."""
    place = {term: i for i, term in enumerate(design.terms, start=1)} | {(): 0}
    return [place[term] for term, _ in design.columns]


def basis(X: np.ndarray) -> np.ndarray:
    """Give an orthonormal basis of the columns."""
    U, d, _ = np.linalg.svd(X, full_matrices=False)
    return U[:, d > RANK * d.max(initial=0.0)]


def projected(text: str) -> np.ndarray:
    """Give the squared lengths of the projections of the outcomes."""
    U = basis(design(text).matrix(frame()))
    return ((U.T @ frame()[["y1", "y2", "y3"]].to_numpy()) ** 2).sum(axis=0)


def by_term(text: str) -> list[float]:
    """Give the squared length of the projection of y1 onto the columns up to each term."""
    X, place, y = design(text).matrix(frame()), np.array(places(design(text))), frame()["y1"].to_numpy()
    return [float(((basis(X[:, place <= t]).T @ y) ** 2).sum()) for t in range(place.max() + 1)]


def n_agreeing(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Count the names that agree by position; none when there are not as many."""
    return sum(a == b for a, b in zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else -1


def labels(text: str, theirs: Sequence[str]) -> int:
    """Count our labels of terms that are R's."""
    return n_agreeing([term_name(term) for term in design(text).terms], theirs)


def columns(text: str, theirs: Sequence[str]) -> int:
    """Count our names of columns that are R's."""
    return n_agreeing(design(text).names, theirs)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for reference in FORMULAS:
        yield from _of_formula(reference)


def _of_formula(reference: Mapping[str, Any]) -> Iterator[Comparison]:
    """Compare one formula."""
    text, theirs, names = reference["formula"], reference["term_labels"], reference["columns"]
    yield Comparison(f"{text}: labels of terms", PROGRAM, len(theirs), partial(labels, text, theirs), COUNT)
    yield Comparison(f"{text}: names of columns", PROGRAM, len(names), partial(columns, text, names), COUNT)
    of_column = lambda: places(design(text))  # noqa: E731
    yield Comparison(f"{text}: term of each column", PROGRAM, reference["assign"], of_column, COUNT)
    rank = lambda: basis(design(text).matrix(frame())).shape[1]  # noqa: E731
    yield Comparison(f"{text}: rank", PROGRAM, reference["rank"], rank, COUNT)
    yield Comparison(f"{text}: projections", PROGRAM, reference["projected"], partial(projected, text), CLOSED_FORM)
    yield Comparison(f"{text}: by term", PROGRAM, reference["by_term"], partial(by_term, text), CLOSED_FORM)
