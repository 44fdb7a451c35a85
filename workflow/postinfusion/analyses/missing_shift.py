"""How far an estimate moves when missing values are worse than the model takes them to be, and where the verdict tips.

Pattern mixture: with a share of the values of each arm missing, and the missing ones of the experimental arm worse by
a shift than values missing at random, the difference of means loses the shift times that share. Its standard error is
left as it is, and the shares count as known: the shift is supposed, not estimated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from postinfusion.analyses.verdicts import Comparison, Judgement

_BEYOND = 1e-9


def shifted(found: Comparison, shift: float, share: float, share_reference: float = 0.0) -> Comparison:
    """Give a comparison whose missing values are worse by a shift.

    Parameters
    ----------
    found
        The comparison, under values missing at random.
    shift
        How much worse a missing value of the experimental arm is, in the unit of the estimate.
    share
        Share of missing values in the experimental arm.
    share_reference
        Share of missing values in the reference arm, where these are worse by the same shift; 0 where they are not.

    References
    ----------
    National Research Council (2010), The Prevention and Treatment of Missing Data in Clinical Trials, chapter 5;
    Little (1993), Journal of the American Statistical Association 88, 125-134.
    """
    loss = shift * (share - share_reference)
    return replace(
        found,
        benefit=found.benefit - loss,
        low=found.low - loss,
        high=found.high - loss,
        adjusted_low=found.adjusted_low - loss,
    )


def tipping_shift(
    found: Comparison, share: float, judge: Callable[[Comparison], Judgement]
) -> tuple[float, Judgement] | None:
    """Give the smallest shift in the experimental arm alone beyond which the verdict is another, and that verdict.

    Parameters
    ----------
    found, share
        The comparison, and the share of missing values in the experimental arm.
    judge
        The rule.

    Returns
    -------
    Shift and verdict; None where no value is missing or no shift changes the verdict.
    """
    tipped = tipping_loss(found, judge) if share > 0 else None
    return (tipped[0] / share, tipped[1]) if tipped else None


def tipping_loss(found: Comparison, judge: Callable[[Comparison], Judgement]) -> tuple[float, Judgement] | None:
    """Give the smallest loss of benefit beyond which the verdict is another, and that verdict; None where none is.

    Every rule compares a limit or the estimate with a constant, so the losses at which one of them meets one of the
    constants are the only ones at which a verdict can change.
    """
    now = judge(found).verdict
    important = found.important or 0.0
    values = (found.benefit, found.low, found.high, found.adjusted_low)
    losses = sorted({value - limit for value in values for limit in (0.0, important, -important)})
    for loss in (loss for loss in losses if loss >= 0):
        after = judge(shifted(found, loss + _BEYOND * max(1.0, loss), 1.0))
        if after.verdict is not now:
            return loss, after
    return None
