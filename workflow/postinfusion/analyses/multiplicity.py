"""The claims of each family: adjusted p-values, and the level at which each of them is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from postinfusion.analyses.claim_evidence import CONFIDENCE, Estimate
from postinfusion.core.multiplicity import decision_levels, fixed_sequence, hochberg, holm
from postinfusion.plan.claims import Adjustment, Family

ALPHA = 1 - CONFIDENCE


@dataclass(frozen=True)
class Hypothesis:
    """What the claims of a family are tested as.

    Attributes
    ----------
    claim
        The claim; of claims that rest on the same results the first.
    family
        Its family; empty for none.
    points
        The estimates that must all show a benefit: the test takes the largest of their p-values (intersection-union).
    is_tested
        There is something to test; else the hypothesis keeps its place in the family, as one that shows nothing.
    """

    claim: str
    family: str
    points: tuple[Estimate, ...]
    is_tested: bool = True

    @property
    def p_value(self) -> float:
        """The two-sided p-value; 1 where nothing could be tested."""
        return max(p_value_of(point) for point in self.points) if self.is_tested else 1.0


@dataclass(frozen=True)
class Adjusted:
    """How one claim stands in its family.

    Attributes
    ----------
    family, method, size
        The family, how it is adjusted, and how many claims it has.
    p_value, p_adjusted
        Two-sided p-values, before and after.
    level
        The claim is judged by intervals of one minus this level.
    """

    family: str
    method: Adjustment
    size: int
    p_value: float
    p_adjusted: float
    level: float


def adjust(hypotheses: Sequence[Hypothesis], families: Mapping[str, Family]) -> dict[str, Adjusted]:
    """Give for each claim how it stands in its family.

    Parameters
    ----------
    hypotheses
        One for each claim; those without a family stand alone.
    families
        Family → how it is adjusted; Holm's method where it is not named.

    Returns
    -------
    dict
        Claim → how it stands, of those that were tested.
    """
    found: dict[str, Adjusted] = {}
    for name in dict.fromkeys(one.family or one.claim for one in hypotheses):
        members = [one for one in hypotheses if (one.family or one.claim) == name]
        found |= _of_family(name, _ordered(members, families.get(name, Family())), families.get(name, Family()))
    return found


def p_value_of(point: Estimate) -> float:
    """Give a two-sided p-value, or where the results have none a bound of it that their interval allows."""
    if np.isfinite(point.p_value):
        return point.p_value
    _, low, high = point.oriented(point.conf_low, point.conf_high)
    return ALPHA if low > 0 or high < 0 else 1.0


def _ordered(members: list[Hypothesis], family: Family) -> list[Hypothesis]:
    """Give the hypotheses in the order of a fixed sequence; those that it does not name come last."""
    place = {claim: position for position, claim in enumerate(family.order)}
    return sorted(members, key=lambda one: place.get(one.claim, len(place)))


def _of_family(name: str, members: Sequence[Hypothesis], family: Family) -> dict[str, Adjusted]:
    """Adjust the hypotheses of one family."""
    p = np.array([one.p_value for one in members])
    procedures = {Adjustment.HOLM: holm, Adjustment.HOCHBERG: hochberg, Adjustment.FIXED_SEQUENCE: fixed_sequence}
    adjusted = procedures[family.method](p) if family.method in procedures else p
    levels = decision_levels(p, adjusted, alpha=ALPHA)
    return {
        one.claim: Adjusted(name, family.method, len(members), float(p[i]), float(adjusted[i]), float(levels[i]))
        for i, one in enumerate(members)
        if one.is_tested
    }
