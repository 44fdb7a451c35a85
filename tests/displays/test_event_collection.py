"""Every table and figure of terms tells solicited from spontaneous events, or that this was not recorded."""

from functools import cache

import pandas as pd
import pytest

from displays.harm_trial import datasets, event, plan
from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.core.proportions import miettinen_nurminen
from postinfusion.present import formats
from postinfusion.present.event_collection import NOT_COMPARABLE, NOT_RECORDED, way_of_group
from postinfusion.present.figures.registry import draw
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES

ANALYSES = {
    "harms": {"method": "adverse-events"},
    "rates": {
        "method": "event-rates",
        "groups": {"nausea": ["nausea"], "headache": ["headache"]},
        "report_at": ["7 d"],
    },
    "effects": {"method": "side-effects", "groups": {"headache": ["headache"]}, "resolved_by": ["2 h"]},
}
PLAN = plan(analyses=ANALYSES)
ARMS = PLAN.design.arm_names
# arm, participant, term, asked for: headache came both ways, once of one participant
CAME = [
    (0, 1, "nausea", "Y"), (0, 2, "nausea", "Y"), (1, 1, "nausea", "Y"), (0, 1, "headache", "Y"),
    (0, 1, "headache", "N"), (0, 3, "headache", "N"), (1, 2, "cough", "N"),
]  # fmt: skip
OF_SOME_TERMS = ("AET02", "AET07", "AET09", "AET01_AESI")
SHOWS = [("AET02", "harms"), ("AET05", "rates"), ("AET05_ALL", "rates"), ("SEFT01", "effects")]


@cache
def ard(analysis_id, recorded=True):
    events = [
        event(arm, who, 30.0 + place, 33.0 + place, AEDECOD=term, AESOLFL=asked if recorded else "")
        for place, (arm, who, term, asked) in enumerate(CAME)
    ]
    return analyse(PLAN, "invented", analysis_id, datasets(PLAN, *events)).results


def results(analysis_id, recorded=True):
    return results_of(PLAN, ard(analysis_id, recorded), analysis_id)


def labels(output, analysis_id, recorded=True):
    return [row.label for part in TABLES[output](results(analysis_id, recorded)).parts for row in part.rows]


def n(name="n", **key):
    return statistic(ard("harms"), stat_name=name, **{"level": "any", "arm": ARMS[0]} | key)


def test_a_participant_with_an_event_of_both_kinds_counts_once_in_each_and_once_in_all():
    key = {"level": "any", "term": "headache"}
    counts = [(n(variable=way, **key), n("n_events", variable=way, **key)) for way in
              ("class-term", "solicited", "spontaneous")]  # fmt: skip
    assert counts == [(2, 3), (1, 1), (2, 2)]


def test_each_way_has_its_own_risk_difference():
    found = [n(name, variable="solicited", comparator=ARMS[1], term="nausea") for name in ("conf_low", "conf_high")]
    expected = miettinen_nurminen(2, 6, 1, 6)
    assert found == pytest.approx([float(expected.conf_low), float(expected.conf_high)])


def test_the_table_of_terms_has_a_block_for_each_way_and_tells_which_terms_have_none():
    parts = {part.caption.split(":")[0]: part.rows for part in TABLES["AET02"](results("harms")).parts}
    rows = {way: {row.label: row.cells for row in parts[way]} for way in ("Solicited", "Spontaneous")}
    assert rows["Solicited"]["nausea"][0].startswith(f"2{formats.NO_BREAK}(33.3")
    assert {"headache"} <= rows["Solicited"].keys() & rows["Spontaneous"].keys()
    assert rows["Spontaneous"]["1 other term, none spontaneous in any arm: nausea"][0].startswith("0")
    assert "1 other term, none solicited in any arm: cough" in rows["Solicited"]


@pytest.mark.parametrize(("output", "analysis_id"), SHOWS)
def test_a_trial_that_does_not_record_it_says_so_and_shows_what_it_showed(output, analysis_id):
    table = TABLES[output](results(analysis_id, recorded=False))
    assert NOT_RECORDED in table.label.footnotes
    assert not any("olicited" in label for label in labels(output, analysis_id, recorded=False))
    assert NOT_COMPARABLE in TABLES[output](results(analysis_id)).label.footnotes


def test_a_table_says_only_of_the_terms_that_it_shows_how_they_were_collected():
    came = [event(0, 1, 30.0, 33.0, AEDECOD="nausea", AESOLFL="Y", AEREL="probable", AEOUT="resolved"),
            event(1, 1, 30.0, 33.0, AEDECOD="cough", AESOLFL="N", AEREL="none", AEOUT="resolved")]  # fmt: skip
    asked = plan(
        analyses={"harms": ANALYSES["harms"] | {"special_interest": {"stomach": ["nausea"], "chest": ["asthma"]}}}
    )
    found = results_of(asked, analyse(asked, "invented", "harms", datasets(asked, *came)).results, "harms")
    notes = {output: " ".join(TABLES[output](found).label.footnotes) for output in OF_SOME_TERMS}
    assert {output: ("nausea" in told, "cough" in told, NOT_COMPARABLE in told) for output, told in notes.items()} == {
        "AET02": (True, True, True), "AET07": (False, False, False), "AET09": (True, False, True),
        "AET01_AESI": (True, False, True),
    }  # fmt: skip


@pytest.mark.parametrize(("outcome", "is_told"), [("fatal", True), ("resolved", False)])
def test_the_grouping_of_classes_is_told_where_classes_are_shown(outcome, is_told):
    happened = event(0, 1, 30.0, 33.0, AEDECOD="nausea", AEBODSYS="", AEOUT=outcome)
    found = analyse(PLAN, "invented", "harms", datasets(PLAN, happened)).results
    notes = TABLES["AET07"](results_of(PLAN, found, "harms")).label.footnotes
    assert any(note.startswith("Classes: own grouping") for note in notes) == is_told


def test_a_side_effect_tells_who_had_it_solicited_with_zeros_and_differences():
    rows = {row.label: row.cells for row in TABLES["SEFT01"](results("effects")).parts[0].rows}
    found = rows["Solicited: participants [events]"], rows["Spontaneous: participants [events]"]
    assert [cells[0][:1] for cells in found] == ["1", "2"]
    assert [cells[1][-3:] for cells in found] == ["[0]", "[0]"]
    assert all(cells[2] for cells in found)


def test_rates_of_what_came_both_ways_stand_apart_and_the_rest_is_marked():
    assert "Nausea (solicited)" in labels("AET05", "rates")
    parts = {part.caption: part.rows for part in TABLES["AET05_ALL"](results("rates")).parts}
    apart = {row.label: row.cells for row in parts["Rates by how events were collected"][-2:]}
    assert [cells[0] for cells in apart.values()] == ["1 (1)", "2 (2)"]
    first = {part.caption: part.rows for part in TABLES["AET05"](results("rates")).parts}
    assert [row.cells[0] for row in first["First events by how they were collected"][-2:]] == ["1", "1"]


def test_figures_name_the_way_of_each_term():
    names = [text.get_text() for text in draw("AEG01", results("harms")).figure.axes[0].get_yticklabels()]
    assert {name.replace("\n", " ") for name in names} == {
        "nausea (solicited)", "headache (both ways)", "cough (spontaneous)"
    }  # fmt: skip
    screened = draw("AEG04", results("harms"))
    assert dict(zip(screened.values["term"], screened.values["collected"], strict=True)) == {
        "nausea": "solicited", "headache": "both ways", "cough": "spontaneous"
    }  # fmt: skip
    legend = [text.get_text() for found in screened.figure.legends for text in found.get_texts()]
    assert {"solicited", "spontaneous", "both ways"} <= set(legend)


@pytest.mark.parametrize(("analysis_id", "variable"), [
    ("harms", "spontaneous"), ("effects", "incidence-spontaneous"), ("rates", "event-rate-by-collection"),
    ("rates", "first-event-by-collection"),
])  # fmt: skip
def test_parts_of_a_small_count_are_not_public(analysis_id, variable):
    shown = select(public(ard(analysis_id), small_cell=5), variable=variable, comparator="")
    assert len(shown)
    counts = shown[shown["stat_name"].isin(["n", "n_events", "estimate", "proportion"])]
    assert counts["stat"].dropna().isin([0.0]).all()


def test_the_methods_say_that_the_ways_were_counted_apart_only_where_they_are_known():
    texts = [methods_text(results("harms", recorded)) for recorded in (True, False)]
    assert ["also counted apart" in text for text in texts] == [True, False]


@pytest.mark.parametrize("told_first", ["Y", "N"])
def test_a_first_event_told_both_ways_at_once_is_solicited_in_any_order_of_the_file(told_first):
    told_then = "N" if told_first == "Y" else "Y"
    events = [event(0, 1, 30.0, 31.0, AEDECOD="headache", AESOLFL=way) for way in (told_first, told_then)]
    found = analyse(PLAN, "invented", "rates", datasets(PLAN, *events)).results
    key = {"variable": "first-event-by-collection", "term": "headache", "arm": ARMS[0], "stat_name": "n"}
    assert [statistic(found, **key, level=way) for way in ("solicited", "spontaneous")] == [1, 0]
    notes = TABLES["AET05"](results_of(PLAN, found, "rates")).label.footnotes
    assert any("in several ways at the same time counts as solicited" in note for note in notes)


def test_first_events_are_not_explained_by_what_ratios_of_all_events_lack():
    notes = {output: " ".join(TABLES[output](results("rates")).label.footnotes) for output in ("AET05", "AET05_ALL")}
    assert ["no ratio of rates exists" in told for told in notes.values()] == [False, True]


def test_a_group_with_suppressed_numbers_has_the_way_of_everybody():
    rates = ANALYSES["rates"] | {"by": ["diagnosis"]}
    divided = plan(analyses={"rates": rates})
    of_all = select(ard("rates"), term="nausea", variable="event-rate-by-collection")
    of_group = of_all.assign(subgroup="diagnosis", subgroup_level="AN", stat=float("nan"), error="suppressed")
    found = results_of(divided, pd.concat([of_all, of_group], ignore_index=True), "rates")
    assert way_of_group(found.whole, "nausea") == "solicited"
    assert way_of_group(found.within("diagnosis", "AN"), "nausea") == "solicited"
