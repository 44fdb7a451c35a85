"""Events one by one: nobody in a public report, no id that was supplied, no free text, and zeros for each arm."""

import pandas as pd
import pytest

from displays import trials
from postinfusion.analyses.event_listing import listed_events
from postinfusion.analyses.populations import members
from postinfusion.errors import DataError
from postinfusion.present.results import results_of
from postinfusion.present.sections import section_displays
from postinfusion.present.tables.event_listings import LISTINGS
from postinfusion.vocabulary import Section

ANALYSES = {"harms": {"method": "adverse-events"}}
EVENT = {
    "USUBJID": "R001", "TRTP": "Ketamine", "TRTA": "Ketamine", "AEBODSYS": "", "AEDECOD": "nausea", "ASTHR": 0.5,
    "INFNUM": 1, "AENHR": 1.5, "ASTTMF": "", "AENTMF": "", "AESEV": "mild", "AESER": "N", "AEREL": "", "AEACN": "",
    "AETRT": "a free text", "AEOUT": "", "AESOLFL": "", "TRTEMFL": "Y",
}  # fmt: skip


def plan(**changes):
    return trials.infused(**{"analyses": ANALYSES, "estimands": {}, **changes})


def listing(*events, of=None, more=()):
    people = [{"USUBJID": f"R00{n}", "TRTP": arm, "TRTA": arm, "SAFFL": "Y", "EOSHR": 400.0, "DTHFL": "", "NINF": 2}
              for n, arm in enumerate(("Ketamine", "Midazolam"), start=1)]  # fmt: skip
    infusions = [{"USUBJID": one["USUBJID"], "TRTP": one["TRTP"], "TRTA": one["TRTA"], "INFNUM": number,
                  "AHRFIRST": start, "EXENHR": start + 0.67}
                 for one in people for number, start in ((1, 0.0), (2, 96.0))]  # fmt: skip
    frames = {"ADSL": pd.DataFrame([*people, *more]), "ADEX": pd.DataFrame(infusions)}
    adam = frames | ({"ADAE": pd.DataFrame([EVENT | one for one in events] or [EVENT])[: len(events)]})
    of = of or plan()
    return listed_events(adam, members(of, adam["ADSL"], "safety"))


def shown(output_id, *events, of=None):
    of = of or plan()
    return LISTINGS[output_id](results_of(of, trials.results(of, size=1), "harms", listing(*events, of=of)))


def cells(table):
    return [row.cells for part in table.parts for row in part.rows if row.cells]


def test_an_event_is_listed_with_its_infusion_its_day_and_the_hours_since_that_infusion():
    (row,) = cells(shown("AEL02", {"ASTHR": 97.0, "AENHR": 99.0}))
    assert row[:6] == ("nausea", "2", "5", "1.0", "2.0", "mild")


def test_no_free_text_is_listed():
    assert "a free text" not in str(shown("AEL02", {})) + str(shown("AEL01", {}))
    assert "a free text" not in listing({}).to_string()


def test_a_term_without_a_supplied_class_stands_in_the_own_group_of_the_tables():
    assert cells(shown("AEL01", {}))[0][0] == "gastrointestinal"
    assert cells(shown("AEL01", {"AEBODSYS": "Gastrointestinal disorders"}))[0][0] == "Gastrointestinal disorders"


def test_where_the_plan_keeps_the_ids_the_listing_numbers_the_participants_anew():
    kept = plan(privacy={"ids": "keep"})
    assert "R001" in str(shown("AEL02", {}))
    assert "R001" not in str(shown("AEL02", {}, of=kept))


def test_what_no_event_has_a_record_of_is_told_once_and_is_no_column():
    table = shown("AEL02", {})
    assert "Related" not in table.parts[0].columns
    assert any("Related" in note for note in table.label.footnotes)


def test_an_event_before_time_zero_is_listed_as_such():
    (row,) = cells(shown("AEL02", {"ASTHR": -30.0, "AENHR": -28.0, "TRTEMFL": ""}))
    assert "before time zero" in row[0]
    assert "\N{MINUS SIGN}2" in row


def test_what_participants_do_to_themselves_is_listed_apart():
    table = shown("AEL02", {}, {"AEDECOD": "self-induced vomiting"})
    assert [len(part.rows) for part in table.parts] == [2, 2]
    assert "For review" in table.parts[1].caption


@pytest.mark.parametrize("output_id", ["AEL03", "AEL04"])
def test_where_nothing_serious_happened_and_nobody_died_each_arm_has_a_zero(output_id):
    assert cells(shown(output_id, {})) == [("0",), ("0",)]


def test_a_fatal_event_is_a_death_with_the_day_of_the_end_of_participation():
    (row,) = cells(shown("AEL04", {"AEOUT": "fatal", "AESER": "Y"}))
    assert row == ("Ketamine", "17", "2", "nausea")


def test_a_missing_seriousness_is_not_taken_for_none():
    with pytest.raises(DataError, match="serious"):
        shown("AEL03", {"AESER": ""})


def test_one_event_of_unknown_seriousness_is_one_event():
    notes = shown("AEL03", {"AESER": "N"}, {"AESER": ""}).label.footnotes
    assert "1 further event: not recorded whether serious." in notes


def test_without_a_file_of_events_no_listing_is_made_and_absence_is_not_taken_for_no_harm():
    of = plan()
    results = results_of(of, trials.results(of, size=1), "harms", listing().iloc[:0])
    for make in LISTINGS.values():
        with pytest.raises(DataError, match="absence of harm"):
            make(results)


def test_a_public_report_lists_nobody():
    of = plan(privacy={"mode": "public"})
    found = section_displays(of, trials.results(of), Section.SAFETY, {"harms": listing({}, of=of)})
    absent = {one.output_id: one.reason for one in found.absent}
    assert all("no individual data" in absent[output_id] for output_id in LISTINGS)


def test_a_serious_event_of_a_participant_without_infusion_is_listed_and_marked():
    never = {
        "USUBJID": "R009",
        "TRTP": "Midazolam",
        "TRTA": "",
        "SAFFL": "",
        "EOSHR": float("nan"),
        "DTHFL": "",
        "NINF": 0,
    }
    serious = {"USUBJID": "R009", "TRTP": "Midazolam", "TRTA": "", "AEDECOD": "overdose", "AESER": "Y", "TRTEMFL": "",
               "ASTHR": float("nan"), "AENHR": float("nan"), "INFNUM": 0}  # fmt: skip
    listed = listing({}, serious, serious | {"AESER": "N"}, more=[never])
    results = results_of(plan(), trials.results(plan(), size=1), "harms", listed)
    (row,) = cells(LISTINGS["AEL03"](results))
    assert row[0] == "overdose (no infusion)"
    assert "overdose" not in str(LISTINGS["AEL02"](results))
