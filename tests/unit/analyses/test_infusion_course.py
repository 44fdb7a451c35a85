"""Readings around infusions that were counted by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.infusion_course import infusion_course
from postinfusion.analyses.infusion_readings import AGAIN, OUTSIDE, courses, readings
from postinfusion.analyses.populations import Members
from postinfusion.plan.analyses import InfusionVitals
from small_trial import plan

SIGN = {"measure": "SBP", "model": "mean", "back_percent": "10 %", "limits": [{"at_least": 180}]}
PART = {"method": "infusion-vitals", "minutes": [0, 30, 60, 90], "source": "invented", "measures": [SIGN]}
ANALYSIS = InfusionVitals(**PART)
MEASURE = ANALYSIS.measures[0]
TAKEN = [  # minute of the clock, value: the second at 30 is again, 46 is of no planned minute
    (-7, 100), (28, 120), (31, 130), (46, 190), (60, 112), (91, 108),
]  # fmt: skip


def adam_of(taken) -> dict[str, pd.DataFrame]:
    signs = pd.DataFrame(taken, columns=["ACTUAL", "AVAL"])
    signs = signs.assign(USUBJID="A", PARAMCD="SBP", AHRFIRST=signs["ACTUAL"] / 60, DTYPE="", ATMF="")
    return {"ADEX": pd.DataFrame({"USUBJID": ["A"], "INFNUM": [1], "AHRFIRST": [0.0]}), "ADVS": signs}


def one_participant() -> Members:
    return Members(pd.DataFrame({"USUBJID": ["A"], "ARM": pd.Categorical(["K"])}), ("K",), None)


def test_a_reading_is_of_the_planned_minute_within_the_tolerance_only():
    found = readings(ANALYSIS, MEASURE, adam_of(TAKEN), one_participant()).frame
    at = dict(zip(found["ACTUAL"].round(), found["MINUTE"], strict=True))
    assert (at[-7], at[31], at[60], at[91]) == (0, 30, 60, 90)
    kinds = dict(zip(found["ACTUAL"].round(), found["KIND"], strict=True))
    assert (kinds[28], kinds[46]) == (AGAIN, OUTSIDE)


def test_peak_area_and_return_are_those_counted_by_hand():
    found = readings(ANALYSIS, MEASURE, adam_of(TAKEN), one_participant())
    (course,) = courses(found, MEASURE, last=90).to_dict("records")
    assert (course["PEAK"], course["CHG"], course["PEAKMIN"]) == (190, 90, pytest.approx(46))
    assert (course["LOW"], course["HIGH"]) == (60, 90)


def test_the_area_counts_only_what_lies_above_the_value_before():
    found = readings(ANALYSIS, MEASURE, adam_of([(0, 100), (30, 110), (60, 90), (90, 90)]), one_participant())
    (course,) = courses(found, MEASURE, last=90).to_dict("records")
    assert course["AREA"] == pytest.approx(30 * 10 / 2 + 15 * 10 / 2)


def test_an_infusion_that_never_left_the_band_has_no_return():
    found = readings(ANALYSIS, MEASURE, adam_of([(0, 100), (30, 105), (60, 95), (90, 100)]), one_participant())
    assert np.isnan(courses(found, MEASURE, last=90)["HIGH"]).all()


def test_few_participants_are_described_only():
    rows = infusion_course(plan(), ANALYSIS, adam_of(TAKEN), one_participant())
    assert any("described only" in str(row.get("error")) for row in rows)
    assert not any(row.get("term") == "marginal-mean" for row in rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": ""}, "need a source"),
        ({"minutes": [15, 30]}, "begin with 0"),
        ({"measures": [SIGN, SIGN]}, "is there twice"),
        ({"measures": [SIGN | {"back_points": 1}]}, "one of back_percent and back_points"),
    ],
)
def test_what_does_not_fit_together_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        InfusionVitals(**(PART | change))
