"""Which adverse events are treatment-emergent, and from when one that became worse counts."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.harm_events import harm_events
from postinfusion.analyses.populations import members
from postinfusion.derive.datasets import derive
from small_trial import START, infusions, participants, plan

PLAN = plan()
CONSENT = -100.0
EVENTS = [  # id, term, onset, worsened, emergent, before consent
    ("A", "began after", 1.0, np.nan, True, False),
    ("A", "there before", -50.0, np.nan, False, False),
    ("A", "there before, worse before", -50.0, -20.0, False, False),
    ("A", "there before, worse after", -50.0, 97.0, True, False),
    ("A", "before consent", -101.0, np.nan, False, True),
    ("A", "before consent, worse after", -101.0, 1.0, True, True),
    ("C", "of one without infusion", 1.0, np.nan, False, False),
    ("C", "of one without infusion, at an unknown time", np.nan, np.nan, False, False),
]


@pytest.fixture(scope="module")
def adam() -> dict[str, pd.DataFrame]:
    rows = [(who, term, onset + START, worsened + START) for who, term, onset, worsened, *_ in EVENTS]
    events = pd.DataFrame(rows, columns=["id", "term", "onset", "worsened"])
    people = participants(["Ketamine", "Midazolam", "Ketamine"]).assign(consented=START + CONSENT)
    tables = {
        "participants": people.assign(consented_date_only=False),
        "infusions": infusions([("A", 1, 0.0), ("A", 2, 96.0), ("B", 1, 0.0)]),
        "adverse_events": events.assign(onset_date_only=False, worsened_date_only=False),
    }
    return derive(PLAN, "small", tables)


@pytest.mark.parametrize(("term", "emergent", "early"), [(row[1], row[4], row[5]) for row in EVENTS])
def test_an_event_is_emergent_when_it_began_or_became_worse_after_the_first_infusion(adam, term, emergent, early):
    (event,) = adam["ADAE"][adam["ADAE"]["AEDECOD"] == term].to_dict("records")
    assert (event["TRTEMFL"] == "Y", event["BFCONSFL"] == "Y") == (emergent, early)


def test_what_became_worse_follows_the_infusion_before_its_worsening(adam):
    found = harm_events(adam, members(PLAN, adam["ADSL"], "randomised")).set_index("AEDECOD")
    worse = found.loc["there before, worse after"]
    assert (worse["AEWORFL"], worse["START"], worse["INFUSION"], worse["ONSET"]) == ("Y", 97.0, 2, 1.0)
    assert found.loc["began after", "AEWORFL"] == ""


def test_after_an_infusion_without_an_hour_no_hours_are_told():
    given = infusions([("A", 1, 0.0), ("A", 2, 86.0), ("B", 1, 0.0)])  # the second at 00:00, its day alone is known
    onsets = {"after the first": 1.0, "the day before": 85.0, "on the day": 90.0, "two days later": 140.0}
    events = pd.DataFrame({"id": "A", "term": [*onsets], "onset": [hours + START for hours in onsets.values()]})
    tables = {
        "participants": participants(["Ketamine", "Midazolam"]),
        "infusions": given.assign(start_date_only=given["number"] == 2),
        "adverse_events": events.assign(onset_date_only=False),
    }
    adam = derive(PLAN, "small", tables)
    assert (adam["ADEX"]["EXSTTMF"] == "D").tolist() == [False, True, False]
    found = harm_events(adam, members(PLAN, adam["ADSL"], "randomised")).set_index("AEDECOD").loc[[*onsets]]
    assert found["INFUSION"].tolist() == [1, 1, 2, 2]
    assert found["ONSET"].isna().tolist() == [False, False, True, True]
    assert found["BIN"].tolist()[2:] == ["day 0, time unknown", "24–72 h"]


def test_an_empty_emergent_cell_is_decided_by_the_times_and_an_answer_stands():
    onsets, answers = [1.0, -50.0, 1.0, -50.0], [None, None, False, True]
    events = pd.DataFrame({"id": "A", "term": [*"abcd"], "onset": [hours + START for hours in onsets]})
    tables = {
        "participants": participants(["Ketamine", "Midazolam"]),
        "infusions": infusions([("A", 1, 0.0), ("B", 1, 0.0)]),
        "adverse_events": events.assign(onset_date_only=False, emergent=pd.array(answers, "boolean")),
    }
    found = derive(PLAN, "small", tables)["ADAE"].set_index("AEDECOD")["TRTEMFL"]
    assert found[[*"abcd"]].tolist() == ["Y", "", "", "Y"]
