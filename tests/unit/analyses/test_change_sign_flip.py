"""The sign-flip test of the change in a single arm: its closed form, its visits, and what is said of it."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.change_sign_flip import sign_flip_rows
from postinfusion.ard.build import table
from postinfusion.ard.query import select
from simulation.single_arm import asked


def found(changes, of_model=None, **options):
    wanted = asked(**options)
    frame = pd.DataFrame(
        {
            "USUBJID": [f"P{i:02}" for i in range(len(changes))], "AVISIT": "24 h", "ANL01FL": "Y", "DTYPE": "",
            "AVAL": 20.0 + np.asarray(changes), "BASE": 20.0, "CHG": changes,
        }
    )  # fmt: skip
    return table(sign_flip_rows(wanted, wanted.analyses["course"], frame, "Ketamine", of_model or {}))


def numbers(rows, term="sign-flip", **key):
    chosen = select(rows, term=term, **key)
    return dict(zip(chosen["stat_name"], chosen["stat"], strict=True))


def warnings(rows):
    return [text for text in rows["warning"].unique() if text]


def test_five_changes_of_one_sign_give_two_of_thirty_two():
    of = numbers(found([-4.0, -9.0, -6.5, -12.0, -1.0]))
    assert (of["n"], of["p_value"], of["smallest_p"], of["n_allocations"]) == (5, 2 / 32, 2 / 32, 32)


def test_the_mean_change_has_the_one_sample_t_test():
    changes = np.array([-4.0, -9.0, -6.5, -12.0, 1.0])
    of = numbers(found(changes), "mean-change")
    error = changes.std(ddof=1) / np.sqrt(5)
    assert of["estimate"] == pytest.approx(changes.mean())
    assert of["statistic"] == pytest.approx(changes.mean() / error)
    assert of["df"] == 4


def test_a_test_that_cannot_reach_the_level_says_so_where_the_t_test_does():
    (text,) = warnings(found([-4.0, -5.0, -4.5, -5.5, -4.2]))
    assert text.startswith("24 h: the sign-flip test of the change and the t test of the mean change disagree")
    assert "could not have given a p of 0.05 or less" in text


def test_disagreement_with_the_segmented_model_is_said_at_its_time():
    changes = [-4.0, -5.0, -4.5, -5.5, -4.2, -6.0, -3.0]
    assert not warnings(found(changes, {"24": 0.01}, report_at=["24 h"]))
    (text,) = warnings(found(changes, {"24": 0.4}, report_at=["24 h"]))
    assert "segmented model at 24 h disagree at the level 0.05" in text
    assert "could not" not in text


@pytest.mark.parametrize("people", [0, 1, 2])
def test_fewer_than_three_changes_are_counted_only(people):
    rows = found([-4.0, -5.0][:people])
    assert numbers(rows) | {"warning": 0} == {"n": people, "warning": 0}
    assert any("fewer than 3: no sign-flip test" in text for text in warnings(rows))


def test_a_time_that_is_reported_belongs_to_the_nearest_visit_whose_window_holds_it():
    rows = found([-1.0, -2.0, -3.0], report_at=["30 h", "10 d", "28 d"])
    assert list(dict.fromkeys(rows["visit"])) == ["24 h", "Day 28"]


def test_beyond_thirty_six_changes_patterns_are_drawn_alike_each_time():
    changes = np.random.default_rng(3).normal(-0.3, 1, 40)
    first, second = (numbers(found(changes))["p_value"] for _ in range(2))
    assert first == second
    how = select(found(changes), term="sign-flip", stat_name="how")["stat_text"].item()
    assert how == "drawn patterns"


def test_changes_without_spread_have_no_t_test_and_still_a_sign_flip_test():
    rows = found([-2.0, -2.0, -2.0, -2.0])
    assert numbers(rows)["p_value"] == 2 / 16
    assert set(numbers(rows, "mean-change")) == {"n", "estimate"}
