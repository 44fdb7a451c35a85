"""Courses around infusions in groups of participants: models and returns are those of a trial of the group alone."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import plan

MINUTES, INFUSIONS, SEED = (0, 30, 60, 90), (1, 2), 3
PULSE = {"Ketamine": (0.0, 30.0, 12.0, 0.0), "Midazolam": (0.0, 14.0, 4.0, 0.0)}
ASKED = {"minutes": [*MINUTES], "source": "invented", "by": ["diagnosis"]}
SIGN = {"measure": "SBP", "model": "mean", "back_percent": "10 %", "limits": [{"at_least": 160}]}
RATINGS = [{"measure": "CADSS", "model": "log1p", "back_points": 1},
           {"measure": "MOAA/S", "peak": "lowest", "model": "ordinal"}]  # fmt: skip
ANALYSES = {
    "pressure": ASKED | {"method": "infusion-vitals", "measures": [SIGN]},
    "ratings": ASKED | {"method": "infusion-ratings", "measures": RATINGS},
}
PLAN = plan(analyses=ANALYSES)
EVEN = (*["AN"] * 8, *["BN"] * 8) * 2
TWO_IN_AN = (*["AN"] * 8, *["BN"] * 8, *["AN"] * 2, *["BN"] * 14)
KEY = ["parameter", "variable", "term", "level", "time", "arm", "comparator", "stat_name"]


@cache
def datasets(diagnoses: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Two infusions of 16 participants of each arm, with a pulse of pressure and ratings."""
    rng = np.random.default_rng(SEED)
    names = [f"P{place:02}" for place in range(len(diagnoses))]
    arms = [*["Ketamine"] * 16, *["Midazolam"] * 16]
    people = pd.DataFrame({"USUBJID": names, "TRTP": arms, "TRTA": arms, "SAFFL": "Y", "DIAG": diagnoses})
    lines = []
    for name, arm in zip(names, arms, strict=True):
        own = rng.normal(0, 6)
        for number in INFUSIONS:
            height = 1 + rng.normal(0, 0.3)
            for minute, pulse in zip(MINUTES, PULSE[arm], strict=True):
                start = 96.0 * (number - 1)
                at = {"USUBJID": name, "INFNUM": number, "ATPTN": float(minute), "AHRFIRST": start + minute / 60}
                values = {"SBP": 115 + own + height * pulse + rng.normal(0, 2),
                          "CADSS": round(max(0.0, height * pulse / 3 + rng.normal(0, 1))),
                          "MOAA/S": 5.0 - (rng.random() < 0.3) * bool(pulse)}  # fmt: skip
                lines += [at | {"PARAMCD": measure, "AVAL": value} for measure, value in values.items()]
    given = [(name, number, 96.0 * (number - 1)) for name in names for number in INFUSIONS]
    exposure = pd.DataFrame(given, columns=["USUBJID", "INFNUM", "AHRFIRST"])
    return {"ADSL": people, "ADEX": exposure, "ADVS": pd.DataFrame(lines).assign(DTYPE="", ATMF="")}


@cache
def results(key: str, diagnoses: tuple[str, ...] = EVEN) -> pd.DataFrame:
    return analyse(PLAN, "small", key, datasets(diagnoses)).results


def alone(key: str, diagnoses: tuple[str, ...], level: str) -> pd.DataFrame:
    """Give the results of a trial of one group."""
    adam = datasets(diagnoses)
    inside = adam["ADSL"].loc[adam["ADSL"]["DIAG"] == level, "USUBJID"]
    return analyse(
        PLAN, "small", key, {name: frame[frame["USUBJID"].isin(inside)] for name, frame in adam.items()}
    ).results


@pytest.mark.parametrize("key", ANALYSES)
def test_a_group_has_all_but_courses_by_number_of_a_trial_of_it_alone(key):
    own = select(results(key), subgroup_level="AN").set_index(KEY)["stat"]
    expected = select(alone(key, EVEN, "AN"), subgroup="")
    expected = expected[expected["stat_name"] != "warning"].set_index(KEY)["stat"]
    np.testing.assert_allclose(own.sort_index(), expected.sort_index(), equal_nan=True)
    assert own.index.equals(expected.index)


@pytest.mark.parametrize(
    ("key", "of"),
    [
        ("pressure", {"term": "difference", "variable": "CHG", "level": "peak"}),
        ("pressure", {"term": "difference", "variable": "CHG", "time": "0.5"}),
        ("pressure", {"term": "covariance"}),
        ("pressure", {"variable": "return", "level": "back", "time": "1"}),
        ("ratings", {"term": "ratio", "time": "0.5"}),
        ("ratings", {"term": "rank-test", "time": "0.5"}),
        ("ratings", {"term": "common-odds-ratio"}),
    ],
)
def test_groups_have_models_and_returns_of_their_own(key, of):
    found = select(results(key), subgroup="diagnosis", **of)
    by_group = found[found["stat"].notna()].groupby("subgroup_level")["stat"].first()
    assert {*by_group.index} == {"AN", "BN"}
    assert by_group["AN"] != by_group["BN"]


def test_courses_by_number_of_the_infusion_are_of_all_participants_only():
    assert {*results("pressure")["subgroup"]} == {"", "infusion", "diagnosis"}
    assert not select(results("pressure"), subgroup="infusion").empty


def test_a_group_with_an_arm_of_two_is_described_and_told_why_it_has_no_model():
    found = select(results("pressure", TWO_IN_AN), subgroup_level="AN")
    assert select(found, comparator="Midazolam").empty
    assert select(found, term="fit")["error"].tolist() == [
        "fewer than 3 participants with readings in Midazolam: described only"
    ]
    assert select(found, variable="CHG", arm="Midazolam", time="0.5", stat_name="mean")["stat"].notna().all()
    assert not select(found, variable="return", level="back", arm="Ketamine").empty


def blocks(output: str, key: str, diagnoses: tuple[str, ...] = EVEN) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give caption → label → cells."""
    shown = TABLES[output](results_of(PLAN, results(key, diagnoses), key))
    return {part.caption: {row.label: row.cells for row in part.rows} for part in shown.parts}


def test_tables_repeat_differences_by_minute_and_returns_in_each_group():
    by_minute, peaks = blocks("VST01", "pressure"), blocks("VST03", "pressure")
    for who in ("", "Diagnosis: AN. ", "Diagnosis: BN. "):
        assert " to " in by_minute[f"{who}SBP"]["30 min"][-1]
        assert "%" in peaks[f"{who}SBP"]["Back by 60 min"][0]
        assert " to " in peaks[f"{who}SBP: arms compared"]["Change at the peak: difference"][0]
    assert not any("by number" in caption for caption in by_minute if caption.startswith("Diagnosis"))


def test_the_table_of_ratings_compares_worst_values_in_each_group():
    found = blocks("CADT01", "ratings")
    label = next(caption for caption in found if caption.startswith("Diagnosis: BN") and caption.endswith("compared"))
    assert " to " in found[label]["Odds ratio of a worse value"][0]


def test_the_table_says_why_a_group_has_no_model():
    assert blocks("VST03", "pressure", TWO_IN_AN)["Diagnosis: AN. SBP"]["Comparison by a model"] == ("NE", "NE")
    notes = TABLES["VST03"](results_of(PLAN, results("pressure", TWO_IN_AN), "pressure")).label.footnotes
    told = [note for note in notes if note.startswith("Diagnosis: AN. NE")]
    assert len(told) == 1
    assert "ewer than 3 participants with readings in Midazolam" in told[0]


def test_models_of_each_minute_alone_are_called_so():
    few = plan(analyses={"pressure": ANALYSES["pressure"] | {"minutes": [0, 30, 60]}})
    made = TABLES["VST01"](results_of(few, analyse(few, "small", "pressure", datasets(EVEN)).results, "pressure")).parts
    heads = [part.columns[-1] for part in made if not part.caption.endswith("number of the infusion")]
    assert [head.startswith("Difference of changes, each minute alone") for head in heads] == [True] * 3
    assert "each minute alone" not in next(iter(TABLES["VST01"](
        results_of(PLAN, results("pressure"), "pressure")).parts)).columns[-1]  # fmt: skip


@pytest.mark.parametrize("key", ANALYSES)
@pytest.mark.parametrize("diagnoses", [TWO_IN_AN, (*["AN"] * 16, *["BN"] * 13, *["AN"] * 3)], ids=["two", "three"])
def test_in_public_a_small_group_takes_models_and_returns_of_every_group_along(key, diagnoses):
    shown = public(results(key, diagnoses), small_cell=5)
    in_groups = shown[shown["subgroup"] == "diagnosis"]
    assert not select(in_groups, variable="return", level="left").empty
    assert in_groups["term"].isin(["fit", "ratio", "difference"]).any()
    assert in_groups["stat"].isna().all()
    assert not in_groups["error"].str.contains("fewer than").any()


def test_in_public_models_of_groups_go_with_a_gap_of_any_of_them():
    few_beyond = datasets(EVEN)
    signs = few_beyond["ADVS"].copy()
    high = signs["PARAMCD"].eq("SBP") & signs["USUBJID"].isin(["P00", "P01"]) & signs["ATPTN"].eq(30)
    signs.loc[high, "AVAL"] = 170.0
    found = public(analyse(PLAN, "small", "pressure", few_beyond | {"ADVS": signs}).results, small_cell=5)
    assert select(found, subgroup="diagnosis")["stat"].isna().all()
