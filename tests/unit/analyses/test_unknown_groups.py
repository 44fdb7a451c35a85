"""A participant whose group is not known is in no group, and may be of another than those beside."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.populations import Members, are_several, groups_by, unknown_rows
from postinfusion.analyses.subgroup_groups import pools_diagnoses
from postinfusion.analyses.summary import weight
from postinfusion.plan.plan import Plan
from small_trial import plan

ENDPOINTS = {"bmi": {"measure": "BMI", "label": "BMI", "unit": "kg/m²", "better": "none"}}
ANALYSES = {"weight": {"method": "weight", "endpoints": ["bmi"], "by": "diagnosis"}}


def asked() -> Plan:
    return plan(endpoints=ENDPOINTS, analyses=ANALYSES)


def people(diagnoses: list[object]) -> Members:
    ids = [f"P{place}" for place in range(len(diagnoses))]
    arms = pd.Categorical(["Ketamine"] * len(ids), ["Midazolam", "Ketamine"])
    return Members(pd.DataFrame({"USUBJID": ids, "ARM": arms, "DIAG": diagnoses}), ("Ketamine", "Midazolam"), None)


@pytest.mark.parametrize(
    ("diagnoses", "several"),
    [(["AN", "AN"], False), (["AN", "BN"], True), (["AN", ""], True), (["AN", np.nan], True), (["", ""], True)],
)
def test_an_unknown_diagnosis_beside_anything_else_counts_as_pooling(diagnoses, several):
    assert are_several(groups_by(people(diagnoses), "diagnosis")) == several
    assert pools_diagnoses(asked(), "bmi", people(diagnoses)) == several


def test_empty_and_missing_are_no_group_and_counted_once():
    told = unknown_rows(people(["AN", "", np.nan, "BN"]), "diagnosis")
    assert len(told) == 1
    assert told[0]["warning"] == "2 participants have no value of diagnosis: they are in none of the groups"
    assert unknown_rows(people(["AN", "BN"]), "diagnosis") == []


def test_weight_describes_no_group_of_the_unknown():
    who = people(["AN", "", "BN"])
    visit = asked().visit_names[0]
    records = who.frame[["USUBJID"]].assign(PARAMCD="BMI", AVISIT=visit, AVAL=[17.0, 20.0, 22.0], BASE=np.nan)
    records = records.assign(CHG=np.nan, AHRFIRST=0.0, DTYPE="", ABLFL="Y", ANL01FL="Y")
    found = weight(asked(), asked().analyses["weight"], {"ADVS": records}, who)
    assert {row["subgroup_level"] for row in found if "subgroup_level" in row} == {"AN", "BN"}
    assert {row["subgroup"] for row in found if "subgroup" in row} == {"diagnosis"}
    assert any("1 participants have no value" in str(row.get("warning")) for row in found)
