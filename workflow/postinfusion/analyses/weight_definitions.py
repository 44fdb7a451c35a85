"""What counts as stable weight, as a loss and as a gain: no definition is agreed, so several stand side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.plan.analyses import WeightStability
from postinfusion.plan.quantities import hours_as_text

# A loss of exactly 3 % stays within 3 %, whatever the division by the reference rounds to.
_ROUNDING = 1e-9
_MAINTENANCE = "weight maintenance as in Stevens et al. 2006, Int. J. Obes. 30, 391-399"
_SOURCES = {0.03: _MAINTENANCE, 0.05: "the usual limit of a clinically relevant change of weight"}
_NOT_AGREED = "there is no agreed definition"
BAND, KILOGRAMS, SLOPE, LOSS, GAIN = "band", "kilograms", "slope", "loss", "gain"
ABOUT_REFERENCE = frozenset({BAND, KILOGRAMS})


@dataclass(frozen=True)
class AtVisit:
    """Weights of participants at a visit, in kg, with one index: USUBJID.

    Attributes
    ----------
    weight, reference, baseline
        At the visit, what stability refers to, and at baseline.
    slope
        Slope up to the visit, in kg per week.
    """

    weight: pd.Series
    reference: pd.Series
    baseline: pd.Series
    slope: pd.Series


@dataclass(frozen=True)
class Definition:
    """One definition.

    Attributes
    ----------
    name
        As it stands in results and tables.
    kind
        ``band``, ``kilograms``, ``slope``, ``loss`` or ``gain``.
    source
        Where it comes from.
    judged
        From weights at a visit to 1 where it is met, 0 where not, NaN where that is not known.
    """

    name: str
    kind: str
    source: str
    judged: Callable[[AtVisit], pd.Series]


def definitions(analysis: WeightStability) -> list[Definition]:
    """Give the definitions of a plan: bands from the narrowest, kilograms, slope, losses and gains from the least."""
    found = [_band(share, _told(analysis, "bands")) for share in sorted(analysis.bands)]
    if analysis.band_kg is not None:
        found.append(_kilograms(analysis.band_kg, _told(analysis, "band_kg")))
    if analysis.rate is not None:
        found.append(_rate(analysis.rate, analysis.rate_over, _told(analysis, "rate")))
    found += [_loss(share, _told(analysis, "losses")) for share in sorted(analysis.losses)]
    return [*found, *(_gain(share, _told(analysis, "gains")) for share in sorted(analysis.gains))]


def _told(analysis: WeightStability, field: str) -> str:
    """Say whether the plan names a definition or leaves it to the default of the program."""
    who = "as the plan declares it" if field in analysis.model_fields_set else "default of the program"
    return f"{who}; {_NOT_AGREED}"


def main_band(analysis: WeightStability) -> Definition:
    """Give the main definition."""
    return _band(analysis.bands[0], _told(analysis, "bands"))


def levels_of(definition: Definition, at: AtVisit, narrower: Definition | None) -> pd.Series:
    """Divide participants more finely than a definition does, so that no small count follows from two definitions.

    Whoever is within a wider band or has the lesser loss is told from those who meet the stricter definition before it
    in the list, and whoever is out of a band from those on its other side: differences of what a public report prints
    are then counts that it would print itself.

    Parameters
    ----------
    definition
        The definition.
    at
        Weights at the visit.
    narrower
        The definition of the same kind before it; None for the first.
    """
    judged = definition.judged(at)
    level = judged.map({1.0: "yes", 0.0: "no"}).astype("object")
    if definition.kind in ABOUT_REFERENCE:
        side = pd.Series(np.where(at.weight < at.reference, "lower", "higher"), index=judged.index)
        level = level.mask(judged == 0, side)
    if narrower is not None:
        # Bands widen down the list: a former yes stays one. Losses grow: a former yes may become a no.
        former, changed = narrower.judged(at) == 1, definition.kind == BAND
        level = level.mask(former & (judged == (1 if changed else 0)), narrower.name)
    return level.where(judged.notna())


def band_limits(analysis: WeightStability, reference: float) -> tuple[float, float]:
    """Give the limits of the main band about a reference weight, in kg."""
    share = analysis.bands[0]
    return reference * (1 - share), reference * (1 + share)


def _band(share: float, source: str) -> Definition:
    """Give the definition by a share of the reference weight."""
    return Definition(
        f"within {_percent(share)}",
        BAND,
        _SOURCES.get(round(share, 6), source),
        lambda at: _at_most((at.weight - at.reference).abs() / at.reference, share),
    )


def _kilograms(limit: float, source: str) -> Definition:
    """Give the definition by kilograms."""
    name = f"within {limit:g} kg"
    return Definition(name, KILOGRAMS, source, lambda at: _at_most((at.weight - at.reference).abs(), limit))


def _rate(limit: float, over: float, source: str) -> Definition:
    """Give the definition by the slope."""
    name = f"slope within {limit:g} kg per week"
    return Definition(
        name, SLOPE, f"over at least {hours_as_text(over)}; {source}", lambda at: _at_most(at.slope.abs(), limit)
    )


def _loss(share: float, source: str) -> Definition:
    """Give a loss since baseline."""
    name = f"loss of {_percent(share)} or more"
    return Definition(name, LOSS, source, lambda at: _at_least((at.baseline - at.weight) / at.baseline, share))


def _gain(share: float, source: str) -> Definition:
    """Give a gain since baseline."""
    name = f"gain of {_percent(share)} or more"
    return Definition(name, GAIN, source, lambda at: _at_least((at.weight - at.baseline) / at.baseline, share))


def _at_most(values: pd.Series, limit: float) -> pd.Series:
    """Give 1 up to a limit, 0 beyond it, NaN without a value."""
    return (values <= limit + _ROUNDING * max(1.0, limit)).astype("float64").where(values.notna(), np.nan)


def _at_least(values: pd.Series, limit: float) -> pd.Series:
    """Give 1 from a limit on, 0 below it, NaN without a value."""
    return (values >= limit - _ROUNDING * max(1.0, limit)).astype("float64").where(values.notna(), np.nan)


def _percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:g} %"
