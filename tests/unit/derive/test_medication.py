"""Medicines taken beside the trial treatment: when they were taken, as far as it is known."""

import numpy as np
import pandas as pd

from postinfusion.derive.datasets import derive
from small_trial import SOURCES, START, infusions, participants, plan

ROWS = [  # id, medicine, start, only the day, end, use
    ("A", "sertraline", -900.0, False, -30.0, "background"),
    ("A", "ondansetron", -0.5, False, 96.0, "prophylaxis"),
    ("B", "ondansetron", -10.0, True, np.nan, "rescue"),
]


def adcm() -> pd.DataFrame:
    taken = pd.DataFrame(ROWS, columns=["id", "medicine", "start", "start_date_only", "end", "use"])
    taken = taken.assign(start=taken["start"] + START, end=taken["end"] + START, end_date_only=False)
    tables = {
        "participants": participants(["Ketamine", "Midazolam"]),
        "infusions": infusions([("A", 1, 0.0), ("B", 1, 0.0)]),
        "medication": taken.assign(indication="the complaint of somebody"),
    }
    of_files = plan(sources={name: {"file": f"{name}.csv"} for name in (*SOURCES, "medication")})
    return derive(of_files, "x", tables)["ADCM"]


def test_a_medicine_counts_during_the_trial_unless_it_ended_before():
    assert adcm()["ONTRTFL"].tolist() == ["", "Y", "Y"]
    assert adcm()["TRTA"].tolist() == ["Ketamine", "Ketamine", "Midazolam"]


def test_a_day_without_an_hour_is_marked_and_counts_from_the_day_of_time_zero():
    last = adcm().query("CMUSE == 'rescue'").iloc[0]
    assert (last["ASTTMF"], last["ASTHR"]) == ("D", 0.0)


def test_what_a_medicine_was_given_for_stays_behind():
    assert "the complaint of somebody" not in adcm().to_csv()
