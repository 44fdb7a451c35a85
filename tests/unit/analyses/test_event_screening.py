"""The screening of adverse events by term: Fisher's exact test, which terms are looked at, and what stays hidden."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import comb

from postinfusion.analyses.event_breakdowns import Line
from postinfusion.analyses.event_screening import fisher, screening_rows
from postinfusion.analyses.populations import CrossoverMembers, Members
from postinfusion.ard.build import rows, table
from postinfusion.ard.privacy import SUPPRESSED, public

TERMS = {"headache": (15, 5, 3), "nausea": (6, 6, 6), "fever": (0, 0, 9), "": (16, 9, 14)}
ARMS = ("A", "B", "C")


def people(size: int = 20, of=Members, **more) -> Members:
    frame = pd.DataFrame({"USUBJID": [f"{arm}{n}" for arm in ARMS for n in range(size)]})
    return of(frame.assign(TRTP=frame["USUBJID"].str[0], ARM=frame["USUBJID"].str[0]), ARMS, "B", **more)


def screened(population: Members) -> pd.DataFrame:
    lines = [Line({"variable": "class-term", "level": "any"} | ({"term": term} if term else {}), pd.DataFrame())
             for term in TERMS]  # fmt: skip
    counts = pd.DataFrame([dict(zip(ARMS, counted, strict=True)) for counted in TERMS.values()])
    return pd.DataFrame(list(screening_rows(lines, counts, population)))


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_the_p_value_is_the_probability_of_tables_that_are_at_most_as_probable(total, of_other, data):
    mine, other = data.draw(st.integers(0, total)), data.draw(st.integers(0, of_other))
    both = mine + other
    possible = range(max(0, both - of_other), min(total, both) + 1)
    ways = {n: comb(total, n, exact=True) * comb(of_other, both - n, exact=True) for n in possible}
    expected = sum(way for way in ways.values() if way <= ways[mine]) / sum(ways.values())
    assert fisher(mine, total, other, of_other) == pytest.approx(expected, rel=1e-10)


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_order_of_the_arms_does_not_matter(mine, other):
    assert fisher(mine, 12, other, 12) == pytest.approx(fisher(other, 12, mine, 12), rel=1e-12)


def test_each_arm_is_compared_with_the_reference_arm_by_term_and_never_by_class():
    found = screened(people())
    assert {*zip(found["arm"], found["comparator"], strict=True)} == {("A", "B"), ("C", "B")}
    assert "" not in set(found["term"])


def test_what_nobody_of_two_arms_had_is_not_looked_at_between_them():
    found = screened(people())
    assert set(found.loc[found["arm"] == "A", "term"]) == {"headache", "nausea"}
    assert set(found.loc[found["arm"] == "C", "term"]) == {"headache", "nausea", "fever"}


def test_the_adjusted_p_value_is_that_of_the_terms_that_were_looked_at():
    found = screened(people()).query("arm == 'C'").pivot_table(index="term", columns="stat_name", values="stat")
    ordered = found.sort_values("p_value")
    stepped = ordered["p_value"].to_numpy() * 3 / np.arange(1, 4)
    expected = np.minimum.accumulate(stepped[::-1])[::-1].clip(max=1)
    assert ordered["p_adjusted"].to_numpy() == pytest.approx(expected)


def test_arms_of_two_participants_are_described_only():
    assert screened(people(2)).empty


def test_treatments_of_one_participant_are_not_compared_as_if_of_two():
    frame = people().frame.assign(TRT01P="A", TRT02P="B")
    assert screened(CrossoverMembers(frame, ARMS, "B", order=ARMS)).empty


def test_a_p_value_goes_with_a_small_count_and_adjusted_ones_with_any_gap():
    fixed = {"variable": "class-term", "level": "any"}
    found = []
    for term, counts in {"rare": (9, 2, 11), "second": (9, 5, 14), "frequent": (9, 8, 17)}.items():
        for arm, n in zip(("A", "B", ""), counts, strict=True):
            found += rows({"n": n}, **fixed, term=term, arm=arm)
        found += rows({"p_value": 0.03, "p_adjusted": 0.06}, **fixed, term=term, arm="A", comparator="B")
    ard = table([{"analysis_id": "harms", "order": place} | row for place, row in enumerate(found)], trial="invented")
    shown = public(ard, small_cell=5)
    hidden = shown[(shown["error"] == SUPPRESSED) & (shown["comparator"] != "")]
    terms = {name: set(hidden.loc[hidden["stat_name"] == name, "term"]) for name in ("p_value", "p_adjusted")}
    assert terms == {"p_value": {"rare", "second"}, "p_adjusted": {"rare", "second", "frequent"}}
