"""Analysis of covariance against R's lm, emmeans, car and sandwich: closed forms, so only rounding differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.ancova import AncovaFit, fit_ancova
from reference.comparisons import CLOSED_FORM, Comparison, half_unit
from reference.reference_cases import anorexia, numbers

FITS = numbers("ancova_anorexia")["fits"]
LM, EMMEANS, CAR = "R lm 4.2.2", "R emmeans 1.8.4.1", "R car 3.1-1, type III"
MODELS = {"Prewt + Treat": FITS, "Prewt * Treat": FITS["interaction"]}
COEFFICIENTS = {"estimate": "estimate", "std_error": "se", "statistic": "t", "p_value": "p"}
MEANS = {"estimate": "emmean", "std_error": "SE", "df": "df", "conf_low": "lower.CL"}
CONTRASTS = {"estimate": "estimate", "std_error": "SE", "conf_high": "upper.CL", "p_value": "p.value"}
DIFFERENCES = ["CBT - Cont", "FT - Cont"]
# The example of the help page of R's glm, of the change in weight: coefficients as printed, with their decimals.
PUBLISHED = {
    "(Intercept)": (49.771, 3),
    "Prewt": (-0.5655, 4),
    "TreatCont": (-4.0971, 4),
    "TreatFT": (4.5631, 4),
}


@cache
def fit(fixed: str, vcov: str = "model") -> AncovaFit:
    """Fit a model of the case."""
    return fit_ancova(anorexia(), "Postwt", fixed, vcov=vcov)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for fixed, reference in MODELS.items():
        tables = {
            "coefficients": (LM, reference["coefficients"], lambda fixed=fixed: fit(fixed).coefficients, COEFFICIENTS),
            "means": (EMMEANS, reference["emmeans"], lambda fixed=fixed: fit(fixed).means("Treat"), MEANS),
            "contrasts": (
                EMMEANS,
                [row for row in reference["pairwise_none"] if row["contrast"] in DIFFERENCES],
                lambda fixed=fixed: fit(fixed).contrasts("Treat", reference="Cont"),
                CONTRASTS,
            ),
        }
        for name, (program, expected, ours, columns) in tables.items():
            yield from _columns(f"{fixed}, {name}", program, expected, ours, columns)
    yield from _summaries()
    yield from _heteroscedasticity_consistent()
    yield from _published()


def _published() -> Iterator[Comparison]:
    arms = ["CBT", "Cont", "FT"]
    frame = anorexia().assign(change=lambda rows: rows["Postwt"] - rows["Prewt"])
    frame = frame.assign(Treat=pd.Categorical(frame["Treat"].astype(str), arms))
    table = fit_ancova(frame, "change", "Prewt + Treat").coefficients.set_index("term")
    for term, (printed, digits) in PUBLISHED.items():
        yield Comparison(
            f"change ~ Prewt + Treat, coefficient of {term}",
            "R's documentation of glm",
            printed,
            lambda term=term: table["estimate"][term],
            half_unit(digits),
        )


def _columns(
    quantity: str,
    program: str,
    reference: Sequence[Mapping[str, Any]],
    ours: Callable[[], pd.DataFrame],
    columns: Mapping[str, str],
) -> Iterator[Comparison]:
    expected = pd.DataFrame(reference)
    names = [str(name) for name in expected.iloc[:, 0]]
    for column, theirs in columns.items():
        yield Comparison(
            f"{quantity}: {column}",
            program,
            expected[theirs],
            lambda column=column: ours()[column],
            CLOSED_FORM,
            names=names,
        )


def _summaries() -> Iterator[Comparison]:
    fixed = "Prewt + Treat"
    for quantity, reference, ours in (
        ("log_likelihood", FITS["logLik"], lambda: fit(fixed).log_likelihood),
        ("r_squared", FITS["r2"], lambda: fit(fixed).r_squared),
        ("residual standard deviation", FITS["sigma"], lambda: np.sqrt(fit(fixed).residual_variance)),
    ):
        yield Comparison(f"{fixed}: {quantity}", LM, reference, ours, CLOSED_FORM)
    for row in FITS["anova_type3"]:
        if row["term"] in ("Prewt", "Treat"):
            for theirs, ours in (("F value", "statistic"), ("Pr(>F)", "p_value")):
                yield Comparison(
                    f"{fixed}, type III test of {row['term']}: {ours}",
                    CAR,
                    row[theirs],
                    lambda row=row, ours=ours: getattr(fit(fixed).joint_test(row["term"]), ours),
                    CLOSED_FORM,
                )


def _heteroscedasticity_consistent() -> Iterator[Comparison]:
    for vcov, reference in FITS["hc"].items():
        yield Comparison(
            f"Prewt + Treat, {vcov}: covariance",
            f"R sandwich estimators, {vcov.upper()}",
            reference["values"],
            lambda vcov=vcov: fit("Prewt + Treat", vcov).vcov,
            CLOSED_FORM,
        )
