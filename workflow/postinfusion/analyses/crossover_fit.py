"""The linear mixed model of one visit of a crossover trial, without and with first-order carry-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from postinfusion.analyses.crossover_data import PERIOD, SEQUENCE, CrossoverData, terms_of
from postinfusion.analyses.lmm import LmmFit, fit_lmm
from postinfusion.analyses.model_data import ARM
from postinfusion.core.inference import DfMethod


@dataclass(frozen=True)
class CarryOverFit:
    """A model with first-order carry-over.

    Attributes
    ----------
    fit
        The fitted model.
    is_aliased
        Carry-over cannot be told from sequence, which is left out: it is then estimated between participants.
    """

    fit: LmmFit
    is_aliased: bool


def fit_within(
    found: CrossoverData, frame: pd.DataFrame, terms: Sequence[str], df: DfMethod, response: str = ""
) -> LmmFit:
    """Fit the terms with a random intercept of the participant.

    Raises
    ------
    ModelError
        The model cannot be fitted.
    """
    factors = [name for name in (ARM, PERIOD, SEQUENCE) if name in frame]
    used = frame.assign(**{name: frame[name].cat.remove_unused_categories() for name in factors})
    return fit_lmm(used, response or found.data.response, " + ".join(terms), "1", "USUBJID", df=df)


def fit_with_carry_over(found: CrossoverData, frame: pd.DataFrame, df: DfMethod) -> CarryOverFit:
    """Fit the model with first-order carry-over of each arm relative to the reference.

    Where sequence and carry-over are aliased, as in the two-period design of two treatments, sequence is left out.
    """
    terms, carried = terms_of(found, frame), [*found.carried.values()]
    fit = fit_within(found, frame, [*terms, *carried], df)
    estimable = fit.coefficients.set_index("term")["error"].reindex(carried).eq("").all()
    if estimable or SEQUENCE not in terms:
        return CarryOverFit(fit, is_aliased=SEQUENCE not in terms and frame["PERIOD"].nunique() < 3)
    without = [term for term in terms if term != SEQUENCE]
    return CarryOverFit(fit_within(found, frame, [*without, *carried], df), is_aliased=True)
