"""The file for EudraCT: its elements, their order and limits are those of the schema, its counts those of the trial."""

import re
from functools import cache
from xml.etree.ElementTree import fromstring

import pandas as pd
import pytest

from displays import trials
from postinfusion.analyses.adverse_events import adverse_events
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.datasets.system_organ_classes import CLASSES
from postinfusion.errors import DataError
from postinfusion.plan.design import Dictionary
from postinfusion.present.eudract import NAMESPACE, NIL, upload
from postinfusion.present.methods.text import methods_text
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
MOST = 99_999_999


def exposed(text):
    return 1 <= int(text) <= MOST


def counted(text):
    return 0 <= int(text) <= MOST


def percent(text):
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) and 0 <= float(text) <= 5


def between(least, most):
    return lambda text: least <= len(text) <= most


ASSESSMENT = {"value": ("ADV_EVT_ASSESS_TYPE.systematic", "ADV_EVT_ASSESS_TYPE.non_systematic").__contains__}
OF_GROUP = {"occurrences": counted, "subjectsAffected": counted, "subjectsExposed": exposed}
DICTIONARY = {
    "otherName": between(0, 20), "version": between(0, 10),
    "name": {"value": "ADV_EVT_DICTIONARY_NAME.meddra".__eq__},
}  # fmt: skip
"""Children of each element in their order: what its text must be, or children again; "*" may occur often."""
EVENT = {
    "description": between(0, 250), "term": between(2, 100),
    "organSystem": {"eutctId": str.isdecimal, "version": ("22", "3").__contains__}, "assessmentMethod": ASSESSMENT,
    "dictionaryOverridden": "false".__eq__, "dictionary": DICTIONARY, "values": {"value*": OF_GROUP},
}  # fmt: skip
DEATHS = {"fatalities": {"deaths": counted, "deathsCausallyRelatedToTreatment": counted}}
OF_SERIOUS = {**OF_GROUP, "occurrencesCausallyRelatedToTreatment": counted, **DEATHS}
GROUP = {
    "title": between(4, 62), "description": between(0, 999), "subjectsAffectedByNonSeriousAdverseEvents": counted,
    "subjectsAffectedBySeriousAdverseEvents": counted, "subjectsExposed": exposed, "deathsAllCauses": counted,
    "deathsResultingFromAdverseEvents": counted,
}  # fmt: skip
ROOT = {
    "description": between(0, 350), "nonSeriousEventFrequencyThreshold": percent, "timeFrame": between(1, 255),
    "assessmentMethod": ASSESSMENT, "dictionary": DICTIONARY, "reportingGroups": {"reportingGroup*": GROUP},
    "nonSeriousAdverseEvents": {"nonSeriousAdverseEvent*": EVENT},
    "seriousAdverseEvents": {"seriousAdverseEvent*": {**EVENT, "values": {"value*": OF_SERIOUS}}},
}  # fmt: skip
NEEDED = {*GROUP, "term", "dictionaryOverridden", "otherName", "version", "name", "eutctId", "value"}
OF_EVENTS = {"description"}
"""Needed in a group, free elsewhere."""
MAY_BE_NIL = {*GROUP, "otherName", "version", "name"} - {"title"}
ATTRIBUTES = {"reportingGroup": {"id"}, "value": {"reportingGroupId"}}


def check(element, shape):
    """Follow the shape of the schema: names, order, needed and repeated elements, what may be nil, kinds of values."""
    if element.get(NIL) == "true":
        assert element.tag in MAY_BE_NIL
        assert not element.text
        assert not len(element)
        return
    if not isinstance(shape, dict):
        assert not len(element)
        assert shape(element.text or ""), element.tag
        return
    names = [child.tag for child in element]
    order = [name.removesuffix("*") for name in shape]
    assert [order.index(name) for name in names] == sorted(order.index(name) for name in names)
    assert not (element.text or "").strip()
    for name, inner in shape.items():
        found = [child for child in element if child.tag == name.removesuffix("*")]
        assert len(found) <= 1 or name.endswith("*")
        assert found or name not in NEEDED or (name in OF_EVENTS and element.tag != "reportingGroup")
        for child in found:
            kept = ATTRIBUTES.get(child.tag, set()) if child.tag != "value" or name == "value*" else set()
            assert {*child.keys()} - {NIL} == kept
            check(child, inner)


def replace_dictionary(plan, dictionary):
    return plan.model_copy(update={"design": plan.design.model_copy(update={"dictionary": dictionary})})


@cache
def results(events=EVENTS, *, privacy="internal", solicited="", coded_by=None, **changes):
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
    if coded_by:
        name, version = coded_by
        plan = replace_dictionary(plan, Dictionary(name=name, version=version))
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


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"solicited": "Y"},
        {"events": ()},
        {"threshold": "0.1 %"},
        {"threshold": "0.00001 %"},
        {"coded_by": ("MedDRA", "26.0")},
        {"coded_by": ("WHO-ART", "2024 Q1")},
    ],
)
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
    assert len({*CLASSES.values()}) == len(CLASSES) == 27


def test_the_list_of_classes_has_the_version_that_the_portal_takes():
    assert {*texts(parsed(), ".//organSystem/version")} == {"22"}
    of_product = tuple((*row[:2], "PRODUCT ISSUES", *row[3:]) for row in EVENTS)
    assert {*texts(parsed(events=of_product), ".//organSystem/version")} == {"3"}


def test_the_dictionary_and_its_version_are_those_of_the_plan():
    of_plan, without = (parsed(**changes).find("dictionary") for changes in ({"coded_by": ("MedDRA", "26.0")}, {}))
    assert [child.text for child in of_plan][:2] == [None, "26.0"]
    assert [child.get(NIL) for child in without] == ["true", "true", None]
    other = parsed(coded_by=("WHO-ART", "2024 Q1")).find("dictionary")
    assert [child.text for child in other] == ["WHO-ART", "2024 Q1", None]


def test_tables_and_methods_say_the_version_or_that_none_was_given():
    for changes, told in (({"coded_by": ("MedDRA", "26.0")}, "MedDRA 26.0"), ({}, "MedDRA, version not given")):
        found = results(**changes)
        assert f"Terms and classes: {told}." in TABLES["EUDRAT02"](found).label.footnotes
        assert f"Terms and classes: {told}." in TABLES["AET02"](found).label.footnotes
        assert f"coded by {told}." in methods_text(found)
    own = results(tuple((*row[:2], "own class", *row[3:]) for row in EVENTS))
    assert not any("Terms and classes" in note for note in TABLES["AET02"](own).label.footnotes)


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
        (("3", "cough", NERVES, "", "none", "resolved"), "1 event without a record of seriousness"),
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


def test_what_is_not_told_of_serious_events_is_named():
    unknown = TABLES["EUDRAT02"](results(tuple((*row[:4], "", *row[5:]) for row in EVENTS))).label.footnotes
    (told,) = (note for note in unknown if note.startswith("Not told"))
    assert told.endswith("which of these were: related to the treatment; fatal and related to the treatment.")
    assert not any(note.startswith("Not told") for note in TABLES["EUDRAT02"](results()).label.footnotes)


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
