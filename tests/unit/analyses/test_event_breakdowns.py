"""Worst severity, parts of the events, and what may be public of them, in a trial counted by hand."""

import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.adverse_events import adverse_events
from postinfusion.analyses.event_unknowns import left_without_action
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.core.proportions import miettinen_nurminen_ratio
from postinfusion.plan.analyses import AdverseEvents

COLUMNS = ["USUBJID", "AEDECOD", "AESEV", "AESER", "AEREL", "AEOUT", "AESOLFL", "ASTHR", "ASTTMF"]
EVENTS = [
    ("1", "nausea", "mild", "N", "possible", "resolved", "Y", 1.0, ""),
    ("1", "nausea", "severe", "Y", "none", "resolved", "N", 20.0, ""),
    ("2", "nausea", "", "N", "none", "resolved", "Y", 1.0, ""),
    ("3", "headache", "moderate", "Y", "none", "resolved", "", 100.0, ""),
    ("4", "self-induced vomiting", "mild", "N", "none", "resolved", "N", 1.0, ""),
]
OF_INTEREST = {"stomach": ["Nausea", "vomiting"], "mind": ["suicidal ideation"], "head": ["headaches"]}
ANALYSIS = AdverseEvents(method="adverse-events", special_interest=OF_INTEREST)


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    arms = pd.Categorical(["A", "A", "B", "B"], ["B", "A"])
    frame = pd.DataFrame({"USUBJID": [*"1234"], "ARM": arms, "NINF": 2, "DTHFL": "", "EOSHR": 600.0})
    events = pd.DataFrame(EVENTS, columns=COLUMNS).assign(
        TRTEMFL="Y",
        AEBODSYS="class",
        AEACN=["slowed", *["none"] * 4],
        AETRT="",
        AENHR=float("nan"),
        AENTMF="",
        INFNUM=1,
    )
    infusions = pd.DataFrame({"USUBJID": [*"1234"], "INFNUM": 1, "AHRFIRST": 0.0, "TRTP": [*"AABB"]})
    found = adverse_events(ANALYSIS, {"ADAE": events, "ADEX": infusions}, Members(frame, ("A", "B"), "B"))
    return table(found, trial="t", analysis_id="harms", population="safety", method="adverse-events")


def n(ard, name="n", **key):
    return statistic(ard, **{"arm": "", "comparator": "", "term": "", **key}, stat_name=name)


def test_a_participant_counts_once_by_the_worst_severity(ard):
    of_nausea = {"variable": "worst-severity", "term": "nausea"}
    assert [n(ard, **of_nausea, level=name) for name in ("mild", "severe", "not recorded")] == [0, 1, 1]
    assert n(ard, variable="worst-severity", level="fatal") == 0


def test_severities_of_a_term_add_up_to_its_participants(ard):
    parts = select(ard, variable="worst-severity", term="nausea", arm="A", stat_name="n")["stat"].sum()
    assert parts == n(ard, variable="class-term", level="class", term="nausea", arm="A") == 2


def test_who_is_counted_as_having_none_without_a_record_is_told_by_line(ard):
    levels = ("related", "serious", "severe", "stopped")
    assert [n(ard, variable="overview-unknown", level=level, arm="A") for level in levels] == [0, 0, 1, 0]
    assert n(ard, variable="overview", level="severe", arm="A") == 1
    assert n(ard, variable="overview-unknown", level="severe", arm="B") == 0


def test_self_induced_vomiting_is_counted_for_review_only(ard):
    assert select(ard, term="self-induced vomiting").empty
    assert n(ard, variable="review", level="self-induced", arm="B") == 1
    assert n(ard, "n_events", variable="overview", level="any") == 4


def test_solicited_and_spontaneous_events_are_apart_and_none_is_lost(ard):
    names = ("solicited", "spontaneous", "not known how reported")
    assert [n(ard, "n_events", variable=name, level="any") for name in names] == [2, 1, 1]


def test_serious_events_count_by_the_time_since_the_infusion(ard):
    levels = ("serious within 24 h", "serious within 7 d", "serious at an unknown hour")
    assert [n(ard, variable="overview", level=level) for level in levels] == [1, 2, 0]


def test_no_fatal_event_has_the_limit_that_it_still_allows(ard):
    assert n(ard, variable="fatal", level="any") == 0
    assert n(ard, "zero_limit", variable="fatal", level="any") == pytest.approx(1 - 0.025 ** (1 / 4))


def test_events_per_100_infusions_have_all_infusions_below(ard):
    assert n(ard, "per_100_infusions", variable="overview", level="any", arm="A") == pytest.approx(75)


def test_parts_of_a_small_count_are_not_public(ard):
    shown = public(ard, small_cell=5)
    parts = shown["variable"].isin(["worst-severity", "related", "solicited", "spontaneous"])
    counts = shown[parts & shown["stat_name"].isin(["n", "n_events", "proportion", "per_100_infusions"])]
    assert (counts["stat"].dropna() == 0).all()


def test_patient_time_is_from_the_first_infusion_to_the_end_of_participation(ard):
    found = {"variable": "exposure", "level": "participation"}
    assert [n(ard, "person_days", **found, arm=arm) for arm in ("", "A")] == [4 * 25, 2 * 25]
    assert n(ard, "n_participants", **found) == 4


def test_events_of_special_interest_count_by_group_and_by_term_and_zeros_stand(ard):
    of = {"variable": "special-interest", "arm": "A"}
    assert [n(ard, **of, level=level) for level in ("any", "stomach", "mind")] == [2, 2, 0]
    assert n(ard, **of, level="stomach", term="Nausea") == 2
    assert n(ard, **of, level="stomach", term="vomiting") == 0
    assert n(ard, "n_events", **of, level="stomach") == 3
    assert n(ard, variable="special-interest-serious", level="stomach", arm="A") == 1
    assert n(ard, "zero_limit", **of, level="mind") == pytest.approx(1 - 0.025 ** (1 / 2))


def test_a_misspelt_event_of_special_interest_is_told(ard):
    (told,) = select(ard, stat_name="warning")["warning"]
    assert told.startswith('head: no event is called "headaches".')


def test_what_participants_do_to_themselves_is_of_no_special_interest():
    with pytest.raises(ValidationError, match="symptom of the eating disorder"):
        AdverseEvents(method="adverse-events", special_interest={"stomach": ["self-induced vomiting"]})


def test_a_risk_ratio_stands_beside_the_difference_and_has_a_limit_where_the_reference_had_none(ard):
    of = {"variable": "class-term", "level": "class", "term": "nausea", "arm": "A", "comparator": "B"}
    ratio = select(ard, **of, stat_name=["risk_ratio", "risk_ratio_high"])
    assert ratio["stat"].isna().all()
    assert {*ratio["error"]} == {"nobody of the reference arm had an event"}
    assert n(ard, "risk_ratio_low", **of) == pytest.approx(float(miettinen_nurminen_ratio(2, 2, 0, 2).conf_low))
    headache = of | {"term": "headache"}
    assert n(ard, "risk_ratio", **headache) == 0


def test_a_group_of_special_interest_goes_with_a_small_count_of_its_terms(ard):
    shown = public(ard, small_cell=5)
    of_interest = shown[shown["variable"].str.startswith("special-interest") & (shown["stat_name"] == "n")]
    assert (of_interest["stat"].dropna() == 0).all()
    assert of_interest["stat"].isna().any()


def test_who_left_because_of_an_event_by_the_disposition_alone_is_counted_apart_from_stopping():
    arms = pd.Categorical(["A", "A", "A", "B", "B"], ["B", "A"])
    reasons = ["Adverse event", "side effects", "moved away", "adverse event", ""]
    frame = pd.DataFrame({"USUBJID": [*"12345"], "ARM": arms, "EOSSTT": "discontinued", "DCSREAS": reasons})
    events = pd.DataFrame({"USUBJID": ["1", "2", "4"], "AEACN": ["withdrawn", "slowed", ""]})
    found = [*left_without_action(events, Members(frame, ("A", "B"), "B"))]
    assert [(row["arm"], row["stat"]) for row in found] == [("", 2), ("A", 1), ("B", 1)]
    silent = Members(frame.assign(DCSREAS=""), ("A", "B"), "B")
    assert [*left_without_action(events, silent)] == []


def test_slowing_and_interrupting_an_infusion_have_lines_of_their_own(ard):
    assert [n(ard, variable="overview", level=level) for level in ("slowed", "interrupted", "stopped")] == [1, 0, 0]
