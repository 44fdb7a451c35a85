"""What holds for the scores of every scale of the catalogue, whatever the answers are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.instruments import catalogue, scoring
from postinfusion.instruments.model import Instrument, ItemRange, MissingRule, Rule

SCALES = tuple(name for name in catalogue.names() if catalogue.instrument(name).scored_items)
PRORATED = {Rule.SUM, Rule.MEAN, Rule.NUMBER}
COUNTS_END = 40


@st.composite
def answered(draw: st.DrawFn) -> tuple[Instrument, np.ndarray]:
    """Give a scale of the catalogue and complete answers of some occasions."""
    scale = catalogue.instrument(draw(st.sampled_from(SCALES)))
    seed, occasions = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 5))
    parts = [scale.item(number) for number in scale.item_numbers]
    low = np.array([part.minimum for part in parts])
    high = np.array([COUNTS_END if part.maximum is None else part.maximum for part in parts])
    return scale, np.random.default_rng(seed).integers(low, high + 1, size=(occasions, len(parts))).astype("float64")


def values(scale: Instrument, answers: np.ndarray, **options: object) -> dict[str, np.ndarray]:
    return {name: score.value for name, score in scoring.from_items(scale, answers, **options).items()}


@given(answered(), st.integers(0, 2**32 - 1))
def test_the_order_of_the_items_does_not_matter(drawn: tuple[Instrument, np.ndarray], seed: int):
    scale, answers = drawn
    order = np.random.default_rng(seed).permutation(len(scale.item_numbers))
    singles = [ItemRange(**{**scale.item(number).model_dump(), "items": number}) for number in scale.item_numbers]
    permuted = scale.model_copy(update={"items": tuple(singles[position] for position in order)})
    expected, found = values(scale, answers), values(permuted, answers[:, order])
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


@given(answered())
def test_turning_twice_gives_the_answers_back(drawn: tuple[Instrument, np.ndarray]):
    scale, answers = drawn
    np.testing.assert_array_equal(scoring.reflected(scale, scoring.reflected(scale, answers)), answers)


@given(answered())
def test_answers_that_were_turned_elsewhere_give_the_same_scores(drawn: tuple[Instrument, np.ndarray]):
    scale, answers = drawn
    expected = values(scale, answers)
    found = values(scale, scoring.reflected(scale, answers), aligned=True)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


@given(answered())
def test_complete_scores_lie_within_their_range_and_are_not_prorated(drawn: tuple[Instrument, np.ndarray]):
    scale, answers = drawn
    for name, found in scoring.from_items(scale, answers).items():
        score = scale.scores[name]
        value = found.value[~np.isnan(found.value)]
        assert found.complete.all()
        assert not found.prorated.any()
        assert score.minimum is None or (value >= score.minimum).all()
        assert score.maximum is None or (value <= score.maximum).all()


@given(answered(), st.floats(0.1, 1.0))
def test_prorating_complete_answers_changes_nothing(drawn: tuple[Instrument, np.ndarray], share: float):
    scale, answers = drawn
    expected, found = values(scale, answers), values(scale, answers, share=share)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


@given(answered(), st.data())
def test_a_prorated_score_is_that_of_filling_in_the_mean_of_the_answered_items(
    drawn: tuple[Instrument, np.ndarray], data: st.DataObject
):
    scale, answers = drawn
    name = data.draw(st.sampled_from(sorted(scale.scores)))
    score = scale.scores[name]
    if score.rule not in PRORATED - {Rule.NUMBER} or len(score.items) < 2 or score.missing.may_lack:
        return
    places = [scale.item_numbers.index(number) for number in score.items]
    lacking = data.draw(st.sampled_from(places))
    holey = answers.copy()
    holey[:, lacking] = np.nan
    found = scoring.from_items(scale, holey, share=0.5)[name]
    if score.missing.needed(len(places), share=0.5) > len(places) - 1:
        assert np.isnan(found.value).all()
        return
    turned = scoring.reflected(scale, holey)[:, places]
    filled = np.where(np.isnan(turned), np.nanmean(turned, axis=1, keepdims=True), turned)
    expected = filled.sum(axis=1) if score.rule is Rule.SUM else filled.mean(axis=1)
    np.testing.assert_allclose(found.value, expected, rtol=1e-12)
    assert found.prorated.all()


@given(answered())
def test_no_answer_at_all_gives_no_score(drawn: tuple[Instrument, np.ndarray]):
    scale, answers = drawn
    for found in scoring.from_items(scale, np.full_like(answers, np.nan)).values():
        assert np.isnan(found.value).all()
        assert not found.prorated.any()


@settings(max_examples=30)
@given(answered(), st.integers(0, 2**32 - 1))
def test_the_order_of_occasions_does_not_matter(drawn: tuple[Instrument, np.ndarray], seed: int):
    scale, answers = drawn
    order = np.random.default_rng(seed).permutation(len(answers))
    expected, found = values(scale, answers), values(scale, answers[order])
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value[order])


@pytest.mark.parametrize("n_items", range(1, 30))
def test_more_than_half_is_strict(n_items: int):
    rule = catalogue.instrument("EDE-Q 6.0").scores["restraint"].missing
    assert rule.rule is MissingRule.MORE_THAN_HALF
    assert rule.needed(n_items) > n_items / 2
    assert rule.needed(n_items) - 1 <= n_items / 2
