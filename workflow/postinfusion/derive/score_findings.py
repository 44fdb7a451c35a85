"""What is told about scores: items that do not exist, prorating, scores that differ from their items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from postinfusion.datasets.checks import Finding
from postinfusion.derive.occasions import Occasions
from postinfusion.errors import counted
from postinfusion.instruments import catalogue, scoring
from postinfusion.instruments.model import Instrument, Rule, Score
from postinfusion.instruments.scoring import Array, Mask, Scored
from postinfusion.plan.plan import Plan

_MOST_DECIMALS = 6
_EXACT = 1e-9


def unknown_items(plan: Plan, measure: str, positions: npt.NDArray[np.intp]) -> Iterator[Finding]:
    """Refuse single items of something that is no known scale."""
    if len(positions):
        found = catalogue.find(measure, plan.instruments)
        what = found.which_version if found else catalogue.unknown(measure, plan.instruments)
        text = f"single items need a scale. {what} Or describe it under instruments."
        yield Finding(("measure",), positions, text)


def strange_items(measure: str, instrument: Instrument, occasions: Occasions) -> Iterator[Finding]:
    """Refuse items that the scale does not have."""
    if len(occasions.strange):
        numbers = instrument.item_numbers
        known = f"its items are {numbers[0]} to {numbers[-1]}" if numbers else "no key for its items is there"
        text = f"{measure} has no such item; {known}. Correct the numbers, or describe it under instruments."
        yield Finding(("item",), np.sort(occasions.strange), text)


def turned_twice(measure: str, occasions: Occasions) -> Finding:
    """Warn that reversed items were most likely turned before."""
    text = (
        f"the reversed items of {measure} run against the others after turning: the export has most likely turned them "
        "already. Look, and name the scale under scoring, aligned."
    )
    return Finding(("value",), occasions.first_rows[occasions.has_items], text, "warning")


def wrong_order(measure: str, instrument: Instrument, occasions: Occasions) -> Iterator[Finding]:
    """Warn of an item that is above one that it is normally not above."""
    place = {number: position for position, number in enumerate(instrument.item_numbers)}
    for first, second in instrument.not_above:
        above = occasions.answers[:, place[first]] > occasions.answers[:, place[second]]
        if above.any():
            text = f"item {first} of {measure} is above item {second}, which normally includes it. Look at both."
            yield Finding(("value",), occasions.item_rows[above, place[first]], text, "warning")


def not_scored(measure: str, instrument: Instrument, occasions: Occasions) -> Iterator[Finding]:
    """Tell how often the form says that an item is not scored."""
    marked = scoring.not_scored(instrument, occasions.answers)
    for place in np.flatnonzero(marked.any(axis=0)):
        forms = counted(int(marked[:, place].sum()), "form")
        text = (
            f"{forms} of {measure} without a score of item {instrument.item_numbers[place]}, as not assessed: it adds "
            "nothing to the total, which is the sum of the others."
        )
        yield Finding(("value",), occasions.item_rows[marked[:, place], place], text, "warning")


def stopped_tasks(measure: str, instrument: Instrument, occasions: Occasions) -> Iterator[Finding]:
    """Tell of the values at the cap of a task and above it, item by item and score by score."""
    for number, answers, rows in zip(instrument.item_numbers, occasions.answers.T, occasions.item_rows.T, strict=True):
        part = instrument.item(number)
        yield from _at_cap(f"{measure} item {number}", part.cap if part else None, answers, rows)
    for name, values in occasions.values.items():
        score = instrument.scores.get(name)
        yield from _at_cap(f"{measure} {name}", score.cap if score else None, values, occasions.rows[name])


def _at_cap(what: str, cap: float | None, values: Array, rows: npt.NDArray[np.intp]) -> Iterator[Finding]:
    """Tell of values at a cap and above it."""
    if cap is not None and (stopped := values >= cap).any():
        above = int((values[stopped] > cap).sum())
        beyond = f", {above:,} of them above it" if above else ""
        text = (
            f"{counted(int(stopped.sum()), 'value')} of {what} at {cap:g}, where the task is stopped{beyond}: taken as "
            f"{cap:g} and censored. Where the task was stopped elsewhere, describe it under instruments."
        )
        yield Finding(("value",), rows[stopped], text, "warning")


@dataclass(frozen=True)
class Computed:
    """One score of one scale: what it is, what was computed, and what was delivered.

    Attributes
    ----------
    measure, name
        The scale and the score.
    score
        Its description.
    result
        What was computed.
    occasions
        What was delivered.
    """

    measure: str
    name: str
    score: Score
    result: Scored
    occasions: Occasions

    @property
    def what(self) -> str:
        """The scale and the score in words."""
        return self.measure if self.name == catalogue.TOTAL else f"{self.measure} {self.name}"

    @property
    def given(self) -> Array:
        """The delivered values; NaN where there is none."""
        return self.occasions.values.get(self.name, np.full(self.occasions.number, np.nan))

    @property
    def tolerance(self) -> Array:
        """By how much a delivered value may differ because it, or what it was computed from, is rounded."""
        from_scores = bool(self.score.of) & ~self.occasions.has_items
        is_rounded = self.result.prorated | (self.score.rule is not Rule.SUM) | from_scores
        digit = 10.0 ** -_decimals(self.given)
        return np.where(is_rounded, np.where(from_scores, digit, digit / 2), 0.0) + _EXACT


def of_score(plan: Plan, computed: Computed) -> Iterator[Finding]:
    """Tell of one score how often it is prorated, not computable, and different from the delivered one."""
    result, given = computed.result, computed.given
    if computed.score.used:
        yield from _incomplete(computed)
    differs = np.abs(result.value - given) > computed.tolerance
    if differs.any():
        largest = np.abs(result.value - given)[differs].max()
        both = int((~np.isnan(result.value) & ~np.isnan(given)).sum())
        text = (
            f"{int(differs.sum()):,} of {both:,} delivered values of {computed.what} differ from the computed ones, by "
            f"up to {largest:.3g}. {_consequence(plan, computed, differs)}"
        )
        yield Finding(("value",), computed.occasions.rows[computed.name][differs], text, "warning")


def _incomplete(computed: Computed) -> Iterator[Finding]:
    """Tell how often items are missing, and what becomes of it."""
    result, first_rows = computed.result, computed.occasions.first_rows
    open_ = computed.occasions.has_items & np.isnan(computed.given)
    prorated = open_ & result.prorated
    if prorated.any():
        text = f"{counted(int(prorated.sum()), 'value')} of {computed.what} prorated, since items are missing."
        yield Finding(("value",), first_rows[prorated], text, "warning")
    lacking = open_ & np.isnan(result.value) & (result.answered > 0)
    if lacking.any():
        text = f"{counted(int(lacking.sum()), 'value')} of {computed.what} not computed: too few items are answered."
        yield Finding(("value",), first_rows[lacking], text, "warning")


def _consequence(plan: Plan, computed: Computed, differs: Mask) -> str:
    """Say which of two values counts."""
    replaced = differs & computed.occasions.has_items & computed.result.complete
    if plan.scoring.prefer == "supplied" or not replaced.any():
        return "The delivered ones count. Look at both."
    return "The computed ones count where all items are answered; scoring, prefer: supplied keeps the delivered ones."


def _decimals(values: Array) -> int:
    """Give how many decimals delivered values have."""
    given = values[~np.isnan(values)]
    exact = (np.allclose(np.round(given, number), given, rtol=0, atol=_EXACT) for number in range(_MOST_DECIMALS))
    return next((number for number, fits in enumerate(exact) if fits), _MOST_DECIMALS)
