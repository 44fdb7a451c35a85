"""Liver tests whose peaks were found by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.liver import POTENTIAL, QUADRANTS, liver, liver_peaks
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Liver

PART = {
    "method": "liver",
    "aminotransferases": [{"measure": "ALT", "upper_normal": 40, "unit": "U/L"}, {"measure": "AST"}],
    "bilirubin": {"measure": "BILI", "upper_normal": 20},
    "alkaline_phosphatase": {"measure": "ALP", "upper_normal": 100},
    "source": "invented",
}
DAY = 24.0
RESULTS = [  # participant, test, value, hours, unit, limit beside the result
    ("A", "ALT", 130, 7 * DAY, "U/L", 1000), ("A", "BILI", 41, 20 * DAY, "", None), ("A", "ALP", 90, 7 * DAY, "", None),
    ("B", "AST", 120, 7 * DAY, "U/L", 30), ("B", "BILI", 50, 60 * DAY, "", None), ("B", "ALP", 250, 7 * DAY, "", None),
    ("C", "ALT", 200, -DAY, "U/L", None), ("C", "ALT", 30, 7 * DAY, "U/L", None), ("C", "BILI", 45, DAY, "", None),
    ("D", "ALT", 39, 7 * DAY, "U/L", None), ("D", "ALT", 9, 8 * DAY, "ukat/L", None),
    ("D", "AST", 99, DAY, "U/L", None), ("E", "ALT", 20, 7 * DAY, "U/L", None), ("E", "BILI", 10, 7 * DAY, "", None),
]  # fmt: skip


def adam_of(results) -> dict[str, pd.DataFrame]:
    names = ["USUBJID", "PARAMCD", "AVAL", "AHRFIRST", "AVALU", "ANRHI"]
    return {"ADLB": pd.DataFrame(results, columns=names).assign(DTYPE="").astype({"ANRHI": "float64"})}


def who() -> Members:
    arms = pd.Categorical(["K", "K", "K", "M", "M", "M"], ["M", "K"])
    return Members(pd.DataFrame({"USUBJID": list("ABCDEF"), "ARM": arms}), ("K", "M"), "M")


def counted(rows, **key) -> dict[str, float]:
    counts = [row for row in rows if row["stat_name"] == "n" and "comparator" not in row]
    return {row["arm"]: row["stat"] for row in counts if all(row.get(k) == v for k, v in key.items())}


def test_the_highest_multiple_of_either_aminotransferase_decides_the_quadrant():
    rows = liver(Liver(**PART), adam_of(RESULTS), who())
    found = {level: counted(rows, variable="liver-quadrant", level=level) for level in QUADRANTS}
    assert found[POTENTIAL] == {"K": 2, "M": 0}
    assert found["bilirubin only"] == {"K": 1, "M": 0}
    assert found["both below"] == {"K": 0, "M": 1}


def test_participants_without_both_kinds_after_time_zero_are_counted_and_in_no_quadrant():
    rows = liver(Liver(**PART), adam_of(RESULTS), who())
    assert counted(rows, variable="liver-quadrant", level="not both measured after") == {"K": 0, "M": 2}
    assert set(liver_peaks(Liver(**PART), adam_of(RESULTS), who())["USUBJID"]) == {"A", "B", "C", "E"}


def test_a_bilirubin_long_after_and_raised_alkaline_phosphatase_are_told_apart():
    rows = liver(Liver(**PART), adam_of(RESULTS), who())
    assert counted(rows, variable="liver-potential", level="bilirubin within the time") == {"K": 1, "M": 0}
    longer = liver(Liver(**PART, within="60 d"), adam_of(RESULTS), who())
    assert counted(longer, variable="liver-potential", level="bilirubin within the time") == {"K": 2, "M": 0}
    low = {"variable": "liver-potential", "level": "and alkaline phosphatase not raised"}
    assert counted(longer, **low)["K"] == 1
    assert np.isnan(counted(longer, **low)["M"]), "nobody of M has a value of it"


def test_alkaline_phosphatase_that_was_not_measured_does_not_count_as_raised():
    jaundice = [("F", "ALT", 400, 7 * DAY, "U/L", None), ("F", "BILI", 60, 8 * DAY, "", None)]
    rows = liver(Liver(**PART), adam_of([*RESULTS, *jaundice]), who())
    key = {"variable": "liver-potential", "level": "and alkaline phosphatase not raised"}
    totals = {row["arm"]: row["stat"] for row in rows
              if row["stat_name"] == "n_total" and all(row.get(k) == v for k, v in key.items())}  # fmt: skip
    assert counted(rows, **key)["K"] == 1
    assert totals == {"K": 2}
    assert counted(rows, **{**key, "level": "bilirubin within the time"}) == {"K": 1, "M": 1}
    assert counted(rows, **{**key, "level": "alkaline phosphatase not measured"}) == {"K": 0, "M": 1}


def test_results_before_time_zero_count_apart_and_those_without_a_limit_are_told():
    rows = liver(Liver(**PART), adam_of(RESULTS), who())
    assert counted(rows, variable="liver-before") == {"K": 1}
    told = " ".join(str(row.get("warning", "")) for row in rows)
    assert "1 results of ALT are in another unit" in told
    assert "1 results of AST" in told


def test_without_bilirubin_the_quadrants_are_not_recorded():
    part = {name: value for name, value in PART.items() if name != "bilirubin"}
    rows = liver(Liver(**part), adam_of(RESULTS), who())
    reasons = {row.get("error") for row in rows if row.get("level") == POTENTIAL}
    assert reasons == {"not recorded: bilirubin is not named in the plan"}
    assert counted(rows, variable="liver", term="ALT", level="≥ 3") == {"K": 1, "M": 0}


@pytest.mark.parametrize(
    ("adam", "message"),
    [
        ({}, "no laboratory results"),
        (adam_of([row for row in RESULTS if row[1] not in ("ALT", "AST")]), "no values of ALT or AST"),
        (
            adam_of([row for row in RESULTS if row[1] == "AST" and row[5] is None]),
            "no upper limit of normal for ALT or",
        ),
    ],
)
def test_data_without_an_aminotransferase_are_refused_with_the_reason(adam, message):
    with pytest.raises(ModelError, match=message):
        liver(Liver(**PART), adam, who())


def test_a_test_named_twice_is_refused():
    with pytest.raises(ValidationError, match="is there twice"):
        Liver(**(PART | {"bilirubin": {"measure": "ALT"}}))
