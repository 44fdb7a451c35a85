"""Weights of one column that are in pounds for some rows and in kilograms for the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding
from postinfusion.errors import Severity

POUNDS = 2.2046
_LEAST_RATIO, _MOST_RATIO = 1.9, 2.5
_OBESE = 30.0


def mixed_weights(weights: pd.DataFrame, heights: pd.Series | None, *, is_unit_told: bool) -> Iterator[Finding]:
    """Give the weights that look like pounds among kilograms.

    Parameters
    ----------
    weights
        Canonical weights with ``id`` and ``weight_kg``.
    heights
        Height of each row in cm; None where no height is known.
    is_unit_told
        The plan says the unit; then a jump is a warning, and participants are not compared.

    Notes
    -----
    Within a participant, a weight that is 1.9 to 2.5 times the smallest one cannot be a change. A participant all of
    whose body mass indices are that far above the median of the participants is refused where a division by 2.2046
    gives one within the range of the others, and no other reaches 30: a trial of anorexia and of binge-eating holds
    both ends.
    """
    kilograms = weights["weight_kg"].astype("float64")
    smallest = kilograms.groupby(weights["id"]).transform("min")
    severity: Severity = "warning" if is_unit_told else "error"
    jumps = _is_far(kilograms / smallest)
    yield from _rows(jumps, "is 1.9 to 2.5 times another weight of the same participant", severity)
    if heights is None or is_unit_told:
        return
    far, others = _far_from_the_others((kilograms / (heights / 100) ** 2).where(~jumps), weights["id"])
    if others < _OBESE:
        text = "gives a body mass index about 2.2 times that of the other participants"
        yield from _rows(far & ~jumps, text, "error")


def _far_from_the_others(sizes: pd.Series, ids: pd.Series) -> tuple[pd.Series, float]:
    """Say which rows are of participants far above the others but among them in pounds; with the others' largest."""
    by_person = sizes.groupby(ids).median().dropna()
    is_far = _is_far(by_person / by_person.median()) if len(by_person) else by_person.astype("bool")
    others = by_person[~is_far]
    if others.empty or not is_far.any():
        return pd.Series(False, sizes.index), np.nan
    is_far &= (by_person / POUNDS).between(others.min() * 0.95, others.max() * 1.05)
    return ids.isin(is_far.index[is_far]) & sizes.notna(), float(others.max())


def _is_far(ratio: pd.Series) -> pd.Series:
    """Say which ratios are those of pounds to kilograms, give or take a change of weight."""
    return ratio.between(_LEAST_RATIO, _MOST_RATIO)


def _rows(which: pd.Series, text: str, severity: Severity) -> Iterator[Finding]:
    """Give one finding for the rows of a mask; none where the mask is empty."""
    positions = np.flatnonzero(which.to_numpy(dtype="bool"))
    if positions.size:
        remedy = "Convert these rows, map the unit of each row as weight_unit, or say constants: {weight_unit: kg}."
        yield Finding(("weight_kg",), positions, f"{text}, as pounds among kilograms are. {remedy}", severity)
