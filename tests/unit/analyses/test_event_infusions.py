"""Events by number of the infusion and by hours since it, in a trial counted by hand, and the table of it."""

import pandas as pd
import pytest

from displays import trials
from postinfusion.analyses.adverse_events import adverse_events
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.core.clustered_proportions import korn_graubard
from postinfusion.core.proportions import clopper_pearson
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.present.results import results_of
from postinfusion.present.tables.aet11 import table as aet11

ANALYSIS = AdverseEvents(method="adverse-events")
WEEK = 168.0
KETAMINE = [*"123456"]
EVENTS = [
    *((person, "nausea", 1.0, "") for person in "12345"),
    ("1", "nausea", 3.0, ""),
    ("1", "nausea", WEEK + 1, ""),
    ("2", "headache", WEEK + 30, ""),
    ("7", "nausea", -1.0, ""),
    ("8", "nausea", 0.0, "D"),
]


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    people = [*KETAMINE, "7", "8"]
    arms = pd.Categorical(["Ketamine"] * 6 + ["Midazolam"] * 2, ["Midazolam", "Ketamine"])
    frame = pd.DataFrame({"USUBJID": people, "ARM": arms, "NINF": 2, "DTHFL": "", "EOSHR": 600.0})
    given = [(person, 1, 0.0) for person in people] + [(person, 2, WEEK) for person in people if person != "6"]
    infusions = pd.DataFrame(given, columns=["USUBJID", "INFNUM", "AHRFIRST"])
    events = pd.DataFrame(EVENTS, columns=["USUBJID", "AEDECOD", "ASTHR", "ASTTMF"]).assign(
        TRTEMFL="Y", AEBODSYS="class", AESEV="mild", AESER="N", AEREL="none", AEOUT="resolved", AESOLFL="",
        AEACN="none", AETRT="", AENHR=float("nan"), AENTMF="", INFNUM=pd.array([pd.NA] * 9 + [1], "Int64"), AHRLAST=0.0,
    )  # fmt: skip
    population = Members(frame, ("Midazolam", "Ketamine"), "Midazolam")
    found = adverse_events(ANALYSIS, {"ADAE": events, "ADEX": infusions}, population)
    return table(found, trial="Synthetic", analysis_id="harms", population="safety", method="adverse-events")


def value(ard, name, variable, level, arm="Ketamine", *, term=""):
    return statistic(ard, variable=variable, level=level, arm=arm, term=term, comparator="", stat_name=name)


def test_an_infusion_with_two_events_counts_once_and_both_events_count(ard):
    assert value(ard, "n", "by-infusion", "1", term="nausea") == 5
    assert value(ard, "n_total", "by-infusion", "1", term="nausea") == 6
    assert value(ard, "n_events", "by-infusion", "1", term="nausea") == 6


def test_the_share_of_one_number_has_exact_limits(ard):
    exact = clopper_pearson(2, 5)
    assert value(ard, "n_total", "by-infusion", "2") == 5
    assert value(ard, "conf_low", "by-infusion", "2") == pytest.approx(float(exact.conf_low))
    assert value(ard, "conf_high", "by-infusion", "2") == pytest.approx(float(exact.conf_high))


def test_the_share_over_all_numbers_respects_the_participants(ard):
    clustered = korn_graubard([2, 2, 1, 1, 1, 0], [2, 2, 2, 2, 2, 1])
    assert value(ard, "proportion", "by-infusion", "all") == pytest.approx(7 / 11)
    assert value(ard, "conf_low", "by-infusion", "all") == pytest.approx(clustered.conf_low)
    assert value(ard, "n_participants", "by-infusion", "all") == 6


def test_no_event_is_lost_between_numbers_and_those_without_an_infusion(ard):
    for arm, expected in (("Ketamine", 8), ("Midazolam", 2)):
        levels = [value(ard, "n_events", "by-infusion", level, arm) for level in ("all", "none")]
        assert sum(levels) == expected == value(ard, "n_events", "overview", "any", arm)
    assert value(ard, "n_events", "by-infusion", "none", "Midazolam") == 1


def test_events_of_all_hours_add_up_and_zeros_are_printed(ard):
    of_arm = select(ard, variable="since-infusion", term="", arm="Ketamine", stat_name="n_events")
    assert of_arm["stat"].sum() == 8
    assert value(ard, "n_events", "since-infusion", "0–2 h") == 6
    assert value(ard, "n", "since-infusion", "24–72 h") == 1
    assert value(ard, "n", "since-infusion", "3–7 d") == 0
    assert value(ard, "n", "since-infusion", "day 0, time unknown", "Midazolam") == 1
    assert value(ard, "n", "since-infusion", "before the first infusion", "Midazolam") == 1


def test_a_term_of_few_participants_has_no_lines_of_its_own(ard):
    assert set(select(ard, variable="by-infusion")["term"]) == {"", "nausea"}


def test_without_infusions_nothing_is_counted_by_them():
    frame = pd.DataFrame({"USUBJID": ["1"], "ARM": pd.Categorical(["A"]), "DTHFL": ""})
    found = adverse_events(ANALYSIS, {}, Members(frame, ("A",), None))
    assert not [row for row in found if row.get("variable") == "by-infusion"]


def test_a_public_report_tells_no_small_count_by_infusion(ard):
    shown = public(ard, small_cell=5)
    counts = select(shown, variable=["by-infusion", "since-infusion"], stat_name=["n", "n_events"])["stat"]
    assert (counts.dropna() == 0).all()


def test_the_table_shows_infusions_given_and_with_an_event(ard):
    made = aet11(results_of(trials.infused(), ard, "harms"))
    cells = {row.label: row.cells for row in reversed(made.parts[0].rows)}
    (of_ketamine,) = (cell.replace("\N{NO-BREAK SPACE}", " ") for cell in cells["All infusions"] if "11" in cell)
    assert of_ketamine.startswith("7 of 11")
    assert of_ketamine.endswith("[8]")
    assert "Events without an infusion" in cells
    assert [row.label for row in made.parts[1].rows][:2] == ["Any adverse event", "During the infusion"]


def test_the_table_says_that_its_first_hours_are_those_after_the_infusion(ard):
    notes = " ".join(aet11(results_of(trials.infused(), ard, "harms")).label.footnotes)
    assert "0–2 h: less than 2 h after the start of the infusion, and after its end where that is known." in notes
