"""The file for EudraCT: its elements, their order and limits are those of the schema, its counts those of the trial."""

from functools import cache
from xml.etree.ElementTree import fromstring

import pandas as pd
import pytest

from displays import trials
from postinfusion.analyses.adverse_events import adverse_events
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.errors import DataError
from postinfusion.present.eudract import CLASSES, NAMESPACE, NIL, upload
from postinfusion.present.results import results_of
from postinfusion.present.sections import Made, SectionDisplays
from postinfusion.present.tables import TABLES
from postinfusion.report.section_files import section_files
from postinfusion.vocabulary import Section

NERVES, STOMACH = "Nervous system disorders", "Gastrointestinal disorders"
EVENTS = (
    *((str(person), "headache", NERVES, "N", "none", "resolved") for person in range(3)),
    ("0", "headache", NERVES, "N", "none", "resolved"),
    ("0", "hiccups <brief>", STOMACH, "N", "none", "resolved"),
    ("1", "seizure", NERVES, "Y", "possible", "fatal"),
    ("1", "seizure", NERVES, "Y", "none", "resolved"),
    ("30", "ileus", STOMACH, "Y", "none", "resolved"),
)
UPLOADS = ("EUDRAT01", "EUDRAT02")
COUNTS = ("occurrences", "subjectsAffected", "subjectsExposed")
ASSESSMENT = {"value": str}
DICTIONARY = {"otherName": 20, "version": 10, "name": {"value": str}}
"""Children of each element in their order: a longest text, a kind of value, or children again; "*" may occur often."""
EVENT = {
    "description": 250, "term": 100, "organSystem": {"eutctId": int, "version": int}, "assessmentMethod": ASSESSMENT,
    "dictionaryOverridden": str, "dictionary": DICTIONARY, "values": {"value*": dict.fromkeys(COUNTS, int)},
}  # fmt: skip
DEATHS = {"fatalities": {"deaths": int, "deathsCausallyRelatedToTreatment": int}}
OF_SERIOUS = {**EVENT["values"]["value*"], "occurrencesCausallyRelatedToTreatment": int, **DEATHS}
GROUP = {
    "title": 62, "description": 999, "subjectsAffectedByNonSeriousAdverseEvents": int,
    "subjectsAffectedBySeriousAdverseEvents": int, "subjectsExposed": int, "deathsAllCauses": int,
    "deathsResultingFromAdverseEvents": int,
}  # fmt: skip
ROOT = {
    "description": 350, "nonSeriousEventFrequencyThreshold": float, "timeFrame": 255, "assessmentMethod": ASSESSMENT,
    "dictionary": DICTIONARY, "reportingGroups": {"reportingGroup*": GROUP},
    "nonSeriousAdverseEvents": {"nonSeriousAdverseEvent*": EVENT},
    "seriousAdverseEvents": {"seriousAdverseEvent*": {**EVENT, "values": {"value*": OF_SERIOUS}}},
}  # fmt: skip
NEEDED = {
    *GROUP,
    "reportingGroups",
    "term",
    "dictionaryOverridden",
    "otherName",
    "version",
    "name",
    "eutctId",
    "value",
} - {"description"}


def check(element, shape):
    """Follow the shape of the schema: names, order, needed and repeated elements, kinds and lengths of values."""
    if not isinstance(shape, dict):
        text = element.text or ""
        assert element.get(NIL) == "true" or (len(text) <= shape if isinstance(shape, int) else shape(text) is not None)
        return
    names = [child.tag for child in element]
    order = [name.removesuffix("*") for name in shape]
    assert [order.index(name) for name in names] == sorted(order.index(name) for name in names)
    for name, inner in shape.items():
        found = [child for child in element if child.tag == name.removesuffix("*")]
        assert len(found) <= 1 or name.endswith("*")
        assert found or name not in NEEDED
        for child in found:
            check(child, inner)


@cache
def results(events=EVENTS, *, privacy="internal", solicited="", **changes):
    people = [str(number) for number in range(60)]
    arms = pd.Categorical(["Ketamine"] * 30 + ["Midazolam"] * 30, ["Midazolam", "Ketamine"])
    frame = pd.DataFrame({"USUBJID": people, "ARM": arms, "DTHFL": "", "EOSHR": 600.0})
    columns = ["USUBJID", "AEDECOD", "AEBODSYS", "AESER", "AEREL", "AEOUT"]
    found = pd.DataFrame(list(events), columns=columns).assign(
        TRTEMFL="Y",
        AESEV="",
        AEACN="",
        AETRT="",
        AESOLFL=solicited,
        ASTHR=1.0,
        ASTTMF="",
        AENHR=float("nan"),
        AENTMF="",
    )
    plan = trials.infused(analyses={"harms": {"method": "adverse-events", **changes}}, estimands={})
    population = Members(frame, ("Ketamine", "Midazolam"), "Midazolam")
    rows = adverse_events(plan.analyses["harms"], {"ADAE": found}, population)
    ard = table(rows, trial="t", analysis_id="harms", population="safety", method="adverse-events")
    return results_of(plan, ard if privacy == "internal" else public(ard, small_cell=5), "harms")


def written(found):
    return upload(found, found.analysis)


def parsed(**changes):
    return fromstring(written(results(**changes)).encode())  # noqa: S314 - what we wrote ourselves


def texts(element, path):
    return [child.text for child in element.findall(path)]


@pytest.mark.parametrize("changes", [{}, {"solicited": "Y"}, {"events": ()}, {"threshold": "0.1 %"}])
def test_the_file_has_the_shape_of_the_schema(changes):
    root = parsed(**changes)
    assert root.tag == f"{{{NAMESPACE}}}adverseEvents"
    check(root, ROOT)


def test_every_value_is_of_a_group_of_the_file():
    root = parsed()
    groups = [group.get("id") for group in root.iter("reportingGroup")]
    assert len({*groups}) == 2
    for values in root.iter("values"):
        assert [value.get("reportingGroupId") for value in values] == groups


def test_groups_hold_who_was_exposed_affected_and_died():
    ketamine, midazolam = ([child.text for child in group] for group in parsed().iter("reportingGroup"))
    assert ketamine == ["Ketamine", None, "3", "1", "30", "1", "1"]
    assert midazolam == ["Midazolam", None, "0", "1", "30", "0", "0"]


def test_only_terms_above_the_threshold_are_listed_and_zeros_stand():
    assert texts(parsed(), ".//nonSeriousAdverseEvent/term") == ["headache"]
    assert texts(parsed(), ".//nonSeriousAdverseEvent//subjectsAffected") == ["3", "0"]
    assert texts(parsed(), ".//nonSeriousAdverseEvent//occurrences") == ["4", "0"]
    assert texts(parsed(threshold="0.1 %"), ".//nonSeriousAdverseEvent/term") == ["hiccups <brief>", "headache"]


def test_serious_terms_are_all_listed_with_relation_and_deaths():
    root = parsed()
    seizure = next(event for event in root.iter("seriousAdverseEvent") if event.find("term").text == "seizure")
    of_ketamine = seizure.find("values/value")
    assert [child.text for child in of_ketamine][:4] == ["2", "1", "30", "1"]
    assert [child.text for child in of_ketamine.find("fatalities")] == ["1", "1"]
    assert texts(root, ".//seriousAdverseEvent/term") == ["ileus", "seizure"]


def test_classes_of_meddra_have_their_identifier_and_others_none():
    found = parsed().find(".//nonSeriousAdverseEvent/organSystem/eutctId").text
    assert found == str(CLASSES[NERVES])
    own = tuple((*row[:2], "own class", *row[3:]) for row in EVENTS)
    assert parsed(events=own).find(".//organSystem") is None
    assert parsed(events=own).find("dictionary") is None
    assert len({*CLASSES.values()}) == len(CLASSES) == 26


def test_how_events_were_assessed_is_told_only_where_it_was_recorded():
    assert parsed().find("assessmentMethod") is None
    assert {*texts(parsed(solicited="Y"), ".//assessmentMethod/value")} == {"ADV_EVT_ASSESS_TYPE.systematic"}
    assert {*texts(parsed(solicited="N"), ".//assessmentMethod/value")} == {"ADV_EVT_ASSESS_TYPE.non_systematic"}


def test_synthetic_data_are_called_so_in_the_file():
    assert "SYNTHETIC" in parsed().find("description").text


def test_a_public_report_with_hidden_counts_has_no_file():
    hidden = results(privacy="public")
    with pytest.raises(DataError, match="hidden in a public report"):
        written(hidden)
    made = TABLES["EUDRAT01"](hidden)
    assert made.upload == ""
    assert any("No file for EudraCT: counts are hidden" in note for note in made.label.footnotes)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("3", "cough", NERVES, "", "none", "resolved"), "1 events have no record of whether they are serious"),
        (("3", "x" * 101, NERVES, "Y", "none", "resolved"), "2 to 100 characters"),
    ],
)
def test_what_would_not_be_taken_is_refused(row, said):
    with pytest.raises(DataError, match=said):
        written(results((*EVENTS, row)))


def test_without_a_record_of_seriousness_there_are_no_tables():
    found = results(tuple((*row[:3], "", *row[4:]) for row in EVENTS))
    for name in UPLOADS:
        with pytest.raises(DataError, match="serious"):
            TABLES[name](found)


def test_the_file_is_written_beside_its_table():
    found = results()
    displays = SectionDisplays(Section.SAFETY, (Made(TABLES["EUDRAT01"](found)),), ())
    content = section_files(found.plan, displays)["tables/EUDRAT01_harms.xml"]
    assert content.decode() == written(found)


def test_the_tables_show_the_counts_of_the_file():
    found = results()
    cells = {row.label: row.cells for row in TABLES["EUDRAT02"](found).parts[0].rows}
    assert [cell.split()[0] + cell[-3:] for cell in cells["seizure"]] == ["1[2]", "0[0]", "1[2]"]
    assert [cell.split()[0] + cell[-3:] for cell in cells["ileus"]] == ["0[0]", "1[1]", "1[1]"]


def test_a_fatal_event_recorded_as_not_serious_counts_as_recorded_and_is_told():
    found = results((*EVENTS, ("4", "headache", NERVES, "N", "none", "fatal")))
    told = "Fatal events that are recorded as not serious: 1."
    assert all(any(note.startswith(told) for note in TABLES[name](found).label.footnotes) for name in UPLOADS)
    root = fromstring(written(found).encode())  # noqa: S314 - what we wrote ourselves
    assert root.find("description").text.endswith("and are listed so: 1.")
    assert texts(root, ".//serious//deaths") == texts(parsed(), ".//serious//deaths")
    assert not any("Fatal" in note for name in UPLOADS for note in TABLES[name](results()).label.footnotes)
