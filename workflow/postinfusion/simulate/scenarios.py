"""Under which truth a trial is simulated: the same people, with or without effects, dropping out at random or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.errors import DataError, nearest
from postinfusion.simulate.courses import Bools

DEFAULT_SEED = 20261122
DEFAULT_PEOPLE = 200_000


@dataclass(frozen=True)
class Scenario:
    """One truth.

    Attributes
    ----------
    name
        As typed on the command line.
    meaning
        One sentence.
    has_effects
        Ketamine differs from midazolam; otherwise everyone has midazolam's outcomes, harms and dropout.
    is_reversed
        What ketamine does happens on midazolam, and the other way round.
    madrs_after_dropout
        Added to the MADRS after a participant has left; nobody records it, so only the truth changes.
    """

    name: str
    meaning: str
    has_effects: bool = True
    is_reversed: bool = False
    madrs_after_dropout: float = 0.0

    def acts_in(self, on_ketamine: Bools) -> Bools:
        """Give who gets what ketamine does, from who is on ketamine."""
        return np.asarray((on_ketamine != self.is_reversed) & self.has_effects, dtype=bool)

    @property
    def favours_ketamine(self) -> bool:
        """Ketamine is the better arm."""
        return self.has_effects and not self.is_reversed


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("at-random", "Dropout depends on the last recorded MADRS and on the arm."),
        Scenario(
            "not-at-random",
            "As at-random, but the MADRS is 4 points worse after dropout, which no record shows.",
            madrs_after_dropout=4.0,
        ),
        Scenario("null", "Ketamine and midazolam do the same, in benefit, harm and dropout.", has_effects=False),
        Scenario(
            "harmful",
            "Midazolam does what ketamine should in benefit, harm and dropout, and the other way round.",
            is_reversed=True,
        ),
    )
}


def scenario_named(name: str) -> Scenario:
    """Give a scenario by its name.

    Raises
    ------
    DataError
        When there is none of this name.
    """
    if name not in SCENARIOS:
        hint = nearest(name, SCENARIOS)
        raise DataError(f"unknown scenario {name!r} — allowed: {', '.join(SCENARIOS)}. {hint}".strip())
    return SCENARIOS[name]
