"""The words for how participants entered a trial: nobody is randomised where there is one arm."""

from __future__ import annotations

from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import DesignKind


def is_randomised(plan: Plan) -> bool:
    """Participants were allocated to one of several arms."""
    return plan.design.kind is not DesignKind.SINGLE_ARM


def entered(plan: Plan) -> str:
    """Give what happened to those who entered the trial: ``randomised`` or ``enrolled``."""
    return "randomised" if is_randomised(plan) else "enrolled"
