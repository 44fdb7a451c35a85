"""Companion columns: hours of the day beside days, and units beside numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from postinfusion.datasets.canonical import ASSESSMENTS, PARTICIPANTS, WEIGHTS
from postinfusion.plan.source import Clock
from postinfusion.sources.companions import Completed, completed, hours_of_day


def days(clock: list[str | None], *, taken: list[float] | None = None, known: bool = False) -> dict[str, pd.Series]:
    """Give cells of times of which only the day is known, with the hours beside them."""
    times = pd.Series([24.0 * day for day in range(len(clock))] if taken is None else taken)
    only = pd.Series(data=not known, index=times.index)
    return {"taken": times, "taken_date_only": only, "taken_clock": pd.Series(clock, dtype="str")}


def told(found: Completed) -> list[str]:
    return [finding.text for finding in found.findings]


@pytest.mark.parametrize(
    ("text", "hours"), [("09:30", 9.5), ("9:30", 9.5), ("9.5", 9.5), ("23:59:30", 23 + 59.5 / 60), ("0", 0.0)]
)
def test_a_time_of_day_is_read_in_hours(text: str, hours: float):
    assert hours_of_day(pd.Series([text]))[0].tolist() == pytest.approx([hours])


@pytest.mark.parametrize("text", ["24:00", "9h30", "25", "-1", "morning", "12:60"])
def test_what_is_no_time_of_day_is_refused(text: str):
    assert hours_of_day(pd.Series([text]))[1].tolist() == [True]
    found = completed(ASSESSMENTS, days([text]), Clock.DATE_TIME)
    assert told(found) == ["is not a time of day as in 09:30 or 9.5. Correct it."]


@pytest.mark.parametrize("clock", [Clock.DATE_TIME, Clock.STUDY_DAY])
def test_an_hour_completes_a_day(clock: Clock):
    found = completed(ASSESSMENTS, days(["09:30", None]), clock)
    assert found.cells["taken"].tolist() == [9.5, 24.0]
    assert found.cells["taken_date_only"].tolist() == [False, True]
    assert "taken_clock" not in found.cells
    assert not found.findings


def test_an_hour_that_contradicts_the_time_itself_is_refused():
    agreeing = completed(ASSESSMENTS, days(["09:30"], taken=[9.5], known=True), Clock.DATE_TIME)
    assert not agreeing.findings
    assert told(completed(ASSESSMENTS, days(["09:30"], taken=[11.0], known=True), Clock.DATE_TIME)) == [
        "the time itself has another hour of the day. Correct one of them."
    ]


def test_an_hour_beside_hours_since_time_zero_is_refused():
    assert "needs a date or a study day" in told(completed(ASSESSMENTS, days(["09:30"]), Clock.HOURS))[0]


def test_parts_of_a_day_are_not_taken_for_hours():
    assert "parts of a day" in told(completed(ASSESSMENTS, days(["0.39", "0.5"]), Clock.DATE_TIME))[0]


def measured(name: str, values: list[float], unit: list[str | None] | None = None) -> dict[str, pd.Series]:
    cells = {name: pd.Series(values)}
    return cells if unit is None else cells | {"weight_unit" if name == "weight_kg" else "height_unit": pd.Series(unit)}


def test_pounds_and_inches_become_kilograms_and_centimetres():
    pounds = completed(WEIGHTS, measured("weight_kg", [100.0, np.nan], ["lb", "lb"]), Clock.DATE_TIME)
    assert pounds.cells["weight_kg"].tolist() == pytest.approx([45.359237, np.nan], nan_ok=True)
    assert "weight_unit" not in pounds.cells
    inches = completed(PARTICIPANTS, measured("height_cm", [65.0], ["inch"]), Clock.DATE_TIME)
    assert inches.cells["height_cm"].tolist() == [165.1]
    metres = completed(PARTICIPANTS, measured("height_cm", [1.65], ["m"]), Clock.DATE_TIME)
    assert metres.cells["height_cm"].tolist() == [165.0]


def test_units_that_are_mixed_are_refused():
    found = completed(WEIGHTS, measured("weight_kg", [50.0, 52.0, 110.0], ["kg", "kg", "lb"]), Clock.DATE_TIME)
    assert told(found) == ["the unit is another one than in the other rows. Give all in one unit."]
    assert found.findings[0].positions.tolist() == [2]


@pytest.mark.parametrize(
    ("name", "values", "unit"),
    [
        ("height_cm", [1.6, 1.7, 1.8], "height_unit: m"),
        ("height_cm", [62.0, 65.0, 68.0], "height_unit: inch"),
        ("weight_kg", [140.0, 150.0, 160.0], "weight_unit: lb"),
    ],
)
def test_numbers_that_look_like_another_unit_are_refused_with_the_range_and_a_suggestion(
    name: str, values: list[float], unit: str
):
    table = WEIGHTS if name == "weight_kg" else PARTICIPANTS
    text = told(completed(table, measured(name, values), Clock.DATE_TIME))[0]
    assert (
        text
        == f"the values reach from {min(values):g} to {max(values):g}, which looks like {unit.rsplit(maxsplit=1)[-1]}. "
        f"Say so: constants: {{{unit}}}."
    )


def test_heights_in_two_units_are_refused():
    text = told(completed(PARTICIPANTS, measured("height_cm", [165.0, 170.0, 1.6]), Clock.DATE_TIME))[0]
    assert "two units" in text
