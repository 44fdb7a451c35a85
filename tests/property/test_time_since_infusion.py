"""Time since infusion holds for any records and infusions: it is a plain search, whatever the dates and the order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.derive.datasets import derive
from postinfusion.derive.time_since import since_infusions
from small_trial import START, assessments, infusions, participants, plan

MANY = settings(max_examples=20, deadline=None)
FEW = settings(max_examples=6, deadline=None)  # of whole derivations
TIMES = st.lists(st.integers(-50, 700), min_size=1, max_size=12, unique=True)
TIMINGS = st.sampled_from(["", "pre-dose", "post-dose"])
RECORDS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(-60, 800), TIMINGS), min_size=1, max_size=15)


def exposure_of(starts: dict[str, list[int]]) -> pd.DataFrame:
    """Give infusions in the form of ADEX; each dose is 1 mg/kg."""
    rows = [
        (subject, number, float(start), 24.0 * (start // 24), float(number), 1)
        for subject, times in starts.items()
        for number, start in enumerate(sorted(times), start=1)
    ]
    return pd.DataFrame(rows, columns=["USUBJID", "INFNUM", "AHRFIRST", "DAYHR", "CUMDOSE", "COURSE"])


@MANY
@given(first=TIMES, second=TIMES, records=RECORDS)
def test_the_last_infusion_is_the_one_that_a_search_finds(
    first: list[int], second: list[int], records: list[tuple[str, int, str]]
):
    starts = {"A": first, "B": second}
    frame = pd.DataFrame(records, columns=["USUBJID", "AHRFIRST", "TIMING"]).assign(ATMF="")
    found = since_infusions(frame.astype({"AHRFIRST": "float64"}), exposure_of(starts))
    for row, (subject, hours, timing) in enumerate(records):
        before = [
            start for start in starts.get(subject, []) if start < hours or (start, timing) == (hours, "post-dose")
        ]
        assert found["INFNUM"].iloc[row] == len(before)
        assert found["CUMDOSE"].iloc[row] == len(before)
        assert (hours - max(before) if before else None) == (found["AHRLAST"].iloc[row] if before else None)
        assert before or np.isnan(found["AHRLAST"].iloc[row])


@MANY
@given(first=TIMES, days=st.lists(st.integers(-3, 35), min_size=1, max_size=10))
def test_records_of_unknown_hour_are_compared_by_days(first: list[int], days: list[int]):
    frame = pd.DataFrame({"USUBJID": "A", "AHRFIRST": [24.0 * day for day in days], "ATMF": "D"})
    found = since_infusions(frame, exposure_of({"A": first}))["INFNUM"]
    assert found.tolist() == [sum(start // 24 < day for start in first) for day in days]


def tables_of(records: list[tuple[str, int, str]], first: list[int], shift: float = 0.0) -> dict[str, pd.DataFrame]:
    """Give canonical tables of three participants; the infusions of A begin at the given hours."""
    starts = [("A", number, float(start)) for number, start in enumerate(sorted(first), start=1)]
    measured = [(subject, float(hours), float(row)) for row, (subject, hours, _) in enumerate(records)]
    given_to = infusions([*starts, ("B", 1, 5.0)])
    scores = assessments(measured, timing=[timing for *_, timing in records])
    given_to["start"] += shift
    scores["taken"] += shift
    people = participants(["Ketamine", "Midazolam", "Ketamine"])
    return {"participants": people, "infusions": given_to, "assessments": scores}


@FEW
@given(first=TIMES, records=RECORDS, years=st.integers(-20, 20))
def test_a_shift_of_all_dates_changes_nothing(first: list[int], records: list[tuple[str, int, str]], years: int):
    straight = derive(plan(), "small", tables_of(records, first))
    shifted = derive(plan(), "small", tables_of(records, first, shift=years * 365 * 24.0))
    for name, frame in straight.items():
        pd.testing.assert_frame_equal(frame, shifted[name])


@FEW
@given(first=TIMES, records=RECORDS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(first: list[int], records: list[tuple[str, int, str]], order: object):
    tables = tables_of(records, first)
    turned = {name: frame.sample(frac=1, random_state=order.randint(0, 999)) for name, frame in tables.items()}  # type: ignore[attr-defined]
    turned["participants"] = tables["participants"]
    straight, mixed = derive(plan(), "small", tables), derive(plan(), "small", turned)
    by = ["USUBJID", "AHRFIRST", "AVAL"]
    columns = ["USUBJID", "AHRFIRST", "AVAL", "AHRLAST", "INFNUM", "COURSE", "PHASE", "AVISIT"]
    pd.testing.assert_frame_equal(
        straight["ADQS"].sort_values(by, ignore_index=True)[columns],
        mixed["ADQS"].sort_values(by, ignore_index=True)[columns],
    )
    pd.testing.assert_frame_equal(straight["ADEX"], mixed["ADEX"])


def test_the_small_trial_begins_at_ten_o_clock():
    assert START % 24 == 10
