"""Harms in groups of participants: each group counts its own, and none can be told from the others in public."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.errors import ModelError
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import SOURCES, START, infusions, participants, plan

ANALYSES = {
    "effects": {"method": "side-effects", "groups": {"nausea": ["nausea"], "rash": ["rash"]}, "resolved_by": ["4 h"],
                "by": ["diagnosis"]},
    "alerts": {"method": "alerts", "source": "invented", "by": ["diagnosis"], "bmi_below": 16,
               "limits": [{"measure": "K", "below": 3, "unit": "mmol/L"}]},
}  # fmt: skip
PLAN = plan(analyses=ANALYSES, sources={name: {"file": f"{name}.csv"} for name in (*SOURCES, "laboratory")})
IDS = [f"P{number:02}" for number in range(24)]
TWO_WITH_ANOREXIA = (*["AN"] * 2, *["BN"] * 10) * 2  # in each arm
TWO_UNKNOWN = (*["AN"] * 6, *["BN"] * 16, *[""] * 2)
WITH_NAUSEA = [*range(2), *range(6, 12)]  # 2 of 6 with AN in the first arm, 6 of 6 with BN


def tables(diagnosis: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    people = participants(["Ketamine"] * 12 + ["Midazolam"] * 12).assign(id=IDS, diagnosis=diagnosis, height_cm=200.0)
    ill = [IDS[place] for place in WITH_NAUSEA]
    events = pd.DataFrame(
        {"id": ill, "term": "nausea", "onset": START + 1.0, "end": START + 2.0, "outcome": "resolved"}
    )
    weights = pd.DataFrame({"id": IDS, "taken": START - 5.0, "weight_kg": np.where(np.arange(24) < 12, 62.0, 64.0)})
    potassium = pd.DataFrame({"id": IDS, "taken": START + 30.0, "test": "K", "value": 2.9, "unit": "mmol/L"})
    return {
        "participants": people,
        "infusions": infusions([(name, 1, 0.0) for name in IDS]),
        "adverse_events": events.assign(onset_date_only=False, end_date_only=False),
        "weights": weights.assign(taken_date_only=False),
        "laboratory": potassium.assign(taken_date_only=False),
        "disposition": pd.DataFrame({"id": IDS, "status": "completed", "left": START + 600, "left_date_only": False}),
    }


@cache
def results(diagnosis: tuple[str, ...], *, of: tuple[str, ...] = ("effects",)) -> pd.DataFrame:
    adam = derive(PLAN, "small", tables(diagnosis))
    return pd.concat([analyse(PLAN, "small", key, adam).results for key in of], ignore_index=True)


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    return results((*["AN"] * 6, *["BN"] * 6) * 2, of=("effects", "alerts"))


NAUSEA = {"analysis_id": "effects", "variable": "incidence", "level": "participants", "term": "nausea",
          "arm": "Ketamine", "comparator": "", "stat_name": "n"}  # fmt: skip


def test_groups_add_up_to_all_participants(ard):
    of = {"subgroup": "diagnosis"}
    assert statistic(ard, **NAUSEA, subgroup="") == 8
    assert [statistic(ard, **NAUSEA, **of, subgroup_level=level) for level in ("AN", "BN")] == [2, 6]
    sizes = select(ard, analysis_id="effects", variable="denominator", arm="Ketamine", **of)
    assert sizes["stat"].tolist() == [6, 6]


def test_a_body_mass_index_at_the_limit_is_not_below_it(ard):
    below = {"analysis_id": "alerts", "variable": "denominator", "subgroup": "BMI", "subgroup_level": "below 16"}
    assert statistic(ard, **below, arm="") == 12


def test_a_group_with_an_arm_of_two_is_described_and_not_compared():
    found = select(results(TWO_WITH_ANOREXIA), analysis_id="effects", stat_name="risk_difference")
    assert {*found["subgroup_level"]} == {"", "BN"}


def test_whoever_is_in_no_group_is_told():
    warned = select(results(TWO_UNKNOWN), analysis_id="effects", stat_name="warning")
    assert "2 participants have no value of diagnosis" in warned["warning"].item()


def test_a_column_that_the_data_lack_is_named():
    other = plan(analyses={"effects": ANALYSES["effects"]}, sources=PLAN.model_dump()["sources"])
    without = tables(("AN",) * 24)
    without["participants"] = without["participants"].drop(columns="diagnosis")
    adam = derive(other, "small", without)
    with pytest.raises(ModelError, match="no values of diagnosis"):
        raise ModelError(select(analyse(other, "small", "effects", adam).results, stat_name="error")["error"].item())


def test_in_public_all_groups_go_where_one_is_small(ard):
    shown = public(ard, small_cell=5)
    in_groups = shown[(shown["analysis_id"] == "effects") & (shown["subgroup"] != "") & (shown["term"] == "nausea")]
    assert in_groups["stat"].isna().all()
    assert statistic(shown, **NAUSEA, subgroup="") != 8  # four are without, which is few too
    rash = shown[(shown["subgroup"] != "") & (shown["term"] == "rash") & (shown["stat_name"] == "n")]
    assert rash["stat"].eq(0).all()


def of_diagnosis(ard: pd.DataFrame) -> pd.DataFrame:
    """All by diagnosis but how many have no value, which says nothing of health."""
    is_missing = ard["level"].isin(["not assessed after", "assessed after, and not before"])
    return ard[(ard["subgroup"] == "diagnosis") & ~is_missing]


def test_in_public_a_factor_with_a_small_group_goes_whole():
    shown = public(results(TWO_WITH_ANOREXIA), small_cell=5)
    assert of_diagnosis(shown)["stat"].isna().all()


def test_in_public_a_factor_that_leaves_few_out_goes_whole():
    shown = public(results(TWO_UNKNOWN), small_cell=5)
    assert of_diagnosis(shown)["stat"].isna().all()


@pytest.mark.parametrize(("output", "analysis", "blocks"), [("SEFT01", "effects", 1), ("ALTL01", "alerts", 2)])
def test_tables_print_a_block_for_each_factor(ard, output, analysis, blocks):
    parts = TABLES[output](results_of(PLAN, ard, analysis)).parts
    of_groups = [part for part in parts if part.caption.endswith(("by diagnosis", "kg/m²"))]
    assert len(of_groups) == blocks
    assert [row.label for row in of_groups[0].rows][1:3] == ["AN", "BN"]
