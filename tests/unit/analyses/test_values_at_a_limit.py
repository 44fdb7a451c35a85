"""Observed values of which some are limits: how many they are, and which numbers are bounds only."""

import numpy as np
import pandas as pd

from postinfusion.analyses.populations import members
from postinfusion.analyses.summary import summary
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import plan

BASELINE = {"A": (300, "Y"), "B": (200, ""), "C": (150, ""), "D": (100, "")}
LATER = {"A": (250, ""), "B": (300, "Y"), "C": (140, ""), "D": (90, "")}
ARMS = {"A": "Ketamine", "B": "Ketamine", "C": "Midazolam", "D": "Midazolam"}


def asked(score="B", **endpoint):
    """Give a plan that describes a time of the Trail Making Test."""
    endpoints = {"task": {"measure": "Trail Making", "score": score, **endpoint}}
    return plan(endpoints=endpoints, analyses={"x": {"method": "summary", "endpoint": "task"}})


def results(its_plan, *, flagged=True):
    """Give the results of four participants at baseline and 24 h."""
    rows = [
        {"USUBJID": who, "PARAMCD": its_plan.endpoints["task"].parameter, "AVISIT": visit, "AHRFIRST": hour,
         "AVAL": float(value), "BASE": float(BASELINE[who][0]), "ABLFL": "Y" if hour < 0 else "", "ANL01FL": "Y",
         "CHG": np.nan if hour < 0 else float(value - BASELINE[who][0]), "DTYPE": "", "CENSFL": flag if flagged else ""}
        for visit, hour, values in (("Baseline", -1.0, BASELINE), ("24 h", 24.0, LATER))
        for who, (value, flag) in values.items()
    ]  # fmt: skip
    people = pd.DataFrame({"USUBJID": list(ARMS), "TRTP": list(ARMS.values()), "ITTFL": "Y"})
    adam = {"ADSL": people, "ADQS": pd.DataFrame(rows)}
    made = summary(its_plan, its_plan.analyses["x"], adam, members(its_plan, people, "randomised"))
    return table(made, trial="t", analysis_id="x", population="randomised", method="summary")


def shown(its_plan, ard):
    """Give the table, and its rows as (visit, label) → cells."""
    made = TABLES["CFBT01"](results_of(its_plan, ard, "x"))
    visit, found = "", {}
    for row in made.parts[0].rows:
        visit = visit if row.cells else row.label
        found[visit, row.label] = [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row.cells]
    return made, found


def test_values_and_changes_at_the_limit_are_counted_by_visit_and_arm():
    _, rows = shown(asked(), results(asked()))
    assert rows["Baseline", "At the limit"] == ["1", "", "0", "", "1", ""]
    assert rows["24 h", "At the limit"] == ["1", "2", "0", "0", "1", "2"]


def test_mean_median_and_maximum_are_lower_limits_in_the_arms_with_a_value_at_the_limit_alone():
    made, rows = shown(asked(), results(asked()))
    ketamine, change, midazolam = rows["24 h", "Mean (SD)"][:3]
    assert ketamine.startswith("≥ 275.0 (")
    assert not change.startswith("≥")
    assert midazolam.startswith("115.0 (")
    assert rows["24 h", "Median (quartiles)"][0] == "≥ 275.0 (262.5 to ≥ 287.5)"
    assert rows["24 h", "Range"][0] == "250 to ≥ 300"
    notes = " ".join(made.label.footnotes)
    assert "count as the limit" in notes
    assert "are bounds" in notes


def test_without_a_value_at_the_limit_the_table_says_nothing_of_one():
    made, rows = shown(asked(), results(asked(), flagged=False))
    assert ("24 h", "At the limit") not in rows
    assert "≥" not in str(made)
    assert made.label.footnotes == ()
    assert made.label.subtitle == "In seconds"


def test_the_cap_of_the_plan_makes_limits_and_cuts_values_and_changes():
    its_plan = asked(kind="timed-task", cap=240)
    _, rows = shown(its_plan, results(its_plan, flagged=False))
    assert rows["24 h", "At the limit"][:2] == ["2", "2"]
    assert rows["24 h", "Range"][:2] == ["240 to ≥ 240", "0 to 40"]


def test_a_difference_with_a_part_at_the_limit_is_counted_and_not_called_a_lower_limit():
    made, rows = shown(asked("B-A"), results(asked("B-A")))
    assert rows["24 h", "At the limit"][0] == "1"
    assert "≥" not in str(rows) + str(made.label)
    assert "larger or smaller" in " ".join(made.label.footnotes)


def test_few_values_at_the_limit_are_taken_out_of_a_public_report():
    _, rows = shown(asked(), public(results(asked()), small_cell=5))
    assert "1" not in rows["24 h", "At the limit"]
    assert "supp." in rows["24 h", "At the limit"]
