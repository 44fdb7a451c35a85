"""Scores against numbers that were worked out by hand from the rules of the brief."""

from __future__ import annotations

import numpy as np
import pytest

from postinfusion.instruments import catalogue, scoring
from postinfusion.instruments.model import Instrument, ItemRange, Score
from postinfusion.instruments.scoring import Scored

NAN = np.nan


def scored(name: str, answers: dict[int, float], *, rest: float = NAN, **options: object) -> dict[str, Scored]:
    """Give the scores of one occasion from the answers to some items."""
    scale = catalogue.instrument(name)
    row = np.array([[answers.get(number, rest) for number in scale.item_numbers]], dtype="float64")
    return scoring.from_items(scale, row, **options)


def value(name: str, answers: dict[int, float], of: str = "total", *, rest: float = NAN, **options: object) -> float:
    return float(scored(name, answers, rest=rest, **options)[of].value[0])


def test_the_subscales_of_the_ede_q_are_means_of_their_items():
    answers = {number: float(number % 7) for number in range(1, 29)}
    found = scored("EDE-Q 6.0", answers)
    assert found["restraint"].value[0] == pytest.approx((1 + 2 + 3 + 4 + 5) / 5)
    assert found["eating_concern"].value[0] == pytest.approx((0 + 2 + 5 + 6 + 0) / 5)
    assert found["shape_concern"].value[0] == pytest.approx((6 + 1 + 3 + 4 + 2 + 5 + 6 + 0) / 8)
    assert found["weight_concern"].value[0] == pytest.approx((1 + 5 + 1 + 3 + 4) / 5)


def test_the_global_score_of_the_ede_q_is_the_mean_of_four_subscales_and_not_of_22_items():
    found = scored("EDE-Q 6.0", {**dict.fromkeys(range(1, 6), 6.0)}, rest=0.0)
    assert found["restraint"].value[0] == 6
    assert found["global"].value[0] == pytest.approx(6 / 4)
    assert found["global"].value[0] != pytest.approx(5 * 6 / 22)


@pytest.mark.parametrize(("answered", "expected"), [(3, 4.0), (2, NAN)])
def test_a_subscale_of_five_items_needs_three(answered: int, expected: float):
    found = value("EDE-Q 6.0", dict.fromkeys(range(1, answered + 1), 4.0), "restraint")
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("answered", "expected"), [(5, 2.0), (4, NAN)])
def test_a_subscale_of_eight_items_needs_strictly_more_than_half(answered: int, expected: float):
    items = (6, 8, 10, 11, 23, 26, 27, 28)
    found = value("EDE-Q 6.0", dict.fromkeys(items[:answered], 2.0), "shape_concern")
    assert found == pytest.approx(expected, nan_ok=True)


def test_the_global_score_needs_all_four_subscales():
    without_restraint = dict.fromkeys(range(6, 29), 3.0)
    assert np.isnan(value("EDE-Q 6.0", without_restraint, "global"))
    assert value("EDE-Q 6.0", without_restraint, "eating_concern") == 3


def test_item_8_counts_in_two_subscales():
    found = scored("EDE-Q 6.0", {8: 6.0}, rest=0.0)
    assert found["shape_concern"].value[0] == pytest.approx(6 / 8)
    assert found["weight_concern"].value[0] == pytest.approx(6 / 5)


def test_a_missing_count_is_missing_and_not_zero():
    found = scored("EDE-Q 6.0", {14: 0.0})
    assert found["obe_episodes"].value[0] == 0
    assert np.isnan(found["vomiting"].value[0])


def test_the_cia_is_prorated_from_twelve_items_on():
    twelve = dict.fromkeys(range(1, 13), 2.0)
    found = scored("CIA", twelve)["total"]
    assert found.value[0] == pytest.approx(24 * 16 / 12)
    assert (found.prorated[0], found.complete[0], found.answered[0]) == (True, False, 12)
    assert np.isnan(value("CIA", dict.fromkeys(range(1, 12), 2.0)))


def test_the_phq_9_leaves_its_tenth_item_out():
    assert value("PHQ-9", {10: 3.0}, rest=2.0) == 18


@pytest.mark.parametrize(("lacking", "expected"), [(1, 9 * 2.0), (2, 9 * 2.0), (3, NAN)])
def test_the_phq_9_is_prorated_with_at_most_two_items_missing(lacking: int, expected: float):
    answers = dict.fromkeys(range(1, 10 - lacking), 2.0)
    assert value("PHQ-9", answers) == pytest.approx(expected, nan_ok=True)


def test_the_madrs_needs_all_items_unless_the_plan_prorates():
    eight = dict.fromkeys(range(1, 9), 3.0)
    assert np.isnan(value("MADRS", eight))
    assert value("MADRS", eight, share=0.8) == 30
    assert np.isnan(value("MADRS", dict.fromkeys(range(1, 8), 3.0), share=0.8))


def test_a_total_without_appetite_leaves_that_item_out():
    assert value("MADRS", {5: 6.0}, "without_appetite_weight", rest=1.0) == 9
    assert value("HAM-D17", {12: 2.0, 16: 2.0}, "without_appetite_weight", rest=1.0) == 15
    assert value("QIDS-SR16", dict.fromkeys(range(6, 10), 3.0), "without_appetite_weight", rest=1.0) == 8


def test_the_qids_takes_the_largest_of_each_domain():
    answers = {1: 0, 2: 3, 3: 1, 4: 0, 5: 2, 6: 0, 7: 1, 8: 2, 9: 0, 10: 1, 11: 1, 12: 0, 13: 3, 14: 0, 15: 1, 16: 2}
    assert value("QIDS-SR16", {number: float(answer) for number, answer in answers.items()}) == 3 + 2 + 2 + 7 - 2 + 2


def test_a_domain_of_the_qids_is_missing_only_with_all_of_its_items():
    complete = dict.fromkeys(range(1, 17), 1.0)
    assert value("QIDS-SR16", {**complete, 2: NAN, 3: NAN, 4: NAN}) == 9
    assert np.isnan(value("QIDS-SR16", {**complete, 5: NAN}))


def test_work_that_does_not_apply_is_prorated_in_the_wsas():
    found = scored("WSAS", {2: 4.0, 3: 5.0, 4: 6.0, 5: 7.0})
    assert found["total"].value[0] == pytest.approx(22 * 5 / 4)
    assert found["four_items"].value[0] == 22
    assert np.isnan(value("WSAS", {1: 4.0, 3: 5.0, 4: 6.0, 5: 7.0}))


def test_the_shaps_counts_disagreements_or_adds_four_options():
    turned = (2, 4, 5, 7, 9, 12, 14)
    all_agree = {number: (4.0 if number in turned else 1.0) for number in range(1, 15)}
    assert value("SHAPS dichotomous", all_agree) == 0
    assert value("SHAPS Likert", all_agree) == 14
    assert value("SHAPS dichotomous", dict.fromkeys(range(1, 15), 3.0), aligned=True) == 14
    assert value("SHAPS Likert", {1: 3.0, **dict.fromkeys(range(2, 15), 1.0)}, aligned=True) == 16


def test_ideation_is_the_highest_category_that_is_present():
    assert value("C-SSRS", {1: 1, 2: 1, 4: 1}, "ideation", rest=0.0) == 4
    assert value("C-SSRS", {}, "ideation", rest=0.0) == 0
    assert value("C-SSRS", {1: 1.0, 2: 0.0}, "ideation") == 1


def test_an_absent_form_is_not_no_ideation():
    assert np.isnan(value("C-SSRS", {}, "ideation"))


def test_any_behaviour_is_told():
    assert value("C-SSRS", {8: 1.0}, "behaviour", rest=0.0) == 1
    assert value("C-SSRS", {}, "behaviour", rest=0.0) == 0


def test_six_items_of_the_cadss_are_those_of_the_short_form():
    answers = dict.fromkeys((1, 2, 6, 7, 15, 22), 1.0)
    assert value("CADSS-23", answers, "six_items", rest=0.0) == value("CADSS-6", answers) == 6


def test_the_positive_symptoms_of_the_bprs_start_at_0_or_at_4():
    assert value("BPRS positive 0-6", {}, rest=0.0) == 0
    assert value("BPRS positive 1-7", {}, rest=1.0) == 4


def test_trails_give_difference_and_ratio_and_say_what_is_at_the_cap():
    found = scored("TMT", {1: 40.0, 2: 300.0})
    assert (found["B-A"].value[0], found["B/A"].value[0]) == (260, 7.5)
    assert [bool(found[name].censored[0]) for name in ("A", "B", "B-A", "B/A")] == [False, True, True, True]


def test_a_time_above_the_cap_counts_as_the_cap_and_is_censored():
    found = scored("TMT", {1: 171.0, 2: 412.5})
    assert [found[name].value[0] for name in ("A", "B", "B-A", "B/A")] == [150, 300, 150, 2]
    assert all(found[name].censored[0] for name in ("A", "B", "B-A", "B/A"))


def test_a_missing_time_is_not_taken_for_the_cap():
    found = scored("TMT", {1: 40.0})
    assert found["A"].value[0] == 40
    assert np.isnan(found["B"].value[0])
    assert not found["B"].censored[0]


def test_weight_that_was_not_assessed_is_not_scored_in_the_ham_d():
    found = scored("HAM-D17", {16: 3.0}, rest=1.0)["total"]
    assert (found.value[0], found.answered[0]) == (16, 16)
    assert found.complete[0]
    assert not found.prorated[0]
    assert np.isnan(value("HAM-D17", {16: NAN}, rest=1.0))


def test_the_profile_of_the_eq_5d_stands_side_by_side_and_needs_all_five():
    answers = {1: 1.0, 2: 1.0, 3: 2.0, 4: 3.0, 5: 2.0}
    assert value("EQ-5D-5L", answers, "profile") == 11232
    assert np.isnan(value("EQ-5D-5L", {**answers, 3: NAN}, "profile"))


def test_reversed_items_of_the_maia_are_turned():
    assert value("MAIA-2", dict.fromkeys(range(5, 11), 5.0), "not_distracting") == 0
    assert value("MAIA-2", {11: 0.0, 12: 0.0, 13: 5.0, 14: 5.0, 15: 0.0}, "not_worrying") == 5


def test_an_export_that_turned_its_items_is_noticed():
    scale = Instrument(
        items=[ItemRange(items="1-4", minimum=0, maximum=4)],
        reversed="3, 4",
        scores={"total": Score(rule="sum", items="1-4", maximum=16)},
    )
    level = np.tile(np.arange(5.0), 6)[:, None]
    as_printed, turned = np.hstack([level, level, 4 - level, 4 - level]), np.tile(level, 4)
    assert not scoring.runs_against_the_rest(scale, as_printed, aligned=False)
    assert scoring.runs_against_the_rest(scale, turned, aligned=False)
    assert not scoring.runs_against_the_rest(scale, turned, aligned=True)
