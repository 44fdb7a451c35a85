"""What names of columns, names of visits and values are taken for."""

from __future__ import annotations

import pandas as pd
import pytest

from postinfusion.plan import yaml_text
from postinfusion.plan.scaffold import Draft, Flow, Noted, Question
from postinfusion.sources.recognition.evidence import Part, Sample
from postinfusion.sources.recognition.names import is_control, plays
from postinfusion.sources.recognition.redcap import choices, event_label
from postinfusion.sources.recognition.scale_columns import scale_columns, without_key
from postinfusion.sources.recognition.schedule import from_hours
from postinfusion.sources.recognition.tables import repeating
from postinfusion.sources.recognition.values import are_dates, date_order
from postinfusion.sources.recognition.visits import as_duration, named_time


@pytest.mark.parametrize(
    ("role", "names"),
    {
        "id": ["record_id", "Subject ID", "participant", "USUBJID", "Proband", "Patienten-Nr", "id", "SubjID"],
        "arm": ["group", "treatment", "TRT01P", "Gruppe", "study_arm", "allocation", "randomised_to"],
        "sex": ["sex", "Gender", "Geschlecht"],
        "age": ["age", "Alter", "age_years", "Age at baseline"],
        "height_cm": ["height", "Height (cm)", "Größe", "Körpergröße (cm)"],
        "visit": ["visit", "redcap_event_name", "Visite", "timepoint", "AVISIT"],
        "taken": ["date", "visit_date", "Datum", "assessed", "assessment_date", "ADT"],
        "weight_kg": ["weight", "weight_kg", "Weight (lb)", "Gewicht (kg)", "Körpergewicht"],
    }.items(),
)
def test_names_of_columns_play_the_part_that_they_say(role: str, names: list[str]):
    assert [name for name in names if not plays(role, name)] == []


@pytest.mark.parametrize(
    ("table", "role", "names"),
    [
        ("infusions", "start", ["start_dtm", "Startzeit", "inf_start_dttm"]),
        ("infusions", "end", ["end_dtm", "Endzeit"]),
        ("adverse_events", "solicited", ["solicited", "erfragt", "checklist", "abgefragt", "elicited"]),
        ("disposition", "left", ["last_date"]),
        ("", "taken", ["visit_dtm"]),
    ],
)
def test_names_of_columns_play_their_part_in_their_table(table: str, role: str, names: list[str]):
    assert [name for name in names if not plays(role, name, table)] == []


@pytest.mark.parametrize("name", ["diagnosis_date", "madrs_total", "group_therapy_hours", "ageusia", "weight_concern"])
def test_other_names_play_no_part_of_a_person(name: str):
    assert not any(plays(role, name) for role in ("id", "arm", "sex", "age", "weight_kg", "taken"))


@pytest.mark.parametrize(
    ("label", "hours"),
    [
        ("24h", 24), ("h24", 24), ("hour_24", 24), ("40 min", 40 / 60), ("bl", 0), ("Baseline", 0), ("pre", 0),
        ("d7", 168), ("Day 7", 168), ("Tag 7", 168), ("w4", 672), ("Week 4", 672), ("Woche 4", 672),
        ("week_4_arm_1", 672),
        ("2m", 61 * 24), ("6 months", 183 * 24), ("FU 3 months", 91 * 24), ("7 days post", 168),
    ],
)  # fmt: skip
def test_names_of_visits_say_their_time(label: str, hours: float):
    found = named_time(label)
    assert found is not None
    assert found.hours == pytest.approx(hours)


@pytest.mark.parametrize("label", ["total", "EDEQ", "score", "item_3", "date"])
def test_other_words_are_no_visits(label: str):
    assert named_time(label) is None


@pytest.mark.parametrize("label", ["V3", "visit 2", "post", "end of treatment", "follow-up"])
def test_visits_without_a_time_are_known_as_visits(label: str):
    found = named_time(label)
    assert found is not None
    assert found.hours is None


@pytest.mark.parametrize("hours", [0.5, 1, 4, 24, 36, 48, 72, 168, 672])
def test_durations_are_read_back_as_they_were(hours: float):
    from postinfusion.plan.quantities import hours as read

    assert read(as_duration(hours)) == pytest.approx(hours)


def test_codes_of_severity_and_seriousness_with_decimals_are_drafted_as_whole_numbers():
    frame = pd.DataFrame(
        {
            "id": ["A", "B", "A"],
            "ae_term": ["nausea", "rash", "itch"],
            "severity": ["1.0", "2.0", "1.0"],
            "serious": ["0.0", "1.0", "0.0"],
        }
    )
    found = repeating(Part(Sample("ae.csv", frame, 3), frame), "adverse_events", "id")
    assert found.values["severity"] == {
        "1": "mild", "2": "moderate", "3": "severe", "4": "life-threatening", "5": "fatal"
    }  # fmt: skip
    assert "serious" not in found.values


def scales(**columns: list[int | float]) -> dict[str, tuple[str, str, int, str, str]]:
    frame = pd.DataFrame({name: [str(value) for value in values] for name, values in columns.items()})
    return {one.column: (one.measure, one.score, one.item, one.visit, one.confidence) for one in scale_columns(frame)}


def test_columns_of_scales_are_known_with_their_visit():
    found = scales(madrs_bl=[30, 20], **{"PHQ9 24h": [10, 5]}, bdi_2m=[20, 3], weight=[50, 60])
    assert found["madrs_bl"] == ("MADRS", "total", 0, "bl", "sure")
    assert found["PHQ9 24h"] == ("PHQ-9", "total", 0, "24 h", "sure")
    assert found["bdi_2m"][0] == "BDI-II"
    assert "weight" not in found


def test_the_unit_of_a_timed_task_may_stand_behind_its_name():
    frame = pd.DataFrame({"TMT-B (s)": ["54", ">300"], "Trails A sec": ["31", "40"]})
    assert [(one.measure, one.score, one.visit) for one in scale_columns(frame)] == [("TMT", "B", ""), ("TMT", "A", "")]


def test_values_beyond_the_range_of_a_scale_make_it_a_guess():
    frame = pd.DataFrame({"madrs_total": ["30", "90"]})
    (found,) = scale_columns(frame)
    assert (found.confidence, found.reason) == ("guess", "values 30-90, but the scale has 0-60")


def test_numbered_columns_within_the_range_of_items_are_items():
    found = scales(**{f"phq9_{number}": [number % 4, 3] for number in range(1, 10)}, phq9_total=[12, 9])
    assert [found[f"phq9_{number}"][2] for number in range(1, 10)] == list(range(1, 10))
    assert found["phq9_total"] == ("PHQ-9", "total", 0, "", "sure")


def test_numbered_columns_beyond_the_range_of_items_are_visits():
    found = scales(madrs_1=[30, 33], madrs_2=[20, 22], madrs_3=[18, 25], madrs_4=[10, 12], madrs_5=[9, 11])
    assert {visit for _, _, _, visit, _ in found.values()} == {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize(
    ("stem", "n_items", "measure"),
    [
        ("edeq", 28, "EDE-Q 6.0"), ("edeq_", 28, "EDE-Q 6.0"), ("ede_q_", 28, "EDE-Q 6.0"), ("cia_", 16, "CIA"),
        ("qids_sr_", 16, "QIDS-SR16"), ("qids", 16, "QIDS-SR16"), ("phq", 9, "PHQ-9"), ("PHQ9_item", 9, "PHQ-9"),
        ("maia", 37, "MAIA-2"), ("hamd", 17, "HAM-D17"), ("gad", 7, "GAD-7"), ("gad7_", 7, "GAD-7"),
        ("cadss", 28, "CADSS-28"),
    ],
)  # fmt: skip
def test_numbered_columns_of_one_stem_are_items_and_never_totals(stem: str, n_items: int, measure: str):
    found = scales(**{f"{stem}{number}": [0, 1, 2] for number in range(1, n_items + 1)})
    assert [(one[0], one[1], one[2]) for one in found.values()] == [(measure, "", n) for n in range(1, n_items + 1)]


@pytest.mark.parametrize(("stem", "n_items"), [("stai", 20), ("stai_s_", 20), ("bdi", 21), ("edi", 91)])
def test_items_without_a_key_are_told_and_not_taken_for_totals(stem: str, n_items: int):
    frame = pd.DataFrame({f"{stem}{number}": ["1", "2", "3"] for number in range(1, n_items + 1)})
    assert scale_columns(frame) == []
    (block,) = without_key(frame)
    assert f"{stem}1 to {stem}{n_items} are {n_items} items" in block.remark
    assert "describe the scale under instruments, or give its totals" in block.remark


def test_items_coded_one_too_high_are_items_so_that_the_check_can_say_it():
    found = scales(**{f"phq9_{number}": [1, 4, 2] for number in range(1, 10)})
    assert [one[2] for one in found.values()] == list(range(1, 10))


def test_totals_of_numbered_visits_are_no_items():
    assert {one[2] for one in scales(bdi_1=[30, 28], bdi_2=[22, 20], bdi_3=[12, 14]).values()} == {0}


def test_the_questionnaire_is_guessed_behind_the_name_of_the_interview():
    assert scales(ede_glob=[0.2, 5.6])["ede_glob"] == ("EDE-Q", "global", 0, "", "guess")


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03/04/2031", "25/04/2031"], ("day-first", True)),
        (["03/04/2031", "04/25/2031"], ("month-first", True)),
        (["03/04/2031", "05/06/2031"], ("day-first", False)),
        (["2031-04-03"], None),
    ],
)
def test_the_order_of_dates_is_told_by_days_beyond_twelve(dates: list[str], order: tuple[str, bool] | None):
    assert date_order([pd.Series(dates)]) == order


def test_dates_are_told_from_numbers():
    assert are_dates(pd.Series(["2031-04-03 09:30", "", "2031-04-04 10:00"]))
    assert not are_dates(pd.Series(["12.5", "13", ""]))


@pytest.mark.parametrize(
    "cells",
    [["03/04/21", "2021-04-03"], ["3.4.21", "2021-04-04 09:30"], ["3-Apr-21", "03/28/21"], ["21-04-03", "21-12-31"]],
)
def test_dates_of_mixed_forms_and_with_years_of_two_digits_are_dates(cells: list[str]):
    assert are_dates(pd.Series([*cells, ""]))


@pytest.mark.parametrize("cells", [["1.2.03.4", "1.2.3"], ["99/99/21", "40/40/40"], ["120/80", "118/76"]])
def test_versions_and_pressures_are_no_dates(cells: list[str]):
    assert not are_dates(pd.Series(cells))


def test_years_of_two_digits_leave_the_order_of_a_draft_a_guess():
    assert date_order([pd.Series(["13/04/21", "2021-04-03"])]) == ("day-first", False)
    assert date_order([pd.Series(["04/13/21"])]) == ("month-first", True)


def test_controls_are_known_by_their_name():
    assert all(map(is_control, ["Placebo", "midazolam 0.045 mg/kg", "Kontrolle", "TAU", "Saline"]))
    assert not any(map(is_control, ["Ketamine", "K", "1"]))


def test_events_lose_their_arm():
    assert (event_label("baseline_arm_1"), event_label("Week 4 (Arm 1: Ketamine)")) == ("baseline", "Week 4")


def test_a_dictionary_gives_the_labels_of_codes():
    frame = pd.DataFrame(
        {
            "Variable / Field Name": ["arm"],
            "Choices, Calculations, OR Slider Labels": ["1, Ketamine, 0.5 mg/kg | 2, Midazolam"],
        }
    )
    assert choices(frame) == {"arm": {"1": "Ketamine, 0.5 mg/kg", "2": "Midazolam"}}


def test_a_draft_stays_what_it_was_when_it_is_read():
    nasty = [
        "a: b",
        "- x",
        "# y",
        "{z}",
        'quote " and \\',
        "No",
        "1,5",
        "tab\there",
        "null",
        " blank ",
        "ANSWER: no",
        "%",
    ]
    draft = Draft(
        {
            "list": Flow(list(nasty)),
            "block": list(nasty),
            "map": {name: Noted("value", "note\nwith a line") for name in nasty},
            "asked": Question("what: this, or [that]?", "topic"),
        }
    )
    tree = yaml_text.read(draft.text(), "plan").tree
    assert isinstance(tree, dict)
    assert tree["list"] == tree["block"] == nasty
    assert tree["map"] == dict.fromkeys(nasty, "value")
    assert tree["asked"] == "ANSWER: what: this, or [that]?"
    assert "# question 1 of 1" in draft.text()


@pytest.mark.parametrize(
    ("hours", "names"),
    [((0, 24, 168), ["Baseline", "Day 1", "Day 7"]), ((0, 23.5, 168), ["Baseline", "24 h", "Day 7"])],
)
def test_a_visit_is_named_by_hours_only_where_hours_are_known(hours: tuple[float, ...], names: list[str]):
    found = from_hours([*hours, *hours], ["A"] * len(hours) + ["B"] * len(hours))
    assert [visit.name for visit in found] == names
