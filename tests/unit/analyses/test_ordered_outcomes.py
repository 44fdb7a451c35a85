"""Ordered categories, shifts and repeated binary statuses of small trials."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.ordinal import inverted
from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select, statistic
from postinfusion.core.cochran_mantel_haenszel import row_mean_scores
from postinfusion.derive.datasets import derive
from postinfusion.vocabulary import OBSERVED_CASES
from small_trial import assessments, infusions, participants, plan

ENDPOINTS = {
    "ideation": {"measure": "C-SSRS", "score": "ideation", "kind": "ordinal"},
    "healthy": {"measure": "Grade", "label": "Grade", "better": "higher"},
    "sick": {"measure": "Grade", "label": "Grade", "better": "lower"},
    "madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower"},
    "yes": {"measure": "Well", "label": "Well", "better": "higher", "response": "50 %", "change_source": "made up"},
}
ANALYSES = {
    "shift": {"method": "shift", "endpoint": "ideation", "serious": 4},
    "shift-from-last": {"method": "shift", "endpoint": "ideation", "before": "last"},
    "ordinal": {"method": "ordinal", "endpoint": "healthy", "quadrature": 1},
    "turned": {"method": "ordinal", "endpoint": "sick", "quadrature": 1},
    "not-ordered": {"method": "ordinal", "endpoint": "madrs"},
    "shift-of-score": {"method": "shift", "endpoint": "madrs"},
    "equations": {"method": "repeated-binary", "endpoint": "yes"},
    "mixed": {"method": "repeated-binary", "endpoint": "yes", "model": "mixed-model", "quadrature": 5},
    "not-binary": {"method": "repeated-binary", "endpoint": "madrs"},
}
PLAN = plan(analyses=ANALYSES, endpoints=ENDPOINTS)
HOURS = (-1.0, 24.0, 95.0)


def datasets(people: pd.DataFrame, *scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return derive(
        PLAN,
        "small",
        {
            "participants": people,
            "infusions": infusions([(who, 1, 0.0) for who in people["id"]]),
            "assessments": pd.concat(scores, ignore_index=True),
        },
    )


@cache
def suicidality() -> dict[str, pd.DataFrame]:
    """A-C ketamine, D-F midazolam; C has nothing after baseline, F's worst value lies outside all windows.

    B was at 3 ten days before the baseline value of 2.
    """
    values = [(who, -1.0, base) for who, base in zip("ABCDEF", (0, 2, 1, 0, 5, 0), strict=True)]
    values += [("B", -240.0, 3)]
    values += [("A", 24.0, 4), ("A", 95.0, 1), ("B", 24.0, 1), ("D", 24.0, 0), ("E", 24.0, 4)]
    values += [("F", 24.0, 1), ("F", 1500.0, 3)]
    found = assessments(values, measure="C-SSRS", score="ideation")
    return datasets(participants(["Ketamine"] * 3 + ["Midazolam"] * 3), found)


@cache
def graded() -> dict[str, pd.DataFrame]:
    """Forty in each arm, grades 0 to 3 at two visits, better under ketamine; and whether the grade is 2 or more."""
    random = np.random.default_rng(3)
    people = pd.DataFrame({"id": [f"P{n:02d}" for n in range(80)], "arm": ["Ketamine", "Midazolam"] * 40})
    level = random.normal(0, 1.0, 80)
    values, grades = [], []
    for who, arm, own in zip(people["id"], people["arm"], level, strict=True):
        for hour in HOURS:
            effect = 1.0 if arm == "Ketamine" and hour > 0 else 0.0
            latent = own + effect + random.logistic()
            grades.append((who, hour, float(np.searchsorted([-1.0, 0.5, 2.0], latent))))
            values.append((who, hour, float(latent > 0.5)))
    madrs = [(who, hour, random.integers(0, 61)) for who in people["id"] for hour in HOURS]
    return datasets(
        people, assessments(grades, measure="Grade"), assessments(values, measure="Well"), assessments(madrs)
    )


@cache
def ard(analysis_id: str) -> pd.DataFrame:
    adam = suicidality() if analysis_id in {"shift", "shift-from-last"} else graded()
    return analyse(PLAN, "small", analysis_id, adam).results


def shifted(level: str, arm: str) -> float:
    return statistic(ard("shift"), variable="shift", level=level, arm=arm, stat_name="n")


def test_worst_is_over_all_assessments_also_outside_the_windows():
    worst = {"variable": "worst", "stat_name": "n", "arm": "Midazolam"}
    assert statistic(ard("shift"), level="3", **worst) == 1
    assert shifted("0 → 3", "Midazolam") == 1


def test_the_time_before_is_its_worst_category_or_the_last_one():
    assert shifted("3 → 1", "Ketamine") == 1
    last = {"variable": "shift", "level": "2 → 1", "arm": "Ketamine", "stat_name": "n"}
    assert statistic(ard("shift-from-last"), **last) == 1


def test_who_was_not_assessed_is_no_best_category():
    assert statistic(ard("shift"), variable="worst", level="not assessed", arm="Ketamine", stat_name="n") == 1
    assert shifted("1 → not assessed", "Ketamine") == 1
    assert statistic(ard("shift"), variable="worst", level="0", arm="Ketamine", stat_name="n") == 0


def test_every_cell_of_the_shift_table_is_there_also_zeros():
    cells = select(ard("shift"), variable="shift", stat_name="n")
    assert len(cells) == 2 * 7 * 7
    assert cells.groupby("arm")["stat"].sum().to_dict() == {"Ketamine": 3, "Midazolam": 3}


def test_worse_and_newly_serious_are_counted_among_those_assessed():
    # A goes from 0 to 4, B from 2 to 1; E stays serious, F goes from 0 to 3
    found = {
        (variable, arm): statistic(
            ard("shift"), variable=variable, level=OBSERVED_CASES, arm=arm, term="proportion", stat_name="n"
        )
        for variable in ("worsened", "newly-serious")
        for arm in ("Ketamine", "Midazolam")
    }
    assert found == {
        ("worsened", "Ketamine"): 1, ("worsened", "Midazolam"): 1,
        ("newly-serious", "Ketamine"): 1, ("newly-serious", "Midazolam"): 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("analysis_id", "text"),
    [("not-ordered", "more than the 12"), ("shift-of-score", "more than the 12"),
     ("not-binary", "other values than 0 and 1")],
)  # fmt: skip
def test_values_that_are_no_categories_are_refused(analysis_id, text):
    assert text in select(ard(analysis_id), stat_name="error")["error"].iloc[0]


def test_counts_of_categories_add_up_to_those_observed():
    counts = select(ard("ordinal"), variable="category", term="", stat_name="n")
    assert counts.groupby(["visit", "arm"])["stat"].sum().eq(40).all()
    shares = select(ard("ordinal"), variable="category", term="", stat_name="proportion")
    assert shares.groupby(["visit", "arm"])["stat"].sum().to_numpy() == pytest.approx(1)


def test_row_mean_scores_are_those_of_the_counts():
    counts = select(ard("ordinal"), visit="24 h", term="", stat_name="n")
    table = counts.pivot_table(index="arm", columns="level", values="stat", sort=True).to_numpy()
    expected = row_mean_scores(table[None], [1, 2, 3, 4])
    found = {"term": "row-mean-scores", "visit": "24 h"}
    assert statistic(ard("ordinal"), stat_name="statistic", **found) == pytest.approx(expected.statistic)
    assert statistic(ard("ordinal"), stat_name="p_value", **found) == pytest.approx(expected.p_value)


def test_the_odds_ratio_is_of_the_better_category():
    key = {"term": "common-odds-ratio", "visit": "24 h", "arm": "Ketamine", "comparator": "Midazolam"}
    higher, lower = (statistic(ard(name), stat_name="estimate", **key) for name in ("ordinal", "turned"))
    assert higher == pytest.approx(1 / lower)
    assert higher > 1
    limits = {name: statistic(ard("turned"), stat_name=name, **key) for name in ("conf_low", "conf_high")}
    assert limits["conf_low"] < lower < limits["conf_high"]


def test_inverting_a_ratio_exchanges_its_limits():
    found = inverted({"estimate": 2.0, "conf_low": 1.0, "conf_high": 4.0, "statistic": 1.5, "p_value": 0.1})
    assert found == {"estimate": 0.5, "conf_low": 0.25, "conf_high": 1.0, "statistic": -1.5, "p_value": 0.1}


def test_the_assumption_is_looked_at_by_threshold():
    thresholds = select(ard("ordinal"), term="odds-ratio-by-threshold", stat_name="estimate")
    assert thresholds["level"].tolist() == ["1", "2", "3"]
    test = {"term": "proportional-odds-test"}
    assert statistic(ard("ordinal"), stat_name="num_df", **test) == 2
    assert 0 <= statistic(ard("ordinal"), stat_name="p_value", **test) <= 1


@pytest.mark.parametrize("analysis_id", ["equations", "mixed"])
def test_a_logistic_model_gives_probabilities_differences_and_odds_ratios_at_each_visit(analysis_id):
    found = ard(analysis_id)
    for visit in ("24 h", "Day 4"):
        probability = {
            arm: statistic(found, term="probability", visit=visit, arm=arm, stat_name="estimate")
            for arm in ("Ketamine", "Midazolam")
        }
        pair = {"visit": visit, "arm": "Ketamine", "comparator": "Midazolam"}
        difference = statistic(found, term="risk-difference", stat_name="estimate", **pair)
        assert difference == pytest.approx(probability["Ketamine"] - probability["Midazolam"])
        assert statistic(found, term="odds-ratio", stat_name="n", **pair) == 80
    average = select(found, term="odds-ratio", visit="average", stat_name="estimate")["stat"].iloc[0]
    by_visit = select(found, term="odds-ratio", visit=["24 h", "Day 4"], stat_name="estimate")["stat"]
    assert np.log(average) == pytest.approx(np.log(by_visit).mean())


def test_an_odds_ratio_given_the_participant_lies_further_from_one():
    key = {"term": "odds-ratio", "visit": "average", "stat_name": "estimate"}
    assert statistic(ard("mixed"), **key) > statistic(ard("equations"), **key) > 1
