"""Medicines by arm of a trial that was counted by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.plan.analyses import Medication
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import SOURCES, START, infusions, participants, plan

ANALYSES = {"medicines": {"method": "medication", "psychotropic": ["Sertraline", "lorazepam", "lithium"]}}
MEDICINES = [  # id, medicine, start, end, use
    ("A", "sertraline", -900.0, -30.0, "background"),
    ("A", "Sertraline ", 50.0, np.nan, "new"),
    ("B", "lorazepam", 30.0, 31.0, "rescue"),
    ("B", "lorazepam", 60.0, 61.0, "rescue"),
    ("B", "iron", np.nan, np.nan, "background"),
    ("C", "ondansetron", -0.5, 96.0, "prophylaxis"),
    ("C", "iron", np.nan, np.nan, ""),
]


def plan_of(*, with_medicines: bool = True):
    names = (*SOURCES, "medication") if with_medicines else SOURCES
    return plan(analyses=ANALYSES, sources={name: {"file": f"{name}.csv"} for name in names})


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    taken = pd.DataFrame(MEDICINES, columns=["id", "medicine", "start", "end", "use"])
    taken = taken.assign(start=taken["start"] + START, end=taken["end"] + START)
    tables = {
        "participants": participants(["Ketamine", "Ketamine", "Midazolam"]),
        "infusions": infusions([("A", 1, 0.0), ("B", 1, 0.0), ("C", 1, 0.0)]),
        "medication": taken.assign(start_date_only=False, end_date_only=False),
    }
    return analyse(plan_of(), "small", "medicines", derive(plan_of(), "small", tables)).results


@pytest.mark.parametrize(
    ("variable", "term", "expected"),
    [
        ("medication", "", ((2, 1), (2, 1), (1, 0))),
        ("psychotropic", "", ((1, 0), (2, 0), (1, 0))),
        ("psychotropic", "Sertraline", ((1, 0), (1, 0), (0, 0))),  # the same again is not begun
        ("psychotropic", "lorazepam", ((0, 0), (1, 0), (1, 0))),
        ("psychotropic", "lithium", ((0, 0), (0, 0), (0, 0))),
        ("other medication", "iron", ((1, 0), (1, 1), (0, 0))),
        ("other medication", "ondansetron", ((0, 1), (0, 1), (0, 0))),
    ],
)
def test_a_participant_counts_once_for_each_medicine_and_time(ard, variable, term, expected):
    for level, by_arm in zip(("before", "during", "begun"), expected, strict=True):
        key = {"variable": variable, "term": term, "level": level, "stat_name": "n"}
        assert tuple(statistic(ard, **key, arm=arm) for arm in ("Ketamine", "Midazolam")) == by_arm
        assert statistic(ard, **key, arm="") == sum(by_arm)


def test_a_medicine_without_a_start_is_told(ard):
    assert select(ard, stat_name="warning")["warning"].item().startswith("1 records of medicines have no start")


def test_medicines_that_were_not_recorded_are_not_called_none():
    tables = {"participants": participants(["Ketamine", "Midazolam"]),
              "infusions": infusions([("A", 1, 0.0), ("B", 1, 0.0)])}  # fmt: skip
    without = plan_of(with_medicines=False)
    found = analyse(without, "small", "medicines", derive(without, "small", tables)).results
    assert "not recorded: medicines" in select(found, stat_name="error")["error"].item()
    assert not (found["variable"] == "medication").any()


def test_the_table_prints_each_medicine_at_each_time(ard):
    results = results_of(plan_of(), ard, "medicines")
    before, during, begun = TABLES["CMT01"](results).parts
    cells = {row.label: row.cells for row in during.rows}
    assert cells["Any medicine"] == tuple(text.replace(" ", "\N{NO-BREAK SPACE}") for text in
                                          ("2 (100.0 %)", "1 (100.0 %)", "3 (100.0 %)"))  # fmt: skip
    assert [len(part.rows) for part in (before, during, begun)] == [8, 8, 8]
    assert "population safety" in methods_text(results)


def test_in_public_no_small_count_is_left(ard):
    shown = public(ard, small_cell=5)
    counts = shown[(shown["stat_name"] == "n") & shown["stat"].notna()]
    assert counts["stat"].eq(0).all()


def test_a_medicine_that_is_named_twice_is_refused():
    with pytest.raises(ValidationError, match="is there twice"):
        Medication(method="medication", psychotropic=["lorazepam", "Lorazepam"])
