"""How exposed participants are, counted by hand; high ages and small centres are made coarser."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postinfusion.derive.anonymity import anonymity, quasi_identifiers
from postinfusion.derive.datasets import derive
from postinfusion.derive.disclosure import POOLED, capped_ages, is_age_in_years, pooled_sites
from small_trial import infusions, participants, plan

PEOPLE = pd.DataFrame(
    {
        "AGE": [19.0, 24.9, 25.0, 25.0, 40.0, 41.0],
        "SEX": ["female", "female", "female", "female", "female", "male"],
        "SITEID": ["n", "n", "n", "n", "n", "n"],
        "BMIBL": [15.2, 15.9, 16.0, 16.5, None, 20.0],
    }
)


def test_the_groups_are_those_counted_by_hand():
    found = anonymity(PEOPLE)
    assert found is not None
    assert found.participants == 6
    assert found.all.attributes == ("age band", "sex", "BMI band")
    assert (found.all.smallest, found.all.unique) == (1, 2)
    assert [(one.attributes[0], one.smallest, one.unique) for one in found.alone] == [
        ("age band", 2, 0),
        ("sex", 1, 1),
        ("BMI band", 1, 2),
    ]


def test_the_attribute_that_tells_most_is_the_one_whose_removal_leaves_the_fewest_unique():
    people = pd.DataFrame({"SEX": ["f", "f", "m", "m"], "SITEID": ["a", "a", "b", "b"], "DIAG": ["1", "2", "3", "4"]})
    found = anonymity(people)
    assert found is not None
    assert (found.all.unique, found.most_telling) == (4, "diagnosis")
    assert [one.unique for one in found.without] == [4, 0, 4]


def test_what_is_the_same_for_all_tells_nothing():
    assert anonymity(PEOPLE[["SITEID"]]) is None
    assert anonymity(PEOPLE[:0]) is None
    assert anonymity(pd.DataFrame({"USUBJID": ["a", "b"]})) is None


def test_a_band_holds_its_lower_limit_and_what_is_unknown_is_a_band_of_its_own():
    bands = quasi_identifiers(PEOPLE)["BMI band"].tolist()
    assert bands[0] == bands[1] != bands[2] == bands[3]
    assert bands[4] not in {bands[place] for place in (0, 2, 5)}


def test_plain_values_hold_no_value_of_a_participant():
    found = anonymity(PEOPLE)
    assert found is not None
    written = json.dumps(found.as_plain())
    assert "female" not in written
    assert "41" not in written


@given(st.lists(st.tuples(st.sampled_from("fm"), st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1))
def test_who_knows_more_finds_no_fewer(rows: list[tuple[str, str, str]]):
    people = pd.DataFrame(rows, columns=["SEX", "SITEID", "DIAG"])
    found = anonymity(people)
    if found is not None:
        assert all(one.unique <= found.all.unique for one in (*found.alone, *found.without))
        assert all(one.smallest >= found.all.smallest for one in (*found.alone, *found.without))
        assert anonymity(people.sample(frac=1, random_state=1)) == found


@pytest.mark.parametrize("name", ["age", "age_at_onset", "AgeOnset", "Alter", "edad"])
def test_ages_in_years_are_known_by_their_name(name: str):
    assert is_age_in_years(name)


@pytest.mark.parametrize("name", ["dosage", "age_months", "agegroup", "manager", "percentage"])
def test_other_covariates_are_no_ages(name: str):
    assert not is_age_in_years(name)


def test_ages_above_89_become_90_in_covariates_too():
    adsl = pd.DataFrame(
        {"AGE": [89.0, 97.0], "age_at_onset": [20.0, 95.0], "age_band": ["a", "b"], "score": [120.0, 3.0]}
    )
    found = capped_ages(adsl, ["age_at_onset", "age_band", "score"])
    assert found["AGE"].tolist() == [89.0, 90.0]
    assert found["age_at_onset"].tolist() == [20.0, 90.0]
    assert found["score"].tolist() == [120.0, 3.0]


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ("aaaaabbbbb", "aaaaabbbbb"),
        ("aaaaaabbbcc", "aaaaaaooooo"),
        ("aaaaaaabbbbbc", "aaaaaaaoooooo"),
        ("ab", "oo"),
    ],
)
def test_small_centres_are_pooled(sites: str, expected: str):
    found = pooled_sites(pd.DataFrame({"SITEID": list(sites)}), 5)["SITEID"]
    assert found.replace(POOLED, "o").tolist() == list(expected)


def test_centres_are_pooled_in_public_results_only():
    people = participants(["Ketamine", "Midazolam"] * 4).assign(site=["a"] * 6 + ["b", "b"])
    tables = {"participants": people, "infusions": infusions([("A", 1, 0.0)])}
    for mode, sites in (("internal", {"a", "b"}), ("public", {POOLED})):
        adsl = derive(plan(privacy={"ids": "keep", "mode": mode}), "small", tables)["ADSL"]
        assert set(adsl["SITEID"]) == sites


def test_the_line_of_the_check_says_who_is_unique_and_what_helps():
    assert str(anonymity(PEOPLE)) == (
        "k-anonymity: smallest group 1; 2 of 6 participants unique on age band, sex, BMI band."
    )
