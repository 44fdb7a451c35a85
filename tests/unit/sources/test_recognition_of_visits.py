"""What files say of visits, clocks and infusions without a column that says it in full."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

from postinfusion.cli.new import _for_new
from postinfusion.errors import DataError, Problem
from postinfusion.plan import yaml_text
from postinfusion.sources.recognition.drafts import draft
from postinfusion.sources.recognition.evidence import Sample
from postinfusion.sources.recognition.names import plays
from postinfusion.sources.recognition.samples import header_row
from postinfusion.sources.recognition.survey import survey

IDS = [f"P{number:02d}" for number in range(1, 9)]
FIRST_DAY = pd.Timestamp("2023-01-02 09:30")


def sample(name: str, rows: list[dict[str, Any]], **about: Any) -> Sample:
    return Sample(name, pd.DataFrame(rows).astype("str"), len(rows), **about)


def drafted(*samples: Sample) -> Any:
    return yaml_text.read(draft(survey(samples), "mytrial").text(), "mytrial").tree


def scores(day: str, clock: str) -> list[dict[str, Any]]:
    """Give scores at three visits with the date and the time of day in columns of their own."""
    return [
        {"id": one, "visit": visit, day: f"{at:%Y-%m-%d}", clock: f"{at:%H:%M}", "madrs": 20 + place}
        for place, one in enumerate(IDS)
        for visit, hours in (("Baseline", -1), ("4 h", 4.5), ("24 h", 24))
        for at in [FIRST_DAY + pd.Timedelta(days=place, hours=hours)]
    ]


def infusions(**columns: str) -> list[dict[str, Any]]:
    return [
        {"id": one, **{name: f"{FIRST_DAY + pd.Timedelta(days=place):{form}}" for name, form in columns.items()}}
        for place, one in enumerate(IDS)
    ]


@pytest.mark.parametrize(("day", "clock"), [("visit_date", "visit_time"), ("Datum", "Uhrzeit"), ("date", "clock")])
def test_a_time_of_day_beside_a_date_belongs_to_it(day, clock):
    given = sample("infusions.csv", infusions(infusion_date="%Y-%m-%d", start_time="%H:%M", dose_mg="30"))
    plan = drafted(sample("scores.csv", scores(day, clock)), given)
    assert (
        plan["sources"]["assessments"]["columns"] | {"taken": day, "taken_clock": clock}
        == (plan["sources"]["assessments"]["columns"])
    )
    assert [visit["at"] for visit in plan["schedule"]] == ["0 h", "4 h", "24 h"]


def test_the_date_of_an_infusion_has_the_clock_of_its_start_and_its_end():
    given = infusions(infusion_date="%Y-%m-%d", start_time="%H:%M", end_time="%H:%M", dose_mg="30")
    columns = drafted(sample("scores.csv", scores("date", "clock")), sample("kit.csv", given))["sources"]["infusions"]
    assert columns["columns"] == {
        "id": "id", "start": "infusion_date", "dose_mg": "dose_mg", "start_clock": "start_time",
        "end": "infusion_date", "end_clock": "end_time",
    }  # fmt: skip
    assert columns["constants"] == {"number": "1"}


@pytest.mark.parametrize("number", [{"infusion_no": "1"}, {}])
def test_a_file_of_any_name_with_start_and_end_of_infusions_is_a_file_of_infusions(number):
    names = ("start", "end") if number else ("infusion_start", "infusion_end")
    given = infusions(**number, **dict.fromkeys(names, "%Y-%m-%d %H:%M"))
    plan = drafted(sample("scores.csv", scores("date", "clock")), sample("kit.csv", given))
    assert plan["sources"]["infusions"]["columns"]["end"] == names[1]


def test_coded_visits_have_the_names_of_their_labels():
    coded = [
        {"SubjID": one, "VisitNo": visit, "BDI2": 20 + place} for place, one in enumerate(IDS) for visit in (1, 2, 3)
    ]
    labels = {"VisitNo": {"1": "Baseline", "2": "Week 1", "3": "Woche 4"}}
    plan = drafted(sample("s.sav", coded, labels=labels))
    assert plan["sources"]["assessments"]["values"]["visit"] == {"1": "Baseline", "2": "Week 1", "3": "Woche 4"}
    assert [visit["at"] for visit in plan["schedule"]] == ["0 h", "7 d", "28 d"]


def german(**columns: Any) -> list[dict[str, Any]]:
    """Give four visits of each participant under the short names of a German file of SPSS."""
    return [
        {
            "patnr": one,
            "zeitpkt": visit,
            "infdat": f"{FIRST_DAY + pd.Timedelta(days=place):%Y-%m-%d}",
            "datum": f"{FIRST_DAY + pd.Timedelta(days=place + days):%Y-%m-%d}",
            "hamd17": 20 + place,
            **columns,
        }
        for place, one in enumerate(IDS)
        for visit, days in ((0, 0), (1, 3), (2, 7), (3, 28))
    ]


def test_short_german_names_say_ids_visits_and_the_day_of_the_infusion():
    plan = drafted(sample("d.csv", german()))
    assert plan["sources"]["participants"]["columns"]["first_dose"] == "infdat"
    assert plan["sources"]["assessments"]["columns"] == {"id": "patnr", "visit": "zeitpkt", "taken": "datum"}
    assert [visit["at"] for visit in plan["schedule"]] == ["0 h", "3 d", "7 d", "28 d"]


def test_the_label_of_a_column_says_what_its_name_does_not():
    own = {"patnr": "v1", "zeitpkt": "v2", "infdat": "v3", "hamd17": "v4"}
    titles = {"v1": "Patientennummer", "v2": "Messzeitpunkt", "v3": "Datum der Infusion", "v4": "HAMD-17 Summe"}
    rows = [{own.get(name, name): cell for name, cell in row.items()} for row in german()]
    labels = {"v2": {"0": "Baseline", "1": "Tag 3", "2": "Tag 7", "3": "Tag 28"}}
    sources = drafted(sample("d.sav", rows, titles=titles, labels=labels))["sources"]
    assert sources["participants"]["columns"]["first_dose"] == "v3"
    assert sources["assessments"]["columns"] == {"id": "v1", "visit": "v2", "taken": "datum"}
    assert sources["assessments"]["wide"] == {"HAM-D17": "v4"}
    assert sources["assessments"]["values"]["visit"]["3"] == "Tag 28"


@pytest.mark.parametrize(
    "name",
    ["patnr", "Pat-Nr.", "patnr.", "probandennr", "vpn", "subjid", "lfdnr", "lfd. Nr.", "Pseudonym", "Patientennr"],
)
def test_the_usual_names_of_ids_are_known(name):
    assert plays("id", name)


@pytest.mark.parametrize(("columns", "lacks"), [({"aa": "x"}, "Rename"), ({"id": "x", "bb": "y"}, '"id" tells')])
def test_a_file_of_which_nothing_is_known_says_which_of_two_things_it_lacks(columns, lacks):
    with pytest.raises(DataError, match=lacks):
        survey([sample("a.csv", [columns])])


def test_rows_of_one_participant_that_nothing_tells_apart_make_new_ask_which_column_is_the_visit():
    rows = [{"id": one, "arm": "A", "besuch_x": visit, "madrs": 20} for one in IDS for visit in "PQR"]
    asked = drafted(sample("a.csv", rows))["sources"]["assessments"]["columns"]["visit"]
    assert asked.startswith("ANSWER: the column that says at which visit a row was measured, one of besuch_x;")


def test_every_visit_whose_time_nothing_says_is_asked_for():
    rows = [{"id": one, "visit": visit, "madrs": 20} for one in IDS for visit in range(1, 6)]
    schedule = drafted(sample("a.csv", rows))["schedule"]
    assert [str(visit["at"]).startswith("ANSWER:") for visit in schedule] == [False, True, True, True, True]


def test_measurements_within_a_day_have_a_schedule_in_minutes():
    rows = [
        {"id": one, "time": f"{FIRST_DAY + pd.Timedelta(days=place, minutes=minutes):%Y-%m-%d %H:%M}", "cadss": 20}
        for place, one in enumerate(IDS)
        for minutes in (-5, 40, 80, 120, 240)
    ]
    given = infusions(infusion_start="%Y-%m-%d %H:%M", infusion_end="%Y-%m-%d %H:%M")
    schedule = drafted(sample("a.csv", rows), sample("b.csv", given))["schedule"]
    assert [visit["at"] for visit in schedule] == ["0 h", "40 min", "80 min", "2 h", "4 h"]


def test_each_form_has_the_dates_of_its_own():
    rows = [
        {
            "id": one, "visit": visit, "phq9_total": 9, "phq9_date": f"{at:%Y-%m-%d}", "madrs_total": 20,
            "madrs_datetime": f"{at:%Y-%m-%d %H:%M}", "weight_kg": 60, "weight_date": f"{at:%Y-%m-%d}",
        }
        for place, one in enumerate(IDS)
        for visit, days in (("Baseline", 0), ("Day 7", 7))
        for at in [FIRST_DAY + pd.Timedelta(days=place + days)]
    ]  # fmt: skip
    given = infusions(infusion_start="%Y-%m-%d %H:%M", infusion_end="%Y-%m-%d %H:%M")
    sources = drafted(sample("a.csv", rows), sample("b.csv", given))["sources"]
    times = {next(iter(one["wide"])): one["columns"]["taken"] for one in sources.values() if "wide" in one}
    assert times == {"PHQ-9": "phq9_date", "MADRS": "madrs_datetime"}
    assert sources["weights"]["columns"]["taken"] == "weight_date"


@pytest.mark.parametrize(("above", "row"), [([["Ketamine pilot"], []], 3), ([], None), ([["Scores", "", "2024"]], 2)])
def test_the_header_of_a_sheet_is_found_below_its_titles(above, row, tmp_path):
    book = Workbook()
    for cells in [*above, ["ID", "Group", "Visit", "MADRS", "Age", "Sex"], [1, "A", "Baseline", 20, 30, "f"]]:
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    assert header_row(tmp_path / "a.xlsx") == row


def test_new_names_its_options_for_a_sheet_and_its_header():
    told = _for_new(Problem("a.xlsx", "", "it has no names; name that row as header_row. Name one of them as sheet."))
    assert told.text == "it has no names; name that row with --header-row. Name one of them with --sheet."
