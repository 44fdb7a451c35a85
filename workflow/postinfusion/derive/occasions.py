"""The occasions of one scale: which rows of the assessments belong to one assessment of one participant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.instruments.model import Instrument
from postinfusion.instruments.scoring import Array, Mask

Positions = npt.NDArray[np.intp]
_MEASURED = ("measure", "score", "item", "value", "qualifier")
_TOTAL = "total"


@dataclass(frozen=True)
class Occasions:
    """What was delivered of one scale, by occasion.

    Attributes
    ----------
    answers
        Occasions × items, in the order of the scale's items; NaN where there is none.
    item_rows
        Position of the row of each answer; −1 where there is none.
    has_items
        Occasions of which single items were delivered.
    values, rows
        By delivered score: its values, and the positions of its rows (−1 where there is none).
    first_rows
        Position of the first row of each occasion.
    strange
        Positions of the rows with items that the scale does not have.
    """

    answers: Array
    item_rows: Positions
    has_items: Mask
    values: Mapping[str, Array]
    rows: Mapping[str, Positions]
    first_rows: Positions
    strange: Positions

    @property
    def number(self) -> int:
        """How many occasions there are."""
        return len(self.first_rows)


def occasions_of(instrument: Instrument, assessments: pd.DataFrame, here: Positions, of_items: Mask) -> Occasions:
    """Give the occasions of one scale.

    Parameters
    ----------
    instrument
        The scale.
    assessments
        Canonical assessments.
    here
        Positions of the scale's rows.
    of_items
        Which of these hold the answer to a single item.

    Notes
    -----
    Rows belong together that agree in everything but what was measured: participant, time, visit, and how derived.
    """
    frame = assessments.iloc[here]
    alike = [name for name in frame if name not in _MEASURED]
    occasion = np.asarray(frame.groupby(alike, dropna=False, sort=False).ngroup(), dtype=np.intp)
    rows = _Rows(frame, here, of_items, occasion, int(occasion.max(initial=-1)) + 1)
    first = np.full(rows.number, len(assessments))
    np.minimum.at(first, occasion, here)
    has_items = np.zeros(rows.number, dtype="bool")
    has_items[occasion[of_items]] = True
    answers, item_rows, strange = _answers(instrument, rows)
    values, score_rows = _delivered(instrument, rows)
    return Occasions(answers, item_rows, has_items, values, score_rows, first, strange)


@dataclass(frozen=True)
class _Rows:
    """The rows of one scale: where they stand, which hold items, and which occasion each belongs to."""

    frame: pd.DataFrame
    here: Positions
    of_items: Mask
    occasion: Positions
    number: int

    @property
    def value(self) -> Array:
        """The values."""
        return self.frame["value"].to_numpy(dtype="float64")


def _answers(instrument: Instrument, rows: _Rows) -> tuple[Array, Positions, Positions]:
    """Give the answers by occasion and item, the positions of their rows, and those of items that do not exist."""
    known = instrument.item_numbers
    answers = np.full((rows.number, len(known)), np.nan)
    item_rows = np.full((rows.number, len(known)), -1)
    if not rows.of_items.any():
        return answers, item_rows, rows.here[:0]
    item = rows.frame["item"].to_numpy(dtype="float64", na_value=np.nan)
    place = {float(number): position for position, number in enumerate(known)}
    columns = np.array([place.get(number, -1) for number in item])
    valid = rows.of_items & (columns >= 0)
    answers[rows.occasion[valid], columns[valid]] = rows.value[valid]
    item_rows[rows.occasion[valid], columns[valid]] = rows.here[valid]
    return answers, item_rows, rows.here[rows.of_items & (columns < 0)]


def _delivered(instrument: Instrument, rows: _Rows) -> tuple[dict[str, Array], dict[str, Positions]]:
    """Give the delivered scores by their name in the description of the scale: values and positions of rows."""
    frame = rows.frame
    scores = frame["score"].fillna(_TOTAL) if "score" in frame else pd.Series(_TOTAL, index=frame.index)
    spelt = {name.casefold(): name for name in instrument.scores}
    names = scores.map(lambda name: spelt.get(str(name).casefold(), str(name))).to_numpy(dtype="object")
    values: dict[str, Array] = {}
    positions: dict[str, Positions] = {}
    for name in pd.unique(names[~rows.of_items]):
        mine = ~rows.of_items & (names == name)
        values[name], positions[name] = np.full(rows.number, np.nan), np.full(rows.number, -1)
        values[name][rows.occasion[mine]] = rows.value[mine]
        positions[name][rows.occasion[mine]] = rows.here[mine]
    return values, positions
