"""Guesses of the treatment: each is an arm of the plan, or says that nothing was guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from postinfusion.datasets.checks import Finding
from postinfusion.errors import Problem, listed
from postinfusion.plan.plan import Plan
from postinfusion.sources.tables import Delivery
from postinfusion.vocabulary import NO_GUESS


def check(plan: Plan, deliveries: Mapping[str, Delivery]) -> Iterator[Problem]:
    """Give the rows whose guess is neither an arm of the plan nor the answer of who does not know."""
    guesses = deliveries.get("guesses")
    if guesses is None or "guess" not in guesses.frame or plan.left_out.touches("design"):
        return
    allowed = (*plan.design.arm_names, NO_GUESS)
    positions = np.flatnonzero(~guesses.frame["guess"].isin(allowed).to_numpy())
    if positions.size:
        text = (
            f"the guess is neither an arm of the plan nor {NO_GUESS}. Allowed are {listed(allowed)}. Map every other "
            "one under values of the source guesses."
        )
        yield from guesses.problems_of([Finding(("guess",), positions, text, "error")])
