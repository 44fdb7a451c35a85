"""What is looked at before events are counted, in a trial with every kind of it."""

from dataclasses import replace

import pandas as pd
import pytest

from postinfusion.analyses.event_review import event_review
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.ard.query import statistic

NAN = float("nan")
COLUMNS = ["USUBJID", "AEDECOD", "ASTHR", "ASTTMF", "AENHR", "AENTMF", "AESEV", "BFCONSFL", "AEWORFL"]
EVENTS = [
    ("1", "nausea", 1.0, "", 2.0, "", "mild", "", ""),
    ("1", "nausea", 1.0, "", 2.0, "", "mild", "", ""),
    ("1", "nausea", 24.0, "D", NAN, "", "mild", "", ""),
    ("1", "nausea", 24.0, "D", NAN, "", "mild", "", ""),
    ("1", "headache", 3.0, "", 2.0, "", "awful", "", ""),
    ("2", "headache", NAN, "", NAN, "", "", "", ""),
    ("2", "dizziness", -400.0, "", NAN, "", "mild", "Y", "Y"),
    ("3", "headache", NAN, "", NAN, "", "mild", "", ""),
    ("3", "Self-induced vomiting", 1.0, "", NAN, "", "", "", ""),
]
EXPECTED = {  # all, of arm A
    "end before onset": (1, 1),
    "before consent": (1, 1),
    "no infusion": (2, 0),
    "copy": (1, 1),
    "severity outside the scale": (1, 1),
    "severity missing": (2, 1),
    "onset missing": (1, 1),
    "worsened": (1, 1),
    "self-induced": (1, 0),
    "infusion without hour": (1, 1),
}
ARMS = pd.Categorical(["A", "A", "B"], ["B", "A"])
MEMBERS = Members(pd.DataFrame({"USUBJID": [*"123"], "ARM": ARMS}), ("A", "B"), "B")
INFUSIONS = pd.DataFrame(
    {"USUBJID": ["1", "1", "2"], "INFNUM": [1, 2, 1], "AHRFIRST": [0.0, 96.0, 0.0], "EXSTTMF": ["", "D", ""]}
)
ADAM = {"ADAE": pd.DataFrame(EVENTS, columns=COLUMNS), "ADEX": INFUSIONS}


def counted(adam: dict[str, pd.DataFrame], population: Members = MEMBERS) -> pd.DataFrame:
    rows = event_review(adam, population)
    return table([*rows], trial="t", analysis_id="x", population="safety", method="adverse-events")


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return counted(ADAM)


@pytest.mark.parametrize("level", EXPECTED)
def test_each_kind_is_counted_of_all_and_by_arm(found, level):
    counts = [statistic(found, variable="review", level=level, arm=arm, stat_name="n") for arm in ("", "A")]
    assert tuple(counts) == EXPECTED[level]


def test_zeros_are_rows(found):
    assert len(found) == len(EXPECTED) * 3
    assert set(found["level"]) == set(EXPECTED)


def test_only_those_of_the_population_are_counted():
    one = replace(MEMBERS, frame=MEMBERS.frame.iloc[:1])
    assert statistic(counted(ADAM, one), level="severity missing", arm="", stat_name="n") == 0


def test_what_the_data_cannot_tell_is_left_out():
    events = ADAM["ADAE"].drop(columns=["BFCONSFL", "AEWORFL"]).assign(AESEV="")
    without = counted({"ADAE": events})
    told = {"before consent", "no infusion", "worsened", "infusion without hour", "severity outside the scale"}
    assert set(EXPECTED) - set(without["level"]) == told


def test_events_of_those_who_were_never_infused_are_counted_though_the_population_leaves_them_out():
    events = pd.DataFrame([*EVENTS, ("4", "suicide attempt", NAN, "", NAN, "", "severe", "", "")], columns=COLUMNS)
    people = pd.DataFrame({"USUBJID": [*"1234"], "TRTP": ["A", "A", "B", "A"]})
    found = counted({**ADAM, "ADAE": events.assign(AESER=["N"] * len(EVENTS) + ["Y"]), "ADSL": people})
    key = {"variable": "review", "stat_name": "n"}
    counts = {level: [statistic(found, **key, level=level, arm=arm) for arm in ("", "A", "B")]
              for level in ("no infusion", "serious outside the population", "severity missing")}  # fmt: skip
    assert counts["no infusion"] == [3, 1, 2]
    assert counts["serious outside the population"] == [1, 1, 0]
    assert counts["severity missing"] == [2, 1, 1]
