"""Simultaneous quantiles and intervals against R's mvtnorm and multcomp.

Both sides integrate by Monte Carlo: ours over 200,000 seeded directions, R's by Genz and Bretz's quasi-random rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from postinfusion.analyses.design import build_design
from postinfusion.core.simultaneous import SimultaneousBand, max_t_quantile, simultaneous_band
from reference.comparisons import Comparison, Tolerance
from reference.reference_cases import anorexia, numbers

CASE = numbers("simultaneous_bands")
MVTNORM, MULTCOMP = "R mvtnorm 1.1-3, pmvt", "R multcomp 1.4-22, glht"
DRAWS = 200_000
QUANTILE = Tolerance(
    2e-3, "the probability at the quantile moves by 1e-4 with our directions and by 2e-5 with R's points"
)
LIMIT = Tolerance(QUANTILE.size * 2.5, "of its standard error: the quantile's tolerance")


def correlation(kind: str, m: int, rho: float) -> np.ndarray:
    """Give the correlation of a case."""
    if kind == "autoregressive":
        return np.asarray(rho ** np.abs(np.subtract.outer(np.arange(m), np.arange(m))))
    return np.where(np.eye(m) > 0, 1.0, rho)


def quantile(kind: str, m: int, rho: float, df: float) -> float:
    """Give our quantile; R calls infinite degrees of freedom 0."""
    return max_t_quantile(correlation(kind, m, rho), df or np.inf, np.random.default_rng(1), draws=DRAWS)


@cache
def dunnett() -> SimultaneousBand:
    """Give the band of the differences of both treatments from the control, adjusted for the weight before."""
    frame = anorexia()
    design = build_design("Prewt + Treat", frame)
    X, y = design.matrix(frame), frame["Postwt"].to_numpy(dtype=float)
    beta, residual = np.linalg.lstsq(X, y, rcond=None)[:2]
    df = len(y) - X.shape[1]
    V = np.linalg.inv(X.T @ X) * residual[0] / df
    chosen = [design.names.index(name) for name in ("TreatCBT", "TreatFT")]
    return simultaneous_band(beta[chosen], V[np.ix_(chosen, chosen)], df, np.random.default_rng(1), draws=DRAWS)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for case in CASE["quantiles"]:
        key = tuple(case[name] for name in ("kind", "m", "rho", "df"))
        name = f"{key[0]}, m = {key[1]}, correlation {key[2]:g}, df {key[3] or 'infinite'}: quantile of max|t|"
        yield Comparison(name, MVTNORM, case["quantile"], partial(quantile, *key), QUANTILE)
    reference = CASE["dunnett"]
    error = (reference["high"][0] - reference["estimate"][0]) / reference["calpha"]
    for name, ours in (("low", "conf_low"), ("high", "conf_high")):
        found = partial(lambda ours: getattr(dunnett(), ours), ours)
        yield Comparison(f"Dunnett's contrasts: {ours}", MULTCOMP, reference[name], found, LIMIT, error)
