"""What a draft makes of CDISC datasets: weight is no vital sign of its own, and unscheduled visits have no time."""

from __future__ import annotations

import pandas as pd
import pytest

from postinfusion.plan.source import Standard
from postinfusion.sources.recognition import cdisc
from postinfusion.sources.recognition.evidence import Sample
from postinfusion.sources.recognition.schedule import from_names
from postinfusion.sources.recognition.unscheduled import is_unscheduled


def signs(*names: str) -> Sample:
    """Give a dataset VS with one row for each vital sign."""
    frame = pd.DataFrame(
        {"USUBJID": "1", "DOMAIN": "VS", "VSTESTCD": names, "VSDTC": "2024-03-01", "VISIT": "BASELINE"}
    )
    return Sample("vs.xpt", frame, len(frame))


def test_weight_is_left_out_of_the_vital_signs_of_a_draft():
    sample = signs("WEIGHT", "SYSBP", "PULSE")
    assert cdisc.tables_of(sample, Standard.SDTM) == ("vitals", "weights")
    assert cdisc.told(sample, Standard.SDTM, "vitals")["where"].content["VSTESTCD"].content == ["PULSE", "SYSBP"]
    assert not cdisc.told(sample, Standard.SDTM, "weights")


def test_a_dataset_of_weight_alone_delivers_no_vital_signs():
    assert cdisc.tables_of(signs("WEIGHT"), Standard.SDTM) == ("weights",)


def test_a_dataset_without_weight_is_read_whole():
    assert cdisc.tables_of(signs("SYSBP"), Standard.SDTM) == ("vitals",)
    assert not cdisc.told(signs("SYSBP"), Standard.SDTM, "vitals")


@pytest.mark.parametrize(
    "label",
    ["UNSCHEDULED 1.01", "Unscheduled", "unscheduled_arm_1", "Unplanned", "außerplanmäßig", "Ungeplante Visite"],
)
def test_an_unscheduled_visit_has_no_place_in_the_schedule(label: str):
    assert is_unscheduled(label)
    drafted = from_names(["Baseline", label, "Week 1"], {"Baseline": 0.0, label: 77.0, "Week 1": 168.0})
    assert [visit.name for visit in drafted] == ["Baseline", "Week 1"]


def test_days_of_the_study_count_from_one_where_the_dates_show_it():
    drafted = from_names(["SCREENING", "DAY 2", "DAY 8"], {"SCREENING": -72.0, "DAY 2": 24.0, "DAY 8": 167.0})
    assert [(visit.name, visit.hours) for visit in drafted[1:]] == [("Day 2", 24.0), ("Day 8", 168.0)]
    assert all("day 1" in visit.doubt for visit in drafted[1:])


@pytest.mark.parametrize("medians", [{"DAY 2": 48.0, "DAY 7": 168.0}, {"DAY 2": 25.0, "DAY 7": 168.0}, {}])
def test_days_since_time_zero_are_taken_as_they_are_named(medians: dict[str, float]):
    drafted = from_names(["Baseline", "DAY 2", "DAY 7"], {"Baseline": -1.0, **medians})
    assert [visit.hours for visit in drafted] == [0.0, 48.0, 168.0]
    assert not any("day 1" in visit.doubt for visit in drafted)


def test_a_first_day_before_treatment_is_the_baseline():
    drafted = from_names(["DAY 1", "DAY 2"], {"DAY 1": -0.5, "DAY 2": 24.0})
    assert [(visit.hours, visit.name) for visit in drafted] == [(0.0, "Day 1"), (24.0, "Day 2")]
