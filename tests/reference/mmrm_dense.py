"""What the cases made by ``mmrm_dense.R`` compare: optimum, Satterthwaite and linear Kenward-Roger, and nlme's gls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import LOG_LIKELIHOOD, Comparison, table_comparisons

DENSE = "R 4.2.2 dense formulas"
NLME = "R nlme 3.1-162, gls, tight control"
DF_METHODS = {"satterthwaite": "satterthwaite", "kenward_roger_linear": "kenward-roger-linear"}

Fit = Callable[..., MmrmFit]


def dense_comparisons(name: str, reference: Mapping[str, Any], fit: Fit) -> Iterator[Comparison]:
    """Compare one fit; ``fit(df=...)`` gives ours by the method for degrees of freedom, cached."""
    satterthwaite = partial(fit, df="satterthwaite")
    yield Comparison(
        f"{name}: log_likelihood", DENSE, reference["logLik"], lambda: satterthwaite().log_likelihood, LOG_LIKELIHOOD
    )
    for method, df in DF_METHODS.items():
        if method in reference:
            yield from table_comparisons(
                f"{name}, {df}", DENSE, reference[method], lambda df=df: fit(df=df).coefficients
            )
    if "nlme" in reference:
        yield Comparison(
            f"{name}, nlme: log_likelihood", NLME, reference["nlme"]["logLik"],
            lambda: satterthwaite().log_likelihood, LOG_LIKELIHOOD,
        )  # fmt: skip
        names = [row["term"] for row in reference["nlme"]["coefficients"]]
        rows = [
            {key: value for key, value in row.items() if key != "term"} for row in reference["nlme"]["coefficients"]
        ]
        yield from table_comparisons(f"{name}, nlme", NLME, rows, lambda: satterthwaite().coefficients, names=names)
