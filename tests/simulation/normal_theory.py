"""How often the rules give each verdict when estimates are normal about the truth: the closed form beside simulations.

A single comparison has a closed form, and so has a claim of no difference in groups that are estimated apart. A family
under Holm's method or in a fixed sequence, a claim of two points, and one of every diagnosis have the same form in
several dimensions, of which many normal draws give the probability. The rules are written here a second time, for
arrays, from the table of ``workflow/docs/methods/verdicts.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtr, stdtr, stdtrit

from postinfusion.vocabulary import Verdict

TAIL = 0.0005  # of the 99.9 % Monte Carlo interval of a count
DRAWS = 200_000
SEED = 20_261_125
ALPHA = 0.05
_WORST_FIRST = (Verdict.CONTRADICTED, Verdict.NO_IMPORTANT_EFFECT, Verdict.INCONCLUSIVE, Verdict.SUPPORTED)
_INCONCLUSIVE, _SUPPORTED = _WORST_FIRST.index(Verdict.INCONCLUSIVE), _WORST_FIRST.index(Verdict.SUPPORTED)


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes
    ----------
    name, points
        Its name, and the positions of its points among the estimates.
    important
        The difference that matters.
    margin
        Of a claim of no difference, which must hold at each of its points.
    in_each
        The first point is judged as a comparison, and each of the others must show a benefit besides.
    """

    name: str
    points: tuple[int, ...]
    important: float | None = None
    margin: float | None = None
    in_each: bool = False

    @property
    def tested(self) -> tuple[int, ...]:
        """The points whose larger p-value is that of the hypothesis."""
        return self.points[:1] if self.in_each else self.points


@dataclass(frozen=True)
class Normal:
    """Oriented estimates: true benefits, standard errors, degrees of freedom and correlations, by position."""

    benefit: np.ndarray
    std_error: np.ndarray
    df: np.ndarray
    correlation: np.ndarray


def expected(difference: float, error: float, important: float | None, critical: float = 1.96) -> dict[str, float]:
    """Give the probability of each verdict of a comparison, the estimate being normal around the true benefit.

    Parameters
    ----------
    difference, error
        True benefit, and the standard error of its estimate.
    important
        The difference that matters; None where the plan names none.
    critical
        Half the width of the interval in standard errors.
    """
    below_zero = ndtr((-critical * error - difference) / error)
    unimportant, least = 0.0, critical * error
    if important is not None:
        unimportant = max(ndtr((important - critical * error - difference) / error) - below_zero, 0.0)
        least = max(least, important)
    supported = ndtr((difference - least) / error)
    return {
        Verdict.SUPPORTED.value: float(supported),
        Verdict.CONTRADICTED.value: float(below_zero),
        Verdict.NO_IMPORTANT_EFFECT.value: float(unimportant),
        Verdict.INCONCLUSIVE.value: float(1 - supported - below_zero - unimportant),
    }


def family_shares(
    normal: Normal, claims: Sequence[Claim], *, sequence: bool = False
) -> tuple[dict[str, dict[str, float]], float]:
    """Give the shares of the verdicts of the claims of one family, and that of at least one supported.

    Parameters
    ----------
    normal
        The estimates.
    claims
        The claims, in the order of the sequence.
    sequence
        They are tested in a fixed sequence, else by Holm's method.
    """
    generator = np.random.default_rng(SEED)
    draws = generator.multivariate_normal(normal.benefit, _covariance(normal), DRAWS)
    # A standard error is estimated too: with df degrees of freedom, so that the test statistic has Student's t.
    errors = normal.std_error * np.sqrt(generator.chisquare(normal.df, draws.shape) / normal.df)
    p = 2 * stdtr(normal.df, -np.abs(draws / errors))
    hypotheses = list(dict.fromkeys(one.tested for one in claims))  # claims that rest on the same results count once
    of_each = np.column_stack([p[:, points].max(axis=1) for points in hypotheses])
    rejected = _in_sequence(of_each) if sequence else _by_holm(of_each)
    verdicts = {
        one.name: _verdicts(
            one, draws, stdtrit(normal.df, 1 - ALPHA / 2) * errors, rejected[:, hypotheses.index(one.tested)]
        )
        for one in claims
    }
    words = [Verdict.SUPPORTED, Verdict.INCONCLUSIVE, Verdict.NO_IMPORTANT_EFFECT, Verdict.CONTRADICTED]
    shares = {
        name: {word.value: float((found == _WORST_FIRST.index(word)).mean()) for word in words}
        for name, found in verdicts.items()
    }
    supported = np.column_stack([found == _WORST_FIRST.index(Verdict.SUPPORTED) for found in verdicts.values()])
    return shares, float(supported.any(axis=1).mean())


def is_compatible(count: int, total: int, probability: float) -> bool:
    """Say whether a count lies within the 99.9 % Monte Carlo interval of its probability."""
    return is_at_most(count, total, probability) and bool(bdtr(count, total, probability) > TAIL)


def is_at_most(count: int, total: int, probability: float) -> bool:
    """Say whether a count can come from a probability that is no larger, up to 99.9 % Monte Carlo limits."""
    return count == 0 or bool(1 - bdtr(count - 1, total, probability) > TAIL)


def monte_carlo_limits(total: int, probability: float) -> tuple[float, float]:
    """Give the smallest and the largest share of a total that are compatible with a probability."""
    inside = [count for count in range(total + 1) if is_compatible(count, total, probability)]
    return inside[0] / total, inside[-1] / total


def _covariance(normal: Normal) -> np.ndarray:
    """Give the covariance of the estimates."""
    return normal.correlation * np.outer(normal.std_error, normal.std_error)


def _by_holm(p: np.ndarray) -> np.ndarray:
    """Say which hypotheses Holm's step-down procedure rejects, draw by draw."""
    m, order = p.shape[1], np.argsort(p, axis=1)
    steps = np.take_along_axis(p, order, axis=1) <= ALPHA / (m - np.arange(m))
    rejected = np.empty_like(steps)
    np.put_along_axis(rejected, order, np.logical_and.accumulate(steps, axis=1), axis=1)
    return rejected


def _in_sequence(p: np.ndarray) -> np.ndarray:
    """Say which hypotheses a fixed sequence rejects: each as long as all before it are."""
    return np.asarray(np.logical_and.accumulate(p <= ALPHA, axis=1))


def within_margin(normal: Normal, margin: float) -> float:
    """Give the probability that the intervals of independent estimates all lie within a margin.

    With standard errors that are known, of each P(-m + z s < b < m - z s); their product (intersection-union).
    """
    critical = stdtrit(normal.df, 1 - ALPHA / 2)
    inside = margin - critical * normal.std_error
    above, below = (inside - normal.benefit) / normal.std_error, (-inside - normal.benefit) / normal.std_error
    return float(np.prod(np.where(inside > 0, ndtr(above) - ndtr(below), 0.0)))


def _verdicts(claim: Claim, draws: np.ndarray, widths: np.ndarray, rejected: np.ndarray) -> np.ndarray:
    """Give the verdict of a claim, draw by draw, by its place in the order of the worst."""
    if claim.margin is not None:
        return _of_no_difference(claim, claim.margin, draws, widths)
    found = _worst_comparison(claim, draws, widths, rejected)
    if not claim.in_each:
        return found
    low, high = (draws[:, claim.points[1:]] + side * widths[:, claim.points[1:]] for side in (-1, 1))
    shown = np.where((found == _SUPPORTED) & ~(low > 0).all(axis=1), _INCONCLUSIVE, found)
    return np.where((high < 0).any(axis=1), 0, shown)


def _of_no_difference(claim: Claim, margin: float, draws: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Give the verdict of a claim of no difference: the worst of its groups."""
    b, width = draws[:, claim.points], widths[:, claim.points]
    inside, outside = (b - width > -margin) & (b + width < margin), (b - width >= margin) | (b + width <= -margin)
    word = np.where(inside, _SUPPORTED, np.where(outside, 0, _INCONCLUSIVE))
    return np.asarray(word.min(axis=1))


def _worst_comparison(claim: Claim, draws: np.ndarray, widths: np.ndarray, rejected: np.ndarray) -> np.ndarray:
    """Give the worst verdict of the points that are tested."""
    found = []
    for point in claim.tested:
        b, width = draws[:, point], widths[:, point]
        least = claim.important if claim.important is not None else 0.0
        word = np.where(rejected & (b > 0) & (b >= least), _SUPPORTED, _INCONCLUSIVE)
        if claim.important is not None:
            word = np.where(b + width < claim.important, 1, word)
        found.append(np.where(b + width < 0, 0, word))
    return np.asarray(np.min(found, axis=0))
