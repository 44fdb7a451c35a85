import re
from functools import cache
from typing import get_args

import pandas as pd
import pytest

from displays import trials
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select
from postinfusion.plan.analyses import DividedPart
from postinfusion.present import formats
from postinfusion.present.checklists import consort_harms
from postinfusion.present.checklists.harms_methods import GROUPS_IN
from postinfusion.present.checklists.item import Evidence
from postinfusion.present.display import Label
from postinfusion.present.sections import requests
from postinfusion.report.checklist import Status, checklist_table
from postinfusion.report.page import Shown, page
from postinfusion.report.section_files import Entry, Index
from postinfusion.vocabulary import OUTPUTS, Method, Section

ANALYSES = {key: trials.INFUSED["analyses"][key] for key in ("flow", "baseline", "body")}
ANALYSES |= {"harms": {"method": "adverse-events"}}
TRIALS = {"infused": trials.infused, "three arms": trials.three_arms, "single arm": trials.single_arm}
AUTHORS = {"Title", "Background", "Changes to methods", "Limits", "For whom it holds", "Interpretation", "Funding"}
PARTS = {
    "#plan": [("plan", "plan")],
    "#problems": [("problems", "data")],
    "#deaths-and-serious-events": [("d", "first")],
}


def planned(make=trials.infused, **changes):
    """A plan with few analyses, of which harms are one."""
    return make(**{"analyses": ANALYSES, "estimands": {}} | changes)


@cache
def results():
    """What the invented trial found; tests change copies of it."""
    return trials.results(planned())


def displayed(plan):
    """The labels of every display that the plan asks for."""
    asked = [one for section in Section for one in requests(plan, section)]
    kept = [one for one in asked if one.output.id not in plan.outputs.drop]
    return [Label(one.output.id, one.analysis_id, one.output.title) for one in kept]


def reported(plan, ard=None):
    """The page of a report whose displays are there by name alone."""
    entries = tuple(Entry(label, f"tables/{label.name}.html") for label in displayed(plan))
    section = Shown(Index(Section.SAFETY, entries, ()), {entry.file: b"<p></p>" for entry in entries})
    return page(plan, "t", trials.results(plan) if ard is None else ard, [section])


def rows(plan, ard=None):
    """Topic → what is asked, status, what was found, and where."""
    places = PARTS | {label.output_id: [(label.name, label.output_id)] for label in displayed(plan)}
    answers = consort_harms.answers(Evidence(plan, results() if ard is None else ard))
    (part,) = checklist_table("CHK02", answers, places, consort_harms.NOTES).parts
    return {row.label.rpartition(" (")[0]: row.cells for row in part.rows if row.cells}


def statuses(plan, ard=None):
    return {topic: cells[1] for topic, cells in rows(plan, ard).items()}


def without(ard, method):
    """The same results without any of one method."""
    return ard[ard["method"] != method.value]


@pytest.mark.parametrize("name", TRIALS)
def test_every_link_leads_to_the_place_that_it_names(name):
    text = reported(planned(TRIALS[name]))
    places = re.findall(r'id="([^"]+)"', text)
    (checklist,) = re.findall(r'id="harms-checklist">.*?</article>', text, flags=re.DOTALL)
    links = re.findall(r'href="#([^"]+)">([^<]+)<', checklist)
    assert len(links) > 15
    assert all(places.count(anchor) == 1 for anchor, _ in links)
    assert all(anchor.startswith(words.split(" ")[0]) for anchor, words in links if words[:4].isupper())


@pytest.mark.parametrize("name", TRIALS)
def test_every_topic_stands_once_with_a_status_and_links_where_it_is_reported(name):
    plan = planned(TRIALS[name])
    found = rows(plan, trials.results(plan))
    assert list(found) == [item.topic for item in consort_harms.ITEMS]
    assert len(found) == len(consort_harms.ITEMS)
    for asked, status, told, where in found.values():
        assert asked
        assert told
        assert status in [*Status]
        assert ("<a href" in where) == (status in (Status.REPORTED, Status.IN_PART))


def test_every_place_that_an_answer_names_is_an_output_or_a_part_of_the_page():
    answers = [answer for _, answer in consort_harms.answers(Evidence(planned(), results()))]
    parts = {"#plan", "#problems", "#deaths-and-serious-events"}
    assert {place for answer in answers for place in answer.places} <= {*OUTPUTS} | parts


def test_each_status_occurs():
    found = statuses(planned(outputs={"drop": ["AET09"]}))
    assert {*found.values()} == {*Status}
    assert found["Attribution"] == Status.NOT_SHOWN
    assert {topic for topic, status in found.items() if status == Status.FOR_AUTHOR} > AUTHORS


def test_what_is_in_no_display_is_not_called_reported():
    found = rows(planned(outputs={"drop": ["AET09"]}))
    assert found["Attribution"][3] == "nowhere in this report"


def test_a_report_without_adverse_events_says_so_at_every_topic_of_events():
    plan = trials.infused()
    reason = "the data hold no adverse events; their absence is not the absence of harm"
    found = rows(plan, trials.failed(results(), "harms", reason))
    for topic in ("Abstract", "How harms were collected", "Severity", "Coding", "Each harm by arm", "Denominators",
                  "What happened to nobody", "Deaths and serious events", "Stopping because of harms"):  # fmt: skip
        assert found[topic][1] == Status.NOT_IN_DATA
        assert f"Not in the data: {reason}." in found[topic][2]


def test_a_plan_without_adverse_events_is_told_from_data_without_them():
    found = rows(planned(analyses={key: ANALYSES[key] for key in ("flow", "baseline")}))
    assert found["Each harm by arm"][1] == Status.NOT_IN_DATA
    assert "Not in the data: the plan has no analysis of adverse events." in found["Each harm by arm"][2]


def test_measurements_that_there_are_not_are_named():
    _, status, told, where = rows(planned())["Measured harms"]
    assert status == Status.IN_PART
    assert told.startswith("Weight. Not in the data: results for vital signs around the infusions")
    assert "WTG03" in where
    assert statuses(planned(), without(results(), Method.WEIGHT))["Measured harms"] == Status.NOT_IN_DATA


def test_without_results_nothing_is_called_reported_but_what_the_plan_says():
    nothing = results().iloc[:0]
    answered = {Status.REPORTED, Status.IN_PART, Status.NOT_SHOWN}
    assert {topic for topic, status in statuses(planned(), nothing).items() if status in answered} == {"Treatment"}
    silent = planned(intervention="", design=trials.INFUSED["design"] | {"infusions": []})
    assert not {*statuses(silent, nothing).values()} & answered


@pytest.mark.parametrize(
    ("variable", "topic"),
    [("solicited|spontaneous|not known how reported", "How harms were collected"),
     ("worst-severity", "Severity"), ("exposure", "Follow-up"), ("class-term", "Coding")],
)  # fmt: skip
def test_a_topic_whose_results_are_gone_is_not_in_the_data(variable, topic):
    plan, ard = planned(), results()
    assert statuses(plan)[topic] != Status.NOT_IN_DATA
    assert statuses(plan, ard[~ard["variable"].isin(variable.split("|"))])[topic] == Status.NOT_IN_DATA


@pytest.mark.parametrize(("level", "topic"), [("related", "Attribution"), ("stopped", "Stopping because of harms")])
def test_what_was_not_recorded_is_not_in_the_data(level, topic):
    ard = results()
    of_kind = (ard["variable"] == "overview") & (ard["level"] == level)
    ard = ard.assign(stat=ard["stat"].mask(of_kind), error=ard["error"].mask(of_kind, "not recorded: it"))
    assert statuses(planned(), ard)[topic] == Status.NOT_IN_DATA


def test_numbers_are_those_of_the_results():
    ard, found = results(), rows(planned())
    key = {"analysis_id": "harms", "variable": "overview", "level": "serious", "arm": "Ketamine", "subgroup": ""}
    (n,) = select(ard, **key, stat_name="n")["stat"]
    (events,) = select(ard, **key, stat_name="n_events")["stat"]
    told = found["Deaths and serious events"][2].replace(formats.NO_BREAK, " ")
    assert re.search(rf"serious events: Ketamine {n:.0f} \([\d.]+ %\) \[{events:.0f}\]", told)
    assert "Deaths of any cause: Ketamine 0 (0.0 %) [0], Midazolam 0 (0.0 %) [0]" in told
    assert "Ketamine 48, Midazolam 48; infusions: Ketamine 285" in found["Denominators"][2]
    assert found["What happened to nobody"][2].startswith("Nobody: died.")


def test_side_effects_that_the_plan_names_are_told_with_their_time_frame_and_groups():
    effects = {"method": "side-effects", "groups": {"nausea": ["nausea"], "sleepiness": ["sedation"]},
               "resolved_by": ["4 h"], "within": "24 h", "by": ["diagnosis"], "bmi_below": 16}  # fmt: skip
    plan = planned(analyses=ANALYSES | {"effects": effects})
    some = results()[results()["variable"] == "overview"].assign(analysis_id="effects", method="side-effects")
    without_rows, found = rows(plan), rows(plan, pd.concat([results(), some]))
    assert without_rows["Harms named beforehand"][1] == Status.NOT_IN_DATA
    assert found["Harms named beforehand"][2].startswith("Named events: nausea, sleepiness.")
    assert "effects: within 24 h of an infusion" in found["Time frame"][2]
    assert "by diagnosis; body mass index below 16 kg/m² or not" in found["Further analyses of harms"][2]
    assert "onset and duration of named side effects" in found["When harms happened"][2].lower()
    assert "SEFT01" in found["When harms happened"][3]


def test_events_of_special_interest_and_groups_of_participants_are_told():
    harms = {"method": "adverse-events", "special_interest": {"urinary": ["dysuria", "cystitis"]}, "by": ["diagnosis"]}
    found = rows(planned(analyses=ANALYSES | {"harms": harms}))
    assert found["Harms named beforehand"][2].startswith("Named events: urinary.")
    assert "AET01_AESI" in found["Harms named beforehand"][3]
    assert "by diagnosis." in found["Groups and other looks at harms"][2]
    assert "AET06" in found["Groups and other looks at harms"][3]


LIMITS = {"source": "invented", "limits": [{"measure": "SBP", "at_least": 160}]}


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"method": "event-rates", "report_at": ["7 d"]}, ("AET05_one", "AET05_ALL_one", "AEG03_GROUPS_one")),
        ({"method": "conduct"}, ("MONT01_one",)),
        ({"method": "medication"}, ("CMT01_one",)),
        ({"method": "alerts"} | LIMITS, ("ALTL01_one",)),
    ],
)
def test_every_analysis_of_harms_that_is_repeated_in_groups_is_told_with_its_tables(asked, places):
    plan = planned(analyses=ANALYSES | {"one": asked | {"by": ["diagnosis"]}})
    some = results()[results()["variable"] == "overview"].assign(analysis_id="one", method=asked["method"])
    _, status, told, where = rows(plan, pd.concat([results(), some]))["Groups and other looks at harms"]
    assert status == Status.REPORTED
    assert "by diagnosis." in told
    assert re.findall(r'href="#([^"]+)"', where) == [*places]


def test_the_tables_of_groups_are_known_for_every_analysis_that_groups_may_divide():
    divided, found = [DividedPart], set()
    while divided:
        part = divided.pop()
        divided += part.__subclasses__()
        found |= {*get_args(part.model_fields["method"].annotation)} if "method" in part.model_fields else set()
    assert found == {*GROUPS_IN}
    assert {place for places in GROUPS_IN.values() for place in places} <= {*OUTPUTS}


def test_events_of_special_interest_of_alerts_were_named_beforehand():
    alerts = {"method": "alerts", "special_interest": {"urinary": ["dysuria", "cystitis"]}} | LIMITS
    plan = planned(analyses=ANALYSES | {"one": alerts})
    some = results()[results()["variable"] == "overview"].assign(analysis_id="one", method="alerts")
    told = rows(plan, pd.concat([results(), some]))["Harms named beforehand"][2]
    assert told.startswith("Named events: urinary; 1 limit of values.")


def test_relative_measures_are_told_only_where_there_are_some():
    of_rates = results()["comparator"].ne("") & results()["variable"].eq("overview")
    rates = results()[of_rates].assign(analysis_id="rates", method="event-rates", variable="recurrent")
    without_any, with_some = (rows(planned(), held)["Absolute and relative measures"] for held in
                              (results(), pd.concat([results(), rates])))  # fmt: skip
    assert (without_any[1], with_some[1]) == (Status.IN_PART, Status.REPORTED)
    assert "Not in the data: relative measures." in without_any[2]
    assert "ratios of the rates of all events" in with_some[2]


def test_an_own_grouping_is_not_called_a_dictionary():
    ard = results()
    classes = ard["variable"] == "class-term"
    own = ard[ard["analysis_id"] == "harms"].iloc[:1].assign(variable="grouping", level="own", stat_name="n_events")
    others = ard.assign(level=ard["level"].mask(classes, "stomach and bowel"))
    told = [rows(planned(), held)["Coding"][2] for held in (ard, others, pd.concat([ard, own]))]
    assert told[0].startswith("Classes as supplied, MedDRA, version not given. Not in the data: the version of the")
    assert told[1].startswith("Classes as supplied. Not in the data: the version")
    assert told[2].startswith("Own grouping by words of the term, not MedDRA.")


def test_a_small_count_does_not_reach_the_checklist_of_a_public_report():
    plan, ard = planned(privacy={"mode": "public"}), results()
    of_kind = (ard["variable"] == "overview") & (ard["level"] == "serious")
    small = ard.assign(stat=ard["stat"].mask(of_kind & ard["stat_name"].eq("n") & ard["arm"].eq("Ketamine"), 2.0))
    told = rows(plan, public(small, small_cell=5))["Deaths and serious events"][2]
    assert f"serious events: Ketamine {formats.SUPPRESSED}, Midazolam {formats.SUPPRESSED}" in told


def test_a_checklist_that_the_plan_drops_is_listed_as_absent():
    text = reported(planned(outputs={"drop": ["CHK02"]}), results())
    assert 'id="harms-checklist"' not in text
    assert "CHK02" in text.split('id="absent"')[1]
