"""Adverse events with their infusion and the time since it, of a trial that was timed by hand."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.harm_events import (
    BEFORE_ALL,
    BINS,
    DAY_ZERO,
    DURING,
    NO_INFUSION,
    TIME_UNKNOWN,
    harm_events,
)
from postinfusion.analyses.populations import Members, members
from postinfusion.derive.datasets import derive
from small_trial import START, infusions, participants, plan

PLAN = plan()
SECOND = 96.0
EVENTS = [  # id, term, onset, only the day, bin, infusion
    ("A", "at the start", 0.0, False, DURING, 1),
    ("A", "as it ends", 0.5, False, DURING, 1),
    ("A", "after it", 0.75, False, "0–2 h", 1),
    ("A", "two hours", 2.0, False, "2–24 h", 1),
    ("A", "a day", 24.0, False, "24–72 h", 1),
    ("A", "three days", 72.0, False, "3–7 d", 1),
    ("A", "a minute before the second", SECOND - 1 / 60, False, "3–7 d", 1),
    ("A", "at the start of the second", SECOND, False, DURING, 2),
    ("A", "a week after the second", SECOND + 168.0, False, "later than 7 d", 2),
    ("A", "before all", -1.0, False, BEFORE_ALL, None),
    ("A", "on the day", 0.0, True, DAY_ZERO, 1),
    ("A", "on the day of the second", SECOND, True, DAY_ZERO, 2),
    ("A", "a day later", 24.0, True, TIME_UNKNOWN, 1),
    ("A", "two days later", 48.0, True, "24–72 h", 1),
    ("A", "five days after the second", SECOND + 120.0, True, "3–7 d", 2),
    ("A", "nine days after the second", SECOND + 216.0, True, "later than 7 d", 2),
    ("B", "of whom no infusion has an end", 0.25, False, "0–2 h", 1),
]


def tables() -> dict[str, pd.DataFrame]:
    rows = [(who, term, onset + START, by_day) for who, term, onset, by_day, *_ in EVENTS]
    events = pd.DataFrame(rows, columns=["id", "term", "onset", "onset_date_only"]).assign(emergent=True)
    given = infusions([("A", 1, 0.0), ("A", 2, SECOND), ("B", 1, 0.0)])
    given["end"] = given["start"].where(given["id"] == "A") + 0.5
    return {
        "participants": participants(["Ketamine", "Midazolam"]),
        "infusions": given.assign(end_date_only=False),
        "adverse_events": events,
    }


@pytest.fixture(scope="module")
def adam() -> dict[str, pd.DataFrame]:
    return derive(PLAN, "small", tables())


@pytest.fixture(scope="module")
def population(adam) -> Members:
    return members(PLAN, adam["ADSL"], "randomised")


@pytest.fixture(scope="module")
def found(adam, population) -> pd.DataFrame:
    return harm_events(adam, population).set_index("AEDECOD")


@pytest.mark.parametrize(("term", "expected", "infusion"), [(row[1], row[4], row[5]) for row in EVENTS])
def test_an_event_is_in_the_bin_of_its_infusion(found, term, expected, infusion):
    assert found.loc[term, "BIN"] == expected
    assert found.loc[term, "INFUSION"] == infusion if infusion else pd.isna(found.loc[term, "INFUSION"])


def test_every_event_is_in_one_of_the_bins(found):
    assert len(found) == len(EVENTS)
    assert set(found["BIN"]) <= set(BINS)


def test_hours_are_told_only_where_the_hour_of_the_onset_is_known(found, adam):
    by_day = adam["ADAE"].set_index("AEDECOD")["ASTTMF"].reindex(found.index) == "D"
    assert found.loc[by_day, ["START", "ONSET"]].isna().all().all()
    assert found.loc["a minute before the second", "ONSET"] == pytest.approx(SECOND - 1 / 60)
    assert np.isnan(found.loc["before all", "ONSET"])


def test_without_infusions_no_event_has_a_time_since_one(adam, population):
    without = harm_events({name: frame for name, frame in adam.items() if name != "ADEX"}, population)
    assert set(without["BIN"]) == {NO_INFUSION}
    assert without["ONSET"].isna().all()


def test_who_was_never_infused_has_events_of_no_infusion(adam, population):
    of_one = {**adam, "ADEX": adam["ADEX"].query("USUBJID == 'A'")}
    found = harm_events(of_one, population).set_index("AEDECOD")
    assert found.loc["of whom no infusion has an end", "BIN"] == NO_INFUSION


def test_a_grade_is_missing_where_no_intensity_was_recorded(adam, population):
    graded = adam["ADAE"].assign(AESEV=["", "severe", *["mild"] * (len(EVENTS) - 2)], AESOLFL="")
    found = harm_events({**adam, "ADAE": graded}, population)
    assert sorted(found["GRADE"].dropna().unique()) == [1, 3]
    assert found["GRADE"].isna().sum() == 1
    assert found["SOLICITED"].isna().all()


def test_where_the_first_infusion_has_no_hour_no_event_has_one(population):
    by_day = tables()
    by_day["infusions"] = by_day["infusions"].assign(start=START // 24 * 24, start_date_only=True).query("number == 1")
    derived = derive(PLAN, "small", by_day)
    found = harm_events(derived, population).set_index("AEDECOD")
    assert set(derived["ADAE"]["ASTTMF"]) == {"D"}
    assert found["ONSET"].isna().all()
    assert found.loc["after it", "BIN"] == DAY_ZERO
    assert found.loc["a day", "BIN"] == TIME_UNKNOWN


@pytest.mark.parametrize(
    ("severity", "outcome", "is_over"),
    [("severe", "", True), ("fatal", "", False), ("fatal", "resolved", False), ("severe", "fatal", False)],
)
def test_a_fatal_event_is_never_over_whatever_end_was_recorded(severity, outcome, is_over):
    held = tables()
    held["adverse_events"] = held["adverse_events"].iloc[[0]].assign(
        severity=severity, outcome=outcome, end=START + 3.0, end_date_only=False
    )  # fmt: skip
    adam = derive(PLAN, "small", held)
    found = harm_events(adam, members(PLAN, adam["ADSL"], "randomised")).iloc[0]
    assert bool(found["ENDED"]) is is_over
    assert is_over == bool(found["HOURS_HIGH"] == 3.0)
