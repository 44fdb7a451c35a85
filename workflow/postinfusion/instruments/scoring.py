"""Scores from items and from other scores, for all occasions at once.

Notes
-----
With n items of a score, a of them answered and answers x after turning reversed items (x → smallest + largest − x):
a sum is n · Σx / a and a mean Σx / a, where a is enough by the rule for missing items; with a = n these are the plain
sum and mean. Every other rule is described at :class:`postinfusion.instruments.model.Rule`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from postinfusion.instruments.model import Instrument, Rule, Score

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_PRORATED = {Rule.SUM, Rule.MEAN, Rule.NUMBER}
FEWEST_FOR_DIRECTION = 20
AGAINST_EACH_OTHER = -0.2


@dataclass(frozen=True)
class Scored:
    """One score of all occasions.

    Attributes
    ----------
    value
        The score; NaN where too few items are answered.
    answered
        How many of its items are answered.
    complete
        All of its items are answered.
    prorated
        Items are missing, and the rule allows to go on without them.
    censored
        An item that it is computed from is at the cap of its task.
    """

    value: Array
    answered: npt.NDArray[np.int64]
    complete: Mask
    prorated: Mask
    censored: Mask


def from_items(
    instrument: Instrument,
    answers: Array,
    *,
    aligned: bool = False,
    share: float | None = None,
    stopped: Mask | None = None,
) -> dict[str, Scored]:
    """Give all scores of a scale that can be computed.

    Parameters
    ----------
    instrument
        The scale.
    answers
        Occasions × items in the order of ``instrument.item_numbers``; NaN where there is no answer.
    aligned
        Reversed items are turned already.
    share
        For scores that need all items by their own rule: the share of items that is enough by the plan.
    stopped
        Occasions × items: answers that were delivered as at least their value.
    """
    answers = up_to_cap(instrument, answers)
    turned = answers if aligned else reflected(instrument, answers)
    place = {number: position for position, number in enumerate(instrument.item_numbers)}
    at_cap, unscored = at_the_cap(instrument, answers), not_scored(instrument, answers)
    at_cap = at_cap if stopped is None else at_cap | stopped
    found: dict[str, Scored] = {}
    for name, score in instrument.scores.items():
        if score.of:
            found[name] = from_scores(score, found)
        elif score.rule is not Rule.SUPPLIED:
            used = [place[number] for number in score.used]
            found[name] = _from_answers(score, turned[:, used], at_cap[:, used], unscored[:, used], share)
    return found


def from_scores(score: Score, known: Mapping[str, Scored]) -> Scored:
    """Give a score that is computed from other scores of the same occasions."""
    parts = [known[name] for name in score.of]
    values = np.column_stack([part.value for part in parts])
    value, prorated = _combined(score, values, None, score.of)
    return Scored(
        value,
        np.sum([part.answered for part in parts], axis=0),
        np.all([part.complete for part in parts], axis=0),
        np.asarray(prorated | (np.any([part.prorated for part in parts], axis=0) & ~np.isnan(value)), dtype="bool"),
        np.any([part.censored for part in parts], axis=0) & ~np.isnan(value),
    )


def reflected(instrument: Instrument, answers: Array) -> Array:
    """Give the answers with reversed items turned: smallest + largest − x."""
    turned = answers.copy()
    for position, number in enumerate(instrument.item_numbers):
        part = instrument.item(number)
        if number in instrument.reversed and part is not None and part.maximum is not None:
            turned[:, position] = part.minimum + part.maximum - answers[:, position]
    return turned


def runs_against_the_rest(instrument: Instrument, answers: Array, *, aligned: bool) -> bool:
    """Say whether reversed items, after turning, run against the others: then the export had most likely turned them.

    Parameters
    ----------
    instrument
        The scale.
    answers
        Occasions × items as delivered.
    aligned
        The plan says that they are turned already.
    """
    is_reversed = np.isin(instrument.item_numbers, instrument.reversed)
    turned = answers if aligned else reflected(instrument, answers)
    complete = turned[~np.isnan(turned).any(axis=1)]
    if not is_reversed.any() or is_reversed.all() or len(complete) < FEWEST_FOR_DIRECTION:
        return False
    sums = complete[:, is_reversed].sum(axis=1), complete[:, ~is_reversed].sum(axis=1)
    varies = all(np.ptp(part) > 0 for part in sums)
    return varies and bool(np.corrcoef(*sums)[0, 1] < AGAINST_EACH_OTHER)


def at_the_cap(instrument: Instrument, answers: Array) -> Mask:
    """Say which answers are at the cap of their task, or above it."""
    return np.asarray(answers >= _caps(instrument), dtype="bool")


def up_to_cap(instrument: Instrument, answers: Array) -> Array:
    """Give the answers with the cap of the task in place of what is above it."""
    caps = _caps(instrument)
    return np.where(answers > caps, caps, answers)


def not_scored(instrument: Instrument, answers: Array) -> Mask:
    """Say which answers are a number by which the form says that the item is not scored."""
    parts = [instrument.item(number) for number in instrument.item_numbers]
    columns = [np.isin(answers[:, place], part.not_scored if part else ()) for place, part in enumerate(parts)]
    return np.column_stack(columns) if columns else np.zeros(answers.shape, dtype="bool")


def _caps(instrument: Instrument) -> Array:
    """Give the cap of each item; NaN where there is none."""
    parts = [instrument.item(number) for number in instrument.item_numbers]
    return np.array([np.nan if part is None or part.cap is None else part.cap for part in parts])


def _from_answers(score: Score, answers: Array, at_cap: Mask, unscored: Mask, share: float | None) -> Scored:
    """Give a score of its own items: the largest of each group, where there are groups."""
    given = ~np.isnan(answers)
    answers = np.where(unscored, 0.0, answers)
    parts = _largest_by_group(score.groups, answers) if score.groups else answers
    value, prorated = _combined(score, parts, share, score.items)
    censored = np.asarray(at_cap.any(axis=1) & ~np.isnan(value), dtype="bool")
    return Scored(
        value, (given & ~unscored).sum(axis=1), np.asarray(given.all(axis=1), dtype="bool"), prorated, censored
    )


def _largest_by_group(groups: Sequence[Sequence[int]], answers: Array) -> Array:
    """Give occasions × groups: the largest answer of each group, NaN only where the whole group is missing."""
    ends = np.cumsum([len(group) for group in groups])
    blocks = np.split(answers, ends[:-1], axis=1)
    return np.column_stack([_ignoring_nan(np.nanmax, block) for block in blocks])


def _combined(score: Score, parts: Array, share: float | None, names: Sequence[object]) -> tuple[Array, Mask]:
    """Give the score of its parts, and where parts are missing that it can do without."""
    given = ~np.isnan(parts)
    needed = score.missing.needed(parts.shape[1], share=share)
    optional = np.array([name in score.missing.may_lack for name in names], dtype="bool")
    required = ~optional if len(names) and optional.any() else np.zeros(parts.shape[1], dtype="bool")
    enough = (given.sum(axis=1) >= needed) & given[:, required].all(axis=1)
    value = np.where(enough, _value(score, parts), np.nan)
    prorated = enough & ~given.all(axis=1) & (score.rule in _PRORATED)
    return value, prorated


def _value(score: Score, parts: Array) -> Array:
    """Give the score of its parts where enough of them are there."""
    if score.threshold is not None:
        return _prorated_sum(np.where(np.isnan(parts), np.nan, parts >= score.threshold))
    return np.asarray(_VALUES[score.rule](parts), dtype="float64")


def _highest_present(parts: Array) -> Array:
    """Give the place of the last part that is present, 0 where none is."""
    return np.asarray(np.max(np.where(parts > 0, np.arange(1, parts.shape[1] + 1), 0), axis=1), dtype="float64")


def _ratio(parts: Array) -> Array:
    """Give the first part divided by the second, where that is more than 0."""
    return np.asarray(parts[:, 0] / np.where(parts[:, 1] > 0, parts[:, 1], np.nan), dtype="float64")


def _prorated_sum(parts: Array) -> Array:
    """Give n · Σx / a of each row; the multiplication comes first, so that a complete sum is exact."""
    answered = np.maximum((~np.isnan(parts)).sum(axis=1), 1)
    return np.asarray(np.nansum(parts, axis=1) * parts.shape[1] / answered, dtype="float64")


def _ignoring_nan(statistic: Callable[..., Array], parts: Array) -> Array:
    """Give a statistic of each row over what is there; NaN where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(statistic(parts, axis=1), dtype="float64")


_VALUES: dict[Rule, Callable[[Array], Array]] = {
    Rule.SUM: _prorated_sum,
    Rule.MEAN: lambda parts: _ignoring_nan(np.nanmean, parts),
    Rule.MAXIMUM: lambda parts: _ignoring_nan(np.nanmax, parts),
    Rule.HIGHEST: _highest_present,
    Rule.DIFFERENCE: lambda parts: parts[:, 0] - parts[:, 1],
    Rule.RATIO: _ratio,
    Rule.PROFILE: lambda parts: parts @ 10.0 ** np.arange(parts.shape[1])[::-1],
}
