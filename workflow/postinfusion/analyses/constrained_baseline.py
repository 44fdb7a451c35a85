"""Constrained longitudinal data analysis: the outcome at baseline is the first visit, and the arms share its mean.

In a randomised trial the arms have one mean before treatment. The baseline value enters as a response, not as a
covariate, so that participants without it, or with it alone, stay in the analysis; the arm acts from the second visit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.design import Covariate, Design, Levels
from postinfusion.analyses.formula import Formula, Term, term_name
from postinfusion.errors import ModelError, nearest

BASELINE_NAMES = ("BASE", "BASELINE")


@dataclass(frozen=True)
class ConstrainedBaseline:
    """What was constrained.

    Attributes
    ----------
    arm
        The randomised factor.
    baseline
        Level of the visit at which the arms share their means.
    dropped
        Terms of the formula that have no columns.
    """

    arm: str
    baseline: object
    dropped: tuple[str, ...]


def constrain_baseline(
    design: Design, rows: pd.DataFrame, *, response: str, visit: str, arm: str | None
) -> tuple[Design, ConstrainedBaseline]:
    """Take the arm's effects at the first visit out of a design.

    Every term that holds the arm without the visit (``TRTP``, ``TRTP:SEX``) is an effect of the arm at the first
    visit: it loses its columns. The terms that hold both (``TRTP:AVISIT``) keep treatment contrasts, so that their
    columns are the effects of the arm at each later visit.

    Parameters
    ----------
    design
        Of the formula as it was written, with ``arm * visit`` in it.
    rows
        The analysed rows.
    response, visit
        Columns of the outcome and of the visit; the first level of the visit is the baseline.
    arm
        The randomised factor; by default the one factor that interacts with the visit.

    Raises
    ------
    ModelError
        The formula does not let the arm be told or constrained, or the baseline value is among its covariates.

    References
    ----------
    Liang & Zeger (2000), Sankhya B 62, 134-148; Lu (2010), Stat. Med. 29, 1474-1481.
    """
    levels = design.variables.get(visit)
    if not isinstance(levels, Levels) or not design.formula.intercept:
        raise ModelError(
            f'baseline="constrained" needs the factor {visit} and an intercept in the formula: arm * {visit}'
        )
    baseline = levels.values[0]
    _refuse_baseline_covariates(design, rows, response=response, at_baseline=(rows[visit] == baseline).to_numpy())
    name = _randomised_factor(design, visit) if arm is None else _named_factor(design, visit, arm)
    margins = _arm_without_visit(design.formula, visit, name)
    terms = tuple(sorted({*design.formula.terms, *margins}, key=_place_in(design.formula)))
    constrained = replace(
        design,
        formula=replace(design.formula, terms=terms),
        margins=frozenset(margins),
        treatment_coded=frozenset({visit}),
        averaged={visit: levels.values[1:]},
    )
    return constrained, ConstrainedBaseline(name, baseline, tuple(term_name(term) for term in margins))


def _refuse_baseline_covariates(
    design: Design, rows: pd.DataFrame, *, response: str, at_baseline: NDArray[np.bool_]
) -> None:
    """Refuse the baseline value as a covariate, by its name or by its values."""
    outcome = rows[response].to_numpy(dtype=float)[at_baseline]
    for name, variable in design.variables.items():
        if not isinstance(variable, Covariate):
            continue
        if name.upper() in BASELINE_NAMES or np.array_equal(rows[name].to_numpy(dtype=float)[at_baseline], outcome):
            raise ModelError(
                f'{name} is the outcome at baseline; with baseline="constrained" it is a response: leave it out of the '
                "fixed effects"
            )


def _randomised_factor(design: Design, visit: str) -> str:
    """Give the one factor that interacts with the visit."""
    pairs = [{factor.variable for factor in term} for term in design.formula.terms if len(term) == 2]
    found = [name for name in design.factors if name != visit and {name, visit} in pairs]
    if len(found) != 1:
        several = f"{' and '.join(found)} interact" if found else "no factor interacts"
        raise ModelError(f"{several} with {visit}: name the randomised factor with arm=, and write arm * {visit}")
    return found[0]


def _named_factor(design: Design, visit: str, arm: str) -> str:
    """Give the factor that was named, which must interact with the visit."""
    factors = [name for name in design.factors if name != visit]
    if arm not in factors:
        raise ModelError(
            f'"{arm}" is not a factor of the model; its factors are {", ".join(factors)}. {nearest(arm, factors)}'
        )
    return arm


def _arm_without_visit(formula: Formula, visit: str, arm: str) -> list[Term]:
    """List the terms with the arm and without the visit, each of which must be there with the visit too."""
    names = {term: {factor.variable for factor in term} for term in formula.terms}
    with_both = [term for term, variables in names.items() if {arm, visit} <= variables]
    margins = {tuple(factor for factor in term if factor.variable != visit): None for term in with_both}
    constant = [term_name(term) for term, variables in names.items() if arm in variables and visit not in variables]
    missing = [name for name in constant if name not in {term_name(term) for term in margins}]
    if missing or not with_both:
        raise ModelError(
            f"The effect of {missing[0] if missing else arm} is the same at all visits, baseline included; with "
            f'baseline="constrained" let it interact with {visit}: write {missing[0] if missing else arm} * {visit}'
        )
    return list(margins)


def _place_in(formula: Formula) -> Callable[[Term], tuple[int, int]]:
    """Give the key that sorts terms as the formula does, terms that it does not hold last among their size."""
    order = {term: place for place, term in enumerate(formula.terms)}
    return lambda term: (len(term), order.get(term, len(order)))
