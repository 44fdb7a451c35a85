"""Type III hypotheses: a term's effects averaged with equal weights over the levels of what interacts with it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from postinfusion.analyses.bases import basis_width
from postinfusion.analyses.design import Array, Covariate, Design
from postinfusion.analyses.formula import Term
from postinfusion.errors import ModelError


def type_three_rows(design: Design, term: str) -> Array:
    """Give the rows of the type III hypothesis of a term.

    For a term that no other contains these are its own coefficients. Else the model is recoded with contrasts that sum
    to zero; the term's coefficients there, in terms of ours, are the rows of M in ``X = X_sum M``, and their
    differences from the reference level are the hypothesis. Satterthwaite's joint df depend on the choice of rows:
    these are lmerTest's, and for a term that no other contains mmrm's too.

    Raises
    ------
    ModelError
        The model has no such term, or the two codings do not span the same columns.
    """
    wanted = design.positions(term)
    own = frozenset(design.columns[wanted[0]][0])
    if not any(own < frozenset(other) for other in design.formula.terms):
        return np.asarray(np.eye(len(design.columns))[wanted])
    frame = _generic_rows(design)
    ours, summing = design.matrix(frame), design.matrix(frame, coding="sum")
    scale, scale_summing = np.abs(ours).max(axis=0), np.abs(summing).max(axis=0)
    ours, summing = ours / scale, summing / scale_summing
    recoded, _, rank, _ = np.linalg.lstsq(summing, ours, rcond=1e-11)
    if rank < ours.shape[1] or np.abs(summing @ recoded - ours).max() > 1e-7:
        raise ModelError(f'The type III hypothesis of "{term}" is not defined: main effects are missing from the model')
    rows = recoded * scale / scale_summing[:, None]
    rows = _from_reference(design, design.columns[wanted[0]][0]) @ rows[wanted]
    return np.asarray(np.where(np.abs(rows) > 1e-10 * np.abs(rows).max(), rows, 0.0))


def _from_reference(design: Design, term: Term) -> Array:
    """Give what turns deviations from the mean of all levels into differences from the reference, factor by factor."""
    change: Array = np.ones((1, 1))
    for factor in term:
        variable = design.variables[factor.variable]
        if isinstance(variable, Covariate):
            own: Array = np.eye(basis_width(factor))
        elif (term, factor) in design.fully_coded:
            own = np.eye(len(variable.values))
        else:
            # With deviations a_2, ..., a_k and a_1 = -(a_2 + ... + a_k): a_j - a_1 = a_j + (a_2 + ... + a_k).
            own = np.eye(len(variable.values) - 1) + 1.0
        change = np.asarray(np.kron(own, change))  # the first factor varies fastest
    return change


def _generic_rows(design: Design) -> pd.DataFrame:
    """Give rows on which all columns of the design are independent: every cell, covariates spread over their range."""
    factors = design.factors
    cells = list(product(*factors.values()))
    repeats = 2 + max(2 * len(design.columns) // max(len(cells), 1), 8 if len(factors) < len(design.variables) else 0)
    frame = pd.DataFrame(cells * repeats, columns=list(factors), index=range(len(cells) * repeats))
    for number, (name, variable) in enumerate(design.variables.items()):
        if isinstance(variable, Covariate):
            # Multiples of an irrational number modulo one never repeat and fill the range evenly.
            step = np.sqrt(np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29])[number % 10])
            spread = np.modf(np.arange(1, len(frame) + 1) * step)[0]
            frame[name] = variable.minimum + spread * (variable.maximum - variable.minimum)
    return frame
