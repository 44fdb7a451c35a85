"""The gate finds each of the eighteen identifiers by name and by value, and leaves the columns of trials alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from identifiers import BY_COLUMN, BY_NAME, BY_VALUE
from postinfusion.sources.export import EXPORTS, exported
from postinfusion.sources.gate.identifiers import Gate, Use, gate
from postinfusion.sources.gate.identifying_names import Identifier, promised, promises_time
from postinfusion.sources.gate.identifying_values import evidence, kinds_of

REPOSITORY = Path(__file__).resolve().parents[3]
NAMED = [(kind, name, value) for kind, columns in BY_NAME.items() for name, value in columns.items()]
VALUED = [(kind, value) for kind, values in BY_VALUE.items() for value in values]
COLUMNS = [(kind, values) for kind, columns in BY_COLUMN.items() for values in columns]
HARMLESS_NAMES = """
rater rater_id assessor untersucher interviewer initial_visit serial_sevens serial_position latency longest_episode
lonely abbreviation region_code reliability Beck_Depression_Inventory Hamilton_Total Simpson_Angus_Scale
centre_name event_name form_name file_name drug_name test_name scale_name visit_name arm_name testname
description
ship zipper hotel mobility mobile_app_score cell_count imaging image_quality accountability birth_weight
residual
emotional_state statement country region site centre clinic_id hospital ward record_id study_id participant_id
subject patient_id screening_id initial_dose initial_score insurance_type street_drug_use tele_visit intel
telemetry capacity facet naming_total surrogate mailing discipline plateau card_sorting_errors wcst_card_no
photosensitivity contact_sports licensed_product description_of_event parameter_name group_name variable
redcap_event_name redcap_repeat_instrument redcap_repeat_instance redcap_data_access_group
redcap_survey_identifier
baseline_complete madrs_timestamp symptoms___1
STUDYID DOMAIN USUBJID SUBJID RFSTDTC RFENDTC RFXSTDTC RFXENDTC RFICDTC RFPENDTC DTHDTC DTHFL SITEID INVID AGE
AGEU
SEX RACE ETHNIC ARMCD ARM ACTARMCD ACTARM COUNTRY DMDTC DMDY EXTRT EXDOSE EXDOSU EXDOSFRM EXROUTE EXLOC
EXSTDTC
EXENDTC QSTESTCD QSTEST QSCAT QSORRES QSSTRESC QSSTRESN QSBLFL VISITNUM VISIT QSDTC VSTESTCD VSPOS VSLOC
VSORRES
AETERM AEDECOD AEBODSYS AELOC AESEV AESER AEREL AEACN AEOUT AESTDTC AEENDTC DSTERM DSDECOD DSCAT DSSTDTC LBNAM
CMTRT CMDECOD CMINDC SPDEVID NAM CQ01NAM
TRT01P TRT01A TRTSDT TRTEDT TRTSDTM ADT ADTM ATM ADY AVISIT AVISITN ATPT PARAM PARAMCD AVAL AVALC BASE CHG
PCHG
ANL01FL ABLFL DTYPE SITEGR1 AGEGR1 BMIBL HEIGHTBL WEIGHTBL DISONSDT DURDIS EOSSTT DCSREAS EDUCLVL AWTARGET AWU
ASTDT AENDT AELLT AEHLGT AOCCFL
"""
HARMLESS_VALUES = (
    "01-701-1015",
    "P001",
    "R012",
    "-99",
    "1e-3",
    "12:30",
    "12:30:00",
    "0.5 mg/kg",
    "120/80",
    "99.5",
    "1,234.5",
    "10029205",
    "Week 2",
    "Baseline",
    "MS Contin 10 mg",
    "SOC-10017947",
    "not done",
    ">300",
    "<LLOQ",
    "2.10.1",
    "3-4",
    "1/2",
    "2023",
    "NEOPLASMS BENIGN, MALIGNANT AND UNSPECIFIED (INCL CYSTS AND POLYPS)",
    "CYP 3A4",
    "1612345678",
    "A-12-345",
    "GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS",
    "hospital infusion unit, physician and nurse present",
    "Anorexia Nervosa",
    "Great Ormond",
    "Great Ormond Street",
    "Xanomeline High Dose",
    "Chest Pain",
    "Adverse Event",
    "Martin Hospital",
    "St. Joseph Hospital Berlin",
    "John Radcliffe Hospital",
    "Robert Koch Institut",
    "San Jose California",
    "St. John's Wort",
    "Bell Palsy",
    "Parkinson's Disease",
    "Charcot Marie Tooth",
    "Baseline Visit",
    "Visit 3 Follow-up",
    "Withdrawal By Subject",
    "Lost To Follow-Up",
    "Physician Decision",
    "Major Depressive Disorder",
    "Esketamine Nasal Spray",
    "Hamilton Depression Rating Scale",
    "Black Or African American",
    "Not Hispanic Or Latino",
    "United States",
    "New York",
    "12.50, 13.40",
    "K-A1",
    "KET-A 12B",
)
HARMLESS_COLUMNS = (
    ("rater", ["Self", "Clinician", "Rater A", "Rater B", "Study Nurse"]),
    ("rater", ["R1", "R2", "AB", "CD"]),
    ("diagnosis", ["Anorexia Nervosa", "Bulimia Nervosa", "Major Depression"]),
    ("reason", ["Adverse Event", "Lost To Follow-Up", "Withdrawal By Subject", "Physician Decision"]),
    ("lab_code", ["KE010101", "KE010102", "KE010203"]),
    ("interval", ["12.501, 13.4", "0.5, 1.2"]),
    ("steps", ["10115", "20095"]),
    ("x1", ["1612345678", "1612345679"]),
)


def found(name: str, values: list[str], use: Use | None = None) -> Gate:
    """Give what the gate finds in one column behind two harmless ones."""
    frame = pd.DataFrame({"id": "P1", "site": "north", name: pd.Series(values, dtype="str")})
    return gate("people.csv", ["id", "site", name], [frame], use or Use(ids=frozenset({"id"})))


@pytest.mark.parametrize(("kind", "name", "value"), NAMED)
def test_a_column_is_found_by_its_name(kind: Identifier, name: str, value: str):
    problem = found(name, [value, ""]).problems[0]
    assert (problem.place, problem.severity) == ("column 3", "error")
    assert problem.text.startswith(f'("{name}") looks like {kind.value}')
    assert value not in str(problem)


@pytest.mark.parametrize(("kind", "value"), VALUED)
def test_a_column_is_found_by_one_value_among_harmless_ones(kind: Identifier, value: str):
    problems = found("x1", ["12", "mild", value, "P001"]).problems
    assert [problem.severity for problem in problems] == ["error"]
    assert kind.value in problems[0].text
    assert value not in str(problems[0])


@pytest.mark.parametrize(("kind", "values"), COLUMNS)
def test_a_column_is_found_by_most_of_its_values(kind: Identifier, values: tuple[str, ...]):
    problems = found("x1", [*values]).problems
    assert [problem.severity for problem in problems] == ["error"]
    assert kind.value in problems[0].text
    assert not any(value in str(problems[0]) for value in values)


@pytest.mark.parametrize(("name", "values"), HARMLESS_COLUMNS)
def test_columns_that_trials_hold_are_left_alone(name: str, values: list[str]):
    assert found(name, values).problems == ()


@pytest.mark.parametrize("name", ["rater", "Untersucher", "assessor", "rater_baseline"])
def test_a_column_of_raters_may_hold_codes_but_no_names(name: str):
    for values in (["Anna Q.", "Peter M."], ["A. Quux", "P. Meier"], ["Anna", "Peter"], ["Quux Zyx", "Wyv Zut"]):
        assert "a person's name" in found(name, values).problems[0].text
    assert found(name, ["R1", "R2"]).problems == ()


@pytest.mark.parametrize("name", ["Anna Quux madrs", "Anna_Quux", "zelda@quux.example"])
def test_a_header_that_tells_who_somebody_is_stops_the_trial_and_is_not_shown(name: str):
    problem = found(name, ["1", "12"]).problems[0]
    assert (problem.place, problem.severity) == ("column 3", "error")
    assert "has a name that looks like" in problem.text
    assert name not in str(problem)


def test_the_message_says_what_to_do():
    text = (
        '("dob") looks like a date of birth (values not shown). Remove it from the file, or give the age in years '
        "instead and map that to age. If it identifies nobody, name it under privacy: not_identifying."
    )
    assert found("dob", ["1984-11-23"]).problems[0].text == text


@pytest.mark.parametrize("name", HARMLESS_NAMES.split())
def test_names_that_trials_use_are_left_alone(name: str):
    assert promised(name) is None


@pytest.mark.parametrize("value", HARMLESS_VALUES)
def test_values_that_trials_hold_are_left_alone(value: str):
    assert kinds_of(value) == frozenset()
    assert not evidence(pd.Series([value], dtype="str")).narratives


def headers() -> Iterator[tuple[str, list[str]]]:
    """Give file and column names of all shipped data."""
    for path in sorted((REPOSITORY / "data" / "ketamine_ed").glob("*.csv")):
        with path.open(encoding="utf-8") as text:
            yield path.name, next(csv.reader(text))
    for trial in EXPORTS:
        for name, content in exported(trial).items():
            if name.endswith(".parquet"):
                import pyarrow as pa

                yield name, pq.read_schema(pa.BufferReader(content)).names
            else:
                yield name, next(csv.reader(content.decode().splitlines()))


@pytest.mark.parametrize(("file", "names"), list(headers()))
def test_no_column_of_the_shipped_trials_is_taken_for_an_identifier(file: str, names: list[str]):
    assert {name: promised(name) for name in names if promised(name)} == {}, file


@pytest.mark.parametrize("values", [["", ""], ["yes", "no"], ["0", "1"], ["checked", ""]])
def test_a_column_that_is_empty_or_only_says_yes_or_no_identifies_nobody(values: list[str]):
    assert found("phone", values).problems == ()
    assert found("photo", values).problems == ()


def test_a_declared_column_is_silent_by_name_and_by_value():
    use = Use(declared=frozenset({"email"}))
    assert found("email", ["zelda@quux.example"], use).problems == ()


def test_a_column_read_as_a_time_may_hold_dates_but_no_date_of_birth():
    use = Use(times=frozenset({"x1", "dob"}), read=frozenset({"x1", "dob"}))
    assert found("x1", ["2031-01-06"], use).problems == ()
    assert "date of birth" in found("dob", ["1984-11-23"], use).problems[0].text


@pytest.mark.parametrize(
    "name",
    ["visit_date", "RFICDTC", "VISIT1DT", "madrs_timestamp", "date_of_scan", "Datum", "Einschluss", "Aufnahmedatum",
     "Entlassung", "Behandlungsbeginn", "Visite 2", "enrolment", "Untersuchung_V1"],
)  # fmt: skip
def test_an_unread_column_may_hold_dates_when_its_name_says_so(name: str):
    assert promises_time(name)
    assert found(name, ["2031-01-06"]).problems == ()


@pytest.mark.parametrize("name", ["Geburtsdatum", "geb_datum", "kxq", "Bemerkung"])
def test_dates_of_birth_and_dates_under_other_names_stop_the_trial(name: str):
    assert found(name, ["2031-01-06"]).problems != ()


def test_dates_that_could_be_codes_count_only_where_the_whole_column_has_their_form():
    assert found("x1", ["20310106", "20310107"]).problems != ()
    assert found("x1", ["20310106", "17"]).problems == ()


def test_what_the_plan_reads_as_a_measure_is_not_judged_by_its_name():
    use = Use(typed=frozenset({"name"}), read=frozenset({"name"}))
    assert found("name", ["MADRS", "BDI-II"], use).problems == ()
    assert found("name", ["MADRS", "zelda@quux.example"], use).problems != ()


def test_numbers_of_ten_digits_count_when_their_check_digits_are_right():
    assert "medical record number" in found("x1", ["9434765919", "4010232137"]).problems[0].text
    assert found("x1", [f"16123{number:05d}" for number in range(200)]).problems == ()


def test_long_numbers_count_only_under_a_name_that_could_be_one_of_record_numbers():
    numbers = ["88123471", "88123472", "88123473"]
    assert found("patient_no", numbers).problems != ()
    assert found("AEPTCD", numbers).problems == ()
    assert found("patient_no", ["1", "2", "3"]).problems == ()


def test_parts_of_a_file_are_judged_together():
    parts = [pd.DataFrame({"x1": ["20310106", "20310107"]}), pd.DataFrame({"x1": ["17"]})]
    assert gate("a.csv", ["x1"], parts, Use()).problems == ()
    assert gate("a.csv", ["x1"], parts[:1], Use()).problems != ()


def test_ids_that_are_kept_must_tell_nothing():
    keeps = Use(ids=frozenset({"who"}), keeps_ids=True)
    rekeys = Use(ids=frozenset({"who"}))
    for values in (["Zelda", "Quux"], ["88123471", "88123472"], ["9434765919"]):
        text = found("who", values, keeps).problems[0].text
        assert text.endswith("(values not shown), and privacy: {ids: keep} passes ids on. Write ids: rekey.")
        assert not any(value in text for value in values)
        assert found("who", values, rekeys).problems == ()
    for values in (["P001", "P002"], ["1", "2", "3"], ["01-701-1015"], ["A", "B"]):
        assert found("who", values, keeps).problems == ()


@pytest.mark.parametrize(
    "values",
    [
        ["Zelda Quux", "Li Wei"],
        ["Quux, Zelda", "Wei, Li"],
        ["Anna", "Peter"],
        ["R017", "R018", "Anna Quux"],
        ["ZQ03051987", "PM12111990"],
        ["ZQ-1987-05-03", "PM-1990-11-12"],
        ["ZQ030587", "PM121190", "JD010279"],
    ],
)
@pytest.mark.parametrize("keeps_ids", [True, False])
def test_ids_that_are_names_or_dates_of_birth_are_refused_even_when_keyed_anew(values: list[str], keeps_ids: bool):
    text = found("who", values, Use(ids=frozenset({"who"}), keeps_ids=keeps_ids)).problems[0].text
    assert "Write a code that tells nothing instead, such as P001." in text
    assert not any(value in text for value in values)


def test_ids_are_refused_in_any_case_when_they_are_addresses_or_are_called_by_a_name():
    assert found("who", ["zelda@quux.example"], Use(ids=frozenset({"who"}))).problems != ()
    assert found("surname", ["Quux"], Use(ids=frozenset({"surname"}))).problems != ()


def test_a_year_of_birth_is_refused_where_it_is_read_and_told_of_elsewhere():
    for name in ("birth_year", "gebjahr", "Geburtsjahr", "yob"):
        assert [problem.severity for problem in found(name, ["1984"]).problems] == ["warning"]
    read = Use(read=frozenset({"birth_year"}), texts=frozenset({"birth_year"}))
    assert "a year of birth" in found("birth_year", ["1984"], read).problems[0].text


def test_what_a_dictionary_marks_is_refused_unless_it_becomes_relative_time_or_a_new_id():
    marked = {"zq": "dictionary.csv", "who": "dictionary.csv", "taken": "dictionary.csv"}
    assert "is marked as identifying in dictionary.csv" in found("zq", ["abc"], Use(marked=marked)).problems[0].text
    assert found("who", ["P001"], Use(marked=marked, ids=frozenset({"who"}))).problems == ()
    assert found("who", ["P001"], Use(marked=marked, ids=frozenset({"who"}), keeps_ids=True)).problems != ()
    assert found("taken", ["2031-01-06"], Use(marked=marked, times=frozenset({"taken"}))).problems == ()


def test_free_text_that_nothing_reads_is_a_warning():
    story = "She felt sick after dinner and went home early, then slept well until the morning."
    problem = found("comments", [story]).problems[0]
    assert (problem.severity, problem.place) == ("warning", "column 3")
    assert story not in problem.text


def test_a_header_that_is_a_value_is_not_shown():
    problem = found("zelda@quux.example", ["li@wei.example"]).problems[0]
    assert problem.text.startswith("looks like an e-mail address")


@pytest.mark.parametrize("label", ["Date of birth", "Geburtsdatum", "Patient's surname", "Telephone number"])
def test_a_column_is_found_by_the_label_that_a_statistical_file_gives_it(label: str):
    values = ["99887766", "88776655"]
    problem = found("v12", values, Use(labels={"v12": label})).problems[0]
    assert problem.text.startswith('("v12") looks like')
    assert found("v12", values, Use(labels={"v12": label}, typed=frozenset({"v12"}))).problems == ()


@pytest.mark.parametrize(
    "label",
    [
        "Question Name",
        "Birth weight",
        "I find it hard to use the telephone in public",
        "Sponsor Device Identifier",
        "",
        "SN",
        "Telephone visit",
    ],
)
def test_labels_that_trials_hold_are_left_alone(label: str):
    assert found("v12", ["0", "1", "2", "3"], Use(labels={"v12": label})).problems == ()
    assert found("v12", ["north", "pump A7"], Use(labels={"v12": label})).problems == ()
