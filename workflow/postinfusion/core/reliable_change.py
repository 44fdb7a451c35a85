"""Reliable change of one participant: larger than what the unreliability of the scale alone would give."""

from __future__ import annotations

from math import sqrt

from postinfusion.errors import ModelError

RELIABLE = 1.96
"""Value of the index beyond which a change is called reliable."""


def smallest_reliable_change(sd: float, reliability: float) -> float:
    """Give the change beyond which the reliable change index exceeds 1.96.

    ``RC = (x2 - x1) / (SD sqrt(2) sqrt(1 - r))``, thus the change is 1.96 SD sqrt(2 (1 - r)).

    Parameters
    ----------
    sd
        Standard deviation of the score in the reference group, in the unit of the score.
    reliability
        r of the score, between 0 and 1.

    Raises
    ------
    ModelError
        The SD is not above zero, or the reliability not between 0 and 1.

    References
    ----------
    Jacobson & Truax (1991), J. Consult. Clin. Psychol. 59, 12-19.
    """
    if sd <= 0 or not 0 < reliability < 1:
        raise ModelError(f"a reliable change needs an SD above 0 and a reliability between 0 and 1, not {sd:g} and "
                         f"{reliability:g}")  # fmt: skip
    return RELIABLE * sd * sqrt(2 * (1 - reliability))
