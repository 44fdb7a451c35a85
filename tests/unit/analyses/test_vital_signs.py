"""Vital signs by visit that were counted by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import small_trial
from postinfusion.analyses.populations import Members
from postinfusion.analyses.vital_signs import vital_signs
from postinfusion.derive.datasets import derive
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import VitalSigns

SIGN = {"measure": "SBP", "limits": [{"at_least": 180}, {"at_most": -20, "change": True}]}
ANALYSIS = VitalSigns(method="vital-signs", source="invented", measures=[SIGN])
PLAN = SimpleNamespace(visit_names=("Baseline", "Week 2"), nominal_hours={"Baseline": 0.0, "Week 2": 336.0})
COLUMNS = ["USUBJID", "AVISIT", "AHRFIRST", "AVAL", "ABLFL", "ANL01FL"]
READINGS = [
    ("A", "Baseline", 0.0, 150.0, "Y", "Y"), ("A", "Week 2", 336.0, 128.0, "", "Y"),
    ("A", "", 400.0, 181.0, "", ""),  # of no planned visit
    ("B", "Baseline", 0.0, 190.0, "Y", "Y"), ("B", "Week 2", 336.0, 185.0, "", "Y"),
    ("C", "Week 2", 336.0, 120.0, "", "Y"),  # without a baseline
    ("D", "Baseline", 0.0, 130.0, "Y", "Y"),  # and nothing later
]  # fmt: skip


def adam_of(readings=READINGS, **columns):
    signs = pd.DataFrame(readings, columns=COLUMNS).assign(PARAMCD="SBP", DTYPE="", **columns)
    base = signs[signs["ABLFL"] == "Y"].set_index("USUBJID")["AVAL"]
    change = signs["AVAL"] - signs["USUBJID"].map(base)
    return {"ADVS": signs.assign(CHG=change.where(signs["AHRFIRST"] > 0))}


def members():
    arm = pd.Categorical(["K", "K", "M", "M"], categories=("K", "M"))
    return Members(pd.DataFrame({"USUBJID": ["A", "B", "C", "D"], "ARM": arm}), ("K", "M"), "M")


def found(**key):
    rows = vital_signs(PLAN, ANALYSIS, adam_of(), members())
    return {row["stat_name"]: row["stat"] for row in rows if all(row.get(name, "") == at for name, at in key.items())}


def test_values_and_changes_are_described_by_visit_and_arm():
    value = found(variable="AVAL", visit="Week 2", arm="K")
    change = found(variable="CHG", visit="Week 2", arm="K")
    assert (value["n"], value["mean"]) == (2, 156.5)
    assert (change["n"], change["mean"]) == (2, -13.5)
    assert found(variable="CHG", visit="Week 2", arm="M")["n"] == 0


def test_the_worst_value_is_of_unplanned_visits_too_and_only_its_change_needs_a_baseline():
    assert found(variable="highest", arm="K")["mean"] == (181 + 185) / 2
    assert found(variable="highest-change", arm="K")["max"] == 31
    assert found(variable="lowest-change", arm="K")["min"] == -22
    assert found(variable="lowest", arm="M")["n"] == 1
    assert found(variable="lowest-change", arm="M")["n"] == 0


def test_shares_beyond_a_limit_are_of_those_with_a_value_then():
    limit = {"variable": "incidence", "term": "SBP ≥ 180"}
    at_baseline, after = (found(**limit, level=level, arm="K") for level in ("baseline", "after"))
    assert (at_baseline["n"], at_baseline["n_total"]) == (1, 2)
    assert (after["n"], after["n_total"]) == (2, 2)
    assert (found(**limit, level="after", arm="M")["n_total"]) == 1
    assert "risk_difference" in found(**limit, level="after", arm="K", comparator="M")
    assert "risk_difference" not in found(**limit, level="baseline", comparator="M")


def test_a_change_beyond_a_limit_needs_a_baseline_and_who_has_none_is_counted():
    limit = {"variable": "incidence", "term": "SBP change ≤ -20", "level": "after"}
    assert (found(**limit, arm="K")["n"], found(**limit, arm="K")["n_total"]) == (1, 2)
    assert not found(**limit, arm="M")
    counts = [found(variable="incidence", term="", level=level, arm="M")["n"]
              for level in ("not assessed after", "assessed after, and not before")]  # fmt: skip
    assert counts == [1, 1]


def test_readings_around_an_infusion_are_left_to_their_own_analysis():
    with pytest.raises(ModelError, match="no values of SBP at visits"):
        vital_signs(PLAN, ANALYSIS, adam_of(INFNUMR=1.0, ATPTN=np.nan), members())


@pytest.mark.parametrize("around", [{}, {"infusion": [1.0, np.nan] * 75}, {"minute": [40.0, np.nan] * 75}])
def test_readings_at_visits_are_described_in_a_trial_with_infusions_too(around):
    people = [chr(ord("A") + place) for place in range(25)]
    hours = np.tile([-1.0, 0.7, 24.0, 96.0, 100.0, 672.0], 25) + small_trial.START
    signs = pd.DataFrame({"id": np.repeat(people, 6), "measure": "SBP", "value": 120.0, "taken": hours})
    tables = {
        "participants": small_trial.participants(["Ketamine"] * 25),
        "infusions": small_trial.infusions(
            [(name, number, 96.0 * (number - 1)) for name in people for number in (1, 2)]
        ),
        "vitals": signs.assign(taken_date_only=False, **around),
    }
    sources = {name: {"file": f"{name}.csv"} for name in tables}
    adam = derive(small_trial.plan(sources=sources), "small", tables)
    arm = pd.Categorical(["K"] * 25, categories=("K",))
    of_all = Members(pd.DataFrame({"USUBJID": people, "ARM": arm}), ("K",), None)
    adam["ADVS"] = adam["ADVS"].assign(TRTP="K")
    rows = vital_signs(small_trial.plan(), ANALYSIS, adam, of_all)
    shown = [row["stat"] for row in rows if row.get("variable") == "AVAL" and row["stat_name"] == "n"]
    assert max(shown) == 25
    assert adam["ADVS"]["INFNUM"].notna().any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": ""}, "need a source"),
        ({"measures": [SIGN, SIGN]}, "is there twice"),
        ({"measures": [SIGN | {"limits": [{"below": 80}] * 2}]}, "is there twice"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(change, message):
    part = {"method": "vital-signs", "source": "invented", "measures": [SIGN]}
    with pytest.raises(ValidationError, match=message):
        VitalSigns(**(part | change))
